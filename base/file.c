#define _DEFAULT_SOURCE /* flock */

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- reading ------------------------------------------------------------------------- */

static int open_retry(int dirfd, const char *path, int flags, mode_t mode)
{
    int fd;
    do {
        fd = openat(dirfd, path, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

static int open_read_error(int errnum, const char *path, struct err *err)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR: return err_sys(err, ERR_NOT_FOUND, errnum, "'%s'", path);
    case ELOOP: return err_set(err, ERR_INPUT, "'%s': is a symbolic link", path);
    case ENXIO: return err_set(err, ERR_INPUT, "'%s': is not a regular file", path);
    default: return err_sys(err, ERR_IO, errnum, "'%s': cannot open", path);
    }
}

int file_open_read(int dirfd, const char *path, uint64_t *size_out, struct err *err)
{
    /* O_NONBLOCK: a FIFO does not wait for its writer; it has no effect on regular files. */
    int fd = open_retry(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);
    if (fd < 0)
        return open_read_error(errno, path, err);
    struct stat st;
    int rc;
    if (fstat(fd, &st) != 0) {
        rc = err_sys(err, ERR_IO, errno, "'%s': cannot stat", path);
        goto fail;
    }
    if (!S_ISREG(st.st_mode)) {
        rc = err_set(err, ERR_INPUT, "'%s': is %s", path,
                     S_ISDIR(st.st_mode) ? "a folder" : "not a regular file");
        goto fail;
    }
    if (size_out)
        *size_out = (uint64_t)st.st_size;
    return fd;
fail:
    (void)close(fd);
    return rc;
}

ssize_t file_read(int fd, void *data, size_t len, const char *path, struct err *err)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = read(fd, (char *)data + done, len - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0)
            break;
        else if (errno != EINTR)
            return err_sys(err, ERR_IO, errno, "'%s': cannot read", path);
    }
    return (ssize_t)done;
}

int file_pread(int fd, void *data, size_t len, uint64_t offset, const char *path,
               struct err *err)
{
    size_t done = 0;
    while (done < len) {
        off_t at = (off_t)(offset + done);
        ssize_t n = pread(fd, (char *)data + done, len - done, at);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0)
            return err_set(err, ERR_CORRUPT,
                           "'%s': ends at offset %" PRIu64
                           ", where %zu more bytes are due",
                           path, offset + done, len - done);
        else if (errno != EINTR)
            return err_sys(err, ERR_IO, errno, "'%s': cannot read at offset %" PRIu64,
                           path, offset + done);
    }
    return 0;
}

int file_read_all(int dirfd, const char *path, size_t max_bytes, struct buf *out,
                  struct err *err)
{
    uint64_t size = 0;
    int rc = 0;
    int fd = file_open_read(dirfd, path, &size, err);
    if (fd < 0)
        return fd;
    size_t start = out->len;
    /* The size is a hint: the file may grow, and files of /proc say 0. One byte more is
     * asked for than may come, to see both the end and the excess. */
    for (size_t ask = (size_t)(size < max_bytes ? size : max_bytes) + 1;; ask = 65536) {
        size_t had = out->len - start;
        if (ask > max_bytes - had)
            ask = max_bytes - had + 1;
        if (!buf_reserve(out, ask)) {
            rc = buf_check(out, err);
            break;
        }
        ssize_t n = file_read(fd, out->data + out->len, ask, path, err);
        if (n < 0) {
            rc = (int)n;
            break;
        }
        out->len += (size_t)n;
        if (out->len - start > max_bytes) {
            rc = err_set(err, ERR_LIMIT, "'%s': is larger than %zu bytes", path,
                         max_bytes);
            break;
        }
        if ((size_t)n < ask)
            break;
    }
    if (rc != 0)
        out->len = start;
    (void)close(fd);
    return rc;
}

/* --- folders -------------------------------------------------------------------------- */

static int fsync_retry(int fd)
{
    int rc;
    do {
        rc = fsync(fd); /* repeated when interrupted, never after a failure */
    } while (rc != 0 && errno == EINTR);
    return rc;
}

