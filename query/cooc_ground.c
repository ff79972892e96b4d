#include "query/cooc_ground.h"

#include <string.h>

enum {
    WINDOW = 1 << 16 /* addresses whose stories are decoded at once */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "cooc: no memory for the sentences of a story");
}

void cooc_ground_init(struct cooc_ground *g, const struct snapshot *snapshot,
                      enum ast_within within, const struct marks_ranks *ranks)
{
    *g = (struct cooc_ground){.snapshot = snapshot, .within = within, .ranks = ranks};
}

void cooc_ground_release(struct cooc_ground *g)
{
    scope_window_release(&g->window);
    scope_release(&g->stories);
    vec_release(&g->starts);
    scope_release(&g->scope);
    carriers_release(&g->carriers);
    axis_units_release(&g->units);
    vec_release(&g->homes);
    vec_release(&g->firsts);
    vec_release(&g->seen);
    vec_release(&g->runs);
}

static bool is_sentences(const struct cooc_ground *g)
{
    return g->within == AST_WITHIN_SENTENCE;
}

static const struct marks *marks_of(const struct cooc_ground *g,
                                    const struct segment *segment)
{
    return is_sentences(g) ? &segment->sentences : &segment->paragraphs;
}

/* --- turning ---------------------------------------------------------------------------------- */

/* Decodes where the stories from one on lie. */
static int load_window(struct cooc_ground *g, const struct segment *segment,
                       story_id from, struct err *err)
{
    int rc = scope_window_set(&g->window, segment, from, WINDOW, err);
    return rc ? rc : scope_all(&g->window, &g->stories, err);
}

/* The units of the story at hand. */
static int find_marks(struct cooc_ground *g, struct err *err)
{
    const struct scope_story *s = &g->story;
    uint32_t ranks[2] = {0};
    g->first_unit = g->n_marks = 0;
    if (g->within == AST_WITHIN_WORDS || s->start >= s->end) {
        return 0;
    }
    /* of its first token, which begins a unit, and of its last */
    address at[2] = {s->start, s->end - 1};
    const struct marks_ranks *r = &g->ranks[g->segment - g->snapshot->segments];
    int rc = marks_ranks_of(r, at, 2, 0, ranks, err);
    if (rc == 0 && (ranks[0] == 0 || ranks[1] < ranks[0])) {
        rc = section_corrupt(&marks_of(g, g->segment)->section, 0, err,
                             "marks: story %u does not begin a sentence",
                             (unsigned)s->id);
    }
    if (rc == 0) {
        g->first_unit = ranks[0];
        g->n_marks = ranks[1] - ranks[0] + 1;
    }
    return rc;
}

int cooc_ground_place(struct cooc_ground *g, struct err *err)
{
    story_id id = g->story.id;
    int rc = 0;
    if (g->placed) {
        return 0;
    }
    if (g->window.segment != g->segment || id < g->window.from || id >= g->window.to ||
        g->stories.stories.len == 0) {
        vec_reset(&g->stories.stories);
        rc = load_window(g, g->segment, id, err);
    }
    if (rc == 0) {
        g->story = g->stories.stories.items[id - g->window.from];
        rc = find_marks(g, err);
    }
    g->placed = rc == 0;
    return rc;
}

/* The ids of a unit, which mostly lies in the run of the one before. */
static int ids_of(const struct groups *g, struct groups_run *run, uint32_t unit,
                  uint32_t *first, uint32_t *n, struct err *err)
{
    int rc = 0;
    if (unit < run->unit || unit >= run->end) {
        rc = groups_run_of(g, unit, run, err);
    }
    if (rc == 0 && unit >= run->unit && unit < run->end) {
        *first = run->id + (unit - run->unit);
        *n = 1;
        return 0;
    }
    return rc ? rc : groups_of_unit(g, unit, first, n, NULL, err);
}

int cooc_ground_turn(struct cooc_ground *g, uint32_t segment, story_id story,
                     struct err *err)
{
    const struct segment *s = &g->snapshot->segments[segment];
    if (g->segment != s) {
        g->wordings = g->articles = (struct groups_run){0};
    }
    g->segment = s;
    g->story = (struct scope_story){.id = story};
    g->placed = g->listed = false;
    int rc = ids_of(&s->wordings.groups, &g->wordings, story, &g->first_wording,
                    &g->n_wordings, err);
    return rc ? rc
              : ids_of(&s->articles.groups, &g->articles, g->first_wording,
                       &g->first_article, &g->n_articles, err);
}

/* --- laying out --------------------------------------------------------------------------------- */

