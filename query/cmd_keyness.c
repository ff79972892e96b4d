/* keyness: which words a part of the archive has more often than the rest of it, or than another part. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/command.h"
#include "query/hidden.h"
#include "query/keyness.h"
#include "query/measured.h"
#include "query/ordered.h"
#include "query/shown.h"
#include "query/table.h"

enum {
    WORD,
    OBSERVED,
    WORDS,
    OTHER_OBSERVED,
    OTHER_WORDS,
    EXPECTED,
    F1,
    F2,
    N_WORDS,
    LOG_RATIO,
    G2,
    P,
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
    LEAST_DEFAULT = 3
};

/* Of --measure. G2 comes first, as the default: log-ratio alone begins with words that stand nowhere else,
 * however rare they are. */
enum {
    BY_G2,
    BY_LOG_RATIO,
    BY_LOG_DICE,
    BY_MI,
    BY_MI3,
    BY_T,
    BY_DICE,
    MEASURES
};
#define MEASURES_CHOICES "g2|logratio|logdice|mi|mi3|t|dice"

/* Rayson, Berridge and Francis (Extending the Cochran rule for the comparison of word frequencies between corpora, 2004): p < 0.0001 */
#define LEVEL_DEFAULT "15.13"

static const struct table_column columns[COLUMNS] = {
    [WORD] = {.name = "word"},
    [OBSERVED] = {.name = "O", .kind = TABLE_UINT},
    [WORDS] = {.name = "n1", .kind = TABLE_UINT, .flags = TABLE_TEXT_HIDDEN},
    [OTHER_OBSERVED] = {.name = "O2", .kind = TABLE_UINT},
    [OTHER_WORDS] = {.name = "n2", .kind = TABLE_UINT, .flags = TABLE_TEXT_HIDDEN},
    [EXPECTED] = {.name = "E", .kind = TABLE_REAL, .digits = 3},
    [F1] = {.name = "f1", .kind = TABLE_UINT},
    [F2] = {.name = "f2", .kind = TABLE_UINT},
    [N_WORDS] = {.name = "N", .kind = TABLE_UINT},
    [LOG_RATIO] = {.name = "log_ratio", .kind = TABLE_REAL, .digits = 3},
    [G2] = {.name = "G2", .kind = TABLE_REAL, .digits = 2},
    MEASURED_COLUMN_P,
    [LOG_DICE] = {.name = "logDice",
                  .kind = TABLE_REAL,
                  .digits = 3,
                  .flags = TABLE_TEXT_HIDDEN},
    MEASURED_COLUMNS_FURTHER,
    MEASURED_COLUMNS_LAST};

static const struct {
    uint8_t column;
    enum measures_kind kind; /* but of BY_LOG_RATIO */
} measures[MEASURES] = {[BY_G2] = {G2, MEASURES_G2},
                        [BY_LOG_RATIO] = {LOG_RATIO, MEASURES_KINDS},
                        [BY_LOG_DICE] = {LOG_DICE, MEASURES_LOG_DICE},
                        [BY_MI] = {MI, MEASURES_MI},
                        [BY_MI3] = {MI3, MEASURES_MI3},
                        [BY_T] = {T, MEASURES_T},
                        [BY_DICE] = {DICE, MEASURES_DICE}};

enum keyness_sort {
    BY_MEASURE,
    BY_COUNT,
    BY_WORD
};

/* A row that is shown, or would be. */
struct shown_row {
    uint32_t number;
    struct keyness_pair pair;
    double value; /* what orders: the greatest first */
};

struct keyness_command {
    struct session *session;
    struct hidden hidden;
    const char *against, *level;
    int by, measure, sort;
    bool negative;
    uint64_t least, limit, offset;
    double least_g2;
    struct shown shown;
    struct table_column columns[COLUMNS];
    struct table_schema schema;
    struct keyness found;
    VEC(struct shown_row) rows;
    struct table table;
};

