#include "query/collocates_count.h"

#include "base/cpu.h"

void collocates_count_scalar(struct collocate *rows, const uint32_t *v, size_t n,
                             uint32_t story, uint32_t outlets)
{
    for (size_t i = 0; i < n; i++) {
        struct collocate *r = &rows[v[i]];
        r->o++;
        r->stories += r->last_story != story;
        r->last_story = story;
        r->outlets |= outlets;
    }
}

collocates_counter *collocates_count(void)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2()) {
        return collocates_count_avx2;
    }
#endif
    return collocates_count_scalar;
}
