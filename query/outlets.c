#include "query/outlets.h"

#include <stdlib.h>

#include "base/bits.h"
#include "base/hash.h"

enum {
    BITS = 64,
    SLOTS_LEAST = 1024
};

static int no_memory(struct err *err)
{
    return err_set(
        err, ERR_NOMEM,
        "query: no memory for the outlets of words; a larger --memory helps");
}

int outlets_open(struct outlets *o, const struct snapshot *snapshot, struct err *err)
{
    *o = (struct outlets){.snapshot = snapshot};
    o->cache = provenance_cache_new();
    if (!o->cache || !vec_reserve(&o->of_word, snapshot->n_segments)) {
        return no_memory(err);
    }
    for (size_t i = 0; i < snapshot->n_segments; i++) {
        o->of_word.items[o->of_word.len++] = NULL;
    }
    return 0;
}

void outlets_release(struct outlets *o)
{
    for (size_t i = 0; i < o->of_word.len; i++) {
        free(o->of_word.items[i]);
    }
    vec_release(&o->of_word);
    values_release(&o->names);
    vec_release(&o->last);
    vec_release(&o->found);
    provenance_cache_free(o->cache);
    free(o->pairs.slots);
    *o = (struct outlets){0};
}

/* --- of articles -------------------------------------------------------------------------------- */

/* The number, and 1, of the outlet that has a number in its segment's column. */
static int number_of_word(struct outlets *o, uint32_t segment, uint32_t word,
                          uint32_t *out, struct err *err)
{
    const struct provenance *p = &o->snapshot->segments[segment].provenance;
    uint32_t *known = &o->of_word.items[segment][word], number = 0;
    struct bytes name = {0};
    int rc = 0;
    if (*known == 0) {
        rc = provenance_word_text(p, PROVENANCE_OUTLET, word, &name, err);
        rc = rc ? rc : values_put(&o->names, name, &number, err);
        *known = rc ? 0 : number + 1;
    }
    *out = *known;
    return rc;
}

/* The outlets of a block's articles, which those near it are likely to be asked for next. */
static int read_block(struct outlets *o, uint32_t segment, uint32_t block,
                      struct err *err)
{
    const struct provenance *p = &o->snapshot->segments[segment].provenance;
    uint32_t words[PROVENANCE_BLOCK] = {0}, number = 0;
    struct bytes texts[PROVENANCE_BLOCK] = {0};
    o->block = 0;
    int rc = provenance_block(p, o->cache, PROVENANCE_OUTLET, block, words, texts, err);
    for (uint32_t i = 0; i < PROVENANCE_BLOCK && rc == 0; i++) {
        o->of_block[i] = 0;
        if (words[i] == PROVENANCE_NO_WORD) {
            rc = values_put(&o->names, texts[i], &number, err);
            o->of_block[i] = number + 1;
        } else if (words[i] > 0) {
            rc = number_of_word(o, segment, words[i], &o->of_block[i], err);
        }
    }
    o->segment = segment;
    o->block = rc ? 0 : (uint64_t)block + 1;
    return rc;
}

/* The number, and 1, of an article's outlet; 0: it has none. */
static int number_of(struct outlets *o, uint32_t segment, article_id article,
                     uint32_t *out, struct err *err)
{
    uint32_t block = article / PROVENANCE_BLOCK;
    int rc = o->segment == segment && o->block == (uint64_t)block + 1
                 ? 0
                 : read_block(o, segment, block, err);
    *out = rc ? 0 : o->of_block[article % PROVENANCE_BLOCK];
    return rc;
}

static int add_found(struct outlets *o, uint32_t number, struct err *err)
{
    while (o->last.len <= number) {
        if (!vec_push(&o->last, 0)) {
            return no_memory(err);
        }
    }
    if (o->last.items[number] == o->n_calls) {
        return 0;
    }
    o->last.items[number] = o->n_calls;
    return vec_push(&o->found, number) ? 0 : no_memory(err);
}

int outlets_find(struct outlets *o, uint32_t segment, const struct wording_match *match,
                 struct err *err)
{
    const struct provenance *p = &o->snapshot->segments[segment].provenance;
    int rc = 0;
    o->n_calls++;
    vec_reset(&o->found);
    if (!o->of_word.items[segment]) {
        o->of_word.items[segment] =
            calloc((size_t)provenance_n_words(p, PROVENANCE_OUTLET) + 1,
                   sizeof **o->of_word.items);
        if (!o->of_word.items[segment]) {
            return no_memory(err);
        }
    }
    for (uint32_t i = 0; i < match->n_articles && rc == 0; i++) {
        uint32_t number = 0;
        rc = number_of(o, segment, engine_article(match, i), &number, err);
        if (rc == 0 && number > 0) {
            rc = add_found(o, number - 1, err);
        }
    }
    return rc;
}

/* --- sets ------------------------------------------------------------------------------------------ */

static uint64_t *slot_of(const struct outlets_pairs *p, uint64_t key)
{
    size_t at = (size_t)hash64(&key, sizeof key, hash_process_seed()) & (p->cap - 1);
    while (p->slots[at] != 0 && p->slots[at] != key) {
        at = (at + 1) & (p->cap - 1);
    }
    return &p->slots[at];
}

static bool make_room(struct outlets_pairs *p)
{
    struct outlets_pairs more = {.n = p->n, .cap = p->cap ? p->cap * 2 : SLOTS_LEAST};
    more.slots = calloc(more.cap, sizeof *more.slots);
    if (!more.slots) {
        return false;
    }
    for (size_t i = 0; i < p->cap; i++) {
        if (p->slots[i] != 0) {
            *slot_of(&more, p->slots[i]) = p->slots[i];
        }
    }
    free(p->slots);
    *p = more;
    return true;
}

/* Adds a key, not 0; *added: it was not there. False when out of memory. */
static bool add_pair(struct outlets_pairs *p, uint64_t key, bool *added)
{
    if (p->n >= p->cap / 2 && !make_room(p)) {
        return false;
    }
    uint64_t *slot = slot_of(p, key);
    *added = *slot == 0;
    p->n += *added;
    *slot = key;
    return true;
}

int outlets_put(struct outlets *o, struct outlets_set *set, uint32_t thing,
                uint32_t number, struct err *err)
{
    bool added = false;
    if (number < BITS) {
        set->first |= UINT64_C(1) << number;
        return 0;
    }
    if (!add_pair(&o->pairs, (uint64_t)thing << 32 | number, &added)) {
        return no_memory(err);
    }
    set->more += added;
    return 0;
}

int outlets_add(struct outlets *o, struct outlets_set *set, uint32_t thing,
                struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < o->found.len && rc == 0; i++) {
        rc = outlets_put(o, set, thing, o->found.items[i], err);
    }
    return rc;
}

uint32_t outlets_count(const struct outlets_set *set)
{
    return set->more + (uint32_t)bits_count(set->first);
}
