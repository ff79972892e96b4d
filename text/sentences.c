#include "text/sentences.h"

#include <stdbool.h>
#include <string.h>

#include "base/endian.h"
#include "text/abbreviations.h"
#include "text/letters.h"
#include "text/utf8.h"

/* What a separator says, in five bits. */
enum {
    SEP_PARAGRAPH = 1,   /* holds an LF; nothing else is said then */
    SEP_FULL_STOP = 2,   /* begins with '.', which is its only stop */
    SEP_ENDS = 4,        /* a stop, then closing marks, then white space */
    SEP_IDEOGRAPHIC = 8, /* the stop needs no white space */
    SEP_QUOTED = 16      /* the word is opened by a quote */
};

/* What a word before a full stop says: an enum abbreviations_kind, and whether it is a number of one or two digits. */
enum {
    WORD_KIND = 3,
    WORD_SHORT_NUMBER = 4
};

/* What one behind a full stop says. */
enum {
    NEXT_STARTER = 1,
    NEXT_TAKES_ORDINAL = 2
};

enum sign {
    SIGN_OTHER,
    SIGN_STOP,
    SIGN_IDEOGRAPHIC_STOP,
    SIGN_CLOSING, /* ends a quotation or a bracket */
    SIGN_QUOTE,   /* may open or close */
    SIGN_SPACE,
    SIGN_LF
};

/* Markdown's emphasis may close between a stop and the blank. */
static const uint8_t ascii[128] = {
    ['\t'] = SIGN_SPACE,  ['\n'] = SIGN_LF,     [' '] = SIGN_SPACE,
    ['.'] = SIGN_STOP,    ['?'] = SIGN_STOP,    ['!'] = SIGN_STOP,
    ['"'] = SIGN_QUOTE,   ['\''] = SIGN_QUOTE,  [')'] = SIGN_CLOSING,
    [']'] = SIGN_CLOSING, ['}'] = SIGN_CLOSING, ['*'] = SIGN_CLOSING,
    ['_'] = SIGN_CLOSING};

#define TWO(sign)  sign, sign
#define FOUR(sign) TWO(sign), TWO(sign)

/* U+2000 to U+203F: spaces, quotes, the ellipsis, the narrow no-break space, angle quotes, double exclamation mark and interrobang. */
static const uint8_t punctuation[64] = {
    FOUR(SIGN_SPACE),          FOUR(SIGN_SPACE),         FOUR(SIGN_SPACE),
    [0x18] = FOUR(SIGN_QUOTE), FOUR(SIGN_QUOTE),         [0x26] = SIGN_STOP,
    [0x2F] = SIGN_SPACE,       [0x39] = TWO(SIGN_QUOTE), [0x3C] = TWO(SIGN_STOP)};

/* Of a character beyond both tables. */
static enum sign sign_of(uint32_t cp)
{
    switch (cp) {
    case 0x2047: /* double question mark and its kin */
    case 0x2048:
    case 0x2049:
    case 0x061F: /* Arabic question mark and full stop */
    case 0x06D4:
    case 0x0589: /* Armenian */
    case 0x0964: /* danda */
    case 0x0965:
    case 0x1362: return SIGN_STOP; /* Ethiopic */
    case 0x3002:
    case 0xFF01:
    case 0xFF0E:
    case 0xFF1F:
    case 0xFF61: return SIGN_IDEOGRAPHIC_STOP;
    case 0x00A0:
    case 0x3000: return SIGN_SPACE;
    case 0x00AB:
    case 0x00BB:
    case 0xFF02: return SIGN_QUOTE;
    default: break;
    }
    enum unidata_gc gc = (enum unidata_gc)unidata_get(cp)->gc;
    if (gc == GC_PI)
        return SIGN_QUOTE;
    return gc == GC_PE || gc == GC_PF ? SIGN_CLOSING : SIGN_OTHER;
}

