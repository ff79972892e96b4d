/* Postings of a word that lies alone, many at a time: as one by one. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/endian.h"
#include "indexer/frequent_postings.h"

enum {
    N_MAX = 100,
    BASE = 1000000
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

/* What postings say, told otherwise. */
struct said {
    uint32_t number, place;
};

/* Gaps up to what two postings may be apart, numbers of the word mostly. */
static void make(struct said *said, size_t n, uint64_t *state)
{
    uint32_t place = 0, most = 1U << next_random(state) % (FREQUENT_POSTINGS_LOW + 1);
    for (size_t i = 0; i < n; i++) {
        bool own = next_random(state) % 3 != 0;
        place += next_random(state) % most;
        said[i].number = own ? 0 : next_random(state) % (FREQUENT_POSTINGS_NUMBER + 1);
        said[i].place = place;
    }
}

static void check(const struct said *said, size_t n)
{
    /* Nothing behind the last is read, nor written behind the slack: the sanitizer looks. */
    uint8_t *bytes = malloc(n * POSTING_FREQUENT + 1);
    address *out = malloc((n + FREQUENT_POSTINGS_SLACK) * sizeof *out);
    cr_assert(bytes && out);
    for (size_t i = 0; i < n; i++)
        store_u16(
            bytes + POSTING_FREQUENT * i,
            (uint16_t)posting_of(said[i].number, said[i].place, FREQUENT_POSTINGS_LOW));
    struct frequent_postings p = {bytes, n, 0, 0};
    address *end = frequent_postings_take(&p, BASE, out);
    size_t taken = n - p.left, n_own = 0;
    cr_assert_leq(p.left, n);
    cr_assert_eq(p.at, bytes + POSTING_FREQUENT * taken);
    for (size_t i = 0; i < taken; i++)
        if (said[i].number == 0)
            cr_assert_eq(out[n_own++], BASE + said[i].place);
    cr_assert_eq(end, out + n_own);
    if (taken > 0) {
        cr_assert_eq((uint16_t)p.last, load_u16(p.at - POSTING_FREQUENT));
        cr_assert_eq(p.place, said[taken - 1].place);
    }
    free(bytes);
    free(out);
}

Test(frequent_postings, as_one_by_one)
{
    struct said said[N_MAX];
    uint64_t state = 5;
    for (int round = 0; round < 50; round++)
        for (size_t n = 0; n <= N_MAX; n++) {
            make(said, n, &state);
            check(said, n);
        }
}
