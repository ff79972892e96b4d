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
    struct order_item *items; /* owned */
    VEC(struct group) groups; /* of equal hashes, two articles or more */
    uint32_t *leaders;
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

int exact_equal(const struct build *b, struct spool_reader readers[2], uint32_t x,
                uint32_t y, bool *equal, struct err *err)
{
    const struct article *articles[2] = {&b->articles.v.items[x],
                                         &b->articles.v.items[y]};
    uint32_t surfaces[2][TOKENS], seps[2][TOKENS];
    uint32_t length = articles[0]->length;
    *equal = length == articles[1]->length;
    for (int k = 0; *equal && k < 2; k++)
        spool_seek(&readers[k], articles[k]);
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
        size_t first = at == 0; /* the first token's break says nothing */
        if (*equal && memcmp(seps[0], seps[1], n * sizeof *seps[0]) != 0)
            *equal = same_breaks(b, seps[0] + first, seps[1] + first, n - first);
    }
    return 0;
}

/* The items of a group are in canonical order; each is compared with the leaders before it. */
static int lead(struct exact *e, const struct group *g, struct spool_reader readers[2],
                struct err *err)
{
    const struct article *articles = e->build->articles.v.items;
    const struct order_item *items = e->items + g->first;
    for (uint32_t i = 1; i < g->n; i++) {
        uint32_t a = items[i].number;
        for (uint32_t k = 0; k < i; k++) {
            uint32_t other = items[k].number;
            bool equal = false;
            if (e->leaders[other] != other ||
                articles[other].wording.high != articles[a].wording.high)
                continue;
            int rc = exact_equal(e->build, readers, other, a, &equal, err);
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

static int find_groups(struct exact *e, const uint32_t *order, struct err *err)
{
    const struct article *articles = e->build->articles.v.items;
    size_t n = e->build->articles.v.len;
    struct order_item *scratch = calloc(n + 1, sizeof *scratch);
    e->items = calloc(n + 1, sizeof *e->items);
    if (!e->items || !scratch) {
        free(scratch);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        e->items[i] = (struct order_item){articles[order[i]].wording.low, order[i]};
        e->leaders[i] = (uint32_t)i;
    }
    order_by_key(e->items, n, scratch);
    free(scratch);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && e->items[end].key == e->items[i].key)
            end++;
        struct group g = {(uint32_t)i, (uint32_t)(end - i)};
        if (g.n > 1 && !vec_push(&e->groups, g))
            return err_set(err, ERR_NOMEM, "out of memory");
        i = end;
    }
    return 0;
}

/* It is written to by the work. NOLINTNEXTLINE(readability-non-const-parameter) */
int exact_groups(struct build *b, const uint32_t *order, uint32_t *leaders,
                 struct err *err)
{
    struct exact e = {.build = b, .leaders = leaders};
    int rc = find_groups(&e, order, err);
    if (rc == 0 && e.groups.len > 0) {
        struct pool_stage stage = {
            .count = (e.groups.len + GROUPS_PER_ITEM - 1) / GROUPS_PER_ITEM,
            .work = work,
            .arg = &e,
        };
        report_begin(&b->report, REPORT_LINK, stage.count);
        rc = pool_run(b->pool, &stage, err);
    }
    free(e.items);
    vec_release(&e.groups);
    return rc;
}
