/* Word boundaries with AVX2: 64 bytes are classified into bit masks, signs that join two
 * words are settled by shifting masks, and the starts and ends of words are read off with
 * bit scans. A block always begins right after an ASCII character that parts words, so no
 * state goes from block to block but where the last word ended; the rest of a word that is cut off is seen again in the
 * next one. Tokens are written a block late (struct pending).
 *
 * ASCII, the two-byte letters of Latin and Cyrillic, and the usual quotes and dashes are
 * done here. A block with anything else, or with an underscore after a word, is done up to
 * the last parting before it; words_scan_run takes that stretch. */
#include <immintrin.h>
#include <string.h>

#include "base/endian.h"
#include "text/words_scan.h"

enum {
    BLOCK = 64,
    WORDS_PER_BLOCK_MAX = BLOCK / 2,
    EMIT_AT_ONCE = 12, /* most blocks have no more words */
    CROWDED = 8
};

_Static_assert(sizeof(struct token) == 8 && TOKEN_ASCII == 1 && TOKEN_LOWER == 2 &&
                   TOKEN_AFTER_BLANK == 0x80,
               "tokens are written as one number");

struct block {
    __m256i low, high;
};

/* A bit for each byte of the block. */
struct masks {
    uint64_t word;    /* letters and digits, ASCII; then those of two bytes too */
    uint64_t bit5;    /* set in small letters and digits, clear in capitals */
    uint64_t sign;    /* ' , - . : ; */
    uint64_t special; /* not ASCII, or an underscore */
    uint64_t blank;   /* U+0020 */
    uint64_t quote;   /* first byte of U+2018 and U+2019 */
    uint64_t high;    /* not ASCII */
};

static inline uint64_t bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline uint64_t below(unsigned n) /* n <= 64 */
{
    return _bzhi_u64(~(uint64_t)0, n);
}

static inline __m256i set(unsigned byte)
{
    return _mm256_set1_epi8((char)byte);
}

static inline uint64_t equal(const struct block *b, unsigned byte)
{
    return bits(_mm256_cmpeq_epi8(b->low, set(byte)),
                _mm256_cmpeq_epi8(b->high, set(byte)));
}

/* first <= v <= first + span, unsigned. */
static inline __m256i in_range(__m256i v, unsigned first, unsigned span)
{
    __m256i t = _mm256_sub_epi8(v, set(first));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(t, set(span)), t);
}

static inline uint64_t range(const struct block *b, unsigned first, unsigned last)
{
    return bits(in_range(b->low, first, last - first),
                in_range(b->high, first, last - first));
}

#include "text/words_letters.h"

static inline __m256i is_word(__m256i v)
{
    __m256i letter = in_range(_mm256_or_si256(v, set(0x20)), 'a', 'z' - 'a');
    return _mm256_or_si256(letter, in_range(v, '0', '9' - '0'));
}

/* The six signs have six different low nibbles: a byte is one of them if the table entry of
 * its low nibble is the byte itself. */
static inline __m256i is_sign(__m256i v)
{
    const __m256i table = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 0, 0, 0, 0, 0, 0, '\'', 0, 0, ':', ';', ',', '-', '.', 0));
    return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, v), v);
}

static inline __m256i is_special(__m256i v)
{
    return _mm256_or_si256(v, _mm256_cmpeq_epi8(v, set('_')));
}

static inline struct masks classify(const struct block *b)
{
    struct masks m = {0};
    m.word = bits(is_word(b->low), is_word(b->high));
    m.bit5 = bits(_mm256_slli_epi16(b->low, 2), _mm256_slli_epi16(b->high, 2));
    m.sign = bits(is_sign(b->low), is_sign(b->high));
    m.special = bits(is_special(b->low), is_special(b->high));
    m.blank = equal(b, ' ');
    return m;
}

/* What is known of the bytes that are not ASCII: adds letters of two bytes to word and sets
 * quote and high. Returns the bytes that words_scan_run must look at. Quotes and dashes first: English news has
 * nothing else in most blocks that are not ASCII. */
