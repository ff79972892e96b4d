#include "tests/support/handmade.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "tests/support/check.h"

void handmade_init(struct handmade *h, struct handmade_text text,
                   struct handmade_align align)
{
    memset(h, 0, sizeof *h);
    h->text = text;
    h->align = align;
    if (h->align.extra == 0)
        h->align.extra = 16;
    if (h->align.whole_percent == 0)
        h->align.whole_percent = 70;
    h->random = align.seed;
}

static void reset_story(struct handmade_story *s)
{
    vec_foreach(struct handmade_wording, w, &s->wordings) {
        vec_release(&w->pieces);
        vec_release(&w->breaks);
    }
    vec_release(&s->wordings);
    vec_release(&s->articles);
    vec_release(&s->stream);
    vec_release(&s->blocks);
}

void handmade_release(struct handmade *h)
{
    vec_foreach(struct handmade_story, s, &h->stories)
        reset_story(s);
    vec_release(&h->stories);
    vec_release(&h->articles);
    vec_release(&h->links);
    arena_release(&h->arena);
    memset(h, 0, sizeof *h);
}

size_t handmade_story(struct handmade *h)
{
    CHECK(vec_push(&h->stories, (struct handmade_story){0}));
    return h->stories.len - 1;
}

static struct bytes keep(struct handmade *h, struct bytes b)
{
    struct bytes copy = arena_copy(&h->arena, b);
    CHECK(copy.data);
    return copy;
}

static void keep_tokens(struct handmade *h, struct handmade_article *a,
                        const struct handmade_token *tokens, size_t n)
{
    a->n_tokens = n;
    a->tokens = arena_alloc(&h->arena, (n + 1) * sizeof *a->tokens);
    a->terms = arena_alloc(&h->arena, (n + 1) * sizeof *a->terms);
    CHECK(a->tokens && a->terms);
    for (size_t i = 0; i < n; i++) {
        uint8_t term[256];
        a->tokens[i] = (struct handmade_token){.surface = keep(h, tokens[i].surface),
                                               .sep = keep(h, tokens[i].sep),
                                               .brk = i == 0 ? 2 : tokens[i].brk};
        size_t len = h->text.fold(tokens[i].surface, term);
        CHECK(len > 0 && len <= 255);
        a->terms[i] = keep(h, bytes_of(term, len));
    }
}

static void keep_text(struct handmade *h, struct handmade_article *a)
{
    struct buf text = {0};
    for (size_t i = 0; i < a->n_tokens; i++) {
        buf_put_bytes(&text, a->tokens[i].sep);
        buf_put_bytes(&text, a->tokens[i].surface);
    }
    buf_put_bytes(&text, a->tail);
    CHECK(!text.failed);
    a->text = keep(h, buf_bytes(&text));
    buf_release(&text);
}

/* What the row does not say. */
static void complete_row(struct handmade *h, struct handmade_article *a, size_t number)
{
    struct provenance_row *r = &a->row;
    if (r->digest.low == 0 && r->digest.high == 0) {
        r->digest = hash_digest(a->text.data, a->text.len);
        r->digest.high ^=
            number * UINT64_C(0x9e3779b97f4a7c15); /* equal texts differ */
    }
    char id[32];
    if (r->id.len == 0) {
        int n = snprintf(id, sizeof id, "h%zu", number);
        r->id = bytes_of(id, (size_t)n);
    }
    r->id = keep(h, r->id);
    r->input = keep(h, r->input);
    r->member = keep(h, r->member);
    r->url = keep(h, r->url);
    r->outlet = keep(h, r->outlet);
    r->author = keep(h, r->author);
    r->title = keep(h, r->title);
    r->date_text = keep(h, r->date_text);
    r->section = keep(h, r->section);
    r->language = keep(h, r->language);
    r->tags = keep(h, r->tags);
}

static bool equal_wording(const struct handmade_article *a,
                          const struct handmade_article *b)
{
    if (a->n_tokens != b->n_tokens)
        return false;
    for (size_t i = 0; i < a->n_tokens; i++) {
        if (!bytes_equal(a->terms[i], b->terms[i]) ||
            (i > 0 && a->tokens[i].brk != b->tokens[i].brk))
            return false;
    }
    return true;
}

