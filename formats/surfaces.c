/* Reading surfaces and separators. */
#include "formats/surfaces.h"

#include <inttypes.h>
#include <string.h>

#include "formats/marks.h"
#include "formats/surfaces_layout.h"

static int corrupt(const struct surfaces *s, uint64_t at, struct err *err,
                   const char *what)
{
    (void)section_corrupt(&s->section, at, err, "surfaces: %s", what);
    return ERR_CORRUPT; /* said here, so that an analyser sees it */
}

int surfaces_open(struct surfaces *s, const struct section *section, struct err *err)
{
    struct surfaces new = {.section = *section};
    struct surfaces_shape shape;
    const uint8_t *footer;
    if (section->len < FOOTER_LEN)
        return section_corrupt(section, 0, err, "surfaces: too short");
    int rc = section_get(section, section->len - FOOTER_LEN, FOOTER_LEN, &footer, err);
    if (rc != 0)
        return rc;
    if (!surfaces_shape_of(footer, &shape) ||
        shape.footer != section->len - FOOTER_LEN ||
        load_u32(footer + FOOTER_SURFACES) != section->count)
        return corrupt(&new, section->len - FOOTER_LEN, err, "footer");
    new.n_surfaces = load_u32(footer + FOOTER_SURFACES);
    new.n_seps = load_u32(footer + FOOTER_SEPS);
    new.n_terms = load_u32(footer + FOOTER_TERMS);
    new.term_width = shape.term_width;
    new.surface_width = shape.surface_width;
    new.records = shape.records;
    new.terms = shape.terms;
    new.by_term = shape.by_term;
    new.sep_ends = shape.sep_ends;
    new.sep_breaks = shape.sep_breaks;
    new.sep_bytes = shape.sep_bytes;
    rc = marks_open(&new.starts, section, shape.starts,
                    load_u64(footer + FOOTER_STARTS), err);
    if (rc == 0 && marks_count(&new.starts) != new.n_terms)
        rc = corrupt(&new, shape.starts, err, "starts");
    if (rc == 0)
        *s = new;
    return rc;
}

/* Sum of the first n (0..15) of 16 bytes: halves of 8 at a time, added in lanes of 16 bits. */
static uint32_t sum_bytes(const uint8_t *lens, unsigned n)
{
    const uint64_t lanes = UINT64_C(0x00ff00ff00ff00ff);
    uint64_t low = load_u64(lens), high = load_u64(lens + 8);
    if (n < 8) {
        low &= (UINT64_C(1) << (8 * n)) - 1;
        high = 0;
    } else {
        high &= (UINT64_C(1) << (8 * (n - 8))) - 1;
    }
    uint64_t sums =
        (low & lanes) + (low >> 8 & lanes) + (high & lanes) + (high >> 8 & lanes);
    return (uint32_t)(sums * UINT64_C(0x0001000100010001) >> 48);
}

static int check_id(const struct surfaces *s, surface_id id, struct err *err)
{
    if (id < s->n_surfaces)
        return 0;
    return section_corrupt(&s->section, 0, err, "surfaces: no surface %" PRIu32, id);
}

int surfaces_get(const struct surfaces *s, surface_id id, struct bytes *out,
                 struct err *err)
{
    const uint8_t *record, *data;
    int rc = check_id(s, id, err);
    if (rc == 0)
        rc = section_get(&s->section,
                         s->records + (uint64_t)(id / SURFACES_GROUP) * SURFACES_RECORD,
                         SURFACES_RECORD, &record, err);
    if (rc != 0)
        return rc;
    unsigned k = id % SURFACES_GROUP;
    uint64_t at = (uint64_t)load_u32(record) + sum_bytes(record + 4, k);
    size_t len = record[4 + k];
    if (at + len > s->records) /* bytes end where records begin */
        return corrupt(s, at, err, "bytes of a surface");
    rc = section_get(&s->section, at, len, &data, err);
    if (rc == 0)
        *out = bytes_of(data, len);
    return rc;
}

static int packed_get(const struct surfaces *s, uint64_t place, uint64_t i,
                      unsigned width, uint32_t *out, struct err *err)
{
    uint64_t first = i * width / 8, last = (i * width + width + 7) / 8;
    const uint8_t *at;
    int rc = section_get(&s->section, place + first, last - first, &at, err);
    if (rc == 0)
        *out =
            (uint32_t)(load_u64(at) >> (i * width & 7) & ((UINT64_C(1) << width) - 1));
    return rc;
}

