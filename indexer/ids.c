#include "indexer/ids.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "indexer/order.h"

enum {
    SEED = 0x4944 /* fixed: a hash that is taken decides over a suffix */
};

struct assign {
    const struct build *build;
    struct spool_reader reader;
    struct order_item *items, *scratch; /* owned */
    uint64_t *taken;                    /* owned; hashes of IDs in use, ascending */
    size_t n_taken;
    uint32_t *kinds;
};

uint64_t ids_hash(struct bytes id)
{
    if (id.len == 0 || id.len > METADATA_ID_MAX)
        return 0;
    uint64_t h = hash64(id.data, id.len, SEED);
    return h ? h : 1;
}

void ids_release(struct ids *ids)
{
    free(ids->kinds);
    ids->kinds = NULL;
}

static size_t digits(const struct article *a, uint32_t kind, char out[IDS_LEN_MAX])
{
    int n = snprintf(out, IDS_LEN_MAX, "%0*" PRIx64, IDS_DIGITS, a->digest.high >> 16);
    if (kind > 1)
        n += snprintf(out + n, IDS_LEN_MAX - (size_t)n, ".%" PRIu32, kind);
    return (size_t)n;
}

struct bytes ids_get(const struct ids *ids, const struct build *b, uint32_t article,
                     struct bytes own, char out[IDS_LEN_MAX])
{
    uint32_t kind = ids->kinds[article];
    if (kind == 0)
        return own;
    return bytes_of(out, digits(&b->articles.v.items[article], kind, out));
}

/* --- records' own IDs --------------------------------------------------------------------- */

static int id_length(void *arg, uint32_t number, uint32_t *out, struct err *err)
{
    struct assign *s = arg;
    uint8_t bytes[4];
    uint64_t at = s->build->articles.v.items[number].metadata + METADATA_ID_LEN;
    int rc = spool_peek(&s->reader, at, 4, bytes, err);
    if (rc == 0)
        *out = load_u32(bytes);
    return rc;
}

static int id_window(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                     struct err *err)
{
    struct assign *s = arg;
    uint64_t at = s->build->articles.v.items[number].metadata;
    uint8_t lens[8], bytes[8] = {0};
    int rc = spool_peek(&s->reader, at + METADATA_URL_LEN, 8, lens, err);
    if (rc != 0)
        return rc;
    uint32_t url_len = load_u32(lens), len = load_u32(lens + 4);
    if (offset < len)
        rc = spool_peek(&s->reader, at + METADATA_URL + url_len + offset,
                        len - offset < 8 ? len - offset : 8, bytes, err);
    if (rc == 0)
        *out = __builtin_bswap64(load_u64(bytes));
    return rc;
}

static int read_id(struct assign *s, uint32_t article, uint8_t out[METADATA_ID_MAX],
                   size_t *len, struct err *err)
{
    uint64_t at = s->build->articles.v.items[article].metadata;
    uint8_t lens[8];
    int rc = spool_peek(&s->reader, at + METADATA_URL_LEN, 8, lens, err);
    if (rc != 0)
        return rc;
    *len = load_u32(lens + 4) < METADATA_ID_MAX ? load_u32(lens + 4) : METADATA_ID_MAX;
    return spool_peek(&s->reader, at + METADATA_URL + load_u32(lens), *len, out, err);
}

static int same_id(struct assign *s, uint32_t a, uint32_t b, bool *same,
                   struct err *err)
{
    uint8_t x[METADATA_ID_MAX], y[METADATA_ID_MAX];
    size_t x_len = 0, y_len = 0;
    int rc = read_id(s, a, x, &x_len, err);
    if (rc == 0)
        rc = read_id(s, b, y, &y_len, err);
    *same = rc == 0 && bytes_equal(bytes_of(x, x_len), bytes_of(y, y_len));
    return rc;
}

