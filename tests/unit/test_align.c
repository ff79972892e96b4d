/* Wordings laid into a story's stream: what must hold of any result, and the same result by brute
 * force. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "text/analyser.h"
#include "indexer/align.h"
#include "tests/unit/formats_fixture.h"

enum {
    NONE = ADDRESS_NONE,
    GAIN = 8, /* as in align.c */
    WHOLE_PERCENT = 85
};

struct text {
    VEC(uint32_t) terms;
    VEC(uint8_t) breaks;
    /* as aligned */
    piece_vec pieces;
    break_vec own;
    bool whole;
};

/* A token of the stream and where it came from. */
struct source {
    uint32_t text, token;
};

struct story {
    struct align *align;
    VEC(struct text) texts;
    VEC(struct source) stream;
    block_vec blocks;
};

/* --- making texts --------------------------------------------------------------------------- */

static void put(struct text *t, uint32_t term, uint8_t brk)
{
    if (t->terms.len == 0)
        brk = BREAK_PARAGRAPH;
    cr_assert(vec_push(&t->terms, term));
    cr_assert(vec_push(&t->breaks, brk));
}

static void put_random(struct text *t, size_t n, uint32_t words, uint64_t *state)
{
    static const uint8_t kinds[] = {0, 0, 0, 0, 0, 0, 1, 2, 3, 3};
    for (; n > 0; n--) {
        uint32_t term = 1 + (uint32_t)(fixture_random(state) % words);
        put(t, term, kinds[fixture_random(state) % 10]);
    }
}

/* Tokens [from, to) of another text; now and then a break becomes another, glued ones excepted. */
static void put_slice(struct text *t, const struct text *of, size_t from, size_t to,
                      bool rewrapped, uint64_t *state)
{
    for (size_t i = from; i < to; i++) {
        uint8_t brk = of->breaks.items[i];
        if (rewrapped && brk != BREAK_GLUED && fixture_random(state) % 4 == 0)
            brk = (uint8_t)(fixture_random(state) % 3);
        put(t, of->terms.items[i], brk);
    }
}

static struct align_text view(const struct text *t)
{
    return (struct align_text){t->terms.items, t->breaks.items, (uint32_t)t->terms.len};
}

static void begin(struct story *s)
{
    *s = (struct story){.align = align_new()};
    cr_assert(s->align);
}

static void end(struct story *s)
{
    vec_foreach(struct text, t, &s->texts) {
        vec_release(&t->terms);
        vec_release(&t->breaks);
        vec_release(&t->pieces);
        vec_release(&t->own);
    }
    vec_release(&s->texts);
    vec_release(&s->stream);
    vec_release(&s->blocks);
    align_free(s->align);
}

static void put_stream(struct story *s, uint32_t text, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        cr_assert(vec_push(&s->stream, (struct source){text, i}));
}

/* Takes the text over. */
static void add(struct story *s, struct text t)
{
    struct align_result r = {0};
    struct err err = {0};
    struct align_text given = view(&t);
    uint32_t number = (uint32_t)s->texts.len;
    if (number == 0) {
        struct piece whole = {0, given.n, 0};
        cr_assert_eq(align_begin(s->align, &given, &err), 0, "%s", err.msg);
        cr_assert(vec_push(&t.pieces, whole));
        put_stream(s, 0, 0, given.n);
    } else {
        cr_assert_eq(align_add(s->align, &given, &r, &err), 0, "%s", err.msg);
    }
    for (size_t i = 0; i < r.n_pieces; i++)
        cr_assert(vec_push(&t.pieces, r.pieces[i]));
    for (size_t i = 0; i < r.n_breaks; i++)
        cr_assert(vec_push(&t.own, r.breaks[i]));
    for (size_t i = 0; i < r.n_blocks; i++) {
        const struct align_block *b = &r.blocks[i];
        struct block kept = {b->start, b->len, b->lead_home, b->tail_home};
        cr_assert_eq(b->start, s->stream.len);
        cr_assert_leq((uint64_t)b->from + b->len, given.n);
        cr_assert(vec_push(&s->blocks, kept));
        put_stream(s, number, b->from, b->from + b->len);
    }
    t.whole = r.whole;
    cr_assert(vec_push(&s->texts, t));
    cr_assert_eq(align_length(s->align), s->stream.len);
}

