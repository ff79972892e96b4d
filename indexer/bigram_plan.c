#include "indexer/bigram_plan.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/order.h"

enum {
    /* Times of docs/DECISIONS.md (lists of pairs), in nanoseconds, and the room of a pair in the directory. */
    BLOCK_NS = 70, /* to find, check and decode a block of 128 addresses */
    KEY_NS = 3,    /* to look an address up in a block */
    BLOCK = 128,
    ENTRY_BITS = 20 * 8
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: no memory for pairs of words");
}

/* --- words -------------------------------------------------------------------------------- */

/* The most frequent terms, and of equally frequent ones the first: n of them in best. */
static uint32_t find_best(const struct ranks *r, term_id best[BIGRAM_PLAN_WORDS])
{
    uint32_t n = 0;
    for (term_id t = 0; t < r->n_terms; t++) {
        uint64_t count = r->term_counts[t];
        if (count == 0 ||
            (n == BIGRAM_PLAN_WORDS && count <= r->term_counts[best[n - 1]]))
            continue;
        uint32_t at = n < BIGRAM_PLAN_WORDS ? n++ : n - 1;
        for (; at > 0 && r->term_counts[best[at - 1]] < count; at--)
            best[at] = best[at - 1];
        best[at] = t;
    }
    return n;
}

/* Gives them classes, which ascend as the terms do; by_term: 0 for each. */
static void find_words(struct bigram_plan *b, const struct ranks *r, uint8_t *by_term)
{
    term_id best[BIGRAM_PLAN_WORDS];
    uint32_t n = find_best(r, best);
    for (uint32_t i = 0; i < n; i++)
        by_term[best[i]] = 1;
    for (term_id t = 0; t < r->n_terms; t++) {
        if (by_term[t] == 0)
            continue;
        by_term[t] = (uint8_t)++b->n_words;
        b->words[b->n_words] = t;
        b->counts[b->n_words] = r->term_counts[t];
    }
}

/* The class of a term that is one of the words, or 0. */
static uint8_t class_of_word(const struct bigram_plan *b, term_id term)
{
    uint32_t low = 1, high = b->n_words + 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (b->words[middle] < term)
            low = middle + 1;
        else
            high = middle;
    }
    return low <= b->n_words && b->words[low] == term ? (uint8_t)low : 0;
}

/* The same for the key of an entry of span 1, which stands right behind the plain one. */
static uint8_t class_of_alias(const struct bigram_plan *b, const struct build *build,
                              const struct ranks *r, term_id alias)
{
    const struct lexicon *l = &build->vocabulary.terms;
    uint8_t word = alias > 0 ? class_of_word(b, alias - 1) : 0;
    bool same = word != 0 && bytes_equal(lexicon_bytes(l, r->term_order[alias - 1]),
                                         lexicon_bytes(l, r->term_order[alias]));
    return same ? word : 0;
}

/* Tokens that are a word by their form of span 1, and perhaps another by their term. */
static void find_aliases(struct bigram_plan *b, const struct build *build,
                         const struct ranks *r, uint8_t *by_term)
{
    uint32_t next = b->n_words + 1;
    vec_foreach(const struct ranks_alias, a, &r->aliases) {
        term_id term = a->term;
        uint8_t word = class_of_alias(b, build, r, a->alias), own = by_term[term];
        if (word == 0)
            continue;
        if (own == 0) {
            by_term[term] = word;
        } else if (next < BIGRAM_PLAN_CLASSES) {
            b->both[next][0] = own < word ? own : word;
            b->both[next][1] = own < word ? word : own;
            by_term[term] = (uint8_t)next++;
        } else {
            b->dropped[word] = true;
        }
    }
    b->n_classes = next - 1;
}

/* The class of each surface, of n_all provisional ones. */
static bool give_classes(struct bigram_plan *b, struct ranks *r, uint32_t n_all,
                         const uint8_t *by_term)
{
    for (uint32_t number = 0; number < n_all; number++) {
        struct ranks_surface *s = &r->surfaces[number];
        if (s->id == (uint32_t)RANKS_NONE)
            continue;
        uint8_t class = by_term[s->place];
        b->classes[s->id] = class;
        if (class == 0)
            continue;
        s->id |= RANKS_HAS_CLASS;
        if (!vec_push(&b->classed, number))
            return false;
    }
    b->classes[r->n_surfaces] = 0;
    return true;
}

