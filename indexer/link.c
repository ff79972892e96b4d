#include "indexer/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/prefetch.h"
#include "indexer/canonical.h"
#include "indexer/exact.h"
#include "indexer/group.h"
#include "indexer/layout.h"
#include "indexer/order.h"
#include "indexer/ranks_ahead.h"

enum {
    ASKED_AHEAD = 16 /* articles; in the order of stories each is a cache miss */
};

/* One run of the phase. */
struct linking {
    struct build *build;
    struct link *out;
    uint32_t *order;   /* owned; articles in canonical order */
    uint32_t *leaders; /* owned; by article: first with the same wording */
    uint32_t *bodies;  /* owned; by article: first leader with the same body */
    struct texts texts;
    struct grouping grouping;
    uint32_t *stories; /* owned; by text that is a root: index of its story */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory");
}

void link_release(struct link *l)
{
    vec_release(&l->stories);
    vec_release(&l->wordings);
    vec_release(&l->articles);
    vec_release(&l->pieces);
    vec_release(&l->breaks);
    vec_release(&l->blocks);
    vec_release(&l->members);
    vec_release(&l->edges);
    ids_release(&l->ids);
}

/* --- texts -------------------------------------------------------------------------------- */

static void drop(uint32_t **numbers)
{
    free(*numbers);
    *numbers = NULL;
}

/* What found equal articles is given back. */
static int find_texts(struct linking *l, struct err *err)
{
    struct build *b = l->build;
    build_drop_keys(b);
    int rc = texts_make(&l->texts, b, l->order, l->leaders, l->bodies, err);
    drop(&l->bodies);
    return rc;
}

static int find_exact(struct linking *l, struct err *err)
{
    struct build *b = l->build;
    size_t n = b->articles.v.len;
    report_step(&b->report, REPORT_EXACT);
    if (b->config->copies == COPIES_OFF) {
        for (uint32_t i = 0; i < n; i++)
            l->leaders[i] = l->bodies[i] = i;
    } else {
        int rc = exact_groups(b, l->order, l->leaders, err);
        if (rc == 0)
            rc = exact_bodies(b, l->order, l->leaders, l->bodies, err);
        if (rc != 0)
            return rc;
    }
    return find_texts(l, err);
}

static int find_copies(struct linking *l, struct err *err)
{
    if (l->build->config->copies == COPIES_NEAR)
        return group_texts(l->build, &l->texts, &l->out->ids, &l->grouping, err);
    int rc = ranks_ahead_go_on(l->build->ranks_ahead, err);
    return rc == 0 ? group_alone(&l->texts, &l->grouping, err) : rc;
}

/* --- stories, wordings, articles ---------------------------------------------------------- */

/* What orders the articles: four bytes each, for an archive has millions. */
struct by_rank {
    uint32_t *of;     /* by article */
    uint32_t *counts; /* n + 1 */
    uint32_t *numbers;
};

/* Brings from[0..n) into the order of their ranks, which are below n; stable (distribution counting; Knuth, TAOCP vol. 3, 5.2). */
static void sort_by_rank(const struct by_rank *r, const uint32_t *from, size_t n,
                         uint32_t *to)
{
    memset(r->counts, 0, (n + 1) * sizeof *r->counts);
    for (size_t i = 0; i < n; i++)
        r->counts[r->of[i] + 1]++;
    for (size_t i = 1; i < n; i++)
        r->counts[i] += r->counts[i - 1];
    for (size_t i = 0; i < n; i++)
        to[r->counts[r->of[from[i]]]++] = from[i];
}

/* Articles by story, then by wording, both in canonical order of their first articles; inside a wording in
 * canonical order. To `to`, of all; r->of are the stories' texts then. */
static void order_articles(const struct linking *l, const struct by_rank *r,
                           uint32_t *to)
{
    size_t n = l->build->articles.v.len;
    for (size_t i = 0; i < n; i++)
        r->numbers[l->order[i]] = (uint32_t)i;
    for (size_t i = 0; i < n; i++)
        r->of[i] = r->numbers[l->leaders[i]];
    sort_by_rank(r, l->order, n, r->numbers);
    for (size_t i = 0; i < n; i++)
        r->of[i] = l->grouping.roots[l->texts.text_of[i]];
    sort_by_rank(r, r->numbers, n, to);
}

