#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/coding.h"
#include "formats/pfor.h"
#include "formats/pfor_layout.h"
#include "formats/pfor_pack.h"
#include "tests/unit/formats_fixture.h"

/* Encodes, decodes, compares, and checks that no shorter length is accepted. */
static size_t round_trip(const uint32_t *values, size_t n)
{
    uint8_t block[PFOR_BYTES_MAX + PFOR_OVERREAD];
    uint32_t out[PFOR_BLOCK];
    memset(block, 0xa5, sizeof block);
    size_t len = pfor_encode(values, n, block);
    cr_assert_leq(len, PFOR_BYTES_MAX);
    cr_assert_eq(block[PFOR_BYTES_MAX], 0xa5);
    cr_assert_eq(pfor_decode(block, len, n, out), len);
    cr_assert_eq(memcmp(values, out, n * sizeof *out), 0);
    cr_assert_eq(pfor_decode(block, len - 1, n, out), 0u, "cut by one");
    return len;
}

Test(pfor, every_width_and_count)
{
    uint64_t state = 7;
    uint32_t values[PFOR_BLOCK];
    for (unsigned width = 0; width <= 32; width++)
        for (size_t n = 1; n <= PFOR_BLOCK; n += n < 20 ? 1 : 13) {
            for (size_t i = 0; i < n; i++)
                values[i] =
                    (uint32_t)(fixture_random(&state) & ((UINT64_C(1) << width) - 1));
            round_trip(values, n);
        }
}

Test(pfor, exceptions)
{
    uint64_t state = 8;
    uint32_t values[PFOR_BLOCK];
    for (unsigned percent = 0; percent <= 100; percent += 2)
        for (unsigned high = 1; high <= 32; high += 5) {
            for (size_t i = 0; i < PFOR_BLOCK; i++) {
                unsigned bits = fixture_random(&state) % 100 < percent ? high : 3;
                values[i] =
                    (uint32_t)(fixture_random(&state) & ((UINT64_C(1) << bits) - 1));
            }
            round_trip(values, PFOR_BLOCK);
        }
}

Test(pfor, extremes)
{
    uint32_t values[PFOR_BLOCK] = {0};
    cr_assert_eq(round_trip(values, PFOR_BLOCK), 1u, "128 zeros are one byte");
    memset(values, 0xff, sizeof values);
    cr_assert_eq(round_trip(values, PFOR_BLOCK), 1u + 512u);
    memset(values, 0, sizeof values);
    values[127] = UINT32_MAX;
    cr_assert_leq(round_trip(values, PFOR_BLOCK), 10u);
}

Test(pfor, gaps_add_up)
{
    static const uint32_t gaps[5] = {5, 0, 0, 2, 1};
    static const uint32_t wanted[5] = {5, 6, 7, 10, 12},
                          after[5] = {106, 107, 108, 111, 113};
    uint8_t block[PFOR_BYTES_MAX + PFOR_OVERREAD] = {0};
    uint32_t out[PFOR_BLOCK];
    size_t len = pfor_encode(gaps, 5, block);
    cr_assert_eq(pfor_decode_gaps(block, len, 5, UINT32_MAX, out), len);
    cr_assert_eq(memcmp(out, wanted, sizeof wanted), 0);
    cr_assert_eq(pfor_decode_gaps(block, len, 5, 100, out), len);
    cr_assert_eq(memcmp(out, after, sizeof after), 0);
}

Test(pfor, a_sum_past_32_bits_is_refused)
{
    uint8_t block[PFOR_BYTES_MAX + PFOR_OVERREAD] = {0};
    uint32_t out[PFOR_BLOCK], gaps[PFOR_BLOCK];
    static const uint32_t sizes[] = {0,       10,      1 << 20,   (1 << 24) - 1,
                                     1 << 24, 1 << 25, UINT32_MAX};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (size_t n = 1; n <= PFOR_BLOCK; n += 127) {
            for (size_t i = 0; i < n; i++)
                gaps[i] = sizes[k];
            size_t len = pfor_encode(gaps, n, block);
            uint64_t sum = n * ((uint64_t)sizes[k] + 1);
            if (sum <= UINT32_MAX) {
                uint32_t base = (uint32_t)(UINT32_MAX - sum);
                cr_assert_eq(pfor_decode_gaps(block, len, n, base, out), len);
                cr_assert_eq(out[n - 1], UINT32_MAX);
                if (base + 1 != UINT32_MAX)
                    cr_assert_eq(pfor_decode_gaps(block, len, n, base + 1, out), 0u);
            } else if (sum > UINT64_C(1) << 32) {
                cr_assert_eq(pfor_decode_gaps(block, len, n, UINT32_MAX, out), 0u);
            }
        }
}

