/* Sheets: the fingerprints of some articles, in partitions of their hashes, as they lie in memory or in the spool.
 * Workers of the scan make them, a few for each batch; link reads one partition of all of them at a
 * time, which is what one worker sorts within its cache.
 *
 *   print: the hash's bits above those of the partition, 40 | the article's number in the sheet, 9
 *          | what is around it (text/winnow.h): left 4, right 3 | its place modulo 256, 8; u64
 *
 * The prints of an article with equal hashes may be several. By itself lies where they stand, for the few texts of which
 * that is asked: a bit for each token of an article's body, set where a shingle begins that was chosen.
 *
 *   places: ends of each article in words, u32 | words, u64, of 64 tokens */
#pragma once

#include "base/buf.h"
#include "base/endian.h"
#include "base/vec.h"
#include "text/winnow.h"

enum {
    SHEET_PARTITION_BITS = 8, /* low ones of the hash */
    SHEET_PARTITIONS = 1 << SHEET_PARTITION_BITS,
    SHEET_ARTICLE_BITS = 9,
    SHEET_ARTICLES_MAX = 1 << SHEET_ARTICLE_BITS,
    SHEET_PLACE_BITS = WINNOW_PLACE_BITS,
    SHEET_PLACES = 1 << SHEET_PLACE_BITS,
    SHEET_MORE_BITS = WINNOW_MORE_BITS, /* what is around a print, and its place */
    SHEET_PRINT_BYTES = 8,
    /* A sheet with so many gets no further article: its 256 KiB and what they are dealt out from stay in the nearer caches. */
    SHEET_PRINTS_FULL = 1 << 15
};

_Static_assert(WINNOW_BITS - SHEET_PARTITION_BITS + SHEET_ARTICLE_BITS +
                       SHEET_MORE_BITS ==
                   64,
               "a print is a number of 64 bits");

struct sheet {
    uint8_t *prints;        /* owned; NULL: none, or they lie in the spool's file */
    uint64_t offset;        /* there, in bytes; UINT64_MAX: they do not */
    uint64_t places;        /* offset of its places, in bytes */
    uint32_t first_article; /* its number 0 */
    uint32_t n_articles;
    uint32_t ends[SHEET_PARTITIONS]; /* of each partition, in prints */
};

struct sheet_print {
    uint64_t hash; /* without the partition's bits */
    uint32_t article;
    uint32_t more; /* left, right and place as above */
};

/* The prints of the articles of a sheet to come, in the order of the articles. */
struct sheet_draft {
    VEC(uint64_t) prints;                    /* as winnow_fingerprints gives them */
    VEC(uint64_t) places;                    /* likewise */
    uint32_t ends[SHEET_ARTICLES_MAX];       /* of each article, in prints */
    uint32_t place_ends[SHEET_ARTICLES_MAX]; /* in words */
    uint32_t n;                              /* articles */
};
void sheet_draft_reset(struct sheet_draft *d);   /* none is there; a zeroed one is so */
void sheet_draft_release(struct sheet_draft *d); /* accepts a zeroed struct */
/* Room behind the prints and the words of places that are there, for the next article's. False when out of memory. */
bool sheet_draft_reserve(struct sheet_draft *d, size_t prints, size_t words);
/* The next article's, of which so many have been written there; the sheet is not full. */
void sheet_draft_add(struct sheet_draft *d, size_t prints, size_t words);
/* Whether the articles are to become a sheet before another is put. */
static inline bool sheet_draft_full(const struct sheet_draft *d)
{
    return d->n == SHEET_ARTICLES_MAX || d->prints.len >= SHEET_PRINTS_FULL;
}
/* Makes the sheet of what was put. Its places are appended to `places`, which is what their offset is in; first_article is set to
 * 0. False when out of memory. */
bool sheet_make(struct sheet *sheet, const struct sheet_draft *d, struct buf *places);
void sheet_release(struct sheet *sheet); /* accepts a zeroed struct */

static inline size_t sheet_bytes(const struct sheet *sheet) /* of its prints */
{
    return (size_t)sheet->ends[SHEET_PARTITIONS - 1] * SHEET_PRINT_BYTES;
}

static inline struct sheet_print sheet_print_at(const uint8_t *data)
{
    uint64_t v = load_u64(data);
    return (struct sheet_print){v >> (SHEET_ARTICLE_BITS + SHEET_MORE_BITS),
                                (uint32_t)(v >> SHEET_MORE_BITS) &
                                    (SHEET_ARTICLES_MAX - 1),
                                (uint32_t)v & ((1U << SHEET_MORE_BITS) - 1)};
}

/* Whether what is around two prints of one hash, given by their `more`, may belong to a passage of both texts: one side
 * agrees. */
static inline bool sheet_same_around(uint32_t a, uint32_t b)
{
    const uint32_t right = ((1U << WINNOW_RIGHT_BITS) - 1) << SHEET_PLACE_BITS;
    const uint32_t left = ((1U << WINNOW_LEFT_BITS) - 1)
                          << (SHEET_PLACE_BITS + WINNOW_RIGHT_BITS);
    uint32_t differ = a ^ b;
    return ((differ & left) == 0 && (a & left) != 0) ||
           ((differ & right) == 0 && (a & right) != 0);
}
