/* ngrams: frequent sequences of words, of the whole archive or of what matches a query. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/command.h"
#include "query/hidden.h"
#include "query/measured.h"
#include "query/ngrams.h"
#include "query/ordered.h"
#include "query/shown.h"
#include "query/table.h"
#include "query/whole.h"

enum {
    SEQUENCE,
    LENGTH,
    OBSERVED,
    EXPECTED,
    F1,
    F_LAST = F1 + NGRAMS_WORDS_MAX - 1,
    N_WORDS,
    LOG_DICE,
    MI,
    MI3,
    T,
    DICE,
    ARTICLES,
    STORIES,
    SOURCES,
    OBSERVED_ALL,
    MODE,
    COLUMNS
};

enum {
    LEAST_DEFAULT = 5
};

#define FREQUENCY(n, more) \
    [F1 + (n)-1] = {.name = "f" #n, .kind = TABLE_UINT, .flags = more}

static const struct table_column columns[COLUMNS] = {
    [SEQUENCE] = {.name = "sequence"},
    [LENGTH] = {.name = "length", .kind = TABLE_UINT, .flags = TABLE_TEXT_HIDDEN},
    [OBSERVED] = {.name = "O", .kind = TABLE_UINT},
    [EXPECTED] = {.name = "E", .kind = TABLE_REAL, .digits = 3},
    FREQUENCY(1, 0),
    FREQUENCY(2, 0),
    FREQUENCY(3, TABLE_TEXT_HIDDEN | TABLE_NULLABLE),
    FREQUENCY(4, TABLE_TEXT_HIDDEN | TABLE_NULLABLE),
    FREQUENCY(5, TABLE_TEXT_HIDDEN | TABLE_NULLABLE),
    [N_WORDS] = {.name = "N", .kind = TABLE_UINT},
    [LOG_DICE] = {.name = "logDice", .kind = TABLE_REAL, .digits = 3},
    MEASURED_COLUMNS_FURTHER,
    MEASURED_COLUMNS_LAST};

/* Of --measure. */
enum {
    BY_LOG_DICE,
    BY_MI,
    BY_MI3,
    BY_T,
    BY_DICE,
    MEASURES
};
#define MEASURES_CHOICES "logdice|mi|mi3|t|dice"
static const uint8_t column_of[MEASURES] = {LOG_DICE, MI, MI3, T, DICE};

enum ngrams_sort {
    SORT_COUNT,
    SORT_MEASURE,
    SORT_WORD
};

/* Of --in. */
enum {
    IN_HITS,
    IN_ARTICLES
};

/* What is known of a word's name. */
enum {
    KNOWN = 1,
    IS_STOP = 2, /* of --stop */
    IS_MEANT = 4 /* of --filter; all are without it */
};

/* A row that is shown, or would be. */
struct shown_row {
    uint32_t row; /* of found.rows */
    double value; /* of the measure that orders */
};

struct ngrams_command {
    struct session *session;
    struct hidden hidden;
    const char *lengths;
    int by, in, sort, measure;
    uint64_t limit, offset;
    struct shown shown;
    struct table_column columns[COLUMNS];
    struct table_schema schema;
    struct ngrams_options options;
    struct bytes query; /* empty: the whole archive */
    struct plan *plan;  /* NULL: the whole archive */
    struct ngrams found;
    struct engine_totals totals;
    uint8_t *names; /* owned; by number: KNOWN and so on */
    VEC(struct shown_row) rows;
    VEC(struct ngrams_row) page;
    VEC(struct ngrams_detail) details;
    struct buf text;
    struct table table;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "ngrams: no memory for its rows; a larger --min or --memory helps");
}

/* --- what is asked for ------------------------------------------------------------------------ */

/* "2", "2,3,4", "2..4". */
static int read_lengths(struct ngrams_command *c, struct err *err)
{
    const char *s = c->lengths;
    bool good = true;
    uint8_t found = 0;
    for (;; s++) { /* over the comma */
        unsigned from = (unsigned)(*s - '0'), to = from;
        good = from >= 2 && from <= NGRAMS_WORDS_MAX;
        s += good;
        if (good && s[0] == '.' && s[1] == '.') {
            to = (unsigned)(s[2] - '0');
            good = to >= from && to <= NGRAMS_WORDS_MAX;
            s += 3;
        }
        for (; good && from <= to; from++) {
            found |= (uint8_t)(1U << from);
        }
        if (!good || *s != ',') {
            break;
        }
    }
    c->options.lengths = found;
    return good && *s == 0
               ? 0
               : err_set(
                     err, ERR_USAGE,
                     "--words '%s' is none: it takes lengths of sequences from 2 to "
                     "%d, as 2, 2,3 or 2..4",
                     c->lengths, NGRAMS_WORDS_MAX);
}

