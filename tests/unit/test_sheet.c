/* Sheets of fingerprints: what goes in comes out, by partition, and where it stood; and those of a whole scan. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/sheet.h"
#include "tests/support/fingerprints.h"
#include "tests/unit/find_fixture.h"

static uint64_t hash_of(const struct sheet_print *p, uint32_t partition)
{
    return p->hash << SHEET_PARTITION_BITS | partition;
}

static uint32_t more_of(const struct fingerprint *p)
{
    return (uint32_t)p->left << 11 | (uint32_t)p->right << 8 | p->at % SHEET_PLACES;
}

static int by_place(const void *a, const void *b)
{
    const struct fingerprint *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

/* The next article's prints, by ascending places. */
static bool put_prints(struct sheet_draft *d, const struct fingerprint *prints,
                       size_t n, size_t tokens)
{
    size_t words = winnow_place_words(tokens);
    if (!sheet_draft_reserve(d, n, words))
        return false;
    for (size_t w = 0; w < words; w++)
        d->places.items[d->places.len + w] = 0;
    for (size_t i = 0; i < n; i++) {
        d->prints.items[d->prints.len + i] = fingerprint_packed(&prints[i]);
        d->places.items[d->places.len + prints[i].at / 64] |= UINT64_C(1)
                                                              << prints[i].at % 64;
    }
    sheet_draft_add(d, n, words);
    return true;
}

/* The prints of article a lie at [ends[a - 1], ends[a]). Of one article in one partition, the order is kept: puts them back in
 * their places. */
static void check_prints(const struct sheet *sheet, const uint8_t *data,
                         const struct fingerprint *prints, const uint32_t *ends,
                         size_t n)
{
    static bool taken[5000];
    uint32_t i = 0;
    memset(taken, 0, sizeof taken);
    for (uint32_t part = 0; part < SHEET_PARTITIONS; part++) {
        for (; i < sheet->ends[part]; i++) {
            struct sheet_print p = sheet_print_at(data + i * SHEET_PRINT_BYTES);
            bool found = false;
            cr_assert_lt(p.article, n);
            for (uint32_t k = p.article ? ends[p.article - 1] : 0;
                 k < ends[p.article] && !found; k++) {
                if (taken[k] || prints[k].hash != hash_of(&p, part))
                    continue;
                cr_assert_eq(p.more, more_of(&prints[k]));
                taken[k] = found = true;
            }
            cr_assert(found);
        }
    }
    cr_assert_eq(i, ends[n - 1]);
}

/* Where the prints of article a stand, which has `words` words of places at data. */
static void check_places(const uint8_t *data, size_t words,
                         const struct fingerprint *prints, uint32_t from, uint32_t to)
{
    for (size_t w = 0; w < words; w++) {
        uint64_t want = 0;
        for (uint32_t k = from; k < to; k++)
            want |= prints[k].at / 64 == w ? UINT64_C(1) << prints[k].at % 64 : 0;
        cr_assert_eq(load_u64(data + 8 * w), want);
    }
}

Test(sheet, round_trip)
{
    static struct fingerprint prints[5000];
    static uint32_t ends[300], tokens[300];
    struct sheet_draft draft = {0};
    struct sheet sheet;
    struct buf out = {0};
    uint64_t state = 1;
    size_t total = 0, n = 300, words = 0;
    for (size_t a = 0; a < n; a++) {
        size_t from = total, more = find_random(&state) % 17;
        tokens[a] = (uint32_t)(more + find_random(&state) % 1000);
        for (size_t i = 0; i < more; i++)
            prints[total++] =
                (struct fingerprint){find_random(&state) >> (64 - WINNOW_BITS),
                                     (uint32_t)(find_random(&state) % tokens[a]),
                                     (uint8_t)(find_random(&state) >> 60),
                                     (uint8_t)(find_random(&state) >> 61)};
        qsort(prints + from, more, sizeof *prints, by_place);
        ends[a] = (uint32_t)total;
        cr_assert(put_prints(&draft, prints + from, more, tokens[a]));
        words += (tokens[a] + 63) / 64;
    }
    buf_put_str(&out, "before");
    cr_assert(sheet_make(&sheet, &draft, &out));
    cr_assert_eq(sheet.n_articles, n);
    cr_assert_eq(sheet.places, 6);
    cr_assert_eq(out.len, 6 + 4 * n + 8 * words);
    cr_assert_eq(sheet.ends[SHEET_PARTITIONS - 1], total);
    cr_assert_eq(sheet_bytes(&sheet), total * SHEET_PRINT_BYTES);
    check_prints(&sheet, sheet.prints, prints, ends, n);
    const uint8_t *at = out.data + sheet.places + 4 * n;
    for (size_t a = 0; a < n; a++) {
        check_places(at, (tokens[a] + 63) / 64, prints, a ? ends[a - 1] : 0, ends[a]);
        at += 8 * ((tokens[a] + 63) / 64);
    }
    sheet_release(&sheet);
    sheet_draft_release(&draft);
    buf_release(&out);
}

