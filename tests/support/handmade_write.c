/* Hand-made stories to segments: ids, postings, patches, and every section through its writer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "tests/support/check.h"
#include "tests/support/handmade.h"
#include "tests/support/handmade_pairs.h"

/* A string with a small number beside it: a surface (0), a separator (its break), a key (its
 * span). */
struct name {
    struct bytes bytes;
    uint8_t extra;
    uint64_t count; /* occurrences */
    uint32_t id;
};

/* Distinct names: first a heap with repetitions, then sorted by (bytes, extra). */
struct names {
    VEC(struct name) list;
};

struct posting {
    uint32_t term;
    address at;
    bool owned;   /* some wording has it at its own token */
    address home; /* of the first word */
};

struct build {
    struct handmade *h;
    size_t from, to; /* stories */
    struct segment_writer w;
    struct forward_coding coding;
    struct names surfaces, seps, terms;
    VEC(struct posting) postings;
    uint64_t counts[SEGMENT_TEXT_BYTES + 1];
    uint32_t n_articles;
    VEC(size_t) order; /* articles in order of their ids */
};

/* --- names ---------------------------------------------------------------------------- */

static void add(struct names *n, struct bytes bytes, uint8_t extra, uint64_t count)
{
    struct name name = {bytes, extra, count, 0};
    CHECK(vec_push(&n->list, name));
}

static int by_name(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    int c = bytes_compare(x->bytes, y->bytes);
    return c ? c : (x->extra > y->extra) - (x->extra < y->extra);
}

static int by_count(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->extra != y->extra)
        return x->extra > y->extra ? 1 : -1;
    return bytes_compare(x->bytes, y->bytes);
}

static void unite(struct names *n)
{
    size_t k = 0;
    if (n->list.len == 0)
        return;
    qsort(n->list.items, n->list.len, sizeof *n->list.items, by_name);
    for (size_t i = 1; i < n->list.len; i++) {
        if (by_name(&n->list.items[k], &n->list.items[i]) == 0)
            n->list.items[k].count += n->list.items[i].count;
        else
            n->list.items[++k] = n->list.items[i];
    }
    n->list.len = k + 1;
    for (size_t i = 0; i < n->list.len; i++)
        n->list.items[i].id = (uint32_t)i;
}

/* A copy in order of (count descending, extra, bytes), to be freed; ids are given so, in n too. */
static struct name *rank(struct names *n)
{
    struct name *order = malloc((n->list.len + 1) * sizeof *order);
    CHECK(order);
    for (size_t i = 0; i < n->list.len; i++)
        order[i] = n->list.items[i]; /* its id is its place in n */
    if (n->list.len > 0)
        qsort(order, n->list.len, sizeof *order, by_count);
    for (size_t i = 0; i < n->list.len; i++)
        n->list.items[order[i].id].id = (uint32_t)i;
    return order;
}

static uint32_t id_of(const struct names *n, struct bytes bytes, uint8_t extra)
{
    struct name key = {bytes, extra, 0, 0};
    CHECK(n->list.len > 0);
    const struct name *found =
        bsearch(&key, n->list.items, n->list.len, sizeof key, by_name);
    CHECK(found);
    return found->id;
}

/* --- joined entries --------------------------------------------------------------------- */

typedef void (*entry_fn)(struct build *b, const struct handmade_story *s,
                         const struct handmade_wording *w, uint32_t token,
                         struct bytes key, uint8_t span);

/* Calls fn for every joined entry of a wording; keys live in the arena. */
static void each_joined(struct build *b, const struct handmade_story *s,
                        const struct handmade_wording *w, entry_fn fn)
{
    struct handmade *h = b->h;
    const struct handmade_article *a = &h->articles.items[w->first_article];
    uint8_t *breaks = arena_alloc(&h->arena, a->n_tokens + 1);
    CHECK(breaks);
    for (size_t i = 0; i < a->n_tokens; i++)
        breaks[i] = i == 0 ? 0 : a->tokens[i].brk;
    for (size_t i = 0; i < a->n_tokens; i++) {
        uint8_t key[2048], spans[2];
        size_t len = h->text.alias ? h->text.alias(a->terms[i], key) : 0;
        if (len > 0)
            fn(b, s, w, (uint32_t)i, arena_copy(&h->arena, bytes_of(key, len)), 1);
        size_t n =
            h->text.joins ? h->text.joins(a->terms, breaks, a->n_tokens, i, spans) : 0;
        for (size_t k = 0; k < n; k++) {
            len = 0;
            for (size_t t = i; t < i + spans[k]; t++) {
                memcpy(key + len, a->terms[t].data, a->terms[t].len);
                len += a->terms[t].len;
            }
            CHECK(len <= TERMS_KEY_MAX);
            fn(b, s, w, (uint32_t)i, arena_copy(&h->arena, bytes_of(key, len)),
               spans[k]);
        }
    }
}

