#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/terms.h"
#include "tests/unit/formats_fixture.h"

struct dictionary {
    struct term_entry *items;
    size_t n;
    struct fixture f;
    struct terms terms;
};

static int by_key(const void *a, const void *b)
{
    const struct term_entry *x = a, *y = b;
    int c = bytes_compare(bytes_of(x->key, x->key_len), bytes_of(y->key, y->key_len));
    return c ? c : (x->span > y->span) - (x->span < y->span);
}

/* Lists follow each other, but now and then leave a gap. */
static void give_lists(struct term_entry *e, uint64_t *state, uint64_t *pos,
                       uint64_t *doc)
{
    e->occurrences = fixture_gap(state, UINT32_MAX - 1) + UINT64_C(1);
    if (fixture_random(state) % 2) {
        e->occurrences = e->n_inline = 1 + (uint32_t)(fixture_random(state) % 3);
        for (uint32_t i = 0; i < e->n_inline; i++)
            e->inline_list[i] = (i ? e->inline_list[i - 1] + 1 : 0) +
                                fixture_gap(state, UINT32_MAX / 4);
    } else {
        *pos += fixture_random(state) % 5 == 0 ? fixture_random(state) % 4096 : 0;
        e->pos = (struct list_ref){*pos, 1 + fixture_gap(state, 1 << 26)};
        *pos += e->pos.len;
        if (fixture_random(state) % 3 == 0) {
            *doc += fixture_random(state) % 9 == 0 ? 1 << 20 : 0;
            e->doc = (struct list_ref){*doc, 1 + fixture_gap(state, 1 << 20)};
            *doc += e->doc.len;
        }
    }
    e->stories = 1 + (uint32_t)(fixture_random(state) % e->occurrences);
    if (fixture_random(state) % 2)
        e->stories = (uint32_t)e->occurrences;
}

