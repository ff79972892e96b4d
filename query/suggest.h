/* "Did you mean": words of a query that no entry of the index has, and the word of the index that is most like each. What a
 * query means is never changed by it.
 *
 * Two words are as far apart as the letters to insert, leave out, replace or swap with a neighbour (optimal string
 * alignment; Damerau, CACM 7(3), 1964). A word of fewer than four letters, or with a digit, has no like; one of eight letters
 * or more may have two letters wrong, others one. Entries that begin with the same letter are looked through, at most
 * SUGGEST_ENTRIES of them; of others, those that have the first letter wrong. Nearer ones go first, but two letters wrong may
 * beat one where the word is SUGGEST_WEIGHT times as common; of equals the commonest, then the first in the order of bytes. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/deadline.h"

enum {
    SUGGEST_ENTRIES = 1 << 18, /* of dictionaries, looked at for one query */
    SUGGEST_WORDS = 3,         /* of a query */
    SUGGEST_WEIGHT = 50,
    SUGGEST_LETTERS_LEAST = 4,
    SUGGEST_LETTERS_TWO = 8,
    SUGGEST_LETTERS_MOST = 64
};

/* A word of the query that is in no dictionary. */
struct suggestion {
    struct bytes word; /* as typed; the query's */
    uint8_t like[TERMS_KEY_MAX];
    uint8_t like_len;     /* 0: nothing is like it */
    uint64_t occurrences; /* of what is like it */
};

/* Fills out[0..SUGGEST_WORDS) with words of the tree that no dictionary has, in the order of the query, each once; those under
 * NOT too, but not those of regular expressions, stems, wildcards and filters. *n of them. ERR_STOPPED, ERR_CORRUPT. */
int suggest(const struct snapshot *snapshot, const struct ast *tree,
            const struct deadline *deadline, struct suggestion *out, size_t *n,
            struct err *err);
