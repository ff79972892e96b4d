/* Spans in the seams of residue blocks against the wordings and the stream themselves. Random stories, whose copies
 * leave words out, put some or many in and begin anew; the test counts which kinds of seams were met,
 * so that it cannot pass without them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/leaf.h"
#include "tests/unit/query_fixture.h"

enum {
    STORIES = 60, /* so that there are words with lists that are not short */
    WORDS = 30,   /* that texts are made of */
    LONG = 64     /* tokens of a block whose ends are looked at apart */
};

/* Spans that were right, by what they lay in. */
struct met {
    size_t seam, joint, both_joints; /* of all spans; of short blocks */
    size_t long_lead, long_tail;     /* of blocks that are longer than LONG */
    size_t overlap;                  /* of blocks whose seams overlap */
    size_t home_in_seam;             /* what it repeats is repeated there, too */
    size_t of_many;                  /* the rarest place is a union of many lists */
};

static struct query_fixture f;
static uint64_t state;
static struct met met;

static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 20) % n);
}

/* --- stories ------------------------------------------------------------------------------------- */

/* glue: of so many words one is tied to the one before; 0: none. */
static void put_words(struct buf *out, uint32_t n, uint32_t glue)
{
    for (uint32_t i = 0; i < n; i++) {
        bool tied = glue && i > 0 && below(glue) == 0;
        buf_printf(out, "%sw%u", tied ? "-" : " ", (unsigned)below(WORDS));
    }
}

/* Where the word at or behind a byte begins. */
static size_t word_at(struct bytes text, size_t at)
{
    while (at < text.len && text.data[at] != ' ')
        at++;
    return at < text.len ? at : text.len;
}

/* Parts of the original in order, with few new words between, or many, or none. */
static void put_copy(struct buf *out, struct bytes original, uint32_t glue)
{
    static const uint32_t most[] = {1, 2, 6, 12, 90};
    size_t at = word_at(original, below((uint32_t)original.len / 3));
    while (at < original.len) {
        size_t to = word_at(original, at + 30 + below((uint32_t)original.len / 2));
        buf_put(out, original.data + at, to - at);
        put_words(out, below(most[below(5)]), glue);
        at = word_at(original, to - (below(3) ? 0 : 20) + below(40));
    }
}

static void add_story(uint32_t glue)
{
    struct buf original = {0}, copy = {0};
    put_words(&original, 60 + below(120), glue);
    struct bytes text = buf_bytes(&original);
    buf_put_u8(&original, 0);
    text.data = original.data;
    handmade_story(&f.made);
    handmade_plain(&f.made, "", (const char *)original.data);
    for (uint32_t n = 1 + below(4); n > 0; n--) {
        bool of_copy = copy.len > 0 && below(2); /* it goes on with the copy's own */
        struct buf last = copy;
        copy = (struct buf){0};
        put_copy(&copy, of_copy ? bytes_of(last.data, last.len - 1) : text, glue);
        buf_put_u8(&copy, 0);
        cr_assert_not(original.failed || copy.failed);
        handmade_plain(&f.made, "", (const char *)copy.data);
        buf_release(&last);
    }
    buf_release(&original);
    buf_release(&copy);
}

static void begin(uint64_t seed, uint32_t glue)
{
    state = seed;
    met = (struct met){0};
    query_fixture_begin(&f);
    if (seed % 2 == 0) /* matches are refused now and then */
        f.made.align.seed = f.made.random = seed;
    for (size_t i = 0; i < STORIES; i++)
        add_story(glue);
    query_fixture_publish(&f, 1);
}

/* --- what is right ------------------------------------------------------------------------------- */

struct phrase {
    char items[LEAF_WIDTH_MAX][8]; /* words; with a star at their end, beginnings */
    uint32_t n;
    uint32_t tied; /* this item is two words in one: w1w2 for w1-w2; n: none is */
};

static bool item_matches(const char *item, struct bytes term)
{
    size_t n = strlen(item);
    bool star = n > 0 && item[n - 1] == '*';
    n -= star;
    return term.len >= n && memcmp(term.data, item, n) == 0 && (star || term.len == n);
}

static struct bytes term_at(const struct handmade_story *s, address at)
{
    const struct handmade_source *source = &s->stream.items[at];
    return f.made.articles.items[source->article].terms[source->token];
}

static bool in_stream(const struct phrase *p, const struct handmade_story *s,
                      address at)
{
    for (uint32_t i = 0; i < p->n; i++) {
        if (!item_matches(p->items[i], term_at(s, at + i)))
            return false;
    }
    return true;
}

/* Two tokens with a hyphen between them that are the item together. */
static bool pair_matches(const char *item, const struct handmade_article *a, size_t at)
{
    char pair[32];
    if (at + 1 >= a->n_tokens || a->tokens[at + 1].brk != 3)
        return false;
    snprintf(pair, sizeof pair, "%.*s%.*s", (int)a->terms[at].len,
             (const char *)a->terms[at].data, (int)a->terms[at + 1].len,
             (const char *)a->terms[at + 1].data);
    return strcmp(pair, item) == 0;
}

