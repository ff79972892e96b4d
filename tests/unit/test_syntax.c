#include <criterion/criterion.h>
#include <string.h>

#include "query/syntax.h"

static struct analyser *analyser;
static struct arena arena;
static struct buf text;

static void begin(void)
{
    analyser = analyser_new();
    cr_assert_not_null(analyser);
}

static void end(void)
{
    analyser_free(analyser);
    arena_release(&arena);
    buf_release(&text);
}

TestSuite(syntax, .init = begin, .fini = end);

/* The tree of a query as text. */
static const char *tree_of(const char *query, struct syntax_result *out)
{
    struct err err = {0};
    int rc = syntax_parse(bytes_str(query), false, analyser, &arena, out, &err);
    cr_assert_eq(rc, 0, "%s: %s", query, err.msg);
    buf_reset(&text);
    ast_print(out->tree, &text);
    buf_put_u8(&text, 0);
    return (const char *)text.data;
}

static void check(const char *query, const char *want)
{
    struct syntax_result r;
    const char *got = tree_of(query, &r);
    cr_expect_str_eq(got, want, "%s: %s, not %s", query, got, want);
    cr_expect_not(r.literal, "%s: %s", query, r.note.text);
}

/* Read as a literal phrase, with a note at the position. */
static void check_literal(const char *query, uint32_t position, const char *want)
{
    struct syntax_result r;
    const char *got = tree_of(query, &r);
    cr_expect(r.literal, "%s was understood", query);
    cr_expect_eq(r.note.position, position, "%s: %u: %s", query, r.note.position,
                 r.note.text);
    cr_expect(r.note.text[0], "%s", query);
    cr_expect_str_eq(got, want, "%s: %s", query, got);
}

Test(syntax, words_and_phrases)
{
    check("harbour", "(word harbour)");
    check("  Harbour\t", "(word harbour)");
    check("harbour dock", "(and (word harbour) (word dock))");
    check("\"dock workers\"", "(phrase (word dock) (word workers))");
    check("\u201cdock workers\u201d", "(phrase (word dock) (word workers))");
    check("\u00abdock workers\u00bb", "(phrase (word dock) (word workers))");
    check("\"dock\"", "(word dock)");
    check("\"\" dock", "(word dock)");
    check("Delano\u00eb", "(word delanoe)");
    check("al-Assad", "(phrase (word al) (word assad))");
    check("Assad\u2019s", "(word assad)");
    check("and or not near", "(and (word and) (word or) (word not) (word near))");
    check("\"NOT AND\"", "(phrase (word not) (word and))");
    check("cats & dogs", "(and (word cats) (word dogs))");
    check("dock\u3000workers", "(and (word dock) (word workers))");
    check("\"red\"\"line\"", "(and (word red) (word line))");
}

Test(syntax, operators)
{
    check("a AND b", "(and (word a) (word b))");
    check("a OR b c", "(or (word a) (and (word b) (word c)))");
    check("a b OR c", "(or (and (word a) (word b)) (word c))");
    check("(a OR b) c", "(and (or (word a) (word b)) (word c))");
    check("NOT a", "(not (word a))");
    check("-a", "(not (word a))");
    check("a -b", "(and (word a) (not (word b)))");
    check("a -\"b c\"", "(and (word a) (not (phrase (word b) (word c))))");
    check("a -(b OR c)", "(and (word a) (not (or (word b) (word c))))");
    check("a (-b)", "(and (word a) (not (word b)))");
    check("NOT NOT a", "(not (not (word a)))");
    check("a NOT b", "(and (word a) (not (word b)))");
    check("NOT a OR b", "(or (not (word a)) (word b))");
    check("a - b", "(and (word a) (word b))");
    check("a AND b OR c AND d", "(or (and (word a) (word b)) (and (word c) (word d)))");
}

