/* What show needs: an article found by its ID, the record's own bytes, the story's members. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "formats/snapshot.h"

enum {
    SHOW_CANDIDATES = 10 /* remembered of what an ID may mean */
};

struct show_place {
    uint32_t segment;
    article_id article;
};

struct show_found {
    struct show_place
        places[SHOW_CANDIDATES]; /* the first of them, by ID, segment by segment */
    size_t n_places;
    uint64_t n; /* all of them */
    bool exact; /* they have the ID itself; else they begin with it */
};

/* The articles that an ID as typed may mean: those that have it, else those whose IDs begin with it. */
int show_find(const struct snapshot *s, struct bytes id, struct show_found *out,
              struct err *err);

/* Appends the record's bytes as its input has them, if the input is there, is not compressed and has not changed
 * (by the record's digest). ERR_NOT_FOUND, ERR_INPUT (what to run instead is said), ERR_CORRUPT, ERR_IO. */
int show_source(const struct provenance_row *p, struct buf *out, struct err *err);

struct show_member {
    article_id article;
    const char *relation;      /* to the story's original */
    double score;              /* of the relation, 0..1 */
    struct provenance_row row; /* valid until the call returns */
};
/* Calls each member of a story in canonical order; a non-zero return ends it and is returned. */
int show_members(const struct snapshot *s, uint32_t segment, story_id story,
                 int (*member)(void *arg, const struct show_member *m), void *arg,
                 struct err *err);
