#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/diff.h"
#include "query/dups_facts.h"
#include "query/dups_pair.h"
#include "query/dups_print.h"
#include "query/dups_rare.h"
#include "query/dups_rows.h"
#include "query/dups_side.h"
#include "tests/unit/rows_fixture.h"

/* Texts of words that stand nowhere else: "k1 k2 k3 ...". */
static const char *words(const char *prefix, int from, int to)
{
    static char text[4][20000];
    static int next = 0;
    char *out = text[next++ % 4];
    size_t n = 0;
    out[0] = 0;
    for (int i = from; i < to; i++)
        n += (size_t)snprintf(out + n, sizeof text[0] - n, "%s%s%c%c%c",
                              i > from ? " " : "", prefix, 'a' + i / 676 % 26,
                              'a' + i / 26 % 26, 'a' + i % 26);
    return out;
}

static void add(struct rows_fixture *f, const char *id, const char *title,
                const char *one, const char *two)
{
    char body[40000];
    snprintf(body, sizeof body, "%s%s%s.", one, *two ? " " : "", two);
    rows_fixture_article(f, id, title, body, "wire", 17000);
}

/* Five stories: the first with three articles, the others with one. */
static void begin(struct rows_fixture *f, size_t n_segments)
{
    rows_fixture_begin(f);
    rows_fixture_story(f);
    add(f, "a-1", "First title", words("k", 0, 100), "");
    add(f, "a-2", "First title", words("k", 0, 100), "");
    add(f, "a-3", "Other words", words("k", 0, 70), words("n", 0, 10));
    rows_fixture_story(f);
    add(f, "b-1", "Second", words("m", 0, 60), words("k", 20, 60));
    rows_fixture_story(f);
    add(f, "c-1", "", words("p", 0, 50), "");
    rows_fixture_story(f);
    add(f, "d-1", "Fourth", words("q", 0, 40), words("k", 30, 60));
    rows_fixture_story(f);
    add(f, "e-1", "Fifth", words("r", 0, 40), words("k", 30, 60));
    f->h.articles.items[2].relation = RELATION_CONTAINED;
    f->h.articles.items[2].figures = (struct evidence){.rule = 1,
                                                       .covered_root = 7000,
                                                       .covered_member = 8750,
                                                       .root_from = 2,
                                                       .root_to = 72,
                                                       .member_from = 2,
                                                       .member_to = 72,
                                                       .run = 70,
                                                       .rare = 10000};
    cr_assert(vec_push(&f->h.links, (struct handmade_link){2, 3, RELATION_CONTAINS}));
    cr_assert(vec_push(&f->h.links, (struct handmade_link){3, 5, RELATION_EXCERPT}));
    rows_fixture_publish(f, n_segments);
}

static struct show_place place_of(const struct rows_fixture *f, size_t article)
{
    const struct handmade_article *a = &f->h.articles.items[article];
    return (struct show_place){a->segment, a->article_id};
}

/* --- rows ---------------------------------------------------------------------------- */

static int collect(void *arg, const struct dups_row *row, struct err *err)
{
    struct buf *out = arg;
    (void)err;
    buf_printf(out, "%.*s/%.*s/%.*s %s %u %u+%u %u;", (int)row->prov.id.len,
               (const char *)row->prov.id.data, (int)row->story_id.len,
               (const char *)row->story_id.data, (int)row->base_id.len,
               (const char *)row->base_id.data,
               stories_relation_name(row->evidence.relation), row->articles,
               row->evidence.covered_root, row->evidence.covered_member,
               row->evidence.run);
    return out->len > 5000;
}

static void expect_rows(struct buf *got, const char *want)
{
    cr_assert(bytes_equal(buf_bytes(got), bytes_str(want)), "%.*s", (int)got->len,
              (const char *)got->data);
    buf_reset(got);
}

