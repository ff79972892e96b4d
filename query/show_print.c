#include "query/show_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "query/calendar.h"
#include "query/dups_print.h"
#include "query/print.h"

enum {
    MEMBERS_SHOWN = 20 /* in text */
};

const char *const show_print_keys[] = {"article",
                                       "story",
                                       "title",
                                       "date",
                                       "outlet",
                                       "author",
                                       "url",
                                       "section",
                                       "language",
                                       "tags",
                                       "copies",
                                       "tokens",
                                       "provenance.input",
                                       "provenance.member",
                                       "provenance.record",
                                       "provenance.offset",
                                       "provenance.length",
                                       "provenance.digest",
                                       "provenance.reader",
                                       "members.article",
                                       "members.relation",
                                       "members.score",
                                       "members.covered",
                                       "members.covered_base",
                                       "members.date",
                                       "members.outlet",
                                       "members.input",
                                       "members.record",
                                       "text",
                                       "passages.from",
                                       "passages.to",
                                       "passages.bytes_from",
                                       "passages.bytes_to",
                                       "passages.text",
                                       "passages.hits",
                                       "passages.hits.token",
                                       "passages.hits.tokens",
                                       "passages.hits.bytes_from",
                                       "passages.hits.bytes_to",
                                       "passages.hits.text",
                                       NULL};

const char *const show_print_names[] = {
    "article", "story",    "title",  "date",   "outlet", "author",  "url",
    "section", "language", "tags",   "input",  "member", "record",  "offset",
    "length",  "digest",   "copies", "tokens", "text",   "passage", NULL};

void show_print_release(struct show_print *p)
{
    dups_rows_release(&p->rows);
}

static int put_members(struct show_print *p, dups_row_fn *put, struct err *err)
{
    p->members = 0;
    p->rows.snapshot = p->row->snapshot;
    return dups_rows_story(&p->rows, p->row->segment, p->row->story_number, put, p,
                           err);
}

static struct bytes text_of(const struct show_print *p, const struct show_part *part)
{
    return bytes_of(p->row->text.data + part->text_from,
                    part->text_to - part->text_from);
}

/* --- text ---------------------------------------------------------------------------------- */

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

static void put_tags(struct output *o, struct bytes tags)
{
    if (tags.len == 0)
        return;
    output_style(o, "2");
    output_printf(o, "%-8s", "tags");
    output_style(o, NULL);
    for (size_t from = 0, to; from < tags.len; from = to + 1) {
        for (to = from; to < tags.len && tags.data[to] != PROVENANCE_ITEMS;)
            to++;
        output_put(o, from ? "; " : "");
        output_line(o, bytes_of(tags.data + from, to - from));
    }
    output_put(o, "\n");
}

static void put_header(const struct show_print *p)
{
    struct output *o = &p->session->output;
    const struct provenance_row *prov = &p->row->prov;
    char digest[33], date[CALENDAR_TEXT_MAX], place[128];
    hash128_hex(prov->digest, digest);
    calendar_format(prov->day, prov->second, date);
    put_line(o, "title", prov->title);
    put_line(o, "date", bytes_str(date));
    put_line(o, "outlet", prov->outlet);
    put_line(o, "author", prov->author);
    put_line(o, "section", prov->section);
    put_line(o, "lang", prov->language);
    put_tags(o, prov->tags);
    put_line(o, "url", prov->url);
    put_line(o, "id", prov->id);
    put_line(o, "story", buf_bytes(&p->row->story_id));
    put_line(o, "input", prov->input);
    put_line(o, "member", prov->member);
    (void)snprintf(place, sizeof place,
                   "%" PRIu64 " (%s), bytes %" PRIu64 "+%" PRIu64 ", digest %s",
                   prov->record, print_reader_name(prov->reader), prov->offset,
                   prov->len, digest);
    put_line(o, "record", bytes_str(place));
}

static int put_member_text(void *arg, const struct dups_row *m, struct err *err)
{
    struct show_print *p = arg;
    struct output *o = &p->session->output;
    if (m->article == p->row->article || p->members++ >= MEMBERS_SHOWN)
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
    output_path(o, m->prov.input);
    output_printf(o, ":%" PRIu64 "\n", m->prov.record);
    return output_flush_large(o, err);
}

static void put_lines(const struct show_print *p, uint32_t from, uint32_t to)
{
    if (from < to)
        output_lines(&p->session->output,
                     bytes_of(p->row->text.data + from, to - from));
}

/* The part's text, with every hit in it marked: by style, or by brackets where there is no colour. Hits that overlap or
 * touch are marked as one. */
static void put_marked(const struct show_print *p, const struct show_part *part)
{
    struct output *o = &p->session->output;
    const struct row_hit *hits = p->row->hits.items + part->first_hit;
    uint32_t at = part->text_from;
    for (size_t i = 0; p->marks && i < part->n_hits; i++) {
        uint32_t from = hits[i].text_from, to = hits[i].text_to;
        for (; i + 1 < part->n_hits && hits[i + 1].text_from <= to; i++)
            to = hits[i + 1].text_to > to ? hits[i + 1].text_to : to;
        put_lines(p, at, from);
        output_style(o, "1;31");
        output_put(o, o->color ? "" : "[");
        put_lines(p, from, to);
        output_put(o, o->color ? "" : "]");
        output_style(o, NULL);
        at = to;
    }
    put_lines(p, at, part->text_to);
    output_put(o, "\n");
}

