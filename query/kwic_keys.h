/* What lines of a concordance are sorted by: words beside the hit, the hit, the day, the outlet.
 *
 * A key of a line is a number. Words and outlets are interned, so that a line costs four bytes a key however
 * long they are; kwic_keys_ranks then says in which order the interned ones stand. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "text/analyser.h"
#include "formats/snapshot.h"
#include "query/span.h"

enum {
    KWIC_KEYS_MAX = 8,
    KWIC_WORDS_MAX = 100,         /* words to the left or right of a hit, in a key */
    KWIC_HIT_WORDS_MAX = 32,      /* words of a hit that are compared */
    KWIC_VALUES_BYTES = 128 << 20 /* all that is interned */
};

enum kwic_kind {
    KWIC_WORD, /* the word-th to the left (< 0) or right (> 0) of the hit */
    KWIC_HIT,
    KWIC_DATE,
    KWIC_SOURCE
};

struct kwic_key {
    uint8_t kind; /* enum kwic_kind */
    bool down;    /* the greatest first; what is not there is last in any case */
    int32_t word;
};

struct kwic_keys {
    const struct snapshot *snapshot; /* borrowed, as the next */
    struct analyser *analyser;
    struct kwic_key keys[KWIC_KEYS_MAX];
    size_t n;
    /* what is interned, numbered from 1 */
    struct arena arena;
    VEC(struct bytes) values; /* owned, as all that follows */
    VEC(uint32_t) slots;      /* a hash table of numbers, 0: free; a power of two */
    VEC(uint32_t) of_term;    /* of the segment: the number of a term, 0: none yet */
    struct provenance_cache *cache;
    /* the article and the wording that were read last */
    bool any;
    uint32_t segment;
    article_id article;
    struct article_view view;
    uint32_t wording_len;
    piece_vec pieces;
    patch_vec patches;
    uint32_t source; /* number of its outlet */
    bool has_source;
    struct arena scratch;
    struct buf text;
};

/* Reads "L1,R1,-date". ERR_USAGE says what a key may be. */
int kwic_keys_read(struct kwic_keys *k, const char *text, struct err *err);
void kwic_keys_release(struct kwic_keys *k);
/* The keys of a hit of an article: n numbers, 0 where there is nothing (the text ends, no date). A word beside a hit in
 * the body is one of the body. ERR_CORRUPT, ERR_NOMEM, ERR_LIMIT for more than KWIC_VALUES_BYTES. */
int kwic_keys_of(struct kwic_keys *k, uint32_t segment, article_id article,
                 struct span span, uint32_t out[KWIC_KEYS_MAX], struct err *err);
/* Makes of key numbers of column `key`, values[0..n), what sorts by itself. ranks: of kwic_keys_order. */
void kwic_keys_rank(const struct kwic_keys *k, size_t key, const uint32_t *ranks,
                    uint32_t *values, size_t n);
/* The rank, from 0, of each interned value, by its bytes: an array of values.len + 1, the caller's. NULL: no
 * memory. */
uint32_t *kwic_keys_order(const struct kwic_keys *k);

/* The tokens of an article that may stand beside a hit: those of the title for a hit in it, those of the body for one
 * there, all for a hit that reaches from one into the other. */
struct span kwic_room(uint32_t title_tokens, uint32_t wording_len, struct span hit);
