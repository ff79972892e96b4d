#include "indexer/batch_words.h"

#include <string.h>

#include "indexer/draft.h"
#include "indexer/word_keys.h"

enum {
    STEP = WORD_KEYS_AT_ONCE, /* tokens that are taken at a time */
    AHEAD = 2 * STEP /* so many tokens before a slot is looked at it is asked for */
};

_Static_assert((int)STEP <= (int)GLOSSARY_NEW, "a step's words may all be new");

/* --- words ------------------------------------------------------------------------------- */

/* Counts n words from number `from` on, whose keys were made, and writes their numbers and their terms' hashes. *all gets all
 * bits of the numbers. False: the glossary has failed. */
static bool put_words(struct glossary *g, const struct analysed *t, size_t from,
                      size_t n, const struct word_keys *keys, uint32_t *ids,
                      uint8_t *hashes, uint32_t *all)
{
    size_t at = from % WORD_KEYS;
    struct surface_slot *slots = g->surfaces.slots;
    uint64_t mask = g->surfaces.n_slots - 1;
    *all = 0;
    for (size_t i = 0; i < n; i++) {
        struct surface_key key = word_keys_get(keys, at + i);
        uint64_t hash = keys->hash[at + i];
        struct surface_slot *slot = surface_in_line(slots, hash & mask, key);
        if (!slot) {
            slot = glossary_surface(g, key, hash, analysed_surface(t, from + i),
                                    t->tokens[from + i].flags & TOKEN_LOWER);
            if (!slot)
                return false;
            slots = g->surfaces.slots; /* which may have grown */
            mask = g->surfaces.n_slots - 1;
        }
        uint32_t number = slot->number;
        slot->count++;
        *all |= number;
        ids[i] = number;
        store_u64(hashes + 8 * i, slot->term_hash);
    }
    return true;
}

/* New words get their numbers, and the steps that have some have them put in. */
static bool settle(struct batch *b)
{
    if (!glossary_settle(b->glossary))
        return false;
    vec_foreach(const uint32_t, from, &b->unsettled) {
        uint32_t *ids = b->ids.items + *from;
        for (size_t i = 0; i < STEP; i++)
            ids[i] = glossary_settled(b->glossary, ids[i]);
    }
    vec_reset(&b->unsettled);
    return true;
}

/* The words of an article: their numbers go to b->ids, which is filled up to whole steps. False: no memory, or the glossary has
 * failed. */
static bool put_article_words(struct batch *b, const struct analysed *t,
                              uint8_t *hashes)
{
    struct glossary *g = b->glossary;
    struct word_keys keys;
    size_t n = t->n_tokens;
    vec_reset(&b->ids);
    vec_reset(&b->unsettled);
    if (!vec_reserve(&b->ids, n + STEP) || !vec_reserve(&b->unsettled, n / STEP + 1))
        return false;
    memset(b->ids.items + n, 0, STEP * sizeof *b->ids.items);
    for (size_t i = 0; i < AHEAD; i += STEP)
        word_keys_make(&g->surfaces, t, i, &keys);
    for (size_t i = 0; i < n; i += STEP) {
        uint32_t all;
        size_t some = n - i < STEP ? n - i : STEP;
        word_keys_make(&g->surfaces, t, i + AHEAD, &keys);
        if (!put_words(g, t, i, some, &keys, b->ids.items + i, hashes + 8 * i, &all))
            return false;
        if (all & GLOSSARY_UNSETTLED)
            b->unsettled.items[b->unsettled.len++] = (uint32_t)i;
        if (g->n_fresh > GLOSSARY_NEW - STEP && !settle(b))
            return false;
    }
    return settle(b);
}

/* --- separators -------------------------------------------------------------------------- */

/* The separators of a block that begins at token `first`; t->odd[*odd] is its first odd one, and becomes the next block's.
 * They are put to the block, but for number 0, as most are, and breaks to `breaks`, which are BREAK_NONE so far. Those that
 * are one blank are not looked at. False: the glossary has failed. */
static bool put_seps(struct batch *b, const struct analysed *t, size_t first,
                     size_t *odd, struct token_block *block, uint8_t *breaks)
{
    struct glossary *g = b->glossary;
    uint32_t at = 0;
    size_t n_glued = b->glued.len, k = *odd, end = first + block->n;
    for (; k < t->n_odd && t->odd[k] < end; k++) {
        uint32_t i = t->odd[k];
        uint8_t brk = t->tokens[i].brk;
        const struct glossary_sep *sep = glossary_sep(g, analysed_separator(t, i), brk);
        g->sep_counts.items[sep->own]++;
        breaks[i] = brk;
        block->places[at] = (uint8_t)(i - first);
        block->seps[at] = sep->number;
        at += sep->own != 0;
        b->glued.items[n_glued] = i;
        n_glued += brk == BREAK_GLUED;
    }
    g->sep_counts.items[0] += block->n - (uint32_t)(k - *odd);
    *odd = k;
    block->n_seps = at;
    b->glued.len = n_glued;
    return !glossary_failed(g);
}

/* --- articles ---------------------------------------------------------------------------- */

bool batch_words_put(struct batch *b, const struct analysed *t, uint8_t *sequence)
{
    struct token_block block;
    size_t n = t->n_tokens, odd = 0;
    uint8_t *breaks = sequence + 8 * n;
    vec_reset(&b->glued);
    if (!vec_reserve(&b->glued, n + 1) || !put_article_words(b, t, sequence))
        return false;
    memset(breaks, BREAK_NONE, n);
    for (size_t from = 0; from < n; from += TOKEN_BLOCK) {
        block.n = (uint32_t)(n - from < TOKEN_BLOCK ? n - from : TOKEN_BLOCK);
        memcpy(block.surfaces, b->ids.items + from, block.n * sizeof *block.surfaces);
        if (!put_seps(b, t, from, &odd, &block, breaks) ||
            !draft_put_block(&b->tokens, &block))
            return false;
    }
    breaks[0] = BREAK_NONE;
    return true;
}

bool batch_words_tail(struct batch *b, const struct analysed *t, uint32_t *number)
{
    const struct glossary_sep *sep = glossary_sep(b->glossary, t->tail, BREAK_NONE);
    b->glossary->sep_counts.items[sep->own]++;
    *number = sep->number;
    return !glossary_failed(b->glossary);
}
