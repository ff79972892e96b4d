/* One look at every byte of a text before it is normalised: whether it is well-formed, what is to be known of its line
 * ends, and a bit for each place that may not be copied as it is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

/* What a kernel says. If the text is not well-formed, nothing but that. */
struct survey_facts {
    bool well_formed; /* UTF-8, by RFC 3629 */
    bool has_cr;
    /* Line feeds, but those that make a pair with the one before them, that something other than a line feed comes
     * behind: in a text whose paragraphs have a blank line between them there are none. */
    size_t close_lines;
};

struct survey {
    struct survey_facts facts;
    size_t words;    /* of each of the two sets */
    struct buf room; /* the places, then the odd ones */
};

/* Surveys a text; the memory is used again. False: out of memory. */
bool survey_text(struct survey *s, struct bytes text);
/* After survey_text: bit i % 64 of word i / 64 is set where byte i is a control (also a line end), '<', '[', DEL, or the
 * first byte of U+0085, U+00AD, U+2028, U+2029 or U+FEFF. There are survey_words of them. */
static inline uint64_t *survey_places(const struct survey *s)
{
    return (uint64_t *)(void *)s->room.data;
}
/* The same, but for most of the line ends that a text keeps in which every line is a paragraph: those of a plain break.
 * That is one line feed or two, before them a byte that is survey_plain_before, behind them one that is
 * survey_plain_after, and both of the same block of 64 bytes as the first line feed, but that the byte before it may be
 * of the block before. */
static inline uint64_t *survey_odd_places(const struct survey *s)
{
    return survey_places(s) + s->words;
}
static inline size_t survey_words(size_t len)
{
    return len / 64 + 1;
}
void survey_release(struct survey *s);

/* Whether a character that ends with this byte is neither blank nor one that is dropped. No for some others. */
static inline bool survey_plain_before(uint8_t byte)
{
    return byte < 0x80 ? byte > ' ' && byte < 0x7F
                       : byte >= 0x8C && byte != 0x9F && byte != 0xA0 && byte != 0xAF &&
                             (byte & 0xFE) != 0xA8;
}
/* Whether a character that begins with this byte is neither, nor begins markup. No for some others; where it is E2, the
 * third byte says it as survey_plain_before does. */
static inline bool survey_plain_after(uint8_t byte)
{
    if (byte < 0x80)
        return byte > ' ' && byte < 0x7F && byte != '<' && byte != '[' && byte != ']' &&
               byte != '!';
    return byte > 0xC2 && byte != 0xE2 && byte != 0xE3 && byte != 0xEF;
}

/* The twins: all give the same answer. They read nothing outside text and write all survey_words of both sets. */
typedef void survey_kernel(struct bytes text, uint64_t *places, uint64_t *odd,
                           struct survey_facts *out);
survey_kernel survey_scalar;
#ifdef STEMMA_AVX2
survey_kernel survey_avx2;
#endif
#ifdef STEMMA_AVX512
survey_kernel survey_avx512;
#endif
