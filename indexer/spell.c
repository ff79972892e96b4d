#include "indexer/spell.h"

#include <assert.h>
#include <string.h>

enum {
    KEPT_MAX = 1 << 18 /* tokens of a stream there is room kept for */
};

/* One call of spell_story. */
struct spelling {
    struct spell *spell;
    const struct build *build;
    const struct link *link;
    uint32_t from, to;
    const struct spell_sink *sink;
    bool keep; /* blocks come, and need what stands before them */
};

static void charge(struct spell *s)
{
    uint64_t now = (s->stream.cap + s->stream_seps.cap) * sizeof(uint32_t);
    if (!s->budget || now == s->charged)
        return;
    if (now > s->charged)
        budget_force(s->budget, now - s->charged);
    else
        budget_give(s->budget, s->charged - now);
    s->charged = now;
}

void spell_release(struct spell *s)
{
    spool_reader_release(&s->reader);
    vec_release(&s->joins.v);
    vec_release(&s->surfaces);
    vec_release(&s->seps);
    vec_release(&s->stream);
    vec_release(&s->stream_seps);
    charge(s);
}

static const struct article *first_article(const struct spelling *s, uint32_t wording)
{
    const struct link *l = s->link;
    uint32_t i = l->wordings.items[wording].first_article;
    return &s->build->articles.v.items[l->articles.items[i]];
}

/* Of the tokens those that lie in the range that is wanted. */
static int put_tokens(const struct spelling *s, struct spell_tokens t, struct err *err)
{
    uint32_t n = t.to - t.from;
    uint32_t low = t.at < s->from ? s->from - t.at : 0;
    uint32_t high = s->to <= t.at ? 0 : s->to - t.at < n ? s->to - t.at : n;
    if (low >= high || !s->sink->tokens)
        return 0;
    t.at += low;
    t.to = t.from + high;
    t.from += low;
    t.begins = t.begins && low == 0;
    return s->sink->tokens(s->sink->arg, &t, err);
}

static void expect(const struct spelling *s, const struct token_block *block)
{
    if (s->sink->expect)
        s->sink->expect(s->sink->arg, block);
}

/* Tokens that lie in memory, as they would have been put to the spool. */
static void fill_block(struct token_block *b, const uint32_t *surfaces,
                       const uint32_t *seps, uint32_t n)
{
    b->n = n;
    b->n_seps = 0;
    memcpy(b->surfaces, surfaces, n * sizeof *surfaces);
    for (uint32_t i = 0; i < n; i++) {
        b->places[b->n_seps] = (uint8_t)i;
        b->seps[b->n_seps] = seps[i];
        b->n_seps += seps[i] != 0;
    }
}

/* Tokens that lie in memory, n of them, as t says where and what they are. */
static int put_all(const struct spelling *s, struct spell_tokens t,
                   const uint32_t *surfaces, const uint32_t *seps, uint32_t n,
                   struct err *err)
{
    struct token_block block;
    int rc = 0;
    t.block = &block;
    for (uint32_t i = 0; rc == 0 && i < n; i += t.to) {
        t.to = n - i < TOKEN_BLOCK ? n - i : TOKEN_BLOCK;
        fill_block(&block, surfaces + i, seps + i, t.to);
        expect(s, &block);
        rc = put_tokens(s, t, err);
        t.at += t.to;
        t.begins = false;
    }
    return rc;
}

/* Makes room for a story's stream of n tokens. */
static int begin_stream(struct spell *p, uint32_t n, struct err *err)
{
    vec_reset(&p->stream);
    vec_reset(&p->stream_seps);
    if (p->stream.cap > KEPT_MAX && n <= KEPT_MAX) {
        vec_release(&p->stream);
        vec_release(&p->stream_seps);
    }
    bool room = vec_reserve(&p->stream, n) && vec_reserve(&p->stream_seps, n);
    charge(p);
    return room ? 0 : err_set(err, ERR_NOMEM, "write: out of memory");
}

/* Appends to the stream so far, which has the room. */
static void keep_tokens(struct spell *p, const uint32_t *surfaces, const uint32_t *seps,
                        uint32_t n)
{
    assert(n <= p->stream.cap - p->stream.len);
    memcpy(p->stream.items + p->stream.len, surfaces, n * sizeof *surfaces);
    memcpy(p->stream_seps.items + p->stream_seps.len, seps, n * sizeof *seps);
    p->stream.len += n;
    p->stream_seps.len += n;
}

static void keep_block(struct spell *p, const struct token_block *b)
{
    uint32_t seps[TOKEN_BLOCK] = {0};
    for (uint32_t i = 0; i < b->n_seps; i++)
        seps[b->places[i]] = b->seps[i];
    keep_tokens(p, b->surfaces, seps, b->n);
}

static int put_join(const struct spelling *s, uint32_t at, uint32_t term,
                    struct err *err)
{
    if (at < s->from || at >= s->to)
        return 0;
    return s->sink->join(s->sink->arg, at, term, err);
}

