/* kwic: keys as they are typed, lines in memory, and text that stands under each other. What lines there are and in what
 * order is compared with brute force in tests/property/test_kwic_property.c. */
#include <criterion/criterion.h>
#include <string.h>

#include "query/kwic_lines.h"
#include "query/kwic_rows.h"
#include "query/kwic_text.h"
#include "query/syntax.h"
#include "query/width.h"
#include "tests/unit/rows_fixture.h"

/* --- keys ---------------------------------------------------------------------------------- */

static void expect_keys(const char *text, size_t n, const struct kwic_key *want)
{
    struct kwic_keys k = {0};
    struct err err = {0};
    cr_assert_eq(kwic_keys_read(&k, text, &err), 0, "%s: %s", text, err.msg);
    cr_assert_eq(k.n, n);
    for (size_t i = 0; i < n; i++)
        cr_assert(k.keys[i].kind == want[i].kind && k.keys[i].down == want[i].down &&
                      k.keys[i].word == want[i].word,
                  "%s: key %zu", text, i);
}

Test(kwic, keys)
{
    expect_keys("L1", 1, (struct kwic_key[]){{KWIC_WORD, false, -1}});
    expect_keys("r100,-l100", 2,
                (struct kwic_key[]){{KWIC_WORD, false, 100}, {KWIC_WORD, true, -100}});
    expect_keys("-date,hit,source,-outlet", 4,
                (struct kwic_key[]){{KWIC_DATE, true, 0},
                                    {KWIC_HIT, false, 0},
                                    {KWIC_SOURCE, false, 0},
                                    {KWIC_SOURCE, true, 0}});
    static const char *const bad[] = {"",
                                      ",",
                                      "L",
                                      "L0",
                                      "L101",
                                      "R-1",
                                      "hits",
                                      "hit,",
                                      "hit,,date",
                                      "--hit",
                                      "L1 ",
                                      "hit R",
                                      "LL1",
                                      "1",
                                      "L18446744073709551617",
                                      "-",
                                      "dat",
                                      "source:",
                                      "hit,date,X1",
                                      "hit,hit,hit,hit,hit,hit,hit,hit,hit"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct kwic_keys k = {0};
        struct err err = {0};
        cr_assert_eq(kwic_keys_read(&k, bad[i], &err), ERR_USAGE, "'%s'", bad[i]);
        cr_assert(strstr(err.msg, "--sort"), "%s", err.msg);
    }
}

Test(kwic, room)
{
    struct span s = kwic_room(4, 20, (struct span){3, 1});
    cr_assert(s.first == 0 && s.len == 4);
    s = kwic_room(4, 20, (struct span){3, 2});
    cr_assert(s.first == 0 && s.len == 20);
    s = kwic_room(4, 20, (struct span){4, 2});
    cr_assert(s.first == 4 && s.len == 16);
    s = kwic_room(0, 20, (struct span){0, 1});
    cr_assert(s.first == 0 && s.len == 20);
}

/* --- widths --------------------------------------------------------------------------------- */

Test(kwic, cuts_leave_characters_whole)
{
    /* Latin, an accent that combines, two wide ones, an emoji, a zero-width joiner. */
    static const char text[] =
        "ae\xCC\x81z \xE6\xB8\xAF\xE6\xB9\xBE x\xF0\x9F\x9A\xA2\xE2\x80\x8D.";
    struct bytes all = bytes_str(text);
    uint64_t width = width_text(all);
    cr_assert_eq(width, 1 + 1 + 1 + 1 + 4 + 1 + 1 + 2 + 1);
    for (uint64_t room = 0; room <= width + 1; room++) {
        size_t to = kwic_text_fit(all, room), from = kwic_text_skip(all, room);
        struct bytes head = bytes_of(all.data, to);
        struct bytes tail = bytes_of(all.data + from, all.len - from);
        cr_assert_leq(width_text(head), room);
        cr_assert_leq(width_text(tail), room);
        /* No cut inside a character, none between a letter and its accent; and no room for one more. */
        cr_assert(to == all.len || (all.data[to] & 0xC0) != 0x80);
        cr_assert(from == all.len || (all.data[from] & 0xC0) != 0x80);
        cr_assert(to == all.len || all.data[to] != 0xCC);
        cr_assert(from == all.len || from == 0 || all.data[from] != 0xCC);
        if (room < width) {
            cr_assert_geq(width_text(head) + 2, room + 1);
            cr_assert_geq(width_text(tail) + 2, room + 1);
        }
    }
    cr_assert_eq(kwic_text_fit(all, width), all.len);
    cr_assert_eq(kwic_text_skip(all, width), 0);
}

