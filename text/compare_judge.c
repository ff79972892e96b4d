#include "text/compare.h"

static bool days_apart(const struct compare_text *a, const struct compare_text *b,
                       uint32_t days)
{
    if (a->day == COMPARE_DAY_NONE || b->day == COMPARE_DAY_NONE) {
        return false;
    }
    int64_t apart = (int64_t)a->day - b->day;
    return (apart < 0 ? -apart : apart) > (int64_t)days;
}

static uint32_t lesser(uint32_t x, uint32_t y)
{
    return x < y ? x : y;
}

static bool is_share(uint32_t part, uint32_t whole, uint32_t share)
{
    return (uint64_t)part * COMPARE_ONE >= (uint64_t)whole * share;
}

static void set(struct compare_evidence *e, enum compare_relation relation,
                enum compare_rule rule)
{
    e->relation = (uint8_t)relation;
    e->rule = (uint8_t)rule;
}

static void set_excerpt(const struct compare_limits *l, struct compare_evidence *e)
{
    uint32_t shorter = lesser(e->own[0], e->own[1]);
    if (e->run_own >= l->excerpt_run && e->run_rare >= l->excerpt_rare) {
        set(e, COMPARE_EXCERPT, COMPARE_RULE_QUOTE);
    } else if (e->in_order >= l->excerpt_covered ||
               (e->in_order >= l->excerpt_run &&
                is_share(e->in_order, shorter, l->excerpt_share))) {
        set(e, COMPARE_EXCERPT, COMPARE_RULE_COVERED);
    }
}

/* What the covered parts say, before anything speaks against it. */
static void by_cover(const struct compare_limits *l, const struct compare_text *a,
                     const struct compare_text *b, struct compare_evidence *e)
{
    const uint32_t n[2] = {a->n, b->n};
    int in =
        e->covered[0] > e->covered[1] ? 0 : 1; /* the text that lies in the other */
    int out = 1 - in;
    enum compare_relation contain = in == 0 ? COMPARE_CONTAINED : COMPARE_CONTAINS;
    bool at_head = e->from[out] <= l->head;
    uint32_t rest =
        e->own[in] - (uint32_t)((uint64_t)e->own[in] * e->covered[in] / COMPARE_ONE);
    bool spans = is_share(e->to[0] - e->from[0], n[0], l->revised_hull) &&
                 is_share(e->to[1] - e->from[1], n[1], l->revised_hull);
    /* A text that was cut is whole as far as it goes; one that was revised has something between. */
    uint32_t between = e->to[out] - e->from[out];
    between -= lesser(between, e->matched);
    spans = spans && is_share(between, e->to[out] - e->from[out], 500);
    bool at_tail = n[out] - e->to[out] <= l->head;
    bool is_near = e->covered[0] >= l->near && e->covered[1] >= l->near;
    if (e->own[in] >= l->short_text && is_near) {
        set(e, COMPARE_NEAR, COMPARE_RULE_BOTH);
    } else if (e->own[in] >= l->short_text && e->covered[in] >= l->contained &&
               e->covered[out] >= l->revised && spans) {
        set(e, COMPARE_NEAR, COMPARE_RULE_REVISED);
    } else if (at_head && e->covered[in] >= l->lead && e->run_own >= l->lead_run &&
               e->run_rare >= l->excerpt_rare && rest <= l->lead_rest &&
               n[in] - e->to[in] <= l->lead_tail &&
               !is_share(e->changed, e->matched_own, l->lead_changed)) {
        set(e, contain, COMPARE_RULE_LEAD);
    } else if (e->own[in] < l->short_text) {
        if (is_near && e->facts_differ == 0 && e->facts_agreed >= l->short_facts) {
            set(e, COMPARE_NEAR, COMPARE_RULE_SHORT);
        } else if (e->run_own > 0 && e->run_own == e->own[in] &&
                   is_share(e->run_own, e->own[out], l->short_run)) {
            set(e, contain, COMPARE_RULE_SHORT);
        } else {
            set_excerpt(l, e);
        }
    } else if (e->covered[in] >= l->contained) {
        if (!at_head && e->covered[out] < (at_tail ? l->embedded_tail : l->embedded)) {
            set(e, COMPARE_EXCERPT, COMPARE_RULE_EMBEDDED);
        } else {
            set(e, contain, COMPARE_RULE_ONE);
        }
    } else {
        set_excerpt(l, e);
    }
}

/* Whether it is the facts that were changed, and not words of all kinds as noise and editing change them. */
static bool other_facts(const struct compare_limits *l,
                        const struct compare_evidence *e, uint32_t facts_share)
{
    return e->facts_differ > 0 &&
           is_share(e->facts_differ, e->facts_agreed + e->facts_differ, facts_share) &&
           is_share(e->facts_differ, e->changed, l->template_changed);
}

