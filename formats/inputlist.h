/* The inputs of a generation (inputs-<gen>.stm; docs/format/inputlist.md): each file that was
 * read, with what was taken from it and what was not. It holds times of modification and so
 * is outside the promise of equal bytes. */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "formats/container.h"

struct inputlist_row {
    struct bytes path; /* as the user named it */
    uint64_t size, mtime_ns;
    uint64_t records, rejects, warnings;
    uint8_t reader; /* enum reader_kind; 0: it was not read */
};

struct inputlist_writer;
int inputlist_writer_create(struct inputlist_writer **out, int dirfd,
                            const char *dirname, const char *name, struct err *err);
/* Rows in the order in which inputs were read. */
void inputlist_writer_put(struct inputlist_writer *w, const struct inputlist_row *row);
/* Ends, fsyncs and closes the file; frees w. On failure the file is removed. */
int inputlist_writer_finish(struct inputlist_writer *w, struct hash128 *hash,
                            uint64_t *len, struct err *err);
void inputlist_writer_abort(struct inputlist_writer *w); /* removes it; accepts NULL */

struct inputlist {
    struct container *container; /* owned */
    struct section section;
    uint64_t at; /* next row, in the section */
    uint64_t left;
};
int inputlist_open(struct inputlist *l, int dirfd, const char *dirname,
                   const char *name, const struct hash128 *hash, uint64_t len,
                   struct err *err);
void inputlist_close(struct inputlist *l); /* accepts a zeroed struct */
/* The next row: 0, ITER_END, ERR_CORRUPT. path lives until the list is closed. */
int inputlist_next(struct inputlist *l, struct inputlist_row *out, struct err *err);
