#include "tests/support/random_query.h"

#include <stdlib.h>
#include <string.h>

#include "formats/stories.h"
#include "tests/support/random_filter.h"
#include "tests/support/random_row.h"
#include "tests/support/random_word.h"

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

uint32_t random_query_below(struct random_query *r, uint32_t n)
{
    r->state ^= r->state << 13; /* Marsaglia 2003, xorshift */
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return n ? (uint32_t)((r->state >> 16) % n) : 0;
}

static bool chance(struct random_query *r, uint32_t percent)
{
    return random_query_below(r, 100) < percent;
}

/* --- archives --------------------------------------------------------------------------------- */

/* Plain words that are also what glued neighbours join to, an initialism and its alias, and
 * beginnings of one another. */
static const char *const words[] = {
    "a",    "b",   "c",    "d",   "ab", "abc", "bc",  "cd",  "us",
    "U.S",  "the", "them", "ada", "B",  "The", "Us",  "e",   "abcd",
    "adam", "x",   "ac",   "ad",  "ae", "af",  "aba", "abb", "ada's",
};
static const char *const characters[] = {"\u4e2d", "\u56fd", "\u4eba"};

static bool is_character(struct bytes surface)
{
    return surface.len > 0 && surface.data[0] >= 0xe4;
}

static struct handmade_token random_token(struct random_query *r,
                                          const struct handmade_token *before)
{
    static const uint8_t breaks[] = {0, 0, 0, 0, 0, 1, 2};
    size_t n_words = sizeof words / sizeof words[0];
    struct handmade_token t = {.sep = bytes_str(" "),
                               .brk = breaks[random_query_below(r, 7)]};
    bool run = before && is_character(before->surface);
    if (chance(r, run ? 60 : 8)) {
        t.surface = bytes_str(characters[random_query_below(r, 3)]);
        if (run && chance(r, 85)) {
            t.brk = 3;
            t.sep = bytes_str("");
        }
        return t;
    }
    /* the first words are the commonest */
    size_t k = random_query_below(r, (uint32_t)n_words);
    t.surface = bytes_str(words[random_query_below(r, (uint32_t)k + 1)]);
    if (before && !run && chance(r, 18)) {
        t.brk = 3;
        t.sep = bytes_str("-");
    }
    return t;
}

static void put_token(struct random_query *r, handmade_tokens *t)
{
    const struct handmade_token *before = t->len ? &t->items[t->len - 1] : NULL;
    struct handmade_token token = random_token(r, before);
    NEED(vec_push(t, token));
}

static void put_some(struct random_query *r, handmade_tokens *t, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        put_token(r, t);
}

/* The same words, written otherwise now and then. */
static void retype(struct random_query *r, handmade_tokens *t)
{
    static const char *const other[][2] = {
        {"a", "A"},
        {"b", "B"},
        {"ab", "AB"},
        {"the", "The"},
        {"The", "THE"},
        {"us", "Us"},
        {"ada's", "ada\u2019s"},
        {"ada", "Ada"},
        {"abc", "ABC"},
        {"them", "Them"},
        {"U.S", "u.s"},
        {"c", "\u0107"},
    };
    vec_foreach(struct handmade_token, token, t) {
        if (token > t->items && token->brk == 0 && chance(r, 10))
            token->sep = bytes_str(chance(r, 50) ? ", " : " \u2018");
        for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
            if (chance(r, 25) && bytes_equal(token->surface, bytes_str(other[i][0])))
                token->surface = bytes_str(other[i][1]);
        }
    }
}

/* An article of these tokens, and now and then others of the same. */
static void add_article(struct random_query *r, struct handmade *h,
                        const handmade_tokens *t)
{
    uint32_t n = chance(r, 25) ? 2 + random_query_below(r, 3) : 1;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t title =
            chance(r, 30) ? random_query_below(r, (uint32_t)t->len + 1) : 0;
        handmade_tokens own = {0};
        for (size_t k = 0; k < t->len; k++)
            NEED(vec_push(&own, t->items[k]));
        if (chance(r, 40))
            retype(r, &own);
        struct provenance_row row = random_row(r->state, h->articles.len);
        random_filter_vary(r, h, &row);
        handmade_article(h, own.items, own.len, bytes_str(chance(r, 80) ? "." : "?"),
                         title, &row);
        vec_release(&own);
    }
}

