#include "indexer/chunk_tokens.h"

#include <assert.h>
#include <string.h>

#include "base/huge.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: out of memory");
}

/* They are written in order, but read at two places at once while postings go to some hundreds: in small pages the processor has to
 * look up where each lies. */
static bool reserve_places(struct chunk_tools *t, size_t n)
{
    size_t bytes = huge_round(n * sizeof *t->places);
    if (bytes <= t->places_bytes)
        return true;
    huge_free(t->places, t->places_bytes);
    t->places = huge_alloc(bytes);
    t->places_bytes = t->places ? bytes : 0;
    return t->places;
}

int chunk_tokens_begin(struct chunk_tokens *c, struct err *err)
{
    struct chunk_tools *t = c->tools;
    uint32_t n = c->to - c->from,
             n_partitions = invert_n_partitions(&c->plan->ranks->partitions);
    vec_reset(&t->extras);
    vec_reset(&t->counts);
    if (!reserve_places(t, n + RANK_TOKENS_SLACK) ||
        !vec_reserve(&t->counts, 2 * n_partitions))
        return no_memory(err);
    bigram_runs_begin(&t->bigrams, n);
    memset(t->counts.items, 0, 2 * n_partitions * sizeof *t->counts.items);
    return 0;
}

/* --- FWD blocks --------------------------------------------------------------------------- */

static bool has_elsewhere(const surface_id *ids, size_t n)
{
    bool has = false;
    for (size_t i = 0; i < n; i++)
        has |= ids[i] == (surface_id)FORWARD_ELSEWHERE;
    return has;
}

static bool put_block(struct chunk_tokens *c, uint32_t n, uint32_t n_others)
{
    struct chunk *to = c->chunk;
    const struct forward_block block = {
        .n = n,
        .n_others = n_others,
        .elsewhere = c->elsewhere && has_elsewhere(c->ids, n),
        .surfaces = c->ids,
        .places = c->places,
        .seps = c->seps,
    };
    if (!buf_reserve(&to->blocks, FORWARD_BLOCK_BYTES_MAX))
        return false;
    size_t len =
        forward_put_block(&c->plan->coding, &block, to->blocks.data + to->blocks.len);
    to->blocks.len += len;
    return vec_push(&to->block_lens, (uint16_t)len);
}

/* Puts the open block, which is whole; what lies behind it is the next one's. */
static bool close_block(struct chunk_tokens *c)
{
    uint32_t n_others = c->n_others, left = c->n_open - FORWARD_BLOCK;
    while (n_others > 0 && c->places[n_others - 1] >= FORWARD_BLOCK)
        n_others--;
    if (!put_block(c, FORWARD_BLOCK, n_others))
        return false;
    memmove(c->ids, c->ids + FORWARD_BLOCK, left * sizeof *c->ids);
    for (uint32_t k = n_others; k < c->n_others; k++) {
        c->places[k - n_others] = (uint8_t)(c->places[k] - FORWARD_BLOCK);
        c->seps[k - n_others] = c->seps[k];
    }
    c->n_others -= n_others;
    c->n_open = left;
    c->elsewhere = c->elsewhere && has_elsewhere(c->ids, left);
    return true;
}

int chunk_tokens_end(struct chunk_tokens *c, struct err *err)
{
    assert(c->n_open < FORWARD_BLOCK);
    return c->n_open == 0 || put_block(c, c->n_open, c->n_others) ? 0 : no_memory(err);
}

/* --- words -------------------------------------------------------------------------------- */

/* Entries of span 1 of the tokens' terms. */
static bool put_aliases(struct chunk_tokens *c, address at, const uint64_t *aliased)
{
    const term_place *places = c->tools->places + (at - c->from);
    for (uint32_t word = 0; word < TOKEN_BLOCK / 64; word++) {
        for (uint64_t left = aliased[word]; left != 0; left &= left - 1) {
            uint32_t i = word * 64 + (uint32_t)__builtin_ctzll(left);
            struct invert_extra extra = {ranks_alias_of(c->plan->ranks, places[i]),
                                         at + i};
            if (!vec_push(&c->tools->extras, extra))
                return false;
        }
    }
    return true;
}

/* Tokens of a block that have their homes elsewhere: a word is posted there; joined entries and pairs everywhere. */
static void hide(struct chunk_tokens *c, address at, uint32_t n)
{
    term_place *places = c->tools->places + (at - c->from);
    surface_id *ids = c->ids + c->n_open;
    for (uint32_t i = 0; i < n; i++) {
        places[i] = INVERT_NONE;
        ids[i] = (surface_id)FORWARD_ELSEWHERE;
    }
    c->elsewhere = true;
}

/* The second half begins with the first block behind the middle. */
static void count_postings(struct chunk_tokens *c, address at, const term_place *places,
                           uint32_t n)
{
    const struct partitions *p = &c->plan->ranks->partitions;
    bool second = at - c->from >= (c->to - c->from) / 2;
    if (!second)
        c->half = at - c->from + n;
    invert_count(p, places, n,
                 c->tools->counts.items + (second ? invert_n_partitions(p) : 0));
}

