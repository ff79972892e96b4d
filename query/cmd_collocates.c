/* collocates: which words stand near the hits of a query, how often and how strongly tied. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/collocates.h"
#include "query/command.h"
#include "query/measures.h"
#include "query/shown.h"
#include "query/stopwords.h"
#include "query/table.h"
#include "query/wildcard.h"

enum {
    WORD,
    OBSERVED,
    EXPECTED,
    F1,
    F2,
    N_WORDS,
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
    WINDOW_DEFAULT = 5,
    LIMIT_DEFAULT = 50,
    LEAST_DEFAULT = 2
};

static const struct table_column columns[COLUMNS] = {
    [WORD] = {.name = "word"},
    [OBSERVED] = {.name = "O", .kind = TABLE_UINT},
    [EXPECTED] = {.name = "E", .kind = TABLE_REAL, .digits = 3},
    [F1] = {.name = "f1", .kind = TABLE_UINT},
    [F2] = {.name = "f2", .kind = TABLE_UINT},
    [N_WORDS] = {.name = "N", .kind = TABLE_UINT},
    [LOG_DICE] = {.name = "logDice", .kind = TABLE_REAL, .digits = 3},
    [MI] = {.name = "MI", .kind = TABLE_REAL, .digits = 3, .flags = TABLE_TEXT_HIDDEN},
    [MI3] = {.name = "MI3",
             .kind = TABLE_REAL,
             .digits = 3,
             .flags = TABLE_TEXT_HIDDEN},
    [T] = {.name = "t", .kind = TABLE_REAL, .digits = 3, .flags = TABLE_TEXT_HIDDEN},
    [G2] = {.name = "G2", .kind = TABLE_REAL, .digits = 3, .flags = TABLE_TEXT_HIDDEN},
    [DICE] = {.name = "Dice",
              .kind = TABLE_REAL,
              .digits = 6,
              .flags = TABLE_TEXT_HIDDEN},
    [P] = {.name = "p", .kind = TABLE_REAL, .digits = 6, .flags = TABLE_TEXT_HIDDEN},
    [ARTICLES] = {.name = "articles", .kind = TABLE_UINT},
    [STORIES] = {.name = "stories", .kind = TABLE_UINT},
    [SOURCES] = {.name = "sources", .kind = TABLE_UINT},
    [OBSERVED_ALL] = {.name = "O_all", .kind = TABLE_UINT, .flags = TABLE_TEXT_HIDDEN},
    [MODE] = {.name = "mode", .flags = TABLE_TEXT_HIDDEN}};

static const uint8_t column_of[MEASURES_KINDS] = {[MEASURES_LOG_DICE] = LOG_DICE,
                                                  [MEASURES_MI] = MI,
                                                  [MEASURES_MI3] = MI3,
                                                  [MEASURES_T] = T,
                                                  [MEASURES_G2] = G2,
                                                  [MEASURES_DICE] = DICE};

enum collocates_sort {
    BY_MEASURE,
    BY_COUNT,
    BY_WORD
};

/* A row that is shown, or would be. */
struct shown_row {
    uint32_t row;
    struct bytes word;
    struct measures_counts counts;
    double value; /* of the measure that orders */
};

struct collocates_command {
    struct session *session;
    const char *window, *stop, *pattern;
    int within, by, measure, sort; /* within: 0 none, and as AST_WITHIN_ */
    uint64_t least, limit, offset;
    struct shown shown;
    struct table_column columns[COLUMNS];
    struct table_schema schema;
    const char *stop_list; /* NULL: none */
    const struct ast *filter;
    struct collocates_options options;
    struct collocates found;
    struct engine_totals totals;
    VEC(struct shown_row) rows;
    struct table table;
};

static bool is_all(const struct collocates_command *c)
{
    return c->shown.copies == SHOWN_ALL;
}

/* --- what is asked for ---------------------------------------------------------------------- */

