/* What is kept of texts for all threads: within its share of the budget, while comparisons are to come, and given back. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/bodies.h"

enum {
    TEXTS = 5000,
    TOKENS = 700,
    THREADS = 4,
    PAIRS = 20000
};

static struct body *put_of(struct bodies *b, struct body_room *room, uint32_t text,
                           uint32_t tokens)
{
    struct body *body = bodies_room(b, room, body_bytes(tokens));
    if (!body)
        return NULL;
    cr_assert_eq((uintptr_t)body % _Alignof(struct body), 0);
    memset(body, (int)text, body_bytes(tokens));
    atomic_init(&body->marks, NULL);
    body->n = tokens;
    body->title.n = text;
    return bodies_keep(b, room, text, body);
}

static struct body *put(struct bodies *b, struct body_room *room, uint32_t text)
{
    return put_of(b, room, text, TOKENS);
}

static void begin(struct bodies *b, struct budget *budget, uint64_t bytes)
{
    struct err err = {0};
    budget_init(budget, bytes);
    cr_assert_eq(bodies_init(b, budget, TEXTS, &err), 0);
}

static void end(struct bodies *b, struct budget *budget)
{
    bodies_release(b);
    cr_assert_eq(atomic_load(&budget->used_bytes), 0);
}

Test(bodies, what_was_kept_is_found_until_the_share_is_used_up)
{
    struct budget budget;
    struct bodies b;
    struct body_room rooms[2] = {{0}};
    uint32_t kept = 0;
    begin(&b, &budget, 32 << 20);
    for (uint32_t i = 0; i < TEXTS; i++) {
        cr_assert_null(bodies_find(&b, i));
        kept += put(&b, &rooms[i % 2], i) != NULL;
    }
    cr_assert(kept > 1000 && kept < TEXTS, "%u", kept);
    cr_assert_leq(atomic_load(&budget.used_bytes), 8 << 20);
    cr_assert_eq(bodies_bytes(&b),
                 atomic_load(&budget.used_bytes) -
                     (TEXTS + 1) * (sizeof(void *) + sizeof(uint32_t)));
    for (uint32_t i = 0; i < TEXTS; i++) {
        const struct body *body = bodies_find(&b, i);
        kept -= body != NULL;
        cr_assert(!body || body->title.n == i);
    }
    cr_assert_eq(kept, 0);
    end(&b, &budget);
}

Test(bodies, the_first_of_two_readers_keeps)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    begin(&b, &budget, 64 << 20);
    struct body *one = put(&b, &room, 7);
    cr_assert(one && put(&b, &room, 7) == one && bodies_find(&b, 7) == one);
    struct body *other = put(&b, &room, 8);
    cr_assert(other && other != one, "in the room of the second reader");
    end(&b, &budget);
}

static struct body_marks *mark(struct bodies *b, struct body_room *room,
                               struct body *body)
{
    struct body_marks *m = bodies_room(b, room, body_marks_bytes(body->n));
    cr_assert(m);
    memset(m, 1, body_marks_bytes(body->n));
    return bodies_keep_marks(room, body, m);
}

/* They come from the same share, and go with it. */
Test(bodies, marks_lie_beside_bodies)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    static struct body_marks none = {.stock = false};
    begin(&b, &budget, 64 << 20);
    bodies_expect(&b, 3);
    struct body *body = put(&b, &room, 3);
    uint64_t before = atomic_load(&budget.used_bytes);
    cr_assert(body);
    struct body_marks *m = mark(&b, &room, body);
    cr_assert_eq(mark(&b, &room, body), m);
    cr_assert_eq(bodies_keep_marks(&room, body, &none), m);
    cr_assert_eq(body->n, TOKENS);
    cr_assert_eq(atomic_load(&budget.used_bytes), before);
    bodies_done(&b, &room, 3);
    cr_assert_eq(bodies_room(&b, &room, body_bytes(TOKENS)), body);
    cr_assert_eq(bodies_room(&b, &room, body_marks_bytes(TOKENS)), m);
    end(&b, &budget);
}

