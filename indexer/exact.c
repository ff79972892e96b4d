#include "indexer/exact.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/order.h"

enum {
    TOKENS = 1024,       /* compared at a time */
    GROUPS_PER_ITEM = 32 /* of the parallel stage */
};

struct group {
    uint32_t first, n; /* of the items */
};

struct exact {
    struct build *build;
    struct order_item *items; /* owned; equal keys together, in canonical order */
    size_t n_items;
    VEC(struct group) groups; /* of equal keys, two articles or more */
    uint32_t *leaders;
    /* Whether two articles are equal in the sense that is asked for. */
    int (*equal)(const struct build *b, struct spool_reader readers[2], uint32_t x,
                 uint32_t y, bool *equal, struct err *err);
    bool first_only; /* articles are compared with the first of their group only */
};

static bool same_terms(const struct build *b, const uint32_t *x, const uint32_t *y,
                       size_t n)
{
    const uint32_t *terms = b->vocabulary.surface_terms.items;
    for (size_t i = 0; i < n; i++) {
        if (x[i] != y[i] && terms[x[i]] != terms[y[i]])
            return false;
    }
    return true;
}

static bool same_breaks(const struct build *b, const uint32_t *x, const uint32_t *y,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (x[i] != y[i] && vocabulary_break(&b->vocabulary, x[i]) !=
                                vocabulary_break(&b->vocabulary, y[i]))
            return false;
    }
    return true;
}

/* The next `length` tokens of both readers; breaks too if `breaks` is set, that of the first
 * token excepted: it says nothing. */
static int equal_tokens(const struct build *b, struct spool_reader readers[2],
                        uint32_t length, bool breaks, bool *equal, struct err *err)
{
    uint32_t surfaces[2][TOKENS], seps[2][TOKENS];
    *equal = true;
    for (uint32_t at = 0; *equal && at < length; at += TOKENS) {
        size_t n = length - at < TOKENS ? length - at : TOKENS;
        for (int k = 0; k < 2; k++) {
            int rc = spool_tokens(&readers[k], n, surfaces[k], seps[k], err);
            if (rc != 0)
                return rc;
        }
        /* Most copies are spelled alike, and then no table is asked. */
        if (memcmp(surfaces[0], surfaces[1], n * sizeof *surfaces[0]) != 0)
            *equal = same_terms(b, surfaces[0], surfaces[1], n);
        size_t first = at == 0;
        if (breaks && *equal && memcmp(seps[0], seps[1], n * sizeof *seps[0]) != 0)
            *equal = same_breaks(b, seps[0] + first, seps[1] + first, n - first);
    }
    return 0;
}

int exact_equal(const struct build *b, struct spool_reader readers[2], uint32_t x,
                uint32_t y, bool *equal, struct err *err)
{
    const struct article *articles[2] = {&b->articles.v.items[x],
                                         &b->articles.v.items[y]};
    const struct hash128 *wordings[2] = {&b->keys.items[x].wording,
                                         &b->keys.items[y].wording};
    *equal = articles[0]->length == articles[1]->length &&
             wordings[0]->low == wordings[1]->low &&
             wordings[0]->high == wordings[1]->high;
    if (!*equal)
        return 0;
    for (int k = 0; k < 2; k++)
        spool_seek(&readers[k], articles[k]);
    return equal_tokens(b, readers, articles[0]->length, true, equal, err);
}

/* --- bodies ------------------------------------------------------------------------------ */

static uint32_t body_length(const struct article *a)
{
    return a->length - a->title_tokens;
}

static int skip_tokens(struct spool_reader *r, uint32_t length, struct err *err)
{
    uint32_t surfaces[TOKENS], seps[TOKENS];
    int rc = 0;
    for (uint32_t at = 0; rc == 0 && at < length; at += TOKENS)
        rc = spool_tokens(r, length - at < TOKENS ? length - at : TOKENS, surfaces,
                          seps, err);
    return rc;
}

/* Short bodies need equal titles, where both have one. */
static int equal_bodies(const struct build *b, struct spool_reader readers[2],
                        uint32_t x, uint32_t y, bool *equal, struct err *err)
{
    const struct article *articles[2] = {&b->articles.v.items[x],
                                         &b->articles.v.items[y]};
    const struct article_key *keys[2] = {&b->keys.items[x], &b->keys.items[y]};
    uint32_t length = body_length(articles[0]);
    uint32_t titles[2] = {articles[0]->title_tokens, articles[1]->title_tokens};
    bool title = length < EXACT_SHORT && titles[0] > 0 && titles[1] > 0;
    int rc = 0;
    *equal = length == body_length(articles[1]) && keys[0]->body == keys[1]->body &&
             (!title || (keys[0]->title == keys[1]->title && titles[0] == titles[1]));
    if (!*equal)
        return 0;
    for (int k = 0; k < 2; k++)
        spool_seek(&readers[k], articles[k]);
    if (title)
        rc = equal_tokens(b, readers, titles[0], false, equal, err);
    for (int k = 0; rc == 0 && !title && k < 2; k++)
        rc = skip_tokens(&readers[k], titles[k], err);
    return rc == 0 && *equal ? equal_tokens(b, readers, length, false, equal, err) : rc;
}

/* --- groups ------------------------------------------------------------------------------ */

