#include "query/near_match.h"

#include <string.h>

#include "base/cpu.h"

static void seek_scalar(const address *v, const struct address_range *ranges, size_t n,
                        uint32_t *at)
{
    uint32_t k = 0;
    for (size_t i = 0; i < n; i++) {
        while (v[k] < ranges[i].lo) {
            k++;
        }
        at[i] = k;
    }
    memset(at + n, 0, NEAR_MATCH_LANES * sizeof *at);
}

/* No place of a word so wide from here on is wholly in the story. */
static address end_for(struct address_range story, uint32_t width)
{
    return story.hi - story.lo < width ? story.lo : story.hi - width + 1;
}

static address at_least(int64_t v, address least)
{
    return v > least ? (address)(v < UINT32_MAX ? v : UINT32_MAX) : least;
}

static void keep_scalar(struct near_tries *t, const address *a,
                        const struct near_shape *shape, struct address_range *ranges)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct address_range story = ranges[i];
        const address first = a[t->a[i]];
        t->story[kept] = t->story[i];
        t->a[kept] = t->a[i];
        t->end_a[kept] = end_for(story, shape->width_a);
        t->end_b[kept] = end_for(story, shape->width_b);
        ranges[kept].lo = at_least(first + shape->least, story.lo);
        ranges[kept].hi = story.hi;
        kept += first < t->end_a[kept] && ranges[kept].lo < story.hi;
    }
    t->n = kept;
}

static bool match_scalar(const struct near_tries *t, size_t i,
                         const struct near_lists *lists, const struct near_band *band)
{
    const address *x = lists->a + t->a[i], *y = lists->b + t->b[i];
    for (; *x < t->end_a[i]; x++) {
        while (*y < t->end_b[i] && (int64_t)*y - *x < band->least) {
            y++;
        }
        const address *z = y;
        while (band->apart && *z == *x && *z < t->end_b[i]) {
            z++;
        }
        if (*z < t->end_b[i] && (int64_t)*z - *x <= band->most) {
            return true;
        }
    }
    return false;
}

static void settle_scalar(struct near_tries *t, const struct near_lists *lists,
                          const struct near_band *band, bool *found)
{
    for (size_t i = 0; i < t->n; i++) {
        found[t->story[i]] |= match_scalar(t, i, lists, band);
    }
    t->n = 0;
}

const struct near_kernels near_kernels_scalar = {seek_scalar, keep_scalar,
                                                 settle_scalar, match_scalar};

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
