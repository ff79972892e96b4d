/* Stories of one wording: blocks of the token stream are decoded and counted where windows lie. */
#include <string.h>

#include "query/collocates_count.h"
#include "query/collocates_parts.h"

enum {
    AHEAD = 8 /* hits */
};

/* A story while its windows are counted. */
struct at_hand {
    struct collocates *c;
    uint32_t outlets; /* bits */
    uint32_t story;
    uint32_t n_articles;
    bool whole; /* all its outlets have bits */
    bool plain; /* and it is of one article */
};

/* A block of the stream; where a token stands elsewhere, it gets the surface behind the last, which nobody has: in a story of one
 * wording none does. */
static int read_block(struct at_hand *h, uint64_t block, struct err *err)
{
    struct collocates *c = h->c;
    size_t slot = block % COLLOCATES_BLOCKS;
    surface_id *out = c->blocks + slot * FORWARD_BLOCK;
    bool elsewhere = false;
    c->block_of[slot] = 0;
    int rc = forward_reader_block(&c->reader, block, out, &elsewhere, err);
    for (size_t i = 0; i < FORWARD_BLOCK && elsewhere && rc == 0; i++) {
        out[i] = out[i] < c->n_surfaces ? out[i] : c->n_surfaces;
    }
    if (rc == 0) {
        c->block_of[slot] = block + 1;
    }
    return rc;
}

static inline int block_at(struct at_hand *h, uint64_t block, const surface_id **out,
                           struct err *err)
{
    struct collocates *c = h->c;
    size_t slot = block % COLLOCATES_BLOCKS;
    *out = c->blocks + slot * FORWARD_BLOCK;
    return c->block_of[slot] == block + 1 ? 0 : read_block(h, block, err);
}

/* --- counting ------------------------------------------------------------------------------- */

/* Makes rows of the words that have none, whose places in the batch are at[0..n). What is looked up for each is in no cache:
 * all of it is asked for first. */
static int make_rows(struct collocates *c, const uint16_t *at, size_t n,
                     struct err *err)
{
    const struct surfaces *s = &c->snapshot->segments[c->segment - 1].surfaces;
    const surface_id *v = c->batch;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        surfaces_expect_term(s, v[at[i]]);
    }
    for (size_t i = 0; i < n && rc == 0 && !c->options.by_surface; i++) {
        term_id term = 0;
        rc = surfaces_term(s, v[at[i]], &term, err);
        __builtin_prefetch(&c->term_rows[term], 1);
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        uint32_t row = c->row_of[v[at[i]]];
        if (row == 0) {
            rc = collocates_new_row(c, v[at[i]], &row, err);
        }
        c->batch[at[i]] = row;
    }
    return rc;
}

/* The rows of four words, in the place of their surfaces; false, and nothing done, if one has none. */
static inline bool find_known(const uint32_t *row_of, const struct collocate *rows,
                              surface_id v[4])
{
    uint32_t p = row_of[v[0]], q = row_of[v[1]], r = row_of[v[2]], s = row_of[v[3]];
    if (((p - 1) | (q - 1) | (r - 1) | (s - 1)) >> 31 != 0) { /* none is 0 */
        return false;
    }
    __builtin_prefetch(&rows[p], 1);
    __builtin_prefetch(&rows[q], 1);
    __builtin_prefetch(&rows[r], 1);
    __builtin_prefetch(&rows[s], 1);
    v[0] = p;
    v[1] = q;
    v[2] = r;
    v[3] = s;
    return true;
}

