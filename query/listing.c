#include "query/listing.h"

#include <stdlib.h>

#include "query/values.h"

enum {
    SECONDS_BITS = 17 /* of a day */
};
#define KEY_LAST UINT64_MAX /* of what has no date, or no source */

const char *listing_sort_name(int sort)
{
    static const char *const names[] = {"score", "date", "date-desc", "source"};
    return names[sort];
}

void listing_release(struct listing *l)
{
    vec_release(&l->items);
}

static int no_memory(const struct listing *l, struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "no memory for a list of %zu rows and more; --sort score with a "
                   "smaller --limit needs less",
                   l->items.len);
}

/* --- the best ------------------------------------------------------------------------------ */

/* Rows to be known: those passed over too. */
static uint64_t reach(const struct listing *l, uint64_t all)
{
    if (l->limit == 0 || l->offset > all || l->limit > all - l->offset)
        return all;
    return l->offset + l->limit;
}

static int find_best(struct listing *l, struct plan *plan,
                     const struct snapshot *snapshot, struct err *err)
{
    uint64_t k = reach(l, snapshot->manifest.stories);
    struct ranked_story *top = calloc(k ? k : 1, sizeof *top);
    size_t n = 0;
    if (!top)
        return no_memory(l, err);
    int rc = engine_top(plan, k, top, &n, &l->totals, err);
    for (size_t i = l->articles ? 0 : l->offset; rc == 0 && i < n; i++) {
        struct listing_item item = {
            .segment = top[i].segment, .story = top[i].story, .score = top[i].score};
        if (!vec_push(&l->items, item))
            rc = no_memory(l, err);
    }
    free(top);
    return rc;
}

/* --- by a key ------------------------------------------------------------------------------- */

struct collect {
    struct listing *listing;
    const struct snapshot *snapshot;
    struct shown *shown;
    struct provenance_cache *cache; /* owned */
    struct values sources;
};

static const struct provenance *provenance_of(const struct collect *c, uint32_t segment)
{
    return &c->snapshot->segments[segment].provenance;
}

/* Only the day, which is cheap to read; see refine_day. */
static int day_key(const struct collect *c, const struct provenance *p,
                   article_id article, uint64_t *key, struct err *err)
{
    int32_t day;
    int rc = provenance_day(p, article, &day, err);
    if (rc)
        return rc;
    uint64_t from_first = (uint64_t)((int64_t)day - INT32_MIN);
    bool back = c->listing->sort == LISTING_DATE_DESC;
    *key = (back ? UINT32_MAX - from_first : from_first) << SECONDS_BITS;
    if (day == DAY_NONE)
        *key = KEY_LAST;
    return 0;
}

/* The source's number, until all are known. */
static int source_key(struct collect *c, const struct provenance *p, article_id article,
                      uint64_t *key, struct err *err)
{
    struct bytes source;
    uint32_t number;
    int rc = provenance_text(p, c->cache, PROVENANCE_OUTLET, article, &source, err);
    if (rc == 0 && source.len == 0)
        *key = KEY_LAST;
    if (rc || source.len == 0)
        return rc;
    rc = values_put(&c->sources, source, &number, err);
    *key = number;
    return rc;
}

static int add(struct collect *c, const struct story_match *match, article_id article,
               struct err *err)
{
    const struct provenance *p = provenance_of(c, match->segment);
    struct listing *l = c->listing;
    struct listing_item item = {
        .segment = match->segment, .story = match->story, .article = article};
    int rc = l->sort == LISTING_SOURCE ? source_key(c, p, article, &item.key, err)
                                       : day_key(c, p, article, &item.key, err);
    if (rc)
        return rc;
    return vec_push(&l->items, item) ? 0 : no_memory(l, err);
}

static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    struct collect *c = arg;
    struct shown_choice choice;
    if (!c->listing->articles) {
        int rc = shown_choose(c->shown, c->snapshot, match, &choice, err);
        return rc ? rc : add(c, match, choice.article, err);
    }
    for (size_t i = 0; i < match->n_wordings; i++) {
        const struct wording_match *w = &match->wordings[i];
        for (uint32_t k = 0; k < w->n_articles; k++) {
            int rc = add(c, match, engine_article(w, k), err);
            if (rc)
                return rc;
        }
    }
    return 0;
}

static int compare_items(const void *a, const void *b)
{
    const struct listing_item *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->segment != y->segment)
        return x->segment < y->segment ? -1 : 1;
    if (x->story != y->story)
        return x->story < y->story ? -1 : 1;
    return (x->article > y->article) - (x->article < y->article);
}

/* Numbers of sources become their places in the order of bytes. */
static int order_sources(struct collect *c, struct err *err)
{
    size_t n = c->sources.items.len;
    uint32_t *places = malloc((n ? n : 1) * sizeof *places);
    if (!places)
        return no_memory(c->listing, err);
    int rc = values_order(&c->sources, places, err);
    vec_foreach(struct listing_item, item, &c->listing->items) {
        if (rc == 0 && item->key < n)
            item->key = places[item->key];
    }
    free(places);
    return rc;
}

