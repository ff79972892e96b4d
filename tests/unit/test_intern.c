/* Tables of strings: a batch's own and the archive's. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "indexer/intern.h"
#include "indexer/lexicon.h"

static uint32_t put(struct intern *t, struct bytes b, uint8_t tag, bool *is_new)
{
    struct intern_key key;
    intern_key(t, b, b.len, tag, &key);
    intern_prefetch(intern_view(t), key.hash);
    return intern_put(t, &key, is_new);
}

/* Word number i: 0 to 40 bytes, many of the lengths around what a slot holds. */
static struct bytes word(uint32_t i, char out[64])
{
    int n = snprintf(out, 64, "%u", i);
    static const int pad[] = {0, 3, 6, 7, 8, 9, 20, 34};
    for (int k = 0; k < pad[i % 8]; k++)
        out[n++] = (char)('a' + (i + (uint32_t)k) % 26);
    return bytes_of(out, (size_t)n);
}

Test(intern, numbers_are_dense_and_stay)
{
    struct intern t;
    bool is_new;
    intern_init(&t, false);
    cr_assert(intern_reset(&t));
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 50000; i++) {
            char text[64];
            uint32_t number = put(&t, word(i, text), 0, &is_new);
            cr_assert(number == i && is_new == (round == 0), "%u", i);
        }
    }
    for (uint32_t i = 0; i < 50000; i += 7) {
        char text[64];
        cr_assert(bytes_equal(intern_bytes(&t, i), word(i, text)));
    }
    cr_assert(intern_reset(&t));
    cr_assert_eq(put(&t, bytes_str("anew"), 0, &is_new), 0);
    cr_assert(is_new);
    intern_release(&t);
}

Test(intern, what_a_key_is_expected_to_be)
{
    struct intern t;
    bool is_new;
    size_t told = 0;
    intern_init(&t, true);
    cr_assert(intern_reset(&t));
    for (uint32_t i = 0; i < 2000; i++) {
        char text[64];
        struct intern_key key;
        intern_key(&t, word(i, text), 0, 2, &key);
        cr_assert_eq(intern_expect(&t, &key), (uint32_t)INTERN_NONE);
        cr_assert_eq(intern_put(&t, &key, &is_new), i);
        uint32_t number = intern_expect(&t, &key);
        intern_expect_bytes(&t, &key, number);
        cr_assert(number == i || number == (uint32_t)INTERN_NONE);
        told += number == i;
    }
    cr_assert_gt(told, 1500); /* the others lie in another slot than the first */
    intern_release(&t);
}

Test(intern, lengths_around_the_slot)
{
    struct intern t;
    bool is_new;
    uint8_t bytes[64];
    memset(bytes, 'x', sizeof bytes);
    intern_init(&t, false);
    cr_assert(intern_reset(&t));
    for (uint32_t len = 0; len <= 40; len++) {
        cr_assert_eq(put(&t, bytes_of(bytes, len), 0, &is_new), len);
        cr_assert(is_new);
    }
    /* Bytes behind the key do not count, however many may be read. */
    struct intern_key key;
    bytes[5] = 'y';
    intern_key(&t, bytes_of(bytes, 5), sizeof bytes, 0, &key);
    cr_assert_eq(intern_put(&t, &key, &is_new), 5);
    cr_assert_not(is_new);
    intern_release(&t);
}

Test(intern, zero_bytes_and_tags_tell_apart)
{
    struct intern t;
    bool is_new;
    intern_init(&t, true);
    cr_assert(intern_reset(&t));
    const struct bytes keys[] = {
        bytes_of("", 0),  bytes_of("\0", 1),  bytes_of("\0\0", 2),
        bytes_of("a", 1), bytes_of("a\0", 2), bytes_str("a longer one than fits")};
    uint32_t expected = 0;
    for (uint8_t tag = 0; tag < 9; tag++) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            cr_assert_eq(put(&t, keys[i], tag, &is_new), expected++);
            cr_assert(is_new);
        }
    }
    cr_assert_eq(put(&t, bytes_of("a\0", 2), 3, &is_new), 3 * 6 + 4);
    cr_assert_not(is_new);
    intern_release(&t);
}

