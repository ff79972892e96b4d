#include "indexer/batch_words.h"

#include <string.h>

#include "indexer/word_keys.h"

enum {
    STEP = WORD_KEYS_AT_ONCE, /* tokens that are taken at a time */
    AHEAD = 2 * STEP /* so many tokens before a slot is looked at it is asked for */
};

_Static_assert(TOKEN_BLOCK % STEP == 0, "blocks of whole steps");

/* --- words ------------------------------------------------------------------------------- */

/* Counts n words from number `from` on, whose keys were made, and writes their numbers and their terms' hashes. Returns all
 * bits of the numbers; if memory is short, g->surfaces.failed says so. */
static uint32_t put_words(struct glossary *g, const struct analysed *t, size_t from,
                          size_t n, const struct word_keys *keys, uint32_t *ids,
                          uint8_t *hashes)
{
    size_t at = from % WORD_KEYS;
    struct surface_slot *slots = g->surfaces.slots;
    uint64_t mask = g->surfaces.n_slots - 1;
    uint32_t all = 0;
    for (size_t i = 0; i < n; i++) {
        struct surface_key key = word_keys_get(keys, at + i);
        uint64_t hash = keys->hash[at + i];
        struct surface_slot *slot = surface_in_line(slots, hash & mask, key);
        if (!slot) {
            slot = glossary_surface(g, key, hash, analysed_surface(t, from + i),
                                    t->tokens[from + i].flags & TOKEN_LOWER);
            if (!slot)
                return 0;
            slots = g->surfaces.slots; /* which may have grown */
            mask = g->surfaces.n_slots - 1;
        }
        uint32_t number = slot->number;
        slot->count++;
        all |= number;
        ids[i] = number;
        store_u64(hashes + 8 * i, slot->term_hash);
    }
    return all;
}

/* Slots know the vocabulary's numbers of most words; those of the others among n. Returns all bits of those that are still
 * the glossary's own. */
static uint32_t look_again(const struct glossary *g, uint32_t *ids, size_t n)
{
    uint32_t all = 0;
    for (size_t i = 0; i < n; i++) {
        if (ids[i] & GLOSSARY_OWN)
            all |= ids[i] = glossary_surface_number(g, ids[i]);
    }
    return all;
}

/* The words of a block that begins at token `from`. The keys of AHEAD tokens from there on were made, and are of what
 * follows afterwards. Returns DRAFT_SURFACES or 0. */
static unsigned put_block_words(struct glossary *g, const struct analysed *t,
                                size_t from, struct word_keys *keys,
                                struct token_block *block, uint8_t *hashes)
{
    uint32_t own = 0;
    for (size_t i = 0; i < block->n && !g->surfaces.failed; i += STEP) {
        size_t n = block->n - i < STEP ? block->n - i : STEP;
        word_keys_make(&g->surfaces, t, from + i + AHEAD, keys);
        uint32_t all =
            put_words(g, t, from + i, n, keys, block->surfaces + i, hashes + 8 * i);
        if (all & GLOSSARY_OWN)
            own |= look_again(g, block->surfaces + i, n);
    }
    return own & GLOSSARY_OWN ? (unsigned)DRAFT_SURFACES : 0;
}

/* --- separators -------------------------------------------------------------------------- */

/* The separators of a block that begins at token `first`; t->odd[*odd] is its first odd one, and becomes the next block's.
 * They are put to the block, but for number 0, as most are, and breaks to `breaks`, which are BREAK_NONE so far. Those that
 * are one blank are not looked at. Returns all bits of the numbers. */
static uint32_t put_seps(struct batch *b, const struct analysed *t, size_t first,
                         size_t *odd, struct token_block *block, uint8_t *breaks)
{
    struct glossary *g = b->glossary;
    uint32_t at = 0, all = 0;
    size_t n_glued = b->glued.len, k = *odd, end = first + block->n;
    for (; k < t->n_odd && t->odd[k] < end; k++) {
        uint32_t i = t->odd[k];
        uint8_t brk = t->tokens[i].brk;
        const struct glossary_sep *sep = glossary_sep(g, analysed_separator(t, i), brk);
        g->sep_counts.items[sep->own]++;
        breaks[i] = brk;
        all |= sep->number;
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
    return all;
}

/* --- articles ---------------------------------------------------------------------------- */

bool batch_words_put(struct batch *b, const struct analysed *t, uint8_t *sequence)
{
    struct glossary *g = b->glossary;
    struct token_block block;
    struct word_keys keys;
    size_t n = t->n_tokens, odd = 0;
    uint8_t *breaks = sequence + 8 * n;
    vec_reset(&b->glued);
    if (!vec_reserve(&b->glued, n + 1))
        return false;
    memset(breaks, BREAK_NONE, n);
    for (size_t i = 0; i < AHEAD; i += STEP)
        word_keys_make(&g->surfaces, t, i, &keys);
    for (size_t from = 0; from < n; from += TOKEN_BLOCK) {
        block.n = (uint32_t)(n - from < TOKEN_BLOCK ? n - from : TOKEN_BLOCK);
        unsigned late = put_block_words(g, t, from, &keys, &block, sequence + 8 * from);
        uint32_t seps = put_seps(b, t, from, &odd, &block, breaks);
        late |= seps & GLOSSARY_OWN ? (unsigned)DRAFT_SEPS : 0;
        if (g->surfaces.failed || g->seps.failed ||
            !draft_put_block(&b->tokens, &block, late))
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
    return !b->glossary->seps.failed;
}
