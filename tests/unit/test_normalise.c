#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "text/normalise.h"
#include "text/utf8.h"
#include "text/wraps.h"

struct result {
    struct survey survey;
    struct buf text;
    struct offsetmap map;
    struct text_repairs repairs;
};

static struct result run(struct bytes raw, bool title)
{
    struct result r = {.repairs = {0}};
    /* A block of just this size, so that a sanitizer sees a byte read too many. */
    uint8_t *copy = malloc(raw.len ? raw.len : 1);
    if (raw.len)
        memcpy(copy, raw.data, raw.len);
    struct source_text in = {.text = bytes_of(copy, raw.len), .offset = 1000};
    struct err err = {0};
    int code = normalise_text(&in, title, &r.survey, &r.text, &r.map, &r.repairs, &err);
    free(copy);
    cr_assert_eq(code, 0, "%s", err.msg);
    cr_assert_eq(r.map.out_len, r.text.len, "the map covers the text");
    return r;
}

static void release(struct result *r)
{
    survey_release(&r->survey);
    buf_release(&r->text);
    offsetmap_release(&r->map);
}

static void expect_of(const char *raw, const char *want, bool title)
{
    struct result r = run(bytes_str(raw), title);
    cr_assert(bytes_equal(buf_bytes(&r.text), bytes_str(want)), "\n%s\ngave\n%.*s", raw,
              (int)r.text.len, (const char *)r.text.data);
    release(&r);
}

static void expect(const char *raw, const char *want)
{
    expect_of(raw, want, false);
}

static void expect_same(const char *raw)
{
    struct result r = run(bytes_str(raw), false);
    cr_assert(bytes_equal(buf_bytes(&r.text), bytes_str(raw)), "%s", raw);
    cr_assert(r.text.len == 0 || r.map.segments.len == 1, "one linear segment");
    release(&r);
}

Test(normalise, clean_text_stays)
{
    expect_same("");
    expect_same("One line.");
    expect_same(
        "One line.\n\nAnother, with “quotes” and  two blanks.\nA third <one> [two].");
    expect_same("1 < 2 <a b> [sic] (c) <BP>");
}

Test(normalise, line_ends)
{
    expect("a\r\nb", "a\nb");
    expect("a\rb", "a\nb");
    expect("a\xC2\x85"
           "b",
           "a\nb");
    expect("a\xE2\x80\xA8"
           "b",
           "a\nb");
    expect("a\xE2\x80\xA9"
           "b",
           "a\n\nb");
    expect("a\fb", "a\n\nb");
    expect("a\vb", "a\n\nb");
    expect("a\r\n\r\nb", "a\n\nb");
}

Test(normalise, white_space_around_line_ends)
{
    expect("a  \nb", "a\nb");
    expect("a\n   b", "a\nb");
    expect("a\n\n\n\nb", "a\n\nb");
    expect("a \n \t \n b", "a\n\nb");
    expect("a\n\xC2\xA0\nb", "a\n\nb");
    expect("a\n\xE3\x80\x80\xE3\x80\x80"
           "b",
           "a\nb");
    expect("\n\n  a b \n\n ", "a b");
    expect(" \t\r\n", "");
    expect("\xEF\xBB\xBF", "");
    expect("a\xC2\xA0", "a");
}

/* Wherever in the blocks of the survey a line end lies, it becomes the same. */
Test(normalise, line_ends_in_every_place)
{
    static const struct {
        const char *raw, *want;
    } ends[] = {
        {"y.\nY", "y.\nY"},
        {"y.\n\nY", "y.\n\nY"},
        {"y.\n\n\nY", "y.\n\nY"},
        {"y.” \n\nY", "y.”\n\nY"},
        {"y.”\n\n“Y", "y.”\n\n“Y"},
        {"y.”\n“Y", "y.”\n“Y"},
        {"é\n\nÉ", "é\n\nÉ"},
        {"y\xC2\xA0\n\nY", "y\n\nY"},
        {"y\xE2\x80\x83\nY", "y\nY"},
        {"y\n\xE2\x80\x83Y", "y\nY"},
        {"y\n\n\xC2\xA0Y", "y\n\nY"},
        {"y\n\n\xEF\xBB\xBFY", "y\n\nY"},
        {"y\xE2\x80\xA8\nY", "y\n\nY"},
        {"y\xC2\xAD\n\nY", "y\n\nY"},
        {"y\n\n[Y](http://a.b/c).", "y\n\nY."},
    };
    char raw[300], want[300];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        for (size_t at = 1; at < 200; at++) {
            memset(raw, 'y', at);
            memset(want, 'y', at);
            raw[at - 1] = want[at - 1] = ' ';
            strcpy(raw + at, ends[i].raw);
            strcpy(want + at, ends[i].want);
            expect(raw + (at == 1), want + (at == 1));
        }
    }
}

