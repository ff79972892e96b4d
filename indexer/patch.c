#include "indexer/patch.h"

#include <stdlib.h>

enum {
    UPPER_MIN =
        2 /* changed tokens from which on a range is smaller than single patches */
};

void patch_scratch_release(struct patch_scratch *s)
{
    for (int k = 0; k < 2; k++) {
        spool_reader_release(&s->readers[k]);
        vec_release(&s->surfaces[k]);
        vec_release(&s->seps[k]);
    }
    vec_release(&s->found);
}

bool patch_is_upper(struct bytes a, struct bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        uint8_t c = a.data[i];
        if (c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        if (c != b.data[i])
            return false;
    }
    return true;
}

static int read_article(const struct build *b, struct patch_scratch *s, int k,
                        uint32_t article, struct err *err)
{
    const struct article *a = &b->articles.v.items[article];
    vec_reset(&s->surfaces[k]);
    vec_reset(&s->seps[k]);
    if (!vec_reserve(&s->surfaces[k], a->length) ||
        !vec_reserve(&s->seps[k], a->length))
        return err_set(err, ERR_NOMEM, "patches: out of memory");
    if (s->readers[k].file != &b->spool.tokens)
        spool_read_tokens_of(&s->readers[k], &b->spool);
    spool_seek(&s->readers[k], a);
    return spool_tokens(&s->readers[k], a->length, s->surfaces[k].items,
                        s->seps[k].items, err);
}

static bool upper_at(const struct build *b, const struct patch_scratch *s, uint32_t i)
{
    const struct lexicon *l = &b->vocabulary.surfaces;
    return patch_is_upper(lexicon_bytes(l, s->surfaces[0].items[i]),
                          lexicon_bytes(l, s->surfaces[1].items[i]));
}

/* From a token on that differs: how many tokens are its like in capitals, the last of which
 * differs too, and in how many of them that changes anything. */
static uint32_t upper_range(const struct build *b, const struct patch_scratch *s,
                            uint32_t from, uint32_t n, uint32_t *changed)
{
    uint32_t end = from;
    *changed = 0;
    for (uint32_t i = from; i < n && upper_at(b, s, i); i++) {
        if (s->surfaces[0].items[i] != s->surfaces[1].items[i]) {
            end = i + 1;
            (*changed)++;
        }
    }
    return end - from;
}

static int put(patch_vec *out, struct patch p, struct err *err)
{
    return vec_push(out, p) ? 0 : err_set(err, ERR_NOMEM, "patches: out of memory");
}

static int by_place(const void *a, const void *b)
{
    const struct patch *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static int find_patches(const struct build *b, const struct ranks *r,
                        struct patch_scratch *s, uint32_t n, struct err *err)
{
    uint32_t upper_until = 0; /* tokens before it are in capitals already */
    int rc = 0;
    vec_reset(&s->found);
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        uint32_t surface = s->surfaces[1].items[i], sep = s->seps[1].items[i];
        /* The first token's separator is a field of its own. */
        if (i > 0 && s->seps[0].items[i] != sep)
            rc = put(&s->found, (struct patch){i, 1, r->seps[sep], PATCH_SEP}, err);
        if (rc != 0 || i < upper_until || s->surfaces[0].items[i] == surface)
            continue;
        uint32_t changed, len = upper_range(b, s, i, n, &changed);
        if (changed >= UPPER_MIN) {
            rc = put(&s->found, (struct patch){i, len, 0, PATCH_UPPER}, err);
            upper_until = i + len;
        } else {
            rc = put(&s->found,
                     (struct patch){i, 1, r->surfaces[surface].id, PATCH_SURFACE}, err);
        }
    }
    return rc;
}

int patch_make(const struct build *b, const struct ranks *r, struct patch_scratch *s,
               uint32_t from, uint32_t to, patch_vec *out, struct err *err)
{
    uint32_t n = b->articles.v.items[from].length, tail;
    int rc = 0;
    /* The members of a story come one after the other. */
    if (s->from != from + 1) {
        s->from = 0;
        rc = read_article(b, s, 0, from, err);
        s->from = rc == 0 ? from + 1 : 0;
    }
    if (rc == 0)
        rc = read_article(b, s, 1, to, err);
    if (rc == 0)
        rc = spool_tail(&s->readers[1], &tail, NULL, err);
    if (rc == 0)
        rc = find_patches(b, r, s, n, err);
    if (rc != 0)
        return rc;
    if (s->found.len > 1)
        qsort(s->found.items, s->found.len, sizeof *s->found.items, by_place);
    if (!vec_reserve(out, s->found.len))
        return err_set(err, ERR_NOMEM, "patches: out of memory");
    for (size_t i = 0; i < s->found.len; i++)
        out->items[out->len++] = s->found.items[i];
    s->ends = (struct patch_ends){r->seps[s->seps[1].items[0]], r->seps[tail]};
    return 0;
}