static bool is_at(const struct phrase *p, const struct handmade_article *a, size_t at)
{
    for (uint32_t i = 0; i < p->n; i++) {
        bool tied = i == p->tied;
        if (at >= a->n_tokens || !(tied ? pair_matches(p->items[i], a, at)
                                        : item_matches(p->items[i], a->terms[at])))
            return false;
        at += 1 + tied;
    }
    return true;
}

static bool in_article(const struct phrase *p, const struct handmade_article *a)
{
    for (size_t at = 0; at < a->n_tokens; at++) {
        if (is_at(p, a, at))
            return true;
    }
    return false;
}

/* --- what was met -------------------------------------------------------------------------------- */

/* The token's home when only its own block is asked. */
static address first_home(const struct block *b, address at)
{
    if (b->tail_home != (address)ADDRESS_NONE && at >= b->start + b->len - SEAM)
        return b->tail_home + (at - (b->start + b->len - SEAM));
    return b->lead_home != (address)ADDRESS_NONE && at < b->start + SEAM
               ? b->lead_home + (at - b->start)
               : at;
}

static void note(const struct handmade_story *s, const struct block *b, address at,
                 uint32_t width, bool many)
{
    bool lead = false, tail = false, own = false, twice = false;
    for (address a = at; a < at + width; a++) {
        address home = wordings_home(s->blocks.items, s->blocks.len, a);
        bool is_tail =
            b->tail_home != (address)ADDRESS_NONE && a >= b->start + b->len - SEAM;
        own |= home == a;
        tail |= home != a && is_tail;
        lead |= home != a && !is_tail;
        twice |= home != first_home(b, a);
    }
    if (!lead && !tail)
        return;
    met.seam++;
    met.joint += own;
    met.both_joints += lead && tail && own && b->len <= LONG;
    met.long_lead += lead && b->len > LONG;
    met.long_tail += tail && b->len > LONG;
    met.overlap += b->len < 2 * SEAM && wordings_repeated(b) == b->len && lead && tail;
    met.home_in_seam += twice;
    met.of_many += many;
}

/* --- the comparison ------------------------------------------------------------------------------ */

static void write_query(const struct phrase *p, char *out, size_t cap)
{
    size_t n = (size_t)snprintf(out, cap, "\"");
    for (uint32_t i = 0; i < p->n; i++)
        n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? " " : "", p->items[i]);
    snprintf(out + n, cap - n, "\"");
}

/* All addresses of the root and of the blocks, but those from which a span would leave them. */
static void check_stream(const struct phrase *p, const struct leaf *leaf,
                         const bool *found, const char *query)
{
    bool many = !leaf_term_few(&leaf->terms[0]);
    vec_foreach(const struct handmade_story, s, &f.made.stories) {
        for (size_t e = 0; e <= s->blocks.len; e++) {
            struct block root = {0, s->wordings.items[0].len, (address)ADDRESS_NONE,
                                 (address)ADDRESS_NONE};
            const struct block *b = e ? &s->blocks.items[e - 1] : &root;
            for (address at = b->start; at + p->n <= b->start + b->len; at++) {
                bool due = in_stream(p, s, at);
                cr_assert_eq(found[s->start + at], due, "%s: story %u, token %u %s",
                             query, s->story_id, at, due ? "is not found" : "is found");
                if (due && e)
                    note(s, b, at, p->n, many);
            }
        }
    }
}

/* The leaf over the stream: whole, and in some stories only. */
static void check_leaf(const struct phrase *p, const char *query)
{
    address n = (address)f.snapshot.segments[0].wordings.n_addresses;
    struct plan *plan = query_fixture_plan(&f, query);
    cr_assert_eq(plan->root->kind, PLAN_LEAF, "%s", query);
    struct leaf *leaf = &plan->segments[0].leaves[plan->root->leaf];
    bool *found = calloc(n + 1, 1);
    address_vec out = {0}, part = {0};
    cr_assert(found);
    cr_assert_eq(leaf_find(leaf, 0, n, &out, &f.err), 0, "%s", f.err.msg);
    for (size_t i = 0; i < out.len; i++) {
        cr_assert(i == 0 || out.items[i - 1] < out.items[i], "%s: order", query);
        found[out.items[i]] = true;
    }
    check_stream(p, leaf, found, query);
    const struct handmade_story *s = &f.made.stories.items[below(STORIES)];
    address end = s->start + (address)s->stream.len;
    cr_assert_eq(leaf_find(leaf, s->start, end, &part, &f.err), 0, "%s", f.err.msg);
    for (size_t i = 0, k = 0; i < out.len; i++) {
        if (out.items[i] < s->start || out.items[i] >= end)
            continue;
        cr_assert(k < part.len && part.items[k] == out.items[i], "%s: in one story",
                  query);
        k++;
    }
    free(found);
    vec_release(&out);
    vec_release(&part);
    plan_release(plan);
}

