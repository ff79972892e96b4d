/* Numbers for the words of all segments: two articles are compared by equal numbers, wherever they lie. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/deadline.h"

struct dups_word {
    struct bytes key;     /* of the term; in the arena of the table */
    uint64_t hash;        /* HASH_SEED_TERM, as fingerprints are made of */
    uint64_t occurrences; /* in all segments, as a plain word */
    uint8_t kind;         /* enum fact_kind | COMPARE_COMMON */
};

/* Zeroed but for the snapshot and the deadline it is empty. It grows by the words that are asked for. */
struct dups_words {
    const struct snapshot *snapshot;
    const struct deadline *deadline; /* of those who ask; NULL: none */
    struct arena arena;
    VEC(struct dups_word) words; /* by number */
    uint32_t *slots;             /* open addressing by hash: number + 1; 0: free */
    size_t n_slots;
    uint32_t **numbers; /* by segment, by term: number + 1; 0: not asked for yet */
};
void dups_words_release(struct dups_words *w);
/* The number of a segment's term. ERR_CORRUPT, ERR_NOMEM. */
int dups_words_number(struct dups_words *w, uint32_t segment, term_id term,
                      uint32_t *out, struct err *err);
