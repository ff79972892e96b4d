#include "tests/support/hostile_query.h"

#include <string.h>

struct maker {
    const struct hostile_words *words;
    uint64_t state;
    struct buf *out;
};

static uint64_t draw(struct maker *m, uint64_t n)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return (m->state >> 11) % n;
}

static void put(struct maker *m, const char *text)
{
    buf_put_str(m->out, text);
}

/* Every second one is among the eight commonest. */
static const char *word(struct maker *m)
{
    uint64_t n = m->words->n;
    if (draw(m, 2) && n > 8)
        n = 8;
    return m->words->items[draw(m, n)];
}

static const char *const parts[] = {
    "(",
    ")",
    "((",
    "))",
    " AND ",
    " OR ",
    " NOT ",
    " -",
    " NEAR/3 ",
    " PRE/2 ",
    " W/9 ",
    " NEAR/10000 ",
    " NEAR/0 ",
    " NEAR/99999999999 ",
    " NOT-NEAR/2 ",
    " /s ",
    " /p ",
    " +s ",
    " +p ",
    "ATLEAST/2 ",
    "ATLEAST/10000 ",
    "IN/5 ",
    "\"",
    "\"",
    "“",
    "”",
    "«",
    "*",
    "**",
    "?",
    "*e*",
    "t*",
    "?h?",
    "=",
    "=\"",
    "~4",
    "~",
    "|",
    "(a|b c*)",
    "stem(",
    "stem(talking)",
    "stem(x, klingon)",
    "/",
    "/t.*/",
    "/(/",
    "/s",
    "title:",
    "title:(",
    "date:2016..",
    "date:",
    "date:0000-00-00..9999",
    "source:=\"",
    "id:*",
    "url:*",
    "words:>",
    "copies:999999999999999999999..",
    "nothing:x",
    "like:*",
    "story:0",
    "u.s",
    "a-b-c-d-e",
    "1,000.5",
    "@nasa",
    "#tag",
    "and",
    "'",
    "’s",
    "港口",
    "港",
    "東京ニュース",
    "é",
    "e\xcc\x81",
    "\xc3",
    "\xff\xfe",
    "\xf0\x9f\x98",
    "\xed\xa0\x80",
    "\xe2\x80\xae",
    "\x01",
    "\x1b[2J",
    "\x7f",
    "\xc2\x9b",
    "\n",
    "\t",
    " ",
    "　",
};

enum {
    N_PARTS = sizeof parts / sizeof parts[0]
};

static void put_part(struct maker *m)
{
    uint64_t i = draw(m, N_PARTS + N_PARTS / 2);
    put(m, i < N_PARTS ? parts[i] : word(m));
}

static void any_bytes(struct maker *m)
{
    for (uint64_t n = draw(m, 200); n > 0; n--)
        buf_put_u8(m->out, (uint8_t)draw(m, 256));
}

static void repeated(struct maker *m)
{
    static const uint64_t lengths[] = {20, 300, 4200, 30000};
    uint64_t i = draw(m, N_PARTS + 8);
    const char *part = i < N_PARTS ? parts[i] : word(m);
    bool blank = draw(m, 2);
    for (uint64_t n = 1 + draw(m, lengths[draw(m, 4)]); n > 0; n--) {
        put(m, part);
        if (blank)
            put(m, " ");
    }
}

static void deep(struct maker *m)
{
    for (uint64_t n = 1 + draw(m, 100); n > 0; n--)
        put(m, draw(m, 3) ? "(" : draw(m, 2) ? "NOT " : "stem(");
    put(m, word(m));
    for (uint64_t n = draw(m, 100); n > 0; n--) {
        put(m, draw(m, 5) ? ")" : " OR ");
        put(m, draw(m, 5) ? "" : word(m));
    }
}

/* The commonest words as far from one another as may be. */
static void chain(struct maker *m)
{
    static const char *const links[] = {" NEAR/10000 ", " PRE/10000 ", " /p ",
                                        " +s ",         " NEAR/1 ",    " NOT-NEAR/3 "};
    const char *link = links[draw(m, 6)];
    bool same = draw(m, 2);
    const char *one = word(m);
    put(m, one);
    for (uint64_t n = 1 + draw(m, 66); n > 0; n--) {
        put(m, draw(m, 8) ? link : links[draw(m, 6)]);
        put(m, same ? one : word(m));
    }
}

static void alternatives(struct maker *m)
{
    const char *join = draw(m, 4) ? " OR " : draw(m, 2) ? " " : " AND ";
    uint64_t kind = draw(m, 5);
    for (uint64_t n = 1 + draw(m, draw(m, 2) ? 60 : 4200); n > 0; n--) {
        if (kind == 1)
            buf_printf(m->out, "*%c%c*", (int)('a' + draw(m, 26)),
                       (int)('a' + draw(m, 26)));
        else if (kind == 2)
            buf_printf(m->out, "%c*", (int)('a' + draw(m, 26)));
        else if (kind == 3)
            buf_printf(m->out, "(%s NEAR/50 %s)", word(m), word(m));
        else
            put(m, word(m));
        put(m, join);
    }
    put(m, word(m));
}

static void phrase(struct maker *m)
{
    uint64_t kind = draw(m, 6);
    put(m, "\"");
    for (uint64_t n = 1 + draw(m, draw(m, 2) ? 9 : 600); n > 0; n--) {
        if (kind == 1)
            buf_printf(m->out, "(%s|%s %s|%c*) ", word(m), word(m), word(m),
                       (int)('a' + draw(m, 26)));
        else if (kind == 2 && draw(m, 2))
            put(m, "* ");
        else if (kind == 3)
            buf_printf(m->out, "%c* ", (int)('a' + draw(m, 26)));
        else
            buf_printf(m->out, "%s ", word(m));
    }
    put(m, "\"");
    if (draw(m, 2))
        buf_printf(m->out, "~%u", (unsigned)draw(m, 10001));
}

