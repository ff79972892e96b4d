/* dups show: the story of an article: its members, how each is a copy and why, and the stories it is linked to. */
#include <inttypes.h>

#include "query/calendar.h"
#include "query/dups.h"
#include "query/dups_print.h"
#include "query/dups_rows.h"
#include "query/pick.h"
#include "query/rows.h"

struct show {
    struct session *session;
    struct row article; /* the one asked for */
    struct dups_rows rows;
    uint64_t n_links;
    struct table table; /* of TSV, CSV, and text with --fields */
    bool columns;       /* it is asked for */
};

static int put_row(void *arg, const struct dups_row *row, struct err *err)
{
    struct show *s = arg;
    struct output *o = &s->session->output;
    bool text = s->session->format == OUTPUT_TEXT;
    if (s->columns)
        return dups_print_row(&s->table, row, err);
    if (text && row->linked && s->n_links == 0)
        output_put(o, "\nlinked stories\n");
    s->n_links += row->linked;
    if (text)
        dups_print_full(o, row);
    else
        dups_print_json(o, row);
    return output_flush_large(o, err);
}

static int put_members(struct show *s, struct err *err)
{
    return dups_rows_story(&s->rows, s->article.segment, s->article.story_number,
                           put_row, s, err);
}

static int put_links(struct show *s, struct err *err)
{
    return dups_rows_links(&s->rows, s->article.segment, s->article.story_number,
                           put_row, s, err);
}

static int put_json(struct show *s, struct err *err)
{
    struct output *o = &s->session->output;
    const struct row *r = &s->article;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.dups-show/1"));
    output_json_str(o, "article", r->prov.id);
    output_json_str(o, "story", buf_bytes(&r->story_id));
    output_json_uint(o, "articles", r->story.n_articles);
    output_open(o, "members", '[');
    int rc = put_members(s, err);
    if (rc != 0)
        return rc;
    output_close(o, ']');
    output_open(o, "links", '[');
    rc = put_links(s, err);
    if (rc != 0)
        return rc;
    output_close(o, ']');
    output_close(o, '}');
    return 0;
}

static void put_head(struct show *s)
{
    struct output *o = &s->session->output;
    const struct row *r = &s->article;
    output_put(o, "story ");
    output_style(o, "1");
    output_line(o, buf_bytes(&r->story_id));
    output_style(o, NULL);
    output_put(o, ": ");
    dups_print_count(o, r->story.n_articles, "article", "articles");
    output_put(o, "\n");
}

static int put_story(struct show *s, struct err *err)
{
    if (s->session->format == OUTPUT_JSON)
        return put_json(s, err);
    int rc = 0;
    if (s->columns)
        rc = table_begin(&s->table, s->session, &dups_print_schema, err);
    else if (s->session->format == OUTPUT_TEXT)
        put_head(s);
    if (rc == 0)
        rc = put_members(s, err);
    if (rc == 0)
        rc = put_links(s, err);
    return rc == 0 && s->columns ? table_end(&s->table, err) : rc;
}

static int show(struct show *s, struct bytes id, struct err *err)
{
    struct show_place place;
    int rc = 0;
    s->columns = table_is_asked(s->session);
    if (session_is_json(s->session))
        rc = session_keys(s->session, dups_print_keys, err);
    if (rc == 0)
        rc = session_open(s->session, err);
    if (rc == 0)
        rc = pick_article(s->session, id, &place, err);
    if (rc != 0)
        return rc;
    s->rows.snapshot = &s->session->snapshot;
    rc = row_load_article(&s->article, &s->session->snapshot, place.segment,
                          place.article, err);
    return rc ? rc : put_story(s, err);
}

int dups_show_run(struct session *session, int argc, char **argv, struct err *err)
{
    struct show s = {.session = session};
    const struct opt options[] = {SESSION_OPTIONS(session), {0}};
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (dups_helped(session, "show", options))
        return 0;
    if (n != 1)
        return err_set(err, ERR_USAGE, "dups show takes one article's ID");
    rc = show(&s, bytes_str(argv[1]), err);
    row_release(&s.article);
    dups_rows_release(&s.rows);
    table_release(&s.table);
    return rc;
}
