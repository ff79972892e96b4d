#include "query/evaluate_filter.h"

#include "query/evaluate_pass.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for filters");
}

static int corrupt(const struct evaluate *e, story_id id, struct err *err)
{
    return err_set(err, ERR_CORRUPT,
                   "%s: story %u of segment %zu: it has an article of another story",
                   e->plan->snapshot->path, (unsigned)id, e->segment_index + 1);
}

/* --- what is known of a story ------------------------------------------------------------- */

/* Asks for stories in ascending order. Most have one article and no record. */
struct asker {
    struct evaluate *e;
    uint64_t stored; /* the next story with a record */
    bool begun;
};

static int ask(struct asker *a, story_id id, struct story_record *out, struct err *err)
{
    const struct stories *stories = a->e->plan->snapshot->stories;
    uint32_t segment = (uint32_t)a->e->segment_index;
    if (!a->begun || a->stored < id) {
        story_id next = 0;
        int rc = stories_next_stored(stories, segment, id, &next, err);
        if (rc < 0) {
            return rc;
        }
        a->stored = rc == ITER_END ? UINT64_MAX : next;
        a->begun = true;
    }
    if (a->stored != id) {
        *out = (struct story_record){.n_articles = 1};
        return 0;
    }
    return stories_get(stories, segment, id, out, err);
}

/* The excerpt links of a story, by the wordings of its articles that they name. */
static int excerpts(const struct evaluate *e, story_id id, link_vec *links,
                    address_vec *wordings, struct err *err)
{
    const struct stories *stories = e->plan->snapshot->stories;
    uint64_t first_story, first_article;
    vec_reset(wordings);
    if (stories_n_links(stories) == 0) {
        return 0;
    }
    int rc = stories_base(stories, (uint32_t)e->segment_index, &first_story,
                          &first_article, err);
    if (rc == 0) {
        rc = stories_links(stories, first_story + id, links, err);
    }
    for (size_t i = 0; i < links->len && rc == 0; i++) {
        const struct story_link *l = &links->items[i];
        uint64_t article = l->a == first_story + id ? l->article_a : l->article_b;
        uint32_t wording;
        if (l->evidence.relation != RELATION_EXCERPT) {
            continue;
        }
        if (article - first_article >= e->segment->articles.n_articles) {
            return corrupt(e, id, err);
        }
        rc = groups_unit_of(&e->segment->articles.groups, article - first_article,
                            &wording, err);
        if (rc == 0 && !vec_push(wordings, wording)) {
            rc = no_memory(err);
        }
    }
    return rc;
}

/* --- stories that can match ----------------------------------------------------------------- */

int evaluate_filter_next(struct evaluate *e, const struct plan_node *node, address from,
                         address *out, struct err *err)
{
    struct story_view view;
    *out = from;
    if (node->pass) {
        return evaluate_pass_next(e, node, from, out, err);
    }
    if (node->filter->kind != FILTER_STORY) {
        return 0;
    }
    if (node->target.segment != e->segment_index) {
        return ITER_END;
    }
    int rc = wordings_story(&e->segment->wordings, node->target.story, &view, err);
    if (rc == 0) {
        *out = view.start;
        /* a story without a word has no address, and is not looked for by one */
        rc = view.start < from || view.start == view.end ? ITER_END : 0;
    }
    return rc;
}

static bool in_range(const struct filter *f, uint32_t n_articles)
{
    return n_articles - 1 >= f->least && n_articles - 1 <= f->most;
}

/* May the node match an article of the story? */
static int may_match(struct asker *a, const struct plan_node *node, story_id id,
                     bool *out, struct err *err)
{
    const struct filter *f = node->filter;
    struct story_record r;
    link_vec links = {0};
    address_vec wordings = {0};
    int rc = 0;
    *out = true;
    if (node->pass) {
        return evaluate_pass_story(a->e, node, id, out, err);
    }
    if (f->kind == FILTER_STORY) {
        *out = node->target.segment == a->e->segment_index && node->target.story == id;
    } else if (f->kind == FILTER_COPIES || f->is == FILTER_COPY) {
        rc = ask(a, id, &r, err);
        *out = rc == 0 && (f->kind == FILTER_COPIES ? in_range(f, r.n_articles)
                                                    : r.n_articles > 1);
    } else if (f->is == FILTER_EXCERPT) {
        rc = excerpts(a->e, id, &links, &wordings, err);
        *out = wordings.len > 0;
    }
    vec_release(&links);
    vec_release(&wordings);
    return rc;
}

