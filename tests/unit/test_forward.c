#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/forward_layout.h"
#include "tests/unit/formats_fixture.h"

struct stream {
    size_t n;
    surface_id *surfaces;
    sep_id *seps;
    uint32_t n_surfaces, n_seps;
    struct fixture f;
    struct forward forward;
    enum forward_store store;
};

/* percent: how many separators are not the commonest; gaps: how many tokens in a hundred begin a run
 * that stands elsewhere. */
static void fill(struct stream *t, unsigned bits_max, unsigned percent, sep_id sep_max,
                 unsigned gaps)
{
    uint64_t state = t->n + percent;
    t->surfaces = malloc((t->n + 1) * sizeof *t->surfaces);
    t->seps = calloc(t->n + 1, sizeof *t->seps);
    t->n_surfaces = t->n_seps = 1;
    for (size_t i = 0; i < t->n; i++) {
        unsigned bits = (unsigned)(fixture_random(&state) % (bits_max + 1));
        t->surfaces[i] =
            (surface_id)(fixture_random(&state) & ((UINT64_C(1) << bits) - 1));
        if (fixture_random(&state) % 100 < percent)
            t->seps[i] = 1 + (sep_id)(fixture_random(&state) % sep_max);
        if (t->surfaces[i] >= t->n_surfaces)
            t->n_surfaces = t->surfaces[i] + 1;
        if (t->seps[i] >= t->n_seps)
            t->n_seps = t->seps[i] + 1;
    }
    for (size_t i = 0; i < t->n; i++) {
        size_t len =
            fixture_random(&state) % 100 < gaps ? 1 + fixture_random(&state) % 17 : 0;
        if (len > 0 && fixture_random(&state) % 40 == 0)
            len = 400;
        for (; len > 0 && i < t->n; len--, i++) {
            t->surfaces[i] = (surface_id)FORWARD_ELSEWHERE;
            t->seps[i] = 0;
        }
    }
}

static void make_gaps(struct stream *t, enum forward_store store, size_t n,
                      unsigned bits_max, unsigned percent, sep_id sep_max,
                      unsigned gaps)
{
    struct err err = {0};
    struct forward_coding coding;
    *t = (struct stream){.n = n, .store = store};
    fill(t, bits_max, percent, sep_max, gaps);
    forward_coding_init(&coding, store, t->n_surfaces);
    cr_assert_eq(coding.store, store);
    struct section_writer *s = fixture_create(&t->f, SECTION_FWD, true);
    struct forward_writer *w = forward_writer_new(s);
    for (size_t at = 0; at < n; at += FORWARD_BLOCK) {
        uint8_t block[FORWARD_BLOCK_BYTES_MAX];
        size_t k = n - at < FORWARD_BLOCK ? n - at : FORWARD_BLOCK;
        size_t len =
            forward_encode_block(&coding, t->surfaces + at, t->seps + at, k, block);
        cr_assert_leq(len, sizeof block);
        forward_writer_put(w, block, len, k);
    }
    cr_assert_eq(forward_writer_finish(w, &err), 0);
    fixture_open(&t->f, SECTION_FWD);
    t->f.section.version = (uint16_t)store;
    int rc = forward_open(&t->forward, &t->f.section, t->n_surfaces, t->n_seps, &err);
    cr_assert_eq(rc, 0, "%s", err.msg);
}

static void make(struct stream *t, enum forward_store store, size_t n,
                 unsigned bits_max, unsigned percent, sep_id sep_max)
{
    make_gaps(t, store, n, bits_max, percent, sep_max, 0);
}

static const enum forward_store stores[] = {FORWARD_FAST, FORWARD_SMALL};

static void release(struct stream *t)
{
    free(t->surfaces);
    free(t->seps);
    fixture_release(&t->f);
}