/* --- what must hold -------------------------------------------------------------------------- */

static bool glued(const struct text *t, size_t i)
{
    return i > 0 && i < t->terms.len && t->breaks.items[i] == BREAK_GLUED;
}

static const struct text *text_at(const struct story *s, address at)
{
    return &s->texts.items[s->stream.items[at].text];
}

static uint32_t term_at(const struct story *s, address at)
{
    return text_at(s, at)->terms.items[s->stream.items[at].token];
}

static bool glued_at(const struct story *s, address at)
{
    return glued(text_at(s, at), s->stream.items[at].token);
}

/* Does its text go on with a glued token after this one? */
static bool goes_on(const struct story *s, address at)
{
    return glued(text_at(s, at), (size_t)s->stream.items[at].token + 1);
}

static address home(const struct story *s, address at)
{
    return wordings_home(s->blocks.items, s->blocks.len, at);
}

/* Address of each own token, to out. */
static void addresses_of(const struct text *t, address *out)
{
    size_t n = 0;
    vec_foreach(struct piece, p, &t->pieces) {
        for (uint32_t i = 0; i < p->own; i++) {
            cr_assert_lt(n, t->terms.len);
            out[n++] = p->start + i;
        }
    }
    cr_assert_eq(n, t->terms.len);
}

static void check_pieces(const struct story *s, const struct text *t)
{
    size_t at = 0;
    vec_foreach(struct piece, p, &t->pieces) {
        bool last = at + p->own == t->terms.len;
        uint32_t len = p->own + p->look;
        cr_assert_eq(p->look, last ? 0 : SEAM);
        cr_assert(p->own > 0 || t->terms.len == 0);
        cr_assert_leq((uint64_t)p->start + len, s->stream.len);
        for (uint32_t i = 0; i < len; i++) {
            cr_assert_eq(term_at(s, p->start + i), t->terms.items[at + i]);
            cr_assert_eq(glued_at(s, p->start + i), glued(t, at + i));
        }
        if (len > 0)
            cr_assert_eq(goes_on(s, p->start + len - 1), glued(t, at + len));
        at += p->own;
    }
}

static void check_breaks(const struct story *s, const struct text *t,
                         const address *addresses)
{
    size_t k = 0;
    for (size_t i = 1; i < t->terms.len; i++) {
        address at = home(s, addresses[i]); /* where it is spelled */
        uint8_t brk = text_at(s, at)->breaks.items[s->stream.items[at].token];
        if (k < t->own.len && t->own.items[k].at == i) {
            cr_assert_neq(brk, t->own.items[k].brk);
            cr_assert_neq(t->own.items[k].brk, BREAK_GLUED);
            brk = t->own.items[k++].brk;
        }
        cr_assert_eq(brk, t->breaks.items[i]);
    }
    cr_assert_eq(k, t->own.len);
}

/* The home of a block's token is the home of that token in the wording that made the block. */
static void check_blocks(const struct story *s, uint32_t number,
                         const address *addresses)
{
    vec_foreach(struct block, b, &s->blocks) {
        const struct source *first = &s->stream.items[b->start];
        for (uint32_t i = 0; first->text == number && i < b->len; i++) {
            cr_assert_eq(home(s, b->start + i), home(s, addresses[first->token + i]));
            cr_assert_eq(term_at(s, home(s, b->start + i)), term_at(s, b->start + i));
        }
        cr_assert(b->lead_home == (address)NONE || b->lead_home + SEAM <= b->start);
        cr_assert(b->tail_home == (address)NONE || b->tail_home + SEAM <= b->start);
    }
}

