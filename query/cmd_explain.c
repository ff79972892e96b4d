/* explain: how a query was understood and how it is answered. */
#include <time.h>

#include "query/command.h"
#include "query/plan.h"
#include "query/print.h"

struct explanation {
    struct bytes query;
    struct buf tree, plan; /* printed */
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
    output_lines(o, buf_bytes(&e->plan));
    output_put(o, "answer  ");
    print_totals(o, &e->totals);
    output_printf(o, "\ntime    %.3f ms (index opened in %.3f ms)\n", e->answer_ms,
                  e->open_ms);
}

/* Name and value; the plan a line each. */
static void put_tsv(struct output *o, const struct explanation *e)
{
    struct bytes rest = buf_bytes(&e->plan);
    output_put(o, "name\tvalue\nquery\t");
    output_field(o, e->query);
    output_put(o, "\ntree\t");
    output_field(o, buf_bytes(&e->tree));
    output_put(o, "\n");
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        output_put(o, "plan\t");
        output_text(o, bytes_of(rest.data, len));
        output_put(o, "\n");
        rest =
            bytes_of(rest.data + len + (end != NULL), rest.len - len - (end != NULL));
    }
    output_put(o, "answer\t");
    print_totals(o, &e->totals);
    output_printf(o, "\nmilliseconds\t%.3f\nopen_milliseconds\t%.3f\n", e->answer_ms,
                  e->open_ms);
}

static void put_json(struct output *o, const struct explanation *e)
{
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.explain/1"));
    output_json_str(o, "query", e->query);
    output_json_str(o, "tree", buf_bytes(&e->tree));
    output_json_str(o, "plan", buf_bytes(&e->plan));
    print_counts(o, &e->totals);
    output_json_real(o, "milliseconds", e->answer_ms);
    output_json_real(o, "open_milliseconds", e->open_ms);
    output_close(o, '}');
}

static int explain(struct session *s, int n, char **words, struct explanation *e,
                   struct err *err)
{
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_options options = {0};
    double start = now_ms();
    int rc = session_open(s, err);
    double opened = now_ms();
    if (rc == 0)
        rc = session_join(s, n, words, &e->query, err);
    if (rc == 0)
        rc = session_query(s, e->query, true, &tree, err);
    if (rc == 0)
        rc = session_plan(s, tree, &plan, err);
    if (rc == 0)
        rc = engine_run(plan, &options, &e->totals, err);
    e->open_ms = opened - start;
    e->answer_ms = now_ms() - opened;
    if (rc == 0) {
        ast_print(tree, &e->tree);
        plan_print(plan, &e->plan);
        rc = buf_check(&e->tree, err);
    }
    if (rc == 0)
        rc = buf_check(&e->plan, err);
    plan_release(plan);
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
    if (rc == 0 && session_is_json(session))
        put_json(&session->output, &e);
    else if (rc == 0 && session->format == OUTPUT_TSV)
        put_tsv(&session->output, &e);
    else if (rc == 0)
        put_text(&session->output, &e);
    buf_release(&e.tree);
    buf_release(&e.plan);
    return rc < 0 ? rc : e.totals.articles == 0;
}
