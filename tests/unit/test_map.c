#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/map.h"
#include "formats/map_common.h"
#include "tests/unit/formats_fixture.h"

static void check_same(const struct offsetmap *m, const struct offsetmap *back)
{
    cr_assert_eq(back->segments.len, m->segments.len);
    cr_assert_eq(back->out_len, m->out_len);
    for (size_t i = 0; i < m->segments.len; i++) {
        const struct offset_segment *x = &m->segments.items[i];
        const struct offset_segment *y = &back->segments.items[i];
        cr_assert_eq(x->out_len, y->out_len, "%zu", i);
        cr_assert_eq(x->in_len, y->in_len, "%zu", i);
        cr_assert_eq(x->in_pos, y->in_pos, "%zu", i);
    }
}

static size_t round_trip(const struct offsetmap *m)
{
    struct buf b = {0};
    struct offsetmap back = {0};
    map_encode(m, &b);
    cr_assert_not(b.failed);
    cr_assert(map_decode(buf_bytes(&b), &back));
    check_same(m, &back);
    size_t len = b.len;
    offsetmap_release(&back);
    buf_release(&b);
    return len;
}

Test(map, empty_and_linear)
{
    struct offsetmap m = {0};
    cr_assert_eq(round_trip(&m), 1);
    offsetmap_put(&m, 100000, 0, 100000);
    cr_assert_leq(round_trip(&m), 8);
    offsetmap_release(&m);
}

/* A JSON text with escapes of two bytes: two bytes each where runs are short. */
Test(map, escapes_are_short)
{
    struct offsetmap m = {0};
    uint64_t at = 40;
    for (int i = 0; i < 1000; i++) {
        offsetmap_put(&m, 100, at, 100);
        offsetmap_put(&m, 1, at + 100, 2);
        at += 102;
    }
    cr_assert_leq(round_trip(&m), 2010);
    offsetmap_release(&m);
}

/* Runs whose rest takes no byte, one, two, and more; each as long as it has to be. */
Test(map, runs_of_every_length)
{
    static const struct {
        uint32_t run;
        size_t bytes;
    } runs[] = {{1, 0},     {254, 0},    {255, 1},     {382, 1},
                {383, 2},   {16383, 2},  {16384, 2},   {16638, 2},
                {16639, 3}, {100000, 3}, {2097406, 3}, {2097407, 4}};
    struct offsetmap m = {0};
    uint64_t at = 7;
    size_t sum = 0;
    for (size_t i = 0; i < 700; i++) {
        size_t k = i % (sizeof runs / sizeof *runs);
        offsetmap_put(&m, runs[k].run, at, runs[k].run);
        offsetmap_put(&m, 1, at + runs[k].run, 2);
        at += runs[k].run + 2;
        sum += 2 + runs[k].bytes;
    }
    cr_assert_eq(round_trip(&m), sum + 4); /* the move to 7 before them, and the end */
    offsetmap_release(&m);
}

static void put_every_kind(struct offsetmap *m)
{
    static const struct {
        uint32_t out, in;
    } kinds[] = {{1, 2},  {1, 3}, {1, 6}, {2, 6}, {3, 6},
                 {4, 12}, {1, 4}, {2, 0}, {3, 1}};
    uint64_t at = 1000;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        offsetmap_put(m, kinds[i].out, at, kinds[i].in);
        at += kinds[i].in + i % 3; /* some drop one byte, some two */
        offsetmap_put(m, 5, at, 5);
        at += 5;
    }
    offsetmap_put(m, 7, 3, 7); /* back to the start */
    offsetmap_put(m, 7, UINT64_C(1) << 40, 7);
}

Test(map, every_kind)
{
    struct offsetmap m = {0};
    struct map_columns columns = {0};
    struct buf b = {0}, all = {0};
    put_every_kind(&m);
    round_trip(&m);
    map_encode(&m, &b);
    cr_assert(map_columns_put(&columns, buf_bytes(&b)));
    cr_assert(map_columns_put(&columns, bytes_of("\x08", 1))); /* an empty one */
    map_columns_take(&columns, &all);
    fixture_golden("map-columns", all.data, all.len);
    buf_release(&b);
    buf_release(&all);
    map_columns_release(&columns);
    offsetmap_release(&m);
}