int surfaces_term(const struct surfaces *s, surface_id id, term_id *out,
                  struct err *err)
{
    term_id term = 0;
    int rc = check_id(s, id, err);
    if (rc == 0)
        rc = packed_get(s, s->terms, id, s->term_width, &term, err);
    if (rc == 0 && term >= s->n_terms)
        rc = corrupt(s, s->terms, err, "term of a surface");
    if (rc == 0)
        *out = term;
    return rc;
}

int surfaces_sep(const struct surfaces *s, sep_id id, uint8_t *brk, struct bytes *out,
                 struct err *err)
{
    const uint8_t *ends, *kind, *data;
    if (id >= s->n_seps)
        return section_corrupt(&s->section, 0, err, "surfaces: no separator %" PRIu32,
                               id);
    int rc = section_get(&s->section, s->sep_ends + 4 * (uint64_t)(id ? id - 1 : 0),
                         id ? 8 : 4, &ends, err);
    if (rc == 0)
        rc = section_get(&s->section, s->sep_breaks + id, 1, &kind, err);
    if (rc != 0)
        return rc;
    uint32_t from = id ? load_u32(ends) : 0, to = load_u32(id ? ends + 4 : ends);
    if (from > to || to > s->section.len - FOOTER_LEN - s->sep_bytes || *kind > 3)
        return corrupt(s, s->sep_ends, err, "a separator");
    rc = section_get(&s->section, s->sep_bytes + from, to - from, &data, err);
    if (rc == 0) {
        *out = bytes_of(data, to - from);
        *brk = *kind;
    }
    return rc;
}

int surfaces_of_term(const struct surfaces *s, term_id term, surface_id *out,
                     size_t cap, size_t *n, struct err *err)
{
    uint64_t from, to = s->n_surfaces;
    if (term >= s->n_terms)
        return section_corrupt(&s->section, 0, err, "surfaces: no term %" PRIu32, term);
    int rc = marks_select(&s->starts, term, &from, err);
    if (rc == 0 && term + 1 < s->n_terms)
        rc = marks_select(&s->starts, (uint64_t)term + 1, &to, err);
    if (rc != 0)
        return rc;
    if (from > to || to > s->n_surfaces)
        return corrupt(s, s->by_term, err, "surfaces of a term");
    for (uint64_t i = from; i < to && i - from < cap; i++) {
        surface_id id = 0;
        rc = packed_get(s, s->by_term, i, s->surface_width, &id, err);
        if (rc == 0)
            rc = check_id(s, id, err);
        if (rc != 0)
            return rc;
        out[i - from] = id;
    }
    *n = (size_t)(to - from);
    return 0;
}

/* The surfaces of one term: ascending, and of that term. */
static int verify_term(const struct surfaces *s, term_id term, uint64_t *at,
                       struct err *err)
{
    uint64_t end = s->n_surfaces;
    int rc = 0;
    if (term + 1 < s->n_terms)
        rc = marks_select(&s->starts, (uint64_t)term + 1, &end, err);
    int64_t last = -1;
    for (; rc == 0 && *at < end; (*at)++) {
        surface_id id = 0;
        term_id of = 0;
        rc = packed_get(s, s->by_term, *at, s->surface_width, &id, err);
        if (rc == 0)
            rc = surfaces_term(s, id, &of, err);
        if (rc == 0 && (of != term || (int64_t)id <= last))
            rc = corrupt(s, s->by_term, err, "surfaces of a term");
        last = id;
    }
    return rc;
}

int surfaces_verify(const struct surfaces *s, struct err *err)
{
    uint64_t next = 0;
    struct bytes bytes = {0};
    uint8_t brk;
    int rc = marks_verify(&s->starts, err);
    for (surface_id id = 0; id < s->n_surfaces && rc == 0; id++) {
        rc = surfaces_get(s, id, &bytes, err);
        if (rc == 0 && bytes.data != s->section.data + next)
            rc = corrupt(s, next, err, "places of surfaces");
        next += bytes.len;
    }
    if (rc == 0 && next != s->records)
        rc = corrupt(s, next, err, "bytes of no surface");
    next = 0;
    for (term_id t = 0; t < s->n_terms && rc == 0; t++)
        rc = verify_term(s, t, &next, err);
    for (sep_id id = 0; id < s->n_seps && rc == 0; id++)
        rc = surfaces_sep(s, id, &brk, &bytes, err);
    return rc;
}
