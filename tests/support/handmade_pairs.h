/* Lists of pairs (formats/bigrams.h) of hand-made stories: of three pairs of neighbouring words in four, so that there are
 * phrases with all of theirs, with some and with none. */
#pragma once

#include "formats/bigrams.h"
#include "tests/support/handmade.h"

/* The id of the plain entry with this key; UINT32_MAX if there is none. */
typedef uint32_t (*handmade_word)(void *arg, struct bytes key);

/* Puts the lists of stories [from, to), whose addresses in the segment are known. */
void handmade_pairs_write(const struct handmade *h, size_t from, size_t to,
                          handmade_word word, void *arg, struct bigrams_writer *w);