Test(dups, rows_of_stories_and_links)
{
    for (size_t n_segments = 1; n_segments <= 5; n_segments++) {
        struct rows_fixture f;
        struct buf got = {0};
        begin(&f, n_segments);
        struct dups_rows r = {.snapshot = &f.s};
        const struct handmade_story *s = f.h.stories.items;
        cr_assert_eq(
            dups_rows_story(&r, s[0].segment, s[0].story_id, collect, &got, &f.err), 0,
            "%s", f.err.msg);
        expect_rows(&got, "a-1/a-1/ root 3 0+0 0;a-2/a-1/a-1 same 3 10000+10000 102;"
                          "a-3/a-1/a-1 contained 3 7000+8750 70;");
        cr_assert_eq(
            dups_rows_links(&r, s[0].segment, s[0].story_id, collect, &got, &f.err), 0);
        expect_rows(&got, "b-1/b-1/a-3 contains 1 0+0 0;");
        cr_assert_eq(
            dups_rows_links(&r, s[1].segment, s[1].story_id, collect, &got, &f.err), 0);
        expect_rows(&got, "a-3/a-1/b-1 contained 3 0+0 0;d-1/d-1/b-1 excerpt 1 0+0 0;");
        cr_assert_eq(
            dups_rows_links(&r, s[2].segment, s[2].story_id, collect, &got, &f.err), 0);
        expect_rows(&got, "");
        cr_assert_eq(dups_rows_all_links(&r, collect, &got, &f.err), 0);
        expect_rows(&got, "b-1/b-1/a-3 contains 1 0+0 0;d-1/d-1/b-1 excerpt 1 0+0 0;");
        buf_release(&got);
        dups_rows_release(&r);
        rows_fixture_end(&f);
    }
}

static int put_title(void *arg, const struct dups_row *row, struct err *err)
{
    struct rows_fixture *f = ((void **)arg)[0];
    struct buf *out = ((void **)arg)[1];
    struct dups_rows r = {.snapshot = &f->s};
    buf_put_u8(out, '/');
    return dups_rows_title(&r, row, out, err);
}

Test(dups, titles)
{
    struct rows_fixture f;
    struct buf got = {0};
    void *arg[] = {&f, &got};
    begin(&f, 1);
    struct dups_rows r = {.snapshot = &f.s};
    cr_assert_eq(dups_rows_story(&r, 0, 0, put_title, arg, &f.err), 0);
    expect_rows(&got, "/First title/First title/Other words");
    cr_assert_eq(dups_rows_story(&r, 0, 2, put_title, arg, &f.err), 0);
    buf_put_u8(&got, 0);
    cr_assert_str_eq((const char *)got.data, "/paaa paab paac paad paae paaf paag paah "
                                             "paai paaj paak paal …");
    buf_release(&got);
    dups_rows_release(&r);
    rows_fixture_end(&f);
}

static int stop(void *arg, const struct dups_row *row, struct err *err)
{
    (void)row;
    (void)err;
    return ++*(int *)arg == 2 ? ERR_STOPPED : 0;
}

Test(dups, rows_can_be_stopped)
{
    struct rows_fixture f;
    int n = 0;
    begin(&f, 1);
    struct dups_rows r = {.snapshot = &f.s};
    cr_assert_eq(dups_rows_story(&r, 0, 0, stop, &n, &f.err), ERR_STOPPED);
    cr_assert_eq(n, 2);
    dups_rows_release(&r);
    rows_fixture_end(&f);
}

/* --- pairs --------------------------------------------------------------------------- */

static void compare(struct rows_fixture *f, struct dups_pair_tools *t,
                    struct dups_pair *p, size_t a, size_t b)
{
    cr_assert_eq(dups_pair_compare(p, t, place_of(f, a), place_of(f, b), true, &f->err),
                 0, "%s", f->err.msg);
}

Test(dups, pairs)
{
    for (size_t n_segments = 1; n_segments <= 5; n_segments += 2) {
        struct rows_fixture f;
        struct dups_pair_tools t;
        struct dups_pair p = {0};
        begin(&f, n_segments);
        cr_assert_eq(dups_pair_begin(&t, &f.s, &f.err), 0);
        cr_assert(t.own_limits && t.mode == STORIES_OFF);

        compare(&f, &t, &p, 0, 1);
        cr_assert_eq(p.evidence.relation, COMPARE_EXACT);
        cr_assert(p.same_story && !p.linked);
        cr_assert_eq(p.to_root[1].relation, RELATION_SAME);
        cr_assert(p.shared == 96 && p.shingles[0] == 96 && p.shingles[1] == 96);

        /* 70 of 80 words in 70 of 100; in both directions. */
        compare(&f, &t, &p, 2, 0);
        cr_assert_eq(p.evidence.relation, COMPARE_CONTAINED, "%s",
                     compare_relation_name(p.evidence.relation));
        cr_assert(p.evidence.run == 70 && p.evidence.matched == 70);
        cr_assert(p.evidence.covered[0] == 8750 && p.evidence.covered[1] == 7000);
        cr_assert(p.shared == 66 && p.shingles[0] == 76 && p.shingles[1] == 96);
        cr_assert_eq(p.runs.len, 1);
        compare(&f, &t, &p, 0, 2);
        cr_assert_eq(p.evidence.relation, COMPARE_CONTAINS);
        cr_assert(p.evidence.covered[1] == 8750 && p.evidence.covered[0] == 7000);
        cr_assert_eq(p.to_root[1].relation, RELATION_CONTAINED);

        /* A passage from within, in another story and, mostly, in another segment. */
        compare(&f, &t, &p, 3, 0);
        cr_assert_eq(p.evidence.run, 40);
        cr_assert(p.evidence.from[0] == 60 && p.evidence.to[0] == 100);
        cr_assert(p.evidence.from[1] == 20 && p.evidence.to[1] == 60);
        cr_assert(p.runs.items[0].a == 60 && p.runs.items[0].b == 20);
        cr_assert(!p.same_story && p.linked);
        cr_assert_eq(p.link.relation, RELATION_CONTAINS);
        compare(&f, &t, &p, 0, 3);
        cr_assert_eq(p.link.relation, RELATION_CONTAINED);
        cr_assert(p.runs.items[0].a == 20 && p.runs.items[0].b == 60);

        compare(&f, &t, &p, 0, 4);
        cr_assert_eq(p.evidence.relation, COMPARE_UNRELATED);
        cr_assert(p.shared == 0 && !p.same_story && !p.linked);
        dups_pair_release(&p);
        dups_pair_end(&t);
        rows_fixture_end(&f);
    }
}