/* Every block, in order and then here and there. */
static void check_blocks(const struct stream *t)
{
    struct err err = {0};
    struct forward_reader r;
    uint64_t n_blocks = (t->n + FORWARD_BLOCK - 1) / FORWARD_BLOCK, state = 6;
    surface_id ids[FORWARD_BLOCK];
    forward_reader_begin(&r, &t->forward);
    for (uint64_t i = 0; i < 2 * n_blocks; i++) {
        uint64_t block = i < n_blocks ? i : fixture_random(&state) % n_blocks;
        size_t from = block * FORWARD_BLOCK, n = t->n - from;
        bool elsewhere = false, some = false;
        n = n < FORWARD_BLOCK ? n : FORWARD_BLOCK;
        forward_reader_expect_chunk(&r, block + 2);
        forward_reader_expect(&r, block + 1);
        cr_assert_eq(forward_reader_block(&r, block, ids, &elsewhere, &err), 0, "%s",
                     err.msg);
        cr_assert_eq(memcmp(ids, t->surfaces + from, n * sizeof *ids), 0);
        for (size_t k = 0; k < n; k++)
            some |= ids[k] == (surface_id)FORWARD_ELSEWHERE;
        cr_assert_eq(elsewhere, some);
    }
    cr_assert_eq(forward_reader_block(&r, n_blocks, ids, &(bool){0}, &err),
                 ERR_CORRUPT);
}

static void check(const struct stream *t)
{
    struct err err = {0};
    uint64_t state = 5;
    surface_id *surfaces = malloc((t->n + 1) * sizeof *surfaces);
    sep_id *seps = malloc((t->n + 1) * sizeof *seps);
    cr_assert_eq(forward_verify(&t->forward, &err), 0, "%s", err.msg);
    for (unsigned round = 0; round < 400; round++) {
        size_t from = fixture_random(&state) % (t->n + 1), n = t->n - from;
        if (round % 2 && n > 40)
            n = fixture_random(&state) % 40;
        if (round == 0) {
            from = 0;
            n = t->n;
        }
        int rc = forward_read(&t->forward, (address)from, n,
                              round % 5 == 1 ? NULL : surfaces,
                              round % 5 == 2 ? NULL : seps, &err);
        cr_assert_eq(rc, 0, "%s", err.msg);
        if (round % 5 != 1)
            cr_assert_eq(memcmp(surfaces, t->surfaces + from, n * sizeof *surfaces), 0);
        if (round % 5 != 2)
            cr_assert_eq(memcmp(seps, t->seps + from, n * sizeof *seps), 0);
    }
    cr_assert_eq(forward_read(&t->forward, (address)t->n, 1, surfaces, NULL, &err),
                 ERR_CORRUPT);
    free(surfaces);
    free(seps);
    check_blocks(t);
}

Test(forward, streams)
{
    static const struct {
        size_t n;
        unsigned bits, percent;
        sep_id seps;
    } shapes[] = {{1, 8, 0, 1},      {3, 28, 100, 40000},  {127, 17, 15, 30},
                  {128, 28, 5, 14},  {129, 20, 14, 15},    {4096, 16, 13, 200},
                  {4097, 12, 50, 9}, {30000, 20, 16, 400}, {5000, 28, 100, 1 << 30}};
    for (size_t i = 0; i < 2 * sizeof shapes / sizeof *shapes; i++) {
        struct stream t;
        enum forward_store store = stores[i % 2];
        unsigned bits = shapes[i / 2].bits;
        if (store == FORWARD_SMALL && bits > FORWARD_WIDTH_MAX)
            bits = FORWARD_WIDTH_MAX;
        make(&t, store, shapes[i / 2].n, bits, shapes[i / 2].percent,
             shapes[i / 2].seps);
        check(&t);
        release(&t);
    }
}

/* Tokens that stand elsewhere take no room of their own. */
Test(forward, tokens_that_stand_elsewhere)
{
    static const unsigned percents[] = {1, 5, 30, 100};
    surface_id surfaces[FORWARD_BLOCK];
    sep_id seps[FORWARD_BLOCK] = {0};
    uint8_t block[FORWARD_BLOCK_BYTES_MAX];
    struct forward_coding coding;
    for (size_t i = 0; i < 8; i++) {
        for (size_t n = 1; n < 5000; n = n * 3 + 7) {
            struct stream t;
            make_gaps(&t, stores[i % 2], n, 20, 16, 100, percents[i / 2]);
            check(&t);
            release(&t);
        }
    }
    for (size_t i = 0; i < FORWARD_BLOCK; i++)
        surfaces[i] = (surface_id)FORWARD_ELSEWHERE;
    for (size_t i = 0; i < 2; i++) {
        forward_coding_init(&coding, stores[i], FORWARD_SMALL_MAX);
        cr_assert_eq(
            forward_encode_block(&coding, surfaces, seps, FORWARD_BLOCK, block), 5);
    }
    for (size_t i = 0; i < FORWARD_BLOCK; i += 2)
        surfaces[i] = FORWARD_SMALL_MAX - 1;
    for (size_t i = 0; i < 2; i++) {
        forward_coding_init(&coding, stores[i], FORWARD_SMALL_MAX);
        cr_assert_leq(
            forward_encode_block(&coding, surfaces, seps, FORWARD_BLOCK, block),
            FORWARD_BLOCK_BYTES_MAX);
    }
}

