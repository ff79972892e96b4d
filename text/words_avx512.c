/* Word boundaries with AVX-512, as text/words_avx2.c finds them: 64 bytes become bit masks by look-ups in tables, and where
 * words begin and end is had by compressing the places of bytes in a register, from which eight tokens at a time are put
 * together. A block always begins behind an ASCII character that parts words, most often a blank.
 *
 * ASCII and the usual quotes and dashes take no branch, letters of two bytes one. A block with anything else, or with an
 * underscore after a word, is done up to the last parting before it; words_scan_run takes that stretch. */
#include <immintrin.h>

#include "text/words_scan.h"

enum {
    BLOCK = 64,
    WORDS_PER_BLOCK_MAX = BLOCK / 2,
    EMIT_AT_ONCE = 16,                         /* most blocks have no more words */
    ROOM = WORDS_PER_BLOCK_MAX + EMIT_AT_ONCE, /* for the tokens of a block */
    CROWDED = 8
};

_Static_assert(sizeof(struct token) == 8 && TOKEN_ASCII == 1 && TOKEN_LOWER == 2 &&
                   TOKEN_AFTER_BLANK == 0x80 && BREAK_GLUED == 3,
               "tokens are written as one number");

/* --- tables ------------------------------------------------------------------------------ */

/* What a byte is. */
enum {
    WORD = 1,  /* letters and digits */
    SMALL = 2, /* a-z, 0-9 */
    DIGIT = 4,
    PARTS = 8,          /* ASCII that parts words */
    JOINS_LETTERS = 16, /* ' . : */
    JOINS_DIGITS = 32,  /* ' . , ; */
    HYPHEN = 64,
    UNDERSCORE = 128,
    /* Bytes of U+2012..2023 and U+2026: dashes, quotes, daggers, bullets, the ellipsis. */
    LEAD = JOINS_LETTERS,
    SECOND = JOINS_DIGITS,
    THIRD = HYPHEN,
    QUOTE = UNDERSCORE /* of U+2018 and U+2019, with THIRD */
};

// clang-format off
#define P           PARTS
#define P4          P, P, P, P
#define P16         P4, P4, P4, P4
#define BOTH        (JOINS_LETTERS | JOINS_DIGITS)
#define NUMERAL     (WORD | SMALL | DIGIT)
#define FIVE(class) class, class, class, class, class
#define LETTERS(class) FIVE(class), FIVE(class), FIVE(class), FIVE(class), FIVE(class), class
#define EIGHT(...)  __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, \
                    __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define EACH(class) {EIGHT(EIGHT(class))}
#define PAIRS(a, b) {EIGHT(a, b, a, b, a, b, a, b)}
#define PLACES4(n)  (n), (n) + 1, (n) + 2, (n) + 3
#define PLACES16(n) PLACES4(n), PLACES4((n) + 4), PLACES4((n) + 8), PLACES4((n) + 12)
/* Where the bytes of a token come from: start, length, break, flags and spacing (see put_tokens). */
#define TOKEN(n)    2 * (n), 0, 0, 0, 2 * (n) + 1, 64 + 2 * (n), 65 + 2 * (n), 64 + 2 * (n)
#define TOKENS8(n)  {TOKEN(n), TOKEN((n) + 1), TOKEN((n) + 2), TOKEN((n) + 3), \
                     TOKEN((n) + 4), TOKEN((n) + 5), TOKEN((n) + 6), TOKEN((n) + 7)}

