#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"

void buf_release(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

bool buf_grow(struct buf *b, size_t extra)
{
    if (b->failed)
        return false;
    if (extra > SIZE_MAX / 2 - b->len) {
        b->failed = true;
        return false;
    }
    size_t need = b->len + extra;
    size_t cap = b->cap + b->cap / 2;
    if (cap < 64)
        cap = 64;
    if (cap < need)
        cap = need;
    uint8_t *data = realloc(b->data, cap);
    if (!data && cap > need) {
        cap = need;
        data = realloc(b->data, cap);
    }
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    return true;
}

uint8_t *buf_extend(struct buf *b, size_t extra)
{
    /* One byte is reserved for nothing, so that NULL always means failure. */
    if (!buf_reserve(b, extra ? extra : 1))
        return NULL;
    uint8_t *at = b->data + b->len;
    b->len += extra;
    return at;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
    if (len == 0 || !buf_reserve(b, len))
        return;
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

void buf_put_bytes(struct buf *b, struct bytes bytes)
{
    buf_put(b, bytes.data, bytes.len);
}

void buf_put_str(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_put_u16(struct buf *b, uint16_t v)
{
    if (buf_reserve(b, sizeof v)) {
        store_u16(b->data + b->len, v);
        b->len += sizeof v;
    }
}

void buf_put_u32(struct buf *b, uint32_t v)
{
    if (buf_reserve(b, sizeof v)) {
        store_u32(b->data + b->len, v);
        b->len += sizeof v;
    }
}

void buf_put_u64(struct buf *b, uint64_t v)
{
    if (buf_reserve(b, sizeof v)) {
        store_u64(b->data + b->len, v);
        b->len += sizeof v;
    }
}

void buf_put_zigzag(struct buf *b, int64_t v)
{
    uint64_t sign = v < 0 ? UINT64_MAX : 0;
    buf_put_varint(b, ((uint64_t)v << 1) ^ sign);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    /* vsnprintf ends with a zero byte, which needs room and is not counted. */
    if (n < 0 || !buf_reserve(b, (size_t)n + 1)) {
        b->failed = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, args);
    va_end(args);
    b->len += (size_t)n;
}

void buf_align(struct buf *b, size_t align)
{
    size_t pad = (align - (b->len & (align - 1))) & (align - 1);
    uint8_t *at = pad ? buf_extend(b, pad) : NULL;
    if (at)
        memset(at, 0, pad);
}

struct bytes buf_bytes(const struct buf *b)
{
    return bytes_of(b->data, b->len);
}

int buf_check(const struct buf *b, struct err *err)
{
    return b->failed ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}
