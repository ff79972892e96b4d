/* Sheets of fingerprints: what goes in comes out, by partition; and those of a whole scan. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/sheet.h"
#include "tests/unit/find_fixture.h"

static uint64_t hash_of(const struct sheet_print *p, uint32_t partition)
{
    return p->hash << SHEET_PARTITION_BITS | partition;
}

static uint32_t more_of(const struct fingerprint *p)
{
    return (uint32_t)p->left << 11 | (uint32_t)p->right << 8 | p->at % SHEET_PLACES;
}

Test(sheet, round_trip)
{
    static struct fingerprint prints[5000];
    static uint32_t ends[300];
    struct sheet sheet;
    struct buf out = {0};
    uint64_t state = 1;
    size_t total = 0, n = 300;
    for (size_t a = 0; a < n; a++) {
        size_t more = find_random(&state) % 17;
        for (size_t i = 0; i < more; i++)
            prints[total++] =
                (struct fingerprint){find_random(&state) >> (64 - WINNOW_BITS),
                                     (uint32_t)(find_random(&state) >> 40),
                                     (uint8_t)(find_random(&state) >> 60),
                                     (uint8_t)(find_random(&state) >> 61)};
        ends[a] = (uint32_t)total;
    }
    buf_put_str(&out, "before");
    cr_assert(sheet_make(&sheet, prints, ends, n, &out));
    cr_assert_eq(sheet.offset, 6);
    cr_assert_eq(out.len, 6 + total * SHEET_PRINT_BYTES);
    cr_assert_eq(sheet.ends[SHEET_PARTITIONS - 1], total);
    /* Of one article in one partition, the order is kept: put them back in their places. */
    static uint32_t next[300];
    static bool taken[5000];
    memset(taken, 0, sizeof taken);
    for (size_t a = 0; a < n; a++)
        next[a] = a ? ends[a - 1] : 0;
    uint32_t i = 0;
    for (uint32_t part = 0; part < SHEET_PARTITIONS; part++) {
        for (; i < sheet.ends[part]; i++) {
            struct sheet_print p = sheet_print_at(out.data + 6 + i * SHEET_PRINT_BYTES);
            bool found = false;
            cr_assert_lt(p.article, n);
            for (uint32_t k = next[p.article]; k < ends[p.article] && !found; k++) {
                if (taken[k] || prints[k].hash != hash_of(&p, part))
                    continue;
                cr_assert_eq(p.more, more_of(&prints[k]));
                taken[k] = found = true;
            }
            cr_assert(found);
        }
    }
    cr_assert_eq(i, total);
    buf_release(&out);
}

/* One side that agrees is enough; that neither text has any is not. */
Test(sheet, what_is_around)
{
    static const struct {
        uint8_t left[2], right[2];
        bool same;
    } cases[] = {
        {{3, 3}, {5, 5}, true},  {{3, 3}, {5, 4}, true},  {{3, 2}, {5, 5}, true},
        {{3, 2}, {5, 4}, false}, {{0, 0}, {5, 4}, false}, {{3, 2}, {0, 0}, false},
        {{0, 0}, {0, 0}, false}, {{0, 0}, {7, 7}, true},  {{15, 15}, {0, 7}, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t more[2];
        for (uint32_t k = 0; k < 2; k++) {
            struct fingerprint p = {1, 77 * k, cases[i].left[k], cases[i].right[k]};
            more[k] = more_of(&p);
        }
        cr_assert_eq(sheet_same_around(more[0], more[1]), cases[i].same, "case %zu", i);
    }
}

Test(sheet, an_empty_one)
{
    const uint32_t ends[3] = {0, 0, 0};
    struct sheet sheet;
    struct buf out = {0};
    cr_assert(sheet_make(&sheet, NULL, ends, 3, &out));
    cr_assert_eq(out.len, 0);
    for (uint32_t part = 0; part < SHEET_PARTITIONS; part++)
        cr_assert_eq(sheet.ends[part], 0);
    buf_release(&out);
}

/* Sum over prints of a number made of article, hash and what goes with it: the order does not matter. */
static uint64_t mix(uint64_t article, uint64_t hash, uint64_t more)
{
    uint64_t v = article * UINT64_C(0x9e3779b97f4a7c15) ^ hash << 8 ^ more;
    return find_random(&v);
}

static uint64_t expected_sum(const struct find *f)
{
    static uint64_t terms[1000];
    static struct fingerprint prints[1000];
    uint64_t sum = 0;
    for (size_t a = 0; a < f->articles.len; a++) {
        const struct find_article *article = &f->articles.items[a];
        cr_assert_leq(article->body.len, 1000);
        for (size_t i = 0; i < article->body.len; i++)
            terms[i] = find_word_hash(article->body.items[i]);
        size_t n = winnow_fingerprints(terms, article->body.len, prints);
        for (size_t i = 0; i < n; i++)
            sum += mix(a, prints[i].hash, more_of(&prints[i]));
    }
    return sum;
}

static uint64_t spooled_sum(const struct find *f)
{
    const struct spool *s = &f->build.spool;
    uint8_t *data = malloc(file_writer_tell(&s->prints) + 1);
    uint64_t sum = 0;
    cr_assert(data);
    for (size_t k = 0; k < s->sheets.len; k++) {
        const struct sheet *sheet = &s->sheets.items[k];
        uint32_t from = 0;
        for (uint32_t part = 0; part < SHEET_PARTITIONS; part++) {
            uint32_t n = sheet->ends[part] - from;
            struct err err = {0};
            cr_assert_eq(spool_sheet_prints(s, k, from, n, data, &err), 0, "%s",
                         err.msg);
            for (uint32_t i = 0; i < n; i++) {
                struct sheet_print p = sheet_print_at(data + i * SHEET_PRINT_BYTES);
                sum += mix(sheet->first_article + p.article, hash_of(&p, part), p.more);
            }
            from += n;
        }
    }
    free(data);
    return sum;
}

Test(sheet, of_a_scan)
{
    struct find f;
    uint64_t state = 2;
    find_begin(&f);
    for (uint32_t i = 0; i < 900; i++) {
        struct find_article *a = find_add(&f, &i, i % 2, NULL, 0);
        find_put_random(a, &state, 1 + find_random(&state) % 900, 5000);
    }
    find_scan(&f, 2, "near");
    struct spool *s = &f.build.spool;
    cr_assert_gt(s->sheets.len, 1);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f));
    struct err err = {0};
    cr_assert_eq(spool_flush(s, &err), 0, "%s", err.msg);
    uint64_t before = budget_free(&f.build.budget);
    spool_map(s, &f.build.budget);
    cr_assert(s->prints_map.data);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f), "the same through the map");
    uint64_t with = budget_free(&f.build.budget);
    uint64_t bytes = file_writer_tell(&s->prints);
    cr_assert_leq(with, before - bytes);
    spool_unmap_prints(s);
    cr_assert_null(s->prints_map.data);
    cr_assert_eq(budget_free(&f.build.budget), with + bytes);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f), "and without it again");
    find_end(&f);
}

/* More articles in one batch than a sheet takes. */
Test(sheet, of_tiny_articles)
{
    struct find f;
    uint64_t state = 3;
    find_begin(&f);
    for (uint32_t i = 0; i < 80000; i++)
        find_put_random(find_add(&f, NULL, 0, NULL, 0), &state, 1, 26);
    find_scan(&f, 1, "near");
    bool full = false;
    vec_foreach(struct sheet, sheet, &f.build.spool.sheets)
        full |= sheet->first_article == SHEET_ARTICLES_MAX;
    cr_assert(full);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f));
    find_end(&f);
}
