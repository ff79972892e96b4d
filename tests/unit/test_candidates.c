/* Candidates: against a reckoning that goes through all holders of all hashes, in memory and
 * spilled, on one thread and several; and the archives that must stay linear. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/candidates.h"
#include "indexer/prints.h"
#include "tests/support/fingerprints.h"
#include "tests/unit/find_fixture.h"

enum {
    MOST = 20000 /* tokens of a body */
};

struct holder {
    uint64_t hash;
    uint32_t text, at;
    uint8_t left, right;
};
struct naive_vote {
    uint32_t text, other, at, other_at;
    bool alone, around, second;
    size_t holders;
};
struct naive {
    VEC(struct holder) every;     /* by (hash, text, place) */
    VEC(struct holder) holders;   /* by (hash, text), the first of each */
    VEC(struct naive_vote) votes; /* by (text, other) */
    VEC(struct candidate) candidates;
};

static int by_hash(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->text != y->text)
        return x->text < y->text ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static int by_texts(const void *a, const void *b)
{
    const struct naive_vote *x = a, *y = b;
    if (x->text != y->text)
        return x->text < y->text ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

static int by_votes(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->votes != y->votes)
        return x->votes > y->votes ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

static int by_other(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return (x->other > y->other) - (x->other < y->other);
}

static const struct find_article *article_of(const struct find *f, uint32_t text)
{
    return &f->articles.items[f->texts.articles.items[text]];
}

static void put_holders(struct naive *n, const struct find *f)
{
    static uint64_t terms[MOST];
    static struct fingerprint prints[MOST];
    for (uint32_t t = 0; t < texts_count(&f->texts); t++) {
        const struct find_article *a = article_of(f, t);
        cr_assert_leq(a->body.len, MOST);
        for (size_t i = 0; i < a->body.len; i++)
            terms[i] = find_word_hash(a->body.items[i]);
        size_t found = fingerprints_of(terms, a->body.len, prints);
        for (size_t i = 0; i < found; i++)
            cr_assert(vec_push(&n->holders,
                               (struct holder){prints[i].hash, t, prints[i].at,
                                               prints[i].left, prints[i].right}));
    }
    if (n->holders.len > 0)
        qsort(n->holders.items, n->holders.len, sizeof *n->holders.items, by_hash);
    size_t used = 0;
    vec_foreach(const struct holder, h, &n->holders)
        cr_assert(vec_push(&n->every, *h));
    for (size_t i = 0; i < n->holders.len; i++) {
        const struct holder *h = &n->holders.items[i];
        const struct holder *last = &n->holders.items[used - 1];
        if (used == 0 || last->hash != h->hash || last->text != h->text)
            n->holders.items[used++] = *h;
    }
    n->holders.len = used;
}

static bool same_around(const struct holder *a, const struct holder *b)
{
    return (a->left != 0 && a->left == b->left) ||
           (a->right != 0 && a->right == b->right);
}

static void put_votes(struct naive *n)
{
    const struct holder *h = n->holders.items;
    size_t end;
    for (size_t i = 0; i < n->holders.len; i = end) {
        end = i + 1;
        while (end < n->holders.len && h[end].hash == h[i].hash)
            end++;
        for (size_t k = i + 1; k < end; k++) {
            struct naive_vote v = {.text = h[k].text,
                                   .other = h[i].text,
                                   .at = h[k].at,
                                   .other_at = h[i].at,
                                   .alone = end - i == 2,
                                   .around = same_around(&h[k], &h[i]),
                                   .holders = end - i};
            cr_assert(vec_push(&n->votes, v));
            v.other = h[k - 1].text;
            v.other_at = h[k - 1].at;
            v.alone = false;
            v.around = same_around(&h[k], &h[k - 1]);
            v.second = true;
            if (k - 1 > i)
                cr_assert(vec_push(&n->votes, v));
        }
    }
    if (n->votes.len > 0)
        qsort(n->votes.items, n->votes.len, sizeof *n->votes.items, by_texts);
}

/* The rule of indexer/candidates.c. */
static bool is_enough(const struct find *f, const struct naive_vote *v, size_t n)
{
    size_t a = article_of(f, v->text)->body.len, b = article_of(f, v->other)->body.len;
    size_t length = a < b ? a : b;
    if (length < WINNOW_SHORT || n >= 5)
        return true;
    if (n == 1)
        return length < 250 && v[0].alone;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            uint32_t apart = (v[i].at - v[i].other_at) - (v[k].at - v[k].other_at);
            uint32_t steps = v[i].at % 256 / 4 - v[k].at % 256 / 4;
            bool passage =
                length < 250 || (steps + 2) % 64 > 4 || (v[i].around && v[k].around);
            if (i != k && apart % 256 <= 16 && passage)
                return true;
        }
    }
    return false;
}

