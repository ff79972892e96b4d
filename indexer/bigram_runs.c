#include "indexer/bigram_runs.h"

#include <assert.h>
#include <string.h>

#include "base/endian.h"

enum {
    CODES_MAX = 4,              /* of two tokens */
    FOUND_MAX = 128 + CODES_MAX /* of a block whose tokens are a word each */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: no memory for pairs of words");
}

void bigram_runs_release(struct bigram_scratch *s)
{
    vec_release(&s->cuts);
    vec_release(&s->found);
}

unsigned bigram_runs_high_bits(uint32_t n)
{
    unsigned bits = 0;
    while ((UINT64_C(1) << (BIGRAM_RUNS_LOW_BITS + bits)) < n)
        bits++;
    return bits;
}

/* Pairs that have lists are one token in ten or fewer: what was found, in a list that grows by half, and the run. */
uint64_t bigram_runs_need(uint64_t tokens)
{
    return tokens * 2;
}

void bigram_runs_begin(struct bigram_scratch *s, uint32_t n)
{
    vec_reset(&s->cuts);
    vec_reset(&s->found);
    assert(n <= UINT32_C(1) << BIGRAM_RUNS_PLACE_BITS);
    s->high_bits = bigram_runs_high_bits(n);
    s->first = s->last = 0;
    s->n_tokens = 0;
    s->next_cut = 0;
}

/* Where pairs are noted: what is asked for each. */
struct noting {
    const struct bigram_plan *plan;
    const uint16_t *lists;
    unsigned place_bits;
};

static uint32_t *note_several(const struct noting *n, uint32_t *out, uint8_t x,
                              uint8_t y, uint32_t place)
{
    uint16_t lists[CODES_MAX];
    unsigned k = bigram_plan_lists(n->plan, x, y, lists);
    for (unsigned i = 0; i < k; i++)
        *out++ = (uint32_t)lists[i] << n->place_bits | place;
    return out;
}

/* No branch asks whether the pair has a list, which is as good as random: it is written, and the next over it if it has none. */
static inline uint32_t *note(const struct noting *n, uint32_t *out, uint8_t x,
                             uint8_t y, uint32_t place)
{
    uint32_t list = n->lists[x << 8 | y];
    if (__builtin_expect(list == BIGRAM_PLAN_SEVERAL, 0))
        return note_several(n, out, x, y, place);
    *out = (list - 1) << n->place_bits | place;
    return out + (list != 0);
}

/* Takes out of bits[] the tokens that a text begins with, of n tokens from number `at` on. */
static void take_cuts(struct bigram_scratch *s, uint32_t at, uint32_t n, uint64_t *bits)
{
    for (; s->next_cut < s->cuts.len && s->cuts.items[s->next_cut] < at + n;
         s->next_cut++) {
        uint32_t i = s->cuts.items[s->next_cut] - at;
        bits[i / 64] &= ~(UINT64_C(1) << i % 64);
    }
}

static uint8_t class_at(const struct bigram_plan *b, const surface_id *ids,
                        const uint64_t *classed, uint32_t i)
{
    return classed[i / 64] >> i % 64 & 1 ? b->classes[ids[i]] : 0;
}

/* Room for the pairs of a block, those of tokens that are several words too. */
static bool reserve(struct bigram_scratch *s, uint32_t n)
{
    return vec_reserve(&s->found, (n + 1) * CODES_MAX);
}