Test(pfor, kernels_agree)
{
    const struct pfor_kernels *fast = pfor_kernels(), *slow = &pfor_kernels_scalar;
    uint64_t state = 9;
    uint8_t bytes[512 + PFOR_OVERREAD];
    for (unsigned round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)fixture_random(&state);
        for (unsigned width = 0; width <= 32; width++) {
            uint32_t a[PFOR_BLOCK] = {0}, b[PFOR_BLOCK] = {0};
            size_t n = 1 + fixture_random(&state) % PFOR_BLOCK;
            uint32_t base = (uint32_t)fixture_random(&state);
            fast->unpack(bytes, n, width, a);
            slow->unpack(bytes, n, width, b);
            cr_assert_eq(memcmp(a, b, n * sizeof *a), 0, "width %u", width);
            uint8_t bitmap[PFOR_BLOCK / 8] = {0};
            uint32_t highs[PFOR_BLOCK + 8];
            for (size_t i = 0; i < n; i++)
                bitmap[i / 8] |= (uint8_t)((fixture_random(&state) & 1) << (i % 8));
            for (size_t i = 0; i < PFOR_BLOCK + 8; i++)
                highs[i] = (uint32_t)fixture_random(&state) >> width % 32;
            fast->expand(bitmap, highs, n, width % 32, a);
            slow->expand(bitmap, highs, n, width % 32, b);
            cr_assert_eq(memcmp(a, b, n * sizeof *a), 0, "exceptions");
            fast->prefix(a, n, base);
            slow->prefix(b, n, base);
            cr_assert_eq(memcmp(a, b, n * sizeof *a), 0, "sums");
        }
    }
}

/* All three steps at once against one after the other. */
Test(pfor, kernels_of_small_gaps_agree)
{
    const struct pfor_kernels *fast = pfor_kernels(), *slow = &pfor_kernels_scalar;
    uint64_t state = 12;
    uint8_t lows[512 + PFOR_OVERREAD], highs[128 + PFOR_OVERREAD];
    for (unsigned round = 0; round < 4000; round++) {
        uint32_t a[PFOR_BLOCK], b[PFOR_BLOCK];
        struct pfor_gaps g = {.lows = lows, .width = round % 25};
        size_t n = round % 3 ? PFOR_BLOCK : 1 + fixture_random(&state) % PFOR_BLOCK;
        unsigned room = 23 - g.width < PFOR_GAPS_HIGH ? 23 - g.width : PFOR_GAPS_HIGH;
        for (size_t i = 0; i < sizeof lows; i++)
            lows[i] = (uint8_t)fixture_random(&state);
        for (size_t i = 0; i < sizeof highs; i++)
            highs[i] = (uint8_t)fixture_random(&state);
        if (g.width < 24 && round % 4 > 0) {
            g.highs = highs;
            g.high_width = (unsigned)(fixture_random(&state) % (room + 1));
            for (size_t i = 0; i < n; i++)
                g.bitmap[i / 8] |=
                    (uint8_t)((fixture_random(&state) % (round % 7 + 1) == 0) << i % 8);
        }
        uint32_t base = (uint32_t)fixture_random(&state);
        fast->gaps(&g, n, base, a);
        slow->gaps(&g, n, base, b);
        cr_assert_eq(memcmp(a, b, n * sizeof *a), 0, "width %u, high %u", g.width,
                     g.high_width);
    }
}

Test(pfor, kernels_of_positions_agree)
{
    const struct pfor_kernels *fast = pfor_kernels(), *slow = &pfor_kernels_scalar;
    uint64_t state = 15;
    unsigned good = 0;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t in[16 + PFOR_OVERREAD] = {0}, a[PFOR_BLOCK / 8], b[PFOR_BLOCK / 8];
        size_t n = 1 + fixture_random(&state) % PFOR_POSITIONS_MAX, bits = 0;
        size_t limit = round % 3 ? PFOR_BLOCK : 1 + fixture_random(&state) % PFOR_BLOCK;
        uint64_t at = fixture_random(&state) % 4;
        for (size_t i = 0; i < n; i++, bits += PFOR_POSITION_BITS) {
            for (unsigned bit = 0; bit < PFOR_POSITION_BITS; bit++)
                in[(bits + bit) / 8] |=
                    (uint8_t)((at >> bit & 1) << ((bits + bit) % 8));
            at = (at + fixture_random(&state) % (round % 8 ? 9 : 60) +
                  (round % 5 != 0)) %
                 PFOR_BLOCK;
        }
        bool sound = slow->positions(in, n, limit, a);
        cr_assert_eq(fast->positions(in, n, limit, b), sound, "round %u", round);
        if (sound)
            cr_assert_eq(memcmp(a, b, sizeof a), 0, "round %u", round);
        good += sound;
    }
    cr_assert(good > 2000 && good < 18000, "%u", good);
}

