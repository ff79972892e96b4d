#include "indexer/bigram_lists.h"

#include <stdlib.h>

#include "base/endian.h"
#include "formats/segment.h"
#include "indexer/bigram_runs.h"

/* The lists of an item, one behind the other. */
struct bigram_item {
    struct buf bytes;
    size_t ends[BIGRAM_LISTS_ITEM];
    uint32_t counts[BIGRAM_LISTS_ITEM]; /* of addresses */
};

enum {
    AT_ONCE = 1024 /* addresses that are put into a list */
};

struct making {
    const struct bigram_plan *plan;
    uint32_t first, end;                               /* lists */
    struct addresses_writer *lists[BIGRAM_LISTS_ITEM]; /* owned */
    struct bigram_item *out;
    struct buf slice; /* of a spilled run */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: no memory for pairs of words");
}

static void release_making(struct making *m)
{
    for (size_t i = 0; i < BIGRAM_LISTS_ITEM; i++)
        addresses_writer_free(m->lists[i]);
    buf_release(&m->slice);
}

static int open_lists(struct making *m, struct err *err)
{
    for (uint32_t i = 0; i < m->end - m->first; i++) {
        m->lists[i] = addresses_writer_new();
        if (!m->lists[i])
            return no_memory(err);
    }
    return 0;
}

/* Where a list and its addresses come from: a run's slice of the item. */
struct taking {
    const struct run *run;
    const uint8_t *slice;
    size_t begin; /* of the slice in the run */
    unsigned high_bits;
};

/* Adds what a run has of a list. */
static void take_list(struct making *m, const struct taking *t, uint32_t list)
{
    struct addresses_writer *out = m->lists[list - m->first];
    const uint32_t *ends = t->run->ends.items;
    address room[AT_ONCE];
    size_t n = 0, partition = (size_t)list << t->high_bits;
    size_t at = partition ? ends[partition - 1] : 0;
    for (uint32_t high = 0; high < UINT32_C(1) << t->high_bits; high++) {
        /* The address is that of the first word. */
        address base = t->run->base - 1 + (high << BIGRAM_RUNS_LOW_BITS);
        while (at < ends[partition + high]) {
            size_t left = (ends[partition + high] - at) / BIGRAM_RUNS_POSTING;
            size_t some = left < AT_ONCE - n ? left : AT_ONCE - n;
            const uint8_t *from = t->slice + (at - t->begin);
            for (size_t i = 0; i < some; i++)
                room[n + i] = base + load_u16(from + i * BIGRAM_RUNS_POSTING);
            n += some;
            at += some * BIGRAM_RUNS_POSTING;
            if (n == AT_ONCE) {
                addresses_writer_put(out, room, n);
                m->out->counts[list - m->first] += AT_ONCE;
                n = 0;
            }
        }
    }
    if (n > 0)
        addresses_writer_put(out, room, n);
    m->out->counts[list - m->first] += (uint32_t)n;
}

/* Adds what a run has of the item. */
static int take_run(struct making *m, size_t number, struct err *err)
{
    const struct runs *runs = &m->plan->runs;
    const struct run *run = &runs->list.items[number];
    struct taking t = {.run = run, .high_bits = bigram_runs_high_bits(run->n)};
    uint32_t first = m->first << t.high_bits, end = m->end << t.high_bits;
    t.begin = first ? run->ends.items[first - 1] : 0;
    struct bytes slice;
    buf_reset(&m->slice);
    if (runs_is_spilled(runs, number) &&
        !buf_reserve(&m->slice, run->ends.items[end - 1] - t.begin + 1))
        return no_memory(err);
    int rc = runs_slices(runs, number, first, end, m->slice.data, &slice, err);
    t.slice = rc == 0 ? slice.data : NULL;
    for (uint32_t list = m->first; rc == 0 && list < m->end; list++)
        take_list(m, &t, list);
    return rc;
}

static int encode(struct making *m, struct err *err)
{
    struct bigram_item *out = m->out;
    for (uint32_t i = 0; i < m->end - m->first; i++) {
        if (out->counts[i] > 0)
            addresses_writer_encode(m->lists[i], &out->bytes);
        if (out->bytes.failed)
            return no_memory(err);
        out->ends[i] = out->bytes.len;
    }
    return 0;
}

static uint32_t end_of(const struct bigram_plan *b, uint32_t item)
{
    uint32_t end = (item + 1) * BIGRAM_LISTS_ITEM, n = (uint32_t)b->codes.len;
    return end < n ? end : n;
}

int bigram_lists_make(struct bigram_lists *l, uint32_t item, struct err *err)
{
    struct making m = {.plan = l->plan,
                       .first = item * BIGRAM_LISTS_ITEM,
                       .end = end_of(l->plan, item),
                       .out = &l->items[item]};
    int rc = open_lists(&m, err);
    for (size_t i = 0; rc == 0 && i < l->plan->runs.list.len; i++)
        rc = take_run(&m, i, err);
    if (rc == 0)
        rc = encode(&m, err);
    release_making(&m);
    return rc;
}

int bigram_lists_put(struct bigram_lists *l, uint32_t item, struct bigrams_writer *out,
                     struct err *err)
{
    const struct bigram_plan *b = l->plan;
    struct bigram_item *made = &l->items[item];
    uint32_t first = item * BIGRAM_LISTS_ITEM;
    size_t from = 0;
    for (uint32_t i = 0; i < end_of(b, item) - first; i++) {
        uint16_t code = b->codes.items[first + i];
        struct bytes list = bytes_of(made->bytes.data + from, made->ends[i] - from);
        if (made->counts[i] > 0)
            bigrams_writer_put(out, b->words[code >> 8], b->words[code & 255],
                               made->counts[i], list);
        from = made->ends[i];
    }
    buf_release(&made->bytes);
    return section_writer_check(out->section, err);
}

int bigram_lists_open(struct bigram_lists *l, struct bigram_plan *plan, struct err *err)
{
    uint32_t n =
        ((uint32_t)plan->codes.len + BIGRAM_LISTS_ITEM - 1) / BIGRAM_LISTS_ITEM;
    *l = (struct bigram_lists){.plan = plan, .n = n};
    l->items = calloc((size_t)n + 1, sizeof *l->items);
    return l->items ? runs_flush(&plan->runs, err) : no_memory(err);
}

void bigram_lists_close(struct bigram_lists *l)
{
    for (uint32_t i = 0; l->items && i < l->n; i++)
        buf_release(&l->items[i].bytes);
    free(l->items);
    *l = (struct bigram_lists){0};
}
