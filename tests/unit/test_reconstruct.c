/* Articles come back from hand-made segments: whole, in parts, and where they lie in the text. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "tests/support/handmade.h"
#include "tests/support/tempdir.h"

struct world {
    struct tempdir dir;
    struct handmade h;
    struct snapshot s;
};

static void publish(struct world *w, size_t n_segments)
{
    struct err err = {0};
    cr_assert(tempdir_make(&w->dir));
    cr_assert_eq(handmade_write(&w->h, w->dir.path, n_segments, 1, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(snapshot_open(&w->s, w->dir.path, &err), 0, "%s", err.msg);
}

static void release(struct world *w)
{
    snapshot_close(&w->s);
    handmade_release(&w->h);
    tempdir_remove(&w->dir);
}

/* Tokens [from, to) as the article has them. */
static void check_tokens(const struct world *w, const struct handmade_article *a,
                         uint32_t from, uint32_t to)
{
    const struct segment *s = &w->s.segments[a->segment];
    struct reconstruct r = {0};
    struct err err = {0};
    struct buf text = {0};
    uint32_t *starts = malloc((a->n_tokens + 2) * sizeof *starts);
    cr_assert_eq(reconstruct_tokens(s, a->article_id, from, to, &r, &err), 0, "%s",
                 err.msg);
    uint32_t end = to < a->n_tokens ? to : (uint32_t)a->n_tokens;
    cr_assert_eq(r.wording_len, a->n_tokens);
    cr_assert_eq(r.n_tokens, from < end ? end - from : 0);
    cr_assert_eq(reconstruct_text(s, &r, false, true, &text, starts, &err), 0);
    for (uint32_t i = 0; i < r.n_tokens; i++) {
        struct bytes surface = a->tokens[from + i].surface;
        cr_assert(bytes_equal(bytes_of(text.data + starts[i], surface.len), surface));
    }
    if (r.n_tokens > 0 && end == a->n_tokens)
        cr_assert_eq(text.len, starts[r.n_tokens] + a->tail.len);
    free(starts);
    buf_release(&text);
    reconstruct_release(&r);
}

static void check_spans(const struct world *w, const struct handmade_article *a)
{
    const struct segment *s = &w->s.segments[a->segment];
    struct err err = {0};
    uint64_t at = 0, from, to;
    for (uint32_t i = 0; i < a->n_tokens; i++) {
        at += a->tokens[i].sep.len;
        cr_assert_eq(reconstruct_span(s, a->article_id, i, i + 1, &from, &to, &err), 0);
        cr_assert_eq(from, at);
        cr_assert_eq(to, at + a->tokens[i].surface.len);
        at += a->tokens[i].surface.len;
    }
    cr_assert_eq(reconstruct_span(s, a->article_id, 0, (uint32_t)a->n_tokens + 1, &from,
                                  &to, NULL),
                 ERR_CORRUPT);
    cr_assert_eq(reconstruct_span(s, a->article_id, 1, 1, &from, &to, NULL),
                 ERR_CORRUPT);
}

Test(reconstruct, patches)
{
    struct world w = {0};
    struct buf text = {0};
    struct err err = {0};
    handmade_init(&w.h, handmade_ascii(), (struct handmade_align){0});
    handmade_story(&w.h);
    handmade_plain(&w.h, "", "One two three. Four five, six.");
    handmade_plain(&w.h, "", "ONE TWO three. FOUR five; six!");
    handmade_plain(&w.h, "", "\"one Two three.  four FIVE, six");
    cr_assert_eq(w.h.stories.items[0].wordings.len, 1);
    publish(&w, 1);
    vec_foreach(struct handmade_article, a, &w.h.articles) {
        buf_reset(&text);
        cr_assert_eq(reconstruct_article(&w.s.segments[0], a->article_id, &text, &err),
                     0, "%s", err.msg);
        cr_assert(bytes_equal(buf_bytes(&text), a->text), "%u", a->article_id);
        check_spans(&w, a);
    }
    buf_release(&text);
    release(&w);
}

