#define _DEFAULT_SOURCE /* madvise */

#include "base/budget.h"

#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
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
    uint64_t kept = limit_bytes / KEPT_SHARE;
    (void)mallopt(M_TRIM_THRESHOLD, kept < INT_MAX ? (int)kept : INT_MAX);
    /* NOLINTEND(concurrency-mt-unsafe) */
    return kept;
}

uint64_t budget_freed(void)
{
    return mallinfo2().fordblks;
}

void budget_keep_top(uint64_t bytes)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody allocates now */
    (void)mallopt(M_TRIM_THRESHOLD, bytes < INT_MAX ? (int)bytes : INT_MAX);
}

void budget_give_back(uint64_t kept_max)
{
    if (budget_freed() > kept_max)
        (void)malloc_trim(0);
}

void budget_drop(void *data, size_t len)
{
    long size = sysconf(_SC_PAGESIZE);
    size_t page = size > 0 ? (size_t)size : 1, head = -(uintptr_t)data & (page - 1);
    if (size > 0 && len >= head + page)
        (void)madvise((char *)data + head, (len - head) & ~(page - 1), MADV_DONTNEED);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum {
    CAN_CAP = false
};
#elif defined(__has_feature)
enum {
    CAN_CAP = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) &&
              !__has_feature(memory_sanitizer)
};
#else
enum {
    CAN_CAP = true
};
#endif

enum {
    STACK_BYTES = 8 << 20, /* of a thread where none are set */
    STACK_BYTES_MAX = 1 << 30
};

/* What the stacks of threads may take: addresses that are counted, though most are never touched. */
static uint64_t stack_bytes(unsigned n_threads)
{
    struct rlimit stack;
    uint64_t each = STACK_BYTES;
    if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur < STACK_BYTES_MAX)
        each = stack.rlim_cur;
    return each * n_threads;
}

bool budget_cap(uint64_t limit_bytes, unsigned n_threads)
{
    struct rlimit limit;
    if (!CAN_CAP || getrlimit(RLIMIT_DATA, &limit) != 0)
        return false;
    uint64_t stacks = stack_bytes(n_threads);
    rlim_t want =
        limit_bytes < UINT64_MAX - stacks ? limit_bytes + stacks : limit_bytes;
    if (limit.rlim_max != RLIM_INFINITY && want > limit.rlim_max)
        want = limit.rlim_max;
    limit.rlim_cur = want;
    return setrlimit(RLIMIT_DATA, &limit) == 0;
}

void budget_uncap(void)
{
    struct rlimit limit;
    if (!CAN_CAP || getrlimit(RLIMIT_DATA, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_DATA, &limit);
}
