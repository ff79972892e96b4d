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
        output_text(o, r->prov.outlet);
        output_put(o, "  ");
    }
    if (r->story.n_articles > 1)
        output_printf(o, "+%u cop%s  ", r->story.n_articles - 1,
                      r->story.n_articles == 2 ? "y" : "ies");
    output_text(o, r->prov.id);
    output_put(o, "  ");
    output_text(o, r->prov.input);
    output_printf(o, ":%" PRIu64, r->prov.record);
    output_style(o, NULL);
    output_put(o, "\n");
}

int print_row_text(const struct print_row *p, struct err *err)
{
    struct output *o = p->output;
    struct buf title = {0};
    int rc = row_title(p->row, &title, err);
    output_printf(o, "%" PRIu64 ". ", p->rank);
    output_style(o, "1");
    output_text(o, buf_bytes(&title));
    output_style(o, NULL);
    output_put(o, "\n");
    buf_release(&title);
    put_meta_line(p);
    uint64_t shown = 0;
    uint32_t covered = 0;
    for (size_t h = 0; rc == 0 && h < p->row->hits.len && shown < p->hits_max; h++) {
        if (h > 0 && p->row->hits.items[h].text_to <= covered)
            continue; /* stands in the snippet above */
        struct snippet snippet;
        rc = snippet_window(p->row, h, &snippet, err);
        if (rc == 0) {
            output_put(o, "   ");
            snippet_print(p->row, &snippet, o);
            output_put(o, "\n");
            covered = snippet.text_to;
            shown++;
        }
    }
    output_put(o, "\n");
    return rc;
}

void print_totals(struct output *o, const struct engine_totals *t)
{
    output_printf(o,
                  "%" PRIu64 " hit%s in %" PRIu64 " stor%s (%" PRIu64 " in %" PRIu64
                  " article%s)\n",
                  t->hits, t->hits == 1 ? "" : "s", t->stories,
                  t->stories == 1 ? "y" : "ies", t->hits_all, t->articles,
                  t->articles == 1 ? "" : "s");
}