Test(reconstruct, random_stories)
{
    struct world w = {0};
    uint64_t state = 97;
    handmade_init(&w.h, handmade_ascii(), (struct handmade_align){.extra = 2});
    for (int i = 0; i < 25; i++)
        handmade_random_story(&w.h, &state);
    publish(&w, 2);
    vec_foreach(struct handmade_article, a, &w.h.articles) {
        uint32_t n = (uint32_t)a->n_tokens;
        check_spans(&w, a);
        check_tokens(&w, a, 0, UINT32_MAX);
        check_tokens(&w, a, n, n + 5);
        for (uint32_t from = 0; from < n; from += 7)
            check_tokens(&w, a, from, from + 20);
    }
    release(&w);
}

static void check_token(const struct world *w, const struct handmade_story *s,
                        address at, surface_id surface, sep_id sep)
{
    const struct surfaces *names = &w->s.segments[s->segment].surfaces;
    const struct handmade_source *x = handmade_stored(s, at);
    const struct handmade_token *t = &w->h.articles.items[x->article].tokens[x->token];
    struct bytes bytes;
    uint8_t brk;
    cr_assert_eq(surfaces_get(names, surface, &bytes, NULL), 0);
    cr_assert(bytes_equal(bytes, t->surface));
    cr_assert_eq(surfaces_sep(names, sep, &brk, &bytes, NULL), 0);
    cr_assert(brk == t->brk && bytes_equal(bytes, t->sep));
}

/* Any part of the stream, whether its tokens stand there or at their homes. */
Test(reconstruct, the_stream)
{
    struct world w = {0};
    uint64_t state = 31;
    struct err err = {0};
    handmade_init(&w.h, handmade_ascii(),
                  (struct handmade_align){.extra = 2, .seed = 9});
    for (int i = 0; i < 60; i++)
        handmade_random_story(&w.h, &state);
    publish(&w, 2);
    size_t elsewhere = 0;
    vec_foreach(struct handmade_story, s, &w.h.stories) {
        const struct segment *segment = &w.s.segments[s->segment];
        size_t n = s->stream.len;
        surface_id *surfaces = malloc((n + 1) * sizeof *surfaces);
        sep_id *seps = malloc((n + 1) * sizeof *seps);
        for (size_t from = 0; from < n; from += 1 + from / 2) {
            size_t len = n - from;
            cr_assert_eq(reconstruct_stream(segment, s->start + (address)from, len,
                                            surfaces, NULL, &err),
                         0, "%s", err.msg);
            cr_assert_eq(reconstruct_stream(segment, s->start + (address)from, len,
                                            NULL, seps, &err),
                         0);
            for (size_t i = 0; i < len; i++)
                check_token(&w, s, (address)(from + i), surfaces[i], seps[i]);
        }
        cr_assert_eq(forward_read(&segment->forward, s->start, n, surfaces, NULL, &err),
                     0);
        for (size_t i = 0; i < n; i++)
            elsewhere += surfaces[i] == (surface_id)FORWARD_ELSEWHERE;
        free(surfaces);
        free(seps);
    }
    cr_assert_gt(elsewhere, 100);
    release(&w);
}

Test(reconstruct, a_failure_leaves_the_text_alone)
{
    struct world w = {0};
    struct buf text = {0};
    handmade_init(&w.h, handmade_ascii(), (struct handmade_align){0});
    handmade_story(&w.h);
    handmade_plain(&w.h, "", "one two");
    publish(&w, 1);
    buf_put_str(&text, "kept");
    cr_assert_eq(reconstruct_article(&w.s.segments[0], 7, &text, NULL), ERR_CORRUPT);
    cr_assert(bytes_equal(buf_bytes(&text), bytes_str("kept")));
    buf_release(&text);
    release(&w);
}
