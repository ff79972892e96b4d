#include <criterion/criterion.h>
#include <stdlib.h>

#include "formats/groups.h"
#include "tests/unit/formats_fixture.h"

/* Sizes of units, and the groups made of them. */
struct model {
    struct fixture f;
    struct groups g;
    uint32_t *sizes, *firsts;
    size_t n, ids;
    uint64_t part_bytes;
};

static void make(struct model *m, uint64_t seed, size_t n, unsigned larger_percent)
{
    struct err err = {0};
    uint64_t state = seed;
    struct groups_writer w;
    struct parts parts = {0};
    struct section_writer *s = fixture_create(&m->f, SECTION_ARTICLE, true);
    cr_assert_eq(groups_writer_init(&w, &err), 0);
    m->n = n;
    m->ids = 0;
    m->sizes = malloc((n + 1) * sizeof *m->sizes);
    m->firsts = malloc((n + 1) * sizeof *m->firsts);
    for (size_t i = 0; i < n; i++) {
        bool larger = fixture_random(&state) % 100 < larger_percent;
        m->firsts[i] = (uint32_t)m->ids;
        m->sizes[i] = larger ? 2 + (uint32_t)(fixture_random(&state) % 5) : 1;
        groups_writer_unit(&w);
        for (uint32_t k = 1; k < m->sizes[i]; k++)
            groups_writer_more(&w);
        m->ids += m->sizes[i];
    }
    cr_assert_eq(groups_writer_encode(&w, &parts, s, &err), 0);
    parts_finish(&parts, s);
    m->part_bytes = parts.part[0].len + parts.part[1].len;
    section_finish(s, n);
    groups_writer_release(&w);
    fixture_open(&m->f, SECTION_ARTICLE);
    cr_assert_eq(parts_open(&parts, &m->f.section, 2, 0, &err), 0, "%s", err.msg);
    cr_assert_eq(groups_open(&m->g, &parts, &m->f.section, 0, n, m->ids, &err), 0, "%s",
                 err.msg);
}

static void release(struct model *m)
{
    free(m->sizes);
    free(m->firsts);
    fixture_release(&m->f);
}

/* The run reaches as far as there are units of one id on both sides. */
static void check_run(const struct model *m, uint32_t unit)
{
    struct err err = {0};
    struct groups_run run;
    cr_assert_eq(groups_run_of(&m->g, unit, &run, &err), 0, "%s", err.msg);
    if (m->sizes[unit] > 1) {
        cr_assert_eq(run.unit, run.end);
        return;
    }
    cr_assert(run.unit <= unit && unit < run.end && run.end <= m->n);
    cr_assert_eq(run.id, m->firsts[run.unit]);
    for (uint32_t i = run.unit; i < run.end; i++)
        cr_assert_eq(m->sizes[i], 1);
    cr_assert(run.unit == 0 || m->sizes[run.unit - 1] > 1);
    cr_assert(run.end == m->n || m->sizes[run.end] > 1);
}

static void check(struct model *m)
{
    struct err err = {0};
    struct marks_near larger_at, end_at;
    uint32_t rank = 0, first, n, got_rank, unit;
    marks_near_begin(&larger_at, &m->g.larger);
    marks_near_begin(&end_at, &m->g.ends);
    cr_assert_eq(groups_verify(&m->g, &err), 0, "%s", err.msg);
    for (uint32_t i = 0; i < m->n; i++) {
        cr_assert_eq(groups_of_unit(&m->g, i, &first, &n, &got_rank, &err), 0, "%s",
                     err.msg);
        if (i % 7 == 0 || m->n < 50)
            check_run(m, i);
        cr_assert_eq(first, m->firsts[i]);
        cr_assert_eq(n, m->sizes[i]);
        cr_assert_eq(got_rank, rank);
        if (n > 1) {
            uint32_t larger;
            cr_assert_eq(
                groups_of_larger(&m->g, &larger_at, &end_at, rank, i, &larger, &err), 0,
                "%s", err.msg);
            cr_assert_eq(larger, first);
        }
        rank += m->sizes[i] > 1;
        for (uint32_t k = 0; k < n; k++) {
            cr_assert_eq(groups_unit_of(&m->g, first + k, &unit, &err), 0, "%s",
                         err.msg);
            cr_assert_eq(unit, i);
        }
    }
    cr_assert_eq(groups_of_unit(&m->g, m->n, &first, &n, NULL, &err), ERR_CORRUPT);
    cr_assert_eq(groups_unit_of(&m->g, m->ids, &unit, &err), ERR_CORRUPT);
}

Test(groups, all_sizes)
{
    static const unsigned percents[] = {0, 1, 20, 50, 100};
    for (size_t i = 0; i < 5; i++) {
        for (size_t n = 0; n < 400; n = n * 3 + 1) {
            struct model m = {0};
            make(&m, 5 + i * 100 + n, n, percents[i]);
            check(&m);
            release(&m);
        }
    }
}

Test(groups, units_of_one_cost_nothing)
{
    struct model few = {0}, many = {0};
    make(&few, 1, 1, 0);
    make(&many, 1, 100000, 0);
    check(&many);
    cr_assert_leq(many.part_bytes, few.part_bytes + 64, "%llu and %llu bytes",
                  (unsigned long long)few.part_bytes,
                  (unsigned long long)many.part_bytes);
    release(&few);
    release(&many);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct model *m = arg;
    struct parts parts;
    struct groups g;
    struct err err = {0};
    struct groups_run run;
    uint32_t a, b;
    if (parts_open(&parts, s, 2, 0, &err) != 0 ||
        groups_open(&g, &parts, s, 0, m->n, m->ids, &err) != 0)
        return;
    struct marks_near larger_at, end_at;
    marks_near_begin(&larger_at, &g.larger);
    marks_near_begin(&end_at, &g.ends);
    for (uint32_t i = 0; i < m->n; i++) {
        if (groups_of_unit(&g, i, &a, &b, NULL, NULL) == 0) {
            cr_assert_geq(b, 1);
            cr_assert_leq((uint64_t)a + b, m->ids);
        }
        if (i < 60 &&
            groups_of_larger(&g, &larger_at, &end_at, i, i * 3, &a, NULL) == 0)
            cr_assert_leq(a, m->ids);
    }
    for (uint32_t i = 0; i < m->n; i++) {
        if (groups_run_of(&g, i, &run, NULL) == 0 && run.unit < run.end) {
            cr_assert(run.unit <= i && i < run.end && run.end <= m->n);
            cr_assert_leq((uint64_t)run.id + (run.end - run.unit), m->ids);
        }
    }
    for (uint32_t i = 0; i < m->ids; i++) {
        if (groups_unit_of(&g, i, &a, NULL) == 0)
            cr_assert_lt(a, m->n);
    }
    (void)groups_verify(&g, NULL);
}

Test(groups, damage)
{
    struct model m = {0};
    make(&m, 77, 200, 30);
    fixture_damage(&m.f.section, 2000, read_damaged, &m);
    release(&m);
}
