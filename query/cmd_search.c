/* search: the stories that match, ranked, each with the article that answers and where it came
 * from. */
#include "query/command.h"
#include "query/search.h"

static int search_for(struct search *s, int n, char **words, struct err *err)
{
    struct bytes query;
    struct ast *tree = NULL;
    int rc = session_join(s->session, n, words, &query, err);
    rc = rc ? rc : session_query(s->session, query, true, &tree, err);
    return rc ? rc : search_answer(s, query, tree, err);
}

int cmd_search(struct session *session, int argc, char **argv, struct err *err)
{
    struct search s;
    search_init(&s, session);
    session->formats = SESSION_FORMAT(OUTPUT_VIMGREP);
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        SEARCH_OPTIONS(&s),
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "search", options))
        return 0;
    if (n == 0)
        return err_set(err, ERR_USAGE, "no query; try: stemma-query '\"night shift\"'");
    rc = search_for(&s, n, argv + 1, err);
    search_release(&s);
    return rc;
}
