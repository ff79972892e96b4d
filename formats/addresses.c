/* Reading one term's addresses. The block last decoded stays in the cursor, so that calls with growing
 * ranges decode each block once. */
#include "formats/addresses.h"

#include <assert.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/addresses_match.h"
#include "formats/pfor.h"

enum {
    MATCH_MANY = 16, /* so many keys are merged with a block; fewer are searched for */
    DENSE_MANY = 64, /* ranges: whether they are dense is told by a part of them */
    GATHER_MANY = 4, /* ranges for each block: few blocks have none */
    GATHER_ROOM = 32 * ADDRESSES_BLOCK /* for a start */
};

int addresses_open(struct address_cursor *c, const struct section *pos,
                   struct list_ref ref, uint32_t count, struct err *err)
{
    uint32_t n_blocks = count / ADDRESSES_BLOCK + (count % ADDRESSES_BLOCK != 0);
    c->count = count;
    c->n_blocks = n_blocks;
    c->block = UINT32_MAX;
    c->in_block = c->at = 0;
    c->from = 0;
    c->inline_n = 0;
    memset(c->values + ADDRESSES_BLOCK, 0xff,
           sizeof c->values - ADDRESSES_BLOCK * sizeof *c->values);
    return skips_open(&c->skips, pos, ref, n_blocks, err);
}

void addresses_open_inline(struct address_cursor *c, const address *list, uint32_t n)
{
    assert(n >= 1 && n <= ADDRESSES_BLOCK);
    c->count = n;
    c->n_blocks = 1;
    c->block = 0;
    c->in_block = c->inline_n = n;
    c->at = 0;
    c->from = 0;
    memcpy(c->values, list, n * sizeof *list);
    memset(c->values + n, 0xff, sizeof c->values - n * sizeof *c->values);
}

static uint32_t block_len(const struct address_cursor *c, uint32_t b)
{
    return b + 1 < c->n_blocks ? ADDRESSES_BLOCK : c->count - b * ADDRESSES_BLOCK;
}

/* Block b to `values`, which has room for a whole one; *base is the address before it, or UINT32_MAX. */
static int decode_block(struct address_cursor *c, uint32_t b, address *values,
                        uint32_t *base, struct err *err)
{
    struct skips_place place;
    int rc = skips_block_near(&c->skips, b, &place)
                 ? 0
                 : skips_block(&c->skips, b, &place, err);
    if (rc != 0)
        return rc;
    uint32_t n = block_len(c, b);
    const struct section *s = &c->skips.section;
    size_t used = pfor_decode_gaps(s->data + place.offset, (size_t)place.len, n,
                                   place.base, values);
    if (used == 0 || used != place.len ||
        (place.last_known && values[n - 1] != place.last))
        return section_corrupt(s, place.offset, err, "list: block %u", (unsigned)b);
    *base = place.base;
    return 0;
}

static int load_block(struct address_cursor *c, uint32_t b, struct err *err)
{
    uint32_t n = block_len(c, b), base;
    c->block = UINT32_MAX; /* until it is sound */
    int rc = decode_block(c, b, c->values, &base, err);
    if (rc != 0)
        return rc;
    for (uint32_t i = n; i < ADDRESSES_BLOCK; i++)
        c->values[i] = UINT32_MAX;
    c->block = b;
    c->in_block = n;
    c->at = 0;
    c->from = base == UINT32_MAX ? 0 : (uint64_t)base + 1;
    return 0;
}

/* Index of the first of 128 ascending values that is >= lo; 128 if there is none. Sums of
 * comparisons, because a branch here is wrong every other time. */
static inline uint32_t lower_bound(const address *values, address lo)
{
    uint32_t at = (uint32_t)(values[63] < lo) << 6;
    at += (uint32_t)(values[at + 31] < lo) << 5;
    at += (uint32_t)(values[at + 15] < lo) << 4;
    at += (uint32_t)(values[at + 7] < lo) << 3;
    at += (uint32_t)(values[at + 3] < lo) << 2;
    at += (uint32_t)(values[at + 1] < lo) << 1;
    at += (uint32_t)(values[at] < lo);
    return at + (values[at] < lo);
}

uint32_t addresses_rank_scalar(const address *values, address lo)
{
    return lower_bound(values, lo);
}

static inline uint32_t rank(const address *values, address lo)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return addresses_rank_avx2(values, lo);
#endif
    return lower_bound(values, lo);
}

/* Is lo in the range that the decoded block answers for? */
static inline bool here(const struct address_cursor *c, address lo)
{
    return c->block != UINT32_MAX && lo >= c->from &&
           (lo <= c->values[c->in_block - 1] || c->block + 1 == c->n_blocks);
}

/* Is it the block behind the one at hand that answers for lo, as the directory at hand says? Most often it is. */
static bool is_next(const struct address_cursor *c, address lo)
{
    const struct skips *s = &c->skips;
    uint32_t b = c->block + 1, i = b % SKIPS_SUPER;
    return c->block != UINT32_MAX && s->super == b / SKIPS_SUPER &&
           i + 1 < s->super_blocks && lo > c->values[c->in_block - 1] &&
           (s->base == UINT32_MAX ? 0 : (uint64_t)s->base + 1) + s->lasts[i] >= lo;
}

