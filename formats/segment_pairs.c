#include "formats/segment_pairs.h"

#include <stdlib.h>
#include <string.h>

enum {
    LIST = 4096 /* addresses of a list at a time */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory");
}

/* A number for an address such that the sum over a set tells it from another. */
static uint64_t mix(address a)
{
    uint64_t x = ((uint64_t)a + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ x >> 27;
}

void segment_pairs_release(struct segment_pairs *p)
{
    vec_release(&p->pairs);
    vec_release(&p->words);
    vec_release(&p->first_pair);
    vec_release(&p->blocks);
    free(p->classes);
    free(p->others);
    *p = (struct segment_pairs){0};
}

/* --- what there is ------------------------------------------------------------------------- */

static int compare_words(const void *x, const void *y)
{
    const term_id *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* The distinct words of the pairs, ascending; number 0 is none of them. */
static int list_words(struct segment_pairs *p, struct err *err)
{
    size_t n = p->pairs.len, kept = 1;
    if (!vec_reserve(&p->words, 2 * n + 1))
        return no_memory(err);
    term_id *words = p->words.items;
    words[0] = 0;
    for (size_t i = 0; i < n; i++) {
        words[1 + 2 * i] = p->pairs.items[i].pair.first;
        words[2 + 2 * i] = p->pairs.items[i].pair.second;
    }
    qsort(words + 1, 2 * n, sizeof *words, compare_words);
    for (size_t i = 1; i <= 2 * n; i++) {
        if (kept == 1 || words[kept - 1] != words[i])
            words[kept++] = words[i];
    }
    p->words.len = kept;
    for (size_t i = 1; i < kept; i++)
        p->classes[words[i]] = (uint32_t)i;
    return 0;
}

static int load_directory(struct segment_pairs *p, struct err *err)
{
    const struct bigrams *b = &p->segment->bigrams;
    if (!vec_reserve(&p->pairs, b->n))
        return no_memory(err);
    for (uint32_t i = 0; i < b->n; i++) {
        struct segment_pair pair = {0};
        int rc = bigrams_get(b, i, &pair.pair, err);
        if (rc != 0)
            return rc;
        p->pairs.items[p->pairs.len++] = pair;
    }
    int rc = list_words(p, err);
    if (rc != 0 || !vec_reserve(&p->first_pair, p->words.len + 1))
        return rc != 0 ? rc : no_memory(err);
    for (uint32_t i = 0, k = 0; i <= p->words.len; i++) {
        while (k < b->n && p->classes[p->pairs.items[k].pair.first] < i)
            k++;
        p->first_pair.items[p->first_pair.len++] = k;
    }
    return 0;
}

/* The terms whose form of span 1 is the key of a word: those that stand where that form is posted. */
static int find_others(struct segment_pairs *p, uint32_t class, const uint32_t *term_of,
                       struct err *err)
{
    const struct segment *s = p->segment;
    struct term_entry plain, form;
    struct address_cursor cursor;
    address at = 0;
    int rc = terms_get(&s->terms, p->words.items[class], &plain, err);
    if (rc != 0 || plain.id + 1 == s->terms.n_terms)
        return rc;
    rc = terms_get(&s->terms, plain.id + 1, &form, err);
    if (rc != 0 || form.span != 1 ||
        !bytes_equal(bytes_of(form.key, form.key_len),
                     bytes_of(plain.key, plain.key_len)))
        return rc;
    rc = segment_addresses(s, &form, &cursor, err);
    while (rc == 0 && (rc = addresses_seek(&cursor, at, &at, err)) == 0) {
        surface_id surface;
        rc = forward_read(&s->forward, at++, 1, &surface, NULL, err);
        if (rc == 0 && surface != (surface_id)FORWARD_ELSEWHERE)
            p->others[term_of[surface]] = class;
        if (at == 0)
            break;
    }
    return rc == ITER_END ? 0 : rc;
}

static int list_blocks(struct segment_pairs *p, struct err *err)
{
    const struct wordings *w = &p->segment->wordings;
    block_vec blocks = {0};
    story_id id = 0;
    int rc = w->n_complex > 0 ? 0 : ITER_END;
    while (rc == 0 && (rc = wordings_next_complex(w, id, &id, err)) == 0) {
        rc = wordings_blocks(w, id++, &blocks, err);
        vec_foreach(const struct block, b, &blocks) {
            if (rc == 0 && !vec_push(&p->blocks, b->start))
                rc = no_memory(err);
        }
    }
    vec_release(&blocks);
    return rc == ITER_END ? 0 : rc;
}

int segment_pairs_begin(struct segment_pairs *p, const struct segment *s,
                        const address *starts, const uint32_t *term_of, struct err *err)
{
    *p = (struct segment_pairs){.segment = s, .starts = starts};
    int rc =
        bigrams_verify(&s->bigrams, s->terms.n_terms, s->wordings.n_addresses, err);
    if (rc != 0 || s->bigrams.n == 0)
        return rc;
    p->classes = calloc((size_t)s->terms.n_terms + 1, sizeof *p->classes);
    p->others = calloc((size_t)s->terms.n_terms + 1, sizeof *p->others);
    rc = p->classes && p->others ? load_directory(p, err) : no_memory(err);
    for (uint32_t i = 1; rc == 0 && i < p->words.len; i++)
        rc = find_others(p, i, term_of, err);
    return rc == 0 ? list_blocks(p, err) : rc;
}

/* --- the stream ------------------------------------------------------------------------------ */

/* Is an address the first of a text? They come in order. */
static bool begins(struct segment_pairs *p, address at)
{
    bool found = false;
    const struct wordings *w = &p->segment->wordings;
    for (; p->story < w->n_stories && p->starts[p->story] <= at; p->story++)
        found = found || p->starts[p->story] == at;
    for (; p->block < p->blocks.len && p->blocks.items[p->block] <= at; p->block++)
        found = found || p->blocks.items[p->block] == at;
    return found;
}

static void add(struct segment_pairs *p, uint32_t first, uint32_t second, address at)
{
    term_id want = p->words.items[second];
    uint32_t low = p->first_pair.items[first], high = p->first_pair.items[first + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct segment_pair *pair = &p->pairs.items[middle];
        if (pair->pair.second == want) {
            pair->n++;
            pair->sum += mix(at);
            return;
        }
        if (pair->pair.second < want)
            low = middle + 1;
        else
            high = middle;
    }
}

void segment_pairs_take(struct segment_pairs *p, address at, term_id term)
{
    if (p->pairs.len == 0)
        return;
    uint32_t now[2] = {p->classes[term], p->others[term]};
    if (begins(p, at))
        memset(p->last, 0, sizeof p->last);
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned k = 0; k < 2; k++) {
            if (p->last[i] != 0 && now[k] != 0)
                add(p, p->last[i], now[k], at - 1);
        }
    }
    memcpy(p->last, now, sizeof now);
}