bool bigram_runs_put(const struct bigram_plan *b, struct bigram_scratch *s,
                     const surface_id *ids, uint32_t n, const uint64_t classed[2])
{
    const uint8_t *classes = b->classes;
    const struct noting noting = {b, b->lists, BIGRAM_RUNS_LOW_BITS + s->high_bits};
    uint32_t at = s->n_tokens;
    assert(n >= 1 && n <= 128 && at + n <= UINT32_C(1) << noting.place_bits);
    if (!reserve(s, n))
        return false;
    /* A bit for each token that has a class, as the one before it. */
    uint64_t bits[2] = {classed[0] & (classed[0] << 1 | (s->last != 0)),
                        classed[1] & (classed[1] << 1 | classed[0] >> 63)};
    uint32_t *out = s->found.items + s->found.len;
    take_cuts(s, at, n, bits);
    if (at == 0)
        s->first = class_at(b, ids, classed, 0);
    if (bits[0] & 1)
        out = note(&noting, out, s->last, classes[ids[0]], at);
    bits[0] &= ~UINT64_C(1);
    for (uint32_t word = 0; word < 2; word++) {
        for (uint64_t left = bits[word]; left != 0; left &= left - 1) {
            uint32_t i = word * 64 + (uint32_t)__builtin_ctzll(left);
            out = note(&noting, out, classes[ids[i - 1]], classes[ids[i]], at + i);
        }
    }
    s->found.len = (size_t)(out - s->found.items);
    s->last = class_at(b, ids, classed, n - 1);
    s->n_tokens = at + n;
    return true;
}

/* Makes ends[] where the pairs of each partition begin. */
static void count(const struct bigram_scratch *s, uint32_t *ends, uint32_t n_partitions)
{
    uint32_t sum = 0;
    memset(ends, 0, n_partitions * sizeof *ends);
    vec_foreach(const uint32_t, pair, &s->found)
        ends[*pair >> BIGRAM_RUNS_LOW_BITS]++;
    for (uint32_t i = 0; i < n_partitions; i++) {
        uint32_t n = ends[i];
        ends[i] = sum;
        sum += n * BIGRAM_RUNS_POSTING;
    }
}

int bigram_runs_make(const struct bigram_plan *b, const struct bigram_scratch *s,
                     address base, struct bigram_part *part, struct err *err)
{
    struct run *run = &part->run;
    size_t n_partitions = b->codes.len << s->high_bits;
    size_t len = s->found.len * BIGRAM_RUNS_POSTING;
    part->first = s->first;
    part->last = s->last;
    part->cut = s->cuts.len > 0 && s->cuts.items[0] == 0;
    vec_reset(&run->ends);
    buf_reset(&run->bytes);
    run->base = base;
    run->n = s->n_tokens;
    if (!vec_reserve(&run->ends, n_partitions + 1) ||
        !buf_reserve(&run->bytes, len + CODES_MAX * BIGRAM_RUNS_POSTING))
        return no_memory(err);
    uint32_t *ends = run->ends.items;
    uint8_t *bytes = run->bytes.data;
    count(s, ends, (uint32_t)n_partitions);
    vec_foreach(const uint32_t, pair, &s->found) {
        uint32_t *end = &ends[*pair >> BIGRAM_RUNS_LOW_BITS];
        store_u16(bytes + *end, (uint16_t)*pair);
        *end += BIGRAM_RUNS_POSTING;
    }
    run->ends.len = n_partitions;
    run->bytes.len = len;
    return 0;
}

/* Puts place 0, before which there is none, to a list; the run has the room. */
static void put_joint(struct run *run, size_t partition)
{
    size_t begin = partition ? run->ends.items[partition - 1] : 0;
    uint8_t *at = run->bytes.data + begin;
    memmove(at + BIGRAM_RUNS_POSTING, at, run->bytes.len - begin);
    store_u16(at, 0);
    run->bytes.len += BIGRAM_RUNS_POSTING;
    for (size_t i = partition; i < run->ends.len; i++)
        run->ends.items[i] += BIGRAM_RUNS_POSTING;
}

int bigram_runs_add(struct bigram_plan *b, struct bigram_part *part, struct err *err)
{
    struct run *run = &part->run;
    if (run->base > 0 && !part->cut && b->last != 0 && part->first != 0) {
        uint16_t lists[CODES_MAX];
        unsigned n = bigram_plan_lists(b, b->last, part->first, lists);
        for (unsigned i = 0; i < n; i++)
            put_joint(run, (size_t)lists[i] << bigram_runs_high_bits(run->n));
    }
    b->last = part->last;
    return runs_add(&b->runs, run, err);
}
