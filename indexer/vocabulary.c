#include "indexer/vocabulary.h"

#include <string.h>

#include "text/analyser.h"
#include "text/fold.h"

enum {
    NEW_IN_A_BATCH = 1 << 16, /* more than a batch of news brings */
    SPINS = 1000,             /* before a thread that waits for the lock sleeps */
    PAUSES = 8,               /* between two of them */
    ORDER_BYTES = 48          /* an entry while it is sorted, and its final numbers */
};

void vocabulary_init(struct vocabulary *v)
{
    *v = (struct vocabulary){.seed = hash_process_seed() | 1};
    lexicon_init(&v->surfaces, "surfaces", true);
    lexicon_init(&v->seps, "separators", true);
    lexicon_init(&v->terms, "terms", false);
    /* As no lock is ever asked for twice by a thread or has attributes, nothing can fail. */
    (void)pthread_mutex_init(&v->lock, NULL);
    (void)pthread_mutex_init(&v->seps_lock, NULL);
    (void)pthread_mutex_init(&v->terms_lock, NULL);
}

void vocabulary_make_room(struct vocabulary *v, size_t n_surfaces)
{
    size_t n_terms = n_surfaces + n_surfaces / 16; /* joined ones, too */
    v->n_expected = n_surfaces;
    lexicon_make_room(&v->surfaces, n_surfaces);
    lexicon_make_room(&v->terms, n_terms);
    if (vec_reserve(&v->surface_hashes, n_surfaces) &&
        vec_reserve(&v->surface_terms, n_surfaces))
        (void)vec_reserve(&v->term_aliases, n_terms);
}

static void release_growth(struct vocabulary *v)
{
    vec_release(&v->surface_hashes);
    vocabulary_news_release(&v->news);
}

void vocabulary_release(struct vocabulary *v)
{
    lexicon_release(&v->surfaces);
    lexicon_release(&v->seps);
    lexicon_release(&v->terms);
    vec_release(&v->surface_terms);
    vec_release(&v->term_aliases);
    release_growth(v);
    (void)pthread_mutex_destroy(&v->lock);
    (void)pthread_mutex_destroy(&v->seps_lock);
    (void)pthread_mutex_destroy(&v->terms_lock);
}

void vocabulary_close(struct vocabulary *v)
{
    lexicon_close(&v->surfaces);
    lexicon_close(&v->seps);
    lexicon_close(&v->terms);
    release_growth(v);
}

/* --- locks ------------------------------------------------------------------------------- */

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Who has a lock has it for some hundred nanoseconds, some microseconds at most. To sleep and be woken takes longer, and
 * far longer in a virtual machine, whose idle processors are the host's. */
static void take(pthread_mutex_t *lock)
{
    for (int i = 0; i < SPINS; i++) {
        if (pthread_mutex_trylock(lock) == 0)
            return;
        for (int k = 0; k < PAUSES; k++)
            relax();
    }
    (void)pthread_mutex_lock(lock);
}

static void give(pthread_mutex_t *lock)
{
    (void)pthread_mutex_unlock(lock);
}

void vocabulary_lock(struct vocabulary *v)
{
    take(&v->lock);
    take(&v->seps_lock);
    take(&v->terms_lock);
}

void vocabulary_unlock(struct vocabulary *v)
{
    give(&v->terms_lock);
    give(&v->seps_lock);
    give(&v->lock);
}

/* --- surfaces ---------------------------------------------------------------------------- */

static uint32_t hash_of(const void *arg, struct bytes b, uint8_t tag)
{
    const struct vocabulary *v = arg;
    return (uint32_t)hash64(b.data, b.len, v->seed ^ tag);
}

static struct lexicon_key key_of(const struct vocabulary *v, struct bytes b,
                                 uint8_t tag)
{
    return (struct lexicon_key){b, hash_of(v, b, tag), tag};
}

void vocabulary_news_release(struct vocabulary_news *n)
{
    buf_release(&n->bytes);
}

/* What was put from number `first` on, as much as there is room for. The vocabulary is locked. */
static int copy_news(const struct vocabulary *v, uint32_t first,
                     struct vocabulary_news *news, struct err *err)
{
    const struct lexicon *l = &v->surfaces;
    uint32_t left = lexicon_count(l) - first, from = lexicon_at(l, first);
    uint32_t n = left < VOCABULARY_NEWS ? left : VOCABULARY_NEWS;
    news->first = first;
    news->n = n;
    if (n == 0)
        return 0;
    buf_reset(&news->bytes);
    buf_put(&news->bytes, l->bytes.data + from, lexicon_at(l, first + n) - from);
    if (!buf_reserve(&news->bytes, VOCABULARY_SLACK))
        return err_set(err, ERR_NOMEM, "surfaces: out of memory");
    memcpy(news->term_hashes, v->surface_hashes.items + first,
           n * sizeof *news->term_hashes);
    for (uint32_t i = 0; i < n; i++)
        news->ends[i] = l->ends.items[first + i] - from;
    return 0;
}

