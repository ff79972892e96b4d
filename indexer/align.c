#include "indexer/align.h"

#include <stdlib.h>
#include <string.h>

#include "text/analyser.h"
#include "indexer/places.h"

enum {
    /* Stream tokens that a piece must save: it costs about as much as two. Each is also looked at
     * by every query that meets the story. */
    GAIN_MIN = 8,
    /* More than this of a wording in blocks: it is stored whole. */
    BLOCKS_PERCENT_MAX = 85,
    /* Places of a run that are tried, the first ones. More would make a text that repeats itself
     * cost the square of its length. */
    TRIES_MAX = 16
};

/* A joined entry that lies on a joint is whole in one of the two pieces. */
_Static_assert((int)JOIN_SPAN_MAX <= SEAM + 1, "seams hold every joined entry");

/* A stretch of the stream inside which a match may lie: the root, or one block. */
struct extent {
    address from, to;
    bool goes_on; /* in its wording, the token after it is glued to its last */
};

struct match {
    address at;
    uint32_t len;
    bool to_end; /* of the wording */
};

struct align {
    VEC(uint32_t) terms; /* of the stream */
    VEC(uint8_t) breaks;
    VEC(struct extent) extents;
    struct places places;
    uint32_t repeated; /* tokens of the stream that have their homes elsewhere */
    /* the last wording's */
    VEC(struct piece) pieces;
    VEC(struct align_block) blocks;
    break_vec own_breaks;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "align: out of memory");
}

struct align *align_new(void)
{
    return calloc(1, sizeof(struct align));
}

void align_free(struct align *a)
{
    if (!a)
        return;
    vec_release(&a->terms);
    vec_release(&a->breaks);
    vec_release(&a->extents);
    places_release(&a->places);
    vec_release(&a->pieces);
    vec_release(&a->blocks);
    vec_release(&a->own_breaks);
    free(a);
}

uint32_t align_length(const struct align *a)
{
    return (uint32_t)a->terms.len;
}

uint32_t align_homes(const struct align *a)
{
    return (uint32_t)a->terms.len - a->repeated;
}

/* Whether token i of a wording is glued to the one before; its first is not, nor what follows its
 * last. */
static bool is_glued(const struct align_text *t, uint32_t i)
{
    return i > 0 && i < t->n && t->breaks[i] == BREAK_GLUED;
}

/* Appends tokens [from, from + len) of a wording to the stream, as one extent. */
static int append(struct align *a, const struct align_text *t, uint32_t from,
                  uint32_t len, struct err *err)
{
    size_t start = a->terms.len;
    if (len >= UINT32_MAX - start)
        return err_set(err, ERR_LIMIT, "align: a story has 2^32 tokens or more");
    struct extent x = {(address)start, (address)(start + len), is_glued(t, from + len)};
    if (!vec_reserve(&a->terms, len) || !vec_reserve(&a->breaks, len) ||
        !vec_push(&a->extents, x))
        return no_memory(err);
    if (len > 0) {
        memcpy(a->terms.items + start, t->terms + from, len * sizeof *t->terms);
        memcpy(a->breaks.items + start, t->breaks + from, len);
    }
    a->terms.len = a->breaks.len = start + len;
    return places_add(&a->places, a->terms.items, x.from, x.to) ? 0 : no_memory(err);
}

int align_begin(struct align *a, const struct align_text *root, struct err *err)
{
    vec_reset(&a->terms);
    vec_reset(&a->breaks);
    vec_reset(&a->extents);
    a->repeated = 0;
    if (!places_reset(&a->places, root->n))
        return no_memory(err);
    return append(a, root, 0, root->n, err);
}

/* --- matches ------------------------------------------------------------------------------ */

static const struct extent *extent_of(const struct align *a, address at)
{
    size_t lo = 0, hi = a->extents.len; /* the last that begins at or before `at` */
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (a->extents.items[mid].from <= at)
            lo = mid;
        else
            hi = mid;
    }
    return &a->extents.items[lo];
}

/* How many tokens from p on stand at address `at`: the same terms, glued alike. What follows
 * must be glued in both or in neither, or a hyphen chain would end in one of the two where it
 * goes on in the other; then the match ends a token earlier. */
