/* show: one article, whole, with its provenance and its copies; or its normalised text byte for byte, or its record's
 * original bytes. */
#include <inttypes.h>
#include <stdio.h>

#include "query/calendar.h"
#include "query/command.h"
#include "query/dups_print.h"
#include "query/pick.h"
#include "query/print.h"
#include "query/show.h"
#include "query/terminal.h"

enum {
    MEMBERS_SHOWN = 20 /* in text */
};

struct show {
    struct session *session;
    bool raw, source;
    struct row row;
    struct dups_rows rows;
    struct buf text;  /* normalised */
    uint64_t members; /* put so far */
};

/* "label   value", nothing for an empty value. */
static void put_line(struct output *o, const char *label, struct bytes value)
{
    if (value.len == 0)
        return;
    output_style(o, "2");
    output_printf(o, "%-8s", label);
    output_style(o, NULL);
    output_line(o, value);
    output_put(o, "\n");
}

static void put_header(struct show *s)
{
    struct output *o = &s->session->output;
    const struct provenance_row *p = &s->row.prov;
    char digest[33], date[CALENDAR_TEXT_MAX], place[128];
    hash128_hex(p->digest, digest);
    calendar_format(p->day, p->second, date);
    put_line(o, "title", p->title);
    put_line(o, "date", bytes_str(date));
    put_line(o, "outlet", p->outlet);
    put_line(o, "author", p->author);
    put_line(o, "url", p->url);
    put_line(o, "id", p->id);
    put_line(o, "story", buf_bytes(&s->row.story_id));
    put_line(o, "input", p->input);
    put_line(o, "member", p->member);
    (void)snprintf(place, sizeof place,
                   "%" PRIu64 " (%s), bytes %" PRIu64 "+%" PRIu64 ", digest %s",
                   p->record, print_reader_name(p->reader), p->offset, p->len, digest);
    put_line(o, "record", bytes_str(place));
}

static int put_member_text(void *arg, const struct dups_row *m, struct err *err)
{
    struct show *s = arg;
    struct output *o = &s->session->output;
    if (m->article == s->row.article || s->members++ >= MEMBERS_SHOWN)
        return 0;
    output_style(o, "2");
    output_printf(o, "%-8s", "copy");
    output_style(o, NULL);
    output_line(o, m->prov.id);
    output_printf(o, " (%s) ", stories_relation_name(m->evidence.relation));
    print_date(o, m->prov.day);
    output_put(o, m->prov.day == DAY_NONE ? "" : " ");
    output_line(o, m->prov.outlet);
    output_put(o, m->prov.outlet.len ? " " : "");
    output_line(o, m->prov.input);
    output_printf(o, ":%" PRIu64 "\n", m->prov.record);
    return output_flush_large(o, err);
}

static int put_members(struct show *s, dups_row_fn *put, struct err *err)
{
    s->rows.snapshot = s->row.snapshot;
    return dups_rows_story(&s->rows, s->row.segment, s->row.story_number, put, s, err);
}

static int put_text(struct show *s, struct err *err)
{
    struct output *o = &s->session->output;
    put_header(s);
    int rc = put_members(s, put_member_text, err);
    if (s->members > MEMBERS_SHOWN)
        output_printf(o, "%-8s%" PRIu64 " more; --json lists them\n", "",
                      s->members - MEMBERS_SHOWN);
    output_put(o, "\n");
    output_lines(o, buf_bytes(&s->text));
    if (s->text.len > 0 && s->text.data[s->text.len - 1] != '\n')
        output_put(o, "\n");
    return rc;
}

static void put_field(struct output *o, const char *name, struct bytes value)
{
    output_printf(o, "%s\t", name);
    output_field(o, value);
    output_put(o, "\n");
}

/* The same as name and value, a line each. */
static void put_tsv(struct show *s)
{
    struct output *o = &s->session->output;
    const struct provenance_row *p = &s->row.prov;
    char digest[33], date[CALENDAR_TEXT_MAX];
    hash128_hex(p->digest, digest);
    calendar_format(p->day, p->second, date);
    output_put(o, "name\tvalue\n");
    put_field(o, "article", p->id);
    put_field(o, "story", buf_bytes(&s->row.story_id));
    put_field(o, "title", p->title);
    put_field(o, "date", bytes_str(date));
    put_field(o, "outlet", p->outlet);
    put_field(o, "author", p->author);
    put_field(o, "url", p->url);
    put_field(o, "input", p->input);
    put_field(o, "member", p->member);
    output_printf(o, "record\t%" PRIu64 "\noffset\t%" PRIu64 "\nlength\t%" PRIu64 "\n",
                  p->record, p->offset, p->len);
    put_field(o, "digest", bytes_str(digest));
    output_printf(o, "copies\t%u\ntokens\t%u\n", s->row.story.n_articles - 1,
                  s->row.tokens.wording_len);
    put_field(o, "text", buf_bytes(&s->text));
}

