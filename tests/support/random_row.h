/* Random metadata of articles, for tests of filters and of counts by field: few different values, that share words,
 * differ in case and accents only, or are missing. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "formats/provenance.h"

/* A row for article `number` of an archive: the same seed and number give the same. All strings
 * are constants, the ID is empty. Days grow with the number. */
struct provenance_row random_row(uint64_t seed, size_t number);
