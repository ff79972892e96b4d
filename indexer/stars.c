#include "indexer/stars.h"

#include <stdlib.h>

/* The state of one pass over the texts. */
struct pass {
    struct stars *stars;
    struct verdicts_walk walks[STARS_KNOWN];
    struct verdict ahead[STARS_KNOWN]; /* the next verdict of each walk */
    bool more[STARS_KNOWN];
    /* of the text at hand */
    VEC(struct verdict)
    known; /* candidates first, as they are asked; then the others */
    size_t n_candidates;
    VEC(struct verdict) asked; /* candidates, and what was asked for their sake */
    struct verify_pair
        *tools; /* for pairs that are compared at once; made when one comes */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "stories: out of memory");
}

/* --- what is known ------------------------------------------------------------------------ */

static int advance(struct pass *p, size_t i, struct err *err)
{
    int rc = verdicts_next(&p->walks[i], &p->ahead[i], err);
    p->more[i] = rc == 0;
    return rc == ITER_END ? 0 : rc;
}

static int gather(struct pass *p, uint32_t text, struct err *err)
{
    vec_reset(&p->known);
    for (size_t i = 0; i < p->stars->n_known; i++) {
        while (p->more[i] && p->ahead[i].text == text) {
            if (!vec_push(&p->known, p->ahead[i]))
                return no_memory(err);
            int rc = advance(p, i, err);
            if (rc != 0)
                return rc;
        }
        if (i == 0)
            p->n_candidates = p->known.len;
    }
    return 0;
}

static const struct verdict *find_known(const struct pass *p, uint32_t other)
{
    for (size_t i = 0; i < p->known.len; i++) {
        if (p->known.items[i].other == other)
            return &p->known.items[i];
    }
    return NULL;
}

static int compare_now(struct pass *p, uint32_t text, uint32_t other,
                       struct verdict *out, struct err *err)
{
    const struct pairs *pairs = p->stars->pairs;
    if (!p->tools)
        p->tools = verify_pair_new(pairs->tables, pairs->common);
    if (!p->tools)
        return no_memory(err);
    return verify_pair_compare(p->tools, text, other, out, err);
}

/* --- joining ------------------------------------------------------------------------------ */

static bool is_near(uint8_t relation)
{
    return relation == COMPARE_NEAR || relation == COMPARE_EXACT;
}

/* How well a text would join: 0 not at all. */
static uint32_t weight(const struct stars *s, const struct verdict *d)
{
    if (is_near(d->e.relation))
        return 2 * (COMPARE_ONE + 1) + d->e.score;
    if (!compare_merges(d->e.relation))
        return 0;
    if (s->digests && (s->digests[d->text] || s->digests[d->other]))
        return 0;
    return COMPARE_ONE + 1 + d->e.score;
}

struct choice {
    uint32_t root, weight; /* weight 0: none yet */
    size_t asked;          /* which verdict says so */
    uint32_t assumed;      /* first root that nothing is known of; UINT32_MAX: none */
};

static int ask(struct pass *p, struct choice *best, const struct verdict *d,
               struct err *err)
{
    uint32_t w = weight(p->stars, d);
    if (w > best->weight || (w > 0 && w == best->weight && d->other < best->root)) {
        best->root = d->other;
        best->weight = w;
        best->asked = p->asked.len;
    }
    return vec_push(&p->asked, *d) ? 0 : no_memory(err);
}

static bool was_asked(const struct pass *p, uint32_t other)
{
    for (size_t i = 0; i < p->asked.len; i++) {
        if (p->asked.items[i].other == other)
            return true;
    }
    return false;
}

/* The root of a candidate that is a member. */
static int propose(struct pass *p, struct choice *best, uint32_t text, uint32_t root,
                   struct err *err)
{
    const struct verdict *d = find_known(p, root);
    struct stars *s = p->stars;
    struct verdict now;
    if (d)
        return was_asked(p, root) ? 0 : ask(p, best, d, err);
    if (s->missing) {
        size_t n = s->missing->v.len;
        while (n > 0 && s->missing->v.items[n - 1].text == text) {
            if (s->missing->v.items[--n].other == root)
                return 0;
        }
        if (best->assumed == UINT32_MAX)
            best->assumed = root;
        return vec_push(&s->missing->v, (struct pair){text, root}) ? 0 : no_memory(err);
    }
    int rc = compare_now(p, text, root, &now, err);
    if (rc == 0 && !vec_push(&p->known, now))
        rc = no_memory(err);
    return rc == 0 ? ask(p, best, &now, err) : rc;
}

static int choose(struct pass *p, uint32_t text, struct choice *best, struct err *err)
{
    struct stars *s = p->stars;
    int rc = 0;
    *best = (struct choice){.root = text, .assumed = UINT32_MAX};
    vec_reset(&p->asked);
    for (size_t i = 0; rc == 0 && i < p->n_candidates; i++) {
        const struct verdict *d = &p->known.items[i];
        if (s->roots[d->other] == d->other) {
            rc = ask(p, best, d, err);
        } else if (!vec_push(&p->asked, *d)) { /* told of, but nothing to join */
            rc = no_memory(err);
        }
    }
    for (size_t i = 0; rc == 0 && i < p->n_candidates; i++) {
        const struct verdict d = p->known.items[i];
        uint32_t root = s->roots[d.other];
        if (root != d.other && weight(s, &d) > 0)
            rc = propose(p, best, text, root, err);
    }
    return rc;
}

static void sort_missing(struct pair_list *missing, size_t from)
{
    struct pair *items = missing->v.items;
    for (size_t i = from + 1; i < missing->v.len; i++) {
        struct pair x = items[i];
        size_t k = i;
        for (; k > from && items[k - 1].other > x.other; k--)
            items[k] = items[k - 1];
        items[k] = x;
    }
}

static int place(struct pass *p, uint32_t text, struct err *err)
{
    struct stars *s = p->stars;
    struct choice best;
    size_t missing = s->missing ? s->missing->v.len : 0;
    int rc = gather(p, text, err);
    if (rc == 0)
        rc = choose(p, text, &best, err);
    if (rc != 0)
        return rc;
    if (s->missing)
        sort_missing(s->missing, missing);
    s->roots[text] = best.weight > 0              ? best.root
                     : best.assumed != UINT32_MAX ? best.assumed
                                                  : text;
    if (!s->tell)
        return 0;
    return s->tell(s->arg, text, p->asked.items, p->asked.len,
                   best.weight > 0 ? &p->asked.items[best.asked] : NULL, err);
}

int stars_make(struct stars *s, struct err *err)
{
    struct pass p = {.stars = s};
    uint32_t n = texts_count(s->pairs->tables->texts);
    int rc = 0;
    if (s->missing)
        vec_reset(&s->missing->v);
    for (size_t i = 0; rc == 0 && i < s->n_known; i++) {
        verdicts_walk(&p.walks[i], s->known[i]);
        rc = advance(&p, i, err);
    }
    for (uint32_t text = 0; rc == 0 && text < n; text++)
        rc = place(&p, text, err);
    for (size_t i = 0; i < s->n_known; i++)
        verdicts_walk_release(&p.walks[i]);
    vec_release(&p.known);
    vec_release(&p.asked);
    verify_pair_free(p.tools);
    return rc;
}
