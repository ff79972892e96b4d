#include "query/near_stories.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH = NEAR_MATCH_STORIES,
    BATCH_ADDRESSES = 1 << 19, /* that they take, more or less */
    BESIDE =
        4, /* a pair stands in one of so many stories, if each place is in another */
    LONG_RANGE = 1 << 11 /* worth asking which part of it has the rarer word */
};

static_assert((int)NEAR_MATCH_ROOM <= (int)ADDRESSES_ROOM, "room");

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for addresses");
}

static int open_word(const struct near_word *w, const struct segment *segment,
                     struct address_cursor **out, struct err *err)
{
    int rc = 0;
    *out = malloc(w->n * sizeof **out);
    if (!*out) {
        return no_memory(err);
    }
    for (size_t i = 0; i < w->n && rc == 0; i++) {
        const struct leaf_entry *e = w->entries[i];
        if (e->n_inline > 0) {
            addresses_open_inline(&(*out)[i], e->inline_list, e->n_inline);
        } else {
            rc = addresses_open(&(*out)[i], &segment->pos, e->pos, e->count, err);
        }
    }
    return rc;
}

/* Where the first word stands before the second, if there is a list of it that is long enough to settle many of the stories. */
static int open_beside(struct near_stories *n, const struct segment *segment,
                       const struct leaf_entry *first, const struct leaf_entry *second,
                       struct err *err)
{
    struct bigram pair;
    uint32_t stories =
        first->stories < second->stories ? first->stories : second->stories;
    int rc = bigrams_find(&segment->bigrams, first->id, second->id, &pair, err);
    if (rc || pair.count < stories / BESIDE) {
        return rc == ITER_END ? 0 : rc;
    }
    return addresses_open(&n->beside[n->n_beside++], &segment->bigrams.section,
                          pair.list, pair.count, err);
}

static int open_pairs(struct near_stories *n, const struct segment *segment,
                      const struct near_word *a, const struct near_word *b,
                      struct err *err)
{
    if (!a->key || !b->key || a->key->id == b->key->id || segment->bigrams.n == 0) {
        return 0;
    }
    n->beside = malloc(2 * sizeof *n->beside);
    if (!n->beside) {
        return no_memory(err);
    }
    int rc = open_beside(n, segment, a->key, b->key, err);
    return rc || n->reach.ordered ? rc : open_beside(n, segment, b->key, a->key, err);
}

int near_stories_open(struct near_stories *n, const struct segment *segment,
                      const struct near_word *a, const struct near_word *b,
                      struct near_reach reach, struct err *err)
{
    const struct near_word *words[2] = {a, b};
    int rc = 0;
    *n = (struct near_stories){.reach = reach};
    for (size_t i = 0; i < 2 && rc == 0; i++) {
        n->n[i] = words[i]->n;
        for (size_t k = 0; k < words[i]->n; k++) {
            n->widths[i][k] = words[i]->widths[k];
        }
        rc = words[i]->n ? open_word(words[i], segment, &n->cursors[i], err) : 0;
    }
    return rc ? rc : open_pairs(n, segment, a, b, err);
}

void near_stories_close(struct near_stories *n)
{
    free(n->cursors[0]);
    free(n->cursors[1]);
    free(n->beside);
    vec_release(&n->lists[0]);
    vec_release(&n->lists[1]);
    vec_release(&n->spare);
    *n = (struct near_stories){0};
}

/* Entries of a word that take the same number of tokens. */
struct group {
    struct address_cursor *cursors;
    size_t n;
    uint64_t count; /* addresses of all */
    uint32_t width;
};

/* Stories that are looked at together. */
struct batch {
    const struct scope_story *stories;
    size_t n;
    uint32_t longest; /* addresses of one, at most */
    bool found[BATCH];
    /* Those that are not settled, and where to look in each. */
    struct near_tries open;
    struct address_range ranges[BATCH + NEAR_MATCH_LANES];
};

/* The entries of two words: of the rarer one and the other, and how far behind a place of the former one of the latter may be. */
struct pair {
    struct group groups[2];
    struct near_band bands[2]; /* either will do */
    size_t n_bands;
    int64_t least, most; /* of both */
};

