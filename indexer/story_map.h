/* Which story holds an address of a segment's stream.
 *
 * Of each block of 1 << shift addresses it is known in which story it begins, and where the next ones begin in it. One
 * look at a block thus answers, without a branch, unless more stories begin in it than it has room for. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "formats/types.h"

enum {
    STORY_MAP_SHIFT_MAX = 10,
    STORY_MAP_BORDERS = 3
};

struct story_map {
    const address
        *starts; /* of the stories, n + 1, the last is the stream's end; borrowed */
    uint32_t n;
    /* By block; owned. The story in the upper half; below, in STORY_MAP_SHIFT_MAX bits each, the places in the block of
     * the last addresses before the next stories, all bits set: there is none; then a bit that says: there are more. */
    uint64_t *blocks;
    unsigned shift;
};

/* n > 0 stories, none empty; starts must stay. ERR_NOMEM. */
int story_map_init(struct story_map *m, const address *starts, uint32_t n,
                   struct err *err);
uint64_t story_map_memory(const struct story_map *m); /* bytes of blocks */
void story_map_release(struct story_map *m);          /* accepts a zeroed struct */

/* The stories that hold n ascending addresses of the stream, each once, ascending, to out, which has room for n; without
 * the first if that is `last` (UINT32_MAX: none). Returns how many. */
size_t story_map_list(const struct story_map *m, const address *list, size_t n,
                      story_id last, story_id *out);

/* Twins of it: in any program, and where the processor has AVX2. */
size_t story_map_list_scalar(const struct story_map *m, const address *list, size_t n,
                             story_id last, story_id *out);
size_t story_map_list_avx2(const struct story_map *m, const address *list, size_t n,
                           story_id last, story_id *out);
