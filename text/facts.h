/* Facts: the words of a text that tell one report of a kind from the next one: numbers, number words, months and
 * weekdays. Two texts that agree in everything else and differ in these are two reports, not two copies
 * (docs/COPIES.md). */
#pragma once

#include <stdint.h>

#include "base/bytes.h"

enum fact_kind {
    FACT_NONE = 0,
    FACT_NUMBER,      /* begins with a decimal digit of any script: 5, 3.5, 1bn, 11th */
    FACT_NUMBER_WORD, /* five, first, million, funf, cinq, cinco, пять, ... */
    FACT_MONTH,       /* january, jan, januar, janvier, ... */
    FACT_WEEKDAY      /* monday, montag, lundi, ... */
};

/* The kind (enum fact_kind) of a term as text/fold.h leaves it (lower case, without marks; well-formed UTF-8). Words
 * of English, German, French, Spanish, Italian, Portuguese, Dutch, Russian and Turkish, but none that is an everyday
 * word or a name in one of them (may, sat, sun, bin, once, mart, uno). Pure. */
uint8_t facts_of(struct bytes term);

/* For who asks after all words of an archive, nearly none of which is a fact: a bit for each word of the lists, by its
 * length and its first letters. */
struct facts_filter {
    uint64_t bits[128];
};
void facts_filter_init(struct facts_filter *f);
/* What facts_of says. */
uint8_t facts_filter_of(const struct facts_filter *f, struct bytes term);
