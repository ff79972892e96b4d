/* Which articles of a segment a filter lets through, by what the index holds of each: outlet, date,
 * number of words. Articles are decided a block of them at a time, when one of it is first asked for; a text
 * that comes often, once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "formats/snapshot.h"
#include "query/deadline.h"
#include "query/filter.h"

/* Is the filter one of those? (Not: is:, copies:, story:, like:.) */
bool filter_pass_is(const struct filter *f);

struct filter_pass;
/* Both must stay as long as it. Several filters of one query may be made; each holds a bit for each article that
 * it was asked of. NULL: no memory. */
struct filter_pass *filter_pass_new(const struct snapshot *snapshot,
                                    const struct filter *f);
void filter_pass_free(struct filter_pass *p); /* accepts NULL */

/* Does it let the article through? */
int filter_pass_article(struct filter_pass *p, uint32_t segment, article_id article,
                        bool *out, struct err *err);
/* The first article in [from, to) that it lets through: 0, ITER_END, or an error. d is looked at once a
 * block and may be NULL. */
int filter_pass_next(struct filter_pass *p, uint32_t segment, article_id from,
                     article_id to, const struct deadline *d, article_id *out,
                     struct err *err);

/* About how many of the segment's articles it may let through: never fewer than it does. Cheap: what
 * only reading them would tell is all of them. */
int filter_pass_estimate(struct filter_pass *p, uint32_t segment, uint64_t *out,
                         struct err *err);
