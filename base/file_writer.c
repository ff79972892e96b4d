/* A buffered sequential writer whose first failure sticks. */
#define _GNU_SOURCE /* O_TMPFILE */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"

enum {
    /* A power of two, of which the second cache of most processors holds some, so that the system copies from there. What is
     * written ends at multiples of it: no page of the file is begun by one call and ended by another. Its pages are as large
     * as a call if the system has such; larger ones it may have to make first (docs/DECISIONS.md, 196). */
    WRITER_BUFFER = 64 << 10,
    BEGUN_AT_ONCE = 2 << 20, /* bytes of a file that is to last */
    /* Room on the disk is asked for ahead, a quarter of what a file has by then: a page that has a place there is written at less
     * cost than one that is only counted. Not for small files; nor for those without a name until they are larger, for where the
     * disk is told of each block that is free again, giving up a file that has blocks waits for it. */
    RESERVED_FROM = 4 << 20,
    RESERVED_FROM_TEMP = 16 << 20,
    RESERVED_PART = 4,
    RESERVED_MAX = 8 << 20,
    HELD_SHARE = 32 /* of the free budget, that one writer may hold in memory */
};

static int open_retry(int dirfd, const char *path, int flags, mode_t mode)
{
    int fd;
    do {
        fd = openat(dirfd, path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* Gives the writer its buffer and the words of its path; both or neither. */
static int prepare(struct file_writer *w, const char *folder, const char *path,
                   struct err *err)
{
    *w = (struct file_writer){.fd = -1};
    size_t len = strlen(folder) + strlen(path) + 1;
    w->path = malloc(len);
    w->buffer = malloc(WRITER_BUFFER);
    if (!w->path || !w->buffer) {
        file_writer_close(w);
        return err_set(err, ERR_NOMEM, "'%s%s': out of memory", folder, path);
    }
    snprintf(w->path, len, "%s%s", folder, path);
    w->cap = WRITER_BUFFER;
    return 0;
}

int file_writer_create(struct file_writer *w, int dirfd, const char *path,
                       struct err *err)
{
    int rc = prepare(w, "", path, err);
    if (rc != 0)
        return rc;
    w->fd = open_retry(dirfd, path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (w->fd < 0) {
        rc = err_sys(err, ERR_IO, errno, "'%s': cannot create", path);
        file_writer_close(w);
    }
    w->lasts = rc == 0;
    return rc;
}

/* A named file that is unlinked at once, for file systems without O_TMPFILE. */
static int open_unlinked(int dirfd)
{
    char name[64];
    int fd = -1;
    for (unsigned attempt = 0; fd < 0 && attempt < 100; attempt++) {
        struct {
            uint64_t seed, pid, attempt;
        } mix = {hash_process_seed(), (uint64_t)getpid(), attempt};
        snprintf(name, sizeof name, ".stemma-%016" PRIx64 ".tmp",
                 hash64(&mix, sizeof mix, 0));
        fd = open_retry(dirfd, name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd < 0 && errno != EEXIST)
            return -1;
    }
    if (fd < 0)
        return -1;
    int rc;
    do {
        rc = unlinkat(dirfd, name, 0);
    } while (rc != 0 && errno == EINTR);
    if (rc != 0) {
        int saved = errno;
        (void)close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

static int open_temp(struct file_writer *w, int dirfd, struct err *err)
{
    do {
        w->fd = openat(dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    } while (w->fd < 0 && errno == EINTR);
    /* What the kernel answers where the file system or it itself knows no O_TMPFILE. */
    if (w->fd < 0 &&
        (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL))
        w->fd = open_unlinked(dirfd);
    return w->fd < 0 ? err_sys(err, ERR_IO, errno, "'%s': cannot create", w->path) : 0;
}

static const char temp_name[] = "/(temporary file)";

int file_writer_temp(struct file_writer *w, int dirfd, const char *dirname,
                     struct err *err)
{
    int rc = prepare(w, dirname, temp_name, err);
    if (rc != 0)
        return rc;
    rc = open_temp(w, dirfd, err);
    if (rc != 0)
        file_writer_close(w);
    return rc;
}

int file_writer_held(struct file_writer *w, int dirfd, const char *dirname,
                     struct budget *budget, struct err *err)
{
    if (!budget)
        return file_writer_temp(w, dirfd, dirname, err);
    int rc = prepare(w, dirname, temp_name, err);
    if (rc == 0) {
        w->budget = budget;
        w->dirfd = dirfd;
    }
    return rc;
}

static void write_at(struct file_writer *w, const uint8_t *data, size_t len,
                     uint64_t offset)
{
    while (len > 0 && w->err.code == 0) {
        ssize_t n = pwrite(w->fd, data, len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int errnum = n < 0 ? errno : ENOSPC;
            err_sys(&w->err, ERR_IO, errnum, "'%s': cannot write at offset %" PRIu64,
                    w->path, offset);
            return;
        }
        data += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
}

/* Has the system begin to write what the file got, so that an fsync at its end finds most of it written. It promises nothing
 * and its failures are told by that fsync. */
static void begin_writing(struct file_writer *w)
{
#ifdef SYNC_FILE_RANGE_WRITE
    if (w->lasts && w->err.code == 0 && w->offset - w->begun >= BEGUN_AT_ONCE) {
        (void)sync_file_range(w->fd, (off_t)w->begun, (off_t)(w->offset - w->begun),
                              SYNC_FILE_RANGE_WRITE);
        w->begun = w->offset;
    }
#else
    (void)w;
#endif
}

#ifdef FALLOC_FL_KEEP_SIZE
/* How many bytes from here on the disk is asked for. */
static uint64_t room_ahead(const struct file_writer *w)
{
    uint64_t more = w->offset / RESERVED_PART;
    if (w->offset < (w->lasts ? RESERVED_FROM : RESERVED_FROM_TEMP))
        return 0;
    more = more < RESERVED_MAX ? more : RESERVED_MAX;
    if (w->due == 0)
        return more;
    uint64_t left = w->due > w->offset ? w->due - w->offset : 0;
    return left < more ? left : more;
}
#endif

/* Has the system find room for what is written next. Where it cannot, or there is none, it is not asked again: a write
 * will tell. */
static void reserve(struct file_writer *w, size_t len)
{
#ifdef FALLOC_FL_KEEP_SIZE
    if (len == 0 || w->offset + len <= w->reserved || w->unreserved || w->err.code != 0)
        return;
    uint64_t more = room_ahead(w);
    if (more == 0)
        return;
    if (fallocate(w->fd, FALLOC_FL_KEEP_SIZE, (off_t)w->offset, (off_t)more) == 0)
        w->reserved = w->offset + more;
    else
        w->unreserved = true;
#else
    (void)w;
    (void)len;
#endif
}

/* Gives back room that was reserved and is not needed; if that fails the file only takes more of the disk. */
static void give_back_reserved(struct file_writer *w)
{
    if (w->err.code == 0 && w->reserved > w->offset &&
        ftruncate(w->fd, (off_t)w->offset) == 0)
        w->reserved = w->offset;
}

/* Writes the next bytes of the file. */
static void write_next(struct file_writer *w, const uint8_t *data, size_t len)
{
    reserve(w, len);
    write_at(w, data, len, w->offset);
    w->offset += len;
    begin_writing(w);
}

/* --- what is held in memory ---------------------------------------------------------------- */

static void drop_held(struct file_writer *w)
{
    if (w->budget)
        budget_give(w->budget, w->held.len * w->cap);
    for (size_t i = 0; i < w->held.len; i++)
        free(w->held.items[i]);
    vec_release(&w->held);
    w->budget = NULL;
}

/* Makes the file, and writes there what was held. */
static void spill(struct file_writer *w)
{
    if (!w->budget)
        return;
    if (w->err.code == 0)
        (void)open_temp(w, w->dirfd, &w->err);
    w->offset = 0;
    for (size_t i = 0; i < w->held.len; i++)
        write_next(w, w->held.items[i], w->cap);
    drop_held(w);
}

/* Keeps the buffer, which is full, and takes another one. */
static bool hold(struct file_writer *w)
{
    if (!w->budget ||
        (w->held.len + 1) * w->cap > budget_free(w->budget) / HELD_SHARE ||
        !budget_take(w->budget, w->cap))
        return false;
    uint8_t *buffer = malloc(w->cap);
    if (!buffer || !vec_push(&w->held, w->buffer)) {
        free(buffer);
        budget_give(w->budget, w->cap);
        return false;
    }
    w->buffer = buffer;
    w->offset += w->cap;
    w->used = 0;
    return true;
}

/* --- the buffer ---------------------------------------------------------------------------- */

static void flush(struct file_writer *w)
{
    spill(w);
    write_next(w, w->buffer, w->used);
    w->used = 0;
}

/* Bytes until the buffer is to be written. */
static size_t room(const struct file_writer *w)
{
    return w->cap - (size_t)(w->offset & (w->cap - 1)) - w->used;
}

/* The first of a row of bytes that the buffer has no room for; returns how many were taken. */
static size_t put_some(struct file_writer *w, const uint8_t *data, size_t len)
{
    size_t n = room(w);
    if (w->used == 0 && n == w->cap && len >= n && !w->budget) { /* as it lies */
        write_next(w, data, n);
        return n;
    }
    memcpy(w->buffer + w->used, data, n);
    w->used += n;
    if (!hold(w))
        flush(w);
    return n;
}

void file_writer_put(struct file_writer *w, const void *data, size_t len)
{
    const uint8_t *from = data;
    if (w->err.code != 0 || len == 0)
        return;
    while (len > room(w)) {
        size_t n = put_some(w, from, len);
        from += n;
        len -= n;
    }
    memcpy(w->buffer + w->used, from, len);
    w->used += len;
}

static void copy_held(struct file_writer *w, const struct file_writer *from,
                      uint64_t len)
{
    for (size_t i = 0; i < from->held.len && len > 0; i++) {
        size_t n = len < from->cap ? (size_t)len : from->cap;
        file_writer_put(w, from->held.items[i], n);
        len -= n;
    }
    file_writer_put(w, from->buffer, (size_t)len);
}

static void copy_file(struct file_writer *w, const struct file_writer *from,
                      uint64_t len)
{
    for (uint64_t at = 0; at < len && w->err.code == 0;) {
        if (room(w) == 0)
            flush(w);
        size_t n = room(w) < len - at ? room(w) : (size_t)(len - at);
        if (file_pread(from->fd, w->buffer + w->used, n, at, from->path, &w->err) != 0)
            return;
        w->used += n;
        at += n;
    }
}

void file_writer_copy(struct file_writer *w, struct file_writer *from, uint64_t len)
{
    assert(len <= file_writer_tell(from));
    if (from->budget) {
        copy_held(w, from, len);
        return;
    }
    flush(from);
    if (from->err.code == 0)
        copy_file(w, from, len);
    else if (w->err.code == 0)
        w->err = from->err;
}

void file_writer_expect(struct file_writer *w, uint64_t len)
{
    w->due = len;
}

uint64_t file_writer_tell(const struct file_writer *w)
{
    return w->offset + w->used;
}

void file_writer_patch(struct file_writer *w, uint64_t offset, const void *data,
                       size_t len)
{
    assert(offset <= file_writer_tell(w) && len <= file_writer_tell(w) - offset);
    flush(w);
    write_at(w, data, len, offset);
}

static int report(const struct file_writer *w, struct err *err)
{
    return w->err.code ? err_set(err, w->err.code, "%s", w->err.msg) : 0;
}

int file_writer_flush(struct file_writer *w, struct err *err)
{
    if (!w->budget)
        flush(w);
    return report(w, err);
}

int file_writer_read(const struct file_writer *w, void *out, size_t len,
                     uint64_t offset, struct err *err)
{
    uint8_t *to = out;
    if (!w->budget)
        return file_pread(w->fd, out, len, offset, w->path, err);
    if (offset > file_writer_tell(w) || len > file_writer_tell(w) - offset)
        return err_set(err, ERR_CORRUPT, "'%s': is shorter", w->path);
    while (len > 0) {
        size_t block = (size_t)(offset / w->cap), at = (size_t)(offset % w->cap);
        const uint8_t *from = block < w->held.len ? w->held.items[block] : w->buffer;
        size_t n = w->cap - at < len ? w->cap - at : len;
        memcpy(to, from + at, n);
        to += n;
        offset += n;
        len -= n;
    }
    return 0;
}

int file_writer_sync(struct file_writer *w, struct err *err)
{
    flush(w);
    give_back_reserved(w);
    if (w->err.code == 0) {
        int rc;
        do {
            rc = fsync(w->fd); /* repeated when interrupted, never after a failure */
        } while (rc != 0 && errno == EINTR);
        /* After a failure the kernel may have dropped the pages: this file is lost. */
        if (rc != 0)
            err_sys(&w->err, ERR_IO, errno, "'%s': cannot sync", w->path);
    }
    return report(w, err);
}

void file_writer_close_file(struct file_writer *w)
{
    /* A zeroed struct has descriptor 0 and no path: it holds nothing. */
    if (w->path && w->fd >= 0)
        (void)close(w->fd);
    w->fd = -1;
}

void file_writer_close(struct file_writer *w)
{
    file_writer_close_file(w);
    drop_held(w);
    free(w->path);
    free(w->buffer);
    *w = (struct file_writer){.fd = -1};
}
