/* Writing surfaces and separators: bytes go to the section at once, the small columns wait. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "formats/marks.h"
#include "formats/pfor_pack.h"
#include "formats/surfaces_layout.h"

struct surfaces_writer {
    struct section_writer *section;
    uint32_t n_terms;
    uint64_t bytes_len;
    VEC(uint8_t) lens;
    VEC(term_id) terms;
    VEC(uint32_t) sep_ends;
    struct buf sep_breaks, sep_bytes;
    bool failed, too_long;
};

struct surfaces_writer *surfaces_writer_new(struct section_writer *s, uint32_t n_terms)
{
    struct surfaces_writer *w = calloc(1, sizeof *w);
    if (w) {
        w->section = s;
        w->n_terms = n_terms;
    }
    return w;
}

void surfaces_writer_free(struct surfaces_writer *w)
{
    if (!w)
        return;
    vec_release(&w->lens);
    vec_release(&w->terms);
    vec_release(&w->sep_ends);
    buf_release(&w->sep_breaks);
    buf_release(&w->sep_bytes);
    free(w);
}

void surfaces_writer_put(struct surfaces_writer *w, struct bytes surface, term_id term)
{
    assert(surface.len <= SURFACES_BYTES_MAX && term < w->n_terms &&
           w->sep_ends.len == 0);
    section_put(w->section, surface.data, surface.len);
    w->bytes_len += surface.len;
    if (!vec_push(&w->lens, (uint8_t)surface.len) || !vec_push(&w->terms, term))
        w->failed = true;
}

void surfaces_writer_put_sep(struct surfaces_writer *w, uint8_t brk, struct bytes sep)
{
    buf_put_bytes(&w->sep_bytes, sep);
    buf_put_u8(&w->sep_breaks, brk);
    w->too_long |= w->sep_bytes.len > UINT32_MAX;
    if (!vec_push(&w->sep_ends, (uint32_t)w->sep_bytes.len))
        w->failed = true;
}

static void put_records(struct surfaces_writer *w)
{
    uint64_t offset = 0;
    for (size_t i = 0; i < w->lens.len; i += SURFACES_GROUP) {
        uint8_t record[SURFACES_RECORD] = {0};
        store_u32(record, (uint32_t)offset);
        for (size_t k = 0; k < SURFACES_GROUP && i + k < w->lens.len; k++) {
            record[4 + k] = w->lens.items[i + k];
            offset += w->lens.items[i + k];
        }
        section_put(w->section, record, sizeof record);
    }
}

/* A bit string of all values, as those of PFor blocks are: blocks of whole bytes lie one behind the other. */
static void put_packed(struct surfaces_writer *w, const uint32_t *values, size_t n,
                       unsigned width)
{
    const struct pfor_packers *kernels = pfor_packers();
    size_t len = coding_bits_len(n, width);
    uint8_t *packed = malloc(len + PFOR_PACK_SPILL), *at = packed;
    if (!packed) {
        w->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i += PFOR_BLOCK)
        at = kernels->pack(values + i, n - i < PFOR_BLOCK ? n - i : PFOR_BLOCK, width,
                           at);
    section_put(w->section, packed, len);
    free(packed);
}

/* Surfaces by term, ascending inside (a counting sort), and where each term's begin. */
static int put_by_term(struct surfaces_writer *w, struct buf *starts_out,
                       struct err *err)
{
    size_t n = w->lens.len;
    uint32_t *next = calloc((size_t)w->n_terms + 1, sizeof *next);
    surface_id *sorted = calloc(n ? n : 1, sizeof *sorted);
    struct marks_writer *starts = marks_writer_new();
    int rc = 0;
    if (!next || !sorted || !starts) {
        rc = err_set(err, ERR_NOMEM, "surfaces: out of memory");
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        next[w->terms.items[i] + 1]++;
    for (uint32_t t = 0; t < w->n_terms; t++) {
        next[t + 1] += next[t];
        marks_writer_put(starts, next[t]);
    }
    for (size_t i = 0; i < n; i++)
        sorted[next[w->terms.items[i]]++] = (surface_id)i;
    put_packed(w, sorted, n, coding_width32((uint32_t)n));
    rc = marks_writer_encode(starts, n + 1, starts_out, err);
out:
    free(next);
    free(sorted);
    marks_writer_free(starts);
    return rc;
}

static int put_columns(struct surfaces_writer *w, struct err *err)
{
    struct buf starts = {0};
    uint8_t footer[FOOTER_LEN] = {0};
    put_records(w);
    put_packed(w, w->terms.items, w->terms.len, coding_width32(w->n_terms));
    int rc = put_by_term(w, &starts, err);
    section_align(w->section, 8);
    section_put(w->section, starts.data, starts.len);
    section_put(w->section, w->sep_ends.items, w->sep_ends.len * 4);
    section_put(w->section, w->sep_breaks.data, w->sep_breaks.len);
    section_put(w->section, w->sep_bytes.data, w->sep_bytes.len);
    store_u32(footer + FOOTER_SURFACES, (uint32_t)w->lens.len);
    store_u32(footer + FOOTER_SEPS, (uint32_t)w->sep_ends.len);
    store_u32(footer + FOOTER_TERMS, w->n_terms);
    store_u64(footer + FOOTER_BYTES, w->bytes_len);
    store_u64(footer + FOOTER_SEP_BYTES, w->sep_bytes.len);
    store_u64(footer + FOOTER_STARTS, starts.len);
    section_put(w->section, footer, sizeof footer);
    buf_release(&starts);
    return rc;
}

int surfaces_writer_finish(struct surfaces_writer *w, struct err *err)
{
    int rc = 0;
    w->failed |= w->sep_breaks.failed || w->sep_bytes.failed;
    if (w->bytes_len > UINT32_MAX || w->lens.len > SURFACES_MAX || w->too_long)
        rc = err_set(err, ERR_LIMIT,
                     "surfaces: too many different words for one segment");
    else if (!w->failed)
        rc = put_columns(w, err);
    if (rc == 0 && w->failed)
        rc = err_set(err, ERR_NOMEM, "surfaces: out of memory");
    if (rc != 0) {
        struct err why = {0};
        err_set(&why, rc, "surfaces could not be written");
        section_fail(w->section, &why);
    }
    section_finish(w->section, w->lens.len);
    surfaces_writer_free(w);
    return rc;
}
