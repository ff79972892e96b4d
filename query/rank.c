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
        if (leaf->n_terms != 1 || leaf->terms[0].n_entries > 1 ||
            leaf->terms[0].is_pair) {
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

/* Adds the stories of one segment that hold each word of the ranked parts to df, which has an
 * element for each of them. */
static int count_segment(struct plan *p, size_t segment, uint64_t *df, struct err *err)
{
    vec_foreach(struct plan_ranked, r, &p->ranked) {
        for (size_t k = 0; k < r->words.len; k++, df++) {
            struct plan_node *node = r->words.items[k].node;
            uint64_t stories;
            if (single_entry(p, segment, node, &stories)) {
                *df += stories;
                continue;
            }
            int rc = count_stories(p, segment, node, df, err);
            if (rc) {
                return rc;
            }
        }
    }
    plan_rest(p, segment);
    return 0;
}

int rank_prepare(struct plan *p, struct err *err)
{
    size_t n = 0;
    int rc = 0;
    if (p->ranked_ready) {
        return 0;
    }
    vec_foreach(struct plan_ranked, r, &p->ranked) {
        n += r->words.len;
    }
    uint64_t *df = arena_zalloc(p->arena, (n + 1) * sizeof *df), *at = df;
    if (!df) {
        return err_set(err, ERR_NOMEM, "query: no memory for its plan");
    }
    for (size_t s = 0; s < p->snapshot->n_segments && rc == 0; s++) {
        rc = count_segment(p, s, df, err);
    }
    vec_foreach(struct plan_ranked, ranked, &p->ranked) {
        ranked->idf = ranked->words.len ? 0 : p->ranked.items[ranked->first].idf;
        for (size_t k = 0; k < ranked->words.len; k++) {
            ranked->idf += rank_idf(p->snapshot->manifest.stories, *at++);
        }
    }
    p->ranked_ready = rc == 0;
    return rc;
}
