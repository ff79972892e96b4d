/* Texts: which articles have the same body, against the rule said plainly. */
#include <criterion/criterion.h>
#include <string.h>

#include "indexer/exact.h"
#include "tests/unit/find_fixture.h"

static bool same_words(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    return n == m && (n == 0 || memcmp(a, b, n * sizeof *a) == 0);
}

static bool same_text(const struct find_article *a, const struct find_article *b)
{
    if (!same_words(a->body.items, a->body.len, b->body.items, b->body.len))
        return false;
    if (a->body.len >= EXACT_SHORT || a->title.len == 0 || b->title.len == 0)
        return true;
    return same_words(a->title.items, a->title.len, b->title.items, b->title.len);
}

/* Equal wordings are one text, wherever the title ends. Else an article belongs to the first leader in canonical order that its text is the same
 * as. Of short ones, an article with a title looks at leaders with that title first. */
static uint32_t leader_of(const struct find *f, size_t place, const uint32_t *expected)
{
    const struct find_article *articles = f->articles.items;
    uint32_t a = f->order[place], without = UINT32_MAX;
    for (size_t i = 0; i < place; i++) {
        uint32_t other = f->order[i];
        if (expected[other] != other || f->leaders[other] != other ||
            !same_text(&articles[other], &articles[a]))
            continue;
        bool titles = same_words(articles[other].title.items, articles[other].title.len,
                                 articles[a].title.items, articles[a].title.len);
        if (titles || articles[a].body.len >= EXACT_SHORT)
            return other;
        if (without == UINT32_MAX)
            without = other;
    }
    return without == UINT32_MAX ? a : without;
}

static void check(struct find *f)
{
    size_t n = f->articles.len;
    uint32_t *expected = calloc(n + 1, sizeof *expected);
    cr_assert(expected);
    uint32_t texts = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t a = f->order[i];
        expected[a] = a;
        expected[a] = f->leaders[a] == a ? leader_of(f, i, expected) : f->leaders[a];
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t a = f->order[i], leader = expected[a];
        while (expected[leader] != leader)
            leader = expected[leader];
        cr_assert_eq(f->bodies[a], leader, "article %u: %u, not %u", a, f->bodies[a],
                     leader);
        if (leader == a) {
            cr_assert_eq(f->texts.articles.items[texts], a);
            cr_assert_eq(f->texts.text_of[a], texts++);
        } else {
            cr_assert_eq(f->texts.text_of[a], f->texts.text_of[leader]);
        }
    }
    cr_assert_eq(texts_count(&f->texts), texts);
    free(expected);
}

static const uint32_t WORDS[64] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                   12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                   23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33,
                                   34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44};

Test(texts, long_bodies_whatever_the_title_and_the_breaks)
{
    struct find f;
    const uint32_t titles[] = {100, 101, 102};
    find_begin(&f);
    find_add(&f, titles, 2, WORDS, 40);
    find_add(&f, titles + 1, 2, WORDS, 40);
    find_add(&f, NULL, 0, WORDS, 40)->breaks = 7;
    find_add(&f, titles, 2, WORDS, 39);
    find_add(&f, titles, 2, WORDS + 1, 40);
    find_scan(&f, 1, "near");
    check(&f);
    cr_assert_eq(texts_count(&f.texts), 3);
    cr_assert_eq(find_text(&f, 0), find_text(&f, 1));
    cr_assert_eq(find_text(&f, 0), find_text(&f, 2));
    find_end(&f);
}

Test(texts, short_bodies_need_their_titles)
{
    struct find f;
    const uint32_t titles[] = {100, 101, 102};
    find_begin(&f);
    find_add(&f, titles, 2, WORDS, EXACT_SHORT - 1);
    find_add(&f, titles + 1, 2, WORDS, EXACT_SHORT - 1);
    find_add(&f, titles, 2, WORDS, EXACT_SHORT - 1)->breaks = 3;
    find_add(&f, NULL, 0, WORDS, EXACT_SHORT - 1);
    find_scan(&f, 1, "exact");
    check(&f);
    cr_assert_neq(find_text(&f, 0), find_text(&f, 1));
    cr_assert_eq(find_text(&f, 0), find_text(&f, 2));
    cr_assert_eq(texts_count(&f.texts), 2);
    cr_assert_eq(file_writer_tell(&f.build.spool.prints), 0);
    find_end(&f);
}

/* A title's words may be the first of another's body. */
Test(texts, a_title_is_not_a_body)
{
    struct find f;
    find_begin(&f);
    find_add(&f, WORDS, 2, WORDS + 2, 40);
    find_add(&f, NULL, 0, WORDS, 42);
    find_add(&f, WORDS, 4, NULL, 0);
    find_add(&f, WORDS + 1, 4, NULL, 0);
    find_scan(&f, 1, "near");
    check(&f);
    cr_assert_eq(texts_count(&f.texts), 4);
    find_end(&f);
}

/* Few words, short articles: all kinds of equality. */
static void random_archive(uint64_t seed, unsigned threads)
{
    struct find f;
    uint64_t state = seed;
    find_begin(&f);
    for (int i = 0; i < 500; i++) {
        uint32_t title[2] = {(uint32_t)(find_random(&state) % 2),
                             (uint32_t)(find_random(&state) % 2)};
        struct find_article *a = find_add(&f, title, find_random(&state) % 3, NULL, 0);
        size_t kind = find_random(&state) % 4;
        if (kind == 0)
            find_put(a, WORDS + find_random(&state) % 2, 32);
        else
            find_put_random(a, &state, 1 + find_random(&state) % 4, 2);
        a->breaks = (uint32_t)(find_random(&state) % 3);
    }
    find_scan(&f, threads, "near");
    check(&f);
    find_end(&f);
}

Test(texts, random_archives)
{
    for (uint64_t seed = 1; seed <= 4; seed++)
        random_archive(seed, 2);
}

/* 20,000 stubs with the same words under different titles: no pairs are gone through. */
Test(texts, many_stubs)
{
    struct find f;
    find_begin(&f);
    for (uint32_t i = 0; i < 20000; i++)
        find_add(&f, &i, 1, WORDS, 5);
    find_scan(&f, 2, "near");
    cr_assert_eq(texts_count(&f.texts), 20000);
    find_end(&f);
}
