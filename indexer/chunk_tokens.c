#include "indexer/chunk_tokens.h"

#include <assert.h>
#include <string.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: out of memory");
}

int chunk_tokens_begin(struct chunk_tokens *c, struct err *err)
{
    struct chunk_tools *t = c->tools;
    uint32_t n = c->to - c->from;
    vec_reset(&t->extras);
    if (!invert_begin(&t->invert, &c->plan->ranks->partitions))
        return no_memory(err);
    bigram_runs_begin(&t->bigrams, n);
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

static bool put_block(struct chunk_tokens *c, uint32_t n)
{
    struct chunk *to = c->chunk;
    const surface_id *ids = c->ids + c->first;
    const struct forward_block block = {
        .n = n,
        .n_others = c->n_inside,
        .elsewhere = c->elsewhere && has_elsewhere(ids, n),
        .surfaces = ids,
        .places = c->places + c->first_other,
        .seps = c->seps + c->first_other,
    };
    if (!buf_reserve(&to->blocks, FORWARD_BLOCK_BYTES_MAX))
        return false;
    size_t len =
        forward_put_block(&c->plan->coding, &block, to->blocks.data + to->blocks.len);
    to->blocks.len += len;
    return vec_push(&to->block_lens, (uint16_t)len);
}

/* Moves the open block to the front. */
static void move_open(struct chunk_tokens *c)
{
    memmove(c->ids, c->ids + c->first, c->n_open * sizeof *c->ids);
    memmove(c->places, c->places + c->first_other, c->n_others);
    memmove(c->seps, c->seps + c->first_other, c->n_others * sizeof *c->seps);
    c->first = c->first_other = 0;
}

/* Puts the open block, which is whole; what lies behind it is the next one's. */
static bool close_block(struct chunk_tokens *c)
{
    if (!put_block(c, FORWARD_BLOCK))
        return false;
    c->first += FORWARD_BLOCK;
    c->n_open -= FORWARD_BLOCK;
    c->first_other += c->n_inside;
    c->n_others -= c->n_inside;
    c->n_inside = c->n_others;
    c->elsewhere = c->elsewhere && has_elsewhere(c->ids + c->first, c->n_open);
    if (c->first == CHUNK_OPEN_BLOCKS * FORWARD_BLOCK)
        move_open(c);
    return true;
}

int chunk_tokens_end(struct chunk_tokens *c, struct err *err)
{
    assert(c->n_open < FORWARD_BLOCK);
    return c->n_open == 0 || put_block(c, c->n_open) ? 0 : no_memory(err);
}

/* --- words -------------------------------------------------------------------------------- */

/* Entries of span 1 of the tokens' terms. */
static bool put_aliases(struct chunk_tokens *c, address at, const term_place *places,
                        const uint64_t *aliased)
{
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
static bool hide(struct chunk_tokens *c, uint32_t n)
{
    surface_id *ids = c->ids + c->first + c->n_open;
    for (uint32_t i = 0; i < n; i++)
        ids[i] = (surface_id)FORWARD_ELSEWHERE;
    c->elsewhere = true;
    return invert_skip(&c->tools->invert, n);
}

static bool put_words(struct chunk_tokens *c, address at, const struct spell_tokens *t)
{
    const struct ranks *r = c->plan->ranks;
    uint32_t n = t->to - t->from;
    surface_id *ids = c->ids + c->first + c->n_open;
    term_place *places = invert_room(&c->tools->invert);
    _Static_assert((int)RANK_TOKENS_SLACK <= (int)INVERT_SLACK &&
                       (int)TOKEN_BLOCK <= (int)INVERT_PUT_MAX,
                   "room");
    struct rank_bits bits;
    rank_tokens(r->surfaces, t->block->surfaces + t->from, n, ids, places, &bits);
    if (!bigram_runs_put(c->plan->bigrams, &c->tools->bigrams, ids, n, bits.classed))
        return false;
    if (t->repeated)
        return hide(c, n);
    return put_aliases(c, at, places, bits.aliased) && invert_put(&c->tools->invert, n);
}

/* --- separators --------------------------------------------------------------------------- */

/* A paragraph begins at a text's first token, whatever separator is before it. */
static bool begin_text(struct chunk *c, address at)
{
    return vec_push(&c->sentences, at) && vec_push(&c->paragraphs, at);
}

/* A separator of the open FWD block, or of the one behind it. */
static void put_sep(struct chunk_tokens *c, uint32_t place, sep_id sep)
{
    uint32_t n = c->first_other + c->n_others;
    c->places[n] = (uint8_t)(place % FORWARD_BLOCK);
    c->seps[n] = sep;
    c->n_others += sep != 0;
    c->n_inside += sep != 0 && place < FORWARD_BLOCK;
}

/* The separators of tokens [from, to) where a blank without a break, number 0 in the spool, is not the segment's commonest, so that
 * every token may have another. k: the first of the block's separators there. */
static void put_all_seps(struct chunk_tokens *c, const struct spell_tokens *t,
                         uint32_t k)
{
    const struct token_block *b = t->block;
    const sep_id *known = c->plan->ranks->seps;
    for (uint32_t i = t->from; i < t->to; i++) {
        bool other = k < b->n_seps && b->places[k] == i;
        put_sep(c, c->n_open + i - t->from, known[other ? b->seps[k] : 0]);
        k += other;
    }
}

/* The separators and the marks of a block; without the separators if others have been put, or are not to be. */
static bool put_seps(struct chunk_tokens *c, const struct chunk_seps_of *of,
                     bool without)
{
    struct chunk *to = c->chunk;
    size_t room = of->to - of->from + CHUNK_SEPS_SLACK;
    if (!vec_reserve(&to->sentences, room) || !vec_reserve(&to->paragraphs, room))
        return false;
    struct chunk_seps out = {
        .places = c->places + c->first_other,
        .seps = c->seps + c->first_other,
        .n = c->n_others,
        .n_inside = c->n_inside,
        .sentences = to->sentences.items,
        .paragraphs = to->paragraphs.items,
        .n_sentences = to->sentences.len,
        .n_paragraphs = to->paragraphs.len,
    };
    chunk_seps_put(c->plan->seps, of, &out);
    to->sentences.len = out.n_sentences;
    to->paragraphs.len = out.n_paragraphs;
    if (!without) {
        c->n_others = out.n;
        c->n_inside = out.n_inside;
    }
    return true;
}

static bool put_breaks(struct chunk_tokens *c, address at, const struct spell_tokens *t)
{
    const struct token_block *b = t->block;
    bool blanks = c->plan->ranks->seps[0] == 0;
    struct chunk_seps_of of = {
        .block = b, .to = b->n_seps, .open = c->n_open - t->from, .at = at - t->from};
    while (of.from < of.to && b->places[of.from] < t->from)
        of.from++;
    while (of.to > of.from && b->places[of.to - 1] >= t->to)
        of.to--;
    if (!t->repeated && !blanks)
        put_all_seps(c, t, of.from);
    if (t->begins && !begin_text(c->chunk, at))
        return false;
    of.marked = of.from;
    of.marked += t->begins && of.from < of.to && b->places[of.from] == t->from;
    return put_seps(c, &of, t->repeated || !blanks);
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
