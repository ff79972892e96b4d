#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/force.h"

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double between(const struct force_point *a, const struct force_point *b)
{
    double x = a->x - b->x, y = a->y - b->y;
    return sqrt(x * x + y * y);
}

static void lay(struct force_point *points, size_t n, const struct force_tie *ties,
                size_t n_ties)
{
    struct err err = {0};
    cr_assert_eq(force_layout(points, n, ties, n_ties, 700, 400, &err), 0);
    for (size_t i = 0; i < n; i++) {
        const struct force_point *p = &points[i];
        cr_assert(p->x >= p->radius && p->x <= 700 - p->radius, "%zu of %zu: x %g", i,
                  n, p->x);
        cr_assert(p->y >= p->radius && p->y <= 400 - p->radius, "%zu of %zu: y %g", i,
                  n, p->y);
    }
}

/* Of all sizes, with ties or none: in the picture, and apart where there is room. */
Test(force, circles_lie_apart)
{
    uint64_t state = 88172645463325252U;
    for (size_t n = 0; n <= 40; n += n < 4 ? 1 : 6) {
        struct force_point points[40] = {{0}};
        struct force_tie ties[200];
        size_t n_ties = n > 1 ? next(&state) % 200 : 0;
        for (size_t i = 0; i < n; i++)
            points[i].radius = 5 + (double)(next(&state) % 12);
        for (size_t i = 0; i < n_ties; i++)
            ties[i] = (struct force_tie){(uint32_t)(next(&state) % n),
                                         (uint32_t)(next(&state) % n),
                                         (double)(next(&state) % 100) / 99};
        lay(points, n, ties, n_ties);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                cr_assert_gt(between(&points[i], &points[j]),
                             points[i].radius + points[j].radius, "%zu: %zu, %zu", n, i,
                             j);
    }
}

Test(force, what_is_tied_lies_near)
{
    struct force_point points[12];
    struct force_tie ties[40];
    size_t n = 0;
    for (size_t i = 0; i < 12; i++)
        points[i] = (struct force_point){.radius = 6};
    for (uint32_t a = 0; a < 12; a++)
        for (uint32_t b = a + 2; b < 12; b += 2)
            ties[n++] = (struct force_tie){a, b, 1};
    lay(points, 12, ties, n);
    double same = 0, other = 0;
    for (size_t a = 0; a < 12; a++)
        for (size_t b = a + 1; b < 12; b++)
            *((b - a) % 2 ? &other : &same) += between(&points[a], &points[b]);
    cr_expect_lt(same / 30, other / 36 / 2, "%g, %g", same / 30, other / 36);
}

Test(force, the_same_each_time)
{
    struct force_point a[9] = {{0}}, b[9] = {{0}};
    const struct force_tie ties[] = {{0, 1, 1}, {1, 2, 0.5}, {7, 8, 0.25}};
    for (size_t i = 0; i < 9; i++)
        a[i].radius = b[i].radius = 9;
    lay(a, 9, ties, 3);
    lay(b, 9, ties, 3);
    cr_expect_eq(memcmp(a, b, sizeof a), 0);
}

/* More than the picture holds: it ends, and all lie inside. */
Test(force, no_room)
{
    struct force_point *points = calloc(300, sizeof *points);
    cr_assert_not_null(points);
    for (size_t i = 0; i < 300; i++)
        points[i].radius = 26;
    lay(points, 300, NULL, 0);
    points[0].radius = 900; /* larger than the picture: in the middle */
    struct err err = {0};
    cr_assert_eq(force_layout(points, 1, NULL, 0, 700, 400, &err), 0);
    cr_expect_eq(points[0].x, 350);
    free(points);
}
