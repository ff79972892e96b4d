#include "formats/groups.h"

#include <string.h>

int groups_writer_init(struct groups_writer *w, struct err *err)
{
    memset(w, 0, sizeof *w);
    w->larger = marks_writer_new();
    w->ends = marks_writer_new();
    if (w->larger && w->ends)
        return 0;
    groups_writer_release(w);
    return err_set(err, ERR_NOMEM, "out of memory");
}

void groups_writer_release(struct groups_writer *w)
{
    marks_writer_free(w->larger);
    marks_writer_free(w->ends);
    memset(w, 0, sizeof *w);
}

/* The end of a larger unit's ids is known when the next unit begins. */
static void close_unit(struct groups_writer *w)
{
    if (w->open_larger)
        marks_writer_put(w->ends, w->n_ids);
    w->open_larger = false;
}

void groups_writer_unit(struct groups_writer *w)
{
    close_unit(w);
    w->n_units++;
    w->n_ids++;
}

void groups_writer_more(struct groups_writer *w)
{
    if (!w->open_larger) {
        marks_writer_put(w->larger, w->n_units - 1);
        w->n_larger++;
        w->open_larger = true;
    }
    w->n_ids++;
}

int groups_writer_encode(struct groups_writer *w, struct parts *p,
                         struct section_writer *s, struct err *err)
{
    close_unit(w);
    /* An empty set takes a bit for each number of its universe, so it gets a small one. */
    bool none = w->n_larger == 0;
    int rc = parts_put_marks(p, s, w->larger, none ? 1 : w->n_units, err);
    if (rc == 0)
        rc = parts_put_marks(p, s, w->ends, none ? 1 : w->n_ids + 1, err);
    return rc;
}

int groups_open(struct groups *g, const struct parts *p, const struct section *s,
                size_t part, uint64_t n_units, uint64_t n_ids, struct err *err)
{
    int rc = parts_marks(p, s, part, UINT64_MAX, &g->larger, err);
    if (rc != 0)
        return rc;
    g->n_larger = marks_count(&g->larger);
    rc = parts_marks(p, s, part + 1, g->n_larger, &g->ends, err);
    if (rc != 0)
        return rc;
    g->n_units = n_units;
    g->n_ids = n_ids;
    if (n_units > UINT32_MAX || n_ids > UINT32_MAX || n_ids < n_units ||
        g->n_larger > n_units || (g->n_larger == 0) != (n_ids == n_units))
        return section_corrupt(s, p->part[part].offset, err,
                               "%s: %llu ids cannot belong to %llu units",
                               container_section_name(s->id), (unsigned long long)n_ids,
                               (unsigned long long)n_units);
    return 0;
}

static int corrupt(const struct groups *g, uint64_t at, struct err *err)
{
    const struct section *s = &g->larger.section;
    return section_corrupt(s, g->larger.offset, err, "%s: groups disagree at %llu",
                           container_section_name(s->id), (unsigned long long)at);
}

/* A larger unit has two ids or more, those before it at least one each. */
static int check_after(const struct groups *g, uint64_t r, uint64_t unit, uint64_t id,
                       struct err *err)
{
    return id > g->n_ids || id < unit + r || unit > g->n_units ? corrupt(g, r, err) : 0;
}

/* The first unit after the r-th larger one, and its first id; (0, 0) for r = 0. */
static int after_larger(const struct groups *g, uint64_t r, uint64_t *unit,
                        uint64_t *id, struct err *err)
{
    *unit = *id = 0;
    if (r == 0)
        return 0;
    int rc = marks_select(&g->larger, r - 1, unit, err);
    if (rc == 0)
        rc = marks_select(&g->ends, r - 1, id, err);
    if (rc != 0)
        return rc;
    return check_after(g, r, ++*unit, *id, err);
}

