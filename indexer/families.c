#include "indexer/families.h"

static uint32_t length_of(const struct verify_pair_tables *t, uint32_t text)
{
    const struct article *a =
        &t->build->articles.v.items[t->texts->articles.items[text]];
    return a->length - a->title_tokens;
}

/* Longer, or as long and earlier: an order, so that families have heads. */
static bool is_above(const struct verify_pair_tables *t, uint32_t a, uint32_t b)
{
    uint32_t x = length_of(t, a), y = length_of(t, b);
    return x != y ? x > y : a < b;
}

static void join(const struct verify_pair_tables *t, const struct verdict *d,
                 uint32_t *parents)
{
    bool text_first = is_above(t, d->text, d->other);
    uint32_t container = text_first ? d->text : d->other;
    uint32_t child = text_first ? d->other : d->text;
    bool copy = compare_merges(d->e.relation) || d->e.relation == COMPARE_EXCERPT;
    /* A part of an article is of its family also where it is only an excerpt. A half that is
     * covered would do for a copy, but not here: articles of which the longer half is boilerplate
     * would count as one; nor what may share a frame only. */
    if (!copy || compare_replaces(&t->limits, &d->e) ||
        d->e.covered[text_first] < t->limits.contained)
        return;
    if (parents[child] == child || is_above(t, container, parents[child]))
        parents[child] = container;
}

int families_make(const struct verify_pair_tables *t, const struct verdicts *known,
                  uint32_t *families, struct err *err)
{
    struct verdicts_walk walk;
    struct verdict d;
    uint32_t n = texts_count(t->texts);
    int rc;
    for (uint32_t i = 0; i < n; i++)
        families[i] = i;
    verdicts_walk(&walk, known);
    while ((rc = verdicts_next(&walk, &d, err)) == 0)
        join(t, &d, families);
    verdicts_walk_release(&walk);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t head = i;
        while (families[head] != head)
            head = families[head];
        for (uint32_t at = i; at != head;) {
            uint32_t next = families[at];
            families[at] = head;
            at = next;
        }
    }
    return rc == ITER_END ? 0 : rc;
}
