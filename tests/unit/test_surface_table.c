/* The table of the surfaces that a worker of the scan knows. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "indexer/surface_table.h"

static struct surface_slot *put(struct surface_table *t, struct bytes b, bool *is_new)
{
    uint64_t hash;
    struct surface_key key;
    if (b.len <= SURFACE_INLINE) {
        key = surface_key(b.data, b.len);
        hash = surface_hash(t->seed, key);
    } else {
        key = surface_table_long(t->seed, b, &hash);
    }
    struct surface_slot *slot = surface_table_put(t, key, hash, b, is_new);
    cr_assert_not_null(slot);
    return slot;
}

/* Word number i: 1 to 40 bytes, many of the lengths around what a slot holds. */
static struct bytes word(uint32_t i, char out[64])
{
    static const int pad[] = {0, 3, 6, 9, 10, 11, 20, 34};
    memset(out, 'z', 64); /* what stands behind a word does not count */
    int n = snprintf(out, 64, "%u", i);
    out[n] = 'z';
    for (int k = 0; k < pad[i % 8]; k++)
        out[n++] = (char)('a' + (i + (uint32_t)k) % 26);
    return bytes_of(out, (size_t)n);
}

Test(surface_table, numbers_are_dense_and_slots_stay_as_they_are_set)
{
    enum {
        WORDS = 50000
    };
    struct surface_table t;
    char text[64];
    bool is_new;
    surface_table_init(&t, 0);
    cr_assert(surface_table_reset(&t));
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < WORDS; i++) {
            struct surface_slot *s = put(&t, word(i, text), &is_new);
            cr_assert(s->number == i && is_new == (round == 0), "%u", i);
            cr_assert_eq(s->count, round * (1 + i % 40));
            cr_assert_eq(s->term_hash, round == 0 ? 0 : ~(uint64_t)i);
            s->count += 1 + i % 40;
            s->term_hash = ~(uint64_t)i;
        }
    }
    cr_assert_geq(surface_table_memory(&t), WORDS * sizeof(struct surface_slot));
    cr_assert(surface_table_reset(&t));
    cr_assert_lt(surface_table_memory(&t), 4 << 20);
    struct surface_slot *s = put(&t, word(WORDS, text), &is_new);
    cr_assert(is_new && s->number == 0 && s->count == 0);
    surface_table_release(&t);
}

/* A table for as many words as come does not grow; one for more than there is memory for begins small. */
Test(surface_table, room_is_made_for_what_is_expected)
{
    enum {
        WORDS = 50000
    };
    struct surface_table t;
    char text[64];
    bool is_new;
    surface_table_init(&t, WORDS);
    cr_assert(surface_table_reset(&t));
    size_t slots = t.n_slots;
    for (uint32_t i = 0; i < 2 * WORDS; i++) {
        cr_assert_eq(put(&t, word(i, text), &is_new)->number, i);
        cr_assert(t.n_slots == slots || i >= WORDS);
    }
    cr_assert_gt(t.n_slots, slots);
    surface_table_release(&t);
    surface_table_init(&t, WORDS);
    t.n_first = SIZE_MAX / 64;
    cr_assert(surface_table_reset(&t));
    cr_assert_lt(t.n_slots, slots);
    cr_assert_eq(put(&t, word(1, text), &is_new)->number, 0);
    surface_table_release(&t);
}

/* From any slot on all are looked at, those of a line together. */
Test(surface_table, steps_go_by_lines_through_all_slots)
{
    enum {
        SLOTS = 16
    };
    struct surface_table t = {.n_slots = SLOTS};
    for (uint64_t hash = 0; hash < 3 * SLOTS; hash++) {
        size_t at = hash % SLOTS;
        unsigned seen = 0;
        for (size_t i = 0; i < SLOTS; i++) {
            seen |= 1U << at;
            size_t next = surface_next(&t, at, hash);
            cr_assert_eq(next / 2 == at / 2, i % 2 == 0);
            at = next;
        }
        cr_assert_eq(seen, (1U << SLOTS) - 1);
        cr_assert_eq(at, hash % SLOTS);
    }
}

/* When the table has grown, where a frequent word is looked for first there is a frequent one. */
Test(surface_table, frequent_words_come_first)
{
    enum {
        WORDS = 9000, /* the table grows once behind 6,656, and again behind 13,312 */
        OFTEN = 500
    };
    struct surface_table t;
    char text[64];
    bool is_new;
    surface_table_init(&t, 0);
    cr_assert(surface_table_reset(&t));
    for (uint32_t i = 0; i < WORDS; i++)
        put(&t, word(8 * i, text), &is_new)->count =
            i < 6000 && i >= 6000 - OFTEN ? 99 : 1;
    for (uint32_t i = 6000 - OFTEN; i < 6000; i++) {
        struct bytes b = word(8 * i, text);
        uint64_t hash = surface_hash(t.seed, surface_key(b.data, b.len));
        cr_assert_eq(surface_first_slot(&t, hash)->count, 99, "%u", i);
    }
    surface_table_release(&t);
}