/* Tokens [from, to) of another article, now and then cut inside a chain. */
static void put_copy(struct random_query *r, handmade_tokens *t,
                     const handmade_tokens *source, size_t from, size_t to)
{
    while (chance(r, 50) && from < to && source->items[from].brk == 3)
        from++;
    while (chance(r, 50) && to < source->len && source->items[to].brk == 3)
        to++;
    for (size_t i = from; i < to; i++)
        NEED(vec_push(t, source->items[i]));
}

/* Other breaks, but for those that glue. */
static void rewrap(struct random_query *r, handmade_tokens *t)
{
    vec_foreach(struct handmade_token, token, t) {
        if (token->brk != 3 && chance(r, 20)) {
            token->brk = (uint8_t)random_query_below(r, 3);
            token->sep = bytes_str(chance(r, 50) ? "\n" : " ");
        }
    }
}

static void make_copy(struct random_query *r, const handmade_tokens *root,
                      handmade_tokens *t)
{
    uint32_t n = (uint32_t)root->len;
    uint32_t a = random_query_below(r, n + 1), b = a + random_query_below(r, n + 1 - a);
    switch (random_query_below(r, 8)) {
    case 0: put_copy(r, t, root, 0, n); break;
    case 1: put_copy(r, t, root, 0, b); break; /* truncated */
    case 2: put_copy(r, t, root, a, n); break;
    case 3: /* a passage of its own inside */
        put_copy(r, t, root, 0, a);
        put_some(r, t, random_query_below(r, 12));
        put_copy(r, t, root, a, n);
        break;
    case 4: /* one left out */
        put_copy(r, t, root, 0, a);
        put_copy(r, t, root, b, n);
        break;
    case 5: /* one twice */
        put_copy(r, t, root, 0, b);
        put_copy(r, t, root, a, n);
        break;
    case 6: /* halves exchanged */
        put_copy(r, t, root, a, n);
        put_copy(r, t, root, 0, a);
        break;
    default: /* words replaced */
        put_copy(r, t, root, 0, n);
        for (uint32_t k = random_query_below(r, 4); k > 0 && t->len; k--) {
            struct handmade_token *at =
                &t->items[random_query_below(r, (uint32_t)t->len)];
            at->surface = bytes_str(words[random_query_below(r, 8)]);
        }
    }
    if (chance(r, 40))
        put_some(r, t, random_query_below(r, 20));
    if (chance(r, 30))
        rewrap(r, t);
}

void random_query_archive(struct random_query *r, struct handmade *h, size_t n_stories)
{
    for (size_t s = 0; s < n_stories; s++) {
        handmade_tokens root = {0};
        uint32_t n_copies = chance(r, 40) ? 1 + random_query_below(r, 4) : 0;
        handmade_story(h);
        put_some(r, &root, chance(r, 3) ? 0 : 1 + random_query_below(r, 90));
        add_article(r, h, &root);
        for (uint32_t i = 0; i < n_copies; i++) {
            handmade_tokens t = {0};
            make_copy(r, &root, &t);
            add_article(r, h, &t);
            vec_release(&t);
        }
        vec_release(&root);
    }
    for (uint32_t n = random_query_below(r, 6); n > 0; n--) {
        struct handmade_link link = {random_query_below(r, (uint32_t)h->articles.len),
                                     random_query_below(r, (uint32_t)h->articles.len),
                                     chance(r, 70) ? RELATION_EXCERPT
                                                   : RELATION_EDITION};
        if (h->articles.items[link.article].story !=
            h->articles.items[link.other].story)
            NEED(vec_push(&h->links, link));
    }
}

/* --- queries ---------------------------------------------------------------------------------- */

static void put_surface(struct bytes surface, struct buf *out)
{
    buf_put_bytes(out, surface);
}