/* Decodes the block that answers for lo, unless it is at hand. */
static int move(struct address_cursor *c, address lo, struct err *err)
{
    uint32_t b;
    if (here(c, lo) || c->inline_n > 0)
        return 0;
    if (is_next(c, lo))
        return load_block(c, c->block + 1, err);
    int rc = skips_find(&c->skips, lo, &b, err);
    return rc == 0 && b != c->block ? load_block(c, b, err) : rc;
}

/* Brings the cursor to the first address >= lo: `at` is its index, or ITER_END. */
static int position(struct address_cursor *c, address lo, struct err *err)
{
    if (c->count == 0)
        return ITER_END;
    int rc = move(c, lo, err);
    if (rc != 0)
        return rc;
    c->at = rank(c->values, lo);
    return c->at < c->in_block ? 0 : ITER_END;
}

int addresses_seek(struct address_cursor *c, address lo, address *out, struct err *err)
{
    int rc = position(c, lo, err);
    if (rc == 0)
        *out = c->values[c->at];
    return rc;
}

/* The next run of addresses below hi in the block at hand: [at, end), and on to the next block. */
static int next_run(struct address_cursor *c, address hi, uint32_t *from, uint32_t *to,
                    struct err *err)
{
    if (c->at == c->in_block) {
        if (c->block + 1 >= c->n_blocks)
            return ITER_END;
        int rc = load_block(c, c->block + 1, err);
        if (rc != 0)
            return rc;
    }
    *from = c->at;
    *to = c->values[c->in_block - 1] < hi ? c->in_block : lower_bound(c->values, hi);
    if (*to <= *from)
        return ITER_END;
    c->at = *to;
    return 0;
}

int addresses_fill(struct address_cursor *c, address lo, address hi, address *out,
                   size_t cap, size_t *n, struct err *err)
{
    size_t filled = 0;
    uint32_t from, to;
    *n = 0;
    if (lo >= hi)
        return 0;
    int rc = position(c, lo, err);
    while (rc == 0 && (rc = next_run(c, hi, &from, &to, err)) == 0) {
        if (to - from > cap - filled)
            return err_set(err, ERR_LIMIT, "list: more than %zu addresses", cap);
        memcpy(out + filled, c->values + from, (to - from) * sizeof *out);
        filled += to - from;
    }
    if (rc < 0)
        return rc;
    *n = filled;
    return 0;
}

/* Block b is put behind what is gathered. */
static int gather_block(struct address_cursor *c, uint32_t b, address_vec *out,
                        struct err *err)
{
    uint32_t base;
    if (!vec_reserve(out, ADDRESSES_BLOCK + ADDRESSES_ROOM))
        return err_set(err, ERR_NOMEM, "list: no memory for addresses");
    int rc = decode_block(c, b, out->items + out->len, &base, err);
    out->len += rc == 0 ? block_len(c, b) : 0;
    return rc;
}

/* The blocks that hold [lo, hi), but for those that are gathered: *next is the first that is not. */
static int gather_range(struct address_cursor *c, struct address_range r,
                        uint32_t *next, address_vec *out, struct err *err)
{
    int rc = 0;
    if (*next < c->n_blocks && (out->len == 0 || out->items[out->len - 1] < r.lo)) {
        uint32_t b = *next;
        rc = skips_find(&c->skips, r.lo, &b, err);
        *next = b > *next ? b : *next;
        rc = rc ? rc : gather_block(c, (*next)++, out, err);
    }
    while (rc == 0 && *next < c->n_blocks && out->items[out->len - 1] < r.hi - 1)
        rc = gather_block(c, (*next)++, out, err);
    return rc;
}

/* Do the ranges take most of what they stand in? Of many a fourth is asked: the answer decides how they are read, not what is. */
static bool is_dense(const struct address_range *ranges, size_t n)
{
    const size_t step = n >= DENSE_MANY ? 4 : 1;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i += step)
        sum += (ranges[i].hi - ranges[i].lo) * (uint64_t)step;
    return sum / 3 >= (ranges[n - 1].hi - ranges[0].lo) / 4;
}

/* All blocks from the first range's to the last one's, if hardly one of them could be left out: where ranges are dense, or there
 * are many for each block. To ask each range whether it needs one more is to wait for a branch that nobody can foresee. *done: they
 * were. */
static int gather_straight(struct address_cursor *c, const struct address_range *ranges,
                           size_t n, address_vec *out, bool *done, struct err *err)
{
    const address last = ranges[n - 1].hi - 1;
    uint32_t b = 0, to = 0;
    int rc = 0;
    *done = is_dense(ranges, n);
    if (!*done)
        rc = skips_find(&c->skips, last, &to, err);
    rc = rc ? rc : skips_find(&c->skips, ranges[0].lo, &b, err);
    *done = *done || (b <= to && (uint64_t)(to - b + 1) * GATHER_MANY <= n);
    if (rc != 0 || !*done)
        return rc;
    do
        rc = gather_block(c, b++, out, err);
    while (rc == 0 && b < c->n_blocks && out->items[out->len - 1] < last);
    return rc;
}

