#include "text/sentences.h"

#include <stdbool.h>
#include <string.h>

#include "base/endian.h"
#include "text/abbreviations.h"
#include "text/letters.h"
#include "text/utf8.h"
#include "text/words.h"

/* What a separator says, read once from left to right. */
struct reading {
    bool paragraph;   /* holds an LF; nothing else is known then */
    bool full_stop;   /* begins with '.', which is its only stop */
    bool ends;        /* a stop, then closing marks, then white space */
    bool ideographic; /* the stop needs no white space */
    bool quoted;      /* the word is opened by a quote */
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

static struct reading read_separator(const uint8_t *p, const uint8_t *end)
{
    unsigned stopped = 0; /* a stop, and closing marks only since then */
    unsigned stops = 0, ends = 0, ideographic = 0, quoted = 0;
    bool begins_with_it = *p == '.';
    while (p < end) {
        enum sign sign = next_sign(&p, end);
        if (sign == SIGN_LF)
            return (struct reading){.paragraph = true};
        unsigned stop = sign == SIGN_STOP;
        stops += stop;
        stopped |= stop;
        ends = (ends & ~stop) | (stopped & (sign == SIGN_SPACE));
        stopped &= ends | (sign != SIGN_OTHER);
        ideographic |= sign == SIGN_IDEOGRAPHIC_STOP;
        quoted = sign == SIGN_QUOTE;
    }
    return (struct reading){.full_stop = begins_with_it && stops == 1,
                            .ends = ends != 0,
                            .ideographic = ideographic != 0,
                            .quoted = quoted != 0};
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

/* "The" begins a sentence; "A" does not where it is an initial ("C. A. Smith"). */
static bool is_starter(struct bytes text, const struct token *t)
{
    size_t end = (size_t)t->start + t->len;
    bool initial = t->len == 1 && end < text.len && text.data[end] == '.';
    return !initial && abbreviations_is_starter(surface_of(text, t));
}

/* Does the full stop behind `before` only shorten it? */
static bool is_abbreviated(struct bytes text, const struct token *before,
                           const struct token *t, enum letters_class class)
{
    struct bytes word = surface_of(text, before);
    switch (abbreviations_find(word)) {
    case ABBREVIATIONS_TITLE: return true;
    case ABBREVIATIONS_OF_NUMBER: return class == LETTERS_DIGIT;
    case ABBREVIATIONS_MAY_END: return !is_starter(text, t);
    case ABBREVIATIONS_NONE: break;
    }
    return is_short_number(word) && abbreviations_takes_ordinal(surface_of(text, t));
}

/* A break before t, whose separator says r. */
static inline enum token_break break_of(struct bytes text, const struct token *t,
                                        struct reading r)
{
    if (r.paragraph)
        return BREAK_PARAGRAPH;
    if (r.ideographic)
        return BREAK_SENTENCE;
    if (!r.ends)
        return BREAK_NONE;
    enum letters_class class = first_class(text, t);
    if (r.full_stop && is_abbreviated(text, t - 1, t, class))
        return BREAK_NONE;
    bool begins = class == LETTERS_UPPER || class == LETTERS_UNCASED ||
                  class == LETTERS_DIGIT || r.quoted;
    return begins ? BREAK_SENTENCE : BREAK_NONE;
}

enum {
    GROUPS = 8, /* that are looked at together */
    MARKED = GROUPS * WORDS_ODD_MAX
};

/* What a separator says, in one byte. */
enum {
    SAYS_PARAGRAPH = 1,
    SAYS_FULL_STOP = 2,
    SAYS_ENDS = 4,
    SAYS_IDEOGRAPHIC = 8,
    SAYS_QUOTED = 16
};

static __attribute__((noinline)) unsigned say(const uint8_t *sep, const uint8_t *end)
{
    struct reading r = read_separator(sep, end);
    return (r.paragraph ? (unsigned)SAYS_PARAGRAPH : 0) |
           (r.full_stop ? (unsigned)SAYS_FULL_STOP : 0) |
           (r.ends ? (unsigned)SAYS_ENDS : 0) |
           (r.ideographic ? (unsigned)SAYS_IDEOGRAPHIC : 0) |
           (r.quoted ? (unsigned)SAYS_QUOTED : 0);
}

static struct reading reading_of(unsigned says)
{
    return (struct reading){.paragraph = says & SAYS_PARAGRAPH,
                            .full_stop = says & SAYS_FULL_STOP,
                            .ends = says & SAYS_ENDS,
                            .ideographic = says & SAYS_IDEOGRAPHIC,
                            .quoted = says & SAYS_QUOTED};
}

/* What the separator [sep, end) says, behind which a word of the text follows. */
static inline unsigned look_up(struct sentences_seen *seen, struct bytes text,
                               const uint8_t *sep, const uint8_t *end)
{
    size_t len = (size_t)(end - sep);
    if (len > 7 || text.data + text.len - sep < 8)
        return say(sep, end);
    uint64_t key = load_u64(sep) & ((UINT64_C(1) << 8 * len) - 1);
    key |= (uint64_t)len << 56;
    size_t slot = key * UINT64_C(0x9E3779B97F4A7C15) >> 56;
    if (seen->keys[slot] != key) {
        seen->keys[slot] = key;
        seen->says[slot] = (uint8_t)say(sep, end);
    }
    return seen->says[slot];
}

/* Marks n tokens, at most MARKED; there is one before the first. */
static void mark_range(struct bytes text, struct token *tokens, size_t n,
                       struct sentences_seen *seen)
{
    struct {
        uint16_t at, says;
    } ends[MARKED]; /* where a sentence may begin */
    size_t n_ends = 0;
    for (size_t from = 0; from < n; from += WORDS_ODD_MAX) {
        size_t len = n - from < WORDS_ODD_MAX ? n - from : WORDS_ODD_MAX;
        for (uint64_t odd = words_odd(tokens + from, len); odd; odd &= odd - 1) {
            size_t at = from + (unsigned)__builtin_ctzll(odd);
            struct token *t = tokens + at;
            const uint8_t *sep = text.data + t[-1].start + t[-1].len;
            unsigned says = look_up(seen, text, sep, text.data + t->start);
            unsigned lf = says & SAYS_PARAGRAPH;
            t->brk = (uint8_t)((t->brk & (lf - 1)) | lf * BREAK_PARAGRAPH);
            ends[n_ends].at = (uint16_t)at;
            ends[n_ends].says = (uint16_t)says;
            n_ends += (says & (SAYS_ENDS | SAYS_IDEOGRAPHIC)) != 0;
        }
    }
    for (size_t i = 0; i < n_ends; i++) {
        struct token *t = tokens + ends[i].at;
        t->brk = (uint8_t)break_of(text, t, reading_of(ends[i].says));
    }
}

void sentences_mark(struct bytes text, struct token *tokens, size_t n,
                    struct sentences_seen *seen)
{
    if (n == 0)
        return;
    tokens[0].brk = BREAK_PARAGRAPH;
    for (size_t from = 1; from < n; from += MARKED)
        mark_range(text, tokens + from, n - from < MARKED ? n - from : MARKED, seen);
}
