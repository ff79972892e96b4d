/* Scanned articles between the phases: tokens, metadata, fingerprints and their places in four files that have no
 * name (base/file.h, file_writer_temp). Written by one thread at a time, in the order of
 * commits; read by many afterwards, each with its own reader.
 *
 * An article's tokens, with provisional numbers (indexer/lexicon.h):
 *
 *   tokens: blocks of indexer/token_block.h
 *   after the last: tail separator varint | number of joins varint | joins
 *   join: token - that of the join before varint | term u32
 *
 * Number 0 is the separator " " without a break, which is by far the commonest. Fingerprints lie
 * in sheets (indexer/sheet.h), one or a few for each batch, in memory while there is plenty. */
#pragma once

#include "base/budget.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"
#include "text/winnow.h"
#include "indexer/article.h"
#include "indexer/metadata.h"
#include "indexer/sheet.h"
#include "indexer/token_block.h"

struct spool {
    struct file_writer tokens, metadata, prints, places;
    bool tokens_open, metadata_open, prints_open, places_open;
    VEC(struct sheet) sheets;
    struct file_map tokens_map, metadata_map, prints_map,
        places_map;        /* see spool_map */
    uint64_t held;         /* bytes of prints in memory */
    struct budget *budget; /* that all that is charged to */
};

int spool_open(struct spool *s, int dirfd, const char *dirname, struct err *err);
/* Fingerprints that are put stay in memory while they take little of what is free of the budget, which need not be the one of
 * spool_map. */
void spool_hold(struct spool *s, struct budget *budget);
/* All is put: what follows are reads. */
int spool_flush(struct spool *s, struct err *err);
/* Maps those of the files, all written out, that take little of what is free of the budget: a reader then
 * finds them where they are, without a call and a copy for each article or part of a sheet. */
void spool_map(struct spool *s, struct budget *budget);
/* Prints are not read any more, places are: gives back what is held, and their file, whose memory and room on the disk are then for
 * what is written next. */
void spool_drop_prints(struct spool *s);
/* Nor are places. */
void spool_drop_places(struct spool *s);
void spool_close(struct spool *s); /* accepts a zeroed struct */
/* Takes over the sheets of a batch, whose places are offsets into `places` and whose articles are counted from
 * the batch's first, which has the number first_article. On failure they stay the caller's. */
int spool_put_sheets(struct spool *s, const struct sheet *sheets, size_t n,
                     struct bytes places, uint32_t first_article, struct err *err);
/* Bytes of memory that the list of sheets takes. */
uint64_t spool_memory(const struct spool *s);

/* --- reading ------------------------------------------------------------------------------ */

/* A joined entry that begins at a token. */
struct spool_join {
    uint32_t token;
    uint32_t term;
};
struct spool_joins {
    VEC(struct spool_join) v;
};

/* Reads one of the files through a window. A zeroed struct reads nothing. */
struct spool_reader {
    const struct file_writer *file;
    const uint8_t *data; /* buffer, or the file's map */
    uint8_t *buffer;     /* owned */
    size_t cap, len, pos;
    uint64_t at;  /* file offset of data[0] */
    size_t ahead; /* bytes to ask for at a time */
    /* of tokens: the article's that are still to be decoded, and a block of which some were asked for */
    uint32_t left, held, held_at;
    uint32_t surfaces[TOKEN_BLOCK], seps[TOKEN_BLOCK];
};

void spool_read_tokens_of(struct spool_reader *r, const struct spool *s);
void spool_read_metadata_of(struct spool_reader *r, const struct spool *s);
void spool_reader_release(struct spool_reader *r);

/* Tells the processor that an article's first tokens will be read soon, or its metadata, if they are mapped. */
void spool_expect_tokens(const struct spool *s, const struct article *a);
void spool_expect_metadata(const struct spool *s, const struct article *a);

/* Goes to the first token of an article. */
void spool_seek(struct spool_reader *r, const struct article *a);
/* The next n tokens (of those the article has); seps may be NULL. */
int spool_tokens(struct spool_reader *r, size_t n, uint32_t *surfaces, uint32_t *seps,
                 struct err *err);
/* The next block of the article's tokens as it was put; b->n becomes 0 behind the last. Not between two calls of spool_tokens that
 * cut a block. */
int spool_block(struct spool_reader *r, struct token_block *b, struct err *err);
/* After the last token: what follows it; joins may be NULL. */
int spool_tail(struct spool_reader *r, uint32_t *tail, struct spool_joins *joins,
               struct err *err);
/* An article's metadata; m points into the reader until its next use. */
int spool_metadata(struct spool_reader *r, const struct article *a, struct metadata *m,
                   struct err *err);
/* Prints of sheet number `sheet` in a partition: `n` of them from number `from` of the sheet on,
 * SHEET_PRINT_BYTES each. The first: where they lie in memory, NULL if they do not; the other reads them to out. */
const uint8_t *spool_held_prints(const struct spool *s, size_t sheet, uint32_t from,
                                 uint32_t n);
int spool_read_prints(const struct spool *s, size_t sheet, uint32_t from, uint32_t n,
                      uint8_t *out, struct err *err);
/* Prints of all sheets. */
uint64_t spool_prints(const struct spool *s);
/* Where the body of an article has fingerprints (indexer/sheet.h): winnow_place_words(tokens) words, where tokens are those of
 * its body, to out. The article has fingerprints. */
int spool_places(const struct spool *s, uint32_t article, uint32_t tokens,
                 uint64_t *out, struct err *err);

/* What stands from an offset in metadata on, up to `most` bytes, read at once; *out points into the reader until its next use. */
int spool_look(struct spool_reader *r, uint64_t offset, size_t most, struct bytes *out,
               struct err *err);
/* len bytes at an offset of a record of metadata, for orders of URLs and IDs. */
int spool_peek(struct spool_reader *r, uint64_t offset, size_t len, uint8_t *out,
               struct err *err);
