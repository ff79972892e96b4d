#include "query/suggest_names.h"

#include "query/filter_pass.h"

struct names {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    struct filter_tools *tools; /* owned; made for the first name */
    const struct filter **out;
    size_t n;
    struct err *err;
};

/* Is it a name that articles may have? Whether they have one at all is another question. */
static bool is_name(const struct filter *f)
{
    bool named = f->test == FILTER_TEST_HAS || f->test == FILTER_TEST_WHOLE;
    switch (f->kind) {
    case FILTER_SOURCE:
    case FILTER_AUTHOR:
    case FILTER_SECTION:
    case FILTER_TAG:
    case FILTER_LANG: return named;
    default: return false;
    }
}

/* 1: an article has it, or there are too many to look at; 0: none has; or an error. */
static int is_there(struct names *w, const struct filter *f)
{
    struct filter_pass *pass = NULL;
    uint32_t left = SUGGEST_NAMES_ARTICLES;
    if (!w->tools && !(w->tools = filter_tools_new(w->snapshot)))
        return err_set(w->err, ERR_NOMEM, "query: no memory for filters");
    int rc = filter_pass_new(w->tools, f, &pass, w->err);
    int found = 0;
    for (uint32_t s = 0; s < w->snapshot->n_segments && rc == 0 && !found; s++) {
        uint32_t n = w->snapshot->segments[s].articles.n_articles;
        article_id article;
        found = n > left;
        left -= n < left ? n : left;
        if (!found) {
            rc = filter_pass_next(pass, s, 0, n, w->deadline, &article, w->err);
            found = rc == 0;
            rc = rc == ITER_END ? 0 : rc;
        }
    }
    filter_pass_free(pass);
    return rc ? rc : found;
}

static int look_at(struct names *w, const struct ast *node)
{
    int rc = 0;
    if (node->kind == AST_FILTER && is_name(&node->filter) && w->n < SUGGEST_NAMES) {
        rc = is_there(w, &node->filter);
        if (rc == 0) {
            w->out[w->n++] = &node->filter;
        }
        return rc < 0 ? rc : 0;
    }
    for (size_t i = 0; i < node->n_children && rc == 0 && w->n < SUGGEST_NAMES; i++) {
        rc = look_at(w, node->children[i]);
    }
    return rc;
}

int suggest_names(const struct snapshot *snapshot, const struct ast *tree,
                  const struct deadline *deadline, const struct filter **out, size_t *n,
                  struct err *err)
{
    struct names w = {
        .snapshot = snapshot, .deadline = deadline, .out = out, .err = err};
    int rc = look_at(&w, tree);
    filter_tools_free(w.tools);
    *n = w.n;
    return rc;
}