Test(syntax, proximity)
{
    check("a NEAR/5 b", "(near 5 (word a) (word b))");
    check("a PRE/1 b", "(pre 1 (word a) (word b))");
    check("a NEAR/5 b PRE/2 c", "(pre 2 (near 5 (word a) (word b)) (word c))");
    check("a NEAR/10000 b", "(near 10000 (word a) (word b))");
    check("x a NEAR/5 b y", "(and (word x) (near 5 (word a) (word b)) (word y))");
    check("(a OR \"b c\") NEAR/2 d*",
          "(near 2 (or (word a) (phrase (word b) (word c))) (prefix d))");
    check("al-Assad NEAR/3 said",
          "(near 3 (phrase (word al) (word assad)) (word said))");
    struct syntax_result r;
    cr_assert_str_eq(tree_of("a W/4 b", &r), "(near 4 (word a) (word b))");
    cr_assert_not(r.literal);
    cr_assert_str_eq(r.note.text, "W/4 is read as NEAR/4");
    cr_assert_eq(r.note.position, 2);
    /* words, with a hint */
    cr_assert_str_eq(tree_of("a near/4 b", &r),
                     "(and (word a) (phrase (word near) (word 4)) (word b))");
    cr_assert_not(r.literal);
    cr_assert(strstr(r.note.text, "in capitals, as NEAR/3"), "%s", r.note.text);
    cr_assert_eq(r.note.position, 2);
    for (int i = 0; i < 6; i++) {
        static const char *const none[] = {"a near/b", "near/",      "a pre/2x b",
                                           "a and b",  "\"near/3\"", "(w /3)"};
        (void)tree_of(none[i], &r);
        cr_assert_eq(r.note.text[0], 0, "%s: %s", none[i], r.note.text);
    }
}

Test(syntax, not_near_atleast_in)
{
    check("a NOT-NEAR/5 b", "(not-near 5 (word a) (word b))");
    check("a NOT-NEAR/5 b NEAR/2 c",
          "(near 2 (not-near 5 (word a) (word b)) (word c))");
    check("ATLEAST/3 a", "(atleast 3 (word a))");
    check(
        "x ATLEAST/3 (a OR \"b c\") y",
        "(and (word x) (atleast 3 (or (word a) (phrase (word b) (word c)))) (word y))");
    check("NOT ATLEAST/2 a", "(not (atleast 2 (word a)))");
    check("a NEAR/4 ATLEAST/2 b", "(near 4 (word a) (atleast 2 (word b)))");
    check("IN/50 a", "(in 50 (word a))");
    check("IN/50 (a NEAR/3 b)", "(in 50 (near 3 (word a) (word b)))");
    check("IN/50 ATLEAST/2 a OR b", "(or (in 50 (atleast 2 (word a))) (word b))");
    check("-IN/50 a", "(not (in 50 (word a)))");
    check("in/50", "(phrase (word in) (word 50))");
    check_literal(
        "IN/50 a NEAR/3 b", 8,
        "(phrase (word in) (word 50) (word a) (word near) (word 3) (word b))");
    check_literal("ATLEAST/2 (a b)", 0,
                  "(phrase (word atleast) (word 2) (word a) (word b))");
    check_literal("ATLEAST/0 a", 0, "(phrase (word atleast) (word 0) (word a))");
    check_literal("IN/x a", 0, "(phrase (word in) (word x) (word a))");
    check_literal("IN/50", 5, "(phrase (word in) (word 50))");
}

Test(syntax, sentences_and_paragraphs)
{
    check("a /s b", "(near /s (word a) (word b))");
    check("a /p \"b c\" d",
          "(and (near /p (word a) (phrase (word b) (word c))) (word d))");
    check("a +s b", "(pre /s (word a) (word b))");
    check("a +p b NEAR/3 c", "(near 3 (pre /p (word a) (word b)) (word c))");
    check("a /sb", "(and (word a) (word sb))");
    check_literal("a /s", 4, "(phrase (word a) (word s))");
    check_literal("a /p -b", 2, "(phrase (word a) (word p) (word b))");
}

