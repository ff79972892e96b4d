/* What the writer and the reader of PROV agree on (docs/format/provenance.md). */
#pragma once

#include "formats/provenance.h"

/* Parts of the section. */
enum {
    PROV_BLOCKS,     /* per block: numbers, digests, strings */
    PROV_BLOCK_ENDS, /* where each ends */
    PROV_DAY_INDEX,  /* {least i32, greatest i32} per block */
    PROV_DAYS,       /* per block a column: 0 none, else day - least + 1 */
    PROV_DAY_ENDS,
    PROV_WORDS, /* strings that came more than once, by column */
    PROV_WORD_ENDS,
    PROV_DICTIONARIES, /* per column of strings: length u32, then its bytes */
    PROV_BY_ID,        /* u32 per article, in the order of IDs */
    PROV_PARTS
};
/* Values: articles; the number of words of each coded column; of each column of provenance_column the
 * articles in which it is not empty (of tags: the articles, not the items). */
enum {
    PROV_VALUE_WORDS = 1,
    PROV_VALUE_FILLED = PROV_VALUE_WORDS + PROVENANCE_CODED,
    PROV_VALUES = PROV_VALUE_FILLED + PROVENANCE_COLUMNS
};

/* Columns of strings: those of enum provenance_column, and the date's text. Each is compressed by
 * itself. SECTION to TAGS are in a block only where one of its rows has any. */
enum {
    STRING_SPARSE = PROVENANCE_SECTION, /* the first of them */
    STRING_DENSE = PROVENANCE_ID,       /* the first behind them */
    STRING_DATE = PROVENANCE_COLUMNS,
    PROV_STRINGS,
    PROV_SPARSE = STRING_DENSE - STRING_SPARSE
};

/* The column of strings after k among those that every block has. */
static inline size_t provenance_next_dense(size_t k)
{
    return k + 1 == STRING_SPARSE ? STRING_DENSE : k + 1;
}

/* Columns of numbers, in the order in which they stand in a block. */
enum {
    NUMBER_RECORD,
    NUMBER_OFFSET,
    NUMBER_LEN,
    NUMBER_SECOND, /* 0: none, else second + 1 */
    NUMBER_KINDS,  /* date_from | reader << 8 | reader_version << 16 */
    NUMBER_ID,     /* enum id_kind */
    NUMBER_DATE,   /* enum date_kind */
    NUMBER_CODES,  /* of the coded columns that are in every block */
    PROV_NUMBERS = NUMBER_CODES + STRING_SPARSE
};
/* Codes of a coded column's strings. */
enum {
    CODE_EMPTY,
    CODE_TEXT, /* in the frame */
    CODE_WORDS /* + n: word n */
};
enum id_kind {
    ID_DIGEST, /* the digest's first 12 hexadecimal digits */
    ID_TEXT
};
/* How the text of a date follows from day and second. */
enum date_kind {
    DATE_TEXT, /* it does not: kept as text */
    DATE_EMPTY,
    DATE_DAY,    /* 2016-12-31 */
    DATE_ZULU,   /* 2016-12-31T23:59:58Z */
    DATE_BLANK,  /* 2016-12-31 23:59:58 */
    DATE_OFFSET, /* 2016-12-31T23:59:58+00:00 */
    DATE_LOCAL,  /* 2016-12-31T23:59:58 */
    DATE_KINDS
};

enum {
    ID_DIGEST_LEN = 12,
    DATE_TEXT_MAX = 32,
    DIGEST_BYTES = 16,
    STRING_BYTES_MAX = 1 << 24 /* a column of one block, before compression */
};

/* Writes the text of a kind other than DATE_TEXT (at most DATE_TEXT_MAX bytes), returns its length; 0 also when
 * day or second do not allow it. */
size_t provenance_date_text(enum date_kind kind, int32_t day, uint32_t second,
                            char out[DATE_TEXT_MAX]);
