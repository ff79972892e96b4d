/* dups list: the stories of several articles, or all articles, and the links between stories. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/dups.h"
#include "query/dups_print.h"
#include "query/dups_rows.h"
#include "query/pick.h"

enum {
    LIMIT_TEXT = 20, /* groups in text */
    LINK_RELATIONS =
        1 << RELATION_EXCERPT | 1 << RELATION_EDITION | 1 << RELATION_DIGEST,
    ALL_RELATIONS = (1 << (STORIES_RELATION_MAX + 1)) - 1
};

enum sort {
    SORT_SIZE,
    SORT_CANONICAL
};

struct group {
    uint32_t segment;
    story_id story;
    uint32_t n; /* articles */
};

struct list {
    struct session *session;
    /* options */
    int sort;
    uint64_t min, limit;
    const char *relation;
    bool all, links;
    /* state */
    uint32_t mask; /* of relations that are listed */
    VEC(struct group) groups;
    struct dups_rows rows;
    uint64_t n_rows;     /* printed */
    uint64_t n_seen;     /* looked at */
    uint64_t n_groups;   /* that there are */
    uint64_t n_articles; /* in them */
    struct table table;  /* of TSV, CSV, and text with --fields */
    bool columns;        /* it is asked for */
    bool head_due;       /* of the group that is printed */
    struct buf title;    /* its original's; owned */
};

static const struct stories *stories_of(const struct list *l)
{
    return l->session->snapshot.stories;
}

/* --- choosing ------------------------------------------------------------------------ */

/* Reads "near,contained". */
static int parse_relations(struct list *l, struct err *err)
{
    l->mask = l->relation ? 0 : ALL_RELATIONS;
    for (const char *p = l->relation; p && *p;) {
        char name[32];
        size_t n = strcspn(p, ",");
        if (n >= sizeof name)
            return err_set(err, ERR_USAGE, "--relation: '%s' is no relation", p);
        memcpy(name, p, n);
        name[n] = 0;
        int relation = stories_relation_of(name);
        if (relation < 0)
            return err_set(err, ERR_USAGE,
                           "--relation: '%s' is none of root, same, exact, near, "
                           "contains, contained, excerpt, edition, digest",
                           name);
        l->mask |= UINT32_C(1) << relation;
        p += n + (p[n] == ',');
    }
    if (l->mask == 0)
        return err_set(err, ERR_USAGE,
                       "--relation takes a relation, or several: near,same");
    if (l->relation && (l->mask & LINK_RELATIONS))
        l->links = true;
    return 0;
}

static bool is_listed(const struct list *l, const struct evidence *e)
{
    return l->mask >> e->relation & 1;
}

/* Whether a story has an article that is listed: 1, 0 or an error. */
static int has_listed(const struct list *l, uint32_t segment, story_id story,
                      struct err *err)
{
    struct stories_walk walk;
    struct evidence e;
    if (l->mask == ALL_RELATIONS)
        return 1;
    int rc = stories_members(stories_of(l), segment, story, &walk, err);
    while (rc == 0 && (rc = stories_members_next(&walk, &e, err)) == 0) {
        if (is_listed(l, &e))
            return 1;
    }
    return rc == ITER_END ? 0 : rc;
}

static int add_group(struct list *l, uint32_t segment, story_id story, bool named,
                     struct err *err)
{
    struct story_record r = {0};
    int rc = stories_get(stories_of(l), segment, story, &r, err);
    if (rc != 0 || (!named && r.n_articles < l->min))
        return rc;
    rc = named ? 1 : has_listed(l, segment, story, err);
    if (rc <= 0)
        return rc;
    l->n_groups++;
    l->n_articles += r.n_articles;
    if (!vec_push(&l->groups, (struct group){segment, story, r.n_articles}))
        return err_set(err, ERR_NOMEM, "out of memory");
    return 0;
}

/* Stories of one article have no record unless --min 1 wants them. */
static int collect_segment(struct list *l, uint32_t segment, struct err *err)
{
    uint32_t n = 0, n_articles = 0;
    story_id story = 0;
    int rc = stories_counts(stories_of(l), segment, &n, &n_articles, err);
    for (story_id next = 0; rc == 0 && next < n; next = story + 1) {
        story = next;
        rc = deadline_tick(&l->session->deadline, l->n_seen++, err);
        if (rc == 0 && l->min > 1)
            rc = stories_next_stored(stories_of(l), segment, next, &story, err);
        if (rc == 0)
            rc = add_group(l, segment, story, false, err);
    }
    return rc == ITER_END ? 0 : rc;
}