Test(syntax, windows)
{
    check("\"a b c\"~4", "(window 4 (word a) (word b) (word c))");
    check("\"a b\"~0 d", "(and (window 0 (word a) (word b)) (word d))");
    check("\"a\"~4", "(word a)");
    check("\"a (b|c d)\"~2 NEAR/3 e", "(near 3 (window 2 (word a) (alts (word b) "
                                      "(phrase (word c) (word d)))) (word e))");
    check_literal("\"a b\"~", 5, "(phrase (word a) (word b))");
    check_literal("\"a b\"~10001", 5, "(phrase (word a) (word b) (word 10001))");
    check_literal("\"a * b\"~3", 3, "(phrase (word a) (word b) (word 3))");
    check_literal(
        "\"a b c d e f g h i\"~3", 19,
        "(phrase (word a) (word b) (word c) (word d) (word e) (word f) (word g) "
        "(word h) (word i) (word 3))");
}

Test(syntax, prefixes)
{
    check("strik*", "(prefix strik)");
    check("Delano\u00eb*", "(prefix delanoe)");
    check("\"dock work*\"", "(phrase (word dock) (prefix work))");
    check("\"dock* work* now\"", "(phrase (prefix dock) (prefix work) (word now))");
    check("al-Ass*", "(phrase (word al) (prefix ass))");
    check("\"strik*\"", "(prefix strik)");
    check("\"strik*.\"", "(prefix strik)");
    check("strik**", "(pattern strik*)");
    check("what? now", "(and (word what) (word now))");
}

Test(syntax, wildcards)
{
    check("*fix", "(pattern *fix)");
    check("w*rd", "(pattern w*rd)");
    check("W?RD", "(pattern w?rd)");
    check("?ord", "(pattern ?ord)");
    check("wo??s", "(pattern wo??s)");
    check("wo?*", "(pattern wo?*)");
    check("Delano\u00eb*x", "(pattern delanoe*x)");
    check("al-Ass*d now", "(and (phrase (word al) (pattern ass*d)) (word now))");
    check("\"dock w?rk* now\"", "(phrase (word dock) (pattern w?rk*) (word now))");
    check("\"what? now?\"", "(phrase (word what) (word now))");
    check("\"what ?\"", "(word what)");
    check("what?!", "(word what)");
    check("example.com/?q", "(phrase (word example.com) (word q))");
    check("*\u4e2d\u56fd*", "(run \u4e2d\u56fd)");
    check_literal("\u4e2d*\u56fd", 0, "(phrase (word \u4e2d) (word \u56fd))");
    check_literal("\u4e2d\u56fd?*", 0, "(run \u4e2d\u56fd)");
    check_literal("a *", 2, "(word a)");
    check_literal("a ?*", 2, "(word a)");
    check_literal("3.*", 2, "(word 3)");
}

Test(syntax, any_word)
{
    check("\"the * of\"", "(phrase (word the) (any) (word of))");
    check("\"the * * of *\"", "(phrase (word the) (any) (any) (word of) (any))");
    check("\"* the\"", "(phrase (any) (word the))");
    check("\"the*\"", "(prefix the)");
    check_literal("\"the ** of\"", 5, "(phrase (word the) (word of))");
    check_literal("x \"*\"", 3, "(word x)");
    check_literal("x \"* *\"", 3, "(word x)");
}

Test(syntax, alternatives)
{
    check("\"the (red|blue) line\"",
          "(phrase (word the) (alts (word red) (word blue)) (word line))");
    check("\"(red|blue)\"", "(alts (word red) (word blue))");
    check("\"a (white house|krem*|w?t) b\"",
          "(phrase (word a) (alts (phrase (word white) (word house)) (prefix krem) "
          "(pattern w?t)) (word b))");
    check("\"(al-Assad|he) said\"",
          "(phrase (alts (phrase (word al) (word assad)) (word he)) (word said))");
    check("\"said (he) it\"", "(phrase (word said) (word he) (word it))");
    check("\"said (he (now|then)\"",
          "(phrase (word said) (word he) (alts (word now) (word then)))");
    check("\"a | b\"", "(phrase (word a) (word b))");
    check("\"(a|b\"", "(phrase (word a) (word b))");
    check_literal("\"the (a|) b\"", 8, "(phrase (word the) (word a) (word b))");
    check_literal("\"the (a|*) b\"", 8, "(phrase (word the) (word a) (word b))");
}

