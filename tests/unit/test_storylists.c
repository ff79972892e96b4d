#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/storylists.h"
#include "formats/storylists_bits.h"
#include "tests/unit/formats_fixture.h"

struct list {
    story_id *items;
    size_t n;
    struct list_ref ref;
};

static const struct {
    size_t n;
    uint32_t max_gap;
} shapes[] = {{1, 5},     {128, 0},  {129, 1},     {300, 3},
              {8192, 40}, {8193, 2}, {20000, 500}, {1000, 1 << 20}};
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
    uint64_t next = fixture_random(state) % 300;
    for (size_t k = 0; k < l->n; k++) {
        l->items[k] = (story_id)next;
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
        for (size_t p = 0; p < 50 && p < k->n; p++)
            storylists_writer_put(w, k->items[p]);
        if (k->n > 50)
            storylists_writer_put_all(w, k->items + 50, k->n - 50);
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
    for (size_t i = 0; i < N_SHAPES; i++)
        free(l->list[i].items);
    fixture_release(&l->f);
}

static size_t first_at_least(const struct list *l, uint32_t lo)
{
    size_t i = 0;
    while (i < l->n && l->items[i] < lo)
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
        story_id got = 0;
        uint32_t n = (uint32_t)k->n, last = k->items[k->n - 1];
        int rc = storylists_open(&c, &l.f.section, k->ref, n, &err);
        cr_assert_eq(rc, 0, "%s", err.msg);
        cr_assert_eq(
            storylists_verify(&l.f.section, k->ref, n, (uint64_t)last + 1, &err), 0,
            "%s", err.msg);
        cr_assert_eq(storylists_verify(&l.f.section, k->ref, n, last, &err),
                     ERR_CORRUPT);
        err_clear(&err);
        for (size_t p = 0; p < k->n; p++) {
            cr_assert_eq(storylists_seek(&c, p ? k->items[p - 1] + 1 : 0, &got, &err),
                         0);
            cr_assert_eq(got, k->items[p]);
        }
        for (unsigned round = 0; round < 500; round++) {
            uint32_t lo = k->items[fixture_random(&state) % k->n] + round % 3 - 1;
            size_t at = first_at_least(k, lo);
            rc = storylists_seek(&c, lo, &got, &err);
            cr_assert_eq(rc, at < k->n ? 0 : ITER_END);
            cr_assert(rc || got == k->items[at]);
        }
        cr_assert_eq(storylists_seek(&c, last + 1, &got, &err), ITER_END);
    }
    release(&l);
}

/* Blocks give what seeks give, and values that are no story behind it. */
Test(storylists, blocks_are_whole)
{
    struct lists l;
    struct err err = {0};
    uint64_t state = 24;
    make(&l);
    for (size_t i = 0; i < N_SHAPES; i++) {
        const struct list *k = &l.list[i];
        struct story_cursor c;
        const story_id *stories = NULL;
        uint32_t n = 0;
        cr_assert_eq(storylists_open(&c, &l.f.section, k->ref, (uint32_t)k->n, &err),
                     0);
        for (unsigned round = 0; round < 300; round++) {
            uint32_t lo = k->items[fixture_random(&state) % k->n] + round % 3 - 1;
            size_t at = first_at_least(k, lo);
            int rc = storylists_block(&c, lo, &stories, &n, &err);
            cr_assert_eq(rc, at < k->n ? 0 : ITER_END);
            if (rc != 0)
                continue;
            size_t from = at / STORYLISTS_BLOCK * STORYLISTS_BLOCK;
            cr_assert_eq(n, k->n - from < STORYLISTS_BLOCK ? k->n - from
                                                           : STORYLISTS_BLOCK);
            cr_assert_eq(memcmp(stories, k->items + from, n * sizeof *stories), 0);
            for (size_t p = n; p < STORYLISTS_BLOCK + 8; p++)
                cr_assert_eq(stories[p], UINT32_MAX);
        }
        cr_assert_eq(storylists_block(&c, k->items[k->n - 1] + 1, &stories, &n, &err),
                     ITER_END);
    }
    release(&l);
}

Test(storylists, a_dense_list_is_bits)
{
    struct lists l;
    make(&l);
    /* 128 neighbours: gaps of no width, and the first an exception */
    cr_assert_leq(l.list[1].ref.len, 8u);
    release(&l);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct lists *l = arg;
    uint64_t state = 23;
    for (size_t i = 0; i < N_SHAPES; i++) {
        struct story_cursor c;
        struct err err = {0};
        const story_id *stories;
        story_id got;
        uint32_t n;
        const struct list *k = &l->list[i];
        if (storylists_open(&c, s, k->ref, (uint32_t)k->n, &err) != 0)
            continue;
        (void)storylists_verify(s, k->ref, (uint32_t)k->n, UINT32_MAX, &err);
        for (unsigned round = 0; round < 20; round++) {
            story_id lo = k->items[fixture_random(&state) % k->n];
            if (storylists_seek(&c, lo, &got, &err) == 0)
                cr_assert(got >= lo);
            if (storylists_block(&c, lo, &stories, &n, &err) == 0)
                cr_assert(n >= 1 && n <= STORYLISTS_BLOCK && stories[n - 1] >= lo);
        }
    }
}

/* Bytes of any density: as many bits as there are, one fewer and one more. */
Test(storylists, bits_become_stories)
{
    enum {
        BYTES = 300
    };
    uint64_t state = 31;
    for (unsigned round = 0; round < 4000; round++) {
        uint8_t bits[BYTES];
        story_id want[8 * BYTES], got[8 * BYTES + STORYLISTS_BITS_ROOM];
        const size_t len = fixture_random(&state) % BYTES;
        const story_id first = round % 2 ? UINT32_MAX - 8 * BYTES : (story_id)round;
        size_t n = 0;
        for (size_t i = 0; i < len; i++) {
            bits[i] = (uint8_t)fixture_random(&state);
            for (unsigned k = round % 7; k > 3; k--)
                bits[i] &= (uint8_t)fixture_random(&state);
            for (unsigned k = 0; k < 8; k++)
                if (bits[i] >> k & 1)
                    want[n++] = first + (story_id)(8 * i + k);
        }
        cr_assert(storylists_bits_scalar(bits, len, first, n, got));
        cr_assert_eq(memcmp(got, want, n * sizeof *want), 0);
        cr_assert_not(storylists_bits_scalar(bits, len, first, n + 1, got));
#ifdef STEMMA_AVX2
        if (cpu_has_avx2()) {
            memset(got, 0, sizeof got);
            cr_assert(storylists_bits_avx2(bits, len, first, n, got));
            cr_assert_eq(memcmp(got, want, n * sizeof *want), 0);
            cr_assert_not(storylists_bits_avx2(bits, len, first, n + 1, got));
            cr_assert(n == 0 || !storylists_bits_avx2(bits, len, first, n - 1, got));
        }
#endif
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
    fixture_golden_version("storylists", STORYLISTS_VERSION, l.f.section.data,
                           (size_t)(l.list[3].ref.offset + l.list[3].ref.len));
    release(&l);
}
