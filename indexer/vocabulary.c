#include "indexer/vocabulary.h"

#include "text/analyser.h"

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
    /* As `lock` is never asked for twice by a thread and has no attributes, nothing can fail. */
    (void)pthread_mutex_init(&v->lock, NULL);
}

void vocabulary_release(struct vocabulary *v)
{
    lexicon_release(&v->surfaces);
    lexicon_release(&v->seps);
    lexicon_release(&v->terms);
    vec_release(&v->surface_terms);
    vec_release(&v->term_aliases);
    (void)pthread_mutex_destroy(&v->lock);
}

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Who has the lock has it for some hundred nanoseconds, some microseconds at most. To sleep and be woken takes longer, and
 * far longer in a virtual machine, whose idle processors are the host's. */
void vocabulary_lock(struct vocabulary *v)
{
    for (int i = 0; i < SPINS; i++) {
        if (pthread_mutex_trylock(&v->lock) == 0)
            return;
        for (int k = 0; k < PAUSES; k++)
            relax();
    }
    (void)pthread_mutex_lock(&v->lock);
}

void vocabulary_unlock(struct vocabulary *v)
{
    (void)pthread_mutex_unlock(&v->lock);
}

void vocabulary_close(struct vocabulary *v)
{
    lexicon_close(&v->surfaces);
    lexicon_close(&v->seps);
    lexicon_close(&v->terms);
}

/* --- what is put ------------------------------------------------------------------------- */

static struct lexicon_key key_of(const struct vocabulary *v, struct bytes b,
                                 uint8_t tag)
{
    uint64_t hash = hash64(b.data, b.len, v->seed ^ tag);
    return (struct lexicon_key){b, (uint32_t)hash, tag};
}

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

/* The number of a surface; if it is new its term's is looked up. */
static int put_surface(struct vocabulary *v, const struct lexicon_key *surface,
                       const struct lexicon_key *term, uint32_t *number,
                       struct err *err)
{
    uint32_t before = lexicon_count(&v->surfaces), term_number;
    int rc = lexicon_put(&v->surfaces, surface, number, err);
    if (rc != 0 || *number != before)
        return rc;
    rc = put_term(v, term, &term_number, err);
    if (rc == 0 && !vec_push(&v->surface_terms, term_number))
        rc = err_set(err, ERR_NOMEM, "surfaces: out of memory");
    return rc;
}

static int put_some(struct vocabulary *v, struct vocabulary_surface *s, size_t n,
                    struct err *err)
{
    struct lexicon_key surfaces[LEXICON_GROUP], terms[LEXICON_GROUP];
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        surfaces[i] = (struct lexicon_key){s[i].bytes, s[i].hash, 0};
        terms[i] = term_key(v, s[i].term, s[i].term_hash);
    }
    lexicon_expect(&v->surfaces, surfaces, n);
    lexicon_expect(&v->terms, terms, n);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = put_surface(v, &surfaces[i], &terms[i], &s[i].number, err);
    return rc;
}

int vocabulary_put_surfaces(struct vocabulary *v, struct vocabulary_surface *surfaces,
                            size_t n, struct err *err)
{
    int rc = 0;
    vocabulary_lock(v);
    for (size_t i = 0; rc == 0 && i < n; i += LEXICON_GROUP)
        rc = put_some(v, surfaces + i, n - i < LEXICON_GROUP ? n - i : LEXICON_GROUP,
                      err);
    vocabulary_unlock(v);
    return rc;
}

int vocabulary_put_sep(struct vocabulary *v, struct bytes sep, uint8_t brk,
                       uint32_t *number, struct err *err)
{
    struct lexicon_key key = key_of(v, sep, brk);
    vocabulary_lock(v);
    int rc = lexicon_put(&v->seps, &key, number, err);
    vocabulary_unlock(v);
    return rc;
}

int vocabulary_put_joined(struct vocabulary *v, struct bytes term, uint8_t span,
                          uint32_t *number, struct err *err)
{
    struct lexicon_key key = key_of(v, term, span);
    vocabulary_lock(v);
    int rc = lexicon_put(&v->terms, &key, number, err);
    if (rc == 0)
        rc = end_terms(v, err);
    vocabulary_unlock(v);
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
    return (v->surface_terms.len + v->term_aliases.len) * sizeof(uint32_t);
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
                     without_slots(&v->terms) + arrays(v);
    vocabulary_unlock(v);
    return bytes;
}
