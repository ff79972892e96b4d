/* Encoding one term's stories. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/coding.h"
#include "formats/pfor.h"
#include "formats/storylists.h"
#include "formats/storylists_layout.h"

struct storylists_writer {
    struct skips_writer skips;
    uint32_t n;    /* in the block at hand */
    story_id last; /* UINT32_MAX: none yet */
    story_id base; /* before the block */
    uint32_t gaps[STORYLISTS_BLOCK];
    uint32_t tfs[STORYLISTS_BLOCK]; /* less one */
    struct story_impact impacts[STORYLISTS_BLOCK];
};

static void start(struct storylists_writer *w)
{
    w->n = 0;
    w->last = w->base = UINT32_MAX;
}

struct storylists_writer *storylists_writer_new(void)
{
    struct storylists_writer *w = calloc(1, sizeof *w);
    if (w)
        start(w);
    return w;
}

void storylists_writer_free(struct storylists_writer *w)
{
    if (!w)
        return;
    skips_writer_release(&w->skips);
    free(w);
}

/* --- impacts ----------------------------------------------------------------------------------- */

enum {
    SMALL_TF = 8 /* what most are */
};

/* Of those with the same small tf only the shortest dominates: the others are dropped, so that the
 * search below has few to look at. Returns how many are left. */
static size_t thin(struct story_impact *v, size_t n)
{
    uint64_t shortest[2][SMALL_TF + 1]; /* two, or neighbours would wait in turn */
    size_t kept = 0;
    memset(shortest, 0xff, sizeof shortest);
    for (size_t i = 0; i < n; i++) {
        struct story_impact x = v[i];
        uint32_t tf = x.tf <= SMALL_TF ? x.tf - 1 : SMALL_TF;
        uint64_t *least = &shortest[i % 2][tf];
        *least = x.length < *least ? x.length : *least;
        v[kept] = x;
        kept += tf == SMALL_TF;
    }
    for (uint32_t tf = 0; tf < SMALL_TF; tf++) {
        uint64_t a = shortest[0][tf], b = shortest[1][tf], least = a < b ? a : b;
        if (least != UINT64_MAX)
            v[kept++] = (struct story_impact){tf + 1, (uint32_t)least};
    }
    return kept;
}

/* Keeps what no other dominates: ascending by length and by tf. Returns how many. Few are kept, so each
 * value is put in its place among them instead of all being sorted. */
static size_t frontier(struct story_impact *v, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct story_impact x = v[i];
        size_t at = 0;
        while (at < kept && v[at].length <= x.length)
            at++;
        if (at > 0 && v[at - 1].tf >= x.tf)
            continue;
        size_t from = at > 0 && v[at - 1].length == x.length ? at - 1 : at;
        while (at < kept && v[at].tf <= x.tf)
            at++;
        memmove(v + from + 1, v + at, (kept - at) * sizeof *v);
        v[from] = x;
        kept = from + 1 + kept - at;
    }
    return kept;
}

/* What a merge of two neighbours costs: how far the merged pair lies from both. */
static double merge_cost(struct story_impact a, struct story_impact b)
{
    return (double)b.tf / a.tf * ((double)b.length + 1) / ((double)a.length + 1);
}

static size_t shrink(struct story_impact *v, size_t n)
{
    for (; n > STORYLISTS_IMPACTS; n--) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < n; i++)
            if (merge_cost(v[i], v[i + 1]) < merge_cost(v[best], v[best + 1]))
                best = i;
        v[best].tf = v[best + 1].tf;
        memmove(v + best + 1, v + best + 2, (n - best - 2) * sizeof *v);
    }
    return n;
}

static uint8_t *put_impacts(struct story_impact *v, size_t n, uint8_t *p)
{
    n = shrink(v, frontier(v, thin(v, n)));
    struct story_impact last = {0};
    *p++ = (uint8_t)n;
    for (size_t i = 0; i < n; i++) {
        p += coding_put_varint(p, v[i].tf - last.tf);
        p += coding_put_varint(p, v[i].length - last.length);
        last = v[i];
    }
    return p;
}

/* --- blocks -------------------------------------------------------------------------------------- */

/* A bit for each story after the base, if that is shorter than the gaps. */
static uint8_t *put_stories(const struct storylists_writer *w, uint8_t *p)
{
    size_t len = pfor_encode(w->gaps, w->n, p);
    size_t span = (size_t)(w->last - w->base);
    size_t bitset = (span + 7) / 8;
    if (1 + coding_varint_len(bitset) + bitset >= len)
        return p + len;
    *p++ = STORYLISTS_BITSET;
    p += coding_put_varint(p, bitset);
    memset(p, 0, bitset);
    size_t bit = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        bit += w->gaps[i];
        p[bit / 8] |= (uint8_t)(1U << (bit % 8));
        bit++;
    }
    return p + bitset;
}

static void flush_block(struct storylists_writer *w)
{
    uint8_t block[STORYLISTS_BYTES_MAX];
    uint8_t *p = put_impacts(w->impacts, w->n, block);
    p = put_stories(w, p);
    p += pfor_encode(w->tfs, w->n, p);
    skips_writer_block(&w->skips, w->last, block, (size_t)(p - block));
    w->base = w->last;
    w->n = 0;
}

void storylists_writer_put(struct storylists_writer *w, struct story_posting p,
                           uint32_t length)
{
    assert(p.tf >= 1 && (w->last == UINT32_MAX || p.story > w->last));
    if (w->n == STORYLISTS_BLOCK)
        flush_block(w);
    w->gaps[w->n] = p.story - w->last - 1;
    w->tfs[w->n] = p.tf - 1;
    w->impacts[w->n] = (struct story_impact){p.tf, length};
    w->n++;
    w->last = p.story;
}

void storylists_writer_put_all(struct storylists_writer *w,
                               const struct story_counted *list, size_t n)
{
    while (n > 0) {
        if (w->n == STORYLISTS_BLOCK)
            flush_block(w);
        uint32_t some = STORYLISTS_BLOCK - w->n;
        some = some < n ? some : (uint32_t)n;
        story_id last = w->last;
        for (uint32_t i = 0; i < some; i++) {
            struct story_counted x = list[i];
            uint32_t tf = x.tf + (x.tf == 0);
            assert(last == UINT32_MAX || x.story > last);
            w->gaps[w->n + i] = x.story - last - 1;
            w->tfs[w->n + i] = tf - 1;
            w->impacts[w->n + i] = (struct story_impact){tf, x.length};
            last = x.story;
        }
        w->last = last;
        w->n += some;
        list += some;
        n -= some;
    }
}

size_t storylists_writer_encode(struct storylists_writer *w, struct buf *out)
{
    assert(w->n > 0);
    flush_block(w);
    skips_writer_end(&w->skips);
    size_t len = w->skips.out.len;
    buf_put_bytes(out, buf_bytes(&w->skips.out));
    bool failed = w->skips.failed;
    if (failed)
        out->failed = true;
    skips_writer_reset(&w->skips);
    w->skips.failed = failed;
    start(w);
    return len;
}

struct list_ref storylists_writer_end(struct storylists_writer *w,
                                      struct section_writer *s)
{
    struct buf out = {0};
    struct list_ref ref = {section_tell(s), storylists_writer_encode(w, &out)};
    section_put(s, out.data, out.len);
    if (out.failed) {
        struct err why = {0};
        err_set(&why, ERR_NOMEM, "list of stories: out of memory");
        section_fail(s, &why);
    }
    buf_release(&out);
    return ref;
}

bool storylists_writer_failed(const struct storylists_writer *w)
{
    return w->skips.failed;
}
