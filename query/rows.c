#include "query/rows.h"

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
    articles_maps_release(&r->maps);
    vec_release(&r->patches);
    provenance_cache_free(r->cache);
    *r = (struct row){0};
}

static const struct segment *segment_of(const struct row *r)
{
    return &r->snapshot->segments[r->segment];
}

static int corrupt(const struct row *r, struct err *err, const char *what)
{
    return err_set(err, ERR_CORRUPT, "%s: article %u: %s",
                   container_path(segment_of(r)->container), r->article, what);
}

int row_load_article(struct row *r, const struct snapshot *snapshot, uint32_t segment,
                     article_id article, struct err *err)
{
    r->snapshot = snapshot;
    r->segment = segment;
    r->article = article;
    r->title_hits = r->n_hits = 0;
    vec_reset(&r->hits);
    const struct segment *s = segment_of(r);
    if (!r->cache && !(r->cache = provenance_cache_new()))
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = articles_get(&s->articles, article, &r->view, &r->patches, err);
    if (rc == 0)
        rc = wordings_story_of_wording(&s->wordings, r->view.wording, &r->story_number,
                                       err);
    if (rc == 0)
        rc = stories_get(snapshot->stories, segment, r->story_number, &r->story, err);
    if (rc == 0)
        rc = stories_member(snapshot->stories, segment, article, &r->member, err);
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

uint32_t row_token_start(const struct row *r, uint32_t k)
{
    return r->starts.items[k - r->tokens.from];
}

int row_token_end(const struct row *r, uint32_t k, uint32_t *out, struct err *err)
{
    struct bytes surface;
    uint32_t at = k - r->tokens.from;
    int rc =
        surfaces_get(&segment_of(r)->surfaces, r->tokens.surfaces[at], &surface, err);
    if (rc == 0)
        *out = r->starts.items[at] + (uint32_t)surface.len;
    return rc;
}

bool row_hit_in_title(const struct row *r, size_t h)
{
    const struct span *span = &r->hits.items[h].span;
    return span->first + span->len <= r->view.title_tokens;
}

/* Tokens [from, to) of the shown article, as text with the place of each. Where bytes of the input are asked for, the text
 * begins at the first token because offsets count from there. */
static int load_text(struct row *r, uint32_t from, uint32_t to, struct err *err)
{
    const struct segment *s = segment_of(r);
    int rc = reconstruct_tokens(s, r->article, from, to, &r->tokens, err);
    if (rc < 0)
        return rc;
    buf_reset(&r->text);
    vec_reset(&r->starts);
    if (!vec_reserve(&r->starts, (size_t)r->tokens.n_tokens + 1))
        return err_set(err, ERR_NOMEM, "out of memory");
    r->starts.len = (size_t)r->tokens.n_tokens + 1;
    return reconstruct_text(s, &r->tokens, true, true, &r->text, r->starts.items, err);
}

/* Where a hit is in the input. */
static int find_bytes(const struct row *r, struct row_hit *hit, struct err *err)
{
    if (hit->text_to > r->map->out_len)
        return corrupt(r, err, "its map ends before its text");
    offsetmap_span(r->map, hit->text_from, hit->text_to, &hit->from, &hit->to);
    if (hit->from > hit->to || hit->to > r->prov.len)
        return corrupt(r, err, "its map leads out of its record");
    hit->from += r->prov.offset;
    hit->to += r->prov.offset;
    return 0;
}

static int load_hit(struct row *r, struct span span, bool bytes, struct err *err)
{
    struct row_hit hit = {.span = span};
    uint64_t end = (uint64_t)span.first + span.len;
    if (span.len == 0 || end > (uint64_t)r->tokens.from + r->tokens.n_tokens)
        return corrupt(r, err, "a hit lies behind its last word");
    hit.text_from = row_token_start(r, span.first);
    int rc = row_token_end(r, (uint32_t)end - 1, &hit.text_to, err);
    if (rc == 0 && bytes)
        rc = find_bytes(r, &hit, err);
    if (rc < 0)
        return rc;
    if (!vec_push(&r->hits, hit))
        return err_set(err, ERR_NOMEM, "out of memory");
    r->title_hits += row_hit_in_title(r, r->hits.len - 1);
    return 0;
}

/* Where the spans end. */
static uint64_t last_of(const struct span *spans, size_t n)
{
    uint64_t last = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t end = (uint64_t)spans[i].first + spans[i].len;
        last = end > last ? end : last;
    }
    return last;
}

/* How far the text is needed: the whole title and what a snippet of the last of the spans may show. */
static uint32_t end_of(const struct row *r, const struct span *spans, size_t n)
{
    uint64_t last = last_of(spans, n);
    if (last < r->view.title_tokens)
        last = r->view.title_tokens;
    last += ROWS_REACH_TOKENS;
    return last < UINT32_MAX ? (uint32_t)last : UINT32_MAX;
}

static int load_hits(struct row *r, const struct span *spans, size_t n, struct err *err)
{
    int rc = load_text(r, 0, end_of(r, spans, n), err);
    if (rc == 0 && r->view.title_tokens > r->tokens.wording_len)
        return corrupt(r, err, "its title is longer than its text");
    if (rc == 0 && n > 0)
        rc = articles_maps_get(&r->maps, &segment_of(r)->articles, r->article, &r->map,
                               err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = load_hit(r, spans[i], true, err);
    return rc;
}

int row_load(struct row *r, const struct snapshot *snapshot,
             const struct story_match *match, const struct shown_choice *choice,
             uint64_t hits_max, struct err *err)
{
    const struct wording_match *shown = choice->wording;
    int rc = row_load_article(r, snapshot, match->segment, choice->article, err);
    if (rc < 0)
        return rc;
    if (r->view.wording != shown->wording)
        return corrupt(r, err, "it has another wording");
    r->match = *match;
    r->match.wordings = NULL;
    r->match.n_wordings = 0;
    r->n_hits = shown->n_spans;
    size_t wanted = shown->n_spans;
    if (wanted > hits_max)
        wanted = (size_t)hits_max;
    return load_hits(r, shown->spans, wanted, err);
}

int row_load_spans(struct row *r, const struct snapshot *snapshot, uint32_t segment,
                   article_id article, const struct row_wanted *wanted, struct err *err)
{
    uint32_t first = wanted->spans[0].first, around = wanted->around;
    uint32_t from = !wanted->bytes && first > around ? first - around : 0;
    uint64_t to = last_of(wanted->spans, wanted->n) + around;
    int rc = row_load_article(r, snapshot, segment, article, err);
    if (rc < 0)
        return rc;
    r->match = (struct story_match){.segment = segment, .story = r->story_number};
    r->n_hits = wanted->n;
    rc = load_text(r, from, to < UINT32_MAX ? (uint32_t)to : UINT32_MAX, err);
    if (rc == 0 && r->view.title_tokens > r->tokens.wording_len)
        return corrupt(r, err, "its title is longer than its text");
    if (rc == 0 && wanted->bytes)
        rc = articles_maps_get(&r->maps, &segment_of(r)->articles, r->article, &r->map,
                               err);
    for (size_t i = 0; rc == 0 && i < wanted->n; i++)
        rc = load_hit(r, wanted->spans[i], wanted->bytes, err);
    return rc;
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
