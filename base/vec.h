/* A growable typed array, the project's one generic macro.
 *
 *     VEC(uint32_t) v = {0};
 *     if (!vec_push(&v, 7)) ...out of memory...
 *     vec_foreach (uint32_t, x, &v) use(*x);
 *     vec_release(&v);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VEC(type)    \
    struct {         \
        type *items; \
        size_t len;  \
        size_t cap;  \
    }

/* Makes *items hold at least `need` elements of `size` bytes; false when out of memory. */
bool vec_grow_(void **items, size_t *cap, size_t need, size_t size); // NOLINT(*-naming)

/* Room for n more elements; false when out of memory. */
#define vec_reserve(v, n)                                               \
    ((size_t)(n) <= (v)->cap - (v)->len ||                              \
     vec_grow_((void **)&(v)->items, &(v)->cap, (v)->len + (size_t)(n), \
               sizeof *(v)->items))

#define vec_push(v, ...) \
    (vec_reserve(v, 1) && ((v)->items[(v)->len++] = __VA_ARGS__, true))

#define vec_reset(v) ((v)->len = 0)

void vec_free_(void *items); // NOLINT(*-naming)
#define vec_release(v) \
    (vec_free_((v)->items), (v)->items = NULL, (v)->len = (v)->cap = 0)

/* `type` and `it` are names, not values. NOLINTBEGIN(bugprone-macro-parentheses) */
#define vec_foreach(type, it, v)                                                    \
    for (type *it = (v)->items, *it##_end_ = (v)->items + (v)->len; it < it##_end_; \
         it++)
/* NOLINTEND(bugprone-macro-parentheses) */
