#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/places.h"
#include "tests/unit/formats_fixture.h"

/* All places of a run against a look at every place there is. */
static void check_run(const struct places *p, const uint32_t *stream, size_t n,
                      const bool *added, const uint32_t *run)
{
    uint32_t last = places_last(p, stream, run), at = last;
    for (size_t i = 0; i + PLACES_RUN <= n; i++) {
        if (!added[i] || memcmp(stream + i, run, PLACES_RUN * sizeof *run) != 0)
            continue;
        cr_assert_neq(last, (uint32_t)PLACES_NONE);
        at = places_next(p, at);
        cr_assert_eq(at, i);
    }
    cr_assert_eq(at, last, "places that are none");
}

static void try(uint64_t seed, uint32_t words, size_t n)
{
    struct places p = {0};
    uint64_t state = seed;
    uint32_t *stream = calloc(n + PLACES_RUN, sizeof *stream);
    bool *added = calloc(n + 1, sizeof *added);
    cr_assert(stream && added);
    for (size_t i = 0; i < n + PLACES_RUN; i++)
        stream[i] = (uint32_t)(fixture_random(&state) % words);
    cr_assert(places_reset(&p, seed % 2 ? n : 0));
    for (uint32_t from = 0, to; from < n; from = to) {
        uint32_t most = (uint32_t)n - from;
        to = from + 1 + (uint32_t)(fixture_random(&state) % 60);
        to = to < n ? to : from + most;
        cr_assert(places_add(&p, stream, from, to));
        for (uint32_t i = from; i + PLACES_RUN <= to; i++)
            added[i] = true;
    }
    for (size_t i = 0; i < n; i++)
        check_run(&p, stream, n, added, stream + i);
    for (int k = 0; k < 200; k++) {
        uint32_t run[PLACES_RUN];
        for (size_t i = 0; i < PLACES_RUN; i++)
            run[i] = (uint32_t)(fixture_random(&state) % words);
        check_run(&p, stream, n, added, run);
    }
    places_release(&p);
    free(stream);
    free(added);
}

Test(places, as_by_looking_at_all)
{
    for (uint64_t seed = 1; seed < 40; seed++) {
        try(seed, 1, seed * 3);
        try(seed, 2, seed * 17);
        try(seed, 3, seed * 10);
        try(seed, 5000, seed * 20);
    }
}

Test(places, begins_anew)
{
    struct places p = {0};
    uint32_t stream[40];
    for (uint32_t i = 0; i < 40; i++)
        stream[i] = i;
    cr_assert(places_reset(&p, 40));
    cr_assert(places_add(&p, stream, 0, 40));
    cr_assert_eq(places_last(&p, stream, stream + 5), 5);
    cr_assert(places_reset(&p, 10));
    cr_assert_eq(places_last(&p, stream, stream + 5), (uint32_t)PLACES_NONE);
    cr_assert(places_add(&p, stream, 0, PLACES_RUN - 1)); /* too short to have any */
    cr_assert_eq(places_last(&p, stream, stream), (uint32_t)PLACES_NONE);
    cr_assert(places_add(&p, stream, 0, PLACES_RUN));
    cr_assert_eq(places_last(&p, stream, stream), 0);
    places_release(&p);
    places_release(&p);
}
