#include "indexer/digests.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/titles.h"

/* A text that stands in another. */
struct inner {
    uint32_t container, from, to; /* tokens of the container's body */
    uint32_t text;
};

struct digests {
    const struct verify_pair_tables *tables;
    const struct verdicts *known;
    size_t n_known;
    uint8_t *out;
    uint32_t *counts; /* owned; by text: how many stand in it */
    /* Containers are looked at in ranges, so that memory does not grow with the pairs. */
    uint32_t first, end;
    VEC(struct inner) found;
    VEC(struct title) titles; /* of one container's */
    struct spool_reader reader;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "stories: out of memory");
}

/* --- what is contained -------------------------------------------------------------------- */

int digests_container(const struct compare_limits *l, const struct compare_evidence *e)
{
    switch (e->relation) {
    case COMPARE_CONTAINS: return 0;
    case COMPARE_CONTAINED: return 1;
    case COMPARE_EXCERPT: /* all of a text in the midst of another */
        return e->covered[1] >= l->contained && e->covered[1] > e->covered[0]   ? 0
               : e->covered[0] >= l->contained && e->covered[0] > e->covered[1] ? 1
                                                                                : -1;
    default: return -1;
    }
}

/* Calls `put` with every text that stands in another. */
static int each_inner(const struct digests *g,
                      int (*put)(void *arg, const struct inner *in, struct err *err),
                      void *arg, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < g->n_known; i++) {
        struct verdicts_walk walk;
        struct verdict d;
        verdicts_walk(&walk, &g->known[i]);
        while (rc == 0 && (rc = verdicts_next(&walk, &d, err)) == 0) {
            int side = digests_container(&g->tables->limits, &d.e);
            if (side < 0)
                continue;
            struct inner in = {side ? d.other : d.text, d.e.from[side], d.e.to[side],
                               side ? d.text : d.other};
            rc = put(arg, &in, err);
        }
        verdicts_walk_release(&walk);
        rc = rc == ITER_END ? 0 : rc;
    }
    return rc;
}

static int count(void *arg, const struct inner *in, struct err *err)
{
    struct digests *g = arg;
    (void)err;
    g->counts[in->container]++;
    return 0;
}

/* Those of the containers of this pass that have others. */
static int collect(void *arg, const struct inner *in, struct err *err)
{
    struct digests *g = arg;
    if (in->container < g->first || in->container >= g->end ||
        g->counts[in->container] < DIGESTS_TITLED)
        return 0;
    return vec_push(&g->found, *in) ? 0 : no_memory(err);
}

/* By container, then the place that ends first. */
static int compare_inner(const void *a, const void *b)
{
    const struct inner *x = a, *y = b;
    if (x->container != y->container)
        return x->container < y->container ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->from != y->from)
        return x->from > y->from ? -1 : 1;
    return (x->text > y->text) - (x->text < y->text);
}

/* Of n places in one container so many as can be that do not overlap; they move to the front. The one
 * that ends first, then the next that begins behind it, is the best choice there is. */
static size_t keep_apart(struct inner *items, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0) {
            const struct inner *last = &items[kept - 1];
            uint32_t len = items[i].to - items[i].from,
                     last_len = last->to - last->from;
            uint32_t slack = (len < last_len ? len : last_len) / DIGESTS_SLACK;
            if (items[i].from + slack < last->to)
                continue;
        }
        items[kept++] = items[i];
    }
    return kept;
}

/* --- what is a digest --------------------------------------------------------------------- */

static int read_title(const struct verify_pair_tables *t, struct spool_reader *r,
                      uint32_t text, struct title *out, struct err *err)
{
    const struct build *b = t->build;
    return titles_read(b, t->kinds, r,
                       &b->articles.v.items[t->texts->articles.items[text]], out, err);
}

static bool related(const struct title *x, const struct title *y)
{
    const struct headline a = titles_headline(x), b = titles_headline(y);
    return headlines_shared(&a, &b) >= DIGESTS_ALIKE;
}

/* Of n texts that lie apart in the container: are enough of them unrelated? */
static int judge(struct digests *g, const struct inner *items, size_t n, bool *out,
                 struct err *err)
{
    const struct verify_pair_tables *t = g->tables;
    struct title own, title;
    int rc = read_title(t, &g->reader, items[0].container, &own, err);
    bool titled = own.n > 0;
    vec_reset(&g->titles);
    for (size_t i = 0; rc == 0 && i < n && g->titles.len < DIGESTS_LEAST; i++) {
        bool alike = false;
        rc = read_title(t, &g->reader, items[i].text, &title, err);
        vec_foreach(struct title, x, &g->titles)
            alike = alike || related(x, &title);
        if (alike)
            continue;
        titled = titled && title.n > 0 && !related(&own, &title);
        if (!vec_push(&g->titles, title))
            rc = no_memory(err);
    }
    *out =
        g->titles.len >= DIGESTS_LEAST || (g->titles.len >= DIGESTS_TITLED && titled);
    return rc;
}

/* The containers whose texts were collected. */
static int judge_found(struct digests *g, struct err *err)
{
    int rc = 0;
    if (g->found.len > 0)
        qsort(g->found.items, g->found.len, sizeof *g->found.items, compare_inner);
    for (size_t i = 0; rc == 0 && i < g->found.len;) {
        struct inner *items = g->found.items + i;
        size_t n = 1;
        while (i + n < g->found.len && items[n].container == items->container)
            n++;
        i += n;
        size_t apart = keep_apart(items, n);
        bool digest = false;
        if (apart >= DIGESTS_TITLED)
            rc = judge(g, items, apart, &digest, err);
        g->out[items->container] = digest;
    }
    return rc;
}

int digests_find(const struct verify_pair_tables *t, const struct verdicts *known,
                 size_t n_known, size_t held_max, uint8_t *digests, struct err *err)
{
    struct digests g = {
        .tables = t, .known = known, .n_known = n_known, .out = digests};
    uint32_t n = texts_count(t->texts);
    memset(digests, 0, n);
    spool_read_tokens_of(&g.reader, &t->build->spool);
    g.counts = calloc((size_t)n + 1, sizeof *g.counts);
    int rc = g.counts ? each_inner(&g, count, &g, err) : no_memory(err);
    while (rc == 0 && g.end < n) {
        size_t sum = 0;
        for (g.first = g.end; g.end < n; g.end++) {
            size_t more = g.counts[g.end] < DIGESTS_TITLED ? 0 : g.counts[g.end];
            if (sum > 0 && sum + more > held_max)
                break;
            sum += more;
        }
        vec_reset(&g.found);
        if (sum > 0)
            rc = each_inner(&g, collect, &g, err);
        if (rc == 0)
            rc = judge_found(&g, err);
    }
    free(g.counts);
    vec_release(&g.found);
    vec_release(&g.titles);
    spool_reader_release(&g.reader);
    return rc;
}
