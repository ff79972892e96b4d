#include "indexer/bigram_runs.h"

#include <assert.h>
#include <string.h>

#include "base/endian.h"

enum {
    AT_ONCE = 4 /* pairs that are put in one turn */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: no memory for pairs of words");
}

void bigram_runs_release(struct bigram_scratch *s)
{
    vec_release(&s->classes);
    vec_release(&s->classed);
    vec_release(&s->cuts);
    vec_release(&s->found);
    vec_release(&s->totals);
}

void bigram_runs_count(struct bigram_plan *b, const struct bigram_scratch *s)
{
    if (s->totals.len > 0)
        bigram_plan_count(b, s->totals.items);
}

/* Classes and a bit; of pairs, which most tokens do not begin, what was found and the run. */
uint64_t bigram_runs_need(uint64_t tokens)
{
    return tokens * (1 + 4) + tokens / 8 + BIGRAM_PLAN_CODES * sizeof(uint32_t);
}

bool bigram_runs_begin(struct bigram_scratch *s, uint32_t n)
{
    size_t n_words =
        (size_t)n / 64 + 3; /* what is put may end two words behind its first */
    vec_reset(&s->cuts);
    vec_reset(&s->classed);
    if (!vec_reserve(&s->classes, n) || !vec_reserve(&s->classed, n_words))
        return false;
    memset(s->classed.items, 0, n_words * sizeof *s->classed.items);
    s->classed.len = n_words;
    return true;
}

void bigram_runs_classed(struct bigram_scratch *s, uint32_t at, const uint64_t bits[2])
{
    uint64_t *out = s->classed.items + at / 64;
    unsigned shift = at % 64;
    assert(at / 64 + 2 < s->classed.len);
    out[0] |= bits[0] << shift;
    out[1] |= bits[1] << shift | bits[0] >> 1 >> (63 - shift);
    out[2] |= bits[1] >> 1 >> (63 - shift);
}

/* The tokens with a word on either side of what follows them, which is no cut. */
static int find_all(struct bigram_scratch *s, uint32_t n, struct err *err)
{
    const uint64_t *words = s->classed.items;
    const uint32_t *cut = s->cuts.items, *cuts_end = cut + s->cuts.len;
    vec_reset(&s->found);
    if (!vec_reserve(&s->found, (size_t)n + 1))
        return no_memory(err);
    uint32_t *out = s->found.items;
    while (cut < cuts_end && *cut == 0)
        cut++;
    for (uint32_t k = 0; k <= n / 64; k++) {
        uint64_t pairs = words[k] & (words[k] >> 1 | words[k + 1] << 63);
        for (; cut < cuts_end && (*cut - 1) / 64 == k; cut++)
            pairs &= ~(UINT64_C(1) << (*cut - 1) % 64);
        for (; pairs != 0; pairs &= pairs - 1)
            *out++ = k * 64 + (uint32_t)__builtin_ctzll(pairs);
    }
    s->found.len = (size_t)(out - s->found.items);
    return 0;
}

static uint8_t class_of(const struct bigram_scratch *s, uint32_t at)
{
    bool has = s->classed.items[at / 64] >> at % 64 & 1;
    return has ? s->classes.items[at] : 0;
}

/* ends[x] becomes the number of pairs found whose first word is x. */
static size_t count(const struct bigram_plan *b, const struct bigram_scratch *s,
                    uint32_t *ends)
{
    const uint8_t *classes = s->classes.items;
    size_t n = s->found.len;
    vec_foreach(const uint32_t, at, &s->found) {
        uint8_t x = classes[*at], y = classes[*at + 1];
        uint16_t codes[4];
        if (x <= b->n_words && y <= b->n_words) {
            ends[x]++;
            continue;
        }
        unsigned k = bigram_plan_codes(b, x, y, codes);
        n += k - 1;
        while (k > 0)
            ends[codes[--k] >> 8]++;
    }
    return n;
}

static void put(uint16_t code, uint32_t offset, uint32_t *ends, uint32_t *totals,
                uint8_t *out)
{
    uint32_t second = code & 255;
    store_u32(out + 4 * (size_t)ends[code >> 8]++,
              second << BIGRAM_RUNS_OFFSET_BITS | offset);
    totals[code]++;
}

/* The pairs of one token. */
static void put_pairs(const struct bigram_plan *b, const uint8_t *classes, uint32_t at,
                      uint32_t *ends, uint32_t *totals, uint8_t *out)
{
    uint16_t codes[4];
    unsigned k = bigram_plan_codes(b, classes[at], classes[at + 1], codes);
    for (unsigned i = 0; i < k; i++)
        put(codes[i], at, ends, totals, out);
}

static inline bool are_words(const struct bigram_plan *b, const uint8_t *pair)
{
    return pair[0] <= b->n_words && pair[1] <= b->n_words;
}

/* Moves the counters of a pair of words on; returns where it goes. */
static inline uint32_t next_place(const uint8_t *pair, uint32_t *ends, uint32_t *totals)
{
    totals[bigram_plan_code(pair[0], pair[1])]++;
    return ends[pair[0]]++;
}