/* "5", "-5,0", "0,5", "-3,5". */
static int read_window(struct collocates_command *c, struct err *err)
{
    const char *s = c->window;
    char *end = NULL;
    c->options.within = (enum ast_within)c->within;
    if (!s) {
        c->options.left = c->options.right = c->within ? UINT32_MAX : WINDOW_DEFAULT;
        return 0;
    }
    long left = strtol(s, &end, 10), right = left;
    bool good = end != s;
    if (good && *end == ',') {
        s = end + 1;
        right = strtol(s, &end, 10);
        good = end != s && left <= 0;
        left = -left;
    }
    if (!good || *end || left < 0 || right < 0 || left + right == 0 ||
        left > COLLOCATES_WINDOW_MAX || right > COLLOCATES_WINDOW_MAX) {
        return err_set(err, ERR_USAGE,
                       "--window '%s' is none: it takes words on both sides (5), or "
                       "before and behind (-5,0 or -3,5), %d at most",
                       c->window, COLLOCATES_WINDOW_MAX);
    }
    c->options.left = (uint32_t)left;
    c->options.right = (uint32_t)right;
    return 0;
}

static int read_hidden(struct collocates_command *c, struct err *err)
{
    struct ast *tree = NULL;
    int rc = 0;
    c->stop_list = c->stop ? stopwords_of(c->stop) : NULL;
    if (c->stop && !c->stop_list) {
        return err_set(err, ERR_USAGE,
                       "--stop '%s': there is a list for en, de, fr, es, it, pt, nl, "
                       "ru and tr",
                       c->stop);
    }
    if (!c->pattern) {
        return 0;
    }
    rc = session_query(c->session, bytes_str(c->pattern), true, &tree, err);
    if (rc == 0 && tree->kind != AST_WORD && tree->kind != AST_PREFIX &&
        tree->kind != AST_PATTERN) {
        rc =
            err_set(err, ERR_USAGE,
                    "--filter '%s' is not a word or a word with wildcards", c->pattern);
    }
    c->filter = tree;
    return rc;
}

static bool is_hidden(const struct collocates_command *c, struct bytes term)
{
    const struct ast *f = c->filter;
    if (c->stop_list && stopwords_has(c->stop_list, term)) {
        return true;
    }
    if (!f) {
        return false;
    }
    if (f->kind == AST_WORD) {
        return !bytes_equal(f->term, term);
    }
    if (f->kind == AST_PREFIX) {
        return term.len < f->term.len ||
               memcmp(term.data, f->term.data, f->term.len) != 0;
    }
    return !wildcard_matches(f->term, term);
}

/* --- rows ----------------------------------------------------------------------------------- */

static int compare_words(const void *a, const void *b)
{
    const struct shown_row *x = a, *y = b;
    return bytes_compare(x->word, y->word);
}

static int compare_counts(const void *a, const void *b)
{
    const struct shown_row *x = a, *y = b;
    if (x->counts.o != y->counts.o) {
        return x->counts.o > y->counts.o ? -1 : 1;
    }
    return compare_words(a, b);
}

