/* The runs of a segment: in memory while the budget lasts, then in a file without a name.
 * Where a run lies changes no byte of the index. */
#pragma once

#include "base/budget.h"
#include "base/err.h"
#include "base/file.h"
#include "indexer/invert.h"

struct runs {
    struct budget *budget;
    int dirfd;
    const char *dirname;
    VEC(struct run) list;  /* in stream order; a spilled one has no bytes */
    VEC(uint64_t) offsets; /* in the file, of those spilled */
    struct file_writer file;
    bool open;
    uint64_t held_bytes, held_max, spilled_bytes;
};

void runs_init(struct runs *r, struct budget *budget, uint64_t held_max, int dirfd,
               const char *dirname);
void runs_release(struct runs *r); /* accepts a zeroed struct */
/* Takes over a run (emptied); the next one in stream order. It stays in memory while all that do take
 * no more than held_max bytes. */
int runs_add(struct runs *r, struct run *run, struct err *err);
/* Gives the memory of run i, of which nothing is to be read any more, back to the system at once: on any thread, and runs of one
 * list on many. It is released all the same. */
void runs_drop(struct runs *r, size_t i);
/* All are added: spilled ones may be read. */
int runs_flush(struct runs *r, struct err *err);
/* Bytes of one partition of all runs. */
uint64_t runs_partition_bytes(const struct runs *r, uint32_t partition);
/* Bytes of the partitions [first, end) of run i, of all runs, and of the run that has most of them. */
size_t runs_bytes(const struct runs *r, size_t i, uint32_t first, uint32_t end);
uint64_t runs_bytes_all(const struct runs *r, uint32_t first, uint32_t end);
size_t runs_bytes_most(const struct runs *r, uint32_t first, uint32_t end);
bool runs_is_spilled(const struct runs *r, size_t i);
/* The part of run i that belongs to a partition; of a spilled run it is read into `at`, which
 * has room for it (runs_partition_bytes is enough for all of them). */
int runs_slice(const struct runs *r, size_t i, uint32_t partition, uint8_t *at,
               struct bytes *out, struct err *err);
/* The same of the partitions [first, end), which lie one behind the other. */
int runs_slices(const struct runs *r, size_t i, uint32_t first, uint32_t end,
                uint8_t *at, struct bytes *out, struct err *err);