/* What the votes tell of hashes that `least` texts or more hold. */
static void note_many(const struct find *f, struct candidate *c,
                      const struct naive_vote *v, size_t n, uint32_t least)
{
    static struct naive_vote few[MOST];
    size_t a = article_of(f, c->text)->body.len, b = article_of(f, c->other)->body.len;
    size_t n_few = 0;
    for (size_t i = 0; i < n; i++) {
        if (v[i].holders >= least)
            c->many |= UINT64_C(1) << v[i].at % 256 / 4;
        else
            few[n_few++] = v[i];
    }
    size_t shorter = a < b ? a : b;
    c->likely = (size_t)c->votes * 32 > shorter || (size_t)c->shared * 8 > shorter;
    c->few = a < 250 || b < 250 || (n_few > 0 && is_enough(f, few, n_few));
}

/* Hashes that texts before it hold. */
static uint32_t shared_of(const struct naive *n, uint32_t text)
{
    uint32_t shared = 0;
    vec_foreach(const struct naive_vote, v, &n->votes)
        shared += v->text == text && !v->second;
    return shared;
}

static void put_candidates(struct naive *n, const struct find *f, uint32_t least)
{
    size_t first = 0, end;
    uint32_t shared = 0;
    for (size_t i = 0; i < n->votes.len; i = end) {
        const struct naive_vote *v = n->votes.items + i;
        for (end = i + 1; end < n->votes.len; end++) {
            if (n->votes.items[end].text != v->text ||
                n->votes.items[end].other != v->other)
                break;
        }
        if (i == 0 || v[-1].text != v->text)
            shared = shared_of(n, v->text);
        struct candidate c = {.text = v->text,
                              .other = v->other,
                              .votes = (uint32_t)(end - i),
                              .shared = shared};
        note_many(f, &c, v, end - i, least);
        if (is_enough(f, v, end - i))
            cr_assert(vec_push(&n->candidates, c));
        bool last = end == n->votes.len || n->votes.items[end].text != v->text;
        size_t m = n->candidates.len - first;
        if (!last || m == 0)
            continue;
        qsort(n->candidates.items + first, m, sizeof c, by_votes);
        m = m < CANDIDATES_BEST ? m : CANDIDATES_BEST;
        qsort(n->candidates.items + first, m, sizeof c, by_other);
        first += m;
        n->candidates.len = first;
    }
}

static void naive_make(struct naive *n, const struct find *f, uint32_t least)
{
    *n = (struct naive){{0}, {0}, {0}, {0}};
    put_holders(n, f);
    put_votes(n);
    put_candidates(n, f, least);
}

static void naive_release(struct naive *n)
{
    vec_release(&n->every);
    vec_release(&n->holders);
    vec_release(&n->votes);
    vec_release(&n->candidates);
}

static uint64_t naive_shared(const struct naive *n)
{
    const struct holder *h = n->holders.items;
    uint64_t shared = 0;
    for (size_t i = 1; i < n->holders.len; i++)
        shared += h[i].hash == h[i - 1].hash &&
                  (i + 1 == n->holders.len || h[i + 1].hash != h[i].hash);
    return shared;
}

