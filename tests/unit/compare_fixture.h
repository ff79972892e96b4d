/* Texts for the tests of text/compare.h: random words, and the ways in which copies differ. */
#pragma once

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/compare.h"
#include "text/facts.h"

enum {
    SAMPLE_WORDS =
        50000, /* as many words are drawn from; a chance match of four is out of the question */
    SAMPLE_FACT = 1 << 24 /* numbers of facts begin here */
};

struct sample {
    uint32_t *terms; /* owned, as is kinds */
    uint8_t *kinds;
    uint32_t n, cap;
    int32_t day;
};

static inline uint64_t sample_random(uint64_t *state) /* xorshift64* (Vigna 2016) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717U;
}

static inline uint32_t sample_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((sample_random(state) >> 33) % n);
}

static inline void sample_push(struct sample *s, uint32_t term, uint8_t kind)
{
    if (s->n == s->cap) {
        s->cap = s->cap * 2 + 64;
        s->terms = realloc(s->terms, s->cap * sizeof *s->terms);
        s->kinds = realloc(s->kinds, s->cap);
        cr_assert(s->terms && s->kinds);
    }
    s->terms[s->n] = term;
    s->kinds[s->n++] = kind;
}

/* n random words, of `words` different ones. */
static inline void sample_words(struct sample *s, uint64_t *state, uint32_t n,
                                uint32_t words)
{
    for (uint32_t i = 0; i < n; i++) {
        sample_push(s, 1 + sample_below(state, words), FACT_NONE);
    }
}

static inline void sample_fact(struct sample *s, uint32_t value)
{
    sample_push(s, SAMPLE_FACT + value, FACT_NUMBER);
}

/* from[at, at + n) behind what s has. */
static inline void sample_copy(struct sample *s, const struct sample *from, uint32_t at,
                               uint32_t n)
{
    for (uint32_t i = at; i < at + n; i++) {
        sample_push(s, from->terms[i], from->kinds[i]);
    }
}

static inline void sample_release(struct sample *s)
{
    free(s->terms);
    free(s->kinds);
    *s = (struct sample){0};
}

static inline struct compare_text sample_text(const struct sample *s)
{
    return (struct compare_text){
        .terms = s->terms, .kinds = s->kinds, .n = s->n, .day = s->day};
}

/* Both steps, with the default limits. */
static inline struct compare_evidence sample_compare(struct compare *c,
                                                     const struct sample *a,
                                                     const struct sample *b)
{
    struct compare_limits l;
    struct compare_evidence e;
    struct err err = {0};
    struct compare_text x = sample_text(a), y = sample_text(b);
    compare_limits_init(&l);
    cr_assert_eq(compare_match(c, &l, &x, &y, &e, &err), 0, "%s", err.msg);
    compare_judge(&l, &x, &y, &e);
    return e;
}
