/* Distinct texts with numbers: outlets, authors and the like of a whole archive. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"

struct values_item {
    size_t from, len; /* bytes of values.bytes */
};

/* Zeroed is empty. */
struct values {
    struct buf bytes;
    VEC(struct values_item) items;
    VEC(uint32_t) slots; /* a hash table: number and 1, 0 is free; a power of two */
    uint64_t seed;
};
void values_release(struct values *v);
/* The text's number: from 0, in the order in which they came. ERR_NOMEM, ERR_LIMIT (2^31 - 2 of them). */
int values_put(struct values *v, struct bytes text, uint32_t *out, struct err *err);
/* Valid until the next put. */
struct bytes values_get(const struct values *v, uint32_t number);
/* The place of each number in the order of bytes; out has room for v->items.len. ERR_NOMEM. */
int values_order(const struct values *v, uint32_t *out, struct err *err);
