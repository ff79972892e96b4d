#include "indexer/story_put.h"

#include <stdlib.h>

#include "indexer/order.h"

void story_put_release(struct story_put *p)
{
    buf_release(&p->ids);
    vec_release(&p->id_ends);
    vec_release(&p->pieces);
    vec_release(&p->blocks);
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: out of memory");
}

/* --- the stream's layout ------------------------------------------------------------------ */

static int put_blocks(struct story_put *p, const struct link_story *story,
                      address start, struct err *err)
{
    const address none = (address)ADDRESS_NONE;
    vec_reset(&p->blocks);
    for (uint32_t i = story[0].first_block; i < story[1].first_block; i++) {
        const struct link_block *from = &p->link->blocks.items[i];
        struct block b = {
            .start = start + from->start,
            .len = from->len,
            .lead_home = from->lead_home == none ? none : start + from->lead_home,
            .tail_home = from->tail_home == none ? none : start + from->tail_home,
        };
        if (!vec_push(&p->blocks, b))
            return no_memory(err);
    }
    wordings_writer_story(p->writer->wordings, story->length, p->blocks.items,
                          p->blocks.len);
    return 0;
}

static int put_wording(struct story_put *p, const struct link_wording *w, uint32_t len,
                       address start, struct err *err)
{
    const struct link *l = p->link;
    vec_reset(&p->pieces);
    for (uint32_t i = w[0].first_piece; i < w[1].first_piece; i++) {
        struct piece piece = l->pieces.items[i];
        piece.start += start;
        if (!vec_push(&p->pieces, piece))
            return no_memory(err);
    }
    uint32_t n_breaks = w[1].first_break - w[0].first_break;
    wordings_writer_wording(p->writer->wordings, len, p->pieces.items, p->pieces.len,
                            n_breaks ? l->breaks.items + w[0].first_break : NULL,
                            n_breaks);
    return 0;
}

/* --- articles ----------------------------------------------------------------------------- */

static int put_article(struct story_put *p, const struct chunk_article *a,
                       const struct patch *patches, wording_id wording, struct err *err)
{
    struct article_record record = {
        .wording = wording,
        .title_tokens = a->title_tokens,
        .first_sep = a->first_sep,
        .tail = a->tail,
        .patches = a->n_patches ? patches + a->patches : NULL,
        .n_patches = a->n_patches,
        .coded_map = a->map,
    };
    articles_writer_put(p->writer->articles, &record);
    provenance_writer_put(p->writer->provenance, &a->row);
    buf_put_bytes(&p->ids, a->row.id);
    if (p->ids.failed || !vec_push(&p->id_ends, p->ids.len))
        return no_memory(err);
    return 0;
}

/* What the graph says of the articles of a wording: of the root's, the first is the original. */
static struct evidence evidence_of(const struct link *l, const struct link_wording *w,
                                   bool original)
{
    if (w->member != (uint32_t)LINK_NONE)
        return l->members.items[w->member];
    return (struct evidence){.relation = original ? RELATION_ROOT : RELATION_SAME,
                             .score = STORIES_SCORE_MAX};
}

/* The first of the longest articles of a story: its number among them. Those of a wording are of one length. */
static uint32_t fullest(const struct story_put *p, const struct link_story *story,
                        const struct chunk_article *articles)
{
    const struct link_wording *wordings = p->link->wordings.items;
    uint32_t first = wordings[story[0].first_wording].first_article, best = 0;
    for (uint32_t w = story[0].first_wording + 1; w < story[1].first_wording; w++) {
        uint32_t i = wordings[w].first_article - first;
        if (articles[i].length > articles[best].length)
            best = i;
    }
    return best;
}