static uint64_t widen(const struct block *b, struct masks *m)
{
    m->high = bits(b->low, b->high);
    /* U+2012..2023 and U+2026: dashes, quotes, daggers, bullets, the ellipsis */
    uint64_t general = equal(b, 0xE2) & equal(b, 0x80) >> 1;
    uint64_t quotes = range(b, 0x98, 0x99);
    uint64_t plain = (range(b, 0x92, 0xA3) & ~quotes) | equal(b, 0xA6);
    m->quote = general & quotes >> 2;
    uint64_t three = general & (plain | quotes) >> 2;
    uint64_t unknown = m->high & ~(three | three << 1 | three << 2);
    if (unknown)
        unknown &= ~two_bytes(b, m->high, unknown, &m->word);
    uint64_t underscore = m->special & ~m->high;
    return unknown | (underscore & m->word << 1);
}

/* Bytes of signs that join what stands on their two sides; *glue: hyphens between words. */
static uint64_t joints(const struct block *b, const struct masks *m, uint64_t *glue)
{
    uint64_t digit = m->word & range(b, '0', '9'), letter = m->word & ~digit;
    uint64_t letters = letter << 1 & letter >> 1, digits = digit << 1 & digit >> 1;
    uint64_t both = equal(b, '\'') | equal(b, '.');
    uint64_t joint = (both | equal(b, ':')) & letters;
    joint |= (both | equal(b, ',') | equal(b, ';')) & digits;
    *glue = equal(b, '-') & m->word << 1 & m->word >> 1;
    uint64_t quote =
        m->quote & ((letter << 1 & letter >> 3) | (digit << 1 & digit >> 3));
    return joint | quote | quote << 1 | quote << 2;
}

/* Words of a block: a bit at the first byte of each, at the byte behind each, there if it is lower or not ASCII, and at
 * the first byte if it is after a blank. */
struct words {
    uint64_t start, end, lower, wide, spaced;
};

// clang-format off
#define BIT(byte, b) ((byte) >> (b) & 1)
/* How many bits are set below b. */
#define RANK(byte, b)                                                           \
    ((b > 0 ? BIT(byte, 0) : 0) + (b > 1 ? BIT(byte, 1) : 0) +                  \
     (b > 2 ? BIT(byte, 2) : 0) + (b > 3 ? BIT(byte, 3) : 0) +                  \
     (b > 4 ? BIT(byte, 4) : 0) + (b > 5 ? BIT(byte, 5) : 0) +                  \
     (b > 6 ? BIT(byte, 6) : 0))
#define PLACE(byte, b) (BIT(byte, b) ? UINT64_C(b) << 8 * RANK(byte, b) : 0)
#define PLACES(byte)                                                            \
    (PLACE(byte, 0) | PLACE(byte, 1) | PLACE(byte, 2) | PLACE(byte, 3) |        \
     PLACE(byte, 4) | PLACE(byte, 5) | PLACE(byte, 6) | PLACE(byte, 7))
#define PLACES4(n)  PLACES(n), PLACES(n + 1), PLACES(n + 2), PLACES(n + 3)
#define PLACES16(n) PLACES4(n), PLACES4(n + 4), PLACES4(n + 8), PLACES4(n + 12)
#define PLACES64(n) PLACES16(n), PLACES16(n + 16), PLACES16(n + 32), PLACES16(n + 48)
// clang-format on

/* For each byte the places of its bits, a byte each. */
static const uint64_t places[256] = {PLACES64(0), PLACES64(64), PLACES64(128),
                                     PLACES64(192)};

/* The places of the bits of m, ascending; up to 8 bytes more are written. A table, since pext is microcode on some
 * processors that have AVX2. */
static inline void list_bits(uint64_t m, uint8_t out[BLOCK + 8])
{
    for (unsigned i = 0; i < BLOCK; i += 8) {
        uint8_t byte = (uint8_t)(m >> i);
        store_u64(out, places[byte] + i * UINT64_C(0x0101010101010101));
        out += _mm_popcnt_u32(byte);
    }
}

static inline __m256i lanes(uint64_t v)
{
    return _mm256_set1_epi64x((long long)v);
}

/* For each place, a lane each, that bit of m as the lane's uppermost one, or 0. */
static inline __m256i bits_at(uint64_t m, __m256i place)
{
    __m256i up = _mm256_sllv_epi64(lanes(m), _mm256_xor_si256(place, lanes(63)));
    return _mm256_and_si256(up, lanes(UINT64_C(1) << 63));
}

