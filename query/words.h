/* Numbers for the words of an archive, for counting them in arrays: one number a term, or a surface, whatever segment it
 * stands in. Joined entries are no words here, and have none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/deadline.h"

/* Where the first segment that has a word has it. */
struct words_place {
    uint32_t segment;
    uint32_t id; /* of its term or surface */
};

struct words {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    bool by_surface;
    uint32_t n; /* numbers are below it; some may be of no word */
    VEC(struct words_place)
    places;                /* by number; empty: a number is an ID of the only segment */
    uint32_t **of_id;      /* owned; by segment, by ID; NULL where places is empty */
    uint32_t **of_surface; /* owned; by segment; NULL until it is asked for */
};

/* Zeroes w and makes it ready. Of several segments the dictionaries, or the surfaces, are read through. ERR_NOMEM, ERR_STOPPED,
 * ERR_CORRUPT, ERR_LIMIT. */
int words_open(struct words *w, const struct snapshot *snapshot, bool by_surface,
               const struct deadline *deadline, struct err *err);
void words_release(struct words *w);

/* The numbers of a segment's surfaces. They stay until the release. */
int words_of_segment(struct words *w, uint32_t segment, const uint32_t **out,
                     struct err *err);

struct words_entry {
    struct term_entry term; /* in the first segment that has the word */
    struct bytes text;      /* the term or the surface; may point into `term` */
};
int words_get(const struct words *w, uint32_t number, struct words_entry *out,
              struct err *err);

/* The order of two words by their bytes. */
int words_compare(const struct words *w, uint32_t a, uint32_t b);

/* Adds to out[number] how often each word stands in the archive, by homes. Of terms the dictionaries know it; of surfaces the
 * stream is read through. */
int words_occurrences(const struct words *w, uint64_t *out, struct err *err);
