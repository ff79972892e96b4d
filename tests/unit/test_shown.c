/* Which article stands for a story, and what --copies originals asks. */
#include <criterion/criterion.h>
#include <string.h>

#include "query/print.h"
#include "query/shown.h"
#include "query/syntax.h"
#include "tests/unit/rows_fixture.h"

static const char body[] =
    "The cranes stopped at six in the morning and by seven the road to the terminal "
    "was full of lorries whose drivers had not been told.";

static struct rows_fixture f;
static struct analyser *analyser;
static struct arena arena;

static void add(const char *id, const char *front, const char *back, const char *outlet)
{
    struct buf text = {0};
    buf_printf(&text, "%s%s%s", front, body, back);
    buf_put_u8(&text, 0);
    rows_fixture_article(&f, id, "", (const char *)text.data, outlet, 19000);
    buf_release(&text);
}

static void begin(void)
{
    analyser = analyser_new();
    cr_assert(analyser);
    rows_fixture_begin(&f);
    rows_fixture_story(&f);
    add("root", "", "", "Gazette");
    add("same", "", "",
        "The Daily \xC3\x89"
        "cho");
    add("bells", "", " A bell, two bells and a gull.", "Wire");
    add("bell", "An editor adds a bell. ", " It is a long one, with very many words.",
        "");
    add("bells-2", "", " A bell, two bells and a gull.", "GAZETTE");
    rows_fixture_publish(&f, 1);
}

static void end(void)
{
    rows_fixture_end(&f);
    arena_release(&arena);
    analyser_free(analyser);
}

TestSuite(shown, .init = begin, .fini = end);

struct asked {
    struct shown shown;
    char id[40];
    struct output *group; /* if not NULL, the articles that match are put there */
};

static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    struct asked *a = arg;
    struct shown_choice choice;
    struct row row = {0};
    int rc = shown_choose(&a->shown, &f.s, match, &choice, err);
    if (rc == 0)
        rc = row_load(&row, &f.s, match, &choice, UINT64_MAX, err);
    if (rc == 0) {
        cr_assert_eq(row.n_hits, choice.wording->n_spans);
        cr_assert_lt(row.prov.id.len, sizeof a->id);
        memcpy(a->id, row.prov.id.data, row.prov.id.len);
    }
    if (rc == 0 && a->group) {
        struct row other = {0};
        struct print_row p = {
            .output = a->group, .row = &row, .match = match, .other = &other};
        rc = print_group_text(&p, err);
        row_release(&other);
    }
    row_release(&row);
    return rc;
}

static void ask(const char *query, struct asked *a)
{
    struct syntax_result parsed;
    struct plan *plan = NULL;
    struct engine_options options = {.want_spans = true, .story = on_story, .arg = a};
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, analyser, &arena, &parsed, &f.err), 0);
    cr_assert_eq(shown_begin(&a->shown, analyser, &f.err), 0, "%s", f.err.msg);
    cr_assert_eq(shown_tree(&a->shown, parsed.tree, &arena, &parsed.tree, &f.err), 0);
    cr_assert_eq(plan_make(&f.s, parsed.tree, &arena, &plan, &f.err), 0);
    cr_assert_eq(engine_run(plan, &options, NULL, &f.err), 0, "%s", f.err.msg);
    plan_release(plan);
    shown_release(&a->shown);
}

static void check(const char *query, int copies, const char *rule, const char *want)
{
    struct asked a = {.shown = {.copies = copies, .rule = rule}};
    ask(query, &a);
    cr_expect_str_eq(a.id, want, "%s --keep %s: %s, not %s", query,
                     rule ? rule : "(none)", a.id, want);
}

/* The articles below a story, their input's path left out. */
static void check_group(const char *query, const char *want)
{
    struct output o;
    struct buf got = {0};
    output_init(&o, -1, false);
    ask(query, &(struct asked){.group = &o});
    buf_put_u8(&o.buf, 0);
    const char *text = (const char *)o.buf.data;
    for (const char *at; (at = strstr(text, f.input)); text = at + strlen(f.input))
        buf_put(&got, text, (size_t)(at - text));
    buf_put_str(&got, text);
    buf_put_u8(&got, 0);
    cr_expect_str_eq((const char *)got.data, want, "got:\n%s", (const char *)got.data);
    buf_release(&got);
    buf_release(&o.buf);
}

Test(shown, the_original_if_it_matches)
{
    check("cranes", SHOWN_COLLAPSE, NULL, "root");
    check("cranes", SHOWN_COLLAPSE, "earliest", "root");
    check("cranes is:copy", SHOWN_COLLAPSE, NULL, "same");
}

Test(shown, else_the_copy_with_most_hits)
{
    check("bell*", SHOWN_COLLAPSE, NULL, "bells");
    check("bell", SHOWN_COLLAPSE, NULL, "bells"); /* of equals the first */
    check("editor OR gull", SHOWN_COLLAPSE, NULL, "bells");
    check("an OR adds OR gull", SHOWN_COLLAPSE, NULL, "bell");
}

Test(shown, the_longest)
{
    check("cranes", SHOWN_COLLAPSE, "longest", "bell");
    check("cranes -editor", SHOWN_COLLAPSE, "longest", "bells");
    check("cranes -bell", SHOWN_COLLAPSE, "longest", "root");
}

Test(shown, by_outlet)
{
    check("cranes", SHOWN_COLLAPSE, "source:Wire", "bells");
    check("cranes", SHOWN_COLLAPSE, "source:wire,gazette", "bells");
    check("cranes", SHOWN_COLLAPSE, "source:gazette,wire", "root");
    check("gull", SHOWN_COLLAPSE, "source:gazette", "bells-2");
    check("cranes", SHOWN_COLLAPSE,
          "source:the daily e\xCC\x81"
          "cho",
          "same");
    check("cranes", SHOWN_COLLAPSE, "source:Daily Echo", "root"); /* the whole name */
    check("cranes", SHOWN_COLLAPSE, "source:,,Nobody,", "root");
    check("gull", SHOWN_COLLAPSE, "source:nobody", "bells");
}

Test(shown, originals_only)
{
    check("cranes", SHOWN_ORIGINALS, "longest", "root");
    check("gull", SHOWN_ORIGINALS, NULL, "");
    check("gull OR cranes", SHOWN_ORIGINALS, NULL, "root");
}

Test(shown, groups)
{
    check_group("bell*", "   near      2022-01-08  Wire  bells  :3  2 hits\n"
                         "   near      2022-01-08  GAZETTE  bells-2  :5  2 hits\n"
                         "   near      2022-01-08  bell  :4  1 hit\n");
    check_group("cranes -editor is:copy",
                "   same      2022-01-08  The Daily \xC3\x89"
                "cho  same  :2  1 hit\n"
                "   near      2022-01-08  Wire  bells  :3  1 hit\n"
                "   near      2022-01-08  GAZETTE  bells-2  :5  1 hit\n");
    check_group("nothing", "");
}

Test(shown, rules_that_are_none)
{
    static const char *const rules[] = {"",       "Earliest", "latest",
                                        "source", "source:",  "source:,"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct shown s = {.rule = rules[i]};
        struct err err = {0};
        cr_expect_eq(shown_begin(&s, analyser, &err), ERR_USAGE, "%s", rules[i]);
        shown_release(&s);
    }
}
