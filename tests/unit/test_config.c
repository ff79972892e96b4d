#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/config.h"
#include "indexer/fields.h"
#include "tests/support/tempdir.h"

enum {
    ARGS_MAX = 32
};

/* Parses words; argv must live as long as the config. */
static int parse(struct config *c, char **argv, struct err *err)
{
    int n = 0;
    while (argv[n])
        n++;
    return config_parse(c, n, argv, err);
}

static char *argv_of[ARGS_MAX];

static char **words(const char *const *list)
{
    static char copies[ARGS_MAX][256];
    int n = 0;
    for (; list[n]; n++) {
        (void)snprintf(copies[n], sizeof copies[n], "%s", list[n]);
        argv_of[n] = copies[n];
    }
    argv_of[n] = NULL;
    return argv_of;
}

#define WORDS(...) words((const char *const[]){"build", __VA_ARGS__, NULL})

static void expect_usage(char **argv, const char *in_message)
{
    struct config c;
    struct err err = {0};
    int rc = parse(&c, argv, &err);
    cr_expect_eq(rc, ERR_USAGE, "%d", rc);
    cr_expect_not_null(strstr(err.msg, in_message), "'%s' is not in '%s'", in_message,
                       err.msg);
    config_release(&c);
}

Test(config, defaults)
{
    struct config c;
    struct err err = {0};
    cr_assert_eq(parse(&c, WORDS("-x", "idx", "a", "b"), &err), 0, "%s", err.msg);
    cr_expect_str_eq(c.index, "idx");
    cr_assert_eq(c.n_inputs, 2);
    cr_expect_str_eq(c.inputs[0], "a");
    cr_expect_str_eq(c.inputs[1], "b");
    cr_expect_eq(c.memory_bytes, UINT64_C(1) << 30);
    cr_expect_eq(c.record_bytes_max, UINT64_C(64) << 20);
    cr_expect_geq(c.threads, 1);
    cr_expect_eq(c.segment_tokens, 0);
    cr_expect_eq(c.progress, PROGRESS_AUTO);
    cr_expect_not(c.quiet);
    config_release(&c);
}

Test(config, every_option)
{
    struct config c;
    struct err err = {0};
    char **argv = WORDS("--index=i", "--memory", "256M", "--threads=8", "--rejects",
                        "r", "--include", "*.md", "--include=*.txt", "--exclude",
                        "old/*", "--map", "title=kicker", "--progress", "json",
                        "--quiet", "--segment-tokens", "4096", "--record-max=1M", "in");
    cr_assert_eq(parse(&c, argv, &err), 0, "%s", err.msg);
    cr_expect_str_eq(c.index, "i");
    cr_expect_eq(c.memory_bytes, UINT64_C(256) << 20);
    cr_expect_eq(c.threads, 8);
    cr_expect_str_eq(c.rejects, "r");
    cr_expect_eq(c.include.len, 2);
    cr_expect_eq(c.exclude.len, 1);
    cr_expect_str_eq(c.names[FIELD_TITLE][0], "kicker");
    cr_expect_str_eq(c.names[FIELD_TITLE][1], "title");
    cr_expect_eq(c.progress, PROGRESS_JSON);
    cr_expect(c.quiet);
    cr_expect_eq(c.segment_tokens, 4096);
    cr_expect_eq(c.record_bytes_max, UINT64_C(1) << 20);
    config_release(&c);
}

Test(config, usage_errors)
{
    (void)unsetenv("STEMMA_INDEX");
    expect_usage(WORDS("in"), "-x INDEX");
    expect_usage(WORDS("-x", "i"), "no input");
    expect_usage(WORDS("-x", "i", "--memory", "95M", "in"), "96M");
    expect_usage(WORDS("-x", "i", "--memory", "lots", "in"), "memory");
    expect_usage(WORDS("-x", "i", "--threads", "0", "in"), "threads");
    expect_usage(WORDS("-x", "i", "--threads", "257", "in"), "threads");
    expect_usage(WORDS("-x", "i", "--map", "title", "in"), "FIELD=NAME");
    expect_usage(WORDS("-x", "i", "--map", "=x", "in"), "FIELD=NAME");
    expect_usage(WORDS("-x", "i", "--map", "headline=title", "in"), "the fields are");
    expect_usage(WORDS("-x", "i", "-", "-"), "only once");
    expect_usage(WORDS("-x", "i", "--nonsense", "in"), "nonsense");
    expect_usage(WORDS("-x", "i", ""), "without a name");
}

