#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/hash_avx2.h"
#include "base/hash_avx512.h"

/* From `printf '%s' TEXT | xxh128sum`. */
Test(hash, digest_prints_as_xxh128sum)
{
    char hex[33];
    hash128_hex(hash_digest("", 0), hex);
    cr_assert_str_eq(hex, "99aa06d3014798d86001c324468d497f");
    hash128_hex((struct hash128){.low = 0x0123456789abcdef, .high = 0xfedcba9876543210},
                hex);
    cr_assert_str_eq(hex, "fedcba98765432100123456789abcdef");
}

Test(hash, null_of_no_length_is_empty)
{
    cr_assert_eq(hash64(NULL, 0, 5), hash64("", 0, 5));
    cr_assert_eq(hash64("", 0, 0), 0x2d06800538d394c2, "XXH3-64 of nothing");
}

enum {
    TWIN_BYTES = 5000
};

/* Of data of many lengths, and fed to streams in parts, which the twin goes on with. */
static void check_twin(uint64_t (*hash)(const void *, size_t, uint64_t),
                       struct hash128 (*wide)(const void *, size_t, uint64_t))
{
    uint8_t data[TWIN_BYTES];
    for (size_t i = 0; i < TWIN_BYTES; i++)
        data[i] = (uint8_t)(i * 37 + i / 11);
    for (size_t len = 0; len < TWIN_BYTES; len += len < 300 ? 1 : 41) {
        /* A stream that is fed in small parts never goes by the wide registers. */
        struct hash_stream *s = hash_stream_new();
        cr_assert_not_null(s);
        for (size_t at = 0; at < len; at += 100)
            hash_stream_put(s, data + at, len - at < 100 ? len - at : 100);
        uint64_t want = hash_stream_get(s);
        cr_assert_eq(want, hash(data, len, HASH_SEED_CHECKSUM));
        hash_stream_reset(s);
        for (size_t at = 0, some = 3; at < len; at += some, some = some * 7 % 1601)
            hash_stream_put(s, data + at, len - at < some ? len - at : some);
        cr_assert_eq(want, hash_stream_get(s));
        hash_stream_free(s);
    }
    char hex[33];
    hash128_hex(wide(data, TWIN_BYTES, 0), hex);
    cr_assert_str_eq(hex, "b2299c685b72ec460dbcb154fabe6ab6");
}

Test(hash, the_twins_agree)
{
    check_twin(hash64, hash128);
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        check_twin(hash64_avx2, hash128_avx2);
#endif
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        check_twin(hash64_avx512, hash128_avx512);
#endif
}

Test(hash, seeds_matter)
{
    cr_assert_neq(hash64("term", 4, HASH_SEED_TERM),
                  hash64("term", 4, HASH_SEED_WORDING));
    struct hash128 a = hash128("term", 4, 1), b = hash128("term", 4, 2);
    cr_assert(a.low != b.low && a.high != b.high);
    cr_assert_eq(hash128("term", 4, 0).high, hash_digest("term", 4).high);
}

Test(hash, streams_equal_one_call_for_every_cut)
{
    enum {
        LEN = 3000
    };
    uint8_t data[LEN];
    for (size_t i = 0; i < LEN; i++)
        data[i] = (uint8_t)(i * 131 + i / 7);
    struct hash_stream *s = hash_stream_new();
    cr_assert_not_null(s);
    for (size_t len = 0; len <= LEN; len += len < 300 ? 1 : 37) {
        hash_stream_reset(s);
        for (size_t at = 0, step = 1; at < len; step = step * 3 % 401) {
            size_t n = step < len - at ? step : len - at;
            hash_stream_put(s, data + at, n);
            at += n;
        }
        hash_stream_put(s, NULL, 0);
        cr_assert_eq(hash_stream_get(s), hash64(data, len, HASH_SEED_CHECKSUM),
                     "length %zu", len);
    }
    hash_stream_free(s);
    hash_stream_free(NULL);
}

Test(hash, one_flipped_bit_changes_it)
{
    uint8_t data[64];
    memset(data, 'x', sizeof data);
    uint64_t before = hash64(data, sizeof data, HASH_SEED_CHECKSUM);
    for (size_t bit = 0; bit < 8 * sizeof data; bit++) {
        data[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        cr_assert_neq(hash64(data, sizeof data, HASH_SEED_CHECKSUM), before);
        data[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
}

Test(hash, the_process_seed_stays)
{
    uint64_t seed = hash_process_seed();
    cr_assert_neq(seed, 0);
    cr_assert_eq(hash_process_seed(), seed);
}
