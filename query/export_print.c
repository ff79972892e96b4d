#include "query/export_print.h"

#include <string.h>

#include "query/calendar.h"
#include "query/print.h"

/* The first names are those that stemma-index reads again (docs/INPUTS.md); the others are none that it takes for
 * something else. */
enum column {
    ID,
    TITLE,
    DATE,
    OUTLET,
    AUTHOR,
    URL,
    SECTION,
    LANGUAGE,
    TAGS,
    STORY,
    RELATION,
    COPIES,
    HITS,
    TOKENS,
    INPUT,
    MEMBER,
    RECORD,
    OFFSET,
    LENGTH,
    DIGEST,
    READER,
    TEXT,
    COLUMNS
};

static const struct table_column columns[COLUMNS] = {
    [ID] = {.name = "id"},
    [TITLE] = {.name = "title", .flags = TABLE_NULLABLE},
    [DATE] = {.name = "date", .flags = TABLE_NULLABLE},
    [OUTLET] = {.name = "outlet", .flags = TABLE_NULLABLE},
    [AUTHOR] = {.name = "author", .flags = TABLE_NULLABLE},
    [URL] = {.name = "url", .flags = TABLE_NULLABLE},
    [SECTION] = {.name = "section", .flags = TABLE_NULLABLE},
    [LANGUAGE] = {.name = "language", .flags = TABLE_NULLABLE},
    [TAGS] = {.name = "tags", .kind = TABLE_LIST, .flags = TABLE_NULLABLE},
    [STORY] = {.name = "story"},
    [RELATION] = {.name = "relation"},
    [COPIES] = {.name = "copies", .kind = TABLE_UINT},
    [HITS] = {.name = "hits", .kind = TABLE_UINT},
    [TOKENS] = {.name = "tokens", .kind = TABLE_UINT},
    [INPUT] = {.name = "input"},
    [MEMBER] = {.name = "member", .flags = TABLE_NULLABLE},
    [RECORD] = {.name = "record", .kind = TABLE_UINT},
    [OFFSET] = {.name = "offset", .kind = TABLE_UINT},
    [LENGTH] = {.name = "length", .kind = TABLE_UINT},
    [DIGEST] = {.name = "digest"},
    [READER] = {.name = "reader"},
    [TEXT] = {.name = "text"},
};

const struct table_schema export_print_schema = {
    "stemma.export/1", "stemma.export-list/1", columns, COLUMNS};

void export_print_release(struct export_print *p)
{
    table_release(&p->table);
    buf_release(&p->text);
}

size_t export_print_body(const struct row *row, struct bytes text)
{
    struct bytes title = row->prov.title;
    size_t end = 0;
    while (end + 1 < text.len &&
           !(text.data[end] == '\n' && text.data[end + 1] == '\n'))
        end++;
    if (title.len == 0 || end + 1 >= text.len)
        return 0;
    /* A title without words is there as it is, or not at all. */
    if (row->view.title_tokens == 0 && !bytes_equal(title, bytes_of(text.data, end)))
        return 0;
    return end + 2;
}

static void put_metadata(struct table *t, const struct row *row)
{
    const struct provenance_row *p = &row->prov;
    char date[CALENDAR_TEXT_MAX], digest[33];
    bool json = session_is_json(t->session);
    calendar_format(p->day, json ? p->second : UINT32_MAX, date);
    hash128_hex(p->digest, digest);
    table_text(t, ID, p->id);
    table_opt(t, TITLE, p->title);
    table_opt(t, DATE, bytes_str(date));
    table_opt(t, OUTLET, p->outlet);
    table_opt(t, AUTHOR, p->author);
    table_opt(t, URL, p->url);
    table_opt(t, SECTION, p->section);
    table_opt(t, LANGUAGE, p->language);
    table_opt(t, TAGS, p->tags);
    table_text(t, STORY, buf_bytes(&row->story_id));
    table_text(t, RELATION, bytes_str(stories_relation_name(row->member.relation)));
    table_uint(t, COPIES, row->story.n_articles - 1);
    table_text(t, INPUT, p->input);
    table_opt(t, MEMBER, p->member);
    table_uint(t, RECORD, p->record);
    table_uint(t, OFFSET, p->offset);
    table_uint(t, LENGTH, p->len);
    table_text(t, DIGEST, bytes_str(digest));
    table_text(t, READER, bytes_str(print_reader_name(p->reader)));
}

static int put_text(struct export_print *p, const struct row *row, struct err *err)
{
    const struct segment *s = &row->snapshot->segments[row->segment];
    buf_reset(&p->text);
    int rc = reconstruct_article(s, row->article, &p->text, err);
    if (rc != 0)
        return rc;
    size_t body = export_print_body(row, buf_bytes(&p->text));
    table_text(&p->table, TEXT, bytes_of(p->text.data + body, p->text.len - body));
    return 0;
}

int export_print_row(struct export_print *p, const struct row *row, uint64_t hits,
                     struct err *err)
{
    const struct segment *s = &row->snapshot->segments[row->segment];
    uint32_t tokens = 0;
    int rc = wordings_length(&s->wordings, row->view.wording, &tokens, err);
    put_metadata(&p->table, row);
    table_uint(&p->table, HITS, hits);
    table_uint(&p->table, TOKENS, tokens);
    if (rc == 0 && table_wants(&p->table, TEXT))
        rc = put_text(p, row, err);
    return rc == 0 ? table_row(&p->table, err) : rc;
}
