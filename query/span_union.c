/* The union of two lists of hits. */
#include "query/span.h"

int span_union(const struct hits *a, const struct hits *b, struct hits *out,
               struct err *err)
{
    const struct hit *x = a->list.items, *x_end = x + a->list.len;
    const struct hit *y = b->list.items, *y_end = y + b->list.len;
    vec_reset(&out->list);
    if (!vec_reserve(&out->list, a->list.len + b->list.len)) {
        return err_set(err, ERR_NOMEM, "query: no memory for %zu hits",
                       a->list.len + b->list.len);
    }
    struct hit *to = out->list.items;
    while (x < x_end && y < y_end) {
        uint64_t kx = (uint64_t)x->first << 32 | x->len;
        uint64_t ky = (uint64_t)y->first << 32 | y->len;
        *to++ = kx <= ky ? *x : *y;
        x += kx <= ky;
        y += ky <= kx;
    }
    while (x < x_end) {
        *to++ = *x++;
    }
    while (y < y_end) {
        *to++ = *y++;
    }
    out->list.len = (size_t)(to - out->list.items);
    return 0;
}
