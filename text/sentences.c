#include "text/sentences.h"

#include <stdbool.h>

#include "text/abbreviations.h"
#include "text/letters.h"
#include "text/utf8.h"
#include "text/words.h"

/* What a separator says, read once from left to right. */
struct reading {
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
    SIGN_SPACE
};

static enum sign sign_of(uint32_t cp)
{
    switch (cp) {
    case '.':
    case '?':
    case '!':
    case 0x2026: /* ellipsis */
    case 0x203C: /* double exclamation mark and its kin */
    case 0x203D:
    case 0x2047:
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
    case ' ':
    case '\t':
    case '\n':
    case 0x00A0:
    case 0x202F:
    case 0x3000: return SIGN_SPACE;
    case '"':
    case '\'':
    case 0x00AB:
    case 0x00BB:
    case 0x2039:
    case 0x203A:
    case 0xFF02: return SIGN_QUOTE;
    default: break;
    }
    if (cp >= 0x2018 && cp <= 0x201F)
        return SIGN_QUOTE;
    if (cp >= 0x2000 && cp <= 0x200B)
        return SIGN_SPACE;
    enum unidata_gc gc = (enum unidata_gc)unidata_get(cp)->gc;
    if (gc == GC_PI)
        return SIGN_QUOTE;
    /* Markdown's emphasis may close between a stop and the blank. */
    return gc == GC_PE || gc == GC_PF || cp == '*' || cp == '_' ? SIGN_CLOSING
                                                                : SIGN_OTHER;
}

static struct reading read_separator(const uint8_t *p, const uint8_t *end)
{
    struct reading r = {false};
    bool stopped = false; /* a stop, and closing marks only since then */
    unsigned stops = 0;
    bool begins_with_it = *p == '.';
    while (p < end) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        enum sign sign = sign_of(cp);
        switch (sign) {
        case SIGN_STOP:
            stopped = true;
            stops++;
            r.ends = false;
            break;
        case SIGN_IDEOGRAPHIC_STOP: r.ideographic = true; break;
        case SIGN_SPACE: r.ends |= stopped; break;
        case SIGN_QUOTE:
        case SIGN_CLOSING: break;
        case SIGN_OTHER:
        default: stopped = r.ends && stopped; break;
        }
        r.quoted = sign == SIGN_QUOTE;
    }
    r.full_stop = begins_with_it && stops == 1;
    return r;
}

enum {
    NOTE_STOP = 1, /* . ! ? */
    NOTE_LF = 2,
    NOTE_HIGH = 4 /* not ASCII: may be anything */
};

/* The quick look that most separators need: what there is among the bytes. */
static unsigned notes_of(const uint8_t *p, const uint8_t *end)
{
    unsigned notes = 0;
    for (; p < end; p++) {
        if (*p == '.' || *p == '!' || *p == '?')
            notes |= NOTE_STOP;
        else if (*p == '\n')
            return NOTE_LF;
        else if (*p >= 0x80)
            notes |= NOTE_HIGH;
    }
    return notes;
}

static enum letters_class first_class(struct bytes text, const struct token *t)
{
    const uint8_t *p = text.data + t->start;
    uint32_t cp;
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

/* Half of the separators that are not plain: a stop and a blank. */
static bool is_stop_and_blank(const uint8_t *p, const uint8_t *end)
{
    return end - p == 2 && p[1] == ' ' && (*p == '.' || *p == '?' || *p == '!');
}

static enum token_break break_before(struct bytes text, const struct token *before,
                                     const struct token *t)
{
    const uint8_t *p = text.data + before->start + before->len;
    const uint8_t *end = text.data + t->start;
    struct reading r = {.ends = true, .full_stop = *p == '.'};
    if (!is_stop_and_blank(p, end)) {
        unsigned notes = notes_of(p, end);
        if (notes == 0)
            return BREAK_NONE;
        if (notes == NOTE_LF)
            return BREAK_PARAGRAPH;
        r = read_separator(p, end);
    }
    if (r.ideographic)
        return BREAK_SENTENCE;
    if (!r.ends)
        return BREAK_NONE;
    enum letters_class class = first_class(text, t);
    if (r.full_stop && is_abbreviated(text, before, t, class))
        return BREAK_NONE;
    bool begins = class == LETTERS_UPPER || class == LETTERS_UNCASED ||
                  class == LETTERS_DIGIT || r.quoted;
    return begins ? BREAK_SENTENCE : BREAK_NONE;
}

/* A blank behind a sign that is no stop: with one byte that is no LF, nine in ten separators. */
static bool is_plain(const uint8_t *p, size_t len)
{
    return len == 2 && p[1] == ' ' &&
           (*p == ',' || *p == ' ' || *p == ')' || *p == ':' || *p == ';' ||
            *p == '"' || *p == '\'');
}

/* Marks the token t, whose separator is not one blank. */
static void mark(struct bytes text, struct token *t)
{
    const uint8_t *sep = text.data + t[-1].start + t[-1].len;
    size_t len = (size_t)(text.data + t->start - sep);
    bool other = len != 1 || *sep == '\n'; /* no other single byte breaks */
    if (other && t->brk != BREAK_GLUED && !is_plain(sep, len))
        t->brk = (uint8_t)break_before(text, t - 1, t);
}

void sentences_mark(struct bytes text, struct token *tokens, size_t n)
{
    if (n == 0)
        return;
    tokens[0].brk = BREAK_PARAGRAPH;
    for (size_t from = 1; from < n; from += WORDS_ODD_MAX) {
        size_t len = n - from < WORDS_ODD_MAX ? n - from : WORDS_ODD_MAX;
        for (uint64_t odd = words_odd(tokens + from, len); odd; odd &= odd - 1)
            mark(text, &tokens[from + (unsigned)__builtin_ctzll(odd)]);
    }
}
