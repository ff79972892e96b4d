/* WORDING against a model: random stories whose pieces and blocks keep the rules of the writer
 * (they need not spell anything here). */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/wordings.h"
#include "tests/unit/formats_fixture.h"

struct model_wording {
    uint32_t len;
    piece_vec pieces;
    break_vec breaks;
};

struct model_story {
    address start;
    uint32_t len;
    wording_id first;
    block_vec blocks;
    VEC(struct model_wording) wordings;
};

struct model {
    VEC(struct model_story) stories;
    uint64_t n_addresses;
    wording_id n_wordings;
    struct fixture f;
    struct wordings w;
};

static address random_home(const struct model_story *s, address at, uint64_t *state)
{
    return s->start + (address)(fixture_random(state) % (at - s->start - SEAM + 1));
}

static void add_blocks(struct model_story *s, uint32_t root, uint64_t *state)
{
    address at = s->start + root;
    for (size_t n = fixture_random(state) % 5; n > 0; n--) {
        struct block b = {at, 1 + (uint32_t)(fixture_random(state) % 60),
                          (address)ADDRESS_NONE, (address)ADDRESS_NONE};
        bool may = b.len >= SEAM && at - s->start >= SEAM;
        if (may && fixture_random(state) % 3)
            b.lead_home = random_home(s, at, state);
        if (may && fixture_random(state) % 3)
            b.tail_home = random_home(s, at, state);
        cr_assert(vec_push(&s->blocks, b));
        at += b.len;
    }
    s->len = at - s->start;
}

static void add_wording(struct model_story *s, uint64_t *state)
{
    struct model_wording w = {0};
    for (size_t n = 1 + fixture_random(state) % 6; n > 0; n--) {
        struct piece p = {0};
        p.look = n > 1 ? SEAM : 0;
        if (s->len < p.look + 1) {
            p.look = 0;
            n = 1;
        }
        p.own = s->len ? 1 + (uint32_t)(fixture_random(state) % (s->len - p.look)) : 0;
        p.start =
            s->start + (address)(fixture_random(state) % (s->len - p.own - p.look + 1));
        w.len += p.own;
        cr_assert(vec_push(&w.pieces, p));
    }
    for (uint32_t at = 1 + (uint32_t)(fixture_random(state) % 50); at < w.len;
         at += 1 + (uint32_t)(fixture_random(state) % 90)) {
        struct word_break b = {at, (uint8_t)(fixture_random(state) % 3)};
        cr_assert(vec_push(&w.breaks, b));
    }
    cr_assert(vec_push(&s->wordings, w));
}

static void add_story(struct model *m, uint64_t *state, unsigned complex_percent)
{
    struct model_story s = {.start = (address)m->n_addresses, .first = m->n_wordings};
    struct model_wording root = {.len = (uint32_t)(fixture_random(state) % 200)};
    s.len = root.len;
    bool complex = fixture_random(state) % 100 < complex_percent;
    if (complex)
        add_blocks(&s, root.len, state);
    struct piece whole = {s.start, root.len, 0};
    cr_assert(vec_push(&root.pieces, whole));
    cr_assert(vec_push(&s.wordings, root));
    for (size_t n = complex ? 1 + fixture_random(state) % 4 : 0; n > 0; n--)
        add_wording(&s, state);
    m->n_addresses += s.len;
    m->n_wordings += (wording_id)s.wordings.len;
    cr_assert(vec_push(&m->stories, s));
}

static void make(struct model *m, uint64_t seed, size_t n, unsigned complex_percent)
{
    struct err err = {0};
    uint64_t state = seed;
    struct wordings_writer *w =
        wordings_writer_new(fixture_create(&m->f, SECTION_WORDING, false));
    for (size_t i = 0; i < n; i++) {
        add_story(m, &state, complex_percent);
        const struct model_story *s = &m->stories.items[i];
        wordings_writer_story(w, s->len, s->blocks.items, s->blocks.len);
        for (size_t k = 0; k < s->wordings.len; k++) {
            const struct model_wording *x = &s->wordings.items[k];
            wordings_writer_wording(w, x->len, x->pieces.items,
                                    s->wordings.len == 1 ? 0 : x->pieces.len,
                                    x->breaks.items, x->breaks.len);
        }
    }
    cr_assert_eq(wordings_writer_finish(w, &err), 0, "%s", err.msg);
    fixture_open(&m->f, SECTION_WORDING);
    cr_assert_eq(wordings_open(&m->w, &m->f.section, &err), 0, "%s", err.msg);
}