int addresses_gather(struct address_cursor *c, const struct address_range *ranges,
                     size_t n, address_vec *out, struct err *err)
{
    uint32_t next = 0;
    bool done = c->inline_n > 0 || n == 0;
    int rc = 0;
    const size_t room = c->count < GATHER_ROOM ? ADDRESSES_BLOCK : GATHER_ROOM;
    vec_reset(out);
    if (!vec_reserve(out, room + ADDRESSES_ROOM))
        return err_set(err, ERR_NOMEM, "list: no memory for addresses");
    if (c->inline_n > 0) {
        memcpy(out->items, c->values, c->inline_n * sizeof *c->values);
        out->len = c->inline_n;
    }
    if (!done)
        rc = gather_straight(c, ranges, n, out, &done, err);
    for (size_t i = 0; i < n && rc == 0 && !done; i++)
        rc = gather_range(c, ranges[i], &next, out, err);
    memset(out->items + out->len, 0xff, ADDRESSES_ROOM * sizeof *out->items);
    return rc;
}

int addresses_fill_bits(struct address_cursor *c, address lo, address hi,
                        uint64_t *bits, struct err *err)
{
    uint32_t from, to;
    /* Bytes, for two neighbours seldom share one: a change of the word that was just stored waits. */
    uint8_t *bytes = (uint8_t *)bits;
    if (lo >= hi)
        return 0;
    int rc = position(c, lo, err);
    while (rc == 0 && (rc = next_run(c, hi, &from, &to, err)) == 0) {
        for (uint32_t i = from; i < to; i++) {
            uint32_t bit = c->values[i] - lo;
            bytes[bit / 8] |= (uint8_t)(1U << (bit % 8));
        }
    }
    return rc < 0 ? rc : 0;
}

/* Many keys: one step through keys and values together, without a branch to guess. */
static size_t match_by_merge(const address *values, const address *keys, size_t n,
                             uint32_t add, address *out)
{
    size_t kept = 0, i = 0, k = 0;
    while (i < n && k < ADDRESSES_BLOCK) {
        address key = keys[i], value = values[k];
        out[kept] = key;
        kept += value == key + add;
        i += key + add <= value;
        k += value <= key + add;
    }
    return kept;
}

size_t addresses_match_scalar(const address *values, const address *keys, size_t n,
                              uint32_t add, address limit, address *out, size_t *n_out)
{
    size_t kept = 0, i = 0;
    while (i < n && keys[i] <= limit)
        i++;
    if (i >= MATCH_MANY) {
        *n_out = match_by_merge(values, keys, i, add, out);
        return i;
    }
    for (size_t k = 0; k < i; k++) {
        address key = keys[k];
        out[kept] = key;
        kept += values[lower_bound(values, key + add)] == key + add;
    }
    *n_out = kept;
    return i;
}

size_t addresses_match(const address *values, const address *keys, size_t n,
                       uint32_t add, address limit, address *out, size_t *n_out)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return addresses_match_avx2(values, keys, n, add, limit, out, n_out);
#endif
    return addresses_match_scalar(values, keys, n, add, limit, out, n_out);
}

int addresses_intersect(struct address_cursor *c, const address *keys, size_t n,
                        uint32_t add, address *out, size_t *n_out, struct err *err)
{
    size_t kept = 0, i = 0, found;
    *n_out = 0;
    if (c->count == 0)
        return 0;
    while (i < n && keys[i] <= UINT32_MAX - add) {
        int rc = move(c, keys[i] + add, err);
        if (rc != 0)
            return rc;
        address last = c->values[c->in_block - 1];
        if (last < keys[i] + add)
            break; /* the end of the list */
        /* all keys that this block answers for */
        i += addresses_match(c->values, keys + i, n - i, add, last - add, out + kept,
                             &found);
        kept += found;
    }
    *n_out = kept;
    return 0;
}

int addresses_verify(const struct section *pos, struct list_ref ref, uint32_t count,
                     uint64_t limit, struct err *err)
{
    struct address_cursor c;
    int rc = addresses_open(&c, pos, ref, count, err);
    uint64_t next = 0, end = ref.offset;
    for (uint32_t b = 0; b < c.n_blocks && rc == 0; b++) {
        struct skips_place place;
        rc = load_block(&c, b, err);
        if (rc == 0)
            rc = skips_block(&c.skips, b, &place, err);
        if (rc != 0)
            break;
        if (c.values[0] < next || (b % SKIPS_SUPER != 0 && place.offset != end))
            return section_corrupt(pos, place.offset, err,
                                   "list: blocks do not follow");
        end = place.offset + place.len;
        next = (uint64_t)c.values[c.in_block - 1] + 1;
    }
    if (rc == 0 && next > limit)
        return section_corrupt(pos, ref.offset, err, "list: address beyond the stream");
    return rc;
}
