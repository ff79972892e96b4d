/* Rows as they are printed: golden text, and TSV that has its columns whatever the article says. */
#include <criterion/criterion.h>
#include <string.h>

#include "query/print.h"
#include "tests/unit/rows_fixture.h"

struct printed {
    struct output o;
    int (*print)(const struct print_row *p, struct err *err);
    uint64_t hits_max;
    const char *path; /* put in for the input's, which differs from run to run */
};

static void print(void *arg, const struct row *row, uint64_t rank, uint64_t of)
{
    struct printed *p = arg;
    struct err err = {0};
    struct row shown = *row;
    if (p->path)
        shown.prov.input = bytes_str(p->path);
    struct print_row print = {.output = &p->o,
                              .row = &shown,
                              .rank = rank,
                              .of = of,
                              .hits_max = p->hits_max};
    cr_assert_eq(p->print(&print, &err), 0, "%s", err.msg);
}

static void begin(struct rows_fixture *f)
{
    rows_fixture_begin(f);
    rows_fixture_story(f);
    rows_fixture_article(f, "cw-1", "Port stands still",
                         "The port is shut. So says the port.\n\nAnd the Port of Kell "
                         "too, they say; no other port is.",
                         "Gazette", 19423);
    rows_fixture_article(f, "cw-2", "PORT stands still",
                         "The port is shut. So says the port.\n\nAnd the Port of Kell "
                         "too, they say; no other port is.",
                         "Wire", 19424);
    rows_fixture_story(f);
    rows_fixture_article(f, "cw-3", "",
                         "An evil\tport \033[2J with \xE2\x80\xAE tricks.", "Out\tlet",
                         DAY_NONE);
    rows_fixture_publish(f, 1);
}

static void expect(struct rows_fixture *f, const char *query, struct printed *p,
                   const char *want)
{
    output_init(&p->o, -1, false);
    rows_fixture_search(f, query, UINT64_MAX, print, p);
    struct bytes got = buf_bytes(&p->o.buf);
    cr_assert(bytes_equal(got, bytes_str(want)), "got:\n%.*s", (int)got.len,
              (const char *)got.data);
    buf_release(&p->o.buf);
}

Test(print, text)
{
    struct rows_fixture f;
    begin(&f);
    struct printed p = {
        .print = print_row_text, .hits_max = 3, .path = "archive/input.txt"};
    expect(&f, "kell", &p,
           "1. Port stands still\n"
           "   2023-03-07  Gazette  +1 copy  cw-1  archive/input.txt:1\n"
           "   The port is shut. So says the port. / And the Port of [Kell] too, they "
           "say; "
           "no other port is.\n"
           "\n");
    /* a hit in the title is marked there; text without a snippet of its own shows the body */
    expect(&f, "stands", &p,
           "1. Port [stands] still\n"
           "   2023-03-07  Gazette  +1 copy  cw-1  archive/input.txt:1\n"
           "   The port is shut. So says the port. / And the Port of Kell too, they "
           "say; no "
           "other port is.\n"
           "\n");
    expect(&f, "tricks", &p,
           "1. An evil port \xEF\xBF\xBD[2J with \xEF\xBF\xBD tricks\n"
           "   Out let  cw-3  archive/input.txt:3\n"
           "   An evil port \xEF\xBF\xBD[2J with \xEF\xBF\xBD [tricks].\n"
           "\n");
    rows_fixture_end(&f);
}

Test(print, hits_left_out_are_counted)
{
    struct rows_fixture f;
    struct buf body = {0};
    rows_fixture_begin(&f);
    rows_fixture_story(&f);
    for (int i = 0; i < 200; i++)
        buf_put_str(&body, i % 100 ? "word " : "bell ");
    buf_put_u8(&body, 0);
    rows_fixture_article(&f, "b", "Bell", (const char *)body.data, "", DAY_NONE);
    rows_fixture_publish(&f, 1);
    struct printed p = {.print = print_row_text, .hits_max = 1, .path = "i"};
    output_init(&p.o, -1, false);
    rows_fixture_search(&f, "bell", UINT64_MAX, print, &p);
    buf_put_u8(&p.o.buf, 0);
    cr_assert(strstr((const char *)p.o.buf.data, "\n   1 more hit in this article\n"),
              "%s", (const char *)p.o.buf.data);
    buf_release(&p.o.buf);
    buf_release(&body);
    rows_fixture_end(&f);
}

