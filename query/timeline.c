#include "query/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "query/clock.h"
#include "query/grouping_words.h"
#include "query/when.h"

enum {
    UNITS = 4,
    /* --bin auto: the shortest bins of which there are no more than these */
    AUTO_DAYS = 31,
    AUTO_WEEKS = 26,
    AUTO_MONTHS = 48
};

/* The groups of one query by each length of bin that may be wanted. */
struct counted {
    struct grouping by[UNITS]; /* by enum bins_unit; not open: not wanted */
    bool open[UNITS];
};

struct finder {
    struct timeline *t;
    struct session *s;
    struct timeline_days days;
    VEC(struct counted) counted; /* by query */
};

void timeline_release(struct timeline *t)
{
    vec_foreach(struct timeline_series, s, &t->series)
        vec_release(&s->points);
    vec_release(&t->series);
    vec_release(&t->words);
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for a timeline");
}

/* --- the days asked for ------------------------------------------------------------------------ */

static int read_date(const char *option, const char *text, struct when *out,
                     struct err *err)
{
    const char *wrong = NULL;
    int32_t today = 0;
    if (!when_read(bytes_str(text), out, &wrong))
        return err_set(err, ERR_USAGE, "%s '%s': %s", option, text,
                       wrong ? wrong : "a date is a day, month or year, as 2016-12");
    if (when_is_relative(out)) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe)
        int rc = clock_today(getenv("STEMMA_NOW"), &today, err);
        if (rc != 0)
            return rc;
        when_resolve(out, today);
    }
    return 0;
}

int timeline_read_days(const struct timeline *t, struct timeline_days *d,
                       struct err *err)
{
    struct when when;
    int rc = 0;
    *d = (struct timeline_days){0};
    if (t->from) {
        rc = read_date("--from", t->from, &when, err);
        d->has_first = rc == 0;
        d->first = rc == 0 ? when.first : 0;
    }
    if (rc == 0 && t->to) {
        rc = read_date("--to", t->to, &when, err);
        d->has_last = rc == 0;
        d->last = rc == 0 ? when.last : 0;
    }
    if (rc == 0 && d->has_first && d->has_last && d->first > d->last)
        rc = err_set(err, ERR_USAGE, "--to '%s' ends before --from '%s' begins", t->to,
                     t->from);
    return rc;
}

int timeline_limit(const struct timeline_days *d, struct arena *arena, struct ast *tree,
                   struct ast **out, struct err *err)
{
    *out = tree;
    if (!d->has_first && !d->has_last)
        return 0;
    struct ast *nodes = arena_zalloc(arena, 2 * sizeof *nodes);
    struct ast **children = arena_alloc(arena, 2 * sizeof(void *));
    if (!nodes || !children)
        return no_memory(err);
    struct when open = {.kind = WHEN_OPEN};
    struct filter filter = {
        .kind = FILTER_DATE, .test = FILTER_TEST_HAS, .from = open, .to = open};
    if (d->has_first)
        filter.from =
            (struct when){.kind = WHEN_DAYS, .first = d->first, .last = d->first};
    if (d->has_last)
        filter.to = (struct when){.kind = WHEN_DAYS, .first = d->last, .last = d->last};
    nodes[0] = (struct ast){.kind = AST_AND,
                            .text = tree->text,
                            .start = tree->start,
                            .len = tree->len,
                            .children = children,
                            .n_children = 2};
    nodes[1] = (struct ast){.kind = AST_FILTER,
                            .text = tree->text,
                            .start = tree->start,
                            .len = tree->len,
                            .filter = filter};
    children[0] = tree;
    children[1] = &nodes[1];
    *out = &nodes[0];
    return 0;
}

/* --- counting ------------------------------------------------------------------------------------ */

static const enum grouping_field fields[UNITS] = {[BINS_DAY] = GROUPING_DAY,
                                                  [BINS_WEEK] = GROUPING_WEEK,
                                                  [BINS_MONTH] = GROUPING_MONTH,
                                                  [BINS_YEAR] = GROUPING_YEAR};

static int add_story(void *arg, const struct story_match *match, struct err *err)
{
    struct counted *c = arg;
    int rc = 0;
    for (int u = 0; u < UNITS && rc == 0; u++)
        rc = c->open[u] ? grouping_add(&c->by[u], match, err) : 0;
    return rc;
}