/* Ten stories of 30 words of their own over the same 40: what stands under eight stories and more is no part of a
 * text, however much of it there is. */
Test(dups, stock_counts_for_nothing)
{
    for (int shared = 7; shared <= 10; shared += 3) {
        struct rows_fixture f;
        struct dups_pair_tools t;
        struct dups_pair p = {0};
        rows_fixture_begin(&f);
        for (int i = 0; i < shared; i++) {
            char id[] = {(char)('a' + i), 0};
            rows_fixture_story(&f);
            add(&f, id, "", words("k", 1000 * i, 1000 * i + 30), words("z", 0, 40));
        }
        rows_fixture_publish(&f, 1);
        cr_assert_eq(dups_pair_begin(&t, &f.s, &f.err), 0);
        compare(&f, &t, &p, 0, 1);
        cr_assert_eq(p.evidence.run, 40);
        cr_assert_eq(p.evidence.relation,
                     shared == 7 ? COMPARE_EXCERPT : COMPARE_BOILERPLATE, "%s",
                     compare_relation_name(p.evidence.relation));
        cr_assert_eq(p.evidence.matched_own > 4, shared == 7, "%u",
                     p.evidence.matched_own);
        dups_pair_release(&p);
        dups_pair_end(&t);
        rows_fixture_end(&f);
    }
}

static int stands_in(struct rows_fixture *f, const struct dups_pair_tools *t,
                     const struct dups_text *text, uint32_t at, uint32_t least)
{
    int rc = dups_rare_stands_in(&t->words, text->terms.items + at, 5, least, &f->err);
    cr_assert_geq(rc, 0, "%s", f->err.msg);
    return rc;
}

/* Passages are counted by story: of articles a-1, a-2 and a-3 once. */
Test(dups, rare_passages)
{
    for (size_t n_segments = 1; n_segments <= 5; n_segments += 2) {
        struct rows_fixture f;
        struct dups_pair_tools t;
        struct dups_pair p = {0};
        begin(&f, n_segments);
        cr_assert_eq(dups_pair_begin(&t, &f.s, &f.err), 0);
        compare(&f, &t, &p, 0, 3);
        const struct dups_text *a = &p.text[0];
        cr_assert(stands_in(&f, &t, a, 2, 1) && !stands_in(&f, &t, a, 2, 2));
        cr_assert(stands_in(&f, &t, a, 22, 2) && !stands_in(&f, &t, a, 22, 3));
        cr_assert(stands_in(&f, &t, a, 32, 4) && !stands_in(&f, &t, a, 32, 5));
        cr_assert(stands_in(&f, &t, a, 57, 4) && !stands_in(&f, &t, a, 58, 4));
        dups_pair_release(&p);
        dups_pair_end(&t);
        rows_fixture_end(&f);
    }
}