/* A frame, filled in anew. */
static bool is_template(const struct compare_limits *l,
                        const struct compare_evidence *e)
{
    uint32_t shorter = lesser(e->own[0], e->own[1]);
    bool excerpt = e->relation == COMPARE_EXCERPT;
    if (e->run_own >= l->template_run &&
        (excerpt || is_share(e->run_own, shorter, l->template_share))) {
        return false;
    }
    bool brief = !excerpt && shorter < l->brief_text && e->changed > 0 &&
                 is_share(e->changed, e->matched_own + e->changed, l->brief_changed);
    return brief || other_facts(l, e, l->template_facts);
}

/* The report of another day. A long passage word for word is an excerpt whatever the rest is like. */
static bool is_daily(const struct compare_limits *l, const struct compare_text *a,
                     const struct compare_text *b, const struct compare_evidence *e)
{
    bool brief = lesser(e->own[0], e->own[1]) < l->brief_text;
    bool quoted = e->relation == COMPARE_EXCERPT && e->run_own >= l->template_run;
    if (quoted || !days_apart(a, b, 0) ||
        e->facts_differ < (brief ? 1 : l->daily_facts)) {
        return false;
    }
    bool most = (brief || e->facts_differ >= l->daily_many) &&
                is_share(e->facts_differ, e->changed, l->daily_most);
    return other_facts(l, e,
                       most    ? l->daily_some
                       : brief ? l->daily_share
                               : l->template_facts);
}

/* How many times as often as other words facts were changed, in tenths. */
static uint64_t fact_rate(const struct compare_evidence *e)
{
    uint64_t facts = e->facts_agreed + e->facts_differ,
             words = (uint64_t)e->matched_own + e->changed;
    return facts == 0 || e->changed == 0
               ? 0
               : (uint64_t)e->facts_differ * words * 10 / (facts * e->changed);
}

/* The same text of another week. */
static bool is_edition(const struct compare_limits *l, const struct compare_text *a,
                       const struct compare_text *b, const struct compare_evidence *e)
{
    if (!compare_merges(e->relation) || !days_apart(a, b, l->edition_days) ||
        e->facts_differ < l->edition_facts) {
        return false;
    }
    bool reworded =
        e->rule != COMPARE_RULE_BOTH &&
        is_share(e->changed, e->matched_own + e->changed, l->edition_words) &&
        fact_rate(e) >= 10;
    return reworded || is_share(e->facts_differ, e->changed, l->edition_changed) ||
           other_facts(l, e, l->edition_share) ||
           (e->facts_differ > l->edition_facts && fact_rate(e) >= l->edition_rate);
}

/* What speaks against it. */
static void against_it(const struct compare_limits *l, const struct compare_text *a,
                       const struct compare_text *b, struct compare_evidence *e)
{
    if (is_template(l, e)) {
        set(e, COMPARE_TEMPLATE, COMPARE_RULE_TEMPLATE);
    } else if (is_daily(l, a, b, e)) {
        set(e, COMPARE_TEMPLATE, COMPARE_RULE_DAILY);
    } else if (e->relation != COMPARE_NEAR && e->rare < l->rare) {
        set(e, COMPARE_BOILERPLATE, COMPARE_RULE_BOILERPLATE);
    } else if (is_edition(l, a, b, e)) {
        set(e, COMPARE_EDITION, COMPARE_RULE_EDITION);
    }
}

void compare_judge(const struct compare_limits *l, const struct compare_text *a,
                   const struct compare_text *b, struct compare_evidence *e)
{
    uint16_t more = e->covered[0] > e->covered[1] ? e->covered[0] : e->covered[1];
    uint16_t less = e->covered[0] > e->covered[1] ? e->covered[1] : e->covered[0];
    set(e, COMPARE_UNRELATED, COMPARE_RULE_NONE);
    e->score = more;
    if (a->n == b->n && e->run == a->n) {
        set(e, COMPARE_EXACT, COMPARE_RULE_EQUAL);
        e->score = COMPARE_ONE;
        return;
    }
    by_cover(l, a, b, e);
    if (e->relation != COMPARE_UNRELATED) {
        against_it(l, a, b, e);
    } else if (e->matched - e->matched_own >= l->excerpt_run) {
        set(e, COMPARE_BOILERPLATE, COMPARE_RULE_BOILERPLATE);
    }
    e->score = e->relation == COMPARE_NEAR ? less : more;
}

bool compare_replaces(const struct compare_limits *l, const struct compare_evidence *e)
{
    return e->replaced > 0 &&
           is_share(e->replaced, lesser(e->own[0], e->own[1]), l->replaced);
}
