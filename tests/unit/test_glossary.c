/* Words that stay from batch to batch, and the vocabulary that workers put them to. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/huge.h"
#include "text/analyser.h"
#include "indexer/glossary.h"

enum {
    WORDS = 4000,
    SEPS = 100,
    BATCHES = 60,
    WORKERS = 3
};

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Word number i, some with capitals, some longer than a slot holds. */
static struct bytes word(uint32_t i, char out[64])
{
    int n = snprintf(out, 64, "%s%uw", i % 3 ? "a" : "Ab", i);
    for (uint32_t k = 0; k < i % 16; k++)
        out[n++] = (char)('a' + k);
    return bytes_of(out, (size_t)n);
}

/* Counts a word; its number may have to be settled. Its bytes are gone by then. */
static uint32_t put_word(struct glossary *g, uint32_t w)
{
    char text[64] = {0};
    struct bytes b = word(w, text);
    uint64_t hash;
    struct surface_key key = surface_key_any(g->surfaces.seed, b, &hash);
    struct surface_slot *slot = glossary_surface(g, key, b, w % 3 != 0);
    cr_assert_not_null(slot);
    slot->count++;
    g->tokens++;
    return slot->number;
}

static void settle(struct glossary *g, uint32_t *ids, size_t n)
{
    cr_assert(glossary_settle(g));
    for (size_t i = 0; i < n; i++)
        ids[i] = glossary_settled(g, ids[i]);
}

static uint32_t put_joined(struct glossary *g, uint32_t w)
{
    struct intern_key key;
    char text[64] = {0};
    intern_key(&g->joined, word(w, text), sizeof text, 2, &key);
    uint32_t own = glossary_joined(g, &key);
    memset(text, 0, sizeof text);
    cr_assert(glossary_settle_joined(g));
    glossary_joined_prefetch(g, own);
    return glossary_joined_number(g, own);
}

static uint32_t put_sep(struct glossary *g, uint32_t w)
{
    char text[64] = {0};
    struct glossary_sep *sep = glossary_sep(g, word(w, text), (uint8_t)(w % 4));
    sep->count++;
    return sep->number;
}

/* What was put, by all who put. */
struct expected {
    uint64_t count[WORDS], sep_count[SEPS];
};

static void check_word(const struct vocabulary *v, uint32_t number, uint32_t w)
{
    char text[64];
    cr_assert(bytes_equal(lexicon_bytes(&v->surfaces, number), word(w, text)));
}

static void check_term(const struct vocabulary *v, uint32_t number, uint32_t w)
{
    char text[64];
    uint8_t term[TERM_BYTES_MAX];
    size_t len = analyser_fold(word(w, text), term);
    uint32_t t = v->surface_terms.items[number];
    cr_assert(bytes_equal(lexicon_bytes(&v->terms, t), bytes_of(term, len)));
    cr_assert_eq(lexicon_tag(&v->terms, t), 0);
}

/* As commits do, one at a time. */
static void put_terms(struct vocabulary *v)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    struct err err = {0};
    cr_assert_eq(pthread_mutex_lock(&turn), 0);
    cr_assert_eq(vocabulary_put_terms(v, &err), 0, "%s", err.msg);
    cr_assert_eq(pthread_mutex_unlock(&turn), 0);
}