/* The last comparison lets a body go; what comes next is read where it lay. */
Test(bodies, stay_as_long_as_they_are_expected)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    begin(&b, &budget, 64 << 20);
    cr_assert_not(bodies_expected(&b, 5));
    bodies_expect(&b, 5);
    bodies_expect(&b, 5);
    cr_assert(bodies_expected(&b, 5));
    struct body *body = put(&b, &room, 5);
    bodies_done(&b, &room, 5);
    cr_assert_eq(bodies_find(&b, 5), body);
    bodies_done(&b, &room, 5);
    cr_assert_null(bodies_find(&b, 5));
    cr_assert_not(bodies_expected(&b, 5));
    cr_assert_eq(put(&b, &room, 6), body);
    bodies_expect(&b, 9);
    bodies_done(&b, &room, 9); /* nobody has read it */
    bodies_expect(&b, 6);
    uint64_t before = atomic_load(&budget.used_bytes);
    bodies_clear(&b);
    cr_assert_null(bodies_find(&b, 6));
    cr_assert_not(bodies_expected(&b, 6));
    struct body_room next = {0};
    cr_assert_eq(put(&b, &next, 6), body, "the slab serves the next stage");
    cr_assert_eq(atomic_load(&budget.used_bytes), before);
    end(&b, &budget);
}

/* Of every size, those that end within the room's bytes too. */
Test(bodies, some_stay_for_the_stage_behind_if_they_are_expected_there)
{
    struct budget budget;
    struct bodies b;
    struct body_room room;
    uint32_t stayed = 0;
    begin(&b, &budget, 64 << 20);
    bodies_stay(&b);
    bodies_room_begin(&b, &room);
    for (uint32_t i = 0; i < TEXTS; i++)
        bodies_expect(&b, i);
    bodies_expected_all(&b);
    for (uint32_t i = 0; i < TEXTS; i++) {
        cr_assert_not_null(put(&b, &room, i));
        bodies_done(&b, &room, i);
        stayed += bodies_find(&b, i) != NULL;
    }
    cr_assert(stayed * body_bytes(TOKENS) <= 8 << 20 &&
              (stayed + 1) * body_bytes(TOKENS) > 7 << 20);
    uint64_t bytes = bodies_bytes(&b);
    bodies_room_end(&b, &room);
    bodies_clear(&b);
    /* Every other text of the next stage: the others go, and leave room for as many. */
    for (uint32_t i = 0; i < TEXTS; i += 2)
        bodies_expect(&b, i);
    bodies_expected_all(&b);
    bodies_room_begin(&b, &room);
    for (uint32_t i = 0; i < TEXTS; i++) {
        const struct body *body = bodies_find(&b, i);
        cr_assert_eq(body != NULL, i < stayed && i % 2 == 0);
        cr_assert(!body || body->title.n == i);
    }
    for (uint32_t i = 0; i < stayed / 2; i++)
        cr_assert_not_null(bodies_room(&b, &room, body_bytes(TOKENS)));
    cr_assert_eq(bodies_bytes(&b), bytes);
    bodies_done(&b, &room, 0);
    cr_assert_null(bodies_find(&b, 0));
    bodies_room_end(&b, &room);
    bodies_clear(&b);
    for (uint32_t i = 0; i < TEXTS; i++)
        cr_assert(!bodies_find(&b, i) && !bodies_expected(&b, i));
    end(&b, &budget);
}

/* Of several sizes, given back by three threads, one of them with nothing. */
Test(bodies, what_threads_gave_back_is_there_for_the_next)
{
    enum {
        EACH = 100,
        SIZES = 3
    };
    static const size_t sizes[SIZES] = {300, 1000, 5000};
    struct budget budget;
    struct bodies b;
    struct body_room rooms[3];
    void *given[2][SIZES][EACH];
    begin(&b, &budget, 64 << 20);
    for (size_t k = 0; k < 3; k++)
        bodies_room_begin(&b, &rooms[k]);
    for (size_t i = 0; i < (size_t)2 * SIZES * EACH; i++) {
        size_t size = i / 2 % SIZES;
        void *room = bodies_room(&b, &rooms[i % 2], sizes[size]);
        cr_assert_not_null(room);
        given[i % 2][size][i / 2 / SIZES] = room;
    }
    for (size_t i = 0; i < (size_t)2 * SIZES * EACH; i++) {
        size_t size = i / 2 % SIZES;
        bodies_give(&rooms[i % 2], given[i % 2][size][i / 2 / SIZES], sizes[size]);
    }
    uint64_t bytes = bodies_bytes(&b);
    for (size_t k = 0; k < 3; k++)
        bodies_room_end(&b, &rooms[k]);
    bodies_room_begin(&b, &rooms[0]);
    for (size_t i = 0; i < (size_t)2 * SIZES * EACH; i++) {
        void *room = bodies_room(&b, &rooms[0], sizes[i % SIZES]);
        cr_assert_not_null(room);
        memset(room, 0xff, sizes[i % SIZES]);
    }
    cr_assert_eq(bodies_bytes(&b), bytes, "no other memory");
    bodies_room_end(&b, &rooms[0]);
    end(&b, &budget);
}

