/* Speed of the analyser on one core: bench_text FILE [PASSES]. Every line of FILE is taken as an article's body (as plain
 * text; no JSON is parsed). Prints MB/s of input for normalising, for finding words, and for the whole of
 * analyser_article, each the best of PASSES. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "text/analyser.h"
#include "text/normalise.h"
#include "text/words.h"

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct bench {
    struct analyser *analyser;
    struct survey survey;
    struct buf text;
    struct offsetmap map;
    struct token_vec tokens;
    uint64_t n_tokens;
};

typedef int step(struct bench *b, struct bytes line, struct err *err);

static int step_normalise(struct bench *b, struct bytes line, struct err *err)
{
    struct source_text in = {.text = line};
    struct text_repairs repairs = {0};
    buf_reset(&b->text);
    offsetmap_reset(&b->map);
    return normalise_text(&in, false, &b->survey, &b->text, &b->map, &repairs, err);
}

static int step_words(struct bench *b, struct bytes line, struct err *err)
{
    uint64_t cut = 0;
    vec_reset(&b->tokens.v);
    int rc = words_find(line, 0, line.len, &b->tokens, &cut, err);
    b->n_tokens += b->tokens.v.len;
    return rc;
}

static int step_article(struct bench *b, struct bytes line, struct err *err)
{
    struct source_text title = {0}, body = {.text = line};
    struct analysed out;
    int rc = analyser_article(b->analyser, &title, &body, &out, err);
    b->n_tokens += rc == 0 ? out.n_tokens : 0;
    return rc;
}

static int run(struct bench *b, const char *name, step *do_step, struct bytes file,
               int passes, struct err *err)
{
    double best = 1e30;
    for (int pass = 0; pass < passes; pass++) {
        double start = now_s();
        const uint8_t *p = file.data, *end = file.data + file.len;
        b->n_tokens = 0;
        while (p < end) {
            const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));
            size_t len = eol ? (size_t)(eol - p) : (size_t)(end - p);
            int rc = do_step(b, bytes_of(p, len), err);
            if (rc < 0)
                return rc;
            p += len + 1;
        }
        double took = now_s() - start;
        best = took < best ? took : best;
    }
    printf("%-12s %8.0f MB/s", name, (double)file.len / 1e6 / best);
    if (b->n_tokens)
        printf("  %6.1f M tokens/s", (double)b->n_tokens / 1e6 / best);
    printf("\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: bench_text FILE [PASSES]\n", stderr);
        return 2;
    }
    int passes = argc > 2 ? atoi(argv[2]) : 3;
    struct err err = {0};
    struct buf file = {0};
    struct bench b = {.analyser = analyser_new()};
    int rc = b.analyser ? 0 : err_set(&err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = file_read_all(AT_FDCWD, argv[1], (size_t)1 << 32, &file, &err);
    buf_put(&file, (uint8_t[64]){0}, 64);
    struct bytes all = bytes_of(file.data, file.len >= 64 ? file.len - 64 : 0);
    if (rc == 0)
        rc = run(&b, "normalise", step_normalise, all, passes, &err);
    if (rc == 0)
        rc = run(&b, "words", step_words, all, passes, &err);
    if (rc == 0)
        rc = run(&b, "article", step_article, all, passes, &err);
    if (rc < 0)
        fprintf(stderr, "bench_text: %s\n", err.msg);
    analyser_free(b.analyser);
    buf_release(&file);
    survey_release(&b.survey);
    buf_release(&b.text);
    offsetmap_release(&b.map);
    vec_release(&b.tokens.v);
    return err_exit_status(rc);
}
