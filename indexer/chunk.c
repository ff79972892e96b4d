#include "indexer/chunk.h"

#include <stdlib.h>

#include "base/prefetch.h"
#include "indexer/chunk_tokens.h"

enum {
    GROUP = 8 /* stories that are asked for at a time */
};

/* A chunk being made. */
struct making {
    const struct chunk_plan *plan;
    struct chunk_tools *tools;
    struct chunk *chunk;
    address from, to;
    struct chunk_tokens tokens;
    address start; /* of the story that is being put */
};

void chunk_release(struct chunk *c)
{
    buf_release(&c->blocks);
    vec_release(&c->block_lens);
    vec_release(&c->sentences);
    vec_release(&c->paragraphs);
    run_release(&c->run);
    run_release(&c->pairs.run);
    vec_release(&c->articles);
    vec_release(&c->patches);
    arena_release(&c->arena);
}

void chunk_tools_release(struct chunk_tools *t)
{
    spool_reader_release(&t->metadata);
    patch_scratch_release(&t->patch);
    spell_release(&t->spell);
    bigram_runs_release(&t->bigrams);
    invert_release(&t->invert);
    vec_release(&t->extras);
}

static void reset(struct chunk *c)
{
    buf_reset(&c->blocks);
    vec_reset(&c->block_lens);
    vec_reset(&c->sentences);
    vec_reset(&c->paragraphs);
    vec_reset(&c->articles);
    vec_reset(&c->patches);
    arena_reset(&c->arena);
}

uint32_t chunk_count(const struct chunk_plan *p)
{
    return (uint32_t)(((uint64_t)p->starts[p->n_stories] + p->tokens - 1) / p->tokens);
}

/* What is kept of all articles of the segment until they are put: their metadata are about what
 * the spool has of them, and lists grow by half. */
static uint64_t articles_need(const struct chunk_plan *p)
{
    const struct link *l = p->link;
    const struct link_story *s = &l->stories.items[p->first_story];
    uint64_t n = l->wordings.items[s[p->n_stories].first_wording].first_article -
                 l->wordings.items[s[0].first_wording].first_article;
    uint64_t all = p->build->articles.v.len;
    uint64_t metadata = file_writer_tell(&p->build->spool.metadata) / (all ? all : 1);
    return n * (metadata + sizeof(struct chunk_article) * 3 / 2);
}

/* Postings and the run, FWD (2 to 3 bytes), maps (half a byte), joined entries and marks, and what the allocator rounds up; the
 * articles. */
uint64_t chunk_need(const struct chunk_plan *p, uint64_t tokens)
{
    uint64_t stream = p->starts[p->n_stories];
    double share = stream > tokens ? (double)tokens / (double)stream : 1;
    return tokens * 8 + invert_need(&p->ranks->partitions, tokens) +
           bigram_runs_need(tokens) + (UINT64_C(1) << 19) +
           (uint64_t)(share * (double)articles_need(p));
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "write: out of memory");
}

/* --- tokens ------------------------------------------------------------------------------ */

static void on_expect(void *arg, const struct token_block *block)
{
    const struct making *m = arg;
    rank_tokens_expect(m->plan->ranks->surfaces, block->surfaces, block->n);
}

static int on_tokens(void *arg, const struct spell_tokens *t, struct err *err)
{
    struct making *m = arg;
    return chunk_tokens_put(&m->tokens, m->start, t, err);
}

static int on_join(void *arg, uint32_t at, uint32_t term, struct err *err)
{
    struct making *m = arg;
    struct invert_extra extra = {m->plan->ranks->terms[term], m->start + at};
    return vec_push(&m->tools->extras, extra) ? 0 : no_memory(err);
}

/* A text of the stream begins at an address: the story, or a block of it. */
static bool put_cut(struct making *m, address at)
{
    return at < m->from || at >= m->to ||
           vec_push(&m->tools->bigrams.cuts, at - m->from);
}

