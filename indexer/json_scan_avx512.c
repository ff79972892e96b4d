/* Strings are looked through and decoded 64 bytes at a time, without a branch for an escape. */
#include <immintrin.h>

#include "base/prefetch.h"
#include "indexer/json_scan.h"

enum {
    BLOCK = 64,
    /* A string is the first thing that looks at bytes that another thread has read. The processor foresees what comes
     * next only up to the end of a page. */
    AHEAD = 4096,
    FEW = 8,   /* places that half a register holds */
    NOTES = 16 /* and a whole one */
};

_Static_assert((int)JSON_SCAN_SLACK >= (int)BLOCK, "whole registers are written");
_Static_assert((int)JSON_SCAN_NOTES >= JSON_SCAN_ESCAPES - 1 + BLOCK / 2 + NOTES,
               "a block's places, and what is written behind them");

static inline uint64_t first_bits(size_t n)
{
    return n < BLOCK ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0);
}

/* The bytes at p; zeros behind the n that there are. */
static inline __m512i load(const uint8_t *p, size_t n)
{
    return n < BLOCK ? _mm512_maskz_loadu_epi8(first_bits(n), p)
                     : _mm512_loadu_si512(p);
}

static inline uint64_t equal(__m512i v, char byte)
{
    return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(byte));
}

const uint8_t *json_scan_string_avx512(const uint8_t *p, const uint8_t *end,
                                       unsigned *has)
{
    uint64_t carried = 0, seen = 0, controls_seen = 0;
    for (;;) {
        size_t left = (size_t)(end - p);
        /* Perhaps behind the end; nothing is read there. */
        prefetch_read((const void *)((uintptr_t)p + AHEAD));
        __m512i v = load(p, left);
        uint64_t slashes = equal(v, '\\'), none = 0;
        uint64_t quotes = equal(v, '"');
        uint64_t controls = _mm512_cmplt_epu8_mask(v, _mm512_set1_epi8(' '));
        /* Blocks wait for one another only where an escape goes over the seam. */
        if ((slashes >> (BLOCK - 1) | carried) != 0)
            quotes &= ~json_scan_escaped(slashes, &carried);
        else
            quotes &= ~json_scan_escaped(slashes, &none);
        if (quotes != 0) {
            uint64_t before = quotes ^ (quotes - 1);
            bool control = (controls_seen | (controls & before)) != 0;
            *has = (seen | (slashes & before)) != 0 ? JSON_SCAN_SLASH : 0;
            *has |= control ? JSON_SCAN_CONTROL : 0;
            return p + _tzcnt_u64(quotes);
        }
        if (left < BLOCK)
            return NULL;
        seen |= slashes;
        controls_seen |= controls;
        p += BLOCK;
    }
}

/* 32 at most: between two backslashes that begin an escape is one byte. */
static void note_many(uint32_t *to, __m512i places, uint32_t from)
{
    __m512i base = _mm512_set1_epi32((int)from);
    __m512i low = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
    __m512i high = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(places, 1));
    _mm512_storeu_si512(to, _mm512_add_epi32(low, base));
    _mm512_storeu_si512(to + NOTES, _mm512_add_epi32(high, base));
}

/* Appends the places of a block's bits, counted from `from`, at to. Returns how many. */
static inline size_t note(uint32_t *to, uint64_t bits, uint32_t from)
{
    const __m512i all =
        _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48,
                        47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32,
                        31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                        15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i places = _mm512_maskz_compress_epi8(bits, all);
    size_t n = (size_t)_mm_popcnt_u64(bits);
    /* Few, nearly always: a store of a whole register goes over a seam of lines. */
    __m128i some = _mm512_castsi512_si128(places);
    _mm256_storeu_si256(
        (__m256i *)(void *)to,
        _mm256_add_epi32(_mm256_cvtepu8_epi32(some), _mm256_set1_epi32((int)from)));
    if (n > FEW)
        note_many(to, places, from);
    return n;
}

/* What the escaped bytes of a block stand for; 0: something else. */
static inline __m512i letters_of(__m512i v, uint64_t escaped)
{
    uint64_t ascii = escaped & ~(uint64_t)_mm512_movepi8_mask(v);
    return _mm512_maskz_permutex2var_epi8(
        ascii, _mm512_loadu_si512(json_scan_letters), v,
        _mm512_loadu_si512(json_scan_letters + BLOCK));
}

