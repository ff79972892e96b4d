#include <criterion/criterion.h>

#include "formats/coding.h"
#include "tests/unit/formats_fixture.h"

static const uint64_t edges[] = {
    0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX, 1ULL << 63, (1ULL << 56) - 1};

Test(coding, varints_round_trip)
{
    uint8_t out[CODING_VARINT_MAX];
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        size_t n = coding_put_varint(out, edges[i]);
        cr_assert_eq(n, coding_varint_len(edges[i]));
        struct cursor c = cursor_of(out, n);
        cr_assert_eq(cursor_varint(&c), edges[i]);
        cr_assert(!c.failed && cursor_left(&c) == 0);
        c = cursor_of(out, n - 1);
        (void)cursor_varint(&c);
        cr_assert(c.failed, "a cut varint");
    }
}

Test(coding, varints_have_one_form)
{
    static const uint8_t padded[] = {0x80, 0x00},
                         over[] = {0xff, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0x02};
    struct cursor c = cursor_of(padded, sizeof padded);
    (void)cursor_varint(&c);
    cr_assert(c.failed);
    c = cursor_of(over, sizeof over);
    (void)cursor_varint(&c);
    cr_assert(c.failed, "65 bits");
}

Test(coding, limits_are_kept)
{
    uint8_t out[CODING_VARINT_MAX];
    size_t n = coding_put_varint(out, 300);
    struct cursor c = cursor_of(out, n);
    cr_assert_eq(cursor_varint_max(&c, 300), 300u);
    c = cursor_of(out, n);
    cr_assert_eq(cursor_varint_max(&c, 299), 0u);
    cr_assert(c.failed);
    n = coding_put_varint(out, UINT64_C(1) << 32);
    c = cursor_of(out, n);
    (void)cursor_varint32(&c);
    cr_assert(c.failed);
}

Test(coding, zigzag_keeps_signs)
{
    static const int64_t values[] = {0, -1, 1, -64, 64, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        cr_assert_eq(coding_unzigzag(coding_zigzag(values[i])), values[i]);
    cr_assert_eq(coding_zigzag(-1), 1u);
    cr_assert_eq(coding_zigzag(1), 2u);
}

Test(coding, varints_without_branches_are_the_same)
{
    uint64_t state = 3;
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t v = fixture_random(&state) >> (29 + i % 35);
        uint8_t plain[CODING_VARINT_MAX], fast[CODING_VARINT_MAX];
        if (i < 70) /* both sides of every power of two */
            v = (UINT64_C(1) << (i / 2 + 1)) - (i & 1 ? 0 : 1);
        if (v >> 35)
            v = (UINT64_C(1) << 35) - 1;
        size_t n = coding_put_varint(plain, v);
        cr_assert_eq(coding_put_varint35(fast, v), n, "%llu", (unsigned long long)v);
        cr_assert_arr_eq(fast, plain, n);
    }
}

Test(coding, a_cursor_stays_failed)
{
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct cursor c = cursor_of(bytes, sizeof bytes);
    cr_assert_eq(cursor_u64(&c), UINT64_C(0x0807060504030201));
    cr_assert_eq(cursor_u16(&c), 0);
    cr_assert(c.failed);
    cr_assert_eq(cursor_u8(&c), 0, "one byte is left and may not be read");
    cr_assert_null(cursor_take(&c, 0));
}

Test(coding, bit_strings_round_trip)
{
    uint64_t state = 1;
    for (unsigned width = 0; width <= 56; width++) {
        uint8_t string[1024] = {0};
        uint64_t values[100];
        for (unsigned i = 0; i < 100; i++) {
            values[i] = fixture_random(&state) & ((UINT64_C(1) << width) - 1);
            coding_bits_set(string, i, width, values[i]);
        }
        for (unsigned i = 0; i < 100; i++)
            cr_assert_eq(coding_bits_get(string, i, width), values[i]);
        size_t len = coding_bits_len(100, width);
        for (size_t i = len; i < len + 8; i++)
            cr_assert_eq(string[i], 0, "nothing is set behind the string");
    }
}

Test(coding, widths)
{
    cr_assert_eq(coding_width32(0), 0u);
    cr_assert_eq(coding_width32(1), 1u);
    cr_assert_eq(coding_width32(255), 8u);
    cr_assert_eq(coding_width32(UINT32_MAX), 32u);
    cr_assert_eq(coding_width64(UINT64_C(1) << 40), 41u);
}
