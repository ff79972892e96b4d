/* Patches: an article's own spelling against its wording's. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/intern.h"
#include "indexer/patch.h"
#include "tests/support/tempdir.h"

/* Two articles of words and separators, e.g. "The|  cat": what stands before a bar is a
 * word, after it a separator; numbers are given as they come. */
struct fixture {
    struct tempdir dir;
    struct build build;
    struct ranks ranks;
    struct link link;
    struct intern surfaces, seps;
    struct spell spell;
    struct patch_scratch scratch;
    patch_vec patches;
};

static uint32_t number(struct intern *t, struct bytes b)
{
    struct intern_key key;
    bool is_new;
    intern_key(t, b, b.len, 0, &key);
    return intern_put(t, &key, &is_new);
}

static void add(struct fixture *f, const char *const *words, const char *const *seps)
{
    struct article a = {.tokens = file_writer_tell(&f->build.spool.tokens)};
    struct token_block block = {0};
    struct buf b = {0};
    for (; words[a.length]; a.length++) {
        uint32_t sep = number(&f->seps, bytes_str(seps[a.length]));
        block.surfaces[a.length] = number(&f->surfaces, bytes_str(words[a.length]));
        if (sep != 0) {
            block.places[block.n_seps] = (uint8_t)a.length;
            block.seps[block.n_seps++] = sep;
        }
    }
    block.n = a.length;
    cr_assert(block.n <= TOKEN_BLOCK &&
              buf_reserve(&b, TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK));
    b.len = (size_t)(token_block_put(&block, b.data) - b.data);
    buf_put_varint(&b, 0);
    buf_put_varint(&b, 0);
    file_writer_put(&f->build.spool.tokens, b.data, b.len);
    buf_release(&b);
    cr_assert(vec_push(&f->build.articles.v, a));
}

/* One story of the two: of one wording, or, where pieces were given before, of two. */
static void link_pair(struct fixture *f)
{
    struct link *l = &f->link;
    bool one = l->pieces.len == 0;
    uint32_t length = f->build.articles.v.items[0].length;
    vec_foreach(const struct link_block, b, &l->blocks)
        length += b->len;
    uint32_t blocks = (uint32_t)l->blocks.len, pieces = (uint32_t)l->pieces.len;
    cr_assert(vec_push(&l->stories, (struct link_story){.length = length}));
    cr_assert(vec_push(&l->wordings, (struct link_wording){0}));
    if (!one)
        cr_assert(vec_push(&l->wordings, (struct link_wording){.first_article = 1}));
    cr_assert(vec_push(&l->wordings, (struct link_wording){2, pieces, 0, 0}));
    cr_assert(vec_push(&l->stories, (struct link_story){one ? 1 : 2, 0, blocks, 0}));
    cr_assert(vec_push(&l->articles, 0) && vec_push(&l->articles, 1));
}

static void make(struct fixture *f, const char *const *words_a,
                 const char *const *seps_a, const char *const *words_b,
                 const char *const *seps_b)
{
    struct err err = {0};
    cr_assert(tempdir_make(&f->dir));
    cr_assert_eq(spool_open(&f->build.spool, f->dir.fd, f->dir.path, &err), 0);
    intern_init(&f->surfaces, false);
    intern_init(&f->seps, false);
    cr_assert(intern_reset(&f->surfaces) && intern_reset(&f->seps));
    cr_assert_eq(number(&f->seps, bytes_str(" ")), 0);
    add(f, words_a, seps_a);
    add(f, words_b, seps_b);
    cr_assert_eq(spool_flush(&f->build.spool, &err), 0);
    vocabulary_init(&f->build.vocabulary);
    for (uint32_t i = 0; i < f->surfaces.entries.len; i++) {
        struct lexicon_key key = {intern_bytes(&f->surfaces, i), i, 0};
        uint32_t to;
        cr_assert_eq(lexicon_put(&f->build.vocabulary.surfaces, &key, &to, &err), 0);
        cr_assert_eq(to, i);
    }
    /* Final numbers that differ from the provisional ones. */
    size_t n = f->surfaces.entries.len, m = f->seps.entries.len;
    f->ranks.surfaces = calloc(n, sizeof *f->ranks.surfaces);
    f->ranks.seps = calloc(m, sizeof *f->ranks.seps);
    cr_assert(f->ranks.surfaces && f->ranks.seps);
    for (size_t i = 0; i < n; i++)
        f->ranks.surfaces[i].id = (surface_id)(1000 + i);
    for (size_t i = 0; i < m; i++)
        f->ranks.seps[i] = (sep_id)(2000 + i);
    link_pair(f);
    f->scratch.spell = &f->spell;
    struct patch_place at = {0, f->link.wordings.len > 2, 1};
    cr_assert_eq(
        patch_make(&f->build, &f->link, &f->ranks, &f->scratch, at, &f->patches, &err),
        0);
}

static void expect(const struct fixture *f, const struct patch *expected, size_t n)
{
    cr_assert_eq(f->patches.len, n, "%zu patches", f->patches.len);
    for (size_t i = 0; i < n; i++) {
        const struct patch *p = &f->patches.items[i], *e = &expected[i];
        cr_assert(p->at == e->at && p->len == e->len && p->value == e->value &&
                      p->kind == e->kind,
                  "patch %zu: at %u len %u value %u kind %u", i, p->at, p->len,
                  p->value, p->kind);
    }
}