/* Segments with more surfaces than the small coding has numbers for are stored in the fast one. */
/* Blocks are put some at a time, whole chunks of them and less: the section is the same as one by one. */
static void check_together(const struct stream *t, uint64_t *state)
{
    struct err err = {0};
    struct forward_coding coding;
    struct fixture f;
    size_t n_blocks = (t->n + FORWARD_BLOCK - 1) / FORWARD_BLOCK, used = 0;
    uint8_t *blocks = malloc(n_blocks * FORWARD_BLOCK_BYTES_MAX);
    uint16_t *lens = malloc(n_blocks * sizeof *lens);
    forward_coding_init(&coding, t->store, t->n_surfaces);
    cr_assert(blocks && lens);
    for (size_t i = 0; i < n_blocks; i++) {
        size_t at = i * FORWARD_BLOCK, n = t->n - at;
        lens[i] = (uint16_t)forward_encode_block(
            &coding, t->surfaces + at, t->seps + at,
            n < FORWARD_BLOCK ? n : FORWARD_BLOCK, blocks + used);
        used += lens[i];
    }
    struct forward_writer *w =
        forward_writer_new(fixture_create(&f, SECTION_FWD, true));
    const uint8_t *at = blocks;
    for (size_t i = 0, n; i < n_blocks; i += n) {
        n = fixture_random(state) % 3 ? 1 + fixture_random(state) % 150
                                      : 32 * (fixture_random(state) % 3);
        n = n < n_blocks - i ? n : n_blocks - i;
        size_t tokens = t->n - i * FORWARD_BLOCK;
        tokens = tokens < n * FORWARD_BLOCK ? tokens : n * FORWARD_BLOCK;
        forward_writer_put_blocks(w, at, lens + i, n, tokens);
        for (size_t k = 0; k < n; k++)
            at += lens[i + k];
    }
    cr_assert_eq(forward_writer_finish(w, &err), 0);
    fixture_open(&f, SECTION_FWD);
    cr_assert_eq(f.section.len, t->f.section.len);
    cr_assert_eq(f.section.count, t->f.section.count);
    cr_assert_eq(memcmp(f.section.data, t->f.section.data, f.section.len), 0);
    fixture_release(&f);
    free(blocks);
    free(lens);
}

Test(forward, blocks_together)
{
    static const size_t lengths[] = {1, 128, 32 * 128, 33 * 128 - 5, 64 * 128, 70000};
    uint64_t state = 8;
    for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct stream t;
        make(&t, stores[i % 2], lengths[i], 12, 20, 30);
        for (unsigned round = 0; round < 10; round++)
            check_together(&t, &state);
        release(&t);
    }
}

Test(forward, the_small_coding_has_a_limit)
{
    struct forward_coding c;
    for (uint32_t n = 0; n < FORWARD_SMALL_MAX; n += n / 3 + 1) {
        forward_coding_init(&c, FORWARD_SMALL, n);
        cr_assert_eq(c.store, FORWARD_SMALL);
        const struct forward_widths *w = &c.widths;
        /* No number is left out, and none stands for two ids. */
        for (size_t i = 1; i < FORWARD_CLASSES; i++)
            cr_assert_eq(w->first[i], w->first[i - 1] + w->mask[i - 1] + 1);
        cr_assert_lt(n > 0 ? n - 1 : 0, w->first[7] + w->mask[7] + 1);
        cr_assert(w->width[7] == 0 || w->first[7] + w->mask[7] / 2 < n);
    }
    forward_coding_init(&c, FORWARD_SMALL, FORWARD_SMALL_MAX);
    cr_assert(c.store == FORWARD_SMALL && c.widths.width[7] == FORWARD_WIDTH_MAX);
    forward_coding_init(&c, FORWARD_SMALL, FORWARD_SMALL_MAX + 1);
    cr_assert_eq(c.store, FORWARD_FAST);
}

