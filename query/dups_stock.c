#include "query/dups_stock.h"

#include <stdlib.h>
#include <string.h>

#include "query/dups_rare.h"

enum {
    SLOTS_LEAST = 1024 /* a power of two */
};

struct dups_stock_slot {
    uint64_t hash; /* + 1; 0: free */
    bool known;    /* it stands in many stories */
};

void dups_stock_release(struct dups_stock *s)
{
    free(s->slots);
    vec_release(&s->packed);
    vec_release(&s->places);
    vec_release(&s->known);
    vec_release(&s->prints);
    *s = (struct dups_stock){0};
}

/* The fingerprint's slot, or the free one where it would be. */
static struct dups_stock_slot *find(const struct dups_stock *s, uint64_t hash)
{
    size_t mask = s->cap - 1;
    size_t at = (size_t)(hash * 0x9e3779b97f4a7c15U >> 20) & mask;
    while (s->slots[at].hash != 0 && s->slots[at].hash != hash + 1)
        at = (at + 1) & mask;
    return &s->slots[at];
}

static bool grow(struct dups_stock *s)
{
    struct dups_stock old = *s;
    if (s->cap > 0 && s->n * 2 < s->cap)
        return true;
    s->cap = old.cap > 0 ? old.cap * 2 : SLOTS_LEAST;
    s->slots = calloc(s->cap, sizeof *s->slots);
    if (!s->slots) {
        *s = old;
        return false;
    }
    for (size_t i = 0; i < old.cap; i++) {
        if (old.slots[i].hash != 0)
            *find(s, old.slots[i].hash - 1) = old.slots[i];
    }
    free(old.slots);
    return true;
}

/* Looks a shingle up in the index unless it is known. */
static int ask(struct dups_stock *s, const struct dups_words *words, uint64_t hash,
               const uint32_t *terms, uint32_t n, uint32_t stories, struct err *err)
{
    if (!grow(s))
        return err_set(err, ERR_NOMEM, "out of memory");
    struct dups_stock_slot *slot = find(s, hash);
    if (slot->hash != 0)
        return 0;
    int rc = dups_rare_stands_in(words, terms, n, stories, err);
    if (rc < 0)
        return rc;
    *slot = (struct dups_stock_slot){hash + 1, rc == 1};
    s->n++;
    return 0;
}

/* The fingerprints of a body. */
static bool list_prints(struct dups_stock *s, const uint64_t *hashes, uint32_t n)
{
    vec_reset(&s->packed);
    vec_reset(&s->places);
    vec_reset(&s->known);
    vec_reset(&s->prints);
    if (!vec_reserve(&s->packed, winnow_room(n)) ||
        !vec_reserve(&s->places, winnow_place_words(n)) ||
        !vec_reserve(&s->known, 2 * winnow_place_words(n)))
        return false;
    size_t found = winnow_fingerprints(hashes, n, s->packed.items, s->places.items);
    if (!vec_reserve(&s->prints, found))
        return false;
    winnow_unpack(s->packed.items, found, s->prints.items);
    s->prints.len = found;
    return true;
}

/* Once all of its fingerprints are looked up; s->known has room for twice as many words as the body's places. */
static void mark(struct dups_stock *s, uint8_t *kinds, uint32_t n)
{
    enum {
        WORD = 64
    };
    size_t words = winnow_place_words(n);
    uint64_t *known = s->known.items, *stock = known + words;
    memset(known, 0, 2 * words * sizeof *known);
    vec_foreach(const struct fingerprint, f, &s->prints) {
        if (find(s, f->hash)->known)
            known[f->at / WORD] |= UINT64_C(1) << f->at % WORD;
    }
    compare_mark_stock(stock, n, s->places.items, known);
    for (uint32_t i = 0; i < n; i++)
        kinds[i] |= stock[i / WORD] >> i % WORD & 1 ? COMPARE_STOCK : 0;
}

int dups_stock_mark(struct dups_stock *s, const struct dups_words *words,
                    struct dups_text *t, uint32_t stories, struct err *err)
{
    uint32_t n = t->n - t->title_tokens;
    uint32_t shingle = n < WINNOW_SHINGLE ? n : WINNOW_SHINGLE;
    int rc = 0;
    if (n == 0)
        return 0;
    if (!list_prints(s, t->hashes.items + t->title_tokens, n))
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < s->prints.len; i++) {
        const struct fingerprint *f = &s->prints.items[i];
        rc = ask(s, words, f->hash, t->terms.items + t->title_tokens + f->at, shingle,
                 stories, err);
    }
    if (rc == 0)
        mark(s, t->kinds.items + t->title_tokens, n);
    return rc;
}
