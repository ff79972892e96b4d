/* The hand-made stories themselves: what they promise to the tests that stand on them. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "tests/support/handmade.h"
#include "tests/support/tempdir.h"

struct world {
    struct tempdir dir;
    struct handmade h;
    struct snapshot s;
    struct err err;
};

static void begin(struct world *f, struct handmade_align align)
{
    memset(f, 0, sizeof *f);
    cr_assert(tempdir_make(&f->dir));
    handmade_init(&f->h, handmade_ascii(), align);
}

static void publish(struct world *f, size_t n_segments)
{
    cr_assert_eq(handmade_write(&f->h, f->dir.path, n_segments, 1, &f->err), 0, "%s",
                 f->err.msg);
    cr_assert_eq(snapshot_open(&f->s, f->dir.path, &f->err), 0, "%s", f->err.msg);
}

static void end(struct world *f)
{
    snapshot_close(&f->s);
    handmade_release(&f->h);
    tempdir_remove(&f->dir);
}

/* Every article comes back byte for byte, and verify finds nothing wrong. */
static void check(struct world *f)
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
    struct world f;
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
    struct world f;
    begin(&f, (struct handmade_align){0});
    publish(&f, 1);
    check(&f);
    cr_assert_eq(f.s.manifest.stories, 0);
    end(&f);
}

Test(handmade, articles_without_words)
{
    struct world f;
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

static void random_round(size_t stories, size_t segments, struct handmade_align align)
{
    struct world f;
    uint64_t state = 88172645463325252u ^ align.seed;
    begin(&f, align);
    for (size_t i = 0; i < stories; i++)
        handmade_random_story(&f.h, &state);
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
    struct world f;
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
