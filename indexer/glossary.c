#include "indexer/glossary.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"

enum {
    TOKENS_MAX = 1 << 30 /* that are counted before it is emptied */
};

void glossary_init(struct glossary *g, struct vocabulary *v)
{
    *g = (struct glossary){.vocabulary = v};
    surface_table_init(&g->surfaces);
    intern_init(&g->seps, true);
    intern_init(&g->joined, true);
}

void glossary_release(struct glossary *g)
{
    surface_table_release(&g->surfaces);
    intern_release(&g->seps);
    intern_release(&g->joined);
    vec_release(&g->sep_numbers);
    vec_release(&g->joined_numbers);
    vec_release(&g->sep_counts);
}

#define VEC_BYTES(v) ((v)->cap * sizeof *(v)->items)

size_t glossary_memory(const struct glossary *g)
{
    return surface_table_memory(&g->surfaces) + intern_memory(&g->seps) +
           intern_memory(&g->joined) + VEC_BYTES(&g->sep_numbers) +
           VEC_BYTES(&g->joined_numbers) + VEC_BYTES(&g->sep_counts);
}

/* rc: that of a call that has left its message in g->err, or 0 if memory is short here. */
static void fail(struct glossary *g, int rc)
{
    if (rc == 0 && !glossary_failed(g))
        (void)err_set(&g->err, ERR_NOMEM, "glossary: out of memory");
}

int glossary_status(const struct glossary *g, struct err *err)
{
    return glossary_failed(g) ? err_set(err, g->err.code, "%s", g->err.msg) : 0;
}

/* --- batches ------------------------------------------------------------------------------ */

/* What was counted of a separator goes to the counts of all. */
static void gather(struct glossary *g, struct glossary_sep *sep, uint32_t own)
{
    if (sep->count > 0)
        g->sep_counts.items[own] += sep->count;
    sep->count = 0;
}

void glossary_tell(struct glossary *g)
{
    struct vocabulary *v = g->vocabulary;
    for (size_t i = 0; i < sizeof g->recent / sizeof *g->recent; i++)
        gather(g, &g->recent[i], g->recent_own[i]);
    gather(g, &g->rare, g->rare_own);
    vocabulary_lock(v);
    for (size_t i = 0; i < g->surfaces.n_slots; i++) {
        const struct surface_slot *s = &g->surfaces.slots[i];
        if (s->key.rest != 0)
            v->surfaces.counts.items[s->number] += s->count;
    }
    for (size_t i = 0; i < g->sep_counts.len; i++)
        v->seps.counts.items[g->sep_numbers.items[i]] += g->sep_counts.items[i];
    vocabulary_unlock(v);
}

static void empty(struct glossary *g)
{
    static const uint8_t blank[INTERN_INLINE] = " ";
    vec_release(&g->sep_numbers);
    vec_release(&g->joined_numbers);
    vec_release(&g->sep_counts);
    memset(g->recent, 0, sizeof g->recent);
    g->rare = (struct glossary_sep){.key = 0};
    g->tokens = 0;
    if (surface_table_reset(&g->surfaces) && intern_reset(&g->seps) &&
        intern_reset(&g->joined))
        (void)glossary_sep_put(g, bytes_of(blank, 1), BREAK_NONE);
    else
        fail(g, 0);
}

int glossary_begin(struct glossary *g, size_t bytes_max, struct err *err)
{
    bool fresh = g->seps.n_slots == 0;
    if (fresh || glossary_memory(g) > bytes_max || g->tokens > TOKENS_MAX) {
        if (!fresh)
            glossary_tell(g);
        empty(g);
    }
    return glossary_status(g, err);
}

/* --- separators and joined terms ---------------------------------------------------------- */

