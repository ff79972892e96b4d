/* Articles' IDs. A record's own ID if no other record of the archive has it; else the first
 * 12 hexadecimal digits of the record's digest, and ".2", ".3", ... behind them for the second and
 * third article, in canonical order, that has the same digits. Digits that are some record's own ID count
 * as taken. */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "indexer/build.h"

enum {
    IDS_DIGITS = 12,
    IDS_LEN_MAX = 256
};

/* By article: 0: its own ID; k: the digits of its digest, with suffix ".k" if k > 1. */
struct ids {
    uint32_t *kinds; /* owned */
};

/* The hash of a record's own ID; 0 if it is empty or too long to be one. */
uint64_t ids_hash(struct bytes id);
/* order: canonical. */
int ids_assign(struct ids *ids, const struct build *b, const uint32_t *order,
               struct err *err);
void ids_release(struct ids *ids);
/* An article's ID; own is what its record calls itself. out is used if that is not it. */
struct bytes ids_get(const struct ids *ids, const struct build *b, uint32_t article,
                     struct bytes own, char out[IDS_LEN_MAX]);
