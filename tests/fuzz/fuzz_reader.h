/* What the fuzz targets of the readers share: bytes through a reader, and every promise about
 * its records checked. A broken one ends the process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/provenance.h"

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads the bytes as one piece of an input of that kind. */
void fuzz_reader_run(enum reader_kind kind, bool values, const uint8_t *data,
                     size_t size);
