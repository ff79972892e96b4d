/* ="exact surface": words as they are written, with case, accents and punctuation.
 *
 * Compared are texts with what nobody means by their typing made alike: white space of any kind and length
 * is one blank, apostrophes and quotation marks of all styles are ' and ", what Unicode holds
 * canonically equivalent (UAX #15, NFC and NFD) is the same, and what nobody sees (joiners, marks of direction,
 * variation selectors) is left out. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "text/analyser.h"
#include "query/ast.h"

/* Sets the term of an EXACT node from its text as typed, and how much of it stands before its first word
 * and behind its last. ERR_NOMEM. */
int exact_read(struct bytes typed, struct analyser *analyser, struct arena *arena,
               struct ast *node, struct err *err);

/* Appends a piece of text as it is compared. A blank at its end stands for all white space there. */
void exact_put(struct bytes text, struct buf *out);
