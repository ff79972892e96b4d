/* The stories of a dictionary entry, whether the index has a list of them (DOC) or, of a rarer one, only its addresses. */
#pragma once

#include "base/err.h"
#include "formats/segment.h"
#include "query/leaf_term.h"
#include "query/story_vec.h"

/* Appends all stories in which the entry has an address. ERR_CORRUPT, ERR_NOMEM. */
int term_stories_fill(const struct segment *segment, const struct leaf_entry *entry,
                      story_vec *out, struct err *err);

/* Keeps those of the stories in which the entry has an address. spare is used. ERR_CORRUPT, ERR_NOMEM. */
int term_stories_keep(const struct segment *segment, const struct leaf_entry *entry,
                      story_vec *stories, story_vec *spare, struct err *err);
