#include "text/words.h"

#include <assert.h>

#include "base/cpu.h"
#include "text/unidata.h"
#include "text/utf8.h"
#include "text/words_scan.h"

/* --- one token ------------------------------------------------------------------------ */

/* TOKEN_ASCII and TOKEN_LOWER of a word. */
static unsigned ascii_flags(const uint8_t *p, size_t len)
{
    bool lower = true;
    for (size_t i = 0; i < len; i++) {
        uint8_t b = p[i];
        if (b >= 0x80)
            return 0;
        lower = lower && ((b >= 'a' && b <= 'z') || (b >= '0' && b <= '9'));
    }
    return lower ? TOKEN_ASCII | TOKEN_LOWER : TOKEN_ASCII;
}

static bool has_letter(const uint8_t *p, size_t len)
{
    const uint8_t *end = p + len;
    while (p < end) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        const struct unidata_record *r = unidata_get(cp);
        if (r->gc >= GC_LU && r->gc <= GC_LO)
            return true;
    }
    return false;
}

static bool is_hyphen(const uint8_t *p, size_t len)
{
    if (len == 1)
        return p[0] == '-';
    return len == 3 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0x90 || p[2] == 0x91);
}

enum token_break words_scan_glue(const struct words_scan *s, size_t i)
{
    if (i == s->first)
        return BREAK_NONE;
    const struct token *before = &s->out->v.items[i - 1], *token = before + 1;
    size_t end = (size_t)before->start + before->len, gap = token->start - end;
    if (gap == 0)
        return before->flags & token->flags & TOKEN_IDEOGRAPH ? BREAK_GLUED
                                                              : BREAK_NONE;
    if (!is_hyphen(s->text + end, gap))
        return BREAK_NONE;
    return has_letter(s->text + token->start, token->len) ||
                   has_letter(s->text + before->start, before->len)
               ? BREAK_GLUED
               : BREAK_NONE;
}

static bool put_piece(struct words_scan *s, size_t start, size_t len, unsigned flags)
{
    struct token t = {.start = (uint32_t)start, .len = (uint8_t)len};
    t.flags = (uint8_t)(flags | ascii_flags(s->text + start, len));
    t.spacing = words_scan_spacing(s, s->out->v.len, start);
    if (!vec_push(&s->out->v, t))
        return false;
    size_t i = s->out->v.len - 1;
    s->out->v.items[i].brk = (uint8_t)words_scan_glue(s, i);
    return true;
}

bool words_scan_put(struct words_scan *s, size_t start, size_t end, unsigned flags)
{
    if (end - start <= TOKEN_BYTES_MAX)
        return put_piece(s, start, end - start, flags);
    s->cut++;
    bool glues = flags & TOKEN_IDEOGRAPH;
    for (size_t piece = 0; start < end; start += piece) {
        piece = end - start;
        if (piece > TOKEN_BYTES_MAX) {
            piece = TOKEN_BYTES_MAX;
            for (int back = 0; back < 3 && (s->text[start + piece] & 0xC0) == 0x80;
                 back++)
                piece--;
        }
        if (!put_piece(s, start, piece, glues ? flags : 0))
            return false;
    }
    return true;
}

/* --- the scanner ---------------------------------------------------------------------- */

/* A character and where it ends. */
struct next {
    const struct unidata_record *record;
    size_t end;
};

/* The text is well-formed: lengths are looked at, continuation bytes are not checked again
 * (text/utf8.h has the decoder for bytes that are not trusted). */
static inline struct next next_char(const struct words_scan *s, size_t at)
{
    const uint8_t *p = s->text + at;
    size_t left = s->to - at, len = 1;
    uint32_t cp = p[0];
    if (cp < 0x80) {
        /* one byte */
    } else if (cp < 0xE0 && left >= 2) {
        cp = (cp & 0x1F) << 6 | (p[1] & 0x3FU);
        len = 2;
    } else if (cp < 0xF0 && left >= 3) {
        cp = (cp & 0x0F) << 12 | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
        len = 3;
    } else {
        len = utf8_decode(p, p + left, &cp);
    }
    return (struct next){unidata_get(cp), at + len};
}

/* Where the marks that follow `at` end (rule WB4). */
static inline size_t skip_marks(const struct words_scan *s, size_t at)
{
    while (at < s->to && s->text[at] >= 0x80) {
        struct next n = next_char(s, at);
        if (n.record->word != WORD_EXTEND)
            break;
        at = n.end;
    }
    return at;
}

