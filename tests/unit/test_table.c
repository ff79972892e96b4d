#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "query/table.h"

enum {
    NAME,
    HITS,
    DRIFT,
    SHARE,
    KNOWN,
    NOTE,
    BAR,
    N_COLUMNS
};

static const struct table_column columns[N_COLUMNS] = {
    [NAME] = {.name = "name", .flags = TABLE_WIDE},
    [HITS] = {.name = "hits", .kind = TABLE_UINT},
    [DRIFT] = {.name = "drift", .kind = TABLE_INT, .flags = TABLE_NULLABLE},
    [SHARE] = {.name = "share", .kind = TABLE_REAL, .digits = 2},
    [KNOWN] = {.name = "known", .kind = TABLE_BOOL, .flags = TABLE_TEXT_HIDDEN},
    [NOTE] = {.name = "note", .flags = TABLE_EXTRA | TABLE_NULLABLE},
    [BAR] = {.name = "bar", .flags = TABLE_TEXT_ONLY},
};
static const struct table_schema schema = {"stemma.test/1", "stemma.test-list/1",
                                           columns, N_COLUMNS};

static void begin(struct table *t, struct session *s, int format, const char *fields)
{
    *t = (struct table){0};
    *s = (struct session){.format = format, .fields = fields};
    output_init(&s->output, -1, false);
    struct err err = {0};
    cr_assert_eq(table_begin(t, s, &schema, &err), 0, "%s", err.msg);
}

static void row(struct table *t, const char *name, uint64_t hits, double share)
{
    struct err err = {0};
    table_text(t, NAME, bytes_str(name));
    table_uint(t, HITS, hits);
    if (hits > 1)
        table_int(t, DRIFT, -(int64_t)hits);
    table_real(t, SHARE, share);
    table_bool(t, KNOWN, hits > 1);
    table_opt(t, NOTE, bytes_str(hits > 1 ? "noted" : ""));
    table_text(t, BAR, bytes_str("##"));
    cr_assert_eq(table_row(t, &err), 0, "%s", err.msg);
}

static void expect(struct table *t, const char *want)
{
    struct session *s = t->session;
    struct err err = {0};
    cr_assert_eq(table_end(t, &err), 0, "%s", err.msg);
    table_release(t);
    struct bytes got = buf_bytes(&s->output.buf);
    cr_assert(bytes_equal(got, bytes_str(want)), "got\n%.*s\nnot\n%s", (int)got.len,
              (const char *)got.data, want);
    buf_release(&s->output.buf);
}

Test(table, text_is_aligned)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_TEXT, NULL);
    row(&t, "amber", 5, 0.5);
    row(&t, "日本 x", 12345, 12.256);
    row(&t, "z", 1, (double)NAN);
    expect(&t, "name     hits   drift  share  bar\n"
               "amber       5      -5   0.50  ##\n"
               "日本 x  12345  -12345  12.26  ##\n"
               "z           1                 ##\n");
}

Test(table, text_gives_way_to_the_terminal)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_TEXT, "name,hits");
    s.output.width = 20;
    row(&t, "a long name that has to end", 5, 0);
    row(&t, "fifteen letters", 17, 0);
    row(&t, "short", 1, 0);
    expect(&t, "name            hits\n"
               "a long name t…     5\n"
               "fifteen lette…    17\n"
               "short              1\n");
}

Test(table, text_without_a_terminal_is_whole)
{
    struct table t;
    struct session s;
    char name[71];
    memset(name, 'x', sizeof name - 1);
    name[70] = 0;
    begin(&t, &s, OUTPUT_TEXT, "name,hits");
    row(&t, name, 5, 0);
    row(&t, "y", 6, 0);
    expect(&t, "name                                                          hits\n"
               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
               "     5\n"
               "y                                                                6\n");
}

Test(table, many_rows_do_not_wait)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_TEXT, "hits");
    s.output.fd = -1;
    for (uint64_t i = 0; i < LAYOUT_WAIT_ROWS - 2; i++)
        row(&t, "x", 1, 0);
    cr_assert_eq(s.output.buf.len, 0);
    row(&t, "x", 22222, 0);
    cr_assert_gt(s.output.buf.len, 5000);
    cr_assert_eq(t.layout.cells.len, 0);
    row(&t, "x", 333333, 0);
    cr_assert(bytes_equal(bytes_of(s.output.buf.data + s.output.buf.len - 7, 7),
                          bytes_str("333333\n")));
    table_release(&t);
    buf_release(&s.output.buf);
}

Test(table, tsv)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_TSV, NULL);
    row(&t, "a\tb \n \033[1m\"c\",", 5, 0.125);
    row(&t, "", 1, (double)INFINITY);
    expect(&t, "name\thits\tdrift\tshare\tknown\n"
               "a b \xEF\xBF\xBD[1m\"c\",\t5\t-5\t0.12\t1\n"
               "\t1\t\t\t0\n");
}

Test(table, csv)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_CSV, NULL);
    row(&t, "plain", 5, 0.125);
    row(&t, "a, \"b\"\r\nc", 1, 0);
    row(&t, " led", 1, 0);
    row(&t, "\"", 1, 0);
    row(&t, "=1+1", 1, 0);
    expect(&t, "name,hits,drift,share,known\n"
               "plain,5,-5,0.12,1\n"
               "\"a, \"\"b\"\" c\",1,,0.00,0\n"
               "\" led\",1,,0.00,0\n"
               "\"\"\"\",1,,0.00,0\n"
               "=1+1,1,,0.00,0\n");
}