Test(forward, an_empty_stream)
{
    for (size_t i = 0; i < 2; i++) {
        struct stream t;
        struct err err = {0};
        make(&t, stores[i], 0, 1, 0, 1);
        cr_assert_eq(forward_read(&t.forward, 0, 0, NULL, NULL, &err), 0);
        cr_assert_eq(forward_verify(&t.forward, &err), 0);
        release(&t);
    }
}

Test(forward, common_words_are_short)
{
    surface_id surfaces[FORWARD_BLOCK] = {0};
    sep_id seps[FORWARD_BLOCK] = {0};
    uint8_t block[FORWARD_BLOCK_BYTES_MAX];
    struct forward_coding fast, small;
    forward_coding_init(&fast, FORWARD_FAST, 1U << 28);
    forward_coding_init(&small, FORWARD_SMALL, FORWARD_SMALL_MAX);
    cr_assert_eq(forward_encode_block(&fast, surfaces, seps, FORWARD_BLOCK, block),
                 32u + 128u + 1u);
    cr_assert_eq(forward_encode_block(&small, surfaces, seps, FORWARD_BLOCK, block),
                 48u + 48u + 1u);
    seps[5] = 15;
    cr_assert_eq(forward_encode_block(&fast, surfaces, seps, FORWARD_BLOCK, block),
                 161u + 1u + 1u);
    /* 01 and two bits of 5, then 001 and three bits of 16 */
    cr_assert_eq(forward_encode_block(&small, surfaces, seps, FORWARD_BLOCK, block),
                 97u + 2u);
    for (size_t i = 0; i < FORWARD_BLOCK; i++) {
        surfaces[i] = (1U << 28) - 1;
        seps[i] = UINT32_MAX;
    }
    cr_assert_leq(forward_encode_block(&fast, surfaces, seps, FORWARD_BLOCK, block),
                  FORWARD_BLOCK_BYTES_MAX);
    for (size_t i = 0; i < FORWARD_BLOCK; i++)
        surfaces[i] = FORWARD_SMALL_MAX - 1;
    cr_assert_leq(forward_encode_block(&small, surfaces, seps, FORWARD_BLOCK, block),
                  FORWARD_BLOCK_BYTES_MAX);
}

#ifdef STEMMA_AVX2
Test(forward, kernels_agree)
{
    uint64_t state = 4;
    uint8_t classes[32], data[512 + 16];
    if (!cpu_has_avx2())
        cr_skip("no AVX2 here");
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t a[FORWARD_BLOCK], b[FORWARD_BLOCK];
        for (size_t i = 0; i < sizeof classes; i++)
            classes[i] = (uint8_t)fixture_random(&state);
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = (uint8_t)fixture_random(&state);
        size_t n = 1 + fixture_random(&state) % FORWARD_BLOCK;
        size_t nibbles_a = 0, nibbles_b = 1;
        uint32_t max = forward_ids_scalar(classes, data, n, a, &nibbles_a);
        cr_assert_eq(forward_ids_avx2(classes, data, n, b, &nibbles_b), max);
        cr_assert_eq(nibbles_a, nibbles_b);
        cr_assert_leq((nibbles_a + 1) / 2, FORWARD_DATA_MAX);
        cr_assert_eq(memcmp(a, b, n * sizeof *a), 0);
    }
}