/* Whole blocks at once against values that are then added up; damaged ones too. */
Test(pfor, kernel_of_blocks_agrees)
{
    const struct pfor_kernels *fast = pfor_kernels();
    uint64_t state = 16;
    unsigned taken = 0, refused = 0;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t block[PFOR_BYTES_MAX + PFOR_OVERREAD] = {0};
        uint32_t gaps[PFOR_BLOCK], out[PFOR_BLOCK], want[PFOR_BLOCK];
        unsigned rare = 1 + round % 40, small = round % 12, large = small + round % 14;
        for (size_t i = 0; i < PFOR_BLOCK; i++)
            gaps[i] = (uint32_t)(fixture_random(&state) %
                                 (UINT64_C(1)
                                  << (fixture_random(&state) % rare ? small : large)));
        size_t len = pfor_encode(gaps, PFOR_BLOCK, block);
        if (round % 4 == 0)
            block[fixture_random(&state) % (round % 8 ? len : 3)] ^=
                (uint8_t)(1U << fixture_random(&state) % 8);
        uint32_t base =
            round % 5 ? (uint32_t)fixture_random(&state) : UINT32_MAX - round % 2;
        size_t used = fast->block(block, len, base, out);
        refused += used == 0;
        if (used == 0)
            continue;
        taken++;
        cr_assert_eq(pfor_decode(block, len, PFOR_BLOCK, want), used);
        uint64_t last = base == UINT32_MAX ? 0 : (uint64_t)base + 1;
        for (size_t i = 0; i < PFOR_BLOCK; i++) {
            last += want[i];
            cr_assert_eq(out[i], last++, "round %u, value %zu", round, i);
        }
    }
    cr_assert(refused > 0 && (fast == &pfor_kernels_scalar || taken > 4000));
}

/* Blocks of every kind that the encoder makes, against plain sums. */
Test(pfor, gaps_of_every_kind_add_up)
{
    uint64_t state = 13;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t block[PFOR_BYTES_MAX + PFOR_OVERREAD] = {0};
        uint32_t gaps[PFOR_BLOCK], out[PFOR_BLOCK];
        size_t n = round % 2 ? PFOR_BLOCK : 1 + fixture_random(&state) % PFOR_BLOCK;
        unsigned rare = 1 + round % 40, small = round % 12, large = small + round % 14;
        uint32_t last = round % 5 ? (uint32_t)fixture_random(&state) / 4 : UINT32_MAX;
        for (size_t i = 0; i < n; i++)
            gaps[i] = (uint32_t)(fixture_random(&state) %
                                 (UINT64_C(1)
                                  << (fixture_random(&state) % rare ? small : large)));
        size_t len = pfor_encode(gaps, n, block);
        cr_assert_eq(pfor_decode_gaps(block, len, n, last, out), len);
        cr_assert_eq(pfor_decode_gaps(block, len - 1, n, last, out), 0u, "cut by one");
        pfor_decode_gaps(block, len, n, last, out);
        for (size_t i = 0; i < n; i++) {
            last += gaps[i] + 1;
            cr_assert_eq(out[i], last, "round %u, value %zu", round, i);
        }
    }
}

/* The positions of exceptions, if there are any, and nothing behind them. */
static void check_positions(const struct pfor_packers *fast,
                            const uint8_t bitmap[PFOR_BLOCK / 8], size_t n)
{
    uint8_t a[PFOR_BLOCK / 8 + 1], b[PFOR_BLOCK / 8 + 1];
    size_t exceptions = 0;
    for (size_t i = 0; i < PFOR_BLOCK; i++)
        exceptions += bitmap[i / 8] >> i % 8 & 1;
    memset(a, 0xee, sizeof a);
    memset(b, 0xee, sizeof b);
    if (exceptions == 0)
        return;
    pfor_packers_scalar.positions(bitmap, exceptions, n, a);
    fast->positions(bitmap, exceptions, n, b);
    cr_assert_eq(memcmp(a, b, sizeof a), 0);
}

