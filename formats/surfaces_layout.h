/* Where the parts of SURF stand; all follows from the footer (docs/format/surfaces.md). */
#pragma once

#include "formats/coding.h"
#include "formats/surfaces.h"

enum {
    SURFACES_GROUP =
        16, /* surfaces that share a record: u32 offset of the first, 16 lengths */
    SURFACES_RECORD = 4 + SURFACES_GROUP,

    FOOTER_SURFACES = 0,   /* u32 */
    FOOTER_SEPS = 4,       /* u32 */
    FOOTER_TERMS = 8,      /* u32 */
    FOOTER_ZERO = 12,      /* u32 */
    FOOTER_BYTES = 16,     /* u64: bytes of all surfaces */
    FOOTER_SEP_BYTES = 24, /* u64: of all separators */
    FOOTER_STARTS = 32,    /* u64: of the set of starts */
    FOOTER_LEN = 40
};

struct surfaces_shape {
    unsigned term_width, surface_width;
    /* places in the section: bytes of surfaces are first, then: */
    uint64_t records, terms, by_term, starts, sep_ends, sep_breaks, sep_bytes, footer;
};

/* False when the numbers cannot be those of a section. */
static inline bool surfaces_shape_of(const uint8_t *footer, struct surfaces_shape *out)
{
    uint64_t n_surfaces = load_u32(footer + FOOTER_SURFACES);
    uint64_t n_seps = load_u32(footer + FOOTER_SEPS);
    uint32_t n_terms = load_u32(footer + FOOTER_TERMS);
    uint64_t bytes = load_u64(footer + FOOTER_BYTES);
    uint64_t sep_bytes = load_u64(footer + FOOTER_SEP_BYTES);
    uint64_t starts = load_u64(footer + FOOTER_STARTS);
    if (bytes > UINT32_MAX || sep_bytes > UINT32_MAX || starts > UINT64_C(1) << 40 ||
        load_u32(footer + FOOTER_ZERO) != 0)
        return false;
    out->term_width = coding_width32(n_terms);
    out->surface_width = coding_width32((uint32_t)n_surfaces);
    out->records = bytes;
    out->terms = out->records +
                 (n_surfaces + SURFACES_GROUP - 1) / SURFACES_GROUP * SURFACES_RECORD;
    out->by_term = out->terms + coding_bits_len(n_surfaces, out->term_width);
    uint64_t end = out->by_term + coding_bits_len(n_surfaces, out->surface_width);
    out->starts = (end + 7) & ~UINT64_C(7);
    out->sep_ends = out->starts + starts;
    out->sep_breaks = out->sep_ends + 4 * n_seps;
    out->sep_bytes = out->sep_breaks + n_seps;
    out->footer = out->sep_bytes + sep_bytes;
    return true;
}
