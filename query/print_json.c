#include "query/calendar.h"
#include "query/print.h"
#include "query/snippet.h"

const char *print_reader_name(uint8_t reader)
{
    switch (reader) {
    case READER_JSONL: return "jsonl";
    case READER_TEXT: return "text";
    case READER_MARKDOWN: return "markdown";
    default: return "unknown";
    }
}

void print_provenance(struct output *o, const struct provenance_row *p)
{
    char digest[33];
    hash128_hex(p->digest, digest);
    output_open(o, "provenance", '{');
    output_json_str(o, "input", p->input);
    output_json_opt(o, "member", p->member);
    output_json_uint(o, "record", p->record);
    output_json_uint(o, "offset", p->offset);
    output_json_uint(o, "length", p->len);
    output_json_str(o, "digest", bytes_str(digest));
    output_json_str(o, "reader", bytes_str(print_reader_name(p->reader)));
    output_close(o, '}');
}

static void put_tags(struct output *o, struct bytes tags)
{
    output_open(o, "tags", '[');
    for (size_t from = 0, to; from < tags.len; from = to + 1) {
        for (to = from; to < tags.len && tags.data[to] != PROVENANCE_ITEMS;)
            to++;
        output_json_str(o, NULL, bytes_of(tags.data + from, to - from));
    }
    output_close(o, ']');
}

void print_metadata(struct output *o, const struct provenance_row *p)
{
    char date[CALENDAR_TEXT_MAX];
    calendar_format(p->day, p->second, date);
    output_json_opt(o, "title", p->title);
    output_json_opt(o, "date", bytes_str(date));
    output_json_opt(o, "outlet", p->outlet);
    output_json_opt(o, "author", p->author);
    output_json_opt(o, "url", p->url);
    output_json_opt(o, "section", p->section);
    output_json_opt(o, "language", p->language);
    put_tags(o, p->tags);
}

void print_counts(struct output *o, const struct engine_totals *t)
{
    output_json_uint(o, "hits", t->hits);
    output_json_uint(o, "stories", t->stories);
    output_json_uint(o, "hits_all", t->hits_all);
    output_json_uint(o, "articles", t->articles);
}

static int put_match(const struct print_row *p, size_t h, struct err *err)
{
    struct output *o = p->output;
    const struct row *r = p->row;
    const struct row_hit *hit = &r->hits.items[h];
    struct snippet snippet;
    int rc = snippet_around(r, h, 0, &snippet, err);
    if (rc < 0)
        return rc;
    output_open(o, NULL, '{');
    output_json_uint(o, "token", hit->span.first);
    output_json_uint(o, "tokens", hit->span.len);
    output_json_uint(o, "bytes_from", hit->from);
    output_json_uint(o, "bytes_to", hit->to);
    output_json_uint(o, "record_from", hit->from - r->prov.offset);
    output_json_uint(o, "record_to", hit->to - r->prov.offset);
    output_json_str(
        o, "text",
        bytes_of(r->text.data + hit->text_from, hit->text_to - hit->text_from));
    output_json_str(o, "snippet", snippet_text(r, &snippet));
    output_close(o, '}');
    return output_flush_large(o, err);
}

static int put_matches(const struct print_row *p, struct err *err)
{
    int rc = 0;
    output_open(p->output, "matches", '[');
    for (size_t h = 0; rc == 0 && h < p->row->hits.len; h++)
        rc = put_match(p, h, err);
    if (rc == 0)
        output_close(p->output, ']');
    return rc;
}

const char *const print_row_keys[] = {"rank",
                                      "of",
                                      "story",
                                      "article",
                                      "score",
                                      "title",
                                      "date",
                                      "outlet",
                                      "author",
                                      "url",
                                      "section",
                                      "language",
                                      "tags",
                                      "hits",
                                      "hits_all",
                                      "articles",
                                      "copies",
                                      "relation",
                                      "provenance",
                                      "provenance.input",
                                      "provenance.member",
                                      "provenance.record",
                                      "provenance.offset",
                                      "provenance.length",
                                      "provenance.digest",
                                      "provenance.reader",
                                      "matches_total",
                                      "matches",
                                      "matches.token",
                                      "matches.tokens",
                                      "matches.bytes_from",
                                      "matches.bytes_to",
                                      "matches.record_from",
                                      "matches.record_to",
                                      "matches.text",
                                      "matches.snippet",
                                      "members",
                                      "members.article",
                                      "members.relation",
                                      "members.date",
                                      "members.outlet",
                                      "members.title",
                                      "members.input",
                                      "members.record",
                                      "members.hits",
                                      NULL};

int print_row_json(const struct print_row *p, struct err *err)
{
    struct output *o = p->output;
    const struct row *r = p->row;
    output_open_row(o, "stemma.search/1");
    output_json_uint(o, "rank", p->rank);
    output_json_uint(o, "of", p->of);
    output_json_str(o, "story", buf_bytes(&r->story_id));
    output_json_str(o, "article", r->prov.id);
    output_json_real(o, "score", r->match.score);
    print_metadata(o, &r->prov);
    output_json_uint(o, "hits", r->match.hits);
    output_json_uint(o, "hits_all", r->match.hits_all);
    output_json_uint(o, "articles", r->match.articles);
    output_json_uint(o, "copies", r->story.n_articles - 1);
    output_json_str(o, "relation",
                    bytes_str(stories_relation_name(r->member.relation)));
    print_provenance(o, &r->prov);
    output_json_uint(o, "matches_total", r->n_hits);
    int rc = output_wants(o, "matches") ? put_matches(p, err) : 0;
    if (rc == 0 && p->copies == SHOWN_GROUP && output_wants(o, "members"))
        rc = print_group_json(p, err);
    if (rc == 0)
        output_close_row(o);
    return rc;
}
