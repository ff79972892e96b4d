/* Counts a batch of queries of all kinds on eight threads and on one, over one open index: the same results, and under
 * ThreadSanitizer no races. A plain program: Criterion does not start under ThreadSanitizer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "query/count_run.h"
#include "tests/support/handmade.h"
#include "tests/support/random_query.h"
#include "tests/support/tempdir.h"

enum {
    STORIES = 40,
    QUERIES = 400,
    THREADS = 8
};

static const struct handmade_text text = {analyser_fold, analyser_alias,
                                          analyser_joins};

static void tell_nobody(enum log_level level, const char *words)
{
    (void)level;
    (void)words;
}

static bool check(int rc, const struct err *err)
{
    if (rc != 0)
        fprintf(stderr, "thread_count: %s\n", err->msg);
    return rc == 0;
}

static bool write_index(const char *path, struct queries *queries, struct err *err)
{
    static const char *const more[] = {"a*",        "*a",      "?a*",
                                       "stem(a)",   "/.*a.*/", "source:gazette",
                                       "date:none", "tag:fog", "=\"a\""};
    struct random_query r = {12345};
    struct handmade h;
    struct buf query = {0};
    struct handmade_align align = {0};
    handmade_init(&h, text, align);
    random_query_archive(&r, &h, STORIES);
    bool ok = check(handmade_write(&h, path, 3, 1, err), err);
    for (size_t i = 0; i < QUERIES && ok; i++) {
        buf_reset(&query);
        if (i % 4 == 0)
            buf_put_str(&query, more[i / 4 % (sizeof more / sizeof *more)]);
        else
            random_query_text(&r, &h, 2, &query);
        ok = check(queries_put(queries, buf_bytes(&query), i + 1, err), err);
    }
    buf_release(&query);
    handmade_release(&h);
    return ok;
}

static int put(void *arg, size_t query, const struct count_result *result,
               struct err *err)
{
    struct buf *out = arg;
    const struct engine_totals *t = &result->totals;
    buf_printf(out, "%zu: %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", query,
               t->hits, t->stories, t->hits_all, t->articles);
    vec_foreach(const struct count_group, g, &result->groups) {
        buf_put(out, result->texts.data + g->value[0].from, g->value[0].len);
        buf_printf(out, " %" PRIu64 " %" PRIu64 "\n", g->totals.hits,
                   g->totals.articles);
    }
    return buf_check(out, err);
}

static bool count(struct session *s, const struct queries *queries, unsigned threads,
                  struct buf *out, struct err *err)
{
    struct count_options options = {.by = {.n = 1, .field = {GROUPING_SOURCE}},
                                    .threads = threads};
    size_t failed;
    return check(count_run(s, queries, &options, put, out, &failed, err), err);
}

int main(void)
{
    struct tempdir dir;
    struct err err = {0};
    struct queries queries = {0};
    struct session session;
    struct buf one = {0}, many = {0};
    session_init(&session, tell_nobody);
    if (!tempdir_make(&dir))
        return 1;
    bool ok = write_index(dir.path, &queries, &err);
    session.index = dir.path;
    ok = ok && check(session_open(&session, &err), &err) &&
         count(&session, &queries, THREADS, &many, &err) &&
         count(&session, &queries, 1, &one, &err);
    if (ok && (one.len == 0 || !bytes_equal(buf_bytes(&one), buf_bytes(&many)))) {
        fprintf(stderr, "thread_count: other results on %d threads\n", THREADS);
        ok = false;
    }
    buf_release(&one);
    buf_release(&many);
    queries_release(&queries);
    session_release(&session);
    tempdir_remove(&dir);
    return ok ? 0 : 1;
}
