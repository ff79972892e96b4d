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

/* What the covered parts say, before anything speaks against it. */
static void by_cover(const struct compare_limits *l, const struct compare_text *a,
                     const struct compare_text *b, struct compare_evidence *e)
{
    int inner =
        e->covered[0] > e->covered[1] ? 0 : 1; /* the text that lies in the other */
    uint8_t contain = inner == 0 ? COMPARE_CONTAINED : COMPARE_CONTAINS;
    if (lesser(a->n, b->n) < l->short_text) {
        if (e->matched == lesser(a->n, b->n) && e->run == e->matched &&
            is_share(e->run, a->n > b->n ? a->n : b->n, l->short_run)) {
            e->relation = contain;
            e->rule = COMPARE_RULE_SHORT;
        } else if (e->run >= l->excerpt_run && e->run_rare >= l->excerpt_rare) {
            e->relation = COMPARE_EXCERPT;
            e->rule = COMPARE_RULE_QUOTE;
        }
        return;
    }
    if (e->covered[0] >= l->near && e->covered[1] >= l->near) {
        e->relation = COMPARE_NEAR;
        e->rule = COMPARE_RULE_BOTH;
    } else if (e->covered[inner] >= l->contained) {
        e->relation = contain;
        e->rule = COMPARE_RULE_ONE;
    } else if (e->covered[inner] >= l->half && e->run >= l->half_run) {
        e->relation = contain;
        e->rule = COMPARE_RULE_LONG_RUN;
    } else if (e->run >= l->excerpt_run && e->run_rare >= l->excerpt_rare) {
        e->relation = COMPARE_EXCERPT;
        e->rule = COMPARE_RULE_QUOTE;
    } else if (e->passage >= l->excerpt_covered) {
        e->relation = COMPARE_EXCERPT;
        e->rule = COMPARE_RULE_COVERED;
    }
}

static void against_it(const struct compare_limits *l, const struct compare_text *a,
                       const struct compare_text *b, struct compare_evidence *e)
{
    uint32_t facts = e->facts_agreed + e->facts_differ;
    bool long_run = e->run >= l->template_run &&
                    is_share(e->run, lesser(a->n, b->n), l->template_share);
    if (!long_run && e->facts_differ > 0 &&
        is_share(e->facts_differ, facts, l->template_facts)) {
        e->relation = COMPARE_TEMPLATE;
        e->rule = COMPARE_RULE_TEMPLATE;
    } else if (days_apart(a, b, 0) && e->facts_differ >= l->daily_facts &&
               is_share(e->facts_differ, facts, l->daily_share)) {
        e->relation = COMPARE_TEMPLATE;
        e->rule = COMPARE_RULE_DAILY;
    } else if (e->relation != COMPARE_NEAR && e->rare < l->rare) {
        e->relation = COMPARE_BOILERPLATE;
        e->rule = COMPARE_RULE_BOILERPLATE;
    } else if (compare_merges(e->relation) && days_apart(a, b, l->edition_days) &&
               e->facts_differ >= l->edition_facts) {
        e->relation = COMPARE_EDITION;
        e->rule = COMPARE_RULE_EDITION;
    }
}

void compare_judge(const struct compare_limits *l, const struct compare_text *a,
                   const struct compare_text *b, struct compare_evidence *e)
{
    uint16_t more = e->covered[0] > e->covered[1] ? e->covered[0] : e->covered[1];
    uint16_t less = e->covered[0] > e->covered[1] ? e->covered[1] : e->covered[0];
    e->relation = COMPARE_UNRELATED;
    e->rule = COMPARE_RULE_NONE;
    if (a->n == b->n && e->matched == a->n && e->run == a->n) {
        e->relation = COMPARE_EXACT;
        e->rule = COMPARE_RULE_EQUAL;
        e->score = COMPARE_ONE;
        return;
    }
    by_cover(l, a, b, e);
    if (e->relation != COMPARE_UNRELATED) {
        against_it(l, a, b, e);
    }
    e->score = e->relation == COMPARE_NEAR ? less : more;
}
