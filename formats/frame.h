/* The one door of formats/ to zstd (RFC 8878): frames with their raw length, bounded on the way back, and
 * dictionaries trained on samples. One thread, fixed parameters: same bytes in, same bytes out (by the same
 * zstd). docs/format/frame.md */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

enum {
    FRAME_RAW_MAX = 1 << 30
};

/* Contexts to compress and decompress with, for use by one thread at a time and any number of frames.
 * A zeroed struct is ready; contexts are made on first use. */
struct frame_coder {
    void *compressor, *decompressor; /* owned */
};
void frame_coder_release(struct frame_coder *c); /* accepts a zeroed struct */

/* A dictionary made ready for compression or for decompression; read-only, so that many threads may use it. */
struct frame_dict;
/* Copies the bytes. ERR_NOMEM, or ERR_CORRUPT when they are no dictionary. */
int frame_dict_new(struct bytes dictionary, bool to_pack, struct frame_dict **out,
                   struct err *err);
void frame_dict_free(struct frame_dict *d); /* accepts NULL */

/* Trains a dictionary of at most max_len bytes on n samples that lie one behind the other in `samples`; appends it
 * to out. Samples that are too few or too small give an empty dictionary (nothing appended): that is no error. */
int frame_train(const void *samples, const size_t *sizes, size_t n, size_t max_len,
                struct buf *out, struct err *err);

/* Appends a frame: varint raw length, varint packed length << 1 | stored, bytes (as they are when stored, which
 * is when zstd would not make them shorter). dict may be NULL. ERR_NOMEM, ERR_LIMIT over FRAME_RAW_MAX. */
int frame_put(struct frame_coder *c, struct bytes raw, const struct frame_dict *dict,
              struct buf *out, struct err *err);
/* Appends the raw bytes of the frame that begins data; *used is the frame's length. ERR_CORRUPT for anything that is
 * not a frame of at most max_raw bytes made with this dictionary; out is as it was then. */
int frame_get(struct frame_coder *c, struct bytes data, const struct frame_dict *dict,
              size_t max_raw, struct buf *out, size_t *used, struct err *err);
/* The raw length that the frame at data claims, without decompressing. */
int frame_raw_len(struct bytes data, size_t max_raw, size_t *out, struct err *err);