Test(bodies, rooms_hold_what_they_were_asked_for)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    begin(&b, &budget, 256 << 20);
    for (size_t bytes = 1; bytes <= 1 << 17; bytes += 1 + bytes / 9) {
        uint8_t *one = bodies_room(&b, &room, bytes),
                *two = bodies_room(&b, &room, bytes);
        cr_assert(one && two && one != two);
        memset(one, 1, bytes);
        memset(two, 2, bytes);
        cr_assert(one[0] == 1 && one[bytes - 1] == 1);
        bodies_give(&room, one, bytes);
        cr_assert_eq(bodies_room(&b, &room, bytes), one);
    }
    cr_assert_null(bodies_room(&b, &room, (1 << 17) + 1));
    end(&b, &budget);
}

/* With the share used up a larger room does. */
Test(bodies, what_was_given_back_serves_again)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    begin(&b, &budget, 8 << 20);
    struct body *last = NULL, *body;
    for (uint32_t i = 0; (body = put(&b, &room, i)) != NULL; i++)
        last = body;
    while (bodies_room(&b, &room, 1))
        ;
    bodies_give(&room, last, body_bytes(TOKENS));
    cr_assert_null(bodies_room(&b, &room, body_bytes(2 * TOKENS)));
    cr_assert_eq(bodies_room(&b, &room, body_bytes(TOKENS / 3)), last);
    end(&b, &budget);
}

/* --- threads ------------------------------------------------------------------------------ */

struct shared {
    struct bodies bodies;
    uint32_t pairs[PAIRS][2];
    _Atomic uint32_t next;
};

/* Tokens of a text, of which its number is the first and the last. */
static uint32_t tokens_of(uint32_t text)
{
    return 2 + text * 7919 % 900;
}

static void take(struct shared *s, struct body_room *room, uint32_t text)
{
    uint32_t n = tokens_of(text);
    struct body *body = bodies_find(&s->bodies, text);
    cr_assert(bodies_expected(&s->bodies, text));
    if (!body)
        body = put_of(&s->bodies, room, text, n);
    cr_assert(body);
    if (text % 3 == 0 && !atomic_load(&body->marks))
        mark(&s->bodies, room, body);
    cr_assert(body->title.n == text && body->n == n);
    cr_assert_eq(((const uint8_t *)(body->terms + n))[-1], (uint8_t)text);
}

static void *compare_pairs(void *arg)
{
    struct shared *s = arg;
    struct body_room room = {0};
    for (uint32_t i; (i = atomic_fetch_add(&s->next, 1)) < PAIRS;) {
        take(s, &room, s->pairs[i][0]);
        take(s, &room, s->pairs[i][1]);
        bodies_done(&s->bodies, &room, s->pairs[i][0]);
        bodies_done(&s->bodies, &room, s->pairs[i][1]);
    }
    return NULL;
}

Test(bodies, are_read_by_several_threads_and_go_once)
{
    struct budget budget;
    struct shared *s = calloc(1, sizeof *s);
    pthread_t threads[THREADS];
    uint64_t state = 1;
    cr_assert(s);
    begin(&s->bodies, &budget, 256 << 20);
    for (uint32_t i = 0; i < PAIRS; i++) {
        for (int k = 0; k < 2; k++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            s->pairs[i][k] = (i / 100 * 10 + (uint32_t)(state >> 58)) % TEXTS;
            bodies_expect(&s->bodies, s->pairs[i][k]);
        }
    }
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, compare_pairs, s), 0);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    for (uint32_t t = 0; t < TEXTS; t++)
        cr_assert(!bodies_find(&s->bodies, t) && !bodies_expected(&s->bodies, t));
    end(&s->bodies, &budget);
    free(s);
}

Test(bodies, nothing_is_kept_of_huge_texts_or_with_little_memory)
{
    struct budget budget;
    struct bodies b;
    struct body_room room = {0};
    begin(&b, &budget, 64 << 20);
    cr_assert_null(bodies_room(&b, &room, 1 << 20));
    bodies_release(&b);
    begin(&b, &budget, 1 << 20);
    bodies_expect(&b, 1);
    cr_assert_not(bodies_expected(&b, 1));
    cr_assert_null(bodies_room(&b, &room, 100));
    cr_assert_null(bodies_find(&b, 1));
    bodies_done(&b, &room, 1);
    bodies_clear(&b);
    end(&b, &budget);
}
