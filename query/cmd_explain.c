/* explain: how a query was understood and how it is answered. */
#include <string.h>
#include <time.h>

#include "query/command.h"
#include "query/pairs.h"
#include "query/plan.h"
#include "query/print.h"

/* Of the rows, and of the object in JSON, which has `nodes` and counts for `answer`. */
static const char *const row_names[] = {
    "query", "tree", "plan", "answer", "milliseconds", "open_milliseconds", NULL};
static const char *const keys[] = {"query",
                                   "tree",
                                   "plan",
                                   "nodes",
                                   "nodes.depth",
                                   "nodes.kind",
                                   "nodes.part",
                                   "nodes.places_at_most",
                                   "nodes.windows",
                                   "nodes.places",
                                   "nodes.spans",
                                   "hits",
                                   "stories",
                                   "hits_all",
                                   "articles",
                                   "milliseconds",
                                   "open_milliseconds",
                                   NULL};

struct explanation {
    struct bytes query;
    struct plan *plan;     /* run; owned, as the next two */
    struct buf tree, text; /* of the plan */
    struct engine_totals totals;
    double open_ms, answer_ms;
};

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void put_text(struct output *o, const struct explanation *e)
{
    output_put(o, "query   ");
    output_text(o, e->query);
    output_put(o, "\ntree    ");
    output_text(o, buf_bytes(&e->tree));
    output_put(o, "\nplan\n");
    output_lines(o, buf_bytes(&e->text));
    output_put(o, "answer  ");
    print_totals(o, &e->totals);
    output_printf(o, "\ntime    %.3f ms (index opened in %.3f ms)\n", e->answer_ms,
                  e->open_ms);
}

/* The plan: a row a line. */
static void put_plan(struct pairs *p, struct bytes rest)
{
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        size_t next = len + (end != NULL);
        pairs_text(p, "plan", bytes_of(rest.data, len));
        rest = bytes_of(rest.data + next, rest.len - next);
    }
}

static int put_rows(struct pairs *p, const struct explanation *e, struct err *err)
{
    struct output answer = {0};
    pairs_text(p, "query", e->query);
    pairs_text(p, "tree", buf_bytes(&e->tree));
    put_plan(p, buf_bytes(&e->text));
    print_totals(&answer, &e->totals);
    pairs_text(p, "answer", buf_bytes(&answer.buf));
    int rc = buf_check(&answer.buf, err);
    buf_release(&answer.buf);
    return rc;
}

/* A node, then those below it. */
static int put_node(struct output *o, const struct plan *p,
                    const struct plan_node *node, uint64_t depth, struct err *err)
{
    struct buf part = {0};
    if (node->ast)
        ast_print(node->ast, &part);
    int rc = buf_check(&part, err);
    if (rc == 0) {
        output_open(o, NULL, '{');
        output_json_uint(o, "depth", depth);
        output_json_str(o, "kind", bytes_str(plan_kind_name(node->kind)));
        output_json_opt(o, "part", buf_bytes(&part));
        output_json_uint(o, "places_at_most", plan_cost_all(p, node));
        output_json_uint(o, "windows", node->work.windows);
        output_json_uint(o, "places", node->work.places);
        output_json_uint(o, "spans", node->work.spans);
        output_close(o, '}');
        rc = output_flush_large(o, err);
    }
    buf_release(&part);
    for (size_t i = 0; i < node->n_children && rc == 0; i++)
        rc = put_node(o, p, node->children[i], depth + 1, err);
    return rc;
}

static int put_keys(struct pairs *p, const struct explanation *e, struct err *err)
{
    struct output *o = &p->session->output;
    pairs_text(p, "query", e->query);
    pairs_text(p, "tree", buf_bytes(&e->tree));
    pairs_text(p, "plan", buf_bytes(&e->text));
    output_open(o, "nodes", '[');
    int rc = put_node(o, e->plan, e->plan->root, 0, err);
    if (rc < 0)
        return rc;
    output_close(o, ']');
    print_counts(o, &e->totals);
    return 0;
}

static int put_data(struct session *s, const struct explanation *e, struct err *err)
{
    struct pairs p;
    bool json = session_is_json(s);
    int rc = pairs_begin(&p, s, "stemma.explain/1", json ? keys : row_names, err);
    if (rc == 0)
        rc = json ? put_keys(&p, e, err) : put_rows(&p, e, err);
    if (rc < 0)
        return rc;
    pairs_real(&p, "milliseconds", e->answer_ms, 3);
    pairs_real(&p, "open_milliseconds", e->open_ms, 3);
    pairs_end(&p);
    return 0;
}

/* Fills e, but for the printing. */
static int explain(struct session *s, int n, char **words, struct explanation *e,
                   struct err *err)
{
    struct ast *tree = NULL;
    struct engine_options options = {0};
    double start = now_ms();
    int rc = session_open(s, err);
    double opened = now_ms();
    if (rc == 0)
        rc = session_join(s, n, words, &e->query, err);
    if (rc == 0)
        rc = session_query(s, e->query, true, &tree, err);
    if (rc == 0)
        rc = session_plan(s, tree, &e->plan, err);
    if (rc == 0)
        rc = engine_run(e->plan, &options, &e->totals, err);
    e->open_ms = opened - start;
    e->answer_ms = now_ms() - opened;
    if (rc == 0) {
        ast_print(tree, &e->tree);
        plan_print(e->plan, &e->text);
        rc = buf_check(&e->tree, err);
    }
    if (rc == 0)
        rc = buf_check(&e->text, err);
    return rc;
}

int cmd_explain(struct session *session, int argc, char **argv, struct err *err)
{
    const struct opt options[] = {
        SESSION_OPTIONS(session), SESSION_QUERY_OPTIONS(session), {0}};
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "explain", options))
        return 0;
    if (n == 0)
        return err_set(err, ERR_USAGE, "no query to explain");
    struct explanation e = {0};
    rc = explain(session, n, argv + 1, &e, err);
    bool text = session->format == OUTPUT_TEXT && !session->fields;
    if (rc == 0 && text)
        put_text(&session->output, &e);
    else if (rc == 0)
        rc = put_data(session, &e, err);
    buf_release(&e.tree);
    buf_release(&e.text);
    plan_release(e.plan);
    return rc < 0 ? rc : e.totals.articles == 0;
}
