/* Encoding a set of ascending values as Elias-Fano. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/coding.h"
#include "formats/marks.h"
#include "formats/marks_layout.h"

/* The values wait as varints of their gaps: a mark every twenty tokens costs a byte, not eight. */
struct marks_writer {
    struct buf gaps;
    uint64_t n, last;
};

struct marks_writer *marks_writer_new(void)
{
    return calloc(1, sizeof(struct marks_writer));
}

void marks_writer_put(struct marks_writer *w, uint64_t value)
{
    assert(value >= w->last);
    buf_put_varint(&w->gaps, value - w->last);
    w->last = value;
    w->n++;
}

void marks_writer_free(struct marks_writer *w)
{
    if (!w)
        return;
    buf_release(&w->gaps);
    free(w);
}

static void put_low(uint8_t *low, uint64_t i, unsigned width, uint64_t value)
{
    assert(width <= 40);
    uint64_t bit = i * width;
    uint8_t *at = low + bit / 64 * 8;
    unsigned shift = bit % 64;
    store_u64(at, load_u64(at) | value << shift);
    if (shift + width > 64)
        store_u64(at + 8, load_u64(at + 8) | value >> (64 - shift));
}

static void put_values(const struct marks_writer *w, const struct marks_shape *shape,
                       uint8_t *data)
{
    struct cursor c = cursor_of(w->gaps.data, w->gaps.len);
    uint8_t *low = data + shape->low, *high = data + shape->high;
    uint64_t value = 0, mask = (UINT64_C(1) << shape->low_bits) - 1;
    for (uint64_t i = 0; i < w->n; i++) {
        value += cursor_varint(&c);
        if (shape->low_bits)
            put_low(low, i, shape->low_bits, value & mask);
        uint64_t bit = (value >> shape->low_bits) + i;
        uint8_t *at = high + bit / 64 * 8;
        store_u64(at, load_u64(at) | UINT64_C(1) << (bit % 64));
    }
}

/* Ranks and samples, made from the high bits. */
static void put_directory(const struct marks_shape *shape, uint8_t *data)
{
    const uint8_t *high = data + shape->high;
    uint64_t ones = 0, next_one = 0, next_zero = 0;
    for (uint64_t group = 0; group < shape->n_groups; group++) {
        store_u32(data + shape->ranks + 4 * group, (uint32_t)ones);
        uint64_t in_group = 0;
        for (uint64_t k = 0; k < MARKS_GROUP / 64; k++)
            in_group +=
                (uint64_t)__builtin_popcountll(load_u64(high + (group * 8 + k) * 8));
        uint64_t zeros = group * MARKS_GROUP - ones;
        ones += in_group;
        for (; next_one < ones; next_one += MARKS_SAMPLE)
            store_u32(data + shape->ones + next_one / MARKS_SAMPLE * 4,
                      (uint32_t)group);
        for (; next_zero < zeros + MARKS_GROUP - in_group && next_zero < shape->n_zeros;
             next_zero += MARKS_SAMPLE)
            store_u32(data + shape->zeros + next_zero / MARKS_SAMPLE * 4,
                      (uint32_t)group);
    }
}

int marks_writer_encode(struct marks_writer *w, uint64_t universe, struct buf *out,
                        struct err *err)
{
    assert(w->n == 0 || w->last < universe);
    if (universe > MARKS_UNIVERSE_MAX || w->n > MARKS_COUNT_MAX)
        return err_set(err, ERR_LIMIT, "marks: too many values");
    struct marks_shape shape = marks_shape_of(w->n, universe);
    buf_align(out, 8);
    uint8_t *data = w->gaps.failed ? NULL : buf_extend(out, shape.len);
    if (!data)
        return err_set(err, ERR_NOMEM, "marks: out of memory");
    memset(data, 0, shape.len);
    store_u64(data + MARKS_N, w->n);
    store_u64(data + MARKS_UNIVERSE, universe);
    put_values(w, &shape, data);
    put_directory(&shape, data);
    return 0;
}
