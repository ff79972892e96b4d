/* Sequences of two or three neighbouring words near hits, in the place of single words. A sequence lies in a window whole, on one
 * side of the hit, and in one sentence. Its home are those of its words. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/deadline.h"
#include "query/story_text.h"
#include "query/words.h"

enum {
    COLLOCATES_WORDS_MAX = 3
};

/* One of them: numbers of its words; what there is less of is 0. */
struct collocates_sequence {
    uint32_t words[COLLOCATES_WORDS_MAX];
};

struct collocates_phrases {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    uint32_t n; /* words of a sequence */
    struct words words;
    struct story_text text;                /* of the story and wording at hand */
    VEC(struct collocates_sequence) items; /* by row */
    uint32_t *slots;                       /* owned; a hash table of rows, 0 is free */
    size_t n_slots;
    bool counted;
    uint64_t
        *sieve; /* owned; bits of sequences that may have a row, while texts are read */
    unsigned sieve_shift;
    VEC(uint64_t) f2[2]; /* by row: occurrences by passages, and in all articles */
};

/* Zeroes p and makes it ready. As words_open. */
int collocates_phrases_open(struct collocates_phrases *p,
                            const struct snapshot *snapshot, uint32_t n,
                            bool by_surface, const struct deadline *deadline,
                            struct err *err);
void collocates_phrases_release(struct collocates_phrases *p);
/* The row of the sequence that begins at a token of the wording at hand; from 1, in the order in which they come; *out is 0
 * where a sentence begins inside. ERR_NOMEM. */
int collocates_phrases_row(struct collocates_phrases *p, uint32_t token, uint32_t *out,
                           struct err *err);
/* Counts all sequences that have rows in the whole archive, once: its texts are read through. */
int collocates_phrases_count(struct collocates_phrases *p, struct err *err);
/* Appends the text of a row, blanks between its words: as they are counted, or their terms. */
int collocates_phrases_text(const struct collocates_phrases *p, uint32_t row,
                            bool terms, struct buf *out, struct err *err);