static bool put_cuts(struct making *m, uint32_t story)
{
    const struct link *l = m->plan->link;
    const struct link_story *s = &l->stories.items[m->plan->first_story + story];
    address start = m->plan->starts[story];
    bool ok = put_cut(m, start);
    for (uint32_t i = s[0].first_block; ok && i < s[1].first_block; i++)
        ok = put_cut(m, start + l->blocks.items[i].start);
    return ok;
}

/* The part of a story that lies in the chunk. */
static int put_story(struct making *m, uint32_t story, struct err *err)
{
    const struct chunk_plan *p = m->plan;
    const struct spell_sink sink = {on_expect, on_tokens, on_join, m};
    address start = p->starts[story], end = p->starts[story + 1];
    const struct spell_part part = {
        .story = p->first_story + story,
        .from = start < m->from ? m->from - start : 0,
        .to = (end < m->to ? end : m->to) - start,
    };
    m->start = start;
    if (!put_cuts(m, story))
        return no_memory(err);
    return spell_story(&m->tools->spell, p->build, p->link, &part, &sink, err);
}

/* --- articles ---------------------------------------------------------------------------- */

static struct bytes keep(struct making *m, struct bytes b, bool *failed)
{
    struct bytes copy = arena_copy(&m->chunk->arena, b);
    *failed |= !copy.data;
    return copy;
}

static int keep_metadata(struct making *m, uint32_t article, struct chunk_article *out,
                         struct err *err)
{
    const struct build *b = m->plan->build;
    const struct article *a = &b->articles.v.items[article];
    struct metadata data;
    char id[IDS_LEN_MAX];
    bool failed = false;
    int rc = spool_metadata(&m->tools->metadata, a, &data, err);
    if (rc != 0)
        return rc;
    struct provenance_row *row = &out->row;
    *row = data.row;
    row->id =
        keep(m, ids_get(&m->plan->link->ids, b, article, data.row.id, id), &failed);
    row->input = bytes_str(inputs_file(b->inputs, a->input)->path);
    row->digest = a->digest;
    row->url = keep(m, row->url, &failed);
    row->outlet = keep(m, row->outlet, &failed);
    row->author = keep(m, row->author, &failed);
    row->title = keep(m, row->title, &failed);
    row->date_text = keep(m, row->date_text, &failed);
    row->section = keep(m, row->section, &failed);
    row->language = keep(m, row->language, &failed);
    row->tags = keep(m, row->tags, &failed);
    out->map = keep(m, data.map, &failed);
    out->length = a->length;
    out->text_bytes = a->text_bytes;
    out->title_tokens = data.title_tokens;
    return failed ? no_memory(err) : 0;
}

static int put_article(struct making *m, const struct patch_place *at, bool original,
                       struct err *err)
{
    struct chunk *c = m->chunk;
    const struct ranks *r = m->plan->ranks;
    const struct spell *spell = &m->tools->spell;
    struct chunk_article out = {.patches = c->patches.len};
    int rc = keep_metadata(m, at->article, &out, err);
    if (rc != 0)
        return rc;
    if (original) {
        out.first_sep = r->seps[spell->first_sep];
        out.tail = r->seps[spell->tail];
    } else {
        struct patch_scratch *patch = &m->tools->patch;
        rc = patch_make(m->plan->build, m->plan->link, r, patch, *at, &c->patches, err);
        if (rc != 0)
            return rc;
        out.first_sep = patch->ends.first;
        out.tail = patch->ends.tail;
    }
    out.n_patches = c->patches.len - out.patches;
    return vec_push(&c->articles, out) ? 0 : no_memory(err);
}

/* The articles of a story, which has just been spelled from its start; the first is its
 * original, whose way of spelling is the stream's. */
static int put_articles(struct making *m, uint32_t story, struct err *err)
{
    const struct link *l = m->plan->link;
    const struct link_story *s = &l->stories.items[story];
    struct patch_place at = {.story = story};
    uint32_t original = l->wordings.items[s[0].first_wording].first_article;
    int rc = 0;
    for (at.wording = s[0].first_wording; rc == 0 && at.wording < s[1].first_wording;
         at.wording++) {
        const struct link_wording *w = &l->wordings.items[at.wording];
        for (uint32_t i = w[0].first_article; rc == 0 && i < w[1].first_article; i++) {
            at.article = l->articles.items[i];
            rc = put_article(m, &at, i == original, err);
        }
    }
    return rc;
}

