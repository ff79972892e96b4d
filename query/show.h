/* What show needs: an article found by its ID, and the record's own bytes. */
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