/* --- lines of an archive ------------------------------------------------------------------------ */

struct asked {
    struct rows_fixture f;
    struct arena arena;
    struct shown shown;
    struct kwic_keys keys;
    struct kwic_lines lines;
    struct kwic_rows rows;
    struct kwic_text text;
    struct output out;
};

static int on_story(void *arg, const struct story_match *match, struct err *err)
{
    return kwic_lines_add(arg, match, err);
}

static void ask(struct asked *a, const char *query, const char *sort, uint64_t wanted)
{
    struct syntax_result parsed = {0};
    struct plan *plan = NULL;
    struct err *err = &a->f.err;
    a->keys = (struct kwic_keys){.snapshot = &a->f.s, .analyser = analyser_new()};
    cr_assert(a->keys.analyser);
    a->lines = (struct kwic_lines){.snapshot = &a->f.s,
                                   .shown = &a->shown,
                                   .wanted = wanted,
                                   .keys = *sort ? &a->keys : NULL};
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, a->keys.analyser, &a->arena, &parsed, err),
        0);
    cr_assert_eq(plan_make(&a->f.s, parsed.tree, &a->arena, &plan, err), 0);
    if (*sort)
        cr_assert_eq(kwic_keys_read(&a->keys, sort, err), 0);
    struct engine_options options = {
        .want_spans = true, .want_passages = true, .story = on_story, .arg = &a->lines};
    cr_assert_eq(engine_run(plan, &options, NULL, err), 0, "%s", err->msg);
    cr_assert_eq(kwic_lines_sort(&a->lines, err), 0);
    plan_release(plan);
}

static void forget(struct asked *a)
{
    analyser_free(a->keys.analyser);
    kwic_keys_release(&a->keys);
    kwic_lines_release(&a->lines);
    arena_reset(&a->arena);
}

static void end(struct asked *a)
{
    kwic_rows_release(&a->rows);
    kwic_text_release(&a->text);
    buf_release(&a->out.buf);
    arena_release(&a->arena);
    rows_fixture_end(&a->f);
}

/* An article of so many words, of which every other one is a hit. */
static void make_long(struct asked *a, size_t n)
{
    struct buf body = {0};
    uint64_t state = 7;
    for (size_t i = 0; i < n; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        buf_printf(&body, "tug w%u ", (unsigned)(state >> 40) % 1000);
    }
    buf_put_u8(&body, 0);
    rows_fixture_begin(&a->f);
    rows_fixture_story(&a->f);
    rows_fixture_article(&a->f, "long", "", (const char *)body.data, "Wire", 1);
    rows_fixture_publish(&a->f, 1);
    buf_release(&body);
}

/* With few lines wanted, most are dropped on the way; those that are left are the first of all. */
Test(kwic, few_lines_are_held_if_few_are_wanted)
{
    struct asked a = {0}, all = {0};
    make_long(&a, 80000);
    all.f = a.f;
    ask(&all, "tug", "R1,-L2", UINT64_MAX);
    cr_assert_eq(all.lines.lines.len, 80000);
    for (uint64_t wanted = 1; wanted < 10000; wanted *= 30) {
        ask(&a, "tug", "R1,-L2", wanted);
        cr_assert_eq(a.lines.lines.len, wanted);
        cr_assert_lt(a.lines.lines.cap, 2 * wanted + 140000);
        cr_assert(memcmp(a.lines.lines.items, all.lines.lines.items,
                         (size_t)wanted * sizeof *a.lines.lines.items) == 0);
        forget(&a);
    }
    ask(&a, "tug", "", 10);
    cr_assert_eq(a.lines.lines.len, 10);
    cr_assert_eq(a.lines.lines.items[9].span.first, 18);
    forget(&a);
    forget(&all);
    arena_release(&all.arena);
    end(&a);
}