Test(forward, encoders_agree)
{
    static const unsigned bits[] = {4, 8, 9, 12, 13, 16, 17, 28};
    uint64_t state = 5;
    if (!cpu_has_avx2())
        cr_skip("no AVX2 here");
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t a[FORWARD_BLOCK_BYTES_MAX], b[FORWARD_BLOCK_BYTES_MAX];
        size_t n = 1 + fixture_random(&state) % FORWARD_BLOCK;
        /* Nothing behind the last is read: the sanitizer looks. */
        surface_id *ids = malloc(n * sizeof *ids);
        cr_assert(ids);
        for (size_t i = 0; i < n; i++) {
            unsigned width = bits[fixture_random(&state) % 8];
            ids[i] = (surface_id)(fixture_random(&state) & ((1U << width) - 1));
        }
        size_t len = (size_t)(forward_put_ids_scalar(ids, n, a) - a);
        cr_assert_eq((size_t)(forward_put_ids_avx2(ids, n, b) - b), len);
        cr_assert_eq(memcmp(a, b, len), 0);
        free(ids);
    }
}

static uint32_t surfaces_of(unsigned round)
{
    unsigned shift = round % 26;
    return ((uint32_t)FORWARD_SMALL_MAX >> shift) + (shift > 0 ? 1 : 0);
}

Test(forward, small_kernels_agree)
{
    uint64_t state = 7;
    uint8_t classes[48 + 4], data[512 + 16];
    struct forward_widths w;
    if (!cpu_has_avx2())
        cr_skip("no AVX2 here");
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t a[FORWARD_BLOCK], b[FORWARD_BLOCK];
        cr_assert(forward_small_widths(&w, surfaces_of(round)));
        for (size_t i = 0; i < sizeof classes; i++)
            classes[i] = (uint8_t)fixture_random(&state);
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = (uint8_t)fixture_random(&state);
        size_t n = 1 + fixture_random(&state) % FORWARD_BLOCK;
        size_t bits_a = 0, bits_b = 1;
        uint32_t max = forward_small_ids_scalar(&w, classes, data, n, a, &bits_a);
        cr_assert_eq(forward_small_ids_avx2(&w, classes, data, n, b, &bits_b), max);
        cr_assert_eq(bits_a, bits_b);
        cr_assert_eq(forward_small_ids_len(&w, classes, n), bits_a);
        cr_assert_leq((bits_a + 7) / 8, FORWARD_DATA_MAX);
        cr_assert_eq(memcmp(a, b, n * sizeof *a), 0);
    }
}

static void check_small_encoder(forward_small_put_kernel *kernel)
{
    uint64_t state = 8;
    struct forward_widths w;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t a[FORWARD_BLOCK_BYTES_MAX] = {0}, b[FORWARD_BLOCK_BYTES_MAX];
        uint32_t n_surfaces = surfaces_of(round);
        size_t n = 1 + fixture_random(&state) % FORWARD_BLOCK;
        unsigned most = 1 + (unsigned)(fixture_random(&state) % 27);
        surface_id *ids = malloc(n * sizeof *ids);
        cr_assert(ids && forward_small_widths(&w, n_surfaces));
        for (size_t i = 0; i < n; i++) {
            unsigned bits = (unsigned)(fixture_random(&state) % most);
            ids[i] = (surface_id)((fixture_random(&state) & ((1U << bits) - 1)) %
                                  n_surfaces);
        }
        size_t len = (size_t)(forward_small_put_ids_scalar(&w, ids, n, a) - a);
        cr_assert_eq((size_t)(kernel(&w, ids, n, b) - b), len);
        cr_assert_eq(memcmp(a, b, len), 0);
        free(ids);
    }
}

/* Each id about a class's first, and those about each power of two. */
static void check_small_classes(forward_small_put_kernel *kernel)
{
    struct forward_widths w;
    cr_assert(forward_small_widths(&w, FORWARD_SMALL_MAX));
    for (unsigned k = 0; k < 8 * 33; k++) {
        uint8_t a[FORWARD_BLOCK_BYTES_MAX], b[FORWARD_BLOCK_BYTES_MAX];
        uint64_t id =
            k % 33 < FORWARD_CLASSES ? w.first[k % 33] : UINT64_C(1) << k % 33;
        id = id + k / 33 < 4 ? 0 : id + k / 33 - 4;
        surface_id one =
            id < FORWARD_SMALL_MAX ? (surface_id)id : FORWARD_SMALL_MAX - 1;
        size_t len = (size_t)(forward_small_put_ids_scalar(&w, &one, 1, a) - a);
        cr_assert_eq((size_t)(kernel(&w, &one, 1, b) - b), len);
        cr_assert_eq(memcmp(a, b, len), 0, "%u", one);
    }
}