static bool begins_story(const struct by_rank *r, const uint32_t *articles, size_t i)
{
    return i == 0 || r->of[articles[i]] != r->of[articles[i - 1]];
}

static bool begins_wording(const struct linking *l, const struct by_rank *r, size_t i)
{
    const uint32_t *articles = l->out->articles.items;
    return begins_story(r, articles, i) ||
           l->leaders[articles[i]] != l->leaders[articles[i - 1]];
}

/* Room for all, and no more. */
static int reserve_stories(const struct linking *l, const struct by_rank *r,
                           struct err *err)
{
    struct link *out = l->out;
    size_t stories = 1, wordings = 1;
    for (size_t i = 0; i < out->articles.len; i++) {
        stories += begins_story(r, out->articles.items, i);
        wordings += begins_wording(l, r, i);
    }
    return vec_reserve(&out->stories, stories) && vec_reserve(&out->wordings, wordings)
               ? 0
               : no_memory(err);
}

/* The roots' texts ascend with the stories, and a story's first wording is its root's: texts are
 * numbered in canonical order, and a root comes before what joins it. */
static int make_stories(struct linking *l, const struct by_rank *r, struct err *err)
{
    struct link *out = l->out;
    size_t n = out->articles.len;
    int rc = reserve_stories(l, r, err);
    for (size_t i = 0; i <= n && rc == 0; i++) {
        bool story = i == n || begins_story(r, out->articles.items, i);
        bool wording = i == n || begins_wording(l, r, i);
        struct link_story s = {.first_wording = (uint32_t)out->wordings.len};
        struct link_wording w = {.first_article = (uint32_t)i,
                                 .member = (uint32_t)LINK_NONE};
        if (i < n) {
            uint32_t a = out->articles.items[i];
            if (i + ASKED_AHEAD < n)
                prefetch_read(
                    &l->build->articles.v.items[out->articles.items[i + ASKED_AHEAD]]);
            s.length = s.homes = l->build->articles.v.items[a].length;
            l->stories[r->of[a]] = (uint32_t)(out->stories.len - !story);
        }
        if ((story && !vec_push(&out->stories, s)) ||
            (wording && !vec_push(&out->wordings, w)))
            rc = no_memory(err);
    }
    return rc;
}

static int lay_articles(struct linking *l, struct err *err)
{
    size_t n = l->build->articles.v.len;
    struct by_rank r = {calloc(n + 1, sizeof *r.of), calloc(n + 1, sizeof *r.counts),
                        calloc(n + 1, sizeof *r.numbers)};
    l->stories = calloc((size_t)texts_count(&l->texts) + 1, sizeof *l->stories);
    int rc =
        r.of && r.counts && r.numbers && l->stories && vec_reserve(&l->out->articles, n)
            ? 0
            : no_memory(err);
    if (rc == 0) {
        order_articles(l, &r, l->out->articles.items);
        l->out->articles.len = n;
        rc = make_stories(l, &r, err);
    }
    free(r.of);
    free(r.counts);
    free(r.numbers);
    return rc;
}

/* --- evidence ----------------------------------------------------------------------------- */

static uint8_t relation_of(uint8_t compared)
{
    switch (compared) {
    case COMPARE_NEAR: return RELATION_NEAR;
    case COMPARE_CONTAINS: return RELATION_CONTAINS;
    case COMPARE_CONTAINED: return RELATION_CONTAINED;
    case COMPARE_EXCERPT: return RELATION_EXCERPT;
    case COMPARE_EDITION: return RELATION_EDITION;
    default: return RELATION_EXACT;
    }
}

/* What a verdict says of the first text (member) and the second (root), with places counted from the wordings'
 * first tokens. */
static struct evidence evidence_of(const struct compare_evidence *e,
                                   uint32_t root_title, uint32_t member_title)
{
    return (struct evidence){
        .relation = relation_of(e->relation),
        .rule = e->rule,
        .score = e->score,
        .covered_root = e->covered[1],
        .covered_member = e->covered[0],
        .rare = e->rare,
        .root_from = e->from[1] + root_title,
        .root_to = e->to[1] + root_title,
        .member_from = e->from[0] + member_title,
        .member_to = e->to[0] + member_title,
        .run = e->run,
        .facts_agreed = e->facts_agreed,
        .facts_differ = e->facts_differ,
    };
}

