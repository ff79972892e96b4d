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

static bool match_scalar(const struct near_try *t, const struct near_band *band)
{
    const address *x = t->a, *y = t->b;
    for (; *x < t->end_a; x++) {
        while (*y < t->end_b && (int64_t)*y - *x < band->least) {
            y++;
        }
        const address *z = y;
        while (band->apart && *z == *x && *z < t->end_b) {
            z++;
        }
        if (*z < t->end_b && (int64_t)*z - *x <= band->most) {
            return true;
        }
    }
    return false;
}

static size_t settle_scalar(struct near_try *tries, size_t n,
                            const struct near_band *band, bool *found)
{
    for (size_t i = 0; i < n; i++) {
        found[tries[i].story] |= match_scalar(&tries[i], band);
    }
    return 0;
}

const struct near_kernels near_kernels_scalar = {seek_scalar, match_scalar,
                                                 settle_scalar};

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
