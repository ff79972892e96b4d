/* An open input cut into pieces of blocks: whole records each time, near CONFIG_BATCH_BYTES, or less where a large plain
 * file begins and ends. Where it cuts depends on the bytes, and on whether they are such a file's, never on how they came in. */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "indexer/input.h"
#include "indexer/json.h"
#include "indexer/stream.h"

enum {
    CUTTER_PIECES_MAX = 4096, /* of a block */
    CUTTER_PEEK_BYTES = 64 * 1024,
    CUTTER_PAD_BYTES = 64,
    /* A plain file from so many bytes on begins and ends with small blocks, and is asked for ahead. */
    CUTTER_LARGE_BYTES = 8 * CONFIG_BATCH_BYTES
};

/* A block while it is filled. A zeroed struct is an empty one. */
struct cutter_block {
    struct buf data;
    struct {
        VEC(struct input_piece) v;
    } pieces;
};

/* The input that is open. */
struct cutter {
    struct stream *stream;
    const struct config *config;
    void (*tell)(void *arg, const struct reject *r);
    void *arg;

    struct input_file *file; /* NULL: none is open */
    struct buf carry;        /* bytes read, not yet in a block */
    size_t carry_scanned;    /* so many of them hold no end of a record */
    uint64_t total;          /* decompressed bytes read */
    uint64_t asked; /* bytes of a large plain file that the system was asked for */
    uint64_t offset, number; /* of the next piece: bytes and records before it */
    uint64_t count;          /* ends of records seen */
    bool started;            /* a piece was made */
    bool ended;              /* the stream has no more */
    bool failed;             /* it ended with damage; that was told */
    struct json_splitter split;
};

/* Takes the file whose stream was opened: reads its first bytes, and from them says which
 * reader (if the name did not) and whether JSON stands one object a line. On failure nothing
 * is open. */
int cutter_open(struct cutter *c, struct input_file *file, struct err *err);
/* Adds a piece to b. When the input has ended c->file is NULL and the stream closed. A damaged
 * input is told and ends; the error is one that ends the build. */
int cutter_fill(struct cutter *c, struct cutter_block *b, struct err *err);
/* Closes what is open, drops the carry. */
void cutter_close(struct cutter *c);
void cutter_release(struct cutter *c);
void cutter_block_release(struct cutter_block *b);
