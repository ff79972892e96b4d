#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "text/utf8.h"
#include "query/output.h"

static void expect(struct output *o, const char *want)
{
    struct bytes got = buf_bytes(&o->buf);
    cr_assert(bytes_equal(got, bytes_str(want)), "got '%.*s', not '%s'", (int)got.len,
              (const char *)got.data, want);
    buf_release(&o->buf);
}

#define REPLACED "\xEF\xBF\xBD"

Test(output, text_is_harmless)
{
    struct output o;
    output_init(&o, -1, false);
    output_text(&o, bytes_str("a\033[31mb\nc\td\x7f\xC2\x9B e\xE2\x80\xAE \xFF"));
    expect(&o, "a" REPLACED "[31mb c d" REPLACED REPLACED " e" REPLACED " " REPLACED);
    output_lines(&o, bytes_str("a\nb\tc\rd"));
    expect(&o, "a\nb\tc" REPLACED "d");
}

Test(output, a_line_has_single_blanks)
{
    struct output o;
    output_init(&o, -1, false);
    output_line(&o, bytes_str("  a \t\r\n b\v\fc\xE2\x80\xA8 d "));
    expect(&o, " a b c\xE2\x80\xA8 d ");
    output_field(&o, bytes_str("a\xE2\x80\xA8\xE2\x80\xA9 b\tc\xE2\x80"));
    expect(&o, "a b c" REPLACED);
    output_field(&o, bytes_str(""));
    expect(&o, "");
}

Test(output, styles_only_where_colour_is)
{
    struct output o;
    output_init(&o, -1, false);
    output_style(&o, "1");
    output_put(&o, "x");
    output_style(&o, NULL);
    expect(&o, "x");
    output_init(&o, -1, true);
    output_style(&o, "1");
    output_put(&o, "x");
    output_style(&o, NULL);
    expect(&o, "\033[1mx\033[0m");
}

Test(output, json_commas_and_nesting)
{
    struct output o;
    output_init(&o, -1, false);
    for (int i = 0; i < 2; i++) {
        output_open(&o, NULL, '{');
        output_json_str(&o, "a", bytes_str("x"));
        output_open(&o, "b", '[');
        output_open(&o, NULL, '{');
        output_close(&o, '}');
        output_open(&o, NULL, '{');
        output_json_uint(&o, "n", UINT64_MAX);
        output_close(&o, '}');
        output_close(&o, ']');
        output_json_bool(&o, "c", true);
        output_json_opt(&o, "d", bytes_str(""));
        output_json_opt(&o, "e", bytes_str("y"));
        output_json_real(&o, "f", 0.5);
        output_close(&o, '}');
    }
#define OBJECT                                                                    \
    "{\"a\":\"x\",\"b\":[{},{\"n\":18446744073709551615}],\"c\":true,\"d\":null," \
    "\"e\":\"y\",\"f\":0.500000}\n"
    expect(&o, OBJECT OBJECT);
}

Test(output, json_strings)
{
    struct output o;
    output_init(&o, -1, false);
    static const char text[] =
        "q\" b\\ \n\t\r\0\x1f\x7f é\xE2\x80\xAE\xC2\x85\xEF\xBB\xBF\xFFz";
    output_json_str(&o, NULL, bytes_of(text, sizeof text - 1));
    expect(&o, "\"q\\\" b\\\\ \\n\\t\\u000d\\u0000\\u001f\\u007f "
               "é\\u202e\\u0085\\ufeff" REPLACED "z\"");
}

/* --- random bytes: what is printed decodes to what was given, and hides nothing ---------- */

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

/* The text with ill-formed parts replaced, as utf8_decode sees it. */
static void put_decoded(struct bytes text, struct buf *out)
{
    const uint8_t *p = text.data, *end = p + text.len;
    while (p < end) {
        uint32_t cp;
        uint8_t bytes[4];
        p += utf8_decode(p, end, &cp);
        buf_put(out, bytes, utf8_encode(cp, bytes));
    }
}

