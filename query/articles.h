/* Counting stories and articles that match where no hits are asked for: from the lists of stories, and by evaluating only where
 * those leave something open. For engine.c. */
#pragma once

#include "query/evaluate.h"
#include "query/matches.h"
#include "query/story_sets.h"

/* Counts the segment that e has begun into totals. *done is false, and nothing is counted, where the lists of stories say too
 * little: then the windows of the segment are run through. ERR_CORRUPT, ERR_NOMEM, ERR_STOPPED, ERR_LIMIT. */
int articles_count(struct evaluate *e, struct matches *m,
                   const struct engine_options *options, struct engine_totals *totals,
                   bool *done, struct err *err);
