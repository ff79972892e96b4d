/* What was left out, as JSON lines and as words. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/rejects.h"
#include "tests/support/tempdir.h"

Test(rejects, lines_are_json)
{
    struct tempdir dir;
    char path[600];
    size_t len;
    struct rejects r;
    struct err err = {0};
    cr_assert(tempdir_make(&dir));
    cr_assert(tempdir_path(&dir, "left-out.jsonl", path, sizeof path));
    cr_assert(tempdir_write(&dir, "left-out.jsonl", "old\n", 4));
    cr_assert_eq(rejects_open(&r, path, &err), 0, "%s", err.msg);
    rejects_put(&r,
                &(struct reject){"a \"b\"\n.jsonl", 17, 5230, 812, "no text", false});
    rejects_put(&r, &(struct reject){"c\xff.txt", 0, 0, 0, "odd \x01 \xc3\xa9", true});
    cr_assert_eq(rejects_finish(&r, &err), 0);
    cr_assert(r.n_rejects == 1 && r.n_warnings == 1);
    rejects_close(&r);
    char *text = tempdir_read(&dir, "left-out.jsonl", &len);
    cr_assert_str_eq(text,
                     "{\"file\":\"a \\\"b\\\"\\n.jsonl\",\"record\":17,\"offset\":5230,"
                     "\"length\":812,\"reason\":\"no text\"}\n"
                     "{\"file\":\"c\xef\xbf\xbd.txt\",\"offset\":0,\"reason\":\"odd "
                     "\\u0001 \xc3\xa9\",\"warning\":true}\n");
    free(text);
    tempdir_remove(&dir);
}

Test(rejects, counts_without_a_file_and_keeps_the_first_words)
{
    struct rejects r;
    struct err err = {0};
    cr_assert_eq(rejects_open(&r, NULL, &err), 0);
    for (uint64_t i = 1; i <= 100; i++)
        rejects_put(&r, &(struct reject){"a", i, i, 1, "bad", false});
    cr_assert_eq(r.n_rejects, 100);
    size_t lines = 0;
    for (size_t i = 0; i < r.told.len; i++)
        lines += r.told.data[i] == '\n';
    cr_assert_eq(lines, REJECTS_TOLD);
    cr_assert_eq(rejects_finish(&r, &err), 0);
    rejects_close(&r);
}

/* A link or a folder in the file's place is left alone. */
Test(rejects, replaces_regular_files_only)
{
    struct tempdir dir;
    char path[600];
    struct rejects r;
    struct err err = {0};
    cr_assert(tempdir_make(&dir));
    cr_assert(tempdir_path(&dir, "link", path, sizeof path));
    cr_assert_eq(symlink("/dev/null", path), 0);
    cr_assert_lt(rejects_open(&r, path, &err), 0);
    rejects_close(&r);
    err_clear(&err);
    cr_assert_lt(rejects_open(&r, dir.path, &err), 0);
    rejects_close(&r);
    tempdir_remove(&dir);
}