/* The page's place in all rows. */
static void page_bounds(const struct listing *l, size_t *from, size_t *to)
{
    size_t n = l->items.len;
    *from = l->offset < n ? (size_t)l->offset : n;
    *to = l->limit && l->limit < n - *from ? *from + (size_t)l->limit : n;
}

/* Orders rows of one day by the time; those without one come before the others, or behind them if the latest come first. */
static int refine_day(struct collect *c, struct listing_item *items, size_t n,
                      struct err *err)
{
    bool back = c->listing->sort == LISTING_DATE_DESC;
    for (size_t i = 0; i < n; i++) {
        struct provenance_row row;
        int rc = provenance_get(provenance_of(c, items[i].segment), c->cache,
                                items[i].article, &row, err);
        if (rc)
            return rc;
        uint64_t second = row.second == UINT32_MAX ? 0 : row.second + UINT64_C(1);
        items[i].key += back ? (1 << SECONDS_BITS) - 1 - second : second;
    }
    qsort(items, n, sizeof *items, compare_items);
    return 0;
}

/* Times are read of those days that the page shows rows of. */
static int refine_days(struct collect *c, struct err *err)
{
    struct listing *l = c->listing;
    size_t from, to;
    int rc = 0;
    page_bounds(l, &from, &to);
    for (size_t i = 0, end; rc == 0 && i < to; i = end) {
        uint64_t day = l->items.items[i].key;
        for (end = i + 1; end < l->items.len && l->items.items[end].key == day;)
            end++;
        if (end > from && end - i > 1 && day != KEY_LAST)
            rc = refine_day(c, &l->items.items[i], end - i, err);
    }
    return rc;
}

static void cut_page(struct listing *l)
{
    size_t from, to;
    page_bounds(l, &from, &to);
    for (size_t i = from; i < to; i++)
        l->items.items[i - from] = l->items.items[i];
    l->items.len = to - from;
}

static int find_all(struct listing *l, struct plan *plan,
                    const struct snapshot *snapshot, struct shown *shown,
                    struct err *err)
{
    struct collect c = {.listing = l,
                        .snapshot = snapshot,
                        .shown = shown,
                        .cache = provenance_cache_new()};
    struct engine_options options = {.want_spans = true, .story = on_story, .arg = &c};
    int rc = c.cache ? engine_run(plan, &options, &l->totals, err) : no_memory(l, err);
    if (rc == 0 && l->sort == LISTING_SOURCE)
        rc = order_sources(&c, err);
    if (rc == 0 && l->items.len > 1)
        qsort(l->items.items, l->items.len, sizeof *l->items.items, compare_items);
    if (rc == 0 && l->sort != LISTING_SOURCE)
        rc = refine_days(&c, err);
    if (rc == 0)
        cut_page(l);
    provenance_cache_free(c.cache);
    values_release(&c.sources);
    return rc;
}

int listing_find(struct listing *l, struct plan *plan, const struct snapshot *snapshot,
                 struct shown *shown, struct err *err)
{
    int rc = l->sort == LISTING_SCORE ? find_best(l, plan, snapshot, err)
                                      : find_all(l, plan, snapshot, shown, err);
    l->of = l->articles ? l->totals.articles : l->totals.stories;
    return rc;
}

/* --- giving ---------------------------------------------------------------------------------- */

struct give {
    const struct listing *listing;
    listing_fn *fn;
    void *arg;
    size_t at; /* in the items */
};

static bool is_same(const struct listing_item *a, const struct listing_item *b)
{
    return a->segment == b->segment && a->story == b->story;
}

/* Behind the items of one story that begin at `at`. */
static size_t run_end(const struct listing *l, size_t at)
{
    size_t to = at + 1;
    while (to < l->items.len && is_same(&l->items.items[at], &l->items.items[to]))
        to++;
    return to;
}

static int on_given(void *arg, const struct story_match *match, struct err *err)
{
    struct give *g = arg;
    size_t from = g->at, to = run_end(g->listing, from);
    g->at = to;
    return g->fn(g->arg, match, &g->listing->items.items[from], to - from, err);
}

int listing_give(const struct listing *l, struct plan *plan, listing_fn *fn, void *arg,
                 struct err *err)
{
    struct give g = {l, fn, arg, 0};
    struct engine_options options = {
        .want_spans = true, .want_score = true, .story = on_given, .arg = &g};
    VEC(struct ranked_story) stories = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < l->items.len; i = run_end(l, i)) {
        const struct listing_item *item = &l->items.items[i];
        struct ranked_story story = {item->segment, item->story, item->score};
        if (!vec_push(&stories, story))
            rc = no_memory(l, err);
    }
    if (rc == 0)
        rc = engine_stories(plan, stories.items, stories.len, &options, err);
    vec_release(&stories);
    return rc;
}
