#include "indexer/sheet.h"

#include <assert.h>
#include <string.h>

enum {
    LINE = 64,  /* bytes */
    AT_ONCE = 8 /* prints */
};

static inline uint32_t partition_of(uint64_t print)
{
    return (uint32_t)(print >> SHEET_MORE_BITS) & (SHEET_PARTITIONS - 1);
}

static inline uint64_t more_of(const struct fingerprint *p)
{
    uint32_t around = (uint32_t)p->left << WINNOW_RIGHT_BITS | p->right;
    return around << SHEET_PLACE_BITS | (p->at & (SHEET_PLACES - 1));
}

void sheet_draft_reset(struct sheet_draft *d)
{
    vec_reset(&d->prints);
    vec_reset(&d->places);
    memset(d->counts, 0, sizeof d->counts);
    d->n = 0;
}

void sheet_draft_release(struct sheet_draft *d)
{
    vec_release(&d->prints);
    vec_release(&d->places);
}

bool sheet_draft_put(struct sheet_draft *d, const struct fingerprint *prints, size_t n,
                     size_t tokens)
{
    size_t words = sheet_place_words(tokens);
    assert(!sheet_draft_full(d));
    if (!vec_reserve(&d->prints, n) || !vec_reserve(&d->places, words))
        return false;
    uint64_t *to = d->prints.items + d->prints.len;
    uint64_t *places = d->places.items + d->places.len;
    if (words > 0)
        memset(places, 0, words * sizeof *places);
    uint64_t word = 0;
    uint32_t number = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t at = prints[i].at;
        to[i] = prints[i].hash << SHEET_MORE_BITS | more_of(&prints[i]);
        d->counts[partition_of(to[i])]++;
        /* A word is written again and again, and never read. */
        word = (at / 64 == number ? word : 0) | UINT64_C(1) << at % 64;
        number = at / 64;
        places[number] = word;
    }
    d->prints.len += n;
    d->places.len += words;
    d->place_ends[d->n] = (uint32_t)d->places.len;
    d->ends[d->n++] = (uint32_t)d->prints.len;
    return true;
}

/* Lines of cold memory that are written one at a time in 256 places are waited for, one after the other it is brought all at
 * once. */
static void warm(uint8_t *to, size_t len)
{
    for (size_t i = 0; i < len; i += LINE)
        __builtin_prefetch(to + i, 1);
}

static bool put_places(const struct sheet_draft *d, struct buf *out)
{
    for (uint32_t a = 0; a < d->n; a++)
        buf_put_u32(out, d->place_ends[a]);
    for (size_t i = 0; i < d->places.len; i++)
        buf_put_u64(out, d->places.items[i]);
    return !out->failed;
}

/* A counting sort by partition. */
bool sheet_make(struct sheet *sheet, const struct sheet_draft *d, struct buf *out)
{
    const uint64_t mask = (UINT64_C(1) << SHEET_MORE_BITS) - 1;
    size_t total = d->prints.len;
    uint32_t at[SHEET_PARTITIONS], sum = 0, i = 0;
    sheet->first_article = 0;
    sheet->n_articles = d->n;
    sheet->offset = out->len;
    uint8_t *to = buf_extend(out, total * SHEET_PRINT_BYTES);
    if (!to && (total > 0 || out->failed))
        return false;
    for (uint32_t k = 0; k < SHEET_PARTITIONS; k++) {
        at[k] = sum;
        sum += d->counts[k];
        sheet->ends[k] = sum;
    }
    if (to)
        warm(to, total * SHEET_PRINT_BYTES);
    for (uint64_t a = 0; a < d->n; a++) {
        for (; i < d->ends[a]; i++) {
            uint64_t print = d->prints.items[i];
            uint64_t hash = print >> (SHEET_PARTITION_BITS + SHEET_MORE_BITS);
            store_u64(to + SHEET_PRINT_BYTES * (size_t)at[partition_of(print)]++,
                      hash << (SHEET_ARTICLE_BITS + SHEET_MORE_BITS) |
                          a << SHEET_MORE_BITS | (print & mask));
        }
    }
    return put_places(d, out);
}
