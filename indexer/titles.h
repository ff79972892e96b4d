/* The first words of an article's title, as text/headlines.h takes them. */
#pragma once

#include "base/err.h"
#include "text/headlines.h"
#include "indexer/build.h"

struct title {
    uint32_t terms[HEADLINES_WORDS];
    uint8_t kinds[HEADLINES_WORDS];
    uint32_t n;
};

/* Reads it from the spool, up to where the body begins or HEADLINES_WORDS are read; kinds: by term. */
int titles_read(const struct build *b, const uint8_t *kinds,
                struct spool_reader *tokens, const struct article *a, struct title *out,
                struct err *err);

static inline struct headline titles_headline(const struct title *t)
{
    return (struct headline){t->terms, t->kinds, t->n};
}
