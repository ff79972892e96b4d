#include "query/story_sets.h"

#include <string.h>

#include "query/story_sets_near.h"

enum {
    EVERYWHERE = 4 /* a word that is not in one of so many at most */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for stories");
}

void story_sets_release(struct story_sets *s)
{
    vec_release(&s->complex);
    vec_release(&s->spare);
}

/* s->complex is filled. */
static int find_complex(struct story_sets *s, struct err *err)
{
    const struct wordings *words = &s->segment->wordings;
    size_t n = 0;
    if (s->complex_known) {
        return 0;
    }
    if (!vec_reserve(&s->complex, words->n_complex)) {
        return no_memory(err);
    }
    int rc = marks_fill(&words->groups.larger, 0, words->n_stories, s->complex.items,
                        words->n_complex, &n, err);
    s->complex.len = rc ? 0 : n;
    s->complex_known = rc == 0;
    return rc;
}

/* --- words ----------------------------------------------------------------------------------- */

static const struct leaf *leaf_of(const struct story_sets *s, const struct plan_node *n)
{
    return &s->plan->segments[s->segment_index].leaves[n->leaf];
}

static bool add_entries(const struct leaf_term *t, uint32_t width, struct near_word *w)
{
    if (t->is_pair || t->n_entries > NEAR_STORIES_ENTRIES - w->n) {
        return false;
    }
    for (size_t i = 0; i < t->n_entries; i++) {
        w->entries[w->n] = &t->entries[i];
        w->widths[w->n++] = width;
    }
    w->key = t->is_key && t->n_entries > 0 ? t->entries : w->key;
    return true;
}

/* Is the node a word, or a word and what it is joined with, and few entries? */
static bool is_word(const struct story_sets *s, const struct plan_node *node,
                    struct near_word *w)
{
    if (node->kind == PLAN_LEAF) {
        const struct leaf *leaf = leaf_of(s, node);
        return leaf->n_terms == 1 && add_entries(leaf->terms, leaf->width, w);
    }
    for (size_t i = 0; node->kind == PLAN_UNION && i < node->n_children; i++) {
        if (node->children[i]->kind != PLAN_LEAF || !is_word(s, node->children[i], w)) {
            return false;
        }
    }
    return node->kind == PLAN_UNION;
}

/* The stories of a word, among those of `within` unless that is NULL. */
static int find_word(struct story_sets *s, const struct near_word *w,
                     const story_vec *within, story_vec *out, struct err *err)
{
    story_vec one = {0};
    int rc = 0;
    vec_reset(out);
    for (size_t i = 0; i < w->n && rc == 0; i++) {
        story_vec *to = i == 0 ? out : &one;
        if (within) {
            rc = story_vec_copy(within, to, err);
            rc = rc ? rc
                    : term_stories_keep(s->segment, w->entries[i], to, &s->spare, err);
        } else {
            vec_reset(to);
            rc = term_stories_fill(s->segment, w->entries[i], to, err);
        }
        if (rc == 0 && i > 0) {
            rc = story_vec_unite(out, &one, &s->spare, err);
        }
    }
    vec_release(&one);
    return rc;
}

/* Narrows set, which is all stories as long as `any` is set, to those of the word. */
static int narrow_word(struct story_sets *s, const struct near_word *w, bool *any,
                       story_vec *set, struct err *err)
{
    story_vec next = {0};
    int rc;
    if (!*any && w->n == 1) {
        return term_stories_keep(s->segment, w->entries[0], set, &s->spare, err);
    }
    rc = find_word(s, w, *any ? NULL : set, &next, err);
    story_vec_swap(set, &next);
    vec_release(&next);
    *any = false;
    return rc;
}

/* --- nodes ----------------------------------------------------------------------------------- */

static int find(struct story_sets *s, const struct plan_node *node,
                const story_vec *within, story_vec *out, enum story_sets_known *known,
                struct err *err);

/* What is found by narrowing. */
struct narrowed {
    story_vec *set;
    bool any;   /* set is not filled: all stories */
    bool exact; /* so far */
};