Test(syntax, runs)
{
    check("\u4e2d\u56fd", "(run \u4e2d\u56fd)");
    check("\u4e2d", "(word \u4e2d)");
    check("\"\u4e2d\u56fd \u4eba\"", "(phrase (run \u4e2d\u56fd) (word \u4eba))");
    check("\u4e2d\u56fd*", "(run \u4e2d\u56fd)");
    check("\u4e2d\u56fd NEAR/3 x", "(near 3 (run \u4e2d\u56fd) (word x))");
    struct syntax_result r;
    tree_of("\u4e2d\u56fd\u4eba", &r);
    cr_assert_eq(r.tree->kind, AST_RUN);
    cr_assert_eq(r.tree->n_children, 3);
    cr_assert_eq(r.tree->children[1]->term.len, 3);
    cr_assert_eq(r.tree->children[1]->start, 3);
}

Test(syntax, filters)
{
    check("is:copy", "(filter is copy)");
    check("harbour is:Original", "(and (word harbour) (filter is original))");
    check("harbour -is:excerpt", "(and (word harbour) (not (filter is excerpt)))");
    check(
        "(story:cw-1001 OR like:cw-1001) copies:>3",
        "(and (or (filter story cw-1001) (filter like cw-1001)) (filter copies 4..))");
    check("story:\"an id (with) blanks\" x",
          "(and (filter story an id (with) blanks) (word x))");
    check("is:\u201ccopy\u201d", "(filter is copy)");
    check("story:a:b", "(filter story a:b)");
    check("\"is:copy\"", "(word is:copy)");
    struct syntax_result r;
    tree_of("ab story:\"x y\" cd", &r);
    cr_assert_eq(r.tree->children[1]->start, 3);
    cr_assert(bytes_equal(r.tree->children[1]->text, bytes_str("story:\"x y\"")));
    cr_assert(bytes_equal(r.tree->children[1]->filter.value, bytes_str("x y")));
}

Test(syntax, values_of_fields)
{
    check("source:guardian", "(filter source (word guardian))");
    check("source:\"The Guardian\"",
          "(filter source (phrase (word the) (word guardian)))");
    check("source:The-Guardian", "(filter source (phrase (word the) (word guardian)))");
    check("source:=\"The Guardian\" x", "(and (filter source =The Guardian) (word x))");
    check("source:=BBC", "(filter source =BBC)");
    check("source:guard* author:\"j* (smith|smythe)\"",
          "(and (filter source (prefix guard)) (filter author (phrase (prefix j) (alts "
          "(word smith) (word smythe)))))");
    check("source:none", "(filter source none)");
    check("source:*", "(filter source *)");
    check("source:\"none\"", "(filter source (word none))");
    check(
        "source:a|\"b c\"|=D x",
        "(and (or (filter source (word a)) (filter source (phrase (word b) (word c))) "
        "(filter source =D)) (word x))");
    check("source:(a OR \"b c\") x",
          "(and (or (filter source (word a)) (filter source (phrase (word b) (word "
          "c)))) (word x))");
    check("source:(a (b OR -c) d|e)",
          "(and (filter source (word a)) (or (filter source (word b)) (not (filter "
          "source (word c)))) (or (filter source (word d)) (filter source (word e))))");
    check("(source:(a) x) author:b y",
          "(and (and (filter source (word a)) (word x)) (filter author (word b)) (word "
          "y))");
    check("url:bbc.co.uk/news path:*/2016/*.jsonl",
          "(and (filter url bbc.co.uk/news) (filter path */2016/*.jsonl))");
    check("url:http://x.org/a?b=c", "(filter url http://x.org/a?b=c)");
    check("lang:English lang:GER lang:zh_hant lang:klingonish lang:none",
          "(and (filter lang en) (filter lang de) (filter lang zh-Hant) (filter lang "
          "klingonish) (filter lang none))");
    check("id:cw-* lang:en-GB tag:war section:\"Foreign News\"",
          "(and (filter id cw-*) (filter lang en-GB) (filter tag (word war)) (filter "
          "section (phrase (word foreign) (word news))))");
    check("words:>300 -words:..5",
          "(and (filter words 301..) (not (filter words 0..5)))");
    check("10:30", "(phrase (word 10) (word 30))");
    check("http://source:x", "(phrase (word http) (word source:x))");
    check("\"source:b\"", "(word source:b)");
}