static int append(struct vocabulary *v, struct vocabulary_surface *s, struct err *err)
{
    int rc = lexicon_append(&v->surfaces, s->bytes, 0, &s->number, err);
    if (rc == 0 && !vec_push(&v->surface_hashes, s->term_hash))
        rc = err_set(err, ERR_NOMEM, "surfaces: out of memory");
    return rc;
}

static int append_all(struct vocabulary *v, struct vocabulary_surface *s, size_t n,
                      struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (s[i].number == (uint32_t)VOCABULARY_NONE)
            rc = append(v, &s[i], err);
    }
    return rc;
}

/* LEXICON_GROUP of them at most, in slots. */
static int look_up(struct vocabulary *v, struct vocabulary_surface *s, size_t n,
                   struct err *err)
{
    struct lexicon_key keys[LEXICON_GROUP];
    int rc = 0;
    for (size_t i = 0; i < n; i++)
        keys[i] = key_of(v, s[i].bytes, 0);
    lexicon_expect(&v->surfaces, keys, n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uint32_t before = lexicon_count(&v->surfaces);
        if (s[i].number != (uint32_t)VOCABULARY_NONE)
            continue;
        rc = lexicon_put(&v->surfaces, &keys[i], &s[i].number, err);
        if (rc == 0 && s[i].number == before &&
            !vec_push(&v->surface_hashes, s[i].term_hash))
            rc = err_set(err, ERR_NOMEM, "surfaces: out of memory");
    }
    return rc;
}

static size_t group(size_t n)
{
    return n < LEXICON_GROUP ? n : LEXICON_GROUP;
}

int vocabulary_put_surfaces(struct vocabulary *v, struct vocabulary_surface *surfaces,
                            size_t n, uint32_t *seen, struct vocabulary_news *news,
                            struct err *err)
{
    int rc = 0;
    news->n = 0;
    take(&v->lock);
    if (v->indexed) {
        for (size_t i = 0; rc == 0 && i < n; i += LEXICON_GROUP)
            rc = look_up(v, surfaces + i, group(n - i), err);
    } else {
        rc = copy_news(v, *seen, news, err);
        if (rc == 0 && news->n == 0)
            rc = append_all(v, surfaces, n, err);
    }
    if (news->n == 0)
        *seen = lexicon_count(&v->surfaces);
    give(&v->lock);
    return rc;
}

int vocabulary_index(struct vocabulary *v, struct err *err)
{
    int rc = 0;
    take(&v->lock);
    if (!v->indexed)
        rc = lexicon_index(&v->surfaces, hash_of, v, err);
    v->indexed = rc == 0;
    give(&v->lock);
    return rc;
}

/* --- terms and separators ---------------------------------------------------------------- */

/* The key of a term that is no joined one. What files have of its hash is the same everywhere, so its place must not be. */
static struct lexicon_key term_key(const struct vocabulary *v, struct bytes term,
                                   uint64_t hash)
{
    uint32_t mixed = (uint32_t)((hash ^ hash >> 32) * v->seed >> 32);
    return (struct lexicon_key){term, mixed, 0};
}

/* Terms that were put without it get no alias. */
static int end_terms(struct vocabulary *v, struct err *err)
{
    while (v->term_aliases.len < lexicon_count(&v->terms)) {
        if (!vec_push(&v->term_aliases, (uint32_t)VOCABULARY_NONE))
            return err_set(err, ERR_NOMEM, "terms: out of memory");
    }
    return 0;
}

/* The number of a term that is no joined one, with its alias if it is new. */
static int put_term(struct vocabulary *v, const struct lexicon_key *key, uint32_t *out,
                    struct err *err)
{
    uint32_t before = lexicon_count(&v->terms);
    int rc = lexicon_put(&v->terms, key, out, err);
    if (rc != 0 || *out != before)
        return rc;
    uint8_t bytes[TERM_BYTES_MAX];
    size_t len = analyser_alias(key->bytes, bytes);
    uint32_t alias = (uint32_t)VOCABULARY_NONE;
    if (len > 0) {
        struct lexicon_key joined = key_of(v, bytes_of(bytes, len), 1);
        rc = lexicon_put(&v->terms, &joined, &alias, err);
    }
    if (rc == 0 && !vec_push(&v->term_aliases, alias))
        rc = err_set(err, ERR_NOMEM, "terms: out of memory");
    return rc == 0 ? end_terms(v, err) : rc;
}

