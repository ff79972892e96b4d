#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "formats/marks_ranks.h"
#include "tests/unit/formats_fixture.h"

enum {
    UNIVERSE = 20000
};

struct set {
    struct buf bytes;
    struct section section;
    struct marks marks;
    uint32_t values[UNIVERSE]; /* how many are each address */
};

/* Values in gaps of about `mean`; at every `crowded`th of them so many that a bucket holds far more than are compared at once. */
static void make(struct set *s, uint64_t seed, unsigned mean, unsigned crowded)
{
    struct err err = {0};
    uint64_t state = seed, n = 0;
    struct marks_writer *w = marks_writer_new();
    *s = (struct set){0};
    for (uint64_t a = 0; a < UNIVERSE; a += 1 + fixture_random(&state) % (2 * mean)) {
        s->values[a] = 1;
        if (++n % crowded == 0) {
            s->values[a] += (uint32_t)(fixture_random(&state) % 80);
        }
        for (uint32_t i = 0; i < s->values[a]; i++) {
            marks_writer_put(w, a);
        }
    }
    cr_assert_eq(marks_writer_encode(w, UNIVERSE, &s->bytes, &err), 0, "%s", err.msg);
    marks_writer_free(w);
    size_t len = s->bytes.len;
    cr_assert(buf_extend(&s->bytes, CONTAINER_OVERREAD));
    s->section = section_memory(s->bytes.data, len, SECTION_SENT, 1);
    cr_assert_eq(marks_open(&s->marks, &s->section, 0, len, &err), 0, "%s", err.msg);
}

/* All addresses of [lo, hi) by both kernels, against counting one by one. */
static void check_window(const struct set *s, struct marks_ranks *r, address lo,
                         address hi)
{
    static address at[UNIVERSE];
    static uint32_t ranks[UNIVERSE], twin[UNIVERSE];
    struct err err = {0};
    uint32_t n = 0, add = lo < 3 ? lo : 3;
    for (address a = 0; a < lo; a++) {
        n += s->values[a];
    }
    cr_assert_eq(marks_ranks_make(r, &s->marks, lo, hi, &err), 0, "%s", err.msg);
    for (address a = lo; a < hi; a++) {
        at[a - lo] = a - add;
    }
    cr_assert_eq(marks_ranks_of(r, at, hi - lo, add, ranks, &err), 0, "%s", err.msg);
    cr_assert(marks_ranks_of_scalar(r, at, hi - lo, add, twin));
    for (address a = lo; a < hi; a++) {
        n += s->values[a];
        cr_assert_eq(ranks[a - lo], n, "at %u of [%u, %u)", a, lo, hi);
        cr_assert_eq(twin[a - lo], n, "at %u of [%u, %u)", a, lo, hi);
    }
}

static void check_places(const struct marks_ranks *r)
{
#ifdef STEMMA_AVX2
    static uint32_t a[UNIVERSE], b[UNIVERSE];
    size_t n = r->places.len;
    if (cpu_has_avx2()) {
        cr_assert(marks_ranks_places_scalar(&r->stretch, n, a));
        cr_assert(marks_ranks_places_avx2(&r->stretch, n, b));
        cr_assert_arr_eq(a, b, n * sizeof *a);
    }
#else
    (void)r;
#endif
}

/* In windows that begin and end anywhere, of sets of any density. */
Test(marks_ranks, as_counted)
{
    static struct set s;
    struct marks_ranks r = {0};
    uint64_t state = 5;
    for (unsigned mean = 1; mean < 4000; mean *= 3) {
        for (unsigned crowded = 2; crowded < 100000; crowded *= 100) {
            make(&s, mean, mean, crowded);
            check_window(&s, &r, 0, UNIVERSE);
            for (unsigned i = 0; i < 20; i++) {
                address lo = (address)(fixture_random(&state) % UNIVERSE);
                address len = (address)(fixture_random(&state) % (UNIVERSE - lo));
                check_window(&s, &r, lo, lo + 1 + len);
                check_places(&r);
            }
            buf_release(&s.bytes);
        }
    }
    marks_ranks_release(&r);
}

Test(marks_ranks, of_an_empty_set)
{
    struct err err = {0};
    struct buf bytes = {0};
    struct marks marks;
    struct marks_ranks r = {0};
    struct marks_writer *w = marks_writer_new();
    address at[] = {5, 99};
    uint32_t ranks[2] = {7, 7};
    cr_assert_eq(marks_writer_encode(w, 100, &bytes, &err), 0);
    marks_writer_free(w);
    size_t len = bytes.len;
    cr_assert(buf_extend(&bytes, CONTAINER_OVERREAD));
    struct section section = section_memory(bytes.data, len, SECTION_SENT, 1);
    cr_assert_eq(marks_open(&marks, &section, 0, len, &err), 0);
    cr_assert_eq(marks_ranks_make(&r, &marks, 3, 100, &err), 0, "%s", err.msg);
    cr_assert_eq(marks_ranks_of(&r, at, 2, 0, ranks, &err), 0);
    cr_assert_eq(ranks[0] + ranks[1], 0);
    cr_assert_eq(marks_ranks_make(&r, &marks, 3, 101, &err), ERR_CORRUPT);
    marks_ranks_release(&r);
    buf_release(&bytes);
}

static void read_damaged(const struct section *s, void *arg)
{
    static address at[4096];
    static uint32_t ranks[4096];
    struct marks m;
    struct err err = {0};
    struct marks_ranks r = {0};
    uint64_t state = 4;
    (void)arg;
    if (marks_open(&m, s, 0, s->len, &err) != 0)
        return;
    for (unsigned i = 0; i < 20 && m.universe > 4096 && m.universe < UINT32_MAX; i++) {
        uint64_t lo = fixture_random(&state) % (m.universe - 4096);
        for (address k = 0; k < 4096; k++)
            at[k] = (address)lo + k;
        if (marks_ranks_make(&r, &m, lo, lo + 4096, &err) == 0 &&
            marks_ranks_of(&r, at, 4096, 0, ranks, &err) == 0) {
            for (size_t k = 0; k < 4096; k++) {
                cr_assert_leq(ranks[k], m.n);
                cr_assert(k == 0 || ranks[k - 1] <= ranks[k]);
            }
        }
    }
    marks_ranks_release(&r);
}

/* Of damaged bytes: no number beyond those of the set, and none that descends. */
Test(marks_ranks, damage)
{
    static struct set s;
    for (unsigned mean = 2; mean < 100; mean *= 6) {
        make(&s, 9, mean, 50);
        fixture_damage(&s.section, 300, read_damaged, NULL);
        buf_release(&s.bytes);
    }
}
