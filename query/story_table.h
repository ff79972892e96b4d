/* Where all stories of a segment begin, with a way into them by address: for who looks up the stories of many hits, of several
 * queries. Two words a story. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/segment.h"

struct story_table {
    size_t n;           /* stories */
    address_vec starts; /* owned; where each begins, then the end of the last */
    VEC(story_id)
    firsts; /* owned; of each 1 << shift addresses, the story of the first */
    unsigned shift;
};

/* Of one story at least. ERR_CORRUPT, ERR_NOMEM. Release it with story_table_free. */
int story_table_new(const struct segment *segment, struct story_table **out,
                    struct err *err);
/* Of the beginnings of one story or more and the end of the last, ascending; it takes them away. ERR_NOMEM. */
int story_table_make(address_vec *starts, struct story_table **out, struct err *err);
void story_table_free(struct story_table *t); /* accepts NULL */

/* The first of stories k to n - 1 that ends behind an address, or n; starts are where each of n begins and the last ends. By steps that
 * double: for who expects it near k. */
static inline size_t story_starts_gallop(const address *starts, size_t n, size_t k,
                                         address a)
{
    size_t step = 1;
    while (k + step < n && starts[k + step] <= a) {
        k += step;
        step *= 2;
    }
    size_t end = k + step < n ? k + step : n;
    while (k < end) {
        size_t mid = k + (end - k) / 2;
        if (starts[mid + 1] <= a) {
            k = mid + 1;
        } else {
            end = mid;
        }
    }
    return k;
}

/* The story that an address lies in, which is not before story `from`; n where no story has it. */
static inline size_t story_table_find(const struct story_table *t, size_t from,
                                      address a)
{
    const address *starts = t->starts.items;
    if (a >= starts[t->n]) {
        return t->n;
    }
    size_t k = t->firsts.items[a >> t->shift];
    k = k > from ? k : from;
    return starts[k + 1] > a ? k : story_starts_gallop(starts, t->n, k + 1, a);
}
