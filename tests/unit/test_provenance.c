#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "formats/provenance.h"
#include "formats/provenance_layout.h"
#include "tests/unit/formats_fixture.h"

struct model {
    struct arena arena;
    VEC(struct provenance_row) rows;
    article_id *by_id;
    struct fixture f;
    struct provenance p;
};

static struct bytes text(struct model *m, const char *fmt, uint64_t n)
{
    char out[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int len = snprintf(out, sizeof out, fmt, (unsigned long long)n);
#pragma GCC diagnostic pop
    return arena_copy(&m->arena, bytes_of(out, (size_t)len));
}

static void add_date(struct model *m, struct provenance_row *r, uint64_t *state)
{
    char date[DATE_TEXT_MAX];
    enum date_kind kind = (enum date_kind)(fixture_random(state) % DATE_KINDS);
    r->day = fixture_random(state) % 9 ? (int32_t)(fixture_random(state) % 30000) - 5000
                                       : DAY_NONE;
    r->second = fixture_random(state) % 2 ? (uint32_t)(fixture_random(state) % 86400)
                                          : UINT32_MAX;
    size_t n = provenance_date_text(kind, r->day, r->second, date);
    if (kind == DATE_TEXT)
        r->date_text = text(m, "in the year %llu", fixture_random(state) % 2000);
    else
        r->date_text = arena_copy(&m->arena, bytes_of(date, n));
}

static void add_row(struct model *m, uint64_t *state, uint64_t number)
{
    struct provenance_row r = {.record = fixture_random(state) % 100000,
                               .offset = fixture_random(state) >> 20,
                               .len = fixture_gap(state, 100000),
                               .date_from = (uint8_t)(fixture_random(state) % 6),
                               .reader = (uint8_t)(fixture_random(state) % 4),
                               .reader_version = (uint8_t)fixture_random(state)};
    r.digest = (struct hash128){fixture_random(state), fixture_random(state)};
    if (fixture_random(state) % 2) {
        char hex[33];
        hash128_hex(r.digest, hex);
        r.id = arena_copy(&m->arena, bytes_of(hex, ID_DIGEST_LEN));
    } else {
        r.id = text(m, "record-%llu", number);
    }
    r.input = text(m, "archive-%llu.jsonl.zst", fixture_random(state) % 3);
    if (fixture_random(state) % 4 == 0)
        r.input = text(m, "one/article/%llu.txt", number);
    if (fixture_random(state) % 10 == 0)
        r.member = text(m, "member %llu", fixture_random(state) % 50);
    if (fixture_random(state) % 5)
        r.url = text(m, "https://example.org/news/%llu.html", fixture_random(state));
    r.outlet = text(m, "outlet %llu", fixture_random(state) % 40);
    if (fixture_random(state) % 3)
        r.author = text(m, "Author %llu", fixture_random(state) % 6000);
    r.title = text(m, "Title number %llu of the day\xff", fixture_random(state) % 5000);
    add_date(m, &r, state);
    cr_assert(vec_push(&m->rows, r));
}

static const struct model *sorted; /* for by_bytes */

static int by_bytes(const void *a, const void *b)
{
    return bytes_compare(sorted->rows.items[*(const article_id *)a].id,
                         sorted->rows.items[*(const article_id *)b].id);
}

static void make(struct model *m, uint64_t seed, size_t n)
{
    struct err err = {0};
    uint64_t state = seed;
    struct provenance_writer *w =
        provenance_writer_new(fixture_create(&m->f, SECTION_PROV, false));
    m->by_id = malloc((n + 1) * sizeof *m->by_id);
    for (size_t i = 0; i < n; i++) {
        add_row(m, &state, i);
        provenance_writer_put(w, &m->rows.items[i]);
        m->by_id[i] = (article_id)i;
    }
    sorted = m;
    qsort(m->by_id, n, sizeof *m->by_id, by_bytes);
    cr_assert_eq(provenance_writer_finish(w, m->by_id, &err), 0, "%s", err.msg);
    fixture_open(&m->f, SECTION_PROV);
    cr_assert_eq(provenance_open(&m->p, &m->f.section, &err), 0, "%s", err.msg);
}

static void release(struct model *m)
{
    vec_release(&m->rows);
    free(m->by_id);
    arena_release(&m->arena);
    fixture_release(&m->f);
}

static void expect_row(const struct provenance_row *a, const struct provenance_row *b)
{
    cr_assert(bytes_equal(a->id, b->id));
    cr_assert(bytes_equal(a->input, b->input));
    cr_assert(bytes_equal(a->member, b->member));
    cr_assert_eq(a->record, b->record);
    cr_assert_eq(a->offset, b->offset);
    cr_assert_eq(a->len, b->len);
    cr_assert(a->digest.low == b->digest.low && a->digest.high == b->digest.high);
    cr_assert(bytes_equal(a->url, b->url));
    cr_assert(bytes_equal(a->outlet, b->outlet));
    cr_assert(bytes_equal(a->author, b->author));
    cr_assert(bytes_equal(a->title, b->title));
    cr_assert(bytes_equal(a->date_text, b->date_text));
    cr_assert_eq(a->day, b->day);
    cr_assert_eq(a->second, b->second);
    cr_assert_eq(a->date_from, b->date_from);
    cr_assert_eq(a->reader, b->reader);
    cr_assert_eq(a->reader_version, b->reader_version);
}

static void check(const struct model *m)
{
    struct provenance_cache *c = provenance_cache_new();
    struct err err = {0};
    uint64_t state = 1;
    for (size_t i = 0; i < m->rows.len + 300 && m->rows.len > 0; i++) {
        article_id id =
            (article_id)(i < m->rows.len ? i : fixture_random(&state) % m->rows.len);
        struct provenance_row row;
        int32_t day, least, greatest;
        cr_assert_eq(provenance_get(&m->p, c, id, &row, &err), 0, "%s", err.msg);
        expect_row(&row, &m->rows.items[id]);
        cr_assert_eq(provenance_day(&m->p, id, &day, &err), 0, "%s", err.msg);
        cr_assert_eq(day, m->rows.items[id].day);
        cr_assert_eq(
            provenance_day_range(&m->p, id / PROVENANCE_BLOCK, &least, &greatest, &err),
            0, "%s", err.msg);
        cr_assert(day == DAY_NONE || (least <= day && day <= greatest));
    }
    cr_assert_eq(provenance_verify(&m->p, &err), 0, "%s", err.msg);
    provenance_cache_free(c);
}

static void find(const struct model *m, struct provenance_cache *c, struct bytes prefix)
{
    struct err err = {0};
    uint32_t rank, n, expected = 0, first = 0;
    for (uint32_t i = 0; i < m->rows.len; i++) {
        struct bytes id = m->rows.items[m->by_id[i]].id;
        first += bytes_compare(id, prefix) < 0;
        expected += bytes_starts(id, prefix);
    }
    cr_assert_eq(provenance_find_id(&m->p, c, prefix, &rank, &n, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(rank, first);
    cr_assert_eq(n, expected);
    for (uint32_t i = 0; i < n; i++) {
        article_id id;
        cr_assert_eq(provenance_by_id(&m->p, rank + i, &id, &err), 0);
        cr_assert_eq(id, m->by_id[rank + i]);
    }
}

Test(provenance, random_models)
{
    static const size_t sizes[] = {0, 1, 127, 128, 129, 1500, 6000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct model m = {0};
        make(&m, i + 1, sizes[i]);
        check(&m);
        release(&m);
    }
}

Test(provenance, ids)
{
    struct model m = {0};
    struct provenance_cache *c = provenance_cache_new();
    static const char *const prefixes[] = {"",  "record-",   "record-1",  "0", "a", "f",
                                           "~", "record-17", "record-170"};
    make(&m, 3, 700);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        find(&m, c, bytes_str(prefixes[i]));
    for (size_t i = 0; i < m.rows.len; i += 50)
        find(&m, c, m.rows.items[i].id);
    provenance_cache_free(c);
    release(&m);
}

/* A block without any day; the range says so. */
Test(provenance, no_days)
{
    struct fixture f;
    struct err err = {0};
    struct provenance p;
    struct provenance_writer *w =
        provenance_writer_new(fixture_create(&f, SECTION_PROV, false));
    struct provenance_row r = {
        .id = bytes_str("x"), .day = DAY_NONE, .second = UINT32_MAX};
    article_id by_id = 0;
    int32_t least, greatest, day;
    provenance_writer_put(w, &r);
    cr_assert_eq(provenance_writer_finish(w, &by_id, &err), 0);
    fixture_open(&f, SECTION_PROV);
    cr_assert_eq(provenance_open(&p, &f.section, &err), 0);
    cr_assert_eq(provenance_day_range(&p, 0, &least, &greatest, &err), 0);
    cr_assert(least == DAY_NONE && greatest == DAY_NONE);
    cr_assert_eq(provenance_day(&p, 0, &day, &err), 0);
    cr_assert_eq(day, DAY_NONE);
    cr_assert_eq(provenance_day(&p, 1, &day, NULL), ERR_CORRUPT);
    fixture_release(&f);
}

Test(provenance, dates)
{
    static const struct {
        enum date_kind kind;
        int32_t day;
        uint32_t second;
        const char *text;
    } cases[] = {
        {DATE_DAY, 0, UINT32_MAX, "1970-01-01"},
        {DATE_DAY, -1, 0, "1969-12-31"},
        {DATE_DAY, 11016, 0, "2000-02-29"},
        {DATE_DAY, 17166, 5, "2016-12-31"},
        {DATE_ZULU, 17167, 3661, "2017-01-01T01:01:01Z"},
        {DATE_BLANK, -25509, 86399, "1900-02-28 23:59:59"},
        {DATE_OFFSET, -25508, 0, "1900-03-01T00:00:00+00:00"},
        {DATE_LOCAL, 16637, 10292, "2015-07-21T02:51:32"},
        {DATE_ZULU, 1, UINT32_MAX, ""},
        {DATE_DAY, DAY_NONE, 0, ""},
        {DATE_TEXT, 1, 1, ""},
        {DATE_DAY, 2932897, 0, ""}, /* year 10000 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[DATE_TEXT_MAX];
        size_t n =
            provenance_date_text(cases[i].kind, cases[i].day, cases[i].second, out);
        cr_assert(bytes_equal(bytes_of(out, n), bytes_str(cases[i].text)), "case %zu",
                  i);
    }
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct model *m = arg;
    struct provenance p;
    struct provenance_row row;
    uint32_t rank, n;
    int32_t day, least;
    if (provenance_open(&p, s, NULL) != 0)
        return;
    struct provenance_cache *c = provenance_cache_new();
    for (size_t i = 0; i < m->rows.len; i += 7) {
        (void)provenance_get(&p, c, (article_id)i, &row, NULL);
        (void)provenance_day(&p, (article_id)i, &day, NULL);
    }
    (void)provenance_day_range(&p, 0, &least, &day, NULL);
    (void)provenance_find_id(&p, c, bytes_str("record"), &rank, &n, NULL);
    (void)provenance_verify(&p, NULL);
    provenance_cache_free(c);
}

Test(provenance, damage)
{
    struct model m = {0};
    make(&m, 12, 200);
    fixture_damage(&m.f.section, 1000, read_damaged, &m);
    release(&m);
}

/* With dictionaries too. */
Test(provenance, damage_with_dictionaries, .timeout = 120)
{
    struct model m = {0};
    make(&m, 13, 5000);
    fixture_damage(&m.f.section, 40, read_damaged, &m);
    release(&m);
}
