/* Frequent sequences of words: which they are, and in how many passages, articles, stories and outlets they stand.
 *
 * A sequence lies in one sentence of a wording. Its passages are the different homes of its words, in their order, so what a
 * copy repeats counts once; and once for each article that has it. What is read is given by a function that runs a
 * query, or the whole archive, as often as it is asked: texts are read two or three times rather than held.
 *
 * The matches of a query may be all that is read, or, with `hits`, the places where: then a sequence counts where it holds a hit
 * whole, from its first word to its last. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/deadline.h"
#include "query/engine.h"
#include "query/ngrams_table.h"
#include "query/outlets.h"
#include "query/story_text.h"
#include "query/words.h"

enum {
    NGRAMS_ROWS_SIEVE = 1 << 16
};

struct ngrams_options {
    bool by_surface;
    bool all;        /* `least` and the counts of rows are of all articles */
    bool hits;       /* only sequences that hold a hit */
    bool whole;      /* the whole archive is read: most sequences will be rare */
    uint8_t lengths; /* a bit for each: 1 << 2 for pairs, up to 1 << NGRAMS_WORDS_MAX */
    uint64_t least;  /* times, at least 1 */
    uint64_t memory; /* bytes that counting may take about; 0: 1 GiB */
};

/* A sequence that was found often enough. */
struct ngrams_row {
    uint64_t count;
    uint32_t words[NGRAMS_WORDS_MAX];
    uint32_t n;
};

/* What else is known of a row; of those that are shown. */
struct ngrams_detail {
    uint64_t o, o_all; /* passages, and in all articles */
    uint64_t articles, stories;
    uint64_t last_wording; /* that was counted */
    struct outlets_set sources;
};

/* Runs what is read: calls how->story for every story. */
typedef int ngrams_run_fn(void *arg, const struct engine_options *how, struct err *err);

/* A sequence of a story whose homes do not lie side by side. */
struct ngrams_joint {
    address homes[NGRAMS_WORDS_MAX];
    uint32_t n;
};

struct ngrams {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    struct ngrams_options options;
    struct words words;
    VEC(struct ngrams_row) rows;
    uint64_t size;       /* words of what was read, in the mode of the counts */
    uint64_t *frequency; /* owned; by number: of each word there */
    bool has_frequencies;
    /* the pass at hand */
    int pass;
    uint32_t n; /* of sequences */
    struct ngrams_sieve sieve;
    struct ngrams_table table;
    struct ngrams_keys keys;        /* of hashes */
    const struct ngrams_row *shown; /* borrowed, with their details */
    struct ngrams_detail *details;
    uint32_t *slots; /* owned; a hash table of places in `shown`, and 1 */
    size_t n_slots;
    uint64_t
        rows_sieve[NGRAMS_ROWS_SIEVE / 64]; /* a bit for the hash of each row shown */
    uint8_t *
        begins; /* owned; by number: a bit for each length of a row shown that begins so */
    /* the story at hand */
    struct story_text text;
    struct outlets outlets;
    bool single;        /* all there is of it, in one match */
    VEC(uint64_t) seen; /* a bit for each home, of words and of each length */
    VEC(struct ngrams_joint) joints; /* that were met, in any order */
    VEC(uint32_t)
    reach; /* by token: where the hit that ends first from there on ends */
    uint64_t n_wordings, first_wording;
    uint64_t looked_at; /* words since the clock was looked at */
};

/* Zeroes g and makes it ready. ERR_NOMEM, and what words_open gives. */
int ngrams_open(struct ngrams *g, const struct snapshot *snapshot,
                const struct ngrams_options *options, const struct deadline *deadline,
                struct err *err);
void ngrams_release(struct ngrams *g);

/* Fills rows, in no order. ERR_NOMEM, ERR_STOPPED, ERR_CORRUPT. */
int ngrams_count(struct ngrams *g, ngrams_run_fn *run, void *arg, struct err *err);
/* Fills the details of rows[0..n), which are different. */
int ngrams_details(struct ngrams *g, const struct ngrams_row *rows, size_t n,
                   struct ngrams_detail *details, ngrams_run_fn *run, void *arg,
                   struct err *err);

/* Takes a story; arg is the ngrams. For ngrams_run_fn only. */
int ngrams_add(void *arg, const struct story_match *match, struct err *err);

/* Times that the row's words would stand in this order if they did not depend on each other: the product of their
 * frequencies by size^(n - 1). */
double ngrams_expected(const struct ngrams *g, const struct ngrams_row *row);
/* n * count / sum of the frequencies (McInnes, Extending the Log Likelihood Measure to Improve Collocation Identification,
 * 2004, has Dice for three words and more so); of pairs it is Dice 1945. */
double ngrams_dice(const struct ngrams *g, const struct ngrams_row *row);
