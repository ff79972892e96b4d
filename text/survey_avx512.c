/* The AVX-512 twin of survey_scalar: as the AVX2 one, with comparisons that give masks of 64 bits, and one look at a
 * table for what bytes of ASCII are. */
#include <immintrin.h>

#include "text/survey.h"
#include "text/survey_lines.h"
#include "text/utf8_pairs.h"

enum {
    BLOCK = 64,
    WINDOW = 64, /* blocks */
    LANES = 8,   /* blocks whose masks one register holds */
    /* What a byte may be. */
    PLACE = 0x80, /* in ASCII; the highest bit makes a mask by itself */
    CR = 1,
    LAST = 2,  /* survey_plain_before */
    FIRST = 4, /* survey_plain_after */
    PLAIN = LAST | FIRST,
    E2 = 8
};

// clang-format off
static const uint8_t kinds[4 * BLOCK] = {
    PLACE, PLACE, PLACE, PLACE, PLACE, PLACE, PLACE, PLACE,
    PLACE, PLACE, PLACE, PLACE, PLACE, PLACE | CR, PLACE, PLACE,
    PLACE, PLACE, PLACE, PLACE, PLACE, PLACE, PLACE, PLACE,
    PLACE, PLACE, PLACE, PLACE, PLACE, PLACE, PLACE, PLACE,
    0, LAST /* ! */, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLACE | LAST /* < */, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLACE | LAST /* [ */, PLAIN, LAST /* ] */, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLACE,
    /* 80 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, LAST, LAST, LAST, LAST,
    LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, 0,
    0, LAST, LAST, LAST, LAST, LAST, LAST, LAST, 0, 0, LAST, LAST, LAST, LAST, LAST, 0,
    LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST, LAST,
    /* C0: no more than lead bytes */
    0, 0, 0, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST,
    FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST,
    FIRST, FIRST, E2, 0, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, 0,
    FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST, FIRST,
};
// clang-format on

/* A window of blocks, a mask for each. That a block has line feeds, or bytes that are not ASCII, would be a branch that
 * nobody can foresee; so what they mean is worked out for eight blocks at a time. */
struct window {
    uint64_t feeds[WINDOW], begins[WINDOW], e2[WINDOW];
    /* Of the block before the window, too. */
    uint64_t ends[1 + WINDOW], foreign[1 + WINDOW];
};

/* Blocks of the window that are to be looked at again, by number. */
struct again {
    uint64_t foreign; /* not all ASCII, or behind one that ends with such a byte */
    uint64_t feeds;   /* with line feeds that make no plain break */
};

struct state {
    struct bytes text;
    uint64_t *places, *odd;
    struct survey_lines lines;
    __m512i errors; /* not zero: some were seen */
    __m512i seen;   /* the kinds of all bytes */
    __m512i alone;  /* plain breaks of one line feed, in eight sums */
};

static inline __m512i all(unsigned byte)
{
    return _mm512_set1_epi8((char)byte);
}

static inline uint64_t equal(__m512i v, unsigned byte)
{
    return _mm512_cmpeq_epi8_mask(v, all(byte));
}

static inline __m512i even(__m512i v)
{
    return _mm512_and_si512(v, all(0xFE));
}

/* --- what is not ASCII ------------------------------------------------------------------ */

/* v moved up by n bytes; lanes: v moved up by a lane, with the last one of the block before it. */
#define PUSHED(v, lanes, n) _mm512_alignr_epi8(v, lanes, 16 - (n))

static inline __m512i look_up(__m128i table, __m512i nibbles)
{
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), nibbles);
}

/* Not zero where the pairs that end in v are ill-formed: utf8_pairs_errors. */
static inline __m512i errors_of(__m512i v, __m512i lanes)
{
    const __m512i low = all(0x0F);
    __m512i back1 = PUSHED(v, lanes, 1);
    __m512i high1 = _mm512_and_si512(_mm512_srli_epi16(back1, 4), low);
    __m512i high2 = _mm512_and_si512(_mm512_srli_epi16(v, 4), low);
    __m512i found = _mm512_and_si512(
        _mm512_and_si512(look_up(utf8_pairs_first_high(), high1),
                         look_up(utf8_pairs_first_low(), _mm512_and_si512(back1, low))),
        look_up(utf8_pairs_second_high(), high2));
    __m512i third = _mm512_subs_epu8(PUSHED(v, lanes, 2), all(0xE0 - 0x80));
    __m512i fourth = _mm512_subs_epu8(PUSHED(v, lanes, 3), all(0xF0 - 0x80));
    __m512i must = _mm512_and_si512(_mm512_or_si512(third, fourth), all(0x80));
    return _mm512_xor_si512(must, found);
}

