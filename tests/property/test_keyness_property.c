/* Words of subsets against brute force on random archives with copies, over 1, 3 and many segments. STEMMA_PROPERTY_CASES sets
 * how many (archive, query) pairs are tried, STEMMA_PROPERTY_SEED where the random numbers begin. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "query/engine.h"
#include "query/keyness.h"
#include "query/syntax.h"
#include "tests/support/oracle_keyness.h"
#include "tests/support/random_archive.h"

enum {
    QUERIES_AN_ARCHIVE = 15,
    CASES = 450
};

/* One subset: its query and what the oracle says of it. */
struct asked {
    struct buf query;
    struct oracle_answer right;
};

static void ask(struct asked *a, struct oracle *o, struct analyser *analyser,
                struct arena *arena, struct keyness *k, struct keyness_part *part)
{
    struct err err = {0};
    struct syntax_result parsed;
    struct plan *plan = NULL;
    struct engine_options how = {.want_spans = true, .story = keyness_add, .arg = k};
    cr_assert_eq(
        syntax_parse(buf_bytes(&a->query), true, analyser, arena, &parsed, &err), 0,
        "%s", err.msg);
    cr_assert_eq(oracle_ask(o, parsed.tree, arena, &a->right, &err), 0);
    cr_assert_eq(plan_make(o->snapshot, parsed.tree, arena, &plan, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(keyness_begin(k, part, &err), 0);
    cr_assert_eq(engine_run(plan, &how, &part->totals, &err), 0, "%s", err.msg);
    plan_release(plan);
}

static void check_query(struct oracle *o, struct analyser *analyser,
                        struct random_query *r, uint64_t seed)
{
    struct arena arena = {0};
    struct err err = {0};
    struct keyness k;
    struct asked subset = {0}, other = {0};
    struct buf want = {0}, got = {0};
    bool by_surface = random_query_below(r, 3) == 0;
    bool against = random_query_below(r, 3) == 0;
    random_query_text(r, o->made, 2, &subset.query);
    random_query_text(r, o->made, 2, &other.query);
    cr_assert_eq(keyness_open(&k, o->snapshot, by_surface, NULL, &err), 0);
    ask(&subset, o, analyser, &arena, &k, &k.subset);
    if (against)
        ask(&other, o, analyser, &arena, &k, &k.against);
    cr_assert_eq(keyness_rest(&k, true, &err), 0, "%s", err.msg);
    oracle_keyness(o, &subset.right, against ? &other.right : NULL, by_surface, &want);
    oracle_keyness_print(&k, &got);
    cr_assert(bytes_equal(buf_bytes(&want), buf_bytes(&got)),
              "seed %llu: %.*s against %.*s (%d), by surface %d\nwant\n%.*s\ngot\n%.*s",
              (unsigned long long)seed, (int)subset.query.len,
              (const char *)subset.query.data, (int)other.query.len,
              (const char *)other.query.data, against, by_surface, (int)want.len,
              (const char *)want.data, (int)got.len, (const char *)got.data);
    keyness_release(&k);
    buf_release(&subset.query);
    buf_release(&other.query);
    buf_release(&want);
    buf_release(&got);
    vec_release(&subset.right.stories);
    vec_release(&other.right.stories);
    arena_release(&arena);
}

static size_t check_archive(uint64_t seed)
{
    static const size_t segments[] = {1, 3, 50};
    struct random_archive a;
    random_archive_open(&a, seed, 1, segments[seed % 3]);
    for (size_t i = 0; i < QUERIES_AN_ARCHIVE; i++)
        check_query(&a.oracle, a.analyser, &a.random, seed);
    random_archive_close(&a);
    return QUERIES_AN_ARCHIVE;
}

Test(keyness_property, words_equal_oracle)
{
    uint64_t cases = random_archive_setting("STEMMA_PROPERTY_CASES", CASES);
    uint64_t seed = random_archive_setting("STEMMA_PROPERTY_SEED", 1);
    for (uint64_t done = 0; done < cases; seed++)
        done += check_archive(seed);
}