/* True for what no story of one article without a record matches. */
static bool needs_copies(const struct filter *f)
{
    return f->kind == FILTER_COPIES ? f->least > 0
                                    : f->kind == FILTER_IS && f->is == FILTER_COPY;
}

static int push_story(const struct evaluate *e, struct plan_node *node, story_id id,
                      struct err *err)
{
    struct story_view view;
    int rc = wordings_story(&e->segment->wordings, id, &view, err);
    if (rc == 0 && !vec_push(&node->scope.stories,
                             (struct scope_story){id, view.start, view.end})) {
        rc = no_memory(err);
    }
    return rc;
}

/* Of the window's stories only those with a record. */
static int scope_of_stored(struct evaluate *e, struct plan_node *node, struct err *err)
{
    const struct stories *stories = e->plan->snapshot->stories;
    struct asker a = {.e = e};
    story_id id = e->window.from;
    int rc = 0;
    while (id < e->window.to &&
           (rc = stories_next_stored(stories, (uint32_t)e->segment_index, id, &id,
                                     err)) == 0 &&
           id < e->window.to) {
        bool may;
        rc = may_match(&a, node, id, &may, err);
        if (rc == 0 && may) {
            rc = push_story(e, node, id, err);
        }
        if (rc) {
            break;
        }
        id++;
    }
    return rc == ITER_END ? 0 : rc;
}

static int scope_of_target(struct evaluate *e, struct plan_node *node, struct err *err)
{
    const struct plan_target *t = &node->target;
    bool here = t->segment == e->segment_index && t->story >= e->window.from &&
                t->story < e->window.to;
    return here ? push_story(e, node, t->story, err) : 0;
}

int evaluate_filter_scope(struct evaluate *e, struct plan_node *node,
                          const struct scope *within, struct err *err)
{
    struct asker a = {.e = e};
    size_t kept = 0;
    int rc = 0;
    vec_reset(&node->scope.stories);
    if (!within && node->filter->kind == FILTER_STORY) {
        return scope_of_target(e, node, err);
    }
    if (!within && node->pass) {
        bool all = false;
        rc = evaluate_pass_scope(e, node, (e->window.to - e->window.from) / 32, &all,
                                 err);
        if (rc || all) {
            return rc;
        }
    }
    if (!within && needs_copies(node->filter)) {
        return scope_of_stored(e, node, err);
    }
    rc = within ? scope_union(within, &(struct scope){0}, &node->scope, err)
                : scope_all(&e->window, &node->scope, err);
    for (size_t i = 0; i < node->scope.stories.len && rc == 0; i++) {
        struct scope_story s = node->scope.stories.items[i];
        bool may;
        rc = may_match(&a, node, s.id, &may, err);
        if (rc == 0 && may) {
            node->scope.stories.items[kept++] = s;
        }
    }
    node->scope.stories.len = kept;
    return rc;
}

/* --- slots ---------------------------------------------------------------------------------- */

/* The wording of a unit: that of a simple story is not in it. */
static int wording_of(struct evaluate *e, const struct carriers_unit *u,
                      wording_id *out, struct err *err)
{
    uint32_t n;
    if (!e->carriers.stories.items[u->story].simple) {
        *out = u->wording;
        return 0;
    }
    return evaluate_pass_wordings(e, e->scope->stories.items[u->story].id, out, &n,
                                  err);
}

int evaluate_filter_slots(struct evaluate *e, struct err *err)
{
    size_t n_units = e->carriers.units.len;
    uint64_t n = 0;
    vec_reset(&e->slots);
    e->n_slots = n_units;
    if (!e->plan->by_article) {
        return 0;
    }
    if (!vec_reserve(&e->slots, n_units + 1)) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n_units; i++) {
        struct evaluate_slots s = {.first = (uint32_t)n};
        wording_id wording;
        uint32_t n_articles;
        const struct carriers_unit *u = &e->carriers.units.items[i];
        int rc = 0;
        s.article = u->first_article;
        n_articles = u->n_articles;
        if (!e->carriers.by_text) {
            rc = wording_of(e, u, &wording, err);
        }
        if (rc == 0 && !e->carriers.by_text) {
            rc = evaluate_pass_articles(e, wording, &s.article, &n_articles, err);
        }
        if (rc) {
            return rc;
        }
        n += n_articles;
        if (n > UINT32_MAX) {
            return err_set(err, ERR_LIMIT, "query: 2^32 articles near each other");
        }
        e->slots.items[e->slots.len++] = s;
    }
    e->slots.items[e->slots.len++] = (struct evaluate_slots){.first = (uint32_t)n};
    e->n_slots = (size_t)n;
    return 0;
}