/* Where a piece of the article's wording ends, or any place. */
static uint32_t pick_place(struct random_query *r, const struct handmade *h,
                           const struct handmade_article *a)
{
    const struct handmade_wording *w =
        &h->stories.items[a->story].wordings.items[a->wording];
    uint32_t at = random_query_below(r, (uint32_t)a->n_tokens), sum = 0;
    if (w->pieces.len > 1 && chance(r, 60)) {
        uint32_t k = random_query_below(r, (uint32_t)w->pieces.len - 1);
        for (uint32_t i = 0; i <= k; i++)
            sum += w->pieces.items[i].own;
        uint32_t back = random_query_below(r, 12);
        at = sum + random_query_below(r, 10);
        at = at > back ? at - back : 0;
    }
    return at < a->n_tokens ? at : (uint32_t)a->n_tokens - 1;
}

static const struct handmade_article *pick_article(struct random_query *r,
                                                   const struct handmade *h)
{
    for (unsigned i = 0; i < 20; i++) {
        const struct handmade_article *a =
            &h->articles.items[random_query_below(r, (uint32_t)h->articles.len)];
        if (a->n_tokens > 0 && (a->wording > 0 || chance(r, 60)))
            return a;
    }
    return NULL;
}

/* A word with wildcards that may match the surface. */
static void put_pattern(struct random_query *r, struct bytes surface, struct buf *out)
{
    static const char *const fixed[] = {"*b",   "?b*", "a?",  "*b*",
                                        "?he*", "*a?", "t*m", "a*a"};
    size_t n = surface.len;
    if (chance(r, 40)) {
        random_word_text(r, surface, out);
        return;
    }
    /* A wildcard beside a mark that is no part of a word touches none. */
    bool marked = memchr(surface.data, '.', n) || memchr(surface.data, '\'', n) ||
                  memchr(surface.data, 0xe2, n); /* a curly one */
    if (n < 2 || marked || is_character(surface) || chance(r, 30)) {
        const char *pattern = fixed[random_query_below(r, 8)];
        size_t len = strlen(pattern);
        buf_put_str(out, pattern);
        if (pattern[len - 1] == '?') /* which alone would be a question mark */
            buf_put_str(out, "*");
        return;
    }
    uint32_t at = random_query_below(r, (uint32_t)n), next;
    while (at > 0 && (surface.data[at] & 0xC0) == 0x80)
        at--;
    for (next = at + 1; next < n && (surface.data[next] & 0xC0) == 0x80;)
        next++;
    bool one = next < n && chance(r, 60);
    buf_put(out, surface.data, at);
    buf_put_str(out, one ? "?" : "*");
    at = one ? next : at;
    if (at < n && (at <= 1 || chance(r, 80)))
        buf_put(out, surface.data + at, n - at);
    else if (one)
        buf_put_str(out, "*");
}

static void put_any_word(struct random_query *r, struct buf *out)
{
    buf_put_str(out, words[random_query_below(r, sizeof words / sizeof words[0])]);
}

/* The surface and others, as alternatives, some of them of two words. */
static void put_alternatives(struct random_query *r, struct bytes surface,
                             struct buf *out)
{
    bool long_ones = chance(r, 50);
    uint32_t n = 1 + random_query_below(r, 3), at = random_query_below(r, n + 1);
    buf_put_u8(out, '(');
    for (uint32_t i = 0; i <= n; i++) {
        if (i > 0)
            buf_put_u8(out, '|');
        if (i == at)
            put_surface(surface, out);
        else if (chance(r, 20))
            put_pattern(r, surface, out);
        else
            put_any_word(r, out);
        if (long_ones && chance(r, 30)) {
            buf_put_u8(out, ' ');
            put_any_word(r, out);
        }
        if (long_ones && chance(r, 5))
            buf_put_str(out, " \u4e2d\u56fd");
    }
    buf_put_u8(out, ')');
}

static void put_word(struct random_query *r, const struct handmade *h, struct buf *out)
{
    const struct handmade_article *a = pick_article(r, h);
    if (chance(r, 15)) {
        buf_put_str(out, chance(r, 50) ? "ab*" : chance(r, 50) ? "th*" : "a*");
    } else if (chance(r, 10)) {
        static const char *const joined[] = {"abc", "abcd", "ab", "bcd",
                                             "cab", "us",   "aa"};
        buf_put_str(out, joined[random_query_below(r, 7)]);
    } else if (a) {
        struct bytes surface = a->tokens[pick_place(r, h, a)].surface;
        if (chance(r, 15))
            put_pattern(r, surface, out);
        else
            put_surface(surface, out);
    } else {
        put_any_word(r, out);
    }
}