/* The number here of a separator; one that is new gets the vocabulary's, too. */
static uint32_t put_sep(struct glossary *g, struct bytes sep, uint8_t brk)
{
    struct intern_key key;
    bool is_new;
    uint32_t number;
    intern_key(&g->seps, sep, INTERN_INLINE, brk, &key);
    uint32_t own = intern_put(&g->seps, &key, &is_new);
    if (!is_new)
        return own;
    int rc = vocabulary_put_sep(g->vocabulary, sep, brk, &number, &g->err);
    if (rc != 0 || g->seps.failed || !vec_push(&g->sep_numbers, number) ||
        !vec_push(&g->sep_counts, 0))
        fail(g, rc);
    return own;
}

struct glossary_sep *glossary_sep_put(struct glossary *g, struct bytes sep, uint8_t brk)
{
    struct glossary_sep *to = &g->rare;
    uint32_t *to_own = &g->rare_own, own = put_sep(g, sep, brk);
    uint64_t key = 0;
    if (glossary_failed(g))
        return to;
    if (sep.len <= GLOSSARY_SEP_BYTES) {
        key = glossary_sep_key(sep.data, sep.len, brk);
        to = glossary_sep_place(g, key);
        to_own = &g->recent_own[to - g->recent];
    }
    gather(g, to, *to_own);
    *to = (struct glossary_sep){.key = key, .number = g->sep_numbers.items[own]};
    *to_own = own;
    return to;
}

uint32_t glossary_joined(struct glossary *g, const struct intern_key *key)
{
    bool is_new;
    uint32_t number, own = intern_put(&g->joined, key, &is_new);
    if (!is_new)
        return own;
    struct bytes term = bytes_of(key->data, key->len);
    int rc = vocabulary_put_joined(g->vocabulary, term, key->tag, &number, &g->err);
    if (rc != 0 || g->joined.failed || !vec_push(&g->joined_numbers, number))
        fail(g, rc);
    return own;
}

/* --- surfaces ----------------------------------------------------------------------------- */

/* Notes what is known of a surface whose slot was made just now. */
static void note(struct glossary *g, struct surface_slot *slot, uint64_t hash,
                 struct bytes surface, bool is_term)
{
    struct vocabulary_surface *s = &g->fresh_surfaces[g->n_fresh];
    struct bytes term = surface;
    assert(g->n_fresh < GLOSSARY_NEW);
    if (!is_term) {
        uint8_t *to = g->folded + g->folded_len;
        term = bytes_of(to, analyser_fold(surface, to));
        g->folded_len += term.len;
    }
    slot->term_hash = hash64(term.data, term.len, HASH_SEED_TERM);
    *s = (struct vocabulary_surface){surface, term, slot->term_hash, (uint32_t)hash, 0};
    slot->number = GLOSSARY_UNSETTLED | (uint32_t)g->n_fresh;
}

struct surface_slot *glossary_surface(struct glossary *g, struct surface_key key,
                                      uint64_t hash, struct bytes surface, bool is_term)
{
    bool is_new;
    struct surface_slot *slot =
        surface_table_put(&g->surfaces, key, hash, surface, &is_new);
    if (!slot)
        fail(g, 0);
    if (slot && is_new) {
        note(g, slot, hash, surface, is_term);
        g->fresh[g->n_fresh++] = (struct glossary_new){key, hash};
    }
    return slot;
}

bool glossary_settle(struct glossary *g)
{
    const struct vocabulary_surface *fresh = g->fresh_surfaces;
    if (g->n_fresh > 0 && vocabulary_put_surfaces(g->vocabulary, g->fresh_surfaces,
                                                  g->n_fresh, &g->err) != 0)
        return false;
    for (size_t i = 0; i < g->n_fresh; i++) {
        bool is_new;
        struct surface_slot *slot = surface_table_put(
            &g->surfaces, g->fresh[i].key, g->fresh[i].hash, fresh[i].bytes, &is_new);
        assert(slot && !is_new);
        slot->number = fresh[i].number;
    }
    g->n_fresh = g->folded_len = 0;
    return true;
}
