#include "tests/unit/find_fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/canonical.h"
#include "indexer/exact.h"
#include "indexer/scan.h"

uint64_t find_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t v = *state;
    v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
    return v ^ v >> 31;
}

/* Lower-case letters, the first a consonant that no other rule of the analyser cares for. */
void find_word(uint32_t word, char out[16])
{
    size_t len = 0;
    out[len++] = 'k';
    do {
        out[len++] = (char)('a' + word % 26);
        word /= 26;
    } while (word > 0);
    out[len++] = 'o';
    out[len] = 0;
}

uint64_t find_word_hash(uint32_t word)
{
    char bytes[16];
    find_word(word, bytes);
    return hash64(bytes, strlen(bytes), HASH_SEED_TERM);
}

void find_begin(struct find *f)
{
    memset(f, 0, sizeof *f);
    f->build.dirfd = -1;
    cr_assert(tempdir_make(&f->dir));
    cr_assert(tempdir_path(&f->dir, "archive.jsonl", f->archive, sizeof f->archive));
    cr_assert(tempdir_path(&f->dir, "index", f->index, sizeof f->index));
    cr_assert_eq(mkdir(f->index, 0755), 0);
}

struct find_article *find_add(struct find *f, const uint32_t *title, size_t n_title,
                              const uint32_t *body, size_t n_body)
{
    cr_assert(vec_push(&f->articles, (struct find_article){0}));
    struct find_article *a = &f->articles.items[f->articles.len - 1];
    for (size_t i = 0; i < n_title; i++)
        cr_assert(vec_push(&a->title, title[i]));
    find_put(a, body, n_body);
    return a;
}

void find_put(struct find_article *a, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(vec_push(&a->body, words[i]));
}

void find_put_random(struct find_article *a, uint64_t *state, size_t n, uint32_t words)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(vec_push(&a->body, (uint32_t)(find_random(state) % words)));
}

static void put_words(struct buf *out, const uint32_t *words, size_t n, uint32_t breaks)
{
    for (size_t i = 0; i < n; i++) {
        char word[16];
        find_word(words[i], word);
        if (i > 0)
            buf_put_str(out, breaks && i % breaks == 0 ? "\\n\\n" : " ");
        buf_put_str(out, word);
    }
}

static void write_archive(struct find *f)
{
    struct buf out = {0};
    for (size_t i = 0; i < f->articles.len; i++) {
        const struct find_article *a = &f->articles.items[i];
        buf_put_str(&out, "{");
        if (a->title.len > 0) {
            buf_put_str(&out, "\"title\":\"");
            put_words(&out, a->title.items, a->title.len, 0);
            buf_put_str(&out, "\",");
        }
        buf_put_str(&out, "\"text\":\"");
        put_words(&out, a->body.items, a->body.len, a->breaks);
        buf_put_str(&out, "\"}\n");
    }
    cr_assert_not(out.failed);
    cr_assert(tempdir_write(&f->dir, "archive.jsonl", out.data, out.len));
    buf_release(&out);
}

static void put_nothing(void *arg, const char *text, bool overwrite)
{
    (void)arg;
    (void)text;
    (void)overwrite;
}

static void on_reject(void *arg, const struct reject *r)
{
    (void)arg;
    cr_assert_fail("left out: %s", r->reason);
}

static void open_build(struct find *f, unsigned threads, const char *copies)
{
    struct err err = {0};
    struct build *b = &f->build;
    char args[6][16] = {"build", "-x", "--threads", "", "--copies", ""};
    (void)snprintf(args[3], sizeof args[3], "%u", threads);
    (void)snprintf(args[5], sizeof args[5], "%s", copies);
    char *argv[] = {args[0], args[1], f->index,   args[2], args[3],
                    args[4], args[5], f->archive, NULL};
    cr_assert_eq(config_parse(&f->config, 8, argv, &err), 0, "%s", err.msg);
    b->config = &f->config;
    report_init(&b->report, &f->config, (struct report_sink){put_nothing, NULL, false});
    budget_init(&b->budget, UINT64_C(256) << 20);
    vocabulary_init(&b->vocabulary);
    b->dirname = f->index;
    b->dirfd = open(f->index, O_RDONLY | O_DIRECTORY);
    cr_assert_geq(b->dirfd, 0);
    cr_assert_eq(pool_open(&b->pool, threads, &err), 0, "%s", err.msg);
    cr_assert_eq(rejects_open(&b->rejects, NULL, &err), 0, "%s", err.msg);
    cr_assert_eq(inputs_open(&b->inputs, &f->config, &b->budget, on_reject, b, &err), 0,
                 "%s", err.msg);
    cr_assert_eq(spool_open(&b->spool, b->dirfd, b->dirname, &err), 0, "%s", err.msg);
    if (f->hold)
        spool_hold(&b->spool, &b->budget);
}

void find_scan(struct find *f, unsigned threads, const char *copies)
{
    struct err err = {0};
    struct build *b = &f->build;
    write_archive(f);
    open_build(f, threads, copies);
    cr_assert_eq(scan_run(b, &err), 0, "%s", err.msg);
    size_t n = b->articles.v.len;
    cr_assert_eq(n, f->articles.len);
    f->order = calloc(n + 1, sizeof *f->order);
    f->leaders = calloc(n + 1, sizeof *f->leaders);
    f->bodies = calloc(n + 1, sizeof *f->bodies);
    cr_assert(f->order && f->leaders && f->bodies);
    cr_assert_eq(canonical_order(b, f->order, &err), 0, "%s", err.msg);
    cr_assert_eq(exact_groups(b, f->order, f->leaders, &err), 0, "%s", err.msg);
    cr_assert_eq(exact_bodies(b, f->order, f->leaders, f->bodies, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(texts_make(&f->texts, b, f->order, f->leaders, f->bodies, &err), 0);
}

void find_end(struct find *f)
{
    struct build *b = &f->build;
    vec_foreach(struct find_article, a, &f->articles) {
        vec_release(&a->title);
        vec_release(&a->body);
    }
    vec_release(&f->articles);
    texts_release(&f->texts);
    free(f->order);
    free(f->leaders);
    free(f->bodies);
    spool_close(&b->spool);
    inputs_close(b->inputs);
    rejects_close(&b->rejects);
    vocabulary_release(&b->vocabulary);
    vec_release(&b->articles.v);
    vec_release(&b->keys);
    vec_release(&b->id_hashes);
    vec_release(&b->per_input);
    pool_close(b->pool);
    if (b->dirfd >= 0)
        (void)close(b->dirfd);
    config_release(&f->config);
    tempdir_remove(&f->dir);
}