static void release(struct model *m)
{
    vec_foreach(struct model_story, s, &m->stories) {
        vec_foreach(struct model_wording, w, &s->wordings) {
            vec_release(&w->pieces);
            vec_release(&w->breaks);
        }
        vec_release(&s->wordings);
        vec_release(&s->blocks);
    }
    vec_release(&m->stories);
    fixture_release(&m->f);
}

static void check_story(const struct model *m, story_id id, block_vec *blocks)
{
    const struct model_story *s = &m->stories.items[id];
    struct story_view view;
    struct err err = {0};
    uint32_t homes = 0;
    cr_assert_eq(wordings_story(&m->w, id, &view, &err), 0, "%s", err.msg);
    cr_assert_eq(view.start, s->start);
    cr_assert_eq(view.end, s->start + s->len);
    cr_assert_eq(view.first_wording, s->first);
    cr_assert_eq(view.n_wordings, s->wordings.len);
    cr_assert_eq(view.simple, s->wordings.len == 1);
    cr_assert_eq(wordings_blocks(&m->w, id, blocks, &err), 0, "%s", err.msg);
    cr_assert_eq(blocks->len, s->blocks.len);
    for (size_t i = 0; i < blocks->len; i++) {
        cr_assert_eq(blocks->items[i].start, s->blocks.items[i].start);
        cr_assert_eq(blocks->items[i].len, s->blocks.items[i].len);
        cr_assert_eq(blocks->items[i].lead_home, s->blocks.items[i].lead_home);
        cr_assert_eq(blocks->items[i].tail_home, s->blocks.items[i].tail_home);
    }
    /* Homes are those addresses that are their own. */
    for (address a = s->start; a < s->start + s->len; a++)
        homes += wordings_home(blocks->items, blocks->len, a) == a;
    cr_assert_eq(view.homes, homes);
    for (address a = s->start; a < s->start + s->len; a++) {
        story_id found;
        cr_assert_eq(wordings_story_of(&m->w, a, &found, &err), 0, "%s", err.msg);
        cr_assert_eq(found, id);
    }
}

static void check_breaks(const struct model *m, const struct model_wording *x,
                         wording_id w)
{
    break_vec breaks = {0};
    struct err err = {0};
    cr_assert_eq(wordings_breaks(&m->w, w, &breaks, &err), 0, "%s", err.msg);
    cr_assert_eq(breaks.len, x->breaks.len);
    for (size_t i = 0; i < breaks.len; i++) {
        cr_assert_eq(breaks.items[i].at, x->breaks.items[i].at);
        cr_assert_eq(breaks.items[i].brk, x->breaks.items[i].brk);
    }
    vec_release(&breaks);
}

static void check_pieces(const piece_vec *got, const struct model_wording *x)
{
    cr_assert_eq(got->len, x->pieces.len);
    for (size_t i = 0; i < got->len; i++) {
        cr_assert_eq(got->items[i].start, x->pieces.items[i].start);
        cr_assert_eq(got->items[i].own, x->pieces.items[i].own);
        cr_assert_eq(got->items[i].look, x->pieces.items[i].look);
    }
}

