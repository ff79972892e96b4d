/* Verdicts in their file; stars and families against naive twins on random verdicts. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/digests.h"
#include "indexer/families.h"
#include "indexer/stars.h"
#include "tests/support/tempdir.h"

enum {
    TEXTS = 60
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

static struct tempdir dir;

static void open_dir(void)
{
    cr_assert(tempdir_make(&dir));
}

static void close_dir(void)
{
    tempdir_remove(&dir);
}

static void put(struct verdicts *v, const struct verdict *d, size_t n)
{
    struct err err = {0};
    struct buf bytes = {0};
    for (size_t i = 0; i < n; i++)
        verdicts_encode(&bytes, &d[i], NULL);
    cr_assert_eq(verdicts_put(v, buf_bytes(&bytes), (uint32_t)n, &err), 0, "%s",
                 err.msg);
    buf_release(&bytes);
}

/* --- verdicts ----------------------------------------------------------------------------- */

Test(verdicts, come_back_in_order, .init = open_dir, .fini = close_dir)
{
    struct err err = {0};
    struct verdicts v;
    struct verdicts_walk walk;
    struct verdict d[7];
    cr_assert_eq(verdicts_open(&v, dir.fd, dir.path, NULL, &err), 0, "%s", err.msg);
    for (uint32_t i = 0; i < 1000;) {
        uint32_t n = i % 7 + 1;
        n = n < 1000 - i ? n : 1000 - i;
        for (uint32_t k = 0; k < n; k++, i++)
            d[k] = (struct verdict){.text = i, .other = i / 2, .votes = 3};
        put(&v, d, n);
    }
    put(&v, NULL, 0);
    cr_assert_eq(verdicts_flush(&v, &err), 0);
    cr_assert_eq(v.n, 1000);
    verdicts_walk(&walk, &v);
    for (uint32_t i = 0; i < 1000; i++) {
        cr_assert_eq(verdicts_next(&walk, d, &err), 0);
        cr_assert(d->text == i && d->other == i / 2 && d->votes == 3);
    }
    cr_assert_eq(verdicts_next(&walk, d, &err), ITER_END);
    cr_assert_eq(verdicts_next(&walk, d, &err), ITER_END);
    verdicts_walk_release(&walk);
    verdicts_close(&v);
}

Test(verdicts, cut_bytes_are_damage)
{
    struct err err = {0};
    struct buf bytes = {0};
    struct verdict d = {.text = 2, .other = 1}, out;
    verdicts_encode(&bytes, &d, NULL);
    for (size_t len = 1; len < bytes.len; len++) {
        struct bytes left = bytes_of(bytes.data, len);
        cr_assert_eq(verdicts_decode(&left, &out, NULL, &err), ERR_CORRUPT);
        err_clear(&err);
    }
    struct bytes none = bytes_of(bytes.data, 0), all = buf_bytes(&bytes);
    cr_assert_eq(verdicts_decode(&none, &out, NULL, &err), ITER_END);
    cr_assert_eq(verdicts_decode(&all, &out, NULL, &err), 0);
    cr_assert_eq(all.len, 0);
    buf_release(&bytes);
}

Test(verdicts, runs_lie_behind_their_verdict)
{
    struct err err = {0};
    struct buf bytes = {0};
    const struct compare_run runs[] = {{1, 2, 3}, {40, 50, 60}};
    const struct verdict_runs kept[] = {{runs, 2}, {NULL, 0}, {NULL, VERDICT_NO_RUNS}};
    struct verdict d = {.text = 2, .other = 1}, out;
    struct verdict_runs got;
    for (uint32_t i = 0; i < 3; i++) {
        d.votes = i;
        verdicts_encode(&bytes, &d, &kept[i]);
    }
    for (int with = 0; with < 2; with++) {
        struct bytes left = buf_bytes(&bytes);
        for (uint32_t i = 0; i < 3; i++) {
            cr_assert_eq(verdicts_decode(&left, &out, with ? &got : NULL, &err), 0);
            cr_assert_eq(out.votes, i);
            cr_assert(!with || got.n == kept[i].n);
            if (with && i == 0)
                cr_assert_eq(memcmp(got.items, runs, sizeof runs), 0);
        }
        cr_assert_eq(verdicts_decode(&left, &out, &got, &err), ITER_END);
    }
    /* The first verdict, cut within its runs. */
    struct buf first = {0};
    verdicts_encode(&first, &d, &kept[0]);
    for (size_t cut = 1; cut <= sizeof runs; cut++) {
        struct bytes left = bytes_of(first.data, first.len - cut);
        cr_assert_eq(verdicts_decode(&left, &out, &got, &err), ERR_CORRUPT);
        err_clear(&err);
    }
    buf_release(&first);
    buf_release(&bytes);
}

