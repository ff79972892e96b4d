#include "indexer/bigram_sample.h"

#include <stdlib.h>

#include "indexer/rank_tokens.h"
#include "indexer/spool.h"

/* A story being read. */
struct counting {
    const struct bigram_plan *plan;
    const struct ranks *ranks;
    struct bigram_counts *counts;
    struct spool_reader reader;
    struct token_block block;
    uint8_t last; /* class of the token before the block */
};

static void add_pair(struct counting *c, uint8_t first, uint8_t second)
{
    uint16_t codes[4];
    unsigned k = bigram_plan_codes(c->plan, first, second, codes);
    for (unsigned i = 0; i < k; i++)
        c->counts->of[codes[i]]++;
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
    c->counts->n_tokens += block->n;
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

/* Numbers of the sample's stories in a slice: [from, to). */
static uint64_t slice_begin(const struct bigram_sample *s, uint32_t slice)
{
    uint64_t stories = (s->end - s->first + (uint64_t)step(s) - 1) / step(s);
    return stories * slice / s->n_slices;
}

static int count_stories(const struct bigram_sample *s, struct counting *c,
                         uint32_t slice, struct err *err)
{
    const struct link *l = s->link;
    uint64_t n = step(s), to = slice_begin(s, slice + 1);
    int rc = 0;
    spool_read_tokens_of(&c->reader, &s->build->spool);
    for (uint64_t i = slice_begin(s, slice); rc == 0 && i < to; i++) {
        uint32_t wording = l->stories.items[s->first + i * n].first_wording;
        uint32_t article = l->articles.items[l->wordings.items[wording].first_article];
        rc = count_story(c, &s->build->articles.v.items[article], err);
    }
    spool_reader_release(&c->reader);
    return rc;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: no memory for pairs");
}

int bigram_sample_open(struct bigram_sample *s, uint32_t n_slices, struct err *err)
{
    s->slices = calloc(n_slices, sizeof *s->slices);
    s->n_slices = n_slices;
    return s->slices ? 0 : no_memory(err);
}

void bigram_sample_close(struct bigram_sample *s)
{
    for (uint32_t i = 0; s->slices && i < s->n_slices; i++)
        free(s->slices[i].of);
    free(s->slices);
    s->slices = NULL;
}

int bigram_sample_count(struct bigram_sample *s, const struct bigram_plan *b,
                        uint32_t slice, struct err *err)
{
    struct bigram_counts *counts = &s->slices[slice];
    struct counting *c = calloc(1, sizeof *c);
    counts->of = calloc(BIGRAM_PLAN_CODES, sizeof *counts->of);
    int rc = c && counts->of ? 0 : no_memory(err);
    if (rc == 0) {
        c->plan = b;
        c->ranks = s->ranks;
        c->counts = counts;
        rc = count_stories(s, c, slice, err);
    }
    free(c);
    return rc;
}

int bigram_sample_choose(const struct bigram_sample *s, struct bigram_plan *b,
                         struct err *err)
{
    struct bigram_counts *all = &s->slices[0];
    for (uint32_t i = 1; i < s->n_slices; i++) {
        for (size_t k = 0; k < BIGRAM_PLAN_CODES; k++)
            all->of[k] += s->slices[i].of[k];
        all->n_tokens += s->slices[i].n_tokens;
    }
    return bigram_plan_choose(b, s->ranks, all, s->n_tokens, err);
}
