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

/* --- columns ------------------------------------------------------------------------- */

enum column {
    ARTICLE,
    STORY,
    ARTICLES,
    RELATION,
    BASE,
    SCORE,
    COVERED,
    COVERED_BASE,
    FROM,
    TO,
    BASE_FROM,
    BASE_TO,
    RUN,
    RARE,
    FACTS_AGREED,
    FACTS_DIFFER,
    RULE,
    DATE,
    OUTLET,
    TITLE,
    URL,
    INPUT,
    MEMBER,
    RECORD,
    OFFSET,
    LENGTH,
    DIGEST,
    N_COLUMNS
};

#define PART  .kind = TABLE_REAL, .digits = 4
#define COUNT .kind = TABLE_UINT
static const struct table_column columns[N_COLUMNS] = {
    [ARTICLE] = {.name = "article"},
    [STORY] = {.name = "story"},
    [ARTICLES] = {.name = "articles", COUNT},
    [RELATION] = {.name = "relation"},
    [BASE] = {.name = "base", .flags = TABLE_NULLABLE},
    [SCORE] = {.name = "score", PART},
    [COVERED] = {.name = "covered", PART, .flags = TABLE_NULLABLE},
    [COVERED_BASE] = {.name = "covered_base", PART, .flags = TABLE_NULLABLE},
    [FROM] = {.name = "from", COUNT, .flags = TABLE_NULLABLE},
    [TO] = {.name = "to", COUNT, .flags = TABLE_NULLABLE},
    [BASE_FROM] = {.name = "base_from", COUNT, .flags = TABLE_NULLABLE},
    [BASE_TO] = {.name = "base_to", COUNT, .flags = TABLE_NULLABLE},
    [RUN] = {.name = "run", COUNT, .flags = TABLE_NULLABLE},
    [RARE] = {.name = "rare", PART, .flags = TABLE_NULLABLE},
    [FACTS_AGREED] = {.name = "facts_agreed", COUNT, .flags = TABLE_NULLABLE},
    [FACTS_DIFFER] = {.name = "facts_differ", COUNT, .flags = TABLE_NULLABLE},
    [RULE] = {.name = "rule", .flags = TABLE_NULLABLE},
    [DATE] = {.name = "date", .flags = TABLE_NULLABLE},
    [OUTLET] = {.name = "outlet", .flags = TABLE_NULLABLE},
    [TITLE] = {.name = "title", .flags = TABLE_NULLABLE | TABLE_WIDE},
    [URL] = {.name = "url", .flags = TABLE_NULLABLE},
    [INPUT] = {.name = "input"},
    [MEMBER] = {.name = "member", .flags = TABLE_NULLABLE},
    [RECORD] = {.name = "record", COUNT},
    [OFFSET] = {.name = "offset", COUNT},
    [LENGTH] = {.name = "length", COUNT},
    [DIGEST] = {.name = "digest"},
};
#undef PART
#undef COUNT

const struct table_schema dups_print_schema = {NULL, NULL, columns, N_COLUMNS};

static void put_figures_cells(struct table *t, const struct evidence *e)
{
    table_real(t, COVERED, fraction(e->covered_member));
    table_real(t, COVERED_BASE, fraction(e->covered_root));
    table_uint(t, FROM, e->member_from);
    table_uint(t, TO, e->member_to);
    table_uint(t, BASE_FROM, e->root_from);
    table_uint(t, BASE_TO, e->root_to);
    table_uint(t, RUN, e->run);
    table_real(t, RARE, fraction(e->rare));
    table_uint(t, FACTS_AGREED, e->facts_agreed);
    table_uint(t, FACTS_DIFFER, e->facts_differ);
    table_text(t, RULE, bytes_str(compare_rule_name(e->rule)));
}

static void put_provenance_cells(struct table *t, const struct provenance_row *p)
{
    char digest[33], date[CALENDAR_TEXT_MAX];
    hash128_hex(p->digest, digest);
    calendar_format(p->day, UINT32_MAX, date);
    table_opt(t, DATE, bytes_str(date));
    table_opt(t, OUTLET, p->outlet);
    table_opt(t, TITLE, p->title);
    table_opt(t, URL, p->url);
    table_text(t, INPUT, p->input);
    table_opt(t, MEMBER, p->member);
    table_uint(t, RECORD, p->record);
    table_uint(t, OFFSET, p->offset);
    table_uint(t, LENGTH, p->len);
    table_text(t, DIGEST, bytes_str(digest));
}

int dups_print_row(struct table *t, const struct dups_row *row, struct err *err)
{
    const struct evidence *e = &row->evidence;
    table_text(t, ARTICLE, row->prov.id);
    table_text(t, STORY, row->story_id);
    table_uint(t, ARTICLES, row->articles);
    table_text(t, RELATION, bytes_str(stories_relation_name(e->relation)));
    table_opt(t, BASE, row->base_id);
    table_real(t, SCORE, fraction(e->score));
    if (row->compared)
        put_figures_cells(t, e);
    put_provenance_cells(t, &row->prov);
    return table_row(t, err);
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

const char *const dups_print_keys[] = {"article",
                                       "story",
                                       "articles",
                                       "relation",
                                       "base",
                                       "score",
                                       "covered",
                                       "covered_base",
                                       "from",
                                       "to",
                                       "base_from",
                                       "base_to",
                                       "run",
                                       "rare",
                                       "facts_agreed",
                                       "facts_differ",
                                       "rule",
                                       "title",
                                       "date",
                                       "outlet",
                                       "author",
                                       "url",
                                       "section",
                                       "language",
                                       "tags",
                                       "provenance",
                                       "provenance.input",
                                       "provenance.member",
                                       "provenance.record",
                                       "provenance.offset",
                                       "provenance.length",
                                       "provenance.digest",
                                       "provenance.reader",
                                       NULL};

void dups_print_json(struct output *o, const struct dups_row *row)
{
    const struct evidence *e = &row->evidence;
    output_open_row(o, "stemma.dups/1");
    output_json_str(o, "article", row->prov.id);
    output_json_str(o, "story", row->story_id);
    output_json_uint(o, "articles", row->articles);
    output_json_str(o, "relation", bytes_str(stories_relation_name(e->relation)));
    output_json_opt(o, "base", row->base_id);
    output_json_real(o, "score", fraction(e->score));
    dups_print_figures_json(o, e, row->compared);
    print_metadata(o, &row->prov);
    print_provenance(o, &row->prov);
    output_close_row(o);
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
    output_path(o, row->prov.input);
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
