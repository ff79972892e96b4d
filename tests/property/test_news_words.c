/* keyness and ngrams on real texts, built as any archive is, against brute force: on the example archive, and on what
 * STEMMA_NEWS names (files and folders with colons between; of a file its first 120,000 bytes of whole lines). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/build.h"
#include "query/syntax.h"
#include "query/whole.h"
#include "tests/support/oracle_keyness.h"
#include "tests/support/oracle_ngrams.h"
#include "tests/support/planted.h"
#include "tests/support/tempdir.h"

enum {
    BYTES_MAX = 120000,
    PATHS = 300
};

static const struct handmade_text text = {analyser_fold, analyser_alias,
                                          analyser_joins};

static const char *const queries[] = {
    "the",        "is:original", "is:copy",        "\"of the\"",
    "words:>300", "said /s the", "strike OR iran", "/[a-c].*ing/ NEAR/6 the",
};

struct archive {
    struct tempdir dir;
    char index[PATHS];
    struct config config;
    const char *inputs[1];
    struct snapshot snapshot;
    struct handmade made;
    struct oracle oracle;
    struct analyser *analyser;
};

static void put_nothing(void *arg, const char *line, bool overwrite)
{
    (void)arg, (void)line, (void)overwrite;
}

static void open_archive(struct archive *a, const char *path, uint64_t segment_tokens)
{
    struct report_sink sink = {put_nothing, NULL, false};
    struct buf words = {0};
    struct err err = {0};
    bool skipped;
    memset(a, 0, sizeof *a);
    cr_assert(tempdir_make(&a->dir));
    cr_assert(tempdir_path(&a->dir, "index", a->index, PATHS));
    config_init(&a->config);
    a->inputs[0] = path;
    a->config.index = a->index;
    a->config.inputs = a->inputs;
    a->config.n_inputs = 1;
    a->config.threads = 1;
    a->config.memory_bytes = UINT64_C(512) << 20;
    a->config.quiet = true;
    a->config.segment_tokens = segment_tokens;
    cr_assert_eq(build_run(&a->config, sink, &skipped, &words, &err), 0, "%s", err.msg);
    a->config.inputs = NULL;
    cr_assert_eq(snapshot_open(&a->snapshot, a->index, &err), 0, "%s", err.msg);
    a->analyser = analyser_new();
    handmade_init(&a->made, text, (struct handmade_align){0});
    cr_assert_eq(planted_mirror(&a->made, &a->config, &a->snapshot, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(oracle_open(&a->oracle, &a->snapshot, &a->made, &err), 0, "%s",
                 err.msg);
    buf_release(&words);
}

static void close_archive(struct archive *a)
{
    oracle_close(&a->oracle);
    handmade_release(&a->made);
    analyser_free(a->analyser);
    snapshot_close(&a->snapshot);
    config_release(&a->config);
    tempdir_remove(&a->dir);
}

/* A query, asked of both. */
struct asked {
    struct arena arena;
    struct oracle_answer right;
    struct plan *plan;
    const struct snapshot *snapshot;
};

static void ask(struct asked *q, struct archive *a, const char *query)
{
    struct syntax_result parsed;
    struct err err = {0};
    memset(q, 0, sizeof *q);
    q->snapshot = &a->snapshot;
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, a->analyser, &q->arena, &parsed, &err), 0);
    cr_assert_eq(oracle_ask(&a->oracle, parsed.tree, &q->arena, &q->right, &err), 0);
    cr_assert_eq(plan_make(&a->snapshot, parsed.tree, &q->arena, &q->plan, &err), 0);
}

static void forget(struct asked *q)
{
    plan_release(q->plan);
    vec_release(&q->right.stories);
    arena_release(&q->arena);
}

static int run_once(void *arg, const struct engine_options *how, struct err *err)
{
    struct asked *q = arg;
    return q->plan ? engine_run(q->plan, how, NULL, err)
                   : whole_run(q->snapshot, WHOLE_ALL, how, NULL, NULL, err);
}

static void compare(struct buf *want, struct buf *got, const char *what,
                    const char *query)
{
    size_t at = 0;
    while (at < want->len && at < got->len && want->data[at] == got->data[at])
        at++;
    cr_assert(
        bytes_equal(buf_bytes(want), buf_bytes(got)),
        "%s of %s: byte %zu: want %.*s got %.*s", what, query, at,
        (int)(want->len - at < 80 ? want->len - at : 80), (const char *)want->data + at,
        (int)(got->len - at < 80 ? got->len - at : 80), (const char *)got->data + at);
    cr_assert_gt(want->len, 20);
    buf_release(want);
    buf_release(got);
}

