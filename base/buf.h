/* Owned, growable bytes with a failure that sticks: a long encoder has no ladder of ifs, it
 * asks buf_failed once at its end. A zeroed struct is an empty buffer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct buf {
    uint8_t *data; /* owned; NULL while cap is 0 */
    size_t len;    /* bytes in use */
    size_t cap;    /* bytes allocated */
    bool failed;   /* an allocation failed; later puts do nothing */
};

void buf_release(struct buf *b);
/* Empties it, keeps the memory, forgets a failure. */
void buf_reset(struct buf *b);
/* buf_reserve where there is no room, or b has failed. */
bool buf_grow(struct buf *b, size_t extra);
/* Makes room for `extra` more bytes; false (and failed) when there is no memory. */
static inline bool buf_reserve(struct buf *b, size_t extra)
{
    return !b->failed && extra <= b->cap - b->len ? true : buf_grow(b, extra);
}
/* Room for `extra` bytes at the end, counted as used; NULL on failure. */
uint8_t *buf_extend(struct buf *b, size_t extra);
void buf_put(struct buf *b, const void *data, size_t len);
void buf_put_bytes(struct buf *b, struct bytes bytes);
void buf_put_str(struct buf *b, const char *s);
static inline void buf_put_u8(struct buf *b, uint8_t v)
{
    if (buf_reserve(b, 1))
        b->data[b->len++] = v;
}
void buf_put_u16(struct buf *b, uint16_t v); /* little-endian, as the next two */
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
/* LEB128, 1 to 10 bytes. */
static inline void buf_put_varint(struct buf *b, uint64_t v)
{
    if (!buf_reserve(b, 10))
        return;
    uint8_t *p = b->data + b->len;
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    b->len = (size_t)(p - b->data);
}
void buf_put_zigzag(struct buf *b, int64_t v); /* zigzag, then varint */
void buf_printf(struct buf *b, const char *fmt, ...) ERR_PRINTF(2, 3);
/* Zero bytes until len is a multiple of align (a power of two). */
void buf_align(struct buf *b, size_t align);
struct bytes buf_bytes(const struct buf *b);
/* 0, or ERR_NOMEM if the buffer has failed. */
int buf_check(const struct buf *b, struct err *err);
