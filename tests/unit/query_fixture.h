/* A small hand-made index and the answers of the engine as text, for the tests of query/. */
#pragma once

#include "query/engine.h"
#include "query/syntax.h"
#include "tests/support/handmade.h"
#include "tests/support/oracle.h"
#include "tests/support/tempdir.h"

struct query_fixture {
    struct tempdir dir;
    struct handmade made;
    struct snapshot snapshot;
    struct analyser *analyser;
    struct arena arena;
    struct buf text;
    struct err err;
    uint32_t window;
};

/* Stories are added to f->made between begin and publish. */
void query_fixture_begin(struct query_fixture *f);
void query_fixture_publish(struct query_fixture *f, size_t n_segments);
void query_fixture_end(struct query_fixture *f);

/* The plan of a query; released by the caller. */
struct plan *query_fixture_plan(struct query_fixture *f, const char *query);
/* "hits stories hits_all articles", without spans asked for. */
const char *query_fixture_count(struct query_fixture *f, const char *query);
/* "segment:story hits/hits_all/articles [wording first+len ...] ...; ..." */
const char *query_fixture_stories(struct query_fixture *f, const char *query);