/* The sign at *p, which is moved behind it. */
static inline enum sign next_sign(const uint8_t **p, const uint8_t *end)
{
    const uint8_t *at = *p;
    if (*at < 0x80) {
        *p = at + 1;
        return (enum sign)ascii[*at];
    }
    if (*at == 0xE2 && end - at >= 3 && at[1] == 0x80) {
        *p = at + 3;
        return (enum sign)punctuation[at[2] & 63];
    }
    uint32_t cp;
    *p = at + utf8_decode(at, end, &cp);
    return sign_of(cp);
}

/* What a separator says, read once from left to right. */
static unsigned read_separator(const uint8_t *p, const uint8_t *end)
{
    unsigned stopped = 0; /* a stop, and closing marks only since then */
    unsigned stops = 0, ends = 0, ideographic = 0, quoted = 0;
    bool begins_with_it = *p == '.';
    while (p < end) {
        enum sign sign = next_sign(&p, end);
        if (sign == SIGN_LF)
            return SEP_PARAGRAPH;
        unsigned stop = sign == SIGN_STOP;
        stops += stop;
        stopped |= stop;
        ends = (ends & ~stop) | (stopped & (sign == SIGN_SPACE));
        stopped &= ends | (sign != SIGN_OTHER);
        ideographic |= sign == SIGN_IDEOGRAPHIC_STOP;
        quoted = sign == SIGN_QUOTE;
    }
    return (begins_with_it && stops == 1 ? (unsigned)SEP_FULL_STOP : 0) |
           (ends ? (unsigned)SEP_ENDS : 0) |
           (ideographic ? (unsigned)SEP_IDEOGRAPHIC : 0) |
           (quoted ? (unsigned)SEP_QUOTED : 0);
}

// clang-format off
#define FIVE(class) class, class, class, class, class
#define LETTERS(class) FIVE(class), FIVE(class), FIVE(class), FIVE(class), FIVE(class), class

/* letters_of without a branch on what it is. */
static const uint8_t ascii_class[128] = {
    ['0'] = FIVE(LETTERS_DIGIT), FIVE(LETTERS_DIGIT),
    ['A'] = LETTERS(LETTERS_UPPER),
    ['a'] = LETTERS(LETTERS_LOWER)};
// clang-format on

static enum letters_class first_class(struct bytes text, const struct token *t)
{
    const uint8_t *p = text.data + t->start;
    uint32_t cp = *p;
    if (cp < 0x80)
        return (enum letters_class)ascii_class[cp];
    utf8_decode(p, p + t->len, &cp);
    return letters_of(cp);
}

static struct bytes surface_of(struct bytes text, const struct token *t)
{
    return bytes_of(text.data + t->start, t->len);
}

static bool is_short_number(struct bytes word)
{
    if (word.len > 2)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
    return true;
}

static unsigned read_word(struct bytes word)
{
    return (unsigned)abbreviations_find(word) |
           (is_short_number(word) ? (unsigned)WORD_SHORT_NUMBER : 0);
}

static unsigned read_next(struct bytes word)
{
    return (abbreviations_is_starter(word) ? (unsigned)NEXT_STARTER : 0) |
           (abbreviations_takes_ordinal(word) ? (unsigned)NEXT_TAKES_ORDINAL : 0);
}

/* --- what was seen ----------------------------------------------------------------------- */

enum {
    SEEN_BYTES = 7,
    LENGTH_SHIFT = 56,
    SAYS_SHIFT = 59
};
#define SEEN_KEY ((UINT64_C(1) << SAYS_SHIFT) - 1)

/* The key of up to SEEN_BYTES bytes at p, where eight may be read. */
static inline uint64_t key_of(const uint8_t *p, size_t len)
{
    return (load_u64(p) & ((UINT64_C(1) << 8 * len) - 1)) | (uint64_t)len
                                                                << LENGTH_SHIFT;
}