/* The same with the texts' parts changed. */
static struct compare_evidence mirrored(struct compare_evidence e)
{
    struct compare_evidence m = e;
    m.relation = compare_mirror(e.relation);
    for (int i = 0; i < 2; i++) {
        m.covered[i] = e.covered[1 - i];
        m.from[i] = e.from[1 - i];
        m.to[i] = e.to[1 - i];
    }
    return m;
}

/* Equal bodies; layout.c counts the facts. */
static struct evidence evidence_of_equal(const struct article *root,
                                         const struct article *member)
{
    uint32_t body = root->length - root->title_tokens;
    return (struct evidence){
        .relation = RELATION_EXACT,
        .rule = COMPARE_RULE_EQUAL,
        .score = STORIES_SCORE_MAX,
        .covered_root = COMPARE_ONE,
        .covered_member = COMPARE_ONE,
        .rare = COMPARE_ONE,
        .root_from = root->title_tokens,
        .root_to = root->length,
        .member_from = member->title_tokens,
        .member_to = member->length,
        .run = body,
    };
}

static const struct article *first_article(const struct linking *l, uint32_t wording)
{
    const struct link *out = l->out;
    uint32_t i = out->wordings.items[wording].first_article;
    return &l->build->articles.v.items[out->articles.items[i]];
}

static uint32_t text_of_wording(const struct linking *l, uint32_t wording)
{
    uint32_t i = l->out->wordings.items[wording].first_article;
    return l->texts.text_of[l->out->articles.items[i]];
}

static const struct verdict *verdict_of(const struct linking *l, uint32_t text)
{
    const struct verdict *items = l->grouping.members.items;
    size_t low = 0, high = l->grouping.members.len;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (items[mid].text < text)
            low = mid + 1;
        else
            high = mid;
    }
    return &items[low];
}

static int make_members(struct linking *l, struct err *err)
{
    struct link *out = l->out;
    for (uint32_t s = 0; s < link_n_stories(out); s++) {
        const struct link_story *story = &out->stories.items[s];
        if (story[1].first_wording - story[0].first_wording == 1)
            continue;
        const struct article *root = first_article(l, story->first_wording);
        uint32_t root_text = text_of_wording(l, story->first_wording);
        for (uint32_t w = story[0].first_wording + 1; w < story[1].first_wording; w++) {
            const struct article *a = first_article(l, w);
            uint32_t text = text_of_wording(l, w);
            struct evidence e = text == root_text
                                    ? evidence_of_equal(root, a)
                                    : evidence_of(&verdict_of(l, text)->e,
                                                  root->title_tokens, a->title_tokens);
            out->wordings.items[w].member = (uint32_t)out->members.len;
            if (!vec_push(&out->members, e))
                return no_memory(err);
        }
    }
    return 0;
}

static int make_edges(struct linking *l, struct err *err)
{
    const struct article *articles = l->build->articles.v.items;
    if (!vec_reserve(&l->out->edges, l->grouping.links.len))
        return no_memory(err);
    for (size_t i = 0; i < l->grouping.links.len; i++) {
        const struct grouping_link *k = &l->grouping.links.items[i];
        const struct verdict *d = &k->verdict;
        /* The earlier story is the root's side. */
        bool straight = l->grouping.roots[d->other] == k->a;
        uint32_t a = l->texts.articles.items[straight ? d->other : d->text];
        uint32_t b = l->texts.articles.items[straight ? d->text : d->other];
        struct compare_evidence e = straight ? d->e : mirrored(d->e);
        struct link_edge edge = {
            .a = l->stories[k->a],
            .b = l->stories[k->b],
            .article_a = a,
            .article_b = b,
            .evidence =
                evidence_of(&e, articles[a].title_tokens, articles[b].title_tokens),
        };
        if (k->digest)
            edge.evidence.relation = RELATION_DIGEST;
        l->out->edges.items[l->out->edges.len++] = edge;
    }
    return 0;
}

