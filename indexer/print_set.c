#include "indexer/print_set.h"

#include <stdlib.h>
#include <string.h>

#include "formats/coding.h"
#include "indexer/spares.h"
#include "indexer/votes.h"

_Static_assert(VOTE_PLACES == 64 && SHEET_PLACES == 64 * PRINT_SET_WORDS,
               "print_set_fours has a bit for each place of a vote");

enum {
    SLOTS_MIN = 1024,
    LOOK_BYTES = 4096, /* of hashes that a partition is found to have, about */
    PLACES_SHARE =
        8 /* of the free budget, for places that each thread marks by itself */
};

struct hash_vec {
    VEC(uint64_t) v;
};

struct looking {
    struct spare spare;
    const struct look *look;
    struct buf spilled;
    VEC(uint32_t) stories; /* of one hash: different ones, ascending */
    /* Where this thread marks what it finds: the set's, or its own that become the set's at the end. Two threads that mark the
     * same texts take the lines of memory from each other, and where their processors are far apart they do little else. */
    struct print_places *places;
};

struct look {
    const struct runs *shared;
    const uint32_t *story_of;
    uint32_t least, n_texts;
    struct print_set *out;
    bool apart;             /* each thread has places of its own */
    struct hash_vec *found; /* owned; by partition, until committed */
    struct spares spares;
};

void print_set_release(struct print_set *s)
{
    free(s->slots);
    free(s->sieve);
    free(s->places);
    *s = (struct print_set){0};
}

/* A bit for each four of a word that are not all zero. */
static uint64_t fours(uint64_t word)
{
    word |= word >> 1;
    word |= word >> 2;
    word &= UINT64_C(0x1111111111111111);
    word = (word | word >> 3) & UINT64_C(0x0303030303030303);
    word = (word | word >> 6) & UINT64_C(0x000f000f000f000f);
    word = (word | word >> 12) & UINT64_C(0x000000ff000000ff);
    return (word | word >> 24) & UINT16_MAX;
}

uint64_t print_set_fours(const struct print_set *s, uint32_t text)
{
    uint64_t out = 0;
    for (unsigned i = 0; i < PRINT_SET_WORDS; i++)
        out |= fours(print_set_places(s, text, i)) << 16 * i;
    return out;
}

static void put(struct print_set *s, uint64_t hash)
{
    uint64_t i = hash;
    while (s->slots[i & s->mask] != 0 && s->slots[i & s->mask] != hash + 1)
        i++;
    s->count += s->slots[i & s->mask] == 0;
    s->slots[i & s->mask] = hash + 1;
    s->sieve[print_set_bit(hash) / 64] |= UINT64_C(1) << (print_set_bit(hash) % 64);
}

/* Only what is widened is written: workers mark `places` while a commit adds. */
static bool widen(struct print_set *s)
{
    uint64_t *slots = s->slots, old = slots ? s->mask + 1 : 0;
    uint64_t n = slots ? 2 * old : SLOTS_MIN;
    uint64_t *wider = calloc(n, sizeof *wider);
    if (!wider)
        return false;
    s->slots = wider;
    s->mask = n - 1;
    s->count = 0;
    for (uint64_t i = 0; i < old; i++) {
        if (slots[i] != 0)
            put(s, slots[i] - 1);
    }
    free(slots);
    return true;
}

int print_set_add(struct print_set *s, uint64_t hash, struct err *err)
{
    if (!s->sieve)
        s->sieve = calloc(PRINT_SET_SIEVE / 64, sizeof *s->sieve);
    if (!s->sieve)
        return err_set(err, ERR_NOMEM, "common phrases: out of memory");
    if ((!s->slots || s->count * 2 > s->mask) && !widen(s))
        return err_set(err, ERR_NOMEM, "common phrases: out of memory");
    put(s, hash);
    return 0;
}

static struct print_places *new_places(const struct look *k)
{
    return calloc((size_t)k->n_texts + 1, sizeof(struct print_places));
}

/* When no thread marks any more. */
static void add_word(_Atomic uint64_t *to, _Atomic uint64_t *from)
{
    uint64_t both = atomic_load_explicit(to, memory_order_relaxed) |
                    atomic_load_explicit(from, memory_order_relaxed);
    atomic_store_explicit(to, both, memory_order_relaxed);
}

/* Makes a thread's places the set's. */
static void add_places(const struct look *k, struct print_places *from)
{
    struct print_places *to = k->out->places;
    if (!to) {
        k->out->places = from;
        return;
    }
    for (uint32_t text = 0; text < k->n_texts; text++)
        for (unsigned i = 0; i < PRINT_SET_WORDS; i++)
            add_word(&to[text].words[i], &from[text].words[i]);
    free(from);
}

static void release_looking(void *thing)
{
    struct looking *l = thing;
    if (l->places && l->places != l->look->out->places)
        add_places(l->look, l->places);
    buf_release(&l->spilled);
    vec_release(&l->stories);
}