static inline bool is_ascii_word(uint8_t b)
{
    return (unsigned)((b | 0x20) - 'a') < 26U || (unsigned)(b - '0') < 10U;
}

static bool is_letter(uint8_t word)
{
    return word == WORD_LETTER || word == WORD_HEBREW;
}

/* After a sign that may join: where the character after it begins if the class before and
 * the class after agree (WB6, 7, 7b, 7c, 11, 12), else 0. */
static size_t joined(const struct words_scan *s, uint8_t before, uint8_t sign,
                     size_t at)
{
    at = skip_marks(s, at);
    if (at >= s->to)
        return 0;
    uint8_t after = next_char(s, at).record->word;
    bool letters = is_letter(before) && is_letter(after);
    bool numbers = before == WORD_NUMBER && after == WORD_NUMBER;
    switch (sign) {
    case WORD_SINGLE_QUOTE:
    case WORD_MID_BOTH: return letters || numbers ? at : 0;
    case WORD_MID_LETTER: return letters ? at : 0;
    case WORD_MID_NUMBER: return numbers ? at : 0;
    case WORD_DOUBLE_QUOTE:
        return before == WORD_HEBREW && after == WORD_HEBREW ? at : 0;
    default: return 0;
    }
}

/* A run of underscores inside a word (WB13a, 13b): where the letter or number after it
 * begins, 0 if it ends the word. */
static size_t over_underscores(const struct words_scan *s, size_t at)
{
    while (at < s->to) {
        struct next n = next_char(s, at);
        if (is_letter(n.record->word) || n.record->word == WORD_NUMBER)
            return at;
        if (n.record->word != WORD_UNDERSCORE)
            return 0;
        at = skip_marks(s, n.end);
    }
    return 0;
}

/* The end of the word whose first letter or number is `n`; *is_word if it holds what counts
 * as a letter or a digit. */
static size_t word_end(const struct words_scan *s, struct next n, bool *is_word)
{
    uint8_t before = n.record->word;
    unsigned seen = n.record->flags;
    size_t end = n.end;
    while (end < s->to) {
        n = next_char(s, end);
        uint8_t word = n.record->word;
        if (!is_letter(word) && word != WORD_NUMBER && word != WORD_EXTEND) {
            size_t after = word == WORD_UNDERSCORE ? over_underscores(s, end)
                                                   : joined(s, before, word, n.end);
            /* WB7a: a geresh stays with its letter; nothing but a letter follows it */
            if (after == 0 && before == WORD_HEBREW && word == WORD_SINGLE_QUOTE)
                end = skip_marks(s, n.end);
            if (after == 0)
                break;
            n = next_char(s, after);
        }
        if (n.record->word != WORD_EXTEND) {
            before = n.record->word;
            seen |= n.record->flags;
        }
        end = n.end;
    }
    *is_word = seen & UNIDATA_WORD;
    return end;
}

/* An ASCII character after which no word can be under way, nor a sign that joins: all but
 * letters, digits and ' , - . : ; _ */
static inline bool parts_words(uint8_t b)
{
    const uint64_t low = 0x0FFF708000000000U, high = 0x07FFFFFE87FFFFFEU;
    return b < 0x80 && ((b < 0x40 ? low : high) >> (b & 63) & 1) == 0;
}

/* The end of the commonest kind of word, ASCII letters and digits up to a character that
 * parts words, with its flags; 0 if the word at `at` is of another kind. */
static inline size_t simple_word(const struct words_scan *s, size_t at, unsigned *flags)
{
    size_t end = at;
    unsigned all = 0xFF;
    for (; end < s->to && is_ascii_word(s->text[end]); end++)
        all &= s->text[end];
    if (end == at || end - at > TOKEN_BYTES_MAX ||
        (end < s->to && !parts_words(s->text[end])))
        return 0;
    *flags =
        all & 0x20 ? TOKEN_ASCII | TOKEN_LOWER : TOKEN_ASCII; /* 0x20: not a capital */
    return end;
}

static bool put_simple(struct words_scan *s, size_t start, size_t end, unsigned flags)
{
    struct token t = {.start = (uint32_t)start,
                      .len = (uint8_t)(end - start),
                      .flags = (uint8_t)flags,
                      .spacing = words_scan_spacing(s, s->out->v.len, start)};
    if (!vec_push(&s->out->v, t))
        return false;
    if (start > 0 && !parts_words(s->text[start - 1])) {
        size_t i = s->out->v.len - 1;
        s->out->v.items[i].brk = (uint8_t)words_scan_glue(s, i);
    }
    return true;
}

