#include "indexer/glossary.h"

#include <string.h>

#include "base/hash.h"
#include "text/analyser.h"

enum {
    GROUP = 32,          /* look-ups whose cache misses overlap */
    KEPT = 1 << 16,      /* entries of arrays that an empty one keeps */
    TOKENS_MAX = 1 << 30 /* that are counted before it is emptied */
};

void glossary_init(struct glossary *g)
{
    *g = (struct glossary){.tokens = 0};
    surface_table_init(&g->surfaces);
    intern_init(&g->seps, true);
    intern_init(&g->joined, true);
    /* As `lock` is never asked for twice by a thread and has no attributes, nothing can fail. */
    (void)pthread_mutex_init(&g->numbers.lock, NULL);
}

static void release_map(struct glossary_map *m)
{
    vec_release(&m->surfaces);
    vec_release(&m->seps);
    vec_release(&m->joined);
}

void glossary_release(struct glossary *g)
{
    surface_table_release(&g->surfaces);
    intern_release(&g->seps);
    intern_release(&g->joined);
    vec_release(&g->folded_at);
    buf_release(&g->folded);
    vec_release(&g->sep_counts);
    release_map(&g->known);
    release_map(&g->numbers.map);
    (void)pthread_mutex_destroy(&g->numbers.lock);
}

void glossary_fresh_init(struct glossary_fresh *f)
{
    *f = (struct glossary_fresh){.emptied = false};
    intern_init(&f->surfaces, false);
    intern_init(&f->seps, true);
    intern_init(&f->joined, true);
}

void glossary_fresh_release(struct glossary_fresh *f)
{
    intern_release(&f->surfaces);
    intern_release(&f->seps);
    intern_release(&f->joined);
    vec_release(&f->folded_at);
    buf_release(&f->folded);
    vec_release(&f->surface_counts);
    vec_release(&f->sep_counts);
}

#define VEC_BYTES(v) ((v)->cap * sizeof *(v)->items)

size_t glossary_memory(const struct glossary *g)
{
    return surface_table_memory(&g->surfaces) + intern_memory(&g->seps) +
           intern_memory(&g->joined) + VEC_BYTES(&g->folded_at) + g->folded.cap +
           VEC_BYTES(&g->sep_counts) + VEC_BYTES(&g->known.surfaces) +
           VEC_BYTES(&g->known.seps) + VEC_BYTES(&g->known.joined);
}

size_t glossary_fresh_memory(const struct glossary_fresh *f)
{
    return intern_memory(&f->surfaces) + intern_memory(&f->seps) +
           intern_memory(&f->joined) + VEC_BYTES(&f->folded_at) + f->folded.cap +
           VEC_BYTES(&f->surface_counts) + VEC_BYTES(&f->sep_counts);
}

/* --- batches ------------------------------------------------------------------------------ */

/* The occurrences so far, which the next commit adds. */
static bool save_counts(const struct glossary *g, struct glossary_fresh *f)
{
    if (!vec_reserve(&f->surface_counts, g->folded_at.len) ||
        !vec_reserve(&f->sep_counts, g->sep_counts.len))
        return false;
    for (size_t i = 0; i < g->surfaces.n_slots; i++) {
        const struct surface_slot *s = &g->surfaces.slots[i];
        if (s->key.rest != 0)
            f->surface_counts.items[f->surface_counts.len++] =
                (struct glossary_count){s->number, s->count};
    }
    for (size_t i = 0; i < g->sep_counts.len; i++)
        f->sep_counts.items[i] = g->sep_counts.items[i];
    f->sep_counts.len = g->sep_counts.len;
    return true;
}

static bool empty(struct glossary *g)
{
    static const uint8_t blank = ' ';
    struct intern_key key;
    bool is_new;
    if (!surface_table_reset(&g->surfaces) || !intern_reset(&g->seps) ||
        !intern_reset(&g->joined))
        return false;
    if (g->folded_at.cap > KEPT)
        vec_release(&g->folded_at);
    if (g->folded.cap > (size_t)KEPT * 16)
        buf_release(&g->folded);
    vec_reset(&g->folded_at);
    buf_reset(&g->folded);
    vec_reset(&g->sep_counts);
    vec_reset(&g->known.surfaces);
    vec_reset(&g->known.seps);
    vec_reset(&g->known.joined);
    g->tokens = 0;
    g->n_emptied++;
    g->told_surfaces = g->told_seps = g->told_joined = g->told_folded = 0;
    intern_key(&g->seps, bytes_of(&blank, 1), 1, BREAK_NONE, &key);
    intern_put(&g->seps, &key, &is_new);
    return vec_push(&g->sep_counts, 0) && !g->seps.failed;
}

#define TAKE_NEW(to, from)                                        \
    (vec_reserve(to, (from)->len - (to)->len) &&                  \
     ((from)->len == (to)->len ||                                 \
      memcpy((to)->items + (to)->len, (from)->items + (to)->len,  \
             ((from)->len - (to)->len) * sizeof *(to)->items)) && \
     (((to)->len = (from)->len), true))

/* The numbers that commits have found since the last batch. Those from before the glossary was last emptied are no use. */
static bool take_numbers(struct glossary *g)
{
    struct glossary_map *to = &g->known;
    const struct glossary_map *from = &g->numbers.map;
    bool good = true;
    (void)pthread_mutex_lock(&g->numbers.lock);
    if (g->numbers.n_emptied == g->n_emptied)
        good = TAKE_NEW(&to->surfaces, &from->surfaces) &&
               TAKE_NEW(&to->seps, &from->seps) && TAKE_NEW(&to->joined, &from->joined);
    (void)pthread_mutex_unlock(&g->numbers.lock);
    return good;
}

