#include "indexer/group.h"

#include <stdlib.h>

#include "indexer/digests.h"
#include "indexer/families.h"
#include "indexer/group_links.h"
#include "indexer/group_trace.h"
#include "indexer/ranks_ahead.h"
#include "indexer/stars.h"

enum {
    ROUNDS = 3, /* in which pairs nobody had thought of are compared on all threads */
    DIGESTS_BYTES = 16,   /* of a contained text */
    DIGESTS_HELD = 65536, /* of them at least */
    FEW = 256             /* of them are left to the pass that needs them */
};

struct group {
    struct build *build;
    const struct texts *texts;
    const struct ids *ids;
    struct grouping *out;
    struct verify_pair_tables tables;
    struct candidates *candidates;
    struct verdicts likely; /* of candidates that may be of one family */
    /* Verdicts: of the candidates, then of the roots that members have proposed, round by round. */
    struct verdicts known[STARS_KNOWN];
    size_t n_known;
    struct print_set common;
    struct pairs pairs;
    struct pair_list missing;
    uint8_t *digests; /* owned */
    struct group_links links;
    uint64_t charged;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "stories: out of memory");
}

static void charge(struct group *g)
{
    struct budget *budget = &g->build->budget;
    uint64_t now = (uint64_t)texts_count(g->texts) *
                       (sizeof *g->out->roots + sizeof *g->digests +
                        (g->common.places ? sizeof *g->common.places : 0)) +
                   g->missing.v.cap * sizeof *g->missing.v.items +
                   g->out->members.cap * sizeof *g->out->members.items +
                   g->out->links.cap * sizeof *g->out->links.items;
    budget_give(budget, g->charged);
    budget_force(budget, now);
    g->charged = now;
}

/* --- stars -------------------------------------------------------------------------------- */

static struct stars stars_of(struct group *g)
{
    struct stars s = {
        .pairs = &g->pairs, .n_known = g->n_known, .roots = g->out->roots};
    for (size_t i = 0; i < g->n_known; i++)
        s.known[i] = &g->known[i];
    return s;
}

/* Compares what was missing. */
static int ask(struct group *g, struct err *err)
{
    struct verdicts *v = &g->known[g->n_known];
    int rc =
        verdicts_open(v, g->build->dirfd, g->build->dirname, &g->build->budget, err);
    if (rc != 0)
        return rc;
    g->n_known++;
    report_begin(&g->build->report, REPORT_LINK, g->missing.v.len / PAIRS_PER_ITEM);
    g->build->report.copies.pairs += g->missing.v.len;
    return pairs_list(&g->pairs, &g->missing, v, err);
}

