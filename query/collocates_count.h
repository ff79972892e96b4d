/* The innermost loop of words near hits: what observations of words in one story add to their rows. */
#pragma once

#include <stdint.h>

#include "query/collocates.h"

/* Adds the observations of words v[0..n), which are rows, in a story (a number that is not 0) of one article with these outlets. */
typedef void collocates_counter(struct collocate *rows, const uint32_t *v, size_t n,
                                uint32_t story, uint32_t outlets);
collocates_counter collocates_count_scalar;
#ifdef STEMMA_AVX2
collocates_counter collocates_count_avx2;
#endif
/* The fastest this processor has. */
collocates_counter *collocates_count(void);
