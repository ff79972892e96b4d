#include "query/rows.h"

#include <stdlib.h>

#include "query/snippet.h"

enum {
    TITLE_WORDS = 12
};

void row_release(struct row *r)
{
    buf_release(&r->story_id);
    reconstruct_release(&r->tokens);
    buf_release(&r->text);
    vec_release(&r->starts);
    vec_release(&r->hits);
    offsetmap_release(&r->map);
    provenance_cache_free(r->cache);
    *r = (struct row){0};
}

static const struct segment *segment_of(const struct row *r)
{
    return &r->snapshot->segments[r->segment];
}

int row_load_article(struct row *r, const struct snapshot *snapshot, uint32_t segment,
                     article_id article, struct err *err)
{
    r->snapshot = snapshot;
    r->segment = segment;
    r->article = article;
    vec_reset(&r->hits);
    const struct segment *s = segment_of(r);
    if (!r->cache && !(r->cache = provenance_cache_new()))
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = articles_get(&s->articles, article, &r->view, NULL, err);
    story_id story = 0;
    if (rc == 0)
        rc = wordings_story_of_wording(&s->wordings, r->view.wording, &story, err);
    if (rc == 0)
        rc = stories_get(snapshot->stories, segment, story, &r->story, err);
    /* The original's ID is copied out before the cache moves on to this article. */
    if (rc == 0)
        rc = provenance_get(&s->provenance, r->cache, r->story.original, &r->prov, err);
    if (rc < 0)
        return rc;
    buf_reset(&r->story_id);
    buf_put_bytes(&r->story_id, r->prov.id);
    rc = buf_check(&r->story_id, err);
    if (rc == 0 && article != r->story.original)
        rc = provenance_get(&s->provenance, r->cache, article, &r->prov, err);
    return rc;
}

int row_token_end(const struct row *r, uint32_t k, uint32_t *out, struct err *err)
{
    struct bytes surface;
    int rc =
        surfaces_get(&segment_of(r)->surfaces, r->tokens.surfaces[k], &surface, err);
    if (rc == 0)
        *out = r->starts.items[k] + (uint32_t)surface.len;
    return rc;
}

/* Tokens 0..to of the shown article, as text with the place of each. */
static int load_text(struct row *r, uint32_t to, struct err *err)
{
    const struct segment *s = segment_of(r);
    int rc = reconstruct_tokens(s, r->article, 0, to, &r->tokens, err);
    if (rc < 0)
        return rc;
    buf_reset(&r->text);
    vec_reset(&r->starts);
    if (!vec_reserve(&r->starts, (size_t)r->tokens.n_tokens + 1))
        return err_set(err, ERR_NOMEM, "out of memory");
    r->starts.len = (size_t)r->tokens.n_tokens + 1;
    return reconstruct_text(s, &r->tokens, true, false, &r->text, r->starts.items, err);
}

static int load_hits(struct row *r, const struct wording_match *m, struct err *err)
{
    uint32_t last = 0;
    for (size_t i = 0; i < m->n_spans; i++)
        if (m->spans[i].first + m->spans[i].len > last)
            last = m->spans[i].first + m->spans[i].len;
    int rc = load_text(r, last + SNIPPET_AFTER_TOKENS, err);
    if (rc == 0)
        rc = articles_map(&segment_of(r)->articles, r->article, &r->map, err);
    for (size_t i = 0; rc == 0 && i < m->n_spans; i++) {
        struct row_hit hit = {.span = m->spans[i]};
        uint32_t end = hit.span.first + hit.span.len;
        if (hit.span.len == 0 || end > r->tokens.n_tokens)
            return err_set(err, ERR_CORRUPT,
                           "%s: article %u: a hit lies behind its last word",
                           container_path(segment_of(r)->container), r->article);
        hit.text_from = r->starts.items[hit.span.first];
        rc = row_token_end(r, end - 1, &hit.text_to, err);
        if (rc < 0)
            return rc;
        if (hit.text_to > r->map.out_len)
            return err_set(err, ERR_CORRUPT,
                           "%s: article %u: its map ends before its text",
                           container_path(segment_of(r)->container), r->article);
        offsetmap_span(&r->map, hit.text_from, hit.text_to, &hit.from, &hit.to);
        hit.from += r->prov.offset;
        hit.to += r->prov.offset;
        if (!vec_push(&r->hits, hit))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    return rc;
}

int row_load(struct row *r, const struct snapshot *snapshot,
             const struct story_match *match, struct err *err)
{
    const struct segment *s = &snapshot->segments[match->segment];
    const struct wording_match *shown = &match->wordings[0];
    article_id article;
    uint32_t n;
    int rc = articles_of_wording(&s->articles, shown->wording, &article, &n, err);
    if (rc == 0)
        rc = row_load_article(r, snapshot, match->segment, article, err);
    if (rc < 0)
        return rc;
    r->match = *match;
    /* The root's wording is the story's first and its first article the original, so when the original matches it is
     * already the one shown. */
    if (shown->n_spans > 0)
        return load_hits(r, shown, err);
    r->text.len = 0;
    r->tokens.n_tokens = 0;
    return load_text(r, SNIPPET_AFTER_TOKENS, err);
}

int row_title(const struct row *r, struct buf *out, struct err *err)
{
    if (r->prov.title.len > 0) {
        buf_put_bytes(out, r->prov.title);
        return buf_check(out, err);
    }
    uint32_t words =
        r->tokens.n_tokens < TITLE_WORDS ? r->tokens.n_tokens : TITLE_WORDS;
    uint32_t end = 0;
    if (words > 0) {
        int rc = row_token_end(r, words - 1, &end, err);
        if (rc < 0)
            return rc;
        uint32_t from = r->starts.items[0];
        buf_put(out, r->text.data + from, end - from);
        if (words < r->tokens.wording_len)
            buf_put_str(out, " …");
    }
    return buf_check(out, err);
}
