/* Inside formats/map: what nearly all segments of a map are, encoded by a kernel. The twins write the same. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/offsetmap.h"

enum {
    MAP_RUN_ESCAPE = 255, /* a run's excess over this stands in the rest */
    MAP_RUN_MAX = 0x4000, /* from here on its rest may take more than two bytes */
    MAP_COMMON_LANES = 8, /* segments at once, at most */
    MAP_COMMON_SLACK = 16 /* bytes behind what is written that must be writable */
};

/* An encoding while it is written. */
struct map_common {
    uint8_t *kinds, *runs; /* the next ones: room for one a segment, and the slack */
    uint8_t *rest;         /* room for two bytes a segment, and the slack */
    uint64_t run;          /* bytes behind the last entry */
    uint64_t expected;     /* in the source, if nothing is dropped or moved */
};

/* Encodes runs and escapes of one letter, one behind the other, where no run is MAP_RUN_MAX long. Returns the first
 * segment that is something else; a twin that takes several at once stops up to so many before it, or before the end. */
typedef const struct offset_segment *map_common_kernel(
    struct map_common *m, const struct offset_segment *s,
    const struct offset_segment *end);
map_common_kernel map_common_scalar;
#ifdef STEMMA_AVX512
map_common_kernel map_common_avx512;
#endif
