/* Two texts side by side: what they share, and what that makes of them (docs/COPIES.md tells the rules and why).
 *
 * Both programs compare with this: the indexer to build stories, the query program to tell the evidence. The results
 * depend on which terms are equal and not on their numbers, which differ from build to build. Finding is
 * compare_match, judging is compare_judge: between the two the caller may say how much of the match is boilerplate. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    COMPARE_COMMON = 0x80, /* in kinds[]: a very common word */
    COMPARE_STOCK = 0x40,  /* in kinds[]: stands in a passage that many stories share */
    COMPARE_FACT = 0x0f,   /* in kinds[]: the bits of enum fact_kind */
    COMPARE_ONE = 10000    /* a whole, of all fractions here */
};
#define COMPARE_DAY_NONE INT32_MIN

/* Whether a word is too common to count as a rare one: a thousandth of all tokens of the archive, seen 100 times. */
static inline bool compare_is_common(uint64_t occurrences, uint64_t tokens)
{
    return occurrences >= 100 && occurrences * 1000 >= tokens;
}

/* The body of an article; borrowed. */
struct compare_text {
    const uint32_t *terms; /* equal numbers = equal terms */
    /* What kind of word a token is: enum fact_kind (text/facts.h) | COMPARE_COMMON | COMPARE_STOCK, of which `kinds` has
     * some by token and `kind_of` the others by term, which saves laying them out for words that nobody asks after. Either
     * may be NULL. What is stock stands in kinds, or in `stock`, if that is not NULL: a bit a token, an eighth of the memory. */
    const uint8_t *kinds;
    const uint8_t *kind_of;
    uint32_t n;  /* tokens of terms and kinds */
    int32_t day; /* COMPARE_DAY_NONE: no date */
    /* Names the text among those one struct compare meets: a pair whose first text has the number of the pair before
     * it finds that text's index ready. 0: nameless. */
    uint64_t key;
    const uint64_t *stock;
    uint32_t own; /* what compare_count_own gives; 0: it is asked for */
};

/* Of the first text to the second: name, word. */
#define COMPARE_RELATIONS(X)          \
    X(COMPARE_UNRELATED, "unrelated") \
    X(COMPARE_EXACT, "exact")         \
    X(COMPARE_NEAR, "near")           \
    X(COMPARE_CONTAINS, "contains")   \
    X(COMPARE_CONTAINED, "contained") \
    X(COMPARE_EXCERPT, "excerpt")     \
    X(COMPARE_EDITION, "edition")     \
    X(COMPARE_TEMPLATE, "template")   \
    X(COMPARE_BOILERPLATE, "boilerplate")
enum compare_relation {
#define COMPARE_ENUM(name, word) name,
    COMPARE_RELATIONS(COMPARE_ENUM)
#undef COMPARE_ENUM
    COMPARE_N_RELATIONS
};
/* "near", ...; "?" for an unknown one. */
const char *compare_relation_name(uint8_t relation);
/* Whether the relation makes one story of two texts: exact, near, contains, contained. */
bool compare_merges(uint8_t relation);
/* The relation of the second to the first: contains and contained change places. */
uint8_t compare_mirror(uint8_t relation);

/* The rule that decided: name, code in tables, sentence. */
#define COMPARE_RULES(X)                                                               \
    X(COMPARE_RULE_NONE, "none", "the texts share too little")                         \
    X(COMPARE_RULE_EQUAL, "equal", "the bodies are the same words")                    \
    X(COMPARE_RULE_BOTH, "both-covered", "most of both texts is the same")             \
    X(COMPARE_RULE_REVISED, "revised",                                                 \
      "one text is the other from end to end, with passages added")                    \
    X(COMPARE_RULE_ONE, "one-covered", "most of one text is in the other")             \
    X(COMPARE_RULE_LEAD, "lead",                                                       \
      "one text is the beginning of the other, with a little around it")               \
    X(COMPARE_RULE_LONG_RUN, "long-run",                                               \
      "half of one text is in the other, with a long passage word for word")           \
    X(COMPARE_RULE_EMBEDDED, "embedded",                                               \
      "one text is a small part in the midst of the other")                            \
    X(COMPARE_RULE_QUOTE, "quote", "a passage is the same word for word")              \
    X(COMPARE_RULE_COVERED, "covered-words",                                           \
      "many words are the same in the same order")                                     \
    X(COMPARE_RULE_SHORT, "short",                                                     \
      "short texts of which one is an unbroken part of the other")                     \
    X(COMPARE_RULE_TEMPLATE, "template",                                               \
      "the same frame with other numbers, dates or names")                             \
    X(COMPARE_RULE_DAILY, "daily", "the same frame on another day with other numbers") \
    X(COMPARE_RULE_BOILERPLATE, "boilerplate",                                         \
      "what they share stands in many stories")                                        \
    X(COMPARE_RULE_EDITION, "edition",                                                 \
      "the same text, days apart, with other numbers or dates")