static int compare_values(const void *a, const void *b)
{
    const struct shown_row *x = a, *y = b;
    if (x->value > y->value || x->value < y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return compare_counts(a, b);
}

/* What orders by the measure: of G2, which is large also where a word is shunned, those last. */
static double value_of(const struct collocates_command *c,
                       const struct measures_counts *n)
{
    double value = measures_value((enum measures_kind)c->measure, n);
    if (c->measure == MEASURES_G2 && (double)n->o < measures_expected(n)) {
        value = -value;
    }
    return isnan(value) ? (double)-INFINITY : value;
}

static int push_row(struct collocates_command *c, const struct collocates_word *w,
                    uint64_t size, struct err *err)
{
    bool all = is_all(c);
    struct shown_row row = {.row = w->row, .word = w->word};
    row.counts =
        (struct measures_counts){.o = w->o,
                                 .f1 = all ? c->totals.hits_all : c->totals.hits,
                                 .f2 = w->f2,
                                 .n = size,
                                 .near = all ? c->found.near_all : c->found.near};
    row.value = value_of(c, &row.counts);
    return vec_push(&c->rows, row)
               ? 0
               : err_set(err, ERR_NOMEM, "collocates: no memory for its rows");
}

static int choose_rows(struct collocates_command *c, struct err *err)
{
    collocates_words words = {0};
    uint64_t size = collocates_size(&c->found, is_all(c));
    int rc = collocates_find_words(&c->found, c->least, is_all(c), &words, err);
    for (size_t i = 0; i < words.len && rc == 0; i++) {
        if (!is_hidden(c, words.items[i].term)) {
            rc = push_row(c, &words.items[i], size, err);
        }
    }
    vec_release(&words);
    if (rc == 0 && c->rows.len > 1) {
        qsort(c->rows.items, c->rows.len, sizeof *c->rows.items,
              c->sort == BY_WORD    ? compare_words
              : c->sort == BY_COUNT ? compare_counts
                                    : compare_values);
    }
    return rc;
}

static void put_measure(struct table *t, size_t column, double value)
{
    if (!isnan(value)) {
        table_real(t, column, value);
    }
}

static int put_row(struct collocates_command *c, const struct shown_row *row,
                   struct err *err)
{
    struct table *t = &c->table;
    const struct measures_counts *n = &row->counts;
    struct collocates_row r;
    double g2 = measures_g2(n);
    collocates_row(&c->found, row->row, &r);
    table_text(t, WORD, row->word);
    table_uint(t, OBSERVED, n->o);
    table_real(t, EXPECTED, measures_expected(n));
    table_uint(t, F1, n->f1);
    table_uint(t, F2, n->f2);
    table_uint(t, N_WORDS, n->n);
    for (int k = 0; k < MEASURES_KINDS; k++) {
        put_measure(t, column_of[k], measures_value((enum measures_kind)k, n));
    }
    put_measure(t, P, measures_p(g2));
    table_uint(t, ARTICLES, r.articles);
    table_uint(t, STORIES, r.stories);
    table_uint(t, SOURCES, r.sources);
    table_uint(t, OBSERVED_ALL, r.o_all);
    table_text(t, MODE, bytes_str(shown_copies_name(c->shown.copies)));
    return table_row(t, err);
}

static void put_head(struct collocates_command *c, struct bytes query)
{
    struct output *o = table_list(&c->table);
    if (!o) {
        return;
    }
    output_json_str(o, "query", query);
    output_json_uint(o, "hits", c->totals.hits);
    output_json_uint(o, "stories", c->totals.stories);
    output_json_uint(o, "hits_all", c->totals.hits_all);
    output_json_uint(o, "articles", c->totals.articles);
    output_json_uint(o, "near", c->found.near);
    output_json_uint(o, "near_all", c->found.near_all);
    output_json_uint(o, "words", c->rows.len);
}

static int put_rows(struct collocates_command *c, struct bytes query, struct err *err)
{
    size_t n = c->rows.len, from = c->offset < n ? (size_t)c->offset : n;
    size_t to = c->limit && n - from > c->limit ? from + (size_t)c->limit : n;
    int rc = table_begin(&c->table, c->session, &c->schema, err);
    if (rc == 0) {
        put_head(c, query);
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
                    "%" PRIu64 " words near %" PRIu64 " hits in %" PRIu64
                    " stories (%" PRIu64 " near %" PRIu64 " hits in %" PRIu64
                    " articles); %zu of %zu rows are shown",
                    c->found.near, c->totals.hits, c->totals.stories, c->found.near_all,
                    c->totals.hits_all, c->totals.articles, to - from, n);
    }
    return rc;
}

static int run(struct collocates_command *c, int n, char **words, struct err *err)
{
    struct session *s = c->session;
    struct bytes query;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    int rc = session_join(s, n, words, &query, err);
    rc = rc ? rc : session_query(s, query, true, &tree, err);
    rc = rc ? rc : shown_begin(&c->shown, s->analyser, err);
    rc = rc ? rc : shown_tree(&c->shown, tree, &s->arena, &tree, err);
    rc = rc ? rc : session_open(s, err);
    rc = rc ? rc : session_plan(s, tree, &plan, err);
    rc = rc ? rc
            : collocates_open(&c->found, &s->snapshot, &c->options, &s->deadline, err);
    rc = rc ? rc : collocates_run(&c->found, plan, &c->totals, err);
    rc = rc ? rc : choose_rows(c, err);
    rc = rc ? rc : put_rows(c, query, err);
    plan_release(plan);
    return rc;
}