int groups_of_unit(const struct groups *g, uint64_t unit, uint32_t *first, uint32_t *n,
                   uint32_t *larger_rank, struct err *err)
{
    if (unit >= g->n_units)
        return corrupt(g, unit, err);
    uint64_t r = 0, base_unit = 0, base_id = 0, count = 1;
    int rc = 0;
    if (g->n_larger > 0 && unit > 0)
        rc = marks_rank(&g->larger, unit - 1, &r, err);
    if (rc == 0)
        rc = after_larger(g, r, &base_unit, &base_id, err);
    if (rc != 0)
        return rc;
    uint64_t start = base_id + (unit - base_unit);
    if (unit < base_unit || start >= g->n_ids)
        return corrupt(g, unit, err);
    if (r < g->n_larger) {
        uint64_t next_unit, next_id;
        rc = after_larger(g, r + 1, &next_unit, &next_id, err);
        if (rc != 0)
            return rc;
        if (next_unit == unit + 1) {
            if (next_id < start + 2)
                return corrupt(g, unit, err);
            count = next_id - start;
        }
    }
    *first = (uint32_t)start;
    *n = (uint32_t)count;
    if (larger_rank)
        *larger_rank = (uint32_t)r;
    return 0;
}

int groups_run_of(const struct groups *g, uint64_t unit, struct groups_run *out,
                  struct err *err)
{
    uint64_t r = 0, first = 0, id = 0, end = g->n_units;
    int rc = 0;
    if (unit >= g->n_units)
        return corrupt(g, unit, err);
    if (g->n_larger > 0 && unit > 0)
        rc = marks_rank(&g->larger, unit - 1, &r, err);
    if (rc == 0)
        rc = after_larger(g, r, &first, &id, err);
    if (rc == 0 && r < g->n_larger)
        rc = marks_select(&g->larger, r, &end, err);
    if (rc != 0)
        return rc;
    if (first > unit || end < unit || end > g->n_units || id > g->n_ids ||
        end - first > g->n_ids - id)
        return corrupt(g, unit, err);
    *out = (struct groups_run){(uint32_t)(unit < end ? first : end), (uint32_t)end,
                               (uint32_t)id};
    return 0;
}

int groups_of_larger(const struct groups *g, struct marks_near *larger,
                     struct marks_near *ends, uint64_t rank, uint64_t unit,
                     uint32_t *first, struct err *err)
{
    uint64_t base_unit = 0, base_id = 0;
    int rc = rank ? marks_near_select(larger, rank - 1, &base_unit, err) : 0;
    if (rc == 0 && rank)
        rc = marks_near_select(ends, rank - 1, &base_id, err);
    if (rc == 0 && rank)
        rc = check_after(g, rank, ++base_unit, base_id, err);
    if (rc != 0)
        return rc;
    uint64_t start = base_id + (unit - base_unit);
    if (unit >= g->n_units || unit < base_unit || start >= g->n_ids)
        return corrupt(g, unit, err);
    *first = (uint32_t)start;
    return 0;
}

int groups_unit_of(const struct groups *g, uint64_t id, uint32_t *unit, struct err *err)
{
    if (id >= g->n_ids)
        return corrupt(g, id, err);
    uint64_t r = 0, base_unit, base_id, larger;
    int rc = 0;
    if (g->n_larger > 0)
        rc = marks_rank(&g->ends, id, &r, err);
    if (rc == 0)
        rc = after_larger(g, r, &base_unit, &base_id, err);
    if (rc != 0)
        return rc;
    if (id < base_id)
        return corrupt(g, id, err);
    uint64_t u = base_unit + (id - base_id);
    if (r < g->n_larger) {
        rc = marks_select(&g->larger, r, &larger, err);
        if (rc != 0)
            return rc;
        if (larger < base_unit)
            return corrupt(g, id, err);
        if (u > larger)
            u = larger;
    }
    if (u >= g->n_units)
        return corrupt(g, id, err);
    *unit = (uint32_t)u;
    return 0;
}

int groups_verify(const struct groups *g, struct err *err)
{
    uint64_t unit = 0, id = 0, n = 0;
    int rc = marks_verify(&g->larger, err);
    if (rc == 0)
        rc = marks_verify(&g->ends, err);
    for (uint64_t r = 0; rc == 0 && r < g->n_larger; r++) {
        uint64_t larger, end;
        rc = marks_select(&g->larger, r, &larger, err);
        if (rc == 0)
            rc = marks_select(&g->ends, r, &end, err);
        if (rc != 0)
            break;
        if (larger < unit || larger >= g->n_units || end < id + (larger - unit) + 2)
            return corrupt(g, larger, err);
        unit = larger + 1;
        id = end;
        n++;
    }
    if (rc != 0)
        return rc;
    if (id > g->n_ids || unit > g->n_units || g->n_ids - id != g->n_units - unit)
        return corrupt(g, n, err);
    return 0;
}
