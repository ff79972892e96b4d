/* Does a text of an article's metadata pass a filter? One value at a time; filter_pass.h asks once for each
 * that is different. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "text/analyser.h"
#include "query/filter.h"

/* Zeroed is ready; one a thread. */
struct filter_judge {
    struct analyser *analyser; /* owned, as all here; made when it is first needed */
    struct arena scratch;
    struct query_tokens tokens;
};
void filter_judge_release(struct filter_judge *j);

/* Sets *out for a value (WORDS, PLACE, NAME, LANG); an empty one is none. Tags are judged one by one.
 * ERR_NOMEM. */
int filter_judge_text(struct filter_judge *j, const struct filter *f,
                      struct bytes value, bool *out, struct err *err);

/* The comparisons by themselves, for tests. */

/* Does a stretch of the text that begins and ends where a word does match the pattern? * is any bytes, ASCII
 * letters are alike in both cases. */
bool filter_judge_place(struct bytes pattern, struct bytes text);
/* Does the pattern, in which * is any bytes, match all of the text? */
bool filter_judge_name(struct bytes pattern, struct bytes text);
/* Is the language tag the one that is asked for, or one of its kind (en: en-GB)? - and _ are alike, and
 * ASCII letters in both cases. */
bool filter_judge_lang(struct bytes asked, struct bytes tag);