/* --- what there is ------------------------------------------------------------------------ */

static void name_key(struct build *b, const struct handmade_story *s,
                     const struct handmade_wording *w, uint32_t token, struct bytes key,
                     uint8_t span)
{
    (void)s, (void)w, (void)token;
    add(&b->terms, key, span, 1);
}

static void gather_names(struct build *b)
{
    struct handmade *h = b->h;
    for (size_t i = b->from; i < b->to; i++) {
        const struct handmade_story *s = &h->stories.items[i];
        for (size_t k = 0; k < s->articles.len; k++) {
            const struct handmade_article *a = &h->articles.items[s->articles.items[k]];
            for (size_t t = 0; t < a->n_tokens; t++) {
                add(&b->surfaces, a->tokens[t].surface, 0, 1);
                add(&b->seps, a->tokens[t].sep, a->tokens[t].brk, 1);
                add(&b->terms, a->terms[t], 0, 1);
            }
            /* An article without a word still needs something as its first separator. */
            if (a->n_tokens == 0)
                add(&b->seps, bytes_of("", 0), 2, 1);
            add(&b->seps, a->tail, 0, 1);
        }
        for (size_t k = 0; k < s->wordings.len; k++)
            each_joined(b, s, &s->wordings.items[k], name_key);
    }
    unite(&b->surfaces);
    unite(&b->seps);
    unite(&b->terms);
}

/* Articles get ids story by story, wording by wording. */
static void give_ids(struct build *b, uint32_t segment)
{
    struct handmade *h = b->h;
    address start = 0;
    wording_id wording = 0;
    for (size_t i = b->from; i < b->to; i++) {
        struct handmade_story *s = &h->stories.items[i];
        s->segment = segment;
        s->story_id = (story_id)(i - b->from);
        s->start = start;
        start += (address)s->stream.len;
        for (size_t k = 0; k < s->wordings.len; k++, wording++) {
            for (size_t j = 0; j < s->articles.len; j++) {
                struct handmade_article *a = &h->articles.items[s->articles.items[j]];
                if (a->wording != k)
                    continue;
                a->segment = segment;
                a->story_id = s->story_id;
                a->wording_id = wording;
                a->article_id = (article_id)b->order.len;
                CHECK(vec_push(&b->order, s->articles.items[j]));
                b->counts[SEGMENT_ARTICLE_TOKENS] += a->n_tokens;
                b->counts[SEGMENT_TEXT_BYTES] += a->text.len;
            }
        }
        b->counts[SEGMENT_STORIES]++;
        b->counts[SEGMENT_WORDINGS] += s->wordings.len;
    }
    b->counts[SEGMENT_TOKENS] = start;
    b->counts[SEGMENT_ARTICLES] = b->order.len;
    b->counts[SEGMENT_TERMS] = b->terms.list.len;
    b->counts[SEGMENT_SURFACES] = b->surfaces.list.len;
    b->counts[SEGMENT_SEPS] = b->seps.list.len;
}

/* --- postings ------------------------------------------------------------------------------ */

/* Words are posted at their homes only. */
static void post(struct build *b, const struct handmade_story *s, uint32_t term,
                 uint8_t span, address at, bool owned)
{
    address home = wordings_home(s->blocks.items, s->blocks.len, at);
    if (span <= 1 && home != at)
        return;
    struct posting p = {term, s->start + at, owned, s->start + home};
    CHECK(vec_push(&b->postings, p));
}

