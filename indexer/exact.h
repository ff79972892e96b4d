/* Exact groups: articles with the same wording, that is the same sequence of (term, break). Found by
 * the wording's hash, then compared token by token in the spool: equal hashes prove nothing. */
#pragma once

#include "base/err.h"
#include "indexer/build.h"

enum {
    EXACT_SHORT = 30 /* tokens of a body that says too little by itself */
};

/* order: canonical. leaders[article] becomes the first article in canonical order that has
 * the same wording (itself where there is none before it). Runs on b->pool. */
int exact_groups(struct build *b, const uint32_t *order, uint32_t *leaders,
                 struct err *err);
/* Of the leaders that exact_groups has found: bodies[leader] becomes the first leader in canonical
 * order whose body has the same terms, breaks ignored (itself where there is none before it);
 * bodies of other articles are those of their leaders. Bodies of fewer than EXACT_SHORT tokens are
 * the same only if the terms of the titles are equal too, or one has no title: stubs ("See
 * our gallery") under different headlines are no copies. Compared on tokens. Runs on b->pool. */
int exact_bodies(struct build *b, const uint32_t *order, const uint32_t *leaders,
                 uint32_t *bodies, struct err *err);
/* Whether two articles have the same wording. Each reader is used by one thread at a time. */
int exact_equal(const struct build *b, struct spool_reader readers[2], uint32_t x,
                uint32_t y, bool *equal, struct err *err);