/* --- articles that match ---------------------------------------------------------------------- */

static void set(struct plan_node *node, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        node->matched.items[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

static void flip(struct plan_node *node, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        node->matched.items[i / 64] ^= UINT64_C(1) << (i % 64);
    }
}

/* The slot of the story's original. */
static int mark_original(struct evaluate *e, struct asker *a, struct plan_node *node,
                         const struct carriers_story *s, story_id id, struct err *err)
{
    struct story_record r;
    size_t begin = evaluate_slot(e, s->first_unit);
    int rc = ask(a, id, &r, err);
    if (rc || r.n_articles == 1) {
        set(node, begin, begin + (rc == 0));
        return rc;
    }
    for (size_t u = s->first_unit; u < s->first_unit + s->n_units; u++) {
        const struct evaluate_slots *slots = &e->slots.items[u];
        uint32_t n = slots[1].first - slots->first;
        if (r.original >= slots->article && r.original - slots->article < n) {
            size_t slot = slots->first + (r.original - slots->article);
            set(node, slot, slot + 1);
            return 0;
        }
    }
    return corrupt(e, id, err);
}

static int mark_excerpts(struct evaluate *e, struct plan_node *node,
                         const struct carriers_story *s, story_id id, link_vec *links,
                         address_vec *wordings, struct err *err)
{
    int rc = excerpts(e, id, links, wordings, err);
    for (size_t i = 0; i < wordings->len && rc == 0; i++) {
        bool found = false;
        for (size_t u = s->first_unit; u < s->first_unit + s->n_units; u++) {
            if (s->simple || e->carriers.units.items[u].wording == wordings->items[i]) {
                set(node, evaluate_slot(e, u), evaluate_slot(e, u + 1));
                found = true;
            }
        }
        rc = found ? 0 : corrupt(e, id, err);
    }
    return rc;
}

/* is: article by article. */
static int mark_is(struct evaluate *e, struct plan_node *node, struct err *err)
{
    struct asker a = {.e = e};
    link_vec links = {0};
    address_vec wordings = {0};
    int rc = 0;
    for (size_t i = 0; i < e->carriers.stories.len && rc == 0; i++) {
        const struct carriers_story *s = &e->carriers.stories.items[i];
        story_id id = e->scope->stories.items[i].id;
        if (node->filter->is == FILTER_EXCERPT) {
            rc = mark_excerpts(e, node, s, id, &links, &wordings, err);
            continue;
        }
        rc = mark_original(e, &a, node, s, id, err);
        if (rc == 0 && node->filter->is == FILTER_COPY) {
            flip(node, evaluate_slot(e, s->first_unit),
                 evaluate_slot(e, s->first_unit + s->n_units));
        }
    }
    vec_release(&links);
    vec_release(&wordings);
    return rc;
}

static bool any_set(const struct plan_node *node, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (node->matched.items[i / 64] >> (i % 64) & 1) {
            return true;
        }
    }
    return false;
}

int evaluate_filter_matched(struct evaluate *e, struct plan_node *node, struct err *err)
{
    struct asker a = {.e = e};
    int rc = 0;
    if (node->kind == PLAN_FILTER && node->filter->kind == FILTER_IS) {
        return mark_is(e, node, err);
    }
    if (node->pass) {
        return evaluate_pass_matched(e, node, node->matched.items, err);
    }
    for (size_t i = 0; i < e->carriers.stories.len && rc == 0; i++) {
        const struct carriers_story *s = &e->carriers.stories.items[i];
        size_t from = evaluate_slot(e, s->first_unit);
        size_t to = evaluate_slot(e, s->first_unit + s->n_units);
        bool match = false;
        if (node->kind == PLAN_STORY) {
            match = any_set(node->children[0], from, to);
        } else {
            rc = may_match(&a, node, e->scope->stories.items[i].id, &match, err);
        }
        if (match) {
            set(node, from, to);
        }
    }
    return rc;
}
