#include "query/cooc_run.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "base/pool.h"
#include "query/cooc_threads.h"

enum {
    WINDOW_DEFAULT = 5
};

/* As COOC_WITHIN has them. */
enum within {
    WITHIN_AUTO,
    WITHIN_WORDS,
    WITHIN_SENTENCE,
    WITHIN_PARAGRAPH,
    WITHIN_ARTICLE,
    WITHIN_S,
    WITHIN_P
};

int cooc_run_scope(const struct cooc_given *given, struct cooc_options *out,
                   struct err *err)
{
    *out = (struct cooc_options){.scope = COOC_SENTENCE, .window = WINDOW_DEFAULT};
    switch ((enum within)given->within) {
    case WITHIN_AUTO: out->scope = given->window ? COOC_WINDOW : COOC_SENTENCE; break;
    case WITHIN_WORDS: out->scope = COOC_WINDOW; break;
    case WITHIN_SENTENCE:
    case WITHIN_S: out->scope = COOC_SENTENCE; break;
    case WITHIN_PARAGRAPH:
    case WITHIN_P: out->scope = COOC_PARAGRAPH; break;
    case WITHIN_ARTICLE: out->scope = COOC_ARTICLE; break;
    }
    if (given->window && out->scope != COOC_WINDOW) {
        return err_set(err, ERR_USAGE,
                       "--window counts words, --within %s does not: give one of them",
                       cooc_run_scope_name(out->scope));
    }
    out->window = given->window ? (uint32_t)given->window : WINDOW_DEFAULT;
    return 0;
}

const char *cooc_run_scope_name(enum cooc_scope scope)
{
    static const char *const names[] = {[COOC_WINDOW] = "words",
                                        [COOC_SENTENCE] = "sentence",
                                        [COOC_PARAGRAPH] = "paragraph",
                                        [COOC_ARTICLE] = "article"};
    return names[scope];
}

const char *cooc_run_size_name(enum cooc_scope scope)
{
    static const char *const names[] = {[COOC_WINDOW] = "words",
                                        [COOC_SENTENCE] = "sentences",
                                        [COOC_PARAGRAPH] = "paragraphs",
                                        [COOC_ARTICLE] = "stories"};
    return names[scope];
}

int cooc_run_list(const struct cooc_given *given, int n, char **words,
                  struct queries *q, struct err *err)
{
    int rc = 0;
    for (int i = 0; i < n && rc == 0; i++) {
        rc = queries_put(q, bytes_str(words[i]), 0, err);
    }
    return rc == 0 && given->queries ? queries_read(q, given->queries, err) : rc;
}

/* --- many queries ------------------------------------------------------------------------------ */

struct run {
    struct cooc *c;
    const struct session *session;
    const struct queries *queries;
    const struct cooc_given *given;
    unsigned threads;
};

static int at_line(const struct run *r, size_t i, int rc, struct err *err)
{
    uint64_t line = r->queries->items.items[i].line;
    if (rc < 0 && line > 0) {
        return err_wrap(err, "%s, line %" PRIu64, r->given->queries, line);
    }
    return rc;
}

/* Parses all, so that a query that cannot be read fails before anything is asked. */
static int check_all(const struct run *r, struct session *s, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < r->queries->items.len && rc == 0; i++) {
        struct ast *tree;
        arena_reset(&s->arena);
        rc = session_query(s, queries_get(r->queries, i), true, &tree, err);
        rc = at_line(r, i, rc, err);
    }
    return rc;
}

/* Tells what words of the command line the index does not have. */
static void suggest_words(const struct run *r, struct session *s)
{
    for (size_t i = 0; i < r->queries->items.len; i++) {
        struct ast *tree;
        struct err ignored = {0};
        arena_reset(&s->arena);
        if (r->queries->items.items[i].line == 0 &&
            session_query(s, queries_get(r->queries, i), false, &tree, &ignored) == 0) {
            session_suggest(s, tree);
        }
    }
}

static int take_query(const struct run *r, struct session *s, size_t i, struct err *err)
{
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    int rc = session_query(s, queries_get(r->queries, i), false, &tree, err);
    rc = rc ? rc : shown_tree(&r->given->shown, tree, &s->arena, &tree, err);
    if (rc == 0 && r->given->days) {
        rc = timeline_limit(r->given->days, &s->arena, tree, &tree, err);
    }
    rc = rc ? rc : session_plan(s, tree, &plan, err);
    rc = rc ? rc : cooc_take(r->c, i, plan, err);
    plan_release(plan);
    return at_line(r, i, rc, err);
}

static int work(void *arg, void *item, struct err *err)
{
    const struct run *r = arg;
    struct session branch;
    session_branch(r->session, &branch);
    int rc = take_query(r, &branch, (size_t)(uintptr_t)item, err);
    session_branch_release(&branch);
    return rc;
}

static int take_all(struct run *r, struct err *err)
{
    size_t n = r->queries->items.len;
    struct pool *pool = NULL;
    int rc = 0;
    if (r->threads == 1 || n == 1) {
        for (size_t i = 0; i < n && rc == 0; i++) {
            rc = work(r, (void *)(uintptr_t)i, err);
        }
        return rc;
    }
    struct pool_stage stage = {.count = n, .work = work, .arg = r};
    rc = pool_open(&pool, r->threads, err);
    rc = rc ? rc : pool_run(pool, &stage, err);
    pool_close(pool);
    return rc;
}

static unsigned threads_of(const struct cooc_given *given)
{
    unsigned n = given->threads ? (unsigned)given->threads : cpu_count();
    return n < COOC_THREADS_MAX ? n : COOC_THREADS_MAX;
}

int cooc_run(struct cooc *c, struct session *s, const struct queries *queries,
             const struct cooc_options *options, const struct cooc_given *given,
             struct err *err)
{
    struct run r = {c, s, queries, given, threads_of(given)};
    struct cooc_threads threads = {.n = r.threads, .memory = s->memory};
    int rc = check_all(&r, s, err);
    if (rc == 0 && !s->opened) {
        rc = session_open(s, err);
    }
    if (rc) {
        return rc;
    }
    suggest_words(&r, s);
    rc = cooc_open(c, &s->snapshot, options, queries->items.len, &s->deadline, err);
    if (rc == 0 && r.threads > 1) {
        session_threads(s, r.threads);
    }
    rc = rc ? rc : take_all(&r, err);
    return rc ? rc : cooc_count_on(c, &threads, err);
}

struct measures_counts cooc_run_counts(const struct cooc *c, size_t a, size_t b,
                                       bool all)
{
    const struct cooc_pair *p = &c->pairs[cooc_index(c, a, b)];
    const struct cooc_count *x = &c->totals[a], *y = &c->totals[b];
    struct measures_counts m = {.o = all ? p->o.all : p->o.once,
                                .f1 = all ? x->all : x->once,
                                .f2 = all ? y->all : y->once,
                                .n = all ? c->size.all : c->size.once};
    m.near = c->options.scope == COOC_WINDOW ? m.f1 * 2 * c->options.window : m.f1;
    return m;
}