Test(config, what_makes_copies)
{
    struct config c;
    struct err err = {0};
    struct compare_limits defaults;
    compare_limits_init(&defaults);
    cr_assert_eq(parse(&c, WORDS("-x", "i", "in"), &err), 0, "%s", err.msg);
    cr_expect_eq(c.copies, COPIES_NEAR);
    cr_expect_arr_eq(&c.limits, &defaults, sizeof defaults);
    config_release(&c);
    char **argv = WORDS("-x", "i", "--copies", "exact", "--near", "75%",
                        "--contained=0.905", "--edition-days", "30", "--limit", "gap=9",
                        "--limit", "rare=40%", "--trace-pairs", "t", "in");
    cr_assert_eq(parse(&c, argv, &err), 0, "%s", err.msg);
    cr_expect_eq(c.copies, COPIES_EXACT);
    cr_expect_eq(c.limits.near, 7500);
    cr_expect_eq(c.limits.contained, 9050);
    cr_expect_eq(c.limits.edition_days, 30);
    cr_expect_eq(c.limits.gap, 9);
    cr_expect_eq(c.limits.rare, 4000);
    cr_expect_eq(c.limits.excerpt_run, defaults.excerpt_run);
    cr_expect_str_eq(c.trace_pairs, "t");
    config_release(&c);
    static const struct {
        const char *text;
        uint32_t value;
    } fractions[] = {{"100%", 10000},  {"1.0", 10000},  {"0.8", 8000},
                     {"12.34%", 1234}, {"0.0001", 1},   {"0.85%", 85},
                     {"80.0%", 8000},  {"0.8999", 8999}};
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        argv = WORDS("-x", "i", "--near", fractions[i].text, "in");
        cr_assert_eq(parse(&c, argv, &err), 0, "%s", err.msg);
        cr_expect_eq(c.limits.near, fractions[i].value, "%s", fractions[i].text);
        config_release(&c);
    }
    static const char *const bad[] = {
        "80",    "0%",      "0.0",  "101%",        "1.0001",
        "-0.5",  "0.8x",    "%",    ".5",          "",
        "0.8%%", "0.00001", "1e-1", "4294967376%", "99999999999999999999%"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_usage(WORDS("-x", "i", "--near", bad[i], "in"), "--near");
    expect_usage(WORDS("-x", "i", "--contained", "2.0", "in"), "--contained");
    expect_usage(WORDS("-x", "i", "--edition-days", "0", "in"), "edition-days");
    expect_usage(WORDS("-x", "i", "--copies", "some", "in"), "copies");
    expect_usage(WORDS("-x", "i", "--limit", "gap", "in"), "--limit");
    expect_usage(WORDS("-x", "i", "--limit", "nothing=1", "in"), "--limit");
    expect_usage(WORDS("-x", "i", "--limit", "gap=x", "in"), "--limit");
    expect_usage(WORDS("-x", "i", "--limit", "gap=4294967296", "in"), "--limit");
}

Test(config, memory_floor_is_enough)
{
    struct config c;
    struct err err = {0};
    cr_expect_eq(parse(&c, WORDS("-x", "i", "--memory", "96M", "in"), &err), 0, "%s",
                 err.msg);
    config_release(&c);
}

Test(config, help_asks_for_nothing_else)
{
    struct config c;
    struct err err = {0};
    cr_expect_eq(parse(&c, WORDS("--help"), &err), 0, "%s", err.msg);
    cr_expect(c.help);
    config_release(&c);
}

Test(config, index_from_the_environment)
{
    struct config c;
    struct err err = {0};
    (void)setenv("STEMMA_INDEX", "elsewhere", 1);
    cr_expect_eq(parse(&c, WORDS("in"), &err), 0, "%s", err.msg);
    cr_expect_str_eq(c.index, "elsewhere");
    config_release(&c);
    cr_expect_eq(parse(&c, WORDS("-x", "here", "in"), &err), 0, "%s", err.msg);
    cr_expect_str_eq(c.index, "here");
    config_release(&c);
}

