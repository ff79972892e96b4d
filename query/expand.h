/* What a word with wildcards, a stem or a regular expression stands for in one dictionary: its plain
 * entries, found by reading it from where they can begin. What was found once is kept for other queries
 * of the same open index, by all threads. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "formats/terms.h"
#include "query/ast.h"
#include "query/deadline.h"
#include "query/leaf_term.h"

enum {
    EXPAND_MAX = 65536, /* entries that one may stand for, in one dictionary */
    EXPANSIONS_BYTES_MAX = 64 << 20 /* that are kept; what comes later is not */
};

/* An entry and its number, by which what several stand for is told apart. */
struct expand_found {
    term_id id;
    struct leaf_entry entry;
};
typedef VEC(struct expand_found) expand_vec;

/* What one query has taken so far; the same whether or not it was kept from another. */
struct expand_cost {
    uint64_t visited; /* entries read */
    uint64_t steps;   /* of regular expressions (query/regex.h) */
};

/* What is kept; safe for several threads. */
struct expansions;
struct expansions *expansions_new(void);    /* NULL when out of memory */
void expansions_free(struct expansions *e); /* accepts NULL */

/* The part of an entry that leaves need. ERR_CORRUPT if it is out of bounds. */
int expand_entry(const struct terms *terms, const struct term_entry *e,
                 struct expand_found *out, struct err *err);

/* Appends the plain entries that a PREFIX, PATTERN, STEM or REGEX stands for in the dictionary of a
 * segment, ascending. kept and deadline may be NULL. ERR_LIMIT for more than EXPAND_MAX, or from
 * regex_matches; ERR_STOPPED, ERR_CORRUPT, ERR_NOMEM. */
int expand(struct expansions *kept, const struct terms *terms, uint32_t segment,
           const struct ast *item, const struct deadline *deadline,
           struct expand_cost *cost, expand_vec *out, struct err *err);
