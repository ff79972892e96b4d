/* count --by, the words of groups and the dictionary against brute force on random archives with copies.
 * STEMMA_PROPERTY_CASES sets how many (archive, query) pairs are tried, STEMMA_PROPERTY_SEED where the random
 * numbers begin. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "query/dictionary.h"
#include "query/grouping_words.h"
#include "query/syntax.h"
#include "query/written.h"
#include "tests/support/oracle_groups.h"
#include "tests/support/random_query.h"
#include "tests/support/tempdir.h"

enum {
    QUERIES_AN_ARCHIVE = 30,
    CASES = 900
};

static const struct handmade_text text = {analyser_fold, analyser_alias,
                                          analyser_joins};

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static struct grouping_keys random_keys(struct random_query *r)
{
    struct grouping_keys keys = {.n = 1 + random_query_below(r, 3)};
    for (unsigned i = 0; i < keys.n;) {
        bool twice = false;
        keys.field[i] = (enum grouping_field)random_query_below(r, GROUPING_KINDS);
        for (unsigned k = 0; k < i; k++)
            twice |= keys.field[k] == keys.field[i];
        i += !twice;
    }
    return keys;
}

static void compare(const struct buf *want, const struct buf *got, const char *what,
                    uint64_t seed)
{
    cr_assert(bytes_equal(buf_bytes(want), buf_bytes(got)),
              "seed %llu: %s\nwant\n%.*s\ngot\n%.*s", (unsigned long long)seed, what,
              (int)want->len, (const char *)want->data, (int)got->len,
              (const char *)got->data);
}

static void check_query(struct oracle *o, struct analyser *analyser,
                        struct random_query *r, uint64_t seed)
{
    struct arena arena = {0};
    struct err err = {0};
    struct syntax_result parsed;
    struct oracle_answer right;
    struct plan *plan = NULL;
    struct grouping g;
    struct grouping_keys keys = random_keys(r);
    struct buf query = {0}, want = {0}, got = {0};
    random_query_text(r, o->made, 2, &query);
    cr_assert_eq(syntax_parse(buf_bytes(&query), true, analyser, &arena, &parsed, &err),
                 0, "%s", err.msg);
    cr_assert_eq(oracle_ask(o, parsed.tree, &arena, &right, &err), 0);
    cr_assert_eq(plan_make(o->snapshot, parsed.tree, &arena, &plan, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(grouping_open(&g, o->snapshot, &keys, &err), 0);
    struct engine_options options = {
        .want_spans = true, .want_passages = true, .story = grouping_add, .arg = &g};
    cr_assert_eq(engine_run(plan, &options, NULL, &err), 0, "%s", err.msg);
    oracle_groups(o, &right, &keys, &want);
    oracle_groups_print(&g, &got);
    buf_put_u8(&query, 0);
    compare(&want, &got, (const char *)query.data, seed);
    grouping_release(&g);
    buf_release(&query);
    buf_release(&want);
    buf_release(&got);
    vec_release(&right.stories);
    plan_release(plan);
    arena_release(&arena);
}

static void check_words(struct oracle *o, struct random_query *r, uint64_t seed)
{
    struct err err = {0};
    struct grouping g;
    struct grouping_keys keys = random_keys(r);
    struct buf want = {0}, got = {0};
    cr_assert_eq(grouping_open(&g, o->snapshot, &keys, &err), 0);
    cr_assert_eq(grouping_archive(&g, NULL, &err), 0, "%s", err.msg);
    oracle_groups_words(o, &keys, &want);
    oracle_groups_print_words(&g, &got);
    compare(&want, &got, "words", seed);
    grouping_release(&g);
    buf_release(&want);
    buf_release(&got);
}

/* Distinct homes of plain words, by brute force. */
struct word {
    struct bytes term;
    uint64_t occurrences, stories;
    size_t last_story; /* that has it, and 1 */
};
struct seen_home {
    size_t story;
    address home;
};

static struct word *word_of(struct word *words, size_t *n, struct bytes term)
{
    for (size_t i = 0; i < *n; i++) {
        if (bytes_equal(words[i].term, term))
            return &words[i];
    }
    words[*n] = (struct word){.term = term};
    return &words[(*n)++];
}

