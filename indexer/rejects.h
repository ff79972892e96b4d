/* What was left out, and remarks on what was not: counted, kept as words for the report, and written to the
 * file of --rejects, one JSON object a line:
 *
 *   {"file":"a.jsonl","record":17,"offset":5230,"length":812,"reason":"no text"}
 *
 * record and length are left out where they are not known; "warning":true where the record
 * was taken all the same. Thread-safe. */
#pragma once

#include <pthread.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "indexer/input.h"

enum {
    REJECTS_TOLD = 5 /* of each kind, whose words are kept for the report */
};

struct rejects {
    pthread_mutex_t lock;
    struct file_writer file;
    bool open, ready;
    uint64_t n_rejects, n_warnings;
    struct buf told; /* lines for people */
    struct err err;  /* first failure to write */
};

/* path: NULL for no file. An existing file is replaced (a regular one only). */
int rejects_open(struct rejects *r, const char *path, struct err *err);
void rejects_put(struct rejects *r, const struct reject *what);
/* Everything is on its way to the file; 0 or the first failure. */
int rejects_finish(struct rejects *r, struct err *err);
void rejects_close(struct rejects *r); /* accepts a zeroed struct */

/* Appends a JSON string; ill-formed UTF-8 becomes U+FFFD. */
void rejects_json_string(struct buf *out, struct bytes text);
