/* Rows of search as columns: TSV and CSV, and text where --fields asks for columns. */
#include "query/calendar.h"
#include "query/print.h"
#include "query/snippet.h"

enum column {
    RANK,
    OF,
    STORY,
    ARTICLE,
    SCORE,
    HITS,
    HITS_ALL,
    ARTICLES,
    COPIES,
    DATE,
    OUTLET,
    TITLE,
    INPUT,
    RECORD,
    OFFSET,
    LENGTH,
    DIGEST,
    HIT_FROM,
    HIT_TO,
    SNIPPET,
    RELATION,
    MATCHES,
    AUTHOR,
    URL,
    SECTION,
    LANGUAGE,
    TAGS,
    MEMBER,
    READER,
    N_COLUMNS
};

static const struct table_column columns[N_COLUMNS] = {
    [RANK] = {.name = "rank", .kind = TABLE_UINT},
    [OF] = {.name = "of", .kind = TABLE_UINT},
    [STORY] = {.name = "story"},
    [ARTICLE] = {.name = "article"},
    [SCORE] = {.name = "score", .kind = TABLE_REAL, .digits = 6},
    [HITS] = {.name = "hits", .kind = TABLE_UINT},
    [HITS_ALL] = {.name = "hits_all", .kind = TABLE_UINT},
    [ARTICLES] = {.name = "articles", .kind = TABLE_UINT},
    [COPIES] = {.name = "copies", .kind = TABLE_UINT},
    [DATE] = {.name = "date", .flags = TABLE_NULLABLE},
    [OUTLET] = {.name = "outlet", .flags = TABLE_NULLABLE},
    [TITLE] = {.name = "title", .flags = TABLE_NULLABLE | TABLE_WIDE},
    [INPUT] = {.name = "input"},
    [RECORD] = {.name = "record", .kind = TABLE_UINT},
    [OFFSET] = {.name = "offset", .kind = TABLE_UINT},
    [LENGTH] = {.name = "length", .kind = TABLE_UINT},
    [DIGEST] = {.name = "digest"},
    [HIT_FROM] = {.name = "hit_from", .kind = TABLE_UINT, .flags = TABLE_NULLABLE},
    [HIT_TO] = {.name = "hit_to", .kind = TABLE_UINT, .flags = TABLE_NULLABLE},
    [SNIPPET] = {.name = "snippet", .flags = TABLE_NULLABLE | TABLE_WIDE},
    [RELATION] = {.name = "relation"},
    [MATCHES] = {.name = "matches", .kind = TABLE_UINT},
    [AUTHOR] = {.name = "author", .flags = TABLE_NULLABLE | TABLE_EXTRA},
    [URL] = {.name = "url", .flags = TABLE_NULLABLE | TABLE_EXTRA},
    [SECTION] = {.name = "section", .flags = TABLE_NULLABLE | TABLE_EXTRA},
    [LANGUAGE] = {.name = "language", .flags = TABLE_NULLABLE | TABLE_EXTRA},
    [TAGS] = {.name = "tags", .flags = TABLE_NULLABLE | TABLE_EXTRA},
    [MEMBER] = {.name = "member", .flags = TABLE_NULLABLE | TABLE_EXTRA},
    [READER] = {.name = "reader", .flags = TABLE_EXTRA},
};

const struct table_schema print_row_schema = {NULL, NULL, columns, N_COLUMNS};

void print_tags_cell(struct table *t, size_t column, struct bytes tags)
{
    struct buf text = {0};
    for (size_t i = 0; i < tags.len; i++) {
        if (tags.data[i] == PROVENANCE_ITEMS)
            buf_put_str(&text, "; ");
        else
            buf_put_u8(&text, tags.data[i]);
    }
    t->texts.failed |= text.failed;
    table_opt(t, column, buf_bytes(&text));
    buf_release(&text);
}

static void put_article(struct table *t, const struct provenance_row *p)
{
    char digest[33], date[CALENDAR_TEXT_MAX];
    hash128_hex(p->digest, digest);
    calendar_format(p->day, UINT32_MAX, date);
    table_text(t, ARTICLE, p->id);
    table_opt(t, DATE, bytes_str(date));
    table_opt(t, OUTLET, p->outlet);
    table_opt(t, TITLE, p->title);
    table_text(t, INPUT, p->input);
    table_uint(t, RECORD, p->record);
    table_uint(t, OFFSET, p->offset);
    table_uint(t, LENGTH, p->len);
    table_text(t, DIGEST, bytes_str(digest));
    table_opt(t, AUTHOR, p->author);
    table_opt(t, URL, p->url);
    table_opt(t, SECTION, p->section);
    table_opt(t, LANGUAGE, p->language);
    print_tags_cell(t, TAGS, p->tags);
    table_opt(t, MEMBER, p->member);
    table_text(t, READER, bytes_str(print_reader_name(p->reader)));
}

/* The first hit's bytes and snippet; null for a row without hits. */
static int put_first_hit(struct table *t, const struct row *r, struct err *err)
{
    struct snippet snippet;
    if (r->hits.len == 0)
        return 0;
    table_uint(t, HIT_FROM, r->hits.items[0].from);
    table_uint(t, HIT_TO, r->hits.items[0].to);
    if (!table_wants(t, SNIPPET))
        return 0;
    int rc = snippet_around(r, 0, 0, &snippet, err);
    if (rc == 0)
        table_text(t, SNIPPET, snippet_text(r, &snippet));
    return rc;
}

int print_row_table(const struct print_row *p, struct table *t, struct err *err)
{
    const struct row *r = p->row;
    table_uint(t, RANK, p->rank);
    table_uint(t, OF, p->of);
    table_text(t, STORY, buf_bytes(&r->story_id));
    table_real(t, SCORE, r->match.score);
    table_uint(t, HITS, r->match.hits);
    table_uint(t, HITS_ALL, r->match.hits_all);
    table_uint(t, ARTICLES, r->match.articles);
    table_uint(t, COPIES, r->story.n_articles - 1);
    table_text(t, RELATION, bytes_str(stories_relation_name(r->member.relation)));
    table_uint(t, MATCHES, r->n_hits);
    put_article(t, &r->prov);
    int rc = put_first_hit(t, r, err);
    return rc < 0 ? rc : table_row(t, err);
}
