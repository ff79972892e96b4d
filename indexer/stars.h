/* Stars: every text becomes a root or joins one root that it verified against itself.
 *
 * Texts are taken in canonical order. A text is tried against the roots among its candidates, and
 * against the roots of those candidates that are members and would be copies of it. It joins the
 * best: near before contained, then the better score, then the earlier root. Chains of copies
 * of copies never make one story: what drifted too far from a root begins one of its own. */
#pragma once

#include "base/err.h"
#include "indexer/pairs.h"

enum {
    STARS_KNOWN =
        2 /* sources of verdicts: of candidates, and of what was asked since */
};

struct stars {
    const struct pairs *pairs;
    /* Each ascending (text, other): first those of the candidates, then what was asked since. */
    const struct verdicts *known[STARS_KNOWN];
    size_t n_known;
    /* By text, may be NULL: not 0 where a text collects several stories. It joins nothing and nothing joins
     * it but what is near. */
    const uint8_t *digests;
    uint32_t *roots; /* to be filled; by text: the root's text, itself for a root */
    /* Pairs that no verdict is known of. Given: they are put here, ascending, and a text with nothing better is
     * taken to join the first of them; the caller has them compared and asks again. NULL: compared at
     * once. */
    struct pair_list *missing;
    /* Told of each text once its root is known, with the verdicts that were asked for; may be NULL. chosen: the one by
     * which it joined; NULL for a root. */
    int (*tell)(void *arg, uint32_t text, const struct verdict *asked, size_t n,
                const struct verdict *chosen, struct err *err);
    void *arg;
};

/* One thread; deterministic. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int stars_make(struct stars *s, struct err *err);