enum compare_rule {
#define COMPARE_ENUM(name, code, sentence) name,
    COMPARE_RULES(COMPARE_ENUM)
#undef COMPARE_ENUM
    COMPARE_N_RULES
};
const char *compare_rule_name(uint8_t rule); /* the code; "?" for an unknown one */
const char *compare_rule_sentence(
    uint8_t rule); /* the sentence; "" for an unknown one */

/* Every threshold: name, default, meaning. Fractions are in 1/10000, lengths in tokens; tokens that are stock count
 * for nothing. */
#define COMPARE_LIMITS(X)                                                              \
    X(near, 8000, "near: covered fraction of both texts")                              \
    X(revised, 5000,                                                                   \
      "near: covered fraction of the longer text if both match from end to end")       \
    X(revised_hull, 6000, "near: part of both texts that such a match spans")          \
    X(contained, 8000, "contained: covered fraction of the text inside the other")     \
    X(embedded, 3000,                                                                  \
      "contained: less of the longer text, in its midst, is an excerpt")               \
    X(embedded_tail, 2000, "contained: and less of it at its end")                     \
    X(lead, 5000,                                                                      \
      "contained: covered fraction if it is the beginning of the longer text")         \
    X(lead_run, 20, "contained: exact run of such a beginning, tokens")                \
    X(lead_rest, 40, "contained: most tokens around it")                               \
    X(lead_tail, 20, "contained: most tokens behind it")                               \
    X(lead_changed, 500, "contained: most words changed in it, of those matched")      \
    X(head, 8, "tokens that still are a text's very beginning")                        \
    X(excerpt_run, 20, "excerpt: exact run, tokens")                                   \
    X(excerpt_rare, 10, "excerpt: words of that run that are not very common")         \
    X(excerpt_covered, 60,                                                             \
      "excerpt: tokens matched in order that do without such a run")                   \
    X(excerpt_share, 3000, "excerpt: or this part of the shorter text")                \
    X(gap, 12, "tokens that may part two runs of one passage")                         \
    X(gap_covered, 4, "longest gap, tokens, that counts as covered")                   \
    X(passage, 8, "tokens matched in a passage below which it does not count")         \
    X(short_text, 30, "tokens below which a text is short")                            \
    X(short_facts, 3,                                                                  \
      "short: facts agreeing, and none differing, that do without an unbroken part")   \
    X(short_run, 7000, "short: the unbroken part, of the longer text")                 \
    X(template_run, 40, "template: an exact run this long is no template, tokens")     \
    X(template_share, 2000,                                                            \
      "template: nor is it shorter than this part of the shorter text")                \
    X(brief_text, 100, "template: own tokens below which a text is brief")             \
    X(brief_changed, 1500,                                                             \
      "template: part of a brief text's words that may be changed")                    \
    X(template_facts, 2500, "template: differing facts of all facts in the match")     \
    X(template_changed, 2000, "template: and of all words that were changed")          \
    X(daily_facts, 3, "daily: differing facts, if the days differ; 1 in a brief text") \
    X(daily_share, 2000,                                                               \
      "daily: differing facts of all facts in the match of a brief text")              \
    X(daily_many, 5,                                                                   \
      "daily: differing facts that do if most of what was changed is facts")           \
    X(daily_some, 1000, "daily: and they are so many of all facts")                    \
    X(daily_most, 5000, "daily: what most of it is")                                   \
    X(rare, 5000,                                                                      \
      "boilerplate: least fraction of the match that is not in many stories")          \
    X(boilerplate_stories, 8, "boilerplate: stories that make a passage boilerplate")  \
    X(edition_days, 7,                                                                 \
      "edition: days apart beyond which changed facts part two texts")                 \
    X(edition_facts, 2, "edition: differing facts that do so")                         \
    X(edition_changed, 5000, "edition: and their part of the words that were changed") \
    X(edition_share, 1000, "edition: or of all facts in the match")                    \
    X(edition_words, 600,                                                              \
      "edition: or, of a revised text, this part of its words is changed")             \
    X(edition_rate, 30,                                                                \
      "edition: or facts are changed so many times as often as words, in tenths")      \
    X(replaced, 1000,                                                                  \
      "a frame: part of the shorter text that the other replaces by words of its own")
struct compare_limits {
#define COMPARE_FIELD(name, value, meaning) uint32_t name;
    COMPARE_LIMITS(COMPARE_FIELD)
#undef COMPARE_FIELD
};
enum {
    COMPARE_N_LIMITS = sizeof(struct compare_limits) / sizeof(uint32_t)
};
void compare_limits_init(struct compare_limits *l); /* the defaults */