static void check_story(const struct story *s)
{
    size_t n = s->stream.len, homes = 0;
    bool *owned = calloc(n + 1, sizeof *owned);
    cr_assert(owned);
    for (uint32_t k = 0; k < s->texts.len; k++) {
        const struct text *t = &s->texts.items[k];
        address *addresses = calloc(t->terms.len + 1, sizeof *addresses);
        cr_assert(addresses);
        addresses_of(t, addresses);
        check_pieces(s, t);
        check_breaks(s, t, addresses);
        check_blocks(s, k, addresses);
        for (size_t i = 0; i < t->terms.len; i++)
            owned[home(s, addresses[i])] = true;
        free(addresses);
    }
    /* Homes are their own, and what is its own home is some wording's token. */
    for (address a = 0; a < n; a++) {
        cr_assert_eq(home(s, a) == a, owned[a]);
        homes += owned[a];
    }
    cr_assert_eq(align_homes(s->align), homes);
    free(owned);
}

/* --- the same by brute force -------------------------------------------------------------------- */

struct found {
    address at;
    uint32_t len;
};

/* The longest match of the tokens from p on among addresses below `limit`, by looking at all. */
static struct found look(const struct story *s, const struct text *t, uint32_t p,
                         address limit)
{
    struct found best = {0};
    for (address at = 0; at < limit; at++) {
        uint32_t n = 0;
        while (at + n < limit && p + n < t->terms.len &&
               s->stream.items[at + n].text == s->stream.items[at].text &&
               s->stream.items[at + n].token == s->stream.items[at].token + n &&
               term_at(s, at + n) == t->terms.items[p + n] &&
               glued_at(s, at + n) == glued(t, p + n)) {
            n++;
            bool block_ends = false;
            vec_foreach(struct block, b, &s->blocks)
                block_ends |= at + n == b->start;
            if (block_ends)
                break;
        }
        if (n < 8)
            continue;
        if (goes_on(s, at + n - 1) != glued(t, p + n))
            n--;
        if (n > best.len)
            best = (struct found){at, n};
    }
    return best;
}

struct plan {
    piece_vec pieces;
    uint64_t in_blocks;
};

/* The found stretch is a block of the stream before `limit`, whole. */
static bool is_block(const struct story *s, const struct found *m, address limit)
{
    vec_foreach(const struct block, b, &s->blocks) {
        if (b->start == m->at && b->len == m->len && b->start < limit)
            return m->len > SEAM;
    }
    return false;
}

/* The rules of docs/COPIES.md over again; block starts count on from `limit`. */
static void plan(const struct story *s, const struct text *t, address limit,
                 struct plan *out)
{
    uint32_t n = (uint32_t)t->terms.len, p = 0;
    address next = limit;
    while (p < n) {
        struct found m = look(s, t, p, limit);
        bool to_end = m.len > 0 && p + m.len == n;
        bool good = to_end ? p == 0 || m.len >= GAIN : m.len >= SEAM + GAIN;
        good |= is_block(s, &m, limit);
        uint32_t q = p;
        while (!good && ++q < n) {
            m = look(s, t, q, limit);
            to_end = m.len > 0 && q + m.len == n;
            good = m.len >= (to_end ? SEAM : 2 * SEAM) + GAIN;
        }
        if (q > p) {
            struct piece block = {next, q - p, good ? SEAM : 0};
            cr_assert(vec_push(&out->pieces, block));
            next += block.own + block.look;
            out->in_blocks += block.own + block.look;
        }
        if (good) {
            struct piece piece = {m.at, m.len - (to_end ? 0 : SEAM), to_end ? 0 : SEAM};
            cr_assert(vec_push(&out->pieces, piece));
            q += piece.own;
        }
        p = q;
    }
}

