/* Inside indexer/merge: the counting sort of a partition's postings by its terms. */
#pragma once

#include "indexer/merge_state.h"

/* Counts the postings of each term to s->ends; fillers too, at n_terms, if it is not joined entries only. ERR_IO, ERR_CORRUPT. */
int merge_count_terms(struct merge_state *s, bool joined, struct err *err);
/* Sorts the postings of terms [from, to): those of term t then lie in sorted from merge_begins(s)[t] to s->ends[t]. ends[] has the
 * numbers of theirs, or more. `spare`: room behind them. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int merge_sort_terms(struct merge_state *s, uint32_t from, uint32_t to, size_t spare,
                     struct err *err);
/* Sorts all postings without counting them first, if what is known of the terms allows it: else *done is false. Room for all is
 * behind that of the last term, so that whatever a run says has a place; where memory is so short that runs are spilled there is
 * none for that. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int merge_sort_expected(struct merge_state *s, bool *done, struct err *err);