Test(config, files_from)
{
    struct tempdir t;
    struct config c;
    struct err err = {0};
    char path[1024];
    static const char list[] = "one\r\n\ntwo words\nlast";
    cr_assert(tempdir_make(&t));
    cr_assert(tempdir_write(&t, "list", list, strlen(list)));
    cr_assert(tempdir_path(&t, "list", path, sizeof path));
    int rc = parse(&c, WORDS("-x", "i", "--files-from", path, "zero"), &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    cr_assert_eq(c.n_inputs, 4);
    cr_expect_str_eq(c.inputs[0], "zero");
    cr_expect_str_eq(c.inputs[1], "one");
    cr_expect_str_eq(c.inputs[2], "two words");
    cr_expect_str_eq(c.inputs[3], "last");
    config_release(&c);

    cr_assert(tempdir_write(&t, "list", "a\0b", 3));
    expect_usage(WORDS("-x", "i", "--files-from", path), "NUL");
    tempdir_remove(&t);
}

Test(config, files_from_that_is_not_there)
{
    struct config c;
    struct err err = {0};
    int rc = parse(&c, WORDS("-x", "i", "--files-from", "/nonexistent/list"), &err);
    cr_expect_eq(rc, ERR_NOT_FOUND);
    cr_expect_not_null(strstr(err.msg, "--files-from"), "%s", err.msg);
    config_release(&c);
}

Test(config, too_many_names_for_a_field)
{
    struct config c;
    struct err err = {0};
    int rc = 0;
    config_init(&c);
    for (int i = 0; i < CONFIG_NAMES_MAX && rc == 0; i++) {
        char map[16];
        snprintf(map, sizeof map, "author=x%d", i);
        rc = config_map(&c, map, &err);
    }
    cr_expect_eq(rc, ERR_USAGE);
    cr_expect_null(c.names[FIELD_AUTHOR][CONFIG_NAMES_MAX - 1]);
    config_release(&c);
}

Test(config, of_two_maps_the_first_is_preferred)
{
    struct config c;
    struct err err = {0};
    char **argv = WORDS("-x", "i", "--map", "text=a", "--map", "text=b", "in");
    cr_assert_eq(parse(&c, argv, &err), 0, "%s", err.msg);
    cr_expect_str_eq(c.names[FIELD_TEXT][0], "a");
    cr_expect_str_eq(c.names[FIELD_TEXT][1], "b");
    config_release(&c);
}

/* What is mapped is taken from the field that had it; of two maps of a name the last call counts, which
 * is that of the option given first. */
Test(config, a_mapped_name_leaves_its_field)
{
    struct config c;
    struct err err = {0};
    config_init(&c);
    cr_assert_eq(config_map(&c, "tags=category", &err), 0);
    cr_assert_eq(config_map(&c, "text=name", &err), 0);
    cr_assert_eq(config_map(&c, "text=body", &err), 0);
    cr_expect_str_eq(c.names[FIELD_TAGS][0], "category");
    cr_expect_str_eq(c.names[FIELD_TAGS][1], "tags");
    cr_expect_str_eq(c.names[FIELD_TEXT][0], "body");
    cr_expect_str_eq(c.names[FIELD_TEXT][1], "name");
    cr_expect_str_eq(c.names[FIELD_TEXT][2], "text");
    cr_expect_str_eq(c.names[FIELD_TEXT][3], "content");
    for (int rank = 0; c.names[FIELD_SECTION][rank]; rank++)
        cr_expect_str_neq(c.names[FIELD_SECTION][rank], "category");
    for (int rank = 0; c.names[FIELD_TITLE][rank]; rank++)
        cr_expect_str_neq(c.names[FIELD_TITLE][rank], "name");
    config_release(&c);
}

/* Every name finds its field, and nothing else does. */
Test(config, fields)
{
    struct config c;
    struct err err = {0};
    struct fields fields;
    config_init(&c);
    cr_assert_eq(
        config_map(&c, "text=a_name_that_is_longer_than_all_the_buckets_are", &err), 0);
    fields_init(&fields, &c);
    for (int field = 0; field < FIELD_COUNT; field++) {
        for (int rank = 0; c.names[field][rank]; rank++) {
            const struct fields_name *n =
                fields_find(&fields, bytes_str(c.names[field][rank]));
            cr_assert_not_null(n, "%s", c.names[field][rank]);
            cr_expect_eq(n->field, field);
            cr_expect_eq(n->rank, rank);
        }
    }
    static const char *const strangers[] = {
        "",
        "tex",
        "textt",
        "Title",
        "idd",
        "x",
        "a_name_that_is_longer_than_all_the_buckets_arf"};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        cr_expect_null(fields_find(&fields, bytes_str(strangers[i])), "%s",
                       strangers[i]);
    cr_expect_str_eq(config_field_name(FIELD_SOURCE), "source");
    config_release(&c);
}