static inline uint64_t *place_of(uint64_t *seen, uint64_t key)
{
    return &seen[key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SENTENCES_SEEN_BITS)];
}

static inline bool is_seen(uint64_t seen, uint64_t key)
{
    return ((seen ^ key) & SEEN_KEY) == 0;
}

/* Whether there are eight bytes at p in the text. */
static inline bool is_readable(struct bytes text, const uint8_t *p)
{
    return (size_t)(text.data + text.len - p) >= sizeof(uint64_t);
}

/* Reads a separator, and notes what it says if it is short. */
static __attribute__((noinline)) unsigned learn_sep(struct sentences_seen *seen,
                                                    struct bytes text,
                                                    const uint8_t *sep,
                                                    const uint8_t *end)
{
    unsigned says = read_separator(sep, end);
    size_t len = (size_t)(end - sep);
    if (len <= SEEN_BYTES && is_readable(text, sep)) {
        uint64_t key = key_of(sep, len);
        *place_of(seen->seps, key) = key | (uint64_t)says << SAYS_SHIFT;
    }
    return says;
}

/* What the separator [sep, end) says, behind which a word of the text follows. */
static inline unsigned sep_says(struct sentences_seen *seen, struct bytes text,
                                const uint8_t *sep, const uint8_t *end)
{
    size_t len = (size_t)(end - sep);
    if (__builtin_expect(len > SEEN_BYTES || !is_readable(text, sep), 0))
        return learn_sep(seen, text, sep, end);
    uint64_t key = key_of(sep, len), there = *place_of(seen->seps, key);
    if (__builtin_expect(!is_seen(there, key), 0))
        return learn_sep(seen, text, sep, end);
    return (unsigned)(there >> SAYS_SHIFT);
}

/* What a word says by `read`, noted in `seen` if it is short. */
static inline unsigned word_says(uint64_t *seen, struct bytes text,
                                 const struct token *t, unsigned (*read)(struct bytes))
{
    struct bytes word = surface_of(text, t);
    if (word.len > SEEN_BYTES || !is_readable(text, word.data))
        return read(word);
    uint64_t key = key_of(word.data, word.len), *place = place_of(seen, key);
    if (!is_seen(*place, key))
        *place = key | (uint64_t)read(word) << SAYS_SHIFT;
    return (unsigned)(*place >> SAYS_SHIFT);
}

static unsigned next_says(struct sentences_seen *seen, struct bytes text,
                          const struct token *t)
{
    return word_says(seen->nexts, text, t, read_next);
}

/* --- breaks ------------------------------------------------------------------------------ */

/* "The" begins a sentence; "A" does not where it is an initial ("C. A. Smith"). */
static bool is_starter(struct bytes text, const struct token *t,
                       struct sentences_seen *seen)
{
    size_t end = (size_t)t->start + t->len;
    bool initial = t->len == 1 && end < text.len && text.data[end] == '.';
    return !initial && (next_says(seen, text, t) & NEXT_STARTER) != 0;
}

/* Does the full stop behind the token before t only shorten it? That one may be an abbreviation. */
static bool is_abbreviated(struct bytes text, const struct token *t,
                           enum letters_class class, struct sentences_seen *seen)
{
    unsigned says = word_says(seen->words, text, t - 1, read_word);
    switch ((enum abbreviations_kind)(says & WORD_KIND)) {
    case ABBREVIATIONS_TITLE: return true;
    case ABBREVIATIONS_OF_NUMBER: return class == LETTERS_DIGIT;
    case ABBREVIATIONS_MAY_END: return !is_starter(text, t, seen);
    case ABBREVIATIONS_NONE: break;
    }
    return (says & WORD_SHORT_NUMBER) != 0 &&
           (next_says(seen, text, t) & NEXT_TAKES_ORDINAL) != 0;
}