Test(normalise, double_blanks_in_every_place_of_a_title)
{
    for (size_t at = 1; at < 40; at++) {
        for (size_t n = 2; n < 20; n++) {
            char raw[80] = "", want[80] = "";
            memset(raw, 'y', at + n + 1);
            memset(want, 'y', at + 2);
            memset(raw + at, ' ', n);
            want[at] = ' ';
            expect_of(raw, want, true);
            strcat(raw, " y yyyyyyyy  y");
            strcat(want, " y yyyyyyyy y");
            expect_of(raw, want, true);
        }
    }
}

Test(normalise, controls_and_invisible_characters)
{
    expect("a\tb", "a b");
    expect("a\x01\x02"
           "b",
           "a b");
    expect("a\x7F"
           "b",
           "a b");
    expect("a \t b", "a b");
    expect("\xEF\xBB\xBF"
           "abc",
           "abc");
    expect("so\xC2\xAD"
           "ft hy\xC2\xADphen",
           "soft hyphen");
    expect("a \xC2\xAD b", "a b");
    struct result r = run(bytes_of("a\0b", 3), false);
    cr_assert(bytes_equal(buf_bytes(&r.text), bytes_str("a b")));
    release(&r);
}

Test(normalise, bad_utf8)
{
    expect("a\xFF"
           "b",
           "a\xEF\xBF\xBD"
           "b");
    expect("\x80", "\xEF\xBF\xBD");
    expect("a\xE2\x80", "a\xEF\xBF\xBD");
    expect("\xF0\x9F\x98\nx", "\xEF\xBF\xBD\nx");
    struct result r = run(bytes_str("\xC0\xAF."), false);
    cr_assert_eq(r.repairs.bad_utf8, 2);
    cr_assert(bytes_equal(buf_bytes(&r.text), bytes_str("\xEF\xBF\xBD\xEF\xBF\xBD.")));
    uint64_t from, to;
    offsetmap_span(&r.map, 6, 7, &from, &to);
    cr_assert_eq(from, 1002);
    cr_assert_eq(to, 1003);
    release(&r);
}

Test(normalise, title)
{
    expect_of("  A \n title\r\n\r\nover\tlines  and   blanks ",
              "A title over lines and blanks", true);
    expect_of("A <https://example.org> title", "A title", true);
    expect_of("STANDARD OIL <SRD> TO FORM", "STANDARD OIL <SRD> TO FORM", true);
    expect_of("\n", "", true);
}

Test(normalise, inline_links)
{
    expect("Port <https://example.org/port>, which", "Port, which");
    expect("to Port \n<https://example.org/port>\n. It is", "to Port. It is");
    expect("Port <https://example.org/port> last week", "Port last week");
    expect("the Port<https://example.org> last week", "the Port last week");
    expect("the Port <https://example.org>last week", "the Port last week");
    expect("the port<https://example.org>last week", "the port last week");
    expect("the Port <https://example.org>-led talks", "the Port-led talks");
    expect("(the Port <https://example.org>) and", "(the Port) and");
    expect("cost <https://example.org> .5 of", "cost .5 of");
    expect("\"the Port <https://example.org>\" and", "\"the Port\" and");
    expect("he said <https://example.org> “so", "he said “so");
    expect("<https://example.org> Port", "Port");
    expect("Port <https://example.org>", "Port");
    expect("a <https://example.org> <https://example.com> b", "a b");
    expect("one\n\n<https://example.org>\n\ntwo", "one\n\ntwo");
    expect("one\n<https://example.org>\ntwo", "one\ntwo");
    expect("one <https://example.org>\n\n. Two", "one\n\n. Two");
    expect("see https://example.org/a now", "see https://example.org/a now");
}

