/* Words whose full stop does not, or not always, end a sentence. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum abbreviations_kind {
    ABBREVIATIONS_NONE = 0, /* no abbreviation */
    ABBREVIATIONS_TITLE,    /* Mr, Dr, St: something always follows */
    ABBREVIATIONS_MAY_END, /* Inc, U.S, a.m, an initial: ends a sentence before a word that
                                often begins one */
    ABBREVIATIONS_OF_NUMBER, /* No, p, Jan: only before a digit */
};

/* The kind of a word that a full stop follows. English, German, French, Spanish, Russian and
 * Turkish; single letters and letters with full stops between ("U.S", "z.B", "т.е") are
 * known by their form. */
enum abbreviations_kind abbreviations_find(struct bytes word);

/* For each first letter of those that begin with one of ASCII the second bytes: bit b & 31 for byte b. */
extern const uint32_t abbreviations_seconds[64];
enum {
    ABBREVIATIONS_LATIN_MAX = 6 /* bytes of the longest of these */
};

/* False of most words: they are no abbreviation, nor a number of one or two digits. In one condition, since nothing of it
 * can be foretold. */
static inline bool abbreviations_may_be(struct bytes word)
{
    uint8_t first = word.data[0], second = word.data[word.len > 1];
    bool listed = abbreviations_seconds[first & 63] >> (second & 31) & 1;
    bool foreign = first >= 0x80, initials = (word.len == 1) | (second == '.');
    bool number = ((unsigned)(first - '0') < 10) & (word.len <= 2);
    return foreign | initials | number |
           (listed & (word.len <= ABBREVIATIONS_LATIN_MAX));
}

/* True for words that begin many sentences and rarely stand in the middle of one with a
 * capital: The, But, He, Der, Les, Los. */
bool abbreviations_is_starter(struct bytes word);

/* True for a word that goes with an ordinal before it: German months and centuries
 * ("3. Oktober"). */
bool abbreviations_takes_ordinal(struct bytes word);

/* True if the tables are as the searches need them: in order, and what is asked first true of every entry; for
 * the tests. */
bool abbreviations_is_sorted(void);
