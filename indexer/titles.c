#include "indexer/titles.h"

#include "text/compare.h"

int titles_read(const struct build *b, struct spool_reader *tokens,
                const struct article *a, struct title *out, struct err *err)
{
    uint32_t surfaces[TITLES_WORDS], seps[TITLES_WORDS];
    uint32_t n = a->title_tokens < TITLES_WORDS ? a->title_tokens : TITLES_WORDS;
    out->n = 0;
    spool_seek(tokens, a);
    int rc = spool_tokens(tokens, n, surfaces, seps, err);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; i < n; i++)
        out->terms[i] = b->vocabulary.surface_terms.items[surfaces[i]];
    out->n = n;
    return 0;
}

static bool has(const struct title *t, uint32_t term)
{
    for (uint32_t i = 0; i < t->n; i++) {
        if (t->terms[i] == term)
            return true;
    }
    return false;
}

static bool counts(const uint8_t *kinds, uint32_t term, bool all)
{
    return all || !(kinds[term] & COMPARE_COMMON);
}

/* Words of x that count; *in: those of them that stand in y. */
static unsigned count(const uint8_t *kinds, const struct title *x,
                      const struct title *y, bool all, unsigned *in)
{
    unsigned n = 0;
    *in = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        if (!counts(kinds, x->terms[i], all))
            continue;
        n++;
        *in += has(y, x->terms[i]);
    }
    return n;
}

unsigned titles_shared(const uint8_t *kinds, const struct title *x,
                       const struct title *y)
{
    unsigned in[2], n[2];
    for (int all = 0; all < 2; all++) {
        n[0] = count(kinds, x, y, all, &in[0]);
        n[1] = count(kinds, y, x, all, &in[1]);
        if (n[0] > 0 && n[1] > 0)
            return n[0] <= n[1] ? in[0] * 100 / n[0] : in[1] * 100 / n[1];
    }
    return 0;
}

static bool has_other_facts(const uint8_t *kinds, const struct title *x,
                            const struct title *y)
{
    for (uint32_t i = 0; i < x->n; i++) {
        if ((kinds[x->terms[i]] & COMPARE_FACT) && !has(y, x->terms[i]))
            return true;
    }
    return false;
}

bool titles_facts_differ(const uint8_t *kinds, const struct title *x,
                         const struct title *y)
{
    return has_other_facts(kinds, x, y) || has_other_facts(kinds, y, x);
}
