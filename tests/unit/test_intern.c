/* Tables of strings: a batch's own and the archive's. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "indexer/lexicon.h"

static uint32_t put(struct intern *t, struct bytes b, uint8_t tag, bool *is_new)
{
    struct intern_key key;
    intern_key(t, b, b.len, tag, &key);
    intern_prefetch(intern_view(t), key.hash);
    return intern_put(t, &key, is_new);
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
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

/* What batches hold does not depend on how text was cut into them. */
Test(lexicon, batches_merge_to_one_table)
{
    struct lexicon l;
    struct err err = {0};
    uint32_t state = 1;
    bool present[3000] = {false};
    lexicon_init(&l, "words", true);
    for (int batch = 0; batch < 40; batch++) {
        struct intern t;
        static uint32_t to[3000];
        bool is_new;
        intern_init(&t, false);
        cr_assert(intern_reset(&t));
        for (int i = 0; i < 2000; i++) {
            char text[64];
            uint32_t w = next_random(&state) % 3000;
            put(&t, word(w, text), 0, &is_new);
            present[w] = true;
        }
        cr_assert_eq(lexicon_merge(&l, &t, to, &err), 0, "%s", err.msg);
        for (uint32_t i = 0; i < t.entries.len; i++)
            cr_assert(bytes_equal(lexicon_bytes(&l, to[i]), intern_bytes(&t, i)));
        intern_release(&t);
    }
    uint32_t seen = 0;
    for (uint32_t w = 0; w < 3000; w++)
        seen += present[w];
    cr_assert_eq(lexicon_count(&l), seen);
    cr_assert_eq(l.counts.len, seen);
    cr_assert_geq(lexicon_memory_growing(&l, 10000), lexicon_memory(&l));
    lexicon_release(&l);
}