static void put_phrase(struct random_query *r, const struct handmade *h,
                       struct buf *out)
{
    const struct handmade_article *a = pick_article(r, h);
    uint32_t n =
        chance(r, 25) ? 8 + random_query_below(r, 14) : 1 + random_query_below(r, 5);
    bool has_word = false;
    uint32_t special = chance(r, 40) ? 10 + random_query_below(r, 60) : 0;
    buf_put_u8(out, '"');
    if (!a) {
        buf_put_str(out, "the them");
    } else {
        uint32_t at = pick_place(r, h, a);
        for (uint32_t i = at; i < at + n && i < a->n_tokens; i++) {
            const struct handmade_token *t = &a->tokens[i];
            bool run = i > at && t->brk == 3 && is_character(t->surface) &&
                       is_character(t[-1].surface);
            if (i > at && !run)
                buf_put_u8(out, ' ');
            bool glued = i + 1 < a->n_tokens && t[1].brk == 3;
            bool last = i + 1 == at + n || i + 1 == a->n_tokens;
            if (glued && !is_character(t->surface) && i + 1 < at + n && chance(r, 40)) {
                put_surface(t->surface, out); /* the two as one joined word, or more */
                do {
                    put_surface(a->tokens[++i].surface, out);
                } while (i + 1 < a->n_tokens && a->tokens[i + 1].brk == 3 &&
                         chance(r, 50));
            } else if (chance(r, 8) && !is_character(t->surface)) {
                size_t len = 1; /* of its first character */
                while (len < t->surface.len && (t->surface.data[len] & 0xc0) == 0x80)
                    len++;
                buf_put(out, t->surface.data, len);
                buf_put_u8(out, '*');
            } else if (!run && !(glued && is_character(t->surface)) &&
                       chance(r, special)) {
                uint32_t k = random_query_below(r, 4);
                if (k == 0)
                    put_pattern(r, t->surface, out);
                else if (k == 1)
                    put_alternatives(r, t->surface, out);
                else
                    buf_put_str(out, has_word || !last ? "*" : "a*");
                has_word = has_word || k < 2;
                continue;
            } else {
                put_surface(t->surface, out);
            }
            has_word = true;
        }
    }
    buf_put_u8(out, '"');
}

static void put_id(struct random_query *r, const struct handmade *h, struct buf *out)
{
    uint32_t n = (uint32_t)h->articles.len;
    buf_put_bytes(out, h->articles.items[random_query_below(r, n)].row.id);
}

static void put_filter(struct random_query *r, const struct handmade *h,
                       struct buf *out)
{
    static const char *const fixed[] = {
        "is:original", "is:original", "is:copy",    "is:copy",    "is:excerpt",
        "is:excerpt",  "copies:0",    "copies:>0",  "copies:>=2", "copies:<3",
        "copies:1..3", "copies:..2",  "copies:4..",
    };
    uint32_t n = sizeof fixed / sizeof fixed[0], k = random_query_below(r, n + 5);
    if (chance(r, 60)) {
        random_filter_text(r, h, out);
        return;
    }
    if (k < n) {
        buf_put_str(out, fixed[k]);
        return;
    }
    buf_put_str(out, k < n + 3 ? "story:" : "like:");
    put_id(r, h, out);
}

/* Words of one place, some left out and some exchanged, in a window. */
static void put_window(struct random_query *r, const struct handmade *h,
                       struct buf *out)
{
    const struct handmade_article *a = pick_article(r, h);
    uint32_t n = 2 + random_query_below(r, 3), at = a ? pick_place(r, h, a) : 0;
    buf_put_u8(out, '"');
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = at + (i * 2 + 1) % (n + 1);
        struct bytes surface = bytes_str("the");
        if (a && k < a->n_tokens)
            surface = a->tokens[k].surface;
        if (i > 0)
            buf_put_u8(out, ' ');
        if (chance(r, 12))
            put_pattern(r, surface, out);
        else if (chance(r, 12))
            put_alternatives(r, surface, out);
        else
            put_surface(surface, out);
    }
    buf_printf(out, "\"~%u", (unsigned)random_query_below(r, 7));
}