static void put_covered(struct output *o, const char *key, const struct dups_row *m,
                        uint16_t covered)
{
    if (m->compared)
        output_json_real(o, key, (double)covered / STORIES_SCORE_MAX);
    else
        output_json_opt(o, key, bytes_str(""));
}

static int put_member_json(void *arg, const struct dups_row *m, struct err *err)
{
    struct show *s = arg;
    struct output *o = &s->session->output;
    const struct evidence *e = &m->evidence;
    char date[CALENDAR_TEXT_MAX];
    calendar_format(m->prov.day, m->prov.second, date);
    output_open(o, NULL, '{');
    output_json_str(o, "article", m->prov.id);
    output_json_str(o, "relation", bytes_str(stories_relation_name(e->relation)));
    output_json_real(o, "score", (double)e->score / STORIES_SCORE_MAX);
    put_covered(o, "covered", m, e->covered_member);
    put_covered(o, "covered_base", m, e->covered_root);
    output_json_opt(o, "date", bytes_str(date));
    output_json_opt(o, "outlet", m->prov.outlet);
    output_json_str(o, "input", m->prov.input);
    output_json_uint(o, "record", m->prov.record);
    output_close(o, '}');
    return output_flush_large(o, err);
}

static int put_json(struct show *s, struct err *err)
{
    struct output *o = &s->session->output;
    const struct row *r = &s->row;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.show/1"));
    output_json_str(o, "article", r->prov.id);
    output_json_str(o, "story", buf_bytes(&r->story_id));
    print_metadata(o, &r->prov);
    output_json_uint(o, "copies", r->story.n_articles - 1);
    output_json_uint(o, "tokens", r->tokens.wording_len);
    print_provenance(o, &r->prov);
    output_open(o, "members", '[');
    int rc = put_members(s, put_member_json, err);
    if (rc < 0)
        return rc;
    output_close(o, ']');
    output_json_str(o, "text", buf_bytes(&s->text));
    output_close(o, '}');
    return 0;
}

/* Bytes as they are, save on a terminal, which might obey them. */
static void put_bytes(struct show *s, const struct buf *bytes)
{
    struct output *o = &s->session->output;
    if (terminal_is(o->fd))
        output_lines(o, buf_bytes(bytes));
    else
        buf_put_bytes(&o->buf, buf_bytes(bytes));
}

static int put_article(struct show *s, struct err *err)
{
    struct row *r = &s->row;
    const struct segment *segment = &r->snapshot->segments[r->segment];
    int rc = s->source ? show_source(&r->prov, &s->text, err)
                       : reconstruct_article(segment, r->article, &s->text, err);
    if (rc == 0)
        rc = wordings_length(&segment->wordings, r->view.wording,
                             &r->tokens.wording_len, err);
    if (rc < 0)
        return rc;
    if (s->raw || s->source)
        put_bytes(s, &s->text);
    else if (session_is_json(s->session))
        rc = put_json(s, err);
    else if (s->session->format == OUTPUT_TSV)
        put_tsv(s);
    else
        rc = put_text(s, err);
    return rc;
}

static int show_article(struct show *s, struct bytes id, struct err *err)
{
    struct show_place place;
    int rc = session_open(s->session, err);
    if (rc == 0)
        rc = pick_article(s->session, id, &place, err);
    if (rc == 0)
        rc = row_load_article(&s->row, &s->session->snapshot, place.segment,
                              place.article, err);
    return rc == 0 ? put_article(s, err) : rc;
}

int cmd_show(struct session *session, int argc, char **argv, struct err *err)
{
    struct show s = {.session = session};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        {.name = "raw",
         .type = OPT_FLAG,
         .target = &s.raw,
         .help = "Only the normalised text, byte for byte."},
        {.name = "source",
         .type = OPT_FLAG,
         .target = &s.source,
         .help = "The record's own bytes, read from its input and checked by digest."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "show", options))
        return 0;
    if (n != 1)
        return err_set(err, ERR_USAGE,
                       "show takes one article's ID, or the beginning of it");
    if (s.raw && s.source)
        return err_set(err, ERR_USAGE, "--raw and --source exclude each other");
    rc = show_article(&s, bytes_str(argv[1]), err);
    buf_release(&s.text);
    row_release(&s.row);
    dups_rows_release(&s.rows);
    return rc;
}