/* --- the report --------------------------------------------------------------------------- */

static void count(const struct linking *l)
{
    const struct link *out = l->out;
    struct report_copies *c = &l->build->report.copies;
    c->links = out->edges.len;
    vec_foreach(const struct article, a, &l->build->articles.v)
        c->tokens += a->length;
    for (uint32_t s = 0; s < link_n_stories(out); s++) {
        const struct link_story *story = &out->stories.items[s];
        uint64_t articles = 0;
        c->stream += story->length;
        for (uint32_t w = story[0].first_wording; w < story[1].first_wording; w++) {
            const struct link_wording *wording = &out->wordings.items[w];
            uint32_t n = wording[1].first_article - wording[0].first_article;
            bool root = w == story->first_wording;
            if (wording->member != (uint32_t)LINK_NONE)
                c->members[out->members.items[wording->member].relation] += n;
            else
                c->members[RELATION_SAME] += n - root;
            articles += n;
        }
        c->shared_stories += articles > 1;
        if (articles > c->largest)
            c->largest = articles;
    }
}

/* What the write phase will find taken. */
static void charge(const struct linking *l)
{
    const struct link *o = l->out;
    budget_force(&l->build->budget, o->stories.cap * sizeof *o->stories.items +
                                        o->wordings.cap * sizeof *o->wordings.items +
                                        o->articles.cap * sizeof *o->articles.items +
                                        o->pieces.cap * sizeof *o->pieces.items +
                                        o->breaks.cap * sizeof *o->breaks.items +
                                        o->blocks.cap * sizeof *o->blocks.items +
                                        o->members.cap * sizeof *o->members.items +
                                        o->edges.cap * sizeof *o->edges.items +
                                        o->articles.len * sizeof *o->ids.kinds);
}

/* --- the phase ---------------------------------------------------------------------------- */

static int allocate(struct linking *l, struct err *err)
{
    size_t n = l->build->articles.v.len;
    l->order = calloc(n + 1, sizeof *l->order);
    l->leaders = calloc(n + 1, sizeof *l->leaders);
    l->bodies = calloc(n + 1, sizeof *l->bodies);
    return l->order && l->leaders && l->bodies ? 0 : no_memory(err);
}

static int order(struct linking *l, struct err *err)
{
    report_step(&l->build->report, REPORT_ORDER);
    int rc = canonical_order(l->build, l->order, err);
    if (rc == 0)
        rc = ids_assign(&l->out->ids, l->build, l->order, err);
    if (rc == 0)
        build_drop_id_hashes(l->build);
    return rc;
}

static int lay_out(struct linking *l, struct err *err)
{
    report_step(&l->build->report, REPORT_LAYOUT);
    int rc = lay_articles(l, err);
    drop(&l->order);
    drop(&l->leaders);
    if (rc == 0)
        rc = make_members(l, err);
    if (rc == 0)
        rc = make_edges(l, err);
    drop(&l->stories);
    texts_release(&l->texts);
    group_release(&l->grouping);
    return rc == 0 ? layout_stories(l->build, l->out, err) : rc;
}

static void release(struct linking *l)
{
    free(l->order);
    free(l->leaders);
    free(l->bodies);
    free(l->stories);
    texts_release(&l->texts);
    group_release(&l->grouping);
}

int link_run(struct build *b, struct link *out, struct err *err)
{
    struct linking l = {.build = b, .out = out};
    *out = (struct link){0};
    report_begin(&b->report, REPORT_LINK, 0);
    spool_map(&b->spool, &b->budget);
    int rc = allocate(&l, err);
    if (rc == 0)
        rc = ranks_ahead_begin(&b->ranks_ahead, b, err);
    if (rc == 0)
        rc = order(&l, err);
    if (rc == 0)
        rc = find_exact(&l, err);
    if (rc == 0)
        rc = find_copies(&l, err);
    if (rc == 0)
        rc = lay_out(&l, err);
    spool_drop_places(&b->spool);
    if (rc == 0) {
        count(&l);
        charge(&l);
    }
    release(&l);
    if (rc != 0)
        link_release(out);
    return rc;
}
