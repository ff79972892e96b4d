#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/buf.h"
#include "text/analyser.h"
#include "text/utf8.h"

static struct analysed analyse(struct analyser *a, const char *title, const char *body)
{
    struct source_text t = {.text = bytes_str(title), .offset = 10};
    struct source_text b = {.text = bytes_str(body), .offset = 1000};
    struct analysed out;
    struct err err = {0};
    cr_assert_eq(analyser_article(a, &t, &b, &out, &err), 0, "%s", err.msg);
    return out;
}

static void expect_bytes(struct bytes got, const char *want)
{
    cr_assert(bytes_equal(got, bytes_str(want)), "got '%.*s', wanted '%s'",
              (int)got.len, (const char *)got.data, want);
}

static void expect_source(const struct analysed *t, size_t token, uint64_t from,
                          uint64_t to)
{
    uint64_t a, b;
    const struct token *k = &t->tokens[token];
    offsetmap_span(t->map, k->start, (uint64_t)k->start + k->len, &a, &b);
    cr_assert_eq(a, from, "token %zu begins at %lu", token, (unsigned long)a);
    cr_assert_eq(b, to, "token %zu ends at %lu", token, (unsigned long)b);
}

Test(analyser, title_and_body)
{
    struct analyser *a = analyser_new();
    struct analysed t = analyse(a, " Ferry\nopens ", "It opens.  \nIt is new. ");
    expect_bytes(t.text, "Ferry opens\n\nIt opens.\nIt is new.");
    cr_assert_eq(t.n_tokens, 7);
    cr_assert_eq(t.title_tokens, 2);
    expect_bytes(analysed_surface(&t, 0), "Ferry");
    expect_bytes(analysed_surface(&t, 6), "new");
    expect_bytes(analysed_separator(&t, 0), "");
    expect_bytes(analysed_separator(&t, 2), "\n\n");
    expect_bytes(analysed_separator(&t, 7), ".");
    expect_bytes(t.tail, ".");
    const uint8_t breaks[] = {BREAK_PARAGRAPH, BREAK_NONE, BREAK_PARAGRAPH, BREAK_NONE,
                              BREAK_PARAGRAPH, BREAK_NONE, BREAK_NONE};
    for (size_t i = 0; i < t.n_tokens; i++)
        cr_assert_eq(t.tokens[i].brk, breaks[i], "token %zu", i);
    expect_source(&t, 0, 11, 16);
    expect_source(&t, 1, 17, 22);
    expect_source(&t, 2, 1000, 1002);
    expect_source(&t, 6, 1018, 1021);
    analyser_free(a);
}

Test(analyser, no_title_no_body_no_word)
{
    struct analyser *a = analyser_new();
    struct analysed t = analyse(a, " \n", "One.");
    expect_bytes(t.text, "One.");
    cr_assert_eq(t.title_tokens, 0);
    t = analyse(a, "One", "");
    expect_bytes(t.text, "One\n\n");
    cr_assert_eq(t.n_tokens, 1);
    cr_assert_eq(t.title_tokens, 1);
    expect_bytes(t.tail, "\n\n");
    t = analyse(a, "", "...");
    cr_assert_eq(t.n_tokens, 0);
    expect_bytes(t.tail, "...");
    t = analyse(a, "", "");
    cr_assert_eq(t.n_tokens, 0);
    cr_assert_eq(t.text.len, 0);
    cr_assert_eq(t.tail.len, 0);
    analyser_free(a);
}

Test(analyser, title_and_body_never_touch)
{
    struct analyser *a = analyser_new();
    struct analysed t = analyse(a, "al-", "Assad");
    cr_assert_eq(t.tokens[1].brk, BREAK_PARAGRAPH);
    t = analyse(a, "漢", "字");
    cr_assert_eq(t.tokens[1].brk, BREAK_PARAGRAPH);
    analyser_free(a);
}

Test(analyser, repairs_are_counted_for_each_article)
{
    struct analyser *a = analyser_new();
    for (int i = 0; i < 2; i++) {
        struct analysed t = analyse(a, "a\xFF", "theShip <https://example.org> sails");
        cr_assert_eq(t.repairs.links_removed, 1);
        cr_assert_eq(t.repairs.glued_split, 1);
        cr_assert_eq(t.repairs.bad_utf8, 1);
        cr_assert_eq(t.repairs.wraps_joined, 0);
    }
    cr_assert_gt(analyser_bytes(a), 0);
    analyser_free(a);
    analyser_free(NULL);
}

Test(analyser, a_body_may_stand_before_its_title)
{
    struct analyser *a = analyser_new();
    struct source_text title = {.text = bytes_str("Ferry"), .offset = 500};
    struct source_text body = {.text = bytes_str("It opens"), .offset = 20};
    struct analysed t;
    struct err err = {0};
    cr_assert_eq(analyser_article(a, &title, &body, &t, &err), 0);
    expect_source(&t, 0, 500, 505);
    expect_source(&t, 1, 20, 22);
    expect_source(&t, 2, 23, 28);
    analyser_free(a);
}