static void check_list(const struct candidates *c, const struct naive *n)
{
    struct err err = {0};
    struct candidate got[7];
    cr_assert_eq(candidates_count(c), n->candidates.len, "%zu, not %zu",
                 (size_t)candidates_count(c), n->candidates.len);
    for (size_t i = 0; i < n->candidates.len; i += 7) {
        size_t m = n->candidates.len - i < 7 ? n->candidates.len - i : 7;
        cr_assert_eq(candidates_read(c, i, m, got, &err), 0, "%s", err.msg);
        for (size_t k = 0; k < m; k++) {
            const struct candidate *e = &n->candidates.items[i + k];
            cr_assert(got[k].text == e->text && got[k].other == e->other &&
                          got[k].votes == e->votes,
                      "number %zu: %u %u %u, not %u %u %u", i + k, got[k].text,
                      got[k].other, got[k].votes, e->text, e->other, e->votes);
            cr_assert_eq(got[k].likely, e->likely, "number %zu", i + k);
            cr_assert(got[k].few == e->few && got[k].many == e->many &&
                          got[k].shared == e->shared,
                      "number %zu: %d %llx, not %d %llx", i + k, got[k].few,
                      (unsigned long long)got[k].many, e->few,
                      (unsigned long long)e->many);
        }
    }
}

/* Hashes in the texts of `least` stories or more, and where these texts have them; stories are numbers by text. */
static void check_common(struct find *f, struct candidates *c, const struct naive *n,
                         uint32_t n_stories, uint32_t least)
{
    struct err err = {0};
    struct print_set set = {0};
    uint64_t common = 0, state = 11;
    uint32_t *story_of = calloc(texts_count(&f->texts) + 1, sizeof *story_of);
    uint8_t *seen = malloc(n_stories);
    uint64_t *places = calloc((texts_count(&f->texts) + 1) * 4, sizeof *places);
    cr_assert(story_of && seen && places);
    for (uint32_t t = 0; t < texts_count(&f->texts); t++)
        story_of[t] = (uint32_t)(find_random(&state) % n_stories);
    cr_assert_eq(candidates_common(c, &f->build, story_of, least, &set, &err), 0, "%s",
                 err.msg);
    size_t end;
    for (size_t i = 0; i < n->holders.len; i = end) {
        uint32_t stories = 0;
        memset(seen, 0, n_stories);
        for (end = i; end < n->holders.len; end++) {
            if (n->holders.items[end].hash != n->holders.items[i].hash)
                break;
            uint8_t *s = &seen[story_of[n->holders.items[end].text]];
            stories += *s == 0;
            *s = 1;
        }
        cr_assert_eq(print_set_has(&set, n->holders.items[i].hash), stories >= least);
        common += stories >= least;
    }
    vec_foreach(const struct holder, h, &n->every) {
        if (print_set_has(&set, h->hash))
            places[h->text * 4 + h->at % 256 / 64] |= UINT64_C(1) << h->at % 64;
    }
    for (uint32_t t = 0; t < texts_count(&f->texts); t++) {
        const uint64_t *of = places + t * 4;
        uint64_t fours = 0;
        for (unsigned i = 0; i < 4; i++)
            cr_assert_eq(print_set_places(&set, t, i), of[i]);
        for (unsigned at = 0; at < 256; at++)
            fours |= (of[at / 64] >> at % 64 & 1) << at / 4;
        cr_assert_eq(print_set_fours(&set, t), fours);
        cr_assert_eq(print_set_in(&set, t), fours != 0);
    }
    cr_assert_eq(set.count, common);
    print_set_release(&set);
    free(story_of);
    free(seen);
    free(places);
}

/* In the memory there is, then with none at all. */
static void check(struct find *f)
{
    struct budget *budget = &f->build.budget;
    for (int spilled = 0; spilled < 2; spilled++) {
        struct err err = {0};
        struct candidates *c = NULL;
        uint32_t least = spilled ? 5 : 2;
        struct naive n;
        naive_make(&n, f, least);
        uint64_t limit = budget->limit_bytes, used = atomic_load(&budget->used_bytes);
        if (spilled)
            budget->limit_bytes = used;
        cr_assert_eq(candidates_find(&f->build, &f->texts, least, &c, &err), 0, "%s",
                     err.msg);
        struct candidates_counts counts = candidates_counts(c);
        cr_assert_eq(counts.votes, n.votes.len);
        cr_assert_eq(counts.shared, naive_shared(&n));
        cr_assert_eq(counts.spilled_bytes > 0, spilled && n.votes.len > 0);
        check_list(c, &n);
        check_common(f, c, &n, 40, least);
        check_common(f, c, &n, 40, 5);
        candidates_free(c);
        cr_assert_eq(atomic_load(&budget->used_bytes), used);
        budget->limit_bytes = limit;
        naive_release(&n);
    }
}

