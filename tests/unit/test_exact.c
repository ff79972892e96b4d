/* How surfaces are compared, and canonical decomposition against Unicode's own test file. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/decompose.h"
#include "text/utf8.h"
#include "query/exact.h"

static void check(const char *text, const char *want)
{
    struct buf out = {0};
    exact_put(bytes_str(text), &out);
    cr_expect(bytes_equal(buf_bytes(&out), bytes_str(want)), "%s: %.*s", text,
              (int)out.len, (const char *)out.data);
    buf_release(&out);
}

Test(exact, what_is_alike)
{
    check("Assad\u2019s", "Assad's");
    check("\u201cNo\u201d \u00abnon\u00bb", "\"No\" \"non\"");
    check("a \n\t b\u00a0\u3000c", "a b c");
    check("Delano\u00eb", "Delanoe\u0308");
    check("Delanoe\u0308", "Delanoe\u0308");
    check("\u1ec7", "e\u0323\u0302");
    check("e\u0302\u0323", "e\u0323\u0302");
    check("\ud55c", "\u1112\u1161\u11ab");
    check("\u212b", "A\u030a");
    check("U.S.-led", "U.S.-led");
    check("a\u2013b", "a\u2013b");
    check("to\u200e \u200four\u2060", "to our");
    check(" \u200e b", " b");
    check("e\u200d\u0301\ufe0f", "e\u0301");
    check("\u0600\u0640", "\u0600\u0640");
}

static void read(const char *typed, const char *term, uint32_t lead, uint32_t trail)
{
    struct analyser *analyser = analyser_new();
    struct arena arena = {0};
    struct ast node = {.kind = AST_EXACT};
    cr_assert(analyser);
    cr_assert_eq(exact_read(bytes_str(typed), analyser, &arena, &node, NULL), 0);
    cr_expect(bytes_equal(node.term, bytes_str(term)), "%s: %.*s", typed,
              (int)node.term.len, (const char *)node.term.data);
    cr_expect_eq(node.lead, lead, "%s: %u", typed, node.lead);
    cr_expect_eq(node.trail, trail, "%s: %u", typed, node.trail);
    arena_release(&arena);
    analyser_free(analyser);
}

Test(exact, what_stands_outside)
{
    read("US", "US", 0, 0);
    read("  US\n army ", "US army", 0, 0);
    read("U.S.", "U.S.", 0, 1);
    read("($1 billion)?", "($1 billion)?", 2, 2);
    read("\u2018tis", "'tis", 1, 0);
}

/* A field of the file, as UTF-8 or decomposed. */
static void put_field(const char *field, size_t len, bool whole, struct buf *out)
{
    const char *p = field;
    while (p < field + len) {
        char *end;
        uint8_t coded[4];
        unsigned long cp = strtoul(p, &end, 16);
        buf_put(out, coded, utf8_encode((uint32_t)cp, coded));
        p = end + (*end == ' ');
    }
    if (whole) {
        uint32_t text[128], parts[DECOMPOSE_MAX];
        size_t n = 0;
        const uint8_t *q = out->data, *q_end = out->data + out->len;
        while (q < q_end) {
            uint32_t cp;
            q += utf8_decode(q, q_end, &cp);
            size_t k = decompose(cp, parts);
            cr_assert_lt(n + k, 128);
            for (size_t i = 0; i < k; i++)
                text[n++] = parts[i];
        }
        decompose_order(text, n);
        buf_reset(out);
        for (size_t i = 0; i < n; i++) {
            uint8_t coded[4];
            buf_put(out, coded, utf8_encode(text[i], coded));
        }
    }
}

/* UAX #15, NormalizationTest.txt: c3 is the NFD of c1, c2 and c3. */
Test(exact, normalization_test)
{
    FILE *file = popen(
        "bzip2 -dc /usr/share/unicode/NormalizationTest.txt.bz2 2>/dev/null", "r");
    char line[4096];
    size_t n_lines = 0;
    while (file && fgets(line, sizeof line, file)) {
        const char *fields[3];
        size_t lens[3];
        const char *p = line;
        if (line[0] == '#' || line[0] == '@' || line[0] == '\n')
            continue;
        for (size_t i = 0; i < 3; i++) {
            fields[i] = p;
            lens[i] = strcspn(p, ";");
            p += lens[i] + 1;
        }
        struct buf want = {0}, got = {0};
        put_field(fields[2], lens[2], false, &want);
        for (size_t i = 0; i < 3; i++) {
            buf_reset(&got);
            put_field(fields[i], lens[i], true, &got);
            cr_assert(bytes_equal(buf_bytes(&got), buf_bytes(&want)), "%s", line);
        }
        buf_release(&want);
        buf_release(&got);
        n_lines++;
    }
    if (file)
        (void)pclose(file);
    if (n_lines == 0)
        cr_skip_test("no unicode-data or no bzip2");
    cr_expect_gt(n_lines, 18000);
}
