/* export: articles that match, or all of them, with their texts and all that is known of them, one after another as they
 * stand in the index. */
#include <inttypes.h>

#include "query/command.h"
#include "query/export_print.h"
#include "query/print.h"

struct export
{
    struct session *session;
    uint64_t limit,
        offset; /* articles, or stories with --one-per-story; limit 0: all */
    bool one;
    int copies; /* of COPIES */
    struct shown shown;
    struct row row;
    struct export_print print;
    uint64_t at, n; /* rows that came, of them those that were printed */
    bool more;
};

#define COPIES "all|collapse|originals"
static const enum shown_copies copies_of[] = {SHOWN_ALL, SHOWN_COLLAPSE,
                                              SHOWN_ORIGINALS};

/* ITER_END when there are as many as wanted, and one more. */
static int put_article(struct export *x, uint32_t segment, article_id article,
                       uint64_t hits, struct err *err)
{
    if (x->at++ < x->offset)
        return 0;
    if (x->limit && x->n == x->limit) {
        x->more = true;
        return ITER_END;
    }
    x->n++;
    int rc = row_load_article(&x->row, &x->session->snapshot, segment, article, err);
    return rc == 0 ? export_print_row(&x->print, &x->row, hits, err) : rc;
}

static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    struct export *x = arg;
    struct shown_choice choice;
    if (x->shown.copies != SHOWN_ALL) {
        int rc = shown_choose(&x->shown, &x->session->snapshot, match, &choice, err);
        return rc == 0 ? put_article(x, match->segment, choice.article,
                                     choice.wording->n_spans, err)
                       : rc;
    }
    for (size_t i = 0; i < match->n_wordings; i++) {
        const struct wording_match *w = &match->wordings[i];
        for (uint32_t k = 0; k < w->n_articles; k++) {
            int rc =
                put_article(x, match->segment, engine_article(w, k), w->n_spans, err);
            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

/* --- the whole archive -------------------------------------------------------------------------- */

typedef VEC(struct wording_match) wording_matches;

/* A story all of whose articles match. */
static int whole_story(struct export *x, uint32_t segment, story_id story,
                       wording_matches *wordings, struct err *err)
{
    const struct segment *s = &x->session->snapshot.segments[segment];
    struct story_view view;
    vec_reset(wordings);
    int rc = wordings_story(&s->wordings, story, &view, err);
    for (uint32_t i = 0; rc == 0 && i < view.n_wordings; i++) {
        struct wording_match w = {.wording = view.first_wording + i};
        rc = articles_of_wording(&s->articles, w.wording, &w.first_article,
                                 &w.n_articles, err);
        if (rc == 0 && !vec_push(wordings, w))
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    struct story_match match = {.segment = segment,
                                .story = story,
                                .wordings = wordings->items,
                                .n_wordings = wordings->len};
    return rc == 0 ? on_story(x, &match, err) : rc;
}

static int all_stories(struct export *x, struct err *err)
{
    const struct snapshot *snapshot = &x->session->snapshot;
    wording_matches wordings = {0};
    int rc = 0;
    for (uint32_t s = 0; rc == 0 && s < snapshot->n_segments; s++) {
        uint32_t n = snapshot->segments[s].wordings.n_stories;
        for (story_id story = 0; rc == 0 && story < n; story++) {
            rc = deadline_tick(&x->session->deadline, story, err);
            if (rc == 0)
                rc = whole_story(x, s, story, &wordings, err);
        }
    }
    vec_release(&wordings);
    return rc;
}

/* --- a query ------------------------------------------------------------------------------------- */

static int matching_stories(struct export *x, const struct ast *tree, struct err *err)
{
    struct plan *plan = NULL;
    struct engine_options options = {.want_spans = true, .story = on_story, .arg = x};
    int rc = session_plan(x->session, tree, &plan, err);
    if (rc == 0)
        rc = engine_run(plan, &options, NULL, err);
    plan_release(plan);
    return rc;
}

static int begin(struct export *x, struct bytes query, struct err *err)
{
    struct output *o;
    int rc = table_begin(&x->print.table, x->session, &export_print_schema, err);
    if (rc == 0 && (o = table_list(&x->print.table))) {
        output_json_opt(o, "query", query);
        output_json_str(o, "mode", bytes_str(shown_copies_name(x->shown.copies)));
    }
    return rc;
}

static int end(struct export *x, struct err *err)
{
    struct output *o = table_tail(&x->print.table);
    if (o) {
        output_json_uint(o, "n", x->n);
        output_json_bool(o, "more", x->more);
    }
    int rc = table_end(&x->print.table, err);
    if (rc == 0 && x->more)
        session_say(x->session, LOG_INFO,
                    "%" PRIu64 " %s exported, there are more; --limit 0 exports all",
                    x->n, x->n == 1 ? "article" : "articles");
    return rc;
}

static int run(struct export *x, int n, char **words, struct err *err)
{
    struct session *session = x->session;
    struct bytes query = {0};
    struct ast *tree = NULL;
    int rc = 0;
    if (n > 0) {
        rc = session_join(session, n, words, &query, err);
        if (rc == 0)
            rc = session_query(session, query, true, &tree, err);
    } else {
        session->analyser = analyser_new(); /* for names of outlets */
        if (!session->analyser)
            rc = err_set(err, ERR_NOMEM, "out of memory");
        if (x->shown.copies == SHOWN_ORIGINALS)
            x->shown.rule = NULL; /* of each story the earliest */
    }
    if (rc == 0)
        rc = shown_begin(&x->shown, session->analyser, err);
    if (rc == 0 && tree)
        rc = shown_tree(&x->shown, tree, &session->arena, &tree, err);
    if (rc == 0)
        rc = session_open(session, err);
    if (rc == 0)
        rc = begin(x, query, err);
    if (rc == 0)
        rc = tree ? matching_stories(x, tree, err) : all_stories(x, err);
    if (rc == ITER_END)
        rc = 0;
    if (rc == 0)
        rc = end(x, err);
    return rc < 0 ? rc : x->n == 0;
}

int cmd_export(struct session *session, int argc, char **argv, struct err *err)
{
    struct export x = {.session = session};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        {.name = "one-per-story",
         .type = OPT_FLAG,
         .target = &x.one,
         .help = "Of each story one article: as --copies collapse."},
        {.name = "copies",
         .type = OPT_CHOICE,
         .target = &x.copies,
         .value = "MODE",
         .choices = COPIES,
         .help = "all (the default): every article that matches; collapse: of each "
                 "story one; originals: only originals that match themselves."},
        SHOWN_OPTION_KEEP(&x.shown),
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &x.limit,
         .value = "N",
         .help = "Export N articles (0, the default: all)."},
        {.name = "offset",
         .type = OPT_UINT,
         .target = &x.offset,
         .value = "N",
         .help = "Leave out the first N articles."},
        {0},
    };
    int n = 0;
    session->format = OUTPUT_JSONL; /* unless told otherwise */
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "export", options))
        return 0;
    if (session->format == OUTPUT_TEXT)
        return err_set(err, ERR_USAGE,
                       "export writes jsonl, json, tsv or csv; show prints an article "
                       "for reading");
    x.shown.copies = (int)copies_of[x.copies];
    if (x.one && x.shown.copies == SHOWN_ALL)
        x.shown.copies = SHOWN_COLLAPSE;
    rc = run(&x, n, argv + 1, err);
    row_release(&x.row);
    export_print_release(&x.print);
    shown_release(&x.shown);
    return rc;
}
