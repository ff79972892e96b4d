/* The words by which an article is like others: those of greatest tf.idf (Salton and Buckley, Term-weighting approaches in
 * automatic text retrieval, 1988), where tf is how often the article has the word, title included, and idf that of ranking
 * (docs/QUERY.md). Words that stand in no other story are left out: they could find nothing. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "formats/snapshot.h"
#include "query/plan.h"

struct like_word {
    double weight; /* occurrences times idf */
    uint32_t occurrences;
    uint64_t stories; /* of the archive that hold it */
    struct term_entry entry;
};

struct like_words {
    struct like_word
        best[PLAN_LIKE_WORDS]; /* the weightiest first; equal ones by their bytes */
    size_t n;
};

/* The words of an article of a segment. ERR_NOMEM, ERR_CORRUPT. */
int like_words_find(const struct snapshot *s, uint32_t segment, article_id article,
                    struct like_words *out, struct err *err);
struct bytes like_word_text(const struct like_word *w);
