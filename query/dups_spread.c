/* dups spread: a story over dates and outlets: who had it first, who later, and how much of it. */
#include <inttypes.h>
#include <stdlib.h>

#include "query/calendar.h"
#include "query/dups.h"
#include "query/dups_print.h"
#include "query/dups_rows.h"
#include "query/pick.h"
#include "query/rows.h"
#include "query/table.h"

enum {
    BAR_MAX = 50 /* characters of the longest bar */
};

/* An article of the story; strings are copied into the session's arena. */
struct entry {
    struct bytes id, outlet, title, input;
    uint64_t record;
    int32_t day;
    uint32_t second;
    uint32_t number; /* canonical order */
    uint8_t relation;
    bool compared, linked;
    uint16_t covered, covered_base;
};

struct spread {
    struct session *session;
    bool links;
    struct row article; /* the one asked for */
    struct dups_rows rows;
    VEC(struct entry) entries;
    uint64_t n_outlets;
};

static int keep(struct spread *s, struct bytes from, struct bytes *to, struct err *err)
{
    *to = arena_copy(&s->session->arena, from);
    return to->data || from.len == 0 ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

static int add_row(void *arg, const struct dups_row *row, struct err *err)
{
    struct spread *s = arg;
    const struct provenance_row *p = &row->prov;
    const struct evidence *e = &row->evidence;
    struct entry entry = {
        .record = p->record,
        .day = p->day,
        .second = p->second,
        .number = (uint32_t)s->entries.len,
        .relation = e->relation,
        .compared = row->compared,
        .linked = row->linked,
        .covered = row->compared ? e->covered_member : STORIES_SCORE_MAX,
        .covered_base = row->compared ? e->covered_root : STORIES_SCORE_MAX};
    int rc = keep(s, p->id, &entry.id, err);
    if (rc == 0)
        rc = keep(s, p->outlet, &entry.outlet, err);
    if (rc == 0)
        rc = keep(s, p->title, &entry.title, err);
    if (rc == 0)
        rc = keep(s, p->input, &entry.input, err);
    if (rc == 0 && !vec_push(&s->entries, entry))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    return rc;
}

/* By day, those without one last; where times of day are known, by them; then in canonical order. */
static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int64_t day_x = x->day == DAY_NONE ? INT64_MAX : x->day;
    int64_t day_y = y->day == DAY_NONE ? INT64_MAX : y->day;
    if (day_x != day_y)
        return day_x < day_y ? -1 : 1;
    if (x->second != y->second)
        return x->second < y->second ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static int compare_outlets(const void *a, const void *b)
{
    const struct bytes *x = a, *y = b;
    return bytes_compare(*x, *y);
}

static int count_outlets(struct spread *s, struct err *err)
{
    struct bytes *all = calloc(s->entries.len + 1, sizeof *all);
    size_t n = 0;
    if (!all)
        return err_set(err, ERR_NOMEM, "out of memory");
    vec_foreach(struct entry, e, &s->entries) {
        if (e->outlet.len > 0)
            all[n++] = e->outlet;
    }
    qsort(all, n, sizeof *all, compare_outlets);
    for (size_t i = 0; i < n; i++)
        s->n_outlets += i == 0 || !bytes_equal(all[i], all[i - 1]);
    free(all);
    return 0;
}

/* The first day; DAY_NONE where no article has one. */
static int32_t first_day(const struct spread *s)
{
    return s->entries.len > 0 ? s->entries.items[0].day : DAY_NONE;
}

static int32_t last_day(const struct spread *s)
{
    int32_t day = DAY_NONE;
    vec_foreach(const struct entry, e, &s->entries) {
        if (e->day != DAY_NONE)
            day = e->day;
    }
    return day;
}

/* --- data ---------------------------------------------------------------------------- */

enum column {
    ARTICLE,
    DATE,
    DAYS_AFTER,
    OUTLET,
    RELATION,
    COVERED,
    COVERED_BASE,
    TITLE,
    INPUT,
    RECORD,
    N_COLUMNS
};

static const struct table_column columns[N_COLUMNS] = {
    [ARTICLE] = {.name = "article"},
    [DATE] = {.name = "date", .flags = TABLE_NULLABLE},
    [DAYS_AFTER] = {.name = "days_after", .kind = TABLE_UINT, .flags = TABLE_NULLABLE},
    [OUTLET] = {.name = "outlet", .flags = TABLE_NULLABLE},
    [RELATION] = {.name = "relation"},
    [COVERED] = {.name = "covered", .kind = TABLE_REAL, .digits = 4},
    [COVERED_BASE] = {.name = "covered_base", .kind = TABLE_REAL, .digits = 4},
    [TITLE] = {.name = "title", .flags = TABLE_NULLABLE | TABLE_WIDE},
    [INPUT] = {.name = "input"},
    [RECORD] = {.name = "record", .kind = TABLE_UINT},
};

static const struct table_schema schema = {
    "stemma.dups-spread/1", "stemma.dups-spread-list/1", columns, N_COLUMNS};

static int put_entry(struct spread *s, struct table *t, const struct entry *e,
                     struct err *err)
{
    char date[CALENDAR_TEXT_MAX];
    bool json = session_is_json(s->session);
    calendar_format(e->day, json ? e->second : UINT32_MAX, date);
    table_text(t, ARTICLE, e->id);
    table_opt(t, DATE, bytes_str(date));
    if (e->day != DAY_NONE)
        table_uint(t, DAYS_AFTER, (uint64_t)((int64_t)e->day - first_day(s)));
    table_opt(t, OUTLET, e->outlet);
    table_text(t, RELATION, bytes_str(stories_relation_name(e->relation)));
    table_real(t, COVERED, (double)e->covered / STORIES_SCORE_MAX);
    table_real(t, COVERED_BASE, (double)e->covered_base / STORIES_SCORE_MAX);
    table_opt(t, TITLE, e->title);
    table_text(t, INPUT, e->input);
    table_uint(t, RECORD, e->record);
    return table_row(t, err);
}

static void put_list_head(struct spread *s, struct output *o)
{
    char first[CALENDAR_TEXT_MAX], last[CALENDAR_TEXT_MAX];
    calendar_format(first_day(s), UINT32_MAX, first);
    calendar_format(last_day(s), UINT32_MAX, last);
    output_json_str(o, "story", buf_bytes(&s->article.story_id));
    output_json_opt(o, "first", bytes_str(first));
    output_json_opt(o, "last", bytes_str(last));
    output_json_uint(o, "outlets", s->n_outlets);
    output_json_uint(o, "articles", s->entries.len);
}

static int put_table(struct spread *s, struct err *err)
{
    struct table t = {0};
    int rc = table_begin(&t, s->session, &schema, err);
    if (rc == 0 && table_list(&t))
        put_list_head(s, table_list(&t));
    for (size_t i = 0; rc == 0 && i < s->entries.len; i++)
        rc = put_entry(s, &t, &s->entries.items[i], err);
    if (rc == 0)
        rc = table_end(&t, err);
    table_release(&t);
    return rc;
}

/* --- text ---------------------------------------------------------------------------- */

static void put_head(struct spread *s)
{
    struct output *o = &s->session->output;
    char first[CALENDAR_TEXT_MAX], last[CALENDAR_TEXT_MAX];
    calendar_format(first_day(s), UINT32_MAX, first);
    calendar_format(last_day(s), UINT32_MAX, last);
    output_put(o, "story ");
    output_style(o, "1");
    output_line(o, buf_bytes(&s->article.story_id));
    output_style(o, NULL);
    output_put(o, ": ");
    dups_print_count(o, s->entries.len, "article", "articles");
    output_put(o, " of ");
    dups_print_count(o, s->n_outlets, "outlet", "outlets");
    if (first[0])
        output_printf(o, ", %s to %s", first, last);
    output_put(o, "\n\n");
}

/* A bar for each day that has articles; the longest is as long as BAR_MAX allows. */
static void put_histogram(struct spread *s)
{
    struct output *o = &s->session->output;
    const struct entry *all = s->entries.items;
    size_t n = s->entries.len, most = 1;
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i; to < n && all[to].day == all[i].day;)
            to++;
        most = to - i > most ? to - i : most;
    }
    for (size_t i = 0, to; i < n; i = to) {
        char date[CALENDAR_TEXT_MAX];
        for (to = i; to < n && all[to].day == all[i].day;)
            to++;
        size_t bar = most > BAR_MAX ? ((to - i) * BAR_MAX + most - 1) / most : to - i;
        calendar_format(all[i].day, UINT32_MAX, date);
        output_printf(o, "  %-10s %6zu ", date[0] ? date : "no date", to - i);
        while (bar-- > 0)
            output_put(o, "#");
        output_put(o, "\n");
    }
    output_put(o, "\n");
}

