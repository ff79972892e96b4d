/* kwic: the hits of a query under each other, each with the words around it. */
#include <inttypes.h>

#include "query/command.h"
#include "query/kwic_print.h"
#include "query/kwic_text.h"
#include "query/print.h"
#include "query/terminal.h"

enum {
    LIMIT_DEFAULT = 100,
    CONTEXT_DEFAULT = 10 /* words, where lines have no width */
};

struct kwic {
    struct session *session;
    uint64_t limit, offset; /* lines; limit 0: all */
    uint64_t context;       /* words; UINT64_MAX: what fits */
    const char *sort;
    int copies; /* of COPIES */
    struct shown shown;
    struct kwic_keys keys;
    struct kwic_lines lines;
    struct kwic_rows rows;
    struct kwic_text text;
    struct table table;
    struct vimgrep vimgrep;
    uint64_t of; /* lines that there are */
};

#define COPIES "collapse|all|originals"
static const enum shown_copies copies_of[] = {SHOWN_COLLAPSE, SHOWN_ALL,
                                              SHOWN_ORIGINALS};

static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    struct kwic *k = arg;
    return kwic_lines_add(&k->lines, match, err);
}

static bool is_table(const struct kwic *k)
{
    return k->session->format != OUTPUT_TEXT && k->session->format != OUTPUT_VIMGREP;
}

static int begin(struct kwic *k, struct bytes query, const struct engine_totals *t,
                 bool more, struct err *err)
{
    struct output *o;
    if (!is_table(k))
        return 0;
    int rc = table_begin(&k->table, k->session, &kwic_print_schema, err);
    k->rows.bytes = rc == 0 && kwic_print_wants_bytes(&k->table);
    if (rc == 0 && (o = table_list(&k->table))) {
        output_json_str(o, "query", query);
        output_json_str(o, "mode", bytes_str(shown_copies_name(k->shown.copies)));
        print_counts(o, t);
        output_json_uint(o, "of", k->of);
        output_json_bool(o, "more", more);
    }
    return rc;
}

static int end(struct kwic *k, const struct engine_totals *t, uint64_t n,
               struct err *err)
{
    struct output *o = &k->session->output;
    if (is_table(k))
        return table_end(&k->table, err);
    if (k->session->format == OUTPUT_VIMGREP)
        return 0;
    print_totals(o, t);
    if (n < k->of)
        output_printf(o, "; %" PRIu64 " line%s shown", n, n == 1 ? "" : "s");
    output_put(o, "\n");
    return 0;
}

/* Those that are read; the first is the line-th from the offset on. */
static int print_rows(struct kwic *k, uint64_t line, struct err *err)
{
    switch (k->session->format) {
    case OUTPUT_TEXT: return kwic_text_print(&k->text, &k->rows, err);
    case OUTPUT_VIMGREP: return kwic_print_vimgrep(&k->vimgrep, &k->rows, err);
    default: return kwic_print_rows(&k->table, &k->rows, k->offset + line, k->of, err);
    }
}

/* The lines from the offset on. */
static int print_lines(struct kwic *k, struct bytes query,
                       const struct engine_totals *totals, struct err *err)
{
    const struct kwic_line *lines = k->lines.lines.items;
    size_t at = k->offset < k->lines.lines.len ? (size_t)k->offset : k->lines.lines.len;
    size_t n = k->lines.lines.len - at;
    bool more = k->offset + n < k->of;
    int rc = begin(k, query, totals, more, err);
    for (size_t i = 0; rc == 0 && i < n; i += k->rows.rows.len) {
        rc = kwic_rows_load(&k->rows, lines + at + i, n - i, err);
        if (rc == 0)
            rc = print_rows(k, i + 1, err);
    }
    if (rc == 0)
        rc = end(k, totals, n, err);
    if (rc == 0 && more)
        session_say(k->session, LOG_INFO,
                    "%zu of %" PRIu64 " lines shown; --limit 0 shows all", n, k->of);
    return rc;
}

static int gather(struct kwic *k, struct plan *plan, struct engine_totals *totals,
                  struct err *err)
{
    struct engine_options options = {
        .want_spans = true, .want_passages = true, .story = on_story, .arg = k};
    uint64_t limit = k->limit ? k->limit : UINT64_MAX;
    k->lines.snapshot = k->keys.snapshot = k->rows.snapshot = &k->session->snapshot;
    k->keys.analyser = k->session->analyser;
    k->lines.shown = &k->shown;
    k->lines.all = k->shown.copies == SHOWN_ALL;
    k->lines.keys = k->keys.n ? &k->keys : NULL;
    k->lines.wanted = limit < UINT64_MAX - k->offset ? limit + k->offset : UINT64_MAX;
    int rc = engine_run(plan, &options, totals, err);
    if (rc == 0)
        rc = kwic_lines_sort(&k->lines, err);
    k->of = k->lines.all ? totals->hits_all : totals->hits;
    return rc;
}

