/* The engine against the oracle on random archives and queries, filters too: same articles, spans,
 * passages, counts and scores, over one, three and many segments and windows of any size.
 * STEMMA_PROPERTY_CASES sets how many (archive, query) pairs are tried, STEMMA_PROPERTY_SEED
 * where the random numbers begin. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "query/engine.h"
#include "query/synonyms.h"
#include "query/syntax.h"
#include "tests/support/oracle.h"
#include "tests/support/random_query.h"
#include "tests/support/tempdir.h"

enum {
    QUERIES_AN_ARCHIVE = 50,
    CASES = 5000
};

static const struct handmade_text text = {analyser_fold, analyser_alias,
                                          analyser_joins};

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

/* --- what the engine said --------------------------------------------------------------------- */

struct answer {
    const struct oracle_answer *right;
    size_t n;        /* stories so far */
    char wrong[200]; /* empty: all the same so far */
};

static bool same_wording(const struct wording_match *got,
                         const struct oracle_wording *want)
{
    if (got->wording != want->wording || got->n_spans != want->n_spans)
        return false;
    for (size_t i = 0; i < got->n_spans; i++) {
        if (got->spans[i].first != want->spans[i].first ||
            got->spans[i].len != want->spans[i].len)
            return false;
    }
    if (got->n_articles != want->n_articles)
        return false;
    for (uint32_t i = 0; i < got->n_articles; i++) {
        if (engine_article(got, i) != want->articles[i])
            return false;
    }
    return true;
}

