/* Zeroed memory for tables that are read here and there: from 2 MiB on in huge pages where the system gives them to those who
 * ask (Linux, transparent huge pages, madvise(2)). A look-up in a table of some megabytes otherwise waits for the address of
 * its page as often as for the line. */
#pragma once

#include <stddef.h>

enum {
    HUGE_PAGE_BYTES = 2 << 20
};

/* n zeroed bytes, aligned for any type; NULL: no memory. Room is taken in whole huge pages if n is at least one. */
void *huge_alloc(size_t n);
/* Frees what huge_alloc(n) gave; accepts NULL. */
void huge_free(void *p, size_t n);
