/* The naive greedy aligner of DESIGN 4.5, and the invariants of pieces as assertions. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/check.h"
#include "tests/support/handmade.h"

/* A stretch of the stream inside which a match may lie: the root, or one block. */
struct extent {
    address from, to;
};

struct match {
    address at;
    uint32_t len;
    bool to_end; /* of the wording */
};

static uint64_t draw(struct handmade *h)
{
    h->random ^= h->random << 13;
    h->random ^= h->random >> 7;
    h->random ^= h->random << 17;
    return h->random;
}

static uint8_t stream_break(const struct handmade *h, const struct handmade_story *s,
                            address at)
{
    const struct handmade_source *source = handmade_stored(s, at);
    return h->articles.items[source->article].tokens[source->token].brk;
}

const struct handmade_source *handmade_stored(const struct handmade_story *s,
                                              address at)
{
    return &s->stream.items[wordings_home(s->blocks.items, s->blocks.len, at)];
}

bool handmade_same(const struct handmade *h, const struct handmade_story *s,
                   const struct handmade_wording *w, uint32_t i, address at)
{
    const struct handmade_source *source = &s->stream.items[at];
    const struct handmade_article *there = &h->articles.items[source->article];
    const struct handmade_article *here = &h->articles.items[w->first_article];
    if (!bytes_equal(there->terms[source->token], here->terms[i]))
        return false;
    bool glued = there->tokens[source->token].brk == 3;
    /* A wording's first token is not glued to anything: it may not stand where a hyphen chain
     * would begin that the stream does not begin. */
    return glued == (i > 0 && here->tokens[i].brk == 3);
}

static bool glued(const struct handmade_article *a, size_t i)
{
    return i < a->n_tokens && a->tokens[i].brk == 3;
}

/* Is the token after the one at this address glued to it, in the article whose tokens they are? */
static bool chain_goes_on(const struct handmade *h, const struct handmade_story *s,
                          address at)
{
    const struct handmade_source *source = &s->stream.items[at];
    return glued(&h->articles.items[source->article], source->token + 1);
}

static struct extent extent_of(const struct handmade_story *s, size_t i)
{
    if (i == 0)
        return (struct extent){0, s->wordings.items[0].len};
    const struct block *b = &s->blocks.items[i - 1];
    return (struct extent){b->start, b->start + b->len};
}

/* The longest match of the wording's tokens from p on, the first of equals. */
static struct match longest(const struct handmade *h, const struct handmade_story *s,
                            const struct handmade_wording *w, uint32_t p)
{
    struct match best = {0};
    const struct handmade_article *here = &h->articles.items[w->first_article];
    for (size_t e = 0; e <= s->blocks.len; e++) {
        struct extent x = extent_of(s, e);
        for (address at = x.from; at < x.to; at++) {
            uint32_t n = 0;
            while (p + n < w->len && at + n < x.to &&
                   handmade_same(h, s, w, p + n, at + n))
                n++;
            /* A chain must not end in one of the two where it goes on in the other. */
            if (n > 0 && chain_goes_on(h, s, at + n - 1) != glued(here, p + n))
                n--;
            if (n > best.len)
                best = (struct match){at, n, p + n == w->len};
        }
    }
    return best;
}

/* The extra of one decision. */
static uint32_t extra(struct handmade *h)
{
    uint32_t most = h->align.extra;
    return h->align.seed ? 1 + (uint32_t)(draw(h) % most) : most;
}

/* Is the match at p worth a piece, without a block before it? */
static bool good(struct handmade *h, const struct match *m, uint32_t p)
{
    if (h->align.seed && draw(h) % 8 == 0)
        return false;
    uint32_t more = extra(h);
    if (m->to_end)
        return m->len >= (p > 0 ? SEAM : 0) + more;
    return m->len >= SEAM + more;
}

/* Is the match at q worth ending a block for? It must be long enough for a piece of its own. */
static bool good_after_block(struct handmade *h, const struct match *m)
{
    uint32_t more = extra(h);
    return m->len >= (m->to_end ? SEAM : 2 * SEAM) + more;
}

static void push_piece(struct handmade_wording *w, address start, uint32_t own,
                       uint32_t look)
{
    struct piece p = {start, own, look};
    CHECK(vec_push(&w->pieces, p));
}

/* Appends tokens [from, to) of a wording to the stream. */
static void push_stream(struct handmade_story *s, const struct handmade_wording *w,
                        uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        struct handmade_source source = {w->first_article, i};
        CHECK(vec_push(&s->stream, source));
    }
}

/* A block of tokens [from, to) whose first tokens repeat those at lead_home, and its last those
 * at tail_home. */
static address push_block(struct handmade_story *s, const struct handmade_wording *w,
                          uint32_t from, uint32_t to, address lead_home,
                          address tail_home)
{
    struct block b = {(address)s->stream.len, to - from, lead_home, tail_home};
    CHECK(vec_push(&s->blocks, b));
    push_stream(s, w, from, to);
    return b.start;
}

/* Where the last piece's look region begins. */
static address lead_of(const struct handmade_wording *w)
{
    if (w->pieces.len == 0)
        return (address)ADDRESS_NONE;
    const struct piece *p = &w->pieces.items[w->pieces.len - 1];
    return p->start + p->own;
}

