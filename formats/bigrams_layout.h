/* Places in BIGRAM (docs/format/bigram.md). */
#pragma once

enum {
    BIGRAMS_FIRST = 0, /* u32: id of the first word */
    BIGRAMS_SECOND = 4,
    BIGRAMS_COUNT = 8, /* u32: addresses */
    BIGRAMS_END = 12,  /* u64: of its list, from the start of the section */
    BIGRAMS_ENTRY = 20
};
