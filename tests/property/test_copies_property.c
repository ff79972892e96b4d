/* Archives full of planted copies, built by the indexer, held against their inputs (every article's
 * text byte for byte, every posting) and, query by query, against the oracle of every article by itself: over
 * one, three and many segments, with the same bytes for any number of threads and any memory.
 * STEMMA_COPIES_CASES sets how many archives are tried in each test, STEMMA_COPIES_SEED where the
 * random numbers begin. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/build.h"
#include "query/engine.h"
#include "query/syntax.h"
#include "tests/support/oracle.h"
#include "tests/support/planted.h"
#include "tests/support/planted_archive.h"
#include "tests/support/tempdir.h"
#include "tests/support/truth.h"

enum {
    PLANTED =
        -1, /* instead of an enum copies_mode: the stories are the archive's groups */
    CASES = 8,
    QUERIES_AN_ARCHIVE = 40,
    PATHS = 700
};

static const struct handmade_text text = {analyser_fold, analyser_alias,
                                          analyser_joins};

struct fixture {
    uint64_t seed;
    struct random_query random;
    struct tempdir dir;
    char index[PATHS], archive[PATHS];
    const char *inputs[1];
    struct config config;
    bool planted;          /* the stories are those of the archive's groups */
    uint32_t chunk_tokens; /* of planted ones; 0: as the indexer has it */
    uint64_t tokens;       /* of the archive, about */
    uint64_t n_complex;    /* stories of several wordings that were seen */
    struct snapshot snapshot;
};

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

/* --- archives and builds ------------------------------------------------------------------------ */

static void begin(struct fixture *f, uint64_t seed)
{
    memset(f, 0, sizeof *f);
    f->seed = seed;
    f->random.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    cr_assert(tempdir_make(&f->dir));
    cr_assert(tempdir_path(&f->dir, "index", f->index, PATHS));
    cr_assert(tempdir_path(&f->dir, "archive", f->archive, PATHS));
    cr_assert_eq(mkdir(f->archive, 0755), 0);
    config_init(&f->config);
    f->inputs[0] = f->archive;
    f->config.index = f->index;
    f->config.n_inputs = 1;
    f->config.threads = 2;
    f->config.memory_bytes = UINT64_C(512) << 20;
    f->config.quiet = true;
}

static void end(struct fixture *f)
{
    snapshot_close(&f->snapshot);
    config_release(&f->config);
    tempdir_remove(&f->dir);
}

/* In one file or two, and something that is no JSON. */
static void make_archive(struct fixture *f, const struct planted_archive *a)
{
    struct buf out = {0};
    planted_archive_put(&f->random, a, &out);
    f->tokens = out.len / 5;
    size_t half = out.len / 2;
    while (half < out.len && out.data[half - 1] != '\n')
        half++;
    cr_assert(tempdir_write(&f->dir, "archive/b.jsonl", out.data, half));
    cr_assert(
        tempdir_write(&f->dir, "archive/a.jsonl", out.data + half, out.len - half));
    const char *note = "---\ntitle: A note\n---\n\nThe *them* of abcd, a-b-c-d, and\n"
                       "a line that goes on.\n";
    cr_assert(tempdir_write(&f->dir, "archive/note.md", note, strlen(note)));
    buf_release(&out);
}

static void put_nothing(void *arg, const char *line, bool overwrite)
{
    (void)arg;
    (void)line;
    (void)overwrite;
}

static uint32_t group(void *arg, struct bytes id)
{
    (void)arg;
    return planted_archive_group(id);
}

static int try_build(struct fixture *f, struct err *err)
{
    struct report_sink sink = {put_nothing, NULL, false};
    struct buf words = {0};
    bool skipped;
    f->config.inputs = f->inputs;
    int rc = f->planted ? planted_build(&f->config, group, NULL, f->chunk_tokens, err)
                        : build_run(&f->config, sink, &skipped, &words, err);
    buf_release(&words);
    f->config.inputs = NULL;
    return rc;
}