Test(table, csv_of_one_column_has_no_empty_line)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_CSV, "name");
    row(&t, "", 1, 0);
    row(&t, "x", 1, 0);
    expect(&t, "name\n\"\"\nx\n");
}

Test(table, json)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_JSON, NULL);
    output_json_str(table_list(&t), "query", bytes_str("q"));
    row(&t, "a\"\n", 5, 0.125);
    row(&t, "b", 1, (double)NAN);
    cr_assert_null(table_list(&t));
    output_json_bool(table_tail(&t), "more", false);
    expect(
        &t,
        "{\"schema\":\"stemma.test-list/1\",\"query\":\"q\",\"results\":["
        "{\"schema\":\"stemma.test/1\",\"name\":\"a\\\"\\n\",\"hits\":5,\"drift\":-5,"
        "\"share\":0.125000,\"known\":true},"
        "{\"schema\":\"stemma.test/1\",\"name\":\"b\",\"hits\":1,\"drift\":null,"
        "\"share\":null,\"known\":false}],\"more\":false}\n");
    begin(&t, &s, OUTPUT_JSON, NULL);
    expect(&t, "{\"schema\":\"stemma.test-list/1\",\"results\":[]}\n");
}

Test(table, jsonl)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_JSONL, "note,name");
    cr_assert_null(table_list(&t));
    row(&t, "a", 5, 0);
    row(&t, "b", 1, 0);
    cr_assert_null(table_tail(&t));
    expect(&t, "{\"schema\":\"stemma.test/1\",\"note\":\"noted\",\"name\":\"a\"}\n"
               "{\"schema\":\"stemma.test/1\",\"note\":null,\"name\":\"b\"}\n");
}

Test(table, rows_that_end_with_nul)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_TSV, "name,hits");
    s.null = true;
    buf_reset(&s.output.buf);
    row(&t, "a  b\n", 5, 0);
    cr_assert_eq(s.output.buf.len, 7);
    cr_assert_eq(memcmp(s.output.buf.data, "a b \t5\0", 7), 0);
    table_release(&t);
    buf_release(&s.output.buf);

    /* A lone field is the value as it is. */
    s.fields = "name";
    t = (struct table){0};
    cr_assert_eq(table_begin(&t, &s, &schema, NULL), 0);
    cr_assert_eq(s.output.buf.len, 0, "no line of names");
    row(&t, "a  b\n\xFF", 5, 0);
    cr_assert_eq(s.output.buf.len, 7);
    cr_assert_eq(memcmp(s.output.buf.data, "a  b\n\xFF\0", 7), 0);
    table_release(&t);
    buf_release(&s.output.buf);
}

Test(table, fields_are_chosen_and_ordered)
{
    struct table t;
    struct session s;
    begin(&t, &s, OUTPUT_TSV, " note , hits");
    cr_assert(table_wants(&t, NOTE) && table_wants(&t, HITS) && !table_wants(&t, NAME));
    row(&t, "a", 5, 0);
    row(&t, "b", 1, 0);
    expect(&t, "note\thits\nnoted\t5\n\t1\n");
    begin(&t, &s, OUTPUT_TEXT, "known");
    row(&t, "a", 5, 0);
    row(&t, "a", 1, 0);
    expect(&t, "known\nyes\nno\n");
}

static void refuse(int format, const char *fields, const char *words)
{
    struct session s = {.format = format, .fields = fields};
    struct table t = {0};
    struct err err = {0};
    cr_assert_eq(table_begin(&t, &s, &schema, &err), ERR_USAGE);
    cr_assert(strstr(err.msg, words), "'%s' without '%s'", err.msg, words);
    table_release(&t);
    buf_release(&s.output.buf);
}

Test(table, fields_that_there_are_not)
{
    refuse(OUTPUT_TSV, "hitz", "did you mean 'hits'?");
    refuse(OUTPUT_TSV, "qqqqqqqq", "there are name, hits, drift, share, known, note");
    refuse(OUTPUT_TSV, "bar", "there is no field 'bar'");
    refuse(OUTPUT_TSV, "", "--fields takes names");
    refuse(OUTPUT_JSONL, " , ", "--fields takes names");
    refuse(OUTPUT_CSV, "hits,hits", "twice");
}

Test(table, figures)
{
    static const struct table_column some[] = {
        {.name = "p", .kind = TABLE_REAL, .digits = 3, .flags = TABLE_FIGURES}};
    static const struct table_schema figures = {"stemma.f/1", "stemma.f-list/1", some,
                                                1};
    static const double values[] = {0.25, 3.14159e-45, 0, 0.000123456};
    static const struct {
        int format;
        const char *want;
    } prints[] = {{OUTPUT_TSV, "p\n0.25\n3.14e-45\n0\n0.000123\n"},
                  {OUTPUT_JSONL, "{\"schema\":\"stemma.f/1\",\"p\":0.25}\n"
                                 "{\"schema\":\"stemma.f/1\",\"p\":3.14e-45}\n"
                                 "{\"schema\":\"stemma.f/1\",\"p\":0}\n"
                                 "{\"schema\":\"stemma.f/1\",\"p\":0.000123}\n"}};
    for (size_t k = 0; k < 2; k++) {
        struct table t = {0};
        struct session s = {.format = prints[k].format};
        struct err err = {0};
        output_init(&s.output, -1, false);
        cr_assert_eq(table_begin(&t, &s, &figures, &err), 0, "%s", err.msg);
        for (size_t i = 0; i < 4; i++) {
            table_real(&t, 0, values[i]);
            cr_assert_eq(table_row(&t, &err), 0, "%s", err.msg);
        }
        expect(&t, prints[k].want);
    }
}