/* Four words; bounds has where each begins and ends. */
static inline void emit_four(struct token *tokens, const uint8_t *bounds, __m256i first,
                             const struct words *w, bool wide)
{
    /* Byte 0 of a lane takes one of the eight bytes, the others are made 0. */
    const __m256i starts =
        _mm256_setr_epi64x(INT64_C(-256), INT64_C(-254), INT64_C(-252), INT64_C(-250));
    const __m256i ends =
        _mm256_setr_epi64x(INT64_C(-255), INT64_C(-253), INT64_C(-251), INT64_C(-249));
    __m256i eight = lanes(load_u64(bounds));
    __m256i start = _mm256_shuffle_epi8(eight, starts);
    __m256i end = _mm256_shuffle_epi8(eight, ends);
    __m256i four = _mm256_slli_epi64(_mm256_sub_epi64(end, start), 32);
    four = _mm256_add_epi64(four, _mm256_add_epi64(start, first));
    four = _mm256_or_si256(four, bits_at(w->spaced, start));
    four = _mm256_or_si256(four, _mm256_srli_epi64(bits_at(w->lower, end), 14));
    if (wide)
        four = _mm256_xor_si256(four, _mm256_srli_epi64(bits_at(w->wide, end), 15));
    _mm256_storeu_si256((__m256i *)(void *)tokens, four);
}

/* The words of a block that are not among the tokens yet. Where they begin and end is written down byte by byte and read
 * eight bytes at a time: a read that comes before those writes have reached the cache waits for them all, so the block
 * after it is looked at first. */
struct pending {
    uint8_t bounds[BLOCK + 8];
    struct words words;
    size_t base;     /* the block's place */
    size_t first, n; /* number of the first word among the tokens; how many */
    bool wide;       /* some may be not ASCII */
};

/* One run of the scanner. */
struct run {
    struct words_scan *scan;
    struct pending pending;
    size_t end; /* of the last word of the run; NO_WORD: there is none */
};

#define NO_WORD (SIZE_MAX - 1)

/* Writes the words that are pending; there is room for EMIT_AT_ONCE tokens more. */
static inline void emit(const struct run *r)
{
    const struct pending *p = &r->pending;
    struct token *tokens = r->scan->out->v.items + p->first;
    __m256i first = lanes(p->base | (uint64_t)TOKEN_ASCII << 48);
    if (p->wide) {
        for (size_t k = 0; k < EMIT_AT_ONCE; k += 4)
            emit_four(tokens + k, p->bounds + 2 * k, first, &p->words, true);
    } else {
        for (size_t k = 0; k < EMIT_AT_ONCE; k += 4)
            emit_four(tokens + k, p->bounds + 2 * k, first, &p->words, false);
    }
    for (size_t k = EMIT_AT_ONCE; k < p->n; k += 4)
        emit_four(tokens + k, p->bounds + 2 * k, first, &p->words, p->wide);
}

/* Writes what is pending, which then is nothing. */
static void flush(struct run *r)
{
    if (r->pending.n > 0)
        emit(r);
    r->pending.n = 0;
    r->pending.first = r->scan->out->v.len;
}

/* The words of the block's first `limit` bytes, the last of which parts words; m is the
 * masks of those bytes only. They are pending then, and those that were are written. */
static inline void put_words(struct run *r, const struct block *b, size_t base,
                             const struct masks *m)
{
    struct words_scan *s = r->scan;
    uint64_t word = m->word, glue = 0;
    if ((m->sign & word << 1 & word >> 1) | m->quote)
        word |= joints(b, m, &glue);
    uint64_t start = word & ~(word << 1), end = ~word & word << 1;
    /* A carry that starts at a word's first byte and finds only small letters and digits
     * comes out at its end. */
    struct words w = {.start = start, .end = end};
    w.lower = ((m->word & m->bit5 & ~m->high) + start) & end;
    if (m->high)
        w.wide = end & ~((word & ~m->high) + start);
    w.spaced = start & (end & m->blank) << 1;
    if (r->end + 1 == base && s->text[base - 1] == ' ')
        w.spaced |= start & 1;
    emit(r);
    size_t n = (size_t)_mm_popcnt_u64(start), first = s->out->v.len;
    list_bits(start | end, r->pending.bounds);
    r->pending.words = w;
    r->pending.base = base;
    r->pending.first = first;
    r->pending.n = n;
    r->pending.wide = m->high != 0;
    s->out->v.len = first + n;
    if (end)
        r->end = base + 63 - (size_t)_lzcnt_u64(end);
    if (!glue)
        return;
    flush(r);
    for (; glue; glue = _blsr_u64(glue)) {
        unsigned at = (unsigned)_tzcnt_u64(glue) + 1; /* the second word begins here */
        size_t i = first + (size_t)_mm_popcnt_u64(start & below(at));
        s->out->v.items[i].brk = (uint8_t)words_scan_glue(s, i);
    }
}

