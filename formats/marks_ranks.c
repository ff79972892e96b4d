#include "formats/marks_ranks.h"

#include "base/bits.h"
#include "base/cpu.h"
#include "base/endian.h"

void marks_ranks_release(struct marks_ranks *r)
{
    vec_release(&r->places);
}

int marks_ranks_make(struct marks_ranks *r, const struct marks *m, uint64_t lo,
                     uint64_t hi, struct err *err)
{
    vec_reset(&r->places);
    int rc = marks_stretch_of(m, lo, hi, &r->stretch, err);
    if (rc) {
        return rc;
    }
    size_t n = (size_t)((r->stretch.n - 1) / MARKS_RANKS_BUCKETS + 1);
    if (!vec_reserve(&r->places, n)) {
        return err_set(err, ERR_NOMEM, "no memory for the sentences of a window");
    }
    marks_places_kernel *places = marks_ranks_places_scalar;
#ifdef STEMMA_AVX2
    places = cpu_has_avx2() ? marks_ranks_places_avx2 : places;
#endif
    if (!places(&r->stretch, n, r->places.items)) {
        return section_corrupt(&m->section, m->offset, err, "marks: high bits");
    }
    r->marks = m;
    r->places.len = n;
    return 0;
}

int marks_ranks_of(const struct marks_ranks *r, const address *at, size_t n,
                   uint32_t add, uint32_t *out, struct err *err)
{
    marks_ranks_kernel *of = marks_ranks_of_scalar;
#ifdef STEMMA_AVX2
    of = cpu_has_avx2() ? marks_ranks_of_avx2 : of;
#endif
    if (!of(r, at, n, add, out)) {
        return section_corrupt(&r->marks->section, r->marks->offset, err,
                               "marks: high bits");
    }
    return 0;
}

/* --- one by one ----------------------------------------------------------------------------- */

static bool is_one(const struct marks_stretch *s, uint64_t bit)
{
    return s->highs[bit / 8] >> bit % 8 & 1;
}

enum {
    SEEN = 57 /* bits that 8 bytes hold from any bit of the first on */
};

/* The place behind so many zeros from a bit on; one behind the stretch where it has fewer. */
static uint64_t behind_zeros(const struct marks_stretch *s, uint64_t bit, uint64_t n)
{
    while (n > 0 && bit <= s->end) {
        uint64_t zeros =
            ~(load_u64(s->highs + bit / 8) >> bit % 8) & ((UINT64_C(1) << SEEN) - 1);
        uint64_t here = bits_count(zeros);
        if (here < n) {
            n -= here;
            bit += SEEN;
            continue;
        }
        for (; n > 1; n--) {
            zeros &= zeros - 1;
        }
        return bit + (unsigned)__builtin_ctzll(zeros) + 1;
    }
    return bit;
}

bool marks_ranks_places_scalar(const struct marks_stretch *s, size_t n, uint32_t *out)
{
    uint64_t bit = s->bit, bucket = s->bucket;
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint32_t)(bit - bucket);
        bucket += MARKS_RANKS_BUCKETS;
        if (bit > s->end) {
            return false;
        }
        bit = behind_zeros(s, bit, MARKS_RANKS_BUCKETS);
    }
    return true;
}

static uint64_t low_of(const struct marks_stretch *s, uint64_t i)
{
    uint64_t bit = i * s->width;
    return load_u64(s->lows + bit / 8) >> bit % 8 & ((UINT64_C(1) << s->width) - 1);
}

bool marks_ranks_of_scalar(const struct marks_ranks *r, const address *at, size_t n,
                           uint32_t add, uint32_t *out)
{
    const struct marks_stretch *s = &r->stretch;
    for (size_t i = 0; i < n; i++) {
        uint64_t a = (uint64_t)at[i] + add, bucket = a >> s->width;
        uint64_t wanted = a & ((UINT64_C(1) << s->width) - 1);
        uint64_t zeros = (bucket - s->bucket) % MARKS_RANKS_BUCKETS;
        uint64_t bit = bucket - zeros +
                       r->places.items[(bucket - s->bucket) / MARKS_RANKS_BUCKETS];
        bit = behind_zeros(s, bit, zeros);
        uint64_t rank = bit - bucket;
        for (; bit <= s->end && is_one(s, bit); bit++) {
            rank += low_of(s, bit - bucket) <= wanted;
        }
        if (bit > s->end) {
            return false;
        }
        out[i] = (uint32_t)rank;
    }
    return true;
}
