/* A random archive with copies, written, opened, and beside it the oracle: what property tests ask their questions of. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "text/analyser.h"
#include "formats/snapshot.h"
#include "tests/support/handmade.h"
#include "tests/support/oracle.h"
#include "tests/support/random_query.h"
#include "tests/support/tempdir.h"

struct random_archive {
    struct random_query random; /* goes on from the archive */
    struct handmade made;
    struct tempdir dir;
    struct snapshot snapshot;
    struct oracle oracle;
    struct analyser *analyser;
};

/* 4 to 15 stories in so many segments. Fails the test where anything fails. The seed alone decides what it holds; other salts, other archives. */
void random_archive_open(struct random_archive *a, uint64_t seed, uint64_t salt,
                         size_t n_segments);
void random_archive_close(struct random_archive *a);
/* A number of the environment (STEMMA_PROPERTY_CASES, STEMMA_PROPERTY_SEED), or another where it is not set. */
uint64_t random_archive_setting(const char *name, uint64_t otherwise);