static uint32_t match_at(const struct align *a, const struct extent *x,
                         const struct align_text *t, uint32_t p, address at)
{
    const uint32_t *terms = a->terms.items + at;
    const uint8_t *breaks = a->breaks.items + at;
    uint32_t left = t->n - p, most = x->to - at < left ? x->to - at : left, n = 0;
    while (n < most && terms[n] == t->terms[p + n] &&
           (breaks[n] == BREAK_GLUED) == is_glued(t, p + n))
        n++;
    bool on = at + n < x->to ? breaks[n] == BREAK_GLUED : x->goes_on;
    return n > 0 && on != is_glued(t, p + n) ? n - 1 : n;
}

/* The longest match of the tokens from p on, the first of equals, among the first TRIES_MAX
 * places of their first PLACES_RUN tokens. */
static struct match longest(const struct align *a, const struct align_text *t,
                            uint32_t p)
{
    struct match best = {0};
    if (t->n - p < PLACES_RUN)
        return best;
    uint32_t last = places_last(&a->places, a->terms.items, t->terms + p);
    if (last == (uint32_t)PLACES_NONE)
        return best;
    uint32_t at = last;
    for (int i = 0; i < TRIES_MAX; i++) {
        at = places_next(&a->places, at);
        /* Longer than the best only if it goes on where that one ended, which few do. */
        if (best.len < a->terms.len - at &&
            a->terms.items[at + best.len] == t->terms[p + best.len]) {
            const struct extent *x = extent_of(a, at);
            uint32_t n = best.len < x->to - at ? match_at(a, x, t, p, at) : 0;
            if (n > best.len)
                best = (struct match){at, n, p + n == t->n};
        }
        if (at == last || best.to_end)
            break;
    }
    return best;
}

/* --- pieces and blocks ---------------------------------------------------------------------- */

/* How many stream tokens a piece at p saves: all but the seam that the next one repeats. */
static bool saves(const struct match *m, uint32_t p)
{
    if (m->to_end)
        return p == 0 || m->len >= GAIN_MIN;
    return m->len >= SEAM + GAIN_MIN;
}

/* A block that another wording brought, whole, between what stands on both sides of it: a change that is made again. */
static bool is_block(const struct align *a, const struct match *m)
{
    const struct extent *x = extent_of(a, m->at);
    return x > a->extents.items && m->len > SEAM && m->at == x->from &&
           m->len == x->to - x->from;
}

/* The same where a block must end for it, which repeats the piece's first tokens. */
static bool saves_after_block(const struct match *m)
{
    return m->len >= (m->to_end ? SEAM : 2 * SEAM) + GAIN_MIN;
}

static int push_piece(struct align *a, address start, uint32_t own, uint32_t look,
                      struct err *err)
{
    struct piece p = {start, own, look};
    return vec_push(&a->pieces, p) ? 0 : no_memory(err);
}

static int push_match(struct align *a, const struct match *m, uint32_t *p,
                      struct err *err)
{
    uint32_t look = m->to_end ? 0 : SEAM;
    *p += m->len - look;
    return push_piece(a, m->at, m->len - look, look, err);
}

/* Where the last piece's look region begins: the home of what comes next. */
static address lead_of(const struct align *a)
{
    if (a->pieces.len == 0)
        return (address)ADDRESS_NONE;
    const struct piece *p = &a->pieces.items[a->pieces.len - 1];
    return p->start + p->own;
}

/* Opens a block at *p, which becomes the place where the next piece begins, at *next; the end
 * of the wording if there is none. *start: where the stream ends with the blocks so far. */
static int open_block(struct align *a, const struct align_text *t, uint32_t *p,
                      address *start, struct match *next, struct err *err)
{
    uint32_t from = *p, q = from + 1;
    for (; q < t->n; q++) {
        *next = longest(a, t, q);
        if (saves_after_block(next))
            break;
    }
    uint32_t look = q < t->n ? SEAM : 0;
    struct align_block b = {.from = from,
                            .len = q + look - from,
                            .start = *start,
                            .lead_home = lead_of(a),
                            .tail_home = q < t->n ? next->at : (address)ADDRESS_NONE};
    if (b.len >= UINT32_MAX - *start)
        return err_set(err, ERR_LIMIT, "align: a story has 2^32 tokens or more");
    if (!vec_push(&a->blocks, b))
        return no_memory(err);
    *start += b.len;
    *p = q;
    return push_piece(a, b.start, q - from, look, err);
}

