#include <criterion/criterion.h>

#include "base/vec.h"

struct triple {
    uint32_t a, b;
    uint64_t c;
};

Test(vec, push_and_walk)
{
    VEC(struct triple) v = {0};
    for (uint32_t i = 0; i < 10000; i++)
        cr_assert(vec_push(&v, (struct triple){i, i + 1, i + 2}));
    cr_assert_eq(v.len, 10000);
    uint32_t i = 0;
    vec_foreach(struct triple, t, &v) {
        cr_assert(t->a == i && t->b == i + 1 && t->c == i + 2);
        i++;
    }
    cr_assert_eq(i, 10000);
    vec_reset(&v);
    cr_assert_eq(v.len, 0);
    vec_foreach(struct triple, t, &v)
        cr_assert(false, "empty, but %u", t->a);
    vec_release(&v);
    cr_assert(v.items == NULL && v.len == 0 && v.cap == 0);
    vec_release(&v);
}

Test(vec, reserve_makes_room_once)
{
    VEC(uint16_t) v = {0};
    cr_assert(vec_reserve(&v, 1000));
    const uint16_t *items = v.items;
    cr_assert_geq(v.cap, 1000);
    for (uint16_t i = 0; i < 1000; i++)
        cr_assert(vec_push(&v, i));
    cr_assert_eq(v.items, items);
    size_t nothing = 0;
    cr_assert(vec_reserve(&v, nothing));
    vec_release(&v);
}

Test(vec, too_much_is_refused_and_nothing_lost)
{
    VEC(uint64_t) v = {0};
    cr_assert(vec_push(&v, 7));
    cr_assert_not(vec_reserve(&v, SIZE_MAX));
    cr_assert_not(vec_reserve(&v, SIZE_MAX / 8));
    cr_assert_not(vec_reserve(&v, SIZE_MAX / 32));
    cr_assert(v.len == 1 && v.items[0] == 7);
    cr_assert(vec_push(&v, 8));
    cr_assert_eq(v.items[1], 8);
    vec_release(&v);
}
