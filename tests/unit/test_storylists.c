#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/storylists.h"
#include "tests/unit/formats_fixture.h"

struct list {
    struct story_posting *items;
    uint32_t *lengths;
    size_t n;
    struct list_ref ref;
};

static const struct {
    size_t n;
    uint32_t max_gap;
    uint32_t max_tf;
} shapes[] = {{1, 5, 1},     {128, 0, 3},   {129, 1, 1000},  {300, 3, 5},
              {8192, 40, 9}, {8193, 2, 60}, {20000, 500, 2}, {1000, 1 << 20, 1 << 30}};
enum {
    N_SHAPES = sizeof shapes / sizeof *shapes
};

struct lists {
    struct fixture f;
    struct list list[N_SHAPES];
};

static void make_list(struct list *l, size_t i, uint64_t *state)
{
    l->n = shapes[i].n;
    l->items = malloc(l->n * sizeof *l->items);
    l->lengths = malloc(l->n * sizeof *l->lengths);
    uint64_t next = fixture_random(state) % 300;
    for (size_t k = 0; k < l->n; k++) {
        l->items[k].story = (story_id)next;
        l->items[k].tf = 1 + fixture_gap(state, shapes[i].max_tf - 1);
        l->lengths[k] = l->items[k].tf / 2 + fixture_gap(state, 5000);
        next += 1 + (uint64_t)fixture_gap(state, shapes[i].max_gap);
    }
    cr_assert_lt(next, UINT32_MAX);
}

static void make(struct lists *l)
{
    uint64_t state = 21;
    struct section_writer *s = fixture_create(&l->f, SECTION_DOC, false);
    struct storylists_writer *w = storylists_writer_new();
    for (size_t i = 0; i < N_SHAPES; i++) {
        struct list *k = &l->list[i];
        struct buf out = {0};
        make_list(k, i, &state);
        for (size_t p = 0; p < k->n; p++)
            storylists_writer_put(w, k->items[p], k->lengths[p]);
        if (i % 2) {
            k->ref = storylists_writer_end(w, s);
        } else {
            k->ref =
                (struct list_ref){section_tell(s), storylists_writer_encode(w, &out)};
            section_put(s, out.data, out.len);
        }
        buf_release(&out);
    }
    cr_assert(!storylists_writer_failed(w));
    storylists_writer_free(w);
    section_finish(s, N_SHAPES);
    fixture_open(&l->f, SECTION_DOC);
}

static void release(struct lists *l)
{
    for (size_t i = 0; i < N_SHAPES; i++) {
        free(l->list[i].items);
        free(l->list[i].lengths);
    }
    fixture_release(&l->f);
}

static size_t first_at_least(const struct list *l, uint32_t lo)
{
    size_t i = 0;
    while (i < l->n && l->items[i].story < lo)
        i++;
    return i;
}

Test(storylists, seek_finds_what_a_scan_finds)
{
    struct lists l;
    struct err err = {0};
    uint64_t state = 22;
    make(&l);
    for (size_t i = 0; i < N_SHAPES; i++) {
        const struct list *k = &l.list[i];
        struct story_cursor c;
        struct story_posting got;
        uint32_t n = (uint32_t)k->n, last = k->items[k->n - 1].story;
        int rc = storylists_open(&c, &l.f.section, k->ref, n, &err);
        cr_assert_eq(rc, 0, "%s", err.msg);
        cr_assert_eq(
            storylists_verify(&l.f.section, k->ref, n, (uint64_t)last + 1, &err), 0,
            "%s", err.msg);
        cr_assert_eq(storylists_verify(&l.f.section, k->ref, n, last, &err),
                     ERR_CORRUPT);
        err_clear(&err);
        for (size_t p = 0; p < k->n; p++) {
            cr_assert_eq(
                storylists_seek(&c, p ? k->items[p - 1].story + 1 : 0, &got, &err), 0);
            cr_assert(got.story == k->items[p].story && got.tf == k->items[p].tf);
        }
        for (unsigned round = 0; round < 500; round++) {
            uint32_t lo = k->items[fixture_random(&state) % k->n].story + round % 3 - 1;
            size_t at = first_at_least(k, lo);
            rc = storylists_seek(&c, lo, &got, &err);
            cr_assert_eq(rc, at < k->n ? 0 : ITER_END);
            cr_assert(rc ||
                      (got.story == k->items[at].story && got.tf == k->items[at].tf));
        }
        cr_assert_eq(storylists_seek(&c, last + 1, &got, &err), ITER_END);
    }
    release(&l);
}

/* Every posting of a block is dominated by one of its pairs, and each pair is needed. */
Test(storylists, bounds_hold)
{
    struct lists l;
    struct err err = {0};
    make(&l);
    for (size_t i = 0; i < N_SHAPES; i++) {
        const struct list *k = &l.list[i];
        struct story_cursor c;
        cr_assert_eq(storylists_open(&c, &l.f.section, k->ref, (uint32_t)k->n, &err),
                     0);
        for (size_t p = 0; p < k->n; p++) {
            struct story_impact bound[4];
            story_id last;
            size_t n = 0;
            cr_assert_eq(
                storylists_block_bound(&c, k->items[p].story, &last, bound, &n, &err),
                0);
            cr_assert(n >= 1 && n <= 4 && last >= k->items[p].story);
            bool held = false;
            for (size_t b = 0; b < n; b++) {
                held |=
                    bound[b].tf >= k->items[p].tf && bound[b].length <= k->lengths[p];
                cr_assert(b == 0 || (bound[b].tf > bound[b - 1].tf &&
                                     bound[b].length >= bound[b - 1].length));
            }
            cr_assert(held, "posting %zu of list %zu", p, i);
            size_t end = p / STORYLISTS_BLOCK * STORYLISTS_BLOCK + STORYLISTS_BLOCK - 1;
            cr_assert_eq(last, end < k->n - 1 ? k->items[end].story : UINT32_MAX);
        }
    }
    release(&l);
}

Test(storylists, a_dense_list_is_bits)
{
    struct lists l;
    make(&l);
    /* 128 neighbours: a byte of gaps, a byte of frequencies or so, and the pairs */
    cr_assert_leq(l.list[1].ref.len, 70u);
    release(&l);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct lists *l = arg;
    uint64_t state = 23;
    for (size_t i = 0; i < N_SHAPES; i++) {
        struct story_cursor c;
        struct err err = {0};
        struct story_posting got;
        struct story_impact bound[4];
        story_id last;
        size_t n;
        const struct list *k = &l->list[i];
        if (storylists_open(&c, s, k->ref, (uint32_t)k->n, &err) != 0)
            continue;
        (void)storylists_verify(s, k->ref, (uint32_t)k->n, UINT32_MAX, &err);
        for (unsigned round = 0; round < 20; round++) {
            story_id lo = k->items[fixture_random(&state) % k->n].story;
            (void)storylists_seek(&c, lo, &got, &err);
            if (storylists_block_bound(&c, lo, &last, bound, &n, &err) == 0)
                cr_assert(n >= 1 && n <= 4);
        }
    }
}

Test(storylists, damage_is_survived, .timeout = 120)
{
    struct lists l;
    make(&l);
    fixture_damage(&l.f.section, 600, read_damaged, &l);
    release(&l);
}

Test(storylists, golden)
{
    struct lists l;
    make(&l);
    fixture_golden("storylists", l.f.section.data,
                   (size_t)(l.list[3].ref.offset + l.list[3].ref.len));
    release(&l);
}
