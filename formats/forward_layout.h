/* The bytes of a forward block and the kernels that read its surface ids (docs/format/forward.md). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/coding.h"
#include "formats/forward.h"

enum {
    FORWARD_CHUNK = 32, /* blocks whose ends stand together */
    FORWARD_ID_BITS = 28,
    FORWARD_POSITION_BITS = 7,
    FORWARD_SEP_ESCAPE = 15, /* nibble: the separator's id stands behind the nibbles */
    /* A block's last byte: its number of exceptions, or that some tokens stand elsewhere. */
    FORWARD_HAS_GAPS = 255,
    FORWARD_GAPS_MAX = FORWARD_BLOCK / 2
};

/* Nibbles of an id by its class: ranks below 2^8, 2^12, 2^16, 2^28. */
static inline unsigned forward_nibbles(unsigned class)
{
    return 2 + class + (class == 3 ? 2 : 0);
}

/* Decodes n ids (1..128) and returns the largest; *nibbles are those they take. Reads whole groups of four classes, and
 * may read 16 bytes beyond the data, which are FORWARD_DATA_MAX at most whatever the classes say; out has room
 * for 128. */
enum {
    FORWARD_DATA_MAX = FORWARD_BLOCK * 7 / 2
};
typedef uint32_t forward_kernel(const uint8_t *restrict classes,
                                const uint8_t *restrict data, size_t n,
                                uint32_t *restrict out, size_t *restrict nibbles);
forward_kernel forward_ids_scalar;
#ifdef STEMMA_AVX2
forward_kernel forward_ids_avx2;
#endif

/* Encodes n ids (1..128), each below 2^28: classes, then nibbles; returns where they end. Up to eight bytes behind that are
 * written. */
typedef uint8_t *forward_put_kernel(const surface_id *ids, size_t n, uint8_t *out);
forward_put_kernel forward_put_ids_scalar;
#ifdef STEMMA_AVX2
forward_put_kernel forward_put_ids_avx2;
#endif

/* --- the small coding ------------------------------------------------------------------------ */

enum {
    FORWARD_CLASS_BITS = 3,
    FORWARD_WIDTH_MAX =
        25, /* of the last class: a value lies in four bytes wherever it begins */
    FORWARD_SMALL_MAX = 22184 + (1 << FORWARD_WIDTH_MAX), /* surfaces */
    /* Bits that an exception among separators has at least: of where it stands, and of which it is. */
    FORWARD_GAP_BITS = 2,
    FORWARD_SEP_BITS = 1
};

/* False if there are too many surfaces. */
bool forward_small_widths(struct forward_widths *w, uint32_t n_surfaces);

/* As forward_kernel, with *bits for nibbles. Reads whole groups of eight classes, three bytes each and one more. */
typedef uint32_t forward_small_kernel(const struct forward_widths *restrict w,
                                      const uint8_t *restrict classes,
                                      const uint8_t *restrict data, size_t n,
                                      uint32_t *restrict out, size_t *restrict bits);
forward_small_kernel forward_small_ids_scalar;
/* As forward_put_kernel; each id is below the number of surfaces. */
typedef uint8_t *forward_small_put_kernel(const struct forward_widths *w,
                                          const surface_id *ids, size_t n,
                                          uint8_t *out);
forward_small_put_kernel forward_small_put_ids_scalar;
#ifdef STEMMA_AVX2
forward_small_kernel forward_small_ids_avx2;
forward_small_put_kernel forward_small_put_ids_avx2;
#endif
#ifdef STEMMA_AVX512
forward_small_put_kernel forward_small_put_ids_avx512;
#endif
/* The kernel for this processor. */
forward_small_kernel *forward_small_ids(void);
uint8_t *forward_small_put_ids(const struct forward_widths *w, const surface_id *ids,
                               size_t n, uint8_t *out);
/* Bits of the values of n ids, from their classes, read as by the kernels. */
size_t forward_small_ids_len(const struct forward_widths *w, const uint8_t *classes,
                             size_t n);
/* The n exceptions among a block's separators, and where they are (ascending, below 128); returns where their bits end. Up to
 * eight bytes behind that are written, and of both lists as much read as is said of struct forward_block. */
typedef uint8_t *forward_small_seps_kernel(const sep_id *seps, const uint8_t *places,
                                           size_t n, uint8_t *out);
forward_small_seps_kernel forward_small_put_seps; /* for this processor */
forward_small_seps_kernel forward_small_put_seps_scalar;
#ifdef STEMMA_AVX512
forward_small_seps_kernel forward_small_put_seps_avx512;
#endif
/* The separators of n tokens, e of them exceptions, from the bits in [p, end); reads up to 8 bytes behind end. False if the bits are no
 * such list, or a separator is not below n_seps. */
bool forward_small_get_seps(const uint8_t *p, const uint8_t *end, size_t n, size_t e,
                            uint32_t n_seps, sep_id *out);

/* Bits that go out, fewer than eight of them waiting for their byte. */
struct forward_bits {
    uint8_t *data;
    uint64_t left;
    unsigned used; /* bits of left */
};

enum {
    FORWARD_BITS_MAX = 56
};
/* width: up to FORWARD_BITS_MAX; bits has no others. Eight bytes are written. */
static inline void forward_put_bits(struct forward_bits *w, uint64_t bits,
                                    unsigned width)
{
    uint64_t all = bits << w->used | w->left;
    unsigned used = w->used + width; /* 63 at most */
    store_u64(w->data, all);
    w->data += used / 8;
    w->left = all >> (used & ~7U);
    w->used = used % 8;
}
