#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/addresses.h"
#include "formats/addresses_match.h"
#include "tests/unit/formats_fixture.h"

struct list {
    address *items;
    size_t n;
    struct list_ref ref;
};

static struct list make_list(uint64_t *state, size_t n, uint32_t max_gap)
{
    struct list l = {.items = malloc(n * sizeof(address))};
    uint64_t next = fixture_random(state) % 1000;
    for (; l.n < n && next <= UINT32_MAX; l.n++) {
        l.items[l.n] = (address)next;
        next += 1 + (uint64_t)fixture_gap(state, max_gap);
    }
    return l;
}

/* Lists of all the shapes that matter: one block, block and superblock edges, long. */
static const struct {
    size_t n;
    uint32_t max_gap;
} shapes[] = {{1, 9},     {4, 1 << 30}, {127, 5},     {128, 1000},   {129, 70},
              {255, 0},   {256, 9},     {8191, 900},  {8192, 33},    {8193, 2},
              {8320, 50}, {16384, 7},   {40000, 200}, {100, 1 << 28}};
enum {
    N_SHAPES = sizeof shapes / sizeof *shapes
};

struct lists {
    struct fixture f;
    struct list list[N_SHAPES];
};

static void make_lists(struct lists *l)
{
    uint64_t state = 5;
    struct section_writer *s = fixture_create(&l->f, SECTION_POS, false);
    struct addresses_writer *w = addresses_writer_new();
    for (size_t i = 0; i < N_SHAPES; i++) {
        l->list[i] = make_list(&state, shapes[i].n, shapes[i].max_gap);
        struct list *k = &l->list[i];
        if (i % 3 == 0) {
            k->ref = addresses_put(s, k->items, k->n);
            continue;
        }
        if (i % 3 == 1)
            addresses_writer_begin(w, s);
        for (size_t at = 0; at < k->n;) {
            size_t part = 1 + fixture_random(&state) % (k->n - at);
            addresses_writer_put(w, k->items + at, part);
            at += part;
        }
        k->ref = addresses_writer_end(w, s);
        cr_assert(!addresses_writer_failed(w));
    }
    addresses_writer_free(w);
    section_finish(s, N_SHAPES);
    fixture_open(&l->f, SECTION_POS);
}

static void free_lists(struct lists *l)
{
    for (size_t i = 0; i < N_SHAPES; i++)
        free(l->list[i].items);
    fixture_release(&l->f);
}