int bigram_plan_init(struct bigram_plan *b, struct build *build, struct ranks *r,
                     struct err *err)
{
    *b = (struct bigram_plan){.budget = &build->budget};
    b->charged = BIGRAM_PLAN_CODES * sizeof *b->lists + r->n_surfaces;
    budget_force(b->budget, b->charged);
    runs_init(&b->runs, &build->budget, 0, build->dirfd, build->dirname);
    uint8_t *by_term = calloc((size_t)r->n_terms + 1, 1);
    b->classes = malloc((size_t)r->n_surfaces + 1);
    b->lists = calloc(BIGRAM_PLAN_CODES, sizeof *b->lists);
    bool ok = by_term && b->classes && b->lists;
    if (ok) {
        find_words(b, r, by_term);
        find_aliases(b, build, r, by_term);
        ok = give_classes(b, r, lexicon_count(&build->vocabulary.surfaces), by_term);
    }
    free(by_term);
    return ok ? 0 : no_memory(err);
}

void bigram_plan_release(struct bigram_plan *b)
{
    if (b->budget)
        budget_give(b->budget, b->charged);
    runs_release(&b->runs);
    vec_release(&b->classed);
    vec_release(&b->codes);
    free(b->classes);
    free(b->lists);
    *b = (struct bigram_plan){0};
}

unsigned bigram_plan_codes(const struct bigram_plan *b, uint8_t first, uint8_t second,
                           uint16_t out[4])
{
    unsigned n = 0;
    for (unsigned i = 0; i < 1U + (first > b->n_words); i++) {
        uint8_t x = first > b->n_words ? b->both[first][i] : first;
        for (unsigned k = 0; k < 1U + (second > b->n_words); k++)
            out[n++] =
                bigram_plan_code(x, second > b->n_words ? b->both[second][k] : second);
    }
    return n;
}

unsigned bigram_plan_lists(const struct bigram_plan *b, uint8_t first, uint8_t second,
                           uint16_t out[4])
{
    uint16_t codes[4];
    unsigned k = bigram_plan_codes(b, first, second, codes), n = 0;
    for (unsigned i = 0; i < k; i++) {
        if (b->lists[codes[i]] != 0)
            out[n++] = (uint16_t)(b->lists[codes[i]] - 1);
    }
    return n;
}

/* --- the choice ---------------------------------------------------------------------------- */

struct candidate {
    uint64_t value;
    uint64_t bytes;
    uint32_t code;
};

static uint32_t log2_of(uint64_t n)
{
    return n ? 63 - (uint32_t)__builtin_clzll(n) : 0;
}

/* Time that a list saves for whoever asks for its phrase: the shorter list is read, and its addresses
 * looked up in the blocks of the other. */
static uint64_t saved_ns(uint64_t n1, uint64_t n2, uint64_t n)
{
    uint64_t shorter = n1 < n2 ? n1 : n2, longer = n1 < n2 ? n2 : n1;
    uint64_t blocks = longer / BLOCK + 1;
    uint64_t without = shorter * BLOCK_NS / BLOCK + shorter * KEY_NS +
                       (shorter < blocks ? shorter : blocks) * BLOCK_NS;
    uint64_t with = n * BLOCK_NS / BLOCK;
    return without > with ? without - with : 0;
}

/* The worth of a pair that stands at n places: phrases are asked for as often as they occur, so n times what is saved, for n addresses of so many
 * bits. */
static struct candidate weigh(const struct bigram_plan *b, uint32_t code, uint64_t n,
                              uint64_t n_tokens)
{
    uint64_t saved = saved_ns(b->counts[code >> 8], b->counts[code & 255], n);
    /* Gaps at random have log2 of their mean and 1.44 bits; half a bit is what a whole logarithm leaves out on the average,
     * and half a bit is the blocks' headers and directory. */
    uint64_t half_bits = 2 * log2_of(n_tokens / n) + 5;
    return (struct candidate){
        .value = saved * 512 / (half_bits * 256 + (2 * ENTRY_BITS * 256 + n - 1) / n),
        .bytes = (n * half_bits / 2 + ENTRY_BITS) / 8 + 1,
        .code = code,
    };
}