/* The homes of the first tokens of a wording's units, starts[*at..). */
static int add_homes(struct cooc_ground *g, size_t unit, size_t *at, struct err *err)
{
    const struct carriers_unit *u = &g->carriers.units.items[unit];
    vec_reset(&g->firsts);
    vec_reset(&g->runs);
    for (; *at < g->bounds.n && g->bounds.starts[*at] < u->end; ++*at) {
        if (!vec_push(&g->firsts, (struct span){g->bounds.starts[*at], 1})) {
            return no_memory(err);
        }
    }
    int rc = carriers_homes(&g->carriers, unit, g->firsts.items, g->firsts.len,
                            &g->runs, err);
    vec_foreach(struct span, run, &g->runs) {
        for (uint32_t i = 0; i < run->len && rc == 0; i++) {
            if (!vec_push(&g->homes, run->first + i)) {
                rc = no_memory(err);
            }
        }
    }
    return rc;
}

static int find_homes(struct cooc_ground *g, struct err *err)
{
    size_t at = 0;
    int rc = 0;
    vec_reset(&g->homes);
    for (size_t i = 0; i < g->carriers.units.len && rc == 0; i++) {
        rc = add_homes(g, i, &at, err);
    }
    if (rc == 0 && g->homes.len != g->bounds.n) {
        rc = section_corrupt(&g->segment->wordings.section, 0, err,
                             "wordings: sentences beyond the wordings of a story");
    }
    return rc;
}

int cooc_ground_lay_out(struct cooc_ground *g, struct err *err)
{
    int rc = cooc_ground_place(g, err);
    if (rc || g->n_wordings == 1) {
        return rc;
    }
    vec_reset(&g->scope.stories);
    if (!vec_push(&g->scope.stories, g->story)) {
        return no_memory(err);
    }
    rc = carriers_lay_out(&g->carriers, g->segment, &g->scope, err);
    axis_units_reset(&g->units);
    if (rc == 0 && g->within != AST_WITHIN_WORDS) {
        rc = axis_units_find(&g->units, &g->carriers, is_sentences(g), &g->bounds, err);
        rc = rc ? rc : find_homes(g, err);
    }
    return rc;
}

/* --- units ------------------------------------------------------------------------------------ */

/* Number of the wording among those laid out. */
static int find_unit(const struct cooc_ground *g, wording_id wording, size_t *out,
                     struct err *err)
{
    size_t unit = wording - g->first_wording;
    if (wording < g->first_wording || unit >= g->carriers.units.len) {
        return section_corrupt(&g->segment->wordings.section, 0, err,
                               "wordings: a wording of another story");
    }
    *out = unit;
    return 0;
}

/* The first of starts[0..n) that is `at` or more. */
static size_t first_from(const uint32_t *starts, size_t n, uint32_t at)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (starts[mid] < at) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

/* The units of the story at hand, of one wording. */
static int list_units(struct cooc_ground *g, struct cooc_units *out, struct err *err)
{
    size_t n = 0;
    int rc = cooc_ground_place(g, err);
    if (rc == 0 && !g->listed) {
        vec_reset(&g->starts);
        if (!vec_reserve(&g->starts, (size_t)g->n_marks + 1)) {
            return no_memory(err);
        }
        rc = marks_fill(marks_of(g, g->segment), g->story.start, g->story.end,
                        g->starts.items, g->n_marks, &n, err);
        if (rc == 0 && n != g->n_marks) {
            rc = section_corrupt(&marks_of(g, g->segment)->section, 0, err,
                                 "marks: sentences are counted otherwise");
        }
        g->listed = rc == 0;
    }
    *out = (struct cooc_units){g->starts.items, NULL, g->n_marks, g->story.start};
    return rc;
}

int cooc_ground_units(struct cooc_ground *g, wording_id wording, struct cooc_units *out,
                      struct err *err)
{
    size_t unit = 0;
    if (g->n_wordings == 1) {
        return list_units(g, out, err);
    }
    int rc = find_unit(g, wording, &unit, err);
    if (rc == 0) {
        const struct carriers_unit *u = &g->carriers.units.items[unit];
        size_t from = first_from(g->bounds.starts, g->bounds.n, u->start);
        size_t to = first_from(g->bounds.starts, g->bounds.n, u->end);
        *out = (struct cooc_units){g->bounds.starts + from, g->homes.items + from,
                                   to - from, u->start};
    }
    return rc;
}

/* --- how many there are ------------------------------------------------------------------------- */