/* --- stars -------------------------------------------------------------------------------- */

/* Texts, what every pair would be judged, and who is whose candidate. */
struct world {
    uint8_t relation[TEXTS][TEXTS];
    uint16_t score[TEXTS][TEXTS];
    bool candidate[TEXTS][TEXTS];
    uint8_t digests[TEXTS];
};

static const uint8_t KINDS[] = {COMPARE_UNRELATED, COMPARE_NEAR,     COMPARE_CONTAINS,
                                COMPARE_CONTAINED, COMPARE_EXCERPT,  COMPARE_TEMPLATE,
                                COMPARE_EDITION,   COMPARE_UNRELATED};

static void make_world(struct world *w, uint64_t seed)
{
    uint64_t state = seed;
    memset(w, 0, sizeof *w);
    unsigned kinds = 3 + (unsigned)(next_random(&state) % (sizeof KINDS - 2));
    for (int t = 0; t < TEXTS; t++) {
        w->digests[t] = next_random(&state) % 12 == 0;
        for (int o = 0; o < t; o++) {
            w->relation[t][o] = KINDS[next_random(&state) % kinds];
            w->score[t][o] = (uint16_t)(next_random(&state) % 5 * 2000);
        }
        for (int i = 0; t > 0 && i < 4; i++)
            w->candidate[t][next_random(&state) % (unsigned)t] = true;
    }
}

static struct verdict verdict_of(const struct world *w, uint32_t t, uint32_t o)
{
    return (struct verdict){
        .text = t,
        .other = o,
        .votes = w->candidate[t][o],
        .e = {.relation = w->relation[t][o], .score = w->score[t][o]},
    };
}

/* 0: does not join. */
static unsigned naive_weight(const struct world *w, uint32_t t, uint32_t o)
{
    uint8_t r = w->relation[t][o];
    if (r == COMPARE_NEAR)
        return 30000u + w->score[t][o];
    if (r != COMPARE_CONTAINS && r != COMPARE_CONTAINED)
        return 0;
    return w->digests[t] || w->digests[o] ? 0 : 15000u + w->score[t][o];
}

static void naive_stars(const struct world *w, uint32_t *roots)
{
    for (uint32_t t = 0; t < TEXTS; t++) {
        unsigned best = 0;
        roots[t] = t;
        for (uint32_t root = 0; root < t; root++) {
            bool proposed = roots[root] == root && w->candidate[t][root];
            for (uint32_t o = 0; o < t; o++)
                proposed = proposed || (w->candidate[t][o] && roots[o] == root &&
                                        o != root && naive_weight(w, t, o) > 0);
            if (proposed && naive_weight(w, t, root) > best) {
                best = naive_weight(w, t, root);
                roots[t] = root;
            }
        }
    }
}

struct told {
    const struct world *world;
    const uint32_t *roots;
    uint32_t texts;
};

static int tell(void *arg, uint32_t text, const struct verdict *asked, size_t n,
                const struct verdict *chosen, struct err *err)
{
    struct told *told = arg;
    (void)err;
    cr_assert_eq(text, told->texts++);
    cr_assert_eq(chosen != NULL, told->roots[text] != text);
    cr_assert(!chosen || (chosen->text == text && chosen->other == told->roots[text]));
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(asked[i].text, text);
        for (size_t k = 0; k < i; k++)
            cr_assert_neq(asked[k].other, asked[i].other);
        cr_assert_eq(asked[i].e.relation, told->world->relation[text][asked[i].other]);
    }
    return 0;
}

/* Puts the verdicts of all pairs that are wanted. */
static void put_wanted(struct verdicts *v, const struct world *w,
                       bool wanted[TEXTS][TEXTS])
{
    struct err err = {0};
    cr_assert_eq(verdicts_open(v, dir.fd, dir.path, NULL, &err), 0);
    for (uint32_t t = 0; t < TEXTS; t++) {
        for (uint32_t o = 0; o < t; o++) {
            struct verdict d = verdict_of(w, t, o);
            if (wanted[t][o])
                put(v, &d, 1);
        }
    }
    cr_assert_eq(verdicts_flush(v, &err), 0);
}

