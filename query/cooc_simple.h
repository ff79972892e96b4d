/* Counting a story of one wording, of which every query matches all articles or none. */
#pragma once

#include "query/cooc_story.h"

/* Part of cooc_story_count. */
int cooc_simple_count(struct cooc_story *s, struct err *err);