size_t handmade_article(struct handmade *h, const struct handmade_token *tokens,
                        size_t n, struct bytes tail, uint32_t title_tokens,
                        const struct provenance_row *row)
{
    CHECK(h->stories.len > 0 && title_tokens <= n);
    struct handmade_story *s = &h->stories.items[h->stories.len - 1];
    size_t number = h->articles.len;
    struct handmade_article a = {.story = h->stories.len - 1,
                                 .tail = keep(h, tail),
                                 .title_tokens = title_tokens,
                                 .relation = UINT8_MAX};
    keep_tokens(h, &a, tokens, n);
    keep_text(h, &a);
    if (row)
        a.row = *row;
    else
        a.row = (struct provenance_row){.input = bytes_str("handmade.jsonl"),
                                        .record = number + 1,
                                        .offset = h->offset,
                                        .len = a.text.len,
                                        .day = (int32_t)(16000 + number),
                                        .second = UINT32_MAX,
                                        .date_from = DATE_FIELD,
                                        .reader = READER_TEXT,
                                        .reader_version = 1};
    h->offset += a.text.len + 1;
    complete_row(h, &a, number);
    while (a.wording < s->wordings.len &&
           !equal_wording(
               &a, &h->articles.items[s->wordings.items[a.wording].first_article]))
        a.wording++;
    if (a.wording == s->wordings.len)
        CHECK(vec_push(&s->wordings, (struct handmade_wording){.first_article = number,
                                                               .len = (uint32_t)n}));
    CHECK(vec_push(&s->articles, number) && vec_push(&h->articles, a));
    return number;
}

/* --- plain text ------------------------------------------------------------------------- */

static bool is_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '\'' || c >= 0x80;
}

/* End of the word that begins at i. */
static size_t word_end(struct bytes t, size_t i)
{
    while (i < t.len && (is_word(t.data[i]) ||
                         (t.data[i] == '.' && i + 1 < t.len && is_word(t.data[i + 1]))))
        i++;
    return i;
}

static uint8_t break_of(struct bytes sep)
{
    uint8_t brk = 0;
    if (sep.len == 1 && sep.data[0] == '-')
        return 3;
    for (size_t i = 0; i + 1 < sep.len; i++) {
        uint8_t c = sep.data[i], next = sep.data[i + 1];
        if (c == '\n' && next == '\n')
            return 2;
        if ((c == '.' || c == '?' || c == '!') && (next == ' ' || next == '\n'))
            brk = 1;
    }
    return brk;
}

void handmade_split(struct bytes text, handmade_tokens *out, struct bytes *tail)
{
    size_t from = 0, at = 0;
    vec_reset(out);
    while (at < text.len) {
        if (!is_word(text.data[at])) {
            at++;
            continue;
        }
        size_t end = word_end(text, at);
        struct bytes sep = bytes_of(text.data + from, at - from);
        struct handmade_token token = {bytes_of(text.data + at, end - at), sep,
                                       break_of(sep)};
        CHECK(vec_push(out, token));
        from = at = end;
    }
    *tail = bytes_of(text.data + from, text.len - from);
}

size_t handmade_plain(struct handmade *h, const char *title, const char *body)
{
    handmade_tokens tokens = {0};
    struct buf text = {0};
    struct bytes tail;
    buf_put_str(&text, title);
    handmade_split(buf_bytes(&text), &tokens, &tail);
    uint32_t title_tokens = (uint32_t)tokens.len;
    if (*title)
        buf_put_str(&text, "\n\n");
    buf_put_str(&text, body);
    CHECK(!text.failed);
    handmade_split(buf_bytes(&text), &tokens, &tail);
    size_t number =
        handmade_article(h, tokens.items, tokens.len, tail, title_tokens, NULL);
    if (*title)
        h->articles.items[number].row.title = keep(h, bytes_str(title));
    buf_release(&text);
    vec_release(&tokens);
    return number;
}
