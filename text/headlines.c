#include "text/headlines.h"

static uint32_t length(const struct headline *t)
{
    return t->n < HEADLINES_WORDS ? t->n : HEADLINES_WORDS;
}

static bool has(const struct headline *t, uint32_t term)
{
    for (uint32_t i = 0; i < length(t); i++) {
        if (t->terms[i] == term)
            return true;
    }
    return false;
}

/* Words of x that count; *in: those of them that stand in y. */
static unsigned count(const struct headline *x, const struct headline *y, bool all,
                      unsigned *in)
{
    unsigned n = 0;
    *in = 0;
    for (uint32_t i = 0; i < length(x); i++) {
        if (!all && (x->kinds[i] & COMPARE_COMMON))
            continue;
        n++;
        *in += has(y, x->terms[i]);
    }
    return n;
}

unsigned headlines_shared(const struct headline *x, const struct headline *y)
{
    for (int all = 0; all < 2; all++) {
        unsigned in_x, in_y;
        unsigned n_x = count(x, y, all, &in_x), n_y = count(y, x, all, &in_y);
        if (n_x > 0 && n_y > 0)
            return n_x <= n_y ? in_x * 100 / n_x : in_y * 100 / n_y;
    }
    return 0;
}

static bool has_other_facts(const struct headline *x, const struct headline *y)
{
    for (uint32_t i = 0; i < length(x); i++) {
        if ((x->kinds[i] & COMPARE_FACT) && !has(y, x->terms[i]))
            return true;
    }
    return false;
}

bool headlines_facts_differ(const struct headline *x, const struct headline *y)
{
    return has_other_facts(x, y) || has_other_facts(y, x);
}

void headlines_judge(const struct compare_text *a, const struct compare_text *b,
                     const struct headline *x, const struct headline *y,
                     struct compare_evidence *e)
{
    bool is_short = a->n < HEADLINES_SHORT_TEXT || b->n < HEADLINES_SHORT_TEXT;
    bool stubs = is_short && compare_merges(e->relation);
    bool embedded =
        !is_short && e->relation == COMPARE_EXCERPT && e->rule == COMPARE_RULE_EMBEDDED;
    if (!(stubs || embedded) || x->n == 0 || y->n == 0)
        return;
    bool shared =
        headlines_shared(x, y) >= HEADLINES_SHARED && !headlines_facts_differ(x, y);
    if (stubs && !shared) {
        e->relation = COMPARE_UNRELATED;
        e->rule = COMPARE_RULE_NONE;
        e->score = 0;
    } else if (embedded && shared) {
        e->relation =
            e->covered[0] >= e->covered[1] ? COMPARE_CONTAINED : COMPARE_CONTAINS;
        e->rule = COMPARE_RULE_ONE;
    }
}