static void make_small(struct asked *a)
{
    rows_fixture_begin(&a->f);
    rows_fixture_story(&a->f);
    rows_fixture_article(
        &a->f, "first", "The port sleeps",
        "Nobody (\"not even the port\") said so.\n\nThe port, then, was "
        "shut.",
        "Gazette", 19423);
    rows_fixture_story(&a->f);
    rows_fixture_article(&a->f, "second", "", "Port.", "", DAY_NONE);
    rows_fixture_publish(&a->f, 2);
}

static void print(struct asked *a, const char *query, const char *fields,
                  uint32_t context, unsigned width, const char *want)
{
    struct err *err = &a->f.err;
    ask(a, query, "", UINT64_MAX);
    a->out = (struct output){.fd = -1};
    a->rows.snapshot = &a->f.s;
    a->rows.context = context;
    a->text = (struct kwic_text){.output = &a->out, .width = width};
    cr_assert_eq(kwic_text_choose(&a->text, fields, err), 0);
    cr_assert_eq(
        kwic_rows_load(&a->rows, a->lines.lines.items, a->lines.lines.len, err), 0,
        "%s", err->msg);
    cr_assert_eq(kwic_text_print(&a->text, &a->rows, err), 0);
    buf_put_u8(&a->out.buf, 0);
    cr_assert_str_eq((const char *)a->out.buf.data, want);
    buf_release(&a->out.buf);
    kwic_text_release(&a->text);
    forget(a);
}

Test(kwic, hits_stand_under_each_other)
{
    struct asked a = {0};
    make_small(&a);
    print(&a, "port", "left", 100, 40,
          "              The [port] sleeps\n"
          "dy (\"not even the [port]\") said so. The\n"
          "rt\") said so. The [port], then, was shut\n"
          "                  [Port].\n");
    end(&a);
}

Test(kwic, context_in_words)
{
    struct asked a = {0};
    make_small(&a);
    print(&a, "port", "date,article", 2, 0,
          "2023-03-07  first        The [port] sleeps\n"
          "2023-03-07  first   even the [port]\") said so\n"
          "2023-03-07  first    so. The [port], then, was\n"
          "            second           [Port].\n");
    print(&a, "port", "hit", 0, 0, "[port]\n[port]\n[port]\n[Port].\n");
    print(&a, "\"not * the\" NEAR/9 then", "outlet", 0, 0,
          "Gazette  [not even the port\") said so. The port, then]\n");
    end(&a);
}

/* Whatever is loaded together says the same, with or without bytes. */
Test(kwic, rows_do_not_depend_on_the_others)
{
    struct asked a = {0}, b = {0};
    make_long(&a, 300);
    b.f = a.f;
    ask(&a, "tug", "R1", UINT64_MAX);
    a.rows.snapshot = b.rows.snapshot = &a.f.s;
    a.rows.context = b.rows.context = 5;
    b.rows.bytes = true;
    cr_assert_eq(kwic_rows_load(&a.rows, a.lines.lines.items, 300, &a.f.err), 0);
    cr_assert_eq(a.rows.rows.len, 300);
    for (size_t i = 0; i < 300; i++) {
        cr_assert_eq(kwic_rows_load(&b.rows, a.lines.lines.items + i, 1, &a.f.err), 0);
        const struct kwic_row *x = &a.rows.rows.items[i], *y = &b.rows.rows.items[0];
        for (int t = 0; t < KWIC_TEXTS; t++)
            cr_assert(bytes_equal(kwic_rows_text(&a.rows, x, (enum kwic_field)t),
                                  kwic_rows_text(&b.rows, y, (enum kwic_field)t)));
        cr_assert(
            bytes_equal(bytes_of(a.f.records.data + y->from, (size_t)(y->to - y->from)),
                        bytes_str("tug")));
    }
    kwic_rows_release(&b.rows);
    forget(&a);
    end(&a);
}
