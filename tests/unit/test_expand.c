/* What words with wildcards, stems and regular expressions stand for: against a reading of the whole dictionary,
 * and the same with all that is kept, with nothing kept, and the second time. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/expand.h"
#include "query/expand_kept.h"
#include "query/regex.h"
#include "query/stem.h"
#include "query/wildcard.h"
#include "tests/unit/query_fixture.h"

static struct query_fixture f;
static const struct terms *terms;

/* Adds a story of n words that `name` writes. */
static void add_words(void (*name)(char *out, size_t cap, uint32_t i), uint32_t n)
{
    char(*names)[32] = calloc(n, sizeof *names);
    struct handmade_token *t = calloc(n, sizeof *t);
    cr_assert(names && t);
    for (uint32_t i = 0; i < n; i++) {
        name(names[i], sizeof names[i], i);
        t[i] = (struct handmade_token){bytes_str(names[i]), bytes_str(" "), 0};
    }
    handmade_story(&f.made);
    handmade_article(&f.made, t, n, bytes_str(""), 0, NULL);
    free(t);
    free(names);
}

static void inflected(char *out, size_t cap, uint32_t i)
{
    static const char *const roots[] = {"walk",  "vot",      "run",   "nation", "hous",
                                        "polit", "organiz",  "marri", "eat",    "a",
                                        "at",    "geschenk", "sprech"};
    static const char *const ends[] = {"",    "s",   "es",    "ed",    "ing",    "er",
                                       "ers", "al",  "ally",  "ation", "ations", "en",
                                       "e",   "ier", "ities", "ung",   "\u00e9", "y"};
    snprintf(out, cap, "%s%s", roots[i / 18 % 13], ends[i % 18]);
}

static void repeated(char *out, size_t cap, uint32_t i)
{
    size_t n = 1 + i;
    cr_assert_lt(n, cap);
    memset(out, 'o', n);
    out[n] = 0;
}

static void numbered(char *out, size_t cap, uint32_t i)
{
    snprintf(out, cap, "z%05u", i);
}

static void joined(char *out, size_t cap, uint32_t i)
{
    static const char *const words[] = {"U.S", "al", "Assad", "walk's", "F.B.I"};
    snprintf(out, cap, "%s", words[i % 5]);
}

static void begin_with(uint32_t n_numbered)
{
    query_fixture_begin(&f);
    add_words(inflected, 13 * 18);
    add_words(repeated, 15);
    add_words(joined, 5);
    if (n_numbered)
        add_words(numbered, n_numbered);
    query_fixture_publish(&f, 1);
    terms = &f.snapshot.segments[0].terms;
}

static void begin(void)
{
    begin_with(0);
}

static void end(void)
{
    query_fixture_end(&f);
}

TestSuite(expand, .init = begin, .fini = end);

static struct ast item_of(enum ast_kind kind, const char *term, const char *language)
{
    struct ast item = {.kind = kind, .text = bytes_str(term), .term = bytes_str(term)};
    if (kind == AST_REGEX) {
        struct regex_fault fault;
        cr_assert_eq(regex_read(bytes_str(term), &f.arena, &item.term, &fault, &f.err),
                     0, "%s", term);
    }
    if (language) {
        item.language = stem_language(bytes_str(language));
        cr_assert(item.language, "%s", language);
    }
    return item;
}

/* Does it stand for the word, by its definition? */
static bool is_meant(const struct ast *item, struct bytes word)
{
    struct stem *stem = NULL;
    struct regex *regex = NULL;
    struct bytes cut;
    uint8_t wanted[STEM_BYTES_MAX];
    uint64_t steps = 0;
    bool is = false;
    switch (item->kind) {
    case AST_PREFIX: return bytes_starts(word, item->term);
    case AST_PATTERN: return wildcard_matches(item->term, word);
    case AST_REGEX:
        cr_assert_eq(regex_new(item->term, &regex, &f.err), 0);
        cr_assert_eq(regex_matches(regex, word, &steps, &is, &f.err), 0);
        regex_free(regex);
        return is;
    default: break;
    }
    cr_assert_eq(stem_new(item->language, &stem, &f.err), 0);
    cr_assert_eq(stem_word(stem, item->term, &cut, &f.err), 0);
    size_t n = cut.len;
    memcpy(wanted, cut.data, n);
    cr_assert_eq(stem_word(stem, word, &cut, &f.err), 0);
    is = bytes_equal(cut, bytes_of(wanted, n));
    stem_free(stem);
    return is;
}

