/* Archives of numbered words for the tests of what finds copies: scanned by the real scan, so that
 * vocabulary and spool are as in a build, and kept as numbers for the tests' own reckoning. */
#pragma once

#include "indexer/build.h"
#include "indexer/texts.h"
#include "tests/support/tempdir.h"

struct find_article {
    VEC(uint32_t) title, body; /* words */
    uint32_t breaks; /* a paragraph begins after each `breaks` words; 0: none */
};

struct find {
    struct tempdir dir;
    char archive[600], index[600];
    struct config config;
    struct build build;
    VEC(struct find_article) articles;
    uint32_t *order, *leaders, *bodies;
    struct texts texts;
    bool hold; /* fingerprints stay in memory; to be set before find_scan */
};

uint64_t find_random(uint64_t *state);

void find_begin(struct find *f);
/* An article of these words; may be changed until find_scan. */
struct find_article *find_add(struct find *f, const uint32_t *title, size_t n_title,
                              const uint32_t *body, size_t n_body);
/* Appends n random words below `words`. */
void find_put_random(struct find_article *a, uint64_t *state, size_t n, uint32_t words);
void find_put(struct find_article *a, const uint32_t *words, size_t n);
/* Scans and finds texts. */
void find_scan(struct find *f, unsigned threads, const char *copies);
void find_end(struct find *f);

/* The bytes of a word (terminated), and the hash of its term. */
void find_word(uint32_t word, char out[16]);
uint64_t find_word_hash(uint32_t word);
/* Number of the text of article i. */
static inline uint32_t find_text(const struct find *f, size_t i)
{
    return f->texts.text_of[i];
}