static bool is_all(const struct keyness_command *c)
{
    return c->shown.copies == SHOWN_ALL;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "keyness: no memory for its rows; a larger --min or --memory helps");
}

/* --- rows ------------------------------------------------------------------------------------- */

static double measure_of(int measure, const struct keyness_pair *p)
{
    struct measures_counts n = keyness_measures(p);
    return measure == BY_LOG_RATIO ? keyness_log_ratio(p)
                                   : measures_value(measures[measure].kind, &n);
}

/* What orders by the measure: the greatest first. With --negative the least comes first, but of G2, which is large where a
 * word is shunned, too. */
static double value_of(const struct keyness_command *c, const struct keyness_pair *p)
{
    double value = measure_of(c->measure, p);
    value = isnan(value) ? (double)-INFINITY : value;
    return c->negative && c->measure != BY_G2 ? -value : value;
}

/* Whether a word of so many may be a row, but for its name. */
static bool is_wanted(const struct keyness_command *c, const struct keyness_pair *p)
{
    struct measures_counts n = keyness_measures(p);
    struct keyness_pair other = {p->other_o, p->other_n, p->o, p->n};
    if ((c->negative ? p->other_o : p->o) < c->least ||
        !keyness_is_key(c->negative ? &other : p)) {
        return false;
    }
    return c->least_g2 <= 0 || measures_g2(&n) >= c->least_g2;
}

static int add_row(struct keyness_command *c, uint32_t number,
                   const struct keyness_pair *p, struct err *err)
{
    struct words_entry e;
    struct shown_row row = {.number = number, .pair = *p, .value = value_of(c, p)};
    int rc = words_get(&c->found.words, number, &e, err);
    if (rc || hidden_has(&c->hidden, bytes_of(e.term.key, e.term.key_len))) {
        return rc;
    }
    return vec_push(&c->rows, row) ? 0 : no_memory(err);
}

static int compare(const void *arg, const void *a, const void *b)
{
    const struct keyness_command *c = arg;
    const struct shown_row *x = a, *y = b;
    if (c->sort == BY_MEASURE && (x->value > y->value || x->value < y->value)) {
        return x->value > y->value ? -1 : 1;
    }
    uint64_t n = c->negative ? x->pair.other_o : x->pair.o;
    uint64_t m = c->negative ? y->pair.other_o : y->pair.o;
    if (c->sort != BY_WORD && n != m) {
        return n > m ? -1 : 1;
    }
    return words_compare(&c->found.words, x->number, y->number);
}

/* The end of the page. */
static size_t page_end(const struct keyness_command *c)
{
    size_t n = c->rows.len;
    return c->limit && c->offset < n && n - c->offset > c->limit
               ? (size_t)(c->offset + c->limit)
               : n;
}

static int choose_rows(struct keyness_command *c, struct err *err)
{
    int rc = 0;
    for (uint32_t i = 0; i < c->found.words.n && rc == 0; i++) {
        struct keyness_pair p;
        keyness_get(&c->found, i, is_all(c), &p);
        rc = deadline_tick(&c->session->deadline, i, err);
        if (rc == 0 && p.o + p.other_o > 0 && is_wanted(c, &p)) {
            rc = add_row(c, i, &p, err);
        }
    }
    if (rc == 0) {
        ordered_first(c->rows.items, c->rows.len, sizeof *c->rows.items, page_end(c),
                      compare, c);
    }
    return rc;
}

static void put_real(struct table *t, size_t column, double value)
{
    if (!isnan(value)) {
        table_real(t, column, value);
    }
}

