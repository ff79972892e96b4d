/* Sheets: the fingerprints of some articles, in partitions of their hashes, as they lie in the spool.
 * Workers of the scan make them, a few for each batch; link reads one partition of all of them at a
 * time, which is what one worker sorts within its cache.
 *
 *   print: the hash's bits above those of the partition, 40 | the article's number in the sheet, 9
 *          | what is around it (text/winnow.h): left 4, right 3 | its place modulo 256, 8; u64
 *
 * The prints of an article with equal hashes may be several. */
#pragma once

#include "base/buf.h"
#include "base/endian.h"
#include "text/winnow.h"

enum {
    SHEET_PARTITION_BITS = 8, /* low ones of the hash */
    SHEET_PARTITIONS = 1 << SHEET_PARTITION_BITS,
    SHEET_ARTICLE_BITS = 9,
    SHEET_ARTICLES_MAX = 1 << SHEET_ARTICLE_BITS,
    SHEET_PLACE_BITS = 8,
    SHEET_PLACES = 1 << SHEET_PLACE_BITS,
    /* what is around a print, and its place */
    SHEET_MORE_BITS = WINNOW_LEFT_BITS + WINNOW_RIGHT_BITS + SHEET_PLACE_BITS,
    SHEET_PRINT_BYTES = 8
};

_Static_assert(WINNOW_BITS - SHEET_PARTITION_BITS + SHEET_ARTICLE_BITS +
                       SHEET_MORE_BITS ==
                   64,
               "a print is a number of 64 bits");

struct sheet {
    uint64_t offset;                 /* of its prints, in bytes */
    uint32_t first_article;          /* its number 0 */
    uint32_t ends[SHEET_PARTITIONS]; /* of each partition, in prints */
};

struct sheet_print {
    uint64_t hash; /* without the partition's bits */
    uint32_t article;
    uint32_t more; /* left, right and place as above */
};

/* Makes the sheet of n articles (at most SHEET_ARTICLES_MAX): prints are those of all, one
 * article's after another's, and ends[i] says where those of article i end. The bytes are appended to
 * out. first_article and offset are set to 0 and out's length. False when out of memory. */
bool sheet_make(struct sheet *sheet, const struct fingerprint *prints,
                const uint32_t *ends, size_t n, struct buf *out);

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
