/* Every way to find a leaf against a plain search of the stream. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/leaf.h"
#include "query/window.h"
#include "tests/unit/query_fixture.h"

enum {
    TOKENS = 30000
};

static struct query_fixture f;
static char *stream[TOKENS];

static uint64_t state = 88172645463325252u;

static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 20) % n);
}

/* Words q0, q1, ... the first ones common, the last ones rare; enough of them for a prefix
 * whose union is large, with lists short and long. */
static void begin(void)
{
    static char names[400][8];
    struct handmade_token *t = calloc(TOKENS, sizeof *t);
    cr_assert_not_null(t);
    query_fixture_begin(&f);
    for (int i = 0; i < 400; i++)
        snprintf(names[i], sizeof names[i], "q%d", i);
    for (size_t i = 0; i < TOKENS; i++) {
        stream[i] = names[below(1 + below(1 + below(400)))];
        t[i] = (struct handmade_token){bytes_str(stream[i]), bytes_str(" "), 0};
    }
    handmade_story(&f.made);
    handmade_article(&f.made, t, TOKENS, bytes_str(""), 0, NULL);
    query_fixture_publish(&f, 1);
    free(t);
}

static void end(void)
{
    query_fixture_end(&f);
}

TestSuite(leaf, .init = begin, .fini = end);

static bool item_matches(const char *item, const char *word)
{
    size_t n = strlen(item);
    return item[n - 1] == '*' ? strncmp(item, word, n - 1) == 0
                              : strcmp(item, word) == 0;
}

/* The leaf of a phrase of items, in the range, against the stream. */
static void check(const char *const *items, size_t n, address lo, address hi,
                  const char *method)
{
    char query[200] = "\"";
    address_vec found = {0};
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        strcat(query, items[i]);
        strcat(query, i + 1 < n ? " " : "\"");
    }
    struct plan *p = query_fixture_plan(&f, query);
    cr_assert_eq(p->root->kind, PLAN_LEAF);
    struct leaf *leaf = &p->segments[0].leaves[p->root->leaf];
    if (method)
        cr_assert_str_eq(leaf_method(leaf), method, "%s: %s", query, leaf_method(leaf));
    cr_assert_eq(leaf_find(leaf, lo, hi, &found, &f.err), 0, "%s", f.err.msg);
    for (address a = lo; a < hi && a + n <= TOKENS; a++) {
        bool all = true;
        for (size_t i = 0; i < n && all; i++)
            all = item_matches(items[i], stream[a + i]);
        if (!all)
            continue;
        cr_assert(at < found.len && found.items[at] == a, "%s: no %u", query, a);
        at++;
    }
    cr_assert_eq(at, found.len, "%s: %zu, not %zu", query, found.len, at);
    address next;
    int rc = leaf_next(leaf, lo, &next, &f.err);
    if (found.len > 0)
        cr_assert(rc == 0 && next <= found.items[0]);
    vec_release(&found);
    plan_release(p);
}

/* The word of the highest number: one of the rarest. */
static const char *rarest(void)
{
    const char *best = stream[0];
    for (size_t i = 1; i < TOKENS; i++) {
        if (strtol(stream[i] + 1, NULL, 10) > strtol(best + 1, NULL, 10))
            best = stream[i];
    }
    return best;
}

Test(leaf, each_method)
{
    const char *rare = rarest();
    const char *copy[] = {"q5"}, *gallop[] = {"q0", rare},
               *dense[] = {"q0", "q1", "q0"};
    const char *some[] = {"q19*"}, *prefixes[] = {"q1*", "q2*"},
               *mixed[] = {"q3*", "q0", "q1*"};
    const char *rare_many[] = {rare, "q*"};
    check(copy, 1, 0, TOKENS, "copy");
    check(gallop, 2, 0, TOKENS, "gallop");
    check(dense, 3, 0, TOKENS, "gallop");
    check(some, 1, 0, TOKENS, NULL);
    check(prefixes, 2, 0, TOKENS, "bits");
    check(mixed, 3, 0, TOKENS, "bits");
    check(rare_many, 2, 0, TOKENS, "gallop");
}

Test(leaf, random_phrases_and_ranges)
{
    static char names[5][16];
    const char *items[5];
    for (int round = 0; round < 1500; round++) {
        size_t n = 1 + below(5);
        address at = below(TOKENS - 8);
        for (size_t i = 0; i < n; i++) {
            snprintf(names[i], sizeof names[i], "%s", stream[at + i]);
            if (below(5) == 0)
                names[i][1 + below(2)] = '*', names[i][2 + (names[i][1] != '*')] = 0;
            items[i] = names[i];
        }
        address lo = below(2) ? 0 : below(TOKENS), hi = lo + below(TOKENS - lo + 1);
        f.window = below(2) ? 0 : 64 + below(5000);
        check(items, n, lo, hi, NULL);
    }
}

Test(leaf, damage_is_an_error)
{
    /* a leaf over entries that point outside of their section */
    struct leaf_entry entry = {.pos = {1u << 30, 100}, .count = 1000, .stories = 1};
    struct leaf_term term = {.entries = &entry, .n_entries = 1, .count = 1000};
    struct leaf leaf;
    address_vec found = {0};
    leaf_init(&leaf, &f.snapshot.segments[0], 1, &term, 1, WINDOW_ADDRESSES);
    cr_assert_eq(leaf_find(&leaf, 0, TOKENS, &found, &f.err), ERR_CORRUPT);
    leaf_release(&leaf);
    vec_release(&found);
}
