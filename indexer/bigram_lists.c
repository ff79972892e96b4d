#include "indexer/bigram_lists.h"

#include <stdlib.h>

#include "base/endian.h"
#include "formats/segment.h"
#include "indexer/bigram_runs.h"

/* The lists of all pairs with one first word. */
struct bigram_of_word {
    struct buf bytes; /* encoded, one behind the other */
    VEC(size_t) ends; /* by second word that is wanted */
};

enum {
    HELD = 32,   /* addresses of a pair that are put into its list at once */
    AT_ONCE = 4, /* pairs */
    HELD_MAX = HELD + AT_ONCE /* room for those of one turn */
};

/* A list for each second word that is wanted. */
struct making {
    struct addresses_writer *lists[BIGRAM_PLAN_CLASSES]; /* owned */
    address *held; /* by second word, wanted or not: HELD_MAX each; owned */
    uint32_t n_held[BIGRAM_PLAN_CLASSES];
    struct buf slice; /* of a spilled run */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: no memory for pairs of words");
}

static void release_making(struct making *m)
{
    for (size_t i = 0; i < BIGRAM_PLAN_CLASSES; i++)
        addresses_writer_free(m->lists[i]);
    free(m->held);
    buf_release(&m->slice);
}

/* Writers for the pairs of a first word; *any: there are some. */
static int open_lists(const struct bigram_plan *b, uint32_t first, struct making *m,
                      bool *any, struct err *err)
{
    *any = false;
    m->held = malloc(sizeof *m->held * HELD_MAX * BIGRAM_PLAN_CLASSES);
    if (!m->held)
        return no_memory(err);
    for (uint32_t second = 1; second <= b->n_words; second++) {
        if (!bigram_plan_wants(b, first << 8 | second))
            continue;
        m->lists[second] = addresses_writer_new();
        if (!m->lists[second])
            return no_memory(err);
        *any = true;
    }
    return 0;
}

/* What is held of a pair goes to its list, if it has one. */
static void let_go(struct making *m, uint32_t second)
{
    if (m->lists[second] && m->n_held[second] > 0)
        addresses_writer_put(m->lists[second], m->held + (size_t)second * HELD_MAX,
                             m->n_held[second]);
    m->n_held[second] = 0;
}

static inline uint32_t second_of(const uint8_t *posting)
{
    return load_u32(posting) >> BIGRAM_RUNS_OFFSET_BITS;
}

/* Where the next address of a pair is held. */
static inline size_t next_place(struct making *m, const uint8_t *posting)
{
    uint32_t second = second_of(posting);
    return (size_t)second * HELD_MAX + m->n_held[second]++;
}

static inline void hold(struct making *m, const uint8_t *posting, size_t at,
                        address base)
{
    const uint32_t mask = (UINT32_C(1) << BIGRAM_RUNS_OFFSET_BITS) - 1;
    m->held[at] = base + (load_u32(posting) & mask);
}

static inline void let_go_if_many(struct making *m, const uint8_t *posting)
{
    if (m->n_held[second_of(posting)] >= HELD)
        let_go(m, second_of(posting));
}

/* Adds a slice. No branch asks whether a pair is wanted, which is as good as random; and four counters are moved on before
 * the first address is stored, for one that is read behind a store waits for it. */
static void take_slice(struct making *m, struct bytes slice, address base)
{
    const uint8_t *p = slice.data, *end = p + slice.len;
    for (; end - p >= 4 * AT_ONCE; p += 4 * AT_ONCE) {
        size_t a = next_place(m, p), b = next_place(m, p + 4);
        size_t c = next_place(m, p + 8), d = next_place(m, p + 12);
        hold(m, p, a, base);
        hold(m, p + 4, b, base);
        hold(m, p + 8, c, base);
        hold(m, p + 12, d, base);
        let_go_if_many(m, p);
        let_go_if_many(m, p + 4);
        let_go_if_many(m, p + 8);
        let_go_if_many(m, p + 12);
    }
    for (; end - p >= 4; p += 4) {
        hold(m, p, next_place(m, p), base);
        let_go_if_many(m, p);
    }
}

