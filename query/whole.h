/* All stories of an archive as matches, for counting without a query: every wording and every article of each, no hits. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "formats/snapshot.h"
#include "query/deadline.h"
#include "query/engine.h"

enum whole_stories {
    WHOLE_ALL,
    WHOLE_COPIED /* those of two articles or more */
};

/* Calls options->story as engine_run does, segment by segment in story order, without looking at the other options. totals may
 * be NULL. What the call returns if not 0; ERR_NOMEM, ERR_STOPPED, ERR_CORRUPT. */
int whole_run(const struct snapshot *snapshot, enum whole_stories which,
              const struct engine_options *options, const struct deadline *deadline,
              struct engine_totals *totals, struct err *err);
