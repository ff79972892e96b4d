/* like: the stories most like an article, and the words by which they are. */
#include "query/command.h"
#include "query/like.h"
#include "query/plan_build.h"
#include "query/search.h"
#include "query/table.h"

enum {
    WORD,
    WEIGHT,
    OCCURRENCES,
    STORIES,
    COLUMNS
};

static const struct table_column columns[COLUMNS] = {
    [WORD] = {.name = "word"},
    [WEIGHT] = {.name = "weight", .kind = TABLE_REAL, .digits = 3},
    [OCCURRENCES] = {.name = "occurrences", .kind = TABLE_UINT},
    [STORIES] = {.name = "stories", .kind = TABLE_UINT}};
static const struct table_schema schema = {"stemma.like-word/1",
                                           "stemma.like-word-list/1", columns, COLUMNS};

struct like_command {
    struct session *session;
    struct search search;
    bool weights;       /* a row for each of them, not the stories */
    struct bytes id;    /* as given */
    struct bytes query; /* what the stories must match, too; empty: nothing */
    struct like_words found;
    struct table table;
};

/* Finds the article's words; session_plan then finds them again, as for any query with like: in it. */
static int find_words(struct like_command *c, const struct ast *like, struct err *err)
{
    const struct snapshot *s = &c->session->snapshot;
    struct plan_target target;
    int rc = session_open(c->session, err);
    rc = rc ? rc : plan_filter_target(s, &like->filter, &target, err);
    return rc ? rc : like_words_find(s, target.segment, target.article, &c->found, err);
}

static int put_words(struct like_command *c, struct err *err)
{
    struct table *t = &c->table;
    int rc = table_begin(t, c->session, &schema, err);
    struct output *o = rc == 0 ? table_list(t) : NULL;
    if (o) {
        output_json_str(o, "article", c->id);
    }
    for (size_t i = 0; i < c->found.n && rc == 0; i++) {
        const struct like_word *w = &c->found.best[i];
        table_text(t, WORD, like_word_text(w));
        table_real(t, WEIGHT, w->weight);
        table_uint(t, OCCURRENCES, w->occurrences);
        table_uint(t, STORIES, w->stories);
        rc = table_row(t, err);
    }
    rc = rc ? rc : table_end(t, err);
    return rc ? rc : c->found.n == 0;
}

static void put_head(void *arg, struct output *o)
{
    const struct like_command *c = arg;
    output_json_str(o, "article", c->id);
    output_open(o, "words", '[');
    for (size_t i = 0; i < c->found.n; i++) {
        const struct like_word *w = &c->found.best[i];
        output_open(o, NULL, '{');
        output_json_str(o, "word", like_word_text(w));
        output_json_real(o, "weight", w->weight);
        output_close(o, '}');
    }
    output_close(o, ']');
}

/* like:ID, AND the query where there is one. */
static int make_tree(struct like_command *c, struct ast **out, struct err *err)
{
    struct session *s = c->session;
    struct ast *nodes = arena_zalloc(&s->arena, 2 * sizeof *nodes);
    struct ast **children = arena_zalloc(&s->arena, 2 * sizeof *children);
    if (!s->analyser) {
        s->analyser = analyser_new(); /* as session_query does: --keep is read by it */
    }
    if (!nodes || !children || !s->analyser) {
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    nodes[0] = (struct ast){
        .kind = AST_FILTER,
        .text = c->id,
        .len = (uint32_t)c->id.len,
        .filter = {.kind = FILTER_LIKE, .test = FILTER_TEST_HAS, .value = c->id}};
    *out = &nodes[0];
    if (c->query.len == 0) {
        return 0;
    }
    nodes[1] = (struct ast){
        .kind = AST_AND, .text = c->query, .children = children, .n_children = 2};
    children[0] = &nodes[0];
    *out = &nodes[1];
    return session_query(s, c->query, true, &children[1], err);
}

static int answer(struct like_command *c, int n, char **words, struct err *err)
{
    struct ast *tree = NULL;
    int rc = 0;
    c->id = bytes_str(words[0]);
    if (n > 1) {
        rc = session_join(c->session, n - 1, words + 1, &c->query, err);
    }
    rc = rc ? rc : make_tree(c, &tree, err);
    rc = rc ? rc : find_words(c, tree->kind == AST_AND ? tree->children[0] : tree, err);
    if (rc) {
        return rc;
    }
    return c->weights ? put_words(c, err)
                      : search_answer(&c->search, c->query, tree, err);
}

int cmd_like(struct session *session, int argc, char **argv, struct err *err)
{
    struct like_command c = {.session = session};
    search_init(&c.search, session);
    c.search.list_schema = "stemma.like-list/1";
    c.search.head = put_head;
    c.search.head_arg = &c;
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        SEARCH_OPTIONS(&c.search),
        {.name = "weights",
         .type = OPT_FLAG,
         .target = &c.weights,
         .help = "Show the words of the article by which stories are like it, with "
                 "their weights, not the stories."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (command_helped(session, "like", options)) {
        return 0;
    }
    if (n == 0) {
        return err_set(err, ERR_USAGE,
                       "no ID of an article; search prints one in each row");
    }
    rc = answer(&c, n, argv + 1, err);
    search_release(&c.search);
    table_release(&c.table);
    return rc;
}
