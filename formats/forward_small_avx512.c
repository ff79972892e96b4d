/* The small coding with AVX-512: thirty-two ids or separators at a time. The code of each and its length are had in lanes, and codes of
 * neighbours joined, four where they fit. Where each of these goes follows from the sums of their lengths, and what it shares of its
 * first byte with those before from their shifts, so that none waits for the one before it. */
#include <immintrin.h>

#include "formats/forward_layout.h"

enum {
    LANES = 16,
    EIGHT = LANES / 2,
    SET = 2 * LANES,                  /* codes at a time */
    CODES_MAX = FORWARD_BLOCK / 2,    /* joined, of a block */
    CODE_BITS = FORWARD_BITS_MAX / 2, /* of one at most, so that two may be joined */
    EXPONENT_LESS =
        127 /* exponent of a float less this: the number of the highest bit */
};

/* The first n lanes. */
static inline __mmask16 some(size_t n)
{
    return (__mmask16)_bzhi_u32(0xffff, n < LANES ? (unsigned)n : LANES);
}

static inline size_t behind(size_t n)
{
    return n > LANES ? n - LANES : 0;
}

static inline __m512i all(uint32_t v)
{
    return _mm512_set1_epi32((int)v);
}

/* The number of the highest bit of each; a negative one for 0. */
static inline __m512i logs_of(__m512i v)
{
    __m512 f = _mm512_cvt_roundepu32_ps(v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
    return _mm512_sub_epi32(_mm512_srli_epi32(_mm512_castps_si512(f), 23),
                            all(EXPONENT_LESS));
}

/* --- bits that go out ------------------------------------------------------------------------ */

/* Numbers of eight bytes, and where they will be written, each over what the one before it has too much. They are written when
 * all are there: loads wait behind stores whose places are late. */
struct outgoing {
    _Alignas(64) uint64_t bits[CODES_MAX + EIGHT];
    _Alignas(64) uint64_t at[CODES_MAX + EIGHT];
};

struct sink {
    struct outgoing *to;
    size_t n;
    __m512i pos;   /* bits so far, in all lanes */
    __m512i tails; /* the highest lane: what is there already of the byte at pos */
};

static inline struct sink sink_into(struct outgoing *to)
{
    const __m512i zero = _mm512_setzero_si512();
    return (struct sink){to, 0, zero, zero};
}

/* Sums of the lanes up to each. */
static inline __m512i sums_of(__m512i v)
{
    const __m512i zero = _mm512_setzero_si512();
    v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 7));
    v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 6));
    return _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 4));
}

/* Puts the first n of eight codes of FORWARD_BITS_MAX bits at most; those behind are empty. All but the last have eight bits, or if
 * `brief` each two neighbours of them. */
static inline void sink_put(struct sink *s, __m512i codes, __m512i lens, size_t n,
                            bool brief)
{
    const __m512i seven = _mm512_set1_epi64(7);
    __m512i next = _mm512_add_epi64(s->pos, sums_of(lens));
    __m512i pos = _mm512_sub_epi64(next, lens);
    __m512i bits = _mm512_sllv_epi64(codes, _mm512_and_si512(pos, seven));
    /* Bits of the bytes that the next code leaves alone. */
    __m512i whole = _mm512_sub_epi64(_mm512_andnot_si512(seven, next),
                                     _mm512_andnot_si512(seven, pos));
    __m512i tails = _mm512_srlv_epi64(bits, whole);
    __m512i before = _mm512_alignr_epi64(tails, s->tails, EIGHT - 1);
    bits = _mm512_or_si512(bits, before);
    if (brief) { /* one may end in the byte in which the one before it does */
        __m512i older = _mm512_srlv_epi64(before, whole);
        bits = _mm512_or_si512(
            bits, _mm512_alignr_epi64(older, _mm512_setzero_si512(), EIGHT - 1));
        tails = _mm512_srlv_epi64(bits, whole);
    }
    _mm512_storeu_si512(s->to->bits + s->n, bits);
    _mm512_storeu_si512(s->to->at + s->n, _mm512_srli_epi64(pos, 3));
    s->tails = tails;
    s->pos = _mm512_permutexvar_epi64(seven, next);
    s->n += n;
}

/* Returns where the bits end. */
static inline uint8_t *sink_end(const struct sink *s, uint8_t *out)
{
    size_t bits = (size_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(s->pos));
    for (size_t k = 0; k < s->n; k++)
        store_u64(out + s->to->at[k], s->to->bits[k]);
    return out + (bits + 7) / 8;
}

/* Codes that are joined by twos, and by fours in every other lane. */
struct joined {
    __m512i two, two_len, four, four_len;
};