static void windows(struct maker *m)
{
    for (uint64_t n = 1 + draw(m, 12); n > 0; n--) {
        put(m, "\"");
        for (uint64_t k = 1 + draw(m, 8); k > 0; k--)
            buf_printf(m->out, "%s ", word(m));
        buf_printf(m->out, "\"~%u%s", (unsigned)draw(m, 10001),
                   draw(m, 2) ? " OR " : " NEAR/100 ");
    }
    put(m, word(m));
}

static void expression(struct maker *m)
{
    static const char *const bombs[] = {
        "(a+)+$",
        "(.*)*x",
        ".*.*.*.*.*.*y",
        "(a|aa)+b",
        "(.+)\\1\\1",
        "((((((((((x?){9}){9}){9}){9}){9}){9}){9}))))",
        "[^q]{1,255}",
        ".{65535}",
        "(?=.*a)(?=.*b).*",
        "(?R)",
        "(?:.?){200}$",
        "\\p{L}*\\p{L}*\\p{L}*",
        "[",
        "(?<n>a)(?P=n)",
        "a{1000000}",
        "\\",
        "(*NO_START_OPT)x",
        "(?i)t.*|.*e|.*s",
        ".*",
        "(.)(.)(.).*\\3\\2\\1",
        "\\C\\C\\C*",
    };
    for (uint64_t n = 1 + draw(m, draw(m, 4) ? 2 : 40); n > 0; n--) {
        put(m, "/");
        if (draw(m, 6))
            put(m, bombs[draw(m, sizeof bombs / sizeof *bombs)]);
        for (uint64_t k = draw(m, 4); k > 0; k--)
            buf_put_u8(m->out, (uint8_t) " ().*+?[]{}^$|\\ae19,"[draw(m, 20)]);
        put(m, draw(m, 12) ? "/ " : " ");
        put(m, draw(m, 2) ? "OR " : "");
    }
}

static void fields(struct maker *m)
{
    static const char *const names[] = {
        "source", "author", "title", "body", "section", "url",   "path",
        "lang",   "tag",    "words", "date", "id",      "story", "copies",
        "is",     "like",   "sorce", "http", "10"};
    static const char *const values[] = {"none",
                                         "*",
                                         "2016",
                                         "..2018",
                                         "\"last month\"",
                                         ">3",
                                         "1..",
                                         "copy",
                                         "=\"x\"",
                                         "**a*b*c*",
                                         "(a OR b)",
                                         "\"",
                                         "-1",
                                         "9999999999999999999..",
                                         "2016-02-31",
                                         "..",
                                         "a|b",
                                         "\xff\x1b[0m",
                                         "today..yesterday"};
    uint64_t most = draw(m, 8) ? 6 : 2000;
    const char *join = draw(m, 2) ? " OR " : draw(m, 2) ? " " : " NOT ";
    for (uint64_t n = 1 + draw(m, most); n > 0; n--) {
        buf_printf(m->out, "%s:%s%s", names[draw(m, sizeof names / sizeof *names)],
                   draw(m, 3) ? values[draw(m, sizeof values / sizeof *values)]
                              : word(m),
                   join);
    }
    put(m, word(m));
}

static void counts(struct maker *m)
{
    static const char *const heads[] = {"ATLEAST/2 ", "IN/3 ", "NOT ", "-",
                                        "ATLEAST/9999 "};
    const char *head = heads[draw(m, 5)];
    for (uint64_t n = 1 + draw(m, 70); n > 0; n--)
        put(m, draw(m, 6) ? head : heads[draw(m, 5)]);
    buf_printf(m->out, "(%s OR %s)", word(m), word(m));
}

static void wild(struct maker *m)
{
    for (uint64_t n = 1 + draw(m, draw(m, 4) ? 3 : 60); n > 0; n--) {
        for (uint64_t k = 1 + draw(m, 30); k > 0; k--)
            buf_put_u8(m->out, (uint8_t) "*?*?eastino-"[draw(m, 12)]);
        put(m, " ");
    }
}

static void long_word(struct maker *m)
{
    static const char *const letters[] = {"x", "\xcc\x81",        "a-", "港", "w1.",
                                          "'", "\xf0\x9f\x98\x80"};
    const char *letter = letters[draw(m, 7)];
    put(m, draw(m, 2) ? "w" : "\"");
    for (uint64_t n = 1 + draw(m, 20000); n > 0; n--)
        put(m, letter);
}

static void mixed(struct maker *m)
{
    for (uint64_t n = 1 + draw(m, 40); n > 0; n--) {
        put_part(m);
        if (draw(m, 2))
            put(m, " ");
    }
}

void hostile_query(const struct hostile_words *words, uint64_t seed, struct buf *out)
{
    static void (*const kinds[])(struct maker *) = {
        any_bytes, repeated, deep, chain, alternatives, phrase, windows, expression,
        fields,    counts,   wild, mixed, mixed,        mixed,  mixed,   mixed,
    };
    struct maker m = {words, seed * UINT64_C(0x9e3779b97f4a7c15) + 1, out};
    (void)draw(&m, 2);
    uint64_t kind = draw(&m, sizeof kinds / sizeof *kinds + 1);
    if (kind == sizeof kinds / sizeof *kinds)
        long_word(&m);
    else
        kinds[kind](&m);
}
