#include "query/kwic_lines.h"

#include <stdlib.h>
#include <string.h>

enum {
    PRUNE_AT = 1 << 16, /* lines beyond what is wanted before it is sorted out */
    DIGITS = 1 << 16    /* of the radix sort */
};

static int no_memory(struct err *err)
{
    (void)err_set(err, ERR_NOMEM, "kwic: no memory for its lines");
    return ERR_NOMEM;
}

void kwic_lines_release(struct kwic_lines *l)
{
    vec_release(&l->lines);
    for (size_t i = 0; i < KWIC_KEYS_MAX; i++)
        vec_release(&l->values[i]);
    vec_release(&l->carried);
    vec_release(&l->counted);
    vec_release(&l->listed);
}

/* --- sorting: least key first, each pass stable (radix sort, after Knuth, TAOCP 3, 5.2.5) ---------- */

static void pass(const uint32_t *values, unsigned shift, const uint32_t *from,
                 uint32_t *to, size_t n, uint32_t *starts)
{
    uint32_t sum = 0;
    memset(starts, 0, DIGITS * sizeof *starts);
    for (size_t i = 0; i < n; i++)
        starts[values[i] >> shift & (DIGITS - 1)]++;
    for (size_t d = 0; d < DIGITS; d++) {
        uint32_t count = starts[d];
        starts[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[starts[values[from[i]] >> shift & (DIGITS - 1)]++] = from[i];
}

/* order[0..n): the lines in the order of their keys. room is scratch, as long. */
static int order_lines(struct kwic_lines *l, uint32_t *order, uint32_t *room,
                       struct err *err)
{
    size_t n = l->lines.len;
    uint32_t *starts = malloc(DIGITS * sizeof *starts);
    uint32_t *numbers = malloc((n + 1) * sizeof *numbers);
    uint32_t *ranks = kwic_keys_order(l->keys);
    int rc = starts && numbers && ranks ? 0 : no_memory(err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t k = l->keys->n; rc == 0 && k-- > 0;) {
        memcpy(numbers, l->values[k].items, n * sizeof *numbers);
        kwic_keys_rank(l->keys, k, ranks, numbers, n);
        pass(numbers, 0, order, room, n, starts);
        pass(numbers, 16, room, order, n, starts);
    }
    free(starts);
    free(numbers);
    free(ranks);
    return rc;
}

static void permute(struct kwic_lines *l, const uint32_t *order, size_t n,
                    struct kwic_line *lines, uint32_t *values)
{
    for (size_t i = 0; i < n; i++)
        lines[i] = l->lines.items[order[i]];
    memcpy(l->lines.items, lines, n * sizeof *lines);
    l->lines.len = n;
    for (size_t k = 0; k < l->keys->n; k++) {
        for (size_t i = 0; i < n; i++)
            values[i] = l->values[k].items[order[i]];
        memcpy(l->values[k].items, values, n * sizeof *values);
        l->values[k].len = n;
    }
}

int kwic_lines_sort(struct kwic_lines *l, struct err *err)
{
    size_t n = l->lines.len, kept = n < l->wanted ? n : (size_t)l->wanted;
    if (!l->keys || n == 0)
        return 0;
    uint32_t *order = malloc(n * sizeof *order);
    uint32_t *room = malloc(n * sizeof *room);
    struct kwic_line *lines = malloc((kept + 1) * sizeof *lines);
    int rc = order && room && lines ? order_lines(l, order, room, err) : no_memory(err);
    if (rc == 0)
        permute(l, order, kept, lines, room);
    free(order);
    free(room);
    free(lines);
    return rc;
}

/* --- gathering ------------------------------------------------------------------------------ */

/* Lines are added in canonical order, so without keys those that come first are those that are wanted. */
static bool is_full(const struct kwic_lines *l)
{
    return !l->keys && l->lines.len >= l->wanted;
}

static int make_room(struct kwic_lines *l, struct err *err)
{
    size_t n = l->lines.len;
    if (n >= PRUNE_AT && n - PRUNE_AT >= l->wanted && n / 2 >= l->wanted)
        return kwic_lines_sort(l, err);
    if (n < KWIC_LINES_MAX)
        return 0;
    return err_set(err, ERR_LIMIT,
                   "kwic: more than %d lines; --limit and --offset list them in parts, "
                   "as does a filter: date:2016",
                   KWIC_LINES_MAX);
}

static int add_line(struct kwic_lines *l, const struct kwic_line *line, struct err *err)
{
    uint32_t values[KWIC_KEYS_MAX];
    int rc = make_room(l, err);
    if (rc == 0 && l->keys)
        rc = kwic_keys_of(l->keys, line->segment, line->article, line->span, values,
                          err);
    if (rc != 0)
        return rc;
    for (size_t k = 0; l->keys && k < l->keys->n; k++) {
        if (!vec_push(&l->values[k], values[k]))
            return no_memory(err);
    }
    return vec_push(&l->lines, *line) ? 0 : no_memory(err);
}

/* How many articles have each passage. */
static int count_carriers(struct kwic_lines *l, const struct story_match *m,
                          struct err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_wordings; i++)
        n += m->wordings[i].n_spans;
    vec_reset(&l->carried);
    vec_reset(&l->counted);
    vec_reset(&l->listed);
    if (!vec_reserve(&l->carried, n) || !vec_reserve(&l->counted, n) ||
        !vec_reserve(&l->listed, n))
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        l->carried.items[i] = l->counted.items[i] = 0;
        l->listed.items[i] = false;
    }
    for (uint32_t i = 0; i < m->n_wordings; i++) {
        const struct wording_match *w = &m->wordings[i];
        for (size_t k = 0; k < w->n_spans; k++) {
            uint32_t passage = w->passages[k];
            if (l->counted.items[passage] != i + 1)
                l->carried.items[passage] += w->n_articles;
            l->counted.items[passage] = i + 1;
        }
    }
    return 0;
}

/* The hits of one article; `once`: only passages that have no line yet. */
static int add_article(struct kwic_lines *l, const struct story_match *m,
                       const struct wording_match *w, article_id article, bool once,
                       struct err *err)
{
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < w->n_spans && !is_full(l); k++) {
        uint32_t passage = w->passages[k];
        struct kwic_line line = {m->segment, article, w->spans[k],
                                 l->carried.items[passage]};
        if (once && l->listed.items[passage])
            continue;
        l->listed.items[passage] = true;
        rc = add_line(l, &line, err);
    }
    return rc;
}

int kwic_lines_add(struct kwic_lines *l, const struct story_match *match,
                   struct err *err)
{
    struct shown_choice choice;
    if (is_full(l))
        return 0;
    int rc = count_carriers(l, match, err);
    if (rc == 0 && !l->all)
        rc = shown_choose(l->shown, l->snapshot, match, &choice, err);
    if (rc == 0 && !l->all)
        rc = add_article(l, match, choice.wording, choice.article, true, err);
    for (size_t i = 0; rc == 0 && i < match->n_wordings; i++) {
        const struct wording_match *w = &match->wordings[i];
        uint32_t n = l->all ? w->n_articles : 1;
        for (uint32_t k = 0; rc == 0 && k < n; k++)
            rc = add_article(l, match, w, engine_article(w, k), !l->all, err);
    }
    return rc;
}