/* Neighbours that have the same ID lose it. */
static int part_neighbours(struct assign *s, const struct order_item *items, size_t n,
                           bool *all_equal, struct err *err)
{
    *all_equal = true;
    for (size_t i = 1; i < n; i++) {
        bool same;
        int rc = same_id(s, items[i - 1].number, items[i].number, &same, err);
        if (rc != 0)
            return rc;
        if (same)
            s->kinds[items[i - 1].number] = s->kinds[items[i].number] = 1;
        else
            *all_equal = false;
    }
    return 0;
}

/* Articles whose IDs hash alike: equal IDs are nobody's. Others among them, which only chance
 * or intent brings there, are put in order first. */
static int part_equal_ids(struct assign *s, struct order_item *items, size_t n,
                          struct err *err)
{
    const struct order_strings strings = {id_window, id_length, s, NULL};
    bool all_equal;
    int rc = part_neighbours(s, items, n, &all_equal, err);
    if (rc != 0 || all_equal || n == 2)
        return rc;
    rc = order_by_strings(items, n, s->scratch, &strings, err);
    return rc == 0 ? part_neighbours(s, items, n, &all_equal, err) : rc;
}

static int own_ids(struct assign *s, struct err *err)
{
    size_t n = s->build->articles.v.len, used = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = s->build->id_hashes.items[i];
        s->kinds[i] = hash == 0;
        if (hash)
            s->items[used++] = (struct order_item){hash, (uint32_t)i};
    }
    order_by_key(s->items, used, s->scratch);
    for (size_t i = 0; i < used;) {
        uint64_t hash = s->items[i].key;
        size_t end = i + 1;
        while (end < used && s->items[end].key == hash)
            end++;
        int rc = end - i > 1 ? part_equal_ids(s, s->items + i, end - i, err) : 0;
        if (rc != 0)
            return rc;
        s->taken[s->n_taken++] = hash;
        i = end;
    }
    return 0;
}

/* --- digits ------------------------------------------------------------------------------- */

static bool is_taken(const struct assign *s, const struct article *a, uint32_t kind)
{
    char text[IDS_LEN_MAX];
    size_t len = digits(a, kind, text);
    uint64_t hash = ids_hash(bytes_of(text, len));
    size_t low = 0, high = s->n_taken;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->taken[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->n_taken && s->taken[low] == hash;
}

static void digit_ids(struct assign *s, const uint32_t *order)
{
    const struct article *articles = s->build->articles.v.items;
    size_t n = s->build->articles.v.len, used = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t a = order[i];
        if (s->kinds[a] != 0)
            s->items[used++] = (struct order_item){articles[a].digest.high >> 16, a};
    }
    order_by_key(s->items, used, s->scratch);
    uint32_t kind = 0;
    for (size_t i = 0; i < used; i++) {
        if (i == 0 || s->items[i].key != s->items[i - 1].key)
            kind = 0;
        const struct article *a = &articles[s->items[i].number];
        do
            kind++;
        while (is_taken(s, a, kind));
        s->kinds[s->items[i].number] = kind;
    }
}

int ids_assign(struct ids *ids, const struct build *b, const uint32_t *order,
               struct err *err)
{
    size_t n = b->articles.v.len;
    struct assign s = {.build = b};
    spool_read_metadata_of(&s.reader, &b->spool);
    s.items = calloc(n + 1, sizeof *s.items);
    s.scratch = calloc(n + 1, sizeof *s.scratch);
    s.taken = calloc(n + 1, sizeof *s.taken);
    s.kinds = calloc(n + 1, sizeof *s.kinds);
    int rc = 0;
    if (!s.items || !s.scratch || !s.taken || !s.kinds)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = own_ids(&s, err);
    if (rc == 0) {
        digit_ids(&s, order);
        ids->kinds = s.kinds;
    } else {
        free(s.kinds);
    }
    free(s.items);
    free(s.scratch);
    free(s.taken);
    spool_reader_release(&s.reader);
    return rc;
}
