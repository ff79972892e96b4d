#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, madvise */

#include "base/huge.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE ((size_t)HUGE_PAGE_BYTES)

static size_t whole_pages(size_t n)
{
    return (n + PAGE - 1) & ~(PAGE - 1);
}

void *huge_alloc(size_t n)
{
    if (n < PAGE)
        return calloc(n ? n : 1, 1);
    if (n > SIZE_MAX - 2 * PAGE)
        return NULL;
    size_t len = whole_pages(n);
    /* A page more, of which what is before and behind an aligned range goes back. */
    char *all = mmap(NULL, len + PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    size_t before = (size_t)(-(uintptr_t)all & (PAGE - 1));
    if (before > 0)
        (void)munmap(all, before);
    if (PAGE - before > 0)
        (void)munmap(all + before + len, PAGE - before);
    /* Without huge pages it works as well. */
    (void)madvise(all + before, len, MADV_HUGEPAGE);
    return all + before;
}

void *huge_alloc_touched(size_t n)
{
    enum {
        SMALL_PAGE = 4096 /* smaller than it is on some systems: no harm */
    };
    volatile unsigned char *p = huge_alloc(n);
    size_t step = n < PAGE ? (size_t)SMALL_PAGE : PAGE;
    if (!p)
        return NULL;
    for (size_t at = 0; at < n; at += step)
        p[at] = 0;
    return (void *)(uintptr_t)p;
}

void huge_free(void *p, size_t n)
{
    if (!p)
        return;
    if (n < PAGE)
        free(p);
    else
        (void)munmap(p, whole_pages(n));
}
