#include "base/hash.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/hash_avx2.h"
#include "base/hash_avx512.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    LONG_BYTES = 256 /* from here on XXH3 goes by stripes, and wide registers help */
};

struct hash_stream {
    XXH3_state_t *state;
};

uint64_t hash64(const void *data, size_t len, uint64_t seed)
{
#ifdef STEMMA_AVX512
    if (len >= LONG_BYTES && cpu_has_avx512())
        return hash64_avx512(data, len, seed);
#endif
#ifdef STEMMA_AVX2
    if (len >= LONG_BYTES && cpu_has_avx2())
        return hash64_avx2(data, len, seed);
#endif
    return XXH3_64bits_withSeed(data, len, seed);
}

struct hash128 hash128(const void *data, size_t len, uint64_t seed)
{
#ifdef STEMMA_AVX512
    if (len >= LONG_BYTES && cpu_has_avx512())
        return hash128_avx512(data, len, seed);
#endif
#ifdef STEMMA_AVX2
    if (len >= LONG_BYTES && cpu_has_avx2())
        return hash128_avx2(data, len, seed);
#endif
    XXH128_hash_t h = XXH3_128bits_withSeed(data, len, seed);
    return (struct hash128){.low = h.low64, .high = h.high64};
}

struct hash128 hash_digest(const void *data, size_t len)
{
    return hash128(data, len, 0);
}

void hash128_hex(struct hash128 h, char out[33])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        int shift = 60 - 4 * i;
        out[i] = digits[(h.high >> shift) & 15];
        out[16 + i] = digits[(h.low >> shift) & 15];
    }
    out[32] = '\0';
}

struct hash_stream *hash_stream_new(void)
{
    struct hash_stream *s = malloc(sizeof *s);
    if (!s)
        return NULL;
    s->state = XXH3_createState();
    if (!s->state) {
        free(s);
        return NULL;
    }
    hash_stream_reset(s);
    return s;
}

void hash_stream_free(struct hash_stream *s)
{
    if (s) {
        XXH3_freeState(s->state);
        free(s);
    }
}

void hash_stream_reset(struct hash_stream *s)
{
    XXH3_64bits_reset_withSeed(s->state, HASH_SEED_CHECKSUM);
}

void hash_stream_put(struct hash_stream *s, const void *data, size_t len)
{
#ifdef STEMMA_AVX512
    if (len >= LONG_BYTES && cpu_has_avx512()) {
        hash_update_avx512(s->state, data, len);
        return;
    }
#endif
#ifdef STEMMA_AVX2
    if (len >= LONG_BYTES && cpu_has_avx2()) {
        hash_update_avx2(s->state, data, len);
        return;
    }
#endif
    if (len)
        XXH3_64bits_update(s->state, data, len);
}

uint64_t hash_stream_get(const struct hash_stream *s)
{
    return XXH3_64bits_digest(s->state);
}

/* Never 0, which means "not drawn yet". */
static uint64_t draw_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed) {
        struct timespec now = {0};
        clock_gettime(CLOCK_MONOTONIC, &now);
        struct {
            int64_t sec, nsec, pid;
        } mix = {now.tv_sec, now.tv_nsec, getpid()};
        seed = XXH3_64bits(&mix, sizeof mix);
    }
    return seed ? seed : 1;
}

uint64_t hash_process_seed(void)
{
    static _Atomic uint64_t drawn;
    uint64_t seed = atomic_load_explicit(&drawn, memory_order_relaxed);
    if (seed == 0) {
        uint64_t mine = draw_seed();
        seed = atomic_compare_exchange_strong(&drawn, &seed, mine) ? mine : seed;
    }
    return seed;
}
