/* Which words an archive's subset has more often, or less, than the rest of it or than another subset.
 *
 * The words of a subset are those of the articles that match a query: once for each home that any of their wordings has, and
 * once for each article that has it. Both are counted. The rest of the archive is all its words without those of the subset;
 * of another subset all words count, also those that both have. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/deadline.h"
#include "query/engine.h"
#include "query/measures.h"
#include "query/outlets.h"
#include "query/story_text.h"
#include "query/words.h"

/* A word in a subset. */
struct keyness_count {
    uint64_t o, o_all; /* by homes, in all articles */
    uint64_t articles, stories;
    uint64_t last_wording; /* that was counted */
    struct outlets_set sources;
};

/* A subset. */
struct keyness_part {
    struct keyness_count *counts; /* owned; by the number of a word */
    uint64_t words, words_all;
    struct engine_totals totals; /* of its query; set by who runs it */
};

struct keyness {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    struct words words;
    struct keyness_part subset,
        against; /* against.counts: NULL until it is asked for */
    /* the whole archive, where the rest of it is compared with */
    uint64_t *total, *total_all; /* owned; by number; total_all may be NULL */
    /* the story at hand */
    struct keyness_part *part; /* that counts */
    struct story_text text;
    struct outlets outlets;
    VEC(uint64_t) seen;     /* a bit for each home */
    uint64_t n_wordings;    /* so far */
    uint64_t first_wording; /* of the story */
    uint64_t looked_at;     /* words since the clock was looked at */
};

/* Zeroes k and makes it ready. ERR_NOMEM, and what words_open gives. */
int keyness_open(struct keyness *k, const struct snapshot *snapshot, bool by_surface,
                 const struct deadline *deadline, struct err *err);
void keyness_release(struct keyness *k);

/* The stories that come next are those of the one or the other. ERR_NOMEM. */
int keyness_begin(struct keyness *k, struct keyness_part *part, struct err *err);
/* Takes one story of engine_run, with want_spans; arg is the keyness. ERR_NOMEM, ERR_STOPPED, ERR_CORRUPT. */
int keyness_add(void *arg, const struct story_match *match, struct err *err);
/* Counts the whole archive, unless there is another subset to compare with: of terms its dictionaries are read, for all
 * articles also the stories that have several. */
int keyness_rest(struct keyness *k, bool all, struct err *err);

/* A word in both parts. */
struct keyness_pair {
    uint64_t o, n;             /* in the subset, of n words */
    uint64_t other_o, other_n; /* in the rest, or the other subset */
};
/* All words, of 0 to k->words.n - 1; what is no word has 0 in both. */
void keyness_get(const struct keyness *k, uint32_t number, bool all,
                 struct keyness_pair *out);
/* What measures are made of: f1 the words of the subset, f2 the word in both, n the words of both. */
struct measures_counts keyness_measures(const struct keyness_pair *p);
double keyness_log_ratio(const struct keyness_pair *p);
/* Does the subset have it more often, relatively? */
bool keyness_is_key(const struct keyness_pair *p);
