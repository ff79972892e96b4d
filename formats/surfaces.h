/* Surfaces and separators (SURF; docs/format/surfaces.md): surface -> bytes and term, term -> its surfaces,
 * separator -> break and bytes. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "formats/container.h"
#include "formats/marks.h"
#include "formats/types.h"

enum {
    SURFACES_BYTES_MAX = 255, /* of one surface */
    SURFACES_MAX =
        1 << 28 /* surfaces of a segment (formats/forward.h codes no larger id) */
};

struct surfaces_writer;
struct surfaces_writer *surfaces_writer_new(struct section_writer *s, uint32_t n_terms);
/* All surfaces in id order, then all separators in id order. */
void surfaces_writer_put(struct surfaces_writer *w, struct bytes surface, term_id term);
void surfaces_writer_put_sep(struct surfaces_writer *w, uint8_t brk, struct bytes sep);
int surfaces_writer_finish(struct surfaces_writer *w,
                           struct err *err); /* ends the section, frees w */
void surfaces_writer_free(struct surfaces_writer *w);

struct surfaces {
    struct section section;
    uint32_t n_surfaces, n_seps, n_terms;
    /* the rest is the implementation's: widths, and places in the section */
    unsigned term_width, surface_width;
    uint64_t records, terms, by_term, sep_ends, sep_breaks, sep_bytes;
    struct marks starts;
};
int surfaces_open(struct surfaces *s, const struct section *section, struct err *err);
/* bytes live as long as the container. ERR_CORRUPT for an id out of range. */
int surfaces_get(const struct surfaces *s, surface_id id, struct bytes *out,
                 struct err *err);
int surfaces_term(const struct surfaces *s, surface_id id, term_id *out,
                  struct err *err);
/* Tells the processor that the term of a surface will be asked for soon; nothing is checked, nothing can fail. */
static inline void surfaces_expect_term(const struct surfaces *s, surface_id id)
{
    __builtin_prefetch(s->section.data + s->terms + (uint64_t)id * s->term_width / 8);
}
int surfaces_sep(const struct surfaces *s, sep_id id, uint8_t *brk, struct bytes *out,
                 struct err *err);
/* The surfaces of a term, ascending ids, at most cap written; *n is how many there are. */
int surfaces_of_term(const struct surfaces *s, term_id term, surface_id *out,
                     size_t cap, size_t *n, struct err *err);
int surfaces_verify(const struct surfaces *s, struct err *err);