/* How many different homes of units the story at hand has. */
static int count_homes(struct cooc_ground *g, uint64_t *out, struct err *err)
{
    uint32_t len = g->story.end - g->story.start;
    size_t n_words = (size_t)len / 64 + 1;
    uint64_t n = 0;
    vec_reset(&g->seen);
    if (!vec_reserve(&g->seen, n_words)) {
        return no_memory(err);
    }
    uint64_t *seen = g->seen.items;
    memset(seen, 0, n_words * sizeof *seen);
    vec_foreach(address, home, &g->homes) {
        uint32_t at = *home - g->story.start;
        if (at >= len) {
            return section_corrupt(&g->segment->wordings.section, 0, err,
                                   "wordings: the home of a token of another story");
        }
        n += ~seen[at / 64] >> at % 64 & 1;
        seen[at / 64] |= UINT64_C(1) << at % 64;
    }
    *out = n;
    return 0;
}

/* The units of the story at hand, of several wordings. */
static int size_story(struct cooc_ground *g, struct cooc_count *out, struct err *err)
{
    uint64_t n_homes = 0;
    int rc = count_homes(g, &n_homes, err);
    for (uint32_t i = 0; i < g->n_wordings && rc == 0; i++) {
        wording_id wording = g->first_wording + i;
        struct cooc_units units = {0};
        article_id first;
        uint32_t n = 0;
        rc = articles_of_wording(&g->segment->articles, wording, &first, &n, err);
        rc = rc ? rc : cooc_ground_units(g, wording, &units, err);
        out->all += (uint64_t)units.n * n;
    }
    out->once += rc == 0 ? n_homes : 0;
    return rc;
}

/* How many marks lie in [lo, hi). */
static int marks_between(const struct marks *m, uint64_t lo, uint64_t hi, uint64_t *out,
                         struct err *err)
{
    uint64_t before = 0, behind = 0;
    int rc = lo > 0 ? marks_rank(m, lo - 1, &before, err) : 0;
    if (rc == 0 && hi > 0) {
        rc = marks_rank(m, hi - 1, &behind, err);
    }
    *out = rc == 0 && behind > before ? behind - before : 0;
    return rc;
}

/* Adds the units of the stories of several wordings, which the marks do not tell. */
static int size_complex(struct cooc_ground *g, uint32_t segment,
                        const struct deadline *deadline, struct cooc_count *out,
                        struct err *err)
{
    const struct segment *s = &g->snapshot->segments[segment];
    uint64_t marked = 0;
    story_id id = 0;
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && id < s->wordings.n_stories; i++, id++) {
        rc = wordings_next_complex(&s->wordings, id, &id, err);
        rc = rc ? rc : cooc_ground_turn(g, segment, id, err);
        rc = rc ? rc : cooc_ground_lay_out(g, err);
        rc = rc ? rc
                : marks_between(marks_of(g, s), g->story.start, g->story.end, &marked,
                                err);
        if (rc == 0) {
            out->once -= marked;
            out->all -= marked;
            rc = size_story(g, out, err);
        }
        rc = rc ? rc : deadline_tick(deadline, i, err);
    }
    return rc == ITER_END ? 0 : rc;
}

/* Adds, for each further article of a simple story, its units. */
static int size_shared(struct cooc_ground *g, const struct segment *s,
                       const struct deadline *deadline, struct cooc_count *out,
                       struct err *err)
{
    const struct groups *groups = &s->articles.groups;
    int rc = 0;
    for (uint64_t i = 0; i < groups->n_larger && rc == 0; i++) {
        uint64_t wording = 0, marked = 0;
        struct story_view view;
        story_id story = 0;
        article_id first;
        uint32_t n = 0;
        rc = marks_select(&groups->larger, i, &wording, err);
        rc = rc ? rc
                : wordings_story_of_wording(&s->wordings, (wording_id)wording, &story,
                                            err);
        rc = rc ? rc : wordings_story(&s->wordings, story, &view, err);
        rc = rc ? rc
                : articles_of_wording(&s->articles, (wording_id)wording, &first, &n,
                                      err);
        if (rc == 0 && view.simple) {
            rc = marks_between(marks_of(g, s), view.start, view.end, &marked, err);
            out->all += rc == 0 ? marked * (n - 1) : 0;
        }
        rc = rc ? rc : deadline_tick(deadline, i, err);
    }
    return rc;
}

int cooc_ground_size(struct cooc_ground *g, const struct deadline *deadline,
                     struct cooc_count *out, struct err *err)
{
    int rc = 0;
    *out = (struct cooc_count){0};
    for (uint32_t i = 0; i < g->snapshot->n_segments && rc == 0; i++) {
        const struct segment *s = &g->snapshot->segments[i];
        uint64_t n = marks_count(marks_of(g, s));
        out->once += n;
        out->all += n;
        rc = size_complex(g, i, deadline, out, err);
        rc = rc ? rc : size_shared(g, s, deadline, out, err);
    }
    return rc;
}