static int put_articles(struct story_put *p, const struct link_wording *w,
                        bool original, wording_id wording,
                        const struct chunk_article **articles,
                        const struct patch *patches, struct err *err)
{
    uint32_t n = w[1].first_article - w[0].first_article;
    for (uint32_t i = 0; i < n; i++) {
        const struct evidence e = evidence_of(p->link, w, original && i == 0);
        const struct chunk_article *a = (*articles)++;
        int rc = put_article(p, a, patches, wording, err);
        if (rc != 0)
            return rc;
        stories_writer_article(p->graph, &e);
        p->counts[SEGMENT_ARTICLES]++;
        p->counts[SEGMENT_ARTICLE_TOKENS] += a->length;
        p->counts[SEGMENT_TEXT_BYTES] += a->text_bytes;
    }
    return 0;
}

int story_put_story(struct story_put *p, uint32_t story, address start,
                    const struct chunk_article **articles, const struct patch *patches,
                    struct err *err)
{
    const struct link *l = p->link;
    const struct link_story *s = &l->stories.items[story];
    uint32_t first = s[0].first_wording, end = s[1].first_wording;
    article_id original = (article_id)p->counts[SEGMENT_ARTICLES];
    struct story_record record = {
        .original = original,
        .fullest = original + fullest(p, s, *articles),
        .n_articles = l->wordings.items[end].first_article -
                      l->wordings.items[first].first_article,
    };
    stories_writer_story(p->graph, record);
    int rc = put_blocks(p, s, start, err);
    for (uint32_t w = first; rc == 0 && w < end; w++) {
        wording_id wording = (wording_id)p->counts[SEGMENT_WORDINGS]++;
        const struct link_wording *x = &l->wordings.items[w];
        rc = put_wording(p, x, (*articles)->length, start, err);
        if (rc == 0)
            rc = put_articles(p, x, w == first, wording, articles, patches, err);
    }
    p->counts[SEGMENT_STORIES]++;
    p->counts[SEGMENT_TOKENS] += s->length;
    p->counts[SEGMENT_HOMES] += s->homes;
    return rc;
}

/* --- IDs ---------------------------------------------------------------------------------- */

static struct bytes id_at(const struct story_put *p, uint32_t article)
{
    uint64_t from = article ? p->id_ends.items[article - 1] : 0;
    return bytes_of(p->ids.data + from, (size_t)(p->id_ends.items[article] - from));
}

static int id_window(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                     struct err *err)
{
    struct bytes id = id_at(arg, number);
    uint8_t bytes[8] = {0};
    (void)err;
    if (offset < id.len)
        memcpy(bytes, id.data + offset, id.len - offset < 8 ? id.len - offset : 8);
    *out = __builtin_bswap64(load_u64(bytes));
    return 0;
}

static int id_length(void *arg, uint32_t number, uint32_t *out, struct err *err)
{
    (void)err;
    *out = (uint32_t)id_at(arg, number).len;
    return 0;
}

uint64_t story_put_memory(const struct story_put *p)
{
    return p->ids.len + p->id_ends.len * sizeof *p->id_ends.items;
}

/* The articles put, in byte order of their IDs; the caller frees *out. */
static int order_ids(struct story_put *p, article_id **out, struct err *err)
{
    const struct order_strings strings = {id_window, id_length, p, NULL};
    size_t n = p->id_ends.len;
    struct order_item *items = calloc(n + 1, sizeof *items);
    struct order_item *scratch = calloc(n + 1, sizeof *scratch);
    article_id *by_id = malloc((n + 1) * sizeof *by_id);
    int rc = items && scratch && by_id ? 0 : no_memory(err);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        items[i].number = i;
    if (rc == 0)
        rc = order_by_strings(items, n, scratch, &strings, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        by_id[i] = items[i].number;
    free(items);
    free(scratch);
    if (rc == 0)
        *out = by_id;
    else
        free(by_id);
    return rc;
}

uint64_t story_put_need(const struct story_put *p)
{
    return (p->id_ends.len + 1) * (2 * sizeof(struct order_item) + sizeof(article_id));
}

int story_put_end(struct story_put *p, struct err *err)
{
    article_id *by_id = NULL;
    int rc = order_ids(p, &by_id, err);
    if (rc == 0)
        rc = segment_writer_end_articles(p->writer, by_id, err);
    free(by_id);
    return rc;
}
