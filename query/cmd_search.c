/* search: the stories that match, ranked, each with the article that answers and where it came from. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "query/command.h"
#include "query/print.h"

struct search {
    struct session *session;
    struct err *err;
    struct row row;
    struct print_row print;
};

static int on_story(void *arg, const struct story_match *match)
{
    struct search *s = arg;
    int rc = row_load(&s->row, &s->session->snapshot, match, s->err);
    if (rc < 0)
        return rc;
    s->print.rank++;
    switch (s->session->format) {
    case OUTPUT_TEXT: rc = print_row_text(&s->print, s->err); break;
    case OUTPUT_TSV: rc = print_row_tsv(&s->print, s->err); break;
    default: rc = print_row_json(&s->print, s->err); break;
    }
    output_flush_large(s->print.output);
    return rc;
}

static void put_list_head(struct search *s, const char *query,
                          const struct engine_totals *t, bool more)
{
    struct output *o = s->print.output;
    if (s->session->format == OUTPUT_TSV)
        print_head_tsv(o);
    if (s->session->format != OUTPUT_JSON)
        return;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.search-list/1"));
    output_json_str(o, "query", bytes_str(query));
    output_json_uint(o, "hits", t->hits);
    output_json_uint(o, "stories", t->stories);
    output_json_uint(o, "hits_all", t->hits_all);
    output_json_uint(o, "articles", t->articles);
    output_json_bool(o, "more", more);
    output_open(o, "results", '[');
}

static void put_list_tail(struct search *s, const struct engine_totals *t)
{
    struct output *o = s->print.output;
    if (s->session->format == OUTPUT_TEXT)
        print_totals(o, t);
    if (s->session->format == OUTPUT_JSON) {
        output_close(o, ']');
        output_close(o, '}');
    }
}

static int print_stories(struct search *s, struct plan *plan, const char *query,
                         struct err *err)
{
    uint64_t limit =
        s->session->limit ? s->session->limit : s->session->snapshot.manifest.stories;
    if (limit > s->session->snapshot.manifest.stories)
        limit = s->session->snapshot.manifest.stories;
    struct ranked_story *top = calloc(limit ? limit : 1, sizeof *top);
    if (!top)
        return err_set(err, ERR_NOMEM,
                       "no memory for a list of %" PRIu64
                       " stories (use a smaller --limit)",
                       limit);
    size_t n = 0;
    struct engine_totals totals = {0};
    int rc = engine_top(plan, limit, top, &n, &totals, err);
    if (rc == 0) {
        bool more = totals.stories > n;
        s->print.of = totals.stories;
        put_list_head(s, query, &totals, more);
        struct engine_options options = {
            .want_spans = true, .want_score = true, .story = on_story, .arg = s};
        rc = engine_stories(plan, top, n, &options, err);
        put_list_tail(s, &totals);
        if (rc == 0 && more)
            log_print(LOG_INFO, "%zu of %" PRIu64 " stories shown; --limit 0 shows all",
                      n, totals.stories);
    }
    free(top);
    return rc < 0 ? rc : totals.articles == 0;
}

int cmd_search(struct session *session, int argc, char **argv, struct err *err)
{
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_STRICT(session),
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &session->limit,
         .value = "N",
         .help = "show N stories (default 10; 0: all)"},
        {.name = "hits",
         .type = OPT_UINT,
         .target = &session->hits,
         .value = "N",
         .help = "in text, show N snippets a story (default 3)"},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc == 0 && session->help)
        return command_help("search", options), 0;
    if (rc == 0 && n == 0)
        rc = err_set(err, ERR_USAGE, "no query (try: stemma-query '\"night shift\"')");
    const char *query = NULL;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    if (rc == 0)
        rc = session_join(session, n, argv + 1, &query, err);
    if (rc == 0)
        rc = session_open(session, err);
    if (rc == 0)
        rc = session_query(session, query, &tree, err);
    if (rc == 0)
        rc = plan_make(&session->snapshot, tree, &session->arena, &plan, err);
    struct search search = {.session = session, .err = err};
    search.print = (struct print_row){
        .output = &session->output, .row = &search.row, .hits_max = session->hits};
    if (rc == 0)
        rc = print_stories(&search, plan, query, err);
    row_release(&search.row);
    plan_release(plan);
    return rc;
}