/* A batch of random words, in blocks; every number is looked at under the lock, as others put meanwhile. */
static void put_batch(struct glossary *g, uint32_t *random, struct expected *e)
{
    uint32_t ids[GLOSSARY_NEW], words[GLOSSARY_NEW];
    struct vocabulary *v = g->vocabulary;
    for (uint32_t block = 0; block < 5; block++) {
        size_t n = 1 + next_random(random) % GLOSSARY_NEW;
        for (size_t i = 0; i < n; i++) {
            uint32_t r = next_random(random);
            words[i] = (r >> 16) % (1 + r % WORDS);
            ids[i] = put_word(g, words[i]);
            e->count[words[i]]++;
        }
        settle(g, ids, n);
        uint32_t s = next_random(random) % SEPS, j = next_random(random) % SEPS;
        uint32_t sep = put_sep(g, s), joined = put_joined(g, j);
        e->sep_count[s]++;
        char text[64];
        vocabulary_lock(v);
        for (size_t i = 0; i < n; i++)
            check_word(v, ids[i], words[i]);
        cr_assert(bytes_equal(lexicon_bytes(&v->seps, sep), word(s, text)));
        cr_assert_eq(vocabulary_break(v, sep), s % 4);
        cr_assert(bytes_equal(lexicon_bytes(&v->terms, joined), word(j, text)));
        cr_assert_eq(lexicon_tag(&v->terms, joined), 2);
        vocabulary_unlock(v);
    }
    put_terms(v);
}

/* Each word stands once in the vocabulary, with its count and its term; and each separator. */
static void check_counts(const struct vocabulary *v, const struct expected *e)
{
    static uint32_t numbers[WORDS];
    char text[64];
    uint32_t n = 0;
    uint64_t sum = 0;
    for (uint32_t w = 0; w < WORDS; w++) {
        n += e->count[w] > 0;
        sum += e->count[w];
    }
    cr_assert_eq(lexicon_count(&v->surfaces), n);
    for (uint32_t i = 0; i < n; i++) {
        struct bytes b = lexicon_bytes(&v->surfaces, i);
        uint32_t w = 0;
        for (const uint8_t *p = b.data; p < b.data + b.len && *p != 'w'; p++)
            w = *p >= '0' && *p <= '9' ? 10 * w + (uint32_t)(*p - '0') : w;
        cr_assert(bytes_equal(b, word(w, text)));
        check_term(v, i, w);
        cr_assert_eq(numbers[w]++, 0);
        cr_assert_eq(v->surfaces.counts.items[i], e->count[w]);
        sum -= v->surfaces.counts.items[i];
    }
    cr_assert_eq(sum, 0);
    for (uint32_t w = 0; w < WORDS; w++)
        numbers[w] = 0;
    for (uint32_t s = 1; s < lexicon_count(&v->seps); s++) {
        uint32_t w = 0;
        while (!bytes_equal(lexicon_bytes(&v->seps, s), word(w, text)))
            w++;
        cr_assert_eq(v->seps.counts.items[s], e->sep_count[w]);
    }
    cr_assert(bytes_equal(lexicon_bytes(&v->seps, 0), bytes_str(" ")));
}

/* Separators of the same bytes and other breaks, and some that share a place with others: each has one number. */
Test(glossary, separators_keep_their_numbers)
{
    enum {
        ALL = 3000,
        ASKED = 20000
    };
    static uint32_t own[ALL];
    struct vocabulary v;
    struct glossary g;
    struct err err = {0};
    uint32_t random = 3, n = 1;
    vocabulary_init(&v);
    glossary_init(&g, &v);
    cr_assert_eq(glossary_begin(&g, SIZE_MAX, &err), 0);
    for (int i = 0; i < ASKED; i++) {
        char bytes[32] = {0};
        uint32_t s = next_random(&random) % ALL;
        int len = snprintf(bytes, sizeof bytes, "%u", s / 4);
        if (s % 7 == 0)
            memset(bytes + len, ',', 5), len += 5;
        const struct glossary_sep *sep =
            glossary_sep(&g, bytes_of(bytes, (size_t)len), (uint8_t)(s % 4));
        if (own[s] == 0)
            own[s] = n++;
        cr_assert_eq(sep->number, own[s]);
    }
    const char blank[32] = " ";
    cr_assert_eq(glossary_sep(&g, bytes_of(blank, 1), BREAK_NONE)->number, 0);
    cr_assert_eq(g.sep_counts.len, n);
    glossary_release(&g);
    vocabulary_release(&v);
}

