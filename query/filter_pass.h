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

enum {
    FILTER_PASS_MAX = 1024,   /* such filters of a query */
    FILTER_TEXTS_PASSES = 16, /* times that they may compare as many texts as there are
                                 articles; a text that comes often counts once */
    FILTER_TEXTS_LEAST = 1 << 19 /* and texts that they may compare in any case */
};

/* What the filters of one query share. */
struct filter_tools;
struct filter_tools *filter_tools_new(const struct snapshot *snapshot);
void filter_tools_free(struct filter_tools *t); /* accepts NULL */

struct filter_pass;
/* Both must stay as long as it. It holds a bit for each article of the segments that it is asked of.
 * ERR_LIMIT when the query has too many; ERR_NOMEM. */
int filter_pass_new(struct filter_tools *tools, const struct filter *f,
                    struct filter_pass **out, struct err *err);
void filter_pass_free(struct filter_pass *p); /* accepts NULL */

/* All that follow: ERR_LIMIT when the filters of the query have compared too many texts. */

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
