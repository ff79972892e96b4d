#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/frame.h"
#include "tests/unit/formats_fixture.h"

static struct buf row_text(unsigned i)
{
    struct buf b = {0};
    buf_printf(&b, "https://news.example.org/%u/%02u/politics/article-%u.html",
               2000 + i % 20, i % 12 + 1, i * 7919);
    return b;
}

static void round_trip(struct bytes raw, const struct frame_dict *pack,
                       const struct frame_dict *unpack, size_t *packed_len)
{
    struct frame_coder coder = {0};
    struct err err = {0};
    struct buf frame = {0}, back = {0};
    size_t used = 0, claimed = 0;
    buf_put_str(&back, "before");
    cr_assert_eq(frame_put(&coder, raw, pack, &frame, &err), 0, "%s", err.msg);
    *packed_len = frame.len;
    cr_assert_eq(frame_raw_len(buf_bytes(&frame), raw.len, &claimed, &err), 0);
    cr_assert_eq(claimed, raw.len);
    buf_put_str(&frame, "after");
    int rc = frame_get(&coder, buf_bytes(&frame), unpack, raw.len, &back, &used, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
    cr_assert_eq(used, *packed_len);
    cr_assert(bytes_equal(bytes_of(back.data + 6, back.len - 6), raw));
    if (raw.len > 0) {
        rc = frame_get(&coder, buf_bytes(&frame), unpack, raw.len - 1, &back, &used,
                       &err);
        cr_assert_eq(rc, ERR_CORRUPT, "over the bound");
        err_clear(&err);
        rc = frame_get(&coder, bytes_of(frame.data, *packed_len - 1), unpack, raw.len,
                       &back, &used, &err);
        cr_assert_eq(rc, ERR_CORRUPT, "cut");
        cr_assert_eq(back.len, 6 + raw.len, "nothing was appended");
    }
    buf_release(&frame);
    buf_release(&back);
    frame_coder_release(&coder);
}

Test(frame, round_trips)
{
    uint64_t state = 1;
    size_t len;
    struct buf raw = {0};
    round_trip(bytes_of("", 0), NULL, NULL, &len);
    cr_assert_eq(len, 2u);
    round_trip(bytes_str("abc"), NULL, NULL, &len);
    cr_assert_eq(len, 5u, "too short to gain: stored");
    for (unsigned i = 0; i < 5000; i++)
        buf_put_u8(&raw, (uint8_t)fixture_random(&state));
    round_trip(buf_bytes(&raw), NULL, NULL, &len);
    cr_assert_eq(len, 5000u + 4, "noise is stored");
    buf_reset(&raw);
    for (unsigned i = 0; i < 5000; i++)
        buf_put_str(&raw, "the same words again. ");
    round_trip(buf_bytes(&raw), NULL, NULL, &len);
    cr_assert_lt(len, 200u);
    buf_release(&raw);
}

struct trained {
    struct buf bytes;
    struct frame_dict *pack, *unpack;
};

static struct trained train(void)
{
    struct trained t = {0};
    struct buf samples = {0};
    struct err err = {0};
    size_t sizes[2000];
    for (unsigned i = 0; i < 2000; i++) {
        struct buf row = row_text(i);
        sizes[i] = row.len;
        buf_put_bytes(&samples, buf_bytes(&row));
        buf_release(&row);
    }
    cr_assert_eq(frame_train(samples.data, sizes, 2000, 4096, &t.bytes, &err), 0, "%s",
                 err.msg);
    cr_assert(t.bytes.len > 100 && t.bytes.len <= 4096);
    cr_assert_eq(frame_dict_new(buf_bytes(&t.bytes), true, &t.pack, &err), false, "%s",
                 err.msg);
    cr_assert_eq(frame_dict_new(buf_bytes(&t.bytes), false, &t.unpack, &err), 0, "%s",
                 err.msg);
    buf_release(&samples);
    return t;
}

static void release(struct trained *t)
{
    frame_dict_free(t->pack);
    frame_dict_free(t->unpack);
    buf_release(&t->bytes);
}

Test(frame, a_dictionary_helps_short_rows)
{
    struct trained t = train();
    struct buf row = row_text(123456);
    size_t with, without;
    round_trip(buf_bytes(&row), t.pack, t.unpack, &with);
    round_trip(buf_bytes(&row), NULL, NULL, &without);
    cr_assert_lt(with, without * 3 / 4, "%zu against %zu", with, without);
    buf_release(&row);
    release(&t);
}

Test(frame, training_is_repeatable)
{
    struct trained a = train(), b = train();
    cr_assert(bytes_equal(buf_bytes(&a.bytes), buf_bytes(&b.bytes)));
    release(&a);
    release(&b);
}

Test(frame, samples_too_few_give_no_dictionary)
{
    struct buf out = {0};
    struct err err = {0};
    size_t sizes[3] = {1, 1, 1};
    cr_assert_eq(frame_train("abc", sizes, 3, 4096, &out, &err), 0);
    cr_assert_eq(out.len, 0u);
    size_t tiny[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    cr_assert_eq(frame_train("abcdefghij", tiny, 10, 4096, &out, &err), 0);
    cr_assert_eq(out.len, 0u);
    buf_release(&out);
}

Test(frame, a_false_dictionary_is_refused)
{
    struct frame_dict *d = NULL;
    struct err err = {0};
    cr_assert_eq(frame_dict_new(bytes_str("not a dictionary at all"), false, &d, &err),
                 ERR_CORRUPT);
    frame_dict_free(NULL);
    struct trained t = train();
    struct buf row = row_text(5), frame = {0}, back = {0};
    struct frame_coder coder = {0};
    size_t used;
    err_clear(&err);
    cr_assert_eq(frame_put(&coder, buf_bytes(&row), t.pack, &frame, &err), 0);
    cr_assert_eq(frame_get(&coder, buf_bytes(&frame), NULL, 4096, &back, &used, &err),
                 ERR_CORRUPT);
    buf_release(&row);
    buf_release(&frame);
    buf_release(&back);
    frame_coder_release(&coder);
    release(&t);
}

Test(frame, damage_is_survived)
{
    struct trained t = train();
    struct frame_coder coder = {0};
    struct err err = {0};
    struct buf raw = {0}, frame = {0}, back = {0};
    uint64_t state = 9;
    for (unsigned i = 0; i < 60; i++) {
        struct buf row = row_text(i * 3);
        buf_put_bytes(&raw, buf_bytes(&row));
        buf_release(&row);
    }
    cr_assert_eq(frame_put(&coder, buf_bytes(&raw), t.pack, &frame, &err), 0);
    for (unsigned round = 0; round < 5000; round++) {
        size_t len = frame.len, used;
        uint8_t *copy = malloc(len);
        memcpy(copy, frame.data, len);
        copy[fixture_random(&state) % len] ^=
            (uint8_t)(1U << fixture_random(&state) % 8);
        if (round % 4 == 0)
            len = fixture_random(&state) % len;
        err_clear(&err);
        buf_reset(&back);
        int rc = frame_get(&coder, bytes_of(copy, len), t.unpack, 1 << 16, &back, &used,
                           &err);
        cr_assert(rc == 0 ? back.len <= 1 << 16 : rc == ERR_CORRUPT && back.len == 0);
        free(copy);
    }
    buf_release(&raw);
    buf_release(&frame);
    buf_release(&back);
    frame_coder_release(&coder);
    release(&t);
}

Test(frame, golden)
{
    /* a stored frame: the bytes of a packed one are zstd's own and change with its version */
    struct frame_coder coder = {0};
    struct err err = {0};
    struct buf frame = {0};
    cr_assert_eq(frame_put(&coder, bytes_str("stored as it is"), NULL, &frame, &err),
                 0);
    fixture_golden("frame", frame.data, frame.len);
    buf_release(&frame);
    frame_coder_release(&coder);
}
