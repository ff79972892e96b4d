#include "query/grouping.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum {
    GROUPING_SLOTS = 256,
    GROUPING_UNKNOWN = INT32_MIN + 1
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for groups");
}

int grouping_open(struct grouping *g, const struct snapshot *snapshot,
                  const struct grouping_keys *keys, struct err *err)
{
    *g = (struct grouping){.snapshot = snapshot, .keys = *keys};
    g->cache = provenance_cache_new();
    if (!g->cache)
        return no_memory(err);
    for (unsigned k = 0; k < keys->n; k++) {
        struct grouping_column *c = &g->column[k];
        if (!vec_reserve(&c->words, snapshot->n_segments))
            return no_memory(err);
        for (size_t s = 0; s < snapshot->n_segments; s++)
            c->words.items[c->words.len++] = (struct grouping_words){0};
    }
    return 0;
}

void grouping_release(struct grouping *g)
{
    for (unsigned k = 0; k < GROUPING_MAX; k++) {
        struct grouping_column *c = &g->column[k];
        vec_foreach(struct grouping_words, w, &c->words)
            vec_release(&w->value);
        vec_release(&c->words);
        values_release(&c->values);
    }
    provenance_cache_free(g->cache);
    vec_release(&g->groups);
    vec_release(&g->slots);
    vec_release(&g->members);
    vec_release(&g->found);
    vec_release(&g->items);
    vec_release(&g->seen);
    *g = (struct grouping){0};
}

void grouping_reset(struct grouping *g)
{
    vec_reset(&g->groups);
    vec_reset(&g->slots);
}

/* --- the groups there are ------------------------------------------------------------------- */

static size_t values_size(const struct grouping *g)
{
    return g->keys.n * sizeof(int32_t);
}

/* The slot of the group with the values, or the free one where it belongs. There is a free one. */
static uint32_t *slot_of(const struct grouping *g, const int32_t *values)
{
    size_t mask = g->slots.len - 1, size = values_size(g);
    size_t at = (size_t)hash64(values, size, hash_process_seed()) & mask;
    while (g->slots.items[at] != 0 &&
           memcmp(g->groups.items[g->slots.items[at] - 1].value, values, size) != 0)
        at = (at + 1) & mask;
    return &g->slots.items[at];
}

static int make_room(struct grouping *g, struct err *err)
{
    size_t n = g->slots.len ? g->slots.len * 2 : GROUPING_SLOTS;
    if (g->slots.len > 0 && g->groups.len < g->slots.len / 2)
        return 0;
    vec_reset(&g->slots);
    if (!vec_reserve(&g->slots, n))
        return no_memory(err);
    g->slots.len = n;
    memset(g->slots.items, 0, n * sizeof *g->slots.items);
    for (size_t i = 0; i < g->groups.len; i++)
        *slot_of(g, g->groups.items[i].value) = (uint32_t)i + 1;
    return 0;
}

static int group_of(struct grouping *g, const int32_t *values, uint32_t *out,
                    struct err *err)
{
    int rc = make_room(g, err);
    if (rc != 0)
        return rc;
    uint32_t *slot = slot_of(g, values);
    if (*slot == 0) {
        struct grouping_group new = {0};
        memcpy(new.value, values, values_size(g));
        if (g->groups.len >= UINT32_MAX - 1 || !vec_push(&g->groups, new))
            return no_memory(err);
        *slot = (uint32_t)g->groups.len;
    }
    *out = *slot - 1;
    return 0;
}

const struct grouping_group *grouping_find(const struct grouping *g,
                                           const int32_t *values)
{
    uint32_t slot = g->slots.len > 0 ? *slot_of(g, values) : 0;
    return slot > 0 ? &g->groups.items[slot - 1] : NULL;
}

/* --- what an article has -------------------------------------------------------------------- */

static enum provenance_column column_of(enum grouping_field field)
{
    switch (field) {
    case GROUPING_AUTHOR: return PROVENANCE_AUTHOR;
    case GROUPING_SECTION: return PROVENANCE_SECTION;
    case GROUPING_LANG: return PROVENANCE_LANGUAGE;
    case GROUPING_TAG: return PROVENANCE_TAGS;
    default: return PROVENANCE_OUTLET;
    }
}

static bool is_at(const struct grouping_place *p, uint32_t segment, article_id article)
{
    return p->set && p->segment == segment && p->block == article / PROVENANCE_BLOCK;
}

static struct grouping_place place_of(uint32_t segment, article_id article)
{
    return (struct grouping_place){segment, article / PROVENANCE_BLOCK, true};
}

