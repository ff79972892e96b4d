#include "query/places.h"

#include "query/evaluate.h"
#include "query/matches.h"

struct places {
    const struct places_options *options;
    struct evaluate e;
    struct matches m;
    struct groups_run stories,
        wordings;      /* where the last ones that were asked for lie */
    struct scope rest; /* stories of the window that go the long way */
    struct engine_totals totals;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for stories");
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

/* Counts a story and gives it; one of several wordings is kept for later. */
static int give_story(struct places *p, const struct scope_story *s,
                      struct places_story *story, struct err *err)
{
    const struct segment *segment = p->e.segment;
    uint32_t n = 0;
    int rc =
        ids_of(&segment->wordings.groups, &p->stories, s->id, &story->wording, &n, err);
    if (rc == 0 && n != 1) {
        return vec_push(&p->rest.stories, *s) ? 0 : no_memory(err);
    }
    if (rc == 0) {
        rc = ids_of(&segment->articles.groups, &p->wordings, story->wording,
                    &story->first_article, &story->n_articles, err);
    }
    if (rc) {
        return rc;
    }
    story->story = s->id;
    story->start = s->start;
    story->end = s->end;
    p->totals.stories++;
    p->totals.articles += story->n_articles;
    p->totals.hits += story->n_hits;
    p->totals.hits_all += story->n_hits * story->n_articles;
    return p->options->simple(p->options->arg, story, err);
}

/* The stories of the window with the leaf's hits. */
static int give_window(struct places *p, const struct plan_node *leaf, struct err *err)
{
    const struct scope *scope = p->e.scope;
    struct places_story story = {.segment = (uint32_t)p->e.segment_index,
                                 .width = p->e.plan->leaf_widths.items[leaf->leaf]};
    const address *hits = leaf->found.items;
    size_t n = leaf->found.len, at = 0;
    int rc = 0;
    vec_reset(&p->rest.stories);
    for (size_t i = 0; i < scope->stories.len && rc == 0; i++) {
        const struct scope_story *s = &scope->stories.items[i];
        while (at < n && hits[at] < s->start) {
            at++;
        }
        size_t from = at;
        while (at < n && hits[at] < s->end) {
            at++;
        }
        story.hits = hits + from;
        story.n_hits = at - from;
        story.n_ahead = n - at;
        if (at > from) {
            rc = give_story(p, s, &story, err);
        }
    }
    p->e.scope = &p->rest;
    return rc;
}

static int run_window(struct places *p, struct err *err)
{
    struct evaluate *e = &p->e;
    int rc = deadline_check(e->plan->deadline, err);
    if (rc == 0) {
        rc = evaluate_narrow(e, e->plan->root, err);
    }
    const struct plan_node *leaf = matches_only_leaf(e->plan->root);
    if (rc == 0 && leaf) {
        rc = give_window(p, leaf, err);
    }
    if (rc || e->scope->stories.len == 0) {
        return rc;
    }
    rc = evaluate_wordings(e, err);
    return rc ? rc : matches_give(&p->m, e, &p->options->engine, &p->totals, err);
}

/* Turns to the segment of a part, unless it is at hand. */
static void turn(struct places *p, struct plan *plan, const struct places_part *part)
{
    if (p->e.plan && p->e.segment_index != part->segment) {
        plan_rest(plan, p->e.segment_index);
    }
    evaluate_begin(&p->e, plan, part->segment, false);
    p->e.end = part->to;
    p->stories = p->wordings = (struct groups_run){0};
}

static int run_part(struct places *p, struct plan *plan, const struct places_part *part,
                    struct err *err)
{
    story_id from = part->from;
    int rc = 0;
    turn(p, plan, part);
    while (rc == 0 && (rc = evaluate_seek(&p->e, plan->root, from, err)) == 0) {
        rc = run_window(p, err);
        from = p->e.window.to;
    }
    return rc == ITER_END ? 0 : rc;
}

/* Whole segments, one after the other. */
struct segments {
    const struct snapshot *snapshot;
    uint32_t next;
};

static int next_segment(void *arg, struct places_part *out)
{
    struct segments *s = arg;
    if (s->next == s->snapshot->n_segments) {
        return ITER_END;
    }
    *out = (struct places_part){s->next, 0,
                                s->snapshot->segments[s->next].wordings.n_stories};
    s->next++;
    return 0;
}

int places_run(struct plan *plan, const struct places_options *options,
               struct engine_totals *totals, struct err *err)
{
    struct places p = {.options = options};
    struct segments all = {plan->snapshot, 0};
    struct places_part part;
    int rc = 0;
    while (rc == 0 && (options->next ? options->next(options->next_arg, &part)
                                     : next_segment(&all, &part)) == 0) {
        rc = run_part(&p, plan, &part, err);
    }
    if (p.e.plan) {
        plan_rest(plan, p.e.segment_index);
    }
    if (rc == 0 && totals) {
        *totals = p.totals;
    }
    evaluate_release(&p.e);
    matches_release(&p.m);
    scope_release(&p.rest);
    return rc;
}
