/* cooc: how often queries stand together, pair by pair, and how strongly they are tied. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/command.h"
#include "query/cooc_picture.h"
#include "query/cooc_run.h"
#include "query/cooc_top.h"
#include "query/measured.h"
#include "query/table.h"

enum {
    FIRST,
    SECOND,
    OBSERVED,
    EXPECTED,
    F1,
    F2,
    SIZE,
    LOG_DICE,
    MI,
    MI3,
    T,
    G2,
    DICE,
    P,
    ARTICLES,
    STORIES,
    SOURCES,
    OBSERVED_ALL,
    MODE,
    COLUMNS
};

enum {
    LIMIT_DEFAULT = 50,
    LEAST_DEFAULT = 1,
    LEAST_DEFAULT_TOP = 5,
    OF_DEFAULT = 500,
    NOT_GIVEN = INT32_MAX /* an option */
};

static const struct table_column columns[COLUMNS] = {
    [FIRST] = {.name = "a", .flags = TABLE_WIDE},
    [SECOND] = {.name = "b", .flags = TABLE_WIDE},
    [OBSERVED] = {.name = "O", .kind = TABLE_UINT},
    [EXPECTED] = {.name = "E", .kind = TABLE_REAL, .digits = 3},
    [F1] = {.name = "f1", .kind = TABLE_UINT},
    [F2] = {.name = "f2", .kind = TABLE_UINT},
    [SIZE] = {.name = "N", .kind = TABLE_UINT},
    [LOG_DICE] = {.name = "logDice", .kind = TABLE_REAL, .digits = 3},
    MEASURED_COLUMNS_FURTHER,
    [G2] = {.name = "G2", .kind = TABLE_REAL, .digits = 3, .flags = TABLE_TEXT_HIDDEN},
    MEASURED_COLUMN_P,
    MEASURED_COLUMNS_LAST};

static const uint8_t column_of[MEASURES_KINDS] = {[MEASURES_LOG_DICE] = LOG_DICE,
                                                  [MEASURES_MI] = MI,
                                                  [MEASURES_MI3] = MI3,
                                                  [MEASURES_T] = T,
                                                  [MEASURES_G2] = G2,
                                                  [MEASURES_DICE] = DICE};

enum order {
    BY_ITSELF, /* by count, unless a measure is given */
    BY_MEASURE,
    BY_COUNT,
    AS_GIVEN
};

/* A pair that is shown, or would be. */
struct shown_pair {
    uint32_t a, b;
    struct measures_counts counts;
    double value; /* of the measure that orders */
};

struct cooc_command {
    struct session *session;
    struct cooc_given given;
    struct cooc_options options;
    int measure, sort;
    uint64_t least, limit, offset;
    uint64_t top, of; /* --top; 0: queries are given */
    int among;
    struct hidden hidden;
    struct table_column columns[COLUMNS];
    struct table_schema schema;
    struct queries queries;
    struct cooc found;
    VEC(struct shown_pair) rows;
    struct table table;
};