/* The number of an article's string, and the string where it has none. */
static int word_of(struct grouping *g, unsigned k, uint32_t segment, article_id article,
                   uint32_t *word, struct bytes *text, struct err *err)
{
    enum provenance_column column = column_of(g->keys.field[k]);
    const struct provenance *p = &g->snapshot->segments[segment].provenance;
    struct grouping_column *c = &g->column[k];
    int rc = 0;
    if (!is_at(&c->read, segment, article) && is_at(&c->asked, segment, article)) {
        c->read.set = false;
        rc = provenance_block(p, g->cache, column, article / PROVENANCE_BLOCK, c->word,
                              c->text, err);
        if (rc == 0)
            c->read = place_of(segment, article);
    }
    if (is_at(&c->read, segment, article)) {
        *word = c->word[article % PROVENANCE_BLOCK];
        *text = c->text[article % PROVENANCE_BLOCK];
        return rc;
    }
    c->asked = place_of(segment, article);
    if (rc == 0)
        rc = provenance_word(p, column, article, word, err);
    if (rc == 0 && *word == PROVENANCE_NO_WORD) {
        c->read.set = false; /* its texts lie where this one comes to */
        rc = provenance_text(p, g->cache, column, article, text, err);
    }
    return rc;
}

/* A word as a value: looked up once. */
static int value_of_word(struct grouping *g, unsigned k, uint32_t segment,
                         uint32_t word, int32_t *out, struct err *err)
{
    enum provenance_column column = column_of(g->keys.field[k]);
    const struct provenance *p = &g->snapshot->segments[segment].provenance;
    struct grouping_words *words = &g->column[k].words.items[segment];
    struct bytes text;
    uint32_t number;
    int rc = 0;
    if (words->value.len == 0) {
        size_t n = (size_t)provenance_n_words(p, column) + 1;
        if (!vec_reserve(&words->value, n))
            return no_memory(err);
        for (size_t i = 0; i < n; i++)
            words->value.items[words->value.len++] = GROUPING_UNKNOWN;
    }
    int32_t *known = &words->value.items[word];
    if (*known == GROUPING_UNKNOWN) {
        rc = provenance_word_text(p, column, word, &text, err);
        if (rc == 0)
            rc = values_put(&g->column[k].values, text, &number, err);
        if (rc == 0)
            *known = (int32_t)number;
    }
    *out = *known;
    return rc;
}

static int value_of(struct grouping *g, unsigned k, uint32_t segment,
                    article_id article, int32_t *out, struct err *err)
{
    struct bytes text = {0};
    uint32_t word = 0, number = 0;
    int rc = word_of(g, k, segment, article, &word, &text, err);
    *out = GROUPING_NONE;
    if (rc != 0 || word == 0 || (word == PROVENANCE_NO_WORD && text.len == 0))
        return rc;
    if (word != PROVENANCE_NO_WORD)
        return value_of_word(g, k, segment, word, out, err);
    rc = values_put(&g->column[k].values, text, &number, err);
    *out = rc == 0 ? (int32_t)number : GROUPING_NONE;
    return rc;
}

static int day_of(struct grouping *g, uint32_t segment, article_id article,
                  int32_t *day, struct err *err)
{
    const struct provenance *p = &g->snapshot->segments[segment].provenance;
    int rc = 0;
    if (!is_at(&g->day_block, segment, article)) {
        g->day_block.set = false;
        rc = provenance_days(p, article / PROVENANCE_BLOCK, g->day, err);
        if (rc == 0)
            g->day_block = place_of(segment, article);
    }
    *day = g->day[article % PROVENANCE_BLOCK];
    return rc;
}

/* Each tag of the article once, in g->items. */
static int tags_of(struct grouping *g, unsigned k, uint32_t segment, article_id article,
                   struct err *err)
{
    const struct provenance *p = &g->snapshot->segments[segment].provenance;
    struct bytes text;
    vec_reset(&g->items);
    int rc = provenance_text(p, g->cache, PROVENANCE_TAGS, article, &text, err);
    for (size_t from = 0; rc == 0 && from < text.len;) {
        size_t to = from, i = 0;
        uint32_t number;
        while (to < text.len && text.data[to] != PROVENANCE_ITEMS)
            to++;
        rc = values_put(&g->column[k].values, bytes_of(text.data + from, to - from),
                        &number, err);
        while (rc == 0 && i < g->items.len && g->items.items[i] != (int32_t)number)
            i++;
        if (rc == 0 && i == g->items.len && !vec_push(&g->items, (int32_t)number))
            rc = no_memory(err);
        from = to + 1;
    }
    if (rc == 0 && g->items.len == 0 && !vec_push(&g->items, GROUPING_NONE))
        rc = no_memory(err);
    return rc;
}

