#include <inttypes.h>

#include "query/calendar.h"
#include "query/print.h"
#include "query/snippet.h"

static const char *reader_name(uint8_t reader)
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
    output_json_uint(o, "record", p->record);
    output_json_uint(o, "offset", p->offset);
    output_json_uint(o, "length", p->len);
    output_json_str(o, "digest", bytes_str(digest));
    output_json_str(o, "reader", bytes_str(reader_name(p->reader)));
    output_close(o, '}');
}

void print_metadata(struct output *o, const struct provenance_row *p)
{
    char date[CALENDAR_TEXT_MAX];
    calendar_format(p->day, p->second, date);
    output_json_str(o, "title", p->title);
    output_json_str(o, "date", bytes_str(date));
    output_json_str(o, "outlet", p->outlet);
    output_json_str(o, "author", p->author);
    output_json_str(o, "url", p->url);
}

static int put_json_hits(const struct print_row *p, struct err *err)
{
    struct output *o = p->output;
    const struct row *r = p->row;
    int rc = 0;
    output_open(o, "matches", '[');
    for (size_t h = 0; rc == 0 && h < r->hits.len; h++) {
        const struct row_hit *hit = &r->hits.items[h];
        struct snippet snippet;
        rc = snippet_window(r, h, &snippet, err);
        if (rc < 0)
            break;
        output_open(o, NULL, '{');
        output_json_uint(o, "token", hit->span.first);
        output_json_uint(o, "tokens", hit->span.len);
        output_json_uint(o, "bytes_from", hit->from);
        output_json_uint(o, "bytes_to", hit->to);
        output_json_str(
            o, "text",
            bytes_of(r->text.data + hit->text_from, hit->text_to - hit->text_from));
        output_json_str(o, "snippet", snippet_text(r, &snippet));
        output_close(o, '}');
        output_flush_large(o);
    }
    output_close(o, ']');
    return rc;
}

int print_row_json(const struct print_row *p, struct err *err)
{
    struct output *o = p->output;
    const struct row *r = p->row;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.search/1"));
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
    print_provenance(o, &r->prov);
    int rc = put_json_hits(p, err);
    output_close(o, '}');
    return rc;
}
