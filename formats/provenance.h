/* Provenance columns (PROV; docs/format/provenance.md): one row an article, in blocks; strings in zstd frames with a
 * dictionary trained on their column, days with min and max per block. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/hash.h"
#include "formats/container.h"
#include "formats/marks.h"
#include "formats/parts.h"
#include "formats/types.h"

/* Strings of a row by themselves. */
enum provenance_column {
    PROVENANCE_INPUT,
    PROVENANCE_MEMBER,
    PROVENANCE_OUTLET,
    PROVENANCE_AUTHOR,
    PROVENANCE_SECTION,
    PROVENANCE_LANGUAGE,
    PROVENANCE_TAGS,
    PROVENANCE_ID,
    PROVENANCE_URL,
    PROVENANCE_TITLE,
    PROVENANCE_COLUMNS,
    PROVENANCE_CODED = PROVENANCE_ID /* those before it may be words: numbers */
};

enum {
    PROVENANCE_BLOCK = 128 /* rows of a block */
};

enum {
    DAY_NONE = INT32_MIN
}; /* no date */

enum date_from {
    DATE_NONE = 0,
    DATE_FIELD,
    DATE_FRONT_MATTER,
    DATE_PATH,
    DATE_URL,
    DATE_FILE
};
enum reader_kind {
    READER_JSONL = 1,
    READER_TEXT,
    READER_MARKDOWN
};

/* Between the items of a row's tags. */
#define PROVENANCE_ITEMS '\x1f'

struct provenance_row {
    struct bytes id;     /* the article's ID as users see it */
    struct bytes input;  /* path as given or found, UTF-8 or raw bytes */
    struct bytes member; /* of an archive; empty */
    uint64_t record;     /* number in the input, from 1 */
    uint64_t offset;     /* of the record's bytes, after decompression */
    uint64_t len;
    struct hash128 digest;
    struct bytes url, outlet, author, title;
    struct bytes section;  /* empty where the record has none, as the two that follow */
    struct bytes language; /* BCP 47 ("en-GB"), or whatever stood there */
    struct bytes tags;     /* in the record's order, PROVENANCE_ITEMS between them */
    int32_t day;           /* days since 1970-01-01, or DAY_NONE */
    uint32_t second;       /* of the day, UTC; UINT32_MAX: only a day is known */
    struct bytes date_text; /* as it stood in the record */
    uint8_t date_from;      /* enum date_from */
    uint8_t reader;         /* enum reader_kind */
    uint8_t reader_version;
};

struct provenance_writer;
/* Rows in article order. The caller gives the order of IDs at the end: by_id[i] is the article whose ID
 * is i-th in byte order. Held in memory: the open block, the first 32 blocks until dictionaries are made of
 * them, the strings that come often (at most 4096 a column), and about 4 bytes a block. */
struct provenance_writer *provenance_writer_new(struct section_writer *s);
void provenance_writer_put(struct provenance_writer *w,
                           const struct provenance_row *row);
int provenance_writer_finish(struct provenance_writer *w, const article_id *by_id,
                             struct err *err);
void provenance_writer_free(struct provenance_writer *w);

struct provenance {
    struct section section;
    uint32_t n_articles;
    struct part blocks; /* numbers and strings of 128 rows each */
    struct marks block_ends;
    struct part day_index; /* per block {least day i32, greatest day i32} */
    struct part days;
    struct marks day_ends;
    struct part words; /* strings that come often, by column */
    struct marks word_ends;
    uint32_t n_words[PROVENANCE_CODED];    /* per column */
    uint32_t n_filled[PROVENANCE_COLUMNS]; /* articles with a string of the column */
    struct part dictionaries;              /* what strings are compressed with */
    struct part by_id;
};
int provenance_open(struct provenance *p, const struct section *s, struct err *err);
/* A cache of one decoded block per column; rows point into it until the next get. One a thread;
 * good for any number of segments, and freed before any of them is closed. */
struct provenance_cache;
struct provenance_cache *provenance_cache_new(void);
void provenance_cache_free(struct provenance_cache *c);
int provenance_get(const struct provenance *p, struct provenance_cache *c,
                   article_id id, struct provenance_row *out, struct err *err);
#define PROVENANCE_NO_WORD UINT32_MAX
/* One string; no other column is decoded. It points into c or p until the next call for it. */
int provenance_text(const struct provenance *p, struct provenance_cache *c,
                    enum provenance_column column, article_id id, struct bytes *out,
                    struct err *err);
/* A number for the string of one of a coded column; nothing is decompressed. 0: it is
 * empty; 1..n_words: equal numbers are equal strings of this segment; PROVENANCE_NO_WORD: a
 * string without a number (most are seen once), to be had from provenance_text. For filters, which then
 * judge a string once. */
int provenance_word(const struct provenance *p, enum provenance_column column,
                    article_id id, uint32_t *word, struct err *err);
/* How many numbers a column has: those of provenance_word are at most so great. */
uint32_t provenance_n_words(const struct provenance *p, enum provenance_column column);
/* The string that has a number (1..n_words). It points into p. */
int provenance_word_text(const struct provenance *p, enum provenance_column column,
                         uint32_t word, struct bytes *out, struct err *err);
/* Those strings (not IDs) of all rows of a block, which costs little more than that of one: words[i] is the i-th
 * row's number, as provenance_word has it, and texts[i] the string where that is PROVENANCE_NO_WORD; of a column
 * without words, of every row. They point into c until the next call for the column. */
int provenance_block(const struct provenance *p, struct provenance_cache *c,
                     enum provenance_column column, uint32_t block,
                     uint32_t words[PROVENANCE_BLOCK],
                     struct bytes texts[PROVENANCE_BLOCK], struct err *err);
/* Only the day (no string is decoded). */
int provenance_day(const struct provenance *p, article_id id, int32_t *day,
                   struct err *err);
/* Those of a block's rows. */
int provenance_days(const struct provenance *p, uint32_t block,
                    int32_t days[PROVENANCE_BLOCK], struct err *err);
/* The days of a block's rows lie in [*least, *greatest]; both DAY_NONE when none of them has a day. For filters. */
int provenance_day_range(const struct provenance *p, uint32_t block, int32_t *least,
                         int32_t *greatest, struct err *err);
/* Articles whose ID starts with prefix: *first_rank and *n in the order of IDs. */
int provenance_find_id(const struct provenance *p, struct provenance_cache *c,
                       struct bytes prefix, uint32_t *first_rank, uint32_t *n,
                       struct err *err);
int provenance_by_id(const struct provenance *p, uint32_t rank, article_id *out,
                     struct err *err);
int provenance_verify(const struct provenance *p, struct err *err);
