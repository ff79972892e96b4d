/* Plain UAX #29 word boundaries (Unicode 15.0), rule by rule: what text/words.c departs from,
 * and the place where that can be seen. Not on any fast path. */
#include <stdbool.h>

#include "text/unidata.h"
#include "text/utf8.h"
#include "text/words.h"

struct reader {
    const uint8_t *text;
    size_t len;
};

static uint8_t class_at(const struct reader *r, size_t at, size_t *end)
{
    uint32_t cp;
    *end = at + utf8_decode(r->text + at, r->text + r->len, &cp);
    return unidata_get(cp)->wb;
}

static bool is_mark(uint8_t wb)
{
    return wb == WB_EXTEND || wb == WB_FORMAT || wb == WB_ZWJ;
}

static bool is_newline(uint8_t wb)
{
    return wb == WB_CR || wb == WB_LF || wb == WB_NEWLINE;
}

static bool is_letter(uint8_t wb)
{
    return wb == WB_ALETTER || wb == WB_HEBREW_LETTER;
}

static bool joins_letters(uint8_t wb)
{
    return wb == WB_MID_LETTER || wb == WB_MID_NUM_LET || wb == WB_SINGLE_QUOTE;
}

static bool joins_numbers(uint8_t wb)
{
    return wb == WB_MID_NUM || wb == WB_MID_NUM_LET || wb == WB_SINGLE_QUOTE;
}

/* What the rules look at around a place between two characters. */
struct around {
    uint8_t before2, before, after,
        after2;        /* marks skipped (WB4); WB_OTHER at the ends */
    uint8_t touching;  /* the character before, marks not skipped */
    size_t indicators; /* regional indicators before the place */
};

/* The class after `at`, marks skipped. */
static uint8_t look_ahead(const struct reader *r, size_t at)
{
    while (at < r->len) {
        uint8_t wb = class_at(r, at, &at);
        if (!is_mark(wb))
            return wb;
    }
    return WB_OTHER;
}

static bool words_join(const struct around *a)
{
    uint8_t b = a->before, f = a->after;
    bool word_before = is_letter(b) || b == WB_NUMERIC || b == WB_KATAKANA;
    bool word_after = is_letter(f) || f == WB_NUMERIC || f == WB_KATAKANA;
    return (is_letter(b) && is_letter(f)) ||                              /* 5 */
           (is_letter(b) && joins_letters(f) && is_letter(a->after2)) ||  /* 6 */
           (is_letter(a->before2) && joins_letters(b) && is_letter(f)) || /* 7 */
           (b == WB_HEBREW_LETTER && f == WB_SINGLE_QUOTE) ||             /* 7a */
           (b == WB_HEBREW_LETTER && f == WB_DOUBLE_QUOTE &&              /* 7b */
            a->after2 == WB_HEBREW_LETTER) ||
           (a->before2 == WB_HEBREW_LETTER && b == WB_DOUBLE_QUOTE && /* 7c */
            f == WB_HEBREW_LETTER) ||
           (b == WB_NUMERIC && (f == WB_NUMERIC || is_letter(f))) || /* 8, 10 */
           (is_letter(b) && f == WB_NUMERIC) ||                      /* 9 */
           (a->before2 == WB_NUMERIC && joins_numbers(b) && f == WB_NUMERIC) || /* 11 */
           (b == WB_NUMERIC && joins_numbers(f) && a->after2 == WB_NUMERIC) ||  /* 12 */
           (b == WB_KATAKANA && f == WB_KATAKANA) ||                            /* 13 */
           ((word_before || b == WB_EXTEND_NUM_LET) &&
            f == WB_EXTEND_NUM_LET) ||                                  /* 13a */
           (b == WB_EXTEND_NUM_LET && word_after) ||                    /* 13b */
           (b == WB_REGIONAL_INDICATOR && f == WB_REGIONAL_INDICATOR && /* 15, 16 */
            a->indicators % 2 == 1);
}

static bool breaks(const struct around *a, bool pictograph_after)
{
    if (a->touching == WB_CR && a->after == WB_LF) /* 3 */
        return false;
    if (is_newline(a->touching) || is_newline(a->after)) /* 3a, 3b */
        return true;
    if (a->touching == WB_ZWJ && pictograph_after) /* 3c */
        return false;
    if (a->touching == WB_WSEG_SPACE && a->after == WB_WSEG_SPACE) /* 3d */
        return false;
    if (is_mark(a->after)) /* 4 */
        return false;
    return !words_join(a);
}

size_t words_uax29_boundaries(struct bytes text, size_t *out, size_t cap)
{
    struct reader r = {text.data, text.len};
    struct around a = {.before = WB_OTHER};
    size_t n = 0, at = 0;
    while (at < text.len) {
        uint32_t cp;
        size_t end;
        a.after = class_at(&r, at, &end);
        a.after2 = look_ahead(&r, end);
        utf8_decode(text.data + at, text.data + text.len, &cp);
        bool pictograph = unidata_get(cp)->flags & UNIDATA_PICTOGRAPH;
        if (n < cap && (at == 0 || breaks(&a, pictograph)))
            out[n++] = at;
        /* A mark is part of what it follows, except after nothing or a line end. */
        bool alone = at == 0 || is_newline(a.touching);
        if (!is_mark(a.after) || alone) {
            a.before2 = a.before;
            a.before = a.after;
            a.indicators = a.after == WB_REGIONAL_INDICATOR ? a.indicators + 1 : 0;
        }
        a.touching = a.after;
        at = end;
    }
    if (n < cap && text.len)
        out[n++] = text.len; /* WB2 */
    return n;
}
