/* dups why: two articles compared directly, and the rule that decides. */
#include "query/dups_why.h"

#include "query/dups.h"
#include "query/pick.h"

int dups_why_begin(struct dups_why *w, struct err *err)
{
    int rc = session_open(w->session, err);
    if (rc == 0)
        rc = dups_pair_begin(&w->tools, &w->session->snapshot, err);
    w->tools.words.deadline = &w->session->deadline;
    if (rc == 0 && w->tools.own_limits)
        session_say(
            w->session, LOG_WARNING,
            "the index has no limits that this program knows; its own are used");
    return rc;
}

void dups_why_end(struct dups_why *w)
{
    dups_pair_release(&w->pair);
    dups_pair_end(&w->tools);
    row_release(&w->row[0]);
    row_release(&w->row[1]);
}

int dups_why_load(struct dups_why *w, struct show_place a, struct show_place b,
                  bool whole, struct err *err)
{
    const struct snapshot *s = &w->session->snapshot;
    int rc = row_load_article(&w->row[0], s, a.segment, a.article, err);
    if (rc == 0)
        rc = row_load_article(&w->row[1], s, b.segment, b.article, err);
    if (rc == 0)
        rc = dups_pair_compare(&w->pair, &w->tools, a, b, whole, err);
    return rc;
}

static int why(struct dups_why *w, char **ids, struct err *err)
{
    struct show_place a, b;
    int rc = pick_article(w->session, bytes_str(ids[0]), &a, err);
    if (rc == 0)
        rc = pick_article(w->session, bytes_str(ids[1]), &b, err);
    if (rc == 0)
        rc = dups_why_load(w, a, b, true, err);
    if (rc == 0)
        rc = dups_why_print(w, err);
    if (rc != 0)
        return rc;
    return dups_pair_related(w->pair.evidence.relation) ? 0 : 1;
}

int dups_why_run(struct session *session, int argc, char **argv, struct err *err)
{
    struct dups_why w = {.session = session};
    const char *pairs = NULL;
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        {.name = "pairs",
         .type = OPT_STRING,
         .target = &pairs,
         .value = "FILE",
         .help = "Compare the pairs in FILE, two IDs a line (-: standard input), and "
                 "print a line for each."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (dups_helped(session, "why", options))
        return 0;
    if (n != (pairs ? 0 : 2))
        return err_set(err, ERR_USAGE,
                       "dups why takes two articles' IDs, or --pairs FILE");
    rc = dups_why_begin(&w, err);
    if (rc == 0)
        rc = pairs ? dups_why_file(&w, pairs, err) : why(&w, argv + 1, err);
    dups_why_end(&w);
    return rc;
}
