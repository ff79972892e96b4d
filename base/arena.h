/* A bump allocator: what is allocated together is dropped together.
 * A zeroed struct is an empty arena with the default chunk size. Not thread-safe. */
#pragma once

#include <stddef.h>

#include "base/bytes.h"

struct arena_chunk;

struct arena {
    struct arena_chunk
        *chunk; /* the one that is being filled; links to the older ones */
    struct arena_chunk *spare; /* chunks kept by arena_reset */
    size_t chunk_bytes;        /* 0: 2 KiB, then as much as is held, at most 64 KiB */
    size_t allocated_bytes;    /* held from the system, spare chunks too */
};

/* Memory aligned to 16 bytes, not cleared; NULL when there is none. Lives until
 * arena_reset or arena_release. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
/* A copy, terminated with a zero byte that is not counted; data is NULL on failure. */
struct bytes arena_copy(struct arena *a, struct bytes b);
/* Forgets all allocations, keeps the chunks for the next round. */
void arena_reset(struct arena *a);
void arena_release(struct arena *a);
