#include "query/evaluate_pass.h"

#include "query/filter_pass.h"

static uint32_t segment_of(const struct evaluate *e)
{
    return (uint32_t)e->segment_index;
}

/* The ids of a unit, which mostly lies in the run of the one before. */
static int ids_of(const struct groups *g, struct groups_run *run, uint32_t unit,
                  uint32_t *first, uint32_t *n, struct err *err)
{
    int rc = 0;
    if (unit < run->unit || unit >= run->end) {
        rc = groups_run_of(g, unit, run, err);
    }
    if (rc == 0 && unit >= run->unit && unit < run->end) {
        *first = run->id + (unit - run->unit);
        *n = 1;
        return 0;
    }
    return rc ? rc : groups_of_unit(g, unit, first, n, NULL, err);
}

static int unit_of(const struct groups *g, const struct groups_run *run, uint32_t id,
                   uint32_t *unit, struct err *err)
{
    if (id >= run->id && id - run->id < run->end - run->unit) {
        *unit = run->unit + (id - run->id);
        return 0;
    }
    return groups_unit_of(g, id, unit, err);
}

int evaluate_pass_articles(struct evaluate *e, wording_id wording, article_id *first,
                           uint32_t *n, struct err *err)
{
    return ids_of(&e->segment->articles.groups, &e->wordings, wording, first, n, err);
}

int evaluate_pass_wordings(struct evaluate *e, story_id story, wording_id *first,
                           uint32_t *n, struct err *err)
{
    return ids_of(&e->segment->wordings.groups, &e->stories, story, first, n, err);
}

/* The articles [*first, *end) of stories [from, to), from < to. */
static int articles_of(struct evaluate *e, story_id from, story_id to,
                       article_id *first, article_id *end, struct err *err)
{
    wording_id wording = 0, last = 0;
    article_id begin = 0;
    uint32_t n = 0;
    int rc = evaluate_pass_wordings(e, from, &wording, &n, err);
    last = wording;
    if (rc == 0 && to - from > 1) {
        rc = evaluate_pass_wordings(e, to - 1, &last, &n, err);
    }
    last += n - 1;
    if (rc == 0) {
        rc = evaluate_pass_articles(e, wording, &begin, &n, err);
        *first = begin;
    }
    if (rc == 0 && last > wording) {
        rc = evaluate_pass_articles(e, last, &begin, &n, err);
    }
    *end = begin + n;
    return rc;
}

/* The story of the first article in [from, to) that passes: 0, ITER_END, error. */
static int next_story(struct evaluate *e, const struct plan_node *node, article_id from,
                      article_id to, struct story_view *out, struct err *err)
{
    const struct segment *s = e->segment;
    article_id article;
    wording_id wording;
    story_id story;
    int rc = filter_pass_next(node->pass, segment_of(e), from, to, e->plan->deadline,
                              &article, err);
    if (rc == 0) {
        rc = unit_of(&s->articles.groups, &e->wordings, article, &wording, err);
    }
    if (rc == 0) {
        rc = unit_of(&s->wordings.groups, &e->stories, wording, &story, err);
    }
    return rc ? rc : wordings_story(&s->wordings, story, out, err);
}

int evaluate_pass_next(struct evaluate *e, const struct plan_node *node, address from,
                       address *out, struct err *err)
{
    const struct wordings *words = &e->segment->wordings;
    struct story_view view;
    story_id story = 0;
    article_id article = 0, end;
    int rc = wordings_story_of(words, from, &story, err);
    if (rc == 0) {
        rc = wordings_story(words, story, &view, err);
    }
    if (rc == 0 && view.start < from && ++story >= words->n_stories) {
        return ITER_END;
    }
    while (rc == 0 && story < words->n_stories) {
        rc = articles_of(e, story, story + 1, &article, &end, err);
        if (rc == 0) {
            rc = next_story(e, node, article, e->segment->articles.n_articles, &view,
                            err);
        }
        if (rc == 0 && view.id < story) { /* it would never end */
            return section_corrupt(&words->section, 0, err,
                                   "wordings: story %u has an article of story %u",
                                   (unsigned)story, (unsigned)view.id);
        }
        if (rc == 0 && view.start < view.end) {
            *out = view.start;
            return 0;
        }
        /* without a word it has no address, and is not looked for by one */
        story = view.id + 1;
    }
    return rc ? rc : ITER_END;
}

int evaluate_pass_scope(struct evaluate *e, struct plan_node *node, size_t most,
                        bool *all, struct err *err)
{
    story_id at = e->window.from;
    int rc = 0;
    while (rc == 0 && at < e->window.to && node->scope.stories.len <= most) {
        struct story_view view = {0};
        article_id first, end;
        rc = articles_of(e, at, e->window.to, &first, &end, err);
        if (rc == 0) {
            rc = next_story(e, node, first, end, &view, err);
        }
        if (rc == 0 && (view.id < at || view.id >= e->window.to)) {
            return section_corrupt(&e->segment->wordings.section, 0, err,
                                   "wordings: story %u has an article of story %u",
                                   (unsigned)at, (unsigned)view.id);
        }
        if (rc == 0 && !vec_push(&node->scope.stories,
                                 (struct scope_story){view.id, view.start, view.end})) {
            rc = err_set(err, ERR_NOMEM, "query: no memory for filters");
        }
        at = view.id + 1;
    }
    *all = node->scope.stories.len <= most;
    return rc == ITER_END ? 0 : rc;
}

int evaluate_pass_story(struct evaluate *e, const struct plan_node *node, story_id id,
                        bool *out, struct err *err)
{
    article_id first, end, found;
    int rc = articles_of(e, id, id + 1, &first, &end, err);
    if (rc == 0) {
        rc = filter_pass_next(node->pass, segment_of(e), first, end, e->plan->deadline,
                              &found, err);
        *out = rc == 0;
    }
    return rc == ITER_END ? 0 : rc;
}

int evaluate_pass_matched(struct evaluate *e, const struct plan_node *node,
                          uint64_t *matched, struct err *err)
{
    size_t n_units = e->carriers.units.len;
    int rc = deadline_check(e->plan->deadline, err);
    for (size_t u = 0; u < n_units && rc == 0; u++) {
        const struct evaluate_slots *slots = &e->slots.items[u];
        for (uint32_t s = slots->first; s < slots[1].first && rc == 0; s++) {
            bool pass;
            if (matched[s / 64] >> (s % 64) & 1) {
                continue;
            }
            rc = filter_pass_article(node->pass, segment_of(e),
                                     slots->article + (s - slots->first), &pass, err);
            matched[s / 64] |= (uint64_t)pass << (s % 64);
        }
    }
    return rc;
}
