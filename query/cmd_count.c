/* count: hits, stories and articles of one or many queries, in all or by outlet, month ... */
#include <inttypes.h>

#include "base/cpu.h"
#include "query/command.h"
#include "query/count_run.h"
#include "query/table.h"

enum {
    THREADS_MAX = 256
};

/* Columns of rows without groups. */
enum {
    QUERY,
    HITS,
    STORIES,
    HITS_ALL,
    ARTICLES,
    MODE,
    PLAIN_COLUMNS
};
/* The same with --articles. */
enum {
    ONLY_ARTICLES = 1,
    ONLY_MODE,
    ONLY_COLUMNS
};
/* Columns of groups: query, whether it is the total, the fields of --by, the counts. */
enum {
    IS_TOTAL = 1,
    FIRST_FIELD,
    COUNTS = 4, /* columns of counts */
    GROUP_COLUMNS = FIRST_FIELD + GROUPING_MAX + COUNTS + 2
};

struct count {
    struct session *session;
    struct queries queries;
    struct count_options options;
    struct table table;
    struct table_schema schema;
    struct table_column columns[GROUP_COLUMNS];
    bool total;    /* a row of it ends the groups */
    uint64_t cut;  /* groups that are not shown */
    bool any;      /* some query has an article */
    bool plain;    /* all are answered from where words stand */
    bool articles; /* and nothing else is counted */
    bool bare;     /* their number is printed and nothing else */
};

static struct table_column column(const char *name, enum table_kind kind, uint8_t flags)
{
    return (struct table_column){.name = name, .kind = (uint8_t)kind, .flags = flags};
}

static size_t add_counts(struct table_column *c)
{
    c[0] = column("hits", TABLE_UINT, 0);
    c[1] = column("stories", TABLE_UINT, 0);
    c[2] = column("hits_all", TABLE_UINT, 0);
    c[3] = column("articles", TABLE_UINT, 0);
    return COUNTS;
}

/* Of one query in text there is nothing to be named. */
static void set_articles(struct count *c)
{
    c->columns[QUERY] = column("query", TABLE_TEXT, 0);
    c->columns[ONLY_ARTICLES] = column("articles", TABLE_UINT, 0);
    c->columns[ONLY_MODE] = column("mode", TABLE_TEXT, TABLE_TEXT_HIDDEN);
    c->schema =
        (struct table_schema){"stemma.count-articles/1", "stemma.count-articles-list/1",
                              c->columns, ONLY_COLUMNS};
    c->bare = c->queries.items.len == 1 && c->session->format == OUTPUT_TEXT &&
              !table_is_asked(c->session);
}

static void set_columns(struct count *c)
{
    struct table_column *to = c->columns;
    unsigned n_fields = c->options.by.n;
    size_t n = 0;
    uint8_t lone = c->queries.items.len == 1 && n_fields > 0 ? TABLE_TEXT_HIDDEN : 0;
    to[n++] = column("query", TABLE_TEXT, lone);
    c->schema = (struct table_schema){"stemma.count/1", "stemma.count-list/1", to, 0};
    if (n_fields > 0) {
        c->schema.row = "stemma.count-group/1";
        c->schema.list = "stemma.count-group-list/1";
        to[n++] = column("total", TABLE_BOOL, TABLE_TEXT_HIDDEN);
    }
    for (unsigned i = 0; i < n_fields; i++)
        to[n++] = column(grouping_name(c->options.by.field[i]), TABLE_TEXT,
                         TABLE_NULLABLE | TABLE_WIDE);
    n += add_counts(&to[n]);
    if (n_fields > 0)
        to[n++] = column("groups", TABLE_UINT, TABLE_NULLABLE | TABLE_TEXT_HIDDEN);
    to[n++] = column("mode", TABLE_TEXT, TABLE_TEXT_HIDDEN);
    c->schema.n = n;
}

static void put_counts(struct count *c, size_t at, const struct engine_totals *t)
{
    table_uint(&c->table, at, t->hits);
    table_uint(&c->table, at + 1, t->stories);
    table_uint(&c->table, at + 2, t->hits_all);
    table_uint(&c->table, at + 3, t->articles);
}

static void put_mode(struct count *c)
{
    table_text(&c->table, c->schema.n - 1,
               bytes_str(shown_copies_name(c->options.shown.copies)));
}

