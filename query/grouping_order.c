/* What articles are grouped by, by name, and groups in order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt.h"
#include "query/fields.h"
#include "query/grouping.h"

static const struct {
    const char *name, *none;
} fields[GROUPING_KINDS] = {
#define GROUPING_ROW(kind, name, none) [kind] = {name, none},
    GROUPING_FIELDS(GROUPING_ROW)
#undef GROUPING_ROW
};

const char *grouping_name(enum grouping_field field)
{
    return fields[field].name;
}

const char *grouping_none(enum grouping_field field)
{
    return fields[field].none;
}

bool grouping_is_date(enum grouping_field field, enum bins_unit *unit)
{
    switch (field) {
    case GROUPING_YEAR: *unit = BINS_YEAR; return true;
    case GROUPING_MONTH: *unit = BINS_MONTH; return true;
    case GROUPING_WEEK: *unit = BINS_WEEK; return true;
    case GROUPING_DAY: *unit = BINS_DAY; return true;
    default: return false;
    }
}

static int unknown(struct bytes name, struct err *err)
{
    const char *names[GROUPING_KINDS + 1] = {0};
    char word[32];
    for (int i = 0; i < GROUPING_KINDS; i++)
        names[i] = fields[i].name;
    snprintf(word, sizeof word, "%.*s", (int)name.len, (const char *)name.data);
    const char *near =
        strcmp(word, "outlet") == 0 ? "source" : opt_nearest(word, names);
    if (near)
        return err_set(err, ERR_USAGE,
                       "--by: there is no field '%s'; did you mean '%s'?", word, near);
    return err_set(err, ERR_USAGE,
                   "--by: there is no field '%s'; there are source, author, section, "
                   "lang, tag, year, month, week and day",
                   word);
}

static int parse_one(struct bytes name, struct grouping_keys *out, struct err *err)
{
    int kind = 0;
    while (kind < GROUPING_KINDS && !bytes_equal(bytes_str(fields[kind].name), name))
        kind++;
    if (kind == GROUPING_KINDS)
        return unknown(name, err);
    for (unsigned i = 0; i < out->n; i++) {
        if (out->field[i] == (enum grouping_field)kind)
            return err_set(err, ERR_USAGE, "--by: '%s' is there twice",
                           fields[kind].name);
    }
    if (out->n == GROUPING_MAX)
        return err_set(err, ERR_USAGE, "--by takes %d fields at most", GROUPING_MAX);
    out->field[out->n++] = (enum grouping_field)kind;
    return 0;
}

int grouping_parse(const char *list, struct grouping_keys *out, struct err *err)
{
    struct bytes name;
    int rc = 0;
    out->n = 0;
    while (rc == 0 && (name = fields_next(&list)).len > 0)
        rc = parse_one(name, out, err);
    if (rc == 0 && out->n == 0)
        rc = err_set(err, ERR_USAGE, "--by takes names, as in --by source,month");
    return rc;
}

enum grouping_sort grouping_sort_of(const struct grouping_keys *keys, int given)
{
    enum bins_unit unit;
    if (given > 0)
        return (enum grouping_sort)(given - 1);
    return grouping_is_date(keys->field[0], &unit) ? GROUPING_BY_KEY
                                                   : GROUPING_BY_COUNT;
}

struct bytes grouping_text(const struct grouping *g, const struct grouping_group *group,
                           unsigned i, char buf[BINS_TEXT_MAX])
{
    enum bins_unit unit;
    if (group->value[i] == GROUPING_NONE)
        return bytes_of("", 0);
    if (grouping_is_date(g->keys.field[i], &unit))
        return bytes_of(buf, (size_t)bins_format(unit, group->value[i], buf));
    return values_get(&g->column[i].values, (uint32_t)group->value[i]);
}

/* --- order ------------------------------------------------------------------------------------ */

struct ordered {
    uint64_t count;
    uint32_t key[GROUPING_MAX];
    uint32_t group;
};

static int by_key(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    for (unsigned i = 0; i < GROUPING_MAX; i++) {
        if (x->key[i] != y->key[i])
            return x->key[i] < y->key[i] ? -1 : 1;
    }
    return 0;
}

static int by_count(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return by_key(a, b);
}

/* Sets the i-th place of every key. */
static int set_keys(const struct grouping *g, unsigned i, struct ordered *all,
                    struct err *err)
{
    enum bins_unit unit;
    bool date = grouping_is_date(g->keys.field[i], &unit);
    uint32_t *places = NULL;
    const struct values *values = &g->column[i].values;
    if (!date) {
        places = calloc(values->items.len + 1, sizeof *places);
        if (!places)
            return err_set(err, ERR_NOMEM, "query: no memory for groups");
        int rc = values_order(values, places, err);
        if (rc != 0) {
            free(places);
            return rc;
        }
    }
    for (size_t k = 0; k < g->groups.len; k++) {
        int32_t value = g->groups.items[k].value[i];
        all[k].key[i] = value == GROUPING_NONE ? UINT32_MAX
                        : date                 ? (uint32_t)value + INT32_MAX
                                               : places[value];
    }
    free(places);
    return 0;
}

int grouping_order(const struct grouping *g, enum grouping_sort sort,
                   grouping_order_vec *out, struct err *err)
{
    size_t n = g->groups.len;
    uint64_t hits = 0;
    int rc = 0;
    vec_reset(out);
    struct ordered *all = calloc(n + 1, sizeof *all);
    if (!all || !vec_reserve(out, n)) {
        free(all);
        return err_set(err, ERR_NOMEM, "query: no memory for groups");
    }
    vec_foreach(const struct grouping_group, group, &g->groups)
        hits += group->totals.hits;
    for (size_t i = 0; i < n; i++) {
        const struct engine_totals *t = &g->groups.items[i].totals;
        all[i].count = hits > 0 ? t->hits : t->articles;
        all[i].group = (uint32_t)i;
    }
    for (unsigned i = 0; i < g->keys.n && rc == 0; i++)
        rc = set_keys(g, i, all, err);
    if (rc == 0) {
        qsort(all, n, sizeof *all, sort == GROUPING_BY_KEY ? by_key : by_count);
        for (size_t i = 0; i < n; i++)
            out->items[out->len++] = all[i].group;
    }
    free(all);
    return rc;
}
