#include "indexer/ranks_ahead.h"

#include <stdlib.h>

#include "indexer/bigram_plan.h"
#include "indexer/ranks.h"

enum {
    /* Of a surface or a term: its bytes in the ranks, and two items while it is put in order. */
    ENTRY_BYTES = 56,
    BUDGET_SHARE = 8 /* of what is free: no more than that */
};

struct ranks_ahead {
    struct build *build;
    struct ranks ranks;
    struct bigram_plan plan;
    struct pool_aside *aside; /* NULL: it has ended */
    uint64_t charged;
};

static int order_words(void *arg, struct err *err)
{
    struct ranks_ahead *a = arg;
    return ranks_order_words(&a->ranks, a->build, err);
}

static int count_words(void *arg, struct err *err)
{
    struct ranks_ahead *a = arg;
    int rc = ranks_count_words(&a->ranks, a->build, err);
    return rc == 0 ? bigram_plan_init(&a->plan, a->build, &a->ranks, err) : rc;
}

/* Tokens of all articles are no fewer than addresses of all stories. */
static bool is_one_segment(const struct build *b)
{
    uint64_t limit = b->config->segment_tokens;
    return b->report.tokens < UINT32_MAX / 2 &&
           (limit == 0 || b->report.tokens <= limit);
}

int ranks_ahead_begin(struct ranks_ahead **out, struct build *b, struct err *err)
{
    const struct vocabulary *v = &b->vocabulary;
    uint64_t need = ((uint64_t)lexicon_count(&v->surfaces) + lexicon_count(&v->seps) +
                     lexicon_count(&v->terms)) *
                    ENTRY_BYTES;
    *out = NULL;
    if (pool_threads(b->pool) == 1 || !is_one_segment(b) ||
        need > budget_free(&b->budget) / BUDGET_SHARE || !budget_take(&b->budget, need))
        return 0;
    struct ranks_ahead *a = calloc(1, sizeof *a);
    if (!a) {
        budget_give(&b->budget, need);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    *out = a;
    *a = (struct ranks_ahead){.build = b, .charged = need};
    return pool_aside_begin(&a->aside, order_words, a, err);
}

int ranks_ahead_go_on(struct ranks_ahead *a, struct err *err)
{
    if (!a)
        return 0;
    int rc = pool_aside_end(&a->aside, err);
    return rc == 0 ? pool_aside_begin(&a->aside, count_words, a, err) : rc;
}

int ranks_ahead_take(struct ranks_ahead **from, const struct link *l, uint32_t first,
                     uint32_t end, struct ranks *r, struct bigram_plan *plan,
                     struct err *err)
{
    struct ranks_ahead *a = *from;
    int rc = 0;
    *r = (struct ranks){0};
    *plan = (struct bigram_plan){0};
    if (!a)
        return 0;
    rc = pool_aside_end(&a->aside, err);
    if (rc == 0 && first == 0 && end == link_n_stories(l) && a->ranks.term_counts) {
        *r = a->ranks;
        *plan = a->plan;
        a->ranks = (struct ranks){0};
        a->plan = (struct bigram_plan){0};
    }
    ranks_ahead_free(a);
    *from = NULL;
    return rc;
}

void ranks_ahead_free(struct ranks_ahead *a)
{
    if (!a)
        return;
    (void)pool_aside_end(&a->aside, NULL);
    budget_give(&a->build->budget, a->charged);
    bigram_plan_release(&a->plan);
    ranks_release(&a->ranks);
    free(a);
}