static bool is_wanted(const struct timeline *t, enum bins_unit unit)
{
    switch ((enum timeline_bin)t->bin) {
    case TIMELINE_YEAR: return unit == BINS_YEAR;
    case TIMELINE_MONTH: return unit == BINS_MONTH;
    case TIMELINE_WEEK: return unit == BINS_WEEK;
    case TIMELINE_DAY: return unit == BINS_DAY;
    case TIMELINE_AUTO: break;
    }
    return true;
}

static int open_groupings(const struct finder *f, struct counted *c, struct err *err)
{
    int rc = 0;
    for (int u = 0; u < UNITS && rc == 0; u++) {
        struct grouping_keys keys = {.n = 1, .field = {fields[u]}};
        if (!is_wanted(f->t, (enum bins_unit)u))
            continue;
        rc = grouping_open(&c->by[u], &f->s->snapshot, &keys, err);
        c->open[u] = true;
    }
    return rc;
}

static int count_query(struct finder *f, struct bytes query, struct err *err)
{
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    if (!vec_push(&f->t->series, (struct timeline_series){0}) ||
        !vec_push(&f->counted, (struct counted){0}))
        return no_memory(err);
    struct timeline_series *series = &f->t->series.items[f->t->series.len - 1];
    struct counted *c = &f->counted.items[f->counted.len - 1];
    struct engine_options options = {
        .want_spans = true, .want_passages = true, .story = add_story, .arg = c};
    arena_reset(&f->s->arena);
    int rc = session_query(f->s, query, false, &tree, err);
    if (rc == 0)
        rc = shown_tree(&f->t->shown, tree, &f->s->arena, &tree, err);
    if (rc == 0)
        rc = timeline_limit(&f->days, &f->s->arena, tree, &tree, err);
    if (rc == 0)
        rc = session_plan(f->s, tree, &plan, err);
    if (rc == 0)
        rc = open_groupings(f, c, err);
    if (rc == 0)
        rc = engine_run(plan, &options, &series->totals, err);
    plan_release(plan);
    return rc;
}

/* --- bins ------------------------------------------------------------------------------------------ */

/* Widens [*first, *last], if *any, to the bins that the groups have. */
static void widen(const struct grouping *g, bool *any, int32_t *first, int32_t *last)
{
    vec_foreach(const struct grouping_group, group, &g->groups) {
        int32_t bin = group->value[0];
        if (bin == GROUPING_NONE)
            continue;
        *first = !*any || bin < *first ? bin : *first;
        *last = !*any || bin > *last ? bin : *last;
        *any = true;
    }
}

/* The range of bins of a unit: from what was asked for, else from what there is. */
static bool range_of(const struct finder *f, enum bins_unit unit, int32_t *first,
                     int32_t *last)
{
    bool any = false;
    *first = *last = 0;
    vec_foreach(const struct counted, c, &f->counted)
        widen(&c->by[unit], &any, first, last);
    int32_t from = f->days.has_first ? bins_of(unit, f->days.first) : BINS_NONE;
    int32_t to = f->days.has_last ? bins_of(unit, f->days.last) : BINS_NONE;
    if (from != BINS_NONE && to != BINS_NONE)
        any = true;
    *first = from != BINS_NONE ? from : *first;
    *last = to != BINS_NONE ? to : *last;
    return any;
}

enum bins_unit timeline_unit(int32_t first, int32_t last)
{
    static const struct {
        enum bins_unit unit;
        int32_t most;
    } steps[] = {
        {BINS_DAY, AUTO_DAYS}, {BINS_WEEK, AUTO_WEEKS}, {BINS_MONTH, AUTO_MONTHS}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if ((int64_t)bins_of(steps[i].unit, last) - bins_of(steps[i].unit, first) <
            steps[i].most)
            return steps[i].unit;
    }
    return BINS_YEAR;
}

static enum bins_unit choose_unit(const struct finder *f)
{
    int32_t first, last;
    for (int u = 0; f->t->bin != TIMELINE_AUTO && u < UNITS; u++) {
        if (is_wanted(f->t, (enum bins_unit)u))
            return (enum bins_unit)u;
    }
    return range_of(f, BINS_DAY, &first, &last) ? timeline_unit(first, last) : BINS_DAY;
}

