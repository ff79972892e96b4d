/* Kernels of the query, AVX2 beside scalar. */
#include <stdlib.h>

#include "base/cpu.h"
#include "formats/addresses_match.h"
#include "bench/micro/micro.h"
#include "query/window.h"

enum {
    WORDS = WINDOW_ADDRESSES / 64,
    TIMES = 64, /* windows of a round */
    KEYS = 64   /* of a block */
};

struct kernels {
    uint64_t *a, *b; /* owned; windows */
    uint32_t *out;   /* owned; WINDOW_ADDRESSES */
    address values[ADDRESSES_MATCH_ROOM], keys[KEYS];
    void (*and)(uint64_t *restrict dst, const uint64_t *restrict src, size_t n_words);
    uint64_t (*count)(const uint64_t *bits, size_t n_words);
    size_t (*extract)(const uint64_t *bits, size_t n_words, uint32_t base,
                      uint32_t *out);
    size_t (*match)(const address *values, const address *keys, size_t n, uint32_t add,
                    address limit, address *out, size_t *n_out);
};

static uint64_t run_and(void *arg)
{
    struct kernels *k = arg;
    for (int i = 0; i < TIMES; i++) {
        k->and (k->b, k->a, WORDS);
    }
    return k->b[1];
}

static uint64_t run_count(void *arg)
{
    struct kernels *k = arg;
    uint64_t sum = 0;
    for (int i = 0; i < TIMES; i++) {
        sum += k->count(k->a, WORDS);
    }
    return sum;
}

static uint64_t run_extract(void *arg)
{
    struct kernels *k = arg;
    uint64_t sum = 0;
    for (int i = 0; i < TIMES; i++) {
        sum += k->extract(k->a, WORDS, 0, k->out);
    }
    return sum;
}

static uint64_t run_match(void *arg)
{
    struct kernels *k = arg;
    uint64_t sum = 0;
    for (int i = 0; i < TIMES * TIMES; i++) {
        size_t n = 0;
        sum += k->match(k->values, k->keys, KEYS, 0, UINT32_MAX - 1, k->out, &n) + n;
    }
    return sum;
}

static void prepare(struct kernels *k)
{
    uint64_t state = 1;
    for (size_t i = 0; i < WORDS; i++) { /* one bit of 16 */
        uint64_t word = UINT64_MAX;
        for (int and = 0; and < 4; and++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word &= state;
        }
        k->a[i] = word;
        k->b[i] = UINT64_MAX;
    }
    for (uint32_t i = 0; i < ADDRESSES_MATCH_ROOM; i++) {
        k->values[i] = i < ADDRESSES_MATCH_VALUES ? i * 7 + i % 3 : UINT32_MAX;
    }
    for (uint32_t i = 0; i < KEYS; i++) {
        k->keys[i] = i * 14 + i % 4;
    }
}

static void measure(struct micro *m, struct kernels *k, const char *const names[4])
{
    double bytes = 8.0 * WORDS * TIMES, read = 1 / m->limits.read;
    k->extract(k->a, WORDS, 0, k->out);
    double set = (double)k->count(k->a, WORDS) * TIMES;
    micro_put_rate(names[0], micro_ns(m, run_and, k, bytes), "memory read through",
                   read);
    micro_put_rate(names[1], micro_ns(m, run_count, k, bytes), "memory read through",
                   read);
    micro_put_ns(names[2], micro_ns(m, run_extract, k, set), "4 bytes at copy speed",
                 4 / m->limits.copy);
    micro_put_ns(names[3], micro_ns(m, run_match, k, (double)KEYS * TIMES * TIMES),
                 NULL, 0);
}

int micro_query(struct micro *m, struct err *err)
{
    static const char *const scalar[] = {
        "windows joined (and), scalar", "bits counted, scalar",
        "bits to addresses, each, scalar", "keys looked up in a block, each, scalar"};
    struct kernels k = {.and = window_and_scalar,
                        .count = window_count_scalar,
                        .extract = window_extract_scalar,
                        .match = addresses_match_scalar};
    k.a = malloc(sizeof *k.a * WORDS);
    k.b = malloc(sizeof *k.b * WORDS);
    k.out = malloc(sizeof *k.out * WINDOW_ADDRESSES);
    int rc = k.a && k.b && k.out ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0) {
        prepare(&k);
        micro_title("query");
        measure(m, &k, scalar);
    }
#ifdef STEMMA_AVX2
    static const char *const avx2[] = {
        "windows joined (and), AVX2", "bits counted, AVX2",
        "bits to addresses, each, AVX2", "keys looked up in a block, each, AVX2"};
    if (rc == 0 && cpu_has_avx2()) {
        k.and = window_and_avx2;
        k.count = window_count_avx2;
        k.extract = window_extract_avx2;
        k.match = addresses_match_avx2;
        measure(m, &k, avx2);
    }
#endif
    free(k.a);
    free(k.b);
    free(k.out);
    return rc;
}