/* --- the root ---------------------------------------------------------------------------- */

static int next_block(const struct spelling *s, struct token_block *block,
                      struct err *err)
{
    int rc = spool_block(&s->spell->reader, block, err);
    if (rc == 0)
        expect(s, block);
    return rc;
}

/* A block is read before the tokens of the one before it are told. */
static int put_root_tokens(const struct spelling *s, uint32_t length, struct err *err)
{
    struct spell *p = s->spell;
    struct token_block blocks[2];
    struct token_block *block = &blocks[0], *next = &blocks[1];
    int rc = next_block(s, block, err);
    if (rc != 0)
        return rc;
    p->first_sep = block->n_seps > 0 && block->places[0] == 0 ? block->seps[0] : 0;
    for (uint32_t at = 0; rc == 0 && at < length;) {
        struct token_block *this = block;
        if (length - at > this->n)
            rc = next_block(s, next, err);
        if (rc == 0)
            rc = put_tokens(
                s, (struct spell_tokens){at, 0, this->n, this, at == 0, false}, err);
        if (rc == 0 && s->keep)
            keep_block(p, this);
        at += this->n;
        block = next;
        next = this;
    }
    return rc;
}

static int put_root(const struct spelling *s, uint32_t wording, struct err *err)
{
    const struct article *a = first_article(s, wording);
    struct spell *p = s->spell;
    if (s->from >= a->length && !s->keep)
        return 0;
    spool_seek(&p->reader, a);
    struct spool_joins *joins = s->sink->join ? &p->joins : NULL;
    int rc = a->length > 0 ? put_root_tokens(s, a->length, err) : 0;
    if (rc == 0)
        rc = spool_tail(&p->reader, &p->tail, joins, err);
    for (size_t i = 0; rc == 0 && joins && i < joins->v.len; i++)
        rc = put_join(s, joins->v.items[i].token, joins->v.items[i].term, err);
    return rc;
}

/* --- blocks ------------------------------------------------------------------------------ */

/* All tokens of a wording's first article, and its joined entries. */
static int read_wording(const struct spelling *s, uint32_t wording, struct err *err)
{
    const struct article *a = first_article(s, wording);
    struct spell *p = s->spell;
    uint32_t tail;
    vec_reset(&p->surfaces);
    vec_reset(&p->seps);
    if (!vec_reserve(&p->surfaces, a->length) || !vec_reserve(&p->seps, a->length))
        return err_set(err, ERR_NOMEM, "write: out of memory");
    spool_seek(&p->reader, a);
    int rc = spool_tokens(&p->reader, a->length, p->surfaces.items, p->seps.items, err);
    if (rc != 0)
        return rc;
    p->surfaces.len = p->seps.len = a->length;
    vec_reset(&p->joins.v);
    return s->sink->join ? spool_tail(&p->reader, &tail, &p->joins, err) : 0;
}

/* The first of the joined entries that begins at a token or after it. */
static const struct spool_join *join_from(const struct spool_joins *joins,
                                          uint32_t token)
{
    size_t low = 0, high = joins->v.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (joins->v.items[middle].token < token)
            low = middle + 1;
        else
            high = middle;
    }
    return joins->v.items + low;
}

static int put_block_joins(const struct spelling *s, const struct link_block *block,
                           struct err *err)
{
    const struct lexicon *terms = &s->build->vocabulary.terms;
    const struct spool_joins *joins = &s->spell->joins;
    const struct spool_join *j = join_from(joins, block->from);
    uint32_t end = block->from + block->len;
    int rc = 0;
    for (; rc == 0 && j < joins->v.items + joins->v.len && j->token < end; j++) {
        if (j->token + lexicon_tag(terms, j->term) <= end)
            rc = put_join(s, block->start + (j->token - block->from), j->term, err);
    }
    return rc;
}

/* The tokens of a block that stand at `home` too. */
static int put_repeated(const struct spelling *s, address home, uint32_t n,
                        struct err *err)
{
    struct spell *p = s->spell;
    uint32_t at = (uint32_t)p->stream.len;
    assert((uint64_t)home + n <= at);
    keep_tokens(p, p->stream.items + home, p->stream_seps.items + home, n);
    return put_all(s, (struct spell_tokens){.at = at, .repeated = true},
                   p->stream.items + at, p->stream_seps.items + at, n, err);
}

