/* Stories of one wording: blocks of the token stream are decoded and counted where windows lie. */
#include "query/collocates_parts.h"

/* A story while its windows are counted. */
struct at_hand {
    struct collocates *c;
    const struct forward *forward;
    uint64_t outlets; /* bits */
    uint32_t story;
    uint32_t n_articles;
    bool whole; /* all its outlets have bits */
    bool plain; /* and it is of one article */
};

/* A block of the stream; where a token stands elsewhere, it has the surface behind the last, which nobody has. */
static int read_block(struct at_hand *h, uint64_t block, surface_id *out,
                      struct err *err)
{
    const struct forward *f = h->forward;
    uint64_t from = block * FORWARD_BLOCK, left = f->n_tokens - from;
    size_t n = left < FORWARD_BLOCK ? (size_t)left : FORWARD_BLOCK;
    int rc = forward_read(f, (address)from, n, out, NULL, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        out[i] = out[i] < f->n_surfaces ? out[i] : f->n_surfaces;
    }
    return rc;
}

static int block_at(struct at_hand *h, uint64_t block, const surface_id **out,
                    struct err *err)
{
    struct collocates *c = h->c;
    size_t slot = block % COLLOCATES_BLOCKS;
    *out = c->blocks[slot];
    if (c->block_of[slot] == block + 1) {
        return 0;
    }
    c->block_of[slot] = 0;
    int rc = read_block(h, block, c->blocks[slot], err);
    if (rc == 0) {
        c->block_of[slot] = block + 1;
    }
    return rc;
}

/* Observations of some words, in a story of one article. */
static int count_plain(struct at_hand *h, const surface_id *v, size_t n,
                       struct err *err)
{
    struct collocates *c = h->c;
    struct collocate *rows = c->rows.items;
    const uint32_t *row_of = c->row_of;
    const uint32_t story = h->story;
    const uint64_t outlets = h->outlets;
    for (size_t i = 0; i < n; i++) {
        uint32_t row = row_of[v[i]];
        if (row == 0) {
            int rc = collocates_new_row(c, v[i], &row, err);
            if (rc) {
                return rc;
            }
            rows = c->rows.items;
        }
        struct collocate *r = &rows[row];
        r->o++;
        r->outlets |= outlets;
        r->stories += r->last_story != story;
        r->last_story = story;
    }
    return 0;
}

/* The same in one of any number of articles and outlets. */
static int count_any(struct at_hand *h, const surface_id *v, size_t n, struct err *err)
{
    struct collocates *c = h->c;
    for (size_t i = 0; i < n; i++) {
        uint32_t row = c->row_of[v[i]];
        int rc = row ? 0 : collocates_new_row(c, v[i], &row, err);
        if (rc) {
            return rc;
        }
        struct collocate *r = &c->rows.items[row];
        struct collocate_more *m = &c->more.items[row];
        r->o++;
        m->o += h->n_articles - 1;
        if (r->last_story == h->story) {
            continue;
        }
        r->last_story = h->story;
        r->stories++;
        r->outlets |= h->outlets;
        m->articles += h->n_articles - 1;
        rc = h->whole ? 0 : collocates_put_outlets(c, row, err);
        if (rc) {
            return rc;
        }
    }
    return 0;
}

/* Words [from, to) of the stream. */
static int count_words(struct at_hand *h, address from, address to, struct err *err)
{
    struct collocates *c = h->c;
    int rc = 0;
    c->near += to - from;
    c->near_all += (uint64_t)(to - from) * h->n_articles;
    while (from < to && rc == 0) {
        const surface_id *block;
        size_t at = from % FORWARD_BLOCK, n = FORWARD_BLOCK - at;
        n = n < to - from ? n : to - from;
        rc = block_at(h, from / FORWARD_BLOCK, &block, err);
        if (rc == 0) {
            rc = h->plain ? count_plain(h, block + at, n, err)
                          : count_any(h, block + at, n, err);
        }
        from += (address)n;
    }
    return rc;
}

static int begin_story(struct at_hand *h, const struct collocates_simple *s,
                       struct err *err)
{
    struct collocates *c = h->c;
    int rc = collocates_turn(c, s->segment, err);
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
    h->forward = &c->snapshot->segments[s->segment].forward;
    h->story = c->n_stories;
    h->n_articles = s->match.n_articles;
    h->plain = h->whole && h->n_articles == 1;
    return 0;
}

int collocates_add_simple(struct collocates *c, const struct collocates_simple *s,
                          struct err *err)
{
    struct at_hand h = {.c = c};
    uint32_t len = s->end - s->start;
    int rc = begin_story(&h, s, err);
    if (rc == 0 && s->end > h.forward->n_tokens) {
        return section_corrupt(&h.forward->section, 0, err,
                               "token stream: it ends before a story does");
    }
    for (size_t i = 0; i < s->n_hits && rc == 0; i++) {
        uint32_t first = s->hits ? s->hits[i] - s->start : s->spans[i].first;
        uint32_t end = first + (s->hits ? s->width : s->spans[i].len);
        if (end > len || end <= first) {
            return section_corrupt(&h.forward->section, 0, err,
                                   "wordings: a hit beyond its wording");
        }
        struct collocates_window w = collocates_window_of(c, first, end, len);
        rc = count_words(&h, s->start + w.lo, s->start + first, err);
        rc = rc ? rc : count_words(&h, s->start + end, s->start + w.hi, err);
        rc = rc ? rc : collocates_look(c, (uint64_t)1 + w.hi - w.lo, err);
    }
    return rc;
}