static struct near_band turn(struct near_band b)
{
    return (struct near_band){-b.most, -b.least, b.apart};
}

/* The entries of word i from the k-th on that are as wide as that one. */
static struct group group_of(const struct near_stories *n, size_t i, size_t k)
{
    struct group g = {.cursors = n->cursors[i] + k, .width = n->widths[i][k]};
    while (k + g.n < n->n[i] && n->widths[i][k + g.n] == g.width) {
        g.count += g.cursors[g.n++].count;
    }
    return g;
}

static struct pair pair_of(const struct near_stories *n, const struct group *a,
                           const struct group *b)
{
    const int64_t distance = n->reach.distance;
    struct pair p = {.groups = {*a, *b}, .n_bands = 1};
    p.bands[0] = (struct near_band){a->width, distance + a->width - 1, false};
    if (!n->reach.ordered && a->width == 1 && b->width == 1) {
        p.bands[0] = (struct near_band){-distance, distance, true};
    } else if (!n->reach.ordered) {
        p.bands[p.n_bands++] =
            (struct near_band){1 - distance - b->width, -(int64_t)b->width, false};
    }
    if (b->count < a->count) {
        for (size_t m = 0; m < p.n_bands; m++) {
            p.bands[m] = turn(p.bands[m]);
        }
        p.groups[0] = *b;
        p.groups[1] = *a;
    }
    const struct near_band *last = &p.bands[p.n_bands - 1];
    p.least = p.bands[0].least < last->least ? p.bands[0].least : last->least;
    p.most = p.bands[0].most > last->most ? p.bands[0].most : last->most;
    return p;
}

/* to, of the addresses of some entries of a word, gets those of another one: from behind, by stretches that lie between two of the
 * shorter list. Addresses that both have are there twice. */
static int unite(address_vec *to, const address_vec *with, struct err *err)
{
    size_t left = to->len, len = to->len + with->len;
    if (!vec_reserve(to, with->len + ADDRESSES_ROOM)) {
        return no_memory(err);
    }
    memset(to->items + len, 0xff, ADDRESSES_ROOM * sizeof *to->items);
    for (size_t k = with->len; k-- > 0;) {
        size_t at = addresses_lower_bound(to->items, left, with->items[k]);
        memmove(to->items + at + k + 1, to->items + at,
                (left - at) * sizeof *to->items);
        to->items[at + k] = with->items[k];
        left = at;
    }
    to->len = len;
    return 0;
}

/* The addresses of all entries of one width where the ranges are. */
static int gather(struct near_stories *n, const struct group *g,
                  const struct batch *batch, address_vec *out, struct err *err)
{
    int rc = addresses_gather(&g->cursors[0], batch->ranges, batch->open.n, out, err);
    for (size_t i = 1; i < g->n && rc == 0; i++) {
        rc = addresses_gather(&g->cursors[i], batch->ranges, batch->open.n, &n->spare,
                              err);
        rc = rc ? rc : unite(out, &n->spare, err);
    }
    return rc;
}

/* The stories that are not settled, from end to end. */
static void list_open(struct batch *batch)
{
    struct near_tries *t = &batch->open;
    size_t kept = 0;
    for (size_t i = 0; i < batch->n; i++) {
        const struct scope_story *s = &batch->stories[i];
        t->story[kept] = (uint32_t)i;
        batch->ranges[kept] = (struct address_range){s->start, s->end};
        kept += (size_t)(!batch->found[i] & (s->start < s->end));
    }
    memset(t->story + kept, 0, NEAR_MATCH_LANES * sizeof *t->story);
    t->n = kept;
}

/* Sets found[i] for the stories in which the list has a pair. */
static int look_beside(struct near_stories *n, struct address_cursor *list,
                       struct batch *batch, struct err *err)
{
    struct near_tries *t = &batch->open;
    list_open(batch);
    int rc = addresses_gather(list, batch->ranges, t->n, &n->lists[0], err);
    if (rc) {
        return rc;
    }
    near_kernels(0, 0)->seek(n->lists[0].items, batch->ranges, t->n, t->a);
    for (size_t i = 0; i < t->n; i++) {
        address at = n->lists[0].items[t->a[i]];
        batch->found[t->story[i]] |= at < batch->ranges[i].hi - 1;
    }
    return 0;
}

