#include "indexer/sheet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    AT_ONCE = 4 /* prints */
};

static inline uint32_t partition_of(uint64_t print)
{
    return (uint32_t)(print >> SHEET_MORE_BITS) & (SHEET_PARTITIONS - 1);
}

void sheet_draft_reset(struct sheet_draft *d)
{
    vec_reset(&d->prints);
    vec_reset(&d->places);
    d->n = 0;
}

void sheet_draft_release(struct sheet_draft *d)
{
    vec_release(&d->prints);
    vec_release(&d->places);
}

bool sheet_draft_reserve(struct sheet_draft *d, size_t prints, size_t words)
{
    return vec_reserve(&d->prints, prints) && vec_reserve(&d->places, words);
}

void sheet_draft_add(struct sheet_draft *d, size_t prints, size_t words)
{
    assert(!sheet_draft_full(d));
    d->prints.len += prints;
    d->places.len += words;
    d->place_ends[d->n] = (uint32_t)d->places.len;
    d->ends[d->n++] = (uint32_t)d->prints.len;
}

static bool put_places(const struct sheet_draft *d, struct buf *out)
{
    for (uint32_t a = 0; a < d->n; a++)
        buf_put_u32(out, d->place_ends[a]);
    for (size_t i = 0; i < d->places.len; i++)
        buf_put_u64(out, d->places.items[i]);
    return !out->failed;
}

/* Ends of the partitions; to at where each begins. Two counters each, for neighbours are often equal in texts that repeat themselves. */
static void find_ends(struct sheet *sheet, const struct sheet_draft *d,
                      uint32_t at[SHEET_PARTITIONS])
{
    uint32_t counts[2][SHEET_PARTITIONS] = {0}, sum = 0;
    const uint64_t *prints = d->prints.items;
    size_t n = d->prints.len, i = 0;
    for (; i + 1 < n; i += 2) {
        counts[0][partition_of(prints[i])]++;
        counts[1][partition_of(prints[i + 1])]++;
    }
    if (i < n)
        counts[0][partition_of(prints[i])]++;
    for (uint32_t k = 0; k < SHEET_PARTITIONS; k++) {
        at[k] = sum;
        sum += counts[0][k] + counts[1][k];
        sheet->ends[k] = sum;
    }
}

static inline void deal(uint8_t *to, uint32_t at[SHEET_PARTITIONS], uint64_t print,
                        uint64_t article)
{
    const uint64_t more = (UINT64_C(1) << SHEET_MORE_BITS) - 1;
    uint64_t hash = print >> (SHEET_PARTITION_BITS + SHEET_MORE_BITS);
    store_u64(to + SHEET_PRINT_BYTES * (size_t)at[partition_of(print)]++,
              hash << (SHEET_ARTICLE_BITS + SHEET_MORE_BITS) |
                  article << SHEET_MORE_BITS | (print & more));
}

/* A counting sort by partition. */
bool sheet_make(struct sheet *sheet, const struct sheet_draft *d, struct buf *places)
{
    const uint64_t *prints = d->prints.items;
    size_t bytes = d->prints.len * SHEET_PRINT_BYTES, i = 0;
    uint32_t at[SHEET_PARTITIONS];
    uint8_t *to = bytes > 0 ? malloc(bytes) : NULL;
    if (bytes > 0 && !to)
        return false;
    *sheet = (struct sheet){
        .prints = to, .offset = UINT64_MAX, .places = places->len, .n_articles = d->n};
    find_ends(sheet, d, at);
    for (uint64_t a = 0; a < d->n; a++) {
        size_t end = d->ends[a];
        for (; i + AT_ONCE <= end; i += AT_ONCE) {
            for (size_t k = 0; k < AT_ONCE; k++)
                deal(to, at, prints[i + k], a);
        }
        for (; i < end; i++)
            deal(to, at, prints[i], a);
    }
    if (put_places(d, places))
        return true;
    sheet_release(sheet);
    return false;
}

void sheet_release(struct sheet *sheet)
{
    free(sheet->prints);
    *sheet = (struct sheet){0};
}
