#include "indexer/merge.h"

#include <assert.h>
#include <stdlib.h>

#include "formats/addresses.h"
#include "formats/coding.h"
#include "formats/storylists.h"

enum {
    PLAIN = 1 << 14 /* addresses whose stories are counted at a time */
};

/* A run's slice and the term it is at. */
struct source {
    struct cursor in;
    address base;
    term_id term;
    size_t run; /* runs are in stream order */
};

struct state {
    struct merge *out;
    struct source *heap; /* owned; the least (term, run) first */
    size_t n_heap;
    uint8_t *slices;              /* owned; of spilled runs */
    VEC(address) list;            /* of the term at hand, what is not yet encoded */
    uint64_t encoded;             /* addresses before it */
    struct addresses_writer *pos; /* owned; of long lists */
    VEC(struct story_posting) postings; /* tf may be 0: of repetitions alone */
    struct storylists_writer *doc;      /* owned */
    const struct merge_stories *stories;
    size_t seam; /* the first that ends behind the addresses counted so far */
};

void merge_release(struct merge *m)
{
    buf_release(&m->pos);
    buf_release(&m->doc);
    vec_release(&m->entries);
}

/* --- stories ------------------------------------------------------------------------------ */

/* Blocks of so many addresses that there are no more than two of them to a story: the walk from a block's first story to
 * an address's own is seldom longer than a step. */
int merge_stories_init(struct merge_stories *s, const address *starts,
                       const uint32_t *homes, uint32_t n, struct err *err)
{
    uint64_t end = starts[n];
    *s = (struct merge_stories){.starts = starts, .homes = homes, .n = n, .shift = 6};
    while (end >> s->shift > (uint64_t)n * 2)
        s->shift++;
    size_t blocks = (size_t)(end >> s->shift) + 1;
    s->first = calloc(blocks, sizeof *s->first);
    if (!s->first)
        return err_set(err, ERR_NOMEM, "out of memory");
    uint32_t story = 0;
    for (size_t i = 0; i < blocks; i++) {
        while (story + 1 < n && starts[story + 1] <= (uint64_t)i << s->shift)
            story++;
        s->first[i] = story;
    }
    return 0;
}

void merge_stories_release(struct merge_stories *s)
{
    free(s->first);
    s->first = NULL;
}

/* --- the heap of runs (Knuth, TAOCP vol. 3, 5.4.1) ---------------------------------------- */

static bool before(const struct source *a, const struct source *b)
{
    return a->term != b->term ? a->term < b->term : a->run < b->run;
}

static void sift(struct state *s, size_t i)
{
    struct source x = s->heap[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= s->n_heap)
            break;
        if (child + 1 < s->n_heap && before(&s->heap[child + 1], &s->heap[child]))
            child++;
        if (!before(&s->heap[child], &x))
            break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = x;
}

static int open_sources(struct state *s, const struct runs *runs, uint32_t partition,
                        term_id first_term, struct err *err)
{
    size_t n = runs->list.len;
    uint64_t bytes = runs->open ? runs_partition_bytes(runs, partition) : 0;
    s->heap = calloc(n + 1, sizeof *s->heap);
    s->slices = malloc(bytes + 1);
    if (!s->heap || !s->slices)
        return err_set(err, ERR_NOMEM, "postings: out of memory");
    uint8_t *at = s->slices;
    for (size_t i = 0; i < n; i++) {
        struct bytes slice;
        int rc = runs_slice(runs, i, partition, at, &slice, err);
        if (rc != 0)
            return rc;
        if (slice.data == at)
            at += slice.len;
        if (slice.len == 0)
            continue;
        struct source *x = &s->heap[s->n_heap++];
        *x = (struct source){cursor_of(slice.data, slice.len), runs->list.items[i].base,
                             first_term, i};
        x->term += cursor_varint32(&x->in);
    }
    for (size_t i = s->n_heap / 2; i-- > 0;)
        sift(s, i);
    return 0;
}

/* --- one term ------------------------------------------------------------------------------ */

#define EACH_TOP_BIT UINT64_C(0x8080808080808080)

/* A varint of 32 bits whose bytes are the lowest of w, without a branch on its length, which nobody can foretell. */
static inline uint32_t varint_of(uint64_t w, unsigned *len)
{
    uint64_t ends = ~w & EACH_TOP_BIT;
    *len = (unsigned)__builtin_ctzll(ends | UINT64_C(1) << 63) / 8 + 1;
    w &= ends ^ (ends - 1);
    return (uint32_t)((w & 0x7f) | (w >> 1 & 0x3f80) | (w >> 2 & 0x1fc000) |
                      (w >> 3 & 0xfe00000) | (w >> 4 & 0xf0000000));
}

/* Addresses at the given gaps to out, while eight bytes may be read; returns how many. Eight gaps of a byte
 * each, as frequent words have them, are taken at once. What is known of the stories there will be looked up next. */