/* Its lead, what it brings, its tail; of what overlaps it is the tail that counts. */
static int put_block(const struct spelling *s, const struct link_block *block,
                     struct err *err)
{
    struct spell *p = s->spell;
    const address none = (address)ADDRESS_NONE;
    uint32_t end = block->tail_home == none ? block->len : block->len - SEAM;
    uint32_t lead = block->lead_home == none ? 0 : SEAM < end ? SEAM : end;
    const uint32_t *surfaces = p->surfaces.items + block->from;
    const uint32_t *seps = p->seps.items + block->from;
    int rc = 0;
    assert(p->stream.len == block->start);
    if (lead > 0)
        rc = put_repeated(s, block->lead_home, lead, err);
    if (rc == 0 && end > lead) {
        keep_tokens(p, surfaces + lead, seps + lead, end - lead);
        rc = put_all(s,
                     (struct spell_tokens){.at = block->start + lead,
                                           .begins = block->from == 0 && lead == 0},
                     surfaces + lead, seps + lead, end - lead, err);
    }
    if (rc == 0 && end < block->len)
        rc = put_repeated(s, block->tail_home, block->len - end, err);
    return rc;
}

/* A wording's blocks [first, end), which lie one behind the other in the stream. */
static int put_blocks(const struct spelling *s, uint32_t first, uint32_t end,
                      struct err *err)
{
    const struct link_block *blocks = s->link->blocks.items;
    int rc = read_wording(s, blocks[first].wording, err);
    for (uint32_t i = first; rc == 0 && i < end; i++) {
        const struct link_block *block = &blocks[i];
        assert((uint64_t)block->from + block->len <= s->spell->surfaces.len);
        rc = put_block(s, block, err);
        if (rc == 0 && s->sink->join)
            rc = put_block_joins(s, block, err);
    }
    return rc;
}

/* --- a story ------------------------------------------------------------------------------ */

/* The first block of the wording whose blocks hold an address, which lies behind the root. */
static uint32_t group_at(const struct link *l, const struct link_story *x, uint32_t at)
{
    const struct link_block *blocks = l->blocks.items;
    uint32_t low = x[0].first_block, high = x[1].first_block;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (blocks[middle].start <= at)
            low = middle;
        else
            high = middle;
    }
    while (low > x[0].first_block && blocks[low - 1].wording == blocks[low].wording)
        low--;
    return low;
}

/* Where to go on in a story whose stream is held as far as `held` tokens: *first becomes the block, and the
 * stream ends before it. False: at the root. */
static bool resume(const struct spelling *s, const struct link_story *x,
                   uint32_t *first)
{
    struct spell *p = s->spell;
    uint32_t root = s->link->blocks.items[x->first_block].start;
    uint32_t held = (uint32_t)p->stream.len;
    if (s->from < root || held < root)
        return false;
    *first = x[1].first_block;
    uint32_t at = s->from < held ? s->from : held;
    if (at < x->length) {
        *first = group_at(s->link, x, at);
        p->stream.len = p->stream_seps.len = s->link->blocks.items[*first].start;
    }
    return true;
}

static int put_story(const struct spelling *s, uint32_t story, bool held,
                     struct err *err)
{
    const struct link_story *x = &s->link->stories.items[story];
    const struct link_block *blocks = s->link->blocks.items;
    uint32_t i = x[0].first_block, end_blocks = x[1].first_block;
    int rc = 0;
    if (!held || i == end_blocks || !resume(s, x, &i)) {
        if (s->keep)
            rc = begin_stream(s->spell, x->length, err);
        if (rc == 0)
            rc = put_root(s, x->first_wording, err);
    }
    for (uint32_t end; rc == 0 && i < end_blocks; i = end) {
        for (end = i + 1; end < end_blocks && blocks[end].wording == blocks[i].wording;)
            end++;
        /* Those before the range too: others may repeat what they brought. */
        if (blocks[i].start < s->to)
            rc = put_blocks(s, i, end, err);
    }
    return rc;
}

static int put_range(const struct spelling *s, uint32_t story, struct err *err)
{
    struct spell *p = s->spell;
    bool held = p->held == story + 1;
    if (p->reader.file != &s->build->spool.tokens)
        spool_read_tokens_of(&p->reader, &s->build->spool);
    p->held = 0;
    int rc = put_story(s, story, held, err);
    if (rc == 0 && s->keep)
        p->held = story + 1;
    return rc;
}

int spell_story(struct spell *s, const struct build *b, const struct link *l,
                const struct spell_part *part, const struct spell_sink *sink,
                struct err *err)
{
    const struct link_story *x = &l->stories.items[part->story];
    bool keep = x[0].first_block < x[1].first_block &&
                l->blocks.items[x->first_block].start < part->to;
    const struct spelling spelling = {s, b, l, part->from, part->to, sink, keep};
    return put_range(&spelling, part->story, err);
}

int spell_stream(struct spell *s, const struct build *b, const struct link *l,
                 uint32_t story, struct err *err)
{
    static const struct spell_sink none = {NULL, NULL, NULL, NULL};
    uint32_t n = l->stories.items[story].length;
    if (s->held == story + 1 && s->stream.len == n)
        return 0;
    const struct spelling spelling = {s, b, l, n, n, &none, true};
    return put_range(&spelling, story, err);
}
