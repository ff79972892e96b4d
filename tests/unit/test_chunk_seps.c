/* What a chunk keeps of separators: as one by one, whichever twin does it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "indexer/chunk_seps.h"

enum {
    N_SEPS = 500,
    ROOM = 2 * TOKEN_BLOCK + CHUNK_SEPS_SLACK
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

struct lists {
    uint8_t places[ROOM];
    sep_id seps[ROOM];
    address sentences[ROOM], paragraphs[ROOM];
};

static struct chunk_seps begin(struct lists *l, uint32_t n)
{
    return (struct chunk_seps){l->places,    l->seps,       n, n,
                               l->sentences, l->paragraphs, n, n};
}

/* What is known of separators, told otherwise. */
struct known {
    sep_id sep;
    uint8_t brk;
};

static void check(const struct known *known, const struct chunk_seps_of *in,
                  chunk_seps_kernel *kernel, uint32_t n)
{
    struct lists *lists = calloc(1, sizeof *lists);
    uint32_t table[N_SEPS];
    cr_assert(lists);
    struct chunk_seps got = begin(lists, n);
    uint32_t n_inside = n, n_sentences = n, n_paragraphs = n;
    for (uint32_t i = 0; i < N_SEPS; i++)
        table[i] = chunk_seps_known(known[i].sep, known[i].brk);
    kernel(table, in, &got);
    for (uint32_t k = in->from; k < in->to; k++) {
        uint8_t place = in->block->places[k];
        struct known sep = known[in->block->seps[k]];
        if (sep.sep != 0) {
            cr_assert_eq(lists->places[n], (in->open + place) % FORWARD_BLOCK);
            cr_assert_eq(lists->seps[n++], sep.sep);
            n_inside += in->open + place < FORWARD_BLOCK;
        }
        if (k < in->marked)
            continue;
        if (sep.brk == BREAK_SENTENCE || sep.brk == BREAK_PARAGRAPH)
            cr_assert_eq(lists->sentences[n_sentences++], in->at + place);
        if (sep.brk == BREAK_PARAGRAPH)
            cr_assert_eq(lists->paragraphs[n_paragraphs++], in->at + place);
    }
    cr_assert_eq(got.n, n);
    cr_assert_eq(got.n_inside, n_inside);
    cr_assert_eq(got.n_sentences, n_sentences);
    cr_assert_eq(got.n_paragraphs, n_paragraphs);
    free(lists);
}

static void check_all(chunk_seps_kernel *kernel)
{
    struct known known[N_SEPS];
    uint64_t state = 3;
    for (uint32_t i = 0; i < N_SEPS; i++) {
        known[i].sep = i % 7 == 0 ? 0 : next_random(&state) % CHUNK_SEPS_MAX;
        known[i].brk = (uint8_t)(next_random(&state) % 4);
    }
    for (unsigned round = 0; round < 20000; round++) {
        struct token_block b = {.n = TOKEN_BLOCK};
        uint32_t one_of = 1 + next_random(&state) % 12;
        for (uint32_t i = 0; i < b.n; i++) {
            b.places[b.n_seps] = (uint8_t)i;
            b.seps[b.n_seps] = next_random(&state) % N_SEPS;
            b.n_seps += next_random(&state) % one_of == 0;
        }
        for (uint32_t i = b.n_seps; i < TOKEN_BLOCK; i++)
            b.seps[i] = UINT32_MAX; /* no separator's number */
        struct chunk_seps_of of = {.block = &b, .to = b.n_seps};
        if (round % 3 == 0) {
            of.from = next_random(&state) % (b.n_seps + 1);
            of.to = of.from + next_random(&state) % (b.n_seps - of.from + 1);
        }
        of.marked = of.from + (of.from < of.to ? next_random(&state) % 2 : 0);
        of.open = next_random(&state) % FORWARD_BLOCK;
        of.at = next_random(&state);
        check(known, &of, kernel, next_random(&state) % FORWARD_BLOCK);
    }
}

Test(chunk_seps, lists_are_those_of_the_separators)
{
    check_all(chunk_seps_put);
    check_all(chunk_seps_put_scalar);
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        check_all(chunk_seps_put_avx512);
#endif
}