Test(syntax, dates)
{
    check("date:2016", "(filter date 2016-01-01..2016-12-31)");
    check("date:2016-12..2018-03", "(filter date 2016-12-01..2018-03-31)");
    check("date:..2018", "(filter date ..2018-12-31)");
    check("date:>2016-02", "(filter date 2016-03-01..)");
    check("date:2016|2018-05-04",
          "(or (filter date 2016-01-01..2016-12-31) (filter date 2018-05-04))");
    check("date:none", "(filter date none)");
    check("date:\"last month\"", "(filter date month -1)");
    check("date:last_month x", "(and (filter date month -1) (word x))");
    check("date:\"last 7 days\"", "(filter date last 7 days)");
    check("date:\"last week\"..yesterday", "(filter date week -1..day -1)");
    check("date:2weeks..", "(filter date 2 weeks ago..)");
    check("date:(2016 OR \"5 may 2017\")",
          "(or (filter date 2016-01-01..2016-12-31) (filter date 2017-05-05))");
}

Test(syntax, parts_of_articles)
{
    check("title:war", "(in title (word war))");
    check("title:\"war on\" x",
          "(and (in title (phrase (word war) (word on))) (word x))");
    check("title:(a NEAR/3 b)", "(in title (near 3 (word a) (word b)))");
    check("body:(a OR b*)", "(in body (or (word a) (prefix b)))");
    check("title:(a b)", "(and (in title (word a)) (in title (word b)))");
    check("title:(a -b OR c)",
          "(or (and (in title (word a)) (not (in title (word b)))) "
          "(in title (word c)))");
    check("-title:al-Assad", "(not (in title (phrase (word al) (word assad))))");
    check("title:\"a b\"~2", "(in title (window 2 (word a) (word b)))");
    struct syntax_result r;
    tree_of("x title:war y", &r);
    cr_assert(bytes_equal(r.tree->children[1]->text, bytes_str("title:war")));
}

/* What was noted about a query that is read as a literal phrase. */
static void check_note(const char *query, const char *note)
{
    struct syntax_result r;
    tree_of(query, &r);
    cr_expect(r.literal, "%s", query);
    cr_expect_str_eq(r.note.text, note, "%s: %s", query, r.note.text);
}

