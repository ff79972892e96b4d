/* The memory budget of a build: what is held, by agreement of those who hold it. It does not
 * allocate; it answers whether something may. Thread-safe. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budget {
    uint64_t limit_bytes;
    _Atomic uint64_t used_bytes;
    _Atomic uint64_t peak_bytes;
};

void budget_init(struct budget *b, uint64_t limit_bytes);
/* Takes n bytes if they fit; false (and nothing taken) otherwise. */
bool budget_take(struct budget *b, uint64_t n);
/* Takes n bytes whether they fit or not (what cannot be put off). */
void budget_force(struct budget *b, uint64_t n);
void budget_give(struct budget *b, uint64_t n);
uint64_t budget_free(const struct budget *b); /* 0 when over */
/* Peak resident set of this process so far, in bytes (VmHWM); 0 if unknown. */
uint64_t budget_peak_rss(void);
uint64_t budget_rss(void); /* now */
/* Makes the process's memory follow what is held: two malloc arenas, blocks of 256 KiB and
 * more mapped on their own and given back when freed, free memory above 512 KiB at the top
 * of the heap given back. glibc would raise the threshold with use and keep what was freed.
 * For main.c of the indexer, before any thread is started. */
void budget_trim_arenas(void);
/* For a process that may have plenty of memory, limit_bytes in all: blocks of up to 4 MiB stay with malloc when they
 * are freed, for each page that comes again from the system costs more than what is done with it. To be called before
 * any thread is started; returns how much more than what is held that may come to, to be set aside: 0 where memory
 * is too little for it, and then nothing changes. */
uint64_t budget_keep_freed(uint64_t limit_bytes);
/* Gives back to the system what was freed and kept, if that is more than kept_max bytes: between phases, which need
 * blocks of other sizes. */
void budget_give_back(uint64_t kept_max);
/* Gives the pages that lie wholly in a block of malloc back to the system; what it held is lost, the block stays. Unlike
 * budget_give_back it keeps nobody from malloc. */
void budget_drop(void *data, size_t len);
/* Bytes that were freed and kept. */
uint64_t budget_freed(void);
/* As many may from now on lie free at the top of the heap, where budget_keep_freed let less. While nobody allocates. */
void budget_keep_top(uint64_t bytes);
/* Makes the system refuse memory beyond limit_bytes to this process, beside files that are mapped to be read and the
 * stacks of n_threads other threads: from then on malloc says no, and what asked for it fails with ERR_NOMEM. May be
 * called again with other numbers. False where that cannot be had, as under a sanitizer, which needs terabytes of
 * addresses itself. */
bool budget_cap(uint64_t limit_bytes, unsigned n_threads);
/* Lifts it: to tell of what failed, and in a child that is about to be another program. */
void budget_uncap(void);
