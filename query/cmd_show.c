/* show: articles, whole or in parts, with their provenance and their copies; or the normalised text byte for byte, or the
 * record's original bytes. */
#include "query/command.h"
#include "query/pick.h"
#include "query/show.h"
#include "query/show_print.h"
#include "query/table.h"

struct show {
    struct session *session;
    bool raw, source;
    uint64_t around;     /* a word; UINT64_MAX: none */
    uint64_t context;    /* words */
    const char *passage; /* "FROM-TO" */
    const char *query;
    struct span span; /* of passage, or around */
    struct ast *tree; /* of the query */
    struct plan *plan;
    struct row row;
    struct buf text; /* normalised, or the record's bytes */
    VEC(struct span) spans;
    struct show_parts parts;
    struct show_print print;
    struct pairs pairs; /* rows of names and values */
};

/* Bytes as they are, save on a terminal, which might obey them. */
static void put_bytes(struct show *s, struct bytes bytes)
{
    struct output *o = &s->session->output;
    if (o->width > 0) /* a terminal, be it behind a pager */
        output_lines(o, bytes);
    else
        buf_put_bytes(&o->buf, bytes);
}

/* --- parts ---------------------------------------------------------------------------------- */

/* The spans of the article's wording, if the article matches. */
static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    struct show *s = arg;
    for (size_t i = 0; i < match->n_wordings; i++) {
        const struct wording_match *w = &match->wordings[i];
        bool matches = false;
        for (uint32_t k = 0; k < w->n_articles; k++)
            matches |= engine_article(w, k) == s->row.article;
        for (size_t k = 0; matches && k < w->n_spans; k++)
            if (!vec_push(&s->spans, w->spans[k]))
                return err_set(err, ERR_NOMEM, "out of memory");
    }
    return 0;
}

static int find_spans(struct show *s, struct err *err)
{
    vec_reset(&s->spans);
    if (!s->query)
        return vec_push(&s->spans, s->span) ? 0
                                            : err_set(err, ERR_NOMEM, "out of memory");
    struct ranked_story story = {.segment = s->row.segment,
                                 .story = s->row.story_number};
    struct engine_options options = {.want_spans = true, .story = on_story, .arg = s};
    return engine_stories(s->plan, &story, 1, &options, err);
}

/* ITER_END, and told, if there is nothing to show. */
static int load_parts(struct show *s, struct err *err)
{
    int rc = find_spans(s, err);
    if (rc == 0)
        rc = show_parts_load(&s->parts, &s->row, s->spans.items, s->spans.len,
                             (uint32_t)s->context, s->passage != NULL, err);
    if (rc == ITER_END) {
        struct bytes id = s->row.prov.id;
        session_say(s->session, LOG_INFO, "article %.*s has no %s", (int)id.len,
                    (const char *)id.data, s->query ? "hit of the query" : "such word");
    }
    return rc;
}

static int put_parts(struct show *s, struct err *err)
{
    int rc = load_parts(s, err);
    if (rc != 0)
        return rc;
    s->print.parts = &s->parts;
    s->print.marks = s->query != NULL;
    if (!s->raw)
        return show_print(&s->print, err);
    vec_foreach(struct show_part, part, &s->parts.parts)
        put_bytes(s, bytes_of(s->row.text.data + part->text_from,
                              part->text_to - part->text_from));
    return 0;
}

/* --- whole articles --------------------------------------------------------------------------- */

static int put_whole(struct show *s, struct err *err)
{
    struct row *r = &s->row;
    const struct segment *segment = &r->snapshot->segments[r->segment];
    buf_reset(&s->text);
    int rc = s->source ? show_source(&r->prov, &s->text, err)
                       : reconstruct_article(segment, r->article, &s->text, err);
    if (rc == 0)
        rc = wordings_length(&segment->wordings, r->view.wording,
                             &r->tokens.wording_len, err);
    if (rc < 0)
        return rc;
    s->print.text = buf_bytes(&s->text);
    if (!s->raw && !s->source)
        return show_print(&s->print, err);
    put_bytes(s, buf_bytes(&s->text));
    return output_flush_large(&s->session->output, err);
}

/* ITER_END: there is no such article, or nothing of it to show; told. */
static int show_article(struct show *s, struct bytes id, struct err *err)
{
    struct show_place place;
    int rc = pick_article(s->session, id, &place, err);
    if (rc == 0)
        rc = row_load_article(&s->row, &s->session->snapshot, place.segment,
                              place.article, err);
    if (rc != 0)
        return rc;
    bool parts = s->query || s->passage || s->around != UINT64_MAX;
    return parts ? put_parts(s, err) : put_whole(s, err);
}

/* --- the command --------------------------------------------------------------------------------- */

