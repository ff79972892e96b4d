#include "indexer/batch_words.h"

#include <string.h>

#include "indexer/draft.h"
#include "indexer/word_keys.h"

enum {
    STEP = WORD_KEYS_AT_ONCE, /* tokens that are taken at a time */
    AHEAD = 5 * STEP, /* so many tokens before a slot is looked at it is asked for */
    WINDOW = 16       /* blocks that are made before they are put to the draft */
};

/* A word that was not where it is looked for first. */
struct late_word {
    struct surface_key key;
    uint32_t token; /* of the article */
    uint32_t at;    /* in the window */
};

/* Blocks on their way, and their words that have no number so far: these lie behind where they are looked for, or are new, or
 * longer than a slot. They are looked up together, some time after what that reads was asked for. */
struct window {
    struct token_block blocks[WINDOW];
    size_t n; /* tokens that have a number, or 0 if they are late */
    size_t n_late;
    struct late_word late[GLOSSARY_NEW];
};

/* An article on its way. */
struct passage {
    const struct analysed *t;
    size_t from, odd; /* what comes next: a token, and the place of an odd one */
    struct word_keys keys;
    uint8_t *hashes, *breaks;
};

_Static_assert(TOKEN_BLOCK % STEP == 0, "blocks of whole steps");
_Static_assert((int)STEP <= (int)GLOSSARY_NEW, "a step's words may all be late");
_Static_assert(GLOSSARY_UNSETTLED == DRAFT_OPEN, "drafts know what is unsettled");

/* --- words ------------------------------------------------------------------------------- */

static uint32_t *number_at(struct window *w, size_t at)
{
    return &w->blocks[at / TOKEN_BLOCK].surfaces[at % TOKEN_BLOCK];
}

/* Counts n words, whose keys were made, from token `from` on, and writes their numbers, behind those that the window has, and
 * their terms' hashes; but for those that are late. A function of its own, so that all that its loop needs is in registers. */
static __attribute__((noinline)) void put_words(struct surface_slot *slots,
                                                const struct passage *p, size_t from,
                                                size_t n, struct window *w)
{
    const struct word_keys *keys = &p->keys;
    const size_t key_at = from % WORD_KEYS, at = w->n;
    uint32_t *ids = number_at(w, at);
    uint8_t *hashes = p->hashes + 8 * from;
    size_t n_late = w->n_late;
    for (size_t i = 0; i < n; i++) {
        struct surface_key key = word_keys_get(keys, key_at + i);
        struct surface_slot *slot = surface_in_line(slots, keys->at[key_at + i], key);
        if (slot) {
            slot->count++;
            ids[i] = slot->number;
            store_u64(hashes + 8 * i, slot->term_hash);
        } else {
            surface_expect_behind(slots, keys->at[key_at + i]);
            ids[i] = 0;
            w->late[n_late++] =
                (struct late_word){key, (uint32_t)(from + i), (uint32_t)(at + i)};
        }
    }
    w->n_late = n_late;
    w->n = at + n;
}

static uint32_t settled(const void *glossary, uint32_t number)
{
    return glossary_settled(glossary, number);
}

bool batch_words_settle(struct batch *b)
{
    if (!glossary_settle(b->glossary))
        return false;
    draft_close(&b->tokens, &b->open_surfaces, settled, b->glossary);
    return true;
}

/* The same, with the numbers of a window. */
static bool settle(struct batch *b, struct window *w)
{
    if (!batch_words_settle(b))
        return false;
    for (size_t i = 0; i < w->n; i++) {
        uint32_t *number = number_at(w, i);
        *number = glossary_settled(b->glossary, *number);
    }
    return true;
}

/* Late words are counted and get their numbers; those of new ones are open until the glossary has as many as it takes: so the
 * vocabulary is locked seldom, and what others have put comes in groups whose cache misses overlap. False: no memory, or the
 * glossary has failed. */
static bool put_late(struct batch *b, const struct passage *p, struct window *w)
{
    struct glossary *g = b->glossary;
    const struct analysed *t = p->t;
    if (g->n_fresh + w->n_late > GLOSSARY_NEW && !settle(b, w))
        return false;
    for (size_t i = 0; i < w->n_late; i++) {
        const struct late_word *l = &w->late[i];
        struct surface_slot *slot =
            glossary_surface(g, l->key, analysed_surface(t, l->token),
                             t->tokens[l->token].flags & TOKEN_LOWER);
        if (!slot)
            return false;
        slot->count++;
        *number_at(w, l->at) = slot->number;
        store_u64(p->hashes + 8 * (size_t)l->token, slot->term_hash);
    }
    w->n_late = 0;
    return true;
}

/* The next n_words words, a block of a window. The keys of AHEAD tokens from there on were made, and are of what follows
 * afterwards. False: as put_late. */
static bool put_block_words(struct batch *b, struct passage *p, size_t n_words,
                            struct window *w)
{
    struct glossary *g = b->glossary;
    for (size_t i = 0; i < n_words; i += STEP) {
        size_t n = n_words - i < STEP ? n_words - i : STEP;
        word_keys_make(&g->surfaces, p->t, p->from + i + AHEAD, &p->keys);
        put_words(g->surfaces.slots, p, p->from + i, n, w);
        if (w->n_late > GLOSSARY_NEW - STEP && !put_late(b, p, w))
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

/* Puts the blocks of a window to the draft. False: no memory. */
static bool put_blocks(struct batch *b, struct window *w, size_t n_blocks)
{
    size_t from[WINDOW];
    for (size_t k = 0; k < n_blocks; k++) {
        from[k] = b->tokens.len;
        if (!draft_put_block(&b->tokens, &w->blocks[k]))
            return false;
    }
    for (size_t k = 0; glossary_unsettled(b->glossary) && k < n_blocks; k++) {
        if (!draft_note_open(&b->tokens, from[k], w->blocks[k].n, &b->open_surfaces))
            return false;
    }
    return true;
}

/* The next blocks of an article, a window of them at most. False: no memory, or the glossary has failed. */
static bool put_window(struct batch *b, struct passage *p, struct window *w)
{
    size_t n_blocks = 0, n = p->t->n_tokens;
    w->n = w->n_late = 0;
    for (; n_blocks < WINDOW && p->from < n; n_blocks++, p->from += TOKEN_BLOCK) {
        struct token_block *block = &w->blocks[n_blocks];
        block->n = (uint32_t)(n - p->from < TOKEN_BLOCK ? n - p->from : TOKEN_BLOCK);
        if (!put_block_words(b, p, block->n, w) ||
            !put_seps(b, p->t, p->from, &p->odd, block, p->breaks))
            return false;
    }
    return put_late(b, p, w) && put_blocks(b, w, n_blocks);
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