Test(print, hits_of_copies_are_counted)
{
    struct rows_fixture f;
    struct buf body = {0}, longer = {0};
    for (int i = 0; i < 60; i++)
        buf_printf(&body, "%s ", i % 7 ? "word" : i % 3 ? "lamp" : "tug");
    buf_put_u8(&body, 0);
    buf_printf(&longer, "%sA bell at the end. Two bells, one bell.",
               (const char *)body.data);
    buf_put_u8(&longer, 0);
    rows_fixture_begin(&f);
    rows_fixture_story(&f);
    rows_fixture_article(&f, "a", "", (const char *)body.data, "", DAY_NONE);
    rows_fixture_article(&f, "b", "", (const char *)longer.data, "", DAY_NONE);
    rows_fixture_publish(&f, 1);
    struct printed p = {.print = print_row_text, .hits_max = 9, .path = "i"};
    output_init(&p.o, -1, false);
    rows_fixture_search(&f, "tug OR bell", UINT64_MAX, print, &p);
    buf_put_u8(&p.o.buf, 0);
    cr_assert(strstr((const char *)p.o.buf.data, "\n   2 more hits in copies of it\n"),
              "%s", (const char *)p.o.buf.data);
    buf_release(&p.o.buf);
    buf_release(&body);
    buf_release(&longer);
    rows_fixture_end(&f);
}

static size_t count(struct bytes text, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.data[i] == (uint8_t)c;
    return n;
}

struct rows {
    struct session session;
    struct table table;
};

static void print_columns(void *arg, const struct row *row, uint64_t rank, uint64_t of)
{
    struct rows *r = arg;
    struct err err = {0};
    struct row shown = *row;
    shown.prov.input = bytes_str("a\tb\nc\",");
    struct print_row print = {
        .output = &r->session.output, .row = &shown, .rank = rank, .of = of};
    cr_assert_eq(print_row_table(&print, &r->table, &err), 0, "%s", err.msg);
}

static void begin_rows(struct rows *r, int format, const char *fields)
{
    struct err err = {0};
    *r = (struct rows){.session = {.format = format, .fields = fields}};
    output_init(&r->session.output, -1, false);
    cr_assert_eq(table_begin(&r->table, &r->session, &print_row_schema, &err), 0, "%s",
                 err.msg);
}

static void end_rows(struct rows *r)
{
    table_release(&r->table);
    buf_release(&r->session.output.buf);
}

Test(print, rows_have_their_columns)
{
    struct rows_fixture f;
    begin(&f);
    static const char *const queries[] = {"port", "evil", "NOT evil", "NOT kell",
                                          "stands"};
    for (size_t q = 0; q < sizeof queries / sizeof *queries; q++) {
        struct rows r;
        begin_rows(&r, OUTPUT_TSV, NULL);
        struct bytes head = buf_bytes(&r.session.output.buf);
        size_t tabs = count(head, '\t');
        cr_assert_eq(tabs, 21);
        uint64_t rows = rows_fixture_search(&f, queries[q], 1, print_columns, &r);
        struct bytes got = buf_bytes(&r.session.output.buf);
        cr_assert_eq(count(got, '\n'), rows + 1, "%s", queries[q]);
        cr_assert_eq(count(got, '\t'), (rows + 1) * tabs, "%s", queries[q]);
        cr_assert_eq(count(got, '\033'), 0);
        end_rows(&r);
    }
    rows_fixture_end(&f);
}

Test(print, rows_have_the_fields_asked_for)
{
    struct rows_fixture f;
    begin(&f);
    struct rows r;
    begin_rows(&r, OUTPUT_CSV, "hits,title,input,url,reader");
    rows_fixture_search(&f, "stands", 1, print_columns, &r);
    struct bytes got = buf_bytes(&r.session.output.buf);
    const char *want = "hits,title,input,url,reader\n"
                       "1,Port stands still,\"a b c\"\",\",,text\n";
    cr_assert(bytes_equal(got, bytes_str(want)), "got:\n%.*s", (int)got.len,
              (const char *)got.data);
    end_rows(&r);
    rows_fixture_end(&f);
}

Test(print, totals)
{
    struct output o;
    output_init(&o, -1, false);
    print_totals(&o, &(struct engine_totals){5, 4, 6, 5});
    output_put(&o, "\n");
    print_totals(&o, &(struct engine_totals){1, 1, 1, 1});
    buf_put_u8(&o.buf, 0);
    cr_assert_str_eq((const char *)o.buf.data,
                     "5 hits in 4 stories (6 hits in 5 articles)\n"
                     "1 hit in 1 story (1 hit in 1 article)");
    buf_release(&o.buf);
}
