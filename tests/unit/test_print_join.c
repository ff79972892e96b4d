/* Which prints have a hash in common: against a sort of all of them, also where hashes were chosen to be hard to tell apart. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "indexer/print_join.h"

struct row {
    uint64_t hash;
    uint32_t text, number, more;
};

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 20;
}

static int by_hash(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->text != y->text)
        return x->text < y->text ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void expect(const struct print_join *j, struct row *rows, size_t n)
{
    size_t used = 0;
    qsort(rows, n, sizeof *rows, by_hash);
    for (size_t i = 0, end; i < n; i = end) {
        bool shared = false;
        for (end = i; end < n && rows[end].hash == rows[i].hash; end++)
            shared |= rows[end].text != rows[i].text;
        for (size_t k = i; shared && k < end; k++) {
            cr_assert_lt(used, j->items.len);
            const struct print *p = &j->items.items[used++];
            cr_assert_eq(p->key >> SHEET_MORE_BITS, rows[k].hash);
            cr_assert_eq(print_more(p), rows[k].more);
            cr_assert_eq(p->text, rows[k].text);
            cr_assert_eq(p->again, k > i && rows[k - 1].text == rows[k].text);
        }
    }
    cr_assert_eq(used, j->items.len);
}

/* n prints of so many texts, whose hashes are below `hashes`, turned left by `shift`. */
static void check(struct print_join *j, size_t n, uint32_t texts, uint64_t hashes,
                  unsigned shift)
{
    uint64_t state = n + texts + hashes + shift;
    struct row *rows = calloc(n + 1, sizeof *rows);
    print_join_reset(j);
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct row){next(&state) % hashes << shift,
                               (uint32_t)(next(&state) % texts), (uint32_t)i,
                               (uint32_t)next(&state) & 0x7fff};
        uint64_t article = next(&state) % SHEET_ARTICLES_MAX;
        uint64_t print = rows[i].hash << (SHEET_ARTICLE_BITS + SHEET_MORE_BITS) |
                         article << SHEET_MORE_BITS | rows[i].more;
        cr_assert(vec_push(&j->found, print) && vec_push(&j->texts, rows[i].text));
    }
    cr_assert(print_join_run(j));
    expect(j, rows, n);
    free(rows);
}

Test(print_join, as_a_sort_of_all)
{
    struct print_join j = {0};
    for (size_t n = 0; n < 40; n++)
        check(&j, n, 3, 5, 34);
    check(&j, 5000, 2000, 2000, 29);
    check(&j, 5000, 70000, UINT64_C(1) << 40, 0);
    check(&j, 40000, 70000, 20000, 25);
    check(&j, 3000, 1, 100, 30); /* no hash of two texts */
    print_join_release(&j);
}

Test(print_join, of_hashes_that_agree_in_their_top_bytes)
{
    struct print_join j = {0};
    check(&j, 4000, 500, 3000, 0);
    check(&j, 40000, 70000, 10000, 3);
    print_join_release(&j);
}

Test(print_join, of_one_hash)
{
    struct print_join j = {0};
    check(&j, 10000, 100000, 1, 39);
    check(&j, 100, 2, 1, 0);
    print_join_release(&j);
}