/* Glossaries that are emptied never, now and then, and before each batch, in turn. */
Test(glossary, counts_come_together)
{
    static const size_t bytes_max[] = {SIZE_MAX, 300000, 0};
    for (size_t k = 0; k < 3; k++) {
        static struct expected expected;
        struct vocabulary v;
        struct glossary workers[WORKERS];
        struct err err = {0};
        uint32_t random = 7, emptied = 0;
        expected = (struct expected){{0}, {0}};
        vocabulary_init(&v);
        for (int i = 0; i < WORKERS; i++)
            glossary_init(&workers[i], &v);
        for (uint32_t b = 0; b < BATCHES; b++) {
            struct glossary *g = &workers[next_random(&random) % WORKERS];
            cr_assert_eq(glossary_begin(g, bytes_max[k], &err), 0, "%s", err.msg);
            emptied += g->tokens == 0;
            put_batch(g, &random, &expected);
        }
        for (int i = 0; i < WORKERS; i++)
            glossary_tell(&workers[i]);
        check_counts(&v, &expected);
        cr_assert(k == 0 ? emptied == WORKERS : emptied > WORKERS);
        cr_assert(k < 2 || emptied == BATCHES);
        for (int i = 0; i < WORKERS; i++)
            glossary_release(&workers[i]);
        vocabulary_release(&v);
    }
}

struct at_once {
    struct glossary glossary;
    struct expected expected;
    uint32_t random;
    size_t bytes_max;
};

static void *put_batches(void *arg)
{
    struct at_once *a = arg;
    struct err err = {0};
    for (uint32_t b = 0; b < BATCHES; b++) {
        cr_assert_eq(glossary_begin(&a->glossary, a->bytes_max, &err), 0);
        put_batch(&a->glossary, &a->random, &a->expected);
    }
    return NULL;
}