static int put_text(struct show_print *p, struct err *err)
{
    struct output *o = &p->session->output;
    put_header(p);
    int rc = put_members(p, put_member_text, err);
    if (p->members > MEMBERS_SHOWN)
        output_printf(o, "%-8s%" PRIu64 " more; --json lists them\n", "",
                      p->members - MEMBERS_SHOWN);
    for (size_t i = 0; p->parts && i < p->parts->parts.len; i++) {
        const struct show_part *part = &p->parts->parts.items[i];
        output_style(o, "2");
        output_printf(o, "\nwords %" PRIu32 "-%" PRIu32 "\n", part->from, part->to);
        output_style(o, NULL);
        put_marked(p, part);
    }
    if (!p->parts) {
        output_put(o, "\n");
        output_lines(o, p->text);
        if (p->text.len > 0 && p->text.data[p->text.len - 1] != '\n')
            output_put(o, "\n");
    }
    return rc;
}

/* --- TSV and CSV: a row of a name and a value -------------------------------------------------- */

static int put_tag_row(struct show_print *p, struct err *err)
{
    struct buf joined = {0};
    struct bytes tags = p->row->prov.tags;
    for (size_t i = 0; i < tags.len; i++) {
        if (tags.data[i] == PROVENANCE_ITEMS)
            buf_put_str(&joined, "; ");
        else
            buf_put_u8(&joined, tags.data[i]);
    }
    int rc = buf_check(&joined, err);
    pairs_opt(p->pairs, "tags", buf_bytes(&joined));
    buf_release(&joined);
    return rc;
}

static int put_rows(struct show_print *p, struct err *err)
{
    const struct provenance_row *v = &p->row->prov;
    char digest[33], date[CALENDAR_TEXT_MAX];
    hash128_hex(v->digest, digest);
    calendar_format(v->day, v->second, date);
    pairs_text(p->pairs, "article", v->id);
    pairs_text(p->pairs, "story", buf_bytes(&p->row->story_id));
    pairs_opt(p->pairs, "title", v->title);
    pairs_opt(p->pairs, "date", bytes_str(date));
    pairs_opt(p->pairs, "outlet", v->outlet);
    pairs_opt(p->pairs, "author", v->author);
    pairs_opt(p->pairs, "url", v->url);
    pairs_opt(p->pairs, "section", v->section);
    pairs_opt(p->pairs, "language", v->language);
    int rc = put_tag_row(p, err);
    pairs_text(p->pairs, "input", v->input);
    pairs_opt(p->pairs, "member", v->member);
    pairs_uint(p->pairs, "record", v->record);
    pairs_uint(p->pairs, "offset", v->offset);
    pairs_uint(p->pairs, "length", v->len);
    pairs_text(p->pairs, "digest", bytes_str(digest));
    pairs_uint(p->pairs, "copies", p->row->story.n_articles - 1);
    pairs_uint(p->pairs, "tokens", p->row->tokens.wording_len);
    if (!p->parts)
        pairs_text(p->pairs, "text", p->text);
    for (size_t i = 0; p->parts && i < p->parts->parts.len; i++)
        pairs_text(p->pairs, "passage", text_of(p, &p->parts->parts.items[i]));
    return rc ? rc : output_flush_large(&p->session->output, err);
}

/* --- JSON -------------------------------------------------------------------------------------- */

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
    struct show_print *p = arg;
    struct output *o = &p->session->output;
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

static void put_hit(const struct show_print *p, const struct row_hit *hit)
{
    struct output *o = &p->session->output;
    output_open(o, NULL, '{');
    output_json_uint(o, "token", hit->span.first);
    output_json_uint(o, "tokens", hit->span.len);
    output_json_uint(o, "bytes_from", hit->from);
    output_json_uint(o, "bytes_to", hit->to);
    output_json_str(
        o, "text",
        bytes_of(p->row->text.data + hit->text_from, hit->text_to - hit->text_from));
    output_close(o, '}');
}

static void put_parts(const struct show_print *p)
{
    struct output *o = &p->session->output;
    output_open(o, "passages", '[');
    for (size_t i = 0; i < p->parts->parts.len; i++) {
        const struct show_part *part = &p->parts->parts.items[i];
        output_open(o, NULL, '{');
        output_json_uint(o, "from", part->from);
        output_json_uint(o, "to", part->to);
        output_json_uint(o, "bytes_from", part->bytes_from);
        output_json_uint(o, "bytes_to", part->bytes_to);
        output_json_str(o, "text", text_of(p, part));
        output_open(o, "hits", '[');
        for (size_t h = 0; p->marks && h < part->n_hits; h++)
            put_hit(p, &p->row->hits.items[part->first_hit + h]);
        output_close(o, ']');
        output_close(o, '}');
    }
    output_close(o, ']');
}

static int put_json(struct show_print *p, struct err *err)
{
    struct output *o = &p->session->output;
    const struct row *r = p->row;
    output_open_row(o, "stemma.show/1");
    output_json_str(o, "article", r->prov.id);
    output_json_str(o, "story", buf_bytes(&r->story_id));
    print_metadata(o, &r->prov);
    output_json_uint(o, "copies", r->story.n_articles - 1);
    output_json_uint(o, "tokens", r->tokens.wording_len);
    print_provenance(o, &r->prov);
    if (output_wants(o, "members")) {
        output_open(o, "members", '[');
        int rc = put_members(p, put_member_json, err);
        if (rc < 0)
            return rc;
        output_close(o, ']');
    }
    if (p->parts)
        put_parts(p);
    else
        output_json_str(o, "text", p->text);
    output_close_row(o);
    return 0;
}

int show_print(struct show_print *p, struct err *err)
{
    int rc;
    if (session_is_json(p->session))
        rc = put_json(p, err);
    else
        rc = p->pairs ? put_rows(p, err) : put_text(p, err);
    return rc == 0 ? output_flush_large(&p->session->output, err) : rc;
}
