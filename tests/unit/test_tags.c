#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/tags.h"
#include "tests/unit/readers_fixture.h"

/* The items with '|' between them. */
static void expect_tags(const struct tags *t, const char *text)
{
    char seen[TAGS_BYTES_MAX + 1];
    memcpy(seen, t->text, t->len);
    seen[t->len] = '\0';
    for (size_t i = 0; i < t->len; i++)
        seen[i] = seen[i] == '\x1f' ? '|' : seen[i];
    cr_expect_str_eq(seen, text);
}

static void put(struct tags *t, const char *item)
{
    tags_put(t, bytes_str(item));
}

Test(tags, items)
{
    struct tags t = {0};
    expect_tags(&t, "");
    put(&t, "one");
    put(&t, "");
    put(&t, "two, three");
    put(&t, "one");
    put(&t, "On");
    put(&t, "on");
    expect_tags(&t, "one|two, three|On|on");
    cr_expect_eq(t.n, 4);
    cr_expect_eq(t.lost, 0);
    tags_reset(&t);
    expect_tags(&t, "");
    put(&t, "last");
    expect_tags(&t, "last");
}

Test(tags, strings_are_split)
{
    static const struct {
        const char *line, *items;
    } cases[] = {
        {"", ""},
        {" , ,", ""},
        {"one", "one"},
        {"one, two ,,three", "one|two|three"},
        {"Banks, Oriel; Vaas, Ines;", "Banks, Oriel|Vaas, Ines"},
        {"['one', \"two words\"]", "one|two words"},
        {"[]", ""},
        {"[", "["},
        {"'", "'"},
        {"''", ""},
        {"it's, 'quoted'", "it's|quoted"},
        {"a tag of words", "a tag of words"},
        {"one, one", "one"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tags t = {0};
        tags_split(&t, bytes_str(cases[i].line));
        expect_tags(&t, cases[i].items);
        cr_expect_eq(t.lost, 0);
    }
}

Test(tags, at_most_so_many)
{
    struct tags t = {0};
    char item[16];
    for (unsigned i = 0; i < TAGS_ITEMS_MAX + 5; i++) {
        snprintf(item, sizeof item, "tag %u", i);
        put(&t, item);
    }
    cr_expect_eq(t.n, TAGS_ITEMS_MAX);
    cr_expect_eq(t.lost, 5);
    put(&t, "tag 3"); /* is there: nothing is lost */
    cr_expect_eq(t.lost, 5);
}

Test(tags, at_most_so_long)
{
    struct tags t = {0};
    char item[2 * TAGS_ITEM_BYTES_MAX + 1];
    memset(item, 'x', sizeof item - 1);
    item[sizeof item - 1] = '\0';
    item[TAGS_ITEM_BYTES_MAX] = '\0';
    put(&t, item);
    cr_expect_eq(t.len, TAGS_ITEM_BYTES_MAX);
    cr_expect_eq(t.lost, 0);
    tags_reset(&t);
    item[TAGS_ITEM_BYTES_MAX] = 'x';
    memcpy(item + TAGS_ITEM_BYTES_MAX - 1, "\xC3\xA9", 2); /* over the limit */
    put(&t, item);
    cr_expect_eq(t.len, TAGS_ITEM_BYTES_MAX - 1);
    cr_expect_eq(t.lost, 1);
    /* No room for all: whole items until it is full. */
    tags_reset(&t);
    for (unsigned i = 0; i < 60; i++) {
        snprintf(item, sizeof item, "%0200u", i);
        put(&t, item);
    }
    cr_expect_eq(t.n, TAGS_BYTES_MAX / 201);
    cr_expect_eq(t.lost, 60 - t.n);
    cr_expect_leq(t.len, TAGS_BYTES_MAX);
}

/* Any bytes: the limits hold, no item is empty or there twice, nothing is invented. */
Test(tags, random)
{
    uint64_t state = 5;
    for (int round = 0; round < 3000; round++) {
        struct tags t = {0};
        uint8_t line[700];
        size_t n = fixture_random(&state) % sizeof line;
        for (size_t i = 0; i < n; i++)
            line[i] =
                (uint8_t) ",;  '\"[]ab\xC3\xA9\xE2\x82\xAC"[fixture_random(&state) %
                                                            15];
        if (round % 2)
            tags_split(&t, bytes_of(line, n));
        else
            tags_put(&t, bytes_of(line, n));
        cr_assert_leq(t.n, TAGS_ITEMS_MAX);
        cr_assert_leq(t.len, TAGS_BYTES_MAX);
        unsigned items = t.len > 0;
        for (size_t i = 0; i < t.len; i++) {
            items += t.text[i] == '\x1f';
            cr_assert(t.text[i] != '\x1f' ||
                      (i > 0 && i + 1 < t.len && t.text[i - 1] != '\x1f'));
        }
        cr_assert_eq(items, t.n);
    }
}
