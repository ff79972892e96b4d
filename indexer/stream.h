/* An input's bytes, decompressed as they are read: plain, gzip (RFC 1952, any number of
 * members) or Zstandard (RFC 8878, any number of frames), told apart by their first bytes.
 * Memory does not grow with the input: a buffer, and zstd's window, which is taken from the
 * budget. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/err.h"

enum {
    STREAM_BUFFER_BYTES = 128 * 1024
};

enum stream_kind {
    STREAM_PLAIN,
    STREAM_GZIP,
    STREAM_ZSTD
};

struct stream_gzip;
struct stream_zstd;

/* One stream at a time; its buffer and decoders are used again. A zeroed struct is closed;
 * the fields of the first group are set by the owner before stream_open. */
struct stream {
    struct budget *budget;        /* may be NULL */
    _Atomic uint64_t *bytes_read; /* counts what is read, on disk; may be NULL */
    const atomic_bool *stop;      /* reading ends with ERR_INTERRUPTED when set */
    uint64_t window_max;          /* of a zstd frame, in bytes */

    int fd;
    bool waits; /* standard input: read only when there is something */
    bool ended; /* the end of the file was seen */
    enum stream_kind kind;
    const char *path; /* borrowed */
    uint8_t
        *buffer; /* compressed bytes (of a plain file: the first ones) at [at, len) */
    size_t at, len;
    uint64_t raw_offset; /* offset in the file of buffer[0] */
    const char *remark;  /* something odd that cost no data: bytes behind the end */
    struct stream_gzip *gzip;
    struct stream_zstd *zstd;
};

/* Takes fd over (closed by stream_close, and on failure) and looks at the first bytes. */
int stream_open(struct stream *s, int fd, const char *path, struct err *err);
/* Reads len bytes into data unless the stream ends before: *got is set also on failure, to
 * what was good. ERR_CORRUPT: damaged or cut short, with the offset in the file. ERR_LIMIT:
 * a zstd window over window_max. */
int stream_read(struct stream *s, uint8_t *data, size_t len, size_t *got,
                struct err *err);
/* Asks the system for len bytes of a plain file from an offset on, which will be read soon. Nobody waits for them. */
void stream_expect(const struct stream *s, uint64_t from, uint64_t len);
void stream_close(struct stream *s);
void stream_release(struct stream *s);

/* For the decoders: bytes [at, len) of the buffer are moved to its start and the rest is
 * filled from the file. 0 also at the end, when nothing is added. */
int stream_fill(struct stream *s, struct err *err);
/* Offset in the file of the next byte that a decoder has not used. */
uint64_t stream_offset(const struct stream *s);

int stream_gzip_start(struct stream *s, struct err *err);
int stream_gzip_read(struct stream *s, uint8_t *data, size_t len, size_t *got,
                     struct err *err);
void stream_gzip_free(struct stream *s);
int stream_zstd_start(struct stream *s, struct err *err);
int stream_zstd_read(struct stream *s, uint8_t *data, size_t len, size_t *got,
                     struct err *err);
void stream_zstd_stop(struct stream *s); /* gives a large window back */
void stream_zstd_free(struct stream *s);