/* The rows of the batch's words, in the place of their surfaces. */
static int find_rows(struct collocates *c, struct err *err)
{
    uint16_t fresh[COLLOCATES_BATCH + FORWARD_BLOCK];
    const uint32_t *row_of = c->row_of;
    const struct collocate *rows = c->rows.items;
    surface_id *v = c->batch;
    size_t n_fresh = 0, i = 0;
    while (i < c->n_batch) {
        if (i + 4 <= c->n_batch && find_known(row_of, rows, v + i)) {
            i += 4;
            continue;
        }
        size_t end = i + 4 <= c->n_batch ? i + 4 : c->n_batch;
        for (; i < end; i++) {
            uint32_t row = row_of[v[i]];
            fresh[n_fresh] = (uint16_t)i;
            n_fresh += row == 0;
            v[i] = row != 0 ? row : v[i];
            __builtin_prefetch(&rows[row], 1);
        }
    }
    return n_fresh > 0 ? make_rows(c, fresh, n_fresh, err) : 0;
}

/* The observations of the batch, which are rows, in a story of any number of articles and outlets. */
static int count_any(struct at_hand *h, struct err *err)
{
    struct collocates *c = h->c;
    int rc = collocates_need_more(c, err);
    for (size_t i = 0; i < c->n_batch && rc == 0; i++) {
        struct collocate *r = &c->rows.items[c->batch[i]];
        struct collocate_more *m = &c->more.items[c->batch[i]];
        r->o++;
        m->o_copies += h->n_articles - 1;
        if (r->last_story == h->story) {
            continue;
        }
        r->last_story = h->story;
        r->stories++;
        r->outlets |= h->outlets;
        m->articles += h->n_articles - 1;
        rc = h->whole ? 0 : collocates_put_outlets(c, c->batch[i], err);
    }
    return rc;
}

/* Finds the rows of the batch, which each of so many articles has. */
static int begin_batch(struct collocates *c, uint32_t n_articles, struct err *err)
{
    int rc = collocates_expect(c, c->n_batch, err);
    c->near += c->n_batch;
    c->near_all += (uint64_t)c->n_batch * n_articles;
    return rc ? rc : find_rows(c, err);
}

int collocates_flush(struct collocates *c, struct err *err)
{
    collocates_counter *count = collocates_count();
    uint32_t from = 0;
    int rc = begin_batch(c, 1, err);
    for (size_t i = 0; i < c->n_batch_stories && rc == 0; i++) {
        const struct collocates_run *run = &c->batch_stories[i];
        count(c->rows.items, c->batch + from, run->end - from, run->story,
              run->outlets);
        from = run->end;
    }
    c->n_batch = c->n_batch_stories = 0;
    return rc;
}

/* Counts the batch, or puts it off: words of several stories are counted together, which is quicker. */
static int count_batch(struct at_hand *h, struct err *err)
{
    struct collocates *c = h->c;
    int rc = 0;
    if (!h->plain) {
        rc = begin_batch(c, h->n_articles, err);
        rc = rc ? rc : count_any(h, err);
        c->n_batch = 0;
        return rc;
    }
    c->batch_stories[c->n_batch_stories++] =
        (struct collocates_run){(uint32_t)c->n_batch, h->story, h->outlets};
    bool full = c->n_batch >= COLLOCATES_BATCH ||
                c->n_batch_stories == COLLOCATES_BATCH_STORIES;
    return full ? collocates_flush(c, err) : 0;
}

/* At most a block of words. The few of most windows are copied with what stands behind them: batch and blocks have room for it. */
static inline int put_words(struct at_hand *h, const surface_id *v, size_t n,
                            struct err *err)
{
    struct collocates *c = h->c;
    surface_id *to = c->batch + c->n_batch;
    memcpy(to, v, COLLOCATES_COPIED * sizeof *to);
    for (size_t i = COLLOCATES_COPIED; i < n; i++) {
        to[i] = v[i];
    }
    c->n_batch += n;
    return c->n_batch >= COLLOCATES_BATCH ? count_batch(h, err) : 0;
}

/* Words [from, to) of the stream. */
static int count_words(struct at_hand *h, address from, address to, struct err *err)
{
    int rc = 0;
    while (from < to && rc == 0) {
        const surface_id *block;
        size_t at = from % FORWARD_BLOCK, n = FORWARD_BLOCK - at;
        n = n < to - from ? n : to - from;
        rc = block_at(h, from / FORWARD_BLOCK, &block, err);
        rc = rc ? rc : put_words(h, block + at, n, err);
        from += (address)n;
    }
    return rc;
}

