#include "indexer/bigram_sample.h"

#include <stdlib.h>

#include "indexer/rank_tokens.h"
#include "indexer/spool.h"

/* A story being read. */
struct counting {
    const struct bigram_plan *plan;
    const struct ranks *ranks;
    struct bigram_counts counts;
    struct spool_reader reader;
    struct token_block block;
    uint8_t last; /* class of the token before the block */
};

static void add_pair(struct counting *c, uint8_t first, uint8_t second)
{
    uint16_t codes[4];
    unsigned k = bigram_plan_codes(c->plan, first, second, codes);
    for (unsigned i = 0; i < k; i++)
        c->counts.of[codes[i]]++;
}

static void count_block(struct counting *c)
{
    const struct token_block *block = &c->block;
    surface_id ids[TOKEN_BLOCK + RANK_TOKENS_SLACK];
    term_place places[TOKEN_BLOCK + RANK_TOKENS_SLACK];
    struct rank_bits bits;
    rank_tokens(c->ranks->surfaces, block->surfaces, block->n, ids, places, &bits);
    uint8_t last = c->last;
    for (uint32_t i = 0; i < block->n; i++) {
        bool has = bits.classed[i / 64] >> i % 64 & 1;
        uint8_t class = has ? c->plan->classes[ids[i]] : 0;
        if (class != 0 && last != 0)
            add_pair(c, last, class);
        last = class;
    }
    c->last = last;
    c->counts.n_tokens += block->n;
}

static int count_story(struct counting *c, const struct article *a, struct err *err)
{
    int rc = 0;
    c->last = 0;
    spool_seek(&c->reader, a);
    for (uint32_t at = 0; rc == 0 && at < a->length && at < BIGRAM_SAMPLE_STORY;
         at += c->block.n) {
        rc = spool_block(&c->reader, &c->block, err);
        if (rc == 0)
            count_block(c);
    }
    return rc;
}

/* From a story of the sample to the next. */
static uint32_t step(const struct bigram_sample *s)
{
    uint64_t tokens = s->n_tokens / BIGRAM_SAMPLE_SHARE;
    if (tokens < BIGRAM_SAMPLE_LEAST)
        tokens = BIGRAM_SAMPLE_LEAST;
    if (tokens > BIGRAM_SAMPLE_MOST)
        tokens = BIGRAM_SAMPLE_MOST;
    uint64_t n = s->n_tokens / tokens;
    return n > 0 ? (uint32_t)n : 1;
}

static int count_stories(const struct bigram_sample *s, struct counting *c,
                         struct err *err)
{
    const struct link *l = s->link;
    uint64_t n = step(s);
    int rc = 0;
    spool_read_tokens_of(&c->reader, &s->build->spool);
    for (uint64_t i = s->first; rc == 0 && i < s->end; i += n) {
        uint32_t wording = l->stories.items[i].first_wording;
        uint32_t article = l->articles.items[l->wordings.items[wording].first_article];
        rc = count_story(c, &s->build->articles.v.items[article], err);
    }
    spool_reader_release(&c->reader);
    return rc;
}

int bigram_sample_choose(const struct bigram_sample *s, struct bigram_plan *b,
                         struct err *err)
{
    struct counting *c = calloc(1, sizeof *c);
    uint32_t *counts = calloc(BIGRAM_PLAN_CODES, sizeof *counts);
    int rc = c && counts ? 0 : err_set(err, ERR_NOMEM, "write: no memory for pairs");
    if (rc == 0) {
        c->plan = b;
        c->ranks = s->ranks;
        c->counts.of = counts;
        rc = count_stories(s, c, err);
    }
    if (rc == 0)
        rc = bigram_plan_choose(b, s->ranks, &c->counts, s->n_tokens, err);
    free(counts);
    free(c);
    return rc;
}
