#include "query/articles.h"

#include "query/window.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for stories");
}

/* Evaluates stories ids[*at, ...), as many as have about the addresses of a window. */
static int count_some(struct evaluate *e, struct matches *m,
                      const struct engine_options *options, const story_vec *ids,
                      size_t *at, struct scope *scope, struct engine_totals *totals,
                      struct err *err)
{
    uint64_t most = e->plan->window ? e->plan->window : WINDOW_ADDRESSES, sum = 0;
    struct scope_places places;
    size_t i = *at;
    int rc = deadline_check(e->plan->deadline, err);
    scope_places_begin(&places, &e->segment->wordings);
    vec_reset(&scope->stories);
    for (; i < ids->len && sum < most && rc == 0; i++) {
        struct scope_story s = {0};
        rc = scope_place_of(&places, ids->items[i], &s, err);
        sum += s.end - s.start;
        if (rc == 0 && !vec_push(&scope->stories, s)) {
            rc = no_memory(err);
        }
    }
    if (rc == 0) {
        rc = scope_window_range(&e->window, e->segment, ids->items[*at],
                                ids->items[i - 1] + 1, err);
    }
    *at = i;
    rc = rc ? rc : evaluate_narrow_among(e, e->plan->root, scope, err);
    if (rc || e->scope->stories.len == 0) {
        return rc;
    }
    rc = evaluate_wordings(e, err);
    return rc ? rc : matches_give(m, e, options, totals, err);
}

static int count_by_evaluating(struct evaluate *e, struct matches *m,
                               const struct engine_options *options,
                               const story_vec *ids, struct engine_totals *totals,
                               struct err *err)
{
    struct scope scope = {0};
    int rc = 0;
    for (size_t at = 0; at < ids->len && rc == 0;) {
        rc = count_some(e, m, options, ids, &at, &scope, totals, err);
    }
    scope_release(&scope);
    return rc;
}

/* May the lists say enough to be read? A phrase by itself is found soonest by its addresses. */
static bool is_promising(const struct evaluate *e, const struct plan_node *node)
{
    const struct leaf *leaf;
    switch (node->kind) {
    case PLAN_AND:
    case PLAN_NEAR:
    case PLAN_PRE:
    case PLAN_NOT: return true;
    case PLAN_LEAF:
        leaf = &e->plan->segments[e->segment_index].leaves[node->leaf];
        return leaf->n_terms == 1 && !leaf->terms[0].is_pair;
    case PLAN_UNION:
    case PLAN_OR:
        for (size_t i = 0; i < node->n_children; i++) {
            if (!is_promising(e, node->children[i])) {
                return false;
            }
        }
        return true;
    case PLAN_JOIN:
    case PLAN_PAD:
    case PLAN_WINDOW:
    case PLAN_NOT_NEAR:
    case PLAN_ATLEAST:
    case PLAN_IN:
    case PLAN_EXACT:
    case PLAN_STORY:
    case PLAN_FILTER: break;
    }
    return false;
}

/* Does it pay to evaluate only the stories that the lists leave, where these do not settle any? */
static bool is_narrowed(const struct plan_node *root)
{
    return root->kind == PLAN_AND || root->kind == PLAN_NEAR || root->kind == PLAN_PRE;
}

int articles_count(struct evaluate *e, struct matches *m,
                   const struct engine_options *options, struct engine_totals *totals,
                   bool *done, struct err *err)
{
    const struct plan_node *root = e->plan->root;
    struct story_sets sets = {
        .plan = e->plan, .segment_index = e->segment_index, .segment = e->segment};
    story_vec ids = {0}, rest = {0};
    enum story_sets_known known = STORY_SETS_NOTHING;
    uint32_t n_stories = e->segment->wordings.n_stories;
    int rc = 0;
    *done = false;
    if (!is_promising(e, root)) {
        return 0;
    }
    rc = story_sets_find(&sets, root, &ids, &known, err);
    *done = rc == 0 && (known == STORY_SETS_EXACT ||
                        (known == STORY_SETS_AMONG && is_narrowed(root)));
    if (rc == 0 && known == STORY_SETS_EXACT && ids.len > 0) {
        rc = story_sets_part(&sets, &ids, &rest, err);
        if (rc == 0 && ids.len > 0) {
            rc = scope_window_range(&e->window, e->segment, 0, n_stories, err);
            rc = rc ? rc : matches_count_stories(m, e, ids.items, ids.len, totals, err);
        }
        rc = rc ? rc : count_by_evaluating(e, m, options, &rest, totals, err);
    } else if (*done) {
        rc = count_by_evaluating(e, m, options, &ids, totals, err);
    }
    story_sets_release(&sets);
    vec_release(&ids);
    vec_release(&rest);
    return rc;
}