static uint32_t take_gaps(const struct merge_stories *m, struct cursor *in,
                          uint32_t count, address *at, address *out)
{
    const uint8_t *p = in->p;
    const uint8_t *last = in->end - 8;
    address a = *at;
    uint32_t i = 0;
    if (cursor_left(in) < 8)
        return 0;
    while (i < count && p <= last) {
        uint64_t w = load_u64(p);
        if ((w & EACH_TOP_BIT) == 0 && count - i >= 8) {
            for (unsigned k = 0; k < 8; k++) {
                a += (uint32_t)(w >> 8 * k) & 0xff;
                out[i + k] = a;
            }
            i += 8;
            p += 8;
            continue;
        }
        unsigned len;
        a += varint_of(w, &len);
        __builtin_prefetch(&m->first[a >> m->shift]);
        out[i++] = a;
        p += len;
    }
    in->p = p;
    *at = a;
    return i;
}

/* Appends the addresses of the first source's term to the list, and moves it on. */
static int take(struct state *s, struct err *err)
{
    struct source *x = &s->heap[0];
    struct cursor *in = &x->in;
    uint32_t count = cursor_varint32(in);
    address at = x->base;
    if (count > cursor_left(in) || !vec_reserve(&s->list, count))
        return err_set(err, in->failed ? ERR_CORRUPT : ERR_NOMEM,
                       "postings: out of memory, or a run that was not written so");
    address *out = s->list.items + s->list.len;
    for (uint32_t i = take_gaps(s->stories, in, count, &at, out); i < count; i++) {
        at += cursor_varint32(in);
        out[i] = at;
    }
    s->list.len += count;
    if (in->failed)
        return err_set(err, ERR_CORRUPT, "postings: a run that was not written so");
    if (cursor_left(in) == 0)
        s->heap[0] = s->heap[--s->n_heap];
    else
        x->term += cursor_varint32(in);
    sift(s, 0);
    return 0;
}

static inline uint32_t story_of(const struct merge_stories *s, address at)
{
    uint32_t story = s->first[at >> s->shift];
    story += s->starts[story + 1] <= at;
    while (s->starts[story + 1] <= at)
        story++;
    return story;
}

/* Moves on to the first seam that ends behind an address, in steps that double: lists ascend,
 * and most of them are short. */
static void seek_seam(struct state *s, address at)
{
    const struct merge_stories *m = s->stories;
    size_t low = s->seam, step = 1;
    if (low >= m->n_seams || m->seams[low].to > at)
        return;
    while (step < m->n_seams - low && m->seams[low + step].to <= at) {
        low += step;
        step *= 2;
    }
    size_t high = step < m->n_seams - low ? low + step : m->n_seams;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (m->seams[middle].to <= at)
            low = middle;
        else
            high = middle;
    }
    s->seam = high;
}

/* Whether all tokens of a posting repeat others: that passage is counted where its home is. */
static bool repeats(struct state *s, address at, uint32_t span)
{
    seek_seam(s, at);
    if (s->seam == s->stories->n_seams)
        return false;
    const struct merge_seam *seam = &s->stories->seams[s->seam];
    return seam->from <= at && (uint64_t)at + span <= seam->to;
}

/* How often a term occurs in a story that ends at `end`: its addresses [from, to) in the list,
 * without repetitions, which only entries of several tokens have. */
static uint32_t count_homes(struct state *s, size_t from, size_t to, address end,
                            uint32_t span)
{
    const struct merge_stories *m = s->stories;
    uint32_t n = (uint32_t)(to - from);
    if (span == 1)
        return n;
    seek_seam(s, s->list.items[from]);
    if (s->seam == m->n_seams || m->seams[s->seam].from >= end)
        return n;
    for (size_t i = from; i < to; i++)
        n -= repeats(s, s->list.items[i], span);
    return n;
}

/* Adds n to the last story's occurrences if it is this one; else begins it. */
static bool add_story(struct state *s, uint32_t story, uint32_t n)
{
    size_t known = s->postings.len;
    if (known > 0 && s->postings.items[known - 1].story == story) {
        s->postings.items[known - 1].tf += n;
        return true;
    }
    struct story_posting p = {story, n};
    return vec_push(&s->postings, p);
}

/* The stories of the list's addresses [i, end) that lie below `limit`, where no seam is; returns the number of the
 * first that does not, or end. There is room for a posting of each. No branch asks whether an address lies in the
 * story of the one before it: that is as good as random. */
static size_t count_plain(struct state *s, size_t i, size_t end, uint64_t limit)
{
    const struct merge_stories *m = s->stories;
    const address *list = s->list.items;
    struct story_posting *items = s->postings.items, last = {UINT32_MAX, 0};
    /* Without any, the first wraps around to number 0. */
    size_t at = s->postings.len - 1;
    if (s->postings.len > 0)
        last = items[at];
    for (; i < end && list[i] < limit; i++) {
        uint32_t story = story_of(m, list[i]);
        bool same = story == last.story;
        last.tf = (same ? last.tf : 0) + 1;
        last.story = story;
        at += !same;
        __builtin_prefetch(&m->homes[story]);
        items[at] = last;
    }
    s->postings.len = at + 1;
    return i;
}