/* What the sample says of the stream. A pair that it has not may be there, if it is not the whole. */
static uint64_t estimate(const struct bigram_counts *c, uint32_t code,
                         uint64_t n_tokens)
{
    if (c->n_tokens >= n_tokens)
        return c->of[code];
    return (2 * (uint64_t)c->of[code] + 1) * n_tokens / (2 * c->n_tokens + 1);
}

static size_t weigh_all(const struct bigram_plan *b, const struct bigram_counts *counts,
                        uint64_t n_tokens, struct candidate *all,
                        struct order_item *order)
{
    uint32_t n = 0;
    for (uint32_t first = 1; first <= b->n_words; first++) {
        for (uint32_t second = 1; second <= b->n_words; second++) {
            uint32_t code = first << 8 | second;
            uint64_t places = estimate(counts, code, n_tokens);
            if (places == 0 || b->dropped[first] || b->dropped[second])
                continue;
            all[n] = weigh(b, code, places, n_tokens);
            order[n] = (struct order_item){UINT64_MAX - all[n].value, n};
            n++;
        }
    }
    return n;
}

/* Takes pairs in the order of their worth, the more valuable and then the lower code first, as long as there is room. */
static void take_best(struct bigram_plan *b, const struct candidate *all,
                      const struct order_item *order, size_t n, uint64_t room)
{
    size_t taken = 0;
    for (size_t i = 0; i < n && taken < BIGRAM_PLAN_LISTS_MAX; i++) {
        const struct candidate *c = &all[order[i].number];
        if (c->bytes > room)
            continue;
        room -= c->bytes;
        b->lists[c->code] = 1;
        taken++;
    }
}

bool bigram_plan_number(struct bigram_plan *b)
{
    uint16_t lists[4];
    for (uint32_t code = 0; code < BIGRAM_PLAN_CODES; code++) {
        if (b->lists[code] == 0)
            continue;
        if (!vec_push(&b->codes, (uint16_t)code))
            return false;
        b->lists[code] = (uint16_t)b->codes.len;
    }
    for (uint32_t x = 1; x <= b->n_classes; x++) {
        for (uint32_t y = x > b->n_words ? 1 : b->n_words + 1; y <= b->n_classes; y++) {
            unsigned k = bigram_plan_lists(b, (uint8_t)x, (uint8_t)y, lists);
            b->lists[x << 8 | y] = (uint16_t)(k == 0   ? 0
                                              : k == 1 ? lists[0] + 1
                                                       : BIGRAM_PLAN_SEVERAL);
        }
    }
    return true;
}

/* Tokens of words that are in no pair need not be looked at. */
static void drop_classes(struct bigram_plan *b, struct ranks *r)
{
    bool used[BIGRAM_PLAN_CLASSES] = {false};
    for (uint32_t code = 0; code < BIGRAM_PLAN_CODES; code++) {
        if (b->lists[code] != 0)
            used[code >> 8] = used[code & 255] = true;
    }
    vec_foreach(const uint32_t, number, &b->classed) {
        surface_id id = ranks_surface_id(r, *number);
        if (used[b->classes[id]])
            continue;
        r->surfaces[*number].id = id;
        b->classes[id] = 0;
    }
    vec_release(&b->classed);
}

int bigram_plan_choose(struct bigram_plan *b, struct ranks *r,
                       const struct bigram_counts *counts, uint64_t n_tokens,
                       struct err *err)
{
    size_t n_pairs = (size_t)b->n_words * b->n_words;
    struct candidate *all = malloc((n_pairs + 1) * sizeof *all);
    struct order_item *order = malloc((2 * n_pairs + 1) * sizeof *order);
    int rc = all && order ? 0 : no_memory(err);
    if (rc == 0) {
        size_t n = weigh_all(b, counts, n_tokens, all, order);
        order_by_key(order, n, order + n_pairs);
        take_best(b, all, order, n,
                  n_tokens / BIGRAM_PLAN_TOKENS_A_BYTE + BIGRAM_PLAN_LEAST_BYTES);
        rc = bigram_plan_number(b) ? 0 : no_memory(err);
    }
    free(all);
    free(order);
    if (rc == 0)
        drop_classes(b, r);
    return rc;
}
