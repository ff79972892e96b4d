/* count: hits, stories and articles of one or many queries. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/command.h"

struct counts {
    struct session *session;
    size_t width; /* of the query column in text */
    bool any;     /* some query has an article */
};

static void put_head(struct counts *c)
{
    struct output *o = &c->session->output;
    if (c->session->format == OUTPUT_TSV)
        output_put(o, "query\thits\tstories\thits_all\tarticles\n");
    if (c->session->format == OUTPUT_TEXT)
        output_printf(o, "%-*s %12s %12s %12s %12s\n", (int)c->width, "query", "hits",
                      "stories", "hits_all", "articles");
    if (c->session->format == OUTPUT_JSON) {
        output_open(o, NULL, '{');
        output_json_str(o, "schema", bytes_str("stemma.count-list/1"));
        output_open(o, "results", '[');
    }
}

static void put_tail(struct counts *c)
{
    if (c->session->format == OUTPUT_JSON) {
        output_close(&c->session->output, ']');
        output_close(&c->session->output, '}');
    }
}

/* Characters, so that the columns stand under each other (wide characters count as one). */
static size_t text_width(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static void put_row(struct counts *c, const char *query, const struct engine_totals *t)
{
    struct output *o = &c->session->output;
    if (c->session->format == OUTPUT_TEXT) {
        output_text(o, bytes_str(query));
        for (size_t w = text_width(query); w < c->width; w++)
            output_put(o, " ");
        output_printf(o, " %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n",
                      t->hits, t->stories, t->hits_all, t->articles);
    } else if (c->session->format == OUTPUT_TSV) {
        output_field(o, bytes_str(query));
        output_printf(o, "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
                      t->hits, t->stories, t->hits_all, t->articles);
    } else {
        output_open(o, NULL, '{');
        output_json_str(o, "schema", bytes_str("stemma.count/1"));
        output_json_str(o, "query", bytes_str(query));
        output_json_uint(o, "hits", t->hits);
        output_json_uint(o, "stories", t->stories);
        output_json_uint(o, "hits_all", t->hits_all);
        output_json_uint(o, "articles", t->articles);
        output_close(o, '}');
    }
    output_flush_large(o);
}

static int count_one(struct counts *c, const char *query, struct err *err)
{
    struct session *s = c->session;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    struct engine_options options = {0};
    arena_reset(&s->arena);
    int rc = session_query(s, query, &tree, err);
    if (rc == 0)
        rc = plan_make(&s->snapshot, tree, &s->arena, &plan, err);
    if (rc == 0)
        rc = engine_run(plan, &options, &totals, err);
    plan_release(plan);
    if (rc == 0) {
        put_row(c, query, &totals);
        c->any |= totals.articles > 0;
    }
    return rc < 0 ? rc : 0;
}

/* One query a line; blank lines are passed over. */
static int count_file(struct counts *c, struct err *err)
{
    const char *path = c->session->queries;
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (!file)
        return err_sys(err, ERR_USAGE, errno, "cannot read queries from '%s'", path);
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    uint64_t number = 0;
    int rc = 0;
    while (rc == 0 && (len = getline(&line, &cap, file)) >= 0) {
        number++;
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            line[--len] = 0;
        if (len > 0)
            rc = count_one(c, line, err);
        if (rc < 0)
            err_wrap(err, "%s, line %" PRIu64, path, number);
    }
    if (rc == 0 && ferror(file))
        rc = err_sys(err, ERR_IO, errno, "reading queries from '%s' failed", path);
    free(line);
    if (!standard && fclose(file) != 0 && rc == 0)
        rc = err_sys(err, ERR_IO, errno, "reading queries from '%s' failed", path);
    return rc;
}

int cmd_count(struct session *session, int argc, char **argv, struct err *err)
{
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_STRICT(session),
        {.name = "queries",
         .type = OPT_STRING,
         .target = &session->queries,
         .value = "FILE",
         .help = "count the queries in FILE too, one a line (-: standard input)"},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc == 0 && session->help)
        return command_help("count", options), 0;
    if (rc == 0 && n == 0 && !session->queries)
        rc = err_set(err, ERR_USAGE,
                     "no query to count (give queries, or --queries FILE)");
    if (rc == 0)
        rc = session_open(session, err);
    if (rc < 0)
        return rc;
    struct counts c = {.session = session, .width = 24};
    for (int i = 1; i <= n; i++)
        if (text_width(argv[i]) > c.width)
            c.width = text_width(argv[i]);
    put_head(&c);
    for (int i = 1; rc == 0 && i <= n; i++)
        rc = count_one(&c, argv[i], err);
    if (rc == 0 && session->queries)
        rc = count_file(&c, err);
    put_tail(&c);
    return rc < 0 ? rc : !c.any;
}
