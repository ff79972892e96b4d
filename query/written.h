/* How often an entry of a dictionary stands in the texts, and in which forms it is written there.
 *
 * The stream has each passage of a story once, but around what a copy changed it repeats up to SEAM tokens
 * (docs/ARCHITECTURE.md, residue blocks). These are not counted twice here. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/segment.h"

/* Addresses whose tokens stand elsewhere. */
struct written_range {
    address from, to;
};

/* What is known of a segment. Zeroed but for the segment it is ready. */
struct written {
    const struct segment *segment;
    bool open;
    VEC(struct written_range) repeated; /* owned; ascending */
    uint32_t *counts;                   /* owned; by surface, once all are counted */
};
void written_release(struct written *w);

/* The addresses of an entry that stand for themselves. */
int written_occurrences(struct written *w, const struct term_entry *e, uint64_t *out,
                        struct err *err);

/* A form of a term, and how often the stream has it; 0: only copies do. */
struct written_form {
    struct bytes surface; /* lives as long as the segment */
    uint64_t occurrences;
};
typedef VEC(struct written_form) written_forms;
/* Counts all surfaces of the segment by reading its stream, of which written_forms_of then has no need. It does so itself
 * where an entry is a large part of it. */
int written_count_all(struct written *w, struct err *err);
/* Appends the forms of a plain entry; a joined one has none of its own. */
int written_forms_of(struct written *w, const struct term_entry *e, written_forms *out,
                     struct err *err);
