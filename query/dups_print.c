#include "query/dups_print.h"

#include <inttypes.h>

#include "text/compare.h"
#include "query/calendar.h"
#include "query/print.h"

const char *dups_print_relation(uint8_t relation)
{
    switch (relation) {
    case RELATION_ROOT: return "the original";
    case RELATION_SAME: return "the same words";
    case RELATION_EXACT: return "the same text under another title";
    case RELATION_NEAR: return "nearly the same text";
    case RELATION_CONTAINS: return "contains the original";
    case RELATION_CONTAINED: return "part of the original";
    case RELATION_EXCERPT: return "another story with a passage in common";
    case RELATION_EDITION: return "the same text of another day, with other facts";
    case RELATION_DIGEST:
        return "one of the two collects stories, the other among them";
    default: return "?";
    }
}

void dups_print_percent(struct output *o, uint32_t fraction)
{
    output_printf(o, "%" PRIu32 "%%", (fraction + 50) / 100);
}

void dups_print_count(struct output *o, uint64_t n, const char *one, const char *many)
{
    output_printf(o, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

static double fraction(uint32_t value)
{
    return (double)value / STORIES_SCORE_MAX;
}

/* --- TSV ----------------------------------------------------------------------------- */

void dups_print_head_tsv(struct output *o)
{
    output_put(o, "article\tstory\tarticles\trelation\tbase\tscore\tcovered\t"
                  "covered_base\tfrom\tto\tbase_from\tbase_to\trun\trare\t"
                  "facts_agreed\tfacts_differ\trule\tdate\toutlet\ttitle\turl\tinput\t"
                  "member\trecord\toffset\tlength\tdigest\n");
}

static void put_field(struct output *o, struct bytes value)
{
    output_put(o, "\t");
    output_field(o, value);
}

static void put_provenance_tsv(struct output *o, const struct provenance_row *p)
{
    char digest[33], date[CALENDAR_TEXT_MAX];
    hash128_hex(p->digest, digest);
    calendar_format(p->day, UINT32_MAX, date);
    put_field(o, bytes_str(date));
    put_field(o, p->outlet);
    put_field(o, p->title);
    put_field(o, p->url);
    put_field(o, p->input);
    put_field(o, p->member);
    output_printf(o, "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\n", p->record,
                  p->offset, p->len, digest);
}

void dups_print_tsv(struct output *o, const struct dups_row *row)
{
    const struct evidence *e = &row->evidence;
    output_field(o, row->prov.id);
    put_field(o, row->story_id);
    output_printf(o, "\t%" PRIu32 "\t%s", row->articles,
                  stories_relation_name(e->relation));
    put_field(o, row->base_id);
    output_printf(o, "\t%.4f\t", fraction(e->score));
    if (row->compared)
        output_printf(o, "%.4f\t%.4f\t%u\t%u\t%u\t%u\t%u\t%.4f\t%u\t%u\t%s",
                      fraction(e->covered_member), fraction(e->covered_root),
                      e->member_from, e->member_to, e->root_from, e->root_to, e->run,
                      fraction(e->rare), e->facts_agreed, e->facts_differ,
                      compare_rule_name(e->rule));
    else
        output_put(o, "\t\t\t\t\t\t\t\t\t\t");
    put_provenance_tsv(o, &row->prov);
}

/* --- JSON ---------------------------------------------------------------------------- */

static void put_null(struct output *o, const char *key)
{
    output_json_opt(o, key, bytes_str(""));
}

void dups_print_figures_json(struct output *o, const struct evidence *e, bool compared)
{
    static const char *const keys[] = {"covered",      "covered_base", "from", "to",
                                       "base_from",    "base_to",      "run",  "rare",
                                       "facts_agreed", "facts_differ", "rule"};
    for (size_t i = 0; !compared && i < sizeof keys / sizeof *keys; i++)
        put_null(o, keys[i]);
    if (!compared)
        return;
    output_json_real(o, "covered", fraction(e->covered_member));
    output_json_real(o, "covered_base", fraction(e->covered_root));
    output_json_uint(o, "from", e->member_from);
    output_json_uint(o, "to", e->member_to);
    output_json_uint(o, "base_from", e->root_from);
    output_json_uint(o, "base_to", e->root_to);
    output_json_uint(o, "run", e->run);
    output_json_real(o, "rare", fraction(e->rare));
    output_json_uint(o, "facts_agreed", e->facts_agreed);
    output_json_uint(o, "facts_differ", e->facts_differ);
    output_json_str(o, "rule", bytes_str(compare_rule_name(e->rule)));
}

void dups_print_json(struct output *o, const struct dups_row *row)
{
    const struct evidence *e = &row->evidence;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.dups/1"));
    output_json_str(o, "article", row->prov.id);
    output_json_str(o, "story", row->story_id);
    output_json_uint(o, "articles", row->articles);
    output_json_str(o, "relation", bytes_str(stories_relation_name(e->relation)));
    output_json_opt(o, "base", row->base_id);
    output_json_real(o, "score", fraction(e->score));
    dups_print_figures_json(o, e, row->compared);
    print_metadata(o, &row->prov);
    print_provenance(o, &row->prov);
    output_close(o, '}');
}

/* --- text ---------------------------------------------------------------------------- */

/* What of each is in the other. */
static void put_covered(struct output *o, const struct dups_row *row)
{
    const char *base = row->linked ? "of " : "of the original";
    dups_print_percent(o, row->evidence.covered_member);
    output_put(o, " of it, ");
    dups_print_percent(o, row->evidence.covered_root);
    output_printf(o, " %s", base);
    if (row->linked)
        output_line(o, row->base_id);
}

static void put_facts(struct output *o, const struct evidence *e)
{
    if (e->facts_differ == 0)
        return;
    output_put(o, "; ");
    dups_print_count(o, e->facts_differ, "fact differs", "facts differ");
}

static bool has_figures(const struct dups_row *row)
{
    return row->compared && row->evidence.relation != RELATION_SAME;
}

static void put_head(struct output *o, const struct dups_row *row)
{
    const struct provenance_row *p = &row->prov;
    char date[CALENDAR_TEXT_MAX];
    calendar_format(p->day, UINT32_MAX, date);
    output_printf(o, "  %-10s %-10s ", stories_relation_name(row->evidence.relation),
                  date);
    output_style(o, "1");
    output_line(o, p->id);
    output_style(o, NULL);
    output_put(o, p->outlet.len ? " " : "");
    output_line(o, p->outlet);
}

void dups_print_line(struct output *o, const struct dups_row *row)
{
    put_head(o, row);
    if (has_figures(row)) {
        output_style(o, "2");
        output_put(o, " (");
        put_covered(o, row);
        put_facts(o, &row->evidence);
        output_put(o, ")");
        output_style(o, NULL);
    }
    output_put(o, "\n");
}

static void put_span(struct output *o, const char *name, uint32_t from, uint32_t to)
{
    output_printf(o, "%s %" PRIu32 " to %" PRIu32, name, from + 1, to);
}

static void put_figures(struct output *o, const struct dups_row *row)
{
    const struct evidence *e = &row->evidence;
    output_put(o, "             ");
    put_covered(o, row);
    if (e->member_to > e->member_from) {
        put_span(o, "; words", e->member_from, e->member_to);
        put_span(o, " beside", e->root_from, e->root_to);
    }
    output_printf(o, "; longest run %" PRIu32 ", score %.2f\n", e->run,
                  fraction(e->score));
    output_put(o, "             ");
    if (e->facts_agreed + e->facts_differ > 0)
        output_printf(o, "facts: %" PRIu32 " agree, %" PRIu32 " differ; ",
                      e->facts_agreed, e->facts_differ);
    output_printf(o, "rule %s: %s\n", compare_rule_name(e->rule),
                  compare_rule_sentence(e->rule));
}

void dups_print_full(struct output *o, const struct dups_row *row)
{
    put_head(o, row);
    output_put(o, "\n             ");
    output_style(o, "2");
    output_line(o, row->prov.input);
    output_printf(o, ":%" PRIu64, row->prov.record);
    output_style(o, NULL);
    if (row->linked) {
        output_put(o, ", of story ");
        output_line(o, row->story_id);
        output_put(o, ", beside ");
        output_line(o, row->base_id);
    } else {
        output_printf(o, ", %s", dups_print_relation(row->evidence.relation));
    }
    output_put(o, "\n");
    if (has_figures(row))
        put_figures(o, row);
}