/* The stories of the list; the first may be the last of those before. */
static int count_stories(struct state *s, term_id term, struct err *err)
{
    const struct merge_stories *m = s->stories;
    const address *list = s->list.items;
    size_t n = s->list.len;
    uint32_t span = m->n_seams > 0 && m->spans[term] > 1 ? m->spans[term] : 1;
    for (size_t i = 0; i < n;) {
        size_t some = n - i < PLAIN ? n : i + PLAIN;
        if (!vec_reserve(&s->postings, some - i))
            return err_set(err, ERR_NOMEM, "postings: out of memory");
        seek_seam(s, list[i]);
        uint64_t limit = s->seam == m->n_seams
                             ? UINT64_MAX
                             : m->starts[story_of(m, m->seams[s->seam].from)];
        if (list[i] < limit) {
            i = count_plain(s, i, some, limit);
            continue;
        }
        /* The story has a seam that ends behind the address. */
        uint32_t story = story_of(m, list[i]);
        address end = m->starts[story + 1];
        size_t first = i;
        while (i < n && list[i] < end)
            i++;
        if (!add_story(s, story, count_homes(s, first, i, end, span)))
            return err_set(err, ERR_NOMEM, "postings: out of memory");
    }
    return 0;
}

/* Encodes what is held of a long list. */
static int put_part(struct state *s, term_id term, struct err *err)
{
    if (!s->pos)
        s->pos = addresses_writer_new();
    if (!s->pos)
        return err_set(err, ERR_NOMEM, "postings: out of memory");
    int rc = count_stories(s, term, err);
    addresses_writer_put(s->pos, s->list.items, s->list.len);
    s->encoded += s->list.len;
    vec_reset(&s->list);
    return rc;
}

/* All addresses of the first source's term. */
static int read_term(struct state *s, term_id term, struct err *err)
{
    size_t most = s->out->batch ? s->out->batch : MERGE_BATCH;
    int rc = 0;
    vec_reset(&s->list);
    vec_reset(&s->postings);
    s->seam = 0;
    s->encoded = 0;
    while (rc == 0 && s->n_heap > 0 && s->heap[0].term == term) {
        rc = take(s, err);
        if (rc == 0 && s->list.len >= most && s->list.len > TERMS_INLINE_MAX)
            rc = put_part(s, term, err);
    }
    return rc;
}

static void put_list(struct state *s, struct merge_entry *e)
{
    struct merge *m = s->out;
    size_t n = s->list.len;
    e->count = (uint32_t)(s->encoded + n);
    if (e->count <= TERMS_INLINE_MAX) {
        memcpy(e->inline_list, s->list.items, n * sizeof *e->inline_list);
        return;
    }
    e->pos = m->pos.len;
    if (s->encoded > 0) {
        addresses_writer_put(s->pos, s->list.items, n);
        e->pos_len = addresses_writer_encode(s->pos, &m->pos);
    } else {
        addresses_encode(s->list.items, n, &m->pos);
        e->pos_len = m->pos.len - e->pos;
    }
}

static int put_term(struct state *s, term_id term, struct err *err)
{
    struct merge *m = s->out;
    struct merge_entry e = {.term = term};
    int rc = read_term(s, term, err);
    if (rc == 0)
        rc = count_stories(s, term, err);
    if (rc != 0)
        return rc;
    put_list(s, &e);
    e.stories = (uint32_t)s->postings.len;
    if (s->postings.len >= STORYLISTS_MIN) {
        const uint32_t *homes = s->stories->homes;
        vec_foreach(const struct story_posting, p, &s->postings) {
            struct story_posting least = {p->story, p->tf + (p->tf == 0)};
            storylists_writer_put(s->doc, least, homes[p->story]);
        }
        e.doc = m->doc.len;
        e.doc_len = storylists_writer_encode(s->doc, &m->doc);
    }
    if (m->pos.failed || m->doc.failed || !vec_push(&m->entries, e))
        return err_set(err, ERR_NOMEM, "postings: out of memory");
    return 0;
}

int merge_partition(struct merge *m, const struct runs *runs, uint32_t partition,
                    term_id first_term, const struct merge_stories *stories,
                    struct err *err)
{
    struct state s = {.out = m, .stories = stories};
    s.doc = storylists_writer_new();
    int rc = s.doc ? open_sources(&s, runs, partition, first_term, err)
                   : err_set(err, ERR_NOMEM, "postings: out of memory");
    while (rc == 0 && s.n_heap > 0)
        rc = put_term(&s, s.heap[0].term, err);
    storylists_writer_free(s.doc);
    addresses_writer_free(s.pos);
    free(s.heap);
    free(s.slices);
    vec_release(&s.list);
    vec_release(&s.postings);
    return rc;
}
