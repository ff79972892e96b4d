#include "query/kwic_print.h"

#include "query/calendar.h"
#include "query/print.h"

enum column {
    LINE,
    OF,
    STORY,
    ARTICLE,
    RELATION,
    ARTICLES,
    DATE,
    OUTLET,
    TITLE,
    LEFT,
    HIT,
    RIGHT,
    TOKEN,
    TOKENS,
    BYTES_FROM,
    BYTES_TO,
    RECORD_FROM,
    RECORD_TO,
    INPUT,
    MEMBER,
    RECORD,
    OFFSET,
    LENGTH,
    DIGEST,
    READER,
    AUTHOR,
    URL,
    SECTION,
    LANGUAGE,
    TAGS,
    COLUMNS
};

static const struct table_column columns[COLUMNS] = {
    [LINE] = {.name = "line", .kind = TABLE_UINT},
    [OF] = {.name = "of", .kind = TABLE_UINT},
    [STORY] = {.name = "story"},
    [ARTICLE] = {.name = "article"},
    [RELATION] = {.name = "relation"},
    [ARTICLES] = {.name = "articles", .kind = TABLE_UINT},
    [DATE] = {.name = "date", .flags = TABLE_NULLABLE},
    [OUTLET] = {.name = "outlet", .flags = TABLE_NULLABLE},
    [TITLE] = {.name = "title", .flags = TABLE_NULLABLE},
    [LEFT] = {.name = "left"},
    [HIT] = {.name = "hit"},
    [RIGHT] = {.name = "right"},
    [TOKEN] = {.name = "token", .kind = TABLE_UINT},
    [TOKENS] = {.name = "tokens", .kind = TABLE_UINT},
    [BYTES_FROM] = {.name = "bytes_from", .kind = TABLE_UINT},
    [BYTES_TO] = {.name = "bytes_to", .kind = TABLE_UINT},
    [RECORD_FROM] = {.name = "record_from", .kind = TABLE_UINT},
    [RECORD_TO] = {.name = "record_to", .kind = TABLE_UINT},
    [INPUT] = {.name = "input"},
    [MEMBER] = {.name = "member", .flags = TABLE_NULLABLE},
    [RECORD] = {.name = "record", .kind = TABLE_UINT},
    [OFFSET] = {.name = "offset", .kind = TABLE_UINT},
    [LENGTH] = {.name = "length", .kind = TABLE_UINT},
    [DIGEST] = {.name = "digest"},
    [READER] = {.name = "reader"},
    [AUTHOR] = {.name = "author", .flags = TABLE_NULLABLE},
    [URL] = {.name = "url", .flags = TABLE_NULLABLE},
    [SECTION] = {.name = "section", .flags = TABLE_NULLABLE},
    [LANGUAGE] = {.name = "language", .flags = TABLE_NULLABLE},
    [TAGS] = {.name = "tags", .kind = TABLE_LIST, .flags = TABLE_NULLABLE},
};

const struct table_schema kwic_print_schema = {"stemma.kwic/1", "stemma.kwic-list/1",
                                               columns, COLUMNS};

static void put_texts(struct table *t, const struct kwic_rows *rows,
                      const struct kwic_row *row)
{
    static const struct {
        uint8_t column, text;
    } texts[] = {{STORY, KWIC_STORY}, {ARTICLE, KWIC_ID},  {LEFT, KWIC_LEFT},
                 {HIT, KWIC_MATCH},   {RIGHT, KWIC_RIGHT}, {INPUT, KWIC_INPUT}};
    static const struct {
        uint8_t column, text;
    } options[] = {{OUTLET, KWIC_OUTLET},   {TITLE, KWIC_TITLE},
                   {AUTHOR, KWIC_AUTHOR},   {URL, KWIC_URL},
                   {SECTION, KWIC_SECTION}, {LANGUAGE, KWIC_LANGUAGE},
                   {TAGS, KWIC_TAGS},       {MEMBER, KWIC_MEMBER}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        table_text(t, texts[i].column,
                   kwic_rows_text(rows, row, (enum kwic_field)texts[i].text));
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        table_opt(t, options[i].column,
                  kwic_rows_text(rows, row, (enum kwic_field)options[i].text));
}

static void put_numbers(struct table *t, const struct kwic_row *row)
{
    table_uint(t, ARTICLES, row->line.articles);
    table_uint(t, TOKEN, row->line.span.first);
    table_uint(t, TOKENS, row->line.span.len);
    table_uint(t, BYTES_FROM, row->from);
    table_uint(t, BYTES_TO, row->to);
    table_uint(t, RECORD_FROM, row->from - row->offset);
    table_uint(t, RECORD_TO, row->to - row->offset);
    table_uint(t, RECORD, row->record);
    table_uint(t, OFFSET, row->offset);
    table_uint(t, LENGTH, row->len);
}

bool kwic_print_wants_bytes(const struct table *t)
{
    return table_wants(t, BYTES_FROM) || table_wants(t, BYTES_TO) ||
           table_wants(t, RECORD_FROM) || table_wants(t, RECORD_TO);
}

int kwic_print_rows(struct table *t, const struct kwic_rows *rows, uint64_t line,
                    uint64_t of, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < rows->rows.len; i++) {
        const struct kwic_row *row = &rows->rows.items[i];
        char date[CALENDAR_TEXT_MAX], digest[33];
        bool json = session_is_json(t->session);
        calendar_format(row->day, json ? row->second : UINT32_MAX, date);
        hash128_hex(row->digest, digest);
        table_uint(t, LINE, line + i);
        table_uint(t, OF, of);
        put_texts(t, rows, row);
        put_numbers(t, row);
        table_text(t, RELATION, bytes_str(stories_relation_name(row->relation)));
        table_opt(t, DATE, bytes_str(date));
        table_text(t, DIGEST, bytes_str(digest));
        table_text(t, READER, bytes_str(print_reader_name(row->reader)));
        rc = table_row(t, err);
    }
    return rc;
}

int kwic_print_vimgrep(struct vimgrep *v, const struct kwic_rows *rows, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < rows->rows.len; i++) {
        const struct kwic_row *row = &rows->rows.items[i];
        struct provenance_row p = {.input = kwic_rows_text(rows, row, KWIC_INPUT),
                                   .member = kwic_rows_text(rows, row, KWIC_MEMBER),
                                   .record = row->record,
                                   .offset = row->offset,
                                   .len = row->len,
                                   .digest = row->digest,
                                   .reader = row->reader};
        struct bytes left = kwic_rows_text(rows, row, KWIC_LEFT);
        struct bytes right = kwic_rows_text(rows, row, KWIC_RIGHT);
        const uint8_t *end = right.data + right.len; /* the three lie side by side */
        rc = vimgrep_put(v, &p, row->from,
                         bytes_of(left.data, (size_t)(end - left.data)), err);
    }
    return rc;
}