/* What comes before the articles: a list if JSON has several, or the names of columns. */
static int begin(struct show *s, bool list, struct err *err)
{
    struct session *session = s->session;
    struct output *o = &session->output;
    s->print.session = session;
    s->print.row = &s->row;
    if (s->raw || s->source)
        return 0;
    if (session_is_json(session)) {
        int rc = session_keys(session, show_print_keys, err);
        if (rc == 0 && list) {
            output_open(o, NULL, '{');
            output_json_str(o, "schema", bytes_str("stemma.show-list/1"));
            output_open(o, "results", '[');
        }
        return rc;
    }
    if (!table_is_asked(session))
        return 0;
    s->print.pairs = &s->pairs;
    return pairs_begin(&s->pairs, session, NULL, show_print_names, err);
}

static void end(struct show *s, bool list)
{
    struct output *o = &s->session->output;
    if (list) {
        output_close(o, ']');
        output_close(o, '}');
    }
}

/* Several articles in text have an empty line between them. */
static int run(struct show *s, int n, char **ids, struct err *err)
{
    struct session *session = s->session;
    bool list = n > 1 && session->format == OUTPUT_JSON && !s->raw && !s->source;
    bool apart =
        session->format == OUTPUT_TEXT && !session->fields && !s->raw && !s->source;
    int missing = 0, shown = 0;
    int rc =
        s->query ? session_query(session, bytes_str(s->query), true, &s->tree, err) : 0;
    if (rc == 0)
        rc = session_open(session, err);
    if (rc == 0 && s->query)
        rc = session_plan(session, s->tree, &s->plan, err);
    if (rc == 0)
        rc = begin(s, list, err);
    for (int i = 0; rc == 0 && i < n; i++) {
        output_put(&session->output, shown > 0 && apart ? "\n" : "");
        rc = show_article(s, bytes_str(ids[i]), err);
        missing += rc == ITER_END;
        shown += rc == 0;
        rc = rc == ITER_END ? 0 : rc;
    }
    if (rc == 0)
        end(s, list);
    return rc < 0 ? rc : missing > 0;
}

static int check(struct show *s, int n, struct err *err)
{
    int parts = (s->query != NULL) + (s->passage != NULL) + (s->around != UINT64_MAX);
    if (n == 0)
        return err_set(err, ERR_USAGE,
                       "show takes IDs of articles, or the beginnings of them");
    if (s->raw && s->source)
        return err_set(err, ERR_USAGE, "--raw and --source exclude each other");
    if (parts > 1)
        return err_set(err, ERR_USAGE,
                       "--around, --passage and --query exclude each other");
    if (parts > 0 && s->source)
        return err_set(err, ERR_USAGE,
                       "--source shows the whole record; bytes_from and bytes_to of "
                       "--json say where a passage is in it");
    if (s->around != UINT64_MAX)
        s->span = (struct span){(uint32_t)s->around, 1};
    return s->passage ? show_parts_read(s->passage, &s->span, err) : 0;
}

static void release(struct show *s)
{
    plan_release(s->plan);
    buf_release(&s->text);
    vec_release(&s->spans);
    show_parts_release(&s->parts);
    show_print_release(&s->print);
    row_release(&s->row);
}

int cmd_show(struct session *session, int argc, char **argv, struct err *err)
{
    struct show s = {
        .session = session, .around = UINT64_MAX, .context = SHOW_PARTS_CONTEXT};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        {.name = "query",
         .letter = 'q',
         .type = OPT_STRING,
         .target = &s.query,
         .value = "QUERY",
         .help = "Only the passages around hits of the query, which are marked."},
        {.name = "around",
         .type = OPT_UINT,
         .target = &s.around,
         .max = UINT32_MAX - 1,
         .value = "N",
         .help = "Only the passage around word N (token of kwic and search)."},
        {.name = "passage",
         .type = OPT_STRING,
         .target = &s.passage,
         .value = "FROM-TO",
         .help = "Only the words from FROM up to TO, as dups counts them."},
        {.name = "context",
         .letter = 'C',
         .type = OPT_UINT,
         .target = &s.context,
         .max = SHOW_PARTS_CONTEXT_MAX,
         .value = "N",
         .help = "With --query and --around: N words on each side (default 40), and "
                 "on to where the sentence ends."},
        {.name = "raw",
         .type = OPT_FLAG,
         .target = &s.raw,
         .help = "Only the normalised text, byte for byte."},
        {.name = "source",
         .type = OPT_FLAG,
         .target = &s.source,
         .help = "The record's own bytes, read from its input and checked by digest."},
        SESSION_QUERY_OPTIONS(session),
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "show", options))
        return 0;
    rc = check(&s, n, err);
    if (rc == 0)
        rc = run(&s, n, argv + 1, err);
    release(&s);
    return rc;
}
