/* The dictionaries of all segments as one: its entries in order, all of them or those that words of the query language stand
 * for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/deadline.h"
#include "query/expand.h"

/* Entries of one segment that one pattern stands for. */
struct dictionary_cursor {
    uint32_t segment;
    const struct ast *pattern; /* NULL: all */
    struct terms_iter iter;
    expand_vec found; /* owned; STEM, REGEX */
    size_t at;
    struct term_entry entry; /* the next one, unless it is at the end */
    bool end;
};

/* An entry in one segment. */
struct dictionary_part {
    uint32_t segment;
    struct term_entry entry;
};

/* Zeroed is empty. */
struct dictionary {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    VEC(struct dictionary_cursor) cursors; /* owned */
    uint64_t n_read;
    VEC(struct dictionary_part)
    parts; /* of the entry at hand, in the order of segments; one at least */
};

/* patterns[0..n): WORD, PREFIX, PATTERN, RUN (of two characters), STEM, REGEX; none: all entries. Joined entries are there,
 * but for STEM and REGEX. ERR_LIMIT as expand. The patterns and the snapshot must stay. */
int dictionary_open(struct dictionary *d, const struct snapshot *snapshot,
                    const struct ast *const *patterns, size_t n,
                    const struct deadline *deadline, struct err *err);
void dictionary_release(struct dictionary *d);
/* Moves to the next entry, by bytes, then by the tokens it covers: 0, ITER_END, error. */
int dictionary_next(struct dictionary *d, struct err *err);
