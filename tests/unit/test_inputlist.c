/* The list of inputs: round trip, and damage. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/inputlist.h"
#include "tests/support/tempdir.h"

enum {
    ROWS = 300
};

static struct inputlist_row row_of(uint32_t i, char path[64])
{
    int n = snprintf(path, 64, "archive/%u.jsonl", i * i);
    return (struct inputlist_row){bytes_of(path, (size_t)n),
                                  UINT64_C(1) << (i % 63),
                                  UINT64_MAX - i,
                                  i,
                                  i % 3,
                                  i % 5,
                                  (uint8_t)(i % 4)};
}

static void write_list(const struct tempdir *dir, uint32_t n, struct hash128 *hash,
                       uint64_t *len)
{
    struct inputlist_writer *w;
    struct err err = {0};
    cr_assert_eq(inputlist_writer_create(&w, dir->fd, dir->path, "list", &err), 0);
    for (uint32_t i = 0; i < n; i++) {
        char path[64];
        struct inputlist_row row = row_of(i, path);
        inputlist_writer_put(w, &row);
    }
    cr_assert_eq(inputlist_writer_finish(w, hash, len, &err), 0, "%s", err.msg);
}

static int read_all(const struct tempdir *dir, const struct hash128 *hash, uint64_t len,
                    uint32_t n, struct err *err)
{
    struct inputlist l;
    struct inputlist_row row;
    int rc = inputlist_open(&l, dir->fd, dir->path, "list", hash, len, err);
    if (rc != 0)
        return rc;
    uint32_t i = 0;
    while ((rc = inputlist_next(&l, &row, err)) == 0) {
        char path[64];
        struct inputlist_row expected = row_of(i++, path);
        cr_assert(bytes_equal(row.path, expected.path) && row.size == expected.size &&
                  row.mtime_ns == expected.mtime_ns &&
                  row.records == expected.records && row.rejects == expected.rejects &&
                  row.warnings == expected.warnings && row.reader == expected.reader);
    }
    if (rc == ITER_END)
        cr_assert_eq(i, n);
    inputlist_close(&l);
    return rc;
}

Test(inputlist, round_trip)
{
    struct tempdir dir;
    struct hash128 hash;
    struct err err = {0};
    uint64_t len;
    cr_assert(tempdir_make(&dir));
    write_list(&dir, ROWS, &hash, &len);
    cr_assert_eq(read_all(&dir, &hash, len, ROWS, &err), ITER_END, "%s", err.msg);
    tempdir_remove(&dir);
}

Test(inputlist, no_rows)
{
    struct tempdir dir;
    struct hash128 hash;
    struct err err = {0};
    uint64_t len;
    cr_assert(tempdir_make(&dir));
    write_list(&dir, 0, &hash, &len);
    cr_assert_eq(read_all(&dir, &hash, len, 0, &err), ITER_END, "%s", err.msg);
    tempdir_remove(&dir);
}

/* A flipped bit is an error, or lies where no row is; rows that come are right. */
Test(inputlist, damage_is_found)
{
    struct tempdir dir;
    struct hash128 hash;
    uint64_t len;
    size_t size;
    cr_assert(tempdir_make(&dir));
    write_list(&dir, 50, &hash, &len);
    uint8_t *data = tempdir_read(&dir, "list", &size);
    cr_assert(data && size == len);
    for (size_t i = 0; i < size; i += 5) {
        struct err err = {0};
        data[i] ^= (uint8_t)(1u << (i % 8));
        cr_assert(tempdir_write(&dir, "list", data, size));
        int rc = read_all(&dir, &hash, len, 50, &err);
        cr_assert(rc == ITER_END || rc == ERR_CORRUPT || rc == ERR_VERSION,
                  "byte %zu: %d %s", i, rc, err.msg);
        data[i] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t cut = 0; cut < size; cut += 97) {
        struct err err = {0};
        cr_assert(tempdir_write(&dir, "list", data, cut));
        cr_assert_eq(read_all(&dir, &hash, len, 50, &err), ERR_CORRUPT, "cut at %zu",
                     cut);
    }
    free(data);
    tempdir_remove(&dir);
}