static void put_entry_text(struct spread *s, const struct entry *e)
{
    struct output *o = &s->session->output;
    char date[CALENDAR_TEXT_MAX];
    calendar_format(e->day, UINT32_MAX, date);
    output_printf(o, "  %-10s ", date);
    if (e->day != DAY_NONE)
        output_printf(o, "%+6" PRId64 "d ", (int64_t)e->day - first_day(s));
    else
        output_put(o, "        ");
    output_printf(o, "%3u%% %-10s ", (e->covered_base + 50U) / 100,
                  stories_relation_name(e->relation));
    output_style(o, "1");
    output_line(o, e->id);
    output_style(o, NULL);
    output_put(o, e->outlet.len ? " " : "");
    output_line(o, e->outlet);
    output_put(o, "\n");
}

static int put_text(struct spread *s, struct err *err)
{
    struct output *o = &s->session->output;
    int rc = 0;
    put_head(s);
    put_histogram(s);
    output_style(o, "2");
    output_put(o, "  date        after  has of the original\n");
    output_style(o, NULL);
    for (size_t i = 0; rc == 0 && i < s->entries.len; i++) {
        put_entry_text(s, &s->entries.items[i]);
        rc = output_flush_large(o, err);
    }
    return rc;
}

/* ------------------------------------------------------------------------------------- */

