/* The bytes of a dictionary page and of the index behind the pages (docs/format/terms.md). */
#pragma once

#include "formats/coding.h"
#include "formats/terms.h"

enum {
    TERMS_PAGE = 4096,
    TERMS_RESTART = 16, /* every 16th entry of a page stands by itself */
    TERMS_LEAF = 64,    /* pages whose first keys share one key of the upper index */

    /* a page: u32 id of its first term, entries, zeros, u16 offsets of restarts, u16 their number,
     * u16 entries */
    PAGE_FIRST_ID = 0,
    PAGE_ENTRIES = 4,
    PAGE_TAIL = 4,

    /* first byte of an entry */
    ENTRY_SPAN = 0x0f,
    ENTRY_INLINE_SHIFT = 4, /* 2 bits: addresses held by the entry */
    ENTRY_DOC = 0x40,       /* it has a list of stories */
    ENTRY_SAME = 0x80,      /* stories == occurrences */
    /* second byte: shared bytes << 4 | new bytes; 15 new ones: two more bytes tell both */
    ENTRY_LONG = 0x0f,

    /* the last bytes of the section */
    FOOTER_PAGES = 0,     /* u32 */
    FOOTER_TERMS = 4,     /* u32 */
    FOOTER_KEYS = 8,      /* u32: bytes of first keys */
    FOOTER_TOP_KEYS = 12, /* u32: bytes of the upper index's keys */
    FOOTER_LEN = 16
};

struct terms_key {
    struct bytes bytes;
    uint8_t span;
};

/* Order of keys: bytes, then span. */
static inline int terms_compare(struct bytes a, uint8_t a_span, struct bytes b,
                                uint8_t b_span)
{
    int c = bytes_compare(a, b);
    return c ? c : (a_span > b_span) - (a_span < b_span);
}

static inline uint32_t terms_n_tops(uint32_t n_pages)
{
    return n_pages / TERMS_LEAF + (n_pages % TERMS_LEAF != 0);
}