static const struct tables {
    uint8_t ascii[2][BLOCK], high[2][BLOCK]; /* what each byte is */
    uint8_t word[BLOCK], small[BLOCK], digit[BLOCK], parts[BLOCK];
    uint8_t joins_letters[BLOCK], joins_digits[BLOCK], hyphen[BLOCK], underscore[BLOCK];
    uint8_t blank[BLOCK], places[BLOCK];
    uint8_t first_flags[BLOCK], second_flags[BLOCK];
    uint8_t tokens[2][BLOCK], token_bits[BLOCK];
} fixed_tables __attribute__((aligned(BLOCK))) = {
    .ascii = {
        {P16, P16,
         P, P, P, P, P, P, P, BOTH, P, P, P, P, JOINS_DIGITS, HYPHEN, BOTH, P,
         FIVE(NUMERAL), FIVE(NUMERAL), JOINS_LETTERS, JOINS_DIGITS, P4},
        {P, LETTERS(WORD), P4, UNDERSCORE, P, LETTERS(WORD | SMALL), P4, P}},
    .high = {
        {[0x00] = SECOND, [0x12] = FIVE(THIRD), THIRD, THIRD | QUOTE, THIRD | QUOTE,
         FIVE(THIRD), FIVE(THIRD), [0x26] = THIRD},
        {[0x22] = LEAD}},
    .word = EACH(WORD), .small = EACH(SMALL), .digit = EACH(DIGIT), .parts = EACH(PARTS),
    .joins_letters = EACH(JOINS_LETTERS), .joins_digits = EACH(JOINS_DIGITS),
    .hyphen = EACH(HYPHEN), .underscore = EACH(UNDERSCORE), .blank = EACH(' '),
    .places = {PLACES16(0), PLACES16(16), PLACES16(32), PLACES16(48)},
    .first_flags = PAIRS(BREAK_GLUED, TOKEN_ASCII),
    .second_flags = PAIRS(TOKEN_AFTER_BLANK, TOKEN_ASCII | TOKEN_LOWER),
    .tokens = {TOKENS8(0), TOKENS8(8)},
    .token_bits = {EIGHT(0xFF, 0, 0, 0, 0xFF, BREAK_GLUED, 0xFF, TOKEN_AFTER_BLANK)},
};
// clang-format on

static inline __m512i load(const uint8_t *table)
{
    return _mm512_load_si512((const void *)table);
}

/* The compiler makes constants that it knows anew for each block, and moves an `and` with a mask into the comparison
 * behind it by way of another register; both cost more than what they save. */
#define HIDE(v) __asm__("" : "+r"(v))

/* --- one block --------------------------------------------------------------------------- */

struct block {
    __m512i bytes;
};

static inline uint64_t equal(const struct block *b, unsigned byte)
{
    return _mm512_cmpeq_epi8_mask(b->bytes, _mm512_set1_epi8((char)byte));
}

static inline uint64_t range(const struct block *b, unsigned first, unsigned last)
{
    __m512i v = _mm512_sub_epi8(b->bytes, _mm512_set1_epi8((char)first));
    return _mm512_cmple_epu8_mask(v, _mm512_set1_epi8((char)(last - first)));
}

#include "text/words_letters.h"

/* A bit for each byte of the block. */
struct masks {
    uint64_t word, small, digit;
    uint64_t joins_letters, joins_digits, hyphen, underscore; /* or what not ASCII is */
    uint64_t quote; /* first byte of U+2018 and U+2019 */
    uint64_t blank; /* U+0020 */
    uint64_t high;  /* not ASCII */
};

static inline uint64_t test(__m512i classes, const uint8_t *class)
{
    uint64_t m = _mm512_test_epi8_mask(classes, load(class));
    HIDE(m);
    return m;
}

static inline __m512i classes_of(const struct block *b, const struct tables *t)
{
    __m512i ascii =
        _mm512_permutex2var_epi8(load(t->ascii[0]), b->bytes, load(t->ascii[1]));
    __m512i high =
        _mm512_permutex2var_epi8(load(t->high[0]), b->bytes, load(t->high[1]));
    return _mm512_mask_mov_epi8(ascii, _mm512_movepi8_mask(b->bytes), high);
}

static inline struct masks classify(const struct block *b, const struct tables *t,
                                    __m512i classes)
{
    return (struct masks){
        .word = test(classes, t->word),
        .small = test(classes, t->small),
        .digit = test(classes, t->digit),
        .joins_letters = test(classes, t->joins_letters),
        .joins_digits = test(classes, t->joins_digits),
        .hyphen = test(classes, t->hyphen),
        .underscore = test(classes, t->underscore),
        .blank = _mm512_cmpeq_epi8_mask(b->bytes, load(t->blank)),
        .high = _mm512_movepi8_mask(b->bytes),
    };
}

/* The first bytes of characters of three bytes, as bits, to all of them. */
static inline uint64_t all_three(uint64_t first)
{
    return (first << 3) - first;
}

