#include "indexer/link.h"

#include <stdlib.h>

#include "indexer/canonical.h"
#include "indexer/exact.h"
#include "indexer/order.h"

void link_release(struct link *l)
{
    vec_release(&l->stories);
    vec_release(&l->wordings);
    vec_release(&l->articles);
    vec_release(&l->pieces);
    vec_release(&l->breaks);
    vec_release(&l->blocks);
    vec_release(&l->members);
    vec_release(&l->edges);
    ids_release(&l->ids);
}

/* Stories of one wording each. Articles are brought together by the place of their leader
 * in the canonical order, which is also the order of the stories. */
static int make_stories(const struct build *b, const uint32_t *order,
                        const uint32_t *leaders, struct link *out, struct err *err)
{
    size_t n = b->articles.v.len;
    struct order_item *items = calloc(n + 1, sizeof *items);
    struct order_item *scratch = calloc(n + 1, sizeof *scratch);
    uint32_t *places = calloc(n + 1, sizeof *places);
    int rc = 0;
    if (!items || !scratch || !places || !vec_reserve(&out->articles, n)) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        places[order[i]] = (uint32_t)i;
    for (size_t i = 0; i < n; i++)
        items[i] = (struct order_item){places[leaders[order[i]]], order[i]};
    order_by_key(items, n, scratch);
    for (size_t i = 0; rc == 0 && i <= n; i++) {
        if (i < n && i > 0 && items[i].key == items[i - 1].key)
            continue;
        struct link_story story = {.first_wording = (uint32_t)out->wordings.len};
        struct link_wording wording = {.first_article = (uint32_t)i,
                                       .member = (uint32_t)LINK_NONE};
        if (i < n)
            story.length = story.homes = b->articles.v.items[items[i].number].length;
        if (!vec_push(&out->stories, story) || !vec_push(&out->wordings, wording))
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    for (size_t i = 0; rc == 0 && i < n; i++)
        out->articles.items[out->articles.len++] = items[i].number;
out:
    free(items);
    free(scratch);
    free(places);
    return rc;
}

int link_run(struct build *b, struct link *out, struct err *err)
{
    size_t n = b->articles.v.len;
    *out = (struct link){0};
    report_begin(&b->report, REPORT_LINK, 0);
    uint32_t *order = calloc(n + 1, sizeof *order);
    uint32_t *leaders = calloc(n + 1, sizeof *leaders);
    int rc = order && leaders ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = canonical_order(b, order, err);
    if (rc == 0)
        rc = ids_assign(&out->ids, b, order, err);
    if (rc == 0)
        rc = exact_groups(b, order, leaders, err);
    if (rc == 0)
        rc = make_stories(b, order, leaders, out, err);
    free(order);
    free(leaders);
    if (rc != 0)
        link_release(out);
    return rc;
}
