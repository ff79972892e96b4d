#include "query/places.h"

#include "query/evaluate.h"
#include "query/matches.h"

enum {
    LEAF_HITS = 1 << 16 /* of one leaf that are found at once */
};

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

/* Turns to the run of a unit, if there is one with it. */
static int ids_beyond(const struct groups *g, struct groups_run *run, uint32_t unit,
                      uint32_t *first, uint32_t *n, struct err *err)
{
    int rc = groups_run_of(g, unit, run, err);
    if (rc == 0 && unit >= run->unit && unit < run->end) {
        *first = run->id + (unit - run->unit);
        *n = 1;
        return 0;
    }
    return rc ? rc : groups_of_unit(g, unit, first, n, NULL, err);
}

/* The ids of a unit, which mostly lies in the run of the one before. */
static inline int ids_of(const struct groups *g, struct groups_run *run, uint32_t unit,
                         uint32_t *first, uint32_t *n, struct err *err)
{
    if (unit >= run->unit && unit < run->end) {
        *first = run->id + (unit - run->unit);
        *n = 1;
        return 0;
    }
    return ids_beyond(g, run, unit, first, n, err);
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

/* The stories of the window that go the long way. */
static int give_rest(struct places *p, struct err *err)
{
    struct evaluate *e = &p->e;
    int rc = evaluate_wordings(e, err);
    return rc ? rc : matches_give(&p->m, e, &p->options->engine, &p->totals, err);
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
    return give_rest(p, err);
}

/* --- one list, stories from a table --------------------------------------------------------- */

/* The stories of a leaf's hits, of which those that do not end in the story they begin in are dropped. */
static int give_found(struct places *p, address_vec *found, uint32_t width,
                      const struct story_table *t, struct err *err)
{
    struct places_story story = {.segment = (uint32_t)p->e.segment_index,
                                 .width = width};
    address *hits = found->items;
    size_t n = found->len, kept = 0, i = 0, k = 0;
    int rc = 0;
    while (i < n && rc == 0) {
        k = story_table_find(t, k, hits[i]);
        if (k == t->n) {
            break;
        }
        struct scope_story s = {(story_id)k, t->starts.items[k],
                                t->starts.items[k + 1]};
        size_t first = kept;
        if (width == 1) { /* all end where they begin */
            for (i++; i < n && hits[i] - s.start < s.end - s.start;) {
                i++;
            }
            kept = i;
        } else {
            do {
                hits[kept] = hits[i];
                kept += (uint64_t)hits[i] + width <= s.end;
                i++;
            } while (i < n && hits[i] - s.start < s.end - s.start);
        }
        story.hits = hits + first;
        story.n_hits = kept - first;
        story.n_ahead = kept == i ? n - i : 0;
        if (kept > first) {
            rc = give_story(p, &s, &story, err);
        }
    }
    found->len = kept;
    return rc;
}

/* The story that ends a stretch of about LEAF_HITS hits from a story on. */
static story_id stretch_end(const struct places *p, const struct leaf *leaf,
                            const struct story_table *t, story_id from, story_id to)
{
    uint64_t end = t->starts.items[from];
    uint64_t n_tokens = p->e.segment->counts[SEGMENT_TOKENS];
    uint64_t window = p->e.plan->window;
    end += window ? window : n_tokens / (leaf_cost(leaf) / LEAF_HITS + 1) + 1;
    if (end >= t->starts.items[to]) {
        return to;
    }
    size_t cut = story_table_find(t, from, (address)end);
    return cut > from ? (story_id)cut : from + 1;
}

/* The stories [from, to), where the query is one leaf. */
static int run_stretch(struct places *p, struct leaf *leaf, const struct story_table *t,
                       story_id from, story_id to, struct err *err)
{
    struct evaluate *e = &p->e;
    address_vec *found = &e->plan->root->found;
    vec_reset(found);
    vec_reset(&p->rest.stories);
    int rc = deadline_check(e->plan->deadline, err);
    rc = rc ? rc
            : leaf_find(leaf, t->starts.items[from], t->starts.items[to], found, err);
    rc = rc ? rc : give_found(p, found, leaf->width, t, err);
    if (rc || p->rest.stories.len == 0) {
        return rc;
    }
    e->scope = &p->rest;
    rc = scope_window_range(&e->window, e->segment, from, to, err);
    return rc ? rc : give_rest(p, err);
}

static int run_leaf(struct places *p, const struct places_part *part,
                    const struct story_table *t, struct err *err)
{
    struct plan_segment *segment = &p->e.plan->segments[p->e.segment_index];
    struct leaf *leaf = &segment->leaves[p->e.plan->root->leaf];
    story_id to = part->to < t->n ? part->to : (story_id)t->n;
    int rc = 0;
    for (story_id from = part->from, end; from < to && rc == 0; from = end) {
        end = stretch_end(p, leaf, t, from, to);
        rc = run_stretch(p, leaf, t, from, end, err);
    }
    return rc;
}

/* The table of the segment at hand, if its stories are to be looked up in one. */
static int find_table(const struct places *p, struct plan *plan,
                      const struct story_table **out, struct err *err)
{
    const struct places_options *o = p->options;
    uint32_t segment = (uint32_t)p->e.segment_index;
    *out = NULL;
    if (!o->table || plan->root->kind != PLAN_LEAF) {
        return 0;
    }
    return o->table(o->table_arg, segment, plan_cost(plan, segment, plan->root), out,
                    err);
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
    const struct story_table *table = NULL;
    story_id from = part->from;
    turn(p, plan, part);
    int rc = find_table(p, plan, &table, err);
    if (rc || table) {
        return rc ? rc : run_leaf(p, part, table, err);
    }
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
