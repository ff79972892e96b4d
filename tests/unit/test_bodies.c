/* What is kept of texts for all threads: within its share of the budget, and given back. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/bodies.h"

enum {
    TEXTS = 5000,
    TOKENS = 700
};

static struct body *put(struct bodies *b, struct body_room *room, uint32_t text)
{
    struct body *body = bodies_room(b, room, sizeof *body + TOKENS * 4);
    if (!body)
        return NULL;
    cr_assert_eq((uintptr_t)body % _Alignof(struct body), 0);
    memset(body, (int)text, sizeof *body + TOKENS * sizeof *body->terms);
    atomic_init(&body->marks, NULL);
    body->n = text;
    return bodies_keep(b, text, body);
}

Test(bodies, what_was_kept_is_found_until_the_share_is_used_up)
{
    struct budget budget;
    struct bodies b;
    struct body_room rooms[2] = {{0}};
    struct err err = {0};
    uint32_t kept = 0;
    budget_init(&budget, 32 << 20);
    cr_assert_eq(bodies_init(&b, &budget, TEXTS, &err), 0);
    for (uint32_t i = 0; i < TEXTS; i++) {
        cr_assert_null(bodies_find(&b, i));
        kept += put(&b, &rooms[i % 2], i) != NULL;
    }
    cr_assert(kept > 1000 && kept < TEXTS, "%u", kept);
    cr_assert_leq(atomic_load(&budget.used_bytes), 8 << 20);
    cr_assert_eq(bodies_bytes(&b),
                 atomic_load(&budget.used_bytes) - (TEXTS + 1) * sizeof(void *));
    for (uint32_t i = 0; i < TEXTS; i++) {
        const struct body *body = bodies_find(&b, i);
        kept -= body != NULL;
        cr_assert(!body || body->n == i);
    }
    cr_assert_eq(kept, 0);
    bodies_release(&b);
    cr_assert_eq(atomic_load(&budget.used_bytes), 0);
}

Test(bodies, the_first_of_two_readers_keeps)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    struct err err = {0};
    budget_init(&budget, 64 << 20);
    cr_assert_eq(bodies_init(&b, &budget, TEXTS, &err), 0);
    struct body *one = put(&b, &room, 7);
    cr_assert(one && put(&b, &room, 7) == one && bodies_find(&b, 7) == one);
    bodies_release(&b);
}

/* They come from the same share. */
Test(bodies, marks_lie_beside_bodies)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    struct err err = {0};
    budget_init(&budget, 64 << 20);
    cr_assert_eq(bodies_init(&b, &budget, TEXTS, &err), 0);
    struct body *body = put(&b, &room, 3);
    uint64_t before = atomic_load(&budget.used_bytes);
    struct body_marks *m = bodies_room(&b, &room, sizeof *m + TOKENS);
    cr_assert(body && m);
    memset(m, 1, sizeof *m + TOKENS);
    atomic_store(&body->marks, m);
    cr_assert_eq(body->n, 3);
    cr_assert_eq(atomic_load(&budget.used_bytes), before);
    bodies_release(&b);
    cr_assert_eq(atomic_load(&budget.used_bytes), 0);
}

Test(bodies, nothing_is_kept_of_huge_texts_or_with_little_memory)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    struct err err = {0};
    budget_init(&budget, 64 << 20);
    cr_assert_eq(bodies_init(&b, &budget, TEXTS, &err), 0);
    cr_assert_null(bodies_room(&b, &room, 1 << 20));
    bodies_release(&b);
    budget_init(&budget, 1 << 20);
    cr_assert_eq(bodies_init(&b, &budget, TEXTS, &err), 0);
    cr_assert_null(bodies_room(&b, &room, 100));
    cr_assert_null(bodies_find(&b, 1));
    bodies_release(&b);
    cr_assert_eq(atomic_load(&budget.used_bytes), 0);
}
