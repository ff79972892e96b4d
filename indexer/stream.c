#include "indexer/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum {
    WAIT_MS = 100 /* between looks at `stop` while standard input gives nothing */
};

/* --- the file -------------------------------------------------------------------------- */

/* Waits until fd can be read. A signal that interrupts poll is no reason to stop: `stop` is. */
static int wait_for_input(const struct stream *s, struct err *err)
{
    for (;;) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        if (s->stop && atomic_load(s->stop))
            return err_set(err, ERR_INTERRUPTED, "'%s': reading was stopped", s->path);
        int n = poll(&p, 1, WAIT_MS);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return err_sys(err, ERR_IO, errno, "'%s': cannot wait", s->path);
    }
}

/* Reads what comes first from standard input, as much as is asked for from a file. */
static ssize_t read_some(struct stream *s, uint8_t *data, size_t len, struct err *err)
{
    if (s->stop && atomic_load(s->stop))
        return err_set(err, ERR_INTERRUPTED, "'%s': reading was stopped", s->path);
    if (!s->waits)
        return file_read(s->fd, data, len, s->path, err);
    for (;;) {
        int rc = wait_for_input(s, err);
        if (rc != 0)
            return rc;
        ssize_t n = read(s->fd, data, len);
        if (n >= 0)
            return n;
        if (errno != EINTR && errno != EAGAIN)
            return err_sys(err, ERR_IO, errno, "'%s': cannot read", s->path);
    }
}

/* Reads until len bytes are there or the file ends. */
static int read_raw(struct stream *s, uint8_t *data, size_t len, size_t *got,
                    struct err *err)
{
    *got = 0;
    while (*got < len && !s->ended) {
        ssize_t n = read_some(s, data + *got, len - *got, err);
        if (n < 0)
            return (int)n;
        if (n == 0)
            s->ended = true;
        *got += (size_t)n;
        if (s->bytes_read)
            atomic_fetch_add(s->bytes_read, (uint64_t)n);
    }
    return 0;
}

int stream_fill(struct stream *s, struct err *err)
{
    size_t got;
    s->raw_offset += s->at;
    s->len -= s->at;
    if (s->len > 0 && s->at > 0)
        memmove(s->buffer, s->buffer + s->at, s->len);
    s->at = 0;
    int rc = read_raw(s, s->buffer + s->len, STREAM_BUFFER_BYTES - s->len, &got, err);
    s->len += got;
    return rc;
}

uint64_t stream_offset(const struct stream *s)
{
    return s->raw_offset + s->at;
}

/* --- kinds ----------------------------------------------------------------------------- */

static enum stream_kind kind_of(const uint8_t *p, size_t n)
{
    static const uint8_t gzip[] = {0x1F, 0x8B}, zstd[] = {0x28, 0xB5, 0x2F, 0xFD};
    static const uint8_t skippable[] = {0x2A, 0x4D, 0x18}; /* after 0x50 to 0x5F */
    if (n >= 2 && memcmp(p, gzip, 2) == 0)
        return STREAM_GZIP;
    if (n >= 4 && memcmp(p, zstd, 4) == 0)
        return STREAM_ZSTD;
    if (n >= 4 && (p[0] & 0xF0) == 0x50 && memcmp(p + 1, skippable, 3) == 0)
        return STREAM_ZSTD;
    return STREAM_PLAIN;
}

int stream_open(struct stream *s, int fd, const char *path, struct err *err)
{
    int rc = 0;
    s->fd = fd;
    s->waits = fd == STDIN_FILENO;
    s->path = path;
    s->ended = false;
    s->at = s->len = 0;
    s->raw_offset = 0;
    s->remark = NULL;
    if (!s->buffer) {
        s->buffer = malloc(STREAM_BUFFER_BYTES);
        if (!s->buffer) {
            rc = err_set(err, ERR_NOMEM, "'%s'", path);
            goto fail;
        }
        if (s->budget)
            budget_force(s->budget, STREAM_BUFFER_BYTES);
    }
    rc = stream_fill(s, err);
    if (rc != 0)
        goto fail;
    s->kind = kind_of(s->buffer, s->len);
    if (s->kind == STREAM_GZIP)
        rc = stream_gzip_start(s, err);
    else if (s->kind == STREAM_ZSTD)
        rc = stream_zstd_start(s, err);
    if (rc == 0)
        return 0;
fail:
    stream_close(s);
    return rc;
}

static int plain_read(struct stream *s, uint8_t *data, size_t len, size_t *got,
                      struct err *err)
{
    size_t had = s->len - s->at < len ? s->len - s->at : len;
    size_t more = 0;
    memcpy(data, s->buffer + s->at, had);
    s->at += had;
    int rc = had < len ? read_raw(s, data + had, len - had, &more, err) : 0;
    *got = had + more;
    return rc;
}

int stream_read(struct stream *s, uint8_t *data, size_t len, size_t *got,
                struct err *err)
{
    switch (s->kind) {
    case STREAM_GZIP: return stream_gzip_read(s, data, len, got, err);
    case STREAM_ZSTD: return stream_zstd_read(s, data, len, got, err);
    case STREAM_PLAIN: break;
    }
    return plain_read(s, data, len, got, err);
}

void stream_expect(const struct stream *s, uint64_t from, uint64_t len)
{
    (void)posix_fadvise(s->fd, (off_t)from, (off_t)len, POSIX_FADV_WILLNEED);
}

void stream_close(struct stream *s)
{
    if (s->path && s->fd != STDIN_FILENO)
        (void)close(s->fd);
    if (s->kind == STREAM_ZSTD)
        stream_zstd_stop(s);
    s->path = NULL;
    s->fd = -1;
    s->kind = STREAM_PLAIN;
}

void stream_release(struct stream *s)
{
    stream_close(s);
    stream_gzip_free(s);
    stream_zstd_free(s);
    if (s->buffer && s->budget)
        budget_give(s->budget, STREAM_BUFFER_BYTES);
    free(s->buffer);
    s->buffer = NULL;
}