/* The scalar scanner from `at` on, as words_scan_run. */
static size_t run_scalar(struct run *r, size_t at, size_t resume)
{
    const struct words_scan *s = r->scan;
    flush(r);
    at = words_scan_run(r->scan, at, resume);
    r->pending.first = s->out->v.len; /* for what emit writes behind the tokens */
    if (s->out->v.len > s->first) {
        const struct token *last = &s->out->v.items[s->out->v.len - 1];
        r->end = (size_t)last->start + last->len;
    }
    return at;
}

static inline void keep_below(struct masks *m, unsigned limit)
{
    uint64_t keep = below(limit);
    m->word &= keep;
    m->sign &= keep;
    m->quote &= keep;
    m->high &= keep;
}

/* Words from `at` to the last parting in the block; data is text + at or a padded copy of
 * what is left. Returns where to go on; SIZE_MAX when out of memory. */
static inline size_t run_block(struct run *r, const uint8_t *data, size_t at)
{
    struct block b;
    b.low = _mm256_loadu_si256((const __m256i *)(const void *)data);
    b.high = _mm256_loadu_si256((const __m256i *)(const void *)(data + 32));
    struct masks m = classify(&b);
    uint64_t parting = ~(m.word | m.sign | m.special);
    unsigned limit = BLOCK - (unsigned)_lzcnt_u64(parting);
    uint64_t foreign = 0;
    if (m.special & below(limit))
        foreign = widen(&b, &m) & below(limit);
    size_t resume = 0;
    if (foreign || limit == 0) {
        unsigned first = (unsigned)_tzcnt_u64(foreign); /* 64 if there is none */
        unsigned last = _mm_popcnt_u64(foreign) > CROWDED
                            ? 63U - (unsigned)_lzcnt_u64(foreign)
                            : first;
        limit = BLOCK - (unsigned)_lzcnt_u64(parting & below(first));
        resume = at + last + 1;
    }
    keep_below(&m, limit);
    put_words(r, &b, at, &m);
    return resume ? run_scalar(r, at + limit, resume) : at + limit;
}

/* A bit for each of up to 64 tokens that has not one blank before it. */
static uint64_t odd_of(const struct token *tokens, size_t n)
{
    uint64_t odd = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m256i four = _mm256_loadu_si256((const __m256i *)(const void *)(tokens + i));
        uint64_t spaced = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(four));
        odd |= (spaced ^ 15) << i;
    }
    for (; i < n; i++)
        odd |= (uint64_t)(tokens[i].spacing == 0) << i;
    return odd;
}

size_t words_avx2_odd(const struct token *tokens, size_t n, uint32_t *odd)
{
    size_t len = 0;
    for (size_t from = 0; from < n; from += BLOCK) {
        uint64_t bits = odd_of(tokens + from, n - from < BLOCK ? n - from : BLOCK);
        for (; bits; bits = _blsr_u64(bits))
            odd[len++] = (uint32_t)(from + _tzcnt_u64(bits));
    }
    return len;
}

bool words_avx2_run(struct words_scan *s, size_t at)
{
    struct run r = {.scan = s, .pending.first = s->out->v.len, .end = NO_WORD};
    while (at < s->to) {
        if (!vec_reserve(&s->out->v, WORDS_PER_BLOCK_MAX + EMIT_AT_ONCE))
            return false;
        if (s->to - at >= BLOCK) {
            at = run_block(&r, s->text + at, at);
        } else {
            uint8_t rest[BLOCK];
            memset(rest, ' ', sizeof rest);
            memcpy(rest, s->text + at, s->to - at);
            at = run_block(&r, rest, at);
        }
        if (at == SIZE_MAX)
            return false;
    }
    flush(&r);
    return true;
}