/* The terms of n of the news (LEXICON_GROUP at most), from number `from` of them on. */
static int put_some_terms(struct vocabulary *v, size_t from, size_t n, struct err *err)
{
    struct lexicon_key keys[LEXICON_GROUP];
    uint8_t folded[LEXICON_GROUP][TERM_BYTES_MAX];
    uint32_t number;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        struct bytes surface = vocabulary_news_bytes(&v->news, from + i);
        struct bytes term =
            bytes_of(folded[i], fold_word(surface, folded[i], TERM_BYTES_MAX));
        keys[i] = term_key(v, term, v->news.term_hashes[from + i]);
    }
    take(&v->terms_lock);
    lexicon_expect(&v->terms, keys, n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = put_term(v, &keys[i], &number, err);
        if (rc == 0 && !vec_push(&v->surface_terms, number))
            rc = err_set(err, ERR_NOMEM, "surfaces: out of memory");
    }
    give(&v->terms_lock);
    return rc;
}

int vocabulary_put_terms(struct vocabulary *v, struct err *err)
{
    struct vocabulary_news *news = &v->news;
    int rc;
    do {
        take(&v->lock);
        rc = copy_news(v, (uint32_t)v->surface_terms.len, news, err);
        give(&v->lock);
        for (size_t i = 0; rc == 0 && i < news->n; i += LEXICON_GROUP)
            rc = put_some_terms(v, i, group(news->n - i), err);
    } while (rc == 0 && news->n > 0);
    return rc;
}

int vocabulary_put_sep(struct vocabulary *v, struct bytes sep, uint8_t brk,
                       uint32_t *number, struct err *err)
{
    struct lexicon_key key = key_of(v, sep, brk);
    take(&v->seps_lock);
    int rc = lexicon_put(&v->seps, &key, number, err);
    give(&v->seps_lock);
    return rc;
}

static int put_some_joined(struct vocabulary *v, struct vocabulary_joined *joined,
                           size_t n, struct err *err)
{
    struct lexicon_key keys[LEXICON_GROUP];
    int rc = 0;
    for (size_t i = 0; i < n; i++)
        keys[i] = key_of(v, joined[i].bytes, joined[i].span);
    take(&v->terms_lock);
    lexicon_expect(&v->terms, keys, n);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = lexicon_put(&v->terms, &keys[i], &joined[i].number, err);
    if (rc == 0)
        rc = end_terms(v, err);
    give(&v->terms_lock);
    return rc;
}

int vocabulary_put_joined(struct vocabulary *v, struct vocabulary_joined *joined,
                          size_t n, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i += LEXICON_GROUP)
        rc = put_some_joined(v, joined + i, group(n - i), err);
    return rc;
}

void vocabulary_count_terms(const struct vocabulary *v, uint64_t *counts)
{
    for (uint32_t t = 0; t < lexicon_count(&v->terms); t++)
        counts[t] = 0;
    for (size_t s = 0; s < v->surface_terms.len; s++)
        counts[v->surface_terms.items[s]] += v->surfaces.counts.items[s];
}

/* --- memory ------------------------------------------------------------------------------ */

static uint64_t arrays(const struct vocabulary *v)
{
    return (v->surface_terms.len + v->term_aliases.len) * sizeof(uint32_t) +
           v->surface_hashes.len * sizeof(uint64_t);
}

uint64_t vocabulary_memory(const struct vocabulary *v)
{
    return lexicon_memory(&v->surfaces) + lexicon_memory(&v->seps) +
           lexicon_memory(&v->terms) + arrays(v);
}

uint64_t vocabulary_memory_growing(struct vocabulary *v, size_t n)
{
    size_t more = n * NEW_IN_A_BATCH;
    vocabulary_lock(v);
    uint64_t bytes = lexicon_memory_growing(&v->surfaces, more) +
                     lexicon_memory_growing(&v->seps, more / 16) +
                     lexicon_memory_growing(&v->terms, more) + arrays(v);
    vocabulary_unlock(v);
    return bytes;
}

static uint64_t without_slots(const struct lexicon *l)
{
    return lexicon_memory(l) - l->n_slots * sizeof *l->slots +
           (uint64_t)lexicon_count(l) * ORDER_BYTES;
}

uint64_t vocabulary_memory_later(struct vocabulary *v)
{
    vocabulary_lock(v);
    uint64_t bytes = without_slots(&v->surfaces) + without_slots(&v->seps) +
                     without_slots(&v->terms) + arrays(v) -
                     v->surface_hashes.len * sizeof(uint64_t);
    vocabulary_unlock(v);
    return bytes;
}
