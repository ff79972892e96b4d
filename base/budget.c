#include "base/budget.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void budget_init(struct budget *b, uint64_t limit_bytes)
{
    b->limit_bytes = limit_bytes;
    atomic_init(&b->used_bytes, 0);
    atomic_init(&b->peak_bytes, 0);
}

static void raise_peak(struct budget *b, uint64_t used)
{
    uint64_t peak = atomic_load(&b->peak_bytes);
    while (used > peak && !atomic_compare_exchange_weak(&b->peak_bytes, &peak, used)) {}
}

bool budget_take(struct budget *b, uint64_t n)
{
    uint64_t used = atomic_load(&b->used_bytes);
    do {
        if (used > b->limit_bytes || n > b->limit_bytes - used)
            return false;
    } while (!atomic_compare_exchange_weak(&b->used_bytes, &used, used + n));
    raise_peak(b, used + n);
    return true;
}

void budget_force(struct budget *b, uint64_t n)
{
    raise_peak(b, atomic_fetch_add(&b->used_bytes, n) + n);
}

void budget_give(struct budget *b, uint64_t n)
{
    atomic_fetch_sub(&b->used_bytes, n);
}

uint64_t budget_free(const struct budget *b)
{
    uint64_t used = atomic_load(&b->used_bytes);
    return used < b->limit_bytes ? b->limit_bytes - used : 0;
}

/* A line "Name:   123 kB" of /proc/self/status, in bytes. Not getrusage: its peak is
 * inherited over exec from whatever started us. */
static uint64_t status_bytes(const char *name)
{
    char text[4096];
    size_t len = 0;
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n;
    while (len + 1 < sizeof text &&
           (n = read(fd, text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)n;
    (void)close(fd);
    text[len] = '\0';
    const char *line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

uint64_t budget_peak_rss(void)
{
    return status_bytes("\nVmHWM:");
}

uint64_t budget_rss(void)
{
    return status_bytes("\nVmRSS:");
}

void budget_trim_arenas(void)
{
    /* Nobody else runs yet. NOLINTBEGIN(concurrency-mt-unsafe) */
    (void)mallopt(M_ARENA_MAX, 2);
    (void)mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 512 * 1024);
    /* NOLINTEND(concurrency-mt-unsafe) */
}

enum {
    PLENTY = 512 << 20,  /* bytes of memory from which on freed blocks are kept */
    KEPT_SHARE = 16,     /* of so many parts of it one may be kept */
    KEPT_BLOCK = 4 << 20 /* the largest block that is */
};

uint64_t budget_keep_freed(uint64_t limit_bytes)
{
    if (limit_bytes < PLENTY)
        return 0;
    /* As above. NOLINTBEGIN(concurrency-mt-unsafe) */
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BLOCK);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BLOCK);
    /* NOLINTEND(concurrency-mt-unsafe) */
    return limit_bytes / KEPT_SHARE;
}

void budget_give_back(void)
{
    (void)malloc_trim(0);
}
