#include "query/plan_build.h"

#include "query/window.h"

int plan_build_no_memory(struct plan_build *b)
{
    return err_set(b->err, ERR_NOMEM, "query: no memory for its plan");
}

int plan_build_push(struct plan_build *b, plan_refs *list, struct plan_node *node)
{
    return vec_push(list, (struct plan_ref){node}) ? 0 : plan_build_no_memory(b);
}

int plan_build_node(struct plan_build *b, enum plan_kind kind, const struct ast *ast,
                    struct plan_node **out)
{
    struct plan_node *node = arena_zalloc(b->p->arena, sizeof *node);
    if (!node || !vec_push(&b->p->nodes, (struct plan_ref){node})) {
        return plan_build_no_memory(b);
    }
    node->kind = kind;
    node->ast = ast;
    *out = node;
    return 0;
}

/* Does a node of this kind say something about an only child? */
static bool is_needed(enum plan_kind kind)
{
    return kind == PLAN_NOT || kind == PLAN_STORY || kind == PLAN_PAD ||
           kind == PLAN_ATLEAST || kind == PLAN_IN || kind == PLAN_EXACT;
}

int plan_build_parent(struct plan_build *b, enum plan_kind kind, const struct ast *ast,
                      const plan_refs *list, struct plan_node **out)
{
    if (list->len == 1 && !is_needed(kind)) {
        *out = list->items[0].node;
        return 0;
    }
    int rc = plan_build_node(b, kind, ast, out);
    if (rc) {
        return rc;
    }
    struct plan_node **children = arena_alloc(b->p->arena, list->len * sizeof(void *));
    uint32_t *order = arena_alloc(b->p->arena, list->len * sizeof *order);
    if (!children || !order) {
        return plan_build_no_memory(b);
    }
    for (size_t i = 0; i < list->len; i++) {
        children[i] = list->items[i].node;
        order[i] = (uint32_t)i;
    }
    (*out)->order = order;
    (*out)->children = children;
    (*out)->n_children = list->len;
    return 0;
}

int plan_build_leaf(struct plan_build *b, const struct ast *ast,
                    const struct plan_place *places, size_t n, struct plan_node **out)
{
    struct plan_spec spec = {0, arena_alloc(b->p->arena, n * sizeof *places), n};
    int rc = plan_build_node(b, PLAN_LEAF, ast, out);
    if (rc) {
        return rc;
    }
    if (!spec.places) {
        return plan_build_no_memory(b);
    }
    for (size_t i = 0; i < n; i++) {
        spec.places[i] = places[i];
        spec.places[i].shift -= places[0].shift;
        uint32_t end = spec.places[i].shift + places[i].width;
        spec.width = end > spec.width ? end : spec.width;
    }
    (*out)->leaf = (uint32_t)b->specs.len;
    return vec_push(&b->specs, spec) ? 0 : plan_build_no_memory(b);
}

/* --- which lists a leaf is found by ------------------------------------------------------------ */

/* A list, and the places of the leaf that it answers for. */
struct choice {
    struct leaf_term term;
    uint32_t places; /* a bit for each */
    bool taken;
};

enum {
    CHOICES_MAX = 2 * LEAF_WIDTH_MAX - 1
};

static struct leaf_term term_of(const struct plan_place *place, size_t segment)
{
    const struct plan_lists *lists = place->lists;
    return (struct leaf_term){.entries = lists->entries[segment],
                              .n_entries = lists->n_entries[segment],
                              .count = lists->count[segment],
                              .shift = place->shift,
                              .is_word = place->width == 1,
                              .is_key = place->width == 1 && place->lists->is_key};
}

/* May there be a list of the two? Words that the segment knows, one right behind the other. */
static bool may_have_list(const struct plan_place *a, const struct plan_place *b,
                          size_t segment)
{
    return a->lists->is_key && b->lists->is_key && a->width == 1 && b->width == 1 &&
           b->shift == a->shift + 1 && a->lists->n_entries[segment] > 0 &&
           b->lists->n_entries[segment] > 0;
}

/* The list of a place and the next, if there is one: *found. */
static int find_pair(struct plan_build *b, size_t segment,
                     const struct plan_place *place, struct leaf_term *out, bool *found)
{
    const struct bigrams *bigrams = &b->p->snapshot->segments[segment].bigrams;
    struct bigram pair;
    *found = false;
    if (bigrams->n == 0 || !may_have_list(&place[0], &place[1], segment)) {
        return 0;
    }
    int rc = bigrams_find(bigrams, place[0].lists->entries[segment]->id,
                          place[1].lists->entries[segment]->id, &pair, b->err);
    if (rc) {
        return rc == ITER_END ? 0 : rc;
    }
    struct leaf_entry *entry = arena_zalloc(b->p->arena, sizeof *entry);
    if (!entry) {
        return plan_build_no_memory(b);
    }
    entry->pos = pair.list;
    entry->count = pair.count;
    *out = (struct leaf_term){.entries = entry,
                              .n_entries = 1,
                              .count = pair.count,
                              .shift = place->shift,
                              .is_pair = true};
    *found = true;
    return 0;
}

