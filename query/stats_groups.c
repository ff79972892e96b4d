#include "query/stats_groups.h"

#include <inttypes.h>

#include "query/grouping_words.h"
#include "query/table.h"

enum {
    IS_TOTAL,
    FIRST_FIELD,
    COLUMNS = FIRST_FIELD + GROUPING_MAX + 5
};

struct printer {
    struct session *session;
    struct grouping grouping;
    struct table table;
    struct table_column columns[COLUMNS];
    struct table_schema schema;
};

static struct table_column column(const char *name, enum table_kind kind, uint8_t flags)
{
    return (struct table_column){.name = name, .kind = (uint8_t)kind, .flags = flags};
}

static void set_columns(struct printer *p)
{
    const struct grouping_keys *keys = &p->grouping.keys;
    size_t n = 0;
    p->columns[n++] = column("total", TABLE_BOOL, TABLE_TEXT_HIDDEN);
    for (unsigned i = 0; i < keys->n; i++)
        p->columns[n++] = column(grouping_name(keys->field[i]), TABLE_TEXT,
                                 TABLE_NULLABLE | TABLE_WIDE);
    p->columns[n++] = column("stories", TABLE_UINT, 0);
    p->columns[n++] = column("articles", TABLE_UINT, 0);
    p->columns[n++] = column("words", TABLE_UINT, 0);
    p->columns[n++] = column("words_all", TABLE_UINT, 0);
    p->columns[n++] = column("groups", TABLE_UINT, TABLE_NULLABLE | TABLE_TEXT_HIDDEN);
    p->schema = (struct table_schema){"stemma.stats-group/1",
                                      "stemma.stats-group-list/1", p->columns, n};
}

static int put_group(struct printer *p, const struct grouping_group *group,
                     struct err *err)
{
    const struct grouping *g = &p->grouping;
    bool text = p->session->format == OUTPUT_TEXT;
    unsigned n = g->keys.n;
    char date[BINS_TEXT_MAX];
    table_bool(&p->table, IS_TOTAL, false);
    for (unsigned i = 0; i < n; i++) {
        struct bytes value = grouping_text(g, group, i, date);
        if (group->value[i] == GROUPING_NONE && text)
            value = bytes_str(grouping_none(g->keys.field[i]));
        table_opt(&p->table, FIRST_FIELD + i, value);
    }
    table_uint(&p->table, FIRST_FIELD + n, group->totals.stories);
    table_uint(&p->table, FIRST_FIELD + n + 1, group->totals.articles);
    table_uint(&p->table, FIRST_FIELD + n + 2, group->words);
    table_uint(&p->table, FIRST_FIELD + n + 3, group->words_all);
    return table_row(&p->table, err);
}

static int put_total(struct printer *p, struct err *err)
{
    const struct manifest *m = &p->session->snapshot.manifest;
    unsigned n = p->grouping.keys.n;
    table_bool(&p->table, IS_TOTAL, true);
    if (p->session->format == OUTPUT_TEXT)
        table_text(&p->table, FIRST_FIELD, bytes_str("total"));
    table_uint(&p->table, FIRST_FIELD + n, m->stories);
    table_uint(&p->table, FIRST_FIELD + n + 1, m->articles);
    table_uint(&p->table, FIRST_FIELD + n + 2, m->homes);
    table_uint(&p->table, FIRST_FIELD + n + 3, m->article_tokens);
    table_uint(&p->table, FIRST_FIELD + n + 4, p->grouping.groups.len);
    return table_row(&p->table, err);
}

static int put_groups(struct printer *p, const struct stats_groups *g, struct err *err)
{
    enum grouping_sort sort = grouping_sort_of(&p->grouping.keys, g->sort);
    uint64_t limit = g->limit;
    grouping_order_vec order = {0};
    int rc = grouping_order(&p->grouping, sort, &order, err);
    if (rc == 0)
        rc = table_begin(&p->table, p->session, &p->schema, err);
    for (size_t i = 0; i < order.len && (limit == 0 || i < limit) && rc == 0; i++)
        rc = put_group(p, &p->grouping.groups.items[order.items[i]], err);
    if (rc == 0 && g->total)
        rc = put_total(p, err);
    if (rc == 0)
        rc = table_end(&p->table, err);
    if (rc == 0 && limit > 0 && limit < order.len)
        session_say(p->session, LOG_INFO,
                    "%" PRIu64 " groups are not shown, because of --limit",
                    order.len - limit);
    vec_release(&order);
    return rc;
}

int stats_groups_print(const struct stats_groups *g, struct session *s, struct err *err)
{
    struct printer p = {.session = s};
    struct grouping_keys keys;
    int rc = grouping_parse(g->by, &keys, err);
    if (rc == 0)
        rc = grouping_open(&p.grouping, &s->snapshot, &keys, err);
    if (rc == 0)
        rc = grouping_archive(&p.grouping, &s->deadline, err);
    if (rc == 0) {
        set_columns(&p);
        rc = put_groups(&p, g, err);
    }
    table_release(&p.table);
    grouping_release(&p.grouping);
    return rc;
}
