/* The streams of the stories: every wording of a story with copies laid into pieces and blocks
 * (indexer/align.h), many stories at once. */
#pragma once

#include "indexer/link.h"

/* Fills pieces, breaks and blocks of a link whose stories, wordings, articles and members are
 * there, with what points to them, and the stories' lengths and homes. Evidence of equal bodies gets its number of
 * facts here, where the tokens are read. Runs on b->pool. ERR_NOMEM, ERR_LIMIT, ERR_IO, ERR_CORRUPT. */
int layout_stories(struct build *b, struct link *l, struct err *err);
