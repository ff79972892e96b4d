#include "query/cooc_threads.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "query/cooc_story.h"
#include "query/values.h"

enum {
    PART_ENTRIES = 8192, /* which take about a millisecond */
    COUNTED_PARTS_MAX = 256,
    MEMORY_PART = 4, /* threads get pairs for one in so many bytes of --memory */
    PAIR_BYTES = 64, /* and its bits of outlets */
    WORKER_BYTES = 4 << 20
};

struct run {
    struct cooc *c;
    size_t n_parts;
    struct cooc_place
        *places; /* owned; of each part by query, and where the last one ends */
    atomic_size_t next;
    struct cooc *workers; /* owned */
    size_t n_workers;
    /* outlets of all workers */
    struct values outlets;
    VEC(uint64_t) outlet_pairs; /* as in struct cooc_story, by number in `outlets` */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "cooc: no memory for the pairs of all threads; fewer threads or a "
                   "larger --memory helps");
}

/* --- parts ---------------------------------------------------------------------------------- */

static size_t n_entries(const struct cooc *c, size_t *longest)
{
    size_t n = 0;
    *longest = 0;
    for (size_t q = 0; q < c->n_queries; q++) {
        n += c->hits[q].entries.len;
        *longest =
            c->hits[q].entries.len > c->hits[*longest].entries.len ? q : *longest;
    }
    return n;
}

/* Where the hits of a query are at the beginning of each part: parts begin at stories of the query that has most. */
static void place_query(struct run *r, size_t query, size_t longest)
{
    const struct cooc_hits *h = &r->c->hits[query], *l = &r->c->hits[longest];
    size_t n = r->c->n_queries;
    struct cooc_place at = {0};
    for (size_t part = 0; part <= r->n_parts; part++) {
        const struct cooc_entry *begin =
            &l->entries.items[part * l->entries.len / r->n_parts];
        while (at.entry < h->entries.len && part > 0 &&
               (part == r->n_parts ||
                cooc_entry_is_before(&h->entries.items[at.entry], begin))) {
            cooc_place_step(&at, &h->entries.items[at.entry]);
        }
        r->places[part * n + query] = at;
    }
}

static int cut(struct run *r, uint32_t entries, struct err *err)
{
    size_t longest, n = n_entries(r->c, &longest) / entries;
    r->n_parts = n < COUNTED_PARTS_MAX ? n : COUNTED_PARTS_MAX;
    r->places = calloc((r->n_parts + 1) * r->c->n_queries, sizeof *r->places);
    for (size_t q = 0; r->places && q < r->c->n_queries; q++) {
        place_query(r, q, longest);
    }
    return r->places ? 0 : no_memory(err);
}

/* --- threads -------------------------------------------------------------------------------- */

static int count_story(void *arg, struct err *err)
{
    return cooc_story_count(arg, err);
}

static int count_parts(struct run *r, struct cooc *c, struct err *err)
{
    size_t n = r->c->n_queries, part;
    int rc = cooc_branch(r->c, c, err);
    while (rc == 0 && (part = atomic_fetch_add(&r->next, 1)) < r->n_parts) {
        const struct cooc_place *from = r->places + part * n;
        rc = cooc_each_of(c, from, from + n, count_story, c->story, err);
    }
    return rc;
}

/* The first job says how much there is, the others count. */
static int work(void *arg, void *item, struct err *err)
{
    struct run *r = arg;
    size_t i = (size_t)(uintptr_t)item;
    int rc = i == 0 ? cooc_size(r->c, err) : count_parts(r, &r->workers[i - 1], err);
    if (rc) {
        atomic_store(&r->next, r->n_parts); /* the others need not go on */
    }
    return rc;
}

/* --- sums ----------------------------------------------------------------------------------- */

/* The bits of an outlet, by its name. */
static int bits_of(struct run *r, struct bytes name, uint64_t **out, struct err *err)
{
    size_t words = r->c->n_pairs / 64 + 1, have = r->outlet_pairs.len;
    uint32_t number = 0;
    int rc = values_put(&r->outlets, name, &number, err);
    if (rc) {
        return rc;
    }
    if ((number + (size_t)1) * words > have) {
        if (!vec_reserve(&r->outlet_pairs, words)) {
            return no_memory(err);
        }
        memset(r->outlet_pairs.items + have, 0, words * sizeof(uint64_t));
        r->outlet_pairs.len += words;
    }
    *out = r->outlet_pairs.items + number * words;
    return 0;
}

