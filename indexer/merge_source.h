/* Inside indexer/merge: what runs have of a partition, and how their postings are read. */
#pragma once

#include "indexer/merge_state.h"

/* Whether slices of so many bytes are read one by one, each time they are needed: they are those of one frequent word, nearly
 * always, and then that is once. */
bool merge_reads_again(size_t batch, uint64_t bytes);
/* Finds the sources of a partition, and makes room for what is counted of it. ERR_NOMEM, ERR_IO. */
int merge_open_sources(struct merge_state *s, struct err *err);
size_t merge_n_postings(const struct merge_state *s); /* of all sources, with fillers */
/* The postings of a source, which are good until the next is asked for. ERR_IO. */
int merge_postings(struct merge_state *s, const struct merge_source *x,
                   const uint8_t **out, struct err *err);
/* Slices lie here and there in memory: the beginning of source number k's, if there is one, is asked for while another is read. */
void merge_ask_for(const struct merge_state *s, size_t k);
/* The parts of a source, INVERT_PARTS of them. */
void merge_parts(const struct merge_state *s, const struct merge_source *x,
                 struct invert_part *parts);
/* Whether all places of wide postings of a part are of the chunk; of others the last one's tells. */
bool merge_places_fit(const struct merge_state *s, const uint8_t *postings,
                      const struct invert_part *part);

/* A part of a source that is being read. */
struct merge_reader {
    const uint8_t *at;
    size_t left;
    uint32_t last, place; /* the last posting, and its place */
    struct invert_part part;
};

static inline struct merge_reader merge_read_part(const uint8_t *postings,
                                                  const struct invert_part *part)
{
    return (struct merge_reader){postings + part->at, part->n, 0, 0, *part};
}

static inline uint32_t merge_load_posting(const uint8_t *at, unsigned width)
{
    return width == POSTING_FREQUENT ? load_u16(at) : load_u32(at);
}

/* The place of posting v; *last and *place are of the one before. Only the sum of gaps waits for it. */
static inline __attribute__((always_inline)) void merge_step(uint32_t *last,
                                                             uint32_t *place,
                                                             uint32_t v, unsigned width,
                                                             uint8_t slice,
                                                             unsigned low)
{
    *place = width == POSTING_WIDE ? posting_place(v, slice, low)
                                   : *place + posting_gap(v, *last, low);
    *last = v;
}

/* Reads the next of a part's postings, MERGE_READ at most: the numbers of their terms in the partition, n_terms for fillers, and
 * places. Returns how many, 0 at the end; *good becomes false where one is of no term or place. */
size_t merge_read_some(const struct merge_state *s, struct merge_reader *r,
                       uint32_t *terms, uint32_t *places, bool *good);