int file_sync_dir(int dirfd, const char *dirname, struct err *err)
{
    int fd = dirfd;
    if (dirfd == AT_FDCWD) {
        fd = open_retry(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, 0);
        if (fd < 0)
            return err_sys(err, ERR_IO, errno, "'%s': cannot open the folder", dirname);
    }
    int rc = 0;
    /* EINVAL: this file system has nothing to sync for a folder. */
    if (fsync_retry(fd) != 0 && errno != EINVAL)
        rc = err_sys(err, ERR_IO, errno, "'%s': cannot sync the folder", dirname);
    if (fd != dirfd)
        (void)close(fd);
    return rc;
}

/* Makes the entry of a new folder durable in its parent. */
static int sync_parent(const char *path, struct err *err)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    char *parent = len ? strndup(path, len) : strdup(".");
    if (!parent)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc;
    int fd = open_retry(AT_FDCWD, parent, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        rc = err_sys(err, ERR_IO, errno, "'%s': cannot open the folder", parent);
    } else {
        rc = file_sync_dir(fd, parent, err);
        (void)close(fd);
    }
    free(parent);
    return rc;
}

int file_open_dir(const char *path, bool make, struct err *err)
{
    if (make) {
        int rc;
        do {
            rc = mkdir(path, 0755);
        } while (rc != 0 && errno == EINTR);
        if (rc == 0)
            rc = sync_parent(path, err);
        else if (errno == EEXIST)
            rc = 0;
        else
            rc = err_sys(err, ERR_IO, errno, "'%s': cannot make the folder", path);
        if (rc != 0)
            return rc;
    }
    int fd = open_retry(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd >= 0)
        return fd;
    switch (errno) {
    case ENOENT: return err_sys(err, ERR_NOT_FOUND, errno, "'%s'", path);
    case ENOTDIR: return err_set(err, ERR_INPUT, "'%s': is not a folder", path);
    default: return err_sys(err, ERR_IO, errno, "'%s': cannot open the folder", path);
    }
}

int file_lock(int dirfd, const char *dirname, const char *name, struct err *err)
{
    int fd = open_retry(dirfd, name,
                        O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0644);
    if (fd < 0)
        return err_sys(err, ERR_IO, errno, "'%s/%s': cannot open", dirname, name);
    int rc;
    do {
        rc = flock(fd, LOCK_EX | LOCK_NB);
    } while (rc != 0 && errno == EINTR);
    if (rc == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        rc = err_set(err, ERR_LOCKED, "'%s/%s': another process holds the lock",
                     dirname, name);
    else
        rc = err_sys(err, ERR_IO, errno, "'%s/%s': cannot lock", dirname, name);
    (void)close(fd);
    return rc;
}

int file_remove(int dirfd, const char *path, struct err *err)
{
    int rc;
    do {
        rc = unlinkat(dirfd, path, 0);
    } while (rc != 0 && errno == EINTR);
    if (rc != 0 && errno != ENOENT)
        return err_sys(err, ERR_IO, errno, "'%s': cannot remove", path);
    return 0;
}

/* --- publishing ----------------------------------------------------------------------- */

int file_rename_durable(int dirfd, const char *dirname, const char *from,
                        const char *to, struct err *err)
{
    int rc;
    do {
        rc = renameat(dirfd, from, dirfd, to);
    } while (rc != 0 && errno == EINTR);
    if (rc != 0)
        return err_sys(err, ERR_IO, errno, "'%s/%s': cannot rename to '%s'", dirname,
                       from, to);
    return file_sync_dir(dirfd, dirname, err);
}

int file_publish(int dirfd, const char *dirname, const char *path, struct bytes data,
                 struct err *err)
{
    struct file_writer w = {0};
    struct buf temp = {0};
    bool made = false;
    /* One fixed name: what a killed run left is overwritten by the next. */
    buf_printf(&temp, ".%s.tmp", path);
    int rc = buf_check(&temp, err);
    if (rc != 0)
        goto out;
    const char *name =
        (const char *)temp.data; /* buf_printf ends it with a zero byte */
    rc = file_remove(dirfd, name, err);
    if (rc != 0)
        goto out;
    rc = file_writer_create(&w, dirfd, name, err);
    if (rc != 0)
        goto out;
    made = true;
    file_writer_put(&w, data.data, data.len);
    rc = file_writer_sync(&w, err);
    if (rc != 0)
        goto out;
    rc = file_rename_durable(dirfd, dirname, name, path, err);
out:
    if (rc != 0 && made)
        (void)file_remove(dirfd, name, NULL);
    file_writer_close(&w);
    buf_release(&temp);
    return rc;
}
