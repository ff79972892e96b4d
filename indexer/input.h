/* Inputs: the list of files in a fixed order, opened, decompressed, and cut into blocks of
 * whole records. Everything here runs on one thread at a time: on the source thread, which alone may wait, or, where
 * inputs_seldom_wait says so, on any. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/buf.h"
#include "base/err.h"
#include "formats/provenance.h"
#include "indexer/config.h"

/* One file (or standard input). Lives until inputs_close. */
struct input_file {
    char *path;      /* as the user would name it: operand plus the path below it */
    uint32_t number; /* place in the sorted list */
    uint64_t size, mtime_ns; /* as found; 0 for standard input */
    /* Of standard input and of operands with an unknown suffix: 0 until it is opened, then
     * what its first bytes say. */
    enum reader_kind reader;
    /* JSON values one after the other or in an array, over any number of lines, instead of
     * one a line; known once it is opened. */
    bool values;
    bool listed; /* an operand, not found in a folder */
};

/* Part of a block: whole records of one input, in order. */
struct input_piece {
    const struct input_file *file;
    uint64_t offset; /* in the decompressed input */
    uint64_t number; /* of its first record in the input, from 0: records that were left
                      * out before it (too long) have used up numbers too */
    uint32_t at, len; /* bytes of the block's data */
    bool first, last; /* first / last piece of its input */
};

/* A batch's bytes: JSONL cut after a line end near CONFIG_BATCH_BYTES, or several whole small files. */
struct input_block {
    uint8_t *data; /* owned; followed by 64 readable zero bytes */
    size_t len, cap;
    struct input_piece *pieces; /* owned */
    size_t n_pieces;
};
void input_block_free(struct input_block *b); /* accepts NULL */

/* Something that was left out or could not be read, for the rejects file and the exit status.
 * length 0: unknown. warning: nothing was lost (a reader's remark). */
struct reject {
    const char *path;
    uint64_t record, offset, length; /* record 0: not known (an input as a whole) */
    const char *reason;
    bool warning;
};

struct inputs;
/* Walks the operands (folders recursively, names in byte order, links and special files skipped and told), keeps each
 * file once (device and inode). ERR_INPUT/ERR_NOT_FOUND when an operand does not exist. budget: what decompressors hold
 * (zstd's window) is taken from it; a frame that needs more than may be had is a reject that says how much.
 * tell: called on the thread that reads, for inputs skipped, truncated or damaged. */
int inputs_open(struct inputs **out, const struct config *c, struct budget *budget,
                void (*tell)(void *arg, const struct reject *r), void *arg,
                struct err *err);
/* The next block: 0, ITER_END, or an error that ends the build. A damaged or unreadable file is told and the
 * next one is read: a bad file never costs a good one. The last line of a JSONL input needs no line end. */
int inputs_next(struct inputs *in, struct input_block **out, struct err *err);
/* Whether inputs_next hardly waits, nor has much to do: all are plain files, by their names, and large ones, which are asked for
 * ahead. */
bool inputs_seldom_wait(const struct inputs *in);
void inputs_close(struct inputs *in);
/* Makes inputs_next return ERR_INTERRUPTED soon, also when it waits for standard input; any
 * thread. */
void inputs_stop(struct inputs *in);
uint32_t inputs_count(const struct inputs *in);
uint64_t inputs_bytes(const struct inputs *in);      /* sizes on disk, for progress */
uint64_t inputs_bytes_read(const struct inputs *in); /* on disk so far; any thread */
const struct input_file *inputs_file(const struct inputs *in, uint32_t number);