/* Opens a block at p; returns where the next piece begins (the wording's end if there is none). */
static uint32_t open_block(struct handmade *h, struct handmade_story *s,
                           struct handmade_wording *w, uint32_t p, struct match *next)
{
    uint32_t q = p + 1;
    for (; q < w->len; q++) {
        *next = longest(h, s, w, q);
        if (good_after_block(h, next))
            break;
    }
    uint32_t look = q < w->len ? SEAM : 0;
    address tail = q < w->len ? next->at : (address)ADDRESS_NONE;
    address start = push_block(s, w, p, q + look, lead_of(w), tail);
    push_piece(w, start, q - p, look);
    return q;
}

static void push_match(struct handmade_wording *w, const struct match *m, uint32_t *p)
{
    uint32_t look = m->to_end ? 0 : SEAM;
    push_piece(w, m->at, m->len - look, look);
    *p += m->len - look;
}

static void align_wording(struct handmade *h, struct handmade_story *s,
                          struct handmade_wording *w)
{
    size_t n_blocks = s->blocks.len, n_stream = s->stream.len;
    uint32_t p = 0;
    while (p < w->len) {
        struct match m = longest(h, s, w, p);
        if (good(h, &m, p)) {
            push_match(w, &m, &p);
            continue;
        }
        p = open_block(h, s, w, p, &m);
        if (p < w->len)
            push_match(w, &m, &p);
    }
    if (w->len == 0)
        push_piece(w, 0, 0, 0);
    if ((uint64_t)(s->stream.len - n_stream) * 100 >
        (uint64_t)w->len * h->align.whole_percent) {
        s->blocks.len = n_blocks;
        s->stream.len = n_stream;
        vec_reset(&w->pieces);
        address start =
            push_block(s, w, 0, w->len, (address)ADDRESS_NONE, (address)ADDRESS_NONE);
        push_piece(w, start, w->len, 0);
        w->whole = true;
    }
}

static void find_breaks(const struct handmade *h, const struct handmade_story *s,
                        struct handmade_wording *w)
{
    const struct handmade_article *here = &h->articles.items[w->first_article];
    uint32_t i = 0;
    vec_reset(&w->breaks);
    vec_foreach(const struct piece, p, &w->pieces) {
        for (uint32_t k = 0; k < p->own; k++, i++) {
            struct word_break b = {i, here->tokens[i].brk};
            if (i > 0 && b.brk != stream_break(h, s, p->start + k))
                CHECK(vec_push(&w->breaks, b));
        }
    }
}

/* The own parts make the wording; every piece spells it as far as it looks, and no chain is cut at
 * its ends. */
static void check_wording(const struct handmade *h, const struct handmade_story *s,
                          const struct handmade_wording *w)
{
    const struct handmade_article *here = &h->articles.items[w->first_article];
    uint32_t p = 0;
    for (size_t k = 0; k < w->pieces.len; k++) {
        const struct piece *piece = &w->pieces.items[k];
        bool last = k + 1 == w->pieces.len;
        uint32_t len = piece->own + piece->look;
        CHECK(piece->look == (last ? 0 : SEAM));
        CHECK(piece->own > 0 || w->len == 0);
        for (uint32_t i = 0; i < len; i++) {
            CHECK(piece->start + i < s->stream.len);
            CHECK(handmade_same(h, s, w, p + i, piece->start + i));
        }
        CHECK(len == 0 ||
              chain_goes_on(h, s, piece->start + len - 1) == glued(here, p + len));
        p += piece->own;
    }
    CHECK(p == w->len);
}

static void check_repeat(const struct handmade *h, const struct handmade_story *s,
                         const struct block *b, address at, address home)
{
    for (uint32_t i = 0; home != (address)ADDRESS_NONE && i < SEAM; i++) {
        const struct handmade_source *x = &s->stream.items[at + i];
        const struct handmade_source *y = &s->stream.items[home + i];
        CHECK(home + SEAM <= b->start);
        CHECK(bytes_equal(h->articles.items[x->article].terms[x->token],
                          h->articles.items[y->article].terms[y->token]));
    }
}

/* Blocks follow one another; all that has its home elsewhere is the same there. */
static void check_blocks(const struct handmade *h, const struct handmade_story *s)
{
    address end = s->wordings.items[0].len;
    vec_foreach(const struct block, b, &s->blocks) {
        CHECK(b->start == end && b->len > 0);
        end = b->start + b->len;
        CHECK(b->len >= SEAM || wordings_repeated(b) == 0);
        check_repeat(h, s, b, b->start, b->lead_home);
        check_repeat(h, s, b, end - SEAM, b->tail_home);
    }
    CHECK(end == s->stream.len);
}

void handmade_align_story(struct handmade *h, struct handmade_story *s)
{
    CHECK(s->wordings.len > 0);
    vec_reset(&s->stream);
    vec_reset(&s->blocks);
    for (size_t i = 0; i < s->wordings.len; i++) {
        struct handmade_wording *w = &s->wordings.items[i];
        vec_reset(&w->pieces);
        if (i == 0) {
            push_stream(s, w, 0, w->len);
            push_piece(w, 0, w->len, 0);
        } else {
            align_wording(h, s, w);
        }
        find_breaks(h, s, w);
        check_wording(h, s, w);
    }
    check_blocks(h, s);
}