static void random_map(struct offsetmap *m, uint64_t *state)
{
    uint64_t at = fixture_random(state) % 1000;
    for (size_t n = fixture_random(state) % 60; n > 0; n--) {
        uint32_t out = fixture_gap(state, 1 << 20) + 1, in = out;
        if (fixture_random(state) % 2) {
            out = 1 + (uint32_t)(fixture_random(state) % 6);
            in = (uint32_t)(fixture_random(state) % 8);
        }
        if (fixture_random(state) % 3 == 0)
            at += fixture_random(state) % 4;
        if (fixture_random(state) % 20 == 0)
            at = fixture_random(state) % 100000;
        offsetmap_put(m, out, at, in);
        at += in;
    }
}

Test(map, random_maps)
{
    uint64_t state = 42;
    for (int i = 0; i < 2000; i++) {
        struct offsetmap m = {0};
        random_map(&m, &state);
        round_trip(&m);
        offsetmap_release(&m);
    }
}

#ifdef STEMMA_AVX512
/* What a kernel writes of n segments, with what the scalar one adds where it stops: kinds, runs and rest one behind the
 * other in `out`, which is as long as they may be. Returns how many segments that were. */
static size_t encode_common(map_common_kernel *kernel, const struct offset_segment *s,
                            size_t n, uint8_t *out, struct map_common *m)
{
    size_t room = 2 * n + MAP_COMMON_SLACK;
    memset(out, 0, 3 * room);
    *m = (struct map_common){out, out + room, out + 2 * room, 300, 70};
    const struct offset_segment *stop = kernel(m, s, s + n);
    stop = map_common_scalar(m, stop, s + n);
    memset(m->kinds, 0, (size_t)(out + room - m->kinds));
    memset(m->runs, 0, (size_t)(out + 2 * room - m->runs));
    memset(m->rest, 0, (size_t)(out + 3 * room - m->rest));
    return (size_t)(stop - s);
}

/* Escapes and runs, some of them long, now and then something else. */
static size_t common_segments(struct offset_segment *s, size_t n, uint64_t *state)
{
    uint64_t at = 70, odd = fixture_random(state) % 3 * 30;
    for (size_t i = 0; i < n; i++) {
        uint32_t run =
            fixture_gap(state, fixture_random(state) % 8 ? 600 : 1 << 16) + 1;
        s[i] = (struct offset_segment){run, run, at};
        if (fixture_random(state) % 2)
            s[i] = (struct offset_segment){1, 2, at};
        if (odd > 0 && fixture_random(state) % odd == 0)
            s[i].in_len++;
        if (odd > 0 && fixture_random(state) % odd == 0)
            s[i].in_pos++;
        at = s[i].in_pos + s[i].in_len;
    }
    return n;
}

Test(map, twins_encode_the_same)
{
    enum {
        SEGMENTS = 100,
        BYTES = 3 * (2 * SEGMENTS + MAP_COMMON_SLACK)
    };
    uint64_t state = 5;
    if (!cpu_has_avx512())
        cr_skip_test("no AVX-512");
    for (int round = 0; round < 4000; round++) {
        struct offset_segment s[SEGMENTS];
        uint8_t expected[BYTES], out[BYTES];
        struct map_common plain, fast;
        size_t n = common_segments(s, fixture_random(&state) % SEGMENTS, &state);
        size_t did = encode_common(map_common_scalar, s, n, expected, &plain);
        cr_assert_eq(encode_common(map_common_avx512, s, n, out, &fast), did);
        cr_assert_arr_eq(out, expected, 3 * (2 * n + MAP_COMMON_SLACK));
        cr_assert_eq(fast.kinds - out, plain.kinds - expected);
        cr_assert_eq(fast.runs - out, plain.runs - expected);
        cr_assert_eq(fast.rest - out, plain.rest - expected);
        cr_assert_eq(fast.run, plain.run);
        cr_assert_eq(fast.expected, plain.expected);
    }
}
#endif