/* The address of a wording's own token, relative to the story. */
static address address_of(const struct handmade_wording *w, uint32_t token)
{
    uint32_t p = 0;
    for (size_t i = 0; i < w->pieces.len; i++) {
        const struct piece *piece = &w->pieces.items[i];
        if (token < p + piece->own)
            return piece->start + (token - p);
        p += piece->own;
    }
    abort(); /* a token that no piece owns */
}

static void post_key(struct build *b, const struct handmade_story *s,
                     const struct handmade_wording *w, uint32_t token, struct bytes key,
                     uint8_t span)
{
    uint32_t id = id_of(&b->terms, key, span), from = 0;
    post(b, s, id, span, address_of(w, token), true);
    /* Also where a piece only looks at it: a phrase that begins on the piece's own tokens
     * is found in the stream, all of it. */
    for (size_t i = 0; i < w->pieces.len; i++) {
        const struct piece *p = &w->pieces.items[i];
        if (token >= from + p->own && token + span <= from + p->own + p->look)
            post(b, s, id, span, p->start + (token - from), false);
        from += p->own;
    }
}

static void gather_postings(struct build *b)
{
    struct handmade *h = b->h;
    for (size_t i = b->from; i < b->to; i++) {
        const struct handmade_story *s = &h->stories.items[i];
        for (size_t at = 0; at < s->stream.len; at++) {
            const struct handmade_source *x = &s->stream.items[at];
            struct bytes term = h->articles.items[x->article].terms[x->token];
            post(b, s, id_of(&b->terms, term, 0), 0, (address)at, false);
        }
        for (size_t k = 0; k < s->wordings.len; k++) {
            const struct handmade_wording *w = &s->wordings.items[k];
            const struct handmade_article *a = &h->articles.items[w->first_article];
            for (uint32_t t = 0; t < w->len; t++)
                post(b, s, id_of(&b->terms, a->terms[t], 0), 0, address_of(w, t), true);
            each_joined(b, s, w, post_key);
        }
    }
}

static int by_posting(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;
    if (x->term != y->term)
        return x->term > y->term ? 1 : -1;
    return (x->at > y->at) - (x->at < y->at);
}

/* One posting an address: owned if any of its mentions is. */
static void unite_postings(struct build *b)
{
    size_t k = 0;
    if (b->postings.len == 0)
        return;
    qsort(b->postings.items, b->postings.len, sizeof *b->postings.items, by_posting);
    for (size_t i = 1; i < b->postings.len; i++) {
        if (by_posting(&b->postings.items[k], &b->postings.items[i]) == 0)
            b->postings.items[k].owned |= b->postings.items[i].owned;
        else
            b->postings.items[++k] = b->postings.items[i];
    }
    b->postings.len = k + 1;
}

