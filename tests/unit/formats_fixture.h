/* What the tests of single structures share: a container with one section, its damaged copies,
 * golden files and a generator of numbers. */
#pragma once

#include <stdbool.h>

#include "formats/container.h"
#include "tests/support/tempdir.h"

struct fixture {
    struct tempdir dir;
    struct container_writer *writer;
    struct container *container;
    struct section section;
};

/* A section to write to; fixture_open closes it into a file and opens that. Both fail the test
 * when they cannot. */
struct section_writer *fixture_create(struct fixture *f, enum section_id id,
                                      bool in_place);
void fixture_open(struct fixture *f, enum section_id id);
void fixture_release(struct fixture *f);

/* Calls `read` on `rounds` damaged copies of the section (flipped, overwritten, cut, without
 * checksums, as a hostile file would have it): it must come back, with any answer. */
void fixture_damage(const struct section *s, unsigned rounds,
                    void (*read)(const struct section *damaged, void *arg), void *arg);

/* Compares bytes with tests/golden/NAME-v1.bin; with STEMMA_GOLDEN_UPDATE in the environment
 * writes that file instead. */
void fixture_golden(const char *name, const void *data, size_t len);
void fixture_golden_version(const char *name, unsigned version, const void *data,
                            size_t len);

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t fixture_random(uint64_t *state);
/* A gap whose size varies over orders of magnitude, at most max. */
uint32_t fixture_gap(uint64_t *state, uint32_t max);