/* Adds a story to those seen, which are ascending; they have room. */
static void see(struct looking *l, uint32_t story)
{
    uint32_t *stories = l->stories.items;
    size_t from = 0, to = l->stories.len;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (stories[middle] < story)
            from = middle + 1;
        else
            to = middle;
    }
    if (from < l->stories.len && stories[from] == story)
        return;
    memmove(stories + from + 1, stories + from,
            (l->stories.len - from) * sizeof *stories);
    stories[from] = story;
    l->stories.len++;
}

/* The n places at which it stands. */
static void note_places(const struct looking *l, struct cursor at, uint64_t n)
{
    uint32_t text = 0;
    for (uint64_t i = 0; i < n; i++) {
        text += cursor_varint32(&at);
        uint32_t place = cursor_u8(&at);
        uint64_t bit = UINT64_C(1) << place % 64;
        _Atomic uint64_t *places = &l->places[text].words[place / 64];
        if (!(atomic_load_explicit(places, memory_order_relaxed) & bit))
            atomic_fetch_or_explicit(places, bit, memory_order_relaxed);
    }
}

/* One hash with its texts. */
static int look_at(const struct look *k, struct looking *l, struct cursor *c,
                   struct hash_vec *found, struct err *err)
{
    uint64_t hash = cursor_u32(c);
    hash |= (uint64_t)cursor_u16(c) << 32;
    uint64_t n = cursor_varint(c);
    const struct cursor places = *c;
    uint32_t text = 0;
    vec_reset(&l->stories);
    for (uint64_t i = 0; i < n && !c->failed; i++) {
        text += cursor_varint32(c);
        (void)cursor_u8(c);
        if (l->stories.len < k->least)
            see(l, k->story_of[text]);
    }
    if (!c->failed && l->stories.len >= k->least) {
        if (!vec_push(&found->v, hash))
            return err_set(err, ERR_NOMEM, "common phrases: out of memory");
        note_places(l, places, n);
    }
    return c->failed ? err_set(err, ERR_CORRUPT, "common phrases: a damaged run") : 0;
}

static struct looking *take_looking(struct look *k)
{
    struct looking *l = spares_take(&k->spares);
    if (l && !l->places) {
        l->look = k;
        l->places = k->apart ? new_places(k) : k->out->places;
    }
    return l;
}

static int look_work(void *arg, void *item, struct err *err)
{
    struct look *k = arg;
    size_t number = (size_t)(uintptr_t)item;
    struct looking *l = take_looking(k);
    struct bytes slice;
    if (!l)
        return err_set(err, ERR_NOMEM, "common phrases: out of memory");
    int rc = 0;
    buf_reset(&l->spilled);
    vec_reset(&l->stories);
    if (!l->places ||
        !buf_reserve(&l->spilled, k->shared->list.items[number].ends.items[0] + 1) ||
        !vec_reserve(&l->stories, k->least + 1))
        rc = err_set(err, ERR_NOMEM, "common phrases: out of memory");
    if (rc == 0)
        rc = runs_slice(k->shared, number, 0, l->spilled.data, &slice, err);
    if (rc == 0) {
        struct cursor c = cursor_of(slice.data, slice.len);
        while (rc == 0 && c.p < c.end)
            rc = look_at(k, l, &c, &k->found[number], err);
    }
    spares_put(&k->spares, l);
    return rc;
}

static int look_commit(void *arg, void *item, struct err *err)
{
    struct look *k = arg;
    struct hash_vec *found = &k->found[(size_t)(uintptr_t)item];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < found->v.len; i++)
        rc = print_set_add(k->out, found->v.items[i], err);
    vec_release(&found->v);
    return rc;
}

/* Is there room for places for each thread? They are not charged, for nothing else is begun before they become the set's, which the
 * caller charges. */
static bool has_room(struct build *b, uint32_t n_texts)
{
    uint64_t bytes = (uint64_t)n_texts * sizeof(struct print_places);
    return bytes * pool_threads(b->pool) <= budget_free(&b->budget) / PLACES_SHARE;
}

int print_set_common(struct print_set *s, struct build *b, const struct runs *shared,
                     const uint32_t *story_of, uint32_t n_texts, uint32_t least,
                     struct err *err)
{
    struct look k = {.shared = shared,
                     .story_of = story_of,
                     .least = least,
                     .n_texts = n_texts,
                     .out = s,
                     .apart = has_room(b, n_texts)};
    *s = (struct print_set){0};
    int rc = spares_init(&k.spares, sizeof(struct looking), err);
    if (rc != 0)
        return rc;
    k.found = calloc(shared->list.len + 1, sizeof *k.found);
    s->places = k.apart ? NULL : new_places(&k);
    if (k.found && (s->places || k.apart)) {
        struct pool_stage stage = {
            .count = shared->list.len,
            .work = look_work,
            .commit = look_commit,
            .ahead = build_ahead(b, LOOK_BYTES),
            .arg = &k,
        };
        rc = pool_run(b->pool, &stage, err);
    } else {
        rc = err_set(err, ERR_NOMEM, "common phrases: out of memory");
    }
    for (size_t i = 0; k.found && i < shared->list.len; i++)
        vec_release(&k.found[i].v);
    free(k.found);
    spares_release(&k.spares, release_looking);
    return rc;
}