/* A JSON string back to its text; the test fails on anything that JSON or a terminal minds. */
static void put_unescaped(struct bytes json, struct buf *out)
{
    cr_assert_geq(json.len, 2);
    cr_assert_eq(json.data[0], '"');
    cr_assert_eq(json.data[json.len - 1], '"');
    for (size_t i = 1; i < json.len - 1; i++) {
        uint8_t c = json.data[i], bytes[4];
        cr_assert(c >= 0x20 && c != 0x7f && c != '"');
        if (c != '\\') {
            buf_put_u8(out, c);
            continue;
        }
        c = json.data[++i];
        cr_assert_lt(i, json.len - 1);
        if (c == 'u') {
            char digits[5] = {0};
            memcpy(digits, json.data + i + 1, 4);
            uint32_t cp = (uint32_t)strtoul(digits, NULL, 16);
            buf_put(out, bytes, utf8_encode(cp, bytes));
            i += 4;
        } else {
            cr_assert(strchr("\"\\nt", c));
            buf_put_u8(out, c == 'n' ? '\n' : c == 't' ? '\t' : c);
        }
    }
}

Test(output, json_strings_come_back)
{
    uint64_t state = 7;
    static const char *const parts[] = {
        "\xE2\x80", "\xAE", "\xF0\x9F\x98\x80", "\\",
        "\"",       "\xC2", "\xEF\xBB\xBF",     "\xE2\x81\xA6"};
    for (int round = 0; round < 3000; round++) {
        struct buf text = {0}, want = {0}, got = {0};
        struct output o;
        output_init(&o, -1, false);
        for (uint32_t n = next_random(&state) % 20; n > 0; n--) {
            uint32_t r = next_random(&state);
            if (r % 3)
                buf_put_u8(&text, (uint8_t)(r >> 8));
            else
                buf_put_str(&text, parts[(r >> 8) % 8]);
        }
        output_json_str(&o, NULL, buf_bytes(&text));
        put_decoded(buf_bytes(&text), &want);
        put_unescaped(buf_bytes(&o.buf), &got);
        cr_assert(bytes_equal(buf_bytes(&want), buf_bytes(&got)), "round %d", round);
        /* nothing in it that a terminal could obey */
        struct buf safe = {0};
        log_sanitise(&safe, buf_bytes(&o.buf), false);
        cr_assert(bytes_equal(buf_bytes(&safe), buf_bytes(&o.buf)), "round %d", round);
        buf_release(&safe);
        buf_release(&text);
        buf_release(&want);
        buf_release(&got);
        buf_release(&o.buf);
    }
}

/* --- writing ------------------------------------------------------------------------------ */

Test(output, all_of_it_is_written)
{
    struct output o;
    struct err err = {0};
    char path[] = "/tmp/stemma-output-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    unlink(path);
    output_init(&o, fd, false);
    size_t total = 0;
    for (int i = 0; i < 30000; i++) {
        output_printf(&o, "%d\n", i);
        cr_assert_eq(output_flush_large(&o, &err), 0);
        cr_assert_leq(o.buf.len, 64 * 1024);
        total += i < 10 ? 2 : i < 100 ? 3 : i < 1000 ? 4 : i < 10000 ? 5 : 6;
    }
    cr_assert_eq(output_finish(&o, &err), 0);
    cr_assert_eq((size_t)lseek(fd, 0, SEEK_END), total);
    close(fd);
}

Test(output, a_full_disk_is_told)
{
    struct output o;
    struct err err = {0};
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0)
        return;
    output_init(&o, fd, false);
    output_put(&o, "x");
    cr_assert_eq(output_finish(&o, &err), ERR_OUTPUT);
    cr_assert(strstr(err.msg, "standard output"), "%s", err.msg);
    output_init(&o, fd, false);
    err_clear(&err);
    for (int i = 0; i < 70000; i++)
        output_put(&o, "x");
    cr_assert_eq(output_flush_large(&o, &err), ERR_OUTPUT);
    output_put(&o, "more");
    err_clear(&err);
    cr_assert_eq(output_finish(&o, &err), ERR_OUTPUT, "the failure sticks");
    close(fd);
}