static inline void store(uint8_t *out, uint32_t place, const uint8_t *pair, uint32_t at)
{
    store_u32(out + 4 * (size_t)place,
              (uint32_t)pair[1] << BIGRAM_RUNS_OFFSET_BITS | at);
}

/* Puts each pair where ends[] of its first word says, and counts it. The counters of four are moved on before the first is
 * stored, for one that is read behind a store waits for it. */
static void scatter(const struct bigram_plan *b, const struct bigram_scratch *s,
                    uint32_t *ends, uint8_t *out)
{
    const uint8_t *classes = s->classes.items;
    const uint32_t *at = s->found.items, *end = at + s->found.len;
    uint32_t *totals = s->totals.items;
    for (; end - at >= AT_ONCE; at += AT_ONCE) {
        const uint8_t *p = classes + at[0], *q = classes + at[1];
        const uint8_t *r = classes + at[2], *t = classes + at[3];
        if (are_words(b, p) && are_words(b, q) && are_words(b, r) && are_words(b, t)) {
            uint32_t p_at = next_place(p, ends, totals);
            uint32_t q_at = next_place(q, ends, totals);
            uint32_t r_at = next_place(r, ends, totals);
            uint32_t t_at = next_place(t, ends, totals);
            store(out, p_at, p, at[0]);
            store(out, q_at, q, at[1]);
            store(out, r_at, r, at[2]);
            store(out, t_at, t, at[3]);
            continue;
        }
        for (unsigned i = 0; i < AT_ONCE; i++)
            put_pairs(b, classes, at[i], ends, totals, out);
    }
    for (; at < end; at++)
        put_pairs(b, classes, *at, ends, totals, out);
}

static int put_run(const struct bigram_plan *b, struct bigram_scratch *s, address base,
                   struct run *run, struct err *err)
{
    uint32_t n_partitions = b->n_words + 1, sum = 0;
    vec_reset(&run->ends);
    buf_reset(&run->bytes);
    run->base = base;
    if (!vec_reserve(&run->ends, n_partitions))
        return no_memory(err);
    uint32_t *ends = run->ends.items;
    memset(ends, 0, n_partitions * sizeof *ends);
    size_t n = count(b, s, ends);
    if (!buf_reserve(&run->bytes, 4 * n + 1))
        return no_memory(err);
    for (uint32_t i = 0; i < n_partitions; i++) {
        uint32_t k = ends[i];
        ends[i] = sum;
        sum += k;
    }
    scatter(b, s, ends, run->bytes.data);
    for (uint32_t i = 0; i < n_partitions; i++)
        ends[i] *= 4;
    run->ends.len = n_partitions;
    run->bytes.len = 4 * n;
    return 0;
}

int bigram_runs_make(struct bigram_plan *b, struct bigram_scratch *s, uint32_t n,
                     address base, struct bigram_part *part, struct err *err)
{
    assert(n > 0 && n <= UINT32_C(1) << BIGRAM_RUNS_OFFSET_BITS);
    if (s->totals.len == 0) {
        if (!vec_reserve(&s->totals, BIGRAM_PLAN_CODES))
            return no_memory(err);
        s->totals.len = BIGRAM_PLAN_CODES;
        memset(s->totals.items, 0, BIGRAM_PLAN_CODES * sizeof *s->totals.items);
    }
    part->base = base;
    part->first = class_of(s, 0);
    part->last = class_of(s, n - 1);
    part->cut = s->cuts.len > 0 && s->cuts.items[0] == 0;
    int rc = find_all(s, n, err);
    return rc == 0 ? put_run(b, s, base, &part->run, err) : rc;
}

/* A run of one place. */
static int add_joint(struct bigram_plan *b, const struct bigram_part *part,
                     struct err *err)
{
    struct run run = {.base = part->base - 1};
    uint32_t n_partitions = b->n_words + 1;
    uint16_t codes[4];
    unsigned n = bigram_plan_codes(b, b->last, part->first, codes), done = 0;
    if (!vec_reserve(&run.ends, n_partitions) ||
        !buf_reserve(&run.bytes, sizeof codes * 2)) {
        run_release(&run);
        return no_memory(err);
    }
    for (uint32_t i = 0; i < n_partitions; i++) {
        for (; done < n && codes[done] >> 8 == i; done++) {
            uint32_t second = codes[done] & 255;
            buf_put_u32(&run.bytes, second << BIGRAM_RUNS_OFFSET_BITS);
            bigram_plan_count_one(b, codes[done]);
        }
        run.ends.items[run.ends.len++] = (uint32_t)run.bytes.len;
    }
    int rc = runs_add(&b->runs, &run, err);
    run_release(&run);
    return rc;
}

int bigram_runs_add(struct bigram_plan *b, struct bigram_part *part, struct err *err)
{
    int rc = 0;
    if (part->base > 0 && !part->cut && b->last != 0 && part->first != 0)
        rc = add_joint(b, part, err);
    b->last = part->last;
    return rc == 0 ? runs_add(&b->runs, &part->run, err) : rc;
}
