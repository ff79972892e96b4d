/* Every module by itself, with the limit beside each figure: bench_micro INDEX CORPUS.jsonl
 *
 * INDEX gives lists and a token stream as they are, CORPUS the text (its first 32 MB). STEMMA_CPU=scalar measures the scalar twins
 * where a module chooses by the processor; where a twin can be called it has a row of its own. */
#include "bench/micro/micro.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "formats/snapshot.h"

enum {
    ROUNDS = 7,
    TEXT_MOST = 32 << 20
};

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double micro_ns(struct micro *m, micro_round *round, void *arg, double items)
{
    double least = HUGE_VAL;
    m->sum += round(arg);
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_ns();
        m->sum += round(arg);
        least = fmin(least, now_ns() - start);
    }
    return least / items;
}

void micro_title(const char *title)
{
    printf("\n%-44s %12s  %-34s %10s %7s\n", title, "figure", "limit", "", "share");
}

static void put_limit(const char *limited_by, double limit, const char *unit,
                      double share)
{
    if (limited_by) {
        printf("  %-34s %5.*f %-4s %5.0f %%", limited_by, limit < 100 ? 2 : 0, limit,
               unit, 100 * share);
    }
    printf("\n");
}

void micro_put_ns(const char *what, double ns, const char *limited_by, double limit_ns)
{
    printf("%-44s %9.2f ns", what, ns);
    put_limit(limited_by, limit_ns, "ns", limit_ns / ns);
}

void micro_put_rate(const char *what, double ns, const char *limited_by,
                    double limit_ns)
{
    printf("%-44s %7.0f MB/s", what, 1e3 / ns);
    put_limit(limited_by, 1e3 / limit_ns, "MB/s", limit_ns / ns);
}

/* Whole lines of the file's beginning. */
static struct bytes beginning(const struct buf *file)
{
    size_t n = file->len < TEXT_MOST ? file->len : TEXT_MOST;
    while (n > 0 && file->data[n - 1] != '\n') {
        n--;
    }
    return bytes_of(file->data, n);
}

int main(int argc, char **argv)
{
    struct micro m = {0};
    struct err err = {0};
    struct snapshot snapshot = {0};
    struct buf file = {0};
    if (argc != 3) {
        fputs("usage: bench_micro INDEX CORPUS.jsonl\n", stderr);
        return 2;
    }
    int rc = snapshot_open(&snapshot, argv[1], &err);
    if (rc == 0 && snapshot.n_segments == 0) {
        rc = err_set(&err, ERR_INPUT, "the index is empty");
    }
    rc = rc ? rc : file_read_all(AT_FDCWD, argv[2], (size_t)1 << 32, &file, &err);
    struct bytes lines = beginning(&file); /* behind them 64 bytes may be read */
    buf_put(&file, (uint8_t[64]){0}, 64);
    lines.data = file.data;
    rc = rc ? rc : buf_check(&file, &err);
    rc = rc ? rc : micro_memory(&m, &err);
    rc = rc ? rc : micro_formats(&m, &snapshot.segments[0], &err);
    rc = rc ? rc : micro_text(&m, lines, &err);
    rc = rc ? rc : micro_query(&m, &err);
    if (rc < 0) {
        fprintf(stderr, "bench_micro: %s\n", err.msg);
    } else {
        printf("\n(sum of what was computed: %llx)\n", (unsigned long long)m.sum);
    }
    buf_release(&file);
    snapshot_close(&snapshot);
    return err_exit_status(rc);
}
