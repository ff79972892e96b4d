/* The lines of a concordance by brute force, as docs/QUERY.md and docs/OUTPUT.md define them: every line with what it is
 * sorted by, compared word by word. Shares with query/ only how keys are written down. */
#pragma once

#include <stdbool.h>

#include "query/kwic_keys.h"
#include "tests/support/oracle.h"

struct oracle_line {
    uint32_t segment;
    article_id article;
    struct span span;
    uint32_t articles; /* of the story, that match and have the passage */
};
typedef VEC(struct oracle_line) oracle_lines;

/* The lines of an answer in their order; all: one for each article. Ends the program when something is wrong. */
void oracle_kwic(const struct oracle *o, const struct oracle_answer *answer, bool all,
                 const struct kwic_key *keys, size_t n_keys, oracle_lines *out);
