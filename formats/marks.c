/* Reading an Elias-Fano set. A number read from the file is only ever used as an index after a
 * comparison with what the shape allows. */
#include "formats/marks.h"

#include <inttypes.h>

#include "base/bits.h"
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

/* The position of bit number `nth` of the word (there are more than nth): the byte by its
 * counts (Vigna 2008), the bit one by one. */
static unsigned select_in_word(uint64_t word, unsigned nth)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t v = word - (word >> 1 & 0x5555555555555555u);
    v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
    v = ((v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu) * ones; /* bits up to each byte's end */
    /* bytes that end with nth bits or fewer */
    uint64_t passed = ((nth * ones | tops) - v) & tops;
    unsigned shift = bits_count(passed) * 8;
    nth -= (unsigned)(v << 8 >> shift & 0xff);
    for (word >>= shift; nth > 0; nth--)
        word &= word - 1;
    return shift + (unsigned)__builtin_ctzll(word);
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
        uint64_t here = bits_count(word);
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

/* Makes the low parts of values [from, to), as 8 bytes from each one's first on (the high bits follow the low parts), and the words
 * of the high bits [bit, last] safe to read. */
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
    uint64_t bit = i * width;
    return load_u64(lows + bit / 8) >> bit % 8 & ((UINT64_C(1) << width) - 1);
}

/* A run of values that is read word by word of the high bits. */
struct run {
    const struct marks *marks;
    const uint8_t *lows, *highs;
    uint64_t width;
    uint64_t i, to;     /* the next value, and the end */
    uint64_t word, end; /* of the high bits: the next, and behind the last */
    uint64_t mask;      /* of the next word */
    uint64_t last;      /* the value before */
};

#define ADDRESSES (UINT64_C(1) << 32)

/* Begins to read the values [from, to), at least one, none below lo. */
static int run_begin(struct run *r, const struct marks *m, uint64_t from, uint64_t to,
                     uint64_t lo, struct err *err)
{
    uint64_t bit = 0, last = 0;
    int rc = find_bit(m, from, false, &bit, err);
    if (rc == 0)
        rc = find_bit(m, to - 1, false, &last, err);
    if (rc == 0 && last < bit)
        rc = corrupt(m, err, "high bits");
    if (rc == 0)
        rc = check_run(m, from, to, bit, last, err);
    if (rc != 0)
        return rc;
    *r = (struct run){.marks = m,
                      .lows = m->section.data + m->offset + MARKS_HEADER,
                      .highs = m->section.data + m->part[PART_HIGH],
                      .width = m->part[PART_LOW_BITS],
                      .i = from,
                      .to = to,
                      .word = bit / 64,
                      .end = last / 64 + 1,
                      .mask = UINT64_MAX << (bit % 64),
                      .last = lo};
    return 0;
}

/* The values of the next word, to out; *n how many, 64 or what is left of the run at most. They are ascending and below hi, which is
 * at most 2^32, or ERR_CORRUPT; ITER_END when all were read. */
static inline int run_next(struct run *r, uint64_t hi, address *out, size_t *n,
                           struct err *err)
{
    if (r->i == r->to)
        return ITER_END;
    if (r->word == r->end)
        return corrupt(r->marks, err, "high bits");
    uint64_t word = load_u64(r->highs + 8 * r->word) & r->mask;
    uint64_t i = r->i, to = r->to, last = r->last, base = r->word * 64;
    const uint8_t *lows = r->lows;
    uint64_t width = r->width;
    bool wrong = false;
    size_t count = 0;
    for (; word != 0 && i < to; word &= word - 1, i++) {
        uint64_t high = base + (unsigned)__builtin_ctzll(word) - i;
        uint64_t value = high << width | low_of(lows, width, i);
        wrong |= value < last;
        last = value;
        out[count++] = (address)value;
    }
    if (wrong || (count > 0 && (last >= hi || last >= r->marks->universe)))
        return corrupt(r->marks, err, "values do not ascend");
    r->i = i;
    r->last = last;
    r->word++;
    r->mask = UINT64_MAX;
    *n = count;
    return 0;
}

