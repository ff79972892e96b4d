#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/marks.h"
#include "tests/unit/formats_fixture.h"

struct set {
    uint64_t *items;
    size_t n;
    uint64_t universe;
    struct buf bytes;
    struct section section;
    uint64_t offset;
};

static void encode(struct set *s)
{
    struct err err = {0};
    struct marks_writer *w = marks_writer_new();
    for (size_t i = 0; i < s->n; i++)
        marks_writer_put(w, s->items[i]);
    buf_put_str(&s->bytes, "abc"); /* so that it is aligned */
    int rc = marks_writer_encode(w, s->universe, &s->bytes, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    marks_writer_free(w);
    size_t len = s->bytes.len;
    s->offset = 8;
    cr_assert(buf_extend(&s->bytes, CONTAINER_OVERREAD));
    s->section = section_memory(s->bytes.data, len, SECTION_SENT, s->n);
}

/* Values with runs, repeats and holes. */
static struct set make(uint64_t seed, size_t n, uint32_t max_gap, unsigned repeats)
{
    uint64_t state = seed, last = 0;
    struct set s = {.items = malloc((n + 1) * sizeof(uint64_t)), .n = n};
    for (size_t i = 0; i < n; i++) {
        if (fixture_random(&state) % 100 >= repeats)
            last += fixture_gap(&state, max_gap);
        if (fixture_random(&state) % 500 == 0)
            last += (uint64_t)max_gap * 300;
        s.items[i] = last;
    }
    s.universe = last + 1 + (seed % 3) * 100;
    encode(&s);
    return s;
}

static void release(struct set *s)
{
    free(s->items);
    buf_release(&s->bytes);
}

static size_t rank_by_search(const struct set *s, uint64_t a)
{
    size_t i = 0, j = s->n;
    while (i < j) {
        size_t mid = (i + j) / 2;
        if (s->items[mid] <= a)
            i = mid + 1;
        else
            j = mid;
    }
    return i;
}

/* A walk in random steps of at most `step` against the search. */
static void check_walk(const struct set *s, const struct marks *m, uint64_t step,
                       uint64_t *state)
{
    struct marks_walk w;
    struct err err = {0};
    marks_walk_begin(&w, m);
    for (uint64_t a = fixture_random(state) % step; a < s->universe;
         a += fixture_random(state) % (step + 1)) {
        uint64_t index = 0, value = 0, next = 0;
        size_t rank = rank_by_search(s, a);
        int rc = marks_walk_to(&w, a, &index, &value, &next, &err);
        if (rank == 0) {
            cr_assert_eq(rc, ITER_END, "%s", err.msg);
        } else {
            cr_assert_eq(rc, 0, "%s", err.msg);
            cr_assert_eq(index, rank - 1, "at %llu", (unsigned long long)a);
            cr_assert_eq(value, s->items[rank - 1]);
            cr_assert_eq(next, rank < s->n ? s->items[rank] : s->universe);
        }
        a += step == 1;
    }
}

static void check_near_at(struct marks_near *near, const struct set *s, uint64_t i)
{
    struct err err = {0};
    uint64_t got = 0;
    cr_assert_eq(marks_near_select(near, i, &got, &err), 0, "%s", err.msg);
    cr_assert_eq(got, s->items[i]);
}

/* The same and the value behind it. */
static void check_pair_at(struct marks_near *near, const struct set *s, uint64_t i)
{
    const uint64_t none = UINT64_MAX;
    struct err err = {0};
    uint64_t got = 0, next = none;
    cr_assert_eq(marks_near_pair(near, i, &got, &next, &err), 0, "%s", err.msg);
    cr_assert_eq(got, s->items[i]);
    cr_assert_eq(next, i + 1 < s->n ? s->items[i + 1] : none);
}

/* Numbers that ascend by little and by much, that stay, and that go back. */
static void check_near(const struct marks *m, const struct set *s, uint64_t *state)
{
    static const uint64_t steps[] = {2, 20, 1000};
    struct marks_near near;
    struct err err = {0};
    uint64_t got = 0;
    for (size_t k = 0; k < 3; k++) {
        marks_near_begin(&near, m);
        for (uint64_t i = 0; i < s->n; i += 1 + fixture_random(state) % steps[k]) {
            if (fixture_random(state) % 2 == 0)
                check_near_at(&near, s, i);
            else
                check_pair_at(&near, s, i);
            if (fixture_random(state) % 16 == 0)
                check_near_at(&near, s, i / 2);
            if (fixture_random(state) % 4 == 0)
                check_near_at(&near, s, i);
        }
    }
    cr_assert_eq(marks_near_select(&near, s->n, &got, &err), ERR_CORRUPT);
    cr_assert_eq(marks_near_pair(&near, s->n, &got, &got, &err), ERR_CORRUPT);
    if (s->n > 0)
        check_pair_at(&near, s, s->n - 1);
}

static void check(const struct set *s)
{
    struct marks m;
    struct err err = {0};
    uint64_t state = 3, got = 0;
    int rc = marks_open(&m, &s->section, s->offset, s->section.len - s->offset, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    cr_assert_eq(marks_count(&m), s->n);
    cr_assert_eq(marks_verify(&m, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < s->n; i++) {
        cr_assert_eq(marks_select(&m, i, &got, &err), 0, "%s", err.msg);
        cr_assert_eq(got, s->items[i]);
    }
    check_near(&m, s, &state);
    for (unsigned round = 0; round < 2000; round++) {
        uint64_t a = fixture_random(&state) % (s->universe + 2);
        if (s->n && round % 2)
            a = s->items[fixture_random(&state) % s->n] + round % 4 -
                (round % 4 == 3 ? 4 : 0);
        if (a > UINT64_MAX / 2)
            a = 0;
        cr_assert_eq(marks_rank(&m, a, &got, &err), 0, "%s", err.msg);
        cr_assert_eq(got, rank_by_search(s, a), "rank of %llu", (unsigned long long)a);
    }
    address *out = malloc((s->n + 1) * sizeof *out);
    for (unsigned round = 0; round < 200; round++) {
        uint64_t lo = fixture_random(&state) % (s->universe + 1);
        uint64_t hi = lo + fixture_random(&state) % (s->universe + 1 - lo) + 1;
        size_t n, from = lo ? rank_by_search(s, lo - 1) : 0,
                  to = rank_by_search(s, hi - 1);
        cr_assert_eq(marks_fill(&m, lo, hi, out, s->n, &n, &err), 0, "%s", err.msg);
        cr_assert_eq(n, to - from);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(out[i], (address)s->items[from + i]);
        if (n > 1) {
            cr_assert_eq(marks_fill(&m, lo, hi, out, 1, &n, &err), 0);
            cr_assert_eq(n, 1u, "no more than asked for");
        }
    }
    free(out);
    for (unsigned round = 0; round < 20; round++)
        check_walk(s, &m, 1 + s->universe / (1 + round * round * 10), &state);
}

Test(marks, sets_of_all_densities)
{
    static const struct {
        size_t n;
        uint32_t max_gap;
        unsigned repeats;
    } shapes[] = {{1, 0, 0},          {1, 1 << 20, 0}, {2, 5, 0},      {600, 0, 0},
                  {600, 1, 50},       {1000, 40, 0},   {5000, 3, 0},   {5000, 20, 90},
                  {3000, 1 << 16, 0}, {20000, 40, 1},  {513, 1000, 0}, {4096, 1, 0}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct set s = make(i, shapes[i].n, shapes[i].max_gap, shapes[i].repeats);
        check(&s);
        release(&s);
    }
}

Test(marks, the_empty_set_and_the_full_one)
{
    struct set s = {.universe = 0};
    encode(&s);
    check(&s);
    release(&s);
    s = (struct set){.universe = UINT64_C(1) << 32};
    encode(&s);
    check(&s);
    release(&s);
    s = (struct set){.n = 3000, .universe = 3000, .items = malloc(3000 * 8)};
    for (size_t i = 0; i < 3000; i++)
        s.items[i] = i;
    encode(&s);
    check(&s);
    release(&s);
}

Test(marks, the_top_of_32_bits)
{
    struct set s = {.n = 2, .universe = UINT64_C(1) << 32, .items = malloc(16)};
    s.items[0] = 0;
    s.items[1] = UINT32_MAX;
    encode(&s);
    check(&s);
    release(&s);
}

Test(marks, a_sparse_cluster)
{
    /* one bucket holds nearly all values, and thousands of buckets hold none */
    struct set s = {.n = 4000, .universe = 100000000, .items = malloc(4000 * 8)};
    for (size_t i = 0; i < 4000; i++)
        s.items[i] = 50000000 + i / 2;
    encode(&s);
    check(&s);
    release(&s);
}

static void read_damaged(const struct section *s, void *arg)
{
    struct marks m;
    struct err err = {0};
    uint64_t state = 4, got;
    static address out[4096];
    (void)arg;
    if (s->len < 8 || marks_open(&m, s, 8, s->len - 8, &err) != 0)
        return;
    (void)marks_verify(&m, &err);
    for (unsigned i = 0; i < 50; i++) {
        size_t n;
        uint64_t a = fixture_random(&state) % m.universe;
        (void)marks_select(&m, fixture_random(&state) % m.n, &got, &err);
        if (marks_rank(&m, a, &got, &err) == 0)
            cr_assert_leq(got, m.n);
        if (marks_fill(&m, a, m.universe, out, 4096, &n, &err) == 0)
            for (size_t k = 1; k < n; k++)
                cr_assert_leq(out[k - 1], out[k]);
    }
    struct marks_near near;
    marks_near_begin(&near, &m);
    for (uint64_t i = 0; i < m.n; i += 1 + m.n / 300)
        if (marks_near_select(&near, i, &got, &err) == 0)
            cr_assert_lt(got, m.universe);
    marks_near_begin(&near, &m);
    for (uint64_t i = 0, next = 0; i < m.n; i += 1 + m.n / 300)
        if (marks_near_pair(&near, i, &got, &next, &err) == 0) {
            cr_assert_lt(got, m.universe);
            cr_assert_lt(next, m.universe);
        }
    struct marks_walk w;
    marks_walk_begin(&w, &m);
    for (uint64_t a = 0, i, v, next; a < m.universe; a += m.universe / 100 + 1) {
        if (marks_walk_to(&w, a, &i, &v, &next, &err) == 0)
            cr_assert_lt(i, m.n);
    }
}

/* As many values as take more than 600 KiB of gaps of one to three bytes, so that the file and what is in memory have some each, and gaps lie
 * across what is read at a time: the section has what is encoded in memory. */
Test(marks, sets_that_wait_in_a_file_are_the_same)
{
    struct fixture f;
    struct err err = {0};
    struct marks_writer *held = marks_writer_new(), *spilt = marks_writer_new();
    struct section_writer *section = fixture_create(&f, SECTION_SENT, 1);
    struct buf bytes = {0};
    static address values[500000];
    uint64_t state = 10, value = 0;
    marks_writer_spill(spilt, f.dir.fd, f.dir.path);
    for (unsigned i = 0; i < 500000; i++) {
        bool long_gap = i < 100000 ? i % 7 == 0 : i % 997 == 0;
        value += fixture_gap(&state, long_gap ? 1 << 17 : 100);
        values[i] = (address)value;
        marks_writer_put(held, value);
    }
    /* One by one, then many at once, as their writer's caller likes. */
    for (unsigned i = 0; i < 1000; i++)
        marks_writer_put(spilt, values[i]);
    marks_writer_put_addresses(spilt, values + 1000, 700);
    marks_writer_put_addresses(spilt, values + 1700, 0);
    marks_writer_put_addresses(spilt, values + 1700, 500000 - 1700);
    int rc = marks_writer_encode(held, value + 1, &bytes, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    rc = marks_writer_put_to(spilt, value + 1, section, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    section_finish(section, 1);
    fixture_open(&f, SECTION_SENT);
    cr_assert_eq(f.section.len, bytes.len);
    cr_assert_eq(memcmp(f.section.data, bytes.data, bytes.len), 0);
    marks_writer_free(held);
    marks_writer_free(spilt);
    buf_release(&bytes);
    fixture_release(&f);
}

Test(marks, no_file_is_an_error)
{
    struct err err = {0};
    struct buf bytes = {0};
    struct marks_writer *w = marks_writer_new();
    marks_writer_spill(w, -1, "nowhere");
    for (unsigned i = 0; i < 300000; i++)
        marks_writer_put(w, i);
    cr_assert_eq(marks_writer_encode(w, 300000, &bytes, &err), ERR_IO);
    marks_writer_free(w);
    buf_release(&bytes);
}

Test(marks, damage_is_survived)
{
    struct set s = make(7, 3000, 90, 2);
    fixture_damage(&s.section, 3000, read_damaged, NULL);
    release(&s);
}

Test(marks, verify_finds_every_flip)
{
    struct set s = make(8, 700, 40, 2);
    uint8_t *bytes = s.bytes.data;
    for (size_t bit = 8 * 8; bit < s.section.len * 8; bit++) {
        struct marks m;
        struct err err = {0};
        bytes[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        bool found = marks_open(&m, &s.section, 8, s.section.len - 8, &err) != 0 ||
                     marks_verify(&m, &err) != 0;
        /* low bits may change to another sound set; the section's checksum tells those */
        if (!found)
            cr_assert(m.n == 700);
        if (bit < 16 * 8)
            cr_assert(found, "bit %zu of the header", bit);
        bytes[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    release(&s);
}

Test(marks, golden)
{
    struct set s = make(9, 900, 60, 3);
    fixture_golden("marks", s.section.data + 8, (size_t)s.section.len - 8);
    release(&s);
}