/* 0 where a byte is '<' or '&': they are what the table has for their lower halves, and it has nothing else that is. */
static inline __m512i unlike_markup(__m512i v)
{
    const __m128i table =
        _mm_setr_epi8(-1, -1, -1, -1, -1, -1, '&', -1, -1, -1, -1, -1, '<', -1, -1, -1);
    return _mm512_xor_si512(_mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), v), v);
}

/* What is done with a block. */
struct cut {
    size_t take; /* of its bytes */
    bool last;   /* behind it stands the quote, another escape, or one cut off */
    bool quote;  /* it is the quote */
};

/* A block with a quote, with an escape that is another one, or with one that begins at its last byte. */
static struct cut cut_block(size_t take, uint64_t other, uint64_t quotes)
{
    uint64_t first = (other | quotes) & (~(other | quotes) + 1);
    if ((first & other) != 0)
        return (struct cut){_tzcnt_u64(first) - 1, true, false};
    if (first != 0)
        return (struct cut){_tzcnt_u64(first), true, true};
    return (struct cut){take - 1, take == 1, false};
}

/* to_quote: a quote that no backslash stands before ends it. */
static inline __attribute__((always_inline)) struct json_scan_decoded decode(
    const uint8_t *p, size_t n, uint8_t *out, uint32_t *places, const bool to_quote)
{
    struct json_scan_decoded d = {.read = 0};
    struct cut cut = {0, false, false};
    const __m512i ones = _mm512_set1_epi8(-1); /* stand behind what is taken */
    __m512i unlike = ones;                     /* 0 in one byte: there is markup */
    __m512i least = ones;                      /* of what was read */
    while (!cut.last && d.read < n && d.escapes < JSON_SCAN_ESCAPES) {
        size_t left = n - d.read;
        if (to_quote) /* these bytes come from another thread, as in json_scan_string */
            prefetch_read((const void *)((uintptr_t)p + d.read + AHEAD));
        __m512i raw = left < BLOCK
                          ? _mm512_mask_loadu_epi8(ones, first_bits(left), p + d.read)
                          : _mm512_loadu_si512(p + d.read);
        cut.take = left < BLOCK ? left : BLOCK;
        uint64_t valid = first_bits(left), carried = 0;
        uint64_t slashes = equal(raw, '\\'), escaped = slashes << 1;
        if ((slashes & escaped) != 0)
            escaped = json_scan_escaped(slashes, &carried);
        escaped &= valid;
        uint64_t begins = slashes & ~escaped;
        uint64_t quotes = to_quote ? equal(raw, '"') & ~escaped : 0;
        __m512i letters = letters_of(raw, escaped);
        uint64_t other = escaped & _mm512_testn_epi8_mask(letters, letters);
        __m512i v = _mm512_mask_mov_epi8(raw, escaped, letters);
        /* A branch, so that the next block is begun before this one is done. */
        if ((other | quotes | begins >> (cut.take - 1)) != 0) {
            cut = cut_block(cut.take, other, quotes);
            valid = first_bits(cut.take);
            begins &= valid;
            raw = _mm512_mask_mov_epi8(ones, valid, raw);
            v = _mm512_mask_mov_epi8(ones, valid, v);
        }
        uint64_t kept = valid & ~begins;
        _mm512_storeu_si512(out + d.written, _mm512_maskz_compress_epi8(kept, v));
        unlike = _mm512_min_epu8(unlike, unlike_markup(v));
        if (to_quote)
            least = _mm512_min_epu8(least, raw);
        d.escapes += note(places + d.escapes, begins, (uint32_t)d.read);
        d.read += cut.take;
        d.written += (size_t)_mm_popcnt_u64(kept);
    }
    d.markup = _mm512_testn_epi8_mask(unlike, unlike) != 0;
    d.quote = cut.quote;
    d.control = _mm512_cmplt_epu8_mask(least, _mm512_set1_epi8(' ')) != 0;
    return d;
}

struct json_scan_decoded json_scan_decode_avx512(const uint8_t *p, size_t n,
                                                 uint8_t *out, uint32_t *places)
{
    return decode(p, n, out, places, false);
}

struct json_scan_decoded json_scan_take_avx512(const uint8_t *p, size_t n, uint8_t *out,
                                               uint32_t *places)
{
    return decode(p, n, out, places, true);
}
