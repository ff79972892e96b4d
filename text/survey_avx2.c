/* The AVX2 twin of survey_scalar: 64 bytes become masks of bits. What is not ASCII is looked at only where there is some. */
#include <immintrin.h>
#include <string.h>

#include "text/survey.h"
#include "text/survey_lines.h"
#include "text/utf8_pairs.h"

enum {
    BLOCK = 64
};

/* What goes from block to block. */
struct state {
    __m256i before;     /* the last 32 bytes */
    __m256i unfinished; /* not zero where a sequence begins at their end and goes on */
    __m256i errors, cr; /* not zero: some were seen */
    struct survey_lines lines;
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
                                uint64_t *places, uint64_t *odd, size_t word)
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
    if (word > 0) {
        places[word - 1] |= two << 63 | three << 62;
        odd[word - 1] |= two << 63 | three << 62;
    }
}

/* What is not looked at before 64 blocks are: line feeds, for that a block has some is a branch that nobody can
 * foresee. */
static inline void look_at_feeds(struct state *s, const uint8_t *p, uint64_t valid,
                                 uint8_t before, uint64_t *odd)
{
    __m256i low = utf8_pairs_load(p), high = utf8_pairs_load(p + BLOCK / 2);
    uint64_t feeds = bits(equal(low, '\n'), equal(high, '\n'));
    uint64_t plain = survey_lines_plain(p, feeds, before);
    *odd &= ~plain;
    s->lines.close += (size_t)_mm_popcnt_u64(survey_lines_alone(plain));
    survey_lines_count(&s->lines, feeds & ~plain, valid);
}

/* Returns whether there are line feeds. */
static inline bool look(struct state *s, const uint8_t *p, uint64_t *places,
                        uint64_t *odd, size_t word)
{
    __m256i low = utf8_pairs_load(p), high = utf8_pairs_load(p + BLOCK / 2);
    __m256i feeds = _mm256_or_si256(equal(low, '\n'), equal(high, '\n'));
    places[word] = bits(ascii_places(low), ascii_places(high));
    s->cr =
        _mm256_or_si256(s->cr, _mm256_or_si256(equal(low, '\r'), equal(high, '\r')));
    if (_mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0)
        look_closely(s, low, high, places, odd, word);
    else
        s->errors = _mm256_or_si256(s->errors, s->unfinished);
    odd[word] = places[word];
    s->before = high;
    return !_mm256_testz_si256(feeds, feeds);
}

/* The text, and its last bytes with zeros behind them. */
struct blocks {
    struct bytes text;
    size_t full; /* blocks */
    uint8_t rest[BLOCK];
};

static inline const uint8_t *block(const struct blocks *b, size_t word)
{
    return word < b->full ? b->text.data + word * BLOCK : b->rest;
}

static inline uint64_t valid(const struct blocks *b, size_t word)
{
    return word < b->full ? ~UINT64_C(0) : (UINT64_C(1) << b->text.len % BLOCK) - 1;
}

/* feeds: which of the blocks from number `from` on have some. */
static void look_again(struct state *s, const struct blocks *b, size_t from,
                       uint64_t feeds, uint64_t *odd)
{
    feeds |= s->lines.open;
    while (feeds != 0) {
        size_t at = _tzcnt_u64(feeds), word = from + at;
        uint8_t before = word > 0 ? b->text.data[word * BLOCK - 1] : 0;
        feeds &= feeds - 1;
        look_at_feeds(s, block(b, word), valid(b, word), before, odd + word);
        if (at + 1 < BLOCK)
            feeds |= s->lines.open << (at + 1);
    }
}

void survey_avx2(struct bytes text, uint64_t *places, uint64_t *odd,
                 struct survey_facts *out)
{
    struct blocks b = {.text = text, .full = text.len / BLOCK};
    struct state s = {.lines = {.open = 0}};
    if (text.len % BLOCK > 0)
        memcpy(b.rest, text.data + b.full * BLOCK, text.len % BLOCK);
    /* The rest also where nothing is left: what is open ends there. */
    for (size_t from = 0; from <= b.full; from += BLOCK) {
        size_t to = b.full - from < BLOCK ? b.full + 1 : from + BLOCK;
        uint64_t feeds = 0;
        for (size_t word = from; word < to; word++)
            feeds |= (uint64_t)look(&s, block(&b, word), places, odd, word)
                     << (word - from);
        if (to > b.full) { /* zeros behind the text are no places */
            places[b.full] &= valid(&b, b.full);
            odd[b.full] = places[b.full];
        }
        look_again(&s, &b, from, feeds, odd);
    }
    *out = (struct survey_facts){
        .well_formed = _mm256_testz_si256(s.errors, s.errors) != 0,
        .has_cr = _mm256_testz_si256(s.cr, s.cr) == 0,
        .close_lines = s.lines.close,
    };
}
