#include "query/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "query/grouping_words.h"

/* A cell that was counted. */
struct counted {
    size_t row;
    int32_t value; /* of the group */
    struct engine_totals totals;
};

struct finder {
    struct matrix *m;
    struct session *session;
    const struct queries *queries;
    const struct shown *shown;
    struct grouping grouping;
    VEC(struct counted) cells;
    grouping_order_vec order; /* of the archive's groups */
    uint32_t *column_of;      /* owned; by group: its column and 1 */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "matrix: no memory for its cells; fewer queries, longer bins or a "
                   "larger --memory helps");
}

void matrix_release(struct matrix *m)
{
    vec_release(&m->columns);
    buf_release(&m->names);
    free(m->cells);
    free(m->totals);
    *m = (struct matrix){0};
}

struct bytes matrix_name(const struct matrix *m, size_t column)
{
    const struct matrix_column *c = &m->columns.items[column];
    return bytes_of(m->names.data + c->name, c->name_len);
}

const struct engine_totals *matrix_cell(const struct matrix *m, size_t row,
                                        size_t column)
{
    return &m->cells[row * m->columns.len + column];
}

/* --- counting ------------------------------------------------------------------------------ */

static int count_query(struct finder *f, size_t row, struct err *err)
{
    struct session *s = f->session;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_options how = {.want_spans = true,
                                 .want_passages = true,
                                 .story = grouping_add,
                                 .arg = &f->grouping};
    arena_reset(&s->arena);
    grouping_reset(&f->grouping);
    int rc = session_query(s, queries_get(f->queries, row), false, &tree, err);
    rc = rc ? rc : shown_tree(f->shown, tree, &s->arena, &tree, err);
    rc = rc ? rc : session_plan(s, tree, &plan, err);
    rc = rc ? rc : engine_run(plan, &how, &f->m->totals[row], err);
    plan_release(plan);
    vec_foreach(const struct grouping_group, g, &f->grouping.groups) {
        if (rc == 0 &&
            !vec_push(&f->cells, (struct counted){row, g->value[0], g->totals})) {
            rc = no_memory(err);
        }
    }
    return rc;
}

static uint64_t weight_of(const struct engine_totals *t)
{
    return t->hits > 0 ? t->hits : t->articles;
}

/* Puts what all queries have in a group in the place of the archive's own counts, so that groups are ordered by it. */
static void weigh_groups(struct finder *f)
{
    struct grouping *g = &f->grouping;
    vec_foreach(struct grouping_group, group, &g->groups) {
        group->totals = (struct engine_totals){0};
    }
    vec_foreach(const struct counted, c, &f->cells) {
        const struct grouping_group *found = grouping_find(g, &c->value);
        if (found) {
            struct engine_totals *t = &g->groups.items[found - g->groups.items].totals;
            t->hits += weight_of(&c->totals);
            t->articles += c->totals.articles;
        }
    }
}

static int add_column(struct finder *f, uint32_t number, struct err *err)
{
    struct matrix *m = f->m;
    char date[BINS_TEXT_MAX];
    const struct grouping_group *group = &f->grouping.groups.items[number];
    struct bytes name = grouping_text(&f->grouping, group, 0, date);
    struct matrix_column c = {.name = m->names.len,
                              .none = group->value[0] == GROUPING_NONE,
                              .words = group->words,
                              .words_all = group->words_all};
    name = c.none ? bytes_str(grouping_none(m->field)) : name;
    c.name_len = name.len;
    buf_put_bytes(&m->names, name);
    if (m->names.failed || !vec_push(&m->columns, c)) {
        return no_memory(err);
    }
    f->column_of[number] = (uint32_t)m->columns.len;
    return 0;
}

/* The groups that become columns: those with articles of some query, and of dates all between the first and the last of
 * them. */
static int choose_columns(struct finder *f, uint64_t limit, struct err *err)
{
    const struct grouping *g = &f->grouping;
    enum bins_unit unit;
    bool is_date = grouping_is_date(f->m->field, &unit);
    size_t first = f->order.len, end = 0, n = 0;
    int rc = 0;
    for (size_t i = 0; i < f->order.len; i++) {
        if (g->groups.items[f->order.items[i]].totals.articles > 0) {
            first = first < i ? first : i;
            end = i + 1;
            n++;
        }
    }
    n = is_date && end > first ? end - first : n;
    f->m->n_cut = limit && n > limit ? n - (size_t)limit : 0;
    size_t skip = is_date ? f->m->n_cut : 0; /* of dates the last are shown */
    for (size_t i = first; i < end && rc == 0; i++) {
        uint32_t number = f->order.items[i];
        if (!is_date && g->groups.items[number].totals.articles == 0) {
            continue;
        }
        if (skip > 0) {
            skip--;
        } else if (!limit || f->m->columns.len < limit) {
            rc = add_column(f, number, err);
        }
    }
    return rc;
}

static int fill_cells(struct finder *f, struct err *err)
{
    struct matrix *m = f->m;
    m->cells = calloc(m->n_rows * m->columns.len + 1, sizeof *m->cells);
    if (!m->cells) {
        return no_memory(err);
    }
    vec_foreach(const struct counted, c, &f->cells) {
        const struct grouping_group *g = grouping_find(&f->grouping, &c->value);
        uint32_t column = g ? f->column_of[g - f->grouping.groups.items] : 0;
        if (column > 0) {
            m->cells[c->row * m->columns.len + column - 1] = c->totals;
        }
    }
    return 0;
}

/* The columns, once all queries are counted. */
static int find_columns(struct finder *f, uint64_t limit, struct err *err)
{
    struct grouping_keys keys = {.n = 1, .field = {f->m->field}};
    grouping_reset(&f->grouping);
    int rc = grouping_archive(&f->grouping, &f->session->deadline, err);
    if (rc) {
        return rc;
    }
    f->column_of = calloc(f->grouping.groups.len + 1, sizeof *f->column_of);
    if (!f->column_of) {
        return no_memory(err);
    }
    weigh_groups(f);
    rc = grouping_order(&f->grouping, grouping_sort_of(&keys, 0), &f->order, err);
    rc = rc ? rc : choose_columns(f, limit, err);
    return rc ? rc : fill_cells(f, err);
}

int matrix_find(struct matrix *m, struct session *s, const struct queries *queries,
                const struct shown *shown, enum grouping_field field, uint64_t limit,
                struct err *err)
{
    struct finder f = {.m = m, .session = s, .queries = queries, .shown = shown};
    struct grouping_keys keys = {.n = 1, .field = {field}};
    *m = (struct matrix){.field = field, .n_rows = queries->items.len};
    m->totals = calloc(m->n_rows + 1, sizeof *m->totals);
    int rc = m->totals ? grouping_open(&f.grouping, &s->snapshot, &keys, err)
                       : no_memory(err);
    for (size_t i = 0; i < m->n_rows && rc == 0; i++) {
        rc = count_query(&f, i, err);
    }
    rc = rc ? rc : find_columns(&f, limit, err);
    grouping_release(&f.grouping);
    vec_release(&f.cells);
    vec_release(&f.order);
    free(f.column_of);
    return rc;
}
