/* Orders of many things by numbers and by strings, without moving the things: items of a key
 * and a number. Stable, so that an order can be refined step by step. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct order_item {
    uint64_t key;
    uint32_t number;
};

/* Sorts n items by key, ascending, stable: least significant byte first (Knuth, TAOCP vol. 3,
 * 5.2.5), or two at a time if there are many; bytes in which all keys agree are skipped. scratch
 * has room for n items. */
void order_by_key(struct order_item *items, size_t n, struct order_item *scratch);

/* The same of n bare numbers, by the bits of theirs from `from_bit` on. */
void order_numbers(uint64_t *numbers, size_t n, unsigned from_bit, uint64_t *scratch);

/* Strings that are to be ordered: eight bytes at a time. */
struct order_strings {
    /* Bytes [offset, offset + 8) of a string as a big-endian number, zeros behind its end. */
    int (*window)(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                  struct err *err);
    int (*length)(void *arg, uint32_t number, uint32_t *out, struct err *err);
    void *arg;
    /* Asks for what window will read soon: first for where the string is, later (`bytes`) for its bytes from the offset on. NULL: there is
     * nothing to ask for. */
    void (*soon)(void *arg, uint32_t number, uint32_t offset, bool bytes);
};

/* Sorts by the strings of the items' numbers: unsigned bytes, a prefix first; stable. The
 * keys are used and left undefined. Memory grows with the nesting of common prefixes only. */
int order_by_strings(struct order_item *items, size_t n, struct order_item *scratch,
                     const struct order_strings *strings, struct err *err);
