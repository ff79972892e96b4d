/* Orders by numbers and by strings against qsort. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/endian.h"
#include "indexer/order.h"

enum {
    N = 5000,
    MANY = 70000 /* from 65,536 on keys are sorted by two bytes at a time */
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 24;
}

static int by_key(const void *a, const void *b)
{
    const struct order_item *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void check_keys(size_t n, uint64_t mask, unsigned shift)
{
    static struct order_item items[MANY], scratch[MANY], expected[MANY];
    uint64_t state = n + shift;
    for (size_t i = 0; i < n; i++)
        items[i] = expected[i] =
            (struct order_item){(next_random(&state) & mask) << shift, (uint32_t)i};
    if (n > 0)
        qsort(expected, n, sizeof *expected, by_key);
    order_by_key(items, n, scratch);
    for (size_t i = 0; i < n; i++)
        cr_assert(items[i].key == expected[i].key &&
                      items[i].number == expected[i].number,
                  "item %zu of %zu", i, n);
}

/* Of equal bits the order stays. */
static void check_numbers(size_t n, uint64_t mask, unsigned from_bit)
{
    static uint64_t numbers[N], scratch[N];
    static struct order_item expected[N];
    uint64_t state = n + from_bit;
    for (size_t i = 0; i < n; i++) {
        numbers[i] = (next_random(&state) << 24 | i) & (mask | 0xffff);
        expected[i] = (struct order_item){numbers[i] >> from_bit, (uint32_t)i};
    }
    if (n > 0)
        qsort(expected, n, sizeof *expected, by_key);
    static uint64_t before[N];
    memcpy(before, numbers, n * sizeof *numbers);
    order_numbers(numbers, n, from_bit, scratch);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(numbers[i], before[expected[i].number], "number %zu of %zu", i, n);
}

Test(order, numbers_sorted_by_upper_bits)
{
    static const size_t sizes[] = {0, 1, 2, 49, 300, N};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_numbers(sizes[i], 0, 0);
        check_numbers(sizes[i], UINT64_MAX, 0);
        check_numbers(sizes[i], UINT64_MAX, 16);
        check_numbers(sizes[i], UINT64_C(0xff0000ff00000000), 16);
        check_numbers(sizes[i], UINT64_C(0xff0000ff00000000), 61);
        check_numbers(sizes[i], UINT64_C(0x81fc0003ffff0000), 18);
        check_numbers(sizes[i], UINT64_C(0x0000000180000000), 0);
    }
}

Test(order, keys_sorted_and_stable)
{
    static const size_t sizes[] = {0, 1, 2, 47, 48, 49, 300, N, 65535, 65536, MANY};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_keys(sizes[i], 0, 0);
        check_keys(sizes[i], 7, 0);
        check_keys(sizes[i], 0xffff, 40);
        check_keys(sizes[i], 0x1ffff, 47);
        check_keys(sizes[i], UINT64_C(0xffffffffff), 0);
    }
}

struct strings {
    struct bytes list[N];
    uint8_t data[N][40];
    size_t asked; /* windows */
    size_t soon[2];
};

static int window(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                  struct err *err)
{
    struct strings *s = arg;
    struct bytes b = s->list[number];
    uint8_t bytes[8] = {0};
    (void)err;
    if (offset < b.len)
        memcpy(bytes, b.data + offset, b.len - offset < 8 ? b.len - offset : 8);
    *out = __builtin_bswap64(load_u64(bytes));
    s->asked++;
    return 0;
}

static int length(void *arg, uint32_t number, uint32_t *out, struct err *err)
{
    (void)err;
    *out = (uint32_t)((struct strings *)arg)->list[number].len;
    return 0;
}

/* First where a string is, then its bytes. */
static void soon(void *arg, uint32_t number, uint32_t offset, bool bytes)
{
    struct strings *s = arg;
    cr_assert(number < N && offset % 8 == 0);
    s->soon[bytes]++;
}

static void check_strings(struct strings *s, size_t n, unsigned alphabet,
                          size_t longest)
{
    static struct order_item items[N], scratch[N];
    struct err err = {0};
    uint64_t state = n + alphabet;
    for (size_t i = 0; i < n; i++) {
        size_t len = next_random(&state) % (longest + 1);
        for (size_t k = 0; k < len; k++)
            s->data[i][k] = (uint8_t)(next_random(&state) % alphabet);
        s->list[i] = bytes_of(s->data[i], len);
        items[i].number = (uint32_t)i;
    }
    const struct order_strings strings = {window, length, s, soon};
    cr_assert_eq(order_by_strings(items, n, scratch, &strings, &err), 0);
    for (size_t i = 1; i < n; i++) {
        uint32_t a = items[i - 1].number, b = items[i].number;
        int c = bytes_compare(s->list[a], s->list[b]);
        cr_assert(c < 0 || (c == 0 && a < b), "%zu of %zu, alphabet %u", i, n,
                  alphabet);
    }
}

/* An alphabet of zero bytes only makes every string a prefix of every longer one. */
Test(order, strings_as_bytes_compare_has_them)
{
    struct strings *s = calloc(1, sizeof *s);
    cr_assert(s);
    static const unsigned alphabets[] = {1, 2, 3, 256};
    for (size_t i = 0; i < sizeof alphabets / sizeof *alphabets; i++) {
        check_strings(s, 10, alphabets[i], 40);
        check_strings(s, 1000, alphabets[i], 9);
        check_strings(s, N, alphabets[i], 40);
    }
    cr_assert(s->soon[0] > 0 && s->soon[1] > 0);
    free(s);
}

static int failing_window(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                          struct err *err)
{
    (void)arg;
    (void)number;
    (void)offset;
    *out = 0;
    return err_set(err, ERR_IO, "cannot be read");
}

Test(order, a_failure_is_told)
{
    struct order_item items[3] = {{0}}, scratch[3];
    struct err err = {0};
    const struct order_strings strings = {failing_window, length, NULL, NULL};
    cr_assert_eq(order_by_strings(items, 3, scratch, &strings, &err), ERR_IO);
    cr_assert_str_eq(err.msg, "cannot be read");
}
