/* Small codings that every structure uses: varints (LEB128), zigzag, fixed-width bit strings,
 * and the bounds-checked cursor through which bytes of a file are read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/endian.h"

enum {
    CODING_VARINT_MAX = 10
}; /* bytes of the longest varint */

/* --- the cursor ------------------------------------------------------------------------ */

/* A failure sticks: reads after it give 0 and do not move, so a decoder asks once, after a
 * run of reads. */
struct cursor {
    const uint8_t *p, *end;
    bool failed;
};

static inline struct cursor cursor_of(const uint8_t *data, size_t len)
{
    return (struct cursor){data, data + len, false};
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->p);
}

/* The next len bytes, or NULL (and failed) when fewer are left. */
static inline const uint8_t *cursor_take(struct cursor *c, size_t len)
{
    if (c->failed || len > cursor_left(c)) {
        c->failed = true;
        return NULL;
    }
    const uint8_t *at = c->p;
    c->p += len;
    return at;
}

static inline struct bytes cursor_bytes(struct cursor *c, size_t len)
{
    const uint8_t *at = cursor_take(c, len);
    return (struct bytes){at, at ? len : 0};
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *at = cursor_take(c, 1);
    return at ? *at : 0;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    const uint8_t *at = cursor_take(c, 2);
    return at ? load_u16(at) : 0;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    const uint8_t *at = cursor_take(c, 4);
    return at ? load_u32(at) : 0;
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    const uint8_t *at = cursor_take(c, 8);
    return at ? load_u64(at) : 0;
}

/* LEB128; fails at the end, over 64 bits, and on a last byte of 0 that a shorter coding would
 * not have (every value has one coding, so that equal content has equal bytes). */
static inline uint64_t cursor_varint(struct cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70 && !c->failed; shift += 7) {
        uint8_t byte = cursor_u8(c);
        if ((shift == 63 && byte > 1) || (byte == 0 && shift > 0))
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80 && !c->failed)
            return value;
    }
    c->failed = true;
    return 0;
}

/* A varint that must be at most max. */
static inline uint64_t cursor_varint_max(struct cursor *c, uint64_t max)
{
    uint64_t value = cursor_varint(c);
    if (value <= max)
        return value;
    c->failed = true;
    return 0;
}

static inline uint32_t cursor_varint32(struct cursor *c)
{
    return (uint32_t)cursor_varint_max(c, UINT32_MAX);
}

/* --- writing ---------------------------------------------------------------------------- */

static inline uint64_t coding_zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static inline int64_t coding_unzigzag(uint64_t v)
{
    uint64_t half = v >> 1;
    return (v & 1) ? -(int64_t)half - 1 : (int64_t)half;
}

static inline int64_t cursor_zigzag(struct cursor *c)
{
    return coding_unzigzag(cursor_varint(c));
}

static inline size_t coding_varint_len(uint64_t v)
{
    size_t n = 1;
    while (v >= 0x80) {
        v >>= 7;
        n++;
    }
    return n;
}

/* Writes a varint at out (room for CODING_VARINT_MAX bytes), returns its length. */
static inline size_t coding_put_varint(uint8_t *out, uint64_t v)
{
    size_t n = 0;
    while (v >= 0x80) {
        out[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    out[n++] = (uint8_t)v;
    return n;
}

/* The same for values below 2^35 where 8 bytes may be written, without a branch on the length:
 * for values whose lengths are mixed. */
static inline size_t coding_put_varint35(uint8_t *out, uint64_t v)
{
    uint64_t spread = (v & 0x7f) | (v & 0x3f80) << 1 | (v & 0x1fc000) << 2 |
                      (v & 0xfe00000) << 3 | (v & UINT64_C(0x7f0000000)) << 4;
    size_t more = (63 - (size_t)__builtin_clzll(v | 1)) / 7; /* bytes after the first */
    store_u64(out, spread | (UINT64_C(0x80808080) & ((UINT64_C(1) << 8 * more) - 1)));
    return more + 1;
}

/* Reads a varint of at most 9 bytes that was put by us and not left memory since; returns its length. */
static inline size_t coding_get_varint(const uint8_t *in, uint64_t *v)
{
    size_t n = 0;
    *v = 0;
    do
        *v |= (uint64_t)(in[n] & 0x7f) << 7 * n;
    while (in[n++] >= 0x80);
    return n;
}

/* --- bit strings: value i of width w is bits [i*w, i*w + w) of a little-endian string ----- */

/* Bits needed for v: 0 for 0, 32 for UINT32_MAX. */
static inline unsigned coding_width32(uint32_t v)
{
    return 63 - (unsigned)__builtin_clzll((uint64_t)v << 1 | 1);
}

static inline unsigned coding_width64(uint64_t v)
{
    return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

static inline size_t coding_bits_len(size_t n, unsigned width)
{
    return (n * width + 7) / 8;
}

/* Value i of a string of width <= 56; may read 8 bytes from the byte in which the value begins. */
static inline uint64_t coding_bits_get(const uint8_t *string, uint64_t i,
                                       unsigned width)
{
    uint64_t bit = i * width;
    return load_u64(string + (bit >> 3)) >> (bit & 7) & ((UINT64_C(1) << width) - 1);
}

/* Sets value i (width <= 56, v below 1 << width) in a string that was zero there; touches 8 bytes. */
static inline void coding_bits_set(uint8_t *string, uint64_t i, unsigned width,
                                   uint64_t v)
{
    uint64_t bit = i * width;
    uint8_t *at = string + (bit >> 3);
    store_u64(at, load_u64(at) | v << (bit & 7));
}