Test(output, a_lost_allocation_is_told)
{
    struct output o;
    struct err err = {0};
    output_init(&o, STDOUT_FILENO, false);
    o.buf.failed = true;
    cr_assert_eq(output_flush_large(&o, &err), ERR_NOMEM);
    cr_assert_eq(output_finish(&o, &err), ERR_NOMEM);
}

Test(output, csv_is_quoted_where_it_must)
{
    static const char *const cases[][2] = {
        {"", ""},           {"a b", "a b"},           {"a,b", "\"a,b\""},
        {"\"", "\"\"\"\""}, {"a\"b", "\"a\"\"b\""},   {" a", "\" a\""},
        {"a\r\nb", "a b"},  {"a;b'c\td", "a;b'c d"},  {"a\n", "\"a \""},
        {"=1", "=1"},       {"\"\"", "\"\"\"\"\"\""}, {"\033,", "\"" REPLACED ",\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct output o;
        output_init(&o, -1, false);
        output_csv(&o, bytes_str(cases[i][0]));
        expect(&o, cases[i][1]);
    }
}

static void put_rows(struct output *o)
{
    output_open(o, NULL, '{');
    output_json_str(o, "a", bytes_str("head"));
    output_open(o, "rows", '[');
    for (uint64_t i = 0; i < 2; i++) {
        output_open_row(o, "s/1");
        output_json_uint(o, "a", i);
        output_open(o, "b", '{');
        output_json_uint(o, "c", 1);
        output_open(o, "d", '{');
        output_json_uint(o, "e", 2);
        output_close(o, '}');
        output_close(o, '}');
        output_open(o, "f", '[');
        output_open(o, NULL, '{');
        output_json_uint(o, "g", 3);
        output_json_null(o, "h");
        output_close(o, '}');
        output_json_int(o, NULL, -4);
        output_close(o, ']');
        output_json_bool(o, "i", true);
        output_close_row(o);
    }
    output_close(o, ']');
    output_json_bool(o, "b", false);
    output_close(o, '}');
}

Test(output, rows_have_the_keys_asked_for)
{
    static const char *const cases[][2] = {
        {NULL,
         "\"a\":%,\"b\":{\"c\":1,\"d\":{\"e\":2}},\"f\":[{\"g\":3,\"h\":null},-4],"
         "\"i\":true"},
        {"a", "\"a\":%"},
        {"i, a", "\"a\":%,\"i\":true"},
        {"b", "\"b\":{\"c\":1,\"d\":{\"e\":2}}"},
        {"b.c", "\"b\":{\"c\":1}"},
        {"b.d.e,i", "\"b\":{\"d\":{\"e\":2}},\"i\":true"},
        {"f.h,b.d", "\"b\":{\"d\":{\"e\":2}},\"f\":[{\"h\":null},-4]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct output o;
        struct buf want = {0};
        output_init(&o, -1, false);
        o.fields = cases[i][0];
        buf_put_str(&want, "{\"a\":\"head\",\"rows\":[");
        for (int k = 0; k < 2; k++) {
            buf_printf(&want, "%s{\"schema\":\"s/1\",", k ? "," : "");
            for (const char *p = cases[i][1]; *p; p++)
                buf_put_u8(&want, *p == '%' ? (uint8_t)('0' + k) : (uint8_t)*p);
            buf_put_str(&want, "}");
        }
        buf_put_str(&want, "],\"b\":false}\n");
        buf_put_u8(&want, 0);
        put_rows(&o);
        expect(&o, (const char *)want.data);
        buf_release(&want);
    }
}

Test(output, what_is_not_wanted_does_not_wait)
{
    struct output o;
    struct err err = {0};
    char long_text[1000];
    memset(long_text, 'x', sizeof long_text);
    int fd = open("/dev/null", O_WRONLY);
    output_init(&o, fd, false);
    o.fields = "a,z";
    output_open_row(&o, "s/1");
    output_json_uint(&o, "a", 1);
    output_open(&o, "b", '[');
    for (int i = 0; i < 1000; i++) {
        output_json_str(&o, NULL, bytes_of(long_text, sizeof long_text));
        cr_assert_eq(output_flush_large(&o, &err), 0);
        cr_assert_lt(o.buf.len, 1100);
    }
    output_close(&o, ']');
    output_json_uint(&o, "z", 2);
    output_close_row(&o);
    expect(&o, "{\"schema\":\"s/1\",\"a\":1,\"z\":2}\n");
    close(fd);
}

Test(output, wants)
{
    struct output o = {0};
    cr_assert(output_wants(&o, "x"));
    o.fields = "ab,c.d";
    cr_assert(output_wants(&o, "ab") && output_wants(&o, "c") &&
              output_wants(&o, "c.d"));
    cr_assert(output_wants(&o, "ab.x") && output_wants(&o, "c.d.e"));
    cr_assert(!output_wants(&o, "a") && !output_wants(&o, "c.e") &&
              !output_wants(&o, "abc"));
}

/* A list that a limit cuts off is well-formed, whatever is open, and says so. */
Test(output, a_stopped_list_is_closed)
{
    struct output o;
    output_init(&o, -1, false);
    output_open(&o, NULL, '{');
    output_open(&o, "results", '[');
    output_open(&o, NULL, '{');
    output_json_uint(&o, "a", 1);
    output_open(&o, "b", '[');
    output_stop(&o, "timeout", false);
    expect(&o, "{\"results\":[{\"a\":1,\"b\":[]}],\"partial\":true,\"stopped_by\":"
               "\"timeout\"}\n");
}

Test(output, stopped_rows_have_a_last_one)
{
    static const char mark[] = "{\"schema\":\"stemma.stopped/"
                               "1\",\"partial\":true,\"stopped_by\":\"memory\"}\n";
    struct output o;
    output_init(&o, -1, false);
    output_stop(&o, "memory", false); /* nothing was printed */
    expect(&o, mark);
    output_init(&o, -1, false);
    output_open(&o, NULL, '{');
    output_close(&o, '}');
    output_stop(&o, "memory", false); /* it was whole */
    expect(&o, "{}\n");
    output_init(&o, -1, false);
    output_open(&o, NULL, '{');
    output_close(&o, '}');
    o.buf.len = 0;
    output_stop(&o, "memory", true); /* JSON Lines */
    expect(&o, mark);
    output_init(&o, -1, false);
    output_open(&o, NULL, '{');
    o.buf.failed = true; /* something is missing in it */
    output_stop(&o, "memory", true);
    cr_assert_eq(o.depth, 1);
    buf_release(&o.buf);
}

/* Memory that fails within a row costs that row alone. */
Test(output, a_row_that_failed_is_taken_back)
{
    struct output o;
    struct err err = {0};
    output_init(&o, -1, false);
    output_open(&o, NULL, '{');
    output_open(&o, "results", '[');
    output_open(&o, NULL, '{');
    output_json_uint(&o, "a", 1);
    output_close(&o, '}');
    cr_assert_eq(output_flush_large(&o, &err), 0);
    output_open(&o, NULL, '{');
    output_open(&o, "b", '[');
    o.buf.failed = true;
    cr_assert_eq(output_flush_large(&o, &err), ERR_NOMEM);
    output_take_back(&o);
    output_stop(&o, "memory", false);
    expect(&o,
           "{\"results\":[{\"a\":1}],\"partial\":true,\"stopped_by\":\"memory\"}\n");
    output_init(&o, -1, false);
    output_open(&o, NULL, '{');
    o.buf.failed = true; /* before the first row */
    output_take_back(&o);
    output_stop(&o, "memory", false);
    expect(&o, "{\"schema\":\"stemma.stopped/"
               "1\",\"partial\":true,\"stopped_by\":\"memory\"}\n");
}