/* What was looked up once gives the same. */
static void check_reader(const struct model *m, story_id id, piece_vec *pieces)
{
    const struct model_story *s = &m->stories.items[id];
    struct wordings_reader r;
    struct story_view view;
    struct err err = {0};
    block_vec blocks = {0};
    cr_assert_eq(wordings_story(&m->w, id, &view, &err), 0, "%s", err.msg);
    wordings_reader_begin(&r, &m->w, &view);
    cr_assert_eq(wordings_reader_blocks(&r, &blocks, &err), 0, "%s", err.msg);
    cr_assert_eq(blocks.len, s->blocks.len);
    for (size_t i = 0; i < blocks.len; i++)
        cr_assert_eq(blocks.items[i].start, s->blocks.items[i].start);
    for (uint32_t k = 0; k < s->wordings.len; k++) {
        cr_assert_eq(wordings_reader_pieces(&r, k, pieces, &err), 0, "%s", err.msg);
        check_pieces(pieces, &s->wordings.items[k]);
    }
    cr_assert_eq(wordings_reader_pieces(&r, (uint32_t)s->wordings.len, pieces, &err),
                 ERR_CORRUPT);
    vec_release(&blocks);
}

static void check_wordings(const struct model *m, story_id id, piece_vec *pieces)
{
    const struct model_story *s = &m->stories.items[id];
    struct err err = {0};
    check_reader(m, id, pieces);
    for (size_t k = 0; k < s->wordings.len; k++) {
        const struct model_wording *x = &s->wordings.items[k];
        wording_id w = s->first + (wording_id)k;
        story_id found;
        uint32_t len;
        cr_assert_eq(wordings_story_of_wording(&m->w, w, &found, &err), 0);
        cr_assert_eq(found, id);
        cr_assert_eq(wordings_length(&m->w, w, &len, &err), 0);
        cr_assert_eq(len, x->len);
        cr_assert_eq(wordings_pieces(&m->w, w, pieces, &err), 0, "%s", err.msg);
        check_pieces(pieces, x);
        check_breaks(m, x, w);
    }
}

static void check(const struct model *m)
{
    block_vec blocks = {0};
    piece_vec pieces = {0};
    struct err err = {0};
    story_id complex = 0, next;
    cr_assert_eq(m->w.n_stories, m->stories.len);
    cr_assert_eq(m->w.n_wordings, m->n_wordings);
    cr_assert_eq(m->w.n_addresses, m->n_addresses);
    for (story_id id = 0; id < m->stories.len; id++) {
        check_story(m, id, &blocks);
        check_wordings(m, id, &pieces);
        while (complex < m->stories.len &&
               (complex < id || m->stories.items[complex].wordings.len == 1))
            complex++;
        int rc = wordings_next_complex(&m->w, id, &next, &err);
        cr_assert_eq(rc, complex < m->stories.len ? 0 : ITER_END);
        if (rc == 0)
            cr_assert_eq(next, complex);
    }
    cr_assert_eq(wordings_verify(&m->w, &err), 0, "%s", err.msg);
    vec_release(&blocks);
    vec_release(&pieces);
}

/* The first complex story that ends behind the address; as many as there are stories if there is none. */
static size_t complex_behind(const struct model *m, address a)
{
    size_t i = 0;
    while (i < m->stories.len &&
           (m->stories.items[i].wordings.len == 1 ||
            m->stories.items[i].start + m->stories.items[i].len <= a))
        i++;
    return i;
}

/* One walk with steps of up to `step` addresses. */
static void check_walk(const struct model *m, uint32_t step, uint64_t *state)
{
    struct wordings_walk walk;
    struct err err = {0};
    block_vec blocks = {0};
    uint64_t a = fixture_random(state) % step;
    wordings_walk_begin(&walk, &m->w);
    for (; a < m->n_addresses; a += fixture_random(state) % step) {
        size_t due = complex_behind(m, (address)a);
        int rc = wordings_walk_to(&walk, (address)a, &err);
        cr_assert_eq(rc, due < m->stories.len ? 0 : ITER_END, "%s", err.msg);
        if (rc) /* and there will be none */
            break;
        const struct model_story *s = &m->stories.items[due];
        cr_assert_eq(walk.id, due);
        cr_assert_eq(walk.start, s->start);
        cr_assert_eq(walk.end, s->start + s->len);
        cr_assert_eq(wordings_walk_blocks(&walk, &blocks, &err), 0, "%s", err.msg);
        cr_assert_eq(blocks.len, s->blocks.len);
        for (size_t i = 0; i < blocks.len; i++) {
            cr_assert_eq(blocks.items[i].start, s->blocks.items[i].start);
            cr_assert_eq(blocks.items[i].len, s->blocks.items[i].len);
            cr_assert_eq(blocks.items[i].lead_home, s->blocks.items[i].lead_home);
            cr_assert_eq(blocks.items[i].tail_home, s->blocks.items[i].tail_home);
        }
        if (fixture_random(state) % 2)
            continue;
        due = complex_behind(m, walk.end);
        rc = wordings_walk_next(&walk, &err);
        cr_assert_eq(rc, due < m->stories.len ? 0 : ITER_END, "%s", err.msg);
        if (rc)
            break;
        cr_assert_eq(walk.id, due);
        cr_assert_eq(walk.start, m->stories.items[due].start);
        a = walk.start > a ? walk.start : a;
    }
    vec_release(&blocks);
}

