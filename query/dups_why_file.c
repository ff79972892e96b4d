/* dups why --pairs: many pairs, a line for each. */
#include <inttypes.h>

#include "query/dups_print.h"
#include "query/dups_why.h"
#include "query/pick.h"
#include "query/queries.h"
#include "query/table.h"

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

enum column {
    A,
    B,
    RELATION,
    RULE,
    SCORE,
    COVERED_A,
    COVERED_B,
    RUN,
    SAME_STORY,
    LINK,
    FOUND,
    N_COLUMNS
};

/* All from RELATION to LINK are null where an ID was not found. */
static const struct table_column columns[N_COLUMNS] = {
    [A] = {.name = "a"},
    [B] = {.name = "b"},
    [RELATION] = {.name = "relation", .flags = TABLE_NULLABLE},
    [RULE] = {.name = "rule", .flags = TABLE_NULLABLE},
    [SCORE] = {.name = "score", .kind = TABLE_REAL, .digits = 4},
    [COVERED_A] = {.name = "covered_a", .kind = TABLE_REAL, .digits = 4},
    [COVERED_B] = {.name = "covered_b", .kind = TABLE_REAL, .digits = 4},
    [RUN] = {.name = "run", .kind = TABLE_UINT},
    [SAME_STORY] = {.name = "same_story", .kind = TABLE_BOOL},
    [LINK] = {.name = "link", .flags = TABLE_NULLABLE},
    [FOUND] = {.name = "found", .kind = TABLE_BOOL},
};

static const struct table_schema schema = {
    "stemma.dups-pair/1", "stemma.dups-pair-list/1", columns, N_COLUMNS};

static int put_line(struct dups_why *w, struct table *t, const struct line *line,
                    struct err *err)
{
    const struct compare_evidence *e = &w->pair.evidence;
    table_text(t, A, line->found ? w->row[0].prov.id : line->id[0]);
    table_text(t, B, line->found ? w->row[1].prov.id : line->id[1]);
    table_bool(t, FOUND, line->found);
    if (line->found) {
        table_text(t, RELATION, bytes_str(compare_relation_name(e->relation)));
        table_text(t, RULE, bytes_str(compare_rule_name(e->rule)));
        table_real(t, SCORE, fraction(e->score));
        table_real(t, COVERED_A, fraction(e->covered[0]));
        table_real(t, COVERED_B, fraction(e->covered[1]));
        table_uint(t, RUN, e->run);
        table_bool(t, SAME_STORY, w->pair.same_story);
        table_opt(t, LINK, bytes_str(link_name(&w->pair)));
    }
    return table_row(t, err);
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

/* t is NULL where text for people is asked for. */
static int put_pair(struct dups_why *w, struct table *t, struct bytes text,
                    uint64_t number, bool *related, struct err *err)
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
    *related |= line.found && dups_pair_related(w->pair.evidence.relation);
    if (t)
        return put_line(w, t, &line, err);
    put_text(w, &line);
    return output_flush_large(&w->session->output, err);
}

int dups_why_file(struct dups_why *w, const char *path, struct err *err)
{
    struct queries lines = {0};
    struct table table = {0};
    bool related = false;
    bool rows = session_is_json(w->session) || table_is_asked(w->session);
    int rc = queries_read(&lines, path, err);
    if (rc == 0 && rows)
        rc = table_begin(&table, w->session, &schema, err);
    for (size_t i = 0; rc == 0 && i < lines.items.len; i++) {
        struct bytes text = queries_get(&lines, i);
        if (text.len > 0 && text.data[0] != '#')
            rc = put_pair(w, rows ? &table : NULL, text, lines.items.items[i].line,
                          &related, err);
    }
    if (rc == 0 && rows)
        rc = table_end(&table, err);
    table_release(&table);
    queries_release(&lines);
    return rc ? rc : !related;
}
