#include "indexer/digests.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/titles.h"

/* A text that stands in another. */
struct inner {
    uint32_t container, from, to; /* tokens of the container's body */
    uint32_t text;
};

struct inner_list {
    VEC(struct inner) v;
};

struct titles {
    VEC(struct title) v;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "stories: out of memory");
}

/* --- what is contained -------------------------------------------------------------------- */

static int collect(const struct verdicts *from, struct inner_list *out, struct err *err)
{
    struct verdicts_walk walk;
    struct verdict d;
    verdicts_walk(&walk, from);
    int rc;
    while ((rc = verdicts_next(&walk, &d, NULL, err)) == 0) {
        struct inner in;
        if (d.e.relation == COMPARE_CONTAINS)
            in = (struct inner){d.text, d.e.from[0], d.e.to[0], d.other};
        else if (d.e.relation == COMPARE_CONTAINED)
            in = (struct inner){d.other, d.e.from[1], d.e.to[1], d.text};
        else
            continue;
        if (!vec_push(&out->v, in)) {
            rc = no_memory(err);
            break;
        }
    }
    verdicts_walk_release(&walk);
    return rc == ITER_END ? 0 : rc;
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
    return titles_read(b, r, &b->articles.v.items[t->texts->articles.items[text]], out,
                       err);
}

static bool related(const struct verify_pair_tables *t, const struct title *x,
                    const struct title *y)
{
    return titles_shared(t->kinds, x, y) >= DIGESTS_ALIKE;
}

/* Of n texts that lie apart in the container: are enough of them unrelated? */
static int is_digest(const struct verify_pair_tables *t, struct spool_reader *r,
                     const struct inner *items, size_t n, struct titles *scratch,
                     bool *out, struct err *err)
{
    struct title own, title;
    int rc = read_title(t, r, items[0].container, &own, err);
    bool titled = own.n > 0;
    vec_reset(&scratch->v);
    for (size_t i = 0; rc == 0 && i < n && scratch->v.len < DIGESTS_LEAST; i++) {
        bool alike = false;
        rc = read_title(t, r, items[i].text, &title, err);
        vec_foreach(struct title, x, &scratch->v)
            alike = alike || related(t, x, &title);
        if (alike)
            continue;
        titled = titled && title.n > 0 && !related(t, &own, &title);
        if (!vec_push(&scratch->v, title))
            rc = no_memory(err);
    }
    *out =
        scratch->v.len >= DIGESTS_LEAST || (scratch->v.len >= DIGESTS_TITLED && titled);
    return rc;
}

int digests_find(const struct verify_pair_tables *t,
                 const struct verdicts *const known[], size_t n_known, uint8_t *digests,
                 struct err *err)
{
    struct inner_list found = {0};
    struct titles scratch = {0};
    struct spool_reader reader = {0};
    int rc = 0;
    memset(digests, 0, texts_count(t->texts));
    spool_read_tokens_of(&reader, &t->build->spool);
    for (size_t i = 0; rc == 0 && i < n_known; i++)
        rc = known[i] ? collect(known[i], &found, err) : 0;
    if (found.v.len > 0)
        qsort(found.v.items, found.v.len, sizeof *found.v.items, compare_inner);
    for (size_t i = 0; rc == 0 && i < found.v.len;) {
        struct inner *items = found.v.items + i;
        size_t n = 1;
        while (i + n < found.v.len && items[n].container == items->container)
            n++;
        i += n;
        size_t apart = n >= DIGESTS_TITLED ? keep_apart(items, n) : 0;
        bool digest = false;
        if (apart >= DIGESTS_TITLED)
            rc = is_digest(t, &reader, items, apart, &scratch, &digest, err);
        digests[items->container] = digest;
    }
    vec_release(&found.v);
    vec_release(&scratch.v);
    spool_reader_release(&reader);
    return rc;
}
