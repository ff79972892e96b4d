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
    unsigned
        sparse; /* one in so many blocks has sections, languages and tags; 0: none */
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

/* What some blocks have and some have not; each of the three by itself. */
static void add_sparse(struct model *m, struct provenance_row *r, uint64_t *state,
                       uint64_t number)
{
    static const char *const languages[] = {"", "en", "en-GB", "deu", "fr"};
    uint64_t block = number / PROVENANCE_BLOCK;
    if (m->sparse == 0 || block % m->sparse != 0)
        return;
    if (block % 3 != 1 && fixture_random(state) % 2)
        r->section = text(m, "section %llu", fixture_random(state) % 9);
    if (block % 3 != 2)
        r->language = bytes_str(languages[fixture_random(state) % 5]);
    if (block % 5 != 4)
        r->tags = text(m, "tag\x1ftag %llu", fixture_random(state) % 4000);
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
    add_sparse(m, &r, state, number);
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
    cr_assert(bytes_equal(a->section, b->section));
    cr_assert(bytes_equal(a->language, b->language));
    cr_assert(bytes_equal(a->tags, b->tags));
    cr_assert(bytes_equal(a->date_text, b->date_text));
    cr_assert_eq(a->day, b->day);
    cr_assert_eq(a->second, b->second);
    cr_assert_eq(a->date_from, b->date_from);
    cr_assert_eq(a->reader, b->reader);
    cr_assert_eq(a->reader_version, b->reader_version);
}

static struct bytes string_of(const struct provenance_row *r, size_t column)
{
    const struct bytes strings[PROVENANCE_COLUMNS] = {
        r->input,    r->member, r->outlet, r->author, r->section,
        r->language, r->tags,   r->id,     r->url,    r->title,
    };
    return strings[column];
}

/* Each string by itself; equal words are equal strings, no word is a string of its own. */
static void check_strings(const struct model *m, struct provenance_cache *c,
                          struct provenance_cache *other, article_id id)
{
    struct err err = {0};
    for (size_t k = 0; k < PROVENANCE_COLUMNS; k++) {
        struct bytes is, due = string_of(&m->rows.items[id], k), again;
        uint32_t word, second;
        article_id next = (article_id)((id + 1) % m->rows.len);
        enum provenance_column column = (enum provenance_column)k;
        cr_assert_eq(provenance_text(&m->p, c, column, id, &is, &err), 0, "%s",
                     err.msg);
        cr_assert(bytes_equal(is, due), "article %u, column %zu", id, k);
        if (column >= PROVENANCE_CODED)
            continue;
        cr_assert_eq(provenance_word(&m->p, column, id, &word, &err), 0);
        cr_assert_eq(word == 0, due.len == 0);
        cr_assert(word == PROVENANCE_NO_WORD ||
                  word <= provenance_n_words(&m->p, column));
        cr_assert_eq(provenance_word(&m->p, column, next, &second, &err), 0);
        cr_assert_eq(provenance_text(&m->p, other, column, next, &again, &err), 0);
        cr_assert(word != second || word == PROVENANCE_NO_WORD ||
                  bytes_equal(due, again));
    }
}

/* A block says of its rows what each row says. */
static void check_block(const struct model *m, struct provenance_cache *c,
                        uint32_t block)
{
    struct err err = {0};
    int32_t days[PROVENANCE_BLOCK], day;
    size_t first = (size_t)block * PROVENANCE_BLOCK;
    cr_assert_eq(provenance_days(&m->p, block, days, &err), 0, "%s", err.msg);
    for (size_t k = 0; k < PROVENANCE_COLUMNS; k++) {
        enum provenance_column column = (enum provenance_column)k;
        uint32_t words[PROVENANCE_BLOCK], word;
        struct bytes texts[PROVENANCE_BLOCK], text;
        if (column == PROVENANCE_ID)
            continue;
        cr_assert_eq(provenance_block(&m->p, c, column, block, words, texts, &err), 0,
                     "%s", err.msg);
        for (size_t i = 0; first + i < m->rows.len && i < PROVENANCE_BLOCK; i++) {
            article_id id = (article_id)(first + i);
            cr_assert_eq(provenance_day(&m->p, id, &day, &err), 0);
            cr_assert_eq(day, days[i]);
            word = PROVENANCE_NO_WORD;
            if (column < PROVENANCE_CODED)
                cr_assert_eq(provenance_word(&m->p, column, id, &word, &err), 0);
            cr_assert_eq(words[i], word);
            text = word == PROVENANCE_NO_WORD ? texts[i] : bytes_of(NULL, 0);
            if (word != PROVENANCE_NO_WORD && word > 0)
                cr_assert_eq(provenance_word_text(&m->p, column, word, &text, &err), 0);
            cr_assert(bytes_equal(text, string_of(&m->rows.items[id], k)));
        }
    }
}

static void check_counts(const struct model *m)
{
    for (size_t k = 0; k < PROVENANCE_COLUMNS; k++) {
        uint32_t n = 0;
        for (size_t i = 0; i < m->rows.len; i++)
            n += string_of(&m->rows.items[i], k).len > 0;
        cr_assert_eq(m->p.n_filled[k], n, "column %zu", k);
    }
}