/* --- queries ------------------------------------------------------------------------- */

Test(analyser, query)
{
    struct analyser *a = analyser_new();
    struct arena arena = {0};
    struct query_tokens q = {{0}};
    struct err err = {0};
    const char *text = "  the “Türkiye's”\tal-Assad U.S. \xFF 漢字";
    cr_assert_eq(analyser_query(a, bytes_str(text), &arena, &q, &err), 0);
    const char *terms[] = {"the", "turkiye", "al", "assad", "u.s", "漢", "字"};
    const char *surfaces[] = {"the", "Türkiye's", "al", "Assad", "U.S", "漢", "字"};
    cr_assert_eq(q.tokens.len, 7);
    for (size_t i = 0; i < 7; i++) {
        const struct query_token *k = &q.tokens.items[i];
        expect_bytes(k->term, terms[i]);
        expect_bytes(k->surface, surfaces[i]);
        expect_bytes(bytes_of(text + k->start, k->len), surfaces[i]);
        cr_assert_eq(k->flags, i >= 5 ? TOKEN_IDEOGRAPH : 0);
    }
    /* A second call appends, and what the first one gave still stands. */
    cr_assert_eq(analyser_query(a, bytes_str("more words"), &arena, &q, &err), 0);
    cr_assert_eq(q.tokens.len, 9);
    expect_bytes(q.tokens.items[1].term, "turkiye");
    expect_bytes(q.tokens.items[8].term, "words");
    cr_assert_eq(analyser_query(a, bytes_str(" ... "), &arena, &q, &err), 0);
    cr_assert_eq(q.tokens.len, 9);
    vec_release(&q.tokens);
    arena_release(&arena);
    analyser_free(a);
}

/* --- properties ---------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static const char *const pieces[] = {
    "Ferry",
    " opens",
    " in",
    " the",
    "\n",
    "\n\n",
    "\r\n",
    " \n",
    ". ",
    ", ",
    "-",
    "é",
    "漢字",
    "😀",
    "\xC2\xAD",
    "theShip",
    " ",
    "’s",
    "U.S.",
    "я",
    "\"",
    "\\",
    "\t",
    "[a](/x)",
    " <https://e.org/x>",
    "<https://e.org>",
    "\xFF",
    "\xE2\x80",
    "andPort <https://e.org/x>",
    "\xE0\xA4\x95\xE0\xA5\x8D",
    "e\xCC\x81",
    "3.5",
    "İ",
    "_",
};

/* Writes raw into the record as JSON would: some characters as escapes, with the map. */
static void escape(uint64_t *state, struct bytes raw, struct buf *record,
                   struct offsetmap *map)
{
    const uint8_t *p = raw.data, *end = p + raw.len;
    while (p < end) {
        uint32_t cp;
        size_t len = utf8_decode(p, end, &cp);
        bool bad = cp == UTF8_REPLACEMENT;
        uint64_t pos = record->len;
        if (!bad && cp < 0x10000 && next_random(state) % 4 == 0)
            buf_printf(record, "\\u%04X", (unsigned)cp);
        else if (!bad && cp == '\n')
            buf_put_str(record, "\\n");
        else if (!bad && cp == '\\')
            buf_put_str(record, "\\\\");
        else
            buf_put(record, p, len);
        offsetmap_put(map, (uint32_t)len, pos, (uint32_t)(record->len - pos));
        p += len;
    }
}

static size_t unescape(const uint8_t *p, const uint8_t *end, uint8_t *out)
{
    size_t len = 0;
    while (p < end) {
        if (*p != '\\') {
            out[len++] = *p++;
        } else if (p[1] == 'u') {
            char hex[5] = {(char)p[2], (char)p[3], (char)p[4], (char)p[5], 0};
            len += utf8_encode((uint32_t)strtoul(hex, NULL, 16), out + len);
            p += 6;
        } else {
            out[len++] = p[1] == 'n' ? '\n' : '\\';
            p += 2;
        }
    }
    return len;
}

/* A token's bytes of the record say the token: the same first and last character, and all
 * between in order (links and soft hyphens may stand between). */
static void check_token(const struct analysed *t, size_t i, struct bytes record)
{
    uint64_t from, to;
    const struct token *k = &t->tokens[i];
    struct bytes surface = analysed_surface(t, i);
    offsetmap_span(t->map, k->start, (uint64_t)k->start + k->len, &from, &to);
    cr_assert(from < to && to <= record.len);
    uint8_t plain[4096];
    cr_assert(to - from < sizeof plain);
    size_t len = unescape(record.data + from, record.data + to, plain), at = 0;
    for (size_t p = 0; p < len && at < surface.len; p++)
        at += plain[p] == surface.data[at];
    cr_assert_eq(at, surface.len, "'%.*s' is not in '%.*s'", (int)surface.len,
                 (const char *)surface.data, (int)len, (const char *)plain);
    cr_assert_eq(plain[0], surface.data[0]);
    cr_assert_eq(plain[len - 1], surface.data[surface.len - 1]);
    bool may_differ = memchr(plain, 0xC2, len) || memchr(plain, '<', len) ||
                      memchr(plain, '[', len) || memchr(plain, ']', len);
    cr_assert(may_differ || len == surface.len, "'%.*s' is not '%.*s'",
              (int)surface.len, (const char *)surface.data, (int)len,
              (const char *)plain);
}