static int add_outlets(struct run *r, const struct cooc_story *s, struct err *err)
{
    size_t words = r->c->n_pairs / 64 + 1;
    int rc = 0;
    for (size_t g = 0; g < s->outlets.groups.len && rc == 0; g++) {
        const struct grouping_group *group = &s->outlets.groups.items[g];
        const uint64_t *from = s->outlet_pairs.items + g * words;
        uint64_t *to = NULL;
        char date[BINS_TEXT_MAX];
        if (group->value[0] == GROUPING_NONE || (g + 1) * words > s->outlet_pairs.len) {
            continue;
        }
        rc = bits_of(r, grouping_text(&s->outlets, group, 0, date), &to, err);
        for (size_t i = 0; i < words && rc == 0; i++) {
            to[i] |= from[i];
        }
    }
    return rc;
}

static void add_counts(struct cooc *to, const struct cooc *from)
{
    for (size_t q = 0; q < to->n_queries; q++) {
        to->totals[q].once += from->totals[q].once;
        to->totals[q].all += from->totals[q].all;
    }
    for (size_t i = 0; i < to->n_pairs; i++) {
        struct cooc_pair *x = &to->pairs[i];
        const struct cooc_pair *y = &from->pairs[i];
        x->o.once += y->o.once;
        x->o.all += y->o.all;
        x->articles += y->articles;
        x->stories += y->stories;
    }
}

static int sum_up(struct run *r, struct err *err)
{
    size_t words = r->c->n_pairs / 64 + 1;
    int rc = 0;
    for (size_t i = 0; i < r->n_workers && rc == 0; i++) {
        add_counts(r->c, &r->workers[i]);
        rc = add_outlets(r, r->workers[i].story, err);
    }
    for (size_t i = 0; i < r->outlet_pairs.len && rc == 0; i++) {
        for (uint64_t bits = r->outlet_pairs.items[i]; bits != 0; bits &= bits - 1) {
            size_t pair = i % words * 64 + (size_t)__builtin_ctzll(bits);
            r->c->pairs[pair].sources++;
        }
    }
    return rc;
}

/* --- all ------------------------------------------------------------------------------------ */

static void release(struct run *r)
{
    for (size_t i = 0; r->workers && i < r->n_workers; i++) {
        cooc_branch_release(&r->workers[i]);
    }
    free(r->workers);
    free(r->places);
    values_release(&r->outlets);
    vec_release(&r->outlet_pairs);
}

static size_t threads_for(const struct run *r, const struct cooc_threads *threads)
{
    uint64_t room = threads->memory / MEMORY_PART;
    uint64_t need = WORKER_BYTES + (uint64_t)PAIR_BYTES * r->c->n_pairs;
    size_t n = threads->n < r->n_parts ? threads->n : r->n_parts;
    return threads->memory > 0 && n > room / need ? (size_t)(room / need) : n;
}

static int run_many(struct run *r, unsigned threads, struct err *err)
{
    struct pool_stage stage = {.count = r->n_workers + 1, .work = work, .arg = r};
    struct pool *pool = NULL;
    r->workers = calloc(r->n_workers, sizeof *r->workers);
    int rc = r->workers ? pool_open(&pool, threads, err) : no_memory(err);
    rc = rc ? rc : pool_run(pool, &stage, err);
    pool_close(pool);
    return rc ? rc : sum_up(r, err);
}

int cooc_count_on(struct cooc *c, const struct cooc_threads *threads, struct err *err)
{
    uint32_t entries = threads->part ? threads->part : PART_ENTRIES;
    struct run r = {.c = c};
    size_t longest;
    if (threads->n < 2 || n_entries(c, &longest) < 2 * (size_t)entries) {
        return cooc_count(c, err);
    }
    int rc = cut(&r, entries, err);
    r.n_workers = threads_for(&r, threads);
    if (rc == 0) {
        rc = r.n_workers > 1 ? run_many(&r, threads->n, err) : cooc_count(c, err);
    }
    release(&r);
    return rc;
}
