/* Whole pictures: golden files, and text of others that must not break them. STEMMA_GOLDEN_UPDATE=1 rewrites the files. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "query/picture.h"
#include "query/svg_network.h"

#define NONE (double)NAN

enum {
    NAMES = 6,
    DEEP = 16
};

/* --- a reader of XML that knows what ours may contain ---------------------------------- */

static bool is_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == ':' || c == '.' || c == '_';
}

static size_t name_at(struct bytes x, size_t at)
{
    size_t n = 0;
    while (at + n < x.len && is_name(x.data[at + n]))
        n++;
    return n;
}

/* An entity that ours writes, at an ampersand. */
static size_t entity_at(struct bytes x, size_t at)
{
    static const char *const entities[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
    for (size_t i = 0; i < 4; i++)
        if (bytes_starts(bytes_of(x.data + at, x.len - at), bytes_str(entities[i])))
            return strlen(entities[i]);
    return 0;
}

/* Text up to a byte; where it is that, or the end. */
static size_t text_to(struct bytes x, size_t at, uint8_t end)
{
    while (at < x.len && x.data[at] != end) {
        uint32_t cp;
        size_t n = utf8_decode(x.data + at, x.data + x.len, &cp);
        bool bad = (cp < 0x20 && cp != '\n') || (cp >= 0x7F && cp < 0xA0) ||
                   cp == 0xFFFE || cp == 0xFFFF || cp == '<';
        cr_assert_not(bad, "U+%04X at %zu", (unsigned)cp, at);
        cr_assert(!bytes_starts(bytes_of(x.data + at, x.len - at), bytes_str("]]>")));
        if (cp == '&') {
            n = entity_at(x, at);
            cr_assert_gt(n, 0, "a bare ampersand at %zu", at);
        }
        at += n;
    }
    return at;
}

/* Attributes behind a tag's name; the place of its > or />. */
static size_t attributes(struct bytes x, size_t at)
{
    while (at < x.len && (x.data[at] == ' ' || x.data[at] == '\n')) {
        size_t n = name_at(x, ++at);
        cr_assert_gt(n, 0, "an attribute at %zu", at);
        at += n;
        cr_assert(at + 1 < x.len && x.data[at] == '=' && x.data[at + 1] == '"');
        at = text_to(x, at + 2, '"') + 1;
    }
    return at;
}

/* Fails unless it is one element, closed as it was opened; counts elements of a name. */
static size_t check_xml(struct bytes x, const char *counted)
{
    struct bytes open[DEEP];
    size_t depth = 0, at, count = 0, roots = 0;
    cr_assert_eq(utf8_valid_prefix(x), x.len);
    cr_assert(
        bytes_starts(x, bytes_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")));
    for (at = strlen("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"); at < x.len;) {
        size_t text = text_to(x, at, '<');
        cr_assert(depth > 0 || text == at || (text == x.len && text == at + 1));
        if (text == x.len)
            break;
        at = text + 1;
        bool closes = x.data[at] == '/';
        at += closes;
        struct bytes name = bytes_of(x.data + at, name_at(x, at));
        cr_assert_gt(name.len, 0, "a tag at %zu", at);
        at = closes ? at + name.len : attributes(x, at + name.len);
        if (closes) {
            cr_assert(depth > 0 && bytes_equal(open[depth - 1], name));
            depth--;
        } else {
            roots += depth == 0;
            count += bytes_equal(name, bytes_str(counted));
            if (x.data[at] == '/') {
                at++;
            } else {
                cr_assert_lt(depth, DEEP);
                open[depth++] = name;
            }
        }
        cr_assert(at < x.len && x.data[at] == '>', "a > at %zu", at);
        at++;
    }
    cr_assert_eq(depth, 0);
    cr_assert_eq(roots, 1);
    return count;
}

/* Strings end where they should, and nothing but ours stands outside of them. */
static void check_dot(struct bytes x)
{
    bool inside = false;
    size_t braces = 0;
    for (size_t i = 0; i < x.len; i++) {
        uint8_t c = x.data[i];
        if (inside && c == '\\')
            i++;
        else if (c == '"')
            inside = !inside;
        else if (!inside)
            braces += c == '{' ? 1 : c == '}' ? (size_t)-1 : 0;
        cr_assert(inside || c < 0x80, "%zu", i);
        cr_assert(!inside || c != '\n', "%zu", i);
    }
    cr_assert(!inside && braces == 0);
}

/* --- pictures to draw ---------------------------------------------------------------- */

struct sample {
    struct bytes names[NAMES];
    struct picture_head head;
    struct picture_series series[NAMES + 2];
    struct picture_timeline timeline;
    struct picture_matrix matrix;
    struct picture_node nodes[NAMES];
    struct picture_network network;
};

static const double counts[] = {3, 0, NONE, 12, 7, 30};
static const double other[] = {0.5, 1.25, 2, NONE, 3, NONE};
static const double pairs[NAMES * NAMES] = {
    0, 9.5, 4, NONE, 7,    6, 9.5, 0, 8, 5,   6, 4,   4, 8, 0,    3, NONE, 11,
    2, 5,   3, 0,    10.1, 1, 7,   6, 5, 2.2, 0, 9.9, 6, 4, 11.0, 1, 9.9,  0};
static const struct picture_edge edges[] = {{0, 1, 9.5, 120}, {1, 2, 8, 33},
                                            {2, 0, 4, 2},     {3, 4, 10.1, 4000},
                                            {4, 1, 5.5, 17},  {1, 1, 99, 1}};

static void sample_make(struct sample *s, const struct bytes *names, struct bytes words)
{
    *s = (struct sample){.head = {words, words, words}};
    memcpy(s->names, names, sizeof s->names);
    for (size_t i = 0; i < NAMES + 2; i++)
        s->series[i] =
            (struct picture_series){names[i % NAMES], i % 2 ? other : counts};
    s->timeline = (struct picture_timeline){.head = s->head,
                                            .unit = words,
                                            .value = words,
                                            .bins = s->names,
                                            .n_bins = NAMES,
                                            .series = s->series,
                                            .n_series = 1};
    s->matrix = (struct picture_matrix){.head = s->head,
                                        .value = words,
                                        .rows = s->names,
                                        .columns = s->names,
                                        .n_rows = NAMES,
                                        .n_columns = NAMES,
                                        .values = pairs,
                                        .symmetric = true,
                                        .digits = 1};
    for (size_t i = 0; i < NAMES; i++)
        s->nodes[i] = (struct picture_node){names[i], (double)(i * i * 100)};
    s->network = (struct picture_network){.head = s->head,
                                          .node_value = words,
                                          .edge_value = words,
                                          .nodes = s->nodes,
                                          .n_nodes = NAMES,
                                          .edges = edges,
                                          .n_edges = sizeof edges / sizeof *edges};
}

static const struct bytes plain[NAMES] = {
    {(const uint8_t *)"2016-01", 7}, {(const uint8_t *)"2016-02", 7},
    {(const uint8_t *)"2016-03", 7}, {(const uint8_t *)"2016-04", 7},
    {(const uint8_t *)"2016-05", 7}, {(const uint8_t *)"2016-06", 7}};

static void check_golden(const char *name, struct bytes got)
{
    char path[200];
    snprintf(path, sizeof path, "tests/golden/%s", name);
    if (getenv("STEMMA_GOLDEN_UPDATE")) {
        FILE *f = fopen(path, "wb");
        cr_assert(f && fwrite(got.data, 1, got.len, f) == got.len);
        fclose(f);
        return;
    }
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f, "%s is not there", path);
    uint8_t *want = malloc(got.len + 1);
    cr_assert_not_null(want);
    size_t n = fread(want, 1, got.len + 1, f);
    fclose(f);
    cr_expect(n == got.len && memcmp(want, got.data, n) == 0, "%s has changed", path);
    free(want);
}

/* What a call prints into o, in got. */
#define DRAW(call)                                               \
    do {                                                         \
        struct err err = {0};                                    \
        struct output o;                                         \
        FILE *f = tmpfile();                                     \
        cr_assert_not_null(f);                                   \
        output_init(&o, fileno(f), false);                       \
        cr_assert_eq(call, 0, "%s", err.msg);                    \
        cr_assert_eq(output_finish(&o, &err), 0, "%s", err.msg); \
        buf_reset(&got);                                         \
        rewind(f);                                               \
        for (int c; (c = getc(f)) != EOF;)                       \
            buf_put_u8(&got, (uint8_t)c);                        \
        fclose(f);                                               \
        cr_assert(!got.failed);                                  \
    } while (0)

Test(pictures, golden)
{
    struct sample s;
    struct buf got = {0};
    sample_make(&s, plain, bytes_str("Words of a picture"));
    DRAW(picture_timeline_put(PICTURE_SVG, &s.timeline, &o, &err));
    cr_expect_eq(check_xml(buf_bytes(&got), "rect"), 1 + 4, "the ground and four bars");
    check_golden("picture-bars.svg", buf_bytes(&got));
    s.timeline.n_series = 3;
    DRAW(picture_timeline_put(PICTURE_SVG, &s.timeline, &o, &err));
    check_golden("picture-lines.svg", buf_bytes(&got));
    DRAW(picture_timeline_put(PICTURE_VEGA, &s.timeline, &o, &err));
    check_golden("picture-lines.vl.json", buf_bytes(&got));
    DRAW(picture_matrix_put(PICTURE_SVG, &s.matrix, &o, &err));
    check_golden("picture-matrix.svg", buf_bytes(&got));
    DRAW(picture_matrix_put(PICTURE_VEGA, &s.matrix, &o, &err));
    check_golden("picture-matrix.vl.json", buf_bytes(&got));
    DRAW(picture_network_put(PICTURE_SVG, &s.network, &o, &err));
    cr_expect_eq(check_xml(buf_bytes(&got), "circle"), NAMES + 3, "nodes and a legend");
    check_golden("picture-network.svg", buf_bytes(&got));
    DRAW(picture_network_put(PICTURE_DOT, &s.network, &o, &err));
    check_golden("picture-network.dot", buf_bytes(&got));
    DRAW(picture_network_put(PICTURE_GRAPHML, &s.network, &o, &err));
    check_golden("picture-network.graphml", buf_bytes(&got));
    buf_release(&got);
}

/* --- text of others ------------------------------------------------------------------ */

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Draws all there is with these names and words, and holds each to its syntax. */
static void draw_all(const struct bytes *names, struct bytes words)
{
    struct sample s;
    struct buf got = {0};
    sample_make(&s, names, words);
    for (size_t n = 1; n <= NAMES + 2; n += 3) {
        s.timeline.n_series = n;
        DRAW(picture_timeline_put(PICTURE_SVG, &s.timeline, &o, &err));
        cr_expect_eq(check_xml(buf_bytes(&got), "script"), 0);
    }
    DRAW(picture_matrix_put(PICTURE_SVG, &s.matrix, &o, &err));
    cr_expect_eq(check_xml(buf_bytes(&got), "script"), 0);
    DRAW(picture_network_put(PICTURE_SVG, &s.network, &o, &err));
    cr_expect_eq(check_xml(buf_bytes(&got), "script"), 0);
    DRAW(picture_network_put(PICTURE_GRAPHML, &s.network, &o, &err));
    cr_expect_eq(check_xml(buf_bytes(&got), "node"), NAMES);
    DRAW(picture_network_put(PICTURE_DOT, &s.network, &o, &err));
    check_dot(buf_bytes(&got));
    buf_release(&got);
}

Test(pictures, hostile_names)
{
    static const char *const hostile[] = {"<script>alert(1)</script>",
                                          "]]>",
                                          "\"></text><script/>",
                                          "&amp;&#0;",
                                          "\\",
                                          "\\\"",
                                          "a\\",
                                          "\x1b]0;x\x07",
                                          "\xFF\xFE\x80",
                                          "\xEF\xBF\xBF",
                                          "\xE2\x80\xAE reversed",
                                          "--><!--",
                                          "%s%n",
                                          "\n}\n",
                                          "",
                                          " ",
                                          "\xED\xA0\x80"};
    enum {
        KINDS = sizeof hostile / sizeof *hostile
    };
    for (size_t i = 0; i < KINDS; i++) {
        struct bytes names[NAMES];
        for (size_t k = 0; k < NAMES; k++)
            names[k] = bytes_str(hostile[(i + k) % KINDS]);
        draw_all(names, bytes_str(hostile[i]));
    }
}

Test(pictures, long_and_random_names)
{
    enum {
        LONG = 10000
    };
    uint64_t state = 99;
    uint8_t *text = malloc(LONG);
    cr_assert_not_null(text);
    for (unsigned round = 0; round < 12; round++) {
        static const char alphabet[] = "<>&\"'\\]-\n ab\xC3\xA9\xF0\x9F\xE2\x80\xAE";
        size_t letters = sizeof alphabet - 1;
        for (size_t i = 0; i < LONG; i++)
            text[i] = round % 3 == 0   ? 'W'
                      : round % 3 == 1 ? (uint8_t)next(&state)
                                       : (uint8_t)alphabet[next(&state) % letters];
        struct bytes names[NAMES];
        for (size_t k = 0; k < NAMES; k++)
            names[k] = bytes_of(text + k * 100, k % 2 ? LONG - k * 100 : k * 3);
        draw_all(names, bytes_of(text, LONG));
    }
    free(text);
}

/* --- what is there, and what is refused ------------------------------------------------ */

Test(pictures, nothing_to_draw)
{
    struct sample s;
    struct buf got = {0};
    sample_make(&s, plain, bytes_str("x"));
    s.timeline.n_bins = s.timeline.n_series = 0;
    s.matrix.n_rows = s.matrix.n_columns = 0;
    s.network.n_nodes = s.network.n_edges = 0;
    DRAW(picture_timeline_put(PICTURE_SVG, &s.timeline, &o, &err));
    check_xml(buf_bytes(&got), "svg");
    DRAW(picture_matrix_put(PICTURE_SVG, &s.matrix, &o, &err));
    check_xml(buf_bytes(&got), "svg");
    DRAW(picture_network_put(PICTURE_SVG, &s.network, &o, &err));
    check_xml(buf_bytes(&got), "svg");
    buf_release(&got);
}

/* No values, all the same, huge ones, below zero. */
Test(pictures, values_of_all_kinds)
{
    struct buf got = {0};
    static const double kinds[][4] = {
        {NONE, NONE, NONE, NONE},   {0, 0, 0, 0},    {5, 5, 5, 5},
        {-3, -1, 2, NONE},          {1e15, 1, 0, 2}, {1e-7, 2e-7, 0, 1e-9},
        {(double)INFINITY, 1, 2, 3}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct sample s;
        sample_make(&s, plain, bytes_str("x"));
        s.series[0].values = s.series[1].values = kinds[k];
        s.timeline.n_bins = 4;
        s.matrix.values = kinds[k];
        s.matrix.n_rows = s.matrix.n_columns = 2;
        for (size_t n = 1; n <= 2; n++) {
            s.timeline.n_series = n;
            DRAW(picture_timeline_put(PICTURE_SVG, &s.timeline, &o, &err));
            check_xml(buf_bytes(&got), "svg");
            buf_put_u8(&got, 0);
            cr_expect_null(strstr((char *)got.data, "nan"));
        }
        s.matrix.symmetric = false;
        DRAW(picture_matrix_put(PICTURE_SVG, &s.matrix, &o, &err));
        check_xml(buf_bytes(&got), "svg");
        for (size_t i = 0; i < 4; i++)
            s.nodes[i].weight = kinds[k][i];
        s.network.n_nodes = 4;
        s.network.n_edges = 3;
        DRAW(picture_network_put(PICTURE_SVG, &s.network, &o, &err));
        check_xml(buf_bytes(&got), "svg");
    }
    buf_release(&got);
}

static void expect_refused(int rc, const struct err *err, const char *words)
{
    cr_expect_eq(rc, ERR_USAGE);
    cr_expect_not_null(strstr(err->msg, words), "%s", err->msg);
}

Test(pictures, refused)
{
    struct sample s;
    struct output o;
    struct err err = {0};
    output_init(&o, -1, false);
    sample_make(&s, plain, bytes_str("x"));
    expect_refused(picture_timeline_put(PICTURE_DOT, &s.timeline, &o, &err), &err,
                   "a timeline is not drawn as dot");
    err_clear(&err);
    expect_refused(picture_matrix_put(PICTURE_GRAPHML, &s.matrix, &o, &err), &err,
                   "a matrix is not drawn as graphml");
    err_clear(&err);
    expect_refused(picture_network_put(PICTURE_VEGA, &s.network, &o, &err), &err,
                   "a network is not drawn as vega");
    err_clear(&err);
    s.network.n_nodes = 4;
    expect_refused(picture_network_put(PICTURE_SVG, &s.network, &o, &err), &err,
                   "edge 3");
    err_clear(&err);
    s.network.n_nodes = SVG_NETWORK_NODES + 1;
    s.network.n_edges = 0;
    expect_refused(picture_network_put(PICTURE_SVG, &s.network, &o, &err), &err,
                   "too many for a picture");
    cr_expect_eq(o.buf.len, 0);
}

Test(pictures, formats)
{
    enum picture_kind kind;
    cr_expect(picture_of_format(OUTPUT_SVG, &kind) && kind == PICTURE_SVG);
    cr_expect(picture_of_format(OUTPUT_GRAPHML, &kind) && kind == PICTURE_GRAPHML);
    cr_expect_not(picture_of_format(OUTPUT_JSON, &kind));
}