/* The break before t, whose separator says so and is no paragraph's; may_be_short: see mark_ends. */
static enum token_break break_of(struct bytes text, const struct token *t,
                                 unsigned says, bool may_be_short,
                                 struct sentences_seen *seen)
{
    if (says & SEP_IDEOGRAPHIC)
        return BREAK_SENTENCE;
    enum letters_class class = first_class(text, t);
    if (may_be_short && is_abbreviated(text, t, class, seen))
        return BREAK_NONE;
    bool begins = class == LETTERS_UPPER || class == LETTERS_UNCASED ||
                  class == LETTERS_DIGIT || (says & SEP_QUOTED) != 0;
    return begins ? BREAK_SENTENCE : BREAK_NONE;
}

/* --- passes ------------------------------------------------------------------------------ */

enum {
    MARKED = 256 /* tokens that are looked at together */
};

/* A token behind a stop, and what its separator says. */
struct end {
    uint32_t at, says;
};

/* Marks the paragraphs among n tokens, at most MARKED, and lists those that may begin a sentence. Returns how many. */
static size_t mark_paragraphs(struct bytes text, struct token *tokens,
                              const uint32_t *odd, size_t n,
                              struct sentences_seen *seen, struct end *ends)
{
    size_t n_ends = 0;
    for (size_t i = 0; i < n; i++) {
        struct token *t = tokens + odd[i];
        const uint8_t *sep = text.data + t[-1].start + t[-1].len;
        unsigned says = sep_says(seen, text, sep, text.data + t->start);
        unsigned lf = says & SEP_PARAGRAPH;
        t->brk = (uint8_t)((t->brk & (lf - 1)) | lf * BREAK_PARAGRAPH);
        ends[n_ends] = (struct end){odd[i], says};
        n_ends += (says & (SEP_ENDS | SEP_IDEOGRAPHIC)) != 0;
    }
    return n_ends;
}

/* Marks those of n tokens that begin a sentence. Of most the word's first byte tells it, and that the one before is no
 * abbreviation: for these there is no branch. */
static void mark_ends(struct bytes text, struct token *tokens, struct end *ends,
                      size_t n, struct sentences_seen *seen)
{
    enum {
        MAY_BE_SHORT = 1 << 8
    };
    size_t n_left = 0;
    for (size_t i = 0; i < n; i++) {
        struct token *t = tokens + ends[i].at;
        unsigned says = ends[i].says, first = text.data[t->start];
        unsigned class = ascii_class[first & 127];
        unsigned begins = (class == LETTERS_UPPER) | (class == LETTERS_DIGIT) |
                          ((says & SEP_QUOTED) != 0);
        unsigned may_be = abbreviations_may_be(surface_of(text, t - 1)) &
                          ((says & SEP_FULL_STOP) != 0);
        unsigned left = may_be | first >> 7 | (unsigned)((says & SEP_IDEOGRAPHIC) != 0);
        t->brk = (uint8_t)(begins ? BREAK_SENTENCE : BREAK_NONE);
        ends[n_left] = (struct end){ends[i].at, says | may_be * MAY_BE_SHORT};
        n_left += left;
    }
    for (size_t i = 0; i < n_left; i++) {
        struct token *t = tokens + ends[i].at;
        unsigned says = ends[i].says;
        t->brk = (uint8_t)break_of(text, t, says, says & MAY_BE_SHORT, seen);
    }
}

void sentences_mark(struct bytes text, struct token *tokens, size_t n,
                    const uint32_t *odd, size_t n_odd, struct sentences_seen *seen)
{
    struct end ends[MARKED];
    if (n == 0)
        return;
    tokens[0].brk = BREAK_PARAGRAPH;
    for (size_t from = n_odd > 0 && odd[0] == 0; from < n_odd; from += MARKED) {
        size_t len = n_odd - from < MARKED ? n_odd - from : MARKED;
        size_t n_ends = mark_paragraphs(text, tokens, odd + from, len, seen, ends);
        mark_ends(text, tokens, ends, n_ends, seen);
    }
}