/* What it found is each plain entry that is meant, ascending. */
static void check_found(const struct ast *item, const expand_vec *found)
{
    struct terms_iter it;
    const struct term_entry *e;
    size_t n = 0;
    int rc = terms_seek(terms, bytes_str(""), &it, &f.err);
    while (rc == 0 && (rc = terms_next(&it, &e, &f.err)) == 0) {
        if (e->span != 0 || !is_meant(item, bytes_of(e->key, e->key_len)))
            continue;
        cr_assert(n < found->len && found->items[n].id == e->id, "%.*s: not %.*s",
                  (int)item->text.len, (const char *)item->text.data, (int)e->key_len,
                  (const char *)e->key);
        cr_assert_eq(found->items[n].entry.count, e->occurrences);
        cr_assert_eq(found->items[n].entry.stories, e->stories);
        cr_assert_eq(found->items[n].entry.n_inline, e->n_inline);
        n++;
    }
    cr_assert_eq(rc, ITER_END);
    cr_assert_eq(n, found->len, "%.*s: %zu, not %zu", (int)item->text.len,
                 (const char *)item->text.data, found->len, n);
}

/* Asks once more; the answer and the cost are those of the first time. */
static void check_again(struct expansions *kept, const struct ast *item,
                        const expand_vec *found, const struct expand_cost *due)
{
    struct expand_cost cost = {0};
    expand_vec again = {0};
    cr_assert_eq(expand(kept, terms, 0, item, NULL, &cost, &again, &f.err), 0, "%s",
                 f.err.msg);
    cr_assert_eq(again.len, found->len);
    for (size_t i = 0; i < found->len; i++)
        cr_assert_eq(again.items[i].id, found->items[i].id);
    cr_assert_eq(cost.visited, due->visited, "%.*s: %llu entries, not %llu",
                 (int)item->text.len, (const char *)item->text.data,
                 (unsigned long long)cost.visited, (unsigned long long)due->visited);
    cr_assert_eq(cost.steps, due->steps);
    vec_release(&again);
}

static size_t check(struct expansions *kept, enum ast_kind kind, const char *term,
                    const char *language)
{
    struct ast item = item_of(kind, term, language);
    struct expand_cost cost = {0};
    expand_vec found = {0};
    cr_assert_eq(expand(NULL, terms, 0, &item, NULL, &cost, &found, &f.err), 0, "%s",
                 f.err.msg);
    check_found(&item, &found);
    for (int i = 0; i < 3; i++)
        check_again(kept, &item, &found, &cost);
    size_t n = found.len;
    vec_release(&found);
    return n;
}

Test(expand, kept_or_not_it_is_what_the_dictionary_has)
{
    struct expansions *kept = expansions_new();
    cr_assert(kept);
    cr_assert_gt(check(kept, AST_PREFIX, "walk", NULL), 15);
    cr_assert_eq(check(kept, AST_PREFIX, "q", NULL), 0);
    cr_assert_gt(check(kept, AST_PREFIX, "a", NULL), 18);
    cr_assert_gt(check(kept, AST_PATTERN, "?at*", NULL), 0);
    cr_assert_gt(check(kept, AST_PATTERN, "*ing", NULL), 10);
    cr_assert_gt(check(kept, AST_PATTERN, "walk?", NULL), 1);
    cr_assert_eq(check(kept, AST_REGEX, "walk(s|ed)", NULL), 2);
    cr_assert_gt(check(kept, AST_REGEX, ".*(tion|tions)", NULL), 20);
    cr_assert_eq(check(kept, AST_REGEX, "x+", NULL), 0);
    expansions_free(kept);
}

/* Languages of which nothing is known but by reading all words have a table of stems. */
Test(expand, stems_of_every_language)
{
    static const char *const words[] = {"walking", "votes",   "nation",   "eaten",
                                        "a",       "marrier", "geschenke"};
    struct expansions *kept = expansions_new();
    const char *const *languages = stem_languages();
    size_t tables = 0;
    cr_assert(kept);
    for (; *languages; languages++) {
        size_t n = 0;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            n += check(kept, AST_STEM, words[i], *languages);
        cr_assert_geq(n, 6, "%s: %zu", *languages, n);
        tables +=
            expand_kept_stems(kept, 0, stem_language(bytes_str(*languages))) != NULL;
    }
    cr_assert_gt(tables, 0);
    expansions_free(kept);
}

