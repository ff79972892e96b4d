#include "indexer/glossary.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "text/fold.h"

enum {
    GROUP = 32,          /* look-ups whose cache misses overlap */
    TOLD = 128,          /* surfaces whose counts are told together */
    TOKENS_MAX = 1 << 30 /* that are counted before counts are told */
};

void glossary_init(struct glossary *g, struct vocabulary *v)
{
    *g = (struct glossary){.vocabulary = v};
    surface_table_init(&g->surfaces, v->n_expected);
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
    vocabulary_news_release(&g->news);
    buf_release(&g->fresh_bytes);
}

#define VEC_BYTES(v) ((v)->cap * sizeof *(v)->items)

size_t glossary_memory(const struct glossary *g)
{
    return surface_table_memory(&g->surfaces) + intern_memory(&g->seps) +
           intern_memory(&g->joined) + VEC_BYTES(&g->sep_numbers) +
           VEC_BYTES(&g->joined_numbers) + VEC_BYTES(&g->sep_counts) +
           g->news.bytes.cap + g->fresh_bytes.cap;
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

/* Counts on their way to the vocabulary, which is locked for some at a time, so that several glossaries may tell at once. */
struct telling {
    size_t n;
    uint32_t numbers[TOLD];
    uint32_t counts[TOLD];
};

static void tell_some(struct vocabulary *v, struct telling *t)
{
    vocabulary_lock(v);
    uint64_t *counts = v->surfaces.counts.items;
    for (size_t i = 0; i < t->n; i++)
        counts[t->numbers[i]] += t->counts[i];
    vocabulary_unlock(v);
    t->n = 0;
}

static void tell_surfaces(const struct glossary *g)
{
    struct telling t = {.n = 0};
    for (size_t i = 0; i < g->surfaces.n_slots; i++) {
        const struct surface_slot *s = &g->surfaces.slots[i];
        t.numbers[t.n] = s->number;
        t.counts[t.n] = s->count;
        t.n += s->count > 0; /* an empty slot has none */
        if (t.n == TOLD)
            tell_some(g->vocabulary, &t);
    }
    tell_some(g->vocabulary, &t);
}

void glossary_tell(struct glossary *g)
{
    struct vocabulary *v = g->vocabulary;
    for (size_t i = 0; i < sizeof g->recent / sizeof *g->recent; i++)
        gather(g, &g->recent[i], g->recent_own[i]);
    gather(g, &g->rare, g->rare_own);
    tell_surfaces(g);
    vocabulary_lock(v);
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

/* What was told is not told again. */
static void forget_counts(struct glossary *g)
{
    for (size_t i = 0; i < g->surfaces.n_slots; i++)
        g->surfaces.slots[i].count = 0;
    memset(g->sep_counts.items, 0, g->sep_counts.len * sizeof *g->sep_counts.items);
    g->tokens = 0;
}

int glossary_begin(struct glossary *g, size_t bytes_max, struct err *err)
{
    bool fresh = g->seps.n_slots == 0;
    bool too_large = glossary_memory(g) > bytes_max;
    if (!fresh && (too_large || g->tokens > TOKENS_MAX)) {
        glossary_tell(g);
        forget_counts(g);
    }
    /* Who is emptied does not know all words any more. */
    if (fresh || (too_large && vocabulary_index(g->vocabulary, &g->err) == 0))
        empty(g);
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
    uint32_t own = intern_put(&g->joined, key, &is_new);
    if (!is_new)
        return own;
    if (g->joined.failed || !vec_push(&g->joined_numbers, GLOSSARY_UNSETTLED | own)) {
        fail(g, 0);
        return own;
    }
    g->fresh_joined[g->n_fresh_joined++] = own;
    if (g->n_fresh_joined == GLOSSARY_JOINED)
        (void)glossary_settle_joined(g);
    return own;
}

bool glossary_settle_joined(struct glossary *g)
{
    struct vocabulary_joined joined[GLOSSARY_JOINED];
    size_t n = g->n_fresh_joined;
    g->n_fresh_joined = 0;
    if (n == 0 || glossary_failed(g))
        return !glossary_failed(g);
    for (size_t i = 0; i < n; i++) {
        const struct intern_entry *e = &g->joined.entries.items[g->fresh_joined[i]];
        joined[i].bytes = bytes_of(g->joined.bytes.data + e->at, e->len);
        joined[i].span = e->tag;
    }
    if (vocabulary_put_joined(g->vocabulary, joined, n, &g->err) != 0)
        return false;
    for (size_t i = 0; i < n; i++)
        g->joined_numbers.items[g->fresh_joined[i]] = joined[i].number;
    return true;
}

/* --- surfaces ----------------------------------------------------------------------------- */

/* Notes what is known of a surface whose slot was made just now. */
static void note(struct glossary *g, struct surface_slot *slot, struct bytes surface,
                 bool is_term)
{
    uint8_t folded[TERM_BYTES_MAX];
    struct bytes term = surface;
    assert(g->n_fresh < GLOSSARY_NEW);
    if (!is_term)
        term = bytes_of(folded, fold_word(surface, folded, sizeof folded));
    slot->term_hash = hash64(term.data, term.len, HASH_SEED_TERM);
    slot->number = GLOSSARY_UNSETTLED | (uint32_t)g->n_fresh;
    g->fresh_surfaces[g->n_fresh] = (struct vocabulary_surface){
        bytes_of(NULL, surface.len), slot->term_hash, (uint32_t)VOCABULARY_NONE};
    g->fresh[g->n_fresh++] =
        (struct glossary_new){slot->key, (size_t)(slot - g->surfaces.slots)};
    buf_put_bytes(&g->fresh_bytes, surface);
    if (g->fresh_bytes.failed)
        fail(g, 0);
}

struct surface_slot *glossary_surface(struct glossary *g, struct surface_key key,
                                      struct bytes surface, bool is_term)
{
    bool is_new;
    uint64_t hash = surface_key_hash(g->surfaces.seed, key);
    struct surface_slot *slot =
        surface_table_put(&g->surfaces, key, hash, surface, &is_new);
    if (!slot)
        fail(g, 0);
    if (slot && is_new)
        note(g, slot, surface, is_term);
    return glossary_failed(g) ? NULL : slot;
}

/* Takes n of the news over, from number `from` of them on, in two rounds, so that the cache misses of the slots overlap. One
 * that was met here since glossary_settle is new no more. */
static bool take_over_some(struct glossary *g, size_t from, size_t n)
{
    const struct vocabulary_news *news = &g->news;
    struct surface_table *t = &g->surfaces;
    struct surface_key keys[GROUP];
    uint64_t hashes[GROUP];
    for (size_t i = 0; i < n; i++) {
        keys[i] =
            surface_key_any(t->seed, vocabulary_news_bytes(news, from + i), &hashes[i]);
        surface_expect(t, hashes[i]);
    }
    for (size_t i = 0; i < n; i++) {
        bool is_new;
        uint32_t number = news->first + (uint32_t)(from + i);
        struct surface_slot *slot = surface_table_put(
            t, keys[i], hashes[i], vocabulary_news_bytes(news, from + i), &is_new);
        if (!slot)
            return false;
        assert(is_new || slot->number & GLOSSARY_UNSETTLED);
        if (!is_new)
            g->fresh_surfaces[slot->number & ~GLOSSARY_UNSETTLED].number = number;
        slot->number = number;
        slot->term_hash = news->term_hashes[from + i];
    }
    return true;
}

static bool take_over(struct glossary *g)
{
    size_t n = g->news.n;
    for (size_t i = 0; i < n; i += GROUP) {
        if (!take_over_some(g, i, n - i < GROUP ? n - i : GROUP))
            return false;
    }
    g->seen = g->news.first + (uint32_t)n;
    return true;
}

/* Tells where the bytes of the fresh surfaces lie, which stay there until they are put. */
static void find_fresh_bytes(struct glossary *g)
{
    const uint8_t *at = g->fresh_bytes.data;
    for (size_t i = 0; i < g->n_fresh; i++) {
        g->fresh_surfaces[i].bytes.data = at;
        at += g->fresh_surfaces[i].bytes.len;
    }
}

/* The fresh surfaces get the vocabulary's numbers, when all that others have put is known here. */
static bool put_fresh(struct glossary *g)
{
    do {
        if (vocabulary_put_surfaces(g->vocabulary, g->fresh_surfaces, g->n_fresh,
                                    &g->seen, &g->news, &g->err) != 0)
            return false;
        if (g->news.n == 0)
            return true;
    } while (take_over(g));
    fail(g, 0);
    return false;
}

/* The slot of a fresh surface, which lies elsewhere if the table has grown or its line has changed since. */
static struct surface_slot *fresh_slot(struct glossary *g, size_t i)
{
    struct surface_table *t = &g->surfaces;
    const struct glossary_new *f = &g->fresh[i];
    struct surface_slot *slot = &t->slots[f->at];
    return surface_is(slot, f->key) ? slot : surface_known(t, f->key);
}

bool glossary_settle(struct glossary *g)
{
    const struct vocabulary_surface *fresh = g->fresh_surfaces;
    if (g->n_fresh == 0)
        return true;
    find_fresh_bytes(g);
    if (!put_fresh(g))
        return false;
    for (size_t i = 0; i < g->n_fresh; i++)
        fresh_slot(g, i)->number = fresh[i].number;
    g->n_fresh = 0;
    buf_reset(&g->fresh_bytes);
    return true;
}
