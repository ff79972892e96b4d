/* Builds an archive with eight threads twice, in little memory, and verifies it. A plain
 * program: Criterion does not start under ThreadSanitizer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/snapshot.h"
#include "indexer/build.h"
#include "tests/support/tempdir.h"

enum {
    RECORDS = 10000,
    THREADS = 8
};

static void put_nothing(void *arg, const char *text, bool overwrite)
{
    (void)arg;
    (void)text;
    (void)overwrite;
}

/* About 7 MB: several blocks, chunks and partitions. */
static bool write_archive(const struct tempdir *dir)
{
    struct buf out = {0};
    uint32_t state = 1;
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint32_t seed = i % 6 == 5 ? (state = i / 6, i / 6) : i;
        buf_printf(&out,
                   "{\"id\":\"r%" PRIu32 "\",\"date\":\"2016-0%u-1%u\",\"text\":\"", i,
                   1 + seed % 9, seed % 10);
        /* Every sixth is an earlier one again, half of them cut: stories of several wordings. */
        for (uint32_t k = 0; k < (i % 12 == 11 ? 70u : 100u); k++) {
            state = state * 1664525 + 1013904223;
            buf_printf(&out, k % 9 == 8 ? "w%u-x%u. " : "w%u ",
                       state >> (18 + state % 8), k);
        }
        buf_put_str(&out, i % 100 == 99 ? "\n" : "\"}\n");
    }
    bool good = !out.failed && tempdir_write(dir, "a.jsonl", out.data, out.len);
    buf_release(&out);
    return good;
}

static int build(const char *archive, const char *index, struct err *err)
{
    struct config c;
    struct buf words = {0};
    bool skipped = false;
    config_init(&c);
    c.inputs = malloc(sizeof *c.inputs);
    if (!c.inputs)
        return err_set(err, ERR_NOMEM, "out of memory");
    c.inputs[0] = archive;
    c.n_inputs = 1;
    c.index = index;
    c.threads = THREADS;
    c.memory_bytes = UINT64_C(96) << 20;
    c.progress = PROGRESS_JSON;
    int rc = build_run(&c, (struct report_sink){put_nothing, NULL, false}, &skipped,
                       &words, err);
    if (rc == 0 && !skipped)
        rc = err_set(err, ERR_CORRUPT, "records without an end were taken");
    buf_release(&words);
    config_release(&c);
    return rc;
}

int main(void)
{
    struct tempdir dir = {0};
    struct err err = {0};
    struct snapshot_report report = {0};
    char archive[600], index[600];
    int rc = ERR_IO;
    if (tempdir_make(&dir) && tempdir_path(&dir, "a.jsonl", archive, sizeof archive) &&
        tempdir_path(&dir, "index", index, sizeof index) && write_archive(&dir))
        rc = 0;
    for (int i = 0; rc == 0 && i < 2; i++)
        rc = build(archive, index, &err);
    if (rc == 0)
        rc = snapshot_verify(index, &report, &err);
    if (rc != 0)
        fprintf(stderr, "thread_build: %s\n", err.code ? err.msg : err_text(rc));
    buf_release(&report.unknown);
    tempdir_remove(&dir);
    return rc == 0 ? 0 : 1;
}