/* Walks by single tokens, by stories and by many at once say what asking anew does. */
Test(wordings, walks)
{
    static const unsigned percents[] = {0, 2, 30, 100};
    static const uint32_t steps[] = {3, 150, 5000};
    uint64_t state = 77;
    for (size_t i = 0; i < 4; i++) {
        for (size_t n = 0; n < 200; n = n * 5 + 1) {
            struct model m = {0};
            make(&m, 900 * i + n + 1, n, percents[i]);
            for (size_t k = 0; k < 3; k++)
                check_walk(&m, steps[k], &state);
            release(&m);
        }
    }
}

Test(wordings, random_models)
{
    static const unsigned percents[] = {0, 2, 30, 100};
    for (size_t i = 0; i < 4; i++) {
        for (size_t n = 0; n < 200; n = n * 4 + 1) {
            struct model m = {0};
            make(&m, 100 * i + n + 1, n, percents[i]);
            check(&m);
            release(&m);
        }
    }
}

/* Stories of one wording cost their start bits and nothing else. */
Test(wordings, simple_stories_are_cheap)
{
    struct model m = {0};
    make(&m, 9, 20000, 0);
    cr_assert_leq(m.f.section.len, 20000 * 10 / 8 + 2000, "%llu bytes",
                  (unsigned long long)m.f.section.len);
    release(&m);
}

Test(wordings, starts_in_a_range)
{
    struct model m = {0};
    struct err err = {0};
    address out[500];
    size_t n;
    make(&m, 3, 150, 20);
    for (address lo = 0; lo < m.n_addresses; lo += 311) {
        address hi = lo + 2000;
        size_t expected = 0;
        cr_assert_eq(wordings_starts(&m.w, lo, hi, out, 500, &n, &err), 0);
        for (size_t i = 0; i < m.stories.len; i++) {
            address start = m.stories.items[i].start;
            if (start >= lo && start < hi)
                cr_assert_eq(out[expected++], start);
        }
        cr_assert_eq(n, expected);
    }
    release(&m);
}

Test(wordings, homes)
{
    enum {
        NONE = ADDRESS_NONE
    };
    const struct block blocks[] = {{100, 30, (address)NONE, (address)NONE},
                                   {130, 20, 40, (address)NONE},
                                   {150, 25, 128, 61},
                                   {175, 5, 149, (address)NONE},
                                   {180, 6, 20, 70}};
    cr_assert_eq(wordings_home(blocks, 5, 5), 5);
    cr_assert_eq(wordings_home(blocks, 5, 100), 100);
    cr_assert_eq(wordings_home(blocks, 5, 129), 129);
    cr_assert_eq(wordings_home(blocks, 5, 130), 40);
    cr_assert_eq(wordings_home(blocks, 5, 133), 43);
    cr_assert_eq(wordings_home(blocks, 5, 134), 134);
    /* a lead whose home is itself in a lead: 150+3 -> 131 -> 41 */
    cr_assert_eq(wordings_home(blocks, 5, 151), 129);
    cr_assert_eq(wordings_home(blocks, 5, 153), 41);
    /* a tail */
    cr_assert_eq(wordings_home(blocks, 5, 170), 170);
    cr_assert_eq(wordings_home(blocks, 5, 171), 61);
    cr_assert_eq(wordings_home(blocks, 5, 174), 64);
    /* 175+2 -> 151 -> 129 */
    cr_assert_eq(wordings_home(blocks, 5, 177), 129);
    cr_assert_eq(wordings_home(blocks, 5, 179), 179);
    /* where lead and tail overlap, it is the tail: its last 4 of 6 */
    cr_assert_eq(wordings_home(blocks, 5, 181), 21);
    cr_assert_eq(wordings_home(blocks, 5, 182), 70);
    cr_assert_eq(wordings_home(blocks, 5, 185), 73);
    cr_assert_eq(wordings_home(blocks, 5, 186), 186);
    cr_assert_eq(wordings_home(NULL, 0, 7), 7);
    cr_assert_eq(wordings_repeated(&blocks[0]), 0);
    cr_assert_eq(wordings_repeated(&blocks[1]), SEAM);
    cr_assert_eq(wordings_repeated(&blocks[2]), 2 * SEAM);
    cr_assert_eq(wordings_repeated(&blocks[4]), 6);
}