static void check_entry(struct dictionary *d, struct written *written,
                        struct word *words, size_t n_words, uint64_t seed)
{
    const struct term_entry *e = &d->parts.items[0].entry;
    struct bytes term = bytes_of(e->key, e->key_len);
    uint64_t occurrences = 0, stories = 0, in_forms = 0;
    written_forms forms = {0};
    struct err err = {0};
    vec_foreach(const struct dictionary_part, p, &d->parts) {
        uint64_t n;
        cr_assert_eq(written_occurrences(&written[p->segment], &p->entry, &n, &err), 0);
        cr_assert_eq(written_forms_of(&written[p->segment], &p->entry, &forms, &err), 0,
                     "%s", err.msg);
        occurrences += n;
        stories += p->entry.stories;
    }
    vec_foreach(const struct written_form, form, &forms)
        in_forms += form->occurrences;
    vec_release(&forms);
    if (e->span > 0)
        return;
    const struct word *want = word_of(words, &n_words, term);
    cr_assert(
        want->occurrences == occurrences && want->stories == stories &&
            in_forms == occurrences,
        "seed %llu: '%.*s': %llu in %llu stories, %llu in forms, not %llu in %llu",
        (unsigned long long)seed, (int)term.len, (const char *)term.data,
        (unsigned long long)occurrences, (unsigned long long)stories,
        (unsigned long long)in_forms, (unsigned long long)want->occurrences,
        (unsigned long long)want->stories);
}

static void check_terms(struct oracle *o, bool all_forms, uint64_t seed)
{
    size_t n_tokens = 0, n_words = 0, n_homes = 0, n_plain = 0;
    struct err err = {0};
    struct dictionary d;
    struct written written[3] = {0};
    vec_foreach(const struct oracle_article, a, &o->articles)
        n_tokens += a->made->n_tokens;
    struct word *words = calloc(n_tokens + 1, sizeof *words);
    struct seen_home *homes = calloc(n_tokens + 1, sizeof *homes);
    cr_assert(words && homes);
    vec_foreach(const struct oracle_article, a, &o->articles) {
        for (size_t i = 0; i < a->made->n_tokens; i++) {
            struct word *word = word_of(words, &n_words, a->made->terms[i]);
            size_t k = 0, story = a->made->story;
            word->stories += word->last_story != story + 1;
            word->last_story = story + 1;
            while (k < n_homes &&
                   (homes[k].story != story || homes[k].home != a->homes[i]))
                k++;
            if (k == n_homes) {
                homes[n_homes++] = (struct seen_home){story, a->homes[i]};
                word->occurrences++;
            }
        }
    }
    for (size_t i = 0; i < o->snapshot->n_segments; i++) {
        written[i].segment = &o->snapshot->segments[i];
        if (all_forms)
            cr_assert_eq(written_count_all(&written[i], &err), 0, "%s", err.msg);
    }
    cr_assert_eq(dictionary_open(&d, o->snapshot, NULL, 0, NULL, &err), 0, "%s",
                 err.msg);
    int rc;
    while ((rc = dictionary_next(&d, &err)) == 0) {
        n_plain += d.parts.items[0].entry.span == 0;
        check_entry(&d, written, words, n_words, seed);
    }
    cr_assert_eq(rc, ITER_END);
    cr_assert_eq(n_plain, n_words);
    dictionary_release(&d);
    for (size_t i = 0; i < 3; i++)
        written_release(&written[i]);
    free(words);
    free(homes);
}

static void spread_days(struct random_query *r, struct handmade *h)
{
    static const int32_t days[] = {DAY_NONE, -719162, -3,    -4,    0,     16070,
                                   16071,    16435,   16436, 17166, 17167, 2932896};
    vec_foreach(struct handmade_article, a, &h->articles)
        a->row.day = days[random_query_below(r, sizeof days / sizeof *days)];
}

static size_t check_archive(uint64_t seed)
{
    struct random_query r = {seed * 0x9e3779b97f4a7c15u + 1};
    struct handmade h;
    struct tempdir dir;
    struct snapshot s = {0};
    struct oracle o;
    struct err err = {0};
    struct analyser *analyser = analyser_new();
    struct handmade_align align = {.extra = 1 + random_query_below(&r, 16)};
    cr_assert(analyser && tempdir_make(&dir));
    handmade_init(&h, text, align);
    random_query_archive(&r, &h, 4 + random_query_below(&r, 20));
    spread_days(&r, &h);
    cr_assert_eq(handmade_write(&h, dir.path, 1 + seed % 3, 1, &err), 0, "%s", err.msg);
    cr_assert_eq(snapshot_open(&s, dir.path, &err), 0, "%s", err.msg);
    cr_assert_eq(oracle_open(&o, &s, &h, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < QUERIES_AN_ARCHIVE; i++)
        check_query(&o, analyser, &r, seed);
    for (size_t i = 0; i < 4; i++)
        check_words(&o, &r, seed);
    check_terms(&o, seed % 2 == 0, seed);
    oracle_close(&o);
    snapshot_close(&s);
    handmade_release(&h);
    tempdir_remove(&dir);
    analyser_free(analyser);
    return QUERIES_AN_ARCHIVE;
}

Test(groups_property, groups_equal_oracle)
{
    uint64_t cases = from_environment("STEMMA_PROPERTY_CASES", CASES);
    uint64_t seed = from_environment("STEMMA_PROPERTY_SEED", 1);
    for (uint64_t done = 0; done < cases; seed++)
        done += check_archive(seed);
}
