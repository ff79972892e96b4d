/* What the lines of a concordance say: some of them at a time are read in the order of the index, which is cheap, and
 * kept, so that they may be printed in any order. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "query/deadline.h"
#include "query/kwic_lines.h"
#include "query/rows.h"

enum {
    KWIC_ROWS = 16384,          /* read at a time */
    KWIC_ROWS_BYTES = 32 << 20, /* of their texts; fewer are read where they are long */
    KWIC_CONTEXT_MAX = 1000     /* words on a side */
};

enum kwic_field {
    KWIC_LEFT, /* the three as normalised text has them */
    KWIC_MATCH,
    KWIC_RIGHT,
    KWIC_ID,
    KWIC_STORY,
    KWIC_TITLE,
    KWIC_OUTLET,
    KWIC_AUTHOR,
    KWIC_URL,
    KWIC_SECTION,
    KWIC_LANGUAGE,
    KWIC_TAGS,
    KWIC_INPUT,
    KWIC_MEMBER,
    KWIC_TEXTS
};

struct kwic_row {
    size_t
        texts[KWIC_TEXTS + 1]; /* in kwic_rows.texts: each ends where the next begins */
    struct kwic_line line;
    uint64_t from, to; /* bytes of the input */
    uint64_t record, offset, len;
    struct hash128 digest;
    int32_t day;
    uint32_t second;
    uint8_t reader, relation;
};

/* Where a line stands in the index. */
struct kwic_place {
    uint64_t article; /* and its segment */
    struct span span;
    uint32_t line;
};

/* Zeroed but for what is marked as set is ready. */
struct kwic_rows {
    const struct snapshot *snapshot; /* set */
    uint32_t context;                /* set; words on each side */
    bool bytes;                      /* set; from and to are asked for */
    const struct deadline *deadline; /* set; NULL: none */
    VEC(struct kwic_row)
    rows; /* owned, as all that follows; in the order of the lines */
    struct buf texts;
    VEC(struct kwic_place) places; /* scratch */
    VEC(struct span) spans;
    struct row row;
};

void kwic_rows_release(struct kwic_rows *k);
/* Reads what the first lines of lines[0..n) say: rows.len of them, at least one and at most KWIC_ROWS. ERR_CORRUPT,
 * ERR_NOMEM, ERR_STOPPED. */
int kwic_rows_load(struct kwic_rows *k, const struct kwic_line *lines, size_t n,
                   struct err *err);
struct bytes kwic_rows_text(const struct kwic_rows *k, const struct kwic_row *row,
                            enum kwic_field text);
