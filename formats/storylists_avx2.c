/* The AVX2 twin of storylists_bits_scalar: a byte's stories at once, however many they are. */
#include <immintrin.h>

#include "formats/coding.h"
#include "formats/storylists_bits.h"

static size_t count(const uint8_t *bits, size_t len)
{
    size_t n = 0, i = 0;
    for (; i + 8 <= len; i += 8)
        n += (size_t)_mm_popcnt_u64(load_u64(bits + i));
    for (; i < len; i++)
        n += (size_t)_mm_popcnt_u32(bits[i]);
    return n;
}

bool storylists_bits_avx2(const uint8_t *bits, size_t len, story_id first, size_t n,
                          story_id *out)
{
    const __m256i eight = _mm256_set1_epi32(8);
    __m256i base = _mm256_set1_epi32((int)first);
    if (count(bits, len) != n)
        return false;
    for (size_t i = 0; i < len; i++) {
        /* the places of the byte's bits, a byte each: those are taken out of 0 to 7 */
        uint64_t taken = _pdep_u64(bits[i], 0x0101010101010101u) * 0xff;
        uint64_t places = _pext_u64(0x0706050403020100u, taken);
        __m256i v = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)places));
        _mm256_storeu_si256((__m256i *)(void *)out, _mm256_add_epi32(v, base));
        base = _mm256_add_epi32(base, eight);
        out += _mm_popcnt_u32(bits[i]);
    }
    return true;
}
