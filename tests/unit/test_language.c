#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "text/language.h"
#include "text/language_codes.h"

static void expect(const char *text, const char *tag)
{
    char out[LANGUAGE_TAG_MAX];
    size_t len = 0;
    bool found = language_tag(bytes_str(text), out, &len);
    cr_expect_eq(found, tag != NULL, "'%s'", text);
    if (found && tag)
        cr_expect(bytes_equal(bytes_of(out, len), bytes_str(tag)), "'%s': '%.*s'", text,
                  (int)len, out);
}

Test(language, tags)
{
    expect("en", "en");
    expect("EN", "en");
    expect("en-gb", "en-GB");
    expect("en_US", "en-US");
    expect("en_US.UTF-8", "en-US");
    expect("sr_RS@latin", "sr-RS");
    expect("en-US,en;q=0.5", "en-US");
    expect("en, de", "en");
    expect("ZH-HANT-tw", "zh-Hant-TW");
    expect("es-419", "es-419");
    expect("de-1996", "de-1996");
    expect("sl-rozaj-BISKE", "sl-rozaj-biske");
    expect("en-x-US", "en-x-us");
    expect("hak", "hak");
    expect("xx", "xx");
}

Test(language, other_codes_and_names)
{
    expect("eng", "en");
    expect("ENG-us", "en-US");
    expect("ger", "de");
    expect("deu", "de");
    expect("iw", "he");
    expect("mo", "ro");
    expect("English", "en");
    expect("french", "fr");
    expect("FARSI", "fa");
    expect("Scottish Gaelic", "gd");
    expect("und", "");
    expect("Unknown", "");
}

Test(language, none)
{
    expect("", NULL);
    expect("e", NULL);
    expect("-en", NULL);
    expect("en-", NULL);
    expect("en--us", NULL);
    expect("englishes", NULL);
    expect("e1", NULL);
    expect("en us", NULL);
    expect("en-toolongsubtag", NULL);
    expect("\xc3\xa9n", NULL);
    expect("Klingon (old)", NULL);
    expect("abcdefghijkl", NULL);
    expect("en-a1234567-b1234567-c1234567-d1234567-e1234567-f1234567-g12",
           "en-a1234567-b1234567-c1234567-d1234567-e1234567-f1234567-g12");
    expect("en-a1234567-b1234567-c1234567-d1234567-e1234567-f1234567-g1234567", NULL);
}

/* Every code and every name of the table leads to its two letters; no code stands twice. */
Test(language, table)
{
    static const char *const rows[][4] = {
#define ROW(two, three, other, names) {two, three, other, names},
        LANGUAGE_CODES(ROW)
#undef ROW
    };
    size_t n = sizeof rows / sizeof *rows;
    cr_assert_eq(n, 184);
    for (size_t i = 0; i < n; i++) {
        char names[100];
        cr_assert(i == 0 || strcmp(rows[i - 1][0], rows[i][0]) < 0);
        expect(rows[i][0], rows[i][0]);
        expect(rows[i][1], rows[i][0]);
        if (*rows[i][2])
            expect(rows[i][2], rows[i][0]);
        snprintf(names, sizeof names, "%s", rows[i][3]);
        for (char *name = strtok(names, ","); name; name = strtok(NULL, ","))
            expect(name, rows[i][0]);
    }
}

/* Any bytes: what comes out is a tag and comes out again. */
Test(language, random)
{
    uint64_t state = 88172645463325252u;
    size_t found = 0;
    for (int round = 0; round < 20000; round++) {
        char text[80], out[LANGUAGE_TAG_MAX], again[LANGUAGE_TAG_MAX];
        size_t len = 0, more = 0, n = 0;
        for (size_t i = 0; i < sizeof text; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text[i] = "eEnNtTrR12--__.,\0 \xc3x"[(state >> 20) % 20];
            n = i < 6 || (state >> 40) % 8 ? i + 1 : n;
        }
        n = state % (n + 1);
        if (!language_tag(bytes_of(text, n), out, &len) || len == 0)
            continue;
        found++;
        cr_assert_leq(len, LANGUAGE_TAG_MAX);
        for (size_t i = 0; i < len; i++)
            cr_assert(out[i] == '-' || (out[i] >= '0' && out[i] <= '9') ||
                      ((out[i] | 0x20) >= 'a' && (out[i] | 0x20) <= 'z'));
        cr_assert(language_tag(bytes_of(out, len), again, &more));
        cr_assert_eq(more, len);
        cr_assert_eq(memcmp(out, again, len), 0);
    }
    cr_assert_gt(found, 100);
}