static void end(struct fixture *f)
{
    ranks_release(&f->ranks);
    link_release(&f->link);
    intern_release(&f->surfaces);
    intern_release(&f->seps);
    vocabulary_release(&f->build.vocabulary);
    vec_release(&f->build.articles.v);
    patch_scratch_release(&f->scratch);
    spell_release(&f->spell);
    vec_release(&f->patches);
    spool_close(&f->build.spool);
    tempdir_remove(&f->dir);
}

static const char *const blanks[] = {"", " ", " ", " ", " ", " ", " ", " "};

Test(patch, none_where_nothing_differs)
{
    static const char *const words[] = {"The", "cat", "sat", NULL};
    struct fixture f = {0};
    make(&f, words, blanks, words, blanks);
    expect(&f, NULL, 0);
    end(&f);
}

/* The first separator is the article's own field, no patch. */
Test(patch, surfaces_and_separators)
{
    static const char *const a[] = {"The", "cat", "sat", "there", NULL};
    static const char *const b[] = {"the", "cat", "Sat", "there", NULL};
    static const char *const seps[] = {"\"", " ", "\xe2\x80\x94", " ", NULL};
    struct fixture f = {0};
    make(&f, a, blanks, b, seps);
    cr_assert(f.scratch.ends.first == 2002 && f.scratch.ends.tail == 2000);
    /* surfaces: The cat sat there the Sat; separators: " " "" "\"" dash */
    expect(&f,
           (const struct patch[]){{0, 1, 1004, PATCH_SURFACE},
                                  {2, 1, 1005, PATCH_SURFACE},
                                  {2, 1, 2003, PATCH_SEP}},
           3);
    end(&f);
}

Test(patch, capitals_are_one_patch)
{
    static const char *const a[] = {"Dock", "workers", "win", "12",
                                    "NATO", "now",     NULL};
    static const char *const b[] = {"DOCK", "WORKERS", "WIN", "12",
                                    "NATO", "now",     NULL};
    static const char *const seps[] = {"", "-", " ", " ", " ", " ", NULL};
    struct fixture f = {0};
    make(&f, a, blanks, b, seps);
    expect(&f, (const struct patch[]){{0, 3, 0, PATCH_UPPER}, {1, 1, 2002, PATCH_SEP}},
           2);
    end(&f);
}

/* One changed word is a surface; a word that is no capitals of the other ends a range. */
Test(patch, capitals_that_do_not_pay_or_do_not_fit)
{
    static const char *const a[] = {"one", "two", "three", "four", "five", NULL};
    static const char *const b[] = {"ONE", "two", "THREE", "FOUR", "Five", NULL};
    struct fixture f = {0};
    make(&f, a, blanks, b, blanks);
    expect(&f,
           (const struct patch[]){{0, 1, 1005, PATCH_SURFACE},
                                  {2, 2, 0, PATCH_UPPER},
                                  {4, 1, 1008, PATCH_SURFACE}},
           3);
    end(&f);
}

/* The stream spells: one two three four | two! new THREE, where behind the bar is a block of
 * the second article. What its pieces spell is compared, wherever it lies. */
Test(patch, pieces_are_compared_with_the_stream)
{
    static const char *const a[] = {"one", "two", "three", "four", NULL};
    static const char *const b[] = {"One", "two", "new", "THREE", "four", NULL};
    static const char *const seps[] = {"", " ", "\n", " ", "-", NULL};
    struct fixture f = {0};
    cr_assert(vec_push(&f.link.pieces, (struct piece){0, 1, 0}));
    cr_assert(vec_push(&f.link.pieces, (struct piece){4, 3, 0}));
    cr_assert(vec_push(&f.link.pieces, (struct piece){3, 1, 0}));
    cr_assert(vec_push(&f.link.blocks,
                       (struct link_block){.wording = 1,
                                           .from = 1,
                                           .len = 3,
                                           .start = 4,
                                           .lead_home = (address)ADDRESS_NONE,
                                           .tail_home = (address)ADDRESS_NONE}));
    make(&f, a, blanks, b, seps);
    /* surfaces: one two three four One new THREE; separators: " " "" "\n" "-" */
    expect(&f,
           (const struct patch[]){{0, 1, 1004, PATCH_SURFACE}, {4, 1, 2003, PATCH_SEP}},
           2);
    end(&f);
}

Test(patch, upper_case_is_that_of_ascii)
{
    cr_assert(patch_is_upper(bytes_str("abc-1"), bytes_str("ABC-1")));
    cr_assert(patch_is_upper(bytes_str("ABC"), bytes_str("ABC")));
    cr_assert_not(patch_is_upper(bytes_str("ABC"), bytes_str("abc")));
    cr_assert_not(patch_is_upper(bytes_str("abc"), bytes_str("ABCD")));
    cr_assert_not(patch_is_upper(bytes_str("\xc3\xa9"), bytes_str("\xc3\x89")));
    cr_assert(patch_is_upper(bytes_str("caf\xc3\xa9"), bytes_str("CAF\xc3\xa9")));
}
