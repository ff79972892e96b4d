#include "indexer/candidates.h"

#include <stdlib.h>

struct candidates {
    VEC(struct candidate) list;
};

int candidates_find(struct build *b, const struct texts *t, struct candidates **out,
                    struct err *err)
{
    (void)b;
    (void)t;
    *out = calloc(1, sizeof **out);
    return *out ? 0 : err_set(err, ERR_NOMEM, "candidates: out of memory");
}

void candidates_free(struct candidates *c)
{
    if (!c)
        return;
    vec_release(&c->list);
    free(c);
}

uint64_t candidates_count(const struct candidates *c)
{
    return c->list.len;
}

int candidates_read(const struct candidates *c, uint64_t from, size_t n,
                    struct candidate *out, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++)
        out[i] = c->list.items[from + i];
    return 0;
}

int candidates_common(struct candidates *c, struct build *b, const uint32_t *story_of,
                      uint32_t least, struct print_set *out, struct err *err)
{
    (void)c;
    (void)b;
    (void)story_of;
    (void)least;
    (void)err;
    *out = (struct print_set){0};
    return 0;
}

void print_set_release(struct print_set *s)
{
    free(s->slots);
    *s = (struct print_set){0};
}