static void check_article(const struct analysed *t, struct bytes record,
                          uint64_t title_at, uint64_t body_at)
{
    cr_assert_eq(t->map->out_len, t->text.len);
    uint64_t last = 0;
    for (size_t i = 0; i < t->n_tokens; i++) {
        const struct token *k = &t->tokens[i];
        check_token(t, i, record);
        uint64_t from, to;
        offsetmap_span(t->map, k->start, (uint64_t)k->start + k->len, &from, &to);
        if (i == 0 || i == t->title_tokens)
            last = i < t->title_tokens ? title_at : body_at;
        cr_assert_geq(from, last, "fields are in order");
        last = to;
        struct bytes separator = analysed_separator(t, i);
        bool lf = separator.len > 0 && memchr(separator.data, '\n', separator.len);
        cr_assert_eq(k->brk == BREAK_PARAGRAPH, lf || i == 0);
        cr_assert_leq(i == 0 ? 0U : t->tokens[i - 1].start + t->tokens[i - 1].len,
                      k->start);
    }
}

static void random_text(uint64_t *state, size_t n, struct buf *out)
{
    buf_reset(out);
    while (n-- > 0)
        buf_put_str(out,
                    pieces[next_random(state) % (sizeof pieces / sizeof pieces[0])]);
}

Test(analyser, every_token_leads_back_to_the_record)
{
    uint64_t state = 11;
    struct analyser *a = analyser_new();
    struct buf raw_title = {0}, raw_body = {0}, record = {0};
    struct offsetmap title_map = {.out_len = 0}, body_map = {.out_len = 0};
    for (int round = 0; round < 5000; round++) {
        random_text(&state, next_random(&state) % 8, &raw_title);
        random_text(&state, next_random(&state) % 60, &raw_body);
        buf_reset(&record);
        offsetmap_reset(&title_map);
        offsetmap_reset(&body_map);
        bool body_first = round % 3 == 0;
        buf_put_str(&record, "{\"x\":\"");
        uint64_t body_at = record.len;
        if (body_first)
            escape(&state, buf_bytes(&raw_body), &record, &body_map);
        buf_put_str(&record, "\",\"title\":\"");
        uint64_t title_at = record.len;
        escape(&state, buf_bytes(&raw_title), &record, &title_map);
        buf_put_str(&record, "\",\"text\":\"");
        if (!body_first) {
            body_at = record.len;
            escape(&state, buf_bytes(&raw_body), &record, &body_map);
        }
        buf_put_str(&record, "\"}");
        struct source_text title = {buf_bytes(&raw_title), &title_map, 0};
        struct source_text body = {buf_bytes(&raw_body), &body_map, 0};
        struct analysed t;
        struct err err = {0};
        cr_assert_eq(analyser_article(a, &title, &body, &t, &err), 0, "%s", err.msg);
        check_article(&t, buf_bytes(&record), title_at, body_at);
    }
    offsetmap_release(&title_map);
    offsetmap_release(&body_map);
    buf_release(&raw_title);
    buf_release(&raw_body);
    buf_release(&record);
    analyser_free(a);
}

/* The terms of a text do not depend on how its record wrote it. */
Test(analyser, escapes_change_no_token)
{
    uint64_t state = 12;
    struct analyser *a = analyser_new(), *b = analyser_new();
    struct buf raw = {0}, record = {0};
    struct offsetmap map = {.out_len = 0};
    for (int round = 0; round < 1000; round++) {
        random_text(&state, 40, &raw);
        buf_reset(&record);
        offsetmap_reset(&map);
        escape(&state, buf_bytes(&raw), &record, &map);
        struct source_text none = {.text = {NULL, 0}};
        struct source_text plain = {.text = buf_bytes(&raw)};
        struct source_text escaped = {buf_bytes(&raw), &map, 0};
        struct analysed t, u;
        cr_assert_eq(analyser_article(a, &none, &plain, &t, NULL), 0);
        cr_assert_eq(analyser_article(b, &none, &escaped, &u, NULL), 0);
        cr_assert(bytes_equal(t.text, u.text));
        cr_assert_eq(t.n_tokens, u.n_tokens);
        for (size_t i = 0; i < t.n_tokens; i++)
            cr_assert_eq(memcmp(&t.tokens[i], &u.tokens[i], sizeof t.tokens[i]), 0);
    }
    offsetmap_release(&map);
    buf_release(&raw);
    buf_release(&record);
    analyser_free(a);
    analyser_free(b);
}
