/* Fingerprints of a text, each with its parts. */
#pragma once

#include <criterion/criterion.h>
#include <stdlib.h>

#include "text/winnow.h"

/* As winnow_fingerprints, to out, which has room for one a token. */
static inline size_t fingerprints_of(const uint64_t *terms, size_t n,
                                     struct fingerprint *out)
{
    uint64_t *prints = malloc(winnow_room(n) * sizeof *prints);
    uint64_t *places = malloc((winnow_place_words(n) + 1) * sizeof *places);
    cr_assert(prints && places);
    size_t found = winnow_fingerprints(terms, n, prints, places);
    winnow_unpack(prints, found, out);
    free(prints);
    free(places);
    return found;
}

static inline uint64_t fingerprint_packed(const struct fingerprint *f)
{
    return f->hash << 15 | (uint64_t)f->left << 11 | (uint64_t)f->right << 8 |
           f->at % 256;
}
