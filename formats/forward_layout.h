/* The bytes of a forward block and the kernels that read its surface ids (docs/format/forward.md). */
#pragma once

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
/* A bit for each of n separators (0..128) that is not the commonest. */
typedef void forward_find_kernel(const sep_id *seps, size_t n, uint64_t others[2]);
forward_put_kernel forward_put_ids_scalar;
forward_find_kernel forward_find_seps_scalar;
#ifdef STEMMA_AVX2
forward_put_kernel forward_put_ids_avx2;
forward_find_kernel forward_find_seps_avx2;
#endif
