/* Lists of pairs by themselves: found as they were put, and no damage is believed or worse. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/bigrams.h"
#include "tests/unit/formats_fixture.h"

enum {
    WORDS = 40,
    PAIRS_MAX = WORDS * WORDS,
    LIST_MAX = 700,
    STREAM = 1 << 20
};

struct pairs {
    struct fixture f;
    struct bigrams bigrams;
    struct {
        term_id first, second;
        uint32_t n;
        address *list;
    } v[PAIRS_MAX];
    size_t n;
};

/* Words 3, 6, 9 ...; of their pairs about a third. */
static void make(struct pairs *p, size_t most, uint64_t state)
{
    struct err err = {0};
    struct section_writer *s = fixture_create(&p->f, SECTION_BIGRAM, false);
    struct bigrams_writer w;
    bigrams_writer_init(&w, s);
    p->n = 0;
    for (uint32_t i = 0; i < PAIRS_MAX && p->n < most; i++) {
        struct buf out = {0};
        if (fixture_random(&state) % 3 != 0)
            continue;
        uint32_t n = 1 + (uint32_t)(fixture_random(&state) % 4 ? 5 : LIST_MAX) / 2;
        address at = (address)(fixture_random(&state) % 1000);
        p->v[p->n].first = (i / WORDS + 1) * 3;
        p->v[p->n].second = (i % WORDS + 1) * 3;
        p->v[p->n].n = n;
        p->v[p->n].list = malloc(n * sizeof(address));
        for (uint32_t k = 0; k < n; k++, at += 1 + fixture_gap(&state, 1000))
            p->v[p->n].list[k] = at;
        cr_assert(addresses_encode(p->v[p->n].list, n, &out));
        bigrams_writer_put(&w, p->v[p->n].first, p->v[p->n].second, n, buf_bytes(&out));
        buf_release(&out);
        p->n++;
    }
    bigrams_writer_finish(&w);
    bigrams_writer_release(&w);
    bigrams_writer_release(&w);
    fixture_open(&p->f, SECTION_BIGRAM);
    cr_assert_eq(bigrams_open(&p->bigrams, &p->f.section, &err), 0, "%s", err.msg);
    cr_assert_eq(p->bigrams.n, p->n);
}

static void release(struct pairs *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->v[i].list);
    fixture_release(&p->f);
    free(p);
}

static struct pairs *new (size_t most, uint64_t state)
{
    struct pairs *p = calloc(1, sizeof *p);
    cr_assert(p);
    make(p, most, state);
    return p;
}

