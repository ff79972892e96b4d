#include "query/cooc_bins.h"

#include <stdlib.h>

#include "query/cooc_story.h"
#include "query/grouping_words.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "cooc: no memory for the pairs of all groups; fewer queries, longer "
                   "bins or a larger --memory helps");
}

void cooc_bins_release(struct cooc_bins *b)
{
    vec_foreach(struct cooc_bin, bin, &b->bins) {
        free(bin->totals);
        free(bin->pairs);
    }
    vec_release(&b->bins);
    grouping_release(&b->groups);
    vec_release(&b->members);
    vec_release(&b->allowed);
    vec_release(&b->homes);
    *b = (struct cooc_bins){0};
}

/* --- the groups of a story ----------------------------------------------------------------------- */

/* Makes a bin for each group there is. */
static int make_bins(struct cooc_bins *b, struct err *err)
{
    while (b->bins.len < b->groups.groups.len) {
        struct cooc_bin bin = {.value = b->groups.groups.items[b->bins.len].value[0]};
        bin.totals = calloc(b->c->n_queries + 1, sizeof *bin.totals);
        bin.pairs = calloc(b->c->n_pairs + 1, sizeof *bin.pairs);
        if (!bin.totals || !bin.pairs || !vec_push(&b->bins, bin)) {
            free(bin.totals);
            free(bin.pairs);
            return no_memory(err);
        }
    }
    return 0;
}

/* The articles of the story that the ground has turned to, with their groups, by group. */
static int find_members(struct cooc_bins *b, struct err *err)
{
    const struct cooc_ground *g = &b->c->ground;
    uint32_t segment = (uint32_t)(g->segment - b->c->snapshot->segments);
    article_id first = g->first_article, last = first;
    uint32_t n = g->n_articles;
    int rc = 0;
    if (g->n_wordings > 1) {
        rc = articles_of_wording(&g->segment->articles,
                                 g->first_wording + g->n_wordings - 1, &last, &n, err);
    }
    vec_reset(&b->members);
    for (uint64_t a = first; a < (uint64_t)last + n && rc == 0; a++) {
        rc = grouping_article(&b->groups, segment, (article_id)a, err);
        for (size_t i = 0; rc == 0 && i < b->groups.found.len; i++) {
            struct grouping_member m = {b->groups.found.items[i], (uint32_t)a};
            if (!vec_push(&b->members, m)) {
                rc = no_memory(err);
            }
        }
    }
    if (b->members.len > 1) {
        qsort(b->members.items, b->members.len, sizeof *b->members.items,
              grouping_compare);
    }
    return rc ? rc : make_bins(b, err);
}

/* Sets `allowed` to the articles of the group of members[from], and returns where the next group begins. */
static size_t find_allowed(struct cooc_bins *b, size_t from, bool *ok)
{
    const struct grouping_member *m = b->members.items;
    size_t to = from;
    vec_reset(&b->allowed);
    *ok = true;
    while (to < b->members.len && m[to].group == m[from].group && *ok) {
        *ok = vec_push(&b->allowed, m[to].wording);
        to++;
    }
    return to;
}

/* --- pairs ------------------------------------------------------------------------------------------ */

/* Counts the story in one group. */
static int count_in(struct cooc_bins *b, struct cooc_bin *bin, struct err *err)
{
    struct cooc *c = b->c;
    struct cooc_count *totals = c->totals;
    struct cooc_pair *pairs = c->pairs;
    c->totals = bin->totals;
    c->pairs = bin->pairs;
    int rc = cooc_story_count(c->story, err);
    c->totals = totals;
    c->pairs = pairs;
    return rc;
}

static int count_story(void *arg, struct err *err)
{
    struct cooc_bins *b = arg;
    struct cooc_story *s = b->c->story;
    const struct cooc_entry *e = &s->present.items[0].entry;
    int rc = cooc_ground_turn(&b->c->ground, e->segment, e->story, err);
    rc = rc ? rc : find_members(b, err);
    size_t n = b->members.len;
    for (size_t from = 0, to; from < n && rc == 0; from = to) {
        struct cooc_bin *bin = &b->bins.items[b->members.items[from].group];
        bool ok;
        to = find_allowed(b, from, &ok);
        if (!ok) {
            rc = no_memory(err);
            break;
        }
        if (from > 0 || to < n) {
            s->allowed = b->allowed.items;
            s->n_allowed = b->allowed.len;
        }
        rc = count_in(b, bin, err);
        s->allowed = NULL;
    }
    return rc;
}

