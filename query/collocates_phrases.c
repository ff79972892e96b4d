#include "query/collocates_phrases.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum {
    SLOTS_LEAST = 4096,
    SIEVE_BITS =
        16 /* of a sequence: one in so many of those that are not there passes */
};

/* A sequence in a story of several wordings. */
struct sight {
    uint32_t row;
    address homes[COLLOCATES_WORDS_MAX];
};
typedef VEC(struct sight) sight_vec;

static int no_memory(const struct collocates_phrases *p, struct err *err)
{
    return err_set(
        err, ERR_NOMEM,
        "collocates: no memory for more than %zu sequences of words; a smaller "
        "window or a larger --memory helps",
        p->items.len);
}

int collocates_phrases_open(struct collocates_phrases *p,
                            const struct snapshot *snapshot, uint32_t n,
                            bool by_surface, const struct deadline *deadline,
                            struct err *err)
{
    *p =
        (struct collocates_phrases){.snapshot = snapshot, .deadline = deadline, .n = n};
    int rc = words_open(&p->words, snapshot, by_surface, deadline, err);
    story_text_init(&p->text, snapshot, &p->words);
    if (rc == 0 && !vec_push(&p->items, (struct collocates_sequence){{0}})) {
        rc = no_memory(p, err);
    }
    return rc;
}

void collocates_phrases_release(struct collocates_phrases *p)
{
    story_text_release(&p->text);
    words_release(&p->words);
    vec_release(&p->items);
    free(p->slots);
    free(p->sieve);
    vec_release(&p->f2[0]);
    vec_release(&p->f2[1]);
    *p = (struct collocates_phrases){0};
}

/* --- rows ----------------------------------------------------------------------------------- */

/* The slot of a sequence, which has its row or 0; there are slots. */
static uint32_t *slot_of(const struct collocates_phrases *p,
                         const struct collocates_sequence *s)
{
    size_t mask = p->n_slots - 1;
    size_t at = (size_t)hash64(s, sizeof *s, hash_process_seed()) & mask;
    while (p->slots[at] != 0 &&
           memcmp(&p->items.items[p->slots[at]], s, sizeof *s) != 0) {
        at = (at + 1) & mask;
    }
    return &p->slots[at];
}

static int grow(struct collocates_phrases *p, struct err *err)
{
    size_t n = p->n_slots ? 2 * p->n_slots : SLOTS_LEAST;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots) {
        return no_memory(p, err);
    }
    free(p->slots);
    p->slots = slots;
    p->n_slots = n;
    for (size_t row = 1; row < p->items.len; row++) {
        *slot_of(p, &p->items.items[row]) = (uint32_t)row;
    }
    return 0;
}

