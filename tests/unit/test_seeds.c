/* What the five seeds hold after analysis as plain text. They are other people's texts and
 * lie beside the project's folder; without them these tests are skipped. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "text/analyser.h"

static const char seeds_dir[] = "../shared/seeds";

struct seed {
    struct analyser *analyser;
    struct arena arena;
    struct buf raw;
    struct analysed text;
    struct bytes *terms;
};

/* Opens the one file whose name begins with `prefix`, or skips the test. */
static struct seed open_seed(const char *prefix)
{
    struct seed s = {.analyser = analyser_new()};
    struct err err = {0};
    char path[512] = "";
    DIR *dir = opendir(seeds_dir);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            snprintf(path, sizeof path, "%s/%s", seeds_dir, entry->d_name);
    if (dir)
        closedir(dir);
    if (!path[0])
        cr_skip_test("the seeds are not here");
    cr_assert_eq(file_read_all(AT_FDCWD, path, 1 << 24, &s.raw, &err), 0, "%s",
                 err.msg);
    struct source_text title = {.text = {NULL, 0}}, body = {.text = buf_bytes(&s.raw)};
    cr_assert_eq(analyser_article(s.analyser, &title, &body, &s.text, &err), 0, "%s",
                 err.msg);
    s.terms = arena_alloc(&s.arena, s.text.n_tokens * sizeof *s.terms);
    for (size_t i = 0; i < s.text.n_tokens; i++) {
        uint8_t term[TERM_BYTES_MAX];
        size_t len = analyser_fold(analysed_surface(&s.text, i), term);
        s.terms[i] = arena_copy(&s.arena, bytes_of(term, len));
    }
    return s;
}

static void close_seed(struct seed *s)
{
    analyser_free(s->analyser);
    arena_release(&s->arena);
    buf_release(&s->raw);
}

/* How often the phrase stands in the seed, as a query would see it. */
static size_t count(const struct seed *s, const char *phrase)
{
    struct analyser *a = analyser_new();
    struct arena arena = {0};
    struct query_tokens q = {{0}};
    cr_assert_eq(analyser_query(a, bytes_str(phrase), &arena, &q, NULL), 0);
    size_t n = q.tokens.len, found = 0;
    for (size_t i = 0; i + n <= s->text.n_tokens; i++) {
        size_t k = 0;
        while (k < n && bytes_equal(s->terms[i + k], q.tokens.items[k].term))
            k++;
        found += k == n;
    }
    vec_release(&q.tokens);
    arena_release(&arena);
    analyser_free(a);
    return found;
}

static void expect_count(const char *prefix, const char *phrase, size_t want)
{
    struct seed s = open_seed(prefix);
    size_t got = count(&s, phrase);
    cr_assert_eq(got, want, "'%s' in %s: %zu, not %zu", phrase, prefix, got, want);
    close_seed(&s);
}

Test(seeds, phrases)
{
    expect_count("003", "red line", 2);
    expect_count("002", "red line", 1);
    expect_count("000", "red line", 0);
    expect_count("000", "green surrender buses", 1);
    expect_count("001", "green surrender buses", 1);
    expect_count("001", "the Real Winner in Aleppo", 2);
    expect_count("000", "the Real Winner in Aleppo", 0);
    expect_count("000", "counts for more in Iran", 2);
    expect_count("001", "counts for more in Iran", 0);
    expect_count("000", "abdicated a decades-long role", 1);
    expect_count("001", "abdicated a decades-long role", 0);
}

/* "slainHezbollah <url>" in 000, written with a blank in 001. */
Test(seeds, glued_words_before_links)
{
    expect_count("000", "slain Hezbollah", 1);
    expect_count("001", "slain Hezbollah", 1);
    expect_count("000", "conflict, and Iran has played", 1);
    expect_count("000", "the chaos of Syria", 1);
    expect_count("000", "Mediterranean coast. It is", 1);
    struct seed s = open_seed("000");
    cr_assert_eq(s.text.repairs.links_removed, 6);
    cr_assert_eq(s.text.repairs.glued_split, 3);
    cr_assert_eq(s.text.repairs.bad_utf8, 0);
    close_seed(&s);
}

Test(seeds, accents)
{
    expect_count("002", "Türkiye", 30);
    expect_count("002", "Turkiye", 30);
    expect_count("002", "TÜRKİYE", 30);
    expect_count("002", "Delanoë", 2);
    expect_count("002", "Delanoe\xCC\x88", 2);
    expect_count("002", "delanoe", 2);
}

Test(seeds, hard_wraps_of_the_first_only)
{
    const char *prefixes[] = {"000", "001", "002", "003", "004"};
    for (int i = 0; i < 5; i++) {
        struct seed s = open_seed(prefixes[i]);
        cr_assert_eq(s.text.repairs.wraps_joined > 0, i == 0, "%s", prefixes[i]);
        close_seed(&s);
    }
}

/* The longest run of terms that two seeds share. */
static size_t longest_run(const struct seed *a, const struct seed *b)
{
    size_t best = 0, n = b->text.n_tokens;
    size_t *row = calloc(n + 1, sizeof *row);
    for (size_t i = 0; i < a->text.n_tokens; i++)
        for (size_t k = n; k-- > 0;) {
            row[k + 1] = bytes_equal(a->terms[i], b->terms[k]) ? row[k] + 1 : 0;
            best = row[k + 1] > best ? row[k + 1] : best;
        }
    free(row);
    return best;
}

Test(seeds, the_repost_shares_305_words)
{
    struct seed a = open_seed("000"), b = open_seed("001");
    cr_assert_eq(longest_run(&a, &b), 305);
    close_seed(&a);
    close_seed(&b);
}

/* Every token's bytes in the file, soft hyphens apart, are the token. */
Test(seeds, tokens_lead_back_to_the_file)
{
    const char *prefixes[] = {"000", "001", "002", "003", "004"};
    for (int p = 0; p < 5; p++) {
        struct seed s = open_seed(prefixes[p]);
        for (size_t i = 0; i < s.text.n_tokens; i++) {
            const struct token *k = &s.text.tokens[i];
            uint64_t from, to;
            offsetmap_span(s.text.map, k->start, (uint64_t)k->start + k->len, &from,
                           &to);
            struct bytes was = bytes_of(s.raw.data + from, to - from);
            bool hyphen = was.len > 0 && memchr(was.data, 0xC2, was.len);
            cr_assert(hyphen || bytes_equal(was, analysed_surface(&s.text, i)));
        }
        close_seed(&s);
    }
}
