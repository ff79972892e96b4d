#include "indexer/texts.h"

#include <stdlib.h>

int texts_make(struct texts *t, const struct build *b, const uint32_t *order,
               const uint32_t *leaders, const uint32_t *bodies, struct err *err)
{
    uint32_t n = (uint32_t)b->articles.v.len;
    *t = (struct texts){.n_articles = n};
    t->text_of = calloc((size_t)n + 1, sizeof *t->text_of);
    if (!t->text_of)
        return err_set(err, ERR_NOMEM, "texts: out of memory");
    /* Leaders come before those they lead. */
    for (uint32_t i = 0; i < n; i++) {
        uint32_t article = order[i];
        uint32_t leader = bodies[leaders[article]];
        if (leader != article) {
            t->text_of[article] = t->text_of[leader];
            continue;
        }
        t->text_of[article] = (uint32_t)t->articles.len;
        if (!vec_push(&t->articles, article))
            return err_set(err, ERR_NOMEM, "texts: out of memory");
    }
    return 0;
}

void texts_release(struct texts *t)
{
    vec_release(&t->articles);
    free(t->text_of);
    *t = (struct texts){0};
}
