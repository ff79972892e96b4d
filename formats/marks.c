/* Reading an Elias-Fano set. A number read from the file is only ever used as an index after a
 * comparison with what the shape allows. */
#include "formats/marks.h"

#include <inttypes.h>

#include "formats/coding.h"
#include "formats/marks_layout.h"

enum part {
    PART_LOW_BITS,
    PART_N_HIGH,
    PART_HIGH,
    PART_RANKS,
    PART_ONES,
    PART_ZEROS
};

static int corrupt(const struct marks *m, struct err *err, const char *what)
{
    (void)section_corrupt(&m->section, m->offset, err, "marks: %s", what);
    return ERR_CORRUPT; /* said here, so that an analyser sees it */
}

static struct marks_shape shape_of(const struct marks *m)
{
    return marks_shape_of(m->n, m->universe);
}

int marks_open(struct marks *m, const struct section *s, uint64_t offset, uint64_t len,
               struct err *err)
{
    struct marks new = {.section = *s, .offset = offset, .len = len};
    const uint8_t *header;
    int rc = section_get(s, offset, MARKS_HEADER, &header, err);
    if (rc != 0)
        return rc;
    if (offset > s->len || len > s->len - offset || offset % 8 != 0)
        return corrupt(&new, err, "place");
    new.n = load_u64(header + MARKS_N);
    new.universe = load_u64(header + MARKS_UNIVERSE);
    if (new.universe > MARKS_UNIVERSE_MAX || new.n > MARKS_COUNT_MAX ||
        (new.n > 0 && new.universe == 0))
        return corrupt(&new, err, "header");
    struct marks_shape shape = shape_of(&new);
    if (shape.len != len)
        return corrupt(&new, err, "length");
    new.part[PART_LOW_BITS] = shape.low_bits;
    new.part[PART_N_HIGH] = shape.n_high;
    new.part[PART_HIGH] = offset + shape.high;
    new.part[PART_RANKS] = offset + shape.ranks;
    new.part[PART_ONES] = offset + shape.ones;
    new.part[PART_ZEROS] = offset + shape.zeros;
    *m = new;
    return 0;
}

uint64_t marks_count(const struct marks *m)
{
    return m->n;
}

static int get_u32(const struct marks *m, enum part part, uint64_t i, uint64_t *out,
                   struct err *err)
{
    const uint8_t *at;
    int rc = section_get(&m->section, m->part[part] + 4 * i, 4, &at, err);
    if (rc == 0)
        *out = load_u32(at);
    return rc;
}

static int get_word(const struct marks *m, uint64_t i, uint64_t *out, struct err *err)
{
    const uint8_t *at;
    int rc = section_get(&m->section, m->part[PART_HIGH] + 8 * i, 8, &at, err);
    if (rc == 0)
        *out = load_u64(at);
    return rc;
}

static int get_low(const struct marks *m, uint64_t i, uint64_t *out, struct err *err)
{
    unsigned width = (unsigned)m->part[PART_LOW_BITS];
    *out = 0;
    if (width == 0)
        return 0;
    uint64_t bit = i * width;
    unsigned shift = bit % 64;
    const uint8_t *at;
    uint64_t len = shift + width > 64 ? 16 : 8;
    int rc = section_get(&m->section, m->offset + MARKS_HEADER + bit / 64 * 8, len, &at,
                         err);
    if (rc != 0)
        return rc;
    uint64_t v = load_u64(at) >> shift;
    if (len == 16)
        v |= load_u64(at + 8) << (64 - shift);
    *out = v & ((UINT64_C(1) << width) - 1);
    return 0;
}

/* The position of bit number `nth` of the word (there are more than nth). */
static unsigned select_in_word(uint64_t word, unsigned nth)
{
    for (; nth > 0; nth--)
        word &= word - 1;
    return (unsigned)__builtin_ctzll(word);
}

/* Ones before a group, or zeros if flip is set. */
static int before_group(const struct marks *m, uint64_t group, bool flip, uint64_t *out,
                        struct err *err)
{
    uint64_t ones;
    int rc = get_u32(m, PART_RANKS, group, &ones, err);
    if (rc != 0)
        return rc;
    if (ones > group * MARKS_GROUP || ones > m->n)
        return corrupt(m, err, "rank");
    *out = flip ? group * MARKS_GROUP - ones : ones;
    return 0;
}

/* The last group in [lo, hi] with at most `nth` of the wanted bits before it. */
static int find_group(const struct marks *m, uint64_t nth, bool flip, uint64_t lo,
                      uint64_t hi, struct err *err, uint64_t *group)
{
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo + 1) / 2, before = 0;
        int rc = before_group(m, mid, flip, &before, err);
        if (rc != 0)
            return rc;
        if (before <= nth)
            lo = mid;
        else
            hi = mid - 1;
    }
    *group = lo;
    return 0;
}