/* By its articles, and by its prints. */
Test(sheet, full)
{
    static struct fingerprint prints[100];
    struct sheet_draft draft = {0};
    for (uint32_t i = 0; i < 100; i++)
        prints[i] = (struct fingerprint){i, i, 0, 0};
    for (uint32_t i = 0; i < SHEET_ARTICLES_MAX; i++) {
        cr_assert(!sheet_draft_full(&draft));
        cr_assert(put_prints(&draft, prints, i % 3, 3));
    }
    cr_assert(sheet_draft_full(&draft));
    sheet_draft_reset(&draft);
    uint32_t put = 0;
    for (; !sheet_draft_full(&draft); put++)
        cr_assert(put_prints(&draft, prints, 100, 100));
    cr_assert_eq(put, (SHEET_PRINTS_FULL + 99) / 100);
    sheet_draft_release(&draft);
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
    struct sheet_draft draft = {0};
    struct sheet sheet;
    struct buf out = {0};
    for (size_t i = 0; i < 3; i++)
        cr_assert(put_prints(&draft, NULL, 0, 0));
    cr_assert(sheet_make(&sheet, &draft, &out));
    cr_assert_eq(out.len, 3 * 4, "ends of no places");
    for (uint32_t part = 0; part < SHEET_PARTITIONS; part++)
        cr_assert_eq(sheet.ends[part], 0);
    sheet_release(&sheet);
    sheet_draft_release(&draft);
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
        size_t n = fingerprints_of(terms, article->body.len, prints);
        for (size_t i = 0; i < n; i++)
            sum += mix(a, prints[i].hash, more_of(&prints[i]));
    }
    return sum;
}

