#include "indexer/bigram_runs.h"

#include <assert.h>
#include <string.h>

#include "base/endian.h"

enum {
    AT_ONCE = 4,  /* pairs that are put in one turn */
    CODES_MAX = 4 /* of two tokens */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: no memory for pairs of words");
}

void bigram_runs_release(struct bigram_scratch *s)
{
    vec_release(&s->cuts);
    vec_release(&s->found);
    vec_release(&s->firsts);
    vec_release(&s->totals);
}

void bigram_runs_count(struct bigram_plan *b, const struct bigram_scratch *s)
{
    if (s->totals.len > 0)
        bigram_plan_count(b, s->totals.items);
}

/* Of pairs, which most tokens do not begin, what was found, in a list that grows by half, and the run. */
uint64_t bigram_runs_need(uint64_t tokens)
{
    return tokens * 5 + BIGRAM_PLAN_CODES * sizeof(uint32_t);
}

bool bigram_runs_begin(struct bigram_scratch *s)
{
    vec_reset(&s->cuts);
    vec_reset(&s->found);
    vec_reset(&s->firsts);
    memset(s->counts, 0, sizeof s->counts);
    s->first = s->last = 0;
    s->n_tokens = 0;
    s->next_cut = 0;
    if (s->totals.len > 0)
        return true;
    if (!vec_reserve(&s->totals, BIGRAM_PLAN_CODES))
        return false;
    s->totals.len = BIGRAM_PLAN_CODES;
    memset(s->totals.items, 0, BIGRAM_PLAN_CODES * sizeof *s->totals.items);
    return true;
}

/* Where the next pairs go, and what counts them: in a struct of its own, so that the compiler need not fear that a pair which is
 * written changes where they lie. */
struct pairs {
    uint32_t *postings;
    uint8_t *firsts;
    uint32_t *counts;
};

static inline void add_pair(struct pairs *p, uint8_t x, uint8_t y, uint32_t at)
{
    p->counts[x]++;
    *p->firsts++ = x;
    *p->postings++ = (uint32_t)y << BIGRAM_RUNS_OFFSET_BITS | at;
}

/* The same of classes of which one is of two words. By value: a struct whose address was given away would be read again for each
 * pair. */
static struct pairs add_tokens(const struct bigram_plan *b, struct pairs p, uint8_t x,
                               uint8_t y, uint32_t at)
{
    uint16_t codes[CODES_MAX];
    unsigned k = bigram_plan_codes(b, x, y, codes);
    for (unsigned i = 0; i < k; i++)
        add_pair(&p, (uint8_t)(codes[i] >> 8), (uint8_t)codes[i], at);
    return p;
}

/* Takes out of bits[] the tokens that a cut follows, of n tokens from number `at` on; true if one is before the first. */
static bool take_cuts(struct bigram_scratch *s, uint32_t at, uint32_t n, uint64_t *bits)
{
    bool first = false;
    for (; s->next_cut < s->cuts.len && s->cuts.items[s->next_cut] < at + n;
         s->next_cut++) {
        uint32_t i = s->cuts.items[s->next_cut] - at;
        if (i == 0)
            first = true;
        else
            bits[(i - 1) / 64] &= ~(UINT64_C(1) << (i - 1) % 64);
    }
    return first;
}

static uint8_t class_at(const struct bigram_plan *b, const surface_id *ids,
                        const uint64_t *classed, uint32_t i)
{
    return classed[i / 64] >> i % 64 & 1 ? b->classes[ids[i]] : 0;
}