static void check(const struct model *m)
{
    struct provenance_cache *other = provenance_cache_new();
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
        if (id % 3 == 0)
            check_strings(m, c, other, id);
        cr_assert_eq(provenance_day(&m->p, id, &day, &err), 0, "%s", err.msg);
        cr_assert_eq(day, m->rows.items[id].day);
        cr_assert_eq(
            provenance_day_range(&m->p, id / PROVENANCE_BLOCK, &least, &greatest, &err),
            0, "%s", err.msg);
        cr_assert(day == DAY_NONE || (least <= day && day <= greatest));
    }
    for (uint32_t block = 0; block * PROVENANCE_BLOCK < m->rows.len; block += 3)
        check_block(m, c, block);
    check_counts(m);
    cr_assert_eq(provenance_verify(&m->p, &err), 0, "%s", err.msg);
    provenance_cache_free(c);
    provenance_cache_free(other);
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
        for (unsigned sparse = 0; sparse < 3; sparse++) {
            struct model m = {.sparse = sparse};
            make(&m, i + 1, sizes[i]);
            check(&m);
            release(&m);
        }
    }
}

/* A column takes room in the blocks only that have it. */
Test(provenance, sparse_columns_take_no_room_elsewhere)
{
    uint64_t blocks[3], all[3];
    static const unsigned sparse[] = {0, 1000, 1};
    for (size_t i = 0; i < 3; i++) {
        struct model m = {.sparse = sparse[i]};
        make(&m, 5, 700); /* too few blocks for a dictionary */
        for (size_t k = 0; sparse[i] == 1000 && k < PROVENANCE_BLOCK; k++)
            cr_assert_eq(m.rows.items[PROVENANCE_BLOCK + k].section.len, 0);
        blocks[i] = m.p.blocks.len;
        all[i] = m.f.section.len;
        release(&m);
    }
    cr_assert_lt(blocks[0], blocks[1]);
    cr_assert_lt(blocks[1] - blocks[0], PROVENANCE_BLOCK * 20);
    cr_assert_lt(2 * (blocks[1] - blocks[0]), blocks[2] - blocks[0]);
    cr_assert_lt(all[0], all[2]);
}

/* Bytes behind the last column that every block has: which sparse ones follow. */
Test(provenance, a_set_of_sparse_columns_that_is_none)
{
    static const uint8_t sets[] = {0, 8, 0x80, 0xff};
    struct model m = {.sparse = 1};
    make(&m, 9, 100);
    uint8_t *copy = malloc(m.f.section.len + CONTAINER_OVERREAD);
    cr_assert(copy);
    memcpy(copy, m.f.section.data, m.f.section.len + CONTAINER_OVERREAD);
    struct section s =
        section_memory(copy, m.f.section.len, SECTION_PROV, m.f.section.count);
    struct provenance p;
    struct provenance_cache *c = provenance_cache_new();
    cr_assert_eq(provenance_open(&p, &s, NULL), 0);
    /* The only block of 100 rows has all three columns: find the set by what it opens. */
    size_t found = 0;
    for (size_t at = p.blocks.offset; at < p.blocks.offset + p.blocks.len; at++) {
        struct provenance_row row;
        uint8_t old = copy[at];
        size_t refused = 0;
        for (size_t i = 0; old == 7 && i < sizeof sets; i++) {
            copy[at] = sets[i];
            refused += provenance_get(&p, c, 0, &row, NULL) == ERR_CORRUPT;
        }
        copy[at] = old;
        found += refused == sizeof sets;
    }
    cr_assert_geq(found, 1);
    provenance_cache_free(c);
    free(copy);
    release(&m);
}

Test(provenance, golden)
{
    struct model m = {.sparse = 1};
    make(&m, 20161231, 3);
    fixture_golden("provenance", m.f.section.data, m.f.section.len);
    release(&m);
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
    uint32_t words[PROVENANCE_BLOCK];
    struct bytes texts[PROVENANCE_BLOCK];
    int32_t days[PROVENANCE_BLOCK];
    for (uint32_t b = 0; b * PROVENANCE_BLOCK < m->rows.len; b += 2) {
        for (size_t k = 0; k < PROVENANCE_COLUMNS; k++) {
            if (k != PROVENANCE_ID)
                (void)provenance_block(&p, c, (enum provenance_column)k, b, words,
                                       texts, NULL);
        }
        (void)provenance_days(&p, b, days, NULL);
        (void)provenance_word_text(&p, PROVENANCE_OUTLET, b, &texts[0], NULL);
    }
    for (size_t i = 0; i < m->rows.len; i += 7) {
        (void)provenance_get(&p, c, (article_id)i, &row, NULL);
        (void)provenance_day(&p, (article_id)i, &day, NULL);
        for (size_t k = 0; k < PROVENANCE_COLUMNS; k++) {
            struct bytes string;
            enum provenance_column column = (enum provenance_column)k;
            (void)provenance_text(&p, c, column, (article_id)i, &string, NULL);
            if (column < PROVENANCE_CODED)
                (void)provenance_word(&p, column, (article_id)i, &rank, NULL);
        }
    }
    (void)provenance_day_range(&p, 0, &least, &day, NULL);
    (void)provenance_find_id(&p, c, bytes_str("record"), &rank, &n, NULL);
    (void)provenance_verify(&p, NULL);
    provenance_cache_free(c);
}

Test(provenance, damage)
{
    struct model m = {.sparse = 1};
    make(&m, 12, 200);
    fixture_damage(&m.f.section, 1000, read_damaged, &m);
    release(&m);
}

/* With dictionaries too. */
Test(provenance, damage_with_dictionaries, .timeout = 120)
{
    struct model m = {.sparse = 2};
    make(&m, 13, 5000);
    fixture_damage(&m.f.section, 40, read_damaged, &m);
    release(&m);
}