static int set_bins(struct finder *f, struct err *err)
{
    struct timeline *t = f->t;
    int32_t first, last;
    t->unit = choose_unit(f);
    bool any = range_of(f, t->unit, &first, &last);
    t->first = first;
    t->n = any ? (size_t)(last - first) + 1 : 0;
    if (t->n > TIMELINE_BINS_MAX)
        return err_set(err, ERR_USAGE,
                       "a timeline has at most %d bins, not %zu: give --from and --to, "
                       "or a longer --bin",
                       TIMELINE_BINS_MAX, t->n);
    return 0;
}

/* The bin of a value, or NULL. */
static struct timeline_point *point_of(const struct timeline *t,
                                       struct timeline_series *s, int32_t bin)
{
    int64_t at = (int64_t)bin - t->first;
    return at >= 0 && (uint64_t)at < t->n ? &s->points.items[at] : NULL;
}

static int set_points(struct timeline *t, struct timeline_series *s,
                      const struct grouping *g, struct err *err)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!vec_push(&s->points, (struct timeline_point){0}))
            return no_memory(err);
    }
    for (size_t i = 0; i < g->groups.len; i++) {
        const struct grouping_group *group = &g->groups.items[i];
        struct timeline_point *p = point_of(t, s, group->value[0]);
        if (group->value[0] == GROUPING_NONE)
            s->undated = group->totals;
        else if (p)
            p->totals = group->totals;
    }
    return 0;
}

static int set_words(struct finder *f, struct err *err)
{
    struct timeline *t = f->t;
    struct grouping g = {0};
    struct grouping_keys keys = {.n = 1, .field = {fields[t->unit]}};
    int rc = grouping_open(&g, &f->s->snapshot, &keys, err);
    if (rc == 0)
        rc = grouping_archive(&g, &f->s->deadline, err);
    if (rc == 0 && !vec_reserve(&t->words, t->n + 1))
        rc = no_memory(err);
    for (size_t i = 0; i < t->n && rc == 0; i++) {
        int32_t bin = t->first + (int32_t)i;
        const struct grouping_group *group = grouping_find(&g, &bin);
        struct timeline_words none = {0};
        t->words.items[t->words.len++] =
            group ? (struct timeline_words){group->words, group->words_all} : none;
    }
    int32_t none = GROUPING_NONE;
    const struct grouping_group *undated = rc == 0 ? grouping_find(&g, &none) : NULL;
    if (undated)
        t->undated = (struct timeline_words){undated->words, undated->words_all};
    grouping_release(&g);
    return rc;
}

int timeline_find(struct timeline *t, struct session *s, const struct queries *queries,
                  struct err *err)
{
    struct finder f = {.t = t, .s = s};
    size_t n = queries->items.len;
    int rc = timeline_read_days(t, &f.days, err);
    t->has_range = f.days.has_first || f.days.has_last;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = queries_fail(queries, i, count_query(&f, queries_get(queries, i), err),
                          err);
    if (rc == 0)
        rc = set_bins(&f, err);
    for (size_t i = 0; i < f.counted.len && f.counted.items && rc == 0; i++)
        rc = set_points(t, &t->series.items[i], &f.counted.items[i].by[t->unit], err);
    if (rc == 0 && t->relative)
        rc = set_words(&f, err);
    vec_foreach(struct counted, c, &f.counted) {
        for (int u = 0; u < UNITS; u++)
            grouping_release(&c->by[u]);
    }
    vec_release(&f.counted);
    return rc;
}

/* --- what is shown ----------------------------------------------------------------------------------- */

bool timeline_by_articles(const struct timeline *t)
{
    uint64_t hits = 0;
    vec_foreach(const struct timeline_series, s, &t->series)
        hits += s->totals.hits;
    return hits == 0;
}

uint64_t timeline_value(const struct timeline *t, const struct engine_totals *totals,
                        bool articles)
{
    if (t->shown.copies == SHOWN_ALL)
        return articles ? totals->articles : totals->hits_all;
    return articles ? totals->stories : totals->hits;
}

uint64_t timeline_words_of(const struct timeline *t, const struct timeline_words *words)
{
    return t->shown.copies == SHOWN_ALL ? words->all : words->once;
}

double timeline_per_million(const struct timeline *t,
                            const struct engine_totals *totals,
                            const struct timeline_words *words)
{
    uint64_t n = timeline_words_of(t, words);
    uint64_t hits = t->shown.copies == SHOWN_ALL ? totals->hits_all : totals->hits;
    return n > 0 ? 1e6 * (double)hits / (double)n : -1;
}
