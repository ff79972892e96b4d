#include "indexer/layout.h"

#include <stdlib.h>
#include <string.h>

#include "text/facts.h"
#include "indexer/align.h"
#include "indexer/spares.h"

enum {
    ITEM_TOKENS = 1 << 16, /* of stories with copies, in an item of the stage */
    ITEM_STORIES = 1 << 16,
    TOKENS = 1024 /* read from the spool at a time */
};

/* A wording read whole. */
struct words {
    VEC(uint32_t) terms;
    VEC(uint8_t) breaks;
};

/* One thread's. */
struct tools {
    struct spare spare;
    struct align *align;
    struct spool_reader reader;
    struct words words;
    VEC(uint8_t) facts; /* by term: what facts_of said, plus 1; 0: not asked yet */
};

/* Counts of what a wording has, so that the commit can number it. */
struct laid_wording {
    uint32_t pieces, breaks;
};

/* Stories [first, end) laid out. Of those without copies there is nothing. */
struct laid {
    uint32_t first, end;
    VEC(struct laid_wording) wordings; /* of the stories with copies */
    VEC(struct piece) pieces;
    VEC(struct word_break) breaks;
    VEC(struct link_block) blocks;
};

struct layout {
    struct build *build;
    struct link *link;
    VEC(struct laid) items;
    struct spares spares;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "stories: out of memory");
}

static bool has_copies(const struct link_story *s)
{
    return s[1].first_wording - s[0].first_wording > 1;
}

static void release_laid(struct laid *l)
{
    vec_release(&l->wordings);
    vec_release(&l->pieces);
    vec_release(&l->breaks);
    vec_release(&l->blocks);
}

static void release_tools(void *thing)
{
    struct tools *t = thing;
    align_free(t->align);
    spool_reader_release(&t->reader);
    vec_release(&t->words.terms);
    vec_release(&t->words.breaks);
    vec_release(&t->facts);
}

/* --- reading ------------------------------------------------------------------------------ */

static const struct article *first_article(const struct layout *l, uint32_t wording)
{
    uint32_t i = l->link->wordings.items[wording].first_article;
    return &l->build->articles.v.items[l->link->articles.items[i]];
}

static int read_words(const struct layout *l, struct tools *t, const struct article *a,
                      struct align_text *out, struct err *err)
{
    const struct vocabulary *v = &l->build->vocabulary;
    uint32_t surfaces[TOKENS], seps[TOKENS];
    struct words *w = &t->words;
    vec_reset(&w->terms);
    vec_reset(&w->breaks);
    if (!vec_reserve(&w->terms, a->length) || !vec_reserve(&w->breaks, a->length))
        return no_memory(err);
    spool_seek(&t->reader, a);
    for (uint32_t at = 0; at < a->length; at += TOKENS) {
        uint32_t n = a->length - at < TOKENS ? a->length - at : TOKENS;
        int rc = spool_tokens(&t->reader, n, surfaces, seps, err);
        if (rc != 0)
            return rc;
        for (uint32_t i = 0; i < n; i++) {
            w->terms.items[at + i] = v->surface_terms.items[surfaces[i]];
            w->breaks.items[at + i] = vocabulary_break(v, seps[i]);
        }
    }
    w->terms.len = w->breaks.len = a->length;
    *out = (struct align_text){w->terms.items, w->breaks.items, a->length};
    return 0;
}

/* Facts of a body that another one equals: they all agree. A term is looked at once. */
static int count_facts(const struct layout *l, struct tools *t, uint32_t from,
                       uint32_t *out, struct err *err)
{
    const struct lexicon *terms = &l->build->vocabulary.terms;
    uint32_t n = 0;
    if (t->facts.len == 0) {
        if (!vec_reserve(&t->facts, lexicon_count(terms)))
            return no_memory(err);
        t->facts.len = lexicon_count(terms);
        memset(t->facts.items, 0, t->facts.len);
    }
    for (size_t i = from; i < t->words.terms.len; i++) {
        uint32_t term = t->words.terms.items[i];
        uint8_t *known = &t->facts.items[term];
        if (*known == 0)
            *known = (uint8_t)(facts_of(lexicon_bytes(terms, term)) + 1);
        n += *known != FACT_NONE + 1;
    }
    *out = n;
    return 0;
}