static int begin(struct narrowed *n, const story_vec *within, story_vec *out,
                 struct err *err)
{
    *n = (struct narrowed){.set = out, .any = !within, .exact = true};
    return within ? story_vec_copy(within, out, err) : 0;
}

static enum story_sets_known known_of(const struct narrowed *n)
{
    if (n->any) {
        return STORY_SETS_NOTHING;
    }
    return n->exact || n->set->len == 0 ? STORY_SETS_EXACT : STORY_SETS_AMONG;
}

/* Narrows by a node of any kind. */
static int narrow(struct story_sets *s, const struct plan_node *node,
                  struct narrowed *n, struct err *err)
{
    story_vec next = {0};
    enum story_sets_known known;
    int rc = find(s, node, n->any ? NULL : n->set, &next, &known, err);
    n->exact &= known == STORY_SETS_EXACT;
    if (rc == 0 && known != STORY_SETS_NOTHING) {
        story_vec_swap(n->set, &next);
        n->any = false;
    }
    vec_release(&next);
    return rc;
}

/* The words first, for they cost least; then what is asked where they are. */
static int narrow_all(struct story_sets *s, const struct plan_node *node,
                      struct narrowed *n, struct err *err)
{
    int rc = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < node->n_children && rc == 0; i++) {
            const struct plan_node *child = node->children[node->order[i]];
            struct near_word w = {.n = 0};
            bool word = is_word(s, child, &w);
            if (n->set->len == 0 && !n->any) {
                return 0;
            }
            if (word && pass == 0) {
                rc = narrow_word(s, &w, &n->any, n->set, err);
            } else if (!word && pass == 1) {
                rc = narrow(s, child, n, err);
            }
        }
    }
    return rc;
}

/* A phrase is in stories that have all its words; pairs have no lists of stories. */
static int narrow_leaf(struct story_sets *s, const struct plan_node *node,
                       struct narrowed *n, struct err *err)
{
    const struct leaf *leaf = leaf_of(s, node);
    int rc = 0;
    n->exact &= leaf->n_terms == 1;
    for (size_t i = 0; i < leaf->n_terms && rc == 0; i++) {
        struct near_word w = {.n = 0};
        if (add_entries(&leaf->terms[i], 1, &w)) {
            rc = narrow_word(s, &w, &n->any, n->set, err);
        } else {
            n->exact = false;
        }
    }
    return rc;
}

int story_sets_part(struct story_sets *s, story_vec *set, story_vec *several,
                    struct err *err)
{
    const story_vec *complex = &s->complex;
    story_id *v = set->items;
    size_t from = 0, kept = 0, k = 0;
    int rc = find_complex(s, err);
    if (rc) {
        return rc;
    }
    while (complex->len > 0 && from < set->len) {
        size_t to = set->len;
        k = story_vec_gallop(complex->items, complex->len, k, v[from]);
        if (k < complex->len) {
            to = story_vec_gallop(v, to, from, complex->items[k]);
        }
        memmove(v + kept, v + from, (to - from) * sizeof *v);
        kept += to - from;
        from = to;
        if (to < set->len && v[to] == complex->items[k]) {
            if (!vec_push(several, v[to])) {
                return no_memory(err);
            }
            from++;
        }
    }
    set->len = complex->len > 0 ? kept : set->len;
    return 0;
}

/* Is the word in so many stories that to find those it is not in costs more than to look for its places there? */
static bool is_everywhere(const struct story_sets *s, const struct near_word *w)
{
    const uint32_t all = s->segment->wordings.n_stories;
    return w->n == 1 && w->entries[0]->stories >= all - all / EVERYWHERE;
}