static int compare_size(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    if (x->segment != y->segment)
        return x->segment < y->segment ? -1 : 1;
    return (x->story > y->story) - (x->story < y->story);
}

static int collect(struct list *l, struct err *err)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < stories_n_segments(stories_of(l)); i++)
        rc = collect_segment(l, i, err);
    if (rc == 0 && l->sort == SORT_SIZE && l->groups.len > 1)
        qsort(l->groups.items, l->groups.len, sizeof *l->groups.items, compare_size);
    return rc;
}

/* The stories of the articles named, each once, in the order given. */
static int collect_named(struct list *l, int n, char **ids, struct err *err)
{
    for (int i = 0; i < n; i++) {
        struct show_place place;
        story_id story = 0;
        struct article_view view;
        patch_vec patches = {0};
        bool known = false;
        int rc = pick_article(l->session, bytes_str(ids[i]), &place, err);
        if (rc == ITER_END)
            continue;
        if (rc != 0)
            return rc;
        const struct segment *s = &l->session->snapshot.segments[place.segment];
        rc = articles_get(&s->articles, place.article, &view, &patches, err);
        vec_release(&patches);
        if (rc == 0)
            rc = wordings_story_of_wording(&s->wordings, view.wording, &story, err);
        vec_foreach(struct group, g, &l->groups)
            known |= g->segment == place.segment && g->story == story;
        if (rc == 0 && !known)
            rc = add_group(l, place.segment, story, true, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- printing ------------------------------------------------------------------------ */

/* Paragraphs for people. */
static bool is_text(const struct list *l)
{
    return l->session->format == OUTPUT_TEXT && !l->columns;
}

static void put_group_head(struct list *l, uint32_t articles)
{
    struct output *o = &l->session->output;
    output_style(o, "1");
    output_line(o, buf_bytes(&l->title));
    output_style(o, NULL);
    output_put(o, "  ");
    dups_print_count(o, articles, "article", "articles");
    output_put(o, "\n");
    l->head_due = false;
}

static int put_row(void *arg, const struct dups_row *row, struct err *err)
{
    struct list *l = arg;
    struct output *o = &l->session->output;
    if (l->head_due && !row->compared) {
        buf_reset(&l->title);
        int rc = dups_rows_title(&l->rows, row, &l->title, err);
        if (rc != 0)
            return rc;
    }
    if (!is_listed(l, &row->evidence))
        return 0;
    if (l->head_due)
        put_group_head(l, row->articles);
    l->n_rows++;
    if (l->columns)
        return dups_print_row(&l->table, row, err);
    if (l->session->format == OUTPUT_TEXT)
        dups_print_line(o, row);
    else
        dups_print_json(o, row);
    return output_flush_large(o, err);
}

/* In text a group is a paragraph with a head; --all has lines only. */
static int put_group(struct list *l, uint32_t segment, story_id story, struct err *err)
{
    bool head = is_text(l) && !l->all;
    l->head_due = head;
    int rc = dups_rows_story(&l->rows, segment, story, put_row, l, err);
    if (rc == 0 && head && !l->head_due)
        output_put(&l->session->output, "\n");
    l->head_due = false;
    return rc;
}

/* Every article of the archive, in canonical order; nothing is collected. */
static int put_all(struct list *l, struct err *err)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < stories_n_segments(stories_of(l)); i++) {
        uint32_t n = 0, n_articles = 0;
        rc = stories_counts(stories_of(l), i, &n, &n_articles, err);
        l->n_groups += n;
        l->n_articles += n_articles;
        for (story_id story = 0; rc == 0 && story < n; story++)
            rc = put_group(l, i, story, err);
    }
    return rc;
}

static size_t n_shown(const struct list *l)
{
    return l->limit && l->limit < l->groups.len ? (size_t)l->limit : l->groups.len;
}

static int put_groups(struct list *l, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n_shown(l); i++) {
        const struct group *g = &l->groups.items[i];
        rc = put_group(l, g->segment, g->story, err);
    }
    return rc;
}

