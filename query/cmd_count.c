/* count: hits, stories and articles of one or many queries. */
#include <inttypes.h>

#include "query/command.h"
#include "query/print.h"
#include "query/queries.h"
#include "query/shown.h"

enum {
    WIDTH_LEAST = 5, /* of "query" */
    WIDTH_MOST = 60  /* of the query column in text; longer ones push their row */
};

struct count {
    struct session *session;
    struct queries queries;
    size_t width; /* of the query column in text */
    bool any;     /* some query has an article */
    struct shown shown;
};

/* Characters, so that the columns stand under each other (wide characters count as one). */
static size_t text_width(struct bytes s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += (s.data[i] & 0xC0) != 0x80;
    return n;
}

static void set_width(struct count *c)
{
    c->width = WIDTH_LEAST;
    for (size_t i = 0; i < c->queries.items.len; i++) {
        size_t width = text_width(queries_get(&c->queries, i));
        if (width > c->width)
            c->width = width < WIDTH_MOST ? width : WIDTH_MOST;
    }
}

static void put_head(struct count *c)
{
    struct output *o = &c->session->output;
    if (c->session->format == OUTPUT_TSV)
        output_put(o, "query\thits\tstories\thits_all\tarticles\n");
    if (c->session->format == OUTPUT_TEXT)
        output_printf(o, "%-*s %10s %10s %10s %10s\n", (int)c->width, "query", "hits",
                      "stories", "hits_all", "articles");
    if (c->session->format == OUTPUT_JSON) {
        output_open(o, NULL, '{');
        output_json_str(o, "schema", bytes_str("stemma.count-list/1"));
        output_open(o, "results", '[');
    }
}

/* Only a whole list gets its end. */
static void put_tail(struct count *c)
{
    if (c->session->format == OUTPUT_JSON) {
        output_close(&c->session->output, ']');
        output_close(&c->session->output, '}');
    }
}

static void put_row(struct count *c, struct bytes query, const struct engine_totals *t)
{
    struct output *o = &c->session->output;
    if (c->session->format == OUTPUT_TEXT) {
        output_text(o, query);
        for (size_t w = text_width(query); w < c->width; w++)
            output_put(o, " ");
        output_printf(o, " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n",
                      t->hits, t->stories, t->hits_all, t->articles);
    } else if (c->session->format == OUTPUT_TSV) {
        output_field(o, query);
        output_printf(o, "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
                      t->hits, t->stories, t->hits_all, t->articles);
    } else {
        output_open(o, NULL, '{');
        output_json_str(o, "schema", bytes_str("stemma.count/1"));
        output_json_str(o, "query", query);
        output_json_str(o, "mode", bytes_str(shown_copies_name(c->shown.copies)));
        print_counts(o, t);
        output_close(o, '}');
    }
}

/* A failure is told with the line of the file that it came from. */
static int at_line(const struct count *c, size_t i, const char *path, int rc,
                   struct err *err)
{
    uint64_t line = c->queries.items.items[i].line;
    if (rc < 0 && line > 0)
        return err_wrap(err, "%s, line %" PRIu64, path, line);
    return rc;
}

static int count_one(struct count *c, size_t i, struct err *err)
{
    struct session *s = c->session;
    struct bytes query = queries_get(&c->queries, i);
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    struct engine_options options = {0};
    arena_reset(&s->arena);
    int rc = session_query(s, query, false, &tree, err);
    if (rc == 0)
        rc = shown_tree(&c->shown, tree, &s->arena, &tree, err);
    if (rc == 0)
        rc = session_plan(s, tree, &plan, err);
    if (rc == 0)
        rc = engine_run(plan, &options, &totals, err);
    plan_release(plan);
    if (rc < 0)
        return rc;
    put_row(c, query, &totals);
    c->any |= totals.articles > 0;
    return output_flush_large(&s->output, err);
}

/* Parses all queries first: a batch with a query that cannot be read fails before it begins. */
static int check_all(struct count *c, const char *path, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->queries.items.len; i++) {
        struct ast *tree;
        arena_reset(&c->session->arena);
        rc = session_query(c->session, queries_get(&c->queries, i), true, &tree, err);
        rc = at_line(c, i, path, rc, err);
    }
    return rc;
}

static int count_all(struct count *c, const char *path, struct err *err)
{
    int rc = check_all(c, path, err);
    if (rc == 0)
        rc = session_open(c->session, err);
    if (rc < 0)
        return rc;
    set_width(c);
    put_head(c);
    for (size_t i = 0; rc == 0 && i < c->queries.items.len; i++)
        rc = at_line(c, i, path, count_one(c, i, err), err);
    if (rc == 0)
        put_tail(c);
    return rc;
}

int cmd_count(struct session *session, int argc, char **argv, struct err *err)
{
    struct count c = {.session = session};
    const char *path = NULL;
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        {.name = "queries",
         .type = OPT_STRING,
         .target = &path,
         .value = "FILE",
         .help = "Count the queries in FILE too, one a line (-: standard input)."},
        {.name = "copies",
         .type = OPT_CHOICE,
         .target = &c.shown.copies,
         .value = "MODE",
         .choices = SHOWN_COPIES,
         .help = "originals: count only originals that match themselves; the others "
                 "count alike."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "count", options))
        return 0;
    if (n == 0 && !path)
        return err_set(err, ERR_USAGE,
                       "no query to count: give queries, or --queries FILE (to search "
                       "for the word: stemma-query search count)");
    for (int i = 1; rc == 0 && i <= n; i++)
        rc = queries_put(&c.queries, bytes_str(argv[i]), 0, err);
    if (rc == 0 && path)
        rc = queries_read(&c.queries, path, err);
    if (rc == 0)
        rc = count_all(&c, path, err);
    queries_release(&c.queries);
    return rc < 0 ? rc : !c.any;
}