static int narrow_near(struct story_sets *s, const struct plan_node *node,
                       struct narrowed *n, struct err *err)
{
    struct near_word words[2] = {{.n = 0}, {.n = 0}};
    struct near_reach reach = {node->distance, node->kind == PLAN_PRE};
    int rc = 0;
    if (node->within != AST_WITHIN_WORDS || !is_word(s, node->children[0], &words[0]) ||
        !is_word(s, node->children[1], &words[1])) {
        n->exact = false;
        return narrow_all(s, node, n, err);
    }
    for (size_t i = 0; i < 2 && rc == 0; i++) {
        const struct near_word *w = &words[node->order[i]];
        rc = is_everywhere(s, w) ? 0 : narrow_word(s, w, &n->any, n->set, err);
    }
    if (rc == 0 && n->any) {
        rc = story_vec_all(s->segment->wordings.n_stories, n->set, err);
        n->any = false;
    }
    return rc ? rc : story_sets_near_keep(s, &words[0], &words[1], reach, n->set, err);
}

/* What is excluded stays if it has several wordings: one of them may match. */
static int narrow_not(struct story_sets *s, const struct plan_node *node,
                      struct narrowed *n, struct err *err)
{
    story_vec without = {0};
    enum story_sets_known known = STORY_SETS_NOTHING;
    int rc = 0;
    if (n->any) {
        rc = story_vec_all(s->segment->wordings.n_stories, n->set, err);
        n->any = false;
    }
    rc = rc ? rc : find(s, node->children[0], n->set, &without, &known, err);
    rc = rc ? rc : find_complex(s, err);
    if (rc == 0 && known == STORY_SETS_EXACT) {
        story_vec_subtract(n->set, &without, &s->complex);
    }
    n->exact &= known == STORY_SETS_EXACT;
    vec_release(&without);
    return rc;
}

/* Any child; one of which nothing is known leaves nothing known. */
static int find_any(struct story_sets *s, const struct plan_node *node,
                    const story_vec *within, struct narrowed *n, struct err *err)
{
    story_vec one = {0};
    int rc = 0;
    vec_reset(n->set);
    n->any = false;
    for (size_t i = 0; i < node->n_children && rc == 0; i++) {
        enum story_sets_known known;
        rc = find(s, node->children[i], within, &one, &known, err);
        n->exact &= known == STORY_SETS_EXACT;
        if (rc == 0 && known == STORY_SETS_NOTHING) {
            n->any = !within;
            rc = within ? story_vec_copy(within, n->set, err) : 0;
            break;
        }
        rc = rc ? rc : story_vec_unite(n->set, &one, &s->spare, err);
    }
    vec_release(&one);
    return rc;
}

static int find(struct story_sets *s, const struct plan_node *node,
                const story_vec *within, story_vec *out, enum story_sets_known *known,
                struct err *err)
{
    struct narrowed n;
    *known = STORY_SETS_NOTHING;
    int rc = deadline_check(s->plan->deadline, err);
    rc = rc ? rc : begin(&n, within, out, err);
    if (rc) {
        return rc;
    }
    switch (node->kind) {
    case PLAN_LEAF: rc = narrow_leaf(s, node, &n, err); break;
    case PLAN_AND: rc = narrow_all(s, node, &n, err); break;
    case PLAN_NEAR:
    case PLAN_PRE: rc = narrow_near(s, node, &n, err); break;
    case PLAN_NOT: rc = narrow_not(s, node, &n, err); break;
    case PLAN_UNION:
    case PLAN_OR: rc = find_any(s, node, within, &n, err); break;
    case PLAN_JOIN:
    case PLAN_WINDOW:
    case PLAN_PAD:
    case PLAN_ATLEAST:
    case PLAN_IN:
    case PLAN_EXACT:
    case PLAN_STORY:
        n.exact = false;
        rc = narrow_all(s, node, &n, err);
        break;
    case PLAN_NOT_NEAR:
        n.exact = false;
        rc = narrow(s, node->children[0], &n, err);
        break;
    case PLAN_FILTER: n.exact = false; break;
    }
    *known = rc ? STORY_SETS_NOTHING : known_of(&n);
    return rc;
}

int story_sets_find(struct story_sets *s, const struct plan_node *node, story_vec *out,
                    enum story_sets_known *known, struct err *err)
{
    return find(s, node, NULL, out, known, err);
}
