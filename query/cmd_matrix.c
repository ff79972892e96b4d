/* matrix: queries by queries, or queries by month, outlet and the like. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "query/bars.h"
#include "query/command.h"
#include "query/cooc_run.h"
#include "query/heat.h"
#include "query/matrix.h"
#include "query/picture.h"
#include "query/table.h"

/* Columns of a pair of queries. */
enum {
    PAIR_ROW,
    PAIR_COLUMN,
    PAIR_VALUE,
    PAIR_O,
    PAIR_E,
    PAIR_F1,
    PAIR_F2,
    PAIR_N,
    PAIR_MEASURE,
    PAIR_MODE,
    PAIR_COLUMNS
};
/* Columns of a query in a group. */
enum {
    BY_QUERY,
    BY_FIELD,
    BY_GROUP,
    BY_VALUE,
    BY_HITS,
    BY_STORIES,
    BY_HITS_ALL,
    BY_ARTICLES,
    BY_WORDS,
    BY_MODE,
    BY_COLUMNS
};

static const struct table_column pair_columns[PAIR_COLUMNS] = {
    [PAIR_ROW] = {.name = "a", .flags = TABLE_WIDE},
    [PAIR_COLUMN] = {.name = "b", .flags = TABLE_WIDE},
    [PAIR_VALUE] = {.name = "value",
                    .kind = TABLE_REAL,
                    .digits = 3,
                    .flags = TABLE_NULLABLE},
    [PAIR_O] = {.name = "O", .kind = TABLE_UINT},
    [PAIR_E] = {.name = "E", .kind = TABLE_REAL, .digits = 3, .flags = TABLE_NULLABLE},
    [PAIR_F1] = {.name = "f1", .kind = TABLE_UINT},
    [PAIR_F2] = {.name = "f2", .kind = TABLE_UINT},
    [PAIR_N] = {.name = "N", .kind = TABLE_UINT},
    [PAIR_MEASURE] = {.name = "measure"},
    [PAIR_MODE] = {.name = "mode"}};

static const struct table_column by_columns[BY_COLUMNS] = {
    [BY_QUERY] = {.name = "query", .flags = TABLE_WIDE},
    [BY_FIELD] = {.name = "by"},
    [BY_GROUP] = {.name = "group", .flags = TABLE_NULLABLE | TABLE_WIDE},
    [BY_VALUE] = {.name = "value",
                  .kind = TABLE_REAL,
                  .digits = 3,
                  .flags = TABLE_NULLABLE},
    [BY_HITS] = {.name = "hits", .kind = TABLE_UINT},
    [BY_STORIES] = {.name = "stories", .kind = TABLE_UINT},
    [BY_HITS_ALL] = {.name = "hits_all", .kind = TABLE_UINT},
    [BY_ARTICLES] = {.name = "articles", .kind = TABLE_UINT},
    [BY_WORDS] = {.name = "words", .kind = TABLE_UINT},
    [BY_MODE] = {.name = "mode"}};

static const struct table_schema pair_schema = {
    "stemma.matrix/1", "stemma.matrix-list/1", pair_columns, PAIR_COLUMNS};
static const struct table_schema by_schema = {
    "stemma.matrix-by/1", "stemma.matrix-by-list/1", by_columns, BY_COLUMNS};

#define VALUES "hits|stories|articles|relative"
enum value {
    HITS,
    STORIES,
    ARTICLES,
    RELATIVE
};

enum {
    MEASURE_COUNT = MEASURES_KINDS, /* O itself */
    LIMIT_DEFAULT = 60
};

struct matrix_command {
    struct session *session;
    struct cooc_given given;
    struct cooc_options options;
    const char *by;
    int measure, value; /* value: by groups */
    uint64_t limit;
    struct queries queries;
    struct cooc pairs; /* queries by queries, or */
    struct matrix by_group;
    enum grouping_field field;
    double *values;               /* owned; row by row */
    struct bytes *rows, *columns; /* owned */
    size_t n_columns;
    struct buf title, note;
};

static bool is_all(const struct matrix_command *c)
{
    return c->given.shown.copies == SHOWN_ALL;
}

/* --- values ------------------------------------------------------------------------------------ */

