/* Joined entries: words that are also found under another spelling ("U.S" as us, "al-Assad"
 * as alassad, neighbours in a Han run as one). They derive from terms and breaks alone. */
#include <stdbool.h>
#include <string.h>

#include "text/analyser.h"
#include "text/unidata.h"
#include "text/utf8.h"

/* Length of one letter with its marks at p; 0 if there is none. */
static size_t letter_length(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *at = p;
    uint32_t cp;
    if (at == end)
        return 0;
    at += utf8_decode(at, end, &cp);
    uint8_t gc = unidata_get(cp)->gc;
    if (gc < GC_LU || gc > GC_LO)
        return 0;
    while (at < end) {
        size_t len = utf8_decode(at, end, &cp);
        if (unidata_get(cp)->word != WORD_EXTEND)
            break;
        at += len;
    }
    return (size_t)(at - p);
}

size_t analyser_alias(struct bytes term, uint8_t out[TERM_BYTES_MAX])
{
    if (term.len < 3 || term.len > TERM_BYTES_MAX || !memchr(term.data, '.', term.len))
        return 0;
    const uint8_t *p = term.data, *end = term.data + term.len;
    size_t len = 0;
    for (;;) {
        size_t letter = letter_length(p, end);
        if (letter == 0)
            return 0;
        memcpy(out + len, p, letter);
        len += letter;
        p += letter;
        if (p == end)
            return len;
        if (*p++ != '.')
            return 0;
    }
}

static bool begins_in_run(struct bytes term)
{
    if (term.len == 0 || term.data[0] < 0x80)
        return false;
    uint32_t cp;
    utf8_decode(term.data, term.data + term.len, &cp);
    return unidata_get(cp)->word == WORD_RUN;
}

static bool key_fits(const struct bytes *terms, size_t span)
{
    size_t len = 0;
    for (size_t k = 0; k < span; k++)
        len += terms[k].len;
    return len <= TERM_BYTES_MAX;
}

size_t analyser_joins(const struct bytes *terms, const uint8_t *breaks, size_t n,
                      size_t i, uint8_t spans[2])
{
    if (i + 1 >= n || breaks[i + 1] != BREAK_GLUED)
        return 0;
    size_t found = 0;
    if (key_fits(terms + i, 2))
        spans[found++] = 2;
    if (i > 0 && breaks[i] == BREAK_GLUED)
        return found; /* inside a chain: only its pairs */
    size_t span = 2;
    while (span <= JOIN_SPAN_MAX && i + span < n && breaks[i + span] == BREAK_GLUED)
        span++;
    if (span < 3 || span > JOIN_SPAN_MAX || !key_fits(terms + i, span))
        return found;
    for (size_t k = 0; k < span; k++) {
        if (begins_in_run(terms[i + k]))
            return found; /* pairs are enough where every character is a word */
    }
    spans[found++] = (uint8_t)span;
    return found;
}
