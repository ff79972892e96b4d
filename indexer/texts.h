/* Texts: the distinct bodies of an archive, titles left out. Copies are looked for among them. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "indexer/build.h"

struct texts {
    VEC(uint32_t) articles; /* leader of each text, in canonical order */
    uint32_t *text_of;      /* owned; by article */
    uint32_t n_articles;
};

static inline uint32_t texts_count(const struct texts *t)
{
    return (uint32_t)t->articles.len;
}

/* Of the articles in canonical order, their leaders by wording and by body
 * (indexer/exact.h: exact_groups, exact_bodies). ERR_NOMEM. Release in every case. */
int texts_make(struct texts *t, const struct build *b, const uint32_t *order,
               const uint32_t *leaders, const uint32_t *bodies, struct err *err);
void texts_release(struct texts *t); /* accepts a zeroed struct */