static const char *value_name(const struct matrix_command *c)
{
    static const char *const names[] = {"hits", "stories", "articles",
                                        "hits per million words"};
    static const char *const all[] = {"hits (all copies)", "stories", "articles",
                                      "hits (all copies) per million words"};
    if (c->by) {
        return is_all(c) ? all[c->value] : names[c->value];
    }
    return c->measure == MEASURE_COUNT ? "O"
                                       : measures_name((enum measures_kind)c->measure);
}

static double pair_value(const struct matrix_command *c, size_t a, size_t b)
{
    if (a == b) {
        return (double)NAN;
    }
    struct measures_counts n =
        cooc_run_counts(&c->pairs, a < b ? a : b, a < b ? b : a, is_all(c));
    return c->measure == MEASURE_COUNT
               ? (double)n.o
               : measures_value((enum measures_kind)c->measure, &n);
}

static double group_value(const struct matrix_command *c, size_t row, size_t column)
{
    const struct engine_totals *t = matrix_cell(&c->by_group, row, column);
    const struct matrix_column *g = &c->by_group.columns.items[column];
    uint64_t hits = is_all(c) ? t->hits_all : t->hits;
    uint64_t words = is_all(c) ? g->words_all : g->words;
    switch ((enum value)c->value) {
    case HITS: return (double)hits;
    case STORIES: return (double)t->stories;
    case ARTICLES: return (double)t->articles;
    case RELATIVE: break;
    }
    return words > 0 ? 1e6 * (double)hits / (double)words : (double)NAN;
}

static int fill(struct matrix_command *c, struct err *err)
{
    size_t n = c->queries.items.len;
    c->n_columns = c->by ? c->by_group.columns.len : n;
    c->values = calloc(n * c->n_columns + 1, sizeof *c->values);
    c->rows = calloc(n + 1, sizeof *c->rows);
    c->columns = calloc(c->n_columns + 1, sizeof *c->columns);
    if (!c->values || !c->rows || !c->columns) {
        return err_set(err, ERR_NOMEM, "matrix: no memory for its cells");
    }
    for (size_t i = 0; i < n; i++) {
        c->rows[i] = queries_get(&c->queries, i);
    }
    for (size_t k = 0; k < c->n_columns; k++) {
        c->columns[k] = c->by ? matrix_name(&c->by_group, k) : c->rows[k];
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < c->n_columns; k++) {
            c->values[i * c->n_columns + k] =
                c->by ? group_value(c, i, k) : pair_value(c, i, k);
        }
    }
    return 0;
}

/* --- pictures ---------------------------------------------------------------------------------- */

static uint8_t digits_of(const struct matrix_command *c)
{
    if (c->by) {
        return c->value == RELATIVE ? 1 : 0;
    }
    return c->measure == MEASURE_COUNT   ? 0
           : c->measure == MEASURES_G2   ? 0
           : c->measure == MEASURES_DICE ? 3
                                         : 1;
}

static void put_words(struct matrix_command *c)
{
    if (c->by) {
        buf_printf(&c->title, "%zu quer%s by %s", c->queries.items.len,
                   c->queries.items.len == 1 ? "y" : "ies", grouping_name(c->field));
    } else if (c->options.scope == COOC_WINDOW) {
        buf_printf(&c->title, "What stands together within %u words",
                   c->options.window);
    } else {
        buf_printf(&c->title, "What stands together by %s",
                   cooc_run_scope_name(c->options.scope));
    }
    buf_put_str(&c->note, is_all(c) ? "Every article counts, copies too."
                          : c->given.shown.copies == SHOWN_ORIGINALS
                              ? "Only originals are counted."
                              : "What articles that are copies of each other share is "
                                "counted once.");
}

static int put_picture(struct matrix_command *c, struct err *err)
{
    struct output *o = &c->session->output;
    enum picture_kind kind;
    put_words(c);
    struct picture_matrix m = {
        .head = {.title = buf_bytes(&c->title), .note = buf_bytes(&c->note)},
        .value = bytes_str(value_name(c)),
        .rows = c->rows,
        .columns = c->columns,
        .n_rows = c->queries.items.len,
        .n_columns = c->n_columns,
        .values = c->values,
        .symmetric = !c->by,
        .digits = digits_of(c)};
    if (c->title.failed || c->note.failed) {
        return err_set(err, ERR_NOMEM, "matrix: no memory for its words");
    }
    if (picture_of_format(c->session->format, &kind)) {
        return picture_matrix_put(kind, &m, o, err);
    }
    int rc = heat_put(o, &m, o->width, o->color, bars_blocks(), err);
    output_printf(o, "%s\n", value_name(c));
    return rc;
}