/* Answers what is missing, round by round, as group.c does; the last pass finds nothing missing. */
static void run_stars(struct world *w, uint32_t *roots)
{
    struct err err = {0};
    struct texts texts = {.articles = {NULL, TEXTS, 0}};
    struct verify_pair_tables tables = {.texts = &texts};
    struct pairs pairs = {.tables = &tables};
    struct verdicts known[2];
    struct pair_list missing = {{0}};
    struct told told = {w, roots, 0};
    static bool asked[TEXTS][TEXTS];
    struct stars s = {.pairs = &pairs,
                      .known = {&known[0], &known[1]},
                      .n_known = 2,
                      .digests = w->digests,
                      .roots = roots,
                      .missing = &missing};
    memset(asked, 0, sizeof asked);
    put_wanted(&known[0], w, w->candidate);
    for (;;) {
        put_wanted(&known[1], w, asked);
        cr_assert_eq(stars_make(&s, &err), 0, "%s", err.msg);
        if (missing.v.len == 0)
            break;
        for (size_t i = 0; i < missing.v.len; i++) {
            struct pair p = missing.v.items[i], last = i ? missing.v.items[i - 1] : p;
            cr_assert(i == 0 || last.text < p.text ||
                      (last.text == p.text && last.other < p.other));
            cr_assert_not(asked[p.text][p.other]);
            asked[p.text][p.other] = true;
        }
        verdicts_close(&known[1]);
    }
    s.missing = NULL;
    s.tell = tell;
    s.arg = &told;
    cr_assert_eq(stars_make(&s, &err), 0);
    cr_assert_eq(told.texts, TEXTS);
    verdicts_close(&known[0]);
    verdicts_close(&known[1]);
    vec_release(&missing.v);
}

Test(stars, are_those_of_a_naive_twin, .init = open_dir, .fini = close_dir)
{
    static struct world w;
    size_t members = 0, tried = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        uint32_t expected[TEXTS], roots[TEXTS];
        make_world(&w, seed);
        naive_stars(&w, expected);
        run_stars(&w, roots);
        for (uint32_t t = 0; t < TEXTS; t++) {
            cr_assert_eq(roots[t], expected[t], "seed %u, text %u: root %u, not %u",
                         (unsigned)seed, t, roots[t], expected[t]);
            cr_assert_eq(roots[roots[t]], roots[t]);
            members += roots[t] != t;
            tried++;
        }
    }
    cr_assert(members > tried / 4 && members < tried);
}

/* --- families ----------------------------------------------------------------------------- */

static uint32_t naive_head(bool inside[TEXTS][TEXTS], const uint32_t *lengths,
                           uint32_t t)
{
    uint32_t best = t;
    for (uint32_t c = 0; c < TEXTS; c++) {
        if (!inside[t][c])
            continue;
        if (best == t || lengths[c] > lengths[best] ||
            (lengths[c] == lengths[best] && c < best))
            best = c;
    }
    return best == t ? t : naive_head(inside, lengths, best);
}

Test(families, are_those_of_a_naive_twin, .init = open_dir, .fini = close_dir)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct err err = {0};
        uint64_t state = seed;
        uint32_t numbers[TEXTS], lengths[TEXTS], families[TEXTS];
        static bool inside[TEXTS][TEXTS];
        struct build b = {.dirfd = -1};
        struct texts texts = {.articles = {numbers, TEXTS, 0}};
        struct verify_pair_tables tables = {.build = &b, .texts = &texts};
        struct verdicts v;
        compare_limits_init(&tables.limits);
        memset(inside, 0, sizeof inside);
        for (uint32_t t = 0; t < TEXTS; t++) {
            lengths[t] = 100 + (uint32_t)(next_random(&state) % 8) * 50;
            numbers[t] = t;
            /* Titles are no part of it. */
            cr_assert(vec_push(&b.articles.v, (struct article){
                                                  .length = lengths[t] + t,
                                                  .title_tokens = t,
                                              }));
        }
        cr_assert_eq(verdicts_open(&v, dir.fd, dir.path, NULL, &err), 0);
        for (uint32_t t = 1; t < TEXTS; t++) {
            uint32_t o = (uint32_t)(next_random(&state) % t);
            bool text_above = lengths[t] > lengths[o];
            struct verdict d = {.text = t, .other = o};
            d.e.relation = KINDS[next_random(&state) % sizeof KINDS];
            d.e.covered[0] = (uint16_t)(next_random(&state) % 10001);
            d.e.covered[1] = (uint16_t)(next_random(&state) % 10001);
            bool frame = next_random(&state) % 5 == 0;
            d.e.own[0] = d.e.own[1] = 100;
            d.e.replaced = frame ? 60 : 0;
            put(&v, &d, 1);
            bool kin =
                !frame &&
                (d.e.relation == COMPARE_NEAR || d.e.relation == COMPARE_CONTAINS ||
                 d.e.relation == COMPARE_CONTAINED || d.e.relation == COMPARE_EXCERPT);
            if (kin && text_above && d.e.covered[1] >= tables.limits.contained)
                inside[o][t] = true;
            if (kin && !text_above && d.e.covered[0] >= tables.limits.contained)
                inside[t][o] = true;
        }
        cr_assert_eq(verdicts_flush(&v, &err), 0);
        cr_assert_eq(families_make(&tables, &v, families, &err), 0);
        for (uint32_t t = 0; t < TEXTS; t++)
            cr_assert_eq(families[t], naive_head(inside, lengths, t),
                         "seed %u, text %u", (unsigned)seed, t);
        verdicts_close(&v);
        vec_release(&b.articles.v);
    }
}

