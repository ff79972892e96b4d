/* Speed of UTF-8 validation, word boundaries and folding on a UTF-8 file.
 *
 *     bench_words FILE
 *
 * Words are found in pieces of 5,000 bytes, about an article each. Each line is the best of
 * several rounds, in CPU time. STEMMA_CPU=scalar measures the scalar twins. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "text/analyser.h"
#include "text/utf8.h"
#include "text/words.h"

enum {
    PIECE = 5000,
    ROUNDS = 5
};

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct bench {
    struct bytes text;
    struct token_vec tokens;
    size_t checksum; /* so that nothing is optimised away */
    bool failed;
};

static void run_valid(struct bench *b)
{
    b->checksum += utf8_valid_prefix(b->text);
}

static void run_words(struct bench *b)
{
    struct err err = {0};
    uint64_t cut = 0;
    for (size_t at = 0; at < b->text.len;) {
        size_t end = b->text.len - at > PIECE ? at + PIECE : b->text.len;
        while (end < b->text.len && (b->text.data[end] & 0xC0) == 0x80)
            end++;
        vec_reset(&b->tokens.v);
        b->failed |= words_find(b->text, at, end, &b->tokens, &cut, &err) != 0;
        b->checksum += b->tokens.v.len;
        at = end;
    }
}

/* Of the words that are not their own terms. */
static void run_fold(struct bench *b)
{
    uint8_t term[TERM_BYTES_MAX];
    vec_foreach(struct token, t, &b->tokens.v) {
        if (!(t->flags & TOKEN_LOWER))
            b->checksum +=
                analyser_fold(bytes_of(b->text.data + t->start, t->len), term);
    }
}

static double best_of(struct bench *b, void (*run)(struct bench *))
{
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double start = cpu_seconds();
        run(b);
        double spent = cpu_seconds() - start;
        best = spent < best ? spent : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    struct buf file = {0};
    struct err err = {0};
    if (argc != 2 ||
        file_read_all(AT_FDCWD, argv[1], (size_t)1 << 31, &file, &err) != 0) {
        fprintf(stderr, "usage: bench_words FILE\n%s\n", err.msg);
        return 2;
    }
    struct bench b = {.text = buf_bytes(&file)};
    b.text.len = utf8_valid_prefix(b.text);
    double mb = (double)b.text.len / 1e6, spent = best_of(&b, run_valid);
    printf("validate  %8.0f MB/s\n", mb / spent);
    spent = best_of(&b, run_words);
    printf("words     %8.0f MB/s\n", mb / spent);
    uint64_t cut = 0;
    vec_reset(&b.tokens.v);
    if (words_find(b.text, 0, b.text.len, &b.tokens, &cut, &err) != 0)
        b.failed = true;
    size_t folded = 0;
    vec_foreach(struct token, t, &b.tokens.v)
        folded += (t->flags & TOKEN_LOWER) == 0;
    spent = best_of(&b, run_fold);
    printf("fold      %8.1f ns a word, %zu of %zu words\n",
           spent * 1e9 / (double)folded, folded, b.tokens.v.len);
    vec_release(&b.tokens.v);
    buf_release(&file);
    return b.failed || b.checksum == 0 ? 3 : 0;
}