static int spread(struct spread *s, struct bytes id, struct err *err)
{
    struct show_place place;
    int rc = session_open(s->session, err);
    if (rc == 0)
        rc = pick_article(s->session, id, &place, err);
    if (rc != 0)
        return rc;
    s->rows.snapshot = &s->session->snapshot;
    rc = row_load_article(&s->article, &s->session->snapshot, place.segment,
                          place.article, err);
    if (rc == 0)
        rc = dups_rows_story(&s->rows, place.segment, s->article.story_number, add_row,
                             s, err);
    if (rc == 0 && s->links)
        rc = dups_rows_links(&s->rows, place.segment, s->article.story_number, add_row,
                             s, err);
    if (rc == 0)
        rc = count_outlets(s, err);
    if (rc != 0)
        return rc;
    qsort(s->entries.items, s->entries.len, sizeof *s->entries.items, compare_entries);
    bool table = session_is_json(s->session) || table_is_asked(s->session);
    return table ? put_table(s, err) : put_text(s, err);
}

int dups_spread_run(struct session *session, int argc, char **argv, struct err *err)
{
    struct spread s = {.session = session};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        {.name = "links",
         .type = OPT_FLAG,
         .target = &s.links,
         .help = "Articles of linked stories too: excerpts, editions, digests."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (dups_helped(session, "spread", options))
        return 0;
    if (n != 1)
        return err_set(err, ERR_USAGE, "dups spread takes one article's ID");
    rc = spread(&s, bytes_str(argv[1]), err);
    row_release(&s.article);
    vec_release(&s.entries);
    dups_rows_release(&s.rows);
    return rc;
}
