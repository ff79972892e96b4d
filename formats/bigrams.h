/* Where two frequent words stand side by side (BIGRAM; docs/format/bigram.md): a list of addresses for each of some
 * pairs of words, and a directory of the pairs. A word is a dictionary key here, named by its plain entry's
 * id: a token is that word if its term is, or if its term has the key as its form of span 1. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "formats/addresses.h"
#include "formats/container.h"
#include "formats/types.h"

struct bigram {
    term_id first, second;
    uint32_t
        count; /* addresses: of the first word's token, seams included; at least 1 */
    struct list_ref list;
};

/* Writer: pairs in ascending order, each with its encoded list (addresses_encode). */
struct bigrams_writer {
    struct section_writer *section;
    VEC(struct bigram) pairs; /* owned */
    bool failed;
};
void bigrams_writer_init(struct bigrams_writer *w, struct section_writer *s);
void bigrams_writer_release(struct bigrams_writer *w); /* accepts a zeroed struct */
void bigrams_writer_put(struct bigrams_writer *w, term_id first, term_id second,
                        uint32_t count, struct bytes list);
/* Writes the directory and ends the section; failures stick in it. */
void bigrams_writer_finish(struct bigrams_writer *w);

/* Reader. Zeroed has no pairs. */
struct bigrams {
    struct section section;
    uint32_t n;
    uint64_t directory; /* its place in the section */
};

/* Touches nothing. ERR_CORRUPT if the section has no room for as many pairs as it counts. */
int bigrams_open(struct bigrams *b, const struct section *s, struct err *err);
/* The i-th pair; i < n. ERR_CORRUPT if its list lies outside the lists. */
int bigrams_get(const struct bigrams *b, uint32_t i, struct bigram *out,
                struct err *err);
/* 0, ITER_END (it has no list), or an error. */
int bigrams_find(const struct bigrams *b, term_id first, term_id second,
                 struct bigram *out, struct err *err);
/* The directory is ascending, its words are below n_terms, and the lists follow each other without a gap; every list
 * is sound and ends below n_addresses - 1. Whether the lists are those of the stream, segment_verify says. */
int bigrams_verify(const struct bigrams *b, uint32_t n_terms, uint64_t n_addresses,
                   struct err *err);