/* Links of the stories listed; of all stories where none are named. */
static int put_links(struct list *l, bool named, struct err *err)
{
    int rc = 0;
    uint64_t before = l->n_rows;
    bool text = is_text(l);
    if (text)
        output_put(&l->session->output, "links between stories\n");
    if (!named)
        rc = dups_rows_all_links(&l->rows, put_row, l, err);
    for (size_t i = 0; rc == 0 && named && i < l->groups.len; i++) {
        const struct group *g = &l->groups.items[i];
        rc = dups_rows_links(&l->rows, g->segment, g->story, put_row, l, err);
    }
    if (text)
        output_put(&l->session->output, l->n_rows == before ? "  none\n\n" : "\n");
    return rc;
}

static int put_head(struct list *l, struct err *err)
{
    struct output *o = &l->session->output;
    if (l->columns)
        return table_begin(&l->table, l->session, &dups_print_schema, err);
    if (l->session->format != OUTPUT_JSON)
        return 0;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.dups-list/1"));
    output_open(o, "results", '[');
    return 0;
}

static int put_tail(struct list *l, struct err *err)
{
    struct output *o = &l->session->output;
    size_t shown = l->all ? l->n_groups : n_shown(l);
    if (l->session->format == OUTPUT_JSON) {
        output_close(o, ']');
        output_json_uint(o, "stories", l->n_groups);
        output_json_uint(o, "articles", l->n_articles);
        output_json_bool(o, "more", shown < l->n_groups);
        output_close(o, '}');
    }
    if (is_text(l)) {
        dups_print_count(o, l->n_articles, "article", "articles");
        output_put(o, " in ");
        dups_print_count(o, l->n_groups, "story", "stories");
        if (shown < l->n_groups)
            output_printf(o, "; %zu shown", shown);
        output_put(o, "\n");
    }
    if (shown < l->n_groups)
        session_say(l->session, LOG_INFO,
                    "%zu of %" PRIu64 " stories shown; --limit 0 shows all", shown,
                    l->n_groups);
    return l->columns ? table_end(&l->table, err) : 0;
}

static int list(struct list *l, int n, char **ids, struct err *err)
{
    int rc = parse_relations(l, err);
    l->columns = table_is_asked(l->session);
    if (rc == 0 && session_is_json(l->session))
        rc = session_keys(l->session, dups_print_keys, err);
    if (rc == 0)
        rc = session_open(l->session, err);
    if (rc != 0)
        return rc;
    l->rows.snapshot = &l->session->snapshot;
    if (l->limit == UINT64_MAX)
        l->limit = is_text(l) && n == 0 ? LIMIT_TEXT : 0;
    if (n > 0)
        rc = collect_named(l, n, ids, err);
    else if (!l->all)
        rc = collect(l, err);
    if (rc != 0)
        return rc;
    rc = put_head(l, err);
    if (rc == 0)
        rc = l->all ? put_all(l, err) : put_groups(l, err);
    if (rc == 0 && l->links)
        rc = put_links(l, n > 0, err);
    if (rc != 0)
        return rc;
    rc = put_tail(l, err);
    return rc ? rc : l->n_rows == 0;
}

int dups_list_run(struct session *session, int argc, char **argv, struct err *err)
{
    struct list l = {.session = session, .min = 2, .limit = UINT64_MAX};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        {.name = "sort",
         .type = OPT_CHOICE,
         .target = &l.sort,
         .value = "ORDER",
         .choices = "size|canonical",
         .help = "Largest stories first (the default), or in canonical order: by the "
                 "original's date."},
        {.name = "min",
         .type = OPT_UINT,
         .target = &l.min,
         .value = "N",
         .min = 1,
         .max = UINT32_MAX,
         .help = "List stories of N articles or more (default 2)."},
        {.name = "relation",
         .type = OPT_STRING,
         .target = &l.relation,
         .value = "R",
         .help = "List only articles with this relation: root, same, exact, near, "
                 "contains, contained, excerpt, edition, digest, or several with "
                 "commas."},
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &l.limit,
         .value = "N",
         .max = UINT32_MAX,
         .help = "Show N stories (0: all; default: 20 in text, else all)."},
        {.name = "links",
         .type = OPT_FLAG,
         .target = &l.links,
         .help = "List links between stories too: excerpts, editions, digests."},
        {.name = "all",
         .type = OPT_FLAG,
         .target = &l.all,
         .help = "A line for every article of the archive, with copies or not."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (dups_helped(session, "list", options))
        return 0;
    if (l.all && n > 0)
        return err_set(err, ERR_USAGE, "--all lists every article: it takes no ID");
    rc = list(&l, n, argv + 1, err);
    vec_release(&l.groups);
    buf_release(&l.title);
    dups_rows_release(&l.rows);
    table_release(&l.table);
    return rc;
}