/* Slots get the vocabulary's numbers of the words from number `from` on that are known, but for longer words, whose bytes are
 * found by their own numbers. In two rounds, so that the cache misses of the slots overlap. */
static void renumber(struct glossary *g, size_t from)
{
    struct surface_key keys[GROUP];
    uint64_t hashes[GROUP];
    uint32_t numbers[GROUP];
    const struct surface_table *t = &g->surfaces;
    for (size_t at = from; at < g->known.surfaces.len;) {
        size_t n = 0;
        for (; n < GROUP && at < g->known.surfaces.len; at++) {
            struct bytes b = intern_bytes(&t->words, (uint32_t)at);
            if (b.len > SURFACE_INLINE)
                continue;
            keys[n] = surface_key(b.data, b.len);
            hashes[n] = surface_hash(t->seed, keys[n]);
            __builtin_prefetch(surface_first_slot(t, hashes[n]), 1);
            numbers[n++] = g->known.surfaces.items[at];
        }
        for (size_t i = 0; i < n; i++)
            surface_find(t, keys[i], hashes[i])->number = numbers[i];
    }
}

bool glossary_begin(struct glossary *g, size_t bytes_max, struct glossary_fresh *f)
{
    intern_list_reset(&f->surfaces);
    intern_list_reset(&f->seps);
    intern_list_reset(&f->joined);
    vec_reset(&f->folded_at);
    buf_reset(&f->folded);
    vec_reset(&f->surface_counts);
    vec_reset(&f->sep_counts);
    f->emptied = g->seps.n_slots == 0 || glossary_memory(g) > bytes_max ||
                 g->tokens > TOKENS_MAX;
    if (f->emptied && !(save_counts(g, f) && empty(g)))
        return false;
    size_t known = g->known.surfaces.len;
    if (!take_numbers(g))
        return false;
    memset(g->recent, 0, sizeof g->recent);
    renumber(g, known);
    return true;
}

bool glossary_tell(struct glossary *g, struct glossary_fresh *f)
{
    size_t n = g->folded_at.len;
    if (!intern_list(&f->surfaces, &g->surfaces.words, g->told_surfaces) ||
        !intern_list(&f->seps, &g->seps, g->told_seps) ||
        !intern_list(&f->joined, &g->joined, g->told_joined) ||
        !vec_reserve(&f->folded_at, n - g->told_surfaces))
        return false;
    for (size_t i = g->told_surfaces; i < n; i++) {
        uint32_t at = g->folded_at.items[i];
        if (at != (uint32_t)GLOSSARY_AS_IT_IS)
            at -= (uint32_t)g->told_folded;
        f->folded_at.items[f->folded_at.len++] = at;
    }
    size_t bytes = g->folded.len - g->told_folded;
    if (bytes > 0)
        buf_put(&f->folded, g->folded.data + g->told_folded, bytes);
    /* Whole words are read of the last one too. */
    buf_reserve(&f->folded, INTERN_INLINE);
    g->told_surfaces = n;
    g->told_seps = g->seps.entries.len;
    g->told_joined = g->joined.entries.len;
    g->told_folded = g->folded.len;
    return !f->folded.failed;
}

/* --- separators --------------------------------------------------------------------------- */

const struct glossary_sep *glossary_sep_put(struct glossary *g, struct bytes sep,
                                            uint8_t brk)
{
    struct intern_key key;
    bool is_new;
    intern_key(&g->seps, sep, INTERN_INLINE, brk, &key);
    uint32_t own = intern_put(&g->seps, &key, &is_new);
    if (is_new && !vec_push(&g->sep_counts, 0))
        g->seps.failed = true;
    if (g->seps.failed)
        own = 0;
    struct glossary_sep *to = &g->rare;
    struct glossary_sep found = {0, own, glossary_sep_number(g, own)};
    if (sep.len <= GLOSSARY_SEP_BYTES) {
        found.key = glossary_sep_key(sep.data, sep.len, brk);
        to = glossary_sep_place(g, found.key);
    }
    *to = found;
    return to;
}

/* --- surfaces ----------------------------------------------------------------------------- */

/* What is known of a surface whose slot was made just now. */
static bool learn(struct glossary *g, struct surface_slot *slot, struct bytes surface,
                  bool is_term)
{
    uint32_t at = (uint32_t)GLOSSARY_AS_IT_IS;
    struct bytes term = surface;
    if (!is_term) {
        /* Room for the readers of whole words, too. */
        if (!buf_reserve(&g->folded, 1 + TERM_BYTES_MAX + INTERN_INLINE) ||
            g->folded.len > UINT32_MAX - 1)
            return false;
        uint8_t *to = g->folded.data + g->folded.len;
        term = bytes_of(to + 1, analyser_fold(surface, to + 1));
        *to = (uint8_t)term.len;
        at = (uint32_t)g->folded.len;
        g->folded.len += 1 + term.len;
    }
    slot->number |= GLOSSARY_OWN;
    slot->term_hash = hash64(term.data, term.len, HASH_SEED_TERM);
    return vec_push(&g->folded_at, at);
}

struct surface_slot *glossary_surface(struct glossary *g, struct surface_key key,
                                      uint64_t hash, struct bytes surface, bool is_term)
{
    bool is_new;
    struct surface_slot *slot =
        surface_table_put(&g->surfaces, key, hash, surface, &is_new);
    if (!slot || !is_new || learn(g, slot, surface, is_term))
        return slot;
    g->surfaces.failed = true;
    return NULL;
}