static int put_row(struct keyness_command *c, const struct shown_row *row,
                   struct err *err)
{
    struct table *t = &c->table;
    const struct keyness_pair *p = &row->pair;
    struct measures_counts n = keyness_measures(p);
    const struct keyness_count *found = &c->found.subset.counts[row->number];
    struct words_entry e;
    int rc = words_get(&c->found.words, row->number, &e, err);
    if (rc) {
        return rc;
    }
    table_text(t, WORD, e.text);
    table_uint(t, OBSERVED, p->o);
    table_uint(t, WORDS, p->n);
    table_uint(t, OTHER_OBSERVED, p->other_o);
    table_uint(t, OTHER_WORDS, p->other_n);
    put_real(t, EXPECTED, measures_expected(&n));
    table_uint(t, F1, n.f1);
    table_uint(t, F2, n.f2);
    table_uint(t, N_WORDS, n.n);
    for (int k = 0; k < MEASURES; k++) {
        put_real(t, measures[k].column, measure_of(k, p));
    }
    put_real(t, P, measures_p(measures_g2(&n)));
    table_uint(t, ARTICLES, found->articles);
    table_uint(t, STORIES, found->stories);
    table_uint(t, SOURCES, outlets_count(&found->sources));
    table_uint(t, OBSERVED_ALL, found->o_all);
    table_text(t, MODE, bytes_str(shown_copies_name(c->shown.copies)));
    return table_row(t, err);
}

static void put_head(struct keyness_command *c, struct bytes query)
{
    struct output *o = table_list(&c->table);
    const struct keyness *k = &c->found;
    bool rest = !c->against;
    if (!o) {
        return;
    }
    output_json_str(o, "query", query);
    output_json_opt(o, "against", bytes_str(rest ? "" : c->against));
    output_json_uint(o, "stories", k->subset.totals.stories);
    output_json_uint(o, "articles", k->subset.totals.articles);
    output_json_uint(o, "words", k->subset.words);
    output_json_uint(o, "words_all", k->subset.words_all);
    output_json_real(o, "least_g2", c->least_g2);
    output_json_bool(o, "negative", c->negative);
    output_json_uint(o, "rows", c->rows.len);
}

static void tell(struct keyness_command *c, size_t shown)
{
    const struct keyness_part *s = &c->found.subset;
    struct keyness_pair p = {0};
    if (c->found.words.n > 0) {
        keyness_get(&c->found, 0, is_all(c), &p);
    }
    session_say(c->session, LOG_INFO,
                "%" PRIu64 " words in %" PRIu64 " stories (%" PRIu64 " in %" PRIu64
                " articles) against %" PRIu64 "; %zu of %zu rows are shown",
                s->words, s->totals.stories, s->words_all, s->totals.articles,
                p.other_n, shown, c->rows.len);
}

static int put_rows(struct keyness_command *c, struct bytes query, struct err *err)
{
    size_t n = c->rows.len, from = c->offset < n ? (size_t)c->offset : n;
    size_t to = page_end(c);
    int rc = table_begin(&c->table, c->session, &c->schema, err);
    if (rc == 0) {
        put_head(c, query);
    }
    for (size_t i = from; i < to && rc == 0; i++) {
        rc = put_row(c, &c->rows.items[i], err);
    }
    struct output *o = rc == 0 ? table_tail(&c->table) : NULL;
    if (o) {
        output_json_bool(o, "more", to < n);
    }
    rc = rc ? rc : table_end(&c->table, err);
    if (rc == 0) {
        tell(c, to - from);
    }
    return rc;
}

/* --- what is asked for --------------------------------------------------------------------------- */

static int read_level(struct keyness_command *c, struct err *err)
{
    char *end = NULL;
    c->least_g2 = strtod(c->level, &end);
    if (end == c->level || *end || !(c->least_g2 >= 0) || !isfinite(c->least_g2)) {
        return err_set(err, ERR_USAGE,
                       "--level '%s' is none: it takes a G2 that words must reach "
                       "(15.13: p < 0.0001; 3.84: p < 0.05; 0: any)",
                       c->level);
    }
    return 0;
}

