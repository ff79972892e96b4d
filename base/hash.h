/* The one door to xxHash (XXH3, https://github.com/Cyan4973/xxHash, spec v0.2.0).
 *
 * XXH3 is fast and not safe against crafted input: equality is always compared on bytes,
 * and a table keyed by document content is seeded with hash_process_seed() wherever its
 * order does not reach a file. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* Seeds that reach files or must agree between runs. */
enum hash_seed {
    HASH_SEED_CHECKSUM = 0x53544d31, /* blocks and sections on disk */
    HASH_SEED_TERM = 0x5445524d,     /* a term, as wordings and shingles see it */
    HASH_SEED_WORDING = 0x574f5244   /* a sequence of (term, break) */
};

struct hash128 {
    uint64_t low, high;
};

uint64_t hash64(const void *data, size_t len, uint64_t seed);
struct hash128 hash128(const void *data, size_t len, uint64_t seed);

/* A record's digest: XXH3-128, seed 0, as `xxh128sum` prints it. */
struct hash128 hash_digest(const void *data, size_t len);
/* 32 lower-case hex digits and a zero byte, the high half first (as xxh128sum prints). */
void hash128_hex(struct hash128 h, char out[33]);

/* Incremental checksum of a long section or file (XXH3-64, seed HASH_SEED_CHECKSUM): equal
 * to hash64 over the same bytes. new: NULL when out of memory; free takes NULL. */
struct hash_stream;
struct hash_stream *hash_stream_new(void);
void hash_stream_free(struct hash_stream *s);
void hash_stream_reset(struct hash_stream *s);
void hash_stream_put(struct hash_stream *s, const void *data, size_t len);
uint64_t hash_stream_get(const struct hash_stream *s);

/* Random for each process, the same during its life. */
uint64_t hash_process_seed(void);
