/* The articles of a story that match, below its line. */
#include <inttypes.h>

#include "query/calendar.h"
#include "query/print.h"

enum {
    GROUP_SHOWN = 20 /* in text */
};

typedef void put_article(const struct print_row *p, const struct wording_match *w);

/* Puts each matching article, at most `most`; *n is how many there are. */
static int each(const struct print_row *p, put_article *put, uint64_t most, uint64_t *n,
                struct err *err)
{
    *n = 0;
    for (size_t i = 0; i < p->match->n_wordings; i++) {
        const struct wording_match *w = &p->match->wordings[i];
        for (uint32_t k = 0; k < w->n_articles; k++) {
            if ((*n)++ >= most)
                continue;
            int rc = row_load_article(p->other, p->row->snapshot, p->match->segment,
                                      engine_article(w, k), err);
            if (rc == 0)
                rc = output_flush_large(p->output, err);
            if (rc < 0)
                return rc;
            put(p, w);
        }
    }
    return 0;
}

static void put_line(const struct print_row *p, const struct wording_match *w)
{
    struct output *o = p->output;
    const struct row *r = p->other;
    output_put(o, "   ");
    output_style(o, "2");
    output_printf(o, "%-10s", stories_relation_name(r->member.relation));
    if (r->prov.day != DAY_NONE) {
        print_date(o, r->prov.day);
        output_put(o, "  ");
    }
    if (r->prov.outlet.len) {
        output_line(o, r->prov.outlet);
        output_put(o, "  ");
    }
    output_line(o, r->prov.id);
    output_put(o, "  ");
    output_path(o, r->prov.input);
    output_printf(o, ":%" PRIu64 "  %zu hit%s", r->prov.record, w->n_spans,
                  w->n_spans == 1 ? "" : "s");
    output_style(o, NULL);
    output_put(o, "\n");
}

int print_group_text(const struct print_row *p, struct err *err)
{
    uint64_t n;
    int rc = each(p, put_line, GROUP_SHOWN, &n, err);
    if (rc == 0 && n > GROUP_SHOWN)
        output_printf(p->output, "   %" PRIu64 " more; --format jsonl lists them\n",
                      n - GROUP_SHOWN);
    return rc;
}

static void put_object(const struct print_row *p, const struct wording_match *w)
{
    struct output *o = p->output;
    const struct row *r = p->other;
    char date[CALENDAR_TEXT_MAX];
    calendar_format(r->prov.day, r->prov.second, date);
    output_open(o, NULL, '{');
    output_json_str(o, "article", r->prov.id);
    output_json_str(o, "relation",
                    bytes_str(stories_relation_name(r->member.relation)));
    output_json_opt(o, "date", bytes_str(date));
    output_json_opt(o, "outlet", r->prov.outlet);
    output_json_opt(o, "title", r->prov.title);
    output_json_str(o, "input", r->prov.input);
    output_json_uint(o, "record", r->prov.record);
    output_json_uint(o, "hits", w->n_spans);
    output_close(o, '}');
}

int print_group_json(const struct print_row *p, struct err *err)
{
    uint64_t n;
    output_open(p->output, "members", '[');
    int rc = each(p, put_object, UINT64_MAX, &n, err);
    if (rc == 0)
        output_close(p->output, ']');
    return rc;
}