/* The bytes of a block; zeros behind the text. */
static inline __m512i load(struct bytes text, size_t word)
{
    size_t left = text.len - word * BLOCK;
    const uint8_t *p = text.data + word * BLOCK;
    return left >= BLOCK ? _mm512_loadu_si512(p)
                         : _mm512_maskz_loadu_epi8((UINT64_C(1) << left) - 1, p);
}

/* Checks a block that is not all ASCII, and adds its special characters to the places. */
static inline void look_closely(struct state *s, size_t word)
{
    __m512i v = load(s->text, word);
    __m512i before = word > 0 ? load(s->text, word - 1) : _mm512_setzero_si512();
    __m512i lanes = _mm512_alignr_epi32(v, before, 12);
    __m512i back1 = PUSHED(v, lanes, 1), back2 = PUSHED(v, lanes, 2);
    s->errors = _mm512_or_si512(s->errors, errors_of(v, lanes));
    uint64_t two = equal(back1, 0xC2) & (equal(v, 0x85) | equal(v, 0xAD));
    uint64_t e2 = equal(back2, 0xE2) & equal(back1, 0x80) & equal(even(v), 0xA8);
    uint64_t ef = equal(back2, 0xEF) & equal(back1, 0xBB) & equal(v, 0xBF);
    uint64_t three = e2 | ef;
    if ((two | three) == 0)
        return;
    s->places[word] |= two >> 1 | three >> 2;
    s->odd[word] |= two >> 1 | three >> 2;
    if (word > 0) {
        s->places[word - 1] |= two << 63 | three << 62;
        s->odd[word - 1] |= two << 63 | three << 62;
    }
}

/* --- the pass --------------------------------------------------------------------------- */

static inline __m512i kinds_at(unsigned byte)
{
    return _mm512_loadu_si512(kinds + byte);
}

/* Block `word` of the text, number `at` of the window. */
static inline void look(struct state *s, struct window *w, size_t word, size_t at)
{
    __m512i v = load(s->text, word);
    uint64_t foreign = _mm512_movepi8_mask(v);
    __m512i ascii =
        _mm512_maskz_permutex2var_epi8(~foreign, kinds_at(0), v, kinds_at(BLOCK));
    __m512i kind = _mm512_or_si512(
        ascii, _mm512_maskz_permutex2var_epi8(foreign, kinds_at(2 * BLOCK), v,
                                              kinds_at(3 * BLOCK)));
    s->places[word] = _mm512_movepi8_mask(kind);
    s->seen = _mm512_or_si512(s->seen, kind);
    w->foreign[1 + at] = foreign;
    w->feeds[at] = equal(v, '\n');
    w->ends[1 + at] = _mm512_test_epi8_mask(kind, all(LAST));
    w->begins[at] = _mm512_test_epi8_mask(kind, all(FIRST));
    w->e2[at] = _mm512_test_epi8_mask(kind, all(E2));
}

/* The masks of up to eight blocks from number `at` of the window: odd places, and what is to be looked at again. n:
 * blocks, the masks behind them are zeros. */
