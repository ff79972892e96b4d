/* What the ranks of an archive of one segment need nothing but its words for, made beside link: parts of link run on one thread,
 * and write waits for the ranks before it can make anything else. */
#pragma once

#include "indexer/build.h"
#include "indexer/link.h"

struct bigram_plan;
struct ranks;
struct ranks_ahead;

/* Begins with the orders, on a thread of its own. Nothing is begun, and *out is NULL, where the pool has but one
 * thread, the archive may become several segments, or there is little memory: then ranks_make does all. The vocabulary must
 * not change until ranks_ahead_take or ranks_ahead_free. */
int ranks_ahead_begin(struct ranks_ahead **out, struct build *b, struct err *err);
/* Goes on with what is counted by the orders, and the words whose pairs are looked at. a may be NULL. */
int ranks_ahead_go_on(struct ranks_ahead *a, struct err *err);
/* Waits for all and gives it to *r, for ranks_make, and to *plan, in place of bigram_plan_init, if stories [first, end) of link are the whole
 * archive; else both are zeroed. Frees *a and sets it to NULL; *a may be NULL. */
int ranks_ahead_take(struct ranks_ahead **a, const struct link *l, uint32_t first,
                     uint32_t end, struct ranks *r, struct bigram_plan *plan,
                     struct err *err);
void ranks_ahead_free(struct ranks_ahead *a); /* waits for what runs; accepts NULL */
