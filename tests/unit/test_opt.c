#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/opt.h"

static bool verbose, color, quiet;
static const char *index_path;
static uint64_t threads, memory, limit;
static int format;
static struct opt_list maps;

static const struct opt table[] = {
    {"index", 'x', OPT_STRING, &index_path, "DIR", "The index.", 0, 0, NULL},
    {"threads", 't', OPT_UINT, &threads, "N", "How many threads work.", 1, 64, NULL},
    {"limit", 0, OPT_UINT, &limit, "N",
     "How many stories are shown; 0 shows all of them, however many there are.", 0, 0,
     NULL},
    {"memory", 'm', OPT_SIZE, &memory, "SIZE", "The most memory.", 1 << 20, 0, NULL},
    {"format", 0, OPT_CHOICE, &format, NULL, "The form of the answers.", 0, 0,
     "text|tsv|json"},
    {"map", 0, OPT_LIST, &maps, "FIELD=NAME", "Another name of a field.", 0, 0, NULL},
    {"color", 0, OPT_FLAG, &color, NULL, "-Marks hits with\\colour.", 0, 0, NULL},
    {"verbose", 'v', OPT_FLAG, &verbose, NULL, ".Says more.", 0, 0, NULL},
    {"quiet", 'q', OPT_FLAG, &quiet, NULL, "Says less.", 0, 0, NULL},
    {"hidden", 0, OPT_FLAG, &quiet, NULL, NULL, 0, 0, NULL},
    {0},
};

static struct err err;
static char *args[32];
static int operands;

static void reset(void)
{
    verbose = quiet = false;
    color = true;
    index_path = NULL;
    threads = memory = limit = 0;
    format = -1;
    opt_list_release(&maps);
    err_clear(&err);
    operands = -1;
}

/* Parses a line of words between single blanks. */
static int parse(const char *line)
{
    static char text[1000];
    int n = 0;
    reset();
    args[n++] = text;
    memcpy(text, "prog ", 5);
    strcpy(text + 5, line);
    text[4] = '\0';
    for (char *word = strtok(text + 5, " "); word; word = strtok(NULL, " "))
        args[n++] = word;
    args[n] = NULL;
    return opt_parse(table, n, args, &operands, &err);
}

static void fails(const char *line, const char *words)
{
    cr_assert_eq(parse(line), ERR_USAGE, "%s", line);
    cr_assert_str_eq(err.msg, words);
    opt_list_release(&maps);
}

Test(opt, every_way_to_give_a_value)
{
    static const char *const lines[] = {"--index=d", "--index d", "-x d",
                                        "-xd",       "-vxd",      "-vx d"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cr_assert_eq(parse(lines[i]), 0, "%s: %s", lines[i], err.msg);
        cr_assert_str_eq(index_path, "d");
        cr_assert_eq(verbose, strchr(lines[i], 'v') != NULL);
        cr_assert_eq(operands, 0);
    }
    cr_assert_eq(parse("--index="), 0);
    cr_assert_str_eq(index_path, "");
    cr_assert_eq(parse("--index --verbose"), 0);
    cr_assert_str_eq(index_path, "--verbose");
    cr_assert_not(verbose);
    cr_assert_eq(parse("-x a -x b"), 0);
    cr_assert_str_eq(index_path, "b", "the last one counts");
}

Test(opt, operands_keep_their_order)
{
    cr_assert_eq(parse("a -v b --index d - c -q -- --color -x"), 0, "%s", err.msg);
    cr_assert_eq(operands, 6);
    static const char *const expected[] = {"a", "b", "-", "c", "--color", "-x"};
    for (int i = 0; i < 6; i++)
        cr_assert_str_eq(args[i + 1], expected[i]);
    cr_assert(verbose && quiet && color);
    cr_assert_eq(parse(""), 0);
    cr_assert_eq(operands, 0);
    cr_assert_eq(parse("-- -- a"), 0);
    cr_assert_eq(operands, 2);
    cr_assert_str_eq(args[1], "--");
}

Test(opt, flags)
{
    cr_assert_eq(parse("--no-color -vq"), 0);
    cr_assert(!color && verbose && quiet);
    cr_assert_eq(parse("--no-color --color --verbose --no-verbose"), 0);
    cr_assert(color && !verbose);
    fails("--color=yes", "--color takes no value");
    fails("--no-index", "unknown option '--no-index'");
}

Test(opt, numbers_are_checked)
{
    cr_assert_eq(parse("--threads 64 --limit 18446744073709551615"), 0);
    cr_assert(threads == 64 && limit == UINT64_MAX);
    fails("--threads 0", "--threads: '0' is not a whole number between 1 and 64");
    fails("--threads 65", "--threads: '65' is not a whole number between 1 and 64");
    fails("--threads -1", "--threads: '-1' is not a whole number between 1 and 64");
    fails("--threads 3x", "--threads: '3x' is not a whole number between 1 and 64");
    fails("--threads=", "--threads: '' is not a whole number between 1 and 64");
    fails("--limit 18446744073709551616",
          "--limit: '18446744073709551616' is not a whole number");
    fails("--memory 1K", "--memory: '1K' is not a size (bytes, or with K, M, G or T) "
                         "of at least 1048576");
    cr_assert_eq(parse("-m 3g"), 0);
    cr_assert_eq(memory, UINT64_C(3) << 30);
}

