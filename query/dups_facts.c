#include "query/dups_facts.h"

#include <string.h>

enum {
    GAP_MAX = 12 /* words of a gap that is still shown as one difference */
};

static bool has_fact(const struct compare_text *t, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (t->kinds[i] & COMPARE_FACT)
            return true;
    }
    return false;
}

static void add(struct dups_fact *list, size_t *n, const struct dups_pair *p,
                struct dups_fact fact)
{
    for (int i = 0; i < 2; i++) {
        fact.from[i] += p->text[i].title_tokens;
        fact.to[i] += p->text[i].title_tokens;
    }
    list[(*n)++] = fact;
}

/* Neighbouring facts are one: "March 7 1987". */
static void find_agreed(const struct dups_pair *p, const struct compare_text *a,
                        const struct compare_run *r, struct dups_facts *out)
{
    for (uint32_t i = 0, to; i < r->len && out->n_agreed < DUPS_FACTS_MAX; i = to + 1) {
        to = i;
        while (to < r->len && (a->kinds[r->a + to] & COMPARE_FACT))
            to++;
        struct dups_fact f = {{r->a + i, r->b + i}, {r->a + to, r->b + to}};
        if (to > i)
            add(out->agreed, &out->n_agreed, p, f);
    }
}

void dups_facts_find(const struct dups_pair *p, struct dups_facts *out)
{
    const struct compare_text a = dups_text_body(&p->text[0]);
    const struct compare_text b = dups_text_body(&p->text[1]);
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < p->runs.len; i++) {
        const struct compare_run *r = &p->runs.items[i];
        find_agreed(p, &a, r, out);
        if (i + 1 == p->runs.len || out->n_differing == DUPS_FACTS_MAX)
            continue;
        struct dups_fact gap = {{r->a + r->len, r->b + r->len}, {r[1].a, r[1].b}};
        if (gap.to[0] < gap.from[0] || gap.to[1] < gap.from[1] ||
            gap.to[0] - gap.from[0] > GAP_MAX || gap.to[1] - gap.from[1] > GAP_MAX)
            continue; /* crossed, or too far apart to stand against one another */
        if (has_fact(&a, gap.from[0], gap.to[0]) ||
            has_fact(&b, gap.from[1], gap.to[1]))
            add(out->differing, &out->n_differing, p, gap);
    }
}