/* The numbers of the values in [lo, hi), lo < hi: [*from, *to). */
static int range_of(const struct marks *m, uint64_t lo, uint64_t hi, uint64_t *from,
                    uint64_t *to, struct err *err)
{
    *from = *to = 0;
    int rc = lo == 0 ? 0 : marks_rank(m, lo - 1, from, err);
    return rc ? rc : marks_rank(m, hi - 1, to, err);
}

int marks_fill(const struct marks *m, uint64_t lo, uint64_t hi, address *out,
               size_t cap, size_t *n, struct err *err)
{
    uint64_t from = 0, to = 0;
    size_t count = 0;
    struct run r;
    *n = 0;
    hi = hi < ADDRESSES ? hi : ADDRESSES;
    int rc = lo < hi ? range_of(m, lo, hi, &from, &to, err) : 0;
    if (rc != 0 || from >= to || cap == 0)
        return rc;
    if (to - from > cap)
        to = from + cap;
    rc = run_begin(&r, m, from, to, lo, err);
    while (rc == 0 && (rc = run_next(&r, hi, out, &count, err)) == 0)
        out += count;
    if (rc != ITER_END)
        return rc;
    *n = (size_t)(to - from);
    return 0;
}

int marks_stretch_of(const struct marks *m, uint64_t lo, uint64_t hi,
                     struct marks_stretch *out, struct err *err)
{
    uint64_t width = m->part[PART_LOW_BITS], from = 0, end = 0;
    if (lo >= hi || hi > m->universe)
        return corrupt(m, err, "stretch beyond the universe");
    uint64_t bucket = lo >> width, last = (hi - 1) >> width;
    int rc = bucket_start(m, bucket, &from, err);
    if (rc == 0)
        rc = find_bit(m, last, true, &end, err);
    if (rc == 0 &&
        (end < from + bucket || end < last || end - last < from || end - last > m->n))
        rc = corrupt(m, err, "high bits");
    if (rc == 0)
        rc = check_run(m, from, end - last, from + bucket, end, err);
    if (rc != 0)
        return rc;
    *out = (struct marks_stretch){.highs = m->section.data + m->part[PART_HIGH],
                                  .lows = m->section.data + m->offset + MARKS_HEADER,
                                  .width = (uint32_t)width,
                                  .bucket = bucket,
                                  .n = last - bucket + 1,
                                  .bit = from + bucket,
                                  .end = end};
    return 0;
}

/* --- walks ------------------------------------------------------------------------------- */

enum {
    WALK_FAR = 16,  /* more groups ahead than that: the samples are asked */
    WALK_CROWD = 64 /* more values in one bucket than that: a rank is taken */
};

void marks_walk_begin(struct marks_walk *w, const struct marks *m)
{
    *w = (struct marks_walk){.marks = m};
}

static uint64_t walk_n_words(const struct marks_walk *w)
{
    return (w->marks->part[PART_N_HIGH] + 63) / 64;
}

/* Word k of the high bits. */
static int near_word(const struct marks *m, struct sound *sound, uint64_t k,
                     uint64_t *out, struct err *err)
{
    uint64_t offset = m->part[PART_HIGH] + 8 * k;
    int rc = section_check_near(&m->section, sound, offset, 8, err);
    if (rc == 0)
        *out = load_u64(m->section.data + offset);
    return rc;
}

static int walk_word(struct marks_walk *w, uint64_t k, uint64_t *out, struct err *err)
{
    return near_word(w->marks, &w->high, k, out, err);
}

/* Zeros before a group. */
static int walk_zeros(struct marks_walk *w, uint64_t group, uint64_t *out,
                      struct err *err)
{
    const struct marks *m = w->marks;
    uint64_t offset = m->part[PART_RANKS] + 4 * group;
    int rc = section_check_near(&m->section, &w->ranks, offset, 4, err);
    if (rc != 0)
        return rc;
    uint64_t ones = load_u32(m->section.data + offset);
    if (ones > group * MARKS_GROUP || ones > m->n)
        return corrupt(m, err, "rank");
    *out = group * MARKS_GROUP - ones;
    return 0;
}

