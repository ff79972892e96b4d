/* timeline: how often queries match by year, month, week or day. */
#include <inttypes.h>

#include "query/calendar.h"
#include "query/command.h"
#include "query/queries.h"
#include "query/table.h"
#include "query/timeline.h"
#include "query/timeline_pair.h"
#include "query/timeline_picture.h"

enum {
    QUERIES_MAX =
        1000 /* of one timeline: the days of each are counted before any is printed */
};

enum {
    QUERY,
    UNIT,
    BIN,
    FROM,
    TO,
    HITS,
    STORIES,
    HITS_ALL,
    ARTICLES,
    WORDS,
    PER_MILLION,
    MODE,
    COLUMNS
};

static const struct table_column columns[COLUMNS] = {
    [QUERY] = {.name = "query"},
    [UNIT] = {.name = "unit"},
    [BIN] = {.name = "bin", .flags = TABLE_NULLABLE},
    [FROM] = {.name = "from", .flags = TABLE_NULLABLE},
    [TO] = {.name = "to", .flags = TABLE_NULLABLE},
    [HITS] = {.name = "hits", .kind = TABLE_UINT},
    [STORIES] = {.name = "stories", .kind = TABLE_UINT},
    [HITS_ALL] = {.name = "hits_all", .kind = TABLE_UINT},
    [ARTICLES] = {.name = "articles", .kind = TABLE_UINT},
    [WORDS] = {.name = "words", .kind = TABLE_UINT, .flags = TABLE_NULLABLE},
    [PER_MILLION] = {.name = "per_million",
                     .kind = TABLE_REAL,
                     .digits = 3,
                     .flags = TABLE_NULLABLE},
    [MODE] = {.name = "mode"}};

static const struct table_schema schema = {"stemma.timeline/1",
                                           "stemma.timeline-list/1", columns, COLUMNS};

static void put_day(struct table *table, size_t column, int32_t day)
{
    char text[CALENDAR_TEXT_MAX];
    int n = calendar_format(day, UINT32_MAX, text);
    table_text(table, column, bytes_of(text, (size_t)n));
}

/* A bin, or what is undated (bin t->n). */
static int put_row(struct table *table, const struct timeline *t, struct bytes query,
                   const struct timeline_series *s, size_t at, struct err *err)
{
    bool dated = at < t->n;
    const struct engine_totals *totals =
        dated ? &s->points.items[at].totals : &s->undated;
    const struct timeline_words *words =
        dated && t->relative ? &t->words.items[at] : &t->undated;
    int32_t bin = t->first + (int32_t)at;
    char text[BINS_TEXT_MAX];
    table_text(table, QUERY, query);
    table_text(table, UNIT, bytes_str(bins_name(t->unit)));
    if (dated) {
        table_text(table, BIN, bytes_of(text, (size_t)bins_format(t->unit, bin, text)));
        put_day(table, FROM, bins_first(t->unit, bin));
        put_day(table, TO, bins_last(t->unit, bin));
    }
    table_uint(table, HITS, totals->hits);
    table_uint(table, STORIES, totals->stories);
    table_uint(table, HITS_ALL, totals->hits_all);
    table_uint(table, ARTICLES, totals->articles);
    if (t->relative) {
        double per_million = timeline_per_million(t, totals, words);
        table_uint(table, WORDS, timeline_words_of(t, words));
        if (per_million >= 0)
            table_real(table, PER_MILLION, per_million);
    }
    table_text(table, MODE, bytes_str(shown_copies_name(t->shown.copies)));
    return table_row(table, err);
}

static int put_rows(const struct timeline *t, struct session *s,
                    const struct queries *queries, struct err *err)
{
    struct table table = {0};
    int rc = table_begin(&table, s, &schema, err);
    for (size_t q = 0; q < t->series.len && rc == 0; q++) {
        const struct timeline_series *series = &t->series.items[q];
        for (size_t b = 0; b <= t->n && rc == 0; b++) {
            if (b < t->n || series->undated.articles > 0)
                rc = put_row(&table, t, queries_get(queries, q), series, b, err);
        }
    }
    if (rc == 0)
        rc = table_end(&table, err);
    table_release(&table);
    return rc;
}

