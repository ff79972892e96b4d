/* What a chunk keeps of the separators of a block of the spool: those that are not the segment's commonest, for FWD, and the marks of
 * sentences and paragraphs. */
#pragma once

#include <stddef.h>

#include "text/analyser.h"
#include "formats/forward.h"
#include "formats/types.h"
#include "indexer/token_block.h"

enum {
    CHUNK_SEPS_SLACK = 16 /* of each list, so many behind the last may be written */
};

/* What is known of a separator, by its provisional number: the segment's number, above two bits that say what begins behind it. */
#define CHUNK_SEPS_SENTENCE  UINT32_C(1) /* also where a paragraph does */
#define CHUNK_SEPS_PARAGRAPH UINT32_C(2)
enum {
    CHUNK_SEPS_SHIFT = 2
};
#define CHUNK_SEPS_MAX (UINT32_C(1) << (32 - CHUNK_SEPS_SHIFT)) /* separators */
static inline uint32_t chunk_seps_known(sep_id sep, uint8_t brk)
{
    uint32_t marks = brk == BREAK_PARAGRAPH ? CHUNK_SEPS_SENTENCE | CHUNK_SEPS_PARAGRAPH
                     : brk == BREAK_SENTENCE ? CHUNK_SEPS_SENTENCE
                                             : 0;
    return sep << CHUNK_SEPS_SHIFT | marks;
}

/* The separators [from, to) of a block. */
struct chunk_seps_of {
    const struct token_block *block;
    uint32_t from, to;
    uint32_t marked; /* the first that may be a mark */
    uint32_t open;   /* where its first token is, counted from the open FWD block */
    address at;      /* and in the stream */
};

/* Lists that grow, and how long they are. */
struct chunk_seps {
    uint8_t *places; /* in their FWD blocks */
    sep_id *seps;
    uint32_t n, n_inside; /* inside: of the open FWD block */
    address *sentences, *paragraphs;
    size_t n_sentences, n_paragraphs;
};

/* Appends to the lists, which have room for all the separators and CHUNK_SEPS_SLACK more. */
typedef void chunk_seps_kernel(const uint32_t *known, const struct chunk_seps_of *in,
                               struct chunk_seps *out);
chunk_seps_kernel chunk_seps_put; /* for this processor */
chunk_seps_kernel chunk_seps_put_scalar;
#ifdef STEMMA_AVX512
chunk_seps_kernel chunk_seps_put_avx512;
#endif