/* Ends long ranges behind where the last place of the rarer word can have the other one near it. */
static void shorten_ranges(const struct pair *p, struct batch *batch, const address *a)
{
    for (size_t i = 0; i < batch->open.n; i++) {
        struct address_range *r = &batch->ranges[i];
        if (r->hi - r->lo > LONG_RANGE) {
            const address *last = a + batch->open.a[i];
            while (last[1] < r->hi) {
                last++;
            }
            int64_t hi = *last + p->most + 1;
            r->hi = hi >= r->hi ? r->hi : hi > r->lo ? (address)hi : r->lo + 1;
        }
    }
}

/* Sets found[i] for the stories in which entries of both groups are near each other. */
static int look(struct near_stories *n, const struct pair *p, struct batch *batch,
                struct err *err)
{
    const struct near_kernels *k =
        near_kernels(batch->longest, -p->least > p->most ? -p->least : p->most);
    const struct near_shape shape = {p->groups[0].width, p->groups[1].width, p->least};
    struct near_tries *t = &batch->open;
    list_open(batch);
    int rc = gather(n, &p->groups[0], batch, &n->lists[0], err);
    if (rc || n->lists[0].len == 0) {
        return rc;
    }
    const address *a = n->lists[0].items;
    k->seek(a, batch->ranges, t->n, t->a);
    k->keep(t, a, &shape, batch->ranges);
    shorten_ranges(p, batch, a);
    rc = gather(n, &p->groups[1], batch, &n->lists[1], err);
    if (rc) {
        return rc;
    }
    const struct near_lists lists = {a, n->lists[1].items};
    k->seek(lists.b, batch->ranges, t->n, t->b);
    if (p->n_bands == 1) {
        k->settle(t, &lists, &p->bands[0], batch->found);
    }
    for (size_t i = 0; i < t->n; i++) {
        for (size_t m = 0; m < p->n_bands; m++) {
            batch->found[t->story[i]] |= k->match(t, i, &lists, &p->bands[m]);
        }
    }
    return 0;
}

/* As many of the stories as are taken together. */
static void batch_begin(struct batch *b, const struct scope_story *stories, size_t n)
{
    const size_t most = n < BATCH ? n : BATCH;
    b->stories = stories;
    b->n = most;
    b->longest = stories[most - 1].end - stories[0].start;
    memset(b->found, 0, sizeof b->found);
    if (b->longest <= BATCH_ADDRESSES) {
        return;
    }
    b->n = b->longest = 0;
    for (uint64_t sum = 0; b->n < most && sum < BATCH_ADDRESSES; b->n++) {
        uint32_t len = stories[b->n].end - stories[b->n].start;
        sum += len;
        b->longest = len > b->longest ? len : b->longest;
    }
}

/* Sets found[i] for the stories in which the words are near each other. */
static int look_all(struct near_stories *n, struct batch *batch, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < n->n_beside && rc == 0; i++) {
        rc = look_beside(n, &n->beside[i], batch, err);
    }
    for (size_t i = 0; i < n->n[0] && rc == 0;) {
        struct group a = group_of(n, 0, i);
        for (size_t k = 0; k < n->n[1] && rc == 0;) {
            struct group b = group_of(n, 1, k);
            struct pair p = pair_of(n, &a, &b);
            rc = look(n, &p, batch, err);
            k += b.n;
        }
        i += a.n;
    }
    return rc;
}

int near_stories_keep(struct near_stories *n, const struct scope_story *stories,
                      size_t n_stories, story_id *out, size_t *n_out, struct err *err)
{
    int rc = 0;
    for (size_t from = 0; from < n_stories && rc == 0 && n->reach.distance > 0;) {
        struct batch batch;
        size_t kept = *n_out;
        batch_begin(&batch, stories + from, n_stories - from);
        rc = look_all(n, &batch, err);
        for (size_t i = 0; i < batch.n && rc == 0; i++) {
            out[kept] = batch.stories[i].id;
            kept += batch.found[i];
        }
        *n_out = kept;
        from += batch.n;
    }
    return rc;
}
