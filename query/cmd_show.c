/* show: one article, whole, with its provenance and its copies; or its normalised text byte for byte, or its record's
 * original bytes. */
#include <inttypes.h>
#include <stdio.h>

#include "query/calendar.h"
#include "query/command.h"
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

static int put_member_text(void *arg, const struct show_member *m)
{
    struct show *s = arg;
    struct output *o = &s->session->output;
    if (m->article == s->row.article || s->members++ >= MEMBERS_SHOWN)
        return 0;
    output_style(o, "2");
    output_printf(o, "%-8s", "copy");
    output_style(o, NULL);
    output_line(o, m->row.id);
    output_printf(o, " (%s) ", m->relation);
    print_date(o, m->row.day);
    output_put(o, m->row.day == DAY_NONE ? "" : " ");
    output_line(o, m->row.outlet);
    output_put(o, m->row.outlet.len ? " " : "");
    output_line(o, m->row.input);
    output_printf(o, ":%" PRIu64 "\n", m->row.record);
    return 0;
}

static int put_text(struct show *s, struct err *err)
{
    struct output *o = &s->session->output;
    put_header(s);
    int rc = show_members(s->row.snapshot, s->row.segment, s->row.story_number,
                          put_member_text, s, err);
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

static int put_member_json(void *arg, const struct show_member *m)
{
    struct show *s = arg;
    struct output *o = &s->session->output;
    char date[CALENDAR_TEXT_MAX];
    calendar_format(m->row.day, m->row.second, date);
    output_open(o, NULL, '{');
    output_json_str(o, "article", m->row.id);
    output_json_str(o, "relation", bytes_str(m->relation));
    output_json_real(o, "score", m->score);
    output_json_opt(o, "date", bytes_str(date));
    output_json_opt(o, "outlet", m->row.outlet);
    output_json_str(o, "input", m->row.input);
    output_json_uint(o, "record", m->row.record);
    output_close(o, '}');
    return 0;
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
    int rc =
        show_members(r->snapshot, r->segment, r->story_number, put_member_json, s, err);
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

/* Tells what an ID may mean that does not say it; 0 when it means one article. */
static int choose(struct show *s, struct bytes id, struct show_found *found,
                  struct err *err)
{
    struct session *session = s->session;
    if (found->n == 1)
        return 0;
    if (found->n == 0) {
        session_say(session, LOG_INFO, "no article's ID begins with '%.*s'",
                    id.len < 200 ? (int)id.len : 200, (const char *)id.data);
        return ITER_END;
    }
    session_say(session, LOG_INFO, "%" PRIu64 " articles %s:", found->n,
                found->exact ? "have this ID; the first is shown"
                             : "have IDs that begin so");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < found->n_places; i++) {
        struct show_place *at = &found->places[i];
        rc = row_load_article(&s->row, &session->snapshot, at->segment, at->article,
                              err);
        const struct provenance_row *p = &s->row.prov;
        if (rc == 0)
            session_say(session, LOG_INFO, "  %.*s  %.*s:%" PRIu64, (int)p->id.len,
                        (const char *)p->id.data,
                        p->input.len < 1000 ? (int)p->input.len : 1000,
                        (const char *)p->input.data, p->record);
    }
    if (rc == 0 && !found->exact)
        rc = err_set(err, ERR_USAGE,
                     "the ID means more than one article: give more of it");
    return rc;
}

static int show_article(struct show *s, struct bytes id, struct err *err)
{
    struct show_found found;
    int rc = session_open(s->session, err);
    if (rc == 0)
        rc = show_find(&s->session->snapshot, id, &found, err);
    if (rc == 0)
        rc = choose(s, id, &found, err);
    if (rc == 0)
        rc = row_load_article(&s->row, &s->session->snapshot, found.places[0].segment,
                              found.places[0].article, err);
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
    return rc;
}
