#include "formats/reconstruct.h"

#include <stdlib.h>
#include <string.h>

void reconstruct_release(struct reconstruct *r)
{
    free(r->surfaces);
    free(r->seps);
    free(r->upper);
    memset(r, 0, sizeof *r);
}

/* --- the stream ----------------------------------------------------------------------------- */

enum {
    RUN_MAX = 2 * SEAM /* tokens fetched from elsewhere at a time */
};

/* Blocks of one story at a time. */
struct homes {
    bool loaded;
    struct story_view story;
    block_vec blocks; /* owned */
    size_t read;      /* tokens that read_home read last */
};

static int load_homes(const struct segment *s, address at, struct homes *h,
                      struct err *err)
{
    story_id id;
    if (h->loaded && at >= h->story.start && at < h->story.end)
        return 0;
    h->loaded = false;
    int rc = wordings_story_of(&s->wordings, at, &id, err);
    if (rc == 0)
        rc = wordings_story(&s->wordings, id, &h->story, err);
    if (rc == 0)
        rc = wordings_blocks(&s->wordings, id, &h->blocks, err);
    h->loaded = rc == 0;
    return rc;
}

/* The tokens at `at`, of n <= RUN_MAX neighbours that stand elsewhere, whose homes lie side by side; how many
 * they are to h->read. */
static int read_home(const struct segment *s, struct homes *h, address at, size_t n,
                     surface_id *surfaces, sep_id *seps, struct err *err)
{
    surface_id found[RUN_MAX];
    int rc = load_homes(s, at, h, err);
    if (rc != 0)
        return rc;
    const struct block *blocks = h->blocks.items;
    size_t n_blocks = h->blocks.len, k = 1;
    address home = wordings_home(blocks, n_blocks, at);
    while (k < n && wordings_home(blocks, n_blocks, (address)(at + k)) == home + k)
        k++;
    rc = forward_read(&s->forward, home, k, found, seps, err);
    for (size_t i = 0; rc == 0 && i < k; i++) {
        if (found[i] == (surface_id)FORWARD_ELSEWHERE)
            return section_corrupt(&s->forward.section, 0, err,
                                   "token stream: token %llu is nowhere",
                                   (unsigned long long)at + i);
        surfaces[i] = found[i];
    }
    h->read = k;
    return rc;
}

int reconstruct_stream(const struct segment *s, address from, size_t n,
                       surface_id *surfaces, sep_id *seps, struct err *err)
{
    surface_id own[FORWARD_BLOCK];
    struct homes homes = {0};
    int rc = 0;
    /* By blocks if surfaces are not asked for: they tell which tokens stand elsewhere. */
    for (size_t done = 0, step; rc == 0 && done < n; done += step) {
        step = surfaces || n - done < FORWARD_BLOCK ? n - done : FORWARD_BLOCK;
        surface_id *to = surfaces ? surfaces : own;
        sep_id *sep = seps ? seps + done : NULL;
        address at = (address)(from + done);
        rc = forward_read(&s->forward, at, step, to, sep, err);
        for (size_t i = 0, end; rc == 0 && i < step; i = end) {
            for (end = i; end < step && end - i < RUN_MAX; end++) {
                if (to[end] != (surface_id)FORWARD_ELSEWHERE)
                    break;
            }
            if (end == i) {
                end++;
                continue;
            }
            rc = read_home(s, &homes, (address)(at + i), end - i, to + i,
                           sep ? sep + i : NULL, err);
            end = i + homes.read;
        }
    }
    vec_release(&homes.blocks);
    return rc;
}

/* --- articles ------------------------------------------------------------------------------- */

/* Reads the stream's tokens [from, to) of the wording through its pieces. */
static int read_tokens(const struct segment *s, const piece_vec *pieces, uint32_t from,
                       uint32_t to, struct reconstruct *out, struct err *err)
{
    uint32_t at = 0; /* token of the wording at which the piece begins */
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < pieces->len && at < to; i++) {
        const struct piece *p = &pieces->items[i];
        uint32_t end = at + p->own;
        if (end > from) {
            uint32_t lo = from > at ? from : at, hi = to < end ? to : end;
            rc = reconstruct_stream(s, p->start + (lo - at), hi - lo,
                                    out->surfaces + (lo - from),
                                    out->seps + (lo - from), err);
        }
        at = end;
    }
    return rc;
}

static int bad_patch(const struct segment *s, article_id id, struct err *err)
{
    return section_corrupt(&s->articles.section, s->articles.patches.offset, err,
                           "articles: a patch of article %u cannot be", id);
}

static int apply_patches(const struct segment *s, article_id id,
                         const patch_vec *patches, struct reconstruct *out,
                         struct err *err)
{
    uint32_t to = out->from + out->n_tokens;
    for (size_t i = 0; i < patches->len; i++) {
        const struct patch *p = &patches->items[i];
        uint64_t end = (uint64_t)p->at + p->len;
        if (end > out->wording_len)
            return bad_patch(s, id, err);
        if (end <= out->from || p->at >= to)
            continue;
        uint32_t lo = p->at > out->from ? p->at - out->from : 0;
        uint32_t hi = end < to ? (uint32_t)end - out->from : out->n_tokens;
        switch (p->kind) {
        case PATCH_SURFACE:
            if (p->value >= s->surfaces.n_surfaces)
                return bad_patch(s, id, err);
            out->surfaces[lo] = p->value;
            break;
        case PATCH_SEP:
            if (p->value >= s->surfaces.n_seps)
                return bad_patch(s, id, err);
            out->seps[lo] = p->value;
            break;
        case PATCH_UPPER: memset(out->upper + lo, 1, hi - lo); break;
        default: return bad_patch(s, id, err);
        }
    }
    return 0;
}

