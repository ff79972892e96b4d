#include "indexer/group_links.h"

#include <stdlib.h>

#include "indexer/digests.h"

enum {
    THIN_FIRST = 1 << 16 /* links */
};

/* What says most about two stories. */
static int rank_of(uint8_t relation)
{
    switch (relation) {
    case COMPARE_NEAR: return 4;
    case COMPARE_CONTAINS:
    case COMPARE_CONTAINED: return 3;
    case COMPARE_EDITION: return 2;
    case COMPARE_EXCERPT: return 1;
    default: return 0;
    }
}

static int compare_links(const void *a, const void *b)
{
    const struct grouping_link *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    int rx = rank_of(x->verdict.e.relation), ry = rank_of(y->verdict.e.relation);
    if (rx != ry)
        return rx > ry ? -1 : 1;
    if (x->verdict.e.score != y->verdict.e.score)
        return x->verdict.e.score > y->verdict.e.score ? -1 : 1;
    if (x->verdict.text != y->verdict.text)
        return x->verdict.text < y->verdict.text ? -1 : 1;
    return (x->verdict.other > y->verdict.other) -
           (x->verdict.other < y->verdict.other);
}

void group_links_finish(struct group_links *l)
{
    struct grouping_link *items = l->grouping->links.items;
    size_t n = l->grouping->links.len, kept = 0;
    if (n == 0)
        return;
    qsort(items, n, sizeof *items, compare_links);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || items[i].a != items[kept - 1].a ||
            items[i].b != items[kept - 1].b)
            items[kept++] = items[i];
    }
    l->grouping->links.len = kept;
}

int group_links_put(struct group_links *l, const struct verdict *d, struct err *err)
{
    const uint32_t *roots = l->grouping->roots;
    uint32_t a = roots[d->other], b = roots[d->text];
    if (a == b || rank_of(d->e.relation) == 0)
        return 0;
    int container = digests_container(l->limits, &d->e);
    struct grouping_link link = {
        .a = a < b ? a : b,
        .b = a < b ? b : a,
        .digest = container >= 0 && l->digests[container ? d->other : d->text],
        .verdict = *d,
    };
    if (l->next_size == 0)
        l->next_size = THIN_FIRST;
    if (l->grouping->links.len == l->next_size) {
        group_links_finish(l);
        if (l->grouping->links.len > l->next_size / 2)
            l->next_size *= 2;
    }
    return vec_push(&l->grouping->links, link)
               ? 0
               : err_set(err, ERR_NOMEM, "stories: out of memory");
}
