#include <inttypes.h>

#include "query/calendar.h"
#include "query/print.h"
#include "query/snippet.h"

void print_head_tsv(struct output *o)
{
    output_put(o, "rank\tof\tstory\tarticle\tscore\thits\thits_"
                  "all\tarticles\tdate\toutlet\ttitle\tinput\trecord\t"
                  "offset\tlength\tdigest\thit_from\thit_to\tsnippet\n");
}

int print_row_tsv(const struct print_row *p, struct err *err)
{
    struct output *o = p->output;
    const struct row *r = p->row;
    char digest[33];
    hash128_hex(r->prov.digest, digest);
    output_printf(o, "%" PRIu64 "\t%" PRIu64 "\t", p->rank, p->of);
    output_field(o, buf_bytes(&r->story_id));
    output_put(o, "\t");
    output_field(o, r->prov.id);
    output_printf(o, "\t%.6f\t%" PRIu64 "\t%" PRIu64 "\t%u\t", r->match.score,
                  r->match.hits, r->match.hits_all, r->match.articles);
    print_date(o, r->prov.day);
    output_put(o, "\t");
    output_field(o, r->prov.outlet);
    output_put(o, "\t");
    struct buf title = {0};
    int rc = row_title(r, &title, err);
    output_field(o, buf_bytes(&title));
    buf_release(&title);
    output_put(o, "\t");
    output_field(o, r->prov.input);
    output_printf(o, "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\t", r->prov.record,
                  r->prov.offset, r->prov.len, digest);
    if (rc == 0 && r->hits.len > 0) {
        struct snippet snippet;
        rc = snippet_window(r, 0, &snippet, err);
        output_printf(o, "%" PRIu64 "\t%" PRIu64 "\t", r->hits.items[0].from,
                      r->hits.items[0].to);
        if (rc == 0)
            output_field(o, snippet_text(r, &snippet));
    } else {
        output_put(o, "\t\t");
    }
    output_put(o, "\n");
    return rc;
}