/* One term of several kinds, languages and segments is kept apart. */
Test(expand, what_is_kept_is_told_apart)
{
    struct expansions *kept = expansions_new();
    cr_assert(kept);
    cr_assert_gt(check(kept, AST_PREFIX, "hous", NULL), 10);
    cr_assert_eq(check(kept, AST_PATTERN, "hous", NULL), 1);
    cr_assert_eq(check(kept, AST_REGEX, "hous", NULL), 1);
    size_t english = check(kept, AST_STEM, "houses", "english");
    size_t german = check(kept, AST_STEM, "houses", "german");
    cr_assert_neq(english, german);
    struct ast item = item_of(AST_PREFIX, "hous", NULL);
    cr_assert(expand_kept_find(kept, 0, &item));
    cr_assert_null(expand_kept_find(kept, 1, &item));
    expansions_free(kept);
}

/* A pattern that takes many steps on some words comes to the query's bound at the same place, kept or not. */
Test(expand, steps_are_counted_alike)
{
    struct expansions *kept = expansions_new();
    struct ast item = item_of(AST_REGEX, "(o+)+[^o]{2}", NULL);
    struct expand_cost cost = {0};
    expand_vec found = {0};
    cr_assert(kept);
    cr_assert_eq(expand(kept, terms, 0, &item, NULL, &cost, &found, &f.err), 0, "%s",
                 f.err.msg);
    uint64_t steps = cost.steps;
    cr_assert(steps > 0 && steps < REGEX_STEPS_MAX);
    for (int i = 0; i < 3; i++) {
        struct expansions *which = i < 2 ? kept : NULL;
        cost.steps = REGEX_STEPS_MAX - steps;
        cr_assert_eq(expand(which, terms, 0, &item, NULL, &cost, &found, &f.err), 0);
        cr_assert_eq(cost.steps, REGEX_STEPS_MAX);
        cost.steps = REGEX_STEPS_MAX - steps + 1;
        cr_assert_eq(expand(which, terms, 0, &item, NULL, &cost, &found, &f.err),
                     ERR_LIMIT);
        cr_assert_gt(cost.steps, REGEX_STEPS_MAX);
        f.err = (struct err){0};
    }
    vec_release(&found);
    expansions_free(kept);
}

/* What stands for too many words is an error each time, and the most there may be are not. */
Test(expand_many, too_many_words, .fini = end)
{
    begin_with(EXPAND_MAX + 1);
    struct expansions *kept = expansions_new();
    struct ast all = item_of(AST_PREFIX, "z", NULL);
    expand_vec found = {0};
    cr_assert(kept);
    for (int i = 0; i < 3; i++) {
        struct expand_cost cost = {0};
        cr_assert_eq(
            expand(i < 2 ? kept : NULL, terms, 0, &all, NULL, &cost, &found, &f.err),
            ERR_LIMIT);
        cr_assert(strstr(f.err.msg, "give more letters"), "%s", f.err.msg);
        cr_assert_eq(found.len, 0);
        f.err = (struct err){0};
    }
    cr_assert_null(expand_kept_find(kept, 0, &all));
    struct ast fewer = item_of(AST_REGEX, "z(?!00000).*", NULL);
    for (int i = 0; i < 2; i++) {
        struct expand_cost cost = {0};
        vec_reset(&found);
        cr_assert_eq(expand(kept, terms, 0, &fewer, NULL, &cost, &found, &f.err), 0,
                     "%s", f.err.msg);
        cr_assert_eq(found.len, EXPAND_MAX);
    }
    vec_release(&found);
    expansions_free(kept);
}

/* Bytes that are kept have a bound; what comes later is found each time. */
Test(expand, no_room)
{
    struct expansions *kept = expansions_new();
    cr_assert(kept);
    cr_assert(expand_has_room(kept, EXPANSIONS_BYTES_MAX));
    cr_assert_not(expand_has_room(kept, (uint64_t)EXPANSIONS_BYTES_MAX + 1));
    cr_assert_not(expand_has_room(NULL, 1));
    struct expand_kept big = {0};
    struct ast item = item_of(AST_PREFIX, "walk", NULL), other = item;
    cr_assert(vec_reserve(&big.found,
                          EXPANSIONS_BYTES_MAX / sizeof(struct expand_found) - 100));
    other.term = bytes_str("big");
    cr_assert(expand_keep(kept, 0, &other, &big));
    cr_assert_null(big.found.items);
    cr_assert_not(expand_has_room(kept, 1 << 20));
    struct expand_kept more = {0};
    cr_assert(vec_reserve(&more.found, 1000));
    cr_assert_null(expand_keep(kept, 0, &item, &more));
    cr_assert(more.found.items, "it stays the caller's");
    vec_release(&more.found);
    check(kept, AST_STEM, "walking", "english");
    check(kept, AST_PREFIX, "walk", NULL);
    expansions_free(kept);
}
