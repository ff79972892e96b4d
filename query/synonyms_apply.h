/* The rules of a file of synonyms, and keys of words. For synonyms.c and synonyms_apply.c. */
#pragma once

#include "query/synonyms.h"

struct synonyms_rule {
    struct bytes key; /* what stands for the others */
    size_t order;     /* of the file */
    struct ast **entries;
    size_t n, own; /* entries[own] is the key itself */
};

struct synonyms {
    struct arena arena;
    VEC(struct synonyms_rule) rules; /* ascending (key, order) */
    size_t most_words;               /* of a key */
};

/* Appends a word's part of a key; false if the node is none that can be in one. */
bool synonyms_put_key(const struct ast *node, struct buf *key);
