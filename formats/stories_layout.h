/* The parts of the STORIES section (docs/format/stories.md) and the readers' view of them, for stories.c,
 * stories_links.c and stories_writer.c alone. */
#pragma once

#include "formats/coding.h"
#include "formats/groups.h"
#include "formats/stories.h"

/* Stories and articles are numbered on over the segments; SEGMENTS says where each segment's
 * numbers end. */
enum stories_part {
    STORIES_PART_DATA, /* records of stories that are not the usual one */
    STORIES_PART_SEGMENTS, /* {stories u64, articles u64} so far, at the end of each segment */
    STORIES_PART_STORED, /* stories with a record */
    STORIES_PART_RECORD_ENDS,
    STORIES_PART_LARGER, /* groups */
    STORIES_PART_ENDS,
    STORIES_PART_LINKS,     /* records of stories that are the first of a link */
    STORIES_PART_LINKED,    /* these stories */
    STORIES_PART_LINK_ENDS, /* where their records end */
    STORIES_PART_BACK, /* of each link, by (second, first): first story u32, place in its record u32 */
    STORIES_PART_BACK_OF, /* the second stories, in that order */
    STORIES_PART_LIMITS,  /* u32: mode, values */
    STORIES_N_PARTS
};
enum stories_value {
    STORIES_VALUE_STORIES,
    STORIES_VALUE_ARTICLES,
    STORIES_N_VALUES
};

enum {
    STORIES_BACK_BYTES = 8 /* of an entry of STORIES_PART_BACK */
};

struct stories {
    struct container *container; /* owned */
    struct section section;
    struct groups groups;
    struct marks stored, record_ends;
    struct marks linked, link_ends, back_of;
    struct part data, segments, links, back, limits;
};

/* Opens what s->section holds, and checks it all; tests have sections without a container. */
int stories_open_section(struct stories *s, struct err *err);
int stories_verify_section(const struct stories *s, struct err *err);

/* Evidence as it is stored: relation u8 and score; unless all else is 0, STORIES_FIGURES is set and the figures follow. */
enum {
    STORIES_FIGURES = 0x80
};
void stories_evidence_put(struct buf *out, const struct evidence *e);
/* False (and the cursor failed) for what no writer makes. */
bool stories_evidence_get(struct cursor *c, struct evidence *out);
bool stories_evidence_equal(const struct evidence *a, const struct evidence *b);

/* The number of the record of a story in a pair of marks (stories, ends), and its bytes: 0; ITER_END: it has none; or an error. */
int stories_record(const struct stories *s, const struct marks *of,
                   const struct marks *ends, const struct part *data, uint64_t story,
                   struct bytes *out, struct err *err);
int stories_corrupt(const struct stories *s, uint64_t story, struct err *err);
/* Checks every link; used by stories_verify. */
int stories_links_verify(const struct stories *s, struct err *err);
