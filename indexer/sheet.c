#include "indexer/sheet.h"

#include <assert.h>
#include <string.h>

static inline uint32_t partition_of(uint64_t hash)
{
    return (uint32_t)hash & (SHEET_PARTITIONS - 1);
}

static inline uint64_t more_of(const struct fingerprint *p)
{
    uint32_t around = (uint32_t)p->left << WINNOW_RIGHT_BITS | p->right;
    return around << SHEET_PLACE_BITS | (p->at & (SHEET_PLACES - 1));
}

/* A counting sort by partition. */
bool sheet_make(struct sheet *sheet, const struct fingerprint *prints,
                const uint32_t *ends, size_t n, struct buf *out)
{
    size_t total = n ? ends[n - 1] : 0;
    uint32_t *at = sheet->ends, sum = 0;
    assert(n <= SHEET_ARTICLES_MAX);
    sheet->first_article = 0;
    sheet->offset = out->len;
    memset(sheet->ends, 0, sizeof sheet->ends);
    uint8_t *to = buf_extend(out, total * SHEET_PRINT_BYTES);
    if (!to)
        return total == 0 && !out->failed;
    for (size_t i = 0; i < total; i++)
        at[partition_of(prints[i].hash)]++;
    for (uint32_t k = 0; k < SHEET_PARTITIONS; k++) {
        uint32_t len = at[k];
        at[k] = sum;
        sum += len;
    }
    size_t i = 0;
    for (uint64_t a = 0; a < n; a++) {
        for (; i < ends[a]; i++) {
            uint64_t hash = prints[i].hash;
            uint64_t more = more_of(&prints[i]);
            uint64_t v = hash >> SHEET_PARTITION_BITS
                                     << (SHEET_ARTICLE_BITS + SHEET_MORE_BITS) |
                         a << SHEET_MORE_BITS | more;
            store_u64(to + SHEET_PRINT_BYTES * (size_t)at[partition_of(hash)]++, v);
        }
    }
    return true;
}