static void put_atom(struct random_query *r, const struct handmade *h, struct buf *out)
{
    if (chance(r, 55))
        put_word(r, h, out);
    else if (chance(r, 15))
        put_window(r, h, out);
    else
        put_phrase(r, h, out);
}

/* What NEAR and PRE may join. */
static void put_operand(struct random_query *r, const struct handmade *h,
                        unsigned depth, struct buf *out)
{
    if (depth == 0 || chance(r, 60)) {
        put_atom(r, h, out);
        return;
    }
    if (chance(r, 20)) {
        buf_printf(out, "ATLEAST/%u ", 1 + (unsigned)random_query_below(r, 4));
        put_operand(r, h, depth - 1, out);
        return;
    }
    buf_put_u8(out, '(');
    if (chance(r, 50)) {
        put_operand(r, h, depth - 1, out);
        buf_put_str(out, " OR ");
        put_operand(r, h, depth - 1, out);
    } else {
        put_operand(r, h, depth - 1, out);
        buf_printf(out, " %s/%u ", chance(r, 50) ? "NEAR" : "PRE",
                   1 + (unsigned)random_query_below(r, 6));
        put_operand(r, h, depth - 1, out);
    }
    buf_put_u8(out, ')');
}

static void put_near(struct random_query *r, const struct handmade *h, unsigned depth,
                     struct buf *out)
{
    uint32_t links = 1 + chance(r, 25);
    put_operand(r, h, depth, out);
    for (uint32_t i = 0; i < links; i++) {
        uint32_t n = chance(r, 20) ? 12 + random_query_below(r, 30)
                                   : 1 + random_query_below(r, 9);
        if (chance(r, 30)) {
            static const char *const units[] = {" /s ", " /p ", " +s ", " +p "};
            buf_put_str(out, units[random_query_below(r, 4)]);
            put_operand(r, h, depth, out);
            continue;
        }
        buf_printf(out, " %s/%u ",
                   chance(r, 55)   ? "NEAR"
                   : chance(r, 70) ? "PRE"
                                   : "NOT-NEAR",
                   (unsigned)n);
        put_operand(r, h, depth, out);
    }
}

/* What title: and body: stand before. */
static void put_part(struct random_query *r, const struct handmade *h, unsigned depth,
                     struct buf *out)
{
    if (depth == 0 || chance(r, 40)) {
        put_phrase(r, h, out);
        return;
    }
    buf_put_u8(out, '(');
    put_operand(r, h, depth - 1, out);
    if (chance(r, 50)) {
        buf_put_str(out, chance(r, 50) ? " " : chance(r, 50) ? " OR " : " -");
        put_operand(r, h, depth - 1, out);
    }
    buf_put_u8(out, ')');
}

void random_query_text(struct random_query *r, const struct handmade *h, unsigned depth,
                       struct buf *out)
{
    uint32_t kind = depth ? random_query_below(r, 100) : random_query_below(r, 55);
    if (chance(r, 15)) {
        put_filter(r, h, out);
    } else if (kind < 4) {
        buf_put_str(out, chance(r, 50) ? "title:" : "body:");
        put_part(r, h, depth, out);
    } else if (kind < 9) {
        uint32_t n = chance(r, 50) ? 1 + random_query_below(r, 8)
                                   : 1 + random_query_below(r, 60);
        buf_printf(out, "IN/%u ", (unsigned)n);
        put_operand(r, h, depth ? depth - 1 : 0, out);
    } else if (kind < 35) {
        put_atom(r, h, out);
    } else if (kind < 55) {
        put_near(r, h, depth ? depth - 1 : 0, out);
    } else if (kind < 65) {
        buf_put_str(out, chance(r, 50) ? "NOT (" : "-(");
        random_query_text(r, h, depth - 1, out);
        buf_put_u8(out, ')');
    } else {
        uint32_t n = 2 + chance(r, 30);
        buf_put_u8(out, '(');
        for (uint32_t i = 0; i < n; i++) {
            if (i > 0)
                buf_put_str(out, kind < 80 ? (chance(r, 50) ? " AND " : " ") : " OR ");
            random_query_text(r, h, depth - 1, out);
        }
        buf_put_u8(out, ')');
    }
}