/* The items of a group are in canonical order; each is compared with the leaders before it. */
static int lead(struct exact *e, const struct group *g, struct spool_reader readers[2],
                struct err *err)
{
    const struct order_item *items = e->items + g->first;
    for (uint32_t i = 1; i < g->n; i++) {
        uint32_t a = items[i].number;
        for (uint32_t k = 0; k < (e->first_only ? 1 : i); k++) {
            uint32_t other = items[k].number;
            bool equal = false;
            if (e->leaders[other] != other)
                continue;
            int rc = e->equal(e->build, readers, other, a, &equal, err);
            if (rc != 0)
                return rc;
            if (equal) {
                e->leaders[a] = other;
                break;
            }
        }
    }
    return 0;
}

static int work(void *arg, void *item, struct err *err)
{
    struct exact *e = arg;
    size_t first = (size_t)(uintptr_t)item * GROUPS_PER_ITEM;
    struct spool_reader readers[2] = {{0}, {0}};
    int rc = 0;
    for (int k = 0; k < 2; k++)
        spool_read_tokens_of(&readers[k], &e->build->spool);
    for (size_t i = first; rc == 0 && i < e->groups.len && i < first + GROUPS_PER_ITEM;
         i++)
        rc = lead(e, &e->groups.items[i], readers, err);
    for (int k = 0; k < 2; k++)
        spool_reader_release(&readers[k]);
    atomic_fetch_add(&e->build->report.steps_done, 1);
    return rc;
}

/* Groups of the items that have been put, by their keys. */
static int find_groups(struct exact *e, struct err *err)
{
    struct order_item *scratch = calloc(e->n_items + 1, sizeof *scratch);
    if (!scratch)
        return err_set(err, ERR_NOMEM, "out of memory");
    order_by_key(e->items, e->n_items, scratch);
    free(scratch);
    vec_reset(&e->groups);
    for (size_t i = 0; i < e->n_items;) {
        size_t end = i + 1;
        while (end < e->n_items && e->items[end].key == e->items[i].key)
            end++;
        struct group g = {(uint32_t)i, (uint32_t)(end - i)};
        if (g.n > 1 && !vec_push(&e->groups, g))
            return err_set(err, ERR_NOMEM, "out of memory");
        i = end;
    }
    return 0;
}

static int run(struct exact *e, struct err *err)
{
    int rc = find_groups(e, err);
    if (rc != 0 || e->groups.len == 0)
        return rc;
    struct pool_stage stage = {
        .count = (e->groups.len + GROUPS_PER_ITEM - 1) / GROUPS_PER_ITEM,
        .work = work,
        .arg = e,
    };
    report_begin(&e->build->report, REPORT_LINK, stage.count);
    return pool_run(e->build->pool, &stage, err);
}

static int start(struct exact *e, struct build *b, uint32_t *leaders, struct err *err)
{
    size_t n = b->articles.v.len;
    *e = (struct exact){.build = b, .leaders = leaders};
    e->items = calloc(n + 1, sizeof *e->items);
    if (!e->items)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        leaders[i] = (uint32_t)i;
    return 0;
}

static void finish(struct exact *e)
{
    free(e->items);
    vec_release(&e->groups);
}

/* It is written to by the work. NOLINTNEXTLINE(readability-non-const-parameter) */
int exact_groups(struct build *b, const uint32_t *order, uint32_t *leaders,
                 struct err *err)
{
    struct exact e;
    size_t n = b->articles.v.len;
    int rc = start(&e, b, leaders, err);
    e.equal = exact_equal;
    for (size_t i = 0; rc == 0 && i < n; i++)
        e.items[e.n_items++] =
            (struct order_item){b->keys.items[order[i]].wording.low, order[i]};
    if (rc == 0)
        rc = run(&e, err);
    finish(&e);
    return rc;
}

/* First those with equal titles are brought together (long bodies: whatever their titles), then short
 * ones without a title with the first that has such a body, or the others with it. In this
 * way a thousand stubs with the same words under different titles cost no more than a
 * thousand comparisons. NOLINTNEXTLINE(readability-non-const-parameter) */
int exact_bodies(struct build *b, const uint32_t *order, const uint32_t *leaders,
                 uint32_t *bodies, struct err *err)
{
    const struct article *articles = b->articles.v.items;
    const struct article_key *keys = b->keys.items;
    struct exact e;
    size_t n = b->articles.v.len;
    int rc = start(&e, b, bodies, err);
    e.equal = equal_bodies;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uint32_t a = order[i];
        bool is_short = body_length(&articles[a]) < EXACT_SHORT;
        uint64_t title = is_short ? keys[a].title * UINT64_C(0x9e3779b97f4a7c15) : 0;
        if (leaders[a] == a)
            e.items[e.n_items++] = (struct order_item){keys[a].body ^ title, a};
    }
    if (rc == 0)
        rc = run(&e, err);
    e.n_items = 0;
    e.first_only = true;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uint32_t a = order[i];
        if (leaders[a] == a && bodies[a] == a &&
            body_length(&articles[a]) < EXACT_SHORT)
            e.items[e.n_items++] = (struct order_item){keys[a].body, a};
    }
    if (rc == 0)
        rc = run(&e, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uint32_t a = order[i];
        bodies[a] = leaders[a] == a ? bodies[bodies[a]] : bodies[leaders[a]];
    }
    finish(&e);
    return rc;
}