/* A passage of another article, or a whole one, with some words changed. */
static void put_copy(struct find *f, struct find_article *a, uint64_t *state)
{
    size_t from = find_random(state) % (f->articles.len - 1);
    const struct find_article *of = &f->articles.items[from];
    if (of->body.len == 0)
        return;
    size_t start = find_random(state) % of->body.len;
    size_t len = 1 + find_random(state) % (of->body.len - start);
    size_t at = a->body.len;
    find_put(a, of->body.items + start, len);
    for (size_t i = find_random(state) % 4 * len / 40; i > 0; i--)
        a->body.items[at + find_random(state) % len] =
            (uint32_t)find_random(state) % 99;
}

static void random_archive(struct find *f, uint64_t seed, size_t n)
{
    uint64_t state = seed;
    find_begin(f);
    for (size_t i = 0; i < n; i++) {
        uint32_t title = (uint32_t)i;
        struct find_article *a = find_add(f, &title, 1, NULL, 0);
        size_t parts = 1 + find_random(&state) % 3;
        for (size_t k = 0; k < parts; k++) {
            if (i > 5 && find_random(&state) % 3 == 0)
                put_copy(f, a, &state);
            else
                find_put_random(a, &state, find_random(&state) % 200,
                                find_random(&state) % 2 ? 20000 : 8);
        }
    }
}

Test(candidates, random_archives_on_one_thread)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct find f;
        random_archive(&f, seed, 300);
        find_scan(&f, 1, "near");
        check(&f);
        find_end(&f);
    }
}

Test(candidates, random_archives_on_three_threads)
{
    for (uint64_t seed = 6; seed <= 9; seed++) {
        struct find f;
        random_archive(&f, seed, 500);
        f.hold = seed % 2;
        find_scan(&f, 3, "near");
        check(&f);
        find_end(&f);
    }
}

/* Long texts that share runs of 6 to 25 words, some of them two that lie close to each other: what is told apart by what
 * stands around the fingerprints, and where. */
Test(candidates, turns_of_phrase_and_quotes)
{
    struct find f;
    uint64_t state = 12;
    find_begin(&f);
    for (uint32_t i = 0; i < 400; i++) {
        struct find_article *a = find_add(&f, &i, 1, NULL, 0);
        find_put_random(a, &state, 300 + find_random(&state) % 300, 1000000);
        uint32_t *words = a->body.items;
        size_t len = a->body.len, at = find_random(&state) % 200;
        const struct find_article *of =
            &f.articles.items[find_random(&state) % (i > 0 ? i : 1)];
        size_t from = find_random(&state) % 200;
        for (int k = 0; i > 0 && k < 2; k++) {
            size_t run = 6 + find_random(&state) % 20;
            memcpy(words + at, of->body.items + from, run * sizeof *words);
            at += run + find_random(&state) % 30;
            from += run + find_random(&state) % 30;
        }
        cr_assert_lt(at, len);
    }
    find_scan(&f, 2, "near");
    check(&f);
    find_end(&f);
}

/* Enough fingerprints for several items of the stage and several ranges of voters. */
Test(candidates, a_larger_archive)
{
    struct find f;
    random_archive(&f, 10, 5000);
    find_scan(&f, 2, "near");
    check(&f);
    find_end(&f);
}

Test(candidates, nothing_to_compare)
{
    struct find f;
    const uint32_t words[] = {1, 2, 3};
    find_begin(&f);
    find_add(&f, words, 3, NULL, 0);
    find_add(&f, words, 2, NULL, 0);
    find_scan(&f, 1, "near");
    check(&f);
    find_end(&f);
}

/* --- prints_shared ----------------------------------------------------------------------- */

struct collected {
    uint64_t sum, count, calls, again;
    uint32_t partition;
};