/* A letter may be written with marks of its own: e and U+0301. */
Test(normalise, links_behind_marks)
{
    expect("the cafe\xCC\x81<https://example.org>last week",
           "the cafe\xCC\x81 last week");
    expect("the cafe\xCC\x81\xCC\xA3<https://example.org>last week",
           "the cafe\xCC\x81\xCC\xA3 last week");
    expect("at 5\xE2\x83\x9D<https://example.org>last week",
           "at 5\xE2\x83\x9D last week");
    expect("\xCC\x81<https://example.org>last week", "\xCC\x81last week");
    expect("neighe\xCC\x81\xC2\xAD\nbours", "neighe\xCC\x81"
                                            "bours");
}

Test(normalise, glued_words)
{
    expect("conflict, andPort <https://example.org> has", "conflict, and Port has");
    expect("of slainSailor \n<https://example.org> and", "of slain Sailor\nand");
    expect("chaos ofPort<https://example.org>.", "chaos of Port.");
    expect("McCain <https://example.org> said", "McCain said");
    expect("an iPhone <https://example.org> and", "an iPhone and");
    expect("onYouTube <https://example.org> and", "on YouTube and");
    expect("andPort and <https://example.org> on", "andPort and on");
    struct result r = run(bytes_str("andPort <https://example.org> has"), false);
    cr_assert_eq(r.repairs.glued_split, 1);
    cr_assert_eq(r.repairs.links_removed, 1);
    uint64_t from, to;
    offsetmap_span(&r.map, 4, 8, &from, &to); /* Port */
    cr_assert_eq(from, 1003);
    cr_assert_eq(to, 1007);
    release(&r);
}

Test(normalise, markdown_links_and_anchors)
{
    expect("see [the port](https://example.org/port), which", "see the port, which");
    expect("see [the port](/port \"Port\") now", "see the port now");
    expect("![a ship](/ship.png) sails", "a ship sails");
    expect("the ![a ship](/ship.png)", "the a ship");
    expect("[![a ship](/ship.png)](/ship) sails", "a ship sails");
    expect("[one [two] three](/x) four", "one [two] three four");
    expect("and[Port](/x) has", "and Port has");
    expect("un[likely](/x) has", "unlikely has");
    expect("he [sic] said (so)", "he [sic] said (so)");
    expect("[broken](nothing) here", "[broken](nothing) here");
    expect("the <a href=\"https://example.org\">port</a>, which", "the port, which");
    expect("the <a href='x'>port</a> \nwhich", "the port\nwhich");
    expect("a line\n![](/ship.png)\n\nmore", "a line\n\nmore");
    expect("[a\n](/x)\n\nb", "a\n\nb");
}

static const char wrapped_text[] =
    "The mayor of the harbour town said on Monday that the new ferry lines \n"
    "would open in two years, and that it was agreed with all of its neigh-\n"
    "bours. The twenty-\n"
    "four islands of the district have waited for them since the year 1990-\n"
    "1991, he said - \n"
    "and no longer.\n"
    "\n"
    "The next paragraph is a short one, but it is hard-wrapped, too, as all\n"
    "\tof this text is.\r\n";

Test(normalise, hard_wraps)
{
    expect(wrapped_text,
           "The mayor of the harbour town said on Monday that the new ferry lines "
           "would open in two years, and that it was agreed with all of its neigh-"
           "bours. The twenty-four islands of the district have waited for them since "
           "the year 1990-1991, he said - and no longer.\n\n"
           "The next paragraph is a short one, but it is hard-wrapped, too, as all "
           "of this text is.");
    struct result r = run(bytes_str(wrapped_text), false);
    cr_assert_eq(r.repairs.hyphens_joined, 3);
    cr_assert_eq(r.repairs.wraps_joined, 3);
    release(&r);
}

Test(normalise, soft_hyphen_at_a_line_end)
{
    expect("neigh\xC2\xAD\nbours", "neighbours");
    expect("a \xC2\xAD\nb", "a\nb");
}

