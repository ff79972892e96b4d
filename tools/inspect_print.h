/* Printing the sections of index files, one line an element, for tools/inspect.c. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "formats/inputlist.h"
#include "formats/segment.h"
#include "formats/stories.h"

struct inspect {
    FILE *out;
    uint64_t limit; /* elements of a section; 0: all */
};

/* Header counts and the table of sections of any container. */
void inspect_container(const struct inspect *in, struct container *c);
/* One section of a segment by its name ("TERMS"); ERR_NOT_FOUND if it has no printer. */
int inspect_section(const struct inspect *in, struct segment *s, const char *name,
                    struct err *err);
/* The elements of a story graph. */
int inspect_stories(const struct inspect *in, const struct stories *s, struct err *err);
/* The files that were read. */
int inspect_inputs(const struct inspect *in, struct inputlist *l, struct err *err);
/* Bytes of a section, 16 to a line, for those without a printer. */
int inspect_bytes(const struct inspect *in, const struct section *s, struct err *err);
/* Text for a terminal: quoted, with nothing in it that a terminal would obey. */
void inspect_text(const struct inspect *in, struct bytes text);