/* The same at the same time: no word is lost, none is there twice. */
Test(glossary, workers_put_at_once)
{
    static struct at_once workers[WORKERS];
    static struct expected all;
    struct vocabulary v;
    pthread_t threads[WORKERS];
    vocabulary_init(&v);
    for (int i = 0; i < WORKERS; i++) {
        glossary_init(&workers[i].glossary, &v);
        workers[i].random = 99 + (uint32_t)i;
        workers[i].bytes_max = i == 0 ? 300000 : SIZE_MAX;
        cr_assert_eq(pthread_create(&threads[i], NULL, put_batches, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        glossary_tell(&workers[i].glossary);
        glossary_release(&workers[i].glossary);
        for (uint32_t w = 0; w < WORDS; w++)
            all.count[w] += workers[i].expected.count[w];
        for (uint32_t s = 0; s < SEPS; s++)
            all.sep_count[s] += workers[i].expected.sep_count[s];
    }
    check_counts(&v, &all);
    cr_assert_geq(vocabulary_memory_growing(&v, 1), vocabulary_memory(&v));
    cr_assert_gt(vocabulary_memory_later(&v), 0);
    vocabulary_release(&v);
}

/* Words, longer ones too, are put to the vocabulary once; counts that would not hold what comes go out before a batch. */
Test(glossary, what_is_known_is_not_new)
{
    struct vocabulary v;
    struct glossary g;
    struct err err = {0};
    uint32_t ids[GLOSSARY_NEW], numbers[102];
    vocabulary_init(&v);
    glossary_init(&g, &v);
    for (uint32_t round = 0; round < 3; round++) {
        uint32_t n = 100 + round;
        cr_assert_eq(glossary_begin(&g, SIZE_MAX, &err), 0);
        for (uint32_t w = 0; w < n; w++)
            ids[w] = put_word(&g, w);
        cr_assert_eq(g.n_fresh, round == 0 ? 100 : 1);
        cr_assert_eq(ids[n - 1] & GLOSSARY_UNSETTLED, GLOSSARY_UNSETTLED);
        settle(&g, ids, n);
        cr_assert_eq(g.n_fresh, 0);
        for (uint32_t w = 0; w < n; w++) {
            cr_assert(w + 1 == n || round == 0 || ids[w] == numbers[w]);
            numbers[w] = ids[w];
        }
    }
    cr_assert_geq(glossary_memory(&g), 102 * sizeof(struct surface_slot));
    cr_assert_eq(v.surfaces.counts.items[numbers[0]], 0);
    g.tokens = UINT32_MAX;
    cr_assert_eq(glossary_begin(&g, SIZE_MAX, &err), 0);
    uint64_t sum = 0;
    for (uint32_t w = 0; w < 102; w++) {
        uint64_t count = v.surfaces.counts.items[numbers[w]];
        cr_assert_eq(count, 3 - (w > 99) - (w > 100));
        sum += count;
    }
    cr_assert_eq(sum, 303);
    cr_assert(g.tokens == 0 && g.surfaces.n_words == 102);
    glossary_tell(&g);
    cr_assert_eq(v.surfaces.counts.items[numbers[0]], 3);
    cr_assert_eq(glossary_begin(&g, 0, &err), 0);
    cr_assert_eq(g.surfaces.n_words, 0);
    ids[0] = put_word(&g, 0);
    settle(&g, ids, 1);
    cr_assert_eq(ids[0], numbers[0]);
    glossary_release(&g);
    vocabulary_release(&v);
}

/* Puts words from number `from` on and settles them; of n those that were new. */
static size_t put_range(struct glossary *g, uint32_t from, uint32_t n, uint32_t *ids)
{
    for (uint32_t i = 0; i < n; i++)
        ids[i] = put_word(g, from + i);
    size_t fresh = g->n_fresh;
    settle(g, ids, n);
    return fresh;
}

/* Also when the table of surfaces has grown since they were met, new words get their numbers where they lie then. */
Test(glossary, new_words_are_settled_where_they_lie)
{
    enum {
        NEW_WORDS = 60000
    };
    static uint32_t ids[NEW_WORDS], again[GLOSSARY_NEW];
    struct vocabulary v;
    struct glossary g;
    struct err err = {0};
    size_t grown = 0;
    vocabulary_init(&v);
    glossary_init(&g, &v);
    cr_assert_eq(glossary_begin(&g, SIZE_MAX, &err), 0);
    for (uint32_t w = 0; w < NEW_WORDS;) {
        uint32_t n = NEW_WORDS - w < GLOSSARY_NEW ? NEW_WORDS - w : GLOSSARY_NEW;
        size_t slots = g.surfaces.n_slots;
        cr_assert_eq(put_range(&g, w, n, ids + w), n);
        grown += g.surfaces.n_slots > slots;
        w += n;
    }
    cr_assert_gt(grown, 2);
    for (uint32_t w = 0; w < NEW_WORDS; w += 100) {
        cr_assert_eq(put_range(&g, w, 100, again), 0);
        cr_assert_arr_eq(again, ids + w, 100 * sizeof *again);
    }
    cr_assert_eq(g.surfaces.n_words, NEW_WORDS);
    glossary_release(&g);
    vocabulary_release(&v);
}

/* What another glossary has put is taken over when something new is put, also what both have met, until one was emptied. */
Test(glossary, what_others_have_put_is_taken_over)
{
    enum {
        MANY = 600
    };
    static uint32_t numbers[MANY + 1000], ids[GLOSSARY_NEW];
    _Static_assert((int)MANY > 2 * (int)VOCABULARY_NEWS, "taken over in parts");
    struct vocabulary v;
    struct glossary a, b;
    struct err err = {0};
    vocabulary_init(&v);
    glossary_init(&a, &v);
    glossary_init(&b, &v);
    cr_assert_eq(glossary_begin(&a, SIZE_MAX, &err), 0);
    cr_assert_eq(glossary_begin(&b, SIZE_MAX, &err), 0);
    for (uint32_t w = 0; w < MANY; w += 100)
        cr_assert_eq(put_range(&a, w, 100, numbers + w), 100);
    /* Of these ten are new, the others were put by a, which b does not know before. */
    cr_assert_eq(put_range(&b, MANY - 90, 100, ids), 100);
    uint32_t n = MANY + 10;
    cr_assert_eq(lexicon_count(&v.surfaces), n);
    cr_assert_eq(b.surfaces.n_words, n);
    for (uint32_t i = 0; i < 90; i++)
        cr_assert_eq(ids[i], numbers[MANY - 90 + i]);
    for (uint32_t w = 0; w < MANY; w += 100) {
        cr_assert_eq(put_range(&b, w, 100, ids), 0);
        cr_assert_arr_eq(ids, numbers + w, 100 * sizeof *ids);
    }
    /* Emptied, b asks for all; a is told nothing more and asks, too. */
    cr_assert_eq(glossary_begin(&b, 0, &err), 0);
    cr_assert(v.indexed && b.surfaces.n_words == 0);
    cr_assert_eq(put_range(&b, 0, 100, ids), 100);
    cr_assert_arr_eq(ids, numbers, 100 * sizeof *ids);
    cr_assert_eq(put_range(&b, MANY + 500, 100, numbers), 100);
    cr_assert_eq(put_range(&a, MANY + 500, 110, ids), 110);
    cr_assert_arr_eq(ids, numbers, 100 * sizeof *ids);
    cr_assert_eq(lexicon_count(&v.surfaces), n + 110);
    put_terms(&v);
    cr_assert_eq(v.surface_terms.len, n + 110);
    check_term(&v, numbers[0], MANY + 500);
    glossary_release(&b);
    glossary_release(&a);
    vocabulary_release(&v);
}

/* More of them than are put together. */
Test(glossary, joined_terms_are_put_in_groups)
{
    enum {
        ALL = 3 * GLOSSARY_JOINED + 5
    };
    struct vocabulary v;
    struct glossary g;
    struct err err = {0};
    vocabulary_init(&v);
    glossary_init(&g, &v);
    cr_assert_eq(glossary_begin(&g, SIZE_MAX, &err), 0);
    for (int round = 0; round < 2; round++) {
        for (uint32_t w = 0; w < ALL; w++) {
            struct intern_key key;
            char text[64] = {0};
            intern_key(&g.joined, word(w, text), sizeof text, 2, &key);
            cr_assert_eq(glossary_joined(&g, &key), w);
        }
        if (round == 0)
            cr_assert_eq(glossary_joined_number(&g, ALL - 1),
                         GLOSSARY_UNSETTLED | (ALL - 1));
        cr_assert(glossary_settle_joined(&g));
        cr_assert_eq(lexicon_count(&v.terms), ALL);
        for (uint32_t w = 0; w < ALL; w++)
            cr_assert_eq(glossary_joined_number(&g, w), w);
    }
    cr_assert_eq(v.term_aliases.len, ALL);
    glossary_release(&g);
    vocabulary_release(&v);
}

Test(huge, memory_is_zeroed_and_whole)
{
    static const size_t sizes[] = {
        0, 1, 4096, HUGE_PAGE_BYTES - 1, HUGE_PAGE_BYTES, 3 * HUGE_PAGE_BYTES + 5};
    for (size_t i = 0; i < 2 * (sizeof sizes / sizeof *sizes); i++) {
        size_t n = sizes[i / 2];
        unsigned char *p = i % 2 ? huge_alloc_touched(n) : huge_alloc(n);
        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % 16, 0);
        cr_assert(n < HUGE_PAGE_BYTES || (uintptr_t)p % HUGE_PAGE_BYTES == 0);
        for (size_t k = 0; k < n; k += 61)
            cr_assert_eq(p[k]++, 0);
        huge_free(p, n);
    }
    huge_free(NULL, 1);
    cr_assert_null(huge_alloc(SIZE_MAX));
    cr_assert_null(huge_alloc_touched(SIZE_MAX));
}
