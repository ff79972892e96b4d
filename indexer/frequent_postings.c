#include "indexer/frequent_postings.h"

#include "base/cpu.h"

address *frequent_postings_take(struct frequent_postings *p, address base, address *out)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return frequent_postings_take_avx512(p, base, out);
#else
    (void)p, (void)base;
#endif
    return out;
}