/* The last text of the story must be laid as the plan has it. */
static void check_plan(const struct story *s, address limit)
{
    const struct text *t = &s->texts.items[s->texts.len - 1];
    struct plan expected = {0};
    struct story before = *s; /* its blocks as they were */
    while (before.blocks.len > 0 &&
           before.blocks.items[before.blocks.len - 1].start >= limit)
        before.blocks.len--;
    plan(&before, t, limit, &expected);
    bool whole = expected.in_blocks * 100 > t->terms.len * (uint64_t)WHOLE_PERCENT;
    cr_assert_eq(t->whole, whole);
    if (whole) {
        cr_assert_eq(t->pieces.len, 1);
        cr_assert_eq(t->pieces.items[0].start, limit);
    } else if (t->terms.len > 0) {
        cr_assert_eq(t->pieces.len, expected.pieces.len);
        for (size_t i = 0; i < t->pieces.len; i++) {
            const struct piece *x = &t->pieces.items[i], *y = &expected.pieces.items[i];
            cr_assert_eq(x->start, y->start);
            cr_assert_eq(x->own, y->own);
            cr_assert_eq(x->look, y->look);
        }
    }
    vec_release(&expected.pieces);
}

/* --- tests --------------------------------------------------------------------------------------- */

/* A text of slices of earlier ones and new words. */
static struct text random_copy(const struct story *s, uint32_t words, uint64_t *state)
{
    struct text t = {0};
    bool rewrapped = fixture_random(state) % 2;
    for (size_t parts = fixture_random(state) % 6; parts > 0; parts--) {
        const struct text *of = &s->texts.items[fixture_random(state) % s->texts.len];
        size_t n = of->terms.len;
        if (n > 0) {
            size_t from = fixture_random(state) % 3 ? fixture_random(state) % n : 0;
            size_t to = from + 1 + fixture_random(state) % (n - from);
            put_slice(&t, of, from, to, rewrapped, state);
        }
        if (fixture_random(state) % 2)
            put_random(&t, fixture_random(state) % 6, words, state);
    }
    return t;
}

static void random_story(uint64_t seed, uint32_t words)
{
    struct story s;
    uint64_t state = seed;
    struct text root = {0};
    begin(&s);
    put_random(&root, fixture_random(&state) % 150, words, &state);
    add(&s, root);
    for (size_t n = fixture_random(&state) % 6; n > 0; n--) {
        address limit = (address)s.stream.len;
        add(&s, random_copy(&s, words, &state));
        check_plan(&s, limit);
    }
    check_story(&s);
    end(&s);
}

Test(align, random_stories)
{
    for (uint64_t seed = 1; seed <= 400; seed++) {
        random_story(seed, 2);
        random_story(seed, 5);
        random_story(seed, 1000);
    }
}

/* Words 1, 2, 3, ... */
static struct text numbers(uint32_t from, uint32_t to)
{
    struct text t = {0};
    for (uint32_t i = from; i < to; i++)
        put(&t, i, i % 10 ? 0 : 1);
    return t;
}

static void append_numbers(struct text *t, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        put(t, i, i % 10 ? 0 : 1);
}

static const struct text *last_text(const struct story *s)
{
    return &s->texts.items[s->texts.len - 1];
}

Test(align, a_slice_is_one_piece)
{
    struct story s;
    begin(&s);
    add(&s, numbers(1, 501));
    add(&s, numbers(1, 501));
    add(&s, numbers(1, 120));
    add(&s, numbers(300, 501));
    add(&s, numbers(200, 209));
    cr_assert_eq(s.stream.len, 500);
    for (size_t i = 1; i < 5; i++)
        cr_assert_eq(s.texts.items[i].pieces.len, 1);
    cr_assert_eq(s.texts.items[3].pieces.items[0].start, 299);
    check_story(&s);
    end(&s);
}