static uint64_t spooled_sum(const struct find *f)
{
    const struct spool *s = &f->build.spool;
    uint8_t *data = malloc(spool_prints(s) * SHEET_PRINT_BYTES + 1);
    uint64_t sum = 0;
    cr_assert(data);
    for (size_t k = 0; k < s->sheets.len; k++) {
        const struct sheet *sheet = &s->sheets.items[k];
        uint32_t from = 0;
        for (uint32_t part = 0; part < SHEET_PARTITIONS; part++) {
            uint32_t n = sheet->ends[part] - from;
            struct err err = {0};
            cr_assert_eq(spool_read_prints(s, k, from, n, data, &err), 0, "%s",
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

/* Where every article has its prints; of one with another number of tokens it is not told. */
static void check_spooled_places(const struct find *f)
{
    static uint64_t terms[1000], places[20];
    static struct fingerprint prints[1000];
    const struct spool *s = &f->build.spool;
    struct err err = {0};
    for (uint32_t a = 0; a < f->articles.len; a++) {
        const struct find_article *article = &f->articles.items[a];
        uint32_t tokens = (uint32_t)article->body.len;
        for (uint32_t i = 0; i < tokens; i++)
            terms[i] = find_word_hash(article->body.items[i]);
        size_t n = fingerprints_of(terms, tokens, prints);
        cr_assert_eq(spool_places(s, a, tokens, places, &err), 0, "%s", err.msg);
        check_places((const uint8_t *)places, (tokens + 63) / 64, prints, 0,
                     (uint32_t)n);
        cr_assert_eq(spool_places(s, a, tokens + 64, places, &err), ERR_CORRUPT);
    }
    uint32_t none = (uint32_t)f->articles.len;
    cr_assert_eq(spool_places(s, none, 64, places, &err), ERR_CORRUPT);
}

/* A scan of several sheets. */
static void scan(struct find *f, bool hold)
{
    uint64_t state = 2;
    find_begin(f);
    for (uint32_t i = 0; i < 900; i++) {
        struct find_article *a = find_add(f, &i, i % 2, NULL, 0);
        find_put_random(a, &state, 1 + find_random(&state) % 900, 5000);
    }
    f->hold = hold;
    find_scan(f, 2, "near");
}

Test(sheet, of_a_scan)
{
    struct find f;
    scan(&f, false);
    struct spool *s = &f.build.spool;
    cr_assert_gt(s->sheets.len, 1);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f));
    struct err err = {0};
    cr_assert_eq(spool_flush(s, &err), 0, "%s", err.msg);
    check_spooled_places(&f);
    uint64_t before = budget_free(&f.build.budget);
    spool_map(s, &f.build.budget);
    cr_assert(s->prints_map.data && s->places_map.data);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f), "the same through the map");
    check_spooled_places(&f);
    uint64_t with = budget_free(&f.build.budget);
    uint64_t prints = file_writer_tell(&s->prints),
             places = file_writer_tell(&s->places);
    cr_assert_eq(prints, spool_prints(s) * SHEET_PRINT_BYTES);
    cr_assert_leq(with, before - prints - places);
    spool_drop_prints(s);
    cr_assert_null(s->prints_map.data);
    cr_assert_eq(budget_free(&f.build.budget), with + prints);
    check_spooled_places(&f);
    spool_drop_places(s);
    cr_assert_eq(budget_free(&f.build.budget), with + prints + places);
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

/* They lie in memory until others need it. */
Test(sheet, held_and_written_out)
{
    struct find f;
    scan(&f, true);
    struct spool *s = &f.build.spool;
    struct budget *budget = &f.build.budget;
    struct err err = {0};
    cr_assert_gt(s->sheets.len, 1);
    cr_assert_eq(s->held, spool_prints(s) * SHEET_PRINT_BYTES);
    cr_assert_eq(file_writer_tell(&s->prints), 0);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f));
    check_spooled_places(&f);
    uint64_t held = s->held, little = budget_free(budget) - 3 * held;
    cr_assert(budget_take(budget, little));
    cr_assert_eq(spool_flush(s, &err), 0, "%s", err.msg);
    cr_assert_eq(s->held, 0);
    cr_assert_eq(budget_free(budget), 4 * held);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f), "the same from the file");
    check_spooled_places(&f);
    budget_give(budget, little);
    spool_map(s, budget);
    cr_assert_eq(spooled_sum(&f), expected_sum(&f), "and from its map");
    check_spooled_places(&f);
    find_end(&f);
}

/* What is not read any more is given back; places still are read. */
static void dropped(bool held_before)
{
    struct find f;
    uint8_t print[SHEET_PRINT_BYTES];
    scan(&f, held_before);
    struct spool *s = &f.build.spool;
    struct err err = {0};
    uint64_t held = s->held, before = budget_free(&f.build.budget);
    cr_assert_eq(spool_flush(s, &err), 0, "%s", err.msg);
    cr_assert_eq(held > 0, held_before);
    spool_drop_prints(s);
    cr_assert_eq(budget_free(&f.build.budget), before + held);
    cr_assert_null(spool_held_prints(s, 0, 0, 1));
    cr_assert_eq(spool_read_prints(s, 0, 0, 1, print, &err), ERR_CORRUPT);
    check_spooled_places(&f);
    find_end(&f);
}

Test(sheet, dropped)
{
    dropped(true);
    dropped(false);
}