Test(dups, facts)
{
    struct rows_fixture f;
    struct dups_pair_tools t;
    struct dups_pair p = {0};
    struct dups_facts facts;
    char one[4000], two[4000];
    rows_fixture_begin(&f);
    snprintf(one, sizeof one, "%s 12 March %s 17 %s", words("k", 0, 20),
             words("k", 20, 40), words("k", 40, 60));
    snprintf(two, sizeof two, "%s 12 March %s 19 %s", words("k", 0, 20),
             words("k", 20, 40), words("k", 40, 60));
    rows_fixture_story(&f);
    add(&f, "x", "A title", one, "");
    rows_fixture_story(&f);
    add(&f, "y", "", two, "");
    rows_fixture_publish(&f, 2);
    cr_assert_eq(dups_pair_begin(&t, &f.s, &f.err), 0);
    compare(&f, &t, &p, 0, 1);
    dups_facts_find(&p, &facts);
    cr_assert(facts.n_agreed == 1 && facts.n_differing == 1);
    struct bytes agreed =
        dups_text_span(&p.text[0], facts.agreed[0].from[0], facts.agreed[0].to[0]);
    cr_assert(bytes_equal(agreed, bytes_str("12 March")));
    struct bytes x = dups_text_span(&p.text[0], facts.differing[0].from[0],
                                    facts.differing[0].to[0]);
    struct bytes y = dups_text_span(&p.text[1], facts.differing[0].from[1],
                                    facts.differing[0].to[1]);
    cr_assert(bytes_equal(x, bytes_str("17")) && bytes_equal(y, bytes_str("19")));
    dups_pair_release(&p);
    dups_pair_end(&t);
    rows_fixture_end(&f);
}

/* --- side by side -------------------------------------------------------------------- */

static void expect_side(const char *one, const char *two, bool color, uint32_t width,
                        const char *want)
{
    struct rows_fixture f;
    struct output o;
    struct dups_words numbers = {0};
    struct dups_text text[2];
    struct dups_side side;
    diff_hunks hunks = {0};
    memset(text, 0, sizeof text);
    rows_fixture_begin(&f);
    rows_fixture_story(&f);
    rows_fixture_article(&f, "x", "", one, "", 17000);
    rows_fixture_story(&f);
    rows_fixture_article(&f, "y", "", two, "", 17000);
    rows_fixture_publish(&f, 2);
    numbers.snapshot = &f.s;
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(dups_text_load(&text[i], &numbers, place_of(&f, i), true, &f.err),
                     0, "%s", f.err.msg);
    cr_assert_eq(diff_make((struct diff_words){text[0].terms.items, text[0].n},
                           (struct diff_words){text[1].terms.items, text[1].n}, NULL, 0,
                           &hunks, NULL),
                 0);
    output_init(&o, -1, color);
    dups_side_begin(&side, &o, &text[0], &text[1], width);
    cr_assert_eq(dups_side_hunks(&side, &hunks, &f.err), 0);
    buf_put_u8(&o.buf, 0);
    cr_assert_str_eq((const char *)o.buf.data, want);
    buf_release(&o.buf);
    dups_side_end(&side);
    vec_release(&hunks);
    dups_text_release(&text[0]);
    dups_text_release(&text[1]);
    dups_words_release(&numbers);
    rows_fixture_end(&f);
}

Test(dups, side_by_side)
{
    expect_side("The red cat sat, he said.", "The red dog sat, he said.", false, 43,
                "The red [-cat-] sat, | The red {+dog+} sat,\n"
                "he said.             | he said.\n");
    expect_side(
        "The red cat sat.", "The red dog sat.", true, 43,
        "The red \033[31mcat\033[0m sat.     | The red \033[32mdog\033[0m sat.\n");
    expect_side("\"Old words\" stay here and there for us.",
                "stay here and there for us, he said.", false, 43,
                "\"[-Old words-]\" stay | stay here and there\n"
                "here and there for   | for us, {+he said+}.\n"
                "us.                  |\n");
}

Test(dups, long_stretches_are_folded)
{
    expect_side(
        "x aa bb cc dd ee ff gg hh ii jj kk ll mm nn oo pp qq rr ss tt uu vv ww "
        "xx yy zz ab ac y",
        "aa bb cc dd ee ff gg hh ii jj kk ll mm nn oo pp qq rr ss tt uu vv ww "
        "xx yy zz ab ac z",
        false, 53,
        "[-x-] aa bb cc dd ee ff   | aa bb cc dd ee ff gg hh\n"
        "gg hh                     |\n"
        "               ... 12 words alike ...\n"
        "uu vv ww xx yy zz ab ac   | uu vv ww xx yy zz ab ac\n"
        "[-y-]                     | {+z+}\n");
    expect_side("aa bb cc dd ee ff gg hh ii jj kk ll",
                "aa bb cc dd ee ff gg hh ii jj kk ll", false, 53,
                "               ... 12 words alike ...\n");
}

Test(dups, long_additions_leave_the_sides_level)
{
    expect_side("cc dd ee", "aa aa aa aa aa aa aa aa aa aa cc dd ee", false, 33,
                "                | {+aa aa aa aa\n"
                "                | aa aa aa aa aa\n"
                "                | aa+}\n"
                "cc dd ee        | cc dd ee\n");
}
