#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/query_fixture.h"

static struct query_fixture f;

static void begin(void)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    handmade_plain(&f.made, "",
                   "al-Assad said: alassad and e-mail, email. The end a-b-c");
    query_fixture_publish(&f, 1);
}

static void end(void)
{
    query_fixture_end(&f);
}

TestSuite(plan, .init = begin, .fini = end);

Test(plan, a_word_is_the_union_of_its_widths)
{
    struct plan *p = query_fixture_plan(&f, "alassad");
    cr_assert_eq(p->root->kind, PLAN_UNION);
    cr_assert_eq(p->root->n_children, 2);
    cr_assert_eq(p->leaf_widths.items[0], 1);
    cr_assert_eq(p->leaf_widths.items[1], 2);
    cr_assert_eq(p->atoms.len, 1);
    cr_assert_eq(p->ranked.len, 1);
    plan_release(p);
    p = query_fixture_plan(&f, "end");
    cr_assert_eq(p->root->kind, PLAN_LEAF);
    plan_release(p);
    p = query_fixture_plan(&f, "unknown");
    cr_assert_eq(p->root->kind, PLAN_LEAF);
    cr_assert_eq(plan_cost(p, 0, p->root), 0);
    plan_release(p);
}

Test(plan, a_phrase_is_spelled_out)
{
    struct plan *p = query_fixture_plan(&f, "\"alassad email end\"");
    cr_assert_eq(p->root->kind, PLAN_UNION);
    cr_assert_eq(p->root->n_children, 4);
    plan_release(p);
    /* 2^7 choices are too many: words of several widths stand for themselves */
    p = query_fixture_plan(
        &f, "\"alassad email alassad email alassad email alassad end said\"");
    cr_assert_eq(p->root->kind, PLAN_JOIN);
    cr_assert_eq(p->root->n_children, 8);
    plan_release(p);
}

Test(plan, long_phrases_are_cut)
{
    struct plan *p = query_fixture_plan(&f, "\"a b c d e\"");
    cr_assert_eq(p->root->kind, PLAN_LEAF);
    cr_assert_eq(p->leaf_widths.items[p->root->leaf], LEAF_WIDTH_MAX);
    plan_release(p);
    p = query_fixture_plan(&f, "\"a b c d e f g\"");
    cr_assert_eq(p->root->kind, PLAN_JOIN);
    cr_assert_eq(p->root->n_children, 2);
    cr_assert_eq(p->leaf_widths.items[p->root->children[1]->leaf], 2);
    cr_assert_eq(p->root->children[1]->overlap, 0);
    plan_release(p);
    p = query_fixture_plan(&f, "\u4e2d\u56fd\u4eba\u4e2d\u56fd\u4eba");
    cr_assert_eq(p->root->kind, PLAN_JOIN);
    cr_assert_eq(p->root->children[1]->overlap, 1);
    plan_release(p);
}

Test(plan, atoms_are_what_is_not_denied)
{
    struct plan *p =
        query_fixture_plan(&f, "a OR (b NEAR/3 (c OR d)) NOT (e OR f) \"g h\"");
    cr_assert_eq(p->atoms.len, 3);
    cr_assert_eq(p->ranked.len, 5);
    cr_assert_eq(p->atoms.items[1].node->kind, PLAN_NEAR);
    cr_assert_eq(p->atoms.items[1].node->children[1]->kind, PLAN_UNION);
    plan_release(p);
    p = query_fixture_plan(&f, "(a AND (b AND c)) AND d");
    cr_assert_eq(p->root->n_children, 4);
    plan_release(p);
}

/* It weighs again all the same. */
Test(plan, what_stands_there_again_is_looked_for_once)
{
    struct plan *p =
        query_fixture_plan(&f, "end OR said OR END OR (end NEAR/2 said) OR (said OR "
                               "(end NEAR/2 said)) OR (end NEAR/3 said)");
    cr_assert_eq(p->root->n_children, 4);
    cr_assert_eq(p->atoms.len, 4);
    cr_assert_eq(p->ranked.len, 10);
    cr_assert_eq(p->ranked.items[2].node, p->ranked.items[0].node);
    cr_assert_eq(p->ranked.items[2].first, 0);
    cr_assert_eq(p->ranked.items[3].first, 3);
    cr_assert_eq(p->ranked.items[5].first, 1);
    cr_assert_eq(p->ranked.items[7].first, 4);
    plan_release(p);
    p = query_fixture_plan(
        &f, "end date:2016 -end date:2016 -end date:2017 is:copy is:original");
    cr_assert_eq(p->root->n_children, 6);
    plan_release(p);
    p = query_fixture_plan(&f, "(end end) OR end");
    cr_assert_eq(p->root->kind, PLAN_OR);
    cr_assert_eq(p->root->children[0], p->ranked.items[0].node);
    plan_release(p);
    p = query_fixture_plan(&f, "stem(end) OR end OR end* OR e?d OR /end/ OR =end OR "
                               "=End OR title:end OR body:end");
    cr_assert_eq(p->root->n_children, 9);
    plan_release(p);
    p = query_fixture_plan(&f, "end NEAR/5 end");
    cr_assert_eq(p->root->n_children, 2);
    plan_release(p);
}

Test(plan, printed)
{
    struct plan *p = query_fixture_plan(&f, "\"the end\" NEAR/3 nothing");
    struct buf out = {0};
    plan_print(p, &out);
    buf_put_u8(&out, 0);
    const char *text = (const char *)out.data;
    cr_assert(strncmp(text, "near/3, at most 0 places\n  leaf of 2 tokens", 43) == 0,
              "%s", text);
    cr_assert(strstr(text, "(phrase (word the) (word end))"), "%s", text);
    cr_assert(strstr(text, "none"), "%s", text);
    buf_release(&out);
    plan_release(p);
}
