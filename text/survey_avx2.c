/* The AVX2 twin of survey_scalar: 64 bytes become masks of bits. What is not ASCII is looked at only where there is some. */
#include <immintrin.h>
#include <string.h>

#include "text/survey.h"
#include "text/utf8_pairs.h"

enum {
    BLOCK = 64
};

/* What goes from block to block. */
struct state {
    __m256i before;     /* the last 32 bytes */
    __m256i unfinished; /* not zero where a sequence begins at their end and goes on */
    __m256i errors, cr; /* not zero: some were seen */
    uint64_t open;      /* 1: the last byte is a line feed without a pair */
    size_t close_lines;
};

static inline uint64_t bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline __m256i equal(__m256i v, unsigned byte)
{
    return _mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)byte));
}

/* Controls (unsigned v <= 0x1F), '<', '[' and DEL. */
static inline __m256i ascii_places(__m256i v)
{
    __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1F)), v);
    return _mm256_or_si256(_mm256_or_si256(control, equal(v, '<')),
                           _mm256_or_si256(equal(v, '['), equal(v, 0x7F)));
}

/* Of U+0085 and U+00AD the last byte. */
static inline __m256i special_of_two(__m256i v, __m256i back1)
{
    return _mm256_and_si256(equal(back1, 0xC2),
                            _mm256_or_si256(equal(v, 0x85), equal(v, 0xAD)));
}

/* Of U+2028, U+2029 and U+FEFF the last byte. */
static inline __m256i special_of_three(__m256i v, __m256i back1, __m256i back2)
{
    /* A8 and A9 differ in the last bit. */
    __m256i even = _mm256_and_si256(v, _mm256_set1_epi8((char)0xFE));
    __m256i e2 = _mm256_and_si256(equal(back2, 0xE2), equal(back1, 0x80));
    __m256i ef = _mm256_and_si256(equal(back2, 0xEF), equal(back1, 0xBB));
    return _mm256_or_si256(_mm256_and_si256(e2, equal(even, 0xA8)),
                           _mm256_and_si256(ef, equal(v, 0xBF)));
}

/* Sequences that begin in the last three bytes and go on behind them. */
static inline __m256i unfinished(__m256i v)
{
    const char c2 = (char)0xBF, e0 = (char)0xDF, f0 = (char)0xEF;
    return _mm256_subs_epu8(v,
                            _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                             -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                             -1, -1, -1, -1, -1, -1, -1, f0, e0, c2));
}

/* A block that is not all ASCII: checked, and its special characters added to the places. */
static inline void look_closely(struct state *s, __m256i low, __m256i high,
                                uint64_t *places, size_t word)
{
    __m256i low1 = UTF8_PAIRS_PUSHED(low, s->before, 1);
    __m256i low2 = UTF8_PAIRS_PUSHED(low, s->before, 2);
    __m256i high1 = UTF8_PAIRS_PUSHED(high, low, 1);
    __m256i high2 = UTF8_PAIRS_PUSHED(high, low, 2);
    s->errors =
        _mm256_or_si256(s->errors, _mm256_or_si256(utf8_pairs_errors(low, s->before),
                                                   utf8_pairs_errors(high, low)));
    s->unfinished = unfinished(high);
    __m256i two_low = special_of_two(low, low1), two_high = special_of_two(high, high1);
    __m256i three_low = special_of_three(low, low1, low2);
    __m256i three_high = special_of_three(high, high1, high2);
    __m256i any = _mm256_or_si256(_mm256_or_si256(two_low, two_high),
                                  _mm256_or_si256(three_low, three_high));
    if (_mm256_testz_si256(any, any))
        return;
    uint64_t two = bits(two_low, two_high), three = bits(three_low, three_high);
    places[word] |= two >> 1 | three >> 2;
    if (word > 0)
        places[word - 1] |= two << 63 | three << 62;
}

/* The line feeds of a block. A run of them is even or odd; the place behind it says which, for the sum of the run and
 * its first bit is that place, whichever parity its start has. */
static inline void count_line_feeds(struct state *s, uint64_t feeds, uint64_t valid)
{
    const uint64_t even = 0x5555555555555555;
    uint64_t closed = s->open & ~feeds; /* behind the block before */
    feeds &= ~s->open;                  /* a pair over the seam */
    uint64_t starts = feeds & ~(feeds << 1);
    uint64_t from_even = feeds + (starts & even), from_odd = feeds + (starts & ~even);
    uint64_t behind = (from_even & ~feeds & ~even) | (from_odd & ~feeds & even);
    /* Past the end of the block. */
    s->open = from_odd < feeds;
    s->close_lines += (size_t)_mm_popcnt_u64((closed | behind) & valid);
}

/* Bytes of the block for which `valid` has no bit are zeros behind the text. */
static inline void look(struct state *s, const uint8_t *p, uint64_t valid,
                        uint64_t *places, size_t word)
{
    __m256i low = utf8_pairs_load(p), high = utf8_pairs_load(p + BLOCK / 2);
    places[word] = bits(ascii_places(low), ascii_places(high)) & valid;
    s->cr =
        _mm256_or_si256(s->cr, _mm256_or_si256(equal(low, '\r'), equal(high, '\r')));
    count_line_feeds(s, bits(equal(low, '\n'), equal(high, '\n')), valid);
    if (_mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0)
        look_closely(s, low, high, places, word);
    else
        s->errors = _mm256_or_si256(s->errors, s->unfinished);
    s->before = high;
}

void survey_avx2(struct bytes text, uint64_t *places, struct survey_facts *out)
{
    uint8_t rest[BLOCK] = {0};
    struct state s = {.open = 0};
    size_t full = text.len / BLOCK, left = text.len % BLOCK;
    if (left > 0)
        memcpy(rest, text.data + full * BLOCK, left);
    /* The rest also where nothing is left: what is open ends there. (One call, so that the state stays in registers.) */
    for (size_t word = 0; word <= full; word++) {
        bool whole = word < full;
        look(&s, whole ? text.data + word * BLOCK : rest,
             whole ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1, places, word);
    }
    *out = (struct survey_facts){
        .well_formed = _mm256_testz_si256(s.errors, s.errors) != 0,
        .has_cr = _mm256_testz_si256(s.cr, s.cr) == 0,
        .close_lines = s.close_lines,
    };
}
