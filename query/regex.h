/* Regular expressions over the words of a dictionary (PCRE2). A word matches as a whole, in any
 * case, as the words of a query do: letters with accents in a pattern stand for those without. What a
 * pattern may take is bounded by steps, not by time, so that the same query has the same answer
 * everywhere. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

enum {
    REGEX_BYTES_MAX = 1000,         /* of a pattern */
    REGEX_NEST_MAX = 50,            /* parentheses in it, one within the other */
    REGEX_HEAP_KIB_MAX = 1024,      /* memory of one match */
    REGEX_WORD_STEPS_MAX = 1 << 18, /* PCRE2's "match limit" for one word */
    REGEX_STEPS_MAX = 1 << 23       /* and what all words that need many may take */
};

/* What is wrong with a pattern, and where. */
struct regex_fault {
    size_t at; /* byte of the pattern */
    char text[128];
};

/* Reads a pattern as typed. 0: *folded is the same over folded words, in the arena; ERR_SYNTAX with
 * fault filled; ERR_NOMEM. */
int regex_read(struct bytes typed, struct arena *arena, struct bytes *folded,
               struct regex_fault *fault, struct err *err);

struct regex; /* for one thread */
/* folded: from regex_read. */
int regex_new(struct bytes folded, struct regex **out, struct err *err);
void regex_free(struct regex *r); /* accepts NULL */
/* Does all of the word match? Adds the steps of a word that takes many to *steps. ERR_LIMIT when a word
 * takes more than REGEX_WORD_STEPS_MAX, or *steps passes REGEX_STEPS_MAX. */
int regex_matches(struct regex *r, struct bytes word, uint64_t *steps, bool *out,
                  struct err *err);

int regex_too_much(struct err *err); /* ERR_LIMIT: REGEX_STEPS_MAX is passed */

/* What every word that it matches begins with: it needs only to be looked for among those. In the
 * arena; empty if it is not plain to see. */
struct bytes regex_beginning(struct bytes folded, struct arena *arena);
