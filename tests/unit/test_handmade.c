/* The hand-made stories themselves: what they promise to the tests that stand on them. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>

#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "tests/support/handmade.h"
#include "tests/support/tempdir.h"

static size_t fold(struct bytes surface, uint8_t *out)
{
    for (size_t i = 0; i < surface.len; i++)
        out[i] = (uint8_t)tolower(surface.data[i]);
    return surface.len;
}

/* "u.s" -> "us" */
static size_t alias(struct bytes term, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < term.len; i++) {
        if (term.data[i] != '.')
            out[n++] = term.data[i];
    }
    return n < term.len ? n : 0;
}

/* Pairs of glued tokens only. */
static size_t joins(const struct bytes *terms, const uint8_t *breaks, size_t n,
                    size_t i, uint8_t *spans)
{
    (void)terms;
    if (i + 1 >= n || breaks[i + 1] != 3)
        return 0;
    spans[0] = 2;
    return 1;
}

static const struct handmade_text text = {fold, alias, joins};

struct fixture {
    struct tempdir dir;
    struct handmade h;
    struct snapshot s;
    struct err err;
};

static void begin(struct fixture *f, struct handmade_align align)
{
    memset(f, 0, sizeof *f);
    cr_assert(tempdir_make(&f->dir));
    handmade_init(&f->h, text, align);
}

static void publish(struct fixture *f, size_t n_segments)
{
    cr_assert_eq(handmade_write(&f->h, f->dir.path, n_segments, 1, &f->err), 0, "%s",
                 f->err.msg);
    cr_assert_eq(snapshot_open(&f->s, f->dir.path, &f->err), 0, "%s", f->err.msg);
}

static void end(struct fixture *f)
{
    snapshot_close(&f->s);
    handmade_release(&f->h);
    tempdir_remove(&f->dir);
}

/* Every article comes back byte for byte, and verify finds nothing wrong. */
static void check(struct fixture *f)
{
    struct buf got = {0};
    struct snapshot_report report = {0};
    vec_foreach(struct handmade_article, a, &f->h.articles) {
        buf_reset(&got);
        const struct segment *segment = &f->s.segments[a->segment];
        cr_assert_eq(reconstruct_article(segment, a->article_id, &got, &f->err), 0,
                     "%s", f->err.msg);
        cr_assert(bytes_equal(buf_bytes(&got), a->text), "article %u of segment %u",
                  a->article_id, a->segment);
    }
    cr_assert_eq(snapshot_verify(f->dir.path, &report, &f->err), 0, "%s", f->err.msg);
    cr_assert_eq(report.unknown.len, 0);
    cr_assert(report.n_files >= 4);
    buf_release(&report.unknown);
    buf_release(&got);
}

Test(handmade, split)
{
    handmade_tokens t = {0};
    struct bytes tail;
    handmade_split(bytes_str("\"The U.S. said. A b-c\n\nd'e!"), &t, &tail);
    const char *words[] = {"The", "U.S", "said", "A", "b", "c", "d'e"};
    const uint8_t breaks[] = {0, 0, 1, 1, 0, 3, 2};
    cr_assert_eq(t.len, 7);
    for (size_t i = 0; i < t.len; i++) {
        cr_assert(bytes_equal(t.items[i].surface, bytes_str(words[i])), "%zu", i);
        cr_assert_eq(t.items[i].brk, breaks[i], "%zu", i);
    }
    cr_assert(bytes_equal(tail, bytes_str("!")));
    cr_assert(bytes_equal(t.items[0].sep, bytes_str("\"")));
    vec_release(&t);
}

Test(handmade, one_story_one_article)
{
    struct fixture f;
    begin(&f, (struct handmade_align){0});
    handmade_story(&f.h);
    handmade_plain(&f.h, "A title", "The U.S. said so. It was al-Assad.\n\nHe left.");
    publish(&f, 1);
    check(&f);
    struct term_entry e;
    const struct terms *terms = &f.s.segments[0].terms;
    cr_assert_eq(terms_find(terms, bytes_str("us"), 1, &e, &f.err), 0);
    cr_assert_eq(e.n_inline, 1);
    cr_assert_eq(e.inline_list[0], 3);
    cr_assert_eq(terms_find(terms, bytes_str("alassad"), 2, &e, &f.err), 0);
    cr_assert_eq(terms_find(terms, bytes_str("alassad"), 0, &e, &f.err), ITER_END);
    end(&f);
}