/* Room for n tokens; at least one, so that no pointer is NULL. */
static int make_room(struct reconstruct *r, uint32_t n, struct err *err)
{
    size_t room = n ? n : 1;
    surface_id *surfaces = realloc(r->surfaces, room * sizeof *surfaces);
    if (surfaces)
        r->surfaces = surfaces;
    sep_id *seps = realloc(r->seps, room * sizeof *seps);
    if (seps)
        r->seps = seps;
    uint8_t *upper = realloc(r->upper, room);
    if (upper)
        r->upper = upper;
    if (!surfaces || !seps || !upper)
        return err_set(err, ERR_NOMEM, "out of memory");
    memset(upper, 0, room);
    r->n_tokens = n;
    return 0;
}

int reconstruct_tokens(const struct segment *s, article_id id, uint32_t from,
                       uint32_t to, struct reconstruct *out, struct err *err)
{
    struct article_view view;
    patch_vec patches = {0};
    piece_vec pieces = {0};
    int rc = articles_get(&s->articles, id, &view, &patches, err);
    if (rc == 0)
        rc = wordings_length(&s->wordings, view.wording, &out->wording_len, err);
    if (rc == 0)
        rc = wordings_pieces(&s->wordings, view.wording, &pieces, err);
    if (rc != 0)
        goto out;
    if (view.first_sep >= s->surfaces.n_seps || view.tail >= s->surfaces.n_seps) {
        rc = bad_patch(s, id, err);
        goto out;
    }
    to = to < out->wording_len ? to : out->wording_len;
    from = from < to ? from : to;
    if (to - from > RECONSTRUCT_TOKENS_MAX) {
        rc = err_set(err, ERR_LIMIT, "'%s': article %u: has %u words",
                     container_path(s->container), id, out->wording_len);
        goto out;
    }
    rc = make_room(out, to - from, err);
    if (rc != 0)
        goto out;
    out->from = from;
    out->tail = view.tail;
    rc = read_tokens(s, &pieces, from, to, out, err);
    if (rc != 0)
        goto out;
    if (from == 0 && to > 0)
        out->seps[0] = view.first_sep;
    rc = apply_patches(s, id, &patches, out, err);
out:
    vec_release(&patches);
    vec_release(&pieces);
    return rc;
}

static void put_surface(struct buf *out, struct bytes surface, bool upper)
{
    size_t at = out->len;
    buf_put_bytes(out, surface);
    for (size_t i = at; upper && i < out->len; i++) {
        if (out->data[i] >= 'a' && out->data[i] <= 'z')
            out->data[i] = (uint8_t)(out->data[i] - 'a' + 'A');
    }
}

static int put_sep(const struct segment *s, sep_id id, struct buf *out, struct err *err)
{
    uint8_t brk;
    struct bytes sep;
    int rc = surfaces_sep(&s->surfaces, id, &brk, &sep, err);
    if (rc == 0)
        buf_put_bytes(out, sep);
    return rc;
}

static int too_long(const struct segment *s, struct err *err)
{
    return err_set(err, ERR_LIMIT, "'%s': an article's text has more than %d bytes",
                   container_path(s->container), RECONSTRUCT_BYTES_MAX);
}

int reconstruct_text(const struct segment *s, const struct reconstruct *r,
                     bool with_first_sep, bool with_tail, struct buf *out,
                     uint32_t *starts, struct err *err)
{
    size_t start = out->len;
    int rc = 0;
    for (uint32_t i = 0; i < r->n_tokens; i++) {
        struct bytes surface;
        if (i > 0 || with_first_sep)
            rc = put_sep(s, r->seps[i], out, err);
        if (rc == 0)
            rc = surfaces_get(&s->surfaces, r->surfaces[i], &surface, err);
        if (rc != 0)
            goto fail;
        if (starts)
            starts[i] = (uint32_t)(out->len - start);
        put_surface(out, surface, r->upper[i]);
        if (out->len - start > RECONSTRUCT_BYTES_MAX) {
            rc = too_long(s, err);
            goto fail;
        }
    }
    if (starts)
        starts[r->n_tokens] = (uint32_t)(out->len - start);
    if (with_tail && r->from + r->n_tokens == r->wording_len)
        rc = put_sep(s, r->tail, out, err);
    if (rc == 0)
        rc = buf_check(out, err);
    if (rc == 0)
        return 0;
fail:
    if (!out->failed)
        out->len = start;
    return rc;
}

int reconstruct_article(const struct segment *s, article_id id, struct buf *out,
                        struct err *err)
{
    struct reconstruct r = {0};
    int rc = reconstruct_tokens(s, id, 0, UINT32_MAX, &r, err);
    if (rc == 0)
        rc = reconstruct_text(s, &r, true, true, out, NULL, err);
    reconstruct_release(&r);
    return rc;
}

int reconstruct_span(const struct segment *s, article_id id, uint32_t from, uint32_t to,
                     uint64_t *text_from, uint64_t *text_to, struct err *err)
{
    struct reconstruct r = {0};
    struct buf text = {0};
    uint32_t *starts = NULL;
    int rc = reconstruct_tokens(s, id, 0, to, &r, err);
    if (rc != 0)
        goto out;
    if (from >= to || to > r.n_tokens) {
        rc = err_set(err, ERR_CORRUPT, "article %u: has %u tokens, not %u to %u", id,
                     r.wording_len, from, to);
        goto out;
    }
    starts = malloc(((size_t)r.n_tokens + 1) * sizeof *starts);
    if (!starts) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    rc = reconstruct_text(s, &r, true, false, &text, starts, err);
    if (rc != 0)
        goto out;
    *text_from = starts[from];
    *text_to = starts[r.n_tokens];
out:
    free(starts);
    buf_release(&text);
    reconstruct_release(&r);
    return rc;
}