static int collect(void *arg, const struct print *items, size_t n, struct err *err)
{
    struct collected *c = arg;
    (void)err;
    c->calls++;
    c->count += n;
    for (size_t i = 0; i < n; i++) {
        uint64_t v = print_hash(&items[i], c->partition) << 16 ^ items[i].text;
        c->sum += find_random(&v);
        cr_assert(i == 0 || items[i].key >> SHEET_MORE_BITS >= items[i - 1].key >>
                                SHEET_MORE_BITS);
        bool again = i > 0 && print_same(&items[i], &items[i - 1]) &&
                     items[i].text == items[i - 1].text;
        cr_assert_eq(items[i].again, again);
        c->again += again;
    }
    return 0;
}

/* Every other sheet goes to the file. */
static void hold_some(struct spool *s)
{
    struct err err = {0};
    for (size_t i = 0; i < s->sheets.len; i += 2) {
        struct sheet *sheet = &s->sheets.items[i];
        sheet->offset = file_writer_tell(&s->prints);
        file_writer_put(&s->prints, sheet->prints, sheet_bytes(sheet));
        free(sheet->prints);
        sheet->prints = NULL;
    }
    cr_assert_eq(spool_flush(s, &err), 0, "%s", err.msg);
}

enum where {
    IN_FILE,
    IN_MEMORY,
    IN_BOTH
};

static struct collected take_parts(enum where where)
{
    const size_t sizes[] = {1 << 20, 1000, 40, 7, 1};
    struct find f;
    struct collected first = {0};
    random_archive(&f, 21, 800);
    f.hold = where != IN_FILE;
    find_scan(&f, 1, "near");
    if (where == IN_BOTH)
        hold_some(&f.build.spool);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct collected c = {0};
        const struct prints_sink sink = {collect, &c};
        struct prints_scratch scratch = {0};
        struct err err = {0};
        for (c.partition = 0; c.partition < SHEET_PARTITIONS; c.partition++)
            cr_assert_eq(prints_shared(&f.build, &f.texts, c.partition, sizes[k],
                                       &scratch, &sink, &err),
                         0, "%s", err.msg);
        prints_scratch_release(&scratch);
        if (k == 0)
            first = c;
        cr_assert(c.sum == first.sum && c.count == first.count);
        cr_assert(k == 0 ? c.calls == SHEET_PARTITIONS : c.calls >= first.calls);
        cr_assert(sizes[k] > 40 || c.calls > SHEET_PARTITIONS);
    }
    cr_assert_gt(first.count, 100);
    cr_assert_gt(first.again, 0, "a text with a hash at two places");
    find_end(&f);
    return first;
}

Test(candidates, a_partition_may_be_taken_in_parts)
{
    const struct collected first = take_parts(IN_FILE);
    for (int where = IN_MEMORY; where <= IN_BOTH; where++) {
        const struct collected c = take_parts((enum where)where);
        cr_assert(c.sum == first.sum && c.count == first.count);
    }
}

/* --- archives that must stay linear ------------------------------------------------------ */

static uint64_t votes_of(struct find *f, struct candidates **out)
{
    struct err err = {0};
    cr_assert_eq(candidates_find(&f->build, &f->texts, 2, out, &err), 0, "%s", err.msg);
    return candidates_counts(*out).votes;
}

static struct candidate best_of(const struct candidates *c, uint32_t text)
{
    struct candidate best = {.text = text};
    for (uint64_t i = 0; i < candidates_count(c); i++) {
        struct candidate k;
        struct err err = {0};
        cr_assert_eq(candidates_read(c, i, 1, &k, &err), 0);
        if (k.text == text && k.votes > best.votes)
            best = k;
    }
    return best;
}

/* 600 copies of one article with a word changed in each: all but the first have it for a candidate. */
Test(candidates, many_copies)
{
    struct find f;
    uint64_t state = 31;
    find_begin(&f);
    find_put_random(find_add(&f, NULL, 0, NULL, 0), &state, 400, 20000);
    for (uint32_t i = 1; i < 600; i++) {
        struct find_article *a = find_add(&f, &i, 1, NULL, 0);
        find_put(a, f.articles.items[0].body.items, 400);
        a->body.items[i % 400] = 30000 + i;
    }
    find_scan(&f, 2, "near");
    struct candidates *c = NULL;
    uint64_t votes = votes_of(&f, &c);
    cr_assert_eq(texts_count(&f.texts), 600);
    cr_assert_leq(votes, 2 * candidates_counts(c).prints);
    cr_assert_leq(candidates_count(c), 599 * CANDIDATES_BEST);
    for (uint32_t t = 1; t < 600; t++) {
        struct candidate best = best_of(c, t);
        cr_assert_gt(best.votes, 60, "text %u", t);
    }
    candidates_free(c);
    check(&f);
    find_end(&f);
}