Test(wordings, another_version)
{
    struct model m = {0};
    struct err err = {0};
    struct wordings w;
    make(&m, 3, 5, 20);
    m.f.section.version = 2;
    cr_assert_eq(wordings_open(&w, &m.f.section, &err), ERR_VERSION);
    cr_assert(strstr(err.msg, "WORDING"), "%s", err.msg);
    release(&m);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct model *m = arg;
    struct wordings w;
    block_vec blocks = {0};
    piece_vec pieces = {0};
    break_vec breaks = {0};
    struct story_view view;
    uint32_t x;
    if (wordings_open(&w, s, NULL) != 0)
        return;
    for (story_id id = 0; id < m->stories.len; id++) {
        if (wordings_story(&w, id, &view, NULL) == 0) {
            cr_assert_leq(view.start, view.end);
            cr_assert_leq(view.end, w.n_addresses);
        }
        (void)wordings_next_complex(&w, id, &x, NULL);
        if (wordings_blocks(&w, id, &blocks, NULL) == 0) {
            /* whatever the blocks are, homes end */
            for (address a = 0; a < 3000; a += 7)
                cr_assert_leq(wordings_home(blocks.items, blocks.len, a), a);
        }
    }
    struct wordings_walk walk;
    wordings_walk_begin(&walk, &w);
    for (address a = 0; a < m->n_addresses; a += 17) {
        if (wordings_walk_to(&walk, a, NULL) == 0) {
            cr_assert_leq(walk.start, walk.end);
            cr_assert_leq(walk.end, w.n_addresses);
            (void)wordings_walk_blocks(&walk, &blocks, NULL);
        }
    }
    for (wording_id id = 0; id < m->n_wordings; id++) {
        (void)wordings_length(&w, id, &x, NULL);
        if (wordings_breaks(&w, id, &breaks, NULL) == 0) {
            vec_foreach(struct word_break, b, &breaks)
                cr_assert(b->at > 0 && b->brk <= WORDINGS_BREAK_MAX);
        }
        if (wordings_pieces(&w, id, &pieces, NULL) == 0) {
            vec_foreach(struct piece, p, &pieces)
                cr_assert_leq((uint64_t)p->start + p->own + p->look, w.n_addresses);
        }
    }
    for (address a = 0; a < m->n_addresses; a += 13) {
        if (wordings_story_of(&w, a, &x, NULL) == 0)
            cr_assert_lt(x, w.n_stories);
    }
    (void)wordings_verify(&w, NULL);
    vec_release(&blocks);
    vec_release(&pieces);
    vec_release(&breaks);
}

Test(wordings, damage)
{
    struct model m = {0};
    make(&m, 1234, 30, 60);
    fixture_damage(&m.f.section, 4000, read_damaged, &m);
    release(&m);
}

Test(wordings, golden)
{
    struct model m = {0};
    make(&m, 5, 12, 50);
    fixture_golden("wordings", m.f.section.data, (size_t)m.f.section.len);
    release(&m);
}
