#include <inttypes.h>

#include "query/print.h"
#include "query/snippet.h"

void print_head_tsv(struct output *o)
{
    output_put(o, "rank\tof\tstory\tarticle\tscore\thits\thits_all\tarticles\tcopies\t"
                  "date\toutlet\ttitle\tinput\trecord\toffset\tlength\tdigest\t"
                  "hit_from\thit_to\tsnippet\trelation\tmatches\n");
}

static void put_place(struct output *o, const struct provenance_row *p)
{
    char digest[33];
    hash128_hex(p->digest, digest);
    output_field(o, p->input);
    output_printf(o, "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\t", p->record,
                  p->offset, p->len, digest);
}

/* The first hit's bytes and snippet; empty fields for a row without hits. */
static int put_first_hit(const struct print_row *p, struct err *err)
{
    struct output *o = p->output;
    const struct row *r = p->row;
    struct snippet snippet;
    if (r->hits.len == 0) {
        output_put(o, "\t\t");
        return 0;
    }
    int rc = snippet_around(r, 0, 0, &snippet, err);
    if (rc < 0)
        return rc;
    output_printf(o, "%" PRIu64 "\t%" PRIu64 "\t", r->hits.items[0].from,
                  r->hits.items[0].to);
    output_field(o, snippet_text(r, &snippet));
    return 0;
}

int print_row_tsv(const struct print_row *p, struct err *err)
{
    struct output *o = p->output;
    const struct row *r = p->row;
    output_printf(o, "%" PRIu64 "\t%" PRIu64 "\t", p->rank, p->of);
    output_field(o, buf_bytes(&r->story_id));
    output_put(o, "\t");
    output_field(o, r->prov.id);
    output_printf(o, "\t%.6f\t%" PRIu64 "\t%" PRIu64 "\t%u\t%u\t", r->match.score,
                  r->match.hits, r->match.hits_all, r->match.articles,
                  r->story.n_articles - 1);
    print_date(o, r->prov.day);
    output_put(o, "\t");
    output_field(o, r->prov.outlet);
    output_put(o, "\t");
    output_field(o, r->prov.title);
    output_put(o, "\t");
    put_place(o, &r->prov);
    int rc = put_first_hit(p, err);
    output_printf(o, "\t%s\t%zu\n", stories_relation_name(r->member.relation),
                  r->n_hits);
    return rc;
}
