#include "query/search.h"

#include <inttypes.h>

#include "query/snippet.h"

enum {
    LIMIT_DEFAULT = 10,
    SNIPPETS_DEFAULT = 3,
    HITS_FOR_SNIPPET = 64 /* loaded for each snippet, to be marked in it */
};

/* A line for each hit of the row. */
static int put_hits(struct search *s, struct err *err)
{
    const struct row *r = &s->row;
    int rc = 0;
    for (size_t h = 0; rc == 0 && h < r->hits.len; h++) {
        struct snippet snippet;
        rc = snippet_around(r, h, 0, &snippet, err);
        if (rc == 0)
            rc = vimgrep_put(&s->vimgrep, &r->prov, r->hits.items[h].from,
                             snippet_text(r, &snippet), err);
    }
    return rc;
}

static int put_row(struct search *s, const struct story_match *match,
                   const struct shown_choice *choice, struct err *err)
{
    int rc = row_load(&s->row, &s->session->snapshot, match, choice, s->hits_max, err);
    if (rc < 0)
        return rc;
    s->print.match = match;
    if (s->session->format == OUTPUT_VIMGREP)
        return put_hits(s, err);
    if (s->columns)
        return print_row_table(&s->print, &s->table, err);
    rc = session_is_json(s->session) ? print_row_json(&s->print, err)
                                     : print_row_text(&s->print, err);
    return rc < 0 ? rc : output_flush_large(s->print.output, err);
}

/* Counts a row of the page; the next is its rank. */
static void count_row(struct search *s)
{
    s->shown_rows++;
    s->print.rank = s->listing.offset + s->shown_rows;
}

/* Rows of the articles that match, but not of the one that is shown: they have its rank. */
static int put_others(struct search *s, const struct story_match *match,
                      const struct shown_choice *shown, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < match->n_wordings; i++) {
        struct shown_choice choice = {.wording = &match->wordings[i]};
        for (uint32_t k = 0; rc == 0 && k < choice.wording->n_articles; k++) {
            choice.article = engine_article(choice.wording, k);
            if (choice.article != shown->article)
                rc = put_row(s, match, &choice, err);
        }
    }
    return rc;
}

/* All articles of a story, of which those before the page are passed over. ITER_END when it is full. */
static int put_articles(struct search *s, const struct story_match *match,
                        struct err *err)
{
    for (size_t i = 0; i < match->n_wordings; i++) {
        struct shown_choice choice = {.wording = &match->wordings[i]};
        for (uint32_t k = 0; k < choice.wording->n_articles; k++) {
            choice.article = engine_article(choice.wording, k);
            if (s->passed < s->listing.offset) {
                s->passed++;
                continue;
            }
            if (s->listing.limit && s->shown_rows == s->listing.limit)
                return ITER_END;
            count_row(s);
            int rc = put_row(s, match, &choice, err);
            if (rc)
                return rc;
        }
    }
    return 0;
}

/* The articles that the items name, in their order. */
static int put_named(struct search *s, const struct story_match *match,
                     const struct listing_item *items, size_t n, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct shown_choice choice;
        if (!shown_find(match, items[i].article, &choice))
            continue;
        count_row(s);
        rc = put_row(s, match, &choice, err);
    }
    return rc;
}

static int on_story(void *arg, const struct story_match *match,
                    const struct listing_item *items, size_t n, struct err *err)
{
    struct search *s = arg;
    struct shown_choice choice;
    if (s->listing.articles)
        return s->listing.sort == LISTING_SCORE ? put_articles(s, match, err)
                                                : put_named(s, match, items, n, err);
    count_row(s);
    int rc = shown_choose(&s->shown, &s->session->snapshot, match, &choice, err);
    if (rc == 0)
        rc = put_row(s, match, &choice, err);
    bool rows = s->columns || s->session->format == OUTPUT_VIMGREP;
    if (rc == 0 && s->shown.copies == SHOWN_GROUP && rows)
        rc = put_others(s, match, &choice, err);
    return rc;
}

/* Whether rows come behind the page. */
static bool is_cut(const struct search *s)
{
    const struct listing *l = &s->listing;
    return l->limit && l->offset < l->of && l->of - l->offset > l->limit;
}

static int put_list_head(struct search *s, struct bytes query, struct err *err)
{
    struct output *o = s->print.output;
    if (s->columns)
        return table_begin(&s->table, s->session, &print_row_schema, err);
    if (s->session->format != OUTPUT_JSON)
        return 0;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str(s->list_schema));
    output_json_str(o, "query", query);
    if (s->head)
        s->head(s->head_arg, o);
    output_json_str(o, "mode", bytes_str(shown_copies_name(s->shown.copies)));
    output_json_str(o, "sort", bytes_str(listing_sort_name(s->listing.sort)));
    print_counts(o, &s->listing.totals);
    output_json_uint(o, "offset", s->listing.offset);
    output_json_bool(o, "more", is_cut(s));
    output_open(o, "results", '[');
    return 0;
}

