/* collocates: which words stand near the hits of a query, how often and how strongly tied. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "query/collocates_rank.h"
#include "query/collocates_threads.h"
#include "query/command.h"
#include "query/hidden.h"
#include "query/measured.h"
#include "query/measures.h"
#include "query/shown.h"
#include "query/table.h"

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
    THREADS_MAX = 256,
    WINDOW_DEFAULT = 5,
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

struct collocates_command {
    struct session *session;
    const char *window;
    struct hidden hidden;
    int within, by, measure, sort; /* within: 0 none, and as `withins` */
    uint64_t least, limit, offset, words, threads;
    struct shown shown;
    struct table_column columns[COLUMNS];
    struct table_schema schema;
    struct collocates_options options;
    struct collocates found;
    struct engine_totals totals;
    collocates_ranking rows;
    uint64_t n_rows; /* that there are */
    struct table table;
};

static bool is_all(const struct collocates_command *c)
{
    return c->shown.copies == SHOWN_ALL;
}

/* --- what is asked for ---------------------------------------------------------------------- */

static const enum ast_within withins[] = {AST_WITHIN_WORDS, AST_WITHIN_SENTENCE,
                                          AST_WITHIN_PARAGRAPH, AST_WITHIN_SENTENCE,
                                          AST_WITHIN_PARAGRAPH};

/* "5", "-5,0", "0,5", "-3,5". */
static int read_window(struct collocates_command *c, struct err *err)
{
    const char *s = c->window;
    char *end = NULL;
    c->options.within = withins[c->within];
    c->options.words = (uint32_t)c->words;
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

/* A sequence is hidden if all its words are common ones, or none is looked for. */
static bool is_hidden(void *arg, struct bytes term)
{
    const struct hidden *h = &((const struct collocates_command *)arg)->hidden;
    bool stop = true, other = true;
    for (size_t from = 0, to; from < term.len; from = to + 1) {
        for (to = from; to < term.len && term.data[to] != ' ';) {
            to++;
        }
        struct bytes word = bytes_of(term.data + from, to - from);
        stop = stop && hidden_is_stop(h, word);
        other = other && hidden_is_other(h, word);
    }
    return stop || other;
}

/* --- rows ----------------------------------------------------------------------------------- */

static int choose_rows(struct collocates_command *c, struct err *err)
{
    bool all = is_all(c);
    struct collocates_order order = {
        .measure = (enum measures_kind)c->measure,
        .sort = (enum collocates_sort)c->sort,
        .all = all,
        .least = c->least,
        .f1 = all ? c->totals.hits_all : c->totals.hits,
        .want = c->limit == 0 || c->limit > UINT64_MAX - c->offset
                    ? 0
                    : c->offset + c->limit,
        .hides = c->hidden.stop || c->hidden.pattern ? is_hidden : NULL,
        .arg = c};
    return collocates_rank(&c->found, &order, &c->rows, &c->n_rows, err);
}

static void put_measure(struct table *t, size_t column, double value)
{
    if (!isnan(value)) {
        table_real(t, column, value);
    }
}

static int put_row(struct collocates_command *c, const struct collocates_ranked *row,
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
    output_json_uint(o, "words", c->n_rows);
}

static int put_rows(struct collocates_command *c, struct bytes query, struct err *err)
{
    uint64_t n = c->n_rows, from = c->offset < n ? c->offset : n;
    uint64_t to = c->limit && n - from > c->limit ? from + c->limit : n;
    int rc = table_begin(&c->table, c->session, &c->schema, err);
    if (rc == 0) {
        put_head(c, query);
    }
    for (uint64_t i = from; i < to && rc == 0; i++) {
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
                    " articles); %" PRIu64 " of %" PRIu64 " rows are shown",
                    c->found.near, c->totals.hits, c->totals.stories, c->found.near_all,
                    c->totals.hits_all, c->totals.articles, to - from, n);
    }
    return rc;
}

static int count(struct collocates_command *c, struct plan *plan, struct err *err)
{
    struct session *s = c->session;
    struct collocates_threads threads = {.memory = s->memory};
    threads.n = c->threads ? (unsigned)c->threads : cpu_count();
    threads.n = threads.n < THREADS_MAX ? threads.n : THREADS_MAX;
    session_threads(s, threads.n);
    return collocates_run_on(&c->found, plan, &threads, &c->totals, err);
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
    rc = rc ? rc : count(c, plan, err);
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
    rc = rc ? rc : hidden_read(&c->hidden, c->session, err);
    rc = rc ? rc : run(c, n, words, err);
    uint64_t found = c->n_rows;
    vec_release(&c->rows);
    table_release(&c->table);
    collocates_release(&c->found);
    shown_release(&c->shown);
    return rc < 0 ? rc : found == 0;
}

int cmd_collocates(struct session *session, int argc, char **argv, struct err *err)
{
    struct collocates_command c = {.session = session,
                                   .limit = MEASURED_LIMIT,
                                   .least = LEAST_DEFAULT,
                                   .words = 1};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
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
         .choices = "words|sentence|paragraph|/s|/p",
         .help = "Words of the hit's sentence (/s) or paragraph (/p): all, or those in "
                 "the window."},
        {.name = "words",
         .type = OPT_UINT,
         .target = &c.words,
         .min = 1,
         .max = COLLOCATES_WORDS_MAX,
         .value = "N",
         .help = "Sequences of 2 or 3 neighbouring words in the place of single words; "
                 "each in one sentence."},
        MEASURED_OPTION_BY(&c.by),
        {.name = "measure",
         .type = OPT_CHOICE,
         .target = &c.measure,
         .value = "MEASURE",
         .choices = MEASURES_NAMES,
         .help = "What orders the rows, strongest first (default logdice)."},
        MEASURED_OPTION_SORT(&c.sort),
        {.name = "min",
         .type = OPT_UINT,
         .target = &c.least,
         .value = "N",
         .help = "Only words observed N times or more (default 2)."},
        HIDDEN_OPTIONS(&c.hidden),
        MEASURED_OPTION_LIMIT(&c.limit),
        MEASURED_OPTION_OFFSET(&c.offset),
        {.name = "threads",
         .letter = 'j',
         .type = OPT_UINT,
         .target = &c.threads,
         .value = "N",
         .max = THREADS_MAX,
         .help = "Count a frequent query on so many threads (default: as many as there "
                 "are processors)."},
        MEASURED_OPTION_COPIES(&c.shown),
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