/* The first article of a story, which is spelled. */
static const struct article *original(const struct chunk_plan *p, uint32_t story)
{
    const struct link *l = p->link;
    uint32_t wording = l->stories.items[p->first_story + story].first_wording;
    uint32_t i = l->wordings.items[wording].first_article;
    return &p->build->articles.v.items[l->articles.items[i]];
}

static void expect_story(const struct making *m, uint32_t story)
{
    const struct chunk_plan *p = m->plan;
    if (story < m->chunk->end_story) {
        const struct article *a = original(p, story);
        spool_expect_tokens(&p->build->spool, a);
        spool_expect_metadata(&p->build->spool, a);
    }
}

/* Articles lie in the order in which they were read, stories in another: each article's first line would be waited for, then that
 * of its tokens, then that of its metadata. So they are asked for ahead: GROUP of them at a time, for which the processor finds out
 * side by side where their pages lie, and the next one's once more, which may have left the nearest cache. */
static void expect_stories(const struct making *m, uint32_t first, uint32_t story)
{
    const struct chunk_plan *p = m->plan;
    expect_story(m, story + 1);
    if ((story - first) % GROUP != 0)
        return;
    for (uint32_t i = 2; i <= GROUP; i++)
        expect_story(m, story + i);
    for (uint32_t i = GROUP + 1; i <= 2 * GROUP; i++) {
        if (story + i < m->chunk->end_story)
            prefetch_read(original(p, story + i));
    }
}

/* --- the chunk --------------------------------------------------------------------------- */

/* The first story that begins at or after an address. */
static uint32_t story_from(const struct chunk_plan *p, address at)
{
    uint32_t low = 0, high = p->n_stories;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->starts[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int put_stories(struct making *m, struct err *err)
{
    const struct chunk_plan *p = m->plan;
    struct chunk *c = m->chunk;
    c->first_story = story_from(p, m->from);
    c->end_story = story_from(p, m->to);
    uint32_t first = c->first_story;
    /* The one before reaches into the chunk, unless the first begins just there. */
    if (first > 0 && (first == p->n_stories || p->starts[first] > m->from))
        first--;
    int rc = 0;
    for (uint32_t s = first; rc == 0 && s < c->end_story; s++) {
        expect_stories(m, first, s);
        rc = put_story(m, s, err);
        if (rc == 0 && s >= c->first_story)
            rc = put_articles(m, p->first_story + s, err);
    }
    return rc;
}

int chunk_make(const struct chunk_plan *p, struct chunk_tools *tools, uint32_t number,
               struct chunk *out, struct err *err)
{
    address end = p->starts[p->n_stories], from = number * p->tokens;
    struct making m = {
        .plan = p,
        .tools = tools,
        .chunk = out,
        .from = from,
        .to = end - from < p->tokens ? end : from + p->tokens,
    };
    m.tokens = (struct chunk_tokens){
        .plan = p, .tools = tools, .chunk = out, .from = m.from, .to = m.to};
    reset(out);
    if (tools->metadata.file != &p->build->spool.metadata)
        spool_read_metadata_of(&tools->metadata, &p->build->spool);
    tools->spell.budget = tools->patch.budget = p->budget;
    tools->patch.spell = &tools->spell;
    int rc = chunk_tokens_begin(&m.tokens, err);
    if (rc == 0)
        rc = put_stories(&m, err);
    if (rc == 0)
        rc = chunk_tokens_end(&m.tokens, err);
    if (rc == 0)
        rc = invert_run(&tools->invert, m.from, tools->extras.items, tools->extras.len,
                        &out->run, err);
    if (rc == 0)
        rc = bigram_runs_make(p->bigrams, &tools->bigrams, m.from, &out->pairs, err);
    return rc;
}
