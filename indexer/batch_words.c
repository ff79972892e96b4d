#include "indexer/batch_words.h"

#include <string.h>

#include "indexer/draft.h"
#include "indexer/word_keys.h"

enum {
    STEP = WORD_KEYS_AT_ONCE, /* tokens that are taken at a time */
    AHEAD = 2 * STEP, /* so many tokens before a slot is looked at it is asked for */
    WINDOW = 16       /* blocks whose new words are put to the vocabulary together */
};

/* Blocks that wait for the numbers of their new words. */
struct window {
    struct token_block blocks[WINDOW];
    size_t n_unsettled;
    uint16_t
        unsettled[WINDOW * TOKEN_BLOCK]; /* places of numbers with GLOSSARY_UNSETTLED */
};

/* An article on its way. */
struct passage {
    const struct analysed *t;
    size_t from, odd; /* what comes next: a token, and the place of an odd one */
    struct word_keys keys;
    uint8_t *hashes, *breaks;
};

_Static_assert(TOKEN_BLOCK % STEP == 0, "blocks of whole steps");
_Static_assert((int)STEP <= (int)GLOSSARY_NEW, "a step's words may all be new");

/* --- words ------------------------------------------------------------------------------- */

/* Counts n words of a window, whose keys were made, from token `from` on, and writes their numbers, and their terms' hashes.
 * They stand at `at` in the window. False: the glossary has failed. */
static bool put_words(struct glossary *g, const struct passage *p, size_t from,
                      size_t n, struct window *w, size_t at)
{
    const struct analysed *t = p->t;
    const size_t key_at = from % WORD_KEYS;
    uint32_t *ids = w->blocks[at / TOKEN_BLOCK].surfaces + at % TOKEN_BLOCK;
    uint8_t *hashes = p->hashes + 8 * from;
    struct surface_slot *slots = g->surfaces.slots;
    uint64_t mask = g->surfaces.n_slots - 1;
    for (size_t i = 0; i < n; i++) {
        struct surface_key key = word_keys_get(&p->keys, key_at + i);
        uint64_t hash = p->keys.hash[key_at + i];
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
        ids[i] = number;
        store_u64(hashes + 8 * i, slot->term_hash);
        if (number & GLOSSARY_UNSETTLED)
            w->unsettled[w->n_unsettled++] = (uint16_t)(at + i);
    }
    return true;
}

/* New words get their numbers, which are put in where they stand. */
static bool settle(struct glossary *g, struct window *w)
{
    if (!glossary_settle(g))
        return false;
    for (size_t i = 0; i < w->n_unsettled; i++) {
        struct token_block *block = &w->blocks[w->unsettled[i] / TOKEN_BLOCK];
        uint32_t *id = &block->surfaces[w->unsettled[i] % TOKEN_BLOCK];
        *id = glossary_settled(g, *id);
    }
    w->n_unsettled = 0;
    return true;
}

/* The words of block k of a window, which begins at the next token; those that are new are settled later. The keys of AHEAD
 * tokens from there on were made, and are of what follows afterwards. False: the glossary has failed. */
static bool put_block_words(struct glossary *g, struct passage *p, struct window *w,
                            size_t k)
{
    size_t n_words = w->blocks[k].n;
    for (size_t i = 0; i < n_words; i += STEP) {
        size_t n = n_words - i < STEP ? n_words - i : STEP;
        word_keys_make(&g->surfaces, p->t, p->from + i + AHEAD, &p->keys);
        if (!put_words(g, p, p->from + i, n, w, k * TOKEN_BLOCK + i))
            return false;
        if (g->n_fresh > GLOSSARY_NEW - STEP && !settle(g, w))
            return false;
    }
    return true;
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
        struct glossary_sep *sep = glossary_sep(g, analysed_separator(t, i), brk);
        sep->count++;
        breaks[i] = brk;
        block->places[at] = (uint8_t)(i - first);
        block->seps[at] = sep->number;
        at += sep->number != 0;
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

/* The next blocks of an article, a window of them at most. False: no memory, or the glossary has failed. */
static bool put_window(struct batch *b, struct passage *p, struct window *w)
{
    struct glossary *g = b->glossary;
    size_t n_blocks = 0, n = p->t->n_tokens;
    w->n_unsettled = 0;
    for (; n_blocks < WINDOW && p->from < n; n_blocks++, p->from += TOKEN_BLOCK) {
        struct token_block *block = &w->blocks[n_blocks];
        block->n = (uint32_t)(n - p->from < TOKEN_BLOCK ? n - p->from : TOKEN_BLOCK);
        if (!put_block_words(g, p, w, n_blocks) ||
            !put_seps(b, p->t, p->from, &p->odd, block, p->breaks))
            return false;
    }
    if (!settle(g, w))
        return false;
    for (size_t k = 0; k < n_blocks; k++) {
        if (!draft_put_block(&b->tokens, &w->blocks[k]))
            return false;
    }
    return true;
}

bool batch_words_put(struct batch *b, const struct analysed *t, uint8_t *sequence)
{
    struct window window;
    size_t n = t->n_tokens;
    struct passage p = {.t = t, .hashes = sequence, .breaks = sequence + 8 * n};
    vec_reset(&b->glued);
    if (!vec_reserve(&b->glued, n + 1))
        return false;
    memset(p.breaks, BREAK_NONE, n);
    for (size_t i = 0; i < AHEAD; i += STEP)
        word_keys_make(&b->glossary->surfaces, t, i, &p.keys);
    while (p.from < n) {
        if (!put_window(b, &p, &window))
            return false;
    }
    p.breaks[0] = BREAK_NONE;
    return true;
}

bool batch_words_tail(struct batch *b, const struct analysed *t, uint32_t *number)
{
    struct glossary_sep *sep = glossary_sep(b->glossary, t->tail, BREAK_NONE);
    sep->count++;
    *number = sep->number;
    return !glossary_failed(b->glossary);
}
