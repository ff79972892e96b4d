/* The lines of kwic against the oracle on random archives and queries: the same lines in the same order, for any keys, any
 * number of lines wanted, one line a passage or one an article. STEMMA_PROPERTY_CASES and STEMMA_PROPERTY_SEED as in
 * test_query_property.c. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "query/engine.h"
#include "query/kwic_lines.h"
#include "query/syntax.h"
#include "tests/support/oracle_kwic.h"
#include "tests/support/random_query.h"
#include "tests/support/tempdir.h"

enum {
    QUERIES_AN_ARCHIVE = 25,
    CASES = 1000
};

static const struct handmade_text text = {analyser_fold, analyser_alias,
                                          analyser_joins};

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    return kwic_lines_add(arg, match, err);
}

static void random_keys(struct random_query *r, struct kwic_keys *k)
{
    k->n = random_query_below(r, 4);
    for (size_t i = 0; i < k->n; i++) {
        int32_t word = 1 + (int32_t)random_query_below(r, 3);
        k->keys[i] = (struct kwic_key){
            .kind = (uint8_t)(random_query_below(r, 2) ? KWIC_WORD
                                                       : random_query_below(r, 4)),
            .down = random_query_below(r, 3) == 0,
            .word = random_query_below(r, 2) ? word : -word};
    }
}

struct drawn {
    struct oracle *o;
    struct analyser *analyser;
    struct random_query r;
    uint64_t seed;
};

static void check_lines(const struct drawn *d, const struct kwic_lines *got,
                        const oracle_lines *want, struct bytes query)
{
    size_t n = want->len < got->wanted ? want->len : (size_t)got->wanted;
    cr_assert_eq(got->lines.len, n, "seed %llu: %.*s: %zu lines, not %zu",
                 (unsigned long long)d->seed, (int)query.len, (const char *)query.data,
                 got->lines.len, n);
    for (size_t i = 0; i < n; i++) {
        const struct kwic_line *x = &got->lines.items[i];
        const struct oracle_line *y = &want->items[i];
        cr_assert(x->segment == y->segment && x->article == y->article &&
                      x->span.first == y->span.first && x->span.len == y->span.len &&
                      x->articles == y->articles,
                  "seed %llu: %.*s: line %zu is %u:%u %u+%u (%u), not %u:%u %u+%u (%u)",
                  (unsigned long long)d->seed, (int)query.len, (const char *)query.data,
                  i, x->segment, x->article, x->span.first, x->span.len, x->articles,
                  y->segment, y->article, y->span.first, y->span.len, y->articles);
    }
}

static void check_query(struct drawn *d, struct bytes query)
{
    struct arena arena = {0};
    struct err err = {0};
    struct syntax_result parsed;
    struct oracle_answer right;
    struct plan *plan = NULL;
    struct shown shown = {0};
    struct kwic_keys keys = {.snapshot = d->o->snapshot, .analyser = d->analyser};
    struct kwic_lines lines = {.snapshot = d->o->snapshot, .shown = &shown};
    oracle_lines want = {0};
    cr_assert_eq(syntax_parse(query, true, d->analyser, &arena, &parsed, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(oracle_ask(d->o, parsed.tree, &arena, &right, &err), 0);
    cr_assert_eq(plan_make(d->o->snapshot, parsed.tree, &arena, &plan, &err), 0, "%s",
                 err.msg);
    random_keys(&d->r, &keys);
    lines.all = random_query_below(&d->r, 3) == 0;
    lines.wanted =
        random_query_below(&d->r, 2) ? UINT64_MAX : random_query_below(&d->r, 12);
    lines.keys = keys.n ? &keys : NULL;
    struct engine_options options = {
        .want_spans = true, .want_passages = true, .story = on_story, .arg = &lines};
    cr_assert_eq(engine_run(plan, &options, NULL, &err), 0, "%s", err.msg);
    cr_assert_eq(kwic_lines_sort(&lines, &err), 0, "%s", err.msg);
    oracle_kwic(d->o, &right, lines.all, keys.keys, keys.n, &want);
    check_lines(d, &lines, &want, query);
    vec_release(&want);
    vec_release(&right.stories);
    kwic_lines_release(&lines);
    kwic_keys_release(&keys);
    plan_release(plan);
    arena_release(&arena);
}

static size_t check_archive(uint64_t seed, size_t n_queries)
{
    static const size_t segments[] = {1, 3, 10};
    struct handmade h;
    struct tempdir dir;
    struct snapshot s = {0};
    struct oracle o;
    struct err err = {0};
    struct buf query = {0};
    struct drawn d = {&o, analyser_new(), {seed * 0x9e3779b97f4a7c15u + 1}, seed};
    cr_assert(d.analyser && tempdir_make(&dir));
    handmade_init(&h, text, (struct handmade_align){.extra = 4, .whole_percent = 80});
    random_query_archive(&d.r, &h, 4 + random_query_below(&d.r, 12));
    cr_assert_eq(handmade_write(&h, dir.path, segments[seed % 3], 1, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(snapshot_open(&s, dir.path, &err), 0, "%s", err.msg);
    cr_assert_eq(oracle_open(&o, &s, &h, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < n_queries; i++) {
        buf_reset(&query);
        random_query_text(&d.r, &h, 2, &query);
        check_query(&d, buf_bytes(&query));
    }
    buf_release(&query);
    oracle_close(&o);
    snapshot_close(&s);
    handmade_release(&h);
    tempdir_remove(&dir);
    analyser_free(d.analyser);
    return n_queries;
}

Test(kwic_property, lines_equal_the_oracles)
{
    uint64_t cases = from_environment("STEMMA_PROPERTY_CASES", CASES);
    uint64_t seed = from_environment("STEMMA_PROPERTY_SEED", 1);
    for (uint64_t done = 0; done < cases; seed++)
        done += check_archive(seed, QUERIES_AN_ARCHIVE);
}
