#include <criterion/criterion.h>
#include <stdlib.h>

#include "formats/marks.h"
#include "query/unit_ranks.h"
#include "tests/unit/formats_fixture.h"

enum {
    UNIVERSE = 20000
};

struct set {
    struct buf bytes;
    struct section section;
    struct marks marks;
    bool begins[UNIVERSE];
};

static void make(struct set *s, uint64_t seed, unsigned mean)
{
    struct err err = {0};
    uint64_t state = seed;
    struct marks_writer *w = marks_writer_new();
    *s = (struct set){0};
    for (uint64_t a = 0; a < UNIVERSE; a += 1 + fixture_random(&state) % (2 * mean)) {
        s->begins[a] = true;
        marks_writer_put(w, a);
    }
    cr_assert_eq(marks_writer_encode(w, UNIVERSE, &s->bytes, &err), 0, "%s", err.msg);
    marks_writer_free(w);
    size_t len = s->bytes.len;
    cr_assert(buf_extend(&s->bytes, CONTAINER_OVERREAD));
    s->section = section_memory(s->bytes.data, len, SECTION_SENT, 1);
    cr_assert_eq(marks_open(&s->marks, &s->section, 0, len, &err), 0, "%s", err.msg);
}

static void check_window(const struct set *s, struct unit_ranks *r, address lo,
                         address hi)
{
    struct err err = {0};
    size_t n = 0;
    cr_assert_eq(unit_ranks_make(r, &s->marks, lo, hi, &err), 0, "%s", err.msg);
    for (address a = lo; a < hi; a++) {
        n += s->begins[a];
        cr_assert_eq(unit_ranks_at(r, a), n, "at %u of [%u, %u)", a, lo, hi);
    }
}

static void check_list(const struct set *s, const struct unit_ranks *r, address from,
                       address to)
{
    static address got[UNIVERSE];
    size_t n = unit_ranks_list(r, from, to, got), k = 0;
    for (address a = from; a < to; a++) {
        if (s->begins[a]) {
            cr_assert_lt(k, n);
            cr_assert_eq(got[k++], a);
        }
    }
    cr_assert_eq(k, n);
}

/* Against counting one by one, in windows that begin and end anywhere. */
Test(unit_ranks, as_counted)
{
    static struct set s;
    struct unit_ranks r = {0};
    uint64_t state = 5;
    for (unsigned mean = 1; mean < 200; mean *= 3) {
        make(&s, mean, mean);
        check_window(&s, &r, 0, UNIVERSE);
        for (unsigned i = 0; i < 60; i++) {
            address lo = (address)(fixture_random(&state) % UNIVERSE);
            address hi = lo + 1 + (address)(fixture_random(&state) % (UNIVERSE - lo));
            check_window(&s, &r, lo, hi);
            address from = lo + (address)(fixture_random(&state) % (hi - lo));
            check_list(&s, &r, from, hi);
            check_list(&s, &r, lo, from);
        }
        buf_release(&s.bytes);
    }
    unit_ranks_release(&r);
}
