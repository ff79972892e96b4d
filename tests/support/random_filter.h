/* Random metadata for articles, and filters that ask for it. For random_query.c. */
#pragma once

#include "tests/support/random_query.h"

/* Changes a row of random_row: an ID now and then, a member, names and addresses that are hard to compare, days of
 * three months or none. The strings stay. */
void random_filter_vary(struct random_query *r, const struct handmade *h,
                        struct provenance_row *row);

/* Appends a filter, mostly of an article of h, but not title: and body:. */
void random_filter_text(struct random_query *r, const struct handmade *h,
                        struct buf *out);
