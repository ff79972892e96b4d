#include "query/span.h"

void span_hits_reset(struct hits *h)
{
    vec_reset(&h->list);
}

void span_hits_release(struct hits *h)
{
    vec_release(&h->list);
}

void span_pool_reset(struct span_pool *p)
{
    vec_reset(&p->runs);
    vec_reset(&p->ends);
}

void span_pool_release(struct span_pool *p)
{
    vec_release(&p->runs);
    vec_release(&p->ends);
}

size_t span_pool_get(const struct span_pool *p, const struct hit *h, struct span *whole,
                     const struct span **out)
{
    if (h->parts == 0) {
        *whole = (struct span){h->first, h->len};
        *out = whole;
        return 1;
    }
    uint32_t from = h->parts == 1 ? 0 : p->ends.items[h->parts - 2];
    *out = p->runs.items + from;
    return p->ends.items[h->parts - 1] - from;
}
