#include "tests/support/planted_archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "tests/support/check.h"

/* A word and what follows it. */
struct word {
    uint16_t
        kind; /* index into few[]; N_FEW: a word with a number; N_FEW + 1: a number */
    uint16_t number;
    const char *joint;
};

struct text {
    VEC(struct word) words;
    uint32_t title; /* 0: none */
    bool capitals;
};

static const char *const few[] = {"a",
                                  "b",
                                  "c",
                                  "d",
                                  "ab",
                                  "abc",
                                  "cd",
                                  "us",
                                  "U.S.",
                                  "the",
                                  "them",
                                  "ada",
                                  "B",
                                  "The",
                                  "e",
                                  "abcd",
                                  "adam",
                                  "ae",
                                  "Ab",
                                  "aba",
                                  "don't",
                                  "2016",
                                  "Monday",
                                  "of",
                                  "caf\u00e9",
                                  "N.A.T.O.",
                                  "\u4e2d\u56fd",
                                  "\u56fd\u4eba",
                                  "\u4eba"};
enum {
    N_FEW = sizeof few / sizeof *few
};
static const char *const joints[] = {" ",  " ",  " ",        " ",      " ",
                                     ", ", ". ", " ",        ";\n",    ".\n\n",
                                     "\n", "? ", " \u2014 ", " \u201c"};
static const char *const days[] = {"Monday", "Tuesday", "Friday"};

static bool chance(struct random_query *r, uint32_t percent)
{
    return random_query_below(r, 100) < percent;
}

/* --- texts ------------------------------------------------------------------------------------ */

static void put_word(struct random_query *r, const struct planted_archive *a,
                     struct text *t)
{
    struct word w = {.joint =
                         joints[random_query_below(r, sizeof joints / sizeof *joints)]};
    if (chance(r, a->plain)) {
        w.kind = (uint16_t)(N_FEW + chance(r, 10));
        w.number = (uint16_t)random_query_below(r, 4000);
    } else { /* the first are the commonest */
        w.kind = (uint16_t)random_query_below(r, random_query_below(r, N_FEW) + 1);
    }
    if (chance(r, a->chained))
        w.joint = "-";
    CHECK(vec_push(&t->words, w));
}

static void put_words(struct random_query *r, const struct planted_archive *a,
                      struct text *t, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        put_word(r, a, t);
}

/* Words [from, to) of another text. */
static void put_part(struct text *t, const struct text *source, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        CHECK(vec_push(&t->words, source->words.items[i]));
}

static void edit(struct random_query *r, const struct planted_archive *a,
                 struct text *t)
{
    for (uint32_t k = 1 + random_query_below(r, 6); k > 0; k--) {
        uint32_t at = random_query_below(r, (uint32_t)t->words.len);
        put_word(r, a, t);
        struct word new = t->words.items[--t->words.len];
        if (chance(r, 70))
            t->words.items[at].kind = new.kind;
        else
            t->words.items[at].joint = new.joint;
    }
}

static void refill(struct random_query *r, struct text *t)
{
    vec_foreach(struct word, w, &t->words) {
        if (w->kind == N_FEW + 1)
            w->number = (uint16_t)random_query_below(r, 4000);
    }
}

static void wrap(struct random_query *r, struct text *t)
{
    bool lines = chance(r, 50);
    uint32_t column = 0;
    vec_foreach(struct word, w, &t->words) {
        if (strchr(w->joint, '\n') ||
            (lines && w->joint[0] == ' ' && ++column % 9 == 0))
            w->joint = lines ? "\n" : " ";
    }
}