static int answer(struct collocates_command *c, int n, char **words, struct err *err)
{
    memcpy(c->columns, columns, sizeof columns);
    c->columns[column_of[c->measure]].flags &= (uint8_t)~TABLE_TEXT_HIDDEN;
    c->schema = (struct table_schema){"stemma.collocates/1", "stemma.collocates-list/1",
                                      c->columns, COLUMNS};
    c->options.by_surface = c->by == 1;
    int rc = read_window(c, err);
    rc = rc ? rc : read_hidden(c, err);
    rc = rc ? rc : run(c, n, words, err);
    size_t found = c->rows.len;
    vec_release(&c->rows);
    table_release(&c->table);
    collocates_release(&c->found);
    shown_release(&c->shown);
    return rc < 0 ? rc : found == 0;
}

int cmd_collocates(struct session *session, int argc, char **argv, struct err *err)
{
    struct collocates_command c = {
        .session = session, .limit = LIMIT_DEFAULT, .least = LEAST_DEFAULT};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        /* before those of all queries, which have a hidden one of that name */
        {.name = "window",
         .type = OPT_STRING,
         .target = &c.window,
         .value = "WORDS",
         .help = "How near: so many words on both sides (default 5), or before and "
                 "behind: -5,0 or 0,5."},
        SESSION_QUERY_OPTIONS(session),
        {.name = "within",
         .type = OPT_CHOICE,
         .target = &c.within,
         .value = "UNIT",
         .choices = "words|sentence|paragraph",
         .help = "Words of the hit's sentence or paragraph: all, or those in the "
                 "window."},
        {.name = "by",
         .type = OPT_CHOICE,
         .target = &c.by,
         .value = "FORM",
         .choices = "term|surface",
         .help = "term (the default): case and accents are one; surface: words as they "
                 "are written."},
        {.name = "measure",
         .type = OPT_CHOICE,
         .target = &c.measure,
         .value = "MEASURE",
         .choices = MEASURES_NAMES,
         .help = "What orders the rows, strongest first (default logdice)."},
        {.name = "sort",
         .type = OPT_CHOICE,
         .target = &c.sort,
         .value = "ORDER",
         .choices = "measure|count|word",
         .help = "measure (the default); count: what is observed most first; word: by "
                 "bytes."},
        {.name = "min",
         .type = OPT_UINT,
         .target = &c.least,
         .value = "N",
         .help = "Only words observed N times or more (default 2)."},
        {.name = "stop",
         .type = OPT_STRING,
         .target = &c.stop,
         .value = "LANG",
         .help =
             "Hide the commonest small words of a language (en, de, fr, es, it, pt, "
             "nl, ru, tr); no number changes."},
        {.name = "filter",
         .type = OPT_STRING,
         .target = &c.pattern,
         .value = "WORD",
         .help = "Show only this word, or those that match it: mosc*, *ing."},
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &c.limit,
         .value = "N",
         .help = "Show N rows (default 50; 0: all)."},
        {.name = "offset",
         .type = OPT_UINT,
         .target = &c.offset,
         .value = "N",
         .help = "Pass over the first N rows."},
        {.name = "copies",
         .type = OPT_CHOICE,
         .target = &c.shown.copies,
         .value = "MODE",
         .choices = SHOWN_COPIES,
         .help = "collapse (the default; group is the same): a passage counts once, "
                 "however many articles carry it; all: every article counts; "
                 "originals: only originals are asked."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (command_helped(session, "collocates", options)) {
        return 0;
    }
    if (n == 0) {
        return err_set(err, ERR_USAGE, "no query to look for words around");
    }
    return answer(&c, n, argv + 1, err);
}