int grouping_article(struct grouping *g, uint32_t segment, article_id article,
                     struct err *err)
{
    int32_t values[GROUPING_MAX] = {0}, day = 0;
    bool day_known = false;
    unsigned tag = GROUPING_MAX;
    int rc = 0;
    for (unsigned k = 0; k < g->keys.n && rc == 0; k++) {
        enum bins_unit unit;
        if (g->keys.field[k] == GROUPING_TAG) {
            tag = k;
            rc = tags_of(g, k, segment, article, err);
        } else if (grouping_is_date(g->keys.field[k], &unit)) {
            if (!day_known)
                rc = day_of(g, segment, article, &day, err);
            day_known = true;
            values[k] = rc == 0 ? bins_of(unit, day) : 0;
        } else {
            rc = value_of(g, k, segment, article, &values[k], err);
        }
    }
    vec_reset(&g->found);
    for (size_t i = 0; rc == 0 && i < (tag < GROUPING_MAX ? g->items.len : 1); i++) {
        uint32_t group = 0;
        if (tag < GROUPING_MAX)
            values[tag] = g->items.items[i];
        rc = group_of(g, values, &group, err);
        if (rc == 0 && !vec_push(&g->found, group))
            rc = no_memory(err);
    }
    return rc;
}

/* --- counting -------------------------------------------------------------------------------- */

int grouping_compare(const void *a, const void *b)
{
    const struct grouping_member *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->wording < y->wording ? -1 : x->wording > y->wording;
}

/* The groups of every article that matches, by group and wording. */
static int find_members(struct grouping *g, const struct story_match *match,
                        struct err *err)
{
    vec_reset(&g->members);
    for (size_t w = 0; w < match->n_wordings; w++) {
        const struct wording_match *wording = &match->wordings[w];
        for (uint32_t i = 0; i < wording->n_articles; i++) {
            int rc =
                grouping_article(g, match->segment, engine_article(wording, i), err);
            if (rc != 0)
                return rc;
            vec_foreach(uint32_t, group, &g->found) {
                struct grouping_member m = {*group, (uint32_t)w};
                if (!vec_push(&g->members, m))
                    return no_memory(err);
            }
        }
    }
    if (g->members.len > 1)
        qsort(g->members.items, g->members.len, sizeof *g->members.items,
              grouping_compare);
    return 0;
}

/* All numbers of passages are below the spans of the story. */
static int clear_seen(struct grouping *g, const struct story_match *match,
                      struct err *err)
{
    size_t n = 0;
    for (size_t w = 0; w < match->n_wordings; w++)
        n += match->wordings[w].n_spans;
    vec_reset(&g->seen);
    if (n == 0)
        return 0;
    if (!vec_reserve(&g->seen, n))
        return no_memory(err);
    memset(g->seen.items, 0, n * sizeof *g->seen.items);
    g->seen.len = n;
    return 0;
}

/* Counts one group's members [from, to). */
static void count_group(struct grouping *g, const struct story_match *match,
                        size_t from, size_t to)
{
    const struct grouping_member *m = g->members.items;
    struct engine_totals *t = &g->groups.items[m[from].group].totals;
    t->stories++;
    for (size_t i = from; i < to; i++) {
        const struct wording_match *w = &match->wordings[m[i].wording];
        t->articles++;
        t->hits_all += w->n_spans;
        if (i > from && m[i].wording == m[i - 1].wording)
            continue;
        for (size_t s = 0; s < w->n_spans; s++) {
            uint32_t *seen = &g->seen.items[w->passages[s]];
            t->hits += *seen != m[from].group + 1;
            *seen = m[from].group + 1;
        }
    }
}

int grouping_add(void *arg, const struct story_match *match, struct err *err)
{
    struct grouping *g = arg;
    int rc = find_members(g, match, err);
    if (rc != 0)
        return rc;
    size_t n = g->members.len;
    const struct grouping_member *m = g->members.items;
    if (n > 0 &&
        m[0].group == m[n - 1].group) { /* nearly always: one article, one group */
        struct engine_totals *t = &g->groups.items[m[0].group].totals;
        t->stories++;
        t->hits += match->hits;
        t->hits_all += match->hits_all;
        t->articles += match->articles;
        return 0;
    }
    rc = clear_seen(g, match, err);
    for (size_t from = 0, to; rc == 0 && from < n; from = to) {
        for (to = from + 1; to < n && m[to].group == m[from].group;)
            to++;
        count_group(g, match, from, to);
    }
    return rc;
}