/* Fills pieces and blocks; the stream stays as it is. */
static int lay(struct align *a, const struct align_text *t, struct err *err)
{
    address end = (address)a->terms.len;
    uint32_t p = 0;
    int rc = 0;
    while (rc == 0 && p < t->n) {
        struct match m = longest(a, t, p);
        if (!saves(&m, p) && !is_block(a, &m)) {
            rc = open_block(a, t, &p, &end, &m, err);
            if (rc != 0 || p == t->n)
                break;
        }
        rc = push_match(a, &m, &p, err);
    }
    return rc;
}

/* Replaces what lay() found by one block of the whole wording. */
static int lay_whole(struct align *a, const struct align_text *t, struct err *err)
{
    vec_reset(&a->pieces);
    vec_reset(&a->blocks);
    struct align_block b = {.len = t->n,
                            .start = (address)a->terms.len,
                            .lead_home = (address)ADDRESS_NONE,
                            .tail_home = (address)ADDRESS_NONE};
    return vec_push(&a->blocks, b) ? push_piece(a, b.start, t->n, 0, err)
                                   : no_memory(err);
}

static uint64_t block_tokens(const struct align *a)
{
    uint64_t n = 0;
    for (size_t i = 0; i < a->blocks.len; i++)
        n += a->blocks.items[i].len;
    return n;
}

/* What a block repeats is spelled as at its home, whatever the wording's breaks are there. */
static void copy_breaks(struct align *a, const struct block *b)
{
    uint8_t *breaks = a->breaks.items;
    if (b->lead_home != (address)ADDRESS_NONE)
        memcpy(breaks + b->start, breaks + b->lead_home, SEAM);
    if (b->tail_home != (address)ADDRESS_NONE)
        memcpy(breaks + b->start + b->len - SEAM, breaks + b->tail_home, SEAM);
}

static int append_blocks(struct align *a, const struct align_text *t, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < a->blocks.len; i++) {
        const struct align_block *b = &a->blocks.items[i];
        struct block stored = {b->start, b->len, b->lead_home, b->tail_home};
        a->repeated += wordings_repeated(&stored);
        rc = append(a, t, b->from, b->len, err);
        if (rc == 0)
            copy_breaks(a, &stored);
    }
    return rc;
}

/* Where the wording's breaks are not those of its pieces' own tokens. */
static int find_breaks(struct align *a, const struct align_text *t, struct err *err)
{
    uint32_t at = 0; /* where the piece begins */
    vec_reset(&a->own_breaks);
    for (size_t k = 0; k < a->pieces.len; k++) {
        const struct piece *p = &a->pieces.items[k];
        const uint8_t *here = t->breaks + at, *there = a->breaks.items + p->start;
        bool same = p->own == 0 || memcmp(here, there, p->own) == 0;
        for (uint32_t i = at == 0 ? 1 : 0; !same && i < p->own; i++) {
            if (here[i] != there[i] &&
                !vec_push(&a->own_breaks, (struct word_break){at + i, here[i]}))
                return no_memory(err);
        }
        at += p->own;
    }
    return 0;
}

int align_add(struct align *a, const struct align_text *t, struct align_result *out,
              struct err *err)
{
    bool whole = false;
    vec_reset(&a->pieces);
    vec_reset(&a->blocks);
    int rc = t->n > 0 ? lay(a, t, err) : push_piece(a, 0, 0, 0, err);
    if (rc == 0 && block_tokens(a) * 100 > (uint64_t)t->n * BLOCKS_PERCENT_MAX) {
        whole = true;
        rc = lay_whole(a, t, err);
    }
    if (rc == 0)
        rc = append_blocks(a, t, err);
    if (rc == 0)
        rc = find_breaks(a, t, err);
    if (rc != 0)
        return rc;
    *out = (struct align_result){
        .pieces = a->pieces.items,
        .n_pieces = a->pieces.len,
        .breaks = a->own_breaks.items,
        .n_breaks = a->own_breaks.len,
        .blocks = a->blocks.items,
        .n_blocks = a->blocks.len,
        .whole = whole,
    };
    return 0;
}