/* An exact run: first[a, a+len) and second[b, b+len) are the same terms. */
struct compare_run {
    uint32_t a, b, len;
};

/* What was found of a pair. [0] speaks of the first text, [1] of the second. A token is own if it is not stock. */
struct compare_evidence {
    uint8_t relation;    /* enum compare_relation */
    uint8_t rule;        /* enum compare_rule */
    uint16_t score;      /* 0..COMPARE_ONE */
    uint16_t covered[2]; /* of the own tokens */
    uint16_t
        rare; /* own part of the tokens matched; the caller may set it if it has marked no stock */
    uint32_t from[2], to[2]; /* hull of the match, tokens; 0, 0 without one */
    uint32_t own[2];         /* own tokens of each text */
    uint32_t run;            /* longest exact run, tokens */
    uint32_t run_own;        /* own tokens of the run that has most of them */
    uint32_t run_rare;       /* those of them that are not very common words */
    uint32_t matched;        /* tokens matched exactly */
    uint32_t matched_own;
    uint32_t
        in_order; /* most own tokens matched in order, with like distances in both texts */
    uint32_t changed; /* tokens in gaps where both texts have words, the longer side */
    uint32_t
        replaced; /* own tokens outside the passages where both texts have some, the shorter side */
    uint32_t facts_agreed; /* facts among the own tokens matched */
    uint32_t
        facts_differ; /* facts of either text that stand against something else in the other */
};

struct compare;                    /* scratch memory of one thread */
struct compare *compare_new(void); /* NULL when out of memory */
void compare_free(struct compare *c);
/* Bytes of scratch held, for the memory budget. */
size_t compare_bytes(const struct compare *c);
/* Pairs of tokens laid side by side since compare_new: what the time is linear in. */
uint64_t compare_steps(const struct compare *c);
/* Off at first. On: the figures are whole even for pairs that come to nothing, as a reader of the evidence wants. */
void compare_thorough(struct compare *c, bool on);

/* Aligns two texts and takes the figures: every field of *out but relation, rule and score, which are those of
 * unrelated texts (compare_judge sets them). Of a pair that can come to nothing only the fields that say so are
 * exact. Time is linear in the lengths. ERR_NOMEM. */
int compare_match(struct compare *c, const struct compare_limits *l,
                  const struct compare_text *a, const struct compare_text *b,
                  struct compare_evidence *out, struct err *err);
/* The same in two steps. The first asks whether the pair can come to anything, and looks at terms only: neither kinds nor
 * kind_of need be there. *done: it cannot, and *out is what compare_match gives. Else the second is to follow, with the same texts, whose
 * kinds are there by then. */
int compare_look(struct compare *c, const struct compare_limits *l,
                 const struct compare_text *a, const struct compare_text *b,
                 struct compare_evidence *out, bool *done, struct err *err);
int compare_finish(struct compare *c, const struct compare_limits *l,
                   const struct compare_text *a, const struct compare_text *b,
                   struct compare_evidence *out, struct err *err);
/* What compare_match gives, for two texts that differ and whose runs compare_runs gave before: which words are stock has
 * no part in the runs. They are copied. ERR_NOMEM. */
int compare_resume(struct compare *c, const struct compare_limits *l,
                   const struct compare_text *a, const struct compare_text *b,
                   const struct compare_run *runs, size_t n,
                   struct compare_evidence *out, struct err *err);
/* The exact runs of the last compare_match, ascending in a, disjoint in both texts; valid until the next call. */
const struct compare_run *compare_runs(const struct compare *c, size_t *n);

/* Adds to `stock`, a bit for each token, winnow_place_words(n) words, what of a text of n tokens is stock: the tokens of its fingerprints (text/winnow.h)
 * whose hashes are known to stand in many stories, what lies between two such, and a text's first and last words
 * beside one. places and known: as many bits, set where a fingerprint begins, and where one that is known does. */
void compare_mark_stock(uint64_t *stock, uint32_t n, const uint64_t *places,
                        const uint64_t *known);

/* How many tokens of a text are not stock. */
uint32_t compare_count_own(const struct compare_text *t);

/* Whether two texts replace much of each other by words of their own in the same places, as texts do that share a frame
 * or a footer only. They may be copies; but what they share is no copy's until it is known not to be boilerplate. */
bool compare_replaces(const struct compare_limits *l, const struct compare_evidence *e);

/* Sets relation, rule and score from the figures, e->rare and the days. Pure. */
void compare_judge(const struct compare_limits *l, const struct compare_text *a,
                   const struct compare_text *b, struct compare_evidence *e);