/* Values of every width at the end of a page, so that a read behind them would show. */
static void check_packers(const struct pfor_packers *fast)
{
    const struct pfor_packers *slow = &pfor_packers_scalar;
    uint64_t state = 14;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t a[PFOR_BYTES_MAX] = {0}, b[PFOR_BYTES_MAX] = {0};
        struct pfor_plan plan[2];
        uint8_t bitmap[2][PFOR_BLOCK / 8];
        size_t n = round % 3 ? 1 + fixture_random(&state) % PFOR_BLOCK : PFOR_BLOCK;
        unsigned small = round % 20, large = small + (unsigned)(round / 20 % 14);
        uint32_t *values = malloc(n * sizeof *values);
        for (size_t i = 0; i < n; i++) {
            unsigned bits = fixture_random(&state) % 4 ? small : large;
            values[i] = (uint32_t)(fixture_random(&state) &
                                   ((UINT64_C(1) << (bits < 32 ? bits : 32)) - 1));
        }
        uint32_t max = 0;
        unsigned top = 0;
        for (size_t i = 0; i < n; i++)
            max = values[i] > max ? values[i] : max;
        for (; top < 32 && max >> top; top++) {}
        slow->plan(values, n, &plan[0]);
        fast->plan(values, n, &plan[1]);
        cr_assert_eq(plan[0].width, plan[1].width, "round %u", round);
        cr_assert_eq(plan[0].high_width, plan[1].high_width, "round %u", round);
        cr_assert_eq(plan[0].exceptions, plan[1].exceptions, "round %u", round);
        cr_assert_eq(plan[0].bytes, plan[1].bytes, "round %u", round);
        cr_assert_eq(plan[0].varints, plan[1].varints, "round %u", round);
        unsigned width = (unsigned)(fixture_random(&state) % 33);
        uint8_t *end = slow->pack(values, n, width, a);
        cr_assert_eq(fast->pack(values, n, width, b) - b, end - a);
        cr_assert_eq(memcmp(a, b, (size_t)(end - a)), 0, "width %u", width);
        struct pfor_split split = {.width = top > 0 ? width % top : 0};
        for (; top > 0 && ((uint64_t)(max >> split.width) - 1) >> split.high_width;)
            split.high_width++;
        end = slow->highs(values, n, &split, bitmap[0], a);
        cr_assert_eq(fast->highs(values, n, &split, bitmap[1], b) - b, end - a);
        cr_assert_eq(memcmp(a, b, (size_t)(end - a)), 0, "round %u", round);
        cr_assert_eq(memcmp(bitmap[0], bitmap[1], sizeof *bitmap), 0);
        free(values);
        check_positions(fast, bitmap[0], n);
    }
}

Test(pfor, packers_agree)
{
    check_packers(pfor_packers());
#ifdef STEMMA_AVX2
    const struct pfor_packers avx2 = {pfor_plan_avx2, pfor_pack_avx2, pfor_highs_avx2,
                                      pfor_positions_scalar, pfor_gaps_avx2};
    if (cpu_has_avx2())
        check_packers(&avx2);
#endif
}

Test(pfor, damaged_blocks_are_refused_or_read)
{
    uint64_t state = 10;
    uint32_t values[PFOR_BLOCK], out[PFOR_BLOCK];
    for (unsigned round = 0; round < 20000; round++) {
        size_t n = 1 + fixture_random(&state) % PFOR_BLOCK;
        uint8_t block[PFOR_BYTES_MAX];
        for (size_t i = 0; i < n; i++)
            values[i] = fixture_gap(&state, UINT32_MAX);
        size_t len = pfor_encode(values, n, block);
        block[fixture_random(&state) % (round % 2 ? len : 3)] ^=
            (uint8_t)(1U << fixture_random(&state) % 8);
        size_t cut = fixture_random(&state) % (len + 1);
        uint8_t *placed = calloc(1, cut + PFOR_OVERREAD);
        memcpy(placed, block, cut);
        cr_assert_leq(pfor_decode(placed, cut, n, out), cut);
        size_t used = pfor_decode_gaps(placed, cut, n, (uint32_t)state, out);
        for (size_t i = 1; used && i < n; i++)
            cr_assert_lt(out[i - 1], out[i], "ascending whatever the bytes");
        free(placed);
    }
}

Test(pfor, golden)
{
    uint64_t state = 11;
    uint8_t bytes[16 * PFOR_BYTES_MAX];
    size_t len = 0;
    for (size_t n = 8; n <= PFOR_BLOCK; n += 8) {
        uint32_t values[PFOR_BLOCK];
        for (size_t i = 0; i < n; i++)
            values[i] = fixture_gap(&state, UINT32_MAX >> (n / 5));
        len += pfor_encode(values, n, bytes + len);
    }
    fixture_golden("pfor", bytes, len);
}