/* --- work --------------------------------------------------------------------------------- */

static int keep(struct laid *to, uint32_t wording, const struct align_result *r,
                struct err *err)
{
    struct laid_wording counts = {(uint32_t)r->n_pieces, (uint32_t)r->n_breaks};
    if (!vec_push(&to->wordings, counts) || !vec_reserve(&to->pieces, r->n_pieces) ||
        !vec_reserve(&to->breaks, r->n_breaks) ||
        !vec_reserve(&to->blocks, r->n_blocks))
        return no_memory(err);
    for (size_t i = 0; i < r->n_pieces; i++)
        to->pieces.items[to->pieces.len++] = r->pieces[i];
    for (size_t i = 0; i < r->n_breaks; i++)
        to->breaks.items[to->breaks.len++] = r->breaks[i];
    for (size_t i = 0; i < r->n_blocks; i++) {
        const struct align_block *b = &r->blocks[i];
        to->blocks.items[to->blocks.len++] = (struct link_block){
            wording, b->from, b->len, b->start, b->lead_home, b->tail_home};
    }
    return 0;
}

static int lay_story(const struct layout *l, struct tools *t, struct link_story *story,
                     struct laid *to, struct err *err)
{
    struct align_text text;
    uint32_t root = story[0].first_wording;
    int rc = read_words(l, t, first_article(l, root), &text, err);
    if (rc == 0)
        rc = align_begin(t->align, &text, err);
    const struct piece whole = {0, text.n, 0};
    const struct align_result alone = {.pieces = &whole, .n_pieces = 1};
    if (rc == 0)
        rc = keep(to, root, &alone, err);
    for (uint32_t w = root + 1; rc == 0 && w < story[1].first_wording; w++) {
        struct align_result result;
        const struct article *a = first_article(l, w);
        struct evidence *e = &l->link->members.items[l->link->wordings.items[w].member];
        rc = read_words(l, t, a, &text, err);
        if (rc == 0)
            rc = align_add(t->align, &text, &result, err);
        if (rc == 0)
            rc = keep(to, w, &result, err);
        if (rc == 0 && e->relation == RELATION_EXACT)
            rc = count_facts(l, t, a->title_tokens, &e->facts_agreed, err);
    }
    if (rc == 0) {
        story->length = align_length(t->align);
        story->homes = align_homes(t->align);
    }
    return rc;
}

static int work(void *arg, void *item, struct err *err)
{
    struct layout *l = arg;
    struct laid *to = &l->items.items[(size_t)(uintptr_t)item];
    struct tools *t = spares_take(&l->spares);
    if (!t)
        return no_memory(err);
    if (!t->align) {
        t->align = align_new();
        spool_read_tokens_of(&t->reader, &l->build->spool);
    }
    int rc = t->align ? 0 : no_memory(err);
    for (uint32_t s = to->first; rc == 0 && s < to->end; s++) {
        struct link_story *story = &l->link->stories.items[s];
        if (has_copies(story))
            rc = lay_story(l, t, story, to, err);
    }
    spares_put(&l->spares, t);
    return rc;
}

/* --- commit ------------------------------------------------------------------------------- */