/* Whether anything in the query has hits: filters have none. */
static bool has_hits(const struct ast *tree)
{
    if (tree->kind != AST_AND && tree->kind != AST_OR) {
        return tree->kind != AST_FILTER && tree->kind != AST_NOT;
    }
    for (size_t i = 0; i < tree->n_children; i++) {
        if (has_hits(tree->children[i])) {
            return true;
        }
    }
    return false;
}

static int read_query(struct ngrams_command *c, int n, char **words, struct ast **tree,
                      struct err *err)
{
    struct session *s = c->session;
    int rc = 0;
    if (n > 0) {
        rc = session_join(s, n, words, &c->query, err);
        rc = rc ? rc : session_query(s, c->query, true, tree, err);
    } else if (c->shown.copies == SHOWN_ORIGINALS) {
        rc = session_query(s, bytes_str("is:original"), true, tree, err);
    }
    rc = rc ? rc : shown_begin(&c->shown, s->analyser, err);
    c->options.hits = rc == 0 && *tree && c->in == IN_HITS && has_hits(*tree);
    return rc || !*tree ? rc : shown_tree(&c->shown, *tree, &s->arena, tree, err);
}

static int run_once(void *arg, const struct engine_options *how, struct err *err)
{
    struct ngrams_command *c = arg;
    const struct session *s = c->session;
    return c->plan
               ? engine_run(c->plan, how, &c->totals, err)
               : whole_run(&s->snapshot, WHOLE_ALL, how, &s->deadline, &c->totals, err);
}

/* --- rows ------------------------------------------------------------------------------------- */

static int find_name(struct ngrams_command *c, uint32_t number, struct err *err)
{
    struct words_entry e;
    if (c->names[number]) {
        return 0;
    }
    int rc = words_get(&c->found.words, number, &e, err);
    if (rc) {
        return rc;
    }
    struct bytes term = bytes_of(e.term.key, e.term.key_len);
    c->names[number] =
        (uint8_t)(KNOWN | (hidden_is_stop(&c->hidden, term) ? IS_STOP : 0) |
                  (hidden_is_other(&c->hidden, term) ? 0 : IS_MEANT));
    return 0;
}

/* A sequence is hidden that begins or ends with a stop word, or has no word that is meant. */
static int is_hidden(struct ngrams_command *c, const struct ngrams_row *row, bool *out,
                     struct err *err)
{
    uint8_t any = 0;
    int rc = 0;
    *out = false;
    if (!c->hidden.list && !c->hidden.filter) {
        return 0;
    }
    for (uint32_t i = 0; i < row->n && rc == 0; i++) {
        rc = find_name(c, row->words[i], err);
        any |= c->names[row->words[i]];
    }
    *out = (c->names[row->words[0]] | c->names[row->words[row->n - 1]]) & IS_STOP ||
           !(any & IS_MEANT);
    return rc;
}

static double measure_of(const struct ngrams_command *c, int measure,
                         const struct ngrams_row *row)
{
    double o = (double)row->count, e = ngrams_expected(&c->found, row);
    double dice = ngrams_dice(&c->found, row);
    switch (measure) {
    case BY_MI: return log2(o / e);
    case BY_MI3: return log2(o * o * o / e);
    case BY_T: return (o - e) / sqrt(o);
    case BY_DICE: return dice;
    default: return 14 + log2(dice);
    }
}

/* The words with a blank between; valid until the next. */
static int spell(struct ngrams_command *c, const struct ngrams_row *row,
                 struct bytes *out, struct err *err)
{
    buf_reset(&c->text);
    for (uint32_t i = 0; i < row->n; i++) {
        struct words_entry e;
        int rc = words_get(&c->found.words, row->words[i], &e, err);
        if (rc) {
            return rc;
        }
        buf_put_str(&c->text, i > 0 ? " " : "");
        buf_put_bytes(&c->text, e.text);
    }
    *out = buf_bytes(&c->text);
    return buf_check(&c->text, err);
}

static int compare_texts(const struct ngrams_command *c, const struct ngrams_row *x,
                         const struct ngrams_row *y)
{
    for (uint32_t i = 0; i < x->n && i < y->n; i++) {
        if (x->words[i] != y->words[i]) {
            return words_compare(&c->found.words, x->words[i], y->words[i]);
        }
    }
    return x->n < y->n ? -1 : x->n > y->n;
}