Test(normalise, appends_behind_what_is_there)
{
    struct result r = run(bytes_str("one"), true);
    struct source_text in = {.text = bytes_str("\n two"), .offset = 5};
    struct err err = {0};
    cr_assert_eq(
        normalise_text(&in, false, &r.survey, &r.text, &r.map, &r.repairs, &err), 0);
    cr_assert(bytes_equal(buf_bytes(&r.text), bytes_str("onetwo")));
    uint64_t from, to;
    offsetmap_span(&r.map, 3, 6, &from, &to);
    cr_assert_eq(from, 7);
    cr_assert_eq(to, 10);
    release(&r);
}

/* --- properties ---------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Pieces that lie close to every rule. */
static const char *const pieces[] = {
    "a",
    "b c",
    "Port",
    "the",
    "X",
    "é",
    "漢",
    "я",
    "-",
    ".",
    ", ",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "\f",
    "\x01",
    "\x7F",
    "\xC2\xAD",
    "\xC2\xA0",
    "\xC2\x85",
    "\xE2\x80\xA8",
    "\xE2\x80\xA9",
    "\xE2\x80\x8B",
    "\xEF\xBB\xBF",
    "\xE3\x80\x80",
    "<",
    ">",
    "<https://e.org/x>",
    "<www.e.org>",
    "<a href=x>",
    "</a>",
    "[",
    "]",
    "](/x)",
    "](/x \"t\")",
    "![",
    "!",
    "[a](/x)",
    "(",
    ")",
    "“",
    "”",
    "\"",
    "’",
    "\xE2\x80\x90",
    "\xFF",
    "\xE2\x80",
    "\xF0\x9F",
    "\xC2",
    "\xE2",
    "\xEF\xBB",
    "😀",
    "andPort",
    " 12 ",
};

static void random_text(uint64_t *state, struct buf *out)
{
    buf_reset(out);
    size_t n = next_random(state) % 60;
    while (n-- > 0)
        buf_put_str(out,
                    pieces[next_random(state) % (sizeof pieces / sizeof pieces[0])]);
}

static void check_form(struct bytes text, struct bytes raw)
{
    cr_assert_eq(utf8_valid_prefix(text), text.len);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        uint8_t before = i > 0 ? text.data[i - 1] : '\n';
        uint8_t next = i + 1 < text.len ? text.data[i + 1] : '\n';
        bool control = (c < ' ' && c != '\n') || c == 0x7F;
        cr_assert_not(control, "%.*s", (int)raw.len, (const char *)raw.data);
        if (c == ' ')
            cr_assert(before != '\n' && next != '\n',
                      "blank at %zu of\n%.*s\nfrom\n%.*s", i, (int)text.len,
                      (const char *)text.data, (int)raw.len, (const char *)raw.data);
        if (c == '\n' && before == '\n')
            cr_assert(i > 0 && i + 1 < text.len && next != '\n',
                      "line ends at %zu of\n%.*s", i, (int)text.len,
                      (const char *)text.data);
        if (c == 0xC2)
            cr_assert(next != 0xAD && next != 0x85);
        if (c == 0xEF && next == 0xBB)
            cr_assert(text.data[i + 2] != 0xBF);
    }
}

/* Source positions never go back, and a linear segment's bytes are the source's. */
static void check_map(const struct result *r, struct bytes raw)
{
    uint64_t in = 1000, out = 0;
    for (size_t i = 0; i < r->map.segments.len; i++) {
        const struct offset_segment *s = &r->map.segments.items[i];
        cr_assert_geq(s->in_pos, in);
        in = s->in_pos + s->in_len;
        cr_assert_leq(in, 1000 + raw.len);
        if (s->in_len == s->out_len)
            for (size_t k = 0; k < s->out_len; k++) {
                uint8_t made = r->text.data[out + k],
                        was = raw.data[s->in_pos - 1000 + k];
                bool replaced = made == ' ' || made == '\n' || made >= 0x80;
                cr_assert(made == was || replaced);
            }
        out += s->out_len;
    }
}

