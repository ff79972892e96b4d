/* Measures of association between two words, or between a word and a part of the texts, from counts that
 * anyone can put together again (docs/OUTPUT.md).
 *
 * What is not defined is NAN, which tables print as null. */
#pragma once

#include <stdint.h>

enum measures_kind {
    MEASURES_LOG_DICE,
    MEASURES_MI,
    MEASURES_MI3,
    MEASURES_T,
    MEASURES_G2,
    MEASURES_DICE,
    MEASURES_KINDS
};
/* The same order, for options. */
#define MEASURES_NAMES "logdice|mi|mi3|t|g2|dice"

struct measures_counts {
    uint64_t o;  /* times that the two were observed together */
    uint64_t f1; /* hits of the first */
    uint64_t f2; /* occurrences of the second */
    uint64_t n;  /* words there are */
    uint64_t
        near; /* words that were looked at: those in the windows around the f1 hits; f1
                      itself for pairs that are counted once a hit */
};

/* E = near * f2 / n: how often the second would be observed if it stood as often near the first as anywhere.
 * The marginal is that of the windows, as Evert has it (The Statistics of Word Cooccurrences, 2005; Corpora and
 * Collocations, 2008, section 4.1). NAN if n is 0. */
double measures_expected(const struct measures_counts *c);
/* 2 o / (f1 + f2) (Dice 1945); 0 if both are 0. */
double measures_dice(const struct measures_counts *c);
/* 14 + log2 of that (Rychly, A Lexicographer-Friendly Association Score, 2008); NAN if o is 0. */
double measures_log_dice(const struct measures_counts *c);
/* log2(o / E) (Church and Hanks, Word Association Norms, 1990); NAN if o or E is 0. */
double measures_mi(const struct measures_counts *c);
/* log2(o^3 / E) (Daille 1994); NAN if o or E is 0. */
double measures_mi3(const struct measures_counts *c);
/* (o - E) / sqrt(o) (Church, Gale, Hanks, Hindle 1991); NAN if o is 0. */
double measures_t(const struct measures_counts *c);
/* 2 * sum of O ln(O / E) over the four cells of near, n - near by f2, n - f2 (Dunning, Accurate Methods for the
 * Statistics of Surprise and Coincidence, 1993). A cell without observations adds 0. Where windows lie over one
 * another the same word is observed more than once, and a cell may come out below 0, or near beyond n: it is taken
 * for 0, and the total is what the cells sum up to. NAN if n is 0. */
double measures_g2(const struct measures_counts *c);
/* How likely a G2 so large, or larger, is by chance: the upper tail of chi-square with one degree of
 * freedom, erfc(sqrt(g2 / 2)). */
double measures_p(double g2);
/* log2 of the relative frequency of a word in one part, o of n words, by that in another (Hardie 2014). 0
 * occurrences are taken for half a one; NAN if a part has no words. */
double measures_log_ratio(uint64_t o, uint64_t n, uint64_t other_o, uint64_t other_n);

double measures_value(enum measures_kind kind, const struct measures_counts *c);
/* "logDice", "MI": as columns name them. */
const char *measures_name(enum measures_kind kind);