/* How many bytes there are up to the last bit of m. */
static inline unsigned up_to_last(uint64_t m)
{
    return BLOCK - (unsigned)_lzcnt_u64(m);
}

/* What to do with a block that has bytes of which the tables say too little, or no blank: adds letters of two bytes to
 * m->word. *limit, the bytes up to the last blank, becomes those up to the parting before what words_scan_run must look at.
 * Returns how many bytes that is to take at least, or 0. */
static __attribute__((noinline)) unsigned look_closer(const struct block *b,
                                                      __m512i classes, uint64_t unknown,
                                                      struct masks *m, unsigned *limit)
{
    uint64_t parting = _mm512_test_epi8_mask(classes, load(fixed_tables.parts));
    if (*limit == 0)
        *limit = up_to_last(parting);
    m->underscore &= ~m->high;
    m->hyphen &= ~m->high;
    unknown &= m->high;
    if (unknown)
        unknown &= ~two_bytes(b, m->high, unknown, &m->word);
    uint64_t foreign = _bzhi_u64(unknown | (m->underscore & m->word << 1), *limit);
    if (!foreign && *limit > 0)
        return 0;
    unsigned first = (unsigned)_tzcnt_u64(foreign); /* 64 if there is none */
    unsigned last = _mm_popcnt_u64(foreign) > CROWDED ? up_to_last(foreign) - 1 : first;
    *limit = up_to_last(_bzhi_u64(parting, first));
    return last + 1;
}

/* --- tokens ------------------------------------------------------------------------------ */

/* Words of a block: a bit at the first byte of each and one at the byte behind each. */
struct words {
    uint64_t start, end;
    uint64_t first, second; /* what is said of them, at these bits (see first_flags) */
};

/* One run of the scanner. */
struct run {
    struct words_scan *scan;
    const struct tables *tables;
    struct token *out; /* the next token's place */
    uint64_t spaced;   /* 1: a word and one blank lie before the block */
};

/* Eight tokens from number i on. */
static inline void put_eight(struct token *out, const struct tables *t, __m512i bounds,
                             __m512i flags, __m512i base, size_t i)
{
    __m512i from = load(t->tokens[i / 8 % 2]);
    if (i >= EMIT_AT_ONCE)
        from = _mm512_add_epi8(from, _mm512_set1_epi8(2 * EMIT_AT_ONCE));
    __m512i eight = _mm512_permutex2var_epi8(bounds, from, flags);
    eight = _mm512_and_si512(eight, load(t->token_bits));
    _mm512_storeu_si512(out + i, _mm512_add_epi64(eight, base));
}

/* There is room for EMIT_AT_ONCE tokens at least. Pairs of bytes, one for each word: where it begins and its length in
 * bounds; break and spacing in one, and flags, in `flags`. */
static inline void put_tokens(struct token *out, const struct tables *t,
                              const struct words *w, size_t n, size_t at)
{
    uint64_t edges = w->start | w->end;
    __m512i bounds = _mm512_maskz_compress_epi8(edges, load(t->places));
    bounds = _mm512_sub_epi8(bounds, _mm512_slli_epi16(bounds, 8));
    uint64_t first = _pext_u64(w->first, edges), second = _pext_u64(w->second, edges);
    __m512i flags = _mm512_maskz_mov_epi8(first, load(t->first_flags));
    flags = _mm512_mask_mov_epi8(flags, second, load(t->second_flags));
    __m512i base = _mm512_set1_epi64((long long)at);
    put_eight(out, t, bounds, flags, base, 0);
    put_eight(out, t, bounds, flags, base, 8);
    if (n <= EMIT_AT_ONCE)
        return;
    put_eight(out, t, bounds, flags, base, 16);
    put_eight(out, t, bounds, flags, base, 24);
}

/* Hyphens between digits, a bit each: do they glue their words? A letter may stand elsewhere in these. */
static __attribute__((noinline)) void glue_numbers(const struct words_scan *s,
                                                   struct token *tokens, uint64_t start,
                                                   uint64_t hyphens)
{
    s->out->v.len = (size_t)(tokens - s->out->v.items);
    for (; hyphens; hyphens = _blsr_u64(hyphens)) {
        uint64_t second = _blsi_u64(hyphens) << 1; /* here the second word begins */
        size_t i = s->out->v.len + (size_t)_mm_popcnt_u64(start & (second - 1));
        s->out->v.items[i].brk = (uint8_t)words_scan_glue(s, i);
    }
}

