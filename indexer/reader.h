/* What a reader must do: turn a piece of a block into records. Readers run on workers, share nothing, and
 * allocate from scratch memory that is reset for each record. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "text/analyser.h"
#include "indexer/config.h"
#include "indexer/input.h"

/* One record. All bytes live until the callback returns. */
struct record {
    uint64_t
        number; /* in its piece, from 0 (lines of JSONL count even when blank or rejected) */
    uint64_t offset;  /* of its bytes in the decompressed input */
    struct bytes raw; /* its bytes: a JSONL line without its line end; a whole file */
    struct source_text title, body; /* maps go to offsets in raw */
    struct bytes id, url, outlet, author, date_text, section,
        language;       /* decoded UTF-8 (well-formed), trimmed, without line ends */
    struct bytes tags;  /* likewise, PROVENANCE_ITEMS between them (indexer/tags.h) */
    unsigned tags_lost; /* tags that were over the limits, left out or cut */
    int32_t day;        /* DAY_NONE if unknown */
    uint32_t second;    /* UTC; UINT32_MAX if only a day is known */
    enum date_from date_from;
    enum reader_kind reader;
    uint8_t reader_version;
};

struct reader_events {
    int (*record)(void *arg, const struct record *r, struct err *err);
    /* A record that could not be used: number and offset as above. Returns 0 or an error that ends the build. */
    int (*reject)(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                  const char *reason, struct err *err);
    void *arg;
    /* A remark on a record that is used all the same (its encoding was guessed, its front
     * matter is damaged), told before the record; NULL: not wanted. */
    int (*warn)(void *arg, uint64_t number, uint64_t offset, uint64_t len,
                const char *reason, struct err *err);
};

struct reader; /* scratch for one worker, all formats */
struct reader *reader_new(const struct config *c);
void reader_free(struct reader *r);
/* Reads all records of a piece; *n_numbers is how many numbers it used up (lines, or 1 for a file). */
int reader_piece(struct reader *r, const struct input_block *block,
                 const struct input_piece *piece, const struct reader_events *events,
                 uint64_t *n_numbers, struct err *err);
