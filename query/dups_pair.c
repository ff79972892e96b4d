#include "query/dups_pair.h"

#include <stdlib.h>
#include <string.h>

#include "text/headlines.h"

enum {
    SHINGLE = 5 /* words; of Jaccard's index and containment */
};

bool dups_pair_related(uint8_t relation)
{
    return relation != COMPARE_UNRELATED && relation != COMPARE_TEMPLATE &&
           relation != COMPARE_BOILERPLATE;
}

void dups_pair_release(struct dups_pair *p)
{
    dups_text_release(&p->text[0]);
    dups_text_release(&p->text[1]);
    vec_release(&p->runs);
}

/* --- tools --------------------------------------------------------------------------- */

/* The limits of the index. They are known by their order: those of a program that had others mean nothing here. */
static int read_limits(struct dups_pair_tools *t, const struct snapshot *s,
                       struct err *err)
{
    uint32_t values[COMPARE_N_LIMITS];
    size_t n = 0;
    int rc = stories_limits(s->stories, &t->mode, values, COMPARE_N_LIMITS, &n, err);
    compare_limits_init(&t->limits);
    t->own_limits = n != COMPARE_N_LIMITS;
    if (rc == 0 && !t->own_limits)
        memcpy(&t->limits, values, sizeof values);
    return rc;
}

int dups_pair_begin(struct dups_pair_tools *t, const struct snapshot *snapshot,
                    struct err *err)
{
    *t = (struct dups_pair_tools){.words = {.snapshot = snapshot}};
    t->compare = compare_new();
    if (!t->compare)
        return err_set(err, ERR_NOMEM, "out of memory");
    return read_limits(t, snapshot, err);
}

void dups_pair_end(struct dups_pair_tools *t)
{
    if (t->words.snapshot)
        dups_words_release(&t->words);
    compare_free(t->compare);
    vec_release(&t->shingles[0]);
    vec_release(&t->shingles[1]);
    vec_release(&t->links);
    dups_stock_release(&t->stock);
    *t = (struct dups_pair_tools){0};
}

/* --- what the index says ------------------------------------------------------------- */

/* Numbers of a text's story and article over all segments. */
static int number(const struct snapshot *s, const struct dups_text *t, uint64_t *story,
                  uint64_t *article, struct err *err)
{
    int rc = stories_base(s->stories, t->place.segment, story, article, err);
    *story += t->story;
    *article += t->place.article;
    return rc;
}

static int look_up(struct dups_pair *p, struct dups_pair_tools *t, struct err *err)
{
    const struct snapshot *s = t->words.snapshot;
    uint64_t story[2] = {0}, article[2] = {0};
    int rc = 0;
    for (int i = 0; rc == 0 && i < 2; i++) {
        const struct dups_text *text = &p->text[i];
        rc = number(s, text, &story[i], &article[i], err);
        if (rc == 0)
            rc = stories_member(s->stories, text->place.segment, text->place.article,
                                &p->to_root[i], err);
    }
    p->same_story = story[0] == story[1];
    p->linked = false;
    if (rc == 0 && !p->same_story)
        rc = stories_links(s->stories, story[0], &t->links, err);
    for (size_t i = 0; rc == 0 && !p->same_story && i < t->links.len; i++) {
        const struct story_link *l = &t->links.items[i];
        if (l->a == story[1] || l->b == story[1]) {
            bool turned = l->a == story[1];
            p->linked = true;
            p->link_of_these =
                l->article_a == article[turned] && l->article_b == article[!turned];
            p->link = l->a == story[0] ? stories_mirror(l->evidence) : l->evidence;
        }
    }
    return rc;
}

/* --- comparing ----------------------------------------------------------------------- */

/* Whether a comes later in canonical order, as near as it can be told here: the indexer compares the later text
 * with the earlier one. */
static bool is_later(const struct dups_text *a, const struct dups_text *b)
{
    int64_t day_a = a->day == DAY_NONE ? INT64_MAX : a->day;
    int64_t day_b = b->day == DAY_NONE ? INT64_MAX : b->day;
    if (day_a != day_b)
        return day_a > day_b;
    if (a->n != b->n)
        return a->n < b->n;
    if (a->place.segment != b->place.segment)
        return a->place.segment > b->place.segment;
    return a->place.article > b->place.article;
}

/* The evidence and the runs with the places of the two texts exchanged. */
static void exchange(struct dups_pair *p)
{
    struct compare_evidence *e = &p->evidence, m = *e;
    for (int i = 0; i < 2; i++) {
        e->covered[i] = m.covered[1 - i];
        e->from[i] = m.from[1 - i];
        e->to[i] = m.to[1 - i];
        e->own[i] = m.own[1 - i];
    }
    e->relation = compare_mirror(m.relation);
    vec_foreach(struct compare_run, r, &p->runs)
        *r = (struct compare_run){r->b, r->a, r->len};
}

static struct headline title_of(const struct dups_text *t)
{
    return (struct headline){t->terms.items, t->kinds.items, t->title_tokens};
}