static void check_keyness(struct archive *a, const char *query, const char *other)
{
    struct asked q, p = {0};
    struct keyness k;
    struct buf want = {0}, got = {0};
    struct err err = {0};
    struct engine_options how = {.want_spans = true, .story = keyness_add, .arg = &k};
    ask(&q, a, query);
    cr_assert_eq(keyness_open(&k, &a->snapshot, false, NULL, &err), 0);
    cr_assert_eq(keyness_begin(&k, &k.subset, &err), 0);
    cr_assert_eq(engine_run(q.plan, &how, NULL, &err), 0);
    if (other) {
        ask(&p, a, other);
        cr_assert_eq(keyness_begin(&k, &k.against, &err), 0);
        cr_assert_eq(engine_run(p.plan, &how, NULL, &err), 0);
    }
    cr_assert_eq(keyness_rest(&k, true, &err), 0, "%s", err.msg);
    oracle_keyness(&a->oracle, &q.right, other ? &p.right : NULL, false, &want);
    oracle_keyness_print(&k, &got);
    compare(&want, &got, "keyness", query);
    keyness_release(&k);
    forget(&q);
    forget(&p);
}

static void check_ngrams(struct archive *a, const char *query, bool hits, bool all)
{
    struct asked q = {.snapshot = &a->snapshot};
    struct ngrams g;
    struct buf want = {0}, got = {0};
    struct err err = {0};
    struct ngrams_options options = {.all = all,
                                     .hits = hits,
                                     .whole = !query,
                                     .lengths = 4 | 8 | 16 | 32,
                                     .least = query ? 1 : 2,
                                     .memory = all ? 1 : 0};
    if (query)
        ask(&q, a, query);
    cr_assert_eq(ngrams_open(&g, &a->snapshot, &options, NULL, &err), 0);
    cr_assert_eq(ngrams_count(&g, run_once, &q, &err), 0, "%s", err.msg);
    oracle_ngrams(&a->oracle, query ? &q.right : NULL, &options, &want);
    oracle_ngrams_print(&g, run_once, &q, &got);
    compare(&want, &got, "ngrams", query ? query : "all");
    ngrams_release(&g);
    forget(&q);
}

static void check_archive(const char *path)
{
    size_t n = sizeof queries / sizeof *queries;
    for (uint64_t segment_tokens = 0; segment_tokens <= 2000; segment_tokens += 2000) {
        struct archive a;
        open_archive(&a, path, segment_tokens);
        for (size_t i = 0; i < n; i++)
            check_keyness(&a, queries[i], i % 3 == 0 ? queries[(i + 1) % n] : NULL);
        for (int all = 0; all < 2; all++) {
            check_ngrams(&a, NULL, false, all);
            check_ngrams(&a, "the", true, all);
            check_ngrams(&a, "\"of the\"", false, all);
        }
        close_archive(&a);
    }
}

/* The first whole lines of a file. */
static void check_beginning(const char *path)
{
    struct tempdir dir;
    char copy[PATHS], *data = malloc(BYTES_MAX);
    FILE *f = fopen(path, "rb");
    cr_assert(f && data && tempdir_make(&dir));
    size_t len = fread(data, 1, BYTES_MAX, f);
    while (len > 0 && data[len - 1] != '\n')
        len--;
    const char *dot = strrchr(path, '.'), *name = "news.jsonl";
    cr_assert(dot && strcmp(dot, ".jsonl") == 0, "%s is not .jsonl", path);
    cr_assert(tempdir_write(&dir, name, data, len));
    cr_assert(tempdir_path(&dir, name, copy, PATHS));
    check_archive(copy);
    (void)fclose(f);
    free(data);
    tempdir_remove(&dir);
}

Test(news_words, examples_equal_oracle)
{
    check_archive(EXAMPLES);
}

Test(news_words, others_equal_oracle)
{
    const char *named = getenv("STEMMA_NEWS");
    char path[PATHS];
    while (named && *named) {
        size_t len = strcspn(named, ":");
        struct stat st;
        cr_assert_lt(len, PATHS);
        (void)snprintf(path, sizeof path, "%.*s", (int)len, named);
        cr_assert_eq(stat(path, &st), 0, "%s", path);
        if (S_ISDIR(st.st_mode))
            check_archive(path);
        else
            check_beginning(path);
        named += len + (named[len] == ':');
    }
}