Test(opt, sizes)
{
    uint64_t v;
    cr_assert(opt_parse_size("0", &v) && v == 0);
    cr_assert(opt_parse_size("256M", &v) && v == 268435456);
    cr_assert(opt_parse_size("1k", &v) && v == 1024);
    cr_assert(opt_parse_size("16777215T", &v) && v == UINT64_C(16777215) << 40);
    cr_assert_not(opt_parse_size("16777216T", &v));
    cr_assert_not(opt_parse_size("", &v));
    cr_assert_not(opt_parse_size("M", &v));
    cr_assert_not(opt_parse_size("5X", &v));
    cr_assert_not(opt_parse_size("5MM", &v));
    cr_assert_not(opt_parse_size(" 5", &v));
    cr_assert_not(opt_parse_size("+5", &v));
    cr_assert_not(opt_parse_size("99999999999999999999", &v));
}

Test(opt, choices)
{
    static const char *const names[] = {"text", "tsv", "json"};
    for (int i = 0; i < 3; i++) {
        char line[40];
        snprintf(line, sizeof line, "--format %s", names[i]);
        cr_assert_eq(parse(line), 0);
        cr_assert_eq(format, i);
    }
    fails("--format js", "--format: 'js' is not one of text|tsv|json");
    fails("--format jsonl", "--format: 'jsonl' is not one of text|tsv|json");
    fails("--format=", "--format: '' is not one of text|tsv|json");
}

Test(opt, lists_grow)
{
    char line[900] = "";
    for (int i = 0; i < 14; i++)
        snprintf(line + strlen(line), sizeof line - strlen(line), "--map f%d=n ", i);
    cr_assert_eq(parse(line), 0);
    cr_assert_eq(maps.len, 14);
    cr_assert_str_eq(maps.items[0], "f0=n");
    cr_assert_str_eq(maps.items[13], "f13=n");
    opt_list_release(&maps);
    opt_list_release(&maps);
}

Test(opt, mistakes_are_named)
{
    fails("--index", "--index needs a value: --index DIR");
    fails("-v -x", "--index needs a value: --index DIR");
    fails("--indx d", "unknown option '--indx'; did you mean '--index'?");
    fails("--thraeds=3", "unknown option '--thraeds'; did you mean '--threads'?");
    fails("--no-colr", "unknown option '--no-colr'; did you mean '--no-color'?");
    fails("--hiden", "unknown option '--hiden'");
    fails("--something", "unknown option '--something'");
    fails("-vz", "unknown option '-z' in '-vz'");
}

Test(opt, nearest_names)
{
    static const char *const names[] = {"search", "count", "show", "stats", NULL};
    static const char *const none[] = {NULL};
    cr_assert_str_eq(opt_nearest("serch", names), "search");
    cr_assert_str_eq(opt_nearest("cuont", names), "count", "a swap is one step");
    cr_assert_str_eq(opt_nearest("stat", names), "stats");
    cr_assert_str_eq(opt_nearest("show", names), "show");
    cr_assert_null(opt_nearest("harbour", names));
    cr_assert_null(opt_nearest("", names));
    cr_assert_null(opt_nearest("x", none));
    char word[300];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    cr_assert_null(opt_nearest(word, names));
}

static const char *text_of(void (*print)(const struct opt *, struct buf *),
                           struct buf *b)
{
    print(table, b);
    buf_put_u8(b, 0);
    cr_assert_not(b->failed);
    return (const char *)b->data;
}

Test(opt, help_is_wrapped_and_hides)
{
    struct buf b = {0};
    const char *help = text_of(opt_help, &b);
    cr_assert_not_null(strstr(help, "  -x, --index DIR         The index.\n"));
    cr_assert_not_null(
        strstr(help, "      --limit N           How many stories are shown; 0 "));
    cr_assert_not_null(strstr(help,
                              "      --format text|tsv|json\n" /* its own line */
                              "                          The form of the answers.\n"));
    cr_assert_not_null(strstr(help, "  -v, --verbose           .Says more.\n"));
    cr_assert_null(strstr(help, "hidden"));
    for (const char *line = help; *line; line += strcspn(line, "\n") + 1)
        cr_assert_leq(strcspn(line, "\n"), 80);
    buf_release(&b);
}

Test(opt, man_is_roff)
{
    struct buf b = {0};
    const char *man = text_of(opt_man, &b);
    cr_assert_not_null(strstr(
        man, ".TP\n\\fB\\-x\\fR, \\fB\\-\\-index\\fR \\fIDIR\\fR\nThe index.\n"));
    cr_assert_not_null(strstr(man, "\\&.Says more."));
    cr_assert_not_null(strstr(man, "\\-Marks hits with\\ecolour."));
    cr_assert_null(strstr(man, "hidden"));
    buf_release(&b);
}

Test(opt, durations)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } good[] = {
        {"2", 2000},     {"2s", 2000},    {"0", 0},
        {"1.5s", 1500},  {"1.25", 1250},  {"0.0009s", 0},
        {"500ms", 500},  {"2m", 120000},  {"1.5m", 90000},
        {"1h", 3600000}, {"1.9999ms", 1}, {"18446744073709551ms", 18446744073709551U}};
    static const char *const bad[] = {"",
                                      "s",
                                      "-1s",
                                      "1 s",
                                      "1d",
                                      "1.5.5",
                                      "ms",
                                      ".5s",
                                      "1sx",
                                      "0x10s",
                                      "18446744073709551616",
                                      "18446744073709551s"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t ms = 1;
        cr_assert(opt_parse_duration(good[i].text, &ms), "%s", good[i].text);
        cr_assert_eq(ms, good[i].ms, "%s: %llu", good[i].text, (unsigned long long)ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t ms;
        cr_assert_not(opt_parse_duration(bad[i], &ms), "%s", bad[i]);
    }
}