static int append(struct link *l, const struct laid *from, struct err *err)
{
    if (l->pieces.len + from->pieces.len > UINT32_MAX ||
        l->breaks.len + from->breaks.len > UINT32_MAX ||
        l->blocks.len + from->blocks.len > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "stories: more than 4,294,967,295 pieces");
    if (!vec_reserve(&l->pieces, from->pieces.len) ||
        !vec_reserve(&l->breaks, from->breaks.len) ||
        !vec_reserve(&l->blocks, from->blocks.len))
        return no_memory(err);
    for (size_t i = 0; i < from->pieces.len; i++)
        l->pieces.items[l->pieces.len++] = from->pieces.items[i];
    for (size_t i = 0; i < from->breaks.len; i++)
        l->breaks.items[l->breaks.len++] = from->breaks.items[i];
    for (size_t i = 0; i < from->blocks.len; i++)
        l->blocks.items[l->blocks.len++] = from->blocks.items[i];
    return 0;
}

static void number(struct link *l, const struct laid *laid)
{
    uint32_t piece = (uint32_t)l->pieces.len, brk = (uint32_t)l->breaks.len;
    uint32_t block = (uint32_t)l->blocks.len;
    size_t next = 0, next_block = 0;
    for (uint32_t s = laid->first; s < laid->end; s++) {
        struct link_story *story = &l->stories.items[s];
        story->first_block = block + (uint32_t)next_block;
        for (uint32_t w = story[0].first_wording; w < story[1].first_wording; w++) {
            l->wordings.items[w].first_piece = piece;
            l->wordings.items[w].first_break = brk;
            if (!has_copies(story))
                continue;
            piece += laid->wordings.items[next].pieces;
            brk += laid->wordings.items[next++].breaks;
            while (next_block < laid->blocks.len &&
                   laid->blocks.items[next_block].wording == w)
                next_block++;
        }
    }
}

static int commit(void *arg, void *item, struct err *err)
{
    struct layout *l = arg;
    struct laid *laid = &l->items.items[(size_t)(uintptr_t)item];
    number(l->link, laid);
    int rc = append(l->link, laid, err);
    release_laid(laid);
    atomic_fetch_add(&l->build->report.steps_done, 1);
    return rc;
}

/* --- the stage ---------------------------------------------------------------------------- */

/* Neighbouring stories, so many as have about ITEM_TOKENS tokens of copies. */
static int cut(struct layout *l, struct err *err)
{
    uint32_t n = link_n_stories(l->link), first = 0;
    uint64_t tokens = 0;
    for (uint32_t s = 0; s < n; s++) {
        const struct link_story *story = &l->link->stories.items[s];
        for (uint32_t w = story[0].first_wording;
             has_copies(story) && w < story[1].first_wording; w++)
            tokens += first_article(l, w)->length;
        if (tokens < ITEM_TOKENS && s + 1 - first < ITEM_STORIES && s + 1 < n)
            continue;
        if (!vec_push(&l->items, (struct laid){.first = first, .end = s + 1}))
            return no_memory(err);
        first = s + 1;
        tokens = 0;
    }
    return 0;
}

int layout_stories(struct build *b, struct link *l, struct err *err)
{
    struct layout layout = {.build = b, .link = l};
    int rc = spares_init(&layout.spares, sizeof(struct tools), err);
    if (rc != 0)
        return rc;
    rc = cut(&layout, err);
    struct pool_stage stage = {
        .count = layout.items.len, .work = work, .commit = commit, .arg = &layout};
    if (rc == 0) {
        report_begin(&b->report, REPORT_LINK, stage.count);
        rc = pool_run(b->pool, &stage, err);
    }
    vec_foreach(struct laid, laid, &layout.items)
        release_laid(laid);
    vec_release(&layout.items);
    spares_release(&layout.spares, release_tools);
    /* The entries behind the last hold the ends. */
    if (rc == 0) {
        struct link_wording *end = &l->wordings.items[l->wordings.len - 1];
        end->first_piece = (uint32_t)l->pieces.len;
        end->first_break = (uint32_t)l->breaks.len;
        l->stories.items[l->stories.len - 1].first_block = (uint32_t)l->blocks.len;
    }
    return rc;
}
