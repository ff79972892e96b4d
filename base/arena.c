#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    ALIGNMENT = 16,
    CHUNK_FIRST = 2 * 1024,
    CHUNK_DEFAULT = 64 * 1024
};

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, cap; /* of data */
    alignas(ALIGNMENT) uint8_t data[];
};

static void *take(struct arena_chunk *c, size_t size)
{
    void *p = c->data + c->used;
    c->used += size;
    return p;
}

/* Bytes of the next chunk: as many as are held, so that a small arena takes few pages of memory. */
static size_t chunk_bytes_of(const struct arena *a)
{
    if (a->chunk_bytes)
        return a->chunk_bytes;
    if (a->allocated_bytes < CHUNK_FIRST)
        return CHUNK_FIRST;
    return a->allocated_bytes < CHUNK_DEFAULT ? a->allocated_bytes : CHUNK_DEFAULT;
}

/* A chunk with room for size bytes: the first spare one that is large enough, else new. */
static struct arena_chunk *find_chunk(struct arena *a, size_t size)
{
    for (struct arena_chunk **at = &a->spare; *at; at = &(*at)->next) {
        if ((*at)->cap >= size) {
            struct arena_chunk *c = *at;
            *at = c->next;
            return c;
        }
    }
    size_t chunk_bytes = chunk_bytes_of(a);
    size_t bytes = sizeof(struct arena_chunk) + size;
    if (bytes < chunk_bytes)
        bytes = chunk_bytes;
    struct arena_chunk *c = malloc(bytes);
    if (!c)
        return NULL;
    *c = (struct arena_chunk){.cap = bytes - sizeof *c};
    a->allocated_bytes += bytes;
    return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    if (a->chunk && size <= a->chunk->cap - a->chunk->used)
        return take(a->chunk, size);

    struct arena_chunk *c = find_chunk(a, size);
    if (!c)
        return NULL;
    if (a->chunk && c->cap - size < a->chunk->cap - a->chunk->used) {
        /* A large piece goes behind the chunk that still has more room. */
        c->next = a->chunk->next;
        a->chunk->next = c;
    } else {
        c->next = a->chunk;
        a->chunk = c;
    }
    return take(c, size);
}

void *arena_zalloc(struct arena *a, size_t size)
{
    void *p = arena_alloc(a, size);
    if (p)
        memset(p, 0, size);
    return p;
}

struct bytes arena_copy(struct arena *a, struct bytes b)
{
    uint8_t *p = b.len < SIZE_MAX ? arena_alloc(a, b.len + 1) : NULL;
    if (!p)
        return (struct bytes){0};
    if (b.len)
        memcpy(p, b.data, b.len);
    p[b.len] = 0;
    return bytes_of(p, b.len);
}

void arena_reset(struct arena *a)
{
    while (a->chunk) {
        struct arena_chunk *c = a->chunk;
        a->chunk = c->next;
        c->used = 0;
        c->next = a->spare;
        a->spare = c;
    }
}

static void free_chunks(struct arena_chunk *c)
{
    while (c) {
        struct arena_chunk *next = c->next;
        free(c);
        c = next;
    }
}

void arena_release(struct arena *a)
{
    free_chunks(a->chunk);
    free_chunks(a->spare);
    *a = (struct arena){.chunk_bytes = a->chunk_bytes};
}