static int run(struct kwic *k, int n, char **words, struct err *err)
{
    struct session *session = k->session;
    struct bytes query;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    int rc = session_join(session, n, words, &query, err);
    if (rc == 0)
        rc = session_query(session, query, true, &tree, err);
    if (rc == 0)
        rc = shown_begin(&k->shown, session->analyser, err);
    if (rc == 0)
        rc = shown_tree(&k->shown, tree, &session->arena, &tree, err);
    if (rc == 0)
        rc = session_open(session, err);
    if (rc == 0)
        rc = session_plan(session, tree, &plan, err);
    if (rc == 0)
        rc = gather(k, plan, &totals, err);
    if (rc == 0)
        rc = print_lines(k, query, &totals, err);
    if (rc == 0 && totals.articles > 0 && k->of == 0)
        session_say(session, LOG_INFO,
                    "the query matches articles, but no words: search lists them");
    plan_release(plan);
    return rc < 0 ? rc : k->of == 0;
}

/* How much text is read, and how wide lines are. */
static int set_layout(struct kwic *k, struct err *err)
{
    bool text = k->session->format == OUTPUT_TEXT;
    unsigned width = terminal_width(k->session->output.fd);
    bool vimgrep = k->session->format == OUTPUT_VIMGREP;
    k->text.output = k->vimgrep.output = &k->session->output;
    k->rows.bytes = vimgrep;
    k->rows.deadline = &k->session->deadline;
    if (k->limit == UINT64_MAX)
        k->limit = vimgrep ? 0 : LIMIT_DEFAULT;
    k->text.width = k->context == UINT64_MAX ? width : 0;
    k->rows.context = k->context != UINT64_MAX ? (uint32_t)k->context
                      : text                   ? width
                                               : CONTEXT_DEFAULT;
    int rc = text ? kwic_text_choose(&k->text, k->session->fields, err) : 0;
    k->shown.copies = (int)copies_of[k->copies];
    return rc == 0 && k->sort ? kwic_keys_read(&k->keys, k->sort, err) : rc;
}

static void release(struct kwic *k)
{
    kwic_keys_release(&k->keys);
    kwic_lines_release(&k->lines);
    kwic_rows_release(&k->rows);
    kwic_text_release(&k->text);
    table_release(&k->table);
    vimgrep_release(&k->vimgrep);
    shown_release(&k->shown);
}

int cmd_kwic(struct session *session, int argc, char **argv, struct err *err)
{
    struct kwic k = {.session = session, .limit = UINT64_MAX, .context = UINT64_MAX};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        {.name = "sort",
         .type = OPT_STRING,
         .target = &k.sort,
         .value = "KEYS",
         .help = "Order of the lines: L1, L2 and so on (words to the left), R1, R2 "
                 "(to the right), hit, date, source; several with commas, -KEY the "
                 "other way round."},
        {.name = "context",
         .letter = 'C',
         .type = OPT_UINT,
         .target = &k.context,
         .max = KWIC_CONTEXT_MAX,
         .value = "N",
         .help = "Show N words on each side (default: in text what fits the line, "
                 "else 10)."},
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &k.limit,
         .value = "N",
         .help = "Show N lines (default 100, in vimgrep all; 0: all)."},
        {.name = "offset",
         .type = OPT_UINT,
         .target = &k.offset,
         .value = "N",
         .help = "Leave out the first N lines."},
        {.name = "copies",
         .type = OPT_CHOICE,
         .target = &k.copies,
         .value = "MODE",
         .choices = COPIES,
         .help = "collapse (the default): what several articles of a story have is "
                 "one line; all: a line for each article; originals: only originals "
                 "are asked."},
        SHOWN_OPTION_KEEP(&k.shown),
        {0},
    };
    int n = 0;
    session->formats = SESSION_FORMAT(OUTPUT_VIMGREP);
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "kwic", options))
        return 0;
    if (n == 0)
        return err_set(err, ERR_USAGE, "no query; try: stemma-query kwic glass");
    rc = set_layout(&k, err);
    if (rc == 0)
        rc = run(&k, n, argv + 1, err);
    release(&k);
    return rc;
}