/* The words of the first `limit` bytes of a block, the last of which parts words. *spaced: as in struct run, of this block
 * and then of the next. Returns a bit at each hyphen between digits, which may glue its words. */
static inline uint64_t find_words(const struct masks *m, unsigned limit,
                                  uint64_t *spaced, struct words *w)
{
    uint64_t word = _bzhi_u64(m->word, limit);
    uint64_t letter = word & ~m->digit, digit = word & m->digit;
    uint64_t letter_before = letter << 1, digit_before = digit << 1;
    uint64_t joint = m->joins_letters & letter_before & letter >> 1;
    joint |= m->joins_digits & digit_before & digit >> 1;
    joint |= all_three(m->quote &
                       ((letter_before & letter >> 3) | (digit_before & digit >> 3)));
    uint64_t hyphens = m->hyphen & word << 1 & word >> 1;
    uint64_t glue = hyphens & (letter_before | letter >> 1);
    uint64_t small = m->small & word;
    word |= joint;
    uint64_t start = word & ~(word << 1), end = ~word & word << 1;
    uint64_t blank = end & m->blank; /* behind a word */
    /* A carry that starts at a word's first byte and finds only small letters and digits comes out at its end. */
    w->start = start;
    w->end = end;
    w->first = (((word & ~m->high) + start) & end) | glue << 1;
    w->second = ((small + start) & end) | blank << 1 | *spaced;
    *spaced = blank >> ((limit - 1) & 63) & 1;
    return hyphens ^ glue;
}

/* Puts the words that find_words has found in the block at `at`. */
static inline void put_words(struct run *r, const struct masks *m, size_t at,
                             unsigned limit)
{
    struct words w;
    uint64_t hyphens = find_words(m, limit, &r->spaced, &w);
    size_t n = (size_t)_mm_popcnt_u64(w.start);
    struct token *out = r->out;
    put_tokens(out, r->tables, &w, n, at);
    r->out = out + n;
    if (__builtin_expect(hyphens != 0, 0))
        glue_numbers(r->scan, out, w.start, hyphens);
}

/* The scalar scanner from `at` on, as words_scan_run. */
static __attribute__((noinline)) size_t run_scalar(struct run *r, size_t at,
                                                   size_t resume)
{
    struct words_scan *s = r->scan;
    s->out->v.len = (size_t)(r->out - s->out->v.items);
    at = words_scan_run(s, at, resume);
    r->out = s->out->v.items + s->out->v.len;
    r->spaced = at != SIZE_MAX && words_scan_spacing(s, s->out->v.len, at) != 0;
    return at;
}

/* The bytes of characters of which the tables say too little, or of an underscore; completes *m. */
static inline uint64_t unknown_of(struct masks *m)
{
    uint64_t three = m->joins_letters & m->joins_digits >> 1 & m->hyphen >> 2;
    m->quote = three & m->underscore >> 2;
    return (m->high | m->underscore) & ~all_three(three);
}

/* Words from `at` to a parting in the block, of whatever kind it is. Returns where to go on; SIZE_MAX when out of memory.
 * *plain: the tables have said all of it. */
static size_t run_block(struct run *r, struct block b, size_t at, bool *plain)
{
    __m512i classes = classes_of(&b, r->tables);
    struct masks m = classify(&b, r->tables, classes);
    unsigned limit = up_to_last(m.blank), taken = 0;
    uint64_t unknown = unknown_of(&m);
    *plain = !_bzhi_u64(unknown, limit) && limit != 0;
    if (!*plain)
        taken = look_closer(&b, classes, unknown, &m, &limit);
    put_words(r, &m, at, limit);
    if (taken != 0)
        return run_scalar(r, at + limit, at + taken);
    return at + limit;
}

/* Words of the blocks from `at` on as far as there is room and none needs another look. Returns where to go on. What goes
 * from block to block stays in registers here: where a block begins is known only when the one before was read. */