static void build(struct fixture *f)
{
    struct err err = {0};
    int rc = try_build(f, &err);
    cr_assert_eq(rc, 0, "seed %llu: %s", (unsigned long long)f->seed, err.msg);
}

/* The names of segments and story graph come from their bytes. */
static void put_names(const struct fixture *f, struct buf *out)
{
    struct snapshot s = {0};
    struct err err = {0};
    cr_assert_eq(snapshot_open(&s, f->index, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < s.n_segments; i++)
        buf_printf(out, "%s\n", s.manifest.segments.items[i].name);
    buf_printf(out, "%s\n", s.manifest.stories_file.name);
    snapshot_close(&s);
}

/* --- the story graph ------------------------------------------------------------------------------ */

/* A story's record: its original is the first article of its root, its fullest the first of the longest,
 * and only the root's wording has other articles that are the same. */
static void check_story(const struct fixture *f, uint32_t segment, story_id id)
{
    const struct segment *s = &f->snapshot.segments[segment];
    struct err err = {0};
    struct story_view view;
    struct story_record record;
    struct stories_walk walk;
    uint32_t most = 0, n_articles = 0;
    article_id fullest = 0, first, original = 0;
    cr_assert_eq(wordings_story(&s->wordings, id, &view, &err), 0);
    cr_assert_eq(stories_get(f->snapshot.stories, segment, id, &record, &err), 0);
    cr_assert_eq(stories_members(f->snapshot.stories, segment, id, &walk, &err), 0);
    for (uint32_t k = 0; k < view.n_wordings; k++) {
        uint32_t len, n;
        wording_id wording = view.first_wording + k;
        cr_assert_eq(wordings_length(&s->wordings, wording, &len, &err), 0);
        cr_assert_eq(articles_of_wording(&s->articles, wording, &first, &n, &err), 0);
        original = k == 0 ? first : original;
        if (len > most) {
            most = len;
            fullest = first;
        }
        n_articles += n;
        for (uint32_t i = 0; i < n; i++) {
            struct evidence e;
            cr_assert_eq(stories_members_next(&walk, &e, &err), 0);
            cr_assert_eq(e.relation == RELATION_ROOT, k == 0 && i == 0);
            cr_assert_eq(e.relation == RELATION_SAME, k == 0 && i > 0);
            cr_assert(!f->planted || k == 0 || e.relation == RELATION_NEAR);
        }
    }
    cr_assert(record.original == original && record.fullest == fullest &&
              record.n_articles == n_articles);
}

/* Links are between articles of their stories. */
static void check_links(const struct fixture *f)
{
    const struct stories *graph = f->snapshot.stories;
    struct err err = {0};
    link_vec links = {0};
    uint64_t story = 0, seen = 0;
    for (int rc = stories_next_linked(graph, 0, &story, &links, &err); rc == 0;
         rc = stories_next_linked(graph, story + 1, &story, &links, &err)) {
        for (; seen < links.len; seen++) {
            const struct story_link *l = &links.items[seen];
            uint32_t segment;
            article_id article;
            story_id a, b;
            struct article_view view;
            cr_assert_eq(
                stories_place_article(graph, l->article_b, &segment, &article, &err),
                0);
            const struct segment *s = &f->snapshot.segments[segment];
            patch_vec patches = {0};
            cr_assert_eq(articles_get(&s->articles, article, &view, &patches, &err), 0);
            cr_assert_eq(
                wordings_story_of_wording(&s->wordings, view.wording, &a, &err), 0);
            cr_assert_eq(stories_place(graph, l->b, &segment, &b, &err), 0);
            cr_assert(s == &f->snapshot.segments[segment] && a == b);
            vec_release(&patches);
        }
    }
    cr_assert_eq(seen, stories_n_links(graph));
    cr_assert(!f->planted || seen == f->snapshot.manifest.stories / 2);
    vec_release(&links);
}

static void check_graph(const struct fixture *f)
{
    uint32_t mode = UINT32_MAX, values[STORIES_LIMITS_MAX];
    struct err err = {0};
    size_t n = 0;
    for (uint32_t i = 0; i < f->snapshot.n_segments; i++) {
        uint32_t n_stories = f->snapshot.segments[i].wordings.n_stories;
        for (story_id id = 0; id < n_stories; id++)
            check_story(f, i, id);
    }
    check_links(f);
    cr_assert_eq(stories_limits(f->snapshot.stories, &mode, values, STORIES_LIMITS_MAX,
                                &n, &err),
                 0);
    cr_assert_eq(n, COMPARE_N_LIMITS);
    cr_assert_eq(values[0], f->config.limits.near);
    cr_assert_eq(mode, f->config.copies == COPIES_NEAR    ? STORIES_NEAR
                       : f->config.copies == COPIES_EXACT ? STORIES_EXACT
                                                          : STORIES_OFF);
}

static void check_index(struct fixture *f)
{
    struct err err = {0};
    struct snapshot_report report = {0};
    cr_assert_eq(snapshot_verify(f->index, &report, &err), 0, "seed %llu: %s",
                 (unsigned long long)f->seed, err.msg);
    buf_release(&report.unknown);
    cr_assert_eq(snapshot_open(&f->snapshot, f->index, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < f->snapshot.n_segments; i++) {
        truth_check(&f->config, &f->snapshot.segments[i]);
        f->n_complex += f->snapshot.segments[i].wordings.n_complex;
    }
    check_graph(f);
}

/* --- queries -------------------------------------------------------------------------------------- */

struct answer {
    const struct oracle_answer *right;
    size_t n; /* stories so far */
    bool wrong;
    char what[200];
};

static bool same_wordings(const struct story_match *got,
                          const struct oracle_story *want)
{
    if (got->n_wordings != want->n_wordings)
        return false;
    for (size_t i = 0; i < got->n_wordings; i++) {
        const struct wording_match *x = &got->wordings[i];
        const struct oracle_wording *y = &want->wordings[i];
        if (x->wording != y->wording || x->n_spans != y->n_spans)
            return false;
        for (size_t k = 0; k < x->n_spans; k++) {
            if (x->spans[k].first != y->spans[k].first ||
                x->spans[k].len != y->spans[k].len)
                return false;
        }
    }
    return true;
}

static int on_story(void *arg, const struct story_match *got, struct err *err)
{
    struct answer *a = arg;
    (void)err;
    const struct oracle_story *want =
        a->n < a->right->stories.len ? &a->right->stories.items[a->n] : NULL;
    a->n++;
    if (want && got->segment == want->segment && got->story == want->story &&
        got->hits == want->hits && got->hits_all == want->hits_all &&
        got->articles == want->articles && same_wordings(got, want) &&
        fabs(got->score - want->score) <= 1e-9 * (1 + fabs(want->score)))
        return 0;
    snprintf(a->what, sizeof a->what,
             "story %u:%u, %llu hits %llu all %u articles %.9f, not %u:%u, %llu %llu "
             "%u %.9f",
             got->segment, got->story, (unsigned long long)got->hits,
             (unsigned long long)got->hits_all, got->articles, got->score,
             want ? want->segment : 0, want ? want->story : 0,
             (unsigned long long)(want ? want->hits : 0),
             (unsigned long long)(want ? want->hits_all : 0), want ? want->articles : 0,
             want ? want->score : 0);
    a->wrong = true;
    return -1000;
}

static void check_query(struct fixture *f, struct oracle *o, struct analyser *analyser,
                        struct bytes query)
{
    struct arena arena = {0};
    struct err err = {0};
    struct syntax_result parsed;
    struct oracle_answer right;
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    cr_assert_eq(syntax_parse(query, true, analyser, &arena, &parsed, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(oracle_ask(o, parsed.tree, &arena, &right, &err), 0);
    cr_assert_eq(plan_make_window(&f->snapshot, parsed.tree,
                                  random_query_below(&f->random, 2) * 200, &arena,
                                  &plan, &err),
                 0, "%s", err.msg);
    struct answer a = {.right = &right};
    struct engine_options options = {
        .want_spans = true, .want_score = true, .story = on_story, .arg = &a};
    int rc = engine_run(plan, &options, &totals, &err);
    cr_assert(rc == 0 || rc == -1000, "%.*s: %s", (int)query.len,
              (const char *)query.data, err.msg);
    if (!a.wrong &&
        (a.n != right.stories.len || totals.hits != right.hits ||
         totals.hits_all != right.hits_all || totals.articles != right.articles)) {
        snprintf(a.what, sizeof a.what, "%zu stories, %llu hits; not %zu, %llu", a.n,
                 (unsigned long long)totals.hits, right.stories.len,
                 (unsigned long long)right.hits);
        a.wrong = true;
    }
    cr_assert_not(a.wrong, "seed %llu: %.*s\n%s", (unsigned long long)f->seed,
                  (int)query.len, (const char *)query.data, a.what);
    vec_release(&right.stories);
    plan_release(plan);
    arena_release(&arena);
}

static void check_queries(struct fixture *f, size_t n)
{
    struct handmade h;
    struct oracle o;
    struct err err = {0};
    struct buf query = {0};
    struct analyser *analyser = analyser_new();
    cr_assert(analyser);
    handmade_init(&h, text, (struct handmade_align){0});
    cr_assert_eq(planted_mirror(&h, &f->config, &f->snapshot, &err), 0, "%s", err.msg);
    cr_assert_eq(oracle_open(&o, &f->snapshot, &h, &err), 0, "seed %llu: %s",
                 (unsigned long long)f->seed, err.msg);
    for (size_t i = 0; i < n; i++) {
        buf_reset(&query);
        random_query_text(&f->random, &h, 3, &query);
        check_query(f, &o, analyser, buf_bytes(&query));
    }
    buf_release(&query);
    oracle_close(&o);
    handmade_release(&h);
    analyser_free(analyser);
}

/* --- tests ---------------------------------------------------------------------------------------- */

/* Limits of a segment that make one, about three, or many. */
static uint64_t segment_tokens(const struct fixture *f)
{
    static const uint64_t parts[] = {0, 3, 50};
    uint64_t n = parts[f->seed % 3];
    return n ? f->tokens / n + 1 : 0;
}

static uint64_t check_archive(uint64_t seed, const struct planted_archive *a,
                              int copies, const char *const *limits)
{
    struct fixture f;
    struct err err = {0};
    begin(&f, seed);
    f.planted = copies == PLANTED;
    f.config.copies = f.planted ? COPIES_EXACT : copies;
    f.chunk_tokens = seed % 2 ? 128 : 0;
    for (; *limits; limits++)
        cr_assert_eq(config_limit(&f.config, *limits, &err), 0, "%s", err.msg);
    make_archive(&f, a);
    f.config.segment_tokens = segment_tokens(&f);
    build(&f);
    check_index(&f);
    check_queries(&f, QUERIES_AN_ARCHIVE);
    end(&f);
    return f.n_complex;
}

static const char *const as_they_are[] = {NULL};

/* Whatever is brought together: originals, copies of every kind, and what has nothing in common. */
Test(copies_property, groups_of_anything)
{
    uint64_t cases = from_environment("STEMMA_COPIES_CASES", CASES), complex = 0;
    uint64_t seed = from_environment("STEMMA_COPIES_SEED", 1);
    for (uint64_t i = 0; i < cases; i++, seed++) {
        const struct planted_archive a = {.groups = seed % 3 == 2 ? 30 : 12,
                                          .copies = 6,
                                          .tokens = 90,
                                          .plain = seed % 4 == 0 ? 60 : 8,
                                          .chained = 14};
        complex += check_archive(seed, &a, PLANTED, as_they_are);
    }
    cr_assert_gt(complex, cases);
}

/* What the indexer brings together by itself, with its own limits, and with such as let pass nearly anything. */
static uint64_t check_found(int copies, uint32_t tokens, const char *const *limits)
{
    uint64_t cases = from_environment("STEMMA_COPIES_CASES", CASES), complex = 0;
    uint64_t seed = from_environment("STEMMA_COPIES_SEED", 1);
    for (uint64_t i = 0; i < cases; i++, seed++) {
        const struct planted_archive a = {.groups = seed % 3 == 2 ? 30 : 15,
                                          .copies = 6,
                                          .tokens = tokens,
                                          .plain = seed % 2 ? 85 : 40,
                                          .chained = 8};
        complex += check_archive(seed, &a, copies, limits);
    }
    return complex;
}

Test(copies_property, copies_that_are_found)
{
    cr_assert_gt(check_found(COPIES_NEAR, 250, as_they_are), 0);
}

Test(copies_property, limits_that_let_pass_anything)
{
    static const char *const limits[] = {"near=10%",         "contained=15%",
                                         "revised=5%",       "revised_hull=5%",
                                         "embedded=1%",      "embedded_tail=1%",
                                         "passage=3",        "template_run=1000",
                                         "template_share=1", NULL};
    cr_assert_gt(check_found(COPIES_NEAR, 120, limits), 0);
}

Test(copies_property, equal_bodies_only)
{
    cr_assert_gt(check_found(COPIES_EXACT, 120, as_they_are), 0);
}

Test(copies_property, no_copies)
{
    cr_assert_eq(check_found(COPIES_OFF, 120, as_they_are), 0);
}

/* In a process of its own: the pool of one is as large as it was asked for first. */
static void build_apart(struct fixture *f)
{
    int status = 0;
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        struct err err = {0};
        int rc = try_build(f, &err);
        if (rc != 0)
            fprintf(stderr, "seed %llu: %s\n", (unsigned long long)f->seed, err.msg);
        _exit(rc != 0);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Whether the index has the bytes of the first one that was put into `first`. */
static bool same_as_first(const struct fixture *f, struct buf *first)
{
    struct buf again = {0};
    bool is_first = first->len == 0;
    put_names(f, is_first ? first : &again);
    bool same = is_first || bytes_equal(buf_bytes(first), buf_bytes(&again));
    buf_release(&again);
    return same;
}

/* The same bytes with any number of threads and any memory. */
static void check_same_bytes(uint64_t seed, bool planted)
{
    static const struct {
        uint64_t threads, mib;
    } runs[] = {{2, 512}, {1, 512}, {8, 512}, {2, 96}};
    const struct planted_archive a = {
        .groups = 150, .copies = 5, .tokens = 200, .plain = 60, .chained = 5};
    struct fixture f;
    struct buf first = {0};
    begin(&f, seed);
    f.planted = planted;
    make_archive(&f, &a);
    f.config.segment_tokens = segment_tokens(&f);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        f.config.threads = runs[i].threads;
        f.config.memory_bytes = runs[i].mib << 20;
        build_apart(&f);
        cr_assert(same_as_first(&f, &first), "run %zu", i);
    }
    check_index(&f);
    cr_assert_gt(f.n_complex, 0);
    buf_release(&first);
    end(&f);
}

/* Chunks cut stories anywhere. */
static void check_chunks(uint64_t seed, const struct planted_archive *a)
{
    static const uint32_t sizes[] = {0, 128, 384, 1024};
    struct fixture f;
    struct buf first = {0};
    begin(&f, seed);
    f.planted = true;
    make_archive(&f, a);
    f.config.segment_tokens = segment_tokens(&f);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        f.chunk_tokens = sizes[i];
        build(&f);
        cr_assert(same_as_first(&f, &first), "chunks of %u", sizes[i]);
    }
    check_index(&f);
    buf_release(&first);
    end(&f);
}

Test(copies_property, chunks_of_any_size_make_the_same_bytes)
{
    uint64_t cases = from_environment("STEMMA_COPIES_CASES", CASES);
    uint64_t seed = from_environment("STEMMA_COPIES_SEED", 1);
    for (uint64_t i = 0; i < cases; i++, seed++) {
        const struct planted_archive a = {
            .groups = 3, .copies = 12, .tokens = 400, .plain = 20, .chained = 10};
        check_chunks(seed, &a);
    }
}

Test(copies_property, groups_have_the_same_bytes_always)
{
    check_same_bytes(3, true);
    check_same_bytes(4, true);
}

Test(copies_property, copies_have_the_same_bytes_always)
{
    check_same_bytes(6, false);
}