/* The sequence at a token; false if a sentence begins inside and is looked at. */
static bool sequence_at(const struct collocates_phrases *p, uint32_t token,
                        bool sentences, struct collocates_sequence *out)
{
    const struct story_text *t = &p->text;
    size_t lo = 0, hi = sentences ? t->n_starts : 0;
    *out = (struct collocates_sequence){{0}};
    for (uint32_t i = 0; i < p->n; i++) {
        out->words[i] = t->tokens[token + i];
    }
    while (lo < hi) { /* the first that begins behind the token */
        size_t mid = lo + (hi - lo) / 2;
        if (t->starts[mid] <= token) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return !sentences || lo == t->n_starts || t->starts[lo] >= token + p->n;
}

int collocates_phrases_row(struct collocates_phrases *p, uint32_t token, uint32_t *out,
                           struct err *err)
{
    struct collocates_sequence s;
    *out = 0;
    if (!sequence_at(p, token, true, &s)) {
        return 0;
    }
    if (2 * p->items.len >= p->n_slots) {
        int rc = grow(p, err);
        if (rc) {
            return rc;
        }
    }
    uint32_t *slot = slot_of(p, &s);
    if (*slot == 0) {
        if (p->items.len >= UINT32_MAX || !vec_push(&p->items, s)) {
            return no_memory(p, err);
        }
        *slot = (uint32_t)p->items.len - 1;
    }
    *out = *slot;
    return 0;
}

/* --- the whole archive ---------------------------------------------------------------------- */

static int compare_sights(const void *a, const void *b)
{
    const struct sight *x = a, *y = b;
    if (x->row != y->row) {
        return x->row < y->row ? -1 : 1;
    }
    for (size_t i = 0; i < COLLOCATES_WORDS_MAX; i++) {
        if (x->homes[i] != y->homes[i]) {
            return x->homes[i] < y->homes[i] ? -1 : 1;
        }
    }
    return 0;
}

/* The bit of n words: products by odd numbers, of which the upper bits depend on all (Knuth, volume 3, 6.4). */
static inline uint64_t bit_of(const struct collocates_phrases *p, const uint32_t *words,
                              uint32_t n)
{
    uint64_t h = 0;
    for (uint32_t i = 0; i < n; i++) {
        h = (h ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h * UINT64_C(0xbf58476d1ce4e5b9) >> p->sieve_shift;
}

static int make_sieve(struct collocates_phrases *p, struct err *err)
{
    unsigned log = 10;
    while (log < 40 && UINT64_C(1) << log < SIEVE_BITS * (uint64_t)p->items.len) {
        log++;
    }
    p->sieve_shift = 64 - log;
    p->sieve = calloc((size_t)1 << (log - 6), sizeof *p->sieve);
    if (!p->sieve) {
        return no_memory(p, err);
    }
    for (size_t row = 1; row < p->items.len; row++) {
        uint64_t bit = bit_of(p, p->items.items[row].words, p->n);
        p->sieve[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    return 0;
}

/* The wording at hand, which n articles have. Of a story by itself every sequence is a passage. */
static int count_wording(struct collocates_phrases *p, uint32_t n, sight_vec *sights,
                         struct err *err)
{
    const struct story_text *t = &p->text;
    for (uint32_t i = 0; i + p->n <= t->len; i++) {
        struct collocates_sequence s;
        uint64_t bit = bit_of(p, t->tokens + i, p->n);
        if (!(p->sieve[bit / 64] >> (bit % 64) & 1)) {
            continue;
        }
        (void)sequence_at(p, i, false, &s);
        struct sight sight = {.row = *slot_of(p, &s)};
        if (sight.row == 0) {
            continue;
        }
        p->f2[1].items[sight.row] += n;
        if (t->view.simple) {
            p->f2[0].items[sight.row]++;
            continue;
        }
        for (uint32_t k = 0; k < p->n; k++) {
            sight.homes[k] = t->homes ? t->homes[i + k] : i + k;
        }
        if (!vec_push(sights, sight)) {
            return no_memory(p, err);
        }
    }
    return 0;
}

static int count_story(struct collocates_phrases *p, uint32_t segment, story_id story,
                       sight_vec *sights, struct err *err)
{
    const struct articles *articles = &p->snapshot->segments[segment].articles;
    int rc = story_text_story(&p->text, segment, story, err);
    uint32_t n_wordings = rc ? 0 : p->text.view.n_wordings;
    vec_reset(sights);
    for (uint32_t i = 0; i < n_wordings && rc == 0; i++) {
        wording_id wording = p->text.view.first_wording + i;
        article_id first;
        uint32_t n = 1;
        rc = articles_of_wording(articles, wording, &first, &n, err);
        rc = rc ? rc : story_text_wording(&p->text, wording, err);
        rc = rc ? rc : count_wording(p, n, sights, err);
    }
    if (sights->len > 1) {
        qsort(sights->items, sights->len, sizeof *sights->items, compare_sights);
    }
    for (size_t i = 0; i < sights->len && rc == 0; i++) {
        const struct sight *s = &sights->items[i];
        p->f2[0].items[s->row] += i == 0 || compare_sights(s - 1, s) != 0;
    }
    return rc;
}

static int make_room(struct collocates_phrases *p, struct err *err)
{
    for (size_t all = 0; all < 2; all++) {
        vec_reset(&p->f2[all]);
        if (!vec_reserve(&p->f2[all], p->items.len)) {
            return no_memory(p, err);
        }
        p->f2[all].len = p->items.len;
        memset(p->f2[all].items, 0, p->items.len * sizeof *p->f2[all].items);
    }
    return 0;
}

int collocates_phrases_count(struct collocates_phrases *p, struct err *err)
{
    sight_vec sights = {0};
    int rc = p->counted ? 0 : make_room(p, err);
    rc = rc || p->counted ? rc : make_sieve(p, err);
    for (uint32_t s = 0;
         s < p->snapshot->n_segments && rc == 0 && !p->counted && p->n_slots > 0; s++) {
        story_id n = p->snapshot->segments[s].wordings.n_stories;
        for (story_id id = 0; id < n && rc == 0; id++) {
            rc = count_story(p, s, id, &sights, err);
            rc = rc || id % 64 ? rc : deadline_check(p->deadline, err);
        }
    }
    p->counted |= rc == 0;
    free(p->sieve);
    p->sieve = NULL;
    vec_release(&sights);
    return rc;
}

int collocates_phrases_text(const struct collocates_phrases *p, uint32_t row,
                            bool terms, struct buf *out, struct err *err)
{
    int rc = 0;
    for (uint32_t i = 0; i < p->n && rc == 0; i++) {
        struct words_entry e;
        rc = words_get(&p->words, p->items.items[row].words[i], &e, err);
        if (rc == 0) {
            buf_put_str(out, i > 0 ? " " : "");
            buf_put_bytes(out, terms ? bytes_of(e.term.key, e.term.key_len) : e.text);
        }
    }
    return rc ? rc : buf_check(out, err);
}
