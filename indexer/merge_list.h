/* Inside indexer/merge: a term's list, encoded at once or in parts, and its entry. */
#pragma once

#include "indexer/merge_state.h"

void merge_begin_term(struct merge_state *s);
/* Encodes what is held of a long list in sorted: of its addresses all, of its stories all but the last, which may go on. ERR_NOMEM,
 * ERR_IO. */
int merge_put_part(struct merge_state *s, struct err *err);
/* The entry of a term whose last addresses are in hand: s->list. ERR_NOMEM. */
int merge_put_term(struct merge_state *s, term_id term, struct err *err);