static int tell(void *arg, uint32_t text, const struct verdict *asked, size_t n,
                const struct verdict *chosen, struct err *err)
{
    struct group *g = arg;
    int rc = 0;
    (void)text;
    if (chosen && !vec_push(&g->out->members, *chosen))
        return no_memory(err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = group_links_put(&g->links, &asked[i], err);
    return rc;
}

/* In rounds, until little is missing: then nearly every pair is compared on all threads, and what
 * remains by the last pass. */
static int make_stars(struct group *g, struct err *err)
{
    int rc = 0;
    for (int round = 0; rc == 0 && round < ROUNDS; round++) {
        struct stars s = stars_of(g);
        s.digests = g->digests;
        s.missing = &g->missing;
        rc = stars_make(&s, err);
        charge(g);
        if (rc != 0 || g->missing.v.len <= FEW)
            break;
        rc = ask(g, err);
    }
    if (rc != 0)
        return rc;
    struct stars s = stars_of(g);
    s.digests = g->digests;
    s.tell = tell;
    s.arg = g;
    return stars_make(&s, err);
}

/* --- steps -------------------------------------------------------------------------------- */

/* Compares the pairs that may be of one family. */
static int compare_likely(struct group *g, struct err *err)
{
    struct report *r = &g->build->report;
    report_step(r, REPORT_COMPARE);
    int rc = verify_pair_tables_make(&g->tables, g->build, g->texts, err);
    if (rc == 0)
        rc = verdicts_open(&g->likely, g->build->dirfd, g->build->dirname,
                           &g->build->budget, err);
    if (rc != 0)
        return rc;
    g->pairs.tables = &g->tables;
    r->copies.candidates = candidates_count(g->candidates);
    report_begin(r, REPORT_LINK, r->copies.candidates / PAIRS_PER_ITEM);
    return pairs_likely(&g->pairs, g->candidates, &g->likely, err);
}

/* What stands in many stories, as far as they can be told by now. The place of the roots serves for the families. */
static int find_boilerplate(struct group *g, struct err *err)
{
    report_step(&g->build->report, REPORT_STORIES);
    int rc = families_make(&g->tables, &g->likely, g->out->roots, err);
    if (rc != 0)
        return rc;
    report_step(&g->build->report, REPORT_CANDIDATES);
    rc = candidates_common(g->candidates, g->build, g->out->roots,
                           g->tables.limits.boilerplate_stories, &g->common, err);
    charge(g);
    if (g->common.count > 0)
        g->pairs.common = &g->common;
    return rc;
}

/* Compares those that share more than boilerplate. */
static int compare(struct group *g, struct err *err)
{
    struct report *r = &g->build->report;
    report_step(r, REPORT_COMPARE);
    report_begin(r, REPORT_LINK, r->copies.candidates / PAIRS_PER_ITEM);
    int rc = verdicts_open(&g->known[0], g->build->dirfd, g->build->dirname,
                           &g->build->budget, err);
    if (rc != 0)
        return rc;
    g->n_known = 1;
    rc = pairs_candidates(&g->pairs, g->candidates, &g->likely, &g->known[0], err);
    verdicts_close(&g->likely);
    r->copies.pairs = g->known[0].n;
    return rc;
}

static int find_digests(struct group *g, struct err *err)
{
    report_step(&g->build->report, REPORT_STORIES);
    uint64_t room = budget_free(&g->build->budget) / 4 / DIGESTS_BYTES;
    return digests_find(&g->tables, g->known, g->n_known,
                        room > DIGESTS_HELD ? (size_t)room : DIGESTS_HELD, g->digests,
                        err);
}

static int make_stories(struct group *g, struct err *err)
{
    g->links = (struct group_links){
        .grouping = g->out, .limits = &g->tables.limits, .digests = g->digests};
    int rc = make_stars(g, err);
    group_links_finish(&g->links);
    return rc;
}

static int trace(struct group *g, struct err *err)
{
    const char *path = g->build->config->trace_pairs;
    int rc = 0;
    if (!path)
        return 0;
    struct group_trace t;
    rc = group_trace_open(&t, g->build, g->texts, g->ids, path, err);
    for (size_t i = 0; rc == 0 && i < g->n_known; i++)
        rc = group_trace_put(&t, &g->known[i], err);
    return group_trace_close(&t, rc, err);
}

static void release(struct group *g)
{
    candidates_free(g->candidates);
    verdicts_close(&g->likely);
    for (size_t i = 0; i < g->n_known; i++)
        verdicts_close(&g->known[i]);
    print_set_release(&g->common);
    verify_pair_tables_release(&g->tables);
    vec_release(&g->missing.v);
    free(g->digests);
    budget_give(&g->build->budget, g->charged);
}

int group_texts(struct build *b, const struct texts *t, const struct ids *ids,
                struct grouping *out, struct err *err)
{
    struct group g = {.build = b, .texts = t, .ids = ids, .out = out};
    size_t n = texts_count(t);
    int rc = group_alone(t, out, err);
    g.digests = calloc(n + 1, sizeof *g.digests);
    if (rc == 0 && !g.digests)
        rc = no_memory(err);
    if (rc == 0) {
        charge(&g);
        report_step(&b->report, REPORT_CANDIDATES);
        rc = candidates_find(b, t, b->config->limits.boilerplate_stories, &g.candidates,
                             err);
        spool_drop_prints(&b->spool);
    }
    if (rc == 0)
        rc = compare_likely(&g, err);
    if (rc == 0)
        rc = find_boilerplate(&g, err);
    if (rc == 0)
        rc = compare(&g, err);
    if (rc == 0)
        rc = ranks_ahead_go_on(b->ranks_ahead, err); /* what follows is one thread's */
    if (rc == 0)
        rc = find_digests(&g, err);
    if (rc == 0)
        rc = make_stories(&g, err);
    if (rc == 0)
        rc = trace(&g, err);
    release(&g);
    return rc;
}

int group_alone(const struct texts *t, struct grouping *out, struct err *err)
{
    size_t n = texts_count(t);
    *out = (struct grouping){0};
    out->roots = malloc((n + 1) * sizeof *out->roots);
    if (!out->roots)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        out->roots[i] = (uint32_t)i;
    return 0;
}

void group_release(struct grouping *g)
{
    free(g->roots);
    vec_release(&g->members);
    vec_release(&g->links);
    *g = (struct grouping){0};
}