static void open_list(const struct lists *l, size_t i, struct address_cursor *c)
{
    struct err err = {0};
    int rc =
        addresses_open(c, &l->f.section, l->list[i].ref, (uint32_t)l->list[i].n, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
}

static size_t first_at_least(const struct list *l, uint64_t lo)
{
    size_t i = 0, j = l->n;
    while (i < j) {
        size_t mid = (i + j) / 2;
        if (l->items[mid] < lo)
            i = mid + 1;
        else
            j = mid;
    }
    return i;
}

Test(addresses, writers_agree)
{
    uint64_t state = 6;
    struct list l = make_list(&state, 30000, 100);
    struct fixture f;
    struct buf pure = {0};
    struct section_writer *s = fixture_create(&f, SECTION_POS, false);
    struct addresses_writer *w = addresses_writer_new();
    struct list_ref a = addresses_put(s, l.items, l.n);
    addresses_writer_begin(w, s);
    addresses_writer_put(w, l.items, 1);
    addresses_writer_put(w, l.items + 1, l.n - 1);
    struct list_ref b = addresses_writer_end(w, s);
    cr_assert(addresses_encode(l.items, l.n, &pure));
    section_finish(s, 2);
    fixture_open(&f, SECTION_POS);
    cr_assert(a.len == b.len && a.len == pure.len && b.offset == a.offset + a.len);
    cr_assert_eq(memcmp(f.section.data + a.offset, pure.data, pure.len), 0);
    cr_assert_eq(memcmp(f.section.data + b.offset, pure.data, pure.len), 0);
    buf_release(&pure);
    addresses_writer_free(w);
    free(l.items);
    fixture_release(&f);
}

Test(addresses, seek_finds_what_a_scan_finds)
{
    struct lists l;
    struct err err = {0};
    uint64_t state = 12;
    make_lists(&l);
    for (size_t i = 0; i < N_SHAPES; i++) {
        struct address_cursor c;
        const struct list *k = &l.list[i];
        open_list(&l, i, &c);
        cr_assert_eq(addresses_verify(&l.f.section, k->ref, (uint32_t)k->n,
                                      (uint64_t)k->items[k->n - 1] + 1, &err),
                     0, "%s", err.msg);
        cr_assert_eq(addresses_verify(&l.f.section, k->ref, (uint32_t)k->n,
                                      k->items[k->n - 1], &err),
                     ERR_CORRUPT);
        err_clear(&err);
        for (unsigned round = 0; round < 3000; round++) {
            /* around a value, anywhere, or the last address of all */
            uint32_t lo = (uint32_t)fixture_random(&state);
            if (round % 4 != 0)
                lo =
                    k->items[fixture_random(&state) % k->n] + (uint32_t)(round % 3) - 1;
            else if (round % 8 == 0)
                lo = UINT32_MAX;
            size_t want = first_at_least(k, lo);
            address got = 0;
            int rc = addresses_seek(&c, lo, &got, &err);
            cr_assert_eq(rc, want < k->n ? 0 : ITER_END, "list %zu: %s", i, err.msg);
            if (rc == 0)
                cr_assert_eq(got, k->items[want]);
        }
    }
    free_lists(&l);
}

Test(addresses, fill_gives_every_range)
{
    struct lists l;
    struct err err = {0};
    uint64_t state = 13;
    address *out = malloc(50000 * sizeof *out);
    make_lists(&l);
    for (size_t i = 0; i < N_SHAPES; i++) {
        struct address_cursor c;
        const struct list *k = &l.list[i];
        open_list(&l, i, &c);
        for (unsigned round = 0; round < 300; round++) {
            size_t a = fixture_random(&state) % k->n, b = fixture_random(&state) % k->n;
            uint32_t lo = k->items[a < b ? a : b] + (uint32_t)(round % 2);
            uint32_t hi = k->items[a < b ? b : a] + (uint32_t)(round / 2 % 2);
            size_t from = first_at_least(k, lo), to = first_at_least(k, hi), n;
            to = to < from ? from : to;
            cr_assert_eq(addresses_fill(&c, lo, hi, out, to - from, &n, &err), 0, "%s",
                         err.msg);
            cr_assert_eq(n, to - from);
            cr_assert_eq(memcmp(out, k->items + from, n * sizeof *out), 0);
            if (to - from > 1) {
                cr_assert_eq(addresses_fill(&c, lo, hi, out, 1, &n, &err), ERR_LIMIT);
                err_clear(&err);
            }
        }
    }
    free(out);
    free_lists(&l);
}

/* All that is asked for, in order; whole blocks, each once; and room behind. */
static void check_gathered(const struct list *k, const struct address_range *ranges,
                           size_t n, const address_vec *got)
{
    size_t blocks = 0, next = 0;
    for (size_t i = 0; i < got->len; i++)
        cr_assert(i == 0 || got->items[i - 1] < got->items[i]);
    for (size_t i = 0; i < ADDRESSES_ROOM; i++)
        cr_assert_eq(got->items[got->len + i], UINT32_MAX);
    for (size_t r = 0, at = 0; r < n; r++)
        for (size_t i = first_at_least(k, ranges[r].lo);
             i < k->n && k->items[i] < ranges[r].hi; i++) {
            while (at < got->len && got->items[at] < k->items[i])
                at++;
            cr_assert(at < got->len && got->items[at] == k->items[i]);
        }
    uint64_t sum = 0;
    for (size_t r = 0; r < n; r++) { /* at most the blocks that could have one */
        size_t from = first_at_least(k, ranges[r].lo) / ADDRESSES_BLOCK;
        size_t to = first_at_least(k, ranges[r].hi) / ADDRESSES_BLOCK + 1;
        from = from > next ? from : next;
        blocks += to > from ? to - from : 0;
        next = to > next ? to : next;
        sum += ranges[r].hi - ranges[r].lo;
    }
    /* or all between them, where that is hardly more */
    size_t first = n ? first_at_least(k, ranges[0].lo) / ADDRESSES_BLOCK : 0;
    if (n > 0 && (4 * (next - first) <= n ||
                  sum + 3 > (ranges[n - 1].hi - ranges[0].lo) / 4 * 3))
        blocks = next - first;
    cr_assert_leq(got->len, blocks * ADDRESSES_BLOCK);
}

Test(addresses, gather_gives_the_blocks_of_ranges)
{
    struct lists l;
    struct err err = {0};
    uint64_t state = 17;
    address_vec out = {0};
    struct address_range ranges[300];
    make_lists(&l);
    for (size_t i = 0; i < N_SHAPES; i++)
        for (unsigned round = 0; round < 40; round++) {
            struct address_cursor c;
            const struct list *k = &l.list[i];
            uint64_t end = (uint64_t)k->items[k->n - 1] + 1, lo = 0;
            uint64_t step = 1 + end / (1 + fixture_random(&state) % 300);
            size_t n = 0;
            open_list(&l, i, &c);
            for (; n < 300 && lo < end + 5; n++) {
                lo += fixture_random(&state) % step;
                uint64_t hi = lo + 1 + fixture_random(&state) % step;
                if (hi > UINT32_MAX)
                    break;
                ranges[n] = (struct address_range){(address)lo, (address)hi};
                lo = hi;
            }
            cr_assert_eq(addresses_gather(&c, ranges, n, &out, &err), 0, "%s", err.msg);
            check_gathered(k, ranges, n, &out);
        }
    static const address few[3] = {3, 70, 90};
    struct address_cursor c;
    addresses_open_inline(&c, few, 3);
    cr_assert_eq(addresses_gather(&c, ranges, 1, &out, &err), 0);
    cr_assert(out.len == 3 && out.items[1] == 70 && out.items[3] == UINT32_MAX);
    vec_release(&out);
    free_lists(&l);
}

Test(addresses, windows_of_bits)
{
    struct lists l;
    struct err err = {0};
    enum {
        WINDOW = 1 << 16
    };
    uint64_t *bits = malloc(WINDOW / 8);
    make_lists(&l);
    for (size_t i = 0; i < N_SHAPES; i++) {
        struct address_cursor c;
        const struct list *k = &l.list[i];
        open_list(&l, i, &c);
        size_t seen = 0;
        uint64_t end = (uint64_t)k->items[k->n - 1] + 1;
        uint64_t step = end / 40 > WINDOW ? end / 40 : WINDOW;
        for (uint64_t lo = 0; lo < end; lo += step) {
            uint64_t hi = lo + WINDOW < UINT32_MAX ? lo + WINDOW : UINT32_MAX;
            memset(bits, 0, WINDOW / 8);
            cr_assert_eq(addresses_fill_bits(&c, (address)lo, (address)hi, bits, &err),
                         0);
            size_t from = first_at_least(k, lo), to = first_at_least(k, hi);
            size_t set = 0;
            for (size_t w = 0; w < WINDOW / 64; w++)
                set += (size_t)__builtin_popcountll(bits[w]);
            cr_assert_eq(set, to - from);
            for (size_t a = from; a < to; a++) {
                uint32_t bit = k->items[a] - (uint32_t)lo;
                cr_assert(bits[bit / 64] >> (bit % 64) & 1);
            }
            seen += set;
        }
        if (step == WINDOW && end <= UINT32_MAX)
            cr_assert_eq(seen, k->n);
    }
    free(bits);
    free_lists(&l);
}

Test(addresses, intersect_equals_a_search)
{
    struct lists l;
    struct err err = {0};
    uint64_t state = 14;
    make_lists(&l);
    for (size_t i = 0; i < N_SHAPES; i++)
        for (unsigned round = 0; round < 24; round++) {
            struct address_cursor c;
            const struct list *k = &l.list[i];
            uint32_t add = round % 3 == 2 ? UINT32_MAX - 5 : round % 3;
            struct list keys = make_list(&state, 1 + fixture_random(&state) % 3000,
                                         1U << (round % 28));
            open_list(&l, i, &c);
            /* a share of the keys is in the list for certain */
            size_t wanted = 0, n_out = 0;
            for (size_t a = 0; a + 1 < keys.n && round % 2; a += 3) {
                size_t at = first_at_least(k, (uint64_t)keys.items[a] + add);
                if (at < k->n && k->items[at] >= add &&
                    k->items[at] - add > keys.items[a] &&
                    k->items[at] - add < keys.items[a + 1])
                    keys.items[a] = k->items[at] - add;
            }
            address *wants = malloc(keys.n * sizeof *wants);
            for (size_t a = 0; a < keys.n; a++) {
                uint64_t want = (uint64_t)keys.items[a] + add;
                size_t at = first_at_least(k, want);
                if (at < k->n && k->items[at] == want)
                    wants[wanted++] = keys.items[a];
            }
            int rc = addresses_intersect(&c, keys.items, keys.n, add, keys.items,
                                         &n_out, &err);
            cr_assert_eq(rc, 0, "%s", err.msg);
            cr_assert_eq(n_out, wanted, "list %zu round %u", i, round);
            cr_assert_eq(memcmp(wants, keys.items, wanted * sizeof *wants), 0);
            free(wants);
            free(keys.items);
        }
    free_lists(&l);
}

/* Blocks, short ones too, with few keys and many, some beyond the limit. */
Test(addresses, twins_of_the_match_agree)
{
    uint64_t state = 16;
    for (unsigned round = 0; round < 4000; round++) {
        static address values[ADDRESSES_MATCH_ROOM], keys[400], slow[400], fast[400];
        size_t n = 1 + fixture_random(&state) % ADDRESSES_MATCH_VALUES, n_keys, n_slow,
               n_fast, wanted = 0;
        uint32_t add = round % 4 ? (uint32_t)(fixture_random(&state) % 9) : 0;
        uint32_t step = 1U << (round % 24);
        address at = round % 5 ? 100 : UINT32_MAX - 200 * step;
        memset(values, 0xff, sizeof values);
        for (size_t i = 0; i < n; i++)
            values[i] = at += 1 + (uint32_t)(fixture_random(&state) % step);
        at = values[0] - add - (uint32_t)(fixture_random(&state) % 50);
        for (n_keys = 0; n_keys < fixture_random(&state) % 400; n_keys++) {
            address next = values[fixture_random(&state) % n] - add;
            at += 1 + (uint32_t)(fixture_random(&state) % step);
            keys[n_keys] = next > at && next - at < step ? next : at;
            at = keys[n_keys];
            if (at > UINT32_MAX - 16 - step)
                break;
        }
        for (unsigned i = 0; i < 8; i++) {
            address lo = values[fixture_random(&state) % n] + (i % 3) - 1;
            uint32_t below = 0;
            while (below < n && values[below] < lo)
                below++;
            cr_assert_eq(addresses_rank_scalar(values, lo), below);
#ifdef STEMMA_AVX2
            if (cpu_has_avx2())
                cr_assert_eq(addresses_rank_avx2(values, lo), below);
#endif
        }
        address limit = values[n - 1] - add;
        size_t taken =
            addresses_match_scalar(values, keys, n_keys, add, limit, slow, &n_slow);
        for (size_t i = 0; i < taken; i++) {
            bool there = false;
            for (size_t k = 0; k < n; k++)
                there |= values[k] == keys[i] + add;
            if (there)
                cr_assert(wanted < n_slow && slow[wanted++] == keys[i]);
        }
        cr_assert_eq(wanted, n_slow);
        cr_assert(taken == 0 || keys[taken - 1] <= limit);
        cr_assert(taken == n_keys || keys[taken] > limit);
        cr_assert_eq(addresses_match(values, keys, n_keys, add, limit, fast, &n_fast),
                     taken);
        cr_assert_eq(n_fast, n_slow, "round %u", round);
        cr_assert_eq(memcmp(slow, fast, n_slow * sizeof *slow), 0);
        addresses_match(values, keys, n_keys, add, limit, keys, &n_fast);
        cr_assert_eq(memcmp(slow, keys, n_fast * sizeof *slow), 0, "in place");
    }
}

Test(addresses, inline_lists)
{
    static const address list[3] = {3, 70, UINT32_MAX};
    struct address_cursor c;
    struct err err = {0};
    address got, out[3];
    size_t n;
    uint64_t bits[2] = {0};
    addresses_open_inline(&c, list, 3);
    cr_assert_eq(addresses_seek(&c, 4, &got, &err), 0);
    cr_assert_eq(got, 70u);
    cr_assert_eq(addresses_seek(&c, 0, &got, &err), 0);
    cr_assert_eq(got, 3u);
    cr_assert_eq(addresses_seek(&c, UINT32_MAX, &got, &err), 0);
    cr_assert_eq(got, UINT32_MAX);
    cr_assert_eq(addresses_fill(&c, 3, 71, out, 3, &n, &err), 0);
    cr_assert(n == 2 && out[0] == 3 && out[1] == 70);
    cr_assert_eq(addresses_fill_bits(&c, 0, 128, bits, &err), 0);
    cr_assert(bits[0] == 8 && bits[1] == 1 << 6);
    addresses_open_inline(&c, list, 2);
    cr_assert_eq(addresses_seek(&c, 71, &got, &err), ITER_END);
    cr_assert_eq(addresses_intersect(&c, list, 3, 0, out, &n, &err), 0);
    cr_assert_eq(n, 2u);
    cr_assert_eq(addresses_intersect(&c, list, 3, 67, out, &n, &err), 0);
    cr_assert(n == 1 && out[0] == 3);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct lists *l = arg;
    uint64_t state = 15;
    static address out[65536];
    static uint64_t bits[1024];
    address_vec gathered = {0};
    for (size_t i = 0; i < N_SHAPES; i++) {
        struct address_cursor c;
        struct err err = {0};
        address got;
        size_t n;
        uint32_t count = (uint32_t)l->list[i].n;
        if (addresses_open(&c, s, l->list[i].ref, count, &err) != 0)
            continue;
        (void)addresses_verify(s, l->list[i].ref, count, UINT32_MAX, &err);
        for (unsigned round = 0; round < 20; round++) {
            address lo = l->list[i].items[fixture_random(&state) % l->list[i].n];
            (void)addresses_seek(&c, lo, &got, &err);
            (void)addresses_fill_bits(
                &c, lo, lo < UINT32_MAX - 65536 ? lo + 65536 : UINT32_MAX, bits, &err);
            (void)addresses_fill(&c, lo, UINT32_MAX, out, 65536, &n, &err);
        }
        const struct address_range ranges[2] = {{5, 900},
                                                {l->list[i].items[0], UINT32_MAX}};
        (void)addresses_gather(&c, ranges + (count > 1000), 1, &gathered, &err);
        (void)addresses_intersect(&c, l->list[0].items, l->list[0].n, 0, out, &n, &err);
        (void)addresses_intersect(&c, l->list[7].items, l->list[7].n, 3, out, &n, &err);
    }
    vec_release(&gathered);
}

Test(addresses, damage_is_survived, .timeout = 240)
{
    struct lists l;
    make_lists(&l);
    fixture_damage(&l.f.section, 400, read_damaged, &l);
    free_lists(&l);
}

Test(addresses, a_list_elsewhere_is_refused)
{
    struct lists l;
    struct err err = {0};
    struct address_cursor c;
    make_lists(&l);
    struct list_ref ref = l.list[9].ref;
    uint64_t end = l.f.section.len;
    cr_assert_eq(addresses_open(&c, &l.f.section, (struct list_ref){end, 1}, 5, &err),
                 ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(
        addresses_open(&c, &l.f.section, (struct list_ref){UINT64_MAX, 2}, 5, &err),
        ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(addresses_open(&c, &l.f.section, ref, 0, &err), ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(addresses_open(&c, &l.f.section, ref, UINT32_MAX, &err), ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(addresses_verify(&l.f.section, ref, (uint32_t)l.list[9].n - 1,
                                  UINT32_MAX, &err),
                 ERR_CORRUPT);
    free_lists(&l);
}

Test(addresses, golden)
{
    struct lists l;
    make_lists(&l);
    /* the small lists, and one with two superblocks */
    struct buf bytes = {0};
    buf_put(&bytes, l.f.section.data,
            (size_t)(l.list[5].ref.offset + l.list[5].ref.len));
    buf_put(&bytes, l.f.section.data + l.list[9].ref.offset, (size_t)l.list[9].ref.len);
    fixture_golden("addresses", bytes.data, bytes.len);
    buf_release(&bytes);
    free_lists(&l);
}