/* --- rows ------------------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b)
{
    const struct shown_pair *x = a, *y = b;
    if (x->a != y->a) {
        return x->a < y->a ? -1 : 1;
    }
    return x->b < y->b ? -1 : x->b > y->b;
}

/* More first; of equals, the more strongly tied. */
static int compare_counts(const void *a, const void *b)
{
    const struct shown_pair *x = a, *y = b;
    if (x->counts.o != y->counts.o) {
        return x->counts.o > y->counts.o ? -1 : 1;
    }
    if (x->value > y->value || x->value < y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return compare_places(a, b);
}

static int compare_values(const void *a, const void *b)
{
    const struct shown_pair *x = a, *y = b;
    if (x->value > y->value || x->value < y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return compare_counts(a, b);
}

/* What orders by the measure: of G2, which is large also where two shun each other, those last. */
static double value_of(const struct cooc_command *c, const struct measures_counts *n)
{
    double value = measures_value((enum measures_kind)c->measure, n);
    if (c->measure == MEASURES_G2 && (double)n->o < measures_expected(n)) {
        value = -value;
    }
    return isnan(value) ? (double)-INFINITY : value;
}

static int choose_rows(struct cooc_command *c, struct err *err)
{
    static int (*const compare[])(const void *,
                                  const void *) = {[BY_ITSELF] = compare_counts,
                                                   [BY_MEASURE] = compare_values,
                                                   [BY_COUNT] = compare_counts,
                                                   [AS_GIVEN] = compare_places};
    bool all = c->given.shown.copies == SHOWN_ALL;
    size_t n = c->found.n_queries;
    for (size_t a = 0; a + 1 < n; a++) {
        for (size_t b = a + 1; b < n; b++) {
            struct shown_pair row = {.a = (uint32_t)a, .b = (uint32_t)b};
            row.counts = cooc_run_counts(&c->found, a, b, all);
            if (row.counts.o < c->least) {
                continue;
            }
            row.value = value_of(c, &row.counts);
            if (!vec_push(&c->rows, row)) {
                return err_set(err, ERR_NOMEM, "cooc: no memory for its rows");
            }
        }
    }
    if (c->rows.len > 1) {
        qsort(c->rows.items, c->rows.len, sizeof *c->rows.items, compare[c->sort]);
    }
    return 0;
}

static void put_measure(struct table *t, size_t column, double value)
{
    if (!isnan(value)) {
        table_real(t, column, value);
    }
}

static int put_row(struct cooc_command *c, const struct shown_pair *row,
                   struct err *err)
{
    struct table *t = &c->table;
    const struct measures_counts *n = &row->counts;
    const struct cooc_pair *p = &c->found.pairs[cooc_index(&c->found, row->a, row->b)];
    table_text(t, FIRST, queries_get(&c->queries, row->a));
    table_text(t, SECOND, queries_get(&c->queries, row->b));
    table_uint(t, OBSERVED, n->o);
    put_measure(t, EXPECTED, measures_expected(n));
    table_uint(t, F1, n->f1);
    table_uint(t, F2, n->f2);
    table_uint(t, SIZE, n->n);
    for (int k = 0; k < MEASURES_KINDS; k++) {
        put_measure(t, column_of[k], measures_value((enum measures_kind)k, n));
    }
    put_measure(t, P, measures_p(measures_g2(n)));
    table_uint(t, ARTICLES, p->articles);
    table_uint(t, STORIES, p->stories);
    table_uint(t, SOURCES, p->sources);
    table_uint(t, OBSERVED_ALL, p->o.all);
    table_text(t, MODE, bytes_str(shown_copies_name(c->given.shown.copies)));
    return table_row(t, err);
}

static void put_head(struct cooc_command *c)
{
    const struct cooc *f = &c->found;
    struct output *o = table_list(&c->table);
    if (!o) {
        return;
    }
    output_json_str(o, "within", bytes_str(cooc_run_scope_name(c->options.scope)));
    if (c->options.scope == COOC_WINDOW) {
        output_json_uint(o, "window", c->options.window);
    } else {
        output_json_null(o, "window");
    }
    output_json_uint(o, "queries", f->n_queries);
    output_json_uint(o, "pairs", c->rows.len);
    output_json_uint(o, "N", f->size.once);
    output_json_uint(o, "N_all", f->size.all);
}

static int put_rows(struct cooc_command *c, struct err *err)
{
    size_t n = c->rows.len, from = c->offset < n ? (size_t)c->offset : n;
    size_t to = c->limit && n - from > c->limit ? from + (size_t)c->limit : n;
    int rc = table_begin(&c->table, c->session, &c->schema, err);
    if (rc == 0) {
        put_head(c);
    }
    for (size_t i = from; i < to && rc == 0; i++) {
        rc = put_row(c, &c->rows.items[i], err);
    }
    struct output *o = rc == 0 ? table_tail(&c->table) : NULL;
    if (o) {
        output_json_bool(o, "more", to - from < n);
    }
    rc = rc ? rc : table_end(&c->table, err);
    if (rc == 0) {
        session_say(c->session, LOG_INFO,
                    "%zu of %zu pairs are shown, %zu stand together; of %" PRIu64
                    " %s (%" PRIu64 " with all copies)",
                    to - from, c->found.n_pairs, n, c->found.size.once,
                    cooc_run_size_name(c->options.scope), c->found.size.all);
    }
    return rc;
}

/* The pairs that rows would show, as a network. */
static int put_picture(struct cooc_command *c, enum picture_kind kind, struct err *err)
{
    size_t n = c->rows.len, from = c->offset < n ? (size_t)c->offset : n;
    size_t to = c->limit && n - from > c->limit ? from + (size_t)c->limit : n;
    struct cooc_picture_pair *pairs = calloc(to - from + 1, sizeof *pairs);
    if (!pairs) {
        return err_set(err, ERR_NOMEM, "cooc: no memory for its picture");
    }
    for (size_t i = from; i < to; i++) {
        const struct shown_pair *row = &c->rows.items[i];
        pairs[i - from] = (struct cooc_picture_pair){
            .a = row->a, .b = row->b, .count = row->counts.o, .value = row->value};
    }
    struct cooc_picture picture = {.found = &c->found,
                                   .queries = &c->queries,
                                   .pairs = pairs,
                                   .n_pairs = to - from,
                                   .of = n,
                                   .measure =
                                       measures_name((enum measures_kind)c->measure),
                                   .copies = (enum shown_copies)c->given.shown.copies};
    int rc = cooc_picture_put(&picture, c->session, kind, err);
    free(pairs);
    return rc;
}

/* Options that mean something else, or nothing, where no queries are given. */
static int read_options(struct cooc_command *c, int n, struct err *err)
{
    bool has_measure = c->measure >= 0;
    c->measure = has_measure ? c->measure : MEASURES_LOG_DICE;
    if (c->sort == BY_ITSELF && (has_measure || c->top > 0)) {
        c->sort = BY_MEASURE;
    }
    if (c->least == NOT_GIVEN) {
        c->least = c->top > 0 ? LEAST_DEFAULT_TOP : LEAST_DEFAULT;
    }
    if (c->top > 0 && (n > 0 || c->given.queries)) {
        return err_set(err, ERR_USAGE,
                       "--top finds the words by itself: it takes no queries");
    }
    if (c->top == 0 &&
        (c->of != NOT_GIVEN || c->among || c->hidden.stop || c->hidden.pattern)) {
        return err_set(err, ERR_USAGE,
                       "--of, --among, --stop and --filter are for --top");
    }
    c->of = c->of == NOT_GIVEN ? OF_DEFAULT : c->of;
    c->hidden.stop = c->hidden.stop ? c->hidden.stop : "en";
    if (c->top > 0) {
        c->limit = c->top;
    }
    return cooc_run_scope(&c->given, &c->options, err);
}

static int find_queries(struct cooc_command *c, int n, char **words, struct err *err)
{
    int rc = 0;
    if (c->top > 0) {
        rc = hidden_read(&c->hidden, c->session, err);
        rc = rc ? rc : session_open(c->session, err);
        return rc ? rc
                  : cooc_top_words(c->session, &c->hidden, (enum cooc_among)c->among,
                                   (size_t)c->of, &c->queries, err);
    }
    rc = cooc_run_list(&c->given, n, words, &c->queries, err);
    if (rc == 0 && c->queries.items.len < 2) {
        rc = err_set(err, ERR_USAGE,
                     "a pair takes two queries: cooc assad moscow, or --queries FILE, "
                     "or --top N for those of the archive's commonest words");
    }
    return rc;
}

static int answer(struct cooc_command *c, int n, char **words, struct err *err)
{
    enum picture_kind kind;
    int rc = read_options(c, n, err);
    memcpy(c->columns, columns, sizeof columns);
    c->columns[column_of[c->measure]].flags &= (uint8_t)~TABLE_TEXT_HIDDEN;
    c->schema = (struct table_schema){"stemma.cooc/1", "stemma.cooc-list/1", c->columns,
                                      COLUMNS};
    rc = rc ? rc : find_queries(c, n, words, err);
    rc = rc ? rc
            : cooc_run(&c->found, c->session, &c->queries, &c->options, &c->given, err);
    rc = rc ? rc : choose_rows(c, err);
    if (rc == 0) {
        rc = picture_of_format(c->session->format, &kind) ? put_picture(c, kind, err)
                                                          : put_rows(c, err);
    }
    size_t found = c->rows.len;
    vec_release(&c->rows);
    table_release(&c->table);
    cooc_release(&c->found);
    queries_release(&c->queries);
    return rc < 0 ? rc : found == 0;
}

int cmd_cooc(struct session *session, int argc, char **argv, struct err *err)
{
    struct cooc_command c = {.session = session,
                             .measure = -1,
                             .limit = LIMIT_DEFAULT,
                             .least = NOT_GIVEN,
                             .of = NOT_GIVEN};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        COOC_OPTION_WINDOW(&c.given),
        SESSION_QUERY_OPTIONS(session),
        COOC_OPTION_WITHIN(&c.given),
        {.name = "top",
         .type = OPT_UINT,
         .target = &c.top,
         .value = "N",
         .help = "The N most strongly tied pairs among the commonest words of the "
                 "archive."},
        {.name = "of",
         .type = OPT_UINT,
         .target = &c.of,
         .value = "COUNT",
         .min = 2,
         .max = COOC_QUERIES_MAX,
         .help = "With --top: so many words (default 500)."},
        {.name = "among",
         .type = OPT_CHOICE,
         .target = &c.among,
         .value = "KIND",
         .choices = COOC_AMONG,
         .help = "With --top: words (the default), or names: those written with a "
                 "capital, more often than not, where they begin no sentence."},
        {.name = "stop",
         .type = OPT_STRING,
         .target = &c.hidden.stop,
         .value = "LANG",
         .help = "With --top: leave out the commonest small words of this language "
                 "(default en; de, fr, es, it, pt, nl, ru, tr)."},
        {.name = "filter",
         .type = OPT_STRING,
         .target = &c.hidden.pattern,
         .value = "WORD",
         .help = "With --top: only words that match it: mosc*, *ing."},
        {.name = "measure",
         .type = OPT_CHOICE,
         .target = &c.measure,
         .value = "MEASURE",
         .choices = MEASURES_NAMES,
         .help = "Order the pairs by this measure, strongest first; logdice is shown "
                 "without it."},
        {.name = "sort",
         .type = OPT_CHOICE,
         .target = &c.sort,
         .value = "ORDER",
         .choices = "auto|measure|count|given",
         .help =
             "count: what stands together most often first; measure: what is tied "
             "most strongly; given: as the queries follow; auto (the default): count, "
             "or measure if --measure is given."},
        {.name = "min",
         .type = OPT_UINT,
         .target = &c.least,
         .value = "N",
         .help =
             "Only pairs observed N times or more (default 1, with --top 5; 0: all)."},
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &c.limit,
         .value = "N",
         .help = "Show N pairs (default 50; 0: all)."},
        {.name = "offset",
         .type = OPT_UINT,
         .target = &c.offset,
         .value = "N",
         .help = "Pass over the first N pairs."},
        COOC_OPTION_QUERIES(&c.given),
        COOC_OPTION_THREADS(&c.given),
        COOC_OPTION_COPIES(&c.given),
        {0},
    };
    int n = 0;
    session->formats = SESSION_FORMAT(OUTPUT_SVG) | SESSION_FORMAT(OUTPUT_DOT) |
                       SESSION_FORMAT(OUTPUT_GRAPHML);
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (command_helped(session, "cooc", options)) {
        return 0;
    }
    return answer(&c, n, argv + 1, err);
}