static void copy_text(struct random_query *r, const struct planted_archive *a,
                      const struct text *root, const struct text *other,
                      enum planted_copy kind, struct text *t)
{
    uint32_t n = (uint32_t)root->words.len, m = (uint32_t)other->words.len;
    uint32_t low = random_query_below(r, n),
             high = low + random_query_below(r, n - low) + 1;
    t->title = chance(r, 80) ? root->title : random_query_below(r, 60);
    switch (kind) {
    case PLANTED_TRUNCATED: put_part(t, root, 0, high); break;
    case PLANTED_CONTAINED: put_part(t, root, low, high); break;
    case PLANTED_CONTAINS:
        put_words(r, a, t, random_query_below(r, 30));
        put_part(t, root, 0, n);
        put_words(r, a, t, random_query_below(r, 30));
        break;
    case PLANTED_MERGED:
        put_part(t, root, 0, n);
        put_part(t, other, 0, m);
        break;
    case PLANTED_QUOTES:
        put_words(r, a, t, 1 + random_query_below(r, 40));
        put_part(t, root, low, high);
        put_words(r, a, t, random_query_below(r, 40));
        break;
    case PLANTED_REPEATED:
        put_part(t, root, 0, high);
        put_part(t, root, low, n);
        break;
    default: put_part(t, root, 0, n); break;
    }
    if (kind == PLANTED_TITLE)
        t->title = random_query_below(r, 60);
    if (kind == PLANTED_EDITED)
        edit(r, a, t);
    if (kind == PLANTED_WRAPPED)
        wrap(r, t);
    if (kind == PLANTED_TEMPLATE)
        refill(r, t);
    t->capitals = kind == PLANTED_CAPITALS;
}

/* --- records ---------------------------------------------------------------------------------- */

static void put_string(struct buf *out, const char *s, bool capitals)
{
    for (; *s; s++) {
        char c = *s;
        if (capitals && c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c == '\n')
            buf_put_str(out, "\\n");
        else if (c == '"')
            buf_put_str(out, "\\\"");
        else
            buf_put_u8(out, (uint8_t)c);
    }
}

static void put_text(struct buf *out, const struct text *t)
{
    vec_foreach(const struct word, w, &t->words) {
        char word[32];
        if (w->kind < N_FEW)
            put_string(out, few[w->kind], t->capitals);
        else {
            snprintf(word, sizeof word, w->kind == N_FEW ? "w%u" : "%u", w->number);
            put_string(out, word, t->capitals);
        }
        put_string(out, w->joint, t->capitals);
    }
}

static void put_record(struct random_query *r, const struct text *t, uint32_t group,
                       uint32_t number, struct buf *out)
{
    buf_printf(out, "{\"id\":\"g%u-%u\",", group, number);
    if (chance(r, 80))
        buf_printf(out, "\"date\":\"2016-%02u-%02u\",", 1 + group % 12,
                   1 + random_query_below(r, 28));
    if (t->title > 0)
        buf_printf(out, "\"title\":\"%s of the %s B-%u\",",
                   t->title % 2 ? "News" : "the NEWS", days[t->title % 3], t->title);
    if (chance(r, 50))
        buf_printf(out, "\"url\":\"https://example.net/%u\",", group % 7);
    buf_put_str(out, "\"text\":\"");
    put_text(out, t);
    buf_put_str(out, "\"}\n");
}

static void release(struct text *t)
{
    vec_release(&t->words);
    *t = (struct text){0};
}

void planted_archive_put(struct random_query *r, const struct planted_archive *a,
                         struct buf *out)
{
    struct text before = {0};
    put_words(r, a, &before, 5);
    for (uint32_t g = 0; g < a->groups; g++) {
        struct text root = {.title = chance(r, 60) ? random_query_below(r, 60) : 0};
        uint32_t n = chance(r, 60) ? random_query_below(r, a->copies + 1) : 0;
        put_words(r, a, &root, 1 + random_query_below(r, a->tokens));
        put_record(r, &root, g, 0, out);
        for (uint32_t i = 1; i <= n; i++) {
            struct text copy = {0};
            copy_text(r, a, &root, &before,
                      (enum planted_copy)random_query_below(r, PLANTED_KINDS), &copy);
            put_record(r, &copy, g, i, out);
            release(&copy);
        }
        release(&before);
        before = root;
    }
    release(&before);
    CHECK(!out->failed);
}

uint32_t planted_archive_group(struct bytes id)
{
    uint32_t group = 0;
    size_t i = 1;
    if (id.len < 2 || id.data[0] != 'g')
        return UINT32_MAX - 1;
    for (; i < id.len && id.data[i] >= '0' && id.data[i] <= '9'; i++)
        group = group * 10 + (uint32_t)(id.data[i] - '0');
    return i > 1 && i < id.len && id.data[i] == '-' ? group : UINT32_MAX - 1;
}