/* A word for another costs itself and two seams, and nothing that is a home twice. */
Test(align, a_word_for_another)
{
    struct story s;
    struct text t = numbers(1, 201);
    begin(&s);
    add(&s, numbers(1, 201));
    t.terms.items[100] = 999;
    add(&s, t);
    const struct text *copy = last_text(&s);
    cr_assert_eq(copy->pieces.len, 3);
    cr_assert_eq(copy->pieces.items[0].own, 100 - SEAM);
    cr_assert_eq(copy->pieces.items[1].start, 200);
    cr_assert_eq(copy->pieces.items[1].own, SEAM + 1);
    cr_assert_eq(copy->pieces.items[2].start, 101);
    cr_assert_eq(s.stream.len, 200 + 2 * SEAM + 1);
    cr_assert_eq(align_homes(s.align), 201);
    cr_assert_eq(s.blocks.items[0].lead_home, 100 - SEAM);
    cr_assert_eq(s.blocks.items[0].tail_home, 101);
    /* the same change again needs no block of its own */
    struct text again = {0};
    put_slice(&again, copy, 0, 200, false, NULL);
    add(&s, again);
    cr_assert_eq(s.stream.len, 200 + 2 * SEAM + 1);
    check_story(&s);
    end(&s);
}

/* Words left out leave a joint: two seams, all of which are repeated. */
Test(align, words_left_out)
{
    struct story s;
    struct text t = numbers(1, 101);
    begin(&s);
    append_numbers(&t, 130, 201);
    add(&s, numbers(1, 201));
    add(&s, t);
    cr_assert_eq(last_text(&s)->pieces.len, 3);
    cr_assert_eq(s.stream.len, 200 + 2 * SEAM);
    cr_assert_eq(align_homes(s.align), 200);
    check_story(&s);
    end(&s);
}

Test(align, other_breaks_are_listed)
{
    struct story s;
    struct text t = numbers(1, 101);
    begin(&s);
    add(&s, numbers(1, 101));
    t.breaks.items[29] = BREAK_PARAGRAPH;
    t.breaks.items[50] = BREAK_SENTENCE;
    t.breaks.items[0] = BREAK_NONE; /* none of anyone's */
    add(&s, t);
    const struct text *copy = last_text(&s);
    cr_assert_eq(copy->pieces.len, 1);
    cr_assert_eq(copy->own.len, 2);
    cr_assert_eq(copy->own.items[0].at, 29);
    cr_assert_eq(copy->own.items[0].brk, BREAK_PARAGRAPH);
    cr_assert_eq(copy->own.items[1].at, 50);
    check_story(&s);
    end(&s);
}

/* Glued is not the same as apart: the token that differs stands in a block. */
Test(align, what_is_glued_must_be_glued)
{
    struct story s;
    struct text t = numbers(1, 201);
    begin(&s);
    add(&s, numbers(1, 201));
    t.breaks.items[100] = BREAK_GLUED;
    add(&s, t);
    const struct text *copy = last_text(&s);
    cr_assert_eq(copy->pieces.len, 3);
    /* the first piece may not end with token 99, after which a chain goes on in one only */
    cr_assert_eq(copy->pieces.items[0].own + SEAM, 99);
    cr_assert_eq(s.stream.len, 200 + 2 * SEAM + 2);
    check_story(&s);
    end(&s);
}

/* No wording may begin or end inside a chain that goes on. */
Test(align, chains_at_the_ends)
{
    struct story s;
    struct text root = numbers(1, 201), t = {0};
    begin(&s);
    for (size_t i = 50; i < 53; i++)
        root.breaks.items[i] = root.breaks.items[i + 100] = BREAK_GLUED;
    put_slice(&t, &root, 51, 152, false, NULL);
    add(&s, root);
    add(&s, t);
    const struct text *copy = last_text(&s);
    cr_assert_gt(copy->pieces.len, 1);
    cr_assert_geq(copy->pieces.items[0].start, 200);
    cr_assert_geq(copy->pieces.items[copy->pieces.len - 1].start, 200);
    check_story(&s);
    end(&s);
}

Test(align, too_much_that_is_new_is_stored_whole)
{
    struct story s;
    struct text most = numbers(1001, 1202), half = numbers(1, 70);
    begin(&s);
    append_numbers(&most, 10, 50);
    append_numbers(&half, 2001, 2170); /* 169 + 8 of 238 */
    add(&s, numbers(1, 201));
    add(&s, most); /* 201 + 8 of 241 */
    cr_assert(last_text(&s)->whole);
    cr_assert_eq(s.blocks.items[0].lead_home, (address)NONE);
    cr_assert_eq(s.blocks.items[0].tail_home, (address)NONE);
    add(&s, half);
    cr_assert_not(last_text(&s)->whole);
    check_story(&s);
    end(&s);
}