/* Counts the words of the articles that match. */
static int count_part(struct keyness_command *c, struct bytes query,
                      struct keyness_part *part, struct err *err)
{
    struct session *s = c->session;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    struct engine_options how = {
        .want_spans = true, .story = keyness_add, .arg = &c->found};
    int rc = session_query(s, query, true, &tree, err);
    rc = rc ? rc : shown_tree(&c->shown, tree, &s->arena, &tree, err);
    rc = rc ? rc : session_plan(s, tree, &plan, err);
    rc = rc ? rc : keyness_begin(&c->found, part, err);
    rc = rc ? rc : engine_run(plan, &how, &totals, err);
    part->totals = totals;
    plan_release(plan);
    return rc;
}

static int run(struct keyness_command *c, int n, char **words, struct err *err)
{
    struct session *s = c->session;
    struct bytes query;
    int rc = session_join(s, n, words, &query, err);
    rc = rc ? rc : hidden_read(&c->hidden, s, err);
    rc = rc ? rc : read_level(c, err);
    rc = rc ? rc : shown_begin(&c->shown, s->analyser, err);
    rc = rc ? rc : session_open(s, err);
    rc = rc ? rc : keyness_open(&c->found, &s->snapshot, c->by == 1, &s->deadline, err);
    rc = rc ? rc : count_part(c, query, &c->found.subset, err);
    if (rc == 0 && c->against) {
        rc = count_part(c, bytes_str(c->against), &c->found.against, err);
    }
    rc = rc ? rc : keyness_rest(&c->found, is_all(c), err);
    rc = rc ? rc : choose_rows(c, err);
    return rc ? rc : put_rows(c, query, err);
}

static int answer(struct keyness_command *c, int n, char **words, struct err *err)
{
    memcpy(c->columns, columns, sizeof columns);
    c->columns[measures[c->measure].column].flags &= (uint8_t)~TABLE_TEXT_HIDDEN;
    c->schema = (struct table_schema){"stemma.keyness/1", "stemma.keyness-list/1",
                                      c->columns, COLUMNS};
    int rc = run(c, n, words, err);
    size_t found = c->rows.len;
    vec_release(&c->rows);
    table_release(&c->table);
    keyness_release(&c->found);
    shown_release(&c->shown);
    return rc < 0 ? rc : found == 0;
}

int cmd_keyness(struct session *session, int argc, char **argv, struct err *err)
{
    struct keyness_command c = {.session = session,
                                .level = LEVEL_DEFAULT,
                                .limit = MEASURED_LIMIT,
                                .least = LEAST_DEFAULT};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        {.name = "against",
         .type = OPT_STRING,
         .target = &c.against,
         .value = "QUERY",
         .help = "Compare with the articles that match this, not with all that do not "
                 "match QUERY."},
        {.name = "measure",
         .type = OPT_CHOICE,
         .target = &c.measure,
         .value = "MEASURE",
         .choices = MEASURES_CHOICES,
         .help = "What orders the rows, strongest first (default g2)."},
        {.name = "level",
         .type = OPT_STRING,
         .target = &c.level,
         .value = "G2",
         .help = "Only words whose G2 is so large (default " LEVEL_DEFAULT
                 ", p < 0.0001; 0: any)."},
        {.name = "negative",
         .type = OPT_FLAG,
         .target = &c.negative,
         .help = "The words that QUERY's articles have less often, not those that they "
                 "have more often."},
        MEASURED_OPTION_BY(&c.by),
        MEASURED_OPTION_SORT(&c.sort),
        {.name = "min",
         .type = OPT_UINT,
         .target = &c.least,
         .value = "N",
         .help = "Only words that QUERY's articles, with --negative the others, have N "
                 "times or more (default 3)."},
        HIDDEN_OPTIONS(&c.hidden),
        MEASURED_OPTION_LIMIT(&c.limit),
        MEASURED_OPTION_OFFSET(&c.offset),
        MEASURED_OPTION_COPIES(&c.shown),
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (command_helped(session, "keyness", options)) {
        return 0;
    }
    if (n == 0) {
        return err_set(err, ERR_USAGE,
                       "no query to say whose words are counted; try: stemma-query "
                       "keyness 'source:gazette'");
    }
    return answer(&c, n, argv + 1, err);
}
