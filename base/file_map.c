/* Read-only maps of whole files, and what happens when the file under a map shrinks. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

/* The maps that are open, for the SIGBUS handler, which may touch only atomics. A slot is
 * free while start is 0 and being filled while it is 1. Maps over the maximum still work;
 * a fault on them has the signal's usual effect. */
enum {
    MAPS_MAX = 4096
};

static struct {
    _Atomic uintptr_t start;
    _Atomic size_t len;
    _Atomic(const char *) path;
} maps[MAPS_MAX];

static void remember(const struct file_map *m)
{
    for (size_t i = 0; i < MAPS_MAX; i++) {
        uintptr_t empty = 0;
        if (atomic_load_explicit(&maps[i].start, memory_order_relaxed) == 0 &&
            atomic_compare_exchange_strong(&maps[i].start, &empty, 1)) {
            atomic_store(&maps[i].len, m->len);
            atomic_store(&maps[i].path, m->path);
            atomic_store(&maps[i].start, (uintptr_t)m->data);
            return;
        }
    }
}

static void forget(const struct file_map *m)
{
    for (size_t i = 0; i < MAPS_MAX; i++) {
        if (atomic_load_explicit(&maps[i].start, memory_order_relaxed) ==
            (uintptr_t)m->data) {
            atomic_store(&maps[i].path, NULL);
            atomic_store(&maps[i].start, 0);
            return;
        }
    }
}

static char *join_path(const char *dirname, const char *path)
{
    size_t len = strlen(dirname) + strlen(path) + 2;
    char *joined = malloc(len);
    if (joined)
        snprintf(joined, len, "%s%s%s", dirname, *dirname ? "/" : "", path);
    return joined;
}

/* Maps size bytes of a file; m->path is there. */
static int map_whole(struct file_map *m, int fd, uint64_t size, struct err *err)
{
    if (size > SIZE_MAX / 2)
        return err_set(err, ERR_LIMIT, "'%s': is too large to map", m->path);
    m->len = (size_t)size;
    if (m->len == 0)
        return 0;
    void *at = mmap(NULL, m->len, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return err_sys(err, errno == ENOMEM ? ERR_NOMEM : ERR_IO, errno,
                       "'%s': cannot map", m->path);
    m->data = at;
    remember(m);
    return 0;
}

int file_writer_map(const struct file_writer *w, struct file_map *m, struct err *err)
{
    assert(!w->budget);
    struct file_map map = {.path = strdup(w->path)};
    if (!map.path)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = map_whole(&map, w->fd, w->offset, err);
    if (rc == 0)
        *m = map;
    else
        free(map.path);
    return rc;
}

int file_map_open(struct file_map *m, int dirfd, const char *dirname, const char *path,
                  struct err *err)
{
    return file_map_open_head(m, dirfd, dirname, path, NULL, 0, err);
}

/* Seven parameters, as the header promises. NOLINTNEXTLINE(readability-function-size) */
int file_map_open_head(struct file_map *m, int dirfd, const char *dirname,
                       const char *path, uint8_t *head, size_t head_len,
                       struct err *err)
{
    struct file_map map = {0};
    uint64_t size = 0;
    int rc = 0;
    int fd = -1;
    map.path = join_path(dirname, path);
    if (!map.path) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    fd = file_open_read(dirfd, path, &size, err);
    if (fd < 0) {
        rc = *dirname ? err_wrap(err, "'%s'", dirname) : fd;
        if (!err)
            rc = fd;
        goto out;
    }
    if (size >= head_len && head_len > 0)
        rc = file_pread(fd, head, head_len, 0, map.path, err);
    if (rc == 0)
        rc = map_whole(&map, fd, size, err);
    if (rc != 0)
        goto out;
    void *at;
    memcpy(&at, &map.data,
           sizeof at); /* drops const, which posix_madvise does not take */
    if (at)
        (void)posix_madvise(at, map.len, POSIX_MADV_RANDOM);
    *m = map;
    map.path = NULL;
out:
    if (fd >= 0)
        (void)close(fd);
    free(map.path);
    return rc;
}

void file_map_close(struct file_map *m)
{
    if (m->data) {
        forget(m);
        void *at;
        memcpy(&at, &m->data, sizeof at); /* drops const: the map is ours */
        (void)munmap(at, m->len);
    }
    free(m->path);
    *m = (struct file_map){0};
}

void file_map_willneed(const struct file_map *m, uint64_t offset, uint64_t len)
{
    if (!m->data || offset >= m->len || len == 0)
        return;
    if (len > m->len - offset)
        len = m->len - offset;
    long page = sysconf(_SC_PAGESIZE);
    uint64_t slack = page > 0 ? offset % (uint64_t)page : 0;
    void *at;
    memcpy(&at, &m->data, sizeof at);
    (void)posix_madvise((char *)at + (offset - slack), (size_t)(len + slack),
                        POSIX_MADV_WILLNEED);
}

/* --- the SIGBUS handler: only atomics, write and _exit --------------------------------- */

static void say(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, text, len);
        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

/* Bytes a terminal could obey are shown as '?': the path may come from anybody. */
static void say_path(const char *path)
{
    char text[256];
    size_t n = 0;
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        text[n] = *path;
        if (c < 0x20 || c >= 0x7f)
            text[n] = '?';
        n++;
        if (n == sizeof text) {
            say(text, n);
            n = 0;
        }
    }
    say(text, n);
}

static void say_number(uint64_t v)
{
    char text[20];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    say(text + at, sizeof text - at);
}

static void on_bus_error(int signo, siginfo_t *info, void *context)
{
    (void)context;
    uintptr_t fault = (uintptr_t)info->si_addr;
    if (info->si_code > 0) { /* of the kernel, not of kill */
        for (size_t i = 0; i < MAPS_MAX; i++) {
            uintptr_t start = atomic_load(&maps[i].start);
            const char *path = atomic_load(&maps[i].path);
            if (start <= 1 || fault < start ||
                fault - start >= atomic_load(&maps[i].len))
                continue;
            static const char words[] =
                "': the file was changed while it was read, at offset ";
            say("error: damaged: '", 17);
            say_path(path ? path : "?");
            say(words, sizeof words - 1);
            say_number(fault - start);
            say("\n", 1);
            _exit(3);
        }
    }
    /* Not ours: the usual effect, when the instruction faults again or at once. */
    struct sigaction usual = {.sa_handler = SIG_DFL};
    (void)sigaction(signo, &usual, NULL);
    if (info->si_code <= 0)
        (void)raise(signo);
}

void file_guard_maps(void)
{
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGBUS, &action, NULL);
}
