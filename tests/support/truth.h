/* An index held against what went in: every article is read again from its input and analysed
 * again (reread.h), and what the index says of it must be that. Whatever is not ends the
 * program with words on standard error. */
#pragma once

#include <stdint.h>

#include "formats/segment.h"
#include "indexer/config.h"

/* Checks of each article: its normalised text and its map, byte for byte; its IDs; URL and day. Of each
 * wording: that its pieces spell it, as far as they look; that its breaks are the stream's or listed; that
 * words, aliases and joined entries are posted where it owns them, and where a piece looks at all
 * of them. Of the stream: that no other joined entry is posted, and that sentences and paragraphs begin where its
 * separators say. Of terms in many stories: how often they occur in each. c: the options of the build. */
void truth_check(const struct config *c, const struct segment *s);
