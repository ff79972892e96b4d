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

/* --- blocks -------------------------------------------------------------------------------------- */

/* A bit for each story after the base, if that is shorter than the gaps. Returns the length. */
static size_t put_stories(const struct storylists_writer *w, uint8_t *block)
{
    size_t len = pfor_encode(w->gaps, w->n, block);
    size_t span = (size_t)(w->last - w->base);
    size_t bitset = (span + 7) / 8;
    if (1 + coding_varint_len(bitset) + bitset >= len)
        return len;
    uint8_t *p = block;
    *p++ = STORYLISTS_BITSET;
    p += coding_put_varint(p, bitset);
    memset(p, 0, bitset);
    size_t bit = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        bit += w->gaps[i];
        p[bit / 8] |= (uint8_t)(1U << (bit % 8));
        bit++;
    }
    return (size_t)(p - block) + bitset;
}

static void flush_block(struct storylists_writer *w)
{
    uint8_t *block = skips_writer_room(&w->skips, STORYLISTS_BYTES_MAX);
    if (block)
        skips_writer_block(&w->skips, w->last, put_stories(w, block));
    w->base = w->last;
    w->n = 0;
}

void storylists_writer_put(struct storylists_writer *w, story_id story)
{
    storylists_writer_put_all(w, &story, 1);
}

void storylists_writer_put_all(struct storylists_writer *w, const story_id *list,
                               size_t n)
{
    while (n > 0) {
        if (w->n == STORYLISTS_BLOCK)
            flush_block(w);
        uint32_t some = STORYLISTS_BLOCK - w->n;
        some = some < n ? some : (uint32_t)n;
        assert(w->last == UINT32_MAX || list[0] > w->last);
        assert(list[some - 1] - list[0] >= some - 1);
        pfor_gaps(list, some, w->last, w->gaps + w->n);
        w->last = list[some - 1];
        w->n += some;
        list += some;
        n -= some;
    }
}

size_t storylists_writer_encode(struct storylists_writer *w, struct buf *out)
{
    assert(w->n > 0);
    flush_block(w);
    buf_put_bytes(out, buf_bytes(&w->skips.out));
    w->skips.to = out; /* the rest need not be copied */
    size_t len = (size_t)skips_writer_end(&w->skips);
    w->skips.to = NULL;
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