/* Words [lo, hi) but for the hit [first, end). Most windows lie in one block. */
static inline int count_window(struct at_hand *h, address lo, address first,
                               address end, address hi, struct err *err)
{
    uint64_t block = lo / FORWARD_BLOCK;
    const surface_id *v;
    int rc;
    if ((hi - 1) / FORWARD_BLOCK != block) {
        rc = count_words(h, lo, first, err);
        return rc ? rc : count_words(h, end, hi, err);
    }
    rc = block_at(h, block, &v, err);
    rc = rc ? rc : put_words(h, v + lo % FORWARD_BLOCK, first - lo, err);
    return rc ? rc : put_words(h, v + end % FORWARD_BLOCK, hi - end, err);
}

static int begin_story(struct at_hand *h, const struct collocates_simple *s,
                       struct err *err)
{
    struct collocates *c = h->c;
    bool other = c->segment != s->segment + 1 || c->n_stories == UINT32_MAX;
    int rc = other ? collocates_flush(c, err) : 0;
    rc = rc ? rc : collocates_turn(c, s->segment, err);
    vec_reset(&c->starts);
    if (rc == 0 && c->options.within != AST_WITHIN_WORDS) {
        rc = collocates_add_marks(c, s->start, s->end, 0, err);
    }
    if (rc == 0) {
        rc = collocates_find_outlets(c, s->segment, &s->match, &h->outlets, &h->whole,
                                     err);
    }
    if (rc) {
        return rc;
    }
    collocates_new_story(c);
    h->story = c->n_stories;
    h->n_articles = s->match.n_articles;
    h->plain = h->whole && h->n_articles == 1;
    return h->plain ? 0 : collocates_flush(c, err);
}

/* Has the block of hits[i] to be asked for? The processor finds by itself those that follow at once. */
static inline bool is_far(const address *hits)
{
    return hits[0] / FORWARD_BLOCK - hits[-1] / FORWARD_BLOCK > 1;
}

/* The block of a hit that comes later is on its way while others are counted, and before it, where that block lies. */
static inline void expect(const struct collocates *c, const struct collocates_simple *s,
                          size_t hit)
{
    size_t left = s->n_hits + s->n_ahead - hit;
    if (!s->hits || left <= AHEAD) {
        return;
    }
    const address *soon = s->hits + hit + AHEAD;
    if (is_far(soon)) {
        forward_reader_expect(&c->reader, soon[0] / FORWARD_BLOCK);
    }
    if (left > 2 * AHEAD && is_far(soon + AHEAD)) {
        forward_reader_expect_chunk(&c->reader, soon[AHEAD] / FORWARD_BLOCK);
    }
}

int collocates_add_simple(struct collocates *c, const struct collocates_simple *s,
                          struct err *err)
{
    struct at_hand h = {.c = c};
    uint32_t len = s->end - s->start;
    const struct forward *f = &c->snapshot->segments[s->segment].forward;
    int rc = begin_story(&h, s, err);
    if (rc == 0 && s->end > f->n_tokens) {
        return section_corrupt(&f->section, 0, err,
                               "token stream: it ends before a story does");
    }
    for (size_t i = 0; i < s->n_hits && rc == 0; i++) {
        uint32_t first = s->hits ? s->hits[i] - s->start : s->spans[i].first;
        uint32_t end = first + (s->hits ? s->width : s->spans[i].len);
        if (end > len || end <= first) {
            return section_corrupt(&f->section, 0, err,
                                   "wordings: a hit beyond its wording");
        }
        expect(c, s, i);
        struct collocates_window w = collocates_window_of(c, first, end, len);
        rc = count_window(&h, s->start + w.lo, s->start + first, s->start + end,
                          s->start + w.hi, err);
        rc = rc ? rc : collocates_look(c, (uint64_t)1 + w.hi - w.lo, err);
    }
    return rc ? rc : count_batch(&h, err);
}