Test(forward, small_encoders_agree)
{
    if (cpu_has_avx2()) {
        check_small_encoder(forward_small_put_ids_avx2);
        check_small_classes(forward_small_put_ids_avx2);
    }
#ifdef STEMMA_AVX512
    if (cpu_has_avx512()) {
        check_small_encoder(forward_small_put_ids_avx512);
        check_small_classes(forward_small_put_ids_avx512);
    }
#endif
}
#endif

#ifdef STEMMA_AVX512
/* Separators of all kinds: mostly frequent ones near each other, as texts have them. The lists end where their memory does. */
Test(forward, encoders_of_small_separators_agree)
{
    uint64_t state = 15;
    if (!cpu_has_avx512())
        cr_skip("no AVX-512 here");
    for (unsigned round = 0; round < 50000; round++) {
        uint8_t a[FORWARD_BLOCK_BYTES_MAX], b[FORWARD_BLOCK_BYTES_MAX];
        unsigned most = round % 2 ? 5 : 1 + (unsigned)(fixture_random(&state) % 32);
        unsigned step = 1 + (unsigned)(fixture_random(&state) % (round % 3 ? 16 : 128));
        size_t n = 0;
        sep_id *seps = malloc(FORWARD_BLOCK * sizeof *seps);
        uint8_t *places = malloc(FORWARD_BLOCK);
        cr_assert(seps && places);
        for (size_t i = fixture_random(&state) % step; i < FORWARD_BLOCK;
             i += 1 + fixture_random(&state) % step) {
            uint64_t bits = fixture_random(&state) % (most + 1);
            uint64_t sep = (fixture_random(&state) & ((UINT64_C(1) << bits) - 1)) + 1;
            seps[n] = sep > UINT32_MAX || round % 1000 == 7 ? UINT32_MAX : (sep_id)sep;
            places[n++] = (uint8_t)i;
        }
        size_t read =
            (n + FORWARD_SEPS_READ - 1) / FORWARD_SEPS_READ * FORWARD_SEPS_READ;
        sep_id *own_seps = malloc(read * sizeof *seps + 1);
        uint8_t *own_places = malloc(read + 1);
        cr_assert(own_seps && own_places);
        memset(own_seps, 0xff, read * sizeof *seps);
        memset(own_places, 0, read);
        memcpy(own_seps, seps, n * sizeof *seps);
        memcpy(own_places, places, n);
        size_t len = (size_t)(forward_small_put_seps_scalar(seps, places, n, a) - a);
        uint8_t *end = forward_small_put_seps_avx512(own_seps, own_places, n, b);
        cr_assert_eq((size_t)(end - b), len);
        cr_assert_eq(memcmp(a, b, len), 0);
        free(seps);
        free(places);
        free(own_seps);
        free(own_places);
    }
}
#endif

/* Every number a separator can have, at every distance. */
Test(forward, small_separators)
{
    uint8_t bits[FORWARD_BLOCK_BYTES_MAX + 8];
    for (unsigned log = 0; log < 32; log++) {
        for (unsigned step = 1; step <= FORWARD_BLOCK; step += step / 4 + 1) {
            sep_id seps[FORWARD_BLOCK] = {0}, others[FORWARD_BLOCK], got[FORWARD_BLOCK];
            uint8_t places[FORWARD_BLOCK];
            size_t n = 0;
            for (size_t i = step - 1; i < FORWARD_BLOCK; i += step) {
                seps[i] = (1U << log) + (sep_id)(i % (1U << log));
                others[n] = seps[i];
                places[n++] = (uint8_t)i;
            }
            uint8_t *end = forward_small_put_seps(others, places, n, bits);
            cr_assert_leq(end, bits + FORWARD_BLOCK_BYTES_MAX);
            store_u64(end, UINT64_MAX); /* what stands behind says nothing */
            cr_assert(
                forward_small_get_seps(bits, end, FORWARD_BLOCK, n, UINT32_MAX, got));
            cr_assert_eq(memcmp(got, seps, sizeof got), 0);
            cr_assert_not(forward_small_get_seps(bits, end - 1, FORWARD_BLOCK, n,
                                                 UINT32_MAX, got));
            cr_assert_not(
                forward_small_get_seps(bits, end, places[n - 1], n, UINT32_MAX, got));
            cr_assert_not(forward_small_get_seps(bits, end, FORWARD_BLOCK, n,
                                                 seps[places[0]], got));
        }
    }
}

