#include <criterion/criterion.h>
#include <string.h>

#include "query/pairs.h"

static const char *const names[] = {"name", "note", "n", "part", "is", "group", NULL};

static void expect(int format, const char *fields, bool null, const char *want,
                   size_t want_len)
{
    struct session s = {.format = format, .fields = fields, .null = null};
    struct pairs p;
    struct err err = {0};
    output_init(&s.output, -1, false);
    s.output.fields = session_is_json(&s) ? fields : NULL;
    cr_assert_eq(pairs_begin(&p, &s, "stemma.test/1", names, &err), 0, "%s", err.msg);
    pairs_text(&p, "name", bytes_str("a\tb \"c\", \033"));
    pairs_opt(&p, "note", bytes_str(""));
    pairs_uint(&p, "n", 7);
    pairs_real(&p, "part", 0.25, 2);
    pairs_bool(&p, "is", true);
    pairs_open(&p, "group", "in");
    pairs_uint(&p, "x", 1);
    pairs_null(&p, "y");
    pairs_close(&p);
    pairs_end(&p);
    struct bytes got = buf_bytes(&s.output.buf);
    cr_assert(bytes_equal(got, bytes_of(want, want_len)), "got\n%.*s", (int)got.len,
              (const char *)got.data);
    buf_release(&s.output.buf);
}

#define EXPECT(format, fields, null, want) \
    expect(format, fields, null, want, sizeof(want) - 1)

Test(pairs, every_format)
{
    EXPECT(
        OUTPUT_TSV, NULL, false,
        "name\tvalue\nname\ta b \"c\", \xEF\xBF\xBD\nnote\t\nn\t7\npart\t0.25\nis\t1\n"
        "in.x\t1\nin.y\t\n");
    EXPECT(OUTPUT_CSV, NULL, false,
           "name,value\nname,\"a b \"\"c\"\", "
           "\xEF\xBF\xBD\"\nnote,\nn,7\npart,0.25\nis,1\n"
           "in.x,1\nin.y,\n");
    EXPECT(OUTPUT_JSON, NULL, false,
           "{\"schema\":\"stemma.test/1\",\"name\":\"a\\tb \\\"c\\\", "
           "\\u001b\",\"note\":null,"
           "\"n\":7,\"part\":0.250000,\"is\":true,\"group\":{\"x\":1,\"y\":null}}\n");
}

Test(pairs, fields)
{
    EXPECT(OUTPUT_TSV, "n,is", false, "name\tvalue\nn\t7\nis\t1\n");
    EXPECT(OUTPUT_TEXT, "group,note", false, "name\tvalue\nnote\t\nin.x\t1\nin.y\t\n");
    EXPECT(OUTPUT_JSONL, "group,n", false,
           "{\"schema\":\"stemma.test/1\",\"n\":7,\"group\":{\"x\":1,\"y\":null}}\n");
    EXPECT(OUTPUT_TSV, "n,part", true, "n\t7\0part\t0.25\0");
}

Test(pairs, a_name_that_there_is_not)
{
    struct session s = {.format = OUTPUT_TSV, .fields = "nmae"};
    struct pairs p;
    struct err err = {0};
    cr_assert_eq(pairs_begin(&p, &s, "stemma.test/1", names, &err), ERR_USAGE);
    cr_assert(strstr(err.msg, "did you mean 'name'?"), "%s", err.msg);
    cr_assert_eq(s.output.buf.len, 0);
}