/* Adds what one run has of a first word. */
static int take_run(const struct bigram_plan *b, uint32_t first, size_t run,
                    struct making *m, struct err *err)
{
    const uint32_t *ends = b->runs.list.items[run].ends.items;
    struct bytes slice;
    buf_reset(&m->slice);
    if (!buf_reserve(&m->slice, ends[first] - ends[first - 1] + 1))
        return no_memory(err);
    int rc = runs_slice(&b->runs, run, first, m->slice.data, &slice, err);
    if (rc == 0)
        take_slice(m, slice, b->runs.list.items[run].base);
    return rc;
}

static int encode(const struct bigram_plan *b, struct making *m,
                  struct bigram_of_word *out, struct err *err)
{
    for (uint32_t second = 1; second <= b->n_words; second++) {
        if (!m->lists[second])
            continue;
        let_go(m, second);
        addresses_writer_encode(m->lists[second], &out->bytes);
        if (out->bytes.failed || !vec_push(&out->ends, out->bytes.len))
            return no_memory(err);
    }
    return 0;
}

int bigram_lists_make(struct bigram_lists *l, uint32_t item, struct err *err)
{
    struct making m = {0};
    bool any;
    int rc = open_lists(l->plan, item + 1, &m, &any, err);
    for (size_t i = 0; rc == 0 && any && i < l->plan->runs.list.len; i++)
        rc = take_run(l->plan, item + 1, i, &m, err);
    if (rc == 0)
        rc = encode(l->plan, &m, &l->words[item], err);
    release_making(&m);
    return rc;
}

static void release_word(struct bigram_of_word *w)
{
    buf_release(&w->bytes);
    vec_release(&w->ends);
}

int bigram_lists_put(struct bigram_lists *l, uint32_t item, struct bigrams_writer *out,
                     struct err *err)
{
    const struct bigram_plan *b = l->plan;
    struct bigram_of_word *w = &l->words[item];
    uint32_t first = item + 1;
    size_t from = 0, i = 0;
    for (uint32_t second = 1; second <= b->n_words; second++) {
        if (!bigram_plan_wants(b, first << 8 | second))
            continue;
        struct bytes list = bytes_of(w->bytes.data + from, w->ends.items[i] - from);
        bigrams_writer_put(out, b->words[first], b->words[second],
                           (uint32_t)b->totals[first << 8 | second], list);
        from = w->ends.items[i++];
    }
    release_word(w);
    return section_writer_check(out->section, err);
}

/* The bytes of text without what copies share, which is stored once. */
static uint64_t stored_text(const uint64_t *counts)
{
    uint64_t tokens = counts[SEGMENT_ARTICLE_TOKENS];
    uint64_t bytes_256 = tokens ? counts[SEGMENT_TEXT_BYTES] * 256 / tokens : 0;
    return bytes_256 * counts[SEGMENT_HOMES] / 256;
}

int bigram_lists_open(struct bigram_lists *l, struct bigram_plan *plan,
                      const uint64_t *counts, struct err *err)
{
    *l = (struct bigram_lists){.plan = plan, .n = plan->n_words};
    l->words = calloc((size_t)l->n + 1, sizeof *l->words);
    if (!l->words)
        return no_memory(err);
    int rc = bigram_plan_choose(plan, counts[SEGMENT_TOKENS], stored_text(counts), err);
    return rc == 0 ? runs_flush(&plan->runs, err) : rc;
}

void bigram_lists_close(struct bigram_lists *l)
{
    for (uint32_t i = 0; l->words && i < l->n; i++)
        release_word(&l->words[i]);
    free(l->words);
    *l = (struct bigram_lists){0};
}
