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
    struct buf room; /* the places, as words */
};

/* Surveys a text; the memory is used again. False: out of memory. */
bool survey_text(struct survey *s, struct bytes text);
/* After survey_text: bit i % 64 of word i / 64 is set where byte i is a control (also a line end), '<', '[', DEL, or the
 * first byte of U+0085, U+00AD, U+2028, U+2029 or U+FEFF. There are survey_words of them. */
static inline uint64_t *survey_places(const struct survey *s)
{
    return (uint64_t *)(void *)s->room.data;
}
static inline size_t survey_words(size_t len)
{
    return len / 64 + 1;
}
void survey_release(struct survey *s);

/* The twins: all give the same answer. They read nothing outside text and write all survey_words. */
void survey_scalar(struct bytes text, uint64_t *places, struct survey_facts *out);
#ifdef STEMMA_AVX2
void survey_avx2(struct bytes text, uint64_t *places, struct survey_facts *out);
#endif