static uint32_t sum_of(const void *arg, struct bytes b, uint8_t tag)
{
    uint32_t sum = tag;
    for (size_t i = 0; i < b.len; i++)
        sum += b.data[i];
    return sum * *(const uint32_t *)arg;
}

/* What was appended is found when slots have been made, as what is put then. */
Test(lexicon, what_was_appended_is_found)
{
    enum {
        APPENDED = 9000,
        WORDS = 12000
    };
    struct lexicon l;
    struct err err = {0};
    char text[64];
    uint32_t number, odd = UINT32_C(0x9E3779B9);
    lexicon_init(&l, "words", true);
    for (uint32_t i = 0; i < APPENDED; i++) {
        cr_assert_eq(lexicon_append(&l, word(i, text), (uint8_t)(i % 3), &number, &err),
                     0);
        cr_assert_eq(number, i);
    }
    cr_assert_eq(l.n_slots, 0);
    cr_assert_eq(lexicon_index(&l, sum_of, &odd, &err), 0);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < WORDS; i++) {
            struct bytes b = word(i, text);
            struct lexicon_key key = {b, sum_of(&odd, b, (uint8_t)(i % 3)),
                                      (uint8_t)(i % 3)};
            cr_assert_eq(lexicon_put(&l, &key, &number, &err), 0);
            cr_assert_eq(number, i);
        }
    }
    cr_assert_eq(lexicon_count(&l), WORDS);
    cr_assert_eq(l.counts.len, WORDS);
    lexicon_release(&l);
    /* One that is empty, too. */
    lexicon_init(&l, "words", false);
    cr_assert_eq(lexicon_index(&l, sum_of, &odd, &err), 0);
    cr_assert_gt(l.n_slots, 0);
    lexicon_release(&l);
}

/* With room for what comes slots are made once; with room for more than there is memory for, by and by. */
Test(lexicon, room_is_made_for_what_is_expected)
{
    static const size_t expected[] = {0, 20000, SIZE_MAX};
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        struct lexicon l;
        struct err err = {0};
        char text[64];
        size_t made = 0, slots = 0;
        lexicon_init(&l, "words", k == 1);
        lexicon_make_room(&l, expected[k]);
        if (k == 2)
            l.n_expected = SIZE_MAX / 256; /* slots that no system has memory for */
        for (uint32_t i = 0; i < 20000; i++) {
            uint32_t number, odd = 7;
            struct bytes b = word(i, text);
            struct lexicon_key key = {b, sum_of(&odd, b, 0), 0};
            cr_assert_eq(lexicon_put(&l, &key, &number, &err), 0, "%s", err.msg);
            cr_assert_eq(number, i);
            made += l.n_slots != slots;
            slots = l.n_slots;
        }
        cr_assert(k == 1 ? made == 1 : made > 1);
        lexicon_release(&l);
    }
}

/* Entries keep their numbers while the table grows; bytes and tag tell them apart where the hash does not. */
Test(lexicon, numbers_are_dense_and_stay)
{
    enum {
        WORDS = 20000
    };
    struct lexicon l;
    struct err err = {0};
    char text[64];
    lexicon_init(&l, "words", true);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < WORDS; i++) {
            uint32_t number, hash = i / 3 * UINT32_C(0x9E3779B9);
            struct lexicon_key key = {word(i / 2, text), hash, (uint8_t)(i % 2)};
            lexicon_expect(&l, &key, 1);
            cr_assert_eq(lexicon_put(&l, &key, &number, &err), 0, "%s", err.msg);
            cr_assert_eq(number, i);
        }
    }
    cr_assert_eq(lexicon_count(&l), WORDS);
    cr_assert_eq(l.counts.len, WORDS);
    for (uint32_t i = 0; i < WORDS; i++) {
        cr_assert(bytes_equal(lexicon_bytes(&l, i), word(i / 2, text)));
        cr_assert_eq(lexicon_tag(&l, i), i % 2);
    }
    cr_assert_geq(lexicon_memory_growing(&l, 10000), lexicon_memory(&l));
    lexicon_close(&l);
    cr_assert(bytes_equal(lexicon_bytes(&l, WORDS - 1), word(WORDS / 2 - 1, text)));
    lexicon_release(&l);
}