Test(handmade, empty_index)
{
    struct fixture f;
    begin(&f, (struct handmade_align){0});
    publish(&f, 1);
    check(&f);
    cr_assert_eq(f.s.manifest.stories, 0);
    end(&f);
}

Test(handmade, articles_without_words)
{
    struct fixture f;
    begin(&f, (struct handmade_align){0});
    handmade_story(&f.h);
    handmade_plain(&f.h, "", "...");
    handmade_story(&f.h);
    handmade_plain(&f.h, "", "one two");
    handmade_story(&f.h);
    handmade_plain(&f.h, "", "");
    publish(&f, 1);
    check(&f);
    story_id story;
    cr_assert_eq(wordings_story_of(&f.s.segments[0].wordings, 0, &story, &f.err), 0);
    cr_assert_eq(story, 1);
    end(&f);
}

static uint64_t seed = 88172645463325252u;

static uint64_t draw(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

/* Words of a small vocabulary, so that copies match by chance too. */
static void put_words(struct buf *out, size_t n)
{
    static const char *const seps[] = {" ", " ", " ", " ", ", ", ". ", "-", "\n\n"};
    for (size_t i = 0; i < n; i++) {
        char word[16];
        snprintf(word, sizeof word, "%c%llu", draw(9) ? 'w' : 'W',
                 (unsigned long long)draw(40));
        buf_put_str(out, word);
        buf_put_str(out, i + 1 < n ? seps[draw(8)] : " ");
    }
}

/* A copy: slices of the original, new words between, now and then shouted. */
static void put_copy(struct buf *out, struct bytes original)
{
    for (size_t parts = 1 + draw(3); parts > 0; parts--) {
        size_t from = draw(original.len), to = from + draw(original.len - from) + 1;
        size_t start = out->len;
        buf_put(out, original.data + from, to - from);
        for (size_t i = start; draw(4) == 0 && i < out->len; i++)
            out->data[i] = (uint8_t)toupper(out->data[i]);
        buf_put_str(out, " ");
        put_words(out, draw(12));
    }
}

static void add_random_story(struct handmade *h)
{
    struct buf original = {0}, copy = {0};
    handmade_story(h);
    put_words(&original, 1 + draw(150));
    buf_put_u8(&original, 0);
    handmade_plain(h, draw(2) ? "w1 w2" : "", (const char *)original.data);
    for (size_t n = draw(4); n > 0; n--) {
        buf_reset(&copy);
        put_copy(&copy, bytes_of(original.data, original.len - 1));
        buf_put_u8(&copy, 0);
        handmade_plain(h, draw(2) ? "W1 w2" : "", (const char *)copy.data);
    }
    buf_release(&original);
    buf_release(&copy);
}

static void random_round(size_t stories, size_t segments, struct handmade_align align)
{
    struct fixture f;
    begin(&f, align);
    for (size_t i = 0; i < stories; i++)
        add_random_story(&f.h);
    publish(&f, segments);
    cr_assert_eq(f.s.n_segments, segments < stories ? segments : stories);
    check(&f);
    end(&f);
}

Test(handmade, random_stories)
{
    random_round(40, 1, (struct handmade_align){0});
    random_round(40, 3, (struct handmade_align){.extra = 2});
    random_round(60, 50, (struct handmade_align){.extra = 1, .whole_percent = 95});
}

Test(handmade, random_alignments)
{
    for (uint64_t i = 1; i <= 20; i++)
        random_round(12, 2,
                     (struct handmade_align){
                         .extra = 6, .whole_percent = 100, .seed = i * 7919});
}

Test(handmade, frequent_words_get_story_lists)
{
    struct fixture f;
    begin(&f, (struct handmade_align){.extra = 3});
    for (size_t i = 0; i < 300; i++) {
        handmade_story(&f.h);
        char body[64];
        snprintf(body, sizeof body, "common word number%zu", i);
        handmade_plain(&f.h, "", body);
    }
    publish(&f, 1);
    check(&f);
    struct term_entry e;
    cr_assert_eq(terms_find(&f.s.segments[0].terms, bytes_str("common"), 0, &e, &f.err),
                 0);
    cr_assert_eq(e.stories, 300);
    cr_assert(e.doc.len > 0);
    end(&f);
}