static int compare(const void *arg, const void *a, const void *b)
{
    const struct ngrams_command *c = arg;
    const struct shown_row *p = a, *q = b;
    const struct ngrams_row *x = &c->found.rows.items[p->row];
    const struct ngrams_row *y = &c->found.rows.items[q->row];
    if (c->sort == SORT_MEASURE && (p->value > q->value || p->value < q->value)) {
        return p->value > q->value ? -1 : 1;
    }
    if (c->sort != SORT_WORD && x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    return compare_texts(c, x, y);
}

/* The rows that are not hidden; those of the page in order. */
static int choose_rows(struct ngrams_command *c, struct err *err)
{
    size_t n = c->found.rows.len;
    int rc = 0;
    c->names = calloc((size_t)c->found.words.n + 1, 1);
    if (!c->names || !vec_reserve(&c->rows, n + 1)) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        const struct ngrams_row *row = &c->found.rows.items[i];
        struct shown_row shown = {i, 0};
        bool hidden = false;
        rc = deadline_tick(&c->session->deadline, i, err);
        rc = rc ? rc : is_hidden(c, row, &hidden, err);
        if (c->sort == SORT_MEASURE) {
            shown.value = measure_of(c, c->measure, row);
        }
        if (rc == 0 && !hidden) {
            c->rows.items[c->rows.len++] = shown;
        }
    }
    uint64_t end = c->limit ? c->offset + c->limit : UINT64_MAX;
    if (rc == 0) {
        ordered_first(c->rows.items, c->rows.len, sizeof *c->rows.items,
                      end < c->rows.len ? (size_t)end : c->rows.len, compare, c);
    }
    return rc;
}

/* What else is known of those on the page. */
static int find_details(struct ngrams_command *c, struct err *err)
{
    size_t n = c->rows.len, from = c->offset < n ? (size_t)c->offset : n;
    size_t to = c->limit && n - from > c->limit ? from + (size_t)c->limit : n;
    if (!vec_reserve(&c->page, to - from + 1) ||
        !vec_reserve(&c->details, to - from + 1)) {
        return no_memory(err);
    }
    for (size_t i = from; i < to; i++) {
        c->page.items[c->page.len++] = c->found.rows.items[c->rows.items[i].row];
    }
    c->details.len = c->page.len;
    return ngrams_details(&c->found, c->page.items, c->page.len, c->details.items,
                          run_once, c, err);
}

static int put_row(struct ngrams_command *c, const struct ngrams_row *row,
                   const struct ngrams_detail *d, struct err *err)
{
    struct table *t = &c->table;
    struct bytes text = {0};
    int rc = spell(c, row, &text, err);
    if (rc) {
        return rc;
    }
    table_text(t, SEQUENCE, text);
    table_uint(t, LENGTH, row->n);
    table_uint(t, OBSERVED, row->count);
    table_real(t, EXPECTED, ngrams_expected(&c->found, row));
    for (uint32_t i = 0; i < row->n; i++) {
        table_uint(t, F1 + i, c->found.frequency[row->words[i]]);
    }
    table_uint(t, N_WORDS, c->found.size);
    for (int k = 0; k < MEASURES; k++) {
        table_real(t, column_of[k], measure_of(c, k, row));
    }
    table_uint(t, ARTICLES, d->articles);
    table_uint(t, STORIES, d->stories);
    table_uint(t, SOURCES, outlets_count(&d->sources));
    table_uint(t, OBSERVED_ALL, d->o_all);
    table_text(t, MODE, bytes_str(shown_copies_name(c->shown.copies)));
    return table_row(t, err);
}

static const char *ground_of(const struct ngrams_command *c)
{
    return !c->query.data ? "archive" : c->options.hits ? "hits" : "articles";
}

static void put_head(struct ngrams_command *c)
{
    struct output *o = table_list(&c->table);
    if (!o) {
        return;
    }
    output_json_opt(o, "query", c->query);
    output_json_str(o, "in", bytes_str(ground_of(c)));
    output_json_uint(o, "stories", c->totals.stories);
    output_json_uint(o, "articles", c->totals.articles);
    output_json_uint(o, "words", c->found.size);
    output_json_uint(o, "rows", c->rows.len);
}

static int put_rows(struct ngrams_command *c, struct err *err)
{
    size_t n = c->rows.len, shown = c->page.len;
    int rc = table_begin(&c->table, c->session, &c->schema, err);
    if (rc == 0) {
        put_head(c);
    }
    for (size_t i = 0; i < shown && rc == 0; i++) {
        rc = put_row(c, &c->page.items[i], &c->details.items[i], err);
    }
    struct output *o = rc == 0 ? table_tail(&c->table) : NULL;
    if (o) {
        output_json_bool(o, "more", shown < n);
    }
    rc = rc ? rc : table_end(&c->table, err);
    if (rc == 0) {
        session_say(c->session, LOG_INFO,
                    "%" PRIu64 " words in %" PRIu64 " stories (%" PRIu64
                    " articles); %zu of %zu rows are shown",
                    c->found.size, c->totals.stories, c->totals.articles, shown, n);
    }
    return rc;
}

