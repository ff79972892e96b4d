#include "query/evaluate_in.h"

/* Scratch of one call. */
struct worker {
    struct evaluate *e;
    struct plan_node *node;
    patch_vec patches;       /* owned, as the next */
    VEC(struct span) ranges; /* where hits may lie, of a unit's articles, each once */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for hits");
}

/* The words of the axis in which an article's hits must lie. */
static int article_range(struct worker *w, const struct carriers_unit *u,
                         article_id article, struct span *out, struct err *err)
{
    struct article_view view;
    uint32_t len = u->end - u->start, n = w->node->distance;
    enum ast_part part = w->node->ast->part;
    int rc = articles_get(&w->e->segment->articles, article, &view, &w->patches, err);
    if (rc == 0) {
        uint32_t title = view.title_tokens < len ? view.title_tokens : len;
        n = part == AST_PART_BODY || n > len - title ? len - title : n;
        *out = part == AST_PART_TITLE ? (struct span){u->start, title}
                                      : (struct span){u->start + title, n};
    }
    return rc;
}

static bool is_inside(const struct hit *h, struct span range)
{
    return h->first >= range.first &&
           (uint64_t)h->first + h->len <= (uint64_t)range.first + range.len;
}

static int add_range(struct worker *w, struct span range, struct err *err)
{
    vec_foreach(struct span, r, &w->ranges) {
        if (r->first == range.first && r->len == range.len) {
            return 0;
        }
    }
    return vec_push(&w->ranges, range) ? 0 : no_memory(err);
}

/* hits[0..n) are those of one unit. */
static int in_unit(struct worker *w, size_t unit, const struct hit *hits, size_t n,
                   struct err *err)
{
    const struct evaluate_slots *slots = &w->e->slots.items[unit];
    vec_reset(&w->ranges);
    for (uint32_t slot = slots->first; slot < slots[1].first; slot++) {
        struct span range = {0};
        int rc = article_range(w, &w->e->carriers.units.items[unit],
                               slots->article + (slot - slots->first), &range, err);
        if (rc == 0) {
            rc = add_range(w, range, err);
        }
        if (rc) {
            return rc;
        }
        size_t i = 0;
        while (i < n && !is_inside(&hits[i], range)) {
            i++;
        }
        if (i < n) {
            w->node->matched.items[slot / 64] |= UINT64_C(1) << (slot % 64);
        }
    }
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < w->ranges.len && !is_inside(&hits[i], w->ranges.items[k])) {
            k++;
        }
        if (k < w->ranges.len && !vec_push(&w->node->hits.list, hits[i])) {
            return no_memory(err);
        }
    }
    return 0;
}

int evaluate_in(struct evaluate *e, struct plan_node *node, struct err *err)
{
    struct worker w = {.e = e, .node = node};
    const struct hits *h = &node->children[0]->hits;
    size_t from = 0, unit = 0;
    int rc = 0;
    vec_reset(&node->hits.list);
    while (from < h->list.len && rc == 0) {
        size_t to = from;
        while (e->carriers.units.items[unit].end <= h->list.items[from].first) {
            unit++;
        }
        while (to < h->list.len &&
               h->list.items[to].first < e->carriers.units.items[unit].end) {
            to++;
        }
        rc = in_unit(&w, unit, h->list.items + from, to - from, err);
        from = to;
    }
    vec_release(&w.patches);
    vec_release(&w.ranges);
    return rc;
}