/* A run of characters that are words each, the first of them n at `at`. Returns its end;
 * SIZE_MAX when out of memory. */
static size_t scan_ideographs(struct words_scan *s, size_t at, struct next n)
{
    size_t first = s->out->v.len;
    for (;;) {
        size_t end = n.end;
        if (end < s->to)
            n = next_char(s, end);
        if (end < s->to && n.record->word == WORD_EXTEND) {
            end = skip_marks(s, end);
            if (!words_scan_put(s, at, end, TOKEN_IDEOGRAPH))
                return SIZE_MAX;
            return end; /* the next one finds its glue itself */
        }
        struct token t = {.start = (uint32_t)at,
                          .len = (uint8_t)(end - at),
                          .brk = BREAK_GLUED,
                          .flags = TOKEN_IDEOGRAPH};
        if (s->out->v.len == first)
            t.spacing = words_scan_spacing(s, first, at);
        if (!vec_push(&s->out->v, t))
            return SIZE_MAX;
        if (s->out->v.len - 1 == first)
            s->out->v.items[first].brk = (uint8_t)words_scan_glue(s, first);
        at = end;
        if (end == s->to || n.record->word != WORD_RUN)
            return end;
    }
}

/* One segment of any kind, or a run of ideographs. Returns its end; SIZE_MAX when out of memory. */
static size_t scan_segment(struct words_scan *s, size_t at)
{
    struct next n = next_char(s, at);
    size_t end = n.end;
    bool is_word = false;
    switch (n.record->word) {
    case WORD_LETTER:
    case WORD_HEBREW:
    case WORD_NUMBER: end = word_end(s, n, &is_word); break;
    case WORD_RUN: return scan_ideographs(s, at, n);
    case WORD_LONE:
        end = skip_marks(s, end);
        is_word = true;
        break;
    default: break;
    }
    return is_word && !words_scan_put(s, at, end, 0) ? SIZE_MAX : end;
}

size_t words_scan_run(struct words_scan *s, size_t at, size_t resume)
{
    while (at < s->to) {
        while (at < s->to && parts_words(s->text[at]) && at + 1 < resume)
            at++;
        if (at == s->to)
            break;
        unsigned flags;
        size_t end = simple_word(s, at, &flags);
        if (end == 0)
            at = scan_segment(s, at);
        else
            at = put_simple(s, at, end, flags) ? end : SIZE_MAX;
        if (at == SIZE_MAX || (at >= resume && parts_words(s->text[at - 1])))
            break;
    }
    return at;
}

size_t words_odd_scalar(const struct token *tokens, size_t n, uint32_t *odd)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        odd[len] = (uint32_t)i;
        len += tokens[i].spacing == 0;
    }
    return len;
}

size_t words_odd(const struct token *tokens, size_t n, uint32_t *odd)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return words_avx512_odd(tokens, n, odd);
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return words_avx2_odd(tokens, n, odd);
#endif
    return words_odd_scalar(tokens, n, odd);
}

static int finish(const struct words_scan *s, bool done, uint64_t *cut, struct err *err)
{
    if (!done)
        return err_set(err, ERR_NOMEM, "words: out of memory");
    *cut += s->cut;
    return 0;
}

static int check_range(struct bytes text, size_t from, size_t to, struct err *err)
{
    assert(from <= to && to <= text.len);
    (void)from;
    if (text.len > UINT32_MAX || to > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "words: the text is longer than 4 GiB");
    return 0;
}

int words_find_scalar(struct bytes text, size_t from, size_t to, struct token_vec *out,
                      uint64_t *cut, struct err *err)
{
    struct words_scan s = {
        .text = text.data, .to = to, .first = out->v.len, .out = out};
    int rc = check_range(text, from, to, err);
    if (rc)
        return rc;
    return finish(&s, words_scan_run(&s, from, SIZE_MAX) != SIZE_MAX, cut, err);
}

/* The fastest scanner there is. */
static bool run(struct words_scan *s, size_t from)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return words_avx512_run(s, from);
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return words_avx2_run(s, from);
#endif
    return words_scan_run(s, from, SIZE_MAX) != SIZE_MAX;
}

int words_find(struct bytes text, size_t from, size_t to, struct token_vec *out,
               uint64_t *cut, struct err *err)
{
    struct words_scan s = {
        .text = text.data, .to = to, .first = out->v.len, .out = out};
    int rc = check_range(text, from, to, err);
    return rc ? rc : finish(&s, run(&s, from), cut, err);
}