/* --- rows --------------------------------------------------------------------------------------- */

static int put_pair(struct matrix_command *c, struct table *t, size_t a, size_t b,
                    struct err *err)
{
    struct measures_counts n = cooc_run_counts(&c->pairs, a, b, is_all(c));
    double value = c->values[a * c->n_columns + b];
    table_text(t, PAIR_ROW, c->rows[a]);
    table_text(t, PAIR_COLUMN, c->rows[b]);
    if (!isnan(value)) {
        table_real(t, PAIR_VALUE, value);
    }
    table_uint(t, PAIR_O, n.o);
    if (n.n > 0) {
        table_real(t, PAIR_E, measures_expected(&n));
    }
    table_uint(t, PAIR_F1, n.f1);
    table_uint(t, PAIR_F2, n.f2);
    table_uint(t, PAIR_N, n.n);
    table_text(t, PAIR_MEASURE, bytes_str(value_name(c)));
    table_text(t, PAIR_MODE, bytes_str(shown_copies_name(c->given.shown.copies)));
    return table_row(t, err);
}

static int put_group(struct matrix_command *c, struct table *t, size_t row,
                     size_t column, struct err *err)
{
    const struct engine_totals *n = matrix_cell(&c->by_group, row, column);
    const struct matrix_column *g = &c->by_group.columns.items[column];
    double value = c->values[row * c->n_columns + column];
    table_text(t, BY_QUERY, c->rows[row]);
    table_text(t, BY_FIELD, bytes_str(grouping_name(c->field)));
    if (!g->none) {
        table_text(t, BY_GROUP, c->columns[column]);
    }
    if (!isnan(value)) {
        table_real(t, BY_VALUE, value);
    }
    table_uint(t, BY_HITS, n->hits);
    table_uint(t, BY_STORIES, n->stories);
    table_uint(t, BY_HITS_ALL, n->hits_all);
    table_uint(t, BY_ARTICLES, n->articles);
    table_uint(t, BY_WORDS, is_all(c) ? g->words_all : g->words);
    table_text(t, BY_MODE, bytes_str(shown_copies_name(c->given.shown.copies)));
    return table_row(t, err);
}

static void put_head(struct matrix_command *c, struct output *o)
{
    if (!o) {
        return;
    }
    output_json_str(o, "value", bytes_str(value_name(c)));
    if (c->by) {
        output_json_uint(o, "columns", c->n_columns);
        output_json_uint(o, "columns_cut", c->by_group.n_cut);
        return;
    }
    output_json_str(o, "within", bytes_str(cooc_run_scope_name(c->options.scope)));
    if (c->options.scope == COOC_WINDOW) {
        output_json_uint(o, "window", c->options.window);
    } else {
        output_json_null(o, "window");
    }
}

static int put_rows(struct matrix_command *c, struct err *err)
{
    struct table t = {0};
    size_t n = c->queries.items.len;
    int rc = table_begin(&t, c->session, c->by ? &by_schema : &pair_schema, err);
    if (rc == 0) {
        put_head(c, table_list(&t));
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        for (size_t k = c->by ? 0 : i + 1; k < c->n_columns && rc == 0; k++) {
            rc = c->by ? put_group(c, &t, i, k, err) : put_pair(c, &t, i, k, err);
        }
    }
    rc = rc ? rc : table_end(&t, err);
    table_release(&t);
    return rc;
}

/* --- the command -------------------------------------------------------------------------------- */

static bool is_picture(const struct session *s)
{
    enum picture_kind kind;
    return (s->format == OUTPUT_TEXT && !s->fields && !s->null) ||
           picture_of_format(s->format, &kind);
}

static int read_by(struct matrix_command *c, struct err *err)
{
    struct grouping_keys keys = {0};
    int rc = grouping_parse(c->by, &keys, err);
    if (rc == 0 && keys.n > 1) {
        rc = err_set(err, ERR_USAGE, "--by: a matrix has columns of one field");
    }
    c->field = keys.field[0];
    return rc;
}

