#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

bool vec_grow_(void **items, size_t *cap, size_t need, size_t size)
{
    /* need wraps only when len + n did, and is then no larger than cap. */
    if (need <= *cap || need > SIZE_MAX / 2 / size)
        return false;
    size_t want = *cap + *cap / 2;
    if (want < 8)
        want = 8;
    if (want < need || want > SIZE_MAX / 2 / size)
        want = need;
    /* The pointer is of another type at its owner: copied as bytes, not read as void *. */
    void *old, *grown;
    memcpy(&old, items, sizeof old);
    grown = realloc(old, want * size);
    if (!grown && want > need) {
        want = need;
        grown = realloc(old, want * size);
    }
    if (!grown)
        return false;
    memcpy(items, &grown, sizeof grown);
    *cap = want;
    return true;
}

void vec_free_(void *items)
{
    free(items);
}
