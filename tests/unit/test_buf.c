#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"

Test(buf, puts_follow_each_other)
{
    struct buf b = {0};
    buf_put(&b, "ab", 2);
    buf_put_str(&b, "cd");
    buf_put_bytes(&b, bytes_str("e"));
    buf_put_u8(&b, 'f');
    buf_printf(&b, "%s-%d", "g", 12);
    cr_assert(bytes_equal(buf_bytes(&b), bytes_str("abcdefg-12")));
    cr_assert_eq(buf_check(&b, NULL), 0);
    buf_reset(&b);
    cr_assert_eq(b.len, 0);
    cr_assert_neq(b.cap, 0);
    buf_put(&b, NULL, 0);
    buf_printf(&b, "%s", "");
    cr_assert_eq(b.len, 0);
    buf_release(&b);
    cr_assert_null(b.data);
    buf_release(&b);
}

Test(buf, integers_are_little_endian)
{
    static const uint8_t expected[] = {0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0xf0,
                                       0xde, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12};
    struct buf b = {0};
    buf_put_u16(&b, 0x1234);
    buf_put_u32(&b, 0x12345678);
    buf_put_u64(&b, 0x123456789abcdef0);
    cr_assert(bytes_equal(buf_bytes(&b), bytes_of(expected, sizeof expected)));
    cr_assert_eq(load_u16(b.data), 0x1234);
    cr_assert_eq(load_u32(b.data + 2), 0x12345678);
    cr_assert_eq(load_u64(b.data + 6), 0x123456789abcdef0);
    buf_release(&b);
}

/* A decoder written from the definition, to hold the encoder against. */
static uint64_t read_varint(const uint8_t *p, size_t *len)
{
    uint64_t v = 0;
    size_t n = 0;
    do
        v |= (uint64_t)(p[n] & 0x7f) << (7 * n);
    while (p[n++] & 0x80);
    *len = n;
    return v;
}

Test(buf, varints_of_every_length)
{
    struct buf b = {0};
    for (unsigned bit = 0; bit < 64; bit++) {
        for (int d = -1; d <= 1; d++) {
            uint64_t v = (UINT64_C(1) << bit) + (uint64_t)(int64_t)d;
            size_t len;
            buf_reset(&b);
            buf_put_varint(&b, v);
            cr_assert_eq(read_varint(b.data, &len), v);
            cr_assert_eq(len, b.len);
            size_t bits = 1;
            while (bits < 64 && v >> bits)
                bits++;
            cr_assert_eq(b.len, (bits + 6) / 7, "the shortest form");
        }
    }
    buf_release(&b);
}

Test(buf, zigzag_keeps_small_numbers_small)
{
    static const struct {
        int64_t v;
        uint64_t coded;
    } cases[] = {{0, 0},
                 {-1, 1},
                 {1, 2},
                 {-2, 3},
                 {63, 126},
                 {-64, 127},
                 {INT64_MAX, UINT64_MAX - 1},
                 {INT64_MIN, UINT64_MAX}};
    struct buf b = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        buf_reset(&b);
        buf_put_zigzag(&b, cases[i].v);
        cr_assert_eq(read_varint(b.data, &len), cases[i].coded);
    }
    buf_release(&b);
}

Test(buf, align_pads_with_zeros)
{
    struct buf b = {0};
    buf_align(&b, 8);
    cr_assert_eq(b.len, 0);
    for (size_t n = 1; n <= 17; n++) {
        buf_reset(&b);
        memset(buf_extend(&b, n), 0xff, n);
        buf_align(&b, 8);
        cr_assert_eq(b.len, (n + 7) / 8 * 8);
        for (size_t i = n; i < b.len; i++)
            cr_assert_eq(b.data[i], 0);
    }
    buf_release(&b);
}

Test(buf, a_failure_sticks_until_reset)
{
    struct buf b = {0};
    struct err err = {0};
    buf_put_str(&b, "kept");
    cr_assert_not(buf_reserve(&b, SIZE_MAX - 100));
    cr_assert(b.failed);
    cr_assert_null(buf_extend(&b, 1));
    buf_put_str(&b, "lost");
    buf_put_varint(&b, 1);
    buf_put_u8(&b, 1);
    buf_put_u16(&b, 1);
    buf_put_u32(&b, 1);
    buf_put_u64(&b, 1);
    buf_printf(&b, "%d", 7);
    cr_assert(bytes_equal(buf_bytes(&b), bytes_str("kept")));
    cr_assert_eq(buf_check(&b, &err), ERR_NOMEM);
    cr_assert_eq(err.code, ERR_NOMEM);
    buf_reset(&b);
    buf_put_str(&b, "again");
    cr_assert(bytes_equal(buf_bytes(&b), bytes_str("again")));
    cr_assert_not(buf_reserve(&b, SIZE_MAX / 4), "no such memory");
    buf_release(&b);
}

Test(buf, grows_over_many_puts)
{
    struct buf b = {0};
    for (uint32_t i = 0; i < 100000; i++)
        buf_put_u32(&b, i);
    cr_assert_eq(b.len, 400000);
    cr_assert_leq(b.len, b.cap);
    for (uint32_t i = 0; i < 100000; i++)
        cr_assert_eq(load_u32(b.data + 4 * (size_t)i), i);
    buf_release(&b);
}

Test(bytes, compare_is_by_bytes_then_length)
{
    static const char *const ordered[] = {"",  "a",    "aa",   "ab",
                                          "b", "\x7f", "\x80", "\xff"};
    for (size_t i = 0; i < sizeof ordered / sizeof *ordered; i++) {
        for (size_t j = 0; j < sizeof ordered / sizeof *ordered; j++) {
            int c = bytes_compare(bytes_str(ordered[i]), bytes_str(ordered[j]));
            cr_assert_eq((c > 0) - (c < 0), (i > j) - (i < j));
            cr_assert_eq(bytes_equal(bytes_str(ordered[i]), bytes_str(ordered[j])),
                         i == j);
        }
    }
    cr_assert(bytes_starts(bytes_str("abc"), bytes_str("ab")));
    cr_assert(bytes_starts(bytes_str("abc"), bytes_str("")));
    cr_assert_not(bytes_starts(bytes_str("ab"), bytes_str("abc")));
    cr_assert_not(bytes_starts(bytes_str("abc"), bytes_str("b")));
}