/* Of two words of a line the more frequent one comes to lie where it is looked for, and the other one is found still. */
Test(surface_table, frequent_words_move_to_the_front_of_their_line)
{
    enum {
        WORDS = 6000
    };
    struct surface_table t;
    char text[64];
    bool is_new;
    unsigned moved = 0;
    surface_table_init(&t, 0);
    cr_assert(surface_table_reset(&t));
    for (uint32_t i = 0; i < WORDS; i++)
        put(&t, word(8 * i, text), &is_new)->count = 1;
    for (uint32_t i = 0; i < WORDS; i++) {
        struct bytes b = word(8 * i, text);
        struct surface_key key = surface_key(b.data, b.len);
        uint64_t hash = surface_hash(t.seed, key);
        uint64_t at = hash * sizeof *t.slots & surface_offsets(&t);
        struct surface_slot *first = surface_first_slot(&t, hash);
        struct surface_slot *slot = surface_in_line(t.slots, at, key);
        if (!slot || slot == first)
            continue;
        cr_assert(slot->number == i && slot->count <= first->count);
        slot->count = first->count + 1;
        cr_assert_eq(surface_in_line(t.slots, at, key), first);
        cr_assert_eq(first->number, i);
        moved++;
    }
    cr_assert_gt(moved, 100);
    for (uint32_t i = 0; i < WORDS; i++) {
        cr_assert_eq(put(&t, word(8 * i, text), &is_new)->number, i);
        cr_assert_not(is_new);
    }
    surface_table_release(&t);
}

/* Words that differ in one byte only, whichever it is, or in their length, do not share places. */
Test(surface_table, hashes_tell_similar_words_apart)
{
    enum {
        PLACES = 1 << 12
    };
    static uint16_t seen[PLACES];
    struct surface_table t;
    uint8_t bytes[SURFACE_KEY_BYTES];
    surface_table_init(&t, 0);
    for (unsigned at = 0; at < SURFACE_INLINE; at++) {
        memset(seen, 0, sizeof seen);
        memset(bytes, 'a', sizeof bytes);
        unsigned most = 0;
        for (unsigned v = 0; v < 256; v++) {
            bytes[at] = (uint8_t)v;
            for (size_t len = at + 1; len <= SURFACE_INLINE; len++) {
                uint64_t hash = surface_hash(t.seed, surface_key(bytes, len));
                unsigned n = ++seen[hash % PLACES];
                most = n > most ? n : most;
            }
        }
        cr_assert_lt(most, 64, "byte %u: %u words at a place", at, most);
    }
    surface_table_release(&t);
}

Test(surface_table, keys_are_exact)
{
    struct surface_table t;
    bool is_new;
    uint8_t bytes[64];
    surface_table_init(&t, 0);
    cr_assert(surface_table_reset(&t));
    memset(bytes, 0, sizeof bytes);
    for (uint32_t len = 1; len <= 40; len++) { /* zeros are not padding */
        cr_assert_eq(put(&t, bytes_of(bytes, len), &is_new)->number, len - 1);
        cr_assert(is_new);
    }
    memset(bytes, 0xFF, sizeof bytes);
    for (uint32_t len = 1; len <= 40; len++) {
        cr_assert_eq(put(&t, bytes_of(bytes, len), &is_new)->number, 39 + len);
        cr_assert(is_new);
    }
    for (uint32_t at = 0; at < 20; at++) { /* every byte counts */
        bytes[at] = 'y';
        cr_assert_eq(put(&t, bytes_of(bytes, 20), &is_new)->number, 80 + 2 * at);
        cr_assert(is_new);
        uint32_t len = at < SURFACE_INLINE ? SURFACE_INLINE : 21;
        cr_assert_eq(put(&t, bytes_of(bytes, len), &is_new)->number, 81 + 2 * at);
        cr_assert(is_new);
    }
    /* A word whose bytes are the hash of a longer one is another word. */
    uint64_t hash;
    struct surface_key key = surface_table_long(t.seed, bytes_of(bytes, 20), &hash);
    uint8_t crafted[SURFACE_KEY_BYTES] = {0};
    store_u64(crafted, key.low);
    put(&t, bytes_of(crafted, 15), &is_new);
    cr_assert(is_new);
    put(&t, bytes_of(bytes, 20), &is_new);
    cr_assert_not(is_new);
    surface_table_release(&t);
}