/* Moves to the group with zero number `zero`, or, where that is far away, only to one before it: *far. */
static int walk_to_group(struct marks_walk *w, uint64_t zero, bool *far,
                         struct err *err)
{
    uint64_t n_groups = (w->marks->part[PART_N_HIGH] + MARKS_GROUP - 1) / MARKS_GROUP;
    *far = false;
    for (unsigned steps = 0; w->group + 1 < n_groups; steps++) {
        uint64_t zeros = 0;
        int rc = walk_zeros(w, w->group + 1, &zeros, err);
        if (rc != 0)
            return rc;
        if (zeros > zero)
            return 0;
        if (zeros < w->zeros)
            return corrupt(w->marks, err, "rank");
        w->group++;
        w->zeros = zeros;
        if (steps == WALK_FAR) {
            *far = true;
            return 0;
        }
    }
    return 0;
}

/* The position behind zero number `zero`, which is not before the group the walk stands at. */
static int walk_to_zero(struct marks_walk *w, uint64_t zero, uint64_t *position,
                        struct err *err)
{
    const struct marks *m = w->marks;
    bool far = false;
    int rc = walk_to_group(w, zero, &far, err);
    if (rc == 0 && far) {
        uint64_t bit = 0;
        rc = find_bit(m, zero, true, &bit, err);
        if (rc == 0 && (bit < zero || bit / MARKS_GROUP < w->group))
            rc = corrupt(m, err, "high bits");
        if (rc != 0)
            return rc;
        w->group = bit / MARKS_GROUP;
        *position = bit + 1;
        return walk_zeros(w, w->group, &w->zeros, err);
    }
    uint64_t zeros = w->zeros, n_words = walk_n_words(w);
    uint64_t first = w->group * (MARKS_GROUP / 64);
    for (uint64_t k = first; rc == 0 && k < first + MARKS_GROUP / 64 && k < n_words;
         k++) {
        uint64_t word = 0;
        rc = walk_word(w, k, &word, err);
        unsigned here = 64 - bits_count(word);
        if (rc == 0 && zero < zeros + here) {
            *position = k * 64 + select_in_word(~word, (unsigned)(zero - zeros)) + 1;
            return 0;
        }
        zeros += here;
    }
    return rc != 0 ? rc : corrupt(m, err, "high bits");
}

/* The next one at or behind position `at`; the number of high bits if there is none. */
static int next_one(struct marks_walk *w, uint64_t at, uint64_t *out, struct err *err)
{
    uint64_t n_words = walk_n_words(w), word = 0;
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
    *out = w->marks->part[PART_N_HIGH];
    return 0;
}

/* The last one before position `at`. */
static int previous_one(struct marks_walk *w, uint64_t at, uint64_t *out,
                        struct err *err)
{
    uint64_t word = 0;
    for (uint64_t k = at / 64 + 1; k-- > 0;) {
        if (k == at / 64 && at % 64 == 0)
            continue;
        int rc = walk_word(w, k, &word, err);
        if (rc != 0)
            return rc;
        if (k == at / 64)
            word &= (UINT64_C(1) << (at % 64)) - 1;
        if (word != 0) {
            *out = k * 64 + 63 - (unsigned)__builtin_clzll(word);
            return 0;
        }
    }
    return corrupt(w->marks, err, "high bits");
}

