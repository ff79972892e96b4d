/* explain: how a query was understood and how it is answered. */
#include <inttypes.h>
#include <time.h>

#include "query/command.h"
#include "query/print.h"

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void put_explanation(struct session *s, const char *query,
                            const struct buf *tree, const struct buf *plan,
                            const struct engine_totals *t, double ms)
{
    struct output *o = &s->output;
    if (s->format == OUTPUT_TEXT || s->format == OUTPUT_TSV) {
        output_put(o, "query  ");
        output_text(o, bytes_str(query));
        output_put(o, "\ntree   ");
        output_text(o, buf_bytes(tree));
        output_put(o, "\nplan\n");
        output_lines(o, buf_bytes(plan));
        output_put(o, "answer ");
        print_totals(o, t);
        output_printf(o, "time   %.3f ms\n", ms);
        return;
    }
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.explain/1"));
    output_json_str(o, "query", bytes_str(query));
    output_json_str(o, "tree", buf_bytes(tree));
    output_json_str(o, "plan", buf_bytes(plan));
    output_json_uint(o, "hits", t->hits);
    output_json_uint(o, "stories", t->stories);
    output_json_uint(o, "hits_all", t->hits_all);
    output_json_uint(o, "articles", t->articles);
    output_json_real(o, "milliseconds", ms);
    output_close(o, '}');
}

int cmd_explain(struct session *session, int argc, char **argv, struct err *err)
{
    const struct opt options[] = {
        SESSION_OPTIONS(session), SESSION_STRICT(session), {0}};
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc == 0 && session->help)
        return command_help("explain", options), 0;
    if (rc == 0 && n == 0)
        rc = err_set(err, ERR_USAGE, "no query to explain");
    const char *query = NULL;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    struct engine_options run = {0};
    struct buf tree_text = {0}, plan_text = {0};
    if (rc == 0)
        rc = session_join(session, n, argv + 1, &query, err);
    if (rc == 0)
        rc = session_open(session, err);
    double start = now_ms();
    if (rc == 0)
        rc = session_query(session, query, &tree, err);
    if (rc == 0)
        rc = plan_make(&session->snapshot, tree, &session->arena, &plan, err);
    if (rc == 0)
        rc = engine_run(plan, &run, &totals, err);
    double ms = now_ms() - start;
    if (rc == 0) {
        ast_print(tree, &tree_text);
        plan_print(plan, &plan_text);
        put_explanation(session, query, &tree_text, &plan_text, &totals, ms);
    }
    buf_release(&tree_text);
    buf_release(&plan_text);
    plan_release(plan);
    return rc < 0 ? rc : totals.articles == 0;
}
