/* The first rows of many in an order that needs to know more than two rows: a heap (Williams, Algorithm 232: Heapsort, CACM 7(6),
 * 1964). Who wants a page of rows pays for a page, not for a sort of all. */
#pragma once

#include <stddef.h>

enum {
    ORDERED_BYTES_MAX = 128 /* of a row */
};

/* Less than 0: a comes first; more: b. No two rows are alike to it, so that the order is one. */
typedef int ordered_fn(const void *arg, const void *a, const void *b);

/* Puts the first k of n rows in their order to the front; the others follow in any. */
void ordered_first(void *rows, size_t n, size_t bytes, size_t k, ordered_fn *compare,
                   const void *arg);
