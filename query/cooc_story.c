#include "query/cooc_story.h"

#include <stdlib.h>
#include <string.h>

#include "query/cooc_several.h"
#include "query/cooc_simple.h"

enum {
    LOOK_AFTER = 1 << 16 /* pairs, between two looks at the clock */
};

int cooc_story_no_memory(struct err *err)
{
    return err_set(
        err, ERR_NOMEM,
        "cooc: no memory for the pairs of a story; fewer queries or a larger "
        "--memory helps");
}

struct cooc_story *cooc_story_new(struct cooc *c, struct err *err)
{
    struct cooc_story *s = calloc(1, sizeof *s);
    struct grouping_keys keys = {.n = 1, .field = {GROUPING_SOURCE}};
    if (!s) {
        return NULL;
    }
    s->c = c;
    if (grouping_open(&s->outlets, c->snapshot, &keys, err)) {
        cooc_story_free(s);
        return NULL;
    }
    return s;
}

void cooc_story_free(struct cooc_story *s)
{
    if (!s) {
        return;
    }
    vec_release(&s->present);
    vec_release(&s->rows);
    vec_release(&s->marks);
    vec_release(&s->heads);
    vec_release(&s->by_unit);
    vec_release(&s->touched);
    vec_foreach(struct hits, h, &s->spans) {
        span_hits_release(h);
    }
    vec_release(&s->spans);
    vec_release(&s->units);
    vec_release(&s->sides);
    vec_release(&s->expanded);
    vec_release(&s->keys);
    vec_release(&s->common);
    span_hits_release(&s->left);
    span_hits_release(&s->right);
    span_hits_release(&s->near);
    span_pool_release(&s->pool);
    grouping_release(&s->outlets);
    vec_release(&s->outlet_pairs);
    free(s);
}

int cooc_story_look(struct cooc_story *s, size_t work, struct err *err)
{
    s->looked_at += work;
    if (s->looked_at < LOOK_AFTER) {
        return 0;
    }
    s->looked_at = 0;
    return deadline_check(s->c->deadline, err);
}

/* --- outlets ------------------------------------------------------------------------------------ */

int cooc_story_outlet(struct cooc_story *s, article_id article, uint64_t **out,
                      struct err *err)
{
    size_t words = s->c->n_pairs / 64 + 1;
    uint32_t segment = s->present.items[0].entry.segment;
    int rc = grouping_article(&s->outlets, segment, article, err);
    *out = NULL;
    if (rc || s->outlets.found.len == 0) {
        return rc;
    }
    uint32_t group = s->outlets.found.items[0];
    if (s->outlets.groups.items[group].value[0] == GROUPING_NONE) {
        return 0;
    }
    size_t need = ((size_t)group + 1) * words, have = s->outlet_pairs.len;
    if (need > have) {
        if (!vec_reserve(&s->outlet_pairs, need - have)) {
            return cooc_story_no_memory(err);
        }
        memset(s->outlet_pairs.items + have, 0,
               (need - have) * sizeof *s->outlet_pairs.items);
        s->outlet_pairs.len = need;
    }
    *out = s->outlet_pairs.items + (size_t)group * words;
    return 0;
}

void cooc_story_add_outlet(struct cooc_story *s, uint64_t *bits, size_t pair)
{
    uint64_t bit = UINT64_C(1) << (pair % 64);
    s->c->pairs[pair].sources += !(bits[pair / 64] & bit);
    bits[pair / 64] |= bit;
}

/* --- hits ----------------------------------------------------------------------------------------- */

int cooc_story_units(struct cooc_story *s, const struct cooc_units *units,
                     const struct span *spans, size_t n, struct err *err)
{
    const uint32_t *starts = units->starts;
    uint32_t unit = 0, last = 0; /* units that have begun */
    if (!vec_reserve(&s->units, n)) {
        return cooc_story_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t first = (uint64_t)units->base + spans[i].first;
        while (unit < units->n && starts[unit] <= first) {
            unit++;
        }
        bool whole = unit == units->n || first + spans[i].len <= starts[unit];
        if (whole && unit != last) {
            last = unit;
            s->units.items[s->units.len++] = unit - 1;
        }
    }
    return 0;
}

int cooc_story_hits(const struct span *spans, size_t n, struct hits *out,
                    struct err *err)
{
    span_hits_reset(out);
    if (!vec_reserve(&out->list, n)) {
        return cooc_story_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        out->list.items[i] = (struct hit){spans[i].first, spans[i].len, 0};
    }
    out->list.len = n;
    return 0;
}

int cooc_story_near(struct cooc_story *s, const struct hits *a, const struct hits *b,
                    struct err *err)
{
    struct span_reach reach = {.distance = s->c->options.window};
    struct span_bounds none = {0};
    span_pool_reset(&s->pool);
    return span_near(a, b, reach, none, &s->pool, &s->near, err);
}

/* Is it a story of one wording, and does every query match all its articles? */
static bool is_simple(const struct cooc_story *s)
{
    bool simple = !s->allowed && s->c->ground.n_wordings == 1;
    vec_foreach(const struct cooc_present, p, &s->present) {
        simple &= p->entry.whole;
    }
    return simple;
}

int cooc_story_count(struct cooc_story *s, struct err *err)
{
    const struct cooc_entry *e = &s->present.items[0].entry;
    int rc = cooc_ground_turn(&s->c->ground, e->segment, e->story, err);
    s->n_stories++;
    if (rc) {
        return rc;
    }
    return is_simple(s) ? cooc_simple_count(s, err) : cooc_several_count(s, err);
}
