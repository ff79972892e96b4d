/* Words that stand everywhere and say little, by language: for hiding rows, never for counting. Short lists of our own:
 * articles, pronouns, prepositions, conjunctions, auxiliary verbs. */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"

/* The language's list, or NULL: "en", "de", "fr", "es", "it", "pt", "nl", "ru", "tr". Words are in small letters, as
 * they are written, with a blank behind each. */
const char *stopwords_of(const char *language);
/* Whether a term is one of a list: its words are folded first. */
bool stopwords_has(const char *list, struct bytes term);
