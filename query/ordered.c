#include "query/ordered.h"

#include <assert.h>
#include <string.h>

struct heap {
    unsigned char *rows;
    size_t n, bytes;
    ordered_fn *compare;
    const void *arg;
};

static void *at(const struct heap *h, size_t i)
{
    return h->rows + i * h->bytes;
}

static void exchange(const struct heap *h, size_t i, size_t k)
{
    unsigned char row[ORDERED_BYTES_MAX];
    memcpy(row, at(h, i), h->bytes);
    memcpy(at(h, i), at(h, k), h->bytes);
    memcpy(at(h, k), row, h->bytes);
}

static void sift_down(const struct heap *h, size_t i)
{
    for (size_t child; (child = 2 * i + 1) < h->n; i = child) {
        if (child + 1 < h->n &&
            h->compare(h->arg, at(h, child + 1), at(h, child)) < 0) {
            child++;
        }
        if (h->compare(h->arg, at(h, child), at(h, i)) >= 0) {
            return;
        }
        exchange(h, i, child);
    }
}

void ordered_first(void *rows, size_t n, size_t bytes, size_t k, ordered_fn *compare,
                   const void *arg)
{
    struct heap h = {rows, n, bytes, compare, arg};
    assert(bytes <= ORDERED_BYTES_MAX);
    for (size_t i = n / 2; i > 0; i--) {
        sift_down(&h, i - 1);
    }
    for (k = k < n ? k : n; k > 0 && h.n > 0; k--) { /* the first goes to the end */
        exchange(&h, 0, --h.n);
        sift_down(&h, 0);
    }
    for (size_t i = 0; i < n / 2; i++) {
        exchange(&h, i, n - 1 - i);
    }
}