static int put_articles(struct count *c, struct bytes query,
                        const struct count_result *r, struct err *err)
{
    if (c->bare) {
        output_printf(&c->session->output, "%" PRIu64 "\n", r->totals.articles);
        return 0;
    }
    table_text(&c->table, QUERY, query);
    table_uint(&c->table, ONLY_ARTICLES, r->totals.articles);
    put_mode(c);
    return table_row(&c->table, err);
}

static int put_plain(struct count *c, struct bytes query, const struct count_result *r,
                     struct err *err)
{
    table_text(&c->table, QUERY, query);
    put_counts(c, HITS, &r->totals);
    put_mode(c);
    return table_row(&c->table, err);
}

static int put_group(struct count *c, struct bytes query, const struct count_result *r,
                     const struct count_group *g, struct err *err)
{
    unsigned n = c->options.by.n;
    bool text = c->session->format == OUTPUT_TEXT;
    table_text(&c->table, QUERY, query);
    table_bool(&c->table, IS_TOTAL, false);
    for (unsigned i = 0; i < n; i++) {
        struct bytes value =
            bytes_of(r->texts.data + g->value[i].from, g->value[i].len);
        if (!g->value[i].none)
            table_text(&c->table, FIRST_FIELD + i, value);
        else if (text)
            table_text(&c->table, FIRST_FIELD + i,
                       bytes_str(grouping_none(c->options.by.field[i])));
    }
    put_counts(c, FIRST_FIELD + n, &g->totals);
    put_mode(c);
    return table_row(&c->table, err);
}

static int put_total(struct count *c, struct bytes query, const struct count_result *r,
                     struct err *err)
{
    unsigned n = c->options.by.n;
    table_text(&c->table, QUERY, query);
    table_bool(&c->table, IS_TOTAL, true);
    if (c->session->format == OUTPUT_TEXT)
        table_text(&c->table, FIRST_FIELD, bytes_str("total"));
    put_counts(c, FIRST_FIELD + n, &r->totals);
    table_uint(&c->table, FIRST_FIELD + n + COUNTS, r->n_groups);
    put_mode(c);
    return table_row(&c->table, err);
}

static int put_result(void *arg, size_t i, const struct count_result *r,
                      struct err *err)
{
    struct count *c = arg;
    struct bytes query = queries_get(&c->queries, i);
    int rc = 0;
    c->any |= r->totals.articles > 0;
    if (c->articles)
        return put_articles(c, query, r, err);
    if (c->options.by.n == 0)
        return put_plain(c, query, r, err);
    for (size_t k = 0; k < r->groups.len && rc == 0; k++)
        rc = put_group(c, query, r, &r->groups.items[k], err);
    c->cut += r->n_groups - r->groups.len;
    return rc || !c->total ? rc : put_total(c, query, r, err);
}

/* Parses all queries first: a batch with a query that cannot be read fails before it begins. */
static int check_all(struct count *c, struct err *err)
{
    int rc = 0;
    c->plain = c->options.by.n == 0 && c->options.shown.copies == SHOWN_COLLAPSE;
    for (size_t i = 0; rc == 0 && i < c->queries.items.len; i++) {
        struct ast *tree;
        arena_reset(&c->session->arena);
        rc = session_query(c->session, queries_get(&c->queries, i), true, &tree, err);
        c->plain = c->plain && rc == 0 && ast_is_plain(tree);
        rc = queries_fail(&c->queries, i, rc, err);
    }
    return rc;
}

/* What is told of single queries on the command line. */
static void suggest_words(struct count *c)
{
    struct ast *tree;
    struct err ignored = {0};
    for (size_t i = 0; i < c->queries.items.len; i++) {
        arena_reset(&c->session->arena);
        if (c->queries.items.items[i].line == 0 &&
            session_query(c->session, queries_get(&c->queries, i), false, &tree,
                          &ignored) == 0)
            session_suggest(c->session, tree);
    }
}

