#include "query/passages.h"

#include <stdlib.h>

void passages_reset(struct passages *p, const struct carriers *carriers,
                    const struct span_pool *pool)
{
    p->carriers = carriers;
    p->pool = pool;
    vec_reset(&p->runs);
    vec_reset(&p->single);
    vec_reset(&p->items);
    vec_reset(&p->added);
}

void passages_release(struct passages *p)
{
    vec_release(&p->runs);
    vec_release(&p->single);
    vec_release(&p->items);
    vec_release(&p->added);
    vec_release(&p->keys);
}

int passages_add(struct passages *p, size_t unit, const struct hit *h, struct err *err)
{
    struct span whole;
    const struct span *matched;
    size_t n = span_pool_get(p->pool, h, &whole, &matched), from = p->runs.len;
    int rc = carriers_homes(p->carriers, unit, matched, n, &p->runs, err);
    if (rc) {
        return rc;
    }
    bool ok;
    if (p->runs.len - from == 1) {
        struct span run = p->runs.items[from];
        ok = vec_push(&p->added, (uint32_t)(2 * p->single.len)) &&
             vec_push(&p->single, (uint64_t)run.first << 32 | run.len);
        p->runs.len = from;
    } else {
        struct passages_item item = {NULL, (uint32_t)from,
                                     (uint32_t)(p->runs.len - from)};
        ok = vec_push(&p->added, (uint32_t)(2 * p->items.len + 1)) &&
             vec_push(&p->items, item);
    }
    return ok ? 0 : err_set(err, ERR_NOMEM, "query: no memory for passages");
}

static int compare_single(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int compare_items(const void *a, const void *b)
{
    const struct passages_item *x = a, *y = b;
    for (uint32_t i = 0; i < x->n && i < y->n; i++) {
        if (x->runs[i].first != y->runs[i].first) {
            return x->runs[i].first < y->runs[i].first ? -1 : 1;
        }
        if (x->runs[i].len != y->runs[i].len) {
            return x->runs[i].len < y->runs[i].len ? -1 : 1;
        }
    }
    return x->n < y->n ? -1 : x->n > y->n;
}

static int compare_passages(const struct passages_key *a, const struct passages_key *b)
{
    if (a->item.n == 0 && b->item.n == 0) {
        return a->run < b->run ? -1 : a->run > b->run;
    }
    if (a->item.n == 0 || b->item.n == 0) {
        return a->item.n == 0 ? -1 : 1;
    }
    return compare_items(&a->item, &b->item);
}

static int compare_keys(const void *a, const void *b)
{
    const struct passages_key *x = a, *y = b;
    int order = compare_passages(x, y);
    return order ? order : x->at < y->at ? -1 : x->at > y->at;
}

int passages_number(struct passages *p, uint32_t *out, struct err *err)
{
    size_t n = p->added.len;
    vec_reset(&p->keys);
    if (!vec_reserve(&p->keys, n)) {
        return err_set(err, ERR_NOMEM, "query: no memory for passages");
    }
    for (size_t i = 0; i < n; i++) {
        struct passages_key key = {.at = (uint32_t)i};
        uint32_t at = p->added.items[i] / 2;
        if (p->added.items[i] % 2) {
            key.item = p->items.items[at];
            key.item.runs = p->runs.items + key.item.from;
        } else {
            key.run = p->single.items[at];
        }
        p->keys.items[p->keys.len++] = key;
    }
    if (n > 1) {
        qsort(p->keys.items, n, sizeof *p->keys.items, compare_keys);
    }
    for (size_t i = 0, first = 0; i < n; i++) {
        const struct passages_key *keys = p->keys.items;
        first = compare_passages(&keys[first], &keys[i]) == 0 ? first : i;
        out[keys[i].at] = keys[first].at;
    }
    return 0;
}

uint64_t passages_count(struct passages *p)
{
    uint64_t n = 0;
    if (p->single.len) {
        qsort(p->single.items, p->single.len, sizeof *p->single.items, compare_single);
    }
    for (size_t i = 0; i < p->single.len; i++) {
        n += i == 0 || p->single.items[i] != p->single.items[i - 1];
    }
    for (size_t i = 0; i < p->items.len; i++) {
        p->items.items[i].runs = p->runs.items + p->items.items[i].from;
    }
    if (p->items.len) {
        qsort(p->items.items, p->items.len, sizeof *p->items.items, compare_items);
    }
    for (size_t i = 0; i < p->items.len; i++) {
        n += i == 0 || compare_items(&p->items.items[i], &p->items.items[i - 1]) != 0;
    }
    return n;
}