static inline __m512i upper(__m512i v)
{
    return _mm512_unpackhi_epi64(v, v);
}

/* Joins sixteen codes, of CODE_BITS at most each and without any others. */
static inline struct joined join(__m512i codes, __m512i lens)
{
    const __m512i low = _mm512_set1_epi64(UINT32_MAX);
    __m512i len = _mm512_and_si512(lens, low);
    __m512i odd = _mm512_sllv_epi64(_mm512_srli_epi64(codes, 32), len);
    struct joined j = {.two = _mm512_or_si512(_mm512_and_si512(codes, low), odd),
                       .two_len = _mm512_add_epi64(len, _mm512_srli_epi64(lens, 32))};
    odd = _mm512_sllv_epi64(upper(j.two), j.two_len);
    j.four = _mm512_or_si512(j.two, odd);
    j.four_len = _mm512_add_epi64(j.two_len, upper(j.two_len));
    return j;
}

/* Puts n codes (1 to SET), sixteen of which are a's. */
static inline void put_joined(struct sink *s, struct joined a, struct joined b,
                              size_t n)
{
    const __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const __m512i most = _mm512_set1_epi64(FORWARD_BITS_MAX);
    __m512i len = _mm512_permutex2var_epi64(a.four_len, even, b.four_len);
    if (_mm512_cmpgt_epi64_mask(len, most) == 0) { /* nearly always */
        __m512i four = _mm512_permutex2var_epi64(a.four, even, b.four);
        sink_put(s, four, len, (n + 3) / 4, false);
        return;
    }
    sink_put(s, a.two, a.two_len, n < LANES ? (n + 1) / 2 : EIGHT, true);
    if (n > LANES)
        sink_put(s, b.two, b.two_len, (behind(n) + 1) / 2, true);
}

/* --- ids ------------------------------------------------------------------------------------- */

/* Of ids by the number of their highest bit, less one and modulo 32: the class of the least ones, and the first id of the class
 * behind. No two classes begin between two powers of two. */
static const uint32_t class_by_log[2 * LANES] = {0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5,
                                                 5, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7,
                                                 7, 7, 7, 7, 7, 7, 7, 7, 7, 0};
#define NONE UINT32_MAX
static const uint32_t next_by_log[2 * LANES] = {
    8,    8,     40,    40,   40,   168,  168,  680,  680,  1704, 5800,
    5800, 22184, 22184, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
    NONE, NONE,  NONE,  NONE, NONE, NONE, NONE, NONE, NONE, 8};

/* What is known of classes, in registers. */
struct tables {
    __m512i class[2], next[2], widths, firsts;
};

static inline __m512i eight(const uint32_t *v)
{
    return _mm512_castsi256_si512(_mm256_loadu_si256((const void *)v));
}

static inline struct tables tables_of(const struct forward_widths *w)
{
    return (struct tables){
        .class = {_mm512_loadu_si512(class_by_log),
                  _mm512_loadu_si512(class_by_log + LANES)},
        .next = {_mm512_loadu_si512(next_by_log),
                 _mm512_loadu_si512(next_by_log + LANES)},
        .widths = eight(w->width),
        .firsts = eight(w->first),
    };
}

static inline __m512i classes_of(const struct tables *t, __m512i ids)
{
    __m512i log = _mm512_sub_epi32(logs_of(ids), all(1));
    __m512i class = _mm512_permutex2var_epi32(t->class[0], log, t -> class[1]);
    __m512i next = _mm512_permutex2var_epi32(t->next[0], log, t->next[1]);
    __mmask16 above = _mm512_cmpge_epu32_mask(ids, next);
    return _mm512_mask_add_epi32(class, above, class, all(1));
}

/* Three bits of each lane. */
static inline uint64_t pack(__m512i class)
{
    const uint64_t mask = UINT64_C(0x0707070707070707);
    __m128i bytes = _mm512_cvtepi32_epi8(class);
    return _pext_u64((uint64_t)_mm_cvtsi128_si64(bytes), mask) |
           _pext_u64((uint64_t)_mm_extract_epi64(bytes, 1), mask) << 24;
}

static inline struct joined join_ids(const struct tables *t, __m512i ids, __mmask16 in,
                                     uint64_t *classes)
{
    __m512i class = classes_of(t, ids);
    *classes = pack(class);
    return join(_mm512_sub_epi32(ids, _mm512_permutexvar_epi32(class, t->firsts)),
                _mm512_maskz_permutexvar_epi32(in, class, t->widths));
}