static const char *row_noun(const struct search *s, uint64_t n)
{
    if (s->listing.articles)
        return n == 1 ? "article" : "articles";
    return n == 1 ? "story" : "stories";
}

/* "5 hits in 4 stories (6 hits in 5 articles); stories 3 to 4 shown" */
static void put_totals(struct search *s)
{
    struct output *o = s->print.output;
    print_totals(o, &s->listing.totals);
    if (s->listing.offset > 0 && s->shown_rows > 0)
        output_printf(o, "; %s %" PRIu64 " to %" PRIu64 " shown", row_noun(s, 2),
                      s->listing.offset + 1, s->print.rank);
    else if (s->shown_rows < s->listing.of)
        output_printf(o, "; %" PRIu64 " %s shown", s->shown_rows,
                      row_noun(s, s->shown_rows));
    output_put(o, "\n");
}

/* Only a whole list gets its end: what broke off is not well-formed JSON. */
static int put_list_tail(struct search *s, struct err *err)
{
    struct output *o = s->print.output;
    if (s->columns)
        return table_end(&s->table, err);
    if (s->session->format == OUTPUT_TEXT)
        put_totals(s);
    if (s->session->format == OUTPUT_JSON) {
        output_close(o, ']');
        output_close(o, '}');
    }
    return 0;
}

/* Nobody should take a page for the whole. */
static void tell_cut(struct search *s)
{
    const struct listing *l = &s->listing;
    if (l->offset >= l->of && l->of > 0)
        session_say(s->session, LOG_INFO,
                    "there are only %" PRIu64 " %s, and --offset passes them over",
                    l->of, row_noun(s, l->of));
    else if (is_cut(s) && l->offset > 0)
        session_say(s->session, LOG_INFO,
                    "%s %" PRIu64 " to %" PRIu64 " of %" PRIu64
                    " shown; --offset %" PRIu64 " goes on",
                    row_noun(s, 2), l->offset + 1, l->offset + s->shown_rows, l->of,
                    l->offset + s->shown_rows);
    else if (is_cut(s))
        session_say(s->session, LOG_INFO,
                    "%" PRIu64 " of %" PRIu64 " %s shown; --limit 0 shows all",
                    s->shown_rows, l->of, row_noun(s, 2));
}

static int print_stories(struct search *s, struct plan *plan, struct bytes query,
                         struct err *err)
{
    struct listing *l = &s->listing;
    int rc = listing_find(l, plan, &s->session->snapshot, &s->shown, err);
    s->print.of = l->of;
    if (rc == 0)
        rc = put_list_head(s, query, err);
    if (rc == 0)
        rc = listing_give(l, plan, on_story, s, err);
    rc = rc == ITER_END ? 0 : rc; /* the page is full */
    if (rc == 0)
        rc = put_list_tail(s, err);
    if (rc == 0)
        tell_cut(s);
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

int search_answer(struct search *s, struct bytes query, struct ast *tree,
                  struct err *err)
{
    struct session *session = s->session;
    struct plan *plan = NULL;
    set_hits(s);
    if (s->listing.limit == UINT64_MAX)
        s->listing.limit = session->format == OUTPUT_VIMGREP ? 0 : LIMIT_DEFAULT;
    s->print.copies = (enum shown_copies)s->shown.copies;
    s->listing.articles = s->shown.copies == SHOWN_ALL;
    int rc = session_is_json(session) ? session_keys(session, print_row_keys, err) : 0;
    if (rc == 0)
        rc = shown_begin(&s->shown, session->analyser, err);
    if (rc == 0)
        rc = shown_tree(&s->shown, tree, &session->arena, &tree, err);
    if (rc == 0 && !session->opened)
        rc = session_open(session, err);
    if (rc == 0)
        rc = session_plan(session, tree, &plan, err);
    if (rc == 0)
        rc = print_stories(s, plan, query, err);
    plan_release(plan);
    return rc < 0 ? rc : s->listing.totals.articles == 0;
}

void search_init(struct search *s, struct session *session)
{
    *s = (struct search){.session = session,
                         .list_schema = "stemma.search-list/1",
                         .listing = {.limit = UINT64_MAX},
                         .hits = UINT64_MAX,
                         .print = {.output = &session->output},
                         .vimgrep = {.output = &session->output}};
    s->print.row = &s->row;
    s->print.other = &s->other;
}

void search_release(struct search *s)
{
    row_release(&s->row);
    row_release(&s->other);
    shown_release(&s->shown);
    table_release(&s->table);
    listing_release(&s->listing);
    vimgrep_release(&s->vimgrep);
}
