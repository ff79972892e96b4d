/* Which lists a leaf is found by: no word left out, none needless, and the same answers as without pairs. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/random_query.h"
#include "tests/unit/query_fixture.h"

enum {
    STORIES = 60,
    SEGMENTS = 3,
    PHRASES = 600
};

static struct query_fixture f;
static struct random_query r = {.state = 20260704};

static void begin(void)
{
    query_fixture_begin(&f);
    random_query_archive(&r, &f.made, STORIES);
    query_fixture_publish(&f, SEGMENTS);
}

static void end(void)
{
    query_fixture_end(&f);
}

TestSuite(plan_cover, .init = begin, .fini = end);

/* Neighbouring words of an article, between quotation marks. */
static void draw(struct buf *out)
{
    const struct handmade_article *a;
    uint32_t n = 2 + random_query_below(&r, 4);
    do {
        a = &f.made.articles
                 .items[random_query_below(&r, (uint32_t)f.made.articles.len)];
    } while (a->n_tokens < n);
    uint32_t at = random_query_below(&r, (uint32_t)(a->n_tokens - n + 1));
    buf_reset(out);
    buf_put_u8(out, '"');
    for (uint32_t i = 0; i < n; i++) {
        buf_put_u8(out, ' ');
        buf_put_bytes(out, a->terms[at + i]);
    }
    buf_put_str(out, "\"");
    buf_put_u8(out, 0);
    cr_assert(!out->failed);
}

/* The tokens that a list answers for. */
static uint32_t places_of(const struct leaf *leaf, const struct leaf_term *t)
{
    uint32_t width = t->is_pair ? 2 : t->is_word ? 1 : leaf->width;
    return ((1U << width) - 1) << t->shift;
}

/* Returns how many of its lists are of pairs. */
static size_t check_leaf(const struct leaf *leaf)
{
    uint32_t all = 0;
    size_t pairs = 0;
    for (size_t i = 0; i < leaf->n_terms; i++) {
        const struct leaf_term *t = &leaf->terms[i];
        uint32_t others = 0;
        all |= places_of(leaf, t);
        pairs += t->is_pair;
        cr_assert(i == 0 || t->count >= leaf->terms[i - 1].count);
        for (size_t k = 0; k < leaf->n_terms; k++)
            others |= k != i ? places_of(leaf, &leaf->terms[k]) : 0;
        cr_assert(leaf->n_terms == 1 || (places_of(leaf, t) & ~others) != 0);
    }
    cr_assert_eq(all, (1U << leaf->width) - 1);
    return pairs;
}

Test(plan_cover, nothing_is_left_out_or_needless)
{
    struct buf query = {0};
    size_t pairs = 0, leaves = 0;
    for (int i = 0; i < PHRASES; i++) {
        draw(&query);
        if (memchr(query.data, '-', query.len))
            continue; /* joined entries lie over each other */
        struct plan *p = query_fixture_plan(&f, (const char *)query.data);
        for (size_t s = 0; p->root->kind == PLAN_LEAF && s < SEGMENTS; s++) {
            pairs += check_leaf(&p->segments[s].leaves[p->root->leaf]);
            leaves++;
        }
        plan_release(p);
    }
    buf_release(&query);
    cr_assert(leaves > PHRASES / 2 && pairs > leaves / 2, "%zu of %zu", pairs, leaves);
}

/* An index of an older program has none. */
Test(plan_cover, answers_are_the_same_without_pairs)
{
    struct bigrams kept[SEGMENTS];
    struct buf query = {0};
    char with[200];
    for (size_t s = 0; s < SEGMENTS; s++)
        kept[s] = f.snapshot.segments[s].bigrams;
    for (int i = 0; i < PHRASES; i++) {
        draw(&query);
        snprintf(with, sizeof with, "%s",
                 query_fixture_count(&f, (const char *)query.data));
        for (size_t s = 0; s < SEGMENTS; s++)
            f.snapshot.segments[s].bigrams = (struct bigrams){0};
        cr_assert_str_eq(query_fixture_count(&f, (const char *)query.data), with, "%s",
                         (const char *)query.data);
        for (size_t s = 0; s < SEGMENTS; s++)
            f.snapshot.segments[s].bigrams = kept[s];
    }
    buf_release(&query);
}

Test(plan_cover, explain_tells_pairs)
{
    struct buf query = {0}, text = {0};
    bool told = false;
    for (int i = 0; i < PHRASES && !told; i++) {
        draw(&query);
        struct plan *p = query_fixture_plan(&f, (const char *)query.data);
        buf_reset(&text);
        plan_print(p, &text);
        buf_put_u8(&text, 0);
        told = strstr((const char *)text.data, " pair of words ") != NULL;
        plan_release(p);
    }
    cr_assert(told);
    buf_release(&query);
    buf_release(&text);
}