/* Adds a list, in ascending order of addresses, one of more places before another. */
static void add(struct choice *choices, size_t *n, struct leaf_term term,
                uint32_t places)
{
    size_t at = (*n)++;
    for (; at > 0; at--) {
        uint64_t before = choices[at - 1].term.count;
        if (before < term.count || (before == term.count && !term.is_pair)) {
            break;
        }
        choices[at] = choices[at - 1];
    }
    choices[at] = (struct choice){.term = term, .places = places};
}

/* Takes lists until no place is left out, then leaves out, from the longest on, what others make needless. */
static void choose(struct choice *choices, size_t n)
{
    uint32_t covered = 0;
    for (size_t i = 0; i < n; i++) {
        choices[i].taken = (choices[i].places & ~covered) != 0;
        covered |= choices[i].places;
    }
    for (size_t i = n; i-- > 0;) {
        uint32_t others = 0;
        for (size_t k = 0; k < n; k++) {
            others |= k != i && choices[k].taken ? choices[k].places : 0;
        }
        choices[i].taken = choices[i].taken && (choices[i].places & ~others) != 0;
    }
}

/* The lists by which a segment finds the leaf of a specification: terms has room for 2 * spec->n - 1, *n
 * becomes how many. Of neighbouring words with a list of their own (formats/bigrams.h) that list stands for both: of
 * all lists those with fewest addresses that leave no place out. */
static int cover_leaf(struct plan_build *b, size_t segment,
                      const struct plan_spec *spec, struct leaf_term *terms, size_t *n)
{
    struct choice choices[CHOICES_MAX];
    size_t n_choices = 0, kept = 0;
    bool pairs = false;
    for (size_t i = 0; i < spec->n; i++) {
        add(choices, &n_choices, term_of(&spec->places[i], segment), 1U << i);
    }
    for (size_t i = 0; i + 1 < spec->n; i++) {
        struct leaf_term pair;
        bool found;
        int rc = find_pair(b, segment, &spec->places[i], &pair, &found);
        if (rc) {
            return rc;
        }
        if (found) {
            add(choices, &n_choices, pair, 3U << i);
            pairs = true;
        }
    }
    if (pairs) {
        choose(choices, n_choices);
    }
    for (size_t i = 0; i < n_choices; i++) {
        if (!pairs || choices[i].taken) {
            terms[kept++] = choices[i].term;
        }
    }
    *n = kept;
    return 0;
}

/* --- leaves -------------------------------------------------------------------------------------- */

/* Each list may get a cursor, each place an array: what all of them take is bounded. */
static int count_lists(struct plan_build *b)
{
    uint64_t total = 0;
    vec_foreach(struct plan_spec, spec, &b->specs) {
        for (size_t k = 0; k < spec->n; k++) {
            for (size_t s = 0; s < b->p->snapshot->n_segments; s++) {
                total += 1 + spec->places[k].lists->n_entries[s];
            }
        }
    }
    return total <= PLAN_LISTS_MAX
               ? 0
               : err_set(b->err, ERR_LIMIT,
                         "query: its parts look into more than %d lists of words",
                         PLAN_LISTS_MAX);
}

/* Words that are often asked again and again would keep it busy without end. */
static int count_work(struct plan_build *b, size_t segment)
{
    const struct plan *p = b->p;
    uint64_t work = 0, n_tokens = p->snapshot->segments[segment].counts[SEGMENT_TOKENS];
    for (size_t i = 0; i < p->n_leaves; i++) {
        work += leaf_work(&p->segments[segment].leaves[i]);
    }
    if (work <= PLAN_WORK_LEAST || work <= n_tokens / PLAN_WORK_PART) {
        return 0;
    }
    return err_set(
        b->err, ERR_LIMIT,
        "query: its parts stand for %llu places of %llu that a part of the index "
        "has, and may stand for half of them; leave some out, or give more letters",
        (unsigned long long)work, (unsigned long long)n_tokens);
}

int plan_build_leaves(struct plan_build *b)
{
    int rc = count_lists(b);
    if (rc) {
        return rc;
    }
    struct plan *p = b->p;
    size_t n_segments = p->snapshot->n_segments;
    p->n_leaves = b->specs.len;
    p->segments = arena_zalloc(p->arena, (n_segments + 1) * sizeof *p->segments);
    if (!p->segments) {
        return plan_build_no_memory(b);
    }
    for (size_t s = 0; s < n_segments; s++) {
        struct leaf *leaves =
            arena_zalloc(p->arena, (p->n_leaves + 1) * sizeof *leaves);
        if (!leaves) {
            return plan_build_no_memory(b);
        }
        p->segments[s].leaves = leaves;
        for (size_t i = 0; i < b->specs.len; i++) {
            const struct plan_spec *spec = &b->specs.items[i];
            size_t n = 0;
            struct leaf_term *terms =
                arena_zalloc(p->arena, (2 * spec->n - 1) * sizeof *terms);
            if (!terms) {
                return plan_build_no_memory(b);
            }
            rc = cover_leaf(b, s, spec, terms, &n);
            if (rc) {
                return rc;
            }
            leaf_init(&leaves[i], &p->snapshot->segments[s], spec->width, terms, n,
                      p->window ? p->window : WINDOW_ADDRESSES);
        }
        rc = count_work(b, s);
        if (rc) {
            return rc;
        }
    }
    return 0;
}