/* By the bodies, then by what the titles say to that: as the indexer does it. */
static void judge(const struct dups_pair_tools *t, const struct dups_text *first,
                  const struct dups_text *second, struct compare_evidence *e)
{
    const struct compare_text a = dups_text_body(first), b = dups_text_body(second);
    const struct headline x = title_of(first), y = title_of(second);
    compare_judge(&t->limits, &a, &b, e);
    headlines_judge(&a, &b, &x, &y, e);
}

static int copy_runs(struct dups_pair *p, const struct dups_pair_tools *t,
                     struct err *err)
{
    size_t n = 0;
    const struct compare_run *runs = compare_runs(t->compare, &n);
    vec_reset(&p->runs);
    if (!vec_reserve(&p->runs, n))
        return err_set(err, ERR_NOMEM, "out of memory");
    if (n > 0)
        memcpy(p->runs.items, runs, n * sizeof *runs);
    p->runs.len = n;
    return 0;
}

/* Compares, and judges as if nothing were boilerplate; if it comes to something, once more with the boilerplate
 * marked, as the indexer does. */
static int match(struct dups_pair *p, struct dups_pair_tools *t,
                 struct dups_text *first, struct dups_text *second, struct err *err)
{
    struct compare_evidence *e = &p->evidence;
    struct compare_text a = dups_text_body(first), b = dups_text_body(second);
    uint32_t stories = t->limits.boilerplate_stories;
    int rc = compare_match(t->compare, &t->limits, &a, &b, e, err);
    if (rc != 0)
        return rc;
    judge(t, first, second, e);
    if (e->relation == COMPARE_UNRELATED || e->relation == COMPARE_EXACT)
        return 0;
    rc = dups_stock_mark(&t->stock, &t->words, first, stories, err);
    if (rc == 0)
        rc = dups_stock_mark(&t->stock, &t->words, second, stories, err);
    if (rc == 0)
        rc = compare_match(t->compare, &t->limits, &a, &b, e, err);
    if (rc == 0)
        judge(t, first, second, e);
    return rc;
}

static int compare_texts(struct dups_pair *p, struct dups_pair_tools *t, bool whole,
                         struct err *err)
{
    bool turned = p->same_story && p->to_root[0].relation == RELATION_ROOT;
    if (!p->same_story || p->to_root[0].relation == p->to_root[1].relation)
        turned = !is_later(&p->text[0], &p->text[1]);
    compare_thorough(t->compare, whole);
    int rc = match(p, t, &p->text[turned], &p->text[!turned], err);
    if (rc == 0)
        rc = copy_runs(p, t, err);
    if (turned)
        exchange(p);
    return rc;
}

/* --- shingles ------------------------------------------------------------------------ */

static int compare_u64(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The distinct shingles of a body, as hashes, ascending. */
static int make_shingles(struct dups_pair_tools *t, const struct dups_text *text,
                         int side, struct err *err)
{
    const struct compare_text body = dups_text_body(text);
    vec_reset(&t->shingles[side]);
    if (!vec_reserve(&t->shingles[side], body.n))
        return err_set(err, ERR_NOMEM, "out of memory");
    uint64_t *all = t->shingles[side].items;
    size_t n = 0, kept = 0;
    for (uint32_t i = 0; i + SHINGLE <= body.n; i++)
        all[n++] = hash64(body.terms + i, SHINGLE * sizeof *body.terms, 0);
    if (n > 1)
        qsort(all, n, sizeof *all, compare_u64);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || all[kept - 1] != all[i])
            all[kept++] = all[i];
    }
    t->shingles[side].len = kept;
    return 0;
}

static int count_shingles(struct dups_pair *p, struct dups_pair_tools *t,
                          struct err *err)
{
    int rc = make_shingles(t, &p->text[0], 0, err);
    if (rc == 0)
        rc = make_shingles(t, &p->text[1], 1, err);
    if (rc != 0)
        return rc;
    const uint64_t *a = t->shingles[0].items, *b = t->shingles[1].items;
    p->shingles[0] = (uint32_t)t->shingles[0].len;
    p->shingles[1] = (uint32_t)t->shingles[1].len;
    p->shared = 0;
    for (size_t i = 0, k = 0; i < t->shingles[0].len && k < t->shingles[1].len;) {
        p->shared += a[i] == b[k];
        uint64_t x = a[i], y = b[k];
        i += x <= y;
        k += y <= x;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------- */

int dups_pair_compare(struct dups_pair *p, struct dups_pair_tools *t,
                      struct show_place a, struct show_place b, bool whole,
                      struct err *err)
{
    int rc = dups_text_load(&p->text[0], &t->words, a, whole, err);
    if (rc == 0)
        rc = dups_text_load(&p->text[1], &t->words, b, whole, err);
    if (rc == 0)
        rc = look_up(p, t, err);
    if (rc == 0)
        rc = compare_texts(p, t, whole, err);
    return rc == 0 && whole ? count_shingles(p, t, err) : rc;
}