bool bigram_runs_put(const struct bigram_plan *b, struct bigram_scratch *s,
                     const surface_id *ids, uint32_t n, const uint64_t classed[2])
{
    const uint8_t *classes = b->classes;
    const uint32_t n_words = b->n_words;
    uint32_t at = s->n_tokens;
    uint64_t bits[2] = {classed[0] & (classed[0] >> 1 | classed[1] << 63),
                        classed[1] & classed[1] >> 1};
    assert(n >= 1 && n <= 128 && at + n <= UINT32_C(1) << BIGRAM_RUNS_OFFSET_BITS);
    if (!vec_reserve(&s->found, (n + 1) * CODES_MAX) ||
        !vec_reserve(&s->firsts, (n + 1) * CODES_MAX))
        return false;
    struct pairs p = {s->found.items + s->found.len, s->firsts.items + s->firsts.len,
                      s->counts};
    bool cut = take_cuts(s, at, n, bits);
    uint8_t first = class_at(b, ids, classed, 0);
    if (at == 0)
        s->first = first;
    else if (first != 0 && s->last != 0 && !cut)
        p = add_tokens(b, p, s->last, first, at - 1);
    for (uint32_t word = 0; word < 2; word++) {
        for (uint64_t left = bits[word]; left != 0; left &= left - 1) {
            uint32_t i = word * 64 + (uint32_t)__builtin_ctzll(left);
            uint8_t x = classes[ids[i]], y = classes[ids[i + 1]];
            if (x <= n_words && y <= n_words)
                add_pair(&p, x, y, at + i);
            else
                p = add_tokens(b, p, x, y, at + i);
        }
    }
    s->found.len = s->firsts.len = (size_t)(p.postings - s->found.items);
    s->last = class_at(b, ids, classed, n - 1);
    s->n_tokens = at + n;
    return true;
}

/* Puts each pair where ends[] of its first word says. The counters of four are moved on before the first is stored, for one that is
 * read behind a store waits for it. */
static void scatter(const struct bigram_scratch *s, uint32_t *ends, uint8_t *out)
{
    const uint32_t *posting = s->found.items, *end = posting + s->found.len;
    const uint8_t *first = s->firsts.items;
    for (; end - posting >= AT_ONCE; posting += AT_ONCE, first += AT_ONCE) {
        size_t a = ends[first[0]]++, b = ends[first[1]]++;
        size_t c = ends[first[2]]++, d = ends[first[3]]++;
        store_u32(out + 4 * a, posting[0]);
        store_u32(out + 4 * b, posting[1]);
        store_u32(out + 4 * c, posting[2]);
        store_u32(out + 4 * d, posting[3]);
    }
    for (; posting < end; posting++, first++)
        store_u32(out + 4 * (size_t)ends[*first]++, *posting);
}

/* Adds the pairs of a whole run to totals[] by code. From the run, where they lie by their first words: what counts those of one is a
 * KiB, and what counts all is 256 KiB. */
static void count_pairs(const struct run *run, uint32_t *totals)
{
    const uint8_t *data = run->bytes.data;
    size_t at = 0;
    for (size_t first = 0; first < run->ends.len; first++) {
        uint32_t *seconds = totals + bigram_plan_code((uint8_t)first, 0);
        for (; at < run->ends.items[first]; at += 4)
            seconds[data[at + 3]]++;
    }
}

int bigram_runs_make(struct bigram_plan *b, struct bigram_scratch *s, address base,
                     struct bigram_part *part, struct err *err)
{
    struct run *run = &part->run;
    uint32_t n_partitions = b->n_words + 1, sum = 0;
    part->base = base;
    part->first = s->first;
    part->last = s->last;
    part->cut = s->cuts.len > 0 && s->cuts.items[0] == 0;
    vec_reset(&run->ends);
    buf_reset(&run->bytes);
    run->base = base;
    if (!vec_reserve(&run->ends, n_partitions) ||
        !buf_reserve(&run->bytes, 4 * s->found.len + 1))
        return no_memory(err);
    uint32_t *ends = run->ends.items;
    for (uint32_t i = 0; i < n_partitions; i++) {
        ends[i] = sum;
        sum += s->counts[i];
    }
    scatter(s, ends, run->bytes.data);
    for (uint32_t i = 0; i < n_partitions; i++)
        ends[i] *= 4;
    run->ends.len = n_partitions;
    run->bytes.len = 4 * s->found.len;
    count_pairs(run, s->totals.items);
    return 0;
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