/* Parses the queries aloud, so that what is odd about them is told once, then counts. */
static int find_groups(struct matrix_command *c, struct err *err)
{
    struct session *s = c->session;
    int rc = read_by(c, err);
    for (size_t i = 0; i < c->queries.items.len && rc == 0; i++) {
        struct ast *tree;
        arena_reset(&s->arena);
        rc = session_query(s, queries_get(&c->queries, i), true, &tree, err);
    }
    rc = rc ? rc : session_open(s, err);
    rc = rc ? rc
            : matrix_find(&c->by_group, s, &c->queries, &c->given.shown, c->field,
                          c->limit, err);
    if (rc == 0 && c->by_group.n_cut > 0) {
        session_say(s, LOG_INFO, "%zu columns are not shown, because of --limit",
                    c->by_group.n_cut);
    }
    return rc;
}

static int find(struct matrix_command *c, struct err *err)
{
    size_t n = c->queries.items.len;
    if (c->by && (c->given.within || c->given.window)) {
        return err_set(err, ERR_USAGE,
                       "--within and --window are for pairs of queries, not for --by");
    }
    if (n < (c->by ? 1U : 2U)) {
        return err_set(err, ERR_USAGE,
                       "a matrix takes queries: matrix assad moscow tehran, or matrix "
                       "--by month assad");
    }
    if (c->by) {
        return find_groups(c, err);
    }
    int rc = cooc_run_scope(&c->given, &c->options, err);
    return rc ? rc
              : cooc_run(&c->pairs, c->session, &c->queries, &c->options, &c->given,
                         err);
}

static bool is_found(const struct matrix_command *c)
{
    bool found = c->by && c->by_group.columns.len > 0;
    for (size_t i = 0; !c->by && i < c->pairs.n_pairs && !found; i++) {
        found = c->pairs.pairs[i].o.once > 0;
    }
    return found;
}

static int answer(struct matrix_command *c, int n, char **words, struct err *err)
{
    int rc = cooc_run_list(&c->given, n, words, &c->queries, err);
    rc = rc ? rc : find(c, err);
    rc = rc ? rc : fill(c, err);
    if (rc == 0) {
        rc = is_picture(c->session) ? put_picture(c, err) : put_rows(c, err);
    }
    bool found = rc == 0 && is_found(c);
    cooc_release(&c->pairs);
    matrix_release(&c->by_group);
    queries_release(&c->queries);
    buf_release(&c->title);
    buf_release(&c->note);
    free(c->values);
    free(c->rows);
    free(c->columns);
    return rc < 0 ? rc : !found;
}

int cmd_matrix(struct session *session, int argc, char **argv, struct err *err)
{
    struct matrix_command c = {.session = session, .limit = LIMIT_DEFAULT};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        COOC_OPTION_WINDOW(&c.given),
        SESSION_QUERY_OPTIONS(session),
        COOC_OPTION_WITHIN(&c.given),
        {.name = "by",
         .type = OPT_STRING,
         .target = &c.by,
         .value = "FIELD",
         .help = "Queries by source, author, section, lang, tag, year, month, week or "
                 "day, instead of queries by queries."},
        {.name = "measure",
         .type = OPT_CHOICE,
         .target = &c.measure,
         .value = "MEASURE",
         .choices = MEASURES_NAMES "|count",
         .help = "What is shown of pairs (default logdice; count: O itself)."},
        {.name = "value",
         .type = OPT_CHOICE,
         .target = &c.value,
         .value = "VALUE",
         .choices = VALUES,
         .help = "What is shown with --by (default hits; relative: hits per million "
                 "words of the group)."},
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &c.limit,
         .value = "N",
         .help = "Columns with --by: the last N dates, or the N groups with most hits "
                 "(default 60; 0: all)."},
        COOC_OPTION_QUERIES(&c.given),
        COOC_OPTION_THREADS(&c.given),
        COOC_OPTION_COPIES(&c.given),
        {0},
    };
    int n = 0;
    session->formats = SESSION_FORMAT(OUTPUT_SVG) | SESSION_FORMAT(OUTPUT_VEGA);
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (command_helped(session, "matrix", options)) {
        return 0;
    }
    return answer(&c, n, argv + 1, err);
}
