/* Where things stand in a container's header and section table, for its writer and its reader
 * (docs/format/container.md has the same table with words). All numbers are little-endian. */
#pragma once

#include <stdint.h>

#include "formats/container.h"

#define CONTAINER_MAGIC \
    "STEMMA\r\n\x1a" /* 9 bytes: text conversions and 7-bit channels break it */

enum {
    CONTAINER_PAGE = 4096,
    HEADER_LEN = CONTAINER_PAGE,
    HEADER_MAGIC_LEN = 9,

    /* offsets in the header */
    HEADER_KIND = 9,          /* u8 */
    HEADER_VERSION = 10,      /* u16 */
    HEADER_ENDIAN = 12,       /* u32 */
    HEADER_COMPATIBLE = 16,   /* u64: features a reader may ignore */
    HEADER_READ_ONLY = 24,    /* u64: features only a writer must know */
    HEADER_INCOMPATIBLE = 32, /* u64: features a reader must know */
    HEADER_ANALYSER = 40,     /* u32 */
    HEADER_SEAM = 44,         /* u32 */
    HEADER_FILE_LEN = 48,     /* u64 */
    HEADER_TABLE = 56,        /* u64: offset of the section table */
    HEADER_TABLE_LEN = 64,    /* u64: bytes */
    HEADER_TABLE_HASH = 72,   /* u64: XXH3-64 */
    HEADER_COUNTS = 80,       /* 12 u64 */
    HEADER_N_SECTIONS = 176,  /* u32 */
    HEADER_ZERO = 180,        /* zero up to the hash */
    HEADER_HASH = 4080,       /* XXH3-128 of the bytes before it, low half first */

    CONTAINER_VERSION = 3,
    CONTAINER_ENDIAN = 0x01020304,

    /* an entry of the section table */
    ENTRY_LEN = 64,
    ENTRY_ID = 0,          /* u32 */
    ENTRY_SECTION_VER = 4, /* u16 */
    ENTRY_SHIFT = 6,       /* u8 */
    ENTRY_OFFSET = 8,      /* u64, as all that follow */
    ENTRY_BYTES = 16,
    ENTRY_COUNT = 24,
    ENTRY_CHECKSUMS = 32, /* offset of its checksum array in the file */
    ENTRY_PARTS = 40,     /* offset of its part hashes in the table */
    ENTRY_ZERO = 48,      /* 16 zero bytes */

    SECTIONS_MAX = 64,
    SHIFT_MIN = 10,
    SHIFT_MAX = 20
};

/* The offset at which a section of len bytes may begin, at or after `at`. */
static inline uint64_t container_place(uint64_t at, uint64_t len)
{
    uint64_t align = len < CONTAINER_PAGE ? 64 : CONTAINER_PAGE;
    return (at + align - 1) & ~(align - 1);
}

static inline uint64_t container_n_blocks(uint64_t len, unsigned shift)
{
    return (len >> shift) + ((len & ((UINT64_C(1) << shift) - 1)) != 0);
}

static inline uint64_t container_n_parts(uint64_t n_blocks)
{
    return (n_blocks * 8 + CONTAINER_PART - 1) / CONTAINER_PART;
}