/* Position of one (or zero, if flip) number nth among the high bits. */
static int find_bit(const struct marks *m, uint64_t nth, bool flip, uint64_t *out,
                    struct err *err)
{
    uint64_t n_groups = (m->part[PART_N_HIGH] + MARKS_GROUP - 1) / MARKS_GROUP;
    uint64_t total = flip ? m->part[PART_N_HIGH] - m->n : m->n;
    uint64_t sample = nth / MARKS_SAMPLE, group = 0, last = n_groups - 1, before = 0;
    enum part part = flip ? PART_ZEROS : PART_ONES;
    int rc = get_u32(m, part, sample, &group, err);
    if (rc == 0 && (sample + 1) * MARKS_SAMPLE < total)
        rc = get_u32(m, part, sample + 1, &last, err);
    if (rc != 0)
        return rc;
    if (group > last || last >= n_groups)
        return corrupt(m, err, "sample");
    rc = find_group(m, nth, flip, group, last, err, &group);
    if (rc == 0)
        rc = before_group(m, group, flip, &before, err);
    if (rc != 0)
        return rc;
    for (uint64_t k = 0; k < MARKS_GROUP / 64 && before <= nth; k++) {
        uint64_t word = 0;
        rc = get_word(m, group * (MARKS_GROUP / 64) + k, &word, err);
        if (rc != 0)
            return rc;
        if (flip)
            word = ~word;
        uint64_t here = (uint64_t)__builtin_popcountll(word);
        if (nth - before < here) {
            *out = group * MARKS_GROUP + k * 64 +
                   select_in_word(word, (unsigned)(nth - before));
            return *out < m->part[PART_N_HIGH] ? 0 : corrupt(m, err, "high bits");
        }
        before += here;
    }
    return corrupt(m, err, "high bits");
}

int marks_select(const struct marks *m, uint64_t i, uint64_t *out, struct err *err)
{
    uint64_t bit = 0, low = 0;
    if (i >= m->n)
        return corrupt(m, err, "select beyond the last value");
    int rc = find_bit(m, i, false, &bit, err);
    if (rc == 0)
        rc = get_low(m, i, &low, err);
    if (rc != 0)
        return rc;
    if (bit < i)
        return corrupt(m, err, "high bits");
    uint64_t value = (bit - i) << m->part[PART_LOW_BITS] | low;
    if (value >= m->universe)
        return corrupt(m, err, "value beyond the universe");
    *out = value;
    return 0;
}

/* Values with high part below `bucket`: one bucket ends at each zero. */
static int bucket_start(const struct marks *m, uint64_t bucket, uint64_t *out,
                        struct err *err)
{
    uint64_t bit = 0;
    if (bucket == 0) {
        *out = 0;
        return 0;
    }
    int rc = find_bit(m, bucket - 1, true, &bit, err);
    if (rc != 0)
        return rc;
    if (bit + 1 < bucket || bit + 1 - bucket > m->n)
        return corrupt(m, err, "high bits");
    *out = bit + 1 - bucket;
    return 0;
}

/* The end of the bucket whose first bit is at `bit`: the next zero at or after it. */
static int next_zero(const struct marks *m, uint64_t bit, uint64_t *out,
                     struct err *err)
{
    uint64_t n_words = (m->part[PART_N_HIGH] + 63) / 64;
    uint64_t word = 0;
    for (uint64_t k = bit / 64; k < n_words; k++) {
        int rc = get_word(m, k, &word, err);
        if (rc != 0)
            return rc;
        word = ~word;
        if (k == bit / 64)
            word &= UINT64_MAX << (bit % 64);
        if (word != 0) {
            *out = k * 64 + (unsigned)__builtin_ctzll(word);
            return *out < m->part[PART_N_HIGH] ? 0 : corrupt(m, err, "high bits");
        }
    }
    return corrupt(m, err, "high bits");
}

int marks_rank(const struct marks *m, uint64_t a, uint64_t *out, struct err *err)
{
    uint64_t bucket, lo = 0, hi, end = 0;
    if (m->n == 0 || a >= m->universe) {
        *out = m->n;
        return 0;
    }
    bucket = a >> m->part[PART_LOW_BITS];
    uint64_t wanted = a & ((UINT64_C(1) << m->part[PART_LOW_BITS]) - 1);
    int rc = bucket_start(m, bucket, &lo, err);
    if (rc == 0)
        rc = next_zero(m, lo + bucket, &end, err);
    if (rc != 0)
        return rc;
    hi = end - bucket;
    if (hi > m->n)
        return corrupt(m, err, "high bits");
    while (lo < hi) { /* first value of the bucket above a */
        uint64_t mid = lo + (hi - lo) / 2, low;
        rc = get_low(m, mid, &low, err);
        if (rc != 0)
            return rc;
        if (low <= wanted)
            lo = mid + 1;
        else
            hi = mid;
    }
    *out = lo;
    return 0;
}

