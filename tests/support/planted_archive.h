/* Random archives full of planted copies of every kind, as inputs for the indexer: texts with other titles,
 * truncated, contained in others, edited, merged, quoted, wrapped otherwise, in capitals, templates with
 * other numbers. Few words or many, hyphen chains, ideographs, initialisms. The same seed
 * gives the same. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "tests/support/random_query.h"

enum planted_copy {
    PLANTED_EXACT, /* the record again */
    PLANTED_TITLE, /* another title */
    PLANTED_TRUNCATED,
    PLANTED_CONTAINED, /* a passage from its middle */
    PLANTED_CONTAINS,  /* with passages of its own before and behind */
    PLANTED_EDITED,
    PLANTED_MERGED,  /* with another group's text behind it */
    PLANTED_QUOTES,  /* a text of its own with a passage of the original */
    PLANTED_WRAPPED, /* other line ends, no paragraphs */
    PLANTED_CAPITALS,
    PLANTED_TEMPLATE, /* other numbers and days */
    PLANTED_REPEATED, /* a passage twice */
    PLANTED_KINDS
};

struct planted_archive {
    uint32_t groups; /* originals */
    uint32_t copies; /* of an original at most */
    uint32_t tokens; /* of an original at most */
    uint32_t plain; /* words out of 100 that are taken from thousands, not from a few */
    uint32_t chained; /* joints out of 100 that are hyphens */
};

/* Appends JSON lines: records with id "g<group>-<number>", title, date, URL, text. Of each
 * group the original comes first. */
void planted_archive_put(struct random_query *r, const struct planted_archive *a,
                         struct buf *out);
/* The group in such an ID; UINT32_MAX - 1 for any other. */
uint32_t planted_archive_group(struct bytes id);
