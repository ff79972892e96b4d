#include "query/rank.h"

#include <math.h>

/* The usual parameters; changing them changes scores, so docs/QUERY.md states them. */
static const double bm25_k1 = 1.2;
static const double bm25_b = 0.75;

double rank_idf(uint64_t n, uint64_t df)
{
    return log(1.0 + ((double)n - (double)df + 0.5) / ((double)df + 0.5));
}

double rank_weight(double idf, uint64_t tf, uint64_t length, double mean)
{
    double norm = bm25_k1 * (1.0 - bm25_b + bm25_b * ((double)length / mean));
    return idf * ((double)tf * (bm25_k1 + 1.0) / ((double)tf + norm));
}

double rank_mean_length(const struct snapshot *snapshot)
{
    const struct manifest *m = &snapshot->manifest;
    return m->stories && m->homes ? (double)m->homes / (double)m->stories : 1.0;
}

/* The only dictionary entry a node stands for in a segment: true, with its story count (0
 * without any). */
static bool single_entry(const struct plan *p, size_t segment,
                         const struct plan_node *node, uint64_t *stories)
{
    *stories = 0;
    if (node->kind == PLAN_LEAF) {
        const struct leaf *leaf = &p->segments[segment].leaves[node->leaf];
        if (leaf->n_terms != 1 || leaf->terms[0].n_entries > 1) {
            return false;
        }
        *stories = leaf->terms[0].n_entries ? leaf->terms[0].entries[0].stories : 0;
        return true;
    }
    for (size_t i = 0; i < node->n_children; i++) {
        uint64_t n;
        if (!single_entry(p, segment, node->children[i], &n) || (n && *stories)) {
            return false;
        }
        *stories += n;
    }
    return node->kind == PLAN_UNION;
}

/* Counts the stories of one segment that hold the node. */
static int count_stories(struct plan *p, size_t segment, struct plan_node *node,
                         uint64_t *out, struct err *err)
{
    struct evaluate e = {0};
    story_id from = 0;
    int rc;
    evaluate_begin(&e, p, segment, false);
    while ((rc = evaluate_seek(&e, node, from, err)) == 0 &&
           (rc = evaluate_narrow(&e, node, err)) == 0) {
        *out += e.scope->stories.len;
        from = e.window.to;
    }
    evaluate_release(&e);
    return rc == ITER_END ? 0 : rc;
}

int rank_prepare(struct plan *p, struct err *err)
{
    for (size_t i = 0; i < p->ranked.len && !p->ranked_ready; i++) {
        struct plan_ranked *r = &p->ranked.items[i];
        r->idf = 0;
        for (size_t k = 0; k < r->words.len; k++) {
            uint64_t df = 0;
            for (size_t s = 0; s < p->snapshot->n_segments; s++) {
                uint64_t stories;
                int rc = 0;
                if (single_entry(p, s, r->words.items[k].node, &stories)) {
                    df += stories;
                } else {
                    rc = count_stories(p, s, r->words.items[k].node, &df, err);
                }
                if (rc) {
                    return rc;
                }
            }
            r->idf += rank_idf(p->snapshot->manifest.stories, df);
        }
    }
    p->ranked_ready = true;
    return 0;
}