static size_t story_at(const struct build *b, address at)
{
    size_t lo = b->from, hi = b->to; /* the last story that starts at or before `at` */
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (b->h->stories.items[mid].start <= at)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* Stories of one term's postings [from, to): counts them, and puts them if wanted. In each some wording owns one. */
static uint32_t each_story(struct build *b, size_t from, size_t to,
                           struct storylists_writer *out)
{
    uint32_t stories = 0;
    for (size_t i = from, end; i < to; i = end) {
        size_t story = story_at(b, b->postings.items[i].at);
        bool owned = false;
        for (end = i; end < to && story_at(b, b->postings.items[end].at) == story;
             end++)
            owned |= b->postings.items[end].owned;
        CHECK(owned);
        stories++;
        if (out)
            storylists_writer_put(out, (story_id)(story - b->from));
    }
    return stories;
}

static void write_term(struct build *b, const struct name *term, size_t from, size_t to,
                       address *list, struct storylists_writer *stories)
{
    struct term_entry e = {.key_len = (uint8_t)term->bytes.len,
                           .span = term->extra,
                           .occurrences = to - from};
    size_t n = to - from;
    CHECK(n > 0);
    memcpy(e.key, term->bytes.data, term->bytes.len);
    for (size_t i = 0; i < n; i++)
        list[i] = b->postings.items[from + i].at;
    if (n <= TERMS_INLINE_MAX) {
        e.n_inline = (uint32_t)n;
        memcpy(e.inline_list, list, n * sizeof *list);
    } else {
        e.pos = addresses_put(b->w.pos, list, n);
    }
    e.stories = each_story(b, from, to, NULL);
    if (e.stories >= (b->h->listed_stories ? b->h->listed_stories : STORYLISTS_MIN)) {
        each_story(b, from, to, stories);
        e.doc = storylists_writer_end(stories, b->w.doc);
    }
    terms_writer_put(b->w.terms, &e);
}

static void write_terms(struct build *b)
{
    address *list = malloc((b->postings.len + 1) * sizeof *list);
    struct storylists_writer *stories = storylists_writer_new();
    CHECK(list && stories);
    size_t at = 0;
    for (size_t i = 0; i < b->terms.list.len; i++) {
        size_t end = at;
        while (end < b->postings.len && b->postings.items[end].term == i)
            end++;
        write_term(b, &b->terms.list.items[i], at, end, list, stories);
        at = end;
    }
    CHECK(at == b->postings.len);
    storylists_writer_free(stories);
    free(list);
}

static uint32_t word_of(void *arg, struct bytes key)
{
    const struct build *b = arg;
    struct name name = {key, 0, 0, 0};
    const struct name *found =
        bsearch(&name, b->terms.list.items, b->terms.list.len, sizeof name, by_name);
    return found ? found->id : UINT32_MAX;
}

/* --- the stream and the stories -------------------------------------------------------------- */

static void write_stream(struct build *b)
{
    struct handmade *h = b->h;
    surface_id surfaces[FORWARD_BLOCK];
    sep_id seps[FORWARD_BLOCK];
    uint8_t block[FORWARD_BLOCK_BYTES_MAX];
    size_t n = 0;
    address a = 0;
    for (size_t i = b->from; i < b->to; i++) {
        const struct handmade_story *s = &h->stories.items[i];
        for (size_t at = 0; at < s->stream.len; at++, a++) {
            const struct handmade_source *x = handmade_stored(s, (address)at);
            const struct handmade_token *t =
                &h->articles.items[x->article].tokens[x->token];
            bool elsewhere = x != &s->stream.items[at];
            surfaces[n] = elsewhere ? (surface_id)FORWARD_ELSEWHERE
                                    : id_of(&b->surfaces, t->surface, 0);
            seps[n++] = elsewhere ? 0 : id_of(&b->seps, t->sep, t->brk);
            if (t->brk == 2)
                marks_writer_put(b->w.paragraphs, a);
            if (t->brk == 1 || t->brk == 2)
                marks_writer_put(b->w.sentences, a);
            if (n == FORWARD_BLOCK) {
                size_t len = forward_encode_block(&b->coding, surfaces, seps, n, block);
                forward_writer_put(b->w.forward, block, len, n);
                n = 0;
            }
        }
    }
    if (n > 0) {
        size_t len = forward_encode_block(&b->coding, surfaces, seps, n, block);
        forward_writer_put(b->w.forward, block, len, n);
    }
}

static void write_surfaces(struct build *b)
{
    struct name *order = rank(&b->surfaces);
    for (size_t i = 0; i < b->surfaces.list.len; i++) {
        uint8_t term[256];
        size_t len = b->h->text.fold(order[i].bytes, term);
        surfaces_writer_put(b->w.surfaces, order[i].bytes,
                            id_of(&b->terms, bytes_of(term, len), 0));
    }
    free(order);
    order = rank(&b->seps);
    for (size_t i = 0; i < b->seps.list.len; i++)
        surfaces_writer_put_sep(b->w.surfaces, order[i].extra, order[i].bytes);
    free(order);
}

static void write_stories(struct build *b)
{
    struct handmade *h = b->h;
    for (size_t i = b->from; i < b->to; i++) {
        const struct handmade_story *s = &h->stories.items[i];
        block_vec blocks = {0};
        uint32_t homes = (uint32_t)s->stream.len;
        for (size_t k = 0; k < s->blocks.len; k++) {
            struct block x = s->blocks.items[k];
            x.start += s->start;
            if (x.lead_home != (address)ADDRESS_NONE)
                x.lead_home += s->start;
            if (x.tail_home != (address)ADDRESS_NONE)
                x.tail_home += s->start;
            homes -= wordings_repeated(&x);
            CHECK(vec_push(&blocks, x));
        }
        b->counts[SEGMENT_HOMES] += homes;
        wordings_writer_story(b->w.wordings, (uint32_t)s->stream.len, blocks.items,
                              blocks.len);
        for (size_t k = 0; k < s->wordings.len; k++) {
            const struct handmade_wording *w = &s->wordings.items[k];
            piece_vec pieces = {0};
            for (size_t p = 0; p < w->pieces.len; p++) {
                struct piece x = w->pieces.items[p];
                x.start += s->start;
                CHECK(vec_push(&pieces, x));
            }
            wordings_writer_wording(b->w.wordings, w->len, pieces.items,
                                    s->wordings.len == 1 ? 0 : pieces.len,
                                    w->breaks.items, w->breaks.len);
            vec_release(&pieces);
        }
        vec_release(&blocks);
    }
}

/* --- articles --------------------------------------------------------------------------------- */

static bool is_upper_of(struct bytes upper, struct bytes of)
{
    if (upper.len != of.len)
        return false;
    for (size_t i = 0; i < of.len; i++) {
        uint8_t c = of.data[i];
        if (c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        if (upper.data[i] != c)
            return false;
    }
    return true;
}

/* Where an article's tokens differ from what its wording's pieces spell. */
static void find_patches(const struct build *b, const struct handmade_article *a,
                         patch_vec *out)
{
    const struct handmade *h = b->h;
    const struct handmade_story *s = &h->stories.items[a->story];
    const struct handmade_wording *w = &s->wordings.items[a->wording];
    for (uint32_t i = 0; i < a->n_tokens; i++) {
        const struct handmade_source *x = handmade_stored(s, address_of(w, i));
        const struct handmade_token *there =
            &h->articles.items[x->article].tokens[x->token];
        const struct handmade_token *here = &a->tokens[i];
        struct patch sep = {i, 1, 0, PATCH_SEP};
        struct patch upper = {i, 1, 0, PATCH_UPPER};
        struct patch surface = {i, 1, 0, PATCH_SURFACE};
        bool same = bytes_equal(here->surface, there->surface);
        bool raised = !same && is_upper_of(here->surface, there->surface);
        if (!same && !raised) {
            surface.value = id_of(&b->surfaces, here->surface, 0);
            CHECK(vec_push(out, surface));
        }
        if (i > 0 && (!bytes_equal(here->sep, there->sep) || here->brk != there->brk)) {
            sep.value = id_of(&b->seps, here->sep, here->brk);
            CHECK(vec_push(out, sep));
        }
        if (!raised)
            continue;
        struct patch *last = out->len ? &out->items[out->len - 1] : NULL;
        if (last && last->kind == PATCH_UPPER && last->at + last->len == i)
            last->len++;
        else
            CHECK(vec_push(out, upper));
    }
}

static void write_article(struct build *b, const struct handmade_article *a)
{
    struct offsetmap map = {0};
    patch_vec patches = {0};
    find_patches(b, a, &patches);
    offsetmap_put(&map, (uint32_t)a->text.len, 0, (uint32_t)a->text.len);
    CHECK(!map.failed);
    struct article_record r = {.wording = a->wording_id,
                               .title_tokens = a->title_tokens,
                               .tail = id_of(&b->seps, a->tail, 0),
                               .patches = patches.items,
                               .n_patches = patches.len,
                               .map = &map};
    r.first_sep = a->n_tokens > 0 ? id_of(&b->seps, a->tokens[0].sep, 2)
                                  : id_of(&b->seps, bytes_of("", 0), 2);
    articles_writer_put(b->w.articles, &r);
    provenance_writer_put(b->w.provenance, &a->row);
    vec_release(&patches);
    offsetmap_release(&map);
}

struct id_order {
    struct bytes id;
    article_id article;
};

static int by_id(const void *a, const void *b)
{
    const struct id_order *x = a, *y = b;
    return bytes_compare(x->id, y->id);
}

static article_id *order_ids(const struct build *b)
{
    size_t n = b->order.len;
    struct id_order *order = malloc((n + 1) * sizeof *order);
    article_id *out = malloc((n + 1) * sizeof *out);
    CHECK(order && out);
    for (size_t i = 0; i < n; i++)
        order[i] = (struct id_order){b->h->articles.items[b->order.items[i]].row.id,
                                     (article_id)i};
    qsort(order, n, sizeof *order, by_id);
    for (size_t i = 0; i < n; i++) {
        CHECK(i == 0 || bytes_compare(order[i - 1].id, order[i].id) < 0);
        out[i] = order[i].article;
    }
    free(order);
    return out;
}

/* --- a segment ---------------------------------------------------------------------------------- */

static void release_build(struct build *b)
{
    vec_release(&b->surfaces.list);
    vec_release(&b->seps.list);
    vec_release(&b->terms.list);
    vec_release(&b->postings);
    vec_release(&b->order);
}

int handmade_write_segment(struct handmade *h, size_t from, size_t to, int dirfd,
                           const char *dirname, struct handmade_file *out,
                           struct err *err)
{
    struct build b = {.h = h, .from = from, .to = to};
    gather_names(&b);
    give_ids(&b, h->n_segments ? (uint32_t)h->n_segments - 1 : 0);
    forward_coding_init(&b.coding, h->fast ? FORWARD_FAST : FORWARD_SMALL,
                        (uint32_t)b.surfaces.list.len);
    int rc = segment_writer_open(&b.w, dirfd, dirname, "segment.tmp",
                                 (uint32_t)b.terms.list.len, b.coding.store, err);
    if (rc == 0) {
        write_surfaces(&b);
        write_stream(&b);
        write_stories(&b);
        for (size_t i = 0; i < b.order.len; i++)
            write_article(&b, &h->articles.items[b.order.items[i]]);
        gather_postings(&b);
        unite_postings(&b);
        write_terms(&b);
        handmade_pairs_write(h, from, to, word_of, &b, &b.w.bigrams);
        article_id *ids = order_ids(&b);
        rc = segment_writer_end_all(&b.w, ids, b.counts, err);
        if (rc == 0)
            rc = segment_writer_finish(&b.w, b.counts, 1, &out->file.header_hash,
                                       &out->file.len, err);
        else
            segment_writer_abort(&b.w);
        free(ids);
    }
    if (rc == 0) {
        snprintf(out->file.name, sizeof out->file.name, "seg-%016" PRIx64 ".stm",
                 out->file.header_hash.low);
        rc = file_rename_durable(dirfd, dirname, "segment.tmp", out->file.name, err);
        memcpy(out->counts, b.counts, sizeof b.counts);
    }
    release_build(&b);
    return rc;
}

/* --- a generation --------------------------------------------------------------------------------- */

/* Articles of a segment in the order of their ids are those of its stories, by wording. */
static void write_story_graph(struct handmade *h, struct stories_writer *w,
                              const struct handmade_story *s)
{
    article_id first = UINT32_MAX, fullest = UINT32_MAX;
    uint32_t most = 0;
    for (size_t k = 0; k < s->articles.len; k++) {
        const struct handmade_article *a = &h->articles.items[s->articles.items[k]];
        if (a->article_id < first)
            first = a->article_id;
    }
    for (size_t k = 0; k < s->articles.len; k++) {
        const struct handmade_article *a = &h->articles.items[s->articles.items[k]];
        uint32_t n = (uint32_t)a->n_tokens;
        if (fullest == UINT32_MAX || n > most ||
            (n == most && a->article_id < fullest)) {
            most = n;
            fullest = a->article_id;
        }
    }
    stories_writer_story(
        w, (struct story_record){first, fullest, (uint32_t)s->articles.len});
    for (size_t k = 0; k < s->wordings.len; k++) {
        for (size_t j = 0; j < s->articles.len; j++) {
            const struct handmade_article *a = &h->articles.items[s->articles.items[j]];
            if (a->wording != k)
                continue;
            uint8_t relation = a->relation != UINT8_MAX ? a->relation
                               : a->article_id == first ? RELATION_ROOT
                               : k == 0                 ? RELATION_SAME
                                                        : RELATION_NEAR;
            struct evidence e = a->figures;
            e.relation = relation;
            e.score = k == 0 ? STORIES_SCORE_MAX : 9000;
            stories_writer_article(w, &e);
        }
    }
}

/* The number of an article over all segments. */
static uint64_t number_of(const struct handmade *h, const struct handmade_article *a)
{
    uint64_t n = a->article_id;
    vec_foreach(struct handmade_article, other, &h->articles)
        n += other->segment < a->segment;
    return n;
}

static int by_stories(const void *x, const void *y)
{
    const struct story_link *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

/* Stories are numbered in the order of adding. */
static void write_links(const struct handmade *h, struct stories_writer *w)
{
    link_vec links = {0};
    vec_foreach(struct handmade_link, made, &h->links) {
        const struct handmade_article *a = &h->articles.items[made->article];
        const struct handmade_article *b = &h->articles.items[made->other];
        CHECK(a->story != b->story);
        if (a->story > b->story) {
            const struct handmade_article *swap = a;
            a = b;
            b = swap;
        }
        struct story_link link = {a->story,
                                  b->story,
                                  number_of(h, a),
                                  number_of(h, b),
                                  {.relation = made->relation, .score = 5000}};
        bool known = false;
        vec_foreach(struct story_link, other, &links)
            known = known || by_stories(other, &link) == 0;
        CHECK(known || vec_push(&links, link));
    }
    if (links.len > 0)
        qsort(links.items, links.len, sizeof *links.items, by_stories);
    vec_foreach(struct story_link, link, &links)
        stories_writer_link(w, link);
    vec_release(&links);
}

static void add_totals(struct manifest *m, const uint64_t *counts)
{
    m->stories += counts[SEGMENT_STORIES];
    m->wordings += counts[SEGMENT_WORDINGS];
    m->articles += counts[SEGMENT_ARTICLES];
    m->tokens += counts[SEGMENT_TOKENS];
    m->homes += counts[SEGMENT_HOMES];
    m->article_tokens += counts[SEGMENT_ARTICLE_TOKENS];
    m->text_bytes += counts[SEGMENT_TEXT_BYTES];
}

static int write_segments(struct handmade *h, int dirfd, const char *path, size_t n,
                          struct stories_writer *stories, struct manifest *m,
                          struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        size_t from = h->stories.len * i / n, to = h->stories.len * (i + 1) / n;
        struct handmade_file f = {0};
        h->n_segments = i + 1;
        rc = handmade_write_segment(h, from, to, dirfd, path, &f, err);
        if (rc != 0)
            break;
        CHECK(vec_push(&m->segments, f.file));
        add_totals(m, f.counts);
        stories_writer_segment(stories);
        for (size_t k = from; k < to; k++)
            write_story_graph(h, stories, &h->stories.items[k]);
    }
    return rc;
}

int handmade_write(struct handmade *h, const char *path, size_t n_segments,
                   uint64_t generation, struct err *err)
{
    struct manifest m = {.generation = generation, .analyser_version = 1, .seam = SEAM};
    struct stories_writer *stories = NULL;
    vec_foreach(struct handmade_story, s, &h->stories)
        handmade_align_story(h, s);
    if (n_segments > h->stories.len)
        n_segments = h->stories.len ? h->stories.len : 1;
    int dirfd = file_open_dir(path, true, err);
    if (dirfd < 0)
        return dirfd;
    int rc = stories_writer_create(&stories, dirfd, path, "stories.tmp", err);
    if (rc == 0)
        rc = write_segments(h, dirfd, path, n_segments, stories, &m, err);
    if (rc == 0) {
        write_links(h, stories);
        struct manifest_file *f = &m.stories_file;
        rc = stories_writer_finish(stories, &f->header_hash, &f->len, err);
        stories = NULL;
        snprintf(f->name, sizeof f->name, "stories-%016" PRIx64 ".stm",
                 f->header_hash.low);
        if (rc == 0)
            rc = file_rename_durable(dirfd, path, "stories.tmp", f->name, err);
    }
    stories_writer_abort(stories);
    if (rc == 0)
        rc = snapshot_publish(dirfd, path, &m, err);
    manifest_release(&m);
    (void)close(dirfd);
    return rc;
}
