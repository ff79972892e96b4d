/* BM25 over stories (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework:
 * BM25 and Beyond"); docs/QUERY.md has the formula and the order of summation. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "query/evaluate.h"
#include "query/plan.h"

/* Works out the idf of every ranked part of the plan: those of single dictionary entries
 * come from the dictionary, those of unions are counted. Does nothing the second time. */
int rank_prepare(struct plan *p, struct err *err);

/* ln(1 + (n - df + 0.5) / (df + 0.5)) for a word in df of n stories. */
double rank_idf(uint64_t n, uint64_t df);

/* What `tf` passages weigh in a story of `length` homes; `mean` is the mean length. */
double rank_weight(double idf, uint64_t tf, uint64_t length, double mean);

/* Mean length of a story in homes; 1 for an empty archive. */
double rank_mean_length(const struct snapshot *snapshot);
