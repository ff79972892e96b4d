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

/* The story that an address lies in, which is not before story `from`; n where no story has it. */
static inline size_t story_table_find(const struct story_table *t, size_t from,
                                      address a)
{
    const address *starts = t->starts.items;
    if (a >= starts[t->n]) {
        return t->n;
    }
    size_t k = t->firsts.items[a >> t->shift], step = 1;
    k = k > from ? k : from;
    if (starts[k + 1] > a) {
        return k;
    }
    while (k + step < t->n && starts[k + step + 1] <= a) {
        k += step;
        step *= 2;
    }
    size_t end = k + step < t->n ? k + step : t->n - 1;
    k++;
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
