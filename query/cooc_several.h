/* Counting a story of several wordings, or one of whose articles queries match only some. */
#pragma once

#include "query/cooc_story.h"

/* Part of cooc_story_count. */
int cooc_several_count(struct cooc_story *s, struct err *err);
