#include "query/dups_rows.h"

#include "text/compare.h"
#include "formats/reconstruct.h"

enum {
    TITLE_WORDS = 12 /* of an article without a title */
};

void dups_rows_release(struct dups_rows *r)
{
    provenance_cache_free(r->cache);
    provenance_cache_free(r->base_cache);
    buf_release(&r->story_id);
    buf_release(&r->base_id);
    vec_release(&r->links);
}

static int begin(struct dups_rows *r, struct err *err)
{
    if (!r->cache)
        r->cache = provenance_cache_new();
    if (!r->base_cache)
        r->base_cache = provenance_cache_new();
    return r->cache && r->base_cache ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

static const struct segment *segment_of(const struct dups_rows *r, uint32_t segment)
{
    return &r->snapshot->segments[segment];
}

/* Copies an article's ID: the cache moves on. */
static int copy_id(const struct dups_rows *r, struct provenance_cache *cache,
                   uint32_t segment, article_id article, struct buf *out,
                   struct err *err)
{
    struct provenance_row row;
    int rc =
        provenance_get(&segment_of(r, segment)->provenance, cache, article, &row, err);
    if (rc != 0)
        return rc;
    buf_reset(out);
    buf_put_bytes(out, row.id);
    return buf_check(out, err);
}

static int give(struct dups_rows *r, struct dups_row *row, dups_row_fn *fn, void *arg,
                struct err *err)
{
    row->story_id = buf_bytes(&r->story_id);
    int rc = provenance_get(&segment_of(r, row->segment)->provenance, r->cache,
                            row->article, &row->prov, err);
    return rc ? rc : fn(arg, row, err);
}

/* Articles that share the root's wording need no figures on disk: all of each is in the other. */
static void complete(struct evidence *e, uint32_t length)
{
    if (e->relation != RELATION_SAME)
        return;
    e->covered_root = e->covered_member = e->rare = STORIES_SCORE_MAX;
    e->root_to = e->member_to = e->run = length;
    e->rule = COMPARE_RULE_EQUAL;
}

/* --- a story's articles -------------------------------------------------------------- */

int dups_rows_story(struct dups_rows *r, uint32_t segment, story_id story,
                    dups_row_fn *fn, void *arg, struct err *err)
{
    const struct segment *s = segment_of(r, segment);
    struct story_view view = {0};
    struct story_record record = {0};
    struct stories_walk walk;
    article_id first = 0;
    uint32_t n = 0, length = 0;
    int rc = begin(r, err);
    if (rc == 0)
        rc = wordings_story(&s->wordings, story, &view, err);
    if (rc == 0)
        rc = wordings_length(&s->wordings, view.first_wording, &length, err);
    if (rc == 0)
        rc = articles_of_wording(&s->articles, view.first_wording, &first, &n, err);
    if (rc == 0)
        rc = stories_get(r->snapshot->stories, segment, story, &record, err);
    if (rc == 0)
        rc = copy_id(r, r->cache, segment, record.original, &r->story_id, err);
    if (rc == 0)
        rc = stories_members(r->snapshot->stories, segment, story, &walk, err);
    for (uint32_t i = 0; rc == 0 && i < record.n_articles; i++) {
        struct dups_row row = {.segment = segment,
                               .article = first + i,
                               .story = story,
                               .articles = record.n_articles};
        rc = stories_members_next(&walk, &row.evidence, err);
        if (rc != 0)
            break;
        row.compared = row.article != record.original;
        if (row.compared)
            row.base_id = buf_bytes(&r->story_id);
        complete(&row.evidence, length);
        rc = give(r, &row, fn, arg, err);
    }
    return rc;
}

/* --- links --------------------------------------------------------------------------- */

/* The article of b beside that of a; turned: that of a beside that of b. */
static int give_link(struct dups_rows *r, const struct story_link *l, bool turned,
                     dups_row_fn *fn, void *arg, struct err *err)
{
    const struct stories *stories = r->snapshot->stories;
    struct dups_row row = {.linked = true,
                           .compared = true,
                           .evidence =
                               turned ? stories_mirror(l->evidence) : l->evidence};
    struct story_record record = {0};
    uint32_t segment = 0;
    article_id base = 0;
    int rc = stories_place_article(stories, turned ? l->article_b : l->article_a,
                                   &segment, &base, err);
    if (rc == 0)
        rc = copy_id(r, r->base_cache, segment, base, &r->base_id, err);
    if (rc == 0)
        rc = stories_place_article(stories, turned ? l->article_a : l->article_b,
                                   &row.segment, &row.article, err);
    if (rc == 0)
        rc = stories_place(stories, turned ? l->a : l->b, &segment, &row.story, err);
    if (rc == 0)
        rc = stories_get(stories, segment, row.story, &record, err);
    if (rc == 0)
        rc = copy_id(r, r->cache, segment, record.original, &r->story_id, err);
    if (rc != 0)
        return rc;
    row.articles = record.n_articles;
    row.base_id = buf_bytes(&r->base_id);
    return give(r, &row, fn, arg, err);
}

int dups_rows_links(struct dups_rows *r, uint32_t segment, story_id story,
                    dups_row_fn *fn, void *arg, struct err *err)
{
    uint64_t first_story = 0, first_article = 0;
    int rc = begin(r, err);
    if (rc == 0)
        rc = stories_base(r->snapshot->stories, segment, &first_story, &first_article,
                          err);
    if (rc == 0)
        rc = stories_links(r->snapshot->stories, first_story + story, &r->links, err);
    for (size_t i = 0; rc == 0 && i < r->links.len; i++) {
        const struct story_link *l = &r->links.items[i];
        rc = give_link(r, l, l->b == first_story + story, fn, arg, err);
    }
    return rc;
}

int dups_rows_all_links(struct dups_rows *r, dups_row_fn *fn, void *arg,
                        struct err *err)
{
    uint64_t next = 0, story = 0;
    int rc = begin(r, err);
    while (rc == 0) {
        vec_reset(&r->links);
        rc = stories_next_linked(r->snapshot->stories, next, &story, &r->links, err);
        next = story + 1;
        for (size_t i = 0; rc == 0 && i < r->links.len; i++)
            rc = give_link(r, &r->links.items[i], false, fn, arg, err);
    }
    return rc == ITER_END ? 0 : rc;
}

/* --- titles -------------------------------------------------------------------------- */

int dups_rows_title(const struct dups_rows *r, const struct dups_row *row,
                    struct buf *out, struct err *err)
{
    const struct segment *s = segment_of(r, row->segment);
    struct reconstruct words = {0};
    if (row->prov.title.len > 0) {
        buf_put_bytes(out, row->prov.title);
        return buf_check(out, err);
    }
    int rc = reconstruct_tokens(s, row->article, 0, TITLE_WORDS, &words, err);
    if (rc == 0)
        rc = reconstruct_text(s, &words, false, true, out, NULL, err);
    if (rc == 0 && words.n_tokens < words.wording_len)
        buf_put_str(out, " …");
    reconstruct_release(&words);
    return rc ? rc : buf_check(out, err);
}