/* 2,000 articles with the same footer of 60 words, ten of them also copies of others: a few
 * candidates each for the footer, and the copied article's votes are more. */
Test(candidates, shared_footers)
{
    struct find f;
    uint64_t state = 32;
    uint32_t footer[60];
    find_begin(&f);
    for (size_t i = 0; i < 60; i++)
        footer[i] = (uint32_t)(50000 + i);
    for (uint32_t i = 0; i < 2000; i++) {
        struct find_article *a = find_add(&f, &i, 1, NULL, 0);
        if (i % 200 == 199)
            find_put(a, f.articles.items[i - 100].body.items, 150);
        else
            find_put_random(a, &state, 150, 20000);
        find_put_random(a, &state, i % 3, 20000);
        find_put(a, footer, 60);
    }
    find_scan(&f, 2, "near");
    struct candidates *c = NULL;
    uint64_t votes = votes_of(&f, &c);
    cr_assert_leq(votes, 2000 * 2 * 20 + 10 * 60);
    cr_assert_leq(candidates_count(c), 4 * 2000);
    for (uint32_t i = 199; i < 2000; i += 200) {
        uint32_t a = find_text(&f, i), b = find_text(&f, i - 100);
        struct candidate best = best_of(c, a > b ? a : b);
        cr_assert_eq(best.other, a > b ? b : a);
        cr_assert_gt(best.votes, 25);
    }
    candidates_free(c);
    find_end(&f);
}

/* An article that says itself again and again votes for another once a hash. */
Test(candidates, an_article_repeated_inside_itself)
{
    struct find f;
    uint64_t state = 33;
    find_begin(&f);
    find_put_random(find_add(&f, NULL, 0, NULL, 0), &state, 200, 20000);
    struct find_article *a = find_add(&f, NULL, 0, NULL, 0);
    const struct find_article *one = &f.articles.items[0];
    for (int i = 0; i < 90; i++)
        find_put(a, one->body.items, 200);
    find_scan(&f, 1, "near");
    struct candidates *c = NULL;
    uint64_t votes = votes_of(&f, &c);
    cr_assert_eq(candidates_count(c), 1);
    cr_assert_lt(votes, 70);
    candidates_free(c);
    check(&f);
    find_end(&f);
}

/* 20,000 articles of ten words out of a dozen. */
Test(candidates, ten_word_articles)
{
    struct find f;
    uint64_t state = 34;
    find_begin(&f);
    for (int i = 0; i < 20000; i++)
        find_put_random(find_add(&f, NULL, 0, NULL, 0), &state, 10, 12);
    find_scan(&f, 2, "near");
    struct candidates *c = NULL;
    uint64_t votes = votes_of(&f, &c);
    cr_assert_leq(votes, 2 * candidates_counts(c).prints);
    cr_assert_leq(candidates_counts(c).prints, 20000 * 3);
    candidates_free(c);
    find_end(&f);
}

/* --- sets -------------------------------------------------------------------------------- */

Test(candidates, sets_of_hashes)
{
    struct print_set s = {0};
    struct err err = {0};
    uint64_t state = 35;
    cr_assert_not(print_set_has(&s, 0));
    for (int round = 0; round < 2; round++) {
        state = 35;
        for (int i = 0; i < 5000; i++) {
            uint64_t hash = i == 0 ? 0 : find_random(&state) >> 16;
            cr_assert_eq(print_set_add(&s, hash, &err), 0);
            cr_assert(print_set_has(&s, hash));
        }
        cr_assert_eq(s.count, 5000);
    }
    for (int i = 0; i < 5000; i++)
        cr_assert_not(print_set_has(&s, find_random(&state) >> 16));
    print_set_release(&s);
    cr_assert_not(print_set_has(&s, 0));
}