uint8_t *forward_small_put_ids_avx512(const struct forward_widths *w,
                                      const surface_id *ids, size_t n, uint8_t *out)
{
    const struct tables t = tables_of(w);
    struct outgoing outgoing;
    struct sink s = sink_into(&outgoing);
    uint8_t *data = out + coding_bits_len(n, FORWARD_CLASS_BITS);
    uint64_t classes[2];
    size_t i = 0;
    for (; n - i >= SET; i += SET, out += SET * FORWARD_CLASS_BITS / 8) {
        struct joined a = join_ids(&t, _mm512_loadu_si512(ids + i), 0xffff, classes);
        struct joined b =
            join_ids(&t, _mm512_loadu_si512(ids + i + LANES), 0xffff, classes + 1);
        store_u64(out, classes[0] | classes[1] << 48);
        store_u32(out + 8, (uint32_t)(classes[1] >> 16));
        put_joined(&s, a, b, SET);
    }
    if (i < n) {
        __mmask16 in = some(n - i), more = some(behind(n - i));
        __m512i first = _mm512_maskz_loadu_epi32(in, ids + i),
                second = _mm512_maskz_loadu_epi32(more, ids + i + LANES);
        struct joined a = join_ids(&t, first, in, classes);
        struct joined b = join_ids(&t, second, more, classes + 1);
        for (size_t k = 0; k < coding_bits_len(n - i, FORWARD_CLASS_BITS); k++)
            out[k] = (uint8_t)(classes[k / 6] >> k % 6 * 8);
        put_joined(&s, a, b, n - i);
    }
    return sink_end(&s, data);
}

/* --- separators ------------------------------------------------------------------------------ */

/* Sixteen of them. */
struct some_seps {
    __m512i codes, lens;
};

/* Those at sixteen places; `before`: the places before these. */
static inline struct some_seps code_seps(__m512i before, __m512i places, __m512i seps,
                                         __mmask16 in)
{
    const __m512i one = all(1);
    __m512i gap = _mm512_sub_epi32(_mm512_sub_epi32(places, before), one);
    __m512i low = _mm512_and_si512(gap, all((1U << FORWARD_GAP_BITS) - 1));
    __m512i zeros = _mm512_srli_epi32(gap, FORWARD_GAP_BITS);
    __m512i where = _mm512_or_si512(_mm512_add_epi32(low, low), one);
    __m512i where_len = _mm512_add_epi32(zeros, all(1 + FORWARD_GAP_BITS));
    __m512i x = _mm512_add_epi32(seps, all((1U << FORWARD_SEP_BITS) - 1));
    __m512i log = logs_of(x), more = _mm512_sub_epi32(log, all(FORWARD_SEP_BITS));
    __m512i rest = _mm512_xor_si512(x, _mm512_sllv_epi32(one, log));
    /* So many zeros as `more`, a one, the rest. */
    __m512i which = _mm512_or_si512(_mm512_add_epi32(rest, rest), one);
    which = _mm512_sllv_epi32(which, more);
    __m512i len = _mm512_add_epi32(_mm512_add_epi32(log, more), one);
    where = _mm512_sllv_epi32(where, zeros);
    which = _mm512_sllv_epi32(which, where_len);
    return (struct some_seps){_mm512_maskz_or_epi32(in, where, which),
                              _mm512_maskz_add_epi32(in, where_len, len)};
}

static inline bool too_long(struct some_seps s)
{
    return _mm512_cmpgt_epu32_mask(s.lens, all(CODE_BITS)) != 0;
}

static inline __m512i load_places(const uint8_t *p)
{
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)p));
}

uint8_t *forward_small_put_seps_avx512(const sep_id *seps, const uint8_t *places,
                                       size_t n, uint8_t *out)
{
    struct outgoing outgoing;
    struct sink s = sink_into(&outgoing);
    __m512i before = all(UINT32_MAX);
    for (size_t i = 0; i < n; i += SET) {
        __m512i first = load_places(places + i),
                second = load_places(places + i + LANES);
        struct some_seps a =
            code_seps(_mm512_alignr_epi32(first, before, LANES - 1), first,
                      _mm512_loadu_si512(seps + i), some(n - i));
        struct some_seps b =
            code_seps(_mm512_alignr_epi32(second, first, LANES - 1), second,
                      _mm512_loadu_si512(seps + i + LANES), some(behind(n - i)));
        if (too_long(a) || too_long(b)) /* hardly ever */
            return forward_small_put_seps_scalar(seps, places, n, out);
        put_joined(&s, join(a.codes, a.lens), join(b.codes, b.lens),
                   n - i < SET ? n - i : SET);
        before = second;
    }
    return sink_end(&s, out);
}