Test(forward, ids_beyond_the_bounds_are_refused)
{
    struct stream t;
    struct err err = {0};
    surface_id surfaces[200];
    sep_id seps[200];
    make(&t, FORWARD_FAST, 200, 12, 20, 40);
    struct forward f = t.forward;
    f.n_surfaces--;
    cr_assert_eq(forward_read(&f, 0, 200, surfaces, NULL, &err), ERR_CORRUPT);
    err_clear(&err);
    cr_assert_eq(forward_read(&f, 0, 200, NULL, seps, &err), 0);
    f = t.forward;
    f.n_seps--;
    cr_assert_eq(forward_read(&f, 0, 200, NULL, seps, &err), ERR_CORRUPT);
    release(&t);
    make(&t, FORWARD_SMALL, 200, 12, 20, 40);
    f = t.forward;
    f.n_surfaces--;
    cr_assert_eq(forward_read(&f, 0, 200, surfaces, NULL, &err), ERR_CORRUPT);
    cr_assert_eq(forward_read(&f, 0, 200, NULL, seps, &err), 0);
    f = t.forward;
    f.n_seps--;
    cr_assert_eq(forward_read(&f, 0, 200, NULL, seps, &err), ERR_CORRUPT);
    /* More surfaces than the small coding can have. */
    cr_assert_eq(forward_open(&f, &t.f.section, FORWARD_SMALL_MAX + 1, 40, &err),
                 ERR_CORRUPT);
    release(&t);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct stream *t = arg;
    struct forward f;
    struct err err = {0};
    uint64_t state = 8;
    surface_id surfaces[600];
    sep_id seps[600];
    struct section damaged = *s;
    damaged.version = (uint16_t)t->store;
    if (forward_open(&f, &damaged, t->n_surfaces, t->n_seps, &err) != 0)
        return;
    (void)forward_verify(&f, &err);
    for (unsigned i = 0; i < 30; i++) {
        address from = (address)(fixture_random(&state) % t->n);
        size_t n = t->n - from < 600 ? t->n - from : 600;
        if (forward_read(&f, from, n, surfaces, seps, &err) != 0)
            continue;
        for (size_t k = 0; k < n; k++)
            cr_assert((surfaces[k] < t->n_surfaces ||
                       surfaces[k] == (surface_id)FORWARD_ELSEWHERE) &&
                      seps[k] < t->n_seps);
    }
    struct forward_reader r;
    forward_reader_begin(&r, &f);
    for (uint64_t block = 0; block * FORWARD_BLOCK < f.n_tokens; block++) {
        bool elsewhere;
        size_t left = f.n_tokens - block * FORWARD_BLOCK;
        forward_reader_expect_chunk(&r, block + 1);
        forward_reader_expect(&r, block);
        if (forward_reader_block(&r, block, surfaces, &elsewhere, &err) != 0)
            continue;
        for (size_t k = 0; k < FORWARD_BLOCK && k < left; k++)
            cr_assert(surfaces[k] < t->n_surfaces ||
                      (elsewhere && surfaces[k] == (surface_id)FORWARD_ELSEWHERE));
    }
}

Test(forward, damage_is_survived, .timeout = 120)
{
    for (size_t i = 0; i < 2; i++) {
        struct stream t;
        make_gaps(&t, stores[i], 9000, 18, 20, 60, 3);
        fixture_damage(&t.f.section, 2000, read_damaged, &t);
        release(&t);
    }
}

Test(forward, golden)
{
    for (size_t i = 0; i < 2; i++) {
        struct stream t;
        make_gaps(&t, stores[i], 4300, 18, 14, 60, 2);
        fixture_golden_version("forward", stores[i], t.f.section.data,
                               (size_t)t.f.section.len);
        release(&t);
    }
}