static inline void settle(struct state *s, struct window *w, size_t word, size_t at,
                          size_t n, struct again *again)
{
    __mmask8 there = (__mmask8)(n < LANES ? (1u << n) - 1 : 0xFF);
    __m512i feeds = _mm512_loadu_si512(w->feeds + at);
    __m512i ends = _mm512_loadu_si512(w->ends + 1 + at);
    __m512i third =
        _mm512_and_si512(_mm512_loadu_si512(w->e2 + at), _mm512_srli_epi64(ends, 2));
    __m512i begins = _mm512_or_si512(_mm512_loadu_si512(w->begins + at), third);
    __m512i before = _mm512_srli_epi64(_mm512_loadu_si512(w->ends + at), 63);
    /* What survey_lines_plain does. */
    __m512i from =
        _mm512_and_si512(feeds, _mm512_or_si512(_mm512_slli_epi64(ends, 1), before));
    __m512i one = _mm512_and_si512(from, _mm512_srli_epi64(begins, 1));
    __m512i two = _mm512_and_si512(_mm512_and_si512(from, _mm512_srli_epi64(feeds, 1)),
                                   _mm512_srli_epi64(begins, 2));
    __m512i plain =
        _mm512_or_si512(_mm512_or_si512(one, two), _mm512_slli_epi64(two, 1));
    __m512i places = _mm512_maskz_loadu_epi64(there, s->places + word);
    _mm512_mask_storeu_epi64(s->odd + word, there, _mm512_andnot_si512(plain, places));
    s->alone = _mm512_add_epi64(s->alone, _mm512_popcnt_epi64(one));

    __m512i others = _mm512_andnot_si512(plain, feeds);
    _mm512_storeu_si512(w->feeds + at, others);
    again->feeds |= (uint64_t)_mm512_test_epi64_mask(others, others) << at;
    __m512i foreign = _mm512_loadu_si512(w->foreign + 1 + at);
    __m512i spilt = _mm512_srli_epi64(_mm512_loadu_si512(w->foreign + at), BLOCK - 3);
    foreign = _mm512_or_si512(foreign, spilt);
    again->foreign |= (uint64_t)(_mm512_test_epi64_mask(foreign, foreign) & there)
                      << at;
}

/* Looks again at what is to be looked at of the window's blocks, whose first is `from`. */
static void look_again(struct state *s, const struct window *w, size_t from,
                       struct again again)
{
    for (; again.foreign != 0; again.foreign &= again.foreign - 1)
        look_closely(s, from + _tzcnt_u64(again.foreign));
    again.feeds |= s->lines.open;
    while (again.feeds != 0) {
        size_t at = _tzcnt_u64(again.feeds), left = s->text.len - (from + at) * BLOCK;
        again.feeds &= again.feeds - 1;
        survey_lines_count(&s->lines, w->feeds[at],
                           left < BLOCK ? (UINT64_C(1) << left) - 1 : ~UINT64_C(0));
        if (at + 1 < WINDOW)
            again.feeds |= s->lines.open << (at + 1);
    }
}

static void look_at_window(struct state *s, struct window *w, size_t from, size_t n,
                           bool last)
{
    struct again again = {0, 0};
    for (size_t at = 0; at < n; at++)
        look(s, w, from + at, at);
    for (size_t at = n; at % LANES != 0; at++)
        w->feeds[at] = w->ends[1 + at] = w->begins[at] = w->e2[at] =
            w->foreign[1 + at] = 0;
    if (last) /* zeros behind the text are no places */
        s->places[from + n - 1] &= (UINT64_C(1) << s->text.len % BLOCK) - 1;
    for (size_t at = 0; at < n; at += LANES)
        settle(s, w, from + at, at, n - at, &again);
    look_again(s, w, from, again);
    w->ends[0] = w->ends[WINDOW];
    w->foreign[0] = w->foreign[WINDOW];
}

void survey_avx512(struct bytes text, uint64_t *places, uint64_t *odd,
                   struct survey_facts *out)
{
    struct state s = {.text = text, .places = places, .odd = odd};
    struct window w;
    size_t words = survey_words(text.len);
    w.ends[0] = w.foreign[0] = 0;
    for (size_t from = 0; from < words; from += WINDOW) {
        bool last = words - from <= WINDOW;
        look_at_window(&s, &w, from, last ? words - from : WINDOW, last);
    }
    *out = (struct survey_facts){
        .well_formed = _mm512_test_epi8_mask(s.errors, s.errors) == 0,
        .has_cr = _mm512_test_epi8_mask(s.seen, all(CR)) != 0,
        .close_lines = s.lines.close + (size_t)_mm512_reduce_add_epi64(s.alone),
    };
}