static int run(struct ngrams_command *c, int n, char **words, struct err *err)
{
    struct session *s = c->session;
    struct ast *tree = NULL;
    int rc = read_lengths(c, err);
    rc = rc ? rc : hidden_read(&c->hidden, s, err);
    rc = rc ? rc : read_query(c, n, words, &tree, err);
    rc = rc ? rc : session_open(s, err);
    if (rc == 0 && tree) {
        rc = session_plan(s, tree, &c->plan, err);
    }
    c->options.by_surface = c->by == 1;
    c->options.all = c->shown.copies == SHOWN_ALL;
    c->options.whole = !tree;
    c->options.memory = s->memory;
    c->options.least += c->options.least == 0;
    rc = rc ? rc : ngrams_open(&c->found, &s->snapshot, &c->options, &s->deadline, err);
    rc = rc ? rc : ngrams_count(&c->found, run_once, c, err);
    rc = rc ? rc : choose_rows(c, err);
    rc = rc ? rc : find_details(c, err);
    return rc ? rc : put_rows(c, err);
}

static int answer(struct ngrams_command *c, int n, char **words, struct err *err)
{
    memcpy(c->columns, columns, sizeof columns);
    c->columns[column_of[c->measure]].flags &= (uint8_t)~TABLE_TEXT_HIDDEN;
    c->schema = (struct table_schema){"stemma.ngrams/1", "stemma.ngrams-list/1",
                                      c->columns, COLUMNS};
    int rc = run(c, n, words, err);
    size_t found = c->rows.len;
    vec_release(&c->rows);
    vec_release(&c->page);
    vec_release(&c->details);
    free(c->names);
    buf_release(&c->text);
    table_release(&c->table);
    ngrams_release(&c->found);
    plan_release(c->plan);
    shown_release(&c->shown);
    return rc < 0 ? rc : found == 0;
}

int cmd_ngrams(struct session *session, int argc, char **argv, struct err *err)
{
    struct ngrams_command c = {.session = session,
                               .lengths = "2",
                               .limit = MEASURED_LIMIT,
                               .options.least = LEAST_DEFAULT};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        {.name = "words",
         .type = OPT_STRING,
         .target = &c.lengths,
         .value = "N",
         .help = "How many words: 2 (the default) to 5, or several: 2,3 or 2..4."},
        {.name = "in",
         .type = OPT_CHOICE,
         .target = &c.in,
         .value = "WHAT",
         .choices = "hits|articles",
         .help = "Of QUERY: hits (the default): sequences that hold a hit whole; "
                 "articles: all of the articles that match, as of a query of filters "
                 "alone."},
        MEASURED_OPTION_BY(&c.by),
        {.name = "sort",
         .type = OPT_CHOICE,
         .target = &c.sort,
         .value = "ORDER",
         .choices = "count|measure|word",
         .help = "count (the default): what is observed most first; measure: what is "
                 "tied most first; word: by bytes."},
        {.name = "measure",
         .type = OPT_CHOICE,
         .target = &c.measure,
         .value = "MEASURE",
         .choices = MEASURES_CHOICES,
         .help = "How strongly the words are tied (default logdice)."},
        {.name = "min",
         .type = OPT_UINT,
         .target = &c.options.least,
         .value = "N",
         .help = "Only sequences observed N times or more (default 5)."},
        {.name = "stop",
         .type = OPT_STRING,
         .target = &c.hidden.stop,
         .value = "LANG",
         .help = "Hide sequences that begin or end with one of the commonest small "
                 "words of a language (en, de, fr, es, it, pt, nl, ru, tr)."},
        {.name = "filter",
         .type = OPT_STRING,
         .target = &c.hidden.pattern,
         .value = "WORD",
         .help = "Show only sequences with this word, or one that matches it: mosc*."},
        MEASURED_OPTION_LIMIT(&c.limit),
        {.name = "offset",
         .type = OPT_UINT,
         .target = &c.offset,
         .value = "N",
         .max = UINT32_MAX,
         .help = "Pass over the first N rows."},
        MEASURED_OPTION_COPIES(&c.shown),
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (command_helped(session, "ngrams", options)) {
        return 0;
    }
    return answer(&c, n, argv + 1, err);
}