static void check_list(const struct pairs *p, size_t i, const struct bigram *pair)
{
    struct address_cursor c;
    struct err err = {0};
    address list[LIST_MAX];
    size_t n = 0;
    cr_assert(pair->first == p->v[i].first && pair->second == p->v[i].second);
    cr_assert_eq(pair->count, p->v[i].n);
    cr_assert_eq(addresses_open(&c, &p->bigrams.section, pair->list, pair->count, &err),
                 0, "%s", err.msg);
    cr_assert_eq(addresses_fill(&c, 0, STREAM, list, LIST_MAX, &n, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(n, p->v[i].n);
    cr_assert_eq(memcmp(list, p->v[i].list, n * sizeof *list), 0);
}

Test(bigrams, each_pair_is_found_and_no_other)
{
    struct pairs *p = new (PAIRS_MAX, 7);
    struct err err = {0};
    struct bigram pair;
    size_t next = 0;
    cr_assert_gt(p->n, 400u);
    cr_assert_eq(bigrams_verify(&p->bigrams, WORDS * 3 + 1, STREAM, &err), 0, "%s",
                 err.msg);
    for (term_id a = 0; a <= WORDS * 3 + 1; a++) {
        for (term_id b = 0; b <= WORDS * 3 + 1; b++) {
            bool due = next < p->n && p->v[next].first == a && p->v[next].second == b;
            int rc = bigrams_find(&p->bigrams, a, b, &pair, &err);
            cr_assert_eq(rc, due ? 0 : ITER_END, "%u %u", a, b);
            if (due)
                check_list(p, next++, &pair);
        }
    }
    cr_assert_eq(next, p->n);
    for (uint32_t i = 0; i < p->n; i++) {
        cr_assert_eq(bigrams_get(&p->bigrams, i, &pair, &err), 0);
        check_list(p, i, &pair);
    }
    release(p);
}

Test(bigrams, none)
{
    struct pairs *p = new (0, 1);
    const struct bigrams zeroed = {0};
    struct bigram pair;
    struct err err = {0};
    cr_assert_eq(bigrams_find(&p->bigrams, 0, 0, &pair, &err), ITER_END);
    cr_assert_eq(bigrams_verify(&p->bigrams, 0, 0, &err), 0);
    cr_assert_eq(bigrams_find(&zeroed, 1, 2, &pair, &err), ITER_END);
    release(p);
}

/* What verify must not believe, said without checksums. */
static int verify_changed(const struct pairs *p, size_t pair, size_t field,
                          uint32_t value, uint32_t n_terms, uint64_t n_addresses)
{
    uint64_t len = p->f.section.len, count = p->f.section.count;
    uint8_t *copy = calloc(1, len + CONTAINER_OVERREAD);
    struct bigrams b;
    struct err err = {0};
    cr_assert(copy);
    memcpy(copy, p->f.section.data, len);
    uint8_t *entry = copy + len - (count - pair) * 20 + field;
    if (value != UINT32_MAX)
        memcpy(entry, &value, sizeof value);
    struct section s = section_memory(copy, len, SECTION_BIGRAM, count);
    int rc = bigrams_open(&b, &s, &err);
    if (rc == 0)
        rc = bigrams_verify(&b, n_terms, n_addresses, &err);
    cr_assert_eq(rc, err.code);
    free(copy);
    return rc;
}

Test(bigrams, verify_finds_what_is_wrong)
{
    struct pairs *p = new (20, 3);
    const uint32_t n_terms = WORDS * 3 + 1;
    address last = 0;
    for (size_t i = 0; i < p->n; i++) {
        address end = p->v[i].list[p->v[i].n - 1];
        last = end > last ? end : last;
    }
    cr_assert_eq(verify_changed(p, 0, 0, UINT32_MAX, n_terms, STREAM), 0);
    /* the second word of a place is one further on */
    cr_assert_eq(verify_changed(p, 0, 0, UINT32_MAX, n_terms, last + 2), 0);
    cr_assert_eq(verify_changed(p, 0, 0, UINT32_MAX, n_terms, last + 1), ERR_CORRUPT);
    cr_assert_eq(verify_changed(p, 0, 0, UINT32_MAX, p->v[19].first, STREAM),
                 ERR_CORRUPT);
    cr_assert_eq(verify_changed(p, 5, 0, 0, n_terms, STREAM), ERR_CORRUPT);
    cr_assert_eq(verify_changed(p, 5, 4, n_terms, n_terms, STREAM), ERR_CORRUPT);
    cr_assert_eq(verify_changed(p, 5, 8, 0, n_terms, STREAM), ERR_CORRUPT);
    cr_assert_eq(verify_changed(p, 5, 8, p->v[5].n + 1, n_terms, STREAM), ERR_CORRUPT);
    cr_assert_eq(verify_changed(p, 5, 12, 0, n_terms, STREAM), ERR_CORRUPT);
    cr_assert_eq(verify_changed(p, 19, 12, 1 << 30, n_terms, STREAM), ERR_CORRUPT);
    cr_assert_eq(verify_changed(p, 19, 16, 1, n_terms, STREAM), ERR_CORRUPT);
    release(p);
}

Test(bigrams, more_pairs_than_there_is_room_for)
{
    static const uint8_t bytes[100 + CONTAINER_OVERREAD] = {0};
    struct bigrams b;
    struct err err = {0};
    struct section five = section_memory(bytes, 100, SECTION_BIGRAM, 5);
    struct section six = section_memory(bytes, 100, SECTION_BIGRAM, 6);
    cr_assert_eq(bigrams_open(&b, &five, &err), 0);
    cr_assert_eq(bigrams_open(&b, &six, &err), ERR_CORRUPT);
}

static void read_damaged(const struct section *s, void *arg)
{
    const struct pairs *p = arg;
    struct bigrams b;
    struct bigram pair;
    if (bigrams_open(&b, s, NULL) != 0)
        return;
    (void)bigrams_verify(&b, WORDS * 3 + 1, STREAM, NULL);
    for (size_t i = 0; i < p->n; i++) {
        struct address_cursor c;
        address list[64];
        size_t n = 0;
        if (bigrams_find(&b, p->v[i].first, p->v[i].second, &pair, NULL) != 0)
            continue;
        cr_assert_leq(pair.list.offset + pair.list.len, s->len);
        if (addresses_open(&c, s, pair.list, pair.count, NULL) == 0)
            (void)addresses_fill(&c, 100, 5000, list, 64, &n, NULL);
        cr_assert_leq(n, 64u);
    }
}

Test(bigrams, damage_is_survived, .timeout = 120)
{
    struct pairs *p = new (60, 11);
    fixture_damage(&p->f.section, 1500, read_damaged, p);
    release(p);
}

Test(bigrams, golden)
{
    struct pairs *p = new (12, 5);
    fixture_golden("bigrams", p->f.section.data, (size_t)p->f.section.len);
    release(p);
}
