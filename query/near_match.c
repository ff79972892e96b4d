#include "query/near_match.h"

#include "base/cpu.h"

static void seek_scalar(const address *v, const struct address_range *ranges, size_t n,
                        const address **at)
{
    for (size_t i = 0; i < n; i++) {
        while (*v < ranges[i].lo) {
            v++;
        }
        at[i] = v;
    }
}

static bool match_scalar(const struct near_places *a, const struct near_places *b,
                         const struct near_band *band)
{
    const address *x = a->from, *y = b->from;
    for (; *x < a->end; x++) {
        while (*y < b->end && (int64_t)*y - *x < band->least) {
            y++;
        }
        const address *z = y;
        while (band->apart && *z == *x && *z < b->end) {
            z++;
        }
        if (*z < b->end && (int64_t)*z - *x <= band->most) {
            return true;
        }
    }
    return false;
}

const struct near_kernels near_kernels_scalar = {seek_scalar, match_scalar};

const struct near_kernels *near_kernels(uint64_t apart, int64_t reach)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2() && apart < NEAR_MATCH_STORY && reach <= NEAR_MATCH_REACH) {
        return &near_kernels_avx2;
    }
#endif
    (void)apart;
    (void)reach;
    return &near_kernels_scalar;
}
