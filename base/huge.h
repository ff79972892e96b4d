/* Zeroed memory for tables that are read here and there: from 2 MiB on in huge pages where the system gives them to those who
 * ask (Linux, transparent huge pages, madvise(2)). A look-up in a table of some megabytes otherwise waits for the address of
 * its page as often as for the line. */
#pragma once

#include <stddef.h>

enum {
    HUGE_PAGE_BYTES = 2 << 20
};

/* Of a table of n bytes what to ask for: a whole huge page if it takes most of one. */
static inline size_t huge_round(size_t n)
{
    return n >= HUGE_PAGE_BYTES / 4 * 3 && n < HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : n;
}

/* n zeroed bytes, aligned for any type; NULL: no memory. Room is taken in whole huge pages if n is at least one. */
void *huge_alloc(size_t n);
/* The same for a table all over which entries will be put: each of its pages is written to. The first access to a page would else
 * often be a read, for which the system maps a page of zeros that all share, and the write that follows would be a second
 * fault, which tells the other processors to forget the first. */
void *huge_alloc_touched(size_t n);
/* Frees what huge_alloc(n) or huge_alloc_touched(n) gave; accepts NULL. */
void huge_free(void *p, size_t n);