/* Are the spans told to be one passage that are one? */
static bool same_passages(const struct story_match *got,
                          const struct oracle_story *want)
{
    uint32_t numbers[1024];
    size_t right[1024], n = 0;
    for (size_t w = 0; w < got->n_wordings; w++) {
        for (size_t i = 0; i < got->wordings[w].n_spans && n < 1024; i++, n++) {
            numbers[n] = got->wordings[w].passages[i];
            right[n] = want->wordings[w].passages[i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        size_t first = 0;
        while (right[first] != right[i])
            first++;
        if (numbers[i] != first)
            return false;
    }
    return true;
}

static int check_story(void *arg, const struct story_match *got, struct err *err)
{
    struct answer *a = arg;
    (void)err;
    if (a->n == a->right->stories.len) {
        snprintf(a->wrong, sizeof a->wrong, "story %u:%u does not match", got->segment,
                 got->story);
        return -1000;
    }
    const struct oracle_story *want = &a->right->stories.items[a->n++];
    if (got->segment != want->segment || got->story != want->story) {
        snprintf(a->wrong, sizeof a->wrong, "story %u:%u instead of %u:%u",
                 got->segment, got->story, want->segment, want->story);
        return -1000;
    }
    if (got->hits != want->hits || got->hits_all != want->hits_all ||
        got->articles != want->articles || got->n_wordings != want->n_wordings) {
        snprintf(a->wrong, sizeof a->wrong,
                 "story %u:%u: %llu hits %llu all %u articles, not %llu %llu %u",
                 got->segment, got->story, (unsigned long long)got->hits,
                 (unsigned long long)got->hits_all, got->articles,
                 (unsigned long long)want->hits, (unsigned long long)want->hits_all,
                 want->articles);
        return -1000;
    }
    for (size_t i = 0; i < got->n_wordings; i++) {
        if (!same_wording(&got->wordings[i], &want->wordings[i])) {
            snprintf(a->wrong, sizeof a->wrong,
                     "story %u:%u: spans or articles of wording %u (%zu, %zu)",
                     got->segment, got->story, got->wordings[i].wording,
                     got->wordings[i].n_spans, want->wordings[i].n_spans);
            return -1000;
        }
    }
    if (!same_passages(got, want)) {
        snprintf(a->wrong, sizeof a->wrong, "story %u:%u: passages", got->segment,
                 got->story);
        return -1000;
    }
    if (fabs(got->score - want->score) > 1e-9 * (1 + fabs(want->score))) {
        snprintf(a->wrong, sizeof a->wrong, "story %u:%u: score %.12f, not %.12f",
                 got->segment, got->story, got->score, want->score);
        return -1000;
    }
    return 0;
}

static void check_totals(struct answer *a, const struct engine_totals *t,
                         const char *how)
{
    const struct oracle_answer *want = a->right;
    if (a->wrong[0] == 0 &&
        (t->hits != want->hits || t->stories != want->stories.len ||
         t->hits_all != want->hits_all || t->articles != want->articles))
        snprintf(a->wrong, sizeof a->wrong,
                 "%s: %llu %llu %llu %llu, not %llu %zu %llu %llu", how,
                 (unsigned long long)t->hits, (unsigned long long)t->stories,
                 (unsigned long long)t->hits_all, (unsigned long long)t->articles,
                 (unsigned long long)want->hits, want->stories.len,
                 (unsigned long long)want->hits_all,
                 (unsigned long long)want->articles);
}

/* Where no hits are asked for. */
static void check_articles(struct answer *a, struct plan *plan, struct err *err)
{
    struct engine_options options = {.no_hits = true};
    struct engine_totals t = {0};
    const struct oracle_answer *want = a->right;
    cr_assert_eq(engine_run(plan, &options, &t, err), 0, "%s", err->msg);
    if (a->wrong[0] == 0 &&
        (t.hits != 0 || t.hits_all != 0 || t.stories != want->stories.len ||
         t.articles != want->articles))
        snprintf(a->wrong, sizeof a->wrong, "no hits: %llu %llu, not %zu %llu",
                 (unsigned long long)t.stories, (unsigned long long)t.articles,
                 want->stories.len, (unsigned long long)want->articles);
}

static int compare_rank(const void *x, const void *y)
{
    const struct oracle_story *a = *(const struct oracle_story *const *)x;
    const struct oracle_story *b = *(const struct oracle_story *const *)y;
    if (fabs(a->score - b->score) > 1e-9)
        return a->score > b->score ? -1 : 1;
    if (a->segment != b->segment)
        return a->segment < b->segment ? -1 : 1;
    return a->story < b->story ? -1 : 1;
}

/* The best five, and their spans when asked for again. */
static void check_top(struct answer *a, struct plan *plan, struct err *err)
{
    size_t n_right = a->right->stories.len, n = 0, k = 5;
    const struct oracle_story **order = malloc((n_right + 1) * sizeof *order);
    struct ranked_story top[5];
    struct engine_totals totals = {0};
    cr_assert(order);
    for (size_t i = 0; i < n_right; i++)
        order[i] = &a->right->stories.items[i];
    qsort(order, n_right, sizeof *order, compare_rank);
    cr_assert_eq(engine_top(plan, k, top, &n, &totals, err), 0, "%s", err->msg);
    check_totals(a, &totals, "top");
    if (a->wrong[0] == 0 && n != (n_right < k ? n_right : k))
        snprintf(a->wrong, sizeof a->wrong, "top: %zu stories", n);
    struct oracle_answer chosen = {0};
    for (size_t i = 0; i < n && a->wrong[0] == 0; i++) {
        /* scores that are equal but for rounding may stand in another order */
        if (fabs(top[i].score - order[i]->score) > 1e-9 * (1 + fabs(order[i]->score)))
            snprintf(a->wrong, sizeof a->wrong, "top: %zu has score %f, not %f", i,
                     top[i].score, order[i]->score);
        for (size_t m = 0; m < n_right; m++) {
            if (order[m]->segment == top[i].segment && order[m]->story == top[i].story)
                cr_assert(vec_push(&chosen.stories, *order[m]));
        }
    }
    struct answer again = {&chosen, 0, ""};
    struct engine_options options = {.want_spans = true,
                                     .want_score = true,
                                     .story = check_story,
                                     .arg = &again,
                                     .want_passages = true};
    int rc = engine_stories(plan, top, n, &options, err);
    cr_assert(rc == 0 || rc == -1000, "%s", err->msg);
    if (a->wrong[0] == 0 && (again.wrong[0] || again.n != n))
        snprintf(a->wrong, sizeof a->wrong, "stories: %.150s", again.wrong);
    vec_release(&chosen.stories);
    free(order);
}

/* Plain queries are counted by what snapshot_open_core opens. Returns whether this is one. */
static bool check_core(const struct snapshot *core, const struct ast *tree,
                       uint32_t window, struct answer *a, struct err *err)
{
    struct arena arena = {0};
    struct plan *plan = NULL;
    struct engine_options options = {0};
    struct engine_totals totals = {0};
    if (!ast_is_plain(tree))
        return false;
    cr_assert_eq(plan_make_window(core, tree, window, &arena, &plan, err), 0, "%s",
                 err->msg);
    cr_assert_eq(engine_run(plan, &options, &totals, err), 0, "%s", err->msg);
    check_totals(a, &totals, "totals by the core");
    plan_release(plan);
    arena_release(&arena);
    return true;
}

/* An archive, open. */
struct opened {
    struct oracle oracle;
    struct snapshot whole, core;
    size_t n_plain; /* queries so far that the core answers */
};

static void check_query(struct opened *x, struct analyser *analyser,
                        const struct synonyms *synonyms, struct bytes query,
                        uint32_t window, uint64_t seed)
{
    struct oracle *o = &x->oracle;
    struct arena arena = {0};
    struct err err = {0};
    struct syntax_result parsed;
    struct oracle_answer right;
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    struct syntax_options how = {.strict = true, .synonyms = synonyms};
    cr_assert_eq(syntax_parse_with(query, &how, analyser, &arena, &parsed, &err), 0,
                 "%s", err.msg);
    cr_assert_eq(oracle_ask(o, parsed.tree, &arena, &right, &err), 0);
    cr_assert_eq(
        plan_make_window(o->snapshot, parsed.tree, window, &arena, &plan, &err), 0,
        "%s", err.msg);

    struct answer a = {&right, 0, ""};
    struct engine_options options = {.want_spans = true,
                                     .want_score = true,
                                     .story = check_story,
                                     .arg = &a,
                                     .want_passages = true};
    int rc = engine_run(plan, &options, &totals, &err);
    cr_assert(rc == 0 || rc == -1000, "%.*s: %s", (int)query.len,
              (const char *)query.data, err.msg);
    if (a.wrong[0] == 0 && a.n != right.stories.len)
        snprintf(a.wrong, sizeof a.wrong, "%zu stories, not %zu", a.n,
                 right.stories.len);
    check_totals(&a, &totals, "totals with stories");
    if (a.wrong[0] == 0) {
        options = (struct engine_options){0};
        cr_assert_eq(engine_run(plan, &options, &totals, &err), 0, "%s", err.msg);
        check_totals(&a, &totals, "totals alone");
        x->n_plain += check_core(&x->core, parsed.tree, window, &a, &err);
        check_articles(&a, plan, &err);
        check_top(&a, plan, &err);
    }
    cr_assert(a.wrong[0] == 0, "seed %llu, window %u: %.*s\n%s",
              (unsigned long long)seed, window, (int)query.len,
              (const char *)query.data, a.wrong);
    vec_release(&right.stories);
    plan_release(plan);
    arena_release(&arena);
}

/* Half of the archives are asked with words that stand for others. */
static struct synonyms *read_synonyms(const struct tempdir *dir,
                                      struct analyser *analyser)
{
    static const char lines[] = "# of the words of random archives\n"
                                "a, b c\nthe => them, ab, c d\nab c d, us, x\n"
                                "\u4e2d\u56fd, \u4eba\nU.S => ada's, a b c\n"
                                "b, B, th\nb => al-a\n";
    struct synonyms *synonyms = NULL;
    struct err err = {0};
    struct buf path = {0};
    buf_printf(&path, "%s/synonyms%c", dir->path, 0);
    FILE *file = fopen((const char *)path.data, "w");
    cr_assert(file && fputs(lines, file) >= 0 && fclose(file) == 0);
    cr_assert_eq(synonyms_read((const char *)path.data, analyser, &synonyms, &err), 0,
                 "%s", err.msg);
    cr_assert_eq(remove((const char *)path.data), 0);
    buf_release(&path);
    return synonyms;
}

static size_t check_archive(uint64_t seed, size_t n_queries, size_t *n_plain)
{
    static const size_t segments[] = {1, 3, 50};
    static const uint32_t windows[] = {64, 300, 0};
    struct random_query r = {seed * 0x9e3779b97f4a7c15u + 1};
    struct handmade h;
    struct tempdir dir;
    struct opened x = {0};
    struct err err = {0};
    struct buf query = {0};
    struct analyser *analyser = analyser_new();
    struct handmade_align align = {.extra = 1 + random_query_below(&r, 16),
                                   .whole_percent = 40 + random_query_below(&r, 61),
                                   .seed = random_query_below(&r, 2) ? seed : 0};
    cr_assert(analyser && tempdir_make(&dir));
    struct synonyms *synonyms = seed % 2 ? read_synonyms(&dir, analyser) : NULL;
    handmade_init(&h, text, align);
    h.listed_stories = (uint32_t)(seed / 3 % 4); /* 0: as in any index */
    size_t n_segments = segments[seed % 3];
    random_query_archive(&r, &h,
                         n_segments == 50 ? 60 : 4 + random_query_below(&r, 20));
    cr_assert_eq(handmade_write(&h, dir.path, n_segments, 1, &err), 0, "%s", err.msg);
    cr_assert_eq(snapshot_open(&x.whole, dir.path, &err), 0, "%s", err.msg);
    cr_assert_eq(snapshot_open_core(&x.core, dir.path, &err), 0, "%s", err.msg);
    cr_assert_eq(oracle_open(&x.oracle, &x.whole, &h, &err), 0, "seed %llu: %s",
                 (unsigned long long)seed, err.msg);
    for (size_t i = 0; i < n_queries; i++) {
        buf_reset(&query);
        random_query_text(&r, &h, 3, &query);
        check_query(&x, analyser, synonyms, buf_bytes(&query),
                    windows[random_query_below(&r, 3)], seed);
    }
    buf_release(&query);
    *n_plain += x.n_plain;
    oracle_close(&x.oracle);
    snapshot_close(&x.core);
    snapshot_close(&x.whole);
    handmade_release(&h);
    tempdir_remove(&dir);
    synonyms_free(synonyms);
    analyser_free(analyser);
    return n_queries;
}

Test(query_property, engine_equals_oracle)
{
    uint64_t cases = from_environment("STEMMA_PROPERTY_CASES", CASES);
    uint64_t seed = from_environment("STEMMA_PROPERTY_SEED", 1);
    size_t n_plain = 0;
    for (uint64_t done = 0; done < cases; seed++)
        done += check_archive(seed, QUERIES_AN_ARCHIVE, &n_plain);
    cr_assert(n_plain >= cases / 20, "%zu plain queries", n_plain);
}
