/* A whole check of an encoded set: every byte of it follows from its values. */
#include <string.h>

#include "formats/coding.h"
#include "formats/marks.h"
#include "formats/marks_layout.h"

/* The directory that the high bits demand, compared as it is counted. */
static bool directory_matches(const struct marks *m, const struct marks_shape *shape,
                              const uint8_t *data)
{
    uint64_t ones = 0, next_one = 0, next_zero = 0;
    for (uint64_t group = 0; group < shape->n_groups; group++) {
        if (load_u32(data + shape->ranks + 4 * group) != ones)
            return false;
        uint64_t before = group * MARKS_GROUP - ones;
        uint64_t in_group = 0;
        for (uint64_t k = 0; k < MARKS_GROUP / 64; k++)
            in_group += (uint64_t)__builtin_popcountll(
                load_u64(data + shape->high + (group * 8 + k) * 8));
        ones += in_group;
        if (ones > m->n)
            return false;
        for (; next_one < ones; next_one += MARKS_SAMPLE)
            if (load_u32(data + shape->ones + next_one / MARKS_SAMPLE * 4) != group)
                return false;
        for (;
             next_zero < before + MARKS_GROUP - in_group && next_zero < shape->n_zeros;
             next_zero += MARKS_SAMPLE)
            if (load_u32(data + shape->zeros + next_zero / MARKS_SAMPLE * 4) != group)
                return false;
    }
    return ones == m->n;
}

static bool tail_is_zero(const uint8_t *data, uint64_t from_bit, uint64_t to_bit)
{
    for (uint64_t bit = from_bit; bit < to_bit; bit++)
        if (data[bit / 8] >> (bit % 8) & 1)
            return false;
    return true;
}

static bool values_ascend(const struct marks *m, const struct marks_shape *shape,
                          const uint8_t *data)
{
    uint64_t i = 0, last = 0;
    uint64_t mask = (UINT64_C(1) << shape->low_bits) - 1;
    for (uint64_t k = 0; k < (shape->n_high + 63) / 64; k++) {
        uint64_t word = load_u64(data + shape->high + 8 * k);
        for (; word != 0; word &= word - 1, i++) {
            uint64_t bit = k * 64 + (unsigned)__builtin_ctzll(word);
            uint64_t at = i * shape->low_bits, low = 0;
            if (shape->low_bits) {
                const uint8_t *p = data + shape->low + at / 64 * 8;
                low = load_u64(p) >> (at % 64);
                if (at % 64 + shape->low_bits > 64)
                    low |= load_u64(p + 8) << (64 - at % 64);
            }
            uint64_t value = (bit - i) << shape->low_bits | (low & mask);
            if (value < last || value >= m->universe)
                return false;
            last = value;
        }
    }
    return true;
}

int marks_verify(const struct marks *m, struct err *err)
{
    struct marks_shape shape = marks_shape_of(m->n, m->universe);
    const uint8_t *data;
    int rc = section_get(&m->section, m->offset, m->len, &data, err);
    if (rc != 0)
        return rc;
    if (!directory_matches(m, &shape, data) || !values_ascend(m, &shape, data) ||
        !tail_is_zero(data + shape.high, shape.n_high, shape.n_groups * MARKS_GROUP) ||
        !tail_is_zero(data + shape.low, m->n * shape.low_bits,
                      (shape.high - shape.low) * 8) ||
        !tail_is_zero(data, (shape.zeros + 4 * marks_samples(shape.n_zeros)) * 8,
                      shape.len * 8))
        return section_corrupt(&m->section, m->offset, err, "marks: not a sound set");
    return 0;
}
