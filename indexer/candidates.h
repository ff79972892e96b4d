/* Candidates: the pairs of texts that are worth comparing, found by their fingerprints.
 *
 *   spool -> prints by hash (prints.h) -> votes by text (votes.h) -> candidates
 *
 * Of the texts that hold a hash, in canonical order, each votes for the first and for the one just
 * before it: so the work is linear however many hold it, no hash is too common to count, and a
 * story that was reprinted a thousand times is found a thousand times. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "indexer/build.h"
#include "indexer/print_set.h"
#include "indexer/texts.h"

enum {
    CANDIDATES_VOTES_MIN = 2, /* where neither text is shorter than WINNOW_SHORT */
    CANDIDATES_BEST = 16,     /* of a text are kept: most votes, then the earliest */
    /* From one vote for so many tokens of the shorter text on, a pair may be of one family. Four fifths of a text, word for word,
     * are one fingerprint for six tokens; noise leaves fewer. */
    CANDIDATES_VOTE_TOKENS = 32,
    /* Votes go to two holders of a hash only. But where the other text holds so much of the shorter one, texts before the later
     * one hold at least as much. */
    CANDIDATES_SHARED_TOKENS = 8
};

struct candidate {
    uint32_t text, other; /* numbers of texts; other < text */
    uint32_t votes;  /* hashes in which other is the first or the previous holder */
    uint32_t shared; /* of the text's hashes, those that texts before it hold */
    /* Hashes that `least` texts or more hold may be boilerplate. few: the votes for others alone would propose the pair too, or a text
     * is short. many: where the text has those that may be, as print_set_fours tells. */
    bool few;
    bool likely; /* they may be of one family, by their votes */
    uint64_t many;
};
/* Whether the pair may share more than boilerplate. common: NULL: none is known. */
static inline bool candidate_is_own(const struct candidate *c,
                                    const struct print_set *common)
{
    return !common || !common->places || c->few ||
           (c->many & ~print_set_fours(common, c->text)) != 0;
}

/* What was counted on the way, for the report. */
struct candidates_counts {
    uint64_t prints; /* fingerprints of all texts */
    uint64_t shared; /* different hashes that stand in two texts or more */
    uint64_t votes;
    uint64_t spilled_bytes; /* that did not fit in memory */
};

struct candidates;

/* Needs the fingerprints that the scan has spooled (--copies near). Runs on b->pool, within
 * b->budget: what does not fit goes to files without a name. The result does not depend on
 * threads or memory. least: the least that candidates_common will be asked for, and what makes a hash one that many hold.
 * ERR_NOMEM, ERR_IO, ERR_CORRUPT (the spool was changed). */
int candidates_find(struct build *b, const struct texts *t, uint32_t least,
                    struct candidates **out, struct err *err);
void candidates_free(struct candidates *c); /* accepts NULL */

struct candidates_counts candidates_counts(const struct candidates *c);
uint64_t candidates_count(const struct candidates *c);
/* n candidates from number `from` on, ascending by (text, other); from + n is at most the
 * count. May be called on several threads at once. */
int candidates_read(const struct candidates *c, uint64_t from, size_t n,
                    struct candidate *out, struct err *err);

/* Hashes that stand in texts of at least `least` (2 or more, and what candidates_find was told) different stories;
 * story_of: by text. Runs on b->pool. Release in every case. */
int candidates_common(struct candidates *c, struct build *b, const uint32_t *story_of,
                      uint32_t least, struct print_set *out, struct err *err);
