/* search: the stories that match, ranked, each with the article that answers and where it came
 * from. */
#include <inttypes.h>
#include <stdlib.h>

#include "query/command.h"
#include "query/print.h"

enum {
    LIMIT_DEFAULT = 10,
    SNIPPETS_DEFAULT = 3,
    HITS_FOR_SNIPPET = 64 /* loaded for each snippet, to be marked in it */
};

struct search {
    struct session *session;
    uint64_t limit;    /* stories, or articles with --copies all; 0: all */
    uint64_t hits;     /* of a story; 0: all */
    uint64_t hits_max; /* to load */
    struct shown shown;
    struct row row, other;
    struct print_row print;
    struct table table;
    bool columns; /* rows of the table: TSV, CSV, and text with --fields */
};

static int put_row(struct search *s, const struct story_match *match,
                   const struct shown_choice *choice, struct err *err)
{
    int rc = row_load(&s->row, &s->session->snapshot, match, choice, s->hits_max, err);
    if (rc < 0)
        return rc;
    s->print.match = match;
    if (s->columns)
        return print_row_table(&s->print, &s->table, err);
    rc = session_is_json(s->session) ? print_row_json(&s->print, err)
                                     : print_row_text(&s->print, err);
    return rc < 0 ? rc : output_flush_large(s->print.output, err);
}

/* Rows of the articles that match, but not of `but`. ITER_END when the list is full. */
static int put_articles(struct search *s, const struct story_match *match,
                        const struct shown_choice *but, struct err *err)
{
    for (size_t i = 0; i < match->n_wordings; i++) {
        struct shown_choice choice = {.wording = &match->wordings[i]};
        for (uint32_t k = 0; k < choice.wording->n_articles; k++) {
            choice.article = engine_article(choice.wording, k);
            if (but && choice.article == but->article)
                continue;
            if (!but && s->limit && s->print.rank == s->limit)
                return ITER_END;
            s->print.rank += !but;
            int rc = put_row(s, match, &choice, err);
            if (rc)
                return rc;
        }
    }
    return 0;
}

static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    struct search *s = arg;
    struct shown_choice choice;
    if (s->shown.copies == SHOWN_ALL)
        return put_articles(s, match, NULL, err);
    s->print.rank++;
    int rc = shown_choose(&s->shown, &s->session->snapshot, match, &choice, err);
    if (rc == 0)
        rc = put_row(s, match, &choice, err);
    if (rc == 0 && s->shown.copies == SHOWN_GROUP && s->columns)
        rc = put_articles(s, match, &choice, err);
    return rc;
}

static int put_list_head(struct search *s, struct bytes query,
                         const struct engine_totals *t, bool more, struct err *err)
{
    struct output *o = s->print.output;
    if (s->columns)
        return table_begin(&s->table, s->session, &print_row_schema, err);
    if (s->session->format != OUTPUT_JSON)
        return 0;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.search-list/1"));
    output_json_str(o, "query", query);
    output_json_str(o, "mode", bytes_str(shown_copies_name(s->shown.copies)));
    print_counts(o, t);
    output_json_bool(o, "more", more);
    output_open(o, "results", '[');
    return 0;
}

static const char *row_noun(const struct search *s, uint64_t n)
{
    if (s->shown.copies == SHOWN_ALL)
        return n == 1 ? "article" : "articles";
    return n == 1 ? "story" : "stories";
}

/* Only a whole list gets its end: what broke off is not well-formed JSON. */
static void put_list_tail(struct search *s, const struct engine_totals *t)
{
    struct output *o = s->print.output;
    if (s->session->format == OUTPUT_TEXT && !s->columns) {
        print_totals(o, t);
        if (s->print.rank < s->print.of)
            output_printf(o, "; %" PRIu64 " %s shown", s->print.rank,
                          row_noun(s, s->print.rank));
        output_put(o, "\n");
    }
    if (s->session->format == OUTPUT_JSON) {
        output_close(o, ']');
        output_close(o, '}');
    }
}

