/* Sequences of words against brute force on random archives with copies, in small memory and large, over 1, 3 and many segments. STEMMA_PROPERTY_CASES sets
 * how many (archive, query) pairs are tried, STEMMA_PROPERTY_SEED where the random numbers begin. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "query/engine.h"
#include "query/ngrams.h"
#include "query/syntax.h"
#include "query/whole.h"
#include "tests/support/oracle_ngrams.h"
#include "tests/support/random_archive.h"

enum {
    QUERIES_AN_ARCHIVE = 15,
    CASES = 450
};

/* What is read: a query, or the whole archive. */
struct ground {
    const struct snapshot *snapshot;
    struct plan *plan;
};

static int run_once(void *arg, const struct engine_options *how, struct err *err)
{
    struct ground *g = arg;
    return g->plan ? engine_run(g->plan, how, NULL, err)
                   : whole_run(g->snapshot, WHOLE_ALL, how, NULL, NULL, err);
}

static struct ngrams_options random_options(struct random_query *r, bool whole)
{
    static const uint64_t memories[] = {0, 1 << 20, 1};
    struct ngrams_options o = {
        .by_surface = random_query_below(r, 3) == 0,
        .all = random_query_below(r, 3) == 0,
        .hits = !whole && random_query_below(r, 2) == 0,
        .whole = whole,
        .lengths = (uint8_t)(4 << random_query_below(r, 4)),
        .least = 1 + random_query_below(r, 5),
        .memory = memories[random_query_below(r, 3)],
    };
    if (random_query_below(r, 4) == 0)
        o.lengths = 4 | 8 | 16 | 32;
    return o;
}

static void check_query(struct oracle *o, struct analyser *analyser,
                        struct random_query *r, uint64_t seed)
{
    struct arena arena = {0};
    struct err err = {0};
    struct syntax_result parsed;
    struct oracle_answer right = {0};
    struct ground ground = {.snapshot = o->snapshot};
    struct ngrams g;
    struct buf query = {0}, want = {0}, got = {0};
    bool whole = random_query_below(r, 5) == 0;
    struct ngrams_options options = random_options(r, whole);
    if (!whole) {
        random_query_text(r, o->made, 2, &query);
        cr_assert_eq(
            syntax_parse(buf_bytes(&query), true, analyser, &arena, &parsed, &err), 0,
            "%s", err.msg);
        cr_assert_eq(oracle_ask(o, parsed.tree, &arena, &right, &err), 0);
        cr_assert_eq(plan_make(o->snapshot, parsed.tree, &arena, &ground.plan, &err), 0,
                     "%s", err.msg);
    }
    cr_assert_eq(ngrams_open(&g, o->snapshot, &options, NULL, &err), 0);
    cr_assert_eq(ngrams_count(&g, run_once, &ground, &err), 0, "%s", err.msg);
    oracle_ngrams(o, whole ? NULL : &right, &options, &want);
    oracle_ngrams_print(&g, run_once, &ground, &got);
    cr_assert(bytes_equal(buf_bytes(&want), buf_bytes(&got)),
              "seed %llu: %.*s: lengths %u least %u all %d hits %d surface %d memory "
              "%llu\nwant\n%.*s\ngot\n%.*s",
              (unsigned long long)seed, (int)query.len, (const char *)query.data,
              (unsigned)options.lengths, (unsigned)options.least, options.all,
              options.hits, options.by_surface, (unsigned long long)options.memory,
              (int)want.len, (const char *)want.data, (int)got.len,
              (const char *)got.data);
    ngrams_release(&g);
    buf_release(&query);
    buf_release(&want);
    buf_release(&got);
    vec_release(&right.stories);
    plan_release(ground.plan);
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

Test(ngrams_property, sequences_equal_oracle)
{
    uint64_t cases = random_archive_setting("STEMMA_PROPERTY_CASES", CASES);
    uint64_t seed = random_archive_setting("STEMMA_PROPERTY_SEED", 1);
    for (uint64_t done = 0; done < cases; seed++)
        done += check_archive(seed);
}
