#include <inttypes.h>

#include "query/calendar.h"
#include "query/print.h"
#include "query/snippet.h"

void print_date(struct output *o, int32_t day)
{
    char date[CALENDAR_TEXT_MAX];
    calendar_format(day, UINT32_MAX, date);
    output_put(o, date);
}

/* "1. Title", its hits marked. */
static int put_title_line(const struct print_row *p, struct err *err)
{
    struct output *o = p->output;
    struct snippet title;
    struct buf text = {0};
    int rc = p->row->title_hits > 0 ? snippet_of_title(p->row, &title, err) : ITER_END;
    output_printf(o, "%" PRIu64 ". ", p->rank);
    if (rc == 0) {
        snippet_print(p->row, &title, o);
    } else if (rc == ITER_END) {
        rc = row_title(p->row, &text, err);
        output_style(o, "1");
        output_line(o, buf_bytes(&text));
        output_style(o, NULL);
    }
    output_put(o, "\n");
    buf_release(&text);
    return rc;
}

/* Of an article that is not its story's original. */
static void put_relation(const struct print_row *p)
{
    const struct row *r = p->row;
    if (r->article == r->story.original)
        return;
    output_put(p->output, "copy of ");
    output_line(p->output, buf_bytes(&r->story_id));
    output_printf(p->output, " (%s)  ", stories_relation_name(r->member.relation));
}

static void put_meta_line(const struct print_row *p)
{
    struct output *o = p->output;
    const struct row *r = p->row;
    output_put(o, "   ");
    output_style(o, "2");
    if (r->prov.day != DAY_NONE) {
        print_date(o, r->prov.day);
        output_put(o, "  ");
    }
    if (r->prov.outlet.len) {
        output_line(o, r->prov.outlet);
        output_put(o, "  ");
    }
    if (r->story.n_articles > 1 && p->copies != SHOWN_ALL)
        output_printf(o, "+%u cop%s  ", r->story.n_articles - 1,
                      r->story.n_articles == 2 ? "y" : "ies");
    put_relation(p);
    output_line(o, r->prov.id);
    output_put(o, "  ");
    output_path(o, r->prov.input);
    output_printf(o, ":%" PRIu64, r->prov.record);
    output_style(o, NULL);
    output_put(o, "\n");
}

static void put_snippet(const struct print_row *p, const struct snippet *s)
{
    output_put(p->output, "   ");
    snippet_print(p->row, s, p->output);
    output_put(p->output, "\n");
}

/* Snippets of the hits in the body. A hit that stands whole in one above has none of its own, and no
 * words are shown twice. */
static int put_snippets(const struct print_row *p, struct err *err)
{
    const struct row *r = p->row;
    uint64_t shown = 0;
    size_t told = r->title_hits;
    struct snippet last = {0};
    for (size_t h = 0; h < r->hits.len; h++) {
        if (row_hit_in_title(r, h))
            continue;
        if (r->hits.items[h].text_to > last.text_to) {
            if (shown++ == p->hits_max)
                break;
            int rc = snippet_around(r, h, last.to, &last, err);
            if (rc < 0)
                return rc;
            put_snippet(p, &last);
        }
        told++;
    }
    if (told < r->n_hits)
        output_printf(p->output, "   %zu more hit%s in this article\n",
                      r->n_hits - told, r->n_hits - told == 1 ? "" : "s");
    return 0;
}

/* Passages that only the story's other texts have. */
static void put_elsewhere(const struct print_row *p)
{
    const struct row *r = p->row;
    if (p->copies != SHOWN_ALL && r->match.hits > r->n_hits)
        output_printf(p->output, "   %" PRIu64 " more hit%s in copies of it\n",
                      r->match.hits - r->n_hits,
                      r->match.hits - r->n_hits == 1 ? "" : "s");
}

static int put_beginning(const struct print_row *p, struct err *err)
{
    struct snippet beginning;
    int rc = snippet_of_body(p->row, &beginning, err);
    if (rc == 0)
        put_snippet(p, &beginning);
    return rc < 0 ? rc : 0;
}

int print_row_text(const struct print_row *p, struct err *err)
{
    int rc = put_title_line(p, err);
    if (rc < 0)
        return rc;
    put_meta_line(p);
    /* A title alone says too little. */
    rc = p->row->title_hits == p->row->n_hits ? put_beginning(p, err)
                                              : put_snippets(p, err);
    put_elsewhere(p);
    if (rc == 0 && p->copies == SHOWN_GROUP && p->row->story.n_articles > 1)
        rc = print_group_text(p, err);
    output_put(p->output, "\n");
    return rc;
}

static void put_pair(struct output *o, uint64_t hits, uint64_t units, const char *one,
                     const char *many)
{
    output_printf(o, "%" PRIu64 " hit%s in %" PRIu64 " %s", hits, hits == 1 ? "" : "s",
                  units, units == 1 ? one : many);
}

void print_totals(struct output *o, const struct engine_totals *t)
{
    put_pair(o, t->hits, t->stories, "story", "stories");
    output_put(o, " (");
    put_pair(o, t->hits_all, t->articles, "article", "articles");
    output_put(o, ")");
}
