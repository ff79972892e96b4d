/* dups why --pairs: many pairs, a line for each. */
#include <inttypes.h>

#include "query/dups_print.h"
#include "query/dups_why.h"
#include "query/pick.h"
#include "query/queries.h"

/* One pair as it was given, and whether both articles were found. */
struct line {
    struct bytes id[2];
    bool found;
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Takes the next word off the text. */
static struct bytes take_word(struct bytes *text)
{
    size_t from = 0, to;
    while (from < text->len && is_blank(text->data[from]))
        from++;
    to = from;
    while (to < text->len && !is_blank(text->data[to]))
        to++;
    struct bytes word = bytes_of(text->data + from, to - from);
    *text = bytes_of(text->data + to, text->len - to);
    return word;
}

static double fraction(uint32_t value)
{
    return (double)value / COMPARE_ONE;
}

static const char *link_name(const struct dups_pair *p)
{
    return p->linked ? stories_relation_name(p->link.relation) : "";
}

static void put_tsv(struct dups_why *w, const struct line *line)
{
    struct output *o = &w->session->output;
    const struct compare_evidence *e = &w->pair.evidence;
    output_field(o, line->found ? w->row[0].prov.id : line->id[0]);
    output_put(o, "\t");
    output_field(o, line->found ? w->row[1].prov.id : line->id[1]);
    if (line->found)
        output_printf(o, "\t%s\t%s\t%.4f\t%.4f\t%.4f\t%" PRIu32 "\t%d\t%s\n",
                      compare_relation_name(e->relation), compare_rule_name(e->rule),
                      fraction(e->score), fraction(e->covered[0]),
                      fraction(e->covered[1]), e->run, w->pair.same_story,
                      link_name(&w->pair));
    else
        output_put(o, "\t\t\t\t\t\t\t\t\n");
}

static void put_json(struct dups_why *w, const struct line *line)
{
    struct output *o = &w->session->output;
    const struct compare_evidence *e = &w->pair.evidence;
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str("stemma.dups-pair/1"));
    output_json_str(o, "a", line->found ? w->row[0].prov.id : line->id[0]);
    output_json_str(o, "b", line->found ? w->row[1].prov.id : line->id[1]);
    output_json_bool(o, "found", line->found);
    if (line->found) {
        output_json_str(o, "relation", bytes_str(compare_relation_name(e->relation)));
        output_json_str(o, "rule", bytes_str(compare_rule_name(e->rule)));
        output_json_real(o, "score", fraction(e->score));
        output_json_real(o, "covered_a", fraction(e->covered[0]));
        output_json_real(o, "covered_b", fraction(e->covered[1]));
        output_json_uint(o, "run", e->run);
        output_json_bool(o, "same_story", w->pair.same_story);
        output_json_opt(o, "link", bytes_str(link_name(&w->pair)));
    }
    output_close(o, '}');
}

static void put_text(struct dups_why *w, const struct line *line)
{
    struct output *o = &w->session->output;
    const struct compare_evidence *e = &w->pair.evidence;
    output_line(o, line->found ? w->row[0].prov.id : line->id[0]);
    output_put(o, " ");
    output_line(o, line->found ? w->row[1].prov.id : line->id[1]);
    if (line->found) {
        output_printf(o, ": %s (%s), ", compare_relation_name(e->relation),
                      compare_rule_name(e->rule));
        dups_print_percent(o, e->covered[0]);
        output_put(o, " and ");
        dups_print_percent(o, e->covered[1]);
        output_printf(o, " covered, longest run %" PRIu32 ", %s\n", e->run,
                      w->pair.same_story ? "one story"
                      : w->pair.linked   ? "linked stories"
                                         : "two stories");
    } else {
        output_put(o, ": not compared\n");
    }
}

/* An ID that means no article, or several, costs its line and no more. */
static int find(struct dups_why *w, struct bytes id, uint64_t number,
                struct show_place *out, struct err *err)
{
    struct err told = {0};
    int rc = pick_article(w->session, id, out, &told);
    if (rc == ERR_USAGE) {
        session_say(w->session, LOG_WARNING, "line %" PRIu64 ": %s", number, told.msg);
        return ITER_END;
    }
    return rc < 0 ? err_set(err, rc, "%s", told.msg) : rc;
}

static int put_pair(struct dups_why *w, struct bytes text, uint64_t number,
                    bool *related, struct err *err)
{
    struct line line = {0};
    struct show_place a = {0}, b = {0};
    line.id[0] = take_word(&text);
    line.id[1] = take_word(&text);
    if (line.id[1].len == 0)
        return err_set(err, ERR_USAGE, "pairs: line %" PRIu64 " has not two IDs",
                       number);
    int rc = find(w, line.id[0], number, &a, err);
    if (rc == 0)
        rc = find(w, line.id[1], number, &b, err);
    line.found = rc == 0;
    if (rc == 0)
        rc = dups_why_load(w, a, b, false, err);
    if (rc < 0)
        return rc;
    if (w->session->format == OUTPUT_TEXT)
        put_text(w, &line);
    else if (w->session->format == OUTPUT_TSV)
        put_tsv(w, &line);
    else
        put_json(w, &line);
    *related |= line.found && dups_pair_related(w->pair.evidence.relation);
    return output_flush_large(&w->session->output, err);
}

int dups_why_file(struct dups_why *w, const char *path, struct err *err)
{
    struct output *o = &w->session->output;
    struct queries lines = {0};
    bool related = false;
    int rc = queries_read(&lines, path, err);
    if (rc == 0 && w->session->format == OUTPUT_TSV)
        output_put(o, "a\tb\trelation\trule\tscore\tcovered_a\tcovered_b\trun\t"
                      "same_story\tlink\n");
    if (rc == 0 && w->session->format == OUTPUT_JSON) {
        output_open(o, NULL, '{');
        output_json_str(o, "schema", bytes_str("stemma.dups-pair-list/1"));
        output_open(o, "results", '[');
    }
    for (size_t i = 0; rc == 0 && i < lines.items.len; i++) {
        struct bytes text = queries_get(&lines, i);
        if (text.len > 0 && text.data[0] != '#')
            rc = put_pair(w, text, lines.items.items[i].line, &related, err);
    }
    if (rc == 0 && w->session->format == OUTPUT_JSON) {
        output_close(o, ']');
        output_close(o, '}');
    }
    queries_release(&lines);
    return rc ? rc : !related;
}