/* The engine's articles and stories. */
static void check_articles(const struct phrase *p, const char *query)
{
    unsigned long long hits, stories, all, articles, due = 0, due_stories = 0;
    vec_foreach(const struct handmade_story, s, &f.made.stories) {
        unsigned long long before = due;
        vec_foreach(const size_t, a, &s->articles)
            due += in_article(p, &f.made.articles.items[*a]);
        due_stories += due > before;
    }
    const char *counts = query_fixture_count(&f, query);
    cr_assert_eq(
        sscanf(counts, "%llu %llu %llu %llu", &hits, &stories, &all, &articles), 4);
    cr_assert(articles == due && stories == due_stories, "%s: %s, not %llu in %llu",
              query, counts, due, due_stories);
}

/* A phrase from near an end of a block, with some words cut to what many begin with. */
static bool draw_phrase(struct phrase *p)
{
    const struct handmade_story *s = &f.made.stories.items[below(STORIES)];
    if (s->blocks.len == 0)
        return false;
    const struct block *b = &s->blocks.items[below((uint32_t)s->blocks.len)];
    p->n = p->tied = 1 + below(LEAF_WIDTH_MAX);
    if (b->len < p->n)
        return false;
    uint32_t room = b->len - p->n + 1;
    uint32_t at = below(room < SEAM + 2 ? room : SEAM + 2);
    at = below(2) ? at : room - 1 - at;
    uint32_t stars = below(4); /* 3: all */
    for (uint32_t i = 0; i < p->n; i++) {
        struct bytes t = term_at(s, b->start + at + i);
        bool cut = stars == 3 || (stars == 2 && below(2));
        snprintf(p->items[i], sizeof p->items[i], "%.*s%s", cut ? 2 : (int)t.len,
                 (const char *)t.data, cut ? "*" : "");
    }
    return true;
}

static void check_phrases(size_t n)
{
    for (size_t i = 0; i < n;) {
        struct phrase p;
        char query[100];
        if (!draw_phrase(&p))
            continue;
        write_query(&p, query, sizeof query);
        f.window = below(2) ? 0 : 64 + below(3000);
        check_leaf(&p, query);
        check_articles(&p, query);
        i++;
    }
}

Test(seams, every_kind_of_seam)
{
    struct met all = {0};
    for (uint64_t seed = 1; seed <= 4; seed++) {
        begin(seed * 88172645463325253u, 0);
        check_phrases(80);
        query_fixture_end(&f);
        all.seam += met.seam;
        all.joint += met.joint;
        all.both_joints += met.both_joints;
        all.long_lead += met.long_lead;
        all.long_tail += met.long_tail;
        all.overlap += met.overlap;
        all.home_in_seam += met.home_in_seam;
        all.of_many += met.of_many;
    }
    cr_assert(all.seam && all.joint && all.both_joints && all.long_lead &&
                  all.long_tail && all.overlap && all.home_in_seam && all.of_many,
              "not met: %zu %zu %zu %zu %zu %zu %zu %zu", all.seam, all.joint,
              all.both_joints, all.long_lead, all.long_tail, all.overlap,
              all.home_in_seam, all.of_many);
}

/* --- joined entries ---------------------------------------------------------------------------------- */

/* A phrase from near an end of a block with a pair of tied words, which is one of its items. */
static bool draw_tied(struct phrase *p)
{
    const struct handmade_story *s = &f.made.stories.items[below(STORIES)];
    if (s->blocks.len == 0)
        return false;
    const struct block *b = &s->blocks.items[below((uint32_t)s->blocks.len)];
    uint32_t width = 2 + below(LEAF_WIDTH_MAX - 1);
    if (b->len < width)
        return false;
    uint32_t room = b->len - width + 1, at = below(room < SEAM ? room : SEAM);
    at = b->start + (below(2) ? at : room - 1 - at);
    p->n = width - 1;
    p->tied = below(p->n);
    const struct handmade_source *source = &s->stream.items[at + p->tied + 1];
    if (f.made.articles.items[source->article].tokens[source->token].brk != 3)
        return false;
    for (uint32_t i = 0; i < p->n; i++) {
        struct bytes t = term_at(s, at + i + (i > p->tied));
        struct bytes u = term_at(s, at + p->tied + 1);
        snprintf(p->items[i], sizeof p->items[i], "%.*s%.*s", (int)t.len,
                 (const char *)t.data, i == p->tied ? (int)u.len : 0,
                 (const char *)u.data);
    }
    return true;
}

Test(seams, joined_entries)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        begin(seed * 0x9e3779b97f4a7c15u, 5);
        for (size_t i = 0; i < 250;) {
            struct phrase p;
            char query[100];
            if (!draw_tied(&p))
                continue;
            write_query(&p, query, sizeof query);
            f.window = below(2) ? 0 : 64 + below(3000);
            check_articles(&p, query);
            i++;
        }
        query_fixture_end(&f);
    }
}