Test(syntax, filters_that_are_none)
{
    check_literal("a is:b", 5, "(phrase (word a) (word is:b))");
    check_literal("is: copy", 0, "(phrase (word is) (word copy))");
    check_literal("a copies:many", 9, "(phrase (word a) (word copies:many))");
    check_literal("copies:5..2", 7, "(phrase (word copies) (word 5) (word 2))");
    check_literal("story: x", 0, "(phrase (word story) (word x))");
    check_literal("story:\"\" x", 6, "(phrase (word story) (word x))");
    check_literal("story:\"x", 6, "(phrase (word story) (word x))");
    check_literal("a NEAR/3 is:copy", 2,
                  "(phrase (word a) (word near) (word 3) (word is:copy))");
    check_literal(
        "(a OR is:copy) PRE/3 b", 15,
        "(phrase (word a) (word or) (word is:copy) (word pre) (word 3) (word b))");
    check_literal("a title: b", 2, "(phrase (word a) (word title) (word b))");
    check_literal("a title:(is:copy)", 2,
                  "(phrase (word a) (word title) (word is:copy))");
    check_literal("title:a NEAR/2 b", 8,
                  "(phrase (word title:a) (word near) (word 2) (word b))");
    check_literal("source:(a NEAR/2 b)", 10,
                  "(phrase (word source) (word a) (word near) (word 2) (word b))");
    check_literal("source:(a author:b)", 10,
                  "(phrase (word source) (word a) (word author:b))");
    check_literal("source:\"a\"b", 10, "(phrase (word source) (word a) (word b))");
    check_literal("source:(a", 7, "(phrase (word source) (word a))");
    check_literal("x date:2016-13", 7,
                  "(phrase (word x) (word date) (word 2016) (word 13))");
    check_literal("this:copy", 0, "(word this:copy)");
    check_literal("Is:copy", 0, "(word is:copy)");
    check_note("is:b", "is: takes original, copy or excerpt");
    check_note("date:2016-13", "date: months go from 1 to 12");
    check_note("sourc:b", "there is no field sourc: did you mean source:");
    check_note("sourc:\"b\"", "there is no field sourc: did you mean source:");
    check_note("sourc:(b)", "there is no field sourc: did you mean source:");
    check_note(
        "foo:b",
        "there is no field foo: there are source author title body section url path "
        "lang tag words date id story copies is like");
    check_note("source:(a author:b)",
               "between the parentheses of source: stand its values; "
               "author: has no place there");
}

Test(syntax, places_in_the_query)
{
    struct syntax_result r;
    tree_of("ab \"cd ef\" OR gh*", &r);
    const struct ast *and = r.tree->children[0], *phrase = and->children[1];
    cr_assert_eq(phrase->children[1]->start, 7);
    cr_assert(bytes_equal(phrase->children[1]->text, bytes_str("ef")));
    cr_assert_eq(r.tree->children[1]->start, 14);
    cr_assert(bytes_equal(r.tree->children[1]->text, bytes_str("gh*")));
}

Test(syntax, what_is_read_literally)
{
    check_literal("(a b", 0, "(phrase (word a) (word b))");
    check_literal("a b)", 3, "(phrase (word a) (word b))");
    check_literal("a \"b c", 2, "(phrase (word a) (word b) (word c))");
    check_literal("a AND", 5, "(phrase (word a) (word and))");
    check_literal("OR a", 0, "(phrase (word or) (word a))");
    check_literal("a () b", 3, "(phrase (word a) (word b))");
    check_literal("a NEAR/0 b", 2, "(phrase (word a) (word near) (word 0) (word b))");
    check_literal("a NEAR/x b", 2, "(phrase (word a) (word near) (word x) (word b))");
    check_literal("a NEAR/10001 b", 2,
                  "(phrase (word a) (word near) (word 10001) (word b))");
    check_literal("a NEAR/99999999999999999999 b", 2,
                  "(phrase (word a) (word near) (word 99999999999999999999) (word b))");
    check_literal("a NEAR/3 NOT b", 2,
                  "(phrase (word a) (word near) (word 3) (word not) (word b))");
    check_literal(
        "a NEAR/3 (b AND c)", 2,
        "(phrase (word a) (word near) (word 3) (word b) (word and) (word c))");
}

Test(syntax, strict_refuses)
{
    struct syntax_result r;
    struct err err = {0};
    cr_assert_eq(syntax_parse(bytes_str("a AND (b"), true, analyser, &arena, &r, &err),
                 ERR_SYNTAX);
    cr_assert(strstr(err.msg, "byte 6"), "%s", err.msg);
    cr_assert(strstr(err.msg, "a AND (b\n      ^ "), "%s", err.msg);
}