static bool put_words(struct chunk_tokens *c, address at, const struct spell_tokens *t)
{
    const struct ranks *r = c->plan->ranks;
    uint32_t n = t->to - t->from;
    term_place *places = c->tools->places + (at - c->from);
    struct rank_bits bits;
    rank_tokens(r->surfaces, t->block->surfaces + t->from, n, c->ids + c->n_open,
                places, &bits);
    if (!bigram_runs_put(c->plan->bigrams, &c->tools->bigrams, c->ids + c->n_open, n,
                         bits.classed))
        return false;
    if (t->repeated) {
        hide(c, at, n);
        return true;
    }
    count_postings(c, at, places, n);
    return put_aliases(c, at, bits.aliased);
}

/* --- separators --------------------------------------------------------------------------- */

/* A paragraph begins at a text's first token, whatever separator is before it. */
static bool begin_text(struct chunk *c, address at)
{
    return vec_push(&c->sentences, at) && vec_push(&c->paragraphs, at);
}

/* Marks at those of a block's separators [from, to) that are breaks; `at`: the address of the block's place 0. Which are, nobody
 * could foretell: each is written, and the next over it if it is none. */
static bool put_marks(struct chunk_tokens *c, address at, const struct token_block *b,
                      uint32_t from, uint32_t to)
{
    const uint8_t *breaks = c->plan->breaks;
    struct chunk *out = c->chunk;
    if (!vec_reserve(&out->sentences, to - from) ||
        !vec_reserve(&out->paragraphs, to - from))
        return false;
    size_t n_sentences = out->sentences.len, n_paragraphs = out->paragraphs.len;
    for (uint32_t k = from; k < to; k++) {
        uint8_t brk = breaks[b->seps[k]];
        out->sentences.items[n_sentences] = at + b->places[k];
        out->paragraphs.items[n_paragraphs] = at + b->places[k];
        n_sentences += brk == BREAK_SENTENCE || brk == BREAK_PARAGRAPH;
        n_paragraphs += brk == BREAK_PARAGRAPH;
    }
    out->sentences.len = n_sentences;
    out->paragraphs.len = n_paragraphs;
    return true;
}

/* Those of a block's separators [from, to) that are not the segment's commonest; `open`: where its place 0 would be in the
 * open FWD block. */
static void put_seps(struct chunk_tokens *c, uint32_t open, const struct token_block *b,
                     uint32_t from, uint32_t to)
{
    const sep_id *known = c->plan->ranks->seps;
    uint32_t n = c->n_others;
    for (uint32_t k = from; k < to; k++) {
        sep_id sep = known[b->seps[k]];
        c->places[n] = (uint8_t)(open + b->places[k]);
        c->seps[n] = sep;
        n += sep != 0;
    }
    c->n_others = n;
}

/* The same where a blank without a break, number 0 in the spool, is not the segment's commonest: of tokens [from, to). k: the first of
 * the separators there. */
static void put_all_seps(struct chunk_tokens *c, uint32_t open,
                         const struct spell_tokens *t, uint32_t k)
{
    const struct token_block *b = t->block;
    const sep_id *known = c->plan->ranks->seps;
    for (uint32_t i = t->from; i < t->to; i++) {
        bool other = k < b->n_seps && b->places[k] == i;
        sep_id sep = known[other ? b->seps[k] : 0];
        c->places[c->n_others] = (uint8_t)(open + i);
        c->seps[c->n_others] = sep;
        c->n_others += sep != 0;
        k += other;
    }
}

static bool put_breaks(struct chunk_tokens *c, address at, const struct spell_tokens *t)
{
    const struct token_block *b = t->block;
    uint32_t from = 0, to = b->n_seps, open = c->n_open - t->from;
    while (from < to && b->places[from] < t->from)
        from++;
    while (to > from && b->places[to - 1] >= t->to)
        to--;
    if (!t->repeated && c->plan->ranks->seps[0] == 0)
        put_seps(c, open, b, from, to);
    else if (!t->repeated)
        put_all_seps(c, open, t, from);
    if (t->begins && !begin_text(c->chunk, at))
        return false;
    from += t->begins && from < to && b->places[from] == t->from;
    return put_marks(c, at - t->from, b, from, to);
}

int chunk_tokens_put(struct chunk_tokens *c, address start,
                     const struct spell_tokens *t, struct err *err)
{
    address at = start + t->at;
    assert(c->n_open < FORWARD_BLOCK && t->from < t->to && t->to <= TOKEN_BLOCK);
    assert(at >= c->from && c->to - at >= t->to - t->from);
    if (!put_words(c, at, t) || !put_breaks(c, at, t))
        return no_memory(err);
    c->n_open += t->to - t->from;
    return c->n_open < FORWARD_BLOCK || close_block(c) ? 0 : no_memory(err);
}