Test(normalise, random_texts_keep_the_form)
{
    uint64_t state = 42;
    struct buf raw = {0};
    for (int i = 0; i < 20000; i++) {
        random_text(&state, &raw);
        struct result r = run(buf_bytes(&raw), false);
        check_form(buf_bytes(&r.text), buf_bytes(&raw));
        check_map(&r, buf_bytes(&raw));
        release(&r);
        r = run(buf_bytes(&raw), true);
        check_form(buf_bytes(&r.text), buf_bytes(&raw));
        cr_assert_eq(r.text.len ? memchr(r.text.data, '\n', r.text.len) : NULL, NULL);
        release(&r);
    }
    buf_release(&raw);
}

Test(normalise, random_bytes_never_crash)
{
    uint64_t state = 43;
    uint8_t raw[300];
    for (int i = 0; i < 20000; i++) {
        size_t len = next_random(&state) % sizeof raw;
        for (size_t k = 0; k < len; k++)
            raw[k] = (uint8_t)next_random(&state);
        struct result r = run(bytes_of(raw, len), i % 2);
        check_form(buf_bytes(&r.text), bytes_of(raw, len));
        release(&r);
    }
}

/* --- the rules for lines once more, slowly ------------------------------------------- */

static struct bytes trim(struct bytes line)
{
    while (line.len > 0 && line.data[line.len - 1] == ' ')
        line.len--;
    while (line.len > 0 && line.data[0] == ' ')
        line = bytes_of(line.data + 1, line.len - 1);
    return line;
}

/* The raw text line by line: blanks trimmed, lines parted as they should be. */
static void normalise_lines(struct bytes raw, bool wrapped, struct buf *out)
{
    size_t empty = 0, at = 0;
    buf_reset(out);
    while (at <= raw.len) {
        size_t end = at;
        while (end < raw.len && raw.data[end] != '\n')
            end++;
        struct bytes line = trim(bytes_of(raw.data + at, end - at));
        at = end + 1;
        if (line.len == 0) {
            empty++;
            continue;
        }
        bool hyphen = out->len > 1 && out->data[out->len - 1] == '-' &&
                      out->data[out->len - 2] == 'x' && line.data[0] == 'x';
        if (out->len > 0)
            buf_put_str(out, empty > 0 ? "\n\n" : !wrapped ? "\n" : hyphen ? "" : " ");
        buf_put_bytes(out, line);
        empty = 0;
    }
}

Test(normalise, lines_as_the_slow_twin_has_them)
{
    static const char *const plain[] = {"x",  "xx ", "xxxxx", " xxx", "xxxx xx",
                                        "-",  ".",   "“",     "é",    "\n",
                                        "\n", " ",   "\n\n"};
    uint64_t state = 45;
    struct buf raw = {0}, want = {0};
    size_t wrapped_texts = 0;
    for (int i = 0; i < 20000; i++) {
        buf_reset(&raw);
        for (size_t n = next_random(&state) % 40; n > 0; n--) {
            buf_put_str(&raw,
                        plain[next_random(&state) % (sizeof plain / sizeof plain[0])]);
            if (i % 2) /* lines of one width */
                buf_put_str(&raw,
                            "xx xxx xxxxxxx xxxx xxxxx xxx xxxxxx xxxxx x xxxxxxx x\n");
        }
        bool wrapped = wraps_decide(buf_bytes(&raw));
        wrapped_texts += wrapped;
        normalise_lines(buf_bytes(&raw), wrapped, &want);
        struct result r = run(buf_bytes(&raw), false);
        cr_assert(bytes_equal(buf_bytes(&r.text), buf_bytes(&want)),
                  "\n%.*s\ngave\n%.*s\nnot\n%.*s", (int)raw.len, (char *)raw.data,
                  (int)r.text.len, (char *)r.text.data, (int)want.len,
                  (char *)want.data);
        release(&r);
    }
    cr_assert_gt(wrapped_texts, 1000);
    buf_release(&raw);
    buf_release(&want);
}

/* Work is bounded for each byte: the same piece a hundred thousand times ends soon. */
Test(normalise, long_runs_of_any_piece, .timeout = 60)
{
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buf raw = {0};
        while (raw.len < 100000)
            buf_put_str(&raw, pieces[i]);
        struct result r = run(buf_bytes(&raw), false);
        check_form(buf_bytes(&r.text), buf_bytes(&raw));
        release(&r);
        buf_release(&raw);
    }
}
