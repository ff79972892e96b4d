/* One pair as dups why tells it. */
#include <inttypes.h>

#include "query/dups_facts.h"
#include "query/dups_print.h"
#include "query/dups_why.h"
#include "query/pairs.h"

enum {
    AROUND = 6 /* words shown on each side of a match's ends */
};

/* Numbers that are told in every format: of the two wordings, titles included. */
struct figures {
    uint32_t from[2], to[2];
    double jaccard, containment[2];
    bool dated;
    int64_t days; /* from the first article's to the second's */
};

static double ratio(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static struct figures figures_of(const struct dups_pair *p)
{
    struct figures f = {0};
    for (int i = 0; i < 2; i++) {
        f.from[i] = p->evidence.from[i] + p->text[i].title_tokens;
        f.to[i] = p->evidence.to[i] + p->text[i].title_tokens;
        f.containment[i] = ratio(p->shared, p->shingles[i]);
    }
    f.jaccard = ratio(p->shared, (uint64_t)p->shingles[0] + p->shingles[1] - p->shared);
    f.dated = p->text[0].day != DAY_NONE && p->text[1].day != DAY_NONE;
    f.days = f.dated ? (int64_t)p->text[1].day - p->text[0].day : 0;
    return f;
}

static double fraction(uint32_t value)
{
    return (double)value / COMPARE_ONE;
}

static struct bytes id_of(const struct dups_why *w, int side)
{
    return w->row[side].prov.id;
}

/* Text of tokens [from, to), cut to the wording; empty where there are none. */
static struct bytes text_of(const struct dups_pair *p, int side, uint32_t from,
                            uint32_t to)
{
    const struct dups_text *t = &p->text[side];
    to = to < t->n ? to : t->n;
    return from < to ? dups_text_span(t, from, to) : bytes_of(NULL, 0);
}

static uint32_t back(uint32_t at)
{
    return at > AROUND ? at - AROUND : 0;
}

/* --- text ---------------------------------------------------------------------------- */

static void put_label(struct output *o, const char *label)
{
    output_style(o, "2");
    output_printf(o, "%-12s ", label);
    output_style(o, NULL);
}

static void put_quoted(struct output *o, struct bytes text)
{
    output_put(o, "\"");
    output_line(o, text);
    output_put(o, "\"");
}

static const char *relation_sentence(uint8_t relation)
{
    switch (relation) {
    case COMPARE_EXACT: return "have the same body";
    case COMPARE_NEAR: return "have nearly the same text";
    case COMPARE_CONTAINS: return "are related: the first contains the second";
    case COMPARE_CONTAINED: return "are related: the first is part of the second";
    case COMPARE_EXCERPT: return "have a passage in common";
    case COMPARE_EDITION: return "are editions of one text, with other facts";
    case COMPARE_TEMPLATE: return "fill the same frame with other facts: no copies";
    case COMPARE_BOILERPLATE: return "share what stands in many stories: no copies";
    default: return "are not related";
    }
}

static void put_verdict(struct dups_why *w)
{
    struct output *o = &w->session->output;
    const struct compare_evidence *e = &w->pair.evidence;
    output_style(o, "1");
    output_line(o, id_of(w, 0));
    output_style(o, NULL);
    output_put(o, " and ");
    output_style(o, "1");
    output_line(o, id_of(w, 1));
    output_style(o, NULL);
    output_printf(o, " %s\n\n", relation_sentence(e->relation));
    put_label(o, "relation");
    output_printf(o, "%s, score %.4f\n", compare_relation_name(e->relation),
                  fraction(e->score));
    put_label(o, "rule");
    output_printf(o, "%s: %s\n", compare_rule_name(e->rule),
                  compare_rule_sentence(e->rule));
}

/* Where the match of one side begins and ends, with the words around. */
static void put_side(struct dups_why *w, const struct figures *f, int side)
{
    struct output *o = &w->session->output;
    const struct dups_pair *p = &w->pair;
    put_label(o, side == 0 ? "first" : "second");
    output_line(o, id_of(w, side));
    output_put(o, ": ");
    dups_print_percent(o, p->evidence.covered[side]);
    output_printf(o, " of its %" PRIu32 " words covered, containment %.4f\n",
                  p->text[side].n - p->text[side].title_tokens, f->containment[side]);
    if (f->from[side] >= f->to[side])
        return;
    put_label(o, "");
    output_printf(o, "words %" PRIu32 " to %" PRIu32 " of %" PRIu32 ": ",
                  f->from[side] + 1, f->to[side], p->text[side].n);
    output_line(o, text_of(p, side, back(f->from[side]), f->from[side]));
    output_put(o, f->from[side] > 0 ? " [" : "[");
    output_line(o, text_of(p, side, f->from[side], f->from[side] + AROUND));
    output_put(o, " ... ");
    output_line(o, text_of(p, side, back(f->to[side]), f->to[side]));
    output_put(o, "] ");
    output_line(o, text_of(p, side, f->to[side], f->to[side] + AROUND));
    output_put(o, "\n");
}

static void put_facts(struct dups_why *w)
{
    struct output *o = &w->session->output;
    const struct dups_pair *p = &w->pair;
    struct dups_facts facts;
    dups_facts_find(p, &facts);
    put_label(o, "facts");
    output_printf(o, "%" PRIu32 " agree", p->evidence.facts_agreed);
    for (size_t i = 0; i < facts.n_agreed; i++) {
        output_put(o, i == 0 ? ": " : ", ");
        put_quoted(o, text_of(p, 0, facts.agreed[i].from[0], facts.agreed[i].to[0]));
    }
    output_put(o, "\n");
    put_label(o, "");
    output_printf(o, "%" PRIu32 " differ", p->evidence.facts_differ);
    for (size_t i = 0; i < facts.n_differing; i++) {
        const struct dups_fact *d = &facts.differing[i];
        output_put(o, i == 0 ? ": " : ", ");
        put_quoted(o, text_of(p, 0, d->from[0], d->to[0]));
        output_put(o, " against ");
        put_quoted(o, text_of(p, 1, d->from[1], d->to[1]));
    }
    output_put(o, "\n");
}

/* An article's place in its story, as the index has it. */
static const char *place_sentence(uint8_t relation)
{
    switch (relation) {
    case RELATION_ROOT: return "is the original of";
    case RELATION_SAME: return "has the words of the original of";
    case RELATION_EXACT: return "has the body of the original of";
    case RELATION_NEAR: return "is nearly the same as the original of";
    case RELATION_CONTAINS: return "contains the original of";
    case RELATION_CONTAINED: return "is part of the original of";
    default: return "is in";
    }
}

static void put_index(struct dups_why *w)
{
    struct output *o = &w->session->output;
    const struct dups_pair *p = &w->pair;
    put_label(o, "index");
    if (p->same_story) {
        output_put(o, "one story, ");
        output_line(o, buf_bytes(&w->row[0].story_id));
    } else if (p->linked) {
        output_printf(o, "two stories, linked as %s",
                      stories_relation_name(p->link.relation));
    } else {
        output_put(o, "two stories, not linked");
    }
    output_put(o, "\n");
    for (int i = 0; i < 2; i++) {
        put_label(o, "");
        output_line(o, id_of(w, i));
        output_printf(o, " %s story ", place_sentence(p->to_root[i].relation));
        output_line(o, buf_bytes(&w->row[i].story_id));
        output_printf(o, " (%s)\n", stories_relation_name(p->to_root[i].relation));
    }
    put_label(o, "");
    output_printf(o, "copies looked for: %s\n", stories_mode_name(w->tools.mode));
}

static void put_text(struct dups_why *w)
{
    struct output *o = &w->session->output;
    const struct dups_pair *p = &w->pair;
    const struct compare_evidence *e = &p->evidence;
    struct figures f = figures_of(p);
    put_verdict(w);
    put_side(w, &f, 0);
    put_side(w, &f, 1);
    put_label(o, "shared");
    output_printf(o,
                  "%" PRIu32 " words, the longest run %" PRIu32
                  "; Jaccard %.4f of five-word shingles\n",
                  e->matched, e->run, f.jaccard);
    put_label(o, "");
    dups_print_percent(o, e->rare);
    output_printf(o, " of it in fewer than %" PRIu32 " stories\n",
                  w->tools.limits.boilerplate_stories);
    put_facts(w);
    put_label(o, "dates");
    if (f.dated)
        output_printf(o, "%" PRId64 " days apart\n", f.days < 0 ? -f.days : f.days);
    else
        output_put(o, "not both known\n");
    put_index(w);
}

/* --- TSV and JSON: the same names ----------------------------------------------------- */

static const char *const keys[] = {
    "a",          "b",          "relation",      "rule",          "sentence",
    "score",      "tokens_a",   "covered_a",     "containment_a", "from_a",
    "to_a",       "begins_a",   "ends_a",        "story_a",       "relation_a",
    "tokens_b",   "covered_b",  "containment_b", "from_b",        "to_b",
    "begins_b",   "ends_b",     "story_b",       "relation_b",    "run",
    "matched",    "jaccard",    "rare",          "facts_agreed",  "facts_differ",
    "days_apart", "same_story", "link",          "copies",        "agreed",
    "differing",  NULL};

static void put_sides(struct pairs *p, const struct dups_why *w,
                      const struct figures *f)
{
    static const char *const names[2][9] = {
        {"tokens_a", "covered_a", "containment_a", "from_a", "to_a", "begins_a",
         "ends_a", "story_a", "relation_a"},
        {"tokens_b", "covered_b", "containment_b", "from_b", "to_b", "begins_b",
         "ends_b", "story_b", "relation_b"}};
    const struct dups_pair *pair = &w->pair;
    for (int i = 0; i < 2; i++) {
        const char *const *name = names[i];
        uint32_t from = f->from[i], to = f->to[i];
        bool match = from < to;
        pairs_uint(p, name[0], pair->text[i].n);
        pairs_real(p, name[1], fraction(pair->evidence.covered[i]), 4);
        pairs_real(p, name[2], f->containment[i], 4);
        pairs_uint(p, name[3], from);
        pairs_uint(p, name[4], to);
        pairs_opt(p, name[5], text_of(pair, i, from, match ? from + AROUND : from));
        pairs_opt(p, name[6], text_of(pair, i, match ? back(to) : to, to));
        pairs_opt(p, name[7], buf_bytes(&w->row[i].story_id));
        pairs_opt(p, name[8],
                  bytes_str(stories_relation_name(pair->to_root[i].relation)));
    }
}

static void put_fact_lists(struct output *o, const struct dups_pair *pair)
{
    struct dups_facts facts;
    dups_facts_find(pair, &facts);
    output_open(o, "agreed", '[');
    for (size_t i = 0; i < facts.n_agreed; i++)
        output_json_str(
            o, NULL, text_of(pair, 0, facts.agreed[i].from[0], facts.agreed[i].to[0]));
    output_close(o, ']');
    output_open(o, "differing", '[');
    for (size_t i = 0; i < facts.n_differing; i++) {
        const struct dups_fact *d = &facts.differing[i];
        output_open(o, NULL, '{');
        output_json_str(o, "a", text_of(pair, 0, d->from[0], d->to[0]));
        output_json_str(o, "b", text_of(pair, 1, d->from[1], d->to[1]));
        output_close(o, '}');
    }
    output_close(o, ']');
}

static int put_data(struct dups_why *w, struct err *err)
{
    const struct dups_pair *pair = &w->pair;
    const struct compare_evidence *e = &pair->evidence;
    struct pairs p;
    struct figures f = figures_of(pair);
    int rc = pairs_begin(&p, w->session, "stemma.dups-why/1", keys, err);
    if (rc < 0)
        return rc;
    pairs_opt(&p, "a", id_of(w, 0));
    pairs_opt(&p, "b", id_of(w, 1));
    pairs_opt(&p, "relation", bytes_str(compare_relation_name(e->relation)));
    pairs_opt(&p, "rule", bytes_str(compare_rule_name(e->rule)));
    pairs_opt(&p, "sentence", bytes_str(compare_rule_sentence(e->rule)));
    pairs_real(&p, "score", fraction(e->score), 4);
    put_sides(&p, w, &f);
    pairs_uint(&p, "run", e->run);
    pairs_uint(&p, "matched", e->matched);
    pairs_real(&p, "jaccard", f.jaccard, 4);
    pairs_real(&p, "rare", fraction(e->rare), 4);
    pairs_uint(&p, "facts_agreed", e->facts_agreed);
    pairs_uint(&p, "facts_differ", e->facts_differ);
    if (f.dated)
        pairs_uint(&p, "days_apart", (uint64_t)(f.days < 0 ? -f.days : f.days));
    else
        pairs_null(&p, "days_apart");
    pairs_bool(&p, "same_story", pair->same_story);
    pairs_opt(
        &p, "link",
        bytes_str(pair->linked ? stories_relation_name(pair->link.relation) : ""));
    pairs_opt(&p, "copies", bytes_str(stories_mode_name(w->tools.mode)));
    if (p.json)
        put_fact_lists(&w->session->output, pair);
    pairs_end(&p);
    return 0;
}

int dups_why_print(struct dups_why *w, struct err *err)
{
    bool text = w->session->format == OUTPUT_TEXT && !w->session->fields;
    int rc = text ? 0 : put_data(w, err);
    if (text)
        put_text(w);
    return rc ? rc : output_flush_large(&w->session->output, err);
}