/* Writes a dictionary of n entries whose keys are given, in any order and some more than once. */
static void write_all(struct dictionary *d, size_t n, uint64_t state)
{
    uint64_t pos = 0, doc = 0;
    struct err err = {0};
    qsort(d->items, n, sizeof *d->items, by_key);
    d->n = 0;
    for (size_t i = 0; i < n; i++)
        if (d->n == 0 || by_key(&d->items[d->n - 1], &d->items[i]) != 0)
            d->items[d->n++] = d->items[i];
    struct section_writer *s = fixture_create(&d->f, SECTION_TERMS, false);
    struct terms_writer *w = terms_writer_new(s);
    for (size_t i = 0; i < d->n; i++) {
        give_lists(&d->items[i], &state, &pos, &doc);
        d->items[i].id = (term_id)i;
        terms_writer_put(w, &d->items[i]);
    }
    cr_assert_eq(terms_writer_finish(w, &err), 0);
    fixture_open(&d->f, SECTION_TERMS);
    int rc = terms_open(&d->terms, &d->f.section, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    cr_assert_eq(d->terms.n_terms, d->n);
}

static void make(struct dictionary *d, size_t n, size_t key_max)
{
    uint64_t state = n * 31 + key_max;
    d->items = calloc(n, sizeof *d->items);
    for (size_t i = 0; i < n; i++) {
        struct term_entry *e = &d->items[i];
        e->key_len = (uint8_t)(1 + fixture_random(&state) % key_max);
        for (size_t k = 0; k < e->key_len; k++)
            e->key[k] =
                (uint8_t)(k < 3 || key_max > 100 ? 'a' + fixture_random(&state) % 4
                                                 : fixture_random(&state));
        e->span =
            (uint8_t)(fixture_random(&state) % 8 ? 0 : fixture_random(&state) % 9);
    }
    write_all(d, n, state);
}

static void release(struct dictionary *d)
{
    free(d->items);
    fixture_release(&d->f);
}

static bool same(const struct term_entry *a, const struct term_entry *b)
{
    return by_key(a, b) == 0 && a->id == b->id && a->stories == b->stories &&
           a->occurrences == b->occurrences && a->n_inline == b->n_inline &&
           memcmp(a->inline_list, b->inline_list, a->n_inline * sizeof(address)) == 0 &&
           a->pos.offset == b->pos.offset && a->pos.len == b->pos.len &&
           a->doc.offset == b->doc.offset && a->doc.len == b->doc.len;
}

static void check_all(struct dictionary *d)
{
    struct err err = {0};
    struct term_entry got;
    struct terms_iter it;
    const struct term_entry *e;
    cr_assert_eq(terms_verify(&d->terms, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < d->n; i++) {
        const struct term_entry *want = &d->items[i];
        struct bytes key = bytes_of(want->key, want->key_len);
        cr_assert_eq(terms_find(&d->terms, key, want->span, &got, &err), 0, "%s",
                     err.msg);
        cr_assert(same(want, &got), "found term %zu", i);
        cr_assert_eq(terms_get(&d->terms, (term_id)i, &got, &err), 0, "%s", err.msg);
        cr_assert(same(want, &got), "got term %zu", i);
    }
    size_t n = 0;
    cr_assert_eq(terms_seek(&d->terms, bytes_of("", 0), &it, &err), 0);
    while (terms_next(&it, &e, &err) == 0)
        cr_assert(same(e, &d->items[n++]));
    cr_assert(n == d->n && err.code == 0, "%s", err.msg);
    cr_assert_eq(terms_next(&it, &e, &err), ITER_END, "and stays there");
    cr_assert_eq(terms_get(&d->terms, (term_id)d->n, &got, &err), ERR_CORRUPT);
}

/* Keys near those that are there. */
static void check_misses(struct dictionary *d)
{
    struct err err = {0};
    uint64_t state = 2;
    for (unsigned round = 0; round < 3000; round++) {
        struct term_entry probe = d->items[fixture_random(&state) % d->n], got;
        struct terms_iter it;
        const struct term_entry *e;
        if (round % 3 == 0)
            probe.key[fixture_random(&state) % probe.key_len]++;
        else if (round % 3 == 1)
            probe.key_len = (uint8_t)(fixture_random(&state) % (probe.key_len + 1U));
        else
            probe.span = (uint8_t)((probe.span + 1) % 9);
        size_t at = 0;
        while (at < d->n && by_key(&d->items[at], &probe) < 0)
            at++;
        bool there = at < d->n && by_key(&d->items[at], &probe) == 0;
        struct bytes key = bytes_of(probe.key, probe.key_len);
        cr_assert_eq(terms_find(&d->terms, key, probe.span, &got, &err),
                     there ? 0 : ITER_END);
        probe.span = 0;
        for (at = 0; at < d->n && by_key(&d->items[at], &probe) < 0;)
            at++;
        cr_assert_eq(terms_seek(&d->terms, key, &it, &err), 0, "%s", err.msg);
        for (size_t k = at; k < at + 20; k++) {
            int rc = terms_next(&it, &e, &err);
            cr_assert_eq(rc, k < d->n ? 0 : ITER_END);
            cr_assert(rc != 0 || same(e, &d->items[k]), "seek, then %zu", k - at);
        }
    }
}

Test(terms, sizes)
{
    static const size_t sizes[] = {1, 2, 16, 17, 33, 300, 3000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct dictionary d;
        make(&d, sizes[i], 12);
        check_all(&d);
        check_misses(&d);
        release(&d);
    }
}

Test(terms, many_pages)
{
    struct dictionary d;
    make(&d, 60000, 12);
    cr_assert_gt(d.terms.n_pages, 2 * 64 + 3, "several leaves of the index");
    check_all(&d);
    release(&d);
}

Test(terms, long_keys)
{
    struct dictionary d;
    make(&d, 700, 255);
    check_all(&d);
    check_misses(&d);
    release(&d);
}

/* Neighbours that share any number of bytes. */
Test(terms, keys_that_share_most)
{
    enum {
        PER_LENGTH = 3
    };
    struct dictionary d;
    size_t n = 0;
    d.items = calloc((size_t)TERMS_KEY_MAX * PER_LENGTH, sizeof *d.items);
    for (size_t len = 1; len <= TERMS_KEY_MAX; len++) {
        for (unsigned k = 0; k < PER_LENGTH; k++) {
            struct term_entry *e = &d.items[n++];
            memset(e->key, 'm', len);
            e->key[len - 1] = (uint8_t)('l' + k);
            e->key_len = (uint8_t)len;
        }
    }
    write_all(&d, n, 77);
    check_all(&d);
    check_misses(&d);
    release(&d);
}

Test(terms, an_empty_dictionary)
{
    struct fixture f;
    struct err err = {0};
    struct terms t;
    struct term_entry e;
    struct terms_iter it;
    const struct term_entry *out;
    struct section_writer *s = fixture_create(&f, SECTION_TERMS, false);
    cr_assert_eq(terms_writer_finish(terms_writer_new(s), &err), 0);
    fixture_open(&f, SECTION_TERMS);
    cr_assert_eq(terms_open(&t, &f.section, &err), 0);
    cr_assert_eq(terms_find(&t, bytes_str("a"), 0, &e, &err), ITER_END);
    cr_assert_eq(terms_seek(&t, bytes_str("a"), &it, &err), 0);
    cr_assert_eq(terms_next(&it, &out, &err), ITER_END);
    cr_assert_eq(terms_verify(&t, &err), 0);
    fixture_release(&f);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct dictionary *d = arg;
    struct terms t;
    struct err err = {0};
    struct term_entry e;
    struct terms_iter it;
    const struct term_entry *next;
    uint64_t state = 6;
    if (terms_open(&t, s, &err) != 0)
        return;
    (void)terms_verify(&t, &err);
    for (unsigned i = 0; i < 60; i++) {
        const struct term_entry *k = &d->items[fixture_random(&state) % d->n];
        (void)terms_find(&t, bytes_of(k->key, k->key_len), k->span, &e, &err);
        (void)terms_get(&t, (term_id)(fixture_random(&state) % d->n), &e, &err);
        if (terms_seek(&t, bytes_of(k->key, k->key_len), &it, &err) == 0)
            for (unsigned n = 0; n < 50 && terms_next(&it, &next, &err) == 0; n++)
                cr_assert_leq(next->n_inline, 3u);
    }
}

Test(terms, damage_is_survived, .timeout = 120)
{
    struct dictionary d;
    make(&d, 2000, 10);
    fixture_damage(&d.f.section, 3000, read_damaged, &d);
    release(&d);
}

Test(terms, golden)
{
    struct dictionary d;
    make(&d, 250, 8);
    fixture_golden("terms", d.f.section.data, (size_t)d.f.section.len);
    release(&d);
}
