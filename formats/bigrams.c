/* The directory of pairs, and its check. */
#include "formats/bigrams.h"

#include "base/endian.h"
#include "formats/bigrams_layout.h"

int bigrams_open(struct bigrams *b, const struct section *s, struct err *err)
{
    if (s->count > UINT32_MAX || s->count > s->len / BIGRAMS_ENTRY)
        return section_corrupt(s, 0, err, "pairs: no room for %llu of them",
                               (unsigned long long)s->count);
    *b = (struct bigrams){*s, (uint32_t)s->count, s->len - s->count * BIGRAMS_ENTRY};
    return 0;
}

static int entry_at(const struct bigrams *b, uint32_t i, const uint8_t **out,
                    struct err *err)
{
    return section_get(&b->section, b->directory + (uint64_t)i * BIGRAMS_ENTRY,
                       BIGRAMS_ENTRY, out, err);
}

int bigrams_get(const struct bigrams *b, uint32_t i, struct bigram *out,
                struct err *err)
{
    const uint8_t *entry, *before;
    uint64_t from = 0;
    int rc = entry_at(b, i, &entry, err);
    if (rc == 0 && i > 0) {
        rc = entry_at(b, i - 1, &before, err);
        from = rc == 0 ? load_u64(before + BIGRAMS_END) : 0;
    }
    if (rc != 0)
        return rc;
    uint64_t end = load_u64(entry + BIGRAMS_END);
    if (from >= end || end > b->directory)
        return section_corrupt(&b->section, b->directory + (uint64_t)i * BIGRAMS_ENTRY,
                               err, "pairs: pair %u: its list lies outside",
                               (unsigned)i);
    *out = (struct bigram){load_u32(entry + BIGRAMS_FIRST),
                           load_u32(entry + BIGRAMS_SECOND),
                           load_u32(entry + BIGRAMS_COUNT),
                           {from, end - from}};
    return 0;
}

int bigrams_find(const struct bigrams *b, term_id first, term_id second,
                 struct bigram *out, struct err *err)
{
    uint64_t want = (uint64_t)first << 32 | second;
    uint32_t low = 0, high = b->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *entry;
        int rc = entry_at(b, middle, &entry, err);
        if (rc != 0)
            return rc;
        uint64_t key = (uint64_t)load_u32(entry + BIGRAMS_FIRST) << 32 |
                       load_u32(entry + BIGRAMS_SECOND);
        if (key == want)
            return bigrams_get(b, middle, out, err);
        if (key < want)
            low = middle + 1;
        else
            high = middle;
    }
    return ITER_END;
}

int bigrams_verify(const struct bigrams *b, uint32_t n_terms, uint64_t n_addresses,
                   struct err *err)
{
    uint64_t last = 0, end = 0;
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < b->n; i++) {
        struct bigram pair;
        rc = bigrams_get(b, i, &pair, err);
        if (rc != 0)
            return rc;
        uint64_t key = (uint64_t)pair.first << 32 | pair.second;
        if ((i > 0 && key <= last) || pair.first >= n_terms || pair.second >= n_terms)
            return section_corrupt(&b->section, b->directory, err,
                                   "pairs: pair %u: its words are out of order",
                                   (unsigned)i);
        if (pair.count == 0 || pair.count >= n_addresses)
            return section_corrupt(&b->section, b->directory, err,
                                   "pairs: pair %u: %u addresses", (unsigned)i,
                                   (unsigned)pair.count);
        rc = addresses_verify(&b->section, pair.list, pair.count, n_addresses - 1, err);
        last = key;
        end = pair.list.offset + pair.list.len;
    }
    if (rc == 0 && end != b->directory)
        rc = section_corrupt(&b->section, end, err,
                             "pairs: bytes that belong to no list");
    return rc;
}
