/* Values of filters, as typed and as understood. */
#include <criterion/criterion.h>
#include <string.h>

#include "query/filter.h"

/* What `chunk`, a filter without quotation marks, is understood as; NULL if it is no value. */
static const char *understood(const char *chunk, struct buf *out)
{
    struct filter f;
    const struct filter_field *field = filter_field_at(bytes_str(chunk));
    cr_assert_not_null(field, "%s", chunk);
    size_t skip = strlen(field->name) + 1;
    char wrong[FILTER_WRONG_MAX];
    if (!filter_read(field, bytes_str(chunk + skip), false, false, &f, wrong))
        return NULL;
    cr_assert_eq(f.kind, field->kind);
    buf_reset(out);
    filter_print(&f, out);
    buf_put_u8(out, 0);
    cr_assert_not(out->failed);
    return (const char *)out->data;
}

Test(filter, values)
{
    static const char *const cases[][2] = {
        {"is:original", "is original"},
        {"is:COPY", "is copy"},
        {"is:excerpt", "is excerpt"},
        {"copies:3", "copies 3"},
        {"copies:0", "copies 0"},
        {"copies:>3", "copies 4.."},
        {"copies:>=3", "copies 3.."},
        {"copies:<3", "copies 0..2"},
        {"copies:<=3", "copies 0..3"},
        {"copies:<=0", "copies 0"},
        {"copies:<0", "copies none"},
        {"copies:>=0", "copies 0.."},
        {"copies:2..5", "copies 2..5"},
        {"copies:2..2", "copies 2"},
        {"copies:2..", "copies 2.."},
        {"copies:..5", "copies 0..5"},
        {"copies:4294967295", "copies 4294967295"},
        {"copies:>4294967295", "copies none"},
        {"copies:007", "copies 7"},
        {"story:cw-1", "story cw-1"},
        {"like:a:b\x01", "like a:b\\x01"},
    };
    struct buf out = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = understood(cases[i][0], &out);
        cr_expect(got && strcmp(got, cases[i][1]) == 0, "%s: %s", cases[i][0],
                  got ? got : "no value");
    }
    buf_release(&out);
}

Test(filter, no_values)
{
    static const char *const cases[] = {
        "is:",       "is:originals", "is:cop",     "copies:",     "copies:x",
        "copies:-1", "copies:>",     "copies:>=",  "copies:=3",   "copies:>3x",
        "copies:..", "copies:5..2",  "copies:2.5", "copies:2..x", "copies:4294967296",
        "copies:3 ", "copies:>>3",   "story:",     "like:",
    };
    struct buf out = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_null(understood(cases[i], &out), "%s", cases[i]);
    buf_release(&out);
}

Test(filter, fields)
{
    static const char *const words[] = {"is", "isolated:x", "Is:x",     "copy:x",
                                        "",   ":",          "sources:", "likes:x"};
    size_t n;
    const struct filter_field *fields = filter_fields(&n);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        cr_expect_null(filter_field_at(bytes_str(words[i])), "%s", words[i]);
    cr_assert_eq(n, FILTER_KINDS);
    for (int k = 0; k < FILTER_KINDS; k++) {
        cr_expect_eq((int)fields[k].kind, k);
        cr_expect_eq(filter_field_of((enum filter_kind)k), &fields[k]);
    }
}

Test(filter, names_that_are_none)
{
    static const struct {
        const char *chunk, *nearest;
    } cases[] = {
        {"sourc:guardian", "source"},
        {"Source:guardian", "source"},
        {"sauce:x", "source"},
        {"outlet:x", NULL},
        {"auther:x", "author"},
        {"langs:en", "lang"},
        {"dat:2016", "date"},
        {"si:x", NULL},
        {"foo:bar", NULL},
        {"SOURCE:x", "source"},
        {"url_:x", ""},
        {"10:30", ""},
        {"http://x.org", ""},
        {"Aleppo:Syria", ""},
        {"note:", ""},
        {"std::vector", ""},
        {"a:b", ""},
        {"path:x:y", "path"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes name;
        const struct filter_field *nearest = NULL;
        bool unknown = filter_unknown_at(bytes_str(cases[i].chunk), &name, &nearest);
        bool want = !cases[i].nearest || cases[i].nearest[0];
        cr_expect_eq(unknown, want, "%s", cases[i].chunk);
        if (unknown && want && cases[i].nearest)
            cr_expect(nearest && strcmp(nearest->name, cases[i].nearest) == 0, "%s: %s",
                      cases[i].chunk, nearest ? nearest->name : "none");
        else if (unknown)
            cr_expect_null(nearest, "%s: %s", cases[i].chunk, nearest->name);
    }
}
