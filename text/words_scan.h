/* Inside text/words: the scalar scanner, which also takes over from the SIMD ones where a
 * stretch of text needs the Unicode tables. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "text/words.h"

struct words_scan {
    const uint8_t *text;
    size_t to;    /* end of the range, as an offset in text */
    size_t first; /* out's tokens before this one are of earlier calls */
    uint64_t cut; /* words that were cut */
    struct token_vec *out;
};

/* Scans from `at`, where no word is under way, and appends what it finds. Stops at `to`, or
 * earlier at the first place at or after `resume` that follows an ASCII character which
 * neither belongs to a word nor joins two. Returns where it stopped; SIZE_MAX when out of
 * memory. */
size_t words_scan_run(struct words_scan *s, size_t at, size_t resume);

/* Appends text[start, end) as a token, cut if it is too long; false when out of memory. */
bool words_scan_put(struct words_scan *s, size_t start, size_t end, unsigned flags);

/* BREAK_GLUED or BREAK_NONE for token i of out, by what lies between it and the one before. */
enum token_break words_scan_glue(const struct words_scan *s, size_t i);

/* TOKEN_AFTER_BLANK or 0 for a token that begins at `start`, as number i of out. */
static inline uint8_t words_scan_spacing(const struct words_scan *s, size_t i,
                                         size_t start)
{
    if (i == s->first || s->text[start - 1] != ' ')
        return 0;
    const struct token *before = &s->out->v.items[i - 1];
    return (size_t)before->start + before->len + 1 == start ? TOKEN_AFTER_BLANK : 0;
}

/* words_odd with AVX2 and with AVX-512. */
size_t words_avx2_odd(const struct token *tokens, size_t n, uint32_t *odd);
size_t words_avx512_odd(const struct token *tokens, size_t n, uint32_t *odd);

/* The AVX2 scanner over the whole of [at, to); false when out of memory. */
bool words_avx2_run(struct words_scan *s, size_t at);
/* And the one with AVX-512. */
bool words_avx512_run(struct words_scan *s, size_t at);