static int count_all(struct count *c, struct err *err)
{
    size_t failed = 0;
    int rc = check_all(c, err);
    if (rc == 0)
        rc = (c->plain ? session_open_core : session_open)(c->session, err);
    if (rc == 0) {
        suggest_words(c);
        if (c->articles)
            set_articles(c);
        else
            set_columns(c);
        rc = c->bare ? 0 : table_begin(&c->table, c->session, &c->schema, err);
    }
    if (rc < 0)
        return rc;
    c->options.no_hits =
        c->articles || (c->options.by.n == 0 && !table_wants(&c->table, HITS) &&
                        !table_wants(&c->table, HITS_ALL));
    rc = count_run(c->session, &c->queries, &c->options, put_result, c, &failed, err);
    rc = queries_fail(&c->queries, failed, rc, err);
    if (rc == 0 && !c->bare)
        rc = table_end(&c->table, err);
    if (rc == 0 && c->cut > 0)
        session_say(c->session, LOG_INFO,
                    "%" PRIu64 " groups are not shown, because of --limit or --min",
                    c->cut);
    return rc;
}

struct given {
    const char *path, *by;
    int sort; /* index into GROUPING_SORTS */
    uint64_t threads;
};

static int read_options(struct count *c, const struct given *given, struct err *err)
{
    struct count_options *o = &c->options;
    uint64_t threads = given->threads ? given->threads : cpu_count();
    o->threads = (unsigned)(threads < THREADS_MAX ? threads : THREADS_MAX);
    if (!given->by && (o->limit > 0 || o->least > 0 || given->sort > 0))
        return err_set(err, ERR_USAGE,
                       "--sort, --limit and --min are for groups: give --by too");
    if (given->by && c->articles)
        return err_set(err, ERR_USAGE,
                       "--articles counts nothing else: groups (--by) have hits too");
    if (!given->by)
        return 0;
    int rc = grouping_parse(given->by, &o->by, err);
    if (rc == 0)
        o->sort = grouping_sort_of(&o->by, given->sort);
    return rc;
}

static int count(struct count *c, const struct given *given, int n, char **argv,
                 struct err *err)
{
    if (n == 0 && !given->path)
        return err_set(err, ERR_USAGE,
                       "no query to count: give queries, or --queries FILE (to search "
                       "for the word: stemma-query search count)");
    int rc = read_options(c, given, err);
    for (int i = 1; rc == 0 && i <= n; i++)
        rc = queries_put(&c->queries, bytes_str(argv[i]), 0, err);
    if (rc == 0 && given->path)
        rc = queries_read(&c->queries, given->path, err);
    return rc ? rc : count_all(c, err);
}

int cmd_count(struct session *session, int argc, char **argv, struct err *err)
{
    struct count c = {.session = session, .total = true};
    struct given given = {0};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        {.name = "by",
         .type = OPT_STRING,
         .target = &given.by,
         .value = "FIELD,...",
         .help = "Count by source, author, section, lang, tag, year, month, week or "
                 "day; several are nested, the outermost first."},
        {.name = "sort",
         .type = OPT_CHOICE,
         .target = &given.sort,
         .value = "ORDER",
         .choices = GROUPING_SORTS,
         .help = "Order of groups: key (by value; the default where the first field is "
                 "a date), count (most hits first; the default else)."},
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &c.options.limit,
         .value = "N",
         .help = "Show the first N groups of each query (default 0: all)."},
        {.name = "min",
         .type = OPT_UINT,
         .target = &c.options.least,
         .value = "N",
         .help = "Show groups with N hits or more (articles, if nothing has hits)."},
        {.name = "articles",
         .type = OPT_FLAG,
         .target = &c.articles,
         .help =
             "Count articles alone, which is several times faster; of one query the "
             "number is all that is printed."},
        {.name = "total",
         .type = OPT_FLAG,
         .target = &c.total,
         .help = "End the groups of a query with a row of its total (the default; "
                 "--no-total: without)."},
        {.name = "queries",
         .type = OPT_STRING,
         .target = &given.path,
         .value = "FILE",
         .help = "Count the queries in FILE too, one a line (-: standard input)."},
        {.name = "threads",
         .letter = 'j',
         .type = OPT_UINT,
         .target = &given.threads,
         .value = "N",
         .max = THREADS_MAX,
         .help = "Count so many queries at once (default: as many as there are "
                 "processors)."},
        {.name = "copies",
         .type = OPT_CHOICE,
         .target = &c.options.shown.copies,
         .value = "MODE",
         .choices = SHOWN_COPIES,
         .help = "originals: count only originals that match themselves; the others "
                 "count alike."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "count", options))
        return 0;
    rc = count(&c, &given, n, argv, err);
    table_release(&c.table);
    queries_release(&c.queries);
    return rc < 0 ? rc : !c.any;
}