/* Makes the low parts of values [from, to) and the words of the high bits [bit, last]
 * safe to read. */
static int check_run(const struct marks *m, uint64_t from, uint64_t to, uint64_t bit,
                     uint64_t last, struct err *err)
{
    uint64_t width = m->part[PART_LOW_BITS], begin = from * width / 64 * 8;
    int rc = section_check(&m->section, m->part[PART_HIGH] + bit / 64 * 8,
                           (last / 64 - bit / 64 + 1) * 8, err);
    if (rc == 0 && width > 0)
        rc = section_check(&m->section, m->offset + MARKS_HEADER + begin,
                           (to * width + 63) / 64 * 8 - begin, err);
    return rc;
}

/* Low part of value i, in a run that was checked. */
static inline uint64_t low_of(const uint8_t *lows, uint64_t width, uint64_t i)
{
    uint64_t bit = i * width, shift = bit % 64;
    if (width == 0)
        return 0;
    uint64_t v = load_u64(lows + bit / 64 * 8) >> shift;
    if (shift + width > 64)
        v |= load_u64(lows + bit / 64 * 8 + 8) << (64 - shift);
    return v & ((UINT64_C(1) << width) - 1);
}

/* Values [from, to), at least one, to out; they lie in [lo, hi) unless the bits are wrong. */
static int fill_run(const struct marks *m, uint64_t from, uint64_t to, uint64_t lo,
                    uint64_t hi, address *out, struct err *err)
{
    uint64_t width = m->part[PART_LOW_BITS], bit = 0, last = 0, i = from;
    int rc = find_bit(m, from, false, &bit, err);
    if (rc == 0)
        rc = find_bit(m, to - 1, false, &last, err);
    if (rc == 0 && last < bit)
        rc = corrupt(m, err, "high bits");
    if (rc == 0)
        rc = check_run(m, from, to, bit, last, err);
    if (rc != 0)
        return rc;
    const uint8_t *lows = m->section.data + m->offset + MARKS_HEADER;
    const uint8_t *highs = m->section.data + m->part[PART_HIGH];
    for (uint64_t k = bit / 64; k <= last / 64 && i < to; k++) {
        uint64_t word = load_u64(highs + 8 * k);
        if (k == bit / 64)
            word &= UINT64_MAX << (bit % 64);
        for (; word != 0 && i < to; word &= word - 1, i++) {
            uint64_t at = k * 64 + (unsigned)__builtin_ctzll(word);
            uint64_t value = (at - i) << width | low_of(lows, width, i);
            if (at < i || value < lo || value >= hi || value >= m->universe)
                return corrupt(m, err, "values do not ascend");
            lo = value;
            *out++ = (address)value;
        }
    }
    return i == to ? 0 : corrupt(m, err, "high bits");
}

int marks_fill(const struct marks *m, uint64_t lo, uint64_t hi, address *out,
               size_t cap, size_t *n, struct err *err)
{
    uint64_t from = 0, to = 0;
    *n = 0;
    if (lo >= hi)
        return 0;
    int rc = lo == 0 ? 0 : marks_rank(m, lo - 1, &from, err);
    if (rc == 0)
        rc = marks_rank(m, hi - 1, &to, err);
    if (rc != 0 || from >= to || cap == 0)
        return rc;
    if (to - from > cap)
        to = from + cap;
    rc = fill_run(m, from, to, lo, hi, out, err);
    if (rc == 0)
        *n = (size_t)(to - from);
    return rc;
}

/* --- walks ------------------------------------------------------------------------------- */

enum {
    WALK_AHEAD = 512, /* high words checked at once: a block of checksums */
    WALK_FAR = 32,    /* more words ahead than that: the samples are asked */
    WALK_CROWD = 64   /* more values in one bucket than that: a rank is taken */
};

void marks_walk_begin(struct marks_walk *w, const struct marks *m)
{
    *w = (struct marks_walk){.marks = m};
}

/* High word k, at or behind the one the walk stands at. */
static int walk_word(struct marks_walk *w, uint64_t k, uint64_t *out, struct err *err)
{
    const struct marks *m = w->marks;
    if (k >= w->checked) {
        uint64_t n = (m->part[PART_N_HIGH] + 63) / 64;
        uint64_t to = n - k > WALK_AHEAD ? k + WALK_AHEAD : n;
        int rc =
            section_check(&m->section, m->part[PART_HIGH] + 8 * k, (to - k) * 8, err);
        if (rc != 0)
            return rc;
        w->checked = to;
    }
    *out = load_u64(m->section.data + m->part[PART_HIGH] + 8 * k);
    return 0;
}