/* Value number i, whose one stands at `position`. */
static int value_at(const struct marks *m, struct sound *sound, uint64_t i,
                    uint64_t position, uint64_t *out, struct err *err)
{
    uint64_t width = m->part[PART_LOW_BITS], bit = i * width;
    uint64_t lows = m->offset + MARKS_HEADER;
    int rc = 0;
    if (width > 0)
        rc = section_check_near(&m->section, sound, lows + bit / 64 * 8,
                                bit % 64 + width > 64 ? 16 : 8, err);
    if (rc != 0)
        return rc;
    *out = (position - i) << width | low_of(m->section.data + lows, width, i);
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
    uint64_t bucket = a >> m->part[PART_LOW_BITS], start = 0, found = 0;
    bool any = false;
    int rc = 0;
    if (a >= m->universe)
        return corrupt(m, err, "walk beyond the universe");
    if (bucket > 0)
        rc = walk_to_zero(w, bucket - 1, &start, err);
    if (rc == 0 && (start < bucket || start - bucket > m->n))
        rc = corrupt(m, err, "high bits");
    uint64_t i = start - bucket; /* the first value of the bucket, or what follows */
    uint64_t crowd = i + WALK_CROWD, at = start;
    *next = m->universe;
    while (rc == 0 && i < m->n && (rc = next_one(w, at, &at, err)) == 0) {
        if (i == crowd)
            return walk_by_rank(m, a, index, value, next, err);
        uint64_t v = 0;
        rc = value_at(w->marks, &w->low, i, at, &v, err);
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
    if (any)
        return 0;
    rc = previous_one(w, start, &at, err);
    return rc != 0 ? rc : value_at(w->marks, &w->low, i - 1, at, value, err);
}

/* --- one behind another ------------------------------------------------------------------ */

enum {
    NEAR_FAR = 128 /* numbers ahead: more are asked for anew */
};

void marks_near_begin(struct marks_near *n, const struct marks *m)
{
    *n = (struct marks_near){.marks = m};
}

/* The position of one number i, from that of the last one on. */
static int near_step(struct marks_near *n, uint64_t i, uint64_t *position,
                     struct err *err)
{
    const struct marks *m = n->marks;
    uint64_t left = i - n->index, n_words = (m->part[PART_N_HIGH] + 63) / 64;
    for (uint64_t k = n->position / 64; k < n_words; k++) {
        uint64_t word = 0;
        int rc = near_word(m, &n->high, k, &word, err);
        if (rc != 0)
            return rc;
        if (k == n->position / 64)
            word &= UINT64_MAX << (n->position % 64);
        unsigned here = bits_count(word);
        if (left < here) {
            *position = k * 64 + select_in_word(word, (unsigned)left);
            return *position < m->part[PART_N_HIGH] ? 0 : corrupt(m, err, "high bits");
        }
        left -= here;
    }
    return corrupt(m, err, "high bits");
}

int marks_near_select(struct marks_near *n, uint64_t i, uint64_t *out, struct err *err)
{
    const struct marks *m = n->marks;
    uint64_t position = 0;
    if (i >= m->n)
        return corrupt(m, err, "select beyond the last value");
    int rc = n->ready && i >= n->index && i - n->index <= NEAR_FAR
                 ? near_step(n, i, &position, err)
                 : find_bit(m, i, false, &position, err);
    if (rc == 0)
        rc = value_at(m, &n->low, i, position, out, err);
    n->index = i;
    n->position = position;
    n->ready = rc == 0;
    return rc;
}

/* The next one behind that of the last number. */
static int near_next(struct marks_near *n, uint64_t *position, struct err *err)
{
    const struct marks *m = n->marks;
    uint64_t n_words = (m->part[PART_N_HIGH] + 63) / 64, k = n->position / 64;
    uint64_t passed = UINT64_MAX >> (63 - n->position % 64), word = 0;
    for (; k < n_words; k++) {
        int rc = near_word(m, &n->high, k, &word, err);
        if (rc != 0)
            return rc;
        word &= ~passed;
        if (word != 0) {
            *position = k * 64 + (unsigned)__builtin_ctzll(word);
            return *position < m->part[PART_N_HIGH] ? 0 : corrupt(m, err, "high bits");
        }
        passed = 0;
    }
    return corrupt(m, err, "high bits");
}

int marks_near_pair(struct marks_near *n, uint64_t i, uint64_t *out, uint64_t *next,
                    struct err *err)
{
    int rc = marks_near_select(n, i, out, err);
    if (rc != 0 || i + 1 == n->marks->n)
        return rc;
    rc = near_next(n, &n->position, err);
    n->index = i + 1;
    if (rc == 0)
        rc = value_at(n->marks, &n->low, i + 1, n->position, next, err);
    n->ready = rc == 0;
    return rc;
}