static __attribute__((noinline)) size_t run_plain(struct run *r, size_t at)
{
    const struct words_scan *s = r->scan;
    const struct tables *t = r->tables;
    const struct token *room = s->out->v.items + s->out->v.cap - ROOM;
    const uint8_t *text = s->text;
    size_t to = s->to;
    struct token *out = r->out;
    uint64_t spaced = r->spaced;
    while (to - at >= BLOCK && out <= room) {
        struct block b = {_mm512_loadu_si512((const void *)(text + at))};
        struct masks m = classify(&b, t, classes_of(&b, t));
        unsigned limit = up_to_last(m.blank);
        struct words w;
        uint64_t next = spaced;
        if (_bzhi_u64(unknown_of(&m), limit) || limit == 0 ||
            find_words(&m, limit, &next, &w))
            break;
        size_t n = (size_t)_mm_popcnt_u64(w.start);
        put_tokens(out, t, &w, n, at);
        out += n;
        spaced = next;
        at += limit;
    }
    r->out = out;
    r->spaced = spaced;
    return at;
}

/* Room for the words of a block and what is written behind them. */
static inline bool reserve(struct run *r)
{
    struct token_vec *out = r->scan->out;
    out->v.len = (size_t)(r->out - out->v.items);
    if (!vec_reserve(&out->v, ROOM))
        return false;
    r->out = out->v.items + out->v.len;
    return true;
}

static inline struct block read_block(const struct words_scan *s, size_t at,
                                      const struct tables *t)
{
    size_t left = s->to - at;
    if (left >= BLOCK)
        return (struct block){_mm512_loadu_si512((const void *)(s->text + at))};
    return (struct block){_mm512_mask_loadu_epi8(
        load(t->blank), _bzhi_u64(~UINT64_C(0), (unsigned)left), s->text + at)};
}

/* Words from `at` on, up to a block that run_plain may go on with. Returns as run_block. */
static __attribute__((noinline)) size_t run_others(struct run *r, size_t at)
{
    bool plain = false;
    while (at < r->scan->to && !plain) {
        if (!reserve(r))
            return SIZE_MAX;
        at = run_block(r, read_block(r->scan, at, r->tables), at, &plain);
    }
    return at;
}

bool words_avx512_run(struct words_scan *s, size_t at)
{
    struct run r = {.scan = s, .tables = &fixed_tables};
    HIDE(r.tables);
    r.out = s->out->v.items + s->out->v.len;
    while (at < s->to) {
        if (!reserve(&r))
            return false;
        at = run_plain(&r, at);
        at = run_others(&r, at);
    }
    s->out->v.len = (size_t)(r.out - s->out->v.items);
    return at != SIZE_MAX;
}

/* --- odd tokens -------------------------------------------------------------------------- */

/* A bit for each of up to BLOCK tokens that has not one blank before it. */
static inline uint64_t odd_of(const struct token *tokens, size_t n)
{
    uint64_t spaced = 0;
    for (size_t i = 0; i < n; i += 8) {
        __mmask8 there = (__mmask8)_bzhi_u32(0xFF, (unsigned)(n - i));
        __m512i eight = _mm512_maskz_loadu_epi64(there, tokens + i);
        spaced |= (uint64_t)_mm512_movepi64_mask(eight) << i;
    }
    return _bzhi_u64(~spaced, (unsigned)n);
}

size_t words_avx512_odd(const struct token *tokens, size_t n, uint32_t *odd)
{
    size_t len = 0;
    for (size_t from = 0; from < n; from += BLOCK) {
        uint64_t bits = odd_of(tokens + from, n - from < BLOCK ? n - from : BLOCK);
        size_t found = (size_t)_mm_popcnt_u64(bits);
        __m512i places = _mm512_maskz_compress_epi8(bits, load(fixed_tables.places));
        __m512i base = _mm512_set1_epi32((int)from);
        for (size_t i = 0;; i += 16) {
            __m512i few = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
            _mm512_storeu_si512(odd + len + i, _mm512_add_epi32(few, base));
            if (i + 16 >= found)
                break;
            places = _mm512_alignr_epi64(places, places, 2);
        }
        len += found;
    }
    return len;
}