/* --- digests ------------------------------------------------------------------------------ */

/* Three places apart by length 10 each among so many; without titles all are unrelated. */
static size_t apart(const uint32_t *from, size_t n)
{
    size_t kept = 0;
    uint32_t last = 0;
    for (uint32_t at = 0; at < 1000; at++) {
        for (size_t i = 0; i < n; i++) {
            if (from[i] == at &&
                (kept == 0 || at + 1 >= last)) { /* a token may overlap */
                kept++;
                last = at + 10;
                break;
            }
        }
    }
    return kept;
}

Test(digests, are_found_however_little_is_held, .init = open_dir, .fini = close_dir)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct err err = {0};
        uint64_t state = seed;
        uint32_t numbers[TEXTS], from[TEXTS][TEXTS];
        size_t n[TEXTS] = {0}, n_digests = 0;
        uint8_t kinds[1] = {0}, digests[TEXTS];
        struct build b = {.dirfd = -1};
        struct texts texts = {.articles = {numbers, TEXTS, 0}};
        struct verify_pair_tables tables = {
            .build = &b, .texts = &texts, .kinds = kinds};
        struct verdicts v;
        compare_limits_init(&tables.limits);
        cr_assert_eq(spool_open(&b.spool, dir.fd, dir.path, &err), 0);
        cr_assert_eq(verdicts_open(&v, dir.fd, dir.path, NULL, &err), 0);
        for (uint32_t t = 0; t < TEXTS; t++) {
            numbers[t] = t;
            cr_assert(vec_push(&b.articles.v, (struct article){.length = 1000}));
            for (uint32_t k = 0; t > 0 && k < 6; k++) {
                uint32_t o = (uint32_t)(next_random(&state) % t);
                uint32_t at = (uint32_t)(next_random(&state) % 40);
                unsigned kind = (unsigned)(next_random(&state) % 4), side = kind & 1;
                struct verdict d = {.text = t, .other = o};
                d.e.relation = kind < 2 ? (side ? COMPARE_CONTAINED : COMPARE_CONTAINS)
                                        : COMPARE_EXCERPT;
                d.e.from[side] = at;
                d.e.to[side] = at + 10;
                d.e.covered[side] = 100;
                d.e.covered[1 - side] = k == 5 ? 7999 : 9000;
                put(&v, &d, 1);
                uint32_t container = side ? o : t;
                if (k < 5 || kind < 2)
                    from[container][n[container]++] = at;
                cr_assert_lt(n[container], TEXTS);
            }
        }
        cr_assert_eq(verdicts_flush(&v, &err), 0);
        static const size_t held[] = {1000000, 1, 7, 20};
        for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
            cr_assert_eq(digests_find(&tables, &v, 1, held[i], digests, &err), 0);
            for (uint32_t t = 0; t < TEXTS; t++) {
                cr_assert_eq(digests[t], apart(from[t], n[t]) >= DIGESTS_LEAST,
                             "seed %u, text %u, %zu held", (unsigned)seed, t, held[i]);
                n_digests += digests[t];
            }
        }
        cr_assert(n_digests > 0 && n_digests < 4 * TEXTS);
        verdicts_close(&v);
        spool_close(&b.spool);
        vec_release(&b.articles.v);
    }
}
