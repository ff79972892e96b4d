#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/surfaces.h"
#include "tests/unit/formats_fixture.h"

struct table {
    size_t n_surfaces, n_seps;
    uint32_t n_terms;
    char (*texts)[SURFACES_BYTES_MAX + 1];
    size_t *lens;
    term_id *terms;
    struct fixture f;
    struct surfaces surfaces;
};

static struct bytes sep_of(size_t i, char *out)
{
    return bytes_of(out,
                    (size_t)snprintf(out, 32, "%.*s%zu", (int)(i % 5), " .,\n\n", i));
}

static void make(struct table *t, size_t n_surfaces, uint32_t n_terms, size_t n_seps)
{
    uint64_t state = n_surfaces + n_terms;
    struct err err = {0};
    *t = (struct table){.n_surfaces = n_surfaces, .n_terms = n_terms, .n_seps = n_seps};
    t->texts = malloc((n_surfaces + 1) * sizeof *t->texts);
    t->lens = malloc((n_surfaces + 1) * sizeof *t->lens);
    t->terms = malloc((n_surfaces + 1) * sizeof *t->terms);
    struct section_writer *s = fixture_create(&t->f, SECTION_SURF, false);
    struct surfaces_writer *w = surfaces_writer_new(s, n_terms);
    for (size_t i = 0; i < n_surfaces; i++) {
        t->lens[i] = fixture_random(&state) % (i % 50 == 0 ? 256 : 14);
        for (size_t k = 0; k < t->lens[i]; k++)
            t->texts[i][k] = (char)fixture_random(&state);
        t->terms[i] = (term_id)(fixture_random(&state) % n_terms / (1 + i % 3));
        surfaces_writer_put(w, bytes_of(t->texts[i], t->lens[i]), t->terms[i]);
    }
    for (size_t i = 0; i < n_seps; i++) {
        char text[32];
        surfaces_writer_put_sep(w, (uint8_t)(i % 4), sep_of(i, text));
    }
    cr_assert_eq(surfaces_writer_finish(w, &err), 0, "%s", err.msg);
    fixture_open(&t->f, SECTION_SURF);
    cr_assert_eq(surfaces_open(&t->surfaces, &t->f.section, &err), 0, "%s", err.msg);
}

static void release(struct table *t)
{
    free(t->texts);
    free(t->lens);
    free(t->terms);
    fixture_release(&t->f);
}

static void check(const struct table *t)
{
    const struct surfaces *s = &t->surfaces;
    struct err err = {0};
    struct bytes got;
    term_id term;
    uint8_t brk;
    cr_assert_eq(surfaces_verify(s, &err), 0, "%s", err.msg);
    cr_assert(s->n_surfaces == t->n_surfaces && s->n_terms == t->n_terms &&
              s->n_seps == t->n_seps);
    for (surface_id i = 0; i < t->n_surfaces; i++) {
        cr_assert_eq(surfaces_get(s, i, &got, &err), 0, "%s", err.msg);
        cr_assert(bytes_equal(got, bytes_of(t->texts[i], t->lens[i])), "surface %u", i);
        cr_assert_eq(surfaces_term(s, i, &term, &err), 0);
        cr_assert_eq(term, t->terms[i]);
    }
    for (sep_id i = 0; i < t->n_seps; i++) {
        char text[32];
        cr_assert_eq(surfaces_sep(s, i, &brk, &got, &err), 0);
        cr_assert(brk == i % 4 && bytes_equal(got, sep_of(i, text)));
    }
    cr_assert_eq(surfaces_get(s, (surface_id)t->n_surfaces, &got, &err), ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(surfaces_term(s, UINT32_MAX, &term, &err), ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(surfaces_sep(s, (sep_id)t->n_seps, &brk, &got, &err), ERR_CORRUPT);
}

/* Each surface is in its term's list once, in order, and the lists hold nothing else. */
static void check_terms(const struct table *t)
{
    struct err err = {0};
    size_t total = 0;
    surface_id *ids = malloc((t->n_surfaces + 1) * sizeof *ids);
    for (term_id term = 0; term < t->n_terms; term++) {
        size_t n = 0, few = 0;
        cr_assert_eq(surfaces_of_term(&t->surfaces, term, ids, t->n_surfaces, &n, &err),
                     0, "%s", err.msg);
        for (size_t i = 0; i < n; i++) {
            cr_assert_eq(t->terms[ids[i]], term);
            cr_assert(i == 0 || ids[i] > ids[i - 1]);
        }
        total += n;
        if (n > 1) {
            ids[1] = 77777;
            cr_assert_eq(surfaces_of_term(&t->surfaces, term, ids, 1, &few, &err), 0);
            cr_assert(few == n && ids[1] == 77777, "cap is kept, the number is told");
        }
    }
    cr_assert_eq(total, t->n_surfaces);
    free(ids);
    cr_assert_eq(surfaces_of_term(&t->surfaces, t->n_terms, NULL, 0, &total, &err),
                 ERR_CORRUPT);
}

Test(surfaces, sizes)
{
    static const struct {
        size_t surfaces;
        uint32_t terms;
        size_t seps;
    } sizes[] = {
        {1, 1, 1}, {16, 16, 0}, {17, 40, 4}, {1000, 700, 50}, {20000, 30000, 300}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct table t;
        make(&t, sizes[i].surfaces, sizes[i].terms, sizes[i].seps);
        check(&t);
        check_terms(&t);
        release(&t);
    }
}

Test(surfaces, an_empty_table)
{
    struct table t;
    struct err err = {0};
    make(&t, 0, 0, 0);
    cr_assert_eq(surfaces_verify(&t.surfaces, &err), 0, "%s", err.msg);
    release(&t);
}

static void read_damaged(const struct section *section, void *arg)
{
    struct surfaces s;
    struct err err = {0};
    struct bytes got;
    term_id term;
    uint8_t brk;
    uint64_t state = 3, sum = 0;
    surface_id ids[64];
    size_t n;
    (void)arg;
    if (surfaces_open(&s, section, &err) != 0)
        return;
    (void)surfaces_verify(&s, &err);
    for (unsigned i = 0; i < 100; i++) {
        uint32_t id = (uint32_t)(fixture_random(&state) % 2100);
        if (surfaces_get(&s, id, &got, &err) == 0)
            for (size_t k = 0; k < got.len; k++)
                sum += got.data[k];
        if (surfaces_term(&s, id, &term, &err) == 0)
            cr_assert_lt(term, s.n_terms);
        if (surfaces_sep(&s, id % 60, &brk, &got, &err) == 0)
            for (size_t k = 0; k < got.len; k++)
                sum += got.data[k];
        if (surfaces_of_term(&s, id, ids, 64, &n, &err) == 0)
            for (size_t k = 0; k < n && k < 64; k++)
                cr_assert_lt(ids[k], s.n_surfaces);
    }
    cr_assert_lt(sum, UINT64_MAX);
}

Test(surfaces, damage_is_survived, .timeout = 120)
{
    struct table t;
    make(&t, 2000, 1500, 50);
    fixture_damage(&t.f.section, 2000, read_damaged, NULL);
    release(&t);
}

Test(surfaces, golden)
{
    struct table t;
    make(&t, 60, 50, 12);
    fixture_golden("surfaces", t.f.section.data, (size_t)t.f.section.len);
    release(&t);
}
