/* A hand-made index together with the input file its records came from, and the rows that a query over it
 * gives: for the tests of what stemma-query prints. Failures end the test. */
#pragma once

#include <stdint.h>

#include "formats/snapshot.h"
#include "query/rows.h"
#include "tests/support/handmade.h"
#include "tests/support/tempdir.h"

struct rows_fixture {
    struct tempdir dir;
    char index[600], input[600]; /* paths */
    struct handmade h;
    struct buf records; /* the input's bytes */
    struct snapshot s;
    struct err err;
};

void rows_fixture_begin(struct rows_fixture *f);
void rows_fixture_story(struct rows_fixture *f);
/* An article of the last story; a record of its normalised text, then a line end, goes to the input. An
 * empty title is none. day: DAY_NONE for none. */
void rows_fixture_article(struct rows_fixture *f, const char *id, const char *title,
                          const char *body, const char *outlet, int32_t day);
/* Writes input and index and opens it. */
void rows_fixture_publish(struct rows_fixture *f, size_t n_segments);
void rows_fixture_end(struct rows_fixture *f);

/* Searches and loads each story's row in turn, best first; visit sees them. Returns how many stories match. */
typedef void rows_fixture_visit(void *arg, const struct row *row, uint64_t rank,
                                uint64_t of);
uint64_t rows_fixture_search(struct rows_fixture *f, const char *query,
                             uint64_t hits_max, rows_fixture_visit *visit, void *arg);