static int print_stories(struct search *s, struct plan *plan, struct bytes query,
                         struct engine_totals *totals, struct err *err)
{
    uint64_t all = s->session->snapshot.manifest.stories;
    uint64_t limit = s->limit && s->limit < all ? s->limit : all;
    struct ranked_story *top = calloc(limit ? limit : 1, sizeof *top);
    if (!top)
        return err_set(err, ERR_NOMEM,
                       "no memory for a list of %" PRIu64 " stories; a smaller "
                       "--limit needs less",
                       limit);
    size_t n = 0;
    int rc = engine_top(plan, limit, top, &n, totals, err);
    if (rc == 0) {
        s->print.of = s->shown.copies == SHOWN_ALL ? totals->articles : totals->stories;
        bool more = s->limit && s->print.of > s->limit;
        rc = put_list_head(s, query, totals, more, err);
        struct engine_options options = {
            .want_spans = true, .want_score = true, .story = on_story, .arg = s};
        if (rc == 0)
            rc = engine_stories(plan, top, n, &options, err);
        rc = rc == ITER_END ? 0 : rc; /* the list is full */
        if (rc == 0)
            put_list_tail(s, totals);
        if (rc == 0 && s->columns)
            rc = table_end(&s->table, err);
        if (rc == 0 && more)
            session_say(s->session, LOG_INFO,
                        "%" PRIu64 " of %" PRIu64 " %s shown; --limit 0 shows all",
                        s->print.rank, s->print.of, row_noun(s, 2));
    }
    free(top);
    return rc;
}

/* What of a story's hits is printed: in text some snippets, in TSV one hit, in JSON all. */
static void set_hits(struct search *s)
{
    s->columns = table_is_asked(s->session);
    bool text = s->session->format == OUTPUT_TEXT && !s->columns;
    if (s->hits == UINT64_MAX)
        s->hits = text ? SNIPPETS_DEFAULT : 0;
    s->print.hits_max = s->hits ? s->hits : UINT64_MAX;
    s->hits_max = s->print.hits_max;
    if (text && s->hits_max < UINT64_MAX / HITS_FOR_SNIPPET)
        s->hits_max *= HITS_FOR_SNIPPET;
    if (s->columns)
        s->hits_max = 1;
}

static int search_for(struct search *s, int n, char **words, struct err *err)
{
    struct session *session = s->session;
    struct bytes query;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    int rc = session_is_json(session) ? session_keys(session, print_row_keys, err) : 0;
    if (rc == 0)
        rc = session_join(session, n, words, &query, err);
    if (rc == 0)
        rc = session_query(session, query, true, &tree, err);
    if (rc == 0)
        rc = shown_begin(&s->shown, session->analyser, err);
    if (rc == 0)
        rc = shown_tree(&s->shown, tree, &session->arena, &tree, err);
    if (rc == 0)
        rc = session_open(session, err);
    if (rc == 0)
        rc = session_plan(session, tree, &plan, err);
    if (rc == 0)
        rc = print_stories(s, plan, query, &totals, err);
    plan_release(plan);
    return rc < 0 ? rc : totals.articles == 0;
}

int cmd_search(struct session *session, int argc, char **argv, struct err *err)
{
    struct search s = {.session = session,
                       .limit = LIMIT_DEFAULT,
                       .hits = UINT64_MAX,
                       .print = {.output = &session->output}};
    s.print.row = &s.row;
    s.print.other = &s.other;
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &s.limit,
         .value = "N",
         .help = "Show the N best stories, or articles (default 10; 0: all)."},
        {.name = "hits",
         .type = OPT_UINT,
         .target = &s.hits,
         .value = "N",
         .help = "Show N hits of a story (0: all; default: in text 3 snippets, in JSON "
                 "all hits)."},
        SHOWN_OPTION_COPIES(&s.shown),
        SHOWN_OPTION_KEEP(&s.shown),
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "search", options))
        return 0;
    if (n == 0)
        return err_set(err, ERR_USAGE, "no query; try: stemma-query '\"night shift\"'");
    set_hits(&s);
    s.print.copies = (enum shown_copies)s.shown.copies;
    rc = search_for(&s, n, argv + 1, err);
    row_release(&s.row);
    row_release(&s.other);
    shown_release(&s.shown);
    table_release(&s.table);
    return rc;
}
