#include "query/expand_kept.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum {
    BUCKETS = 1024
};

/* One of either kind. */
struct kept {
    struct kept *next;
    uint32_t segment;
    enum ast_kind kind; /* AST_OR: the stems of a language */
    const char *language;
    struct bytes term; /* owned */
    struct expand_kept item;
    expand_stems stems; /* owned */
};

struct expansions {
    pthread_mutex_t lock;
    uint64_t bytes;
    struct kept **buckets; /* owned; NULL until something is kept: few queries expand */
};

struct expansions *expansions_new(void)
{
    struct expansions *e = calloc(1, sizeof *e);
    if (e && pthread_mutex_init(&e->lock, NULL) != 0) {
        free(e);
        e = NULL;
    }
    return e;
}

static void kept_free(struct kept *k)
{
    vec_release(&k->item.found);
    vec_release(&k->stems);
    free((void *)(uintptr_t)k->term.data);
    free(k);
}

void expansions_free(struct expansions *e)
{
    for (size_t i = 0; e && e->buckets && i < BUCKETS; i++) {
        while (e->buckets[i]) {
            struct kept *k = e->buckets[i];
            e->buckets[i] = k->next;
            kept_free(k);
        }
    }
    if (e) {
        pthread_mutex_destroy(&e->lock);
        free(e->buckets);
    }
    free(e);
}

/* What it is kept by: `term` is the item's, or empty for the stems of a language. */
struct key {
    uint32_t segment;
    enum ast_kind kind;
    const char *language;
    struct bytes term;
};

static struct kept **bucket(struct expansions *e, const struct key *key)
{
    uint64_t seed = ((uint64_t)key->segment << 8 | (uint64_t)key->kind) ^
                    (uint64_t)(uintptr_t)key->language;
    return &e->buckets[hash64(key->term.data, key->term.len, seed) % BUCKETS];
}

/* With the lock held. */
static struct kept *find_locked(struct expansions *e, const struct key *key)
{
    struct kept *k = e->buckets ? *bucket(e, key) : NULL;
    while (k && (k->segment != key->segment || k->kind != key->kind ||
                 k->language != key->language || !bytes_equal(k->term, key->term))) {
        k = k->next;
    }
    return k;
}

static struct kept *find(struct expansions *e, const struct key *key)
{
    if (!e) {
        return NULL;
    }
    pthread_mutex_lock(&e->lock);
    struct kept *k = find_locked(e, key);
    pthread_mutex_unlock(&e->lock);
    return k;
}

/* Puts a new one in, which is taken over, unless another thread was first: gives what is there then, or NULL
 * without room. */
static struct kept *put(struct expansions *e, struct kept *k)
{
    struct key key = {k->segment, k->kind, k->language, k->term};
    uint64_t bytes = sizeof *k + k->term.len +
                     k->item.found.cap * sizeof *k->item.found.items +
                     k->stems.cap * sizeof *k->stems.items;
    pthread_mutex_lock(&e->lock);
    struct kept *there = find_locked(e, &key);
    bool fits = !there && e->bytes + bytes <= EXPANSIONS_BYTES_MAX;
    if (fits && !e->buckets)
        e->buckets = calloc(BUCKETS, sizeof(struct kept *));
    fits = fits && e->buckets;
    if (fits) {
        struct kept **at = bucket(e, &key);
        k->next = *at;
        *at = there = k;
        e->bytes += bytes;
    }
    pthread_mutex_unlock(&e->lock);
    return there;
}

static struct kept *kept_new(const struct key *key)
{
    struct kept *k = calloc(1, sizeof *k);
    uint8_t *term = malloc(key->term.len + 1);
    if (!k || !term) {
        free(k);
        free(term);
        return NULL;
    }
    if (key->term.len) {
        memcpy(term, key->term.data, key->term.len);
    }
    k->segment = key->segment;
    k->kind = key->kind;
    k->language = key->language;
    k->term = bytes_of(term, key->term.len);
    return k;
}

const struct expand_kept *expand_kept_find(struct expansions *e, uint32_t segment,
                                           const struct ast *item)
{
    struct key key = {segment, item->kind, item->language, item->term};
    struct kept *k = find(e, &key);
    return k ? &k->item : NULL;
}

const struct expand_kept *expand_keep(struct expansions *e, uint32_t segment,
                                      const struct ast *item, struct expand_kept *made)
{
    struct key key = {segment, item->kind, item->language, item->term};
    struct kept *k = e ? kept_new(&key) : NULL;
    if (!k) {
        return NULL;
    }
    k->item = *made;
    struct kept *there = put(e, k);
    if (there == k) {
        *made = (struct expand_kept){0};
    } else {
        k->item = (struct expand_kept){0};
        kept_free(k);
    }
    return there ? &there->item : NULL;
}

const expand_stems *expand_kept_stems(struct expansions *e, uint32_t segment,
                                      const char *language)
{
    struct key key = {segment, AST_OR, language, bytes_of(NULL, 0)};
    struct kept *k = find(e, &key);
    return k ? &k->stems : NULL;
}

const expand_stems *expand_keep_stems(struct expansions *e, uint32_t segment,
                                      const char *language, expand_stems *made)
{
    struct key key = {segment, AST_OR, language, bytes_of(NULL, 0)};
    struct kept *k = e ? kept_new(&key) : NULL;
    if (!k) {
        return NULL;
    }
    k->stems = *made;
    struct kept *there = put(e, k);
    if (there == k) {
        *made = (expand_stems){0};
    } else {
        k->stems = (expand_stems){0};
        kept_free(k);
    }
    return there ? &there->stems : NULL;
}

bool expand_has_room(struct expansions *e, uint64_t bytes)
{
    if (!e) {
        return false;
    }
    pthread_mutex_lock(&e->lock);
    bool fits = e->bytes + bytes <= EXPANSIONS_BYTES_MAX;
    pthread_mutex_unlock(&e->lock);
    return fits;
}
