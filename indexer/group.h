/* Texts to stories: candidates found and compared, stars, digests, links.
 *
 *   candidates -> compared -> families -> fingerprints of boilerplate, by family -> compared again
 *   -> digests -> stars -> links
 *
 * A passage that stands in a thousand copies of one story is no boilerplate, so it is counted by story, and because there
 * are none yet, by family (docs/COPIES.md, "Stories"). */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "indexer/ids.h"
#include "indexer/texts.h"
#include "indexer/verdicts.h"

/* Texts of two stories that were compared and are no copies by which the stories could be one. */
struct grouping_link {
    uint32_t a, b; /* texts of the two roots, a < b */
    bool digest;   /* one of the two collects others, and the other is one of these */
    struct verdict verdict;
};

struct grouping {
    uint32_t *roots; /* owned; by text: its root, itself for a root */
    VEC(struct verdict)
    members; /* ascending by text: of those that are no roots, with their roots (other) */
    VEC(struct grouping_link)
    links; /* ascending (a, b); of each two stories the best */
};

/* ids: for --trace-pairs. Runs on b->pool within b->budget; the result depends on the texts alone.
 * Release in every case. */
int group_texts(struct build *b, const struct texts *t, const struct ids *ids,
                struct grouping *out, struct err *err);
/* No copies are looked for: every text is a root. */
int group_alone(const struct texts *t, struct grouping *out, struct err *err);
void group_release(struct grouping *g); /* accepts a zeroed struct */