/* What is no map is not put. */
Test(map, columns_refuse)
{
    static const char *const bad[] = {"", "\1", "\x09\x08\1", "\1\1\x08\5"};
    struct map_columns columns = {0};
    struct offsetmap back = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_not(map_columns_put(&columns, bytes_str(bad[i])), "%zu", i);
        cr_assert_not(map_decode(bytes_str(bad[i]), &back), "%zu", i);
    }
    cr_assert_eq(columns.kinds.len + columns.runs.len + columns.rest.len, 0);
    /* bytes behind the last entry */
    cr_assert_not(map_decode(bytes_of("\0\x08\1\5", 4), &back));
    cr_assert(map_decode(bytes_of("\0\x08\1", 3), &back));
    map_columns_release(&columns);
    offsetmap_release(&back);
}

/* Many maps in columns come back one by one, whether the others are read or passed over. */
Test(map, columns)
{
    uint64_t state = 77;
    for (int round = 0; round < 60; round++) {
        struct map_columns columns = {0};
        struct map_columns_reader r;
        struct offsetmap maps[40] = {0}, back = {0};
        struct buf one = {0}, all = {0};
        size_t n = fixture_random(&state) % 40;
        for (size_t i = 0; i < n; i++) {
            random_map(&maps[i], &state);
            buf_reset(&one);
            map_encode(&maps[i], &one);
            cr_assert(map_columns_put(&columns, buf_bytes(&one)));
        }
        map_columns_take(&columns, &all);
        cr_assert_not(all.failed);
        cr_assert(map_columns_open(&r, buf_bytes(&all)));
        for (size_t i = 0; i < n; i++) {
            bool read = fixture_random(&state) % 2;
            cr_assert_not(map_columns_ended(&r));
            cr_assert_geq(2 * map_columns_entries(&r), maps[i].segments.len);
            cr_assert(map_columns_next(&r, read ? &back : NULL));
            if (read)
                check_same(&maps[i], &back);
        }
        cr_assert(map_columns_ended(&r));
        cr_assert_eq(map_columns_entries(&r), SIZE_MAX);
        cr_assert_not(map_columns_next(&r, &back));
        for (size_t i = 0; i < n; i++)
            offsetmap_release(&maps[i]);
        buf_release(&one);
        buf_release(&all);
        offsetmap_release(&back);
        map_columns_release(&columns);
    }
}

Test(map, damaged_columns)
{
    uint64_t state = 99;
    for (int round = 0; round < 3000; round++) {
        struct map_columns columns = {0};
        struct map_columns_reader r;
        struct buf all = {0}, map = {0};
        struct offsetmap back = {0};
        for (size_t i = 0; i < 3; i++) {
            struct offsetmap m = {0};
            random_map(&m, &state);
            buf_reset(&map);
            map_encode(&m, &map);
            cr_assert(map_columns_put(&columns, buf_bytes(&map)));
            offsetmap_release(&m);
        }
        map_columns_take(&columns, &all);
        all.data[fixture_random(&state) % all.len] ^=
            (uint8_t)(1 + fixture_random(&state));
        struct bytes cut = bytes_of(all.data, fixture_random(&state) % (all.len + 1));
        /* any answer, but an end */
        if (map_columns_open(&r, cut)) {
            size_t n = 0;
            while (map_columns_next(&r, round % 2 ? &back : NULL))
                cr_assert_leq(++n, all.len);
        }
        buf_release(&all);
        buf_release(&map);
        offsetmap_release(&back);
        map_columns_release(&columns);
    }
}

Test(map, damage)
{
    uint64_t state = 4711;
    struct offsetmap back = {0};
    for (int i = 0; i < 5000; i++) {
        struct offsetmap m = {0};
        struct buf b = {0};
        random_map(&m, &state);
        map_encode(&m, &b);
        if (b.len > 0) {
            b.data[fixture_random(&state) % b.len] ^=
                (uint8_t)(1 << fixture_random(&state) % 8);
            (void)map_decode(bytes_of(b.data, 1 + fixture_random(&state) % b.len),
                             &back);
            cr_assert_not(back.failed);
        }
        buf_release(&b);
        offsetmap_release(&m);
    }
    offsetmap_release(&back);
}