/* --- how much there is ------------------------------------------------------------------------------- */

static int compare_homes(const void *a, const void *b)
{
    address x = *(const address *)a, y = *(const address *)b;
    return x < y ? -1 : x > y;
}

/* Adds the units of the group of members[from, to) of the story. */
static int size_group(struct cooc_bins *b, size_t from, size_t to, struct err *err)
{
    struct cooc_ground *g = &b->c->ground;
    const struct grouping_member *m = b->members.items;
    struct cooc_count *size = &b->bins.items[m[from].group].size;
    wording_id last = 0;
    bool any = false;
    int rc = 0;
    vec_reset(&b->homes);
    for (size_t i = from; i < to && rc == 0; i++) {
        struct cooc_units units = {0};
        wording_id wording = 0;
        rc = groups_unit_of(&g->segment->articles.groups, m[i].wording, &wording, err);
        rc = rc ? rc : cooc_ground_units(g, wording, &units, err);
        size->all += units.n;
        if (any && wording == last) {
            continue;
        }
        any = true;
        last = wording;
        for (size_t u = 0; u < units.n && rc == 0; u++) {
            if (!vec_push(&b->homes, units.homes ? units.homes[u] : units.starts[u])) {
                rc = no_memory(err);
            }
        }
    }
    size_t n = b->homes.len;
    if (n > 1) {
        qsort(b->homes.items, n, sizeof *b->homes.items, compare_homes);
    }
    for (size_t i = 0; i < n; i++) {
        size->once += i == 0 || b->homes.items[i] != b->homes.items[i - 1];
    }
    return rc;
}

/* The units of every story, by group. */
static int size_units(struct cooc_bins *b, struct err *err)
{
    struct cooc *c = b->c;
    int rc = 0;
    for (uint32_t s = 0; s < c->snapshot->n_segments && rc == 0; s++) {
        story_id n = c->snapshot->segments[s].wordings.n_stories;
        for (story_id id = 0; id < n && rc == 0; id++) {
            rc = cooc_ground_turn(&c->ground, s, id, err);
            rc = rc ? rc : cooc_ground_lay_out(&c->ground, err);
            rc = rc ? rc : find_members(b, err);
            for (size_t from = 0, to; from < b->members.len && rc == 0; from = to) {
                const struct grouping_member *m = b->members.items;
                for (to = from + 1;
                     to < b->members.len && m[to].group == m[from].group;) {
                    to++;
                }
                rc = size_group(b, from, to, err);
            }
            rc = rc ? rc : deadline_tick(c->deadline, id, err);
        }
    }
    return rc;
}

/* Words, or stories and articles, by group. */
static int size_words(struct cooc_bins *b, struct err *err)
{
    bool words = b->c->options.scope == COOC_WINDOW;
    int rc = grouping_archive(&b->groups, b->c->deadline, err);
    rc = rc ? rc : make_bins(b, err);
    for (size_t i = 0; i < b->bins.len && rc == 0; i++) {
        const struct grouping_group *g = &b->groups.groups.items[i];
        b->bins.items[i].size =
            words ? (struct cooc_count){g->words, g->words_all}
                  : (struct cooc_count){g->totals.stories, g->totals.articles};
    }
    return rc;
}

int cooc_bins_count(struct cooc_bins *b, struct cooc *c, enum grouping_field field,
                    struct err *err)
{
    struct grouping_keys keys = {.n = 1, .field = {field}};
    bool units =
        c->options.scope == COOC_SENTENCE || c->options.scope == COOC_PARAGRAPH;
    *b = (struct cooc_bins){.c = c};
    int rc = grouping_open(&b->groups, c->snapshot, &keys, err);
    if (rc == 0) {
        rc = units ? size_units(b, err) : size_words(b, err);
    }
    return rc ? rc : cooc_each(c, count_story, b, err);
}