Test(syntax, no_word)
{
    const char *none[] = {"", "   ", "\"\"", "()", "&", "AND", "- -", "***"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct syntax_result r;
        struct err err = {0};
        int rc = syntax_parse(bytes_str(none[i]), false, analyser, &arena, &r, &err);
        if (strcmp(none[i], "AND") == 0) {
            cr_expect_eq(rc, 0); /* a word after all */
        } else {
            cr_expect_eq(rc, ERR_SYNTAX, "%s", none[i]);
        }
    }
}

static void repeat(struct buf *out, const char *part, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_put_str(out, part);
}

static bool is_literal(struct buf *query)
{
    struct syntax_result r;
    struct err err = {0};
    cr_assert_eq(syntax_parse(buf_bytes(query), false, analyser, &arena, &r, &err), 0,
                 "%s", err.msg);
    buf_reset(query);
    return r.literal;
}

Test(syntax, limits)
{
    struct buf q = {0};
    struct syntax_result r;
    struct err err = {0};
    repeat(&q, "(", SYNTAX_DEPTH_MAX - 1);
    buf_put_str(&q, "a");
    repeat(&q, ")", SYNTAX_DEPTH_MAX - 1);
    cr_expect_not(is_literal(&q));
    repeat(&q, "(", 4000);
    buf_put_str(&q, "a");
    cr_expect(is_literal(&q));
    repeat(&q, "NOT ", 500);
    buf_put_str(&q, "a");
    cr_expect(is_literal(&q));
    buf_put_str(&q, "a");
    repeat(&q, " NEAR/2 b", 30);
    cr_expect_not(is_literal(&q));
    buf_put_str(&q, "a");
    repeat(&q, " NEAR/2 b", 300);
    cr_expect(is_literal(&q));
    repeat(&q, "a ", 4000);
    cr_expect_not(is_literal(&q));
    repeat(&q, "a ", 5000);
    cr_expect_eq(syntax_parse(buf_bytes(&q), false, analyser, &arena, &r, &err),
                 ERR_SYNTAX);
    err_clear(&err);
    buf_reset(&q);
    repeat(&q, "a", SYNTAX_BYTES_MAX + 1);
    cr_expect_eq(syntax_parse(buf_bytes(&q), false, analyser, &arena, &r, &err),
                 ERR_SYNTAX);
    buf_release(&q);
}

Test(syntax, caret_line)
{
    struct buf out = {0};
    struct syntax_note note = {7, "here"};
    syntax_caret(bytes_str("ab\x1b[\u00e9 (x"), &note, &out);
    buf_put_u8(&out, 0);
    cr_assert_str_eq((char *)out.data, "ab [\u00e9 (x\n      ^ here\n");
    buf_release(&out);
}

/* Whatever the bytes, the answer is a tree or an error, never a crash. */
Test(syntax, any_bytes)
{
    static const char alphabet[] =
        "ab \"()-*?NOT AND OR NEAR/3 PRE/2 W/9 is:copy copies:>3 story:a "
        "\xe4\xb8\xad\xe2\x80\x9c\xff\x80/=~:";
    uint64_t state = 88172645463325252u;
    for (int round = 0; round < 20000; round++) {
        char q[40];
        size_t n = 0;
        for (; n < sizeof q; n++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            if (state % 37 == 0)
                break;
            q[n] = alphabet[(state >> 20) % (sizeof alphabet - 1)];
        }
        struct syntax_result r;
        struct err err = {0};
        int rc = syntax_parse(bytes_of(q, n), state & 1, analyser, &arena, &r, &err);
        cr_assert(rc == 0 || rc == ERR_SYNTAX, "%d %s", rc, err.msg);
        arena_reset(&arena);
    }
}