Test(align, short_and_empty_wordings)
{
    struct story s;
    begin(&s);
    add(&s, numbers(1, 6));
    add(&s, numbers(1, 5));
    add(&s, (struct text){0});
    add(&s, numbers(1, 21));
    add(&s, numbers(3, 12)); /* in a block, up to its end */
    cr_assert_eq(s.stream.len, 5 + 4 + 20);
    check_story(&s);
    end(&s);
    begin(&s);
    add(&s, (struct text){0});
    add(&s, numbers(1, 30));
    check_story(&s);
    end(&s);
}

/* An aligner is used for one story after another. */
Test(align, stories_do_not_meet)
{
    struct align *a = align_new();
    struct align_result r;
    cr_assert(a);
    for (uint32_t n = 2000; n > 20; n /= 3) {
        struct text x = numbers(1, n), y = numbers(n, 2 * n);
        struct align_text first = view(&x), second = view(&y);
        cr_assert_eq(align_begin(a, &second, NULL), 0);
        cr_assert_eq(align_begin(a, &first, NULL), 0);
        cr_assert_eq(align_length(a), n - 1);
        cr_assert_eq(align_add(a, &second, &r, NULL), 0);
        cr_assert(r.whole);
        cr_assert_eq(align_add(a, &first, &r, NULL), 0);
        cr_assert_eq(r.n_blocks, 0);
        vec_release(&x.terms);
        vec_release(&x.breaks);
        vec_release(&y.terms);
        vec_release(&y.breaks);
    }
    align_free(a);
    align_free(NULL);
}

/* The numbers of the terms mean nothing. */
Test(align, other_numbers_same_pieces)
{
    for (uint64_t seed = 1; seed < 60; seed++) {
        struct story s, other;
        uint64_t state = seed;
        struct text root = {0};
        begin(&s);
        begin(&other);
        put_random(&root, 200, 6, &state);
        add(&s, root);
        for (size_t n = 0; n < 4; n++)
            add(&s, random_copy(&s, 6, &state));
        for (size_t k = 0; k < 5; k++) {
            struct text *x = &s.texts.items[k], y = {0};
            put_slice(&y, x, 0, x->terms.len, false, NULL);
            vec_foreach(uint32_t, term, &y.terms)
                *term *= 2654435761U;
            add(&other, y);
            const struct text *z = last_text(&other);
            cr_assert_eq(x->pieces.len, z->pieces.len);
            cr_assert_eq(memcmp(x->pieces.items, z->pieces.items,
                                x->pieces.len * sizeof *x->pieces.items),
                         0);
        }
        end(&s);
        end(&other);
    }
}

/* A text that repeats itself, copied with changes, and a story of many members: neither may take
 * the square of its length. */
Test(align, repetition_is_linear, .timeout = 20)
{
    struct story s;
    struct text root = {0}, t = {0};
    begin(&s);
    for (uint32_t i = 0; i < 300000; i++)
        put(&root, i % (i < 150000 ? 1 : 40), 0);
    put_slice(&t, &root, 0, root.terms.len, false, NULL);
    for (size_t i = 1000; i < t.terms.len; i += 100)
        t.terms.items[i] = 77;
    add(&s, root);
    add(&s, t);
    cr_assert_not(last_text(&s)->whole);
    end(&s);
}

Test(align, many_members_are_linear, .timeout = 20)
{
    struct story s;
    begin(&s);
    add(&s, numbers(1, 1001));
    for (uint32_t i = 0; i < 2000; i++) {
        struct text t = numbers(1, 1001);
        t.terms.items[500] = 10000 + i;
        t.terms.items[i % 1000] = 20000 + i;
        add(&s, t);
    }
    cr_assert_lt(s.stream.len, 1000 + 2000 * 40);
    end(&s);
}
