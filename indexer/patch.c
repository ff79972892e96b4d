#include "indexer/patch.h"

#include <assert.h>
#include <stdlib.h>

enum {
    /* Changed tokens from which on a range is smaller than single patches. */
    UPPER_MIN = 2,
    /* Tokens for which there is room kept when fewer are needed. */
    KEPT_MAX = 1 << 18
};

static uint64_t spelling_bytes(const struct patch_spelling *s)
{
    return (s->surfaces.cap + s->seps.cap) * sizeof(uint32_t);
}

static void release_spelling(struct patch_spelling *s)
{
    vec_release(&s->surfaces);
    vec_release(&s->seps);
}

static void charge(struct patch_scratch *s)
{
    uint64_t now = spelling_bytes(&s->pieces) + spelling_bytes(&s->own);
    if (!s->budget || now == s->charged)
        return;
    if (now > s->charged)
        budget_force(s->budget, now - s->charged);
    else
        budget_give(s->budget, s->charged - now);
    s->charged = now;
}

void patch_scratch_release(struct patch_scratch *s)
{
    spool_reader_release(&s->reader);
    release_spelling(&s->pieces);
    release_spelling(&s->own);
    charge(s);
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

/* --- what is compared --------------------------------------------------------------------- */

static int make_room(struct patch_scratch *s, struct patch_spelling *p, size_t n,
                     struct err *err)
{
    vec_reset(&p->surfaces);
    vec_reset(&p->seps);
    if (p->surfaces.cap > KEPT_MAX && n <= KEPT_MAX)
        release_spelling(p);
    if (!vec_reserve(&p->surfaces, n) || !vec_reserve(&p->seps, n))
        return err_set(err, ERR_NOMEM, "patches: out of memory");
    charge(s);
    return 0;
}

static void append(struct patch_spelling *p, const uint32_t *surfaces,
                   const uint32_t *seps, size_t n)
{
    memcpy(p->surfaces.items + p->surfaces.len, surfaces, n * sizeof *surfaces);
    memcpy(p->seps.items + p->seps.len, seps, n * sizeof *seps);
    p->surfaces.len += n;
    p->seps.len += n;
}

/* What the wording's pieces spell; one without pieces is the beginning of the stream. */
static int read_pieces(const struct build *b, const struct link *l,
                       struct patch_scratch *s, const struct patch_place *at,
                       uint32_t n, struct err *err)
{
    const struct link_wording *w = &l->wordings.items[at->wording];
    struct spell *spell = s->spell;
    if (s->wording == at->wording + 1)
        return 0;
    s->wording = 0;
    int rc = spell_stream(spell, b, l, at->story, err);
    if (rc == 0)
        rc = make_room(s, &s->pieces, n, err);
    if (rc != 0)
        return rc;
    const uint32_t *surfaces = spell->stream.items, *seps = spell->stream_seps.items;
    if (w[0].first_piece == w[1].first_piece) {
        assert(n <= spell->stream.len);
        append(&s->pieces, surfaces, seps, n);
    }
    for (uint32_t i = w[0].first_piece; i < w[1].first_piece; i++) {
        const struct piece *p = &l->pieces.items[i];
        assert((uint64_t)p->start + p->own <= spell->stream.len);
        assert((uint64_t)s->pieces.surfaces.len + p->own <= n);
        append(&s->pieces, surfaces + p->start, seps + p->start, p->own);
    }
    assert(s->pieces.surfaces.len == n);
    s->wording = at->wording + 1;
    return 0;
}

static int read_own(const struct build *b, struct patch_scratch *s,
                    const struct article *a, uint32_t *tail, struct err *err)
{
    int rc = make_room(s, &s->own, a->length, err);
    if (rc != 0)
        return rc;
    if (s->reader.file != &b->spool.tokens)
        spool_read_tokens_of(&s->reader, &b->spool);
    spool_seek(&s->reader, a);
    rc = spool_tokens(&s->reader, a->length, s->own.surfaces.items, s->own.seps.items,
                      err);
    return rc == 0 ? spool_tail(&s->reader, tail, NULL, err) : rc;
}

/* --- where they differ -------------------------------------------------------------------- */

static bool upper_at(const struct build *b, const struct patch_scratch *s, uint32_t i)
{
    const struct lexicon *l = &b->vocabulary.surfaces;
    return patch_is_upper(lexicon_bytes(l, s->pieces.surfaces.items[i]),
                          lexicon_bytes(l, s->own.surfaces.items[i]));
}

/* From a token on that differs: how many tokens are its like in capitals, the last of which
 * differs too, and in how many of them that changes anything. */
static uint32_t upper_range(const struct build *b, const struct patch_scratch *s,
                            uint32_t from, uint32_t n, uint32_t *changed)
{
    uint32_t end = from;
    *changed = 0;
    for (uint32_t i = from; i < n && upper_at(b, s, i); i++) {
        if (s->pieces.surfaces.items[i] != s->own.surfaces.items[i]) {
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
        uint32_t surface = s->own.surfaces.items[i], sep = s->own.seps.items[i];
        /* The first token's separator is a field of its own. */
        if (i > 0 && s->pieces.seps.items[i] != sep)
            rc = put(&s->found, (struct patch){i, 1, r->seps[sep], PATCH_SEP}, err);
        if (rc != 0 || i < upper_until || s->pieces.surfaces.items[i] == surface)
            continue;
        uint32_t changed, len = upper_range(b, s, i, n, &changed);
        if (changed >= UPPER_MIN) {
            rc = put(&s->found, (struct patch){i, len, 0, PATCH_UPPER}, err);
            upper_until = i + len;
        } else {
            rc = put(&s->found,
                     (struct patch){i, 1, ranks_surface_id(r, surface), PATCH_SURFACE},
                     err);
        }
    }
    return rc;
}

int patch_make(const struct build *b, const struct link *l, const struct ranks *r,
               struct patch_scratch *s, struct patch_place at, patch_vec *out,
               struct err *err)
{
    const struct article *a = &b->articles.v.items[at.article];
    uint32_t tail;
    int rc = read_pieces(b, l, s, &at, a->length, err);
    if (rc == 0)
        rc = read_own(b, s, a, &tail, err);
    if (rc == 0)
        rc = find_patches(b, r, s, a->length, err);
    if (rc != 0)
        return rc;
    if (s->found.len > 1)
        qsort(s->found.items, s->found.len, sizeof *s->found.items, by_place);
    if (!vec_reserve(out, s->found.len))
        return err_set(err, ERR_NOMEM, "patches: out of memory");
    for (size_t i = 0; i < s->found.len; i++)
        out->items[out->len++] = s->found.items[i];
    s->ends = (struct patch_ends){r->seps[s->own.seps.items[0]], r->seps[tail]};
    return 0;
}