/* The operands and the lines of a file; all must be readable before any is counted. */
static int read_queries(struct session *s, struct queries *queries, int n, char **argv,
                        const char *path, struct err *err)
{
    int rc = 0;
    for (int i = 1; rc == 0 && i <= n; i++)
        rc = queries_put(queries, bytes_str(argv[i]), 0, err);
    if (rc == 0 && path)
        rc = queries_read(queries, path, err);
    for (size_t i = 0; rc == 0 && i < queries->items.len; i++) {
        struct ast *tree;
        arena_reset(&s->arena);
        rc = session_query(s, queries_get(queries, i), true, &tree, err);
        rc = queries_fail(queries, i, rc, err);
    }
    if (rc == 0 && queries->items.len > QUERIES_MAX)
        rc = err_set(err, ERR_USAGE, "a timeline has at most %d queries, not %zu",
                     QUERIES_MAX, queries->items.len);
    return rc;
}

static int answer(struct timeline *t, struct session *s, struct queries *queries,
                  struct err *err)
{
    int rc = session_open(s, err);
    if (rc == 0)
        rc = timeline_find(t, s, queries, err);
    if (rc < 0)
        return rc;
    enum picture_kind kind;
    if (picture_of_format(s->format, &kind))
        return timeline_picture(t, s, queries, kind, err);
    return s->format == OUTPUT_TEXT && !s->fields ? timeline_print(t, s, queries, err)
                                                  : put_rows(t, s, queries, err);
}

int cmd_timeline(struct session *session, int argc, char **argv, struct err *err)
{
    struct timeline t = {0};
    struct queries queries = {0};
    struct cooc_given pair = {0};
    bool is_pair = false;
    const char *path = NULL;
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        COOC_OPTION_WINDOW(&pair),
        SESSION_QUERY_OPTIONS(session),
        {.name = "pair",
         .type = OPT_FLAG,
         .target = &is_pair,
         .help = "How often two queries stand together, in each bin."},
        COOC_OPTION_WITHIN(&pair),
        {.name = "queries",
         .type = OPT_STRING,
         .target = &path,
         .value = "FILE",
         .help = "Draw the queries in FILE too, one a line (-: standard input)."},
        {.name = "bin",
         .type = OPT_CHOICE,
         .target = &t.bin,
         .value = "UNIT",
         .choices = TIMELINE_BINS,
         .help = "Length of the bins; auto (the default): the shortest that makes a "
                 "timeline one can look at."},
        {.name = "from",
         .type = OPT_STRING,
         .target = &t.from,
         .value = "DATE",
         .help = "Only from this day, month or year on; bins begin there."},
        {.name = "to",
         .type = OPT_STRING,
         .target = &t.to,
         .value = "DATE",
         .help = "Only to the end of this day, month or year; bins end there."},
        {.name = "relative",
         .letter = 'r',
         .type = OPT_FLAG,
         .target = &t.relative,
         .help = "Hits per million words of the archive in each bin."},
        {.name = "copies",
         .type = OPT_CHOICE,
         .target = &t.shown.copies,
         .value = "MODE",
         .choices = SHOWN_COPIES,
         .help = "collapse (the default; group is the same): in each bin a passage "
                 "counts once; all: "
                 "every article counts; originals: only originals are asked."},
        {0},
    };
    int n = 0;
    session->formats = SESSION_FORMAT(OUTPUT_SVG) | SESSION_FORMAT(OUTPUT_VEGA);
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "timeline", options))
        return 0;
    if (n == 0 && !path)
        return err_set(
            err, ERR_USAGE,
            "no query to draw a timeline of: give queries, or --queries FILE");
    if (is_pair && path)
        return err_set(err, ERR_USAGE, "--pair takes two queries, and no --queries");
    if (is_pair) {
        pair.shown.copies = t.shown.copies;
        return timeline_pair(&t, &pair, session, n, argv + 1, err);
    }
    if (pair.window || pair.within)
        return err_set(err, ERR_USAGE, "--window and --within are for --pair");
    rc = read_queries(session, &queries, n, argv, path, err);
    if (rc == 0)
        rc = answer(&t, session, &queries, err);
    uint64_t articles = 0;
    vec_foreach(const struct timeline_series, s, &t.series)
        articles += s->totals.articles;
    timeline_release(&t);
    queries_release(&queries);
    return rc < 0 ? rc : articles == 0;
}
