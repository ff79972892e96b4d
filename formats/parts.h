/* A section that is written in one pass: parts one after another, and at its very end a table
 * of them (docs/format/parts.md). WORDING, ARTICLE, MAP, PROV and STORIES are made so.
 *
 *   part | part | ... | values u64 x n | {offset u64, len u64} x n | n_parts u32, n_values u32
 *
 * Every part begins at a multiple of 8 bytes of the section. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/container.h"
#include "formats/marks.h"

enum {
    PARTS_MAX = 12,
    PARTS_VALUES_MAX = 20,
    PARTS_VERSION = 1 /* of all sections made so */
};

struct part {
    uint64_t offset, len; /* in the section */
};

struct parts {
    size_t n_parts, n_values;
    struct part part[PARTS_MAX];
    uint64_t value[PARTS_VALUES_MAX];
};

/* --- writing: begin, section_put..., end; parts in a fixed order ----------------------- */

void parts_begin(struct parts *p, struct section_writer *s);
void parts_end(struct parts *p, struct section_writer *s);
/* A part that is ready, or a set of numbers; ERR_NOMEM. */
void parts_put(struct parts *p, struct section_writer *s, struct bytes data);
int parts_put_marks(struct parts *p, struct section_writer *s, struct marks_writer *m,
                    uint64_t universe, struct err *err);
void parts_value(struct parts *p, uint64_t value);
/* The table; the caller then ends the section. */
void parts_finish(struct parts *p, struct section_writer *s);

/* --- reading --------------------------------------------------------------------------- */

/* Reads the table, which must have exactly these numbers of parts and values and whose parts
 * must lie one after another before it. ERR_CORRUPT; ERR_VERSION for a section of another version. */
int parts_open(struct parts *p, const struct section *s, size_t n_parts,
               size_t n_values, struct err *err);
/* A part that holds marks: opened, and checked to have n values (UINT64_MAX: any number). */
int parts_marks(const struct parts *p, const struct section *s, size_t part, uint64_t n,
                struct marks *out, struct err *err);