/* Moves to the word with zero number `zero` and gives the position behind that zero. */
static int walk_to_zero(struct marks_walk *w, uint64_t zero, uint64_t *position,
                        struct err *err)
{
    const struct marks *m = w->marks;
    uint64_t n_words = (m->part[PART_N_HIGH] + 63) / 64, word = 0;
    uint64_t before = w->word * 64 - w->ones;
    if (zero > before && zero - before > WALK_FAR * 64) {
        uint64_t bit = 0;
        int rc = find_bit(m, zero, true, &bit, err);
        if (rc != 0)
            return rc;
        if (bit < zero || bit / 64 < w->word)
            return corrupt(m, err, "high bits");
        rc = walk_word(w, bit / 64, &word, err);
        if (rc != 0)
            return rc;
        w->word = bit / 64;
        w->ones =
            bit - zero -
            (uint64_t)__builtin_popcountll(bit % 64 ? word << (64 - bit % 64) : 0);
        *position = bit + 1;
        return 0;
    }
    for (; w->word < n_words; w->word++) {
        int rc = walk_word(w, w->word, &word, err);
        if (rc != 0)
            return rc;
        uint64_t zeros = w->word * 64 - w->ones;
        uint64_t ones = (uint64_t)__builtin_popcountll(word);
        if (zero < zeros)
            break;
        if (zero - zeros < 64 - ones) {
            *position =
                w->word * 64 + select_in_word(~word, (unsigned)(zero - zeros)) + 1;
            return 0;
        }
        w->ones += ones;
    }
    return corrupt(m, err, "high bits");
}

/* The next one at or behind position `at`; the number of high bits if there is none. */
static int next_one(struct marks_walk *w, uint64_t at, uint64_t *out, struct err *err)
{
    const struct marks *m = w->marks;
    uint64_t n_words = (m->part[PART_N_HIGH] + 63) / 64, word = 0;
    for (uint64_t k = at / 64; k < n_words; k++) {
        int rc = walk_word(w, k, &word, err);
        if (rc != 0)
            return rc;
        if (k == at / 64)
            word &= UINT64_MAX << (at % 64);
        if (word != 0) {
            *out = k * 64 + (unsigned)__builtin_ctzll(word);
            return 0;
        }
    }
    *out = m->part[PART_N_HIGH];
    return 0;
}

/* Value number i, whose one stands at `position`. */
static int value_at(const struct marks *m, uint64_t i, uint64_t position, uint64_t *out,
                    struct err *err)
{
    uint64_t low = 0;
    int rc = get_low(m, i, &low, err);
    if (rc != 0)
        return rc;
    *out = (position - i) << m->part[PART_LOW_BITS] | low;
    return position < i || *out >= m->universe ? corrupt(m, err, "high bits") : 0;
}

/* The same by rank and selects, where many values crowd together. */
static int walk_by_rank(const struct marks *m, uint64_t a, uint64_t *index,
                        uint64_t *value, uint64_t *next, struct err *err)
{
    uint64_t rank = 0;
    int rc = marks_rank(m, a, &rank, err);
    if (rc == 0 && rank == 0)
        return ITER_END;
    *next = m->universe;
    *index = rank - 1;
    if (rc == 0)
        rc = marks_select(m, rank - 1, value, err);
    if (rc == 0 && rank < m->n)
        rc = marks_select(m, rank, next, err);
    return rc;
}

int marks_walk_to(struct marks_walk *w, uint64_t a, uint64_t *index, uint64_t *value,
                  uint64_t *next, struct err *err)
{
    const struct marks *m = w->marks;
    uint64_t bucket = a >> m->part[PART_LOW_BITS], at = 0, found = 0;
    bool any = false;
    int rc = 0;
    if (a >= m->universe)
        return corrupt(m, err, "walk beyond the universe");
    if (bucket > 0)
        rc = walk_to_zero(w, bucket - 1, &at, err);
    if (rc == 0 && at < bucket)
        rc = corrupt(m, err, "high bits");
    uint64_t i = at - bucket; /* the first value of the bucket, or what follows */
    uint64_t crowd = i + WALK_CROWD;
    *next = m->universe;
    while (rc == 0 && i < m->n && (rc = next_one(w, at, &at, err)) == 0) {
        if (i == crowd)
            return walk_by_rank(m, a, index, value, next, err);
        uint64_t v = 0;
        rc = value_at(m, i, at, &v, err);
        if (rc == 0 && v > a) {
            *next = v;
            break;
        }
        found = v;
        any = true;
        i++;
        at++;
    }
    if (rc != 0 || (i == 0 && !any))
        return rc != 0 ? rc : ITER_END;
    *index = i - 1;
    *value = found;
    return any ? 0 : marks_select(m, i - 1, value, err);
}