/* The sum over a pair's list. */
static int sum_list(const struct segment_pairs *p, const struct bigram *pair,
                    uint64_t *out, struct err *err)
{
    struct address_cursor cursor;
    address list[LIST], at = 0;
    int rc = addresses_open(&cursor, &p->segment->bigrams.section, pair->list,
                            pair->count, err);
    *out = 0;
    while (rc == 0 && (rc = addresses_seek(&cursor, at, &at, err)) == 0) {
        size_t n = 0;
        address hi = UINT32_MAX - at < LIST ? UINT32_MAX : at + LIST;
        rc = addresses_fill(&cursor, at, hi, list, LIST, &n, err);
        for (size_t i = 0; rc == 0 && i < n; i++)
            *out += mix(list[i]);
        if (hi == UINT32_MAX)
            break;
        at = hi;
    }
    return rc == ITER_END ? 0 : rc;
}

int segment_pairs_end(struct segment_pairs *p, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->pairs.len; i++) {
        const struct segment_pair *pair = &p->pairs.items[i];
        uint64_t sum;
        rc = sum_list(p, &pair->pair, &sum, err);
        if (rc == 0 && (pair->n != pair->pair.count || pair->sum != sum))
            rc = section_corrupt(&p->segment->bigrams.section, pair->pair.list.offset,
                                 err, "pairs: pair %zu is not that of the stream", i);
    }
    return rc;
}