Test(syntax, stems)
{
    check("stem(Talking)", "(stem english talking)");
    check("stem(talk, fr)", "(stem french talk)");
    check("stem( H\u00e4user ,GERMAN )", "(stem german hauser)");
    check("-stem(talk) show", "(and (not (stem english talk)) (word show))");
    check("\"stem(talk) show\"", "(phrase (stem english talk) (word show))");
    check("\"(stem(talk)|chat) show\"~2",
          "(window 2 (alts (stem english talk) (word chat)) (word show))");
    check("stem(talk) NEAR/3 stem(show)",
          "(near 3 (stem english talk) (stem english show))");
    check("stem (talk)", "(and (word stem) (word talk))");
    check("stem", "(word stem)");
    check("\"my stem(cell\"", "(phrase (word my) (word stem) (word cell))");
    check_literal("stem()", 5, "(word stem)");
    check_literal("stem(white house)", 5,
                  "(phrase (word stem) (word white) (word house))");
    check_literal("stem(al-Assad)", 5, "(phrase (word stem) (word al) (word assad))");
    check_literal("stem(talk*)", 9, "(phrase (word stem) (word talk))");
    check_literal("stem(talk, klingon)", 11,
                  "(phrase (word stem) (word talk) (word klingon))");
    check_literal("\"a stem(b c)\"", 8,
                  "(phrase (word a) (word stem) (word b) (word c))");
}

Test(syntax, regular_expressions)
{
    check("/ir[ae]n(ian)?s?/", "(regex /ir[ae]n(ian)?s?/)");
    check("a /b.*/ c", "(and (word a) (regex /b.*/) (word c))");
    check("(/a|b/)", "(regex /a|b/)");
    check("-/a/", "(not (regex /a/))");
    check("\"the /r.d/ line\"", "(phrase (word the) (regex /r.d/) (word line))");
    check("\"(/(a|b)c/|x y) d\"",
          "(phrase (alts (regex /(a|b)c/) (phrase (word x) (word y))) (word d))");
    check("/D\u00e9l.*/", "(regex /Del.*/)");
    check("/[\u00e9\u00c9]/", "(regex /[ee]/)");
    check("/stra\u00dfe/", "(regex /stra(?:ss)e/)");
    check("/a\\/b/", "(regex /a\\/b/)");
    check("and/or", "(phrase (word and) (word or))");
    check("/etc/passwd", "(phrase (word etc) (word passwd))");
    check("/news/2015/", "(phrase (word news) (word 2015))");
    check("a /s b", "(near /s (word a) (word b))");
    check("// a", "(word a)");
    check("/a b/", "(and (word a) (word b))");
    check("\"a /s/ b\"", "(phrase (word a) (regex /s/) (word b))");
    check_literal("a /b(c/", 6, "(phrase (word a) (word b) (word c))");
    check_literal("/[z-a]/", 4, "(phrase (word z) (word a))");
    check_literal("/[\u00ff-\u0101]/", 1, "(phrase (word y) (word a))");
    check_literal("/a{70000}/", 8, "(phrase (word a) (word 70000))");
}

Test(syntax, exact_surfaces)
{
    check("=\"Assad\u2019s\"", "(exact Assad's)");
    check("=\u201cAssad's\u201d", "(exact Assad's)");
    check("=\"U.S.  Army\"", "(exact U.S. Army)");
    check("=\"($1 billion)\"", "(exact ($1 billion))");
    check("=US", "(exact US)");
    check("-=US army", "(and (not (exact US)) (word army))");
    check("=\"US\" NEAR/3 =Army", "(near 3 (exact US) (exact Army))");
    check("\"the =US army\"", "(phrase (word the) (exact US) (word army))");
    check("\"(=US|=U.S.) army\"",
          "(phrase (alts (exact US) (exact U.S.)) (word army))");
    check("\"=al-Assad said\"~3", "(window 3 (exact al-Assad) (word said))");
    check("\"a = b\"", "(phrase (word a) (word b))");
    check("e=mc2", "(phrase (word e) (word mc2))");
    check("==US", "(word us)");
    check_literal("a =\"!\"", 2, "(word a)");
    check_literal("a =\"b", 3, "(phrase (word a) (word b))");
}
