#define _DEFAULT_SOURCE /* mkfifoat, setrlimit */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/support/tempdir.h"

static struct tempdir dir;
static struct err err;

static void setup(void)
{
    cr_assert(tempdir_make(&dir));
    err_clear(&err);
}

static void teardown(void)
{
    tempdir_remove(&dir);
}

TestSuite(file, .init = setup, .fini = teardown);

static void contains(const char *name, const void *data, size_t len)
{
    size_t got_len = 0;
    char *got = tempdir_read(&dir, name, &got_len);
    cr_assert_not_null(got, "%s", name);
    cr_assert(got_len == len && memcmp(got, data, len) == 0, "%s", name);
    free(got);
}

Test(file, open_read_takes_regular_files_only)
{
    uint64_t size = 0;
    cr_assert(tempdir_write(&dir, "a", "words", 5));
    int fd = file_open_read(dir.fd, "a", &size, &err);
    cr_assert_geq(fd, 0);
    cr_assert_eq(size, 5);
    char text[10];
    cr_assert_eq(file_read(fd, text, sizeof text, "a", &err), 5);
    cr_assert_eq(file_read(fd, text, sizeof text, "a", &err), 0);
    cr_assert_eq(file_pread(fd, text, 3, 1, "a", &err), 0);
    cr_assert_eq(memcmp(text, "ord", 3), 0);
    cr_assert_eq(file_pread(fd, text, 3, 3, "a", &err), ERR_CORRUPT);
    cr_assert_str_eq(err.msg, "'a': ends at offset 5, where 1 more bytes are due");
    close(fd);

    err_clear(&err);
    cr_assert_eq(file_open_read(dir.fd, "none", NULL, &err), ERR_NOT_FOUND);
    cr_assert_str_eq(err.msg, "'none': No such file or directory");
    err_clear(&err);
    cr_assert_eq(file_open_read(dir.fd, "a/b", NULL, &err), ERR_NOT_FOUND);
    cr_assert_eq(symlinkat("a", dir.fd, "link"), 0);
    cr_assert_eq(file_open_read(dir.fd, "link", NULL, NULL), ERR_INPUT);
    cr_assert_eq(mkfifoat(dir.fd, "fifo", 0600), 0);
    cr_assert_eq(file_open_read(dir.fd, "fifo", NULL, NULL), ERR_INPUT,
                 "and does not wait");
    err_clear(&err);
    cr_assert_eq(file_open_read(dir.fd, ".", NULL, &err), ERR_INPUT);
    cr_assert_str_eq(err.msg, "'.': is a folder");
    cr_assert_eq(file_open_read(AT_FDCWD, "/dev/null", NULL, NULL), ERR_INPUT);
}

Test(file, read_all_at_the_limit)
{
    struct buf b = {0};
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 200000};
    char *data = calloc(200000, 1);
    cr_assert_not_null(data);
    for (size_t i = 0; i < 200000; i++)
        data[i] = (char)(i * 7 + i / 251);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i];
        cr_assert(tempdir_write(&dir, "f", data, n));
        buf_reset(&b);
        buf_put_str(&b, "before");
        cr_assert_eq(file_read_all(dir.fd, "f", n, &b, &err), 0, "%s", err.msg);
        cr_assert(b.len == n + 6 && memcmp(b.data + 6, data, n) == 0);
        cr_assert_eq(file_read_all(dir.fd, "f", SIZE_MAX - 1, &b, &err), 0);
        cr_assert_eq(b.len, 2 * n + 6);
        if (n > 0) {
            cr_assert_eq(file_read_all(dir.fd, "f", n - 1, &b, NULL), ERR_LIMIT);
            cr_assert_eq(b.len, 2 * n + 6, "nothing is appended on failure");
        }
    }
    buf_reset(&b);
    cr_assert_eq(file_read_all(AT_FDCWD, "/proc/self/status", 100000, &b, &err), 0);
    cr_assert_gt(b.len, 100, "a file whose size is said to be 0");
    cr_assert_eq(file_read_all(AT_FDCWD, "/proc/self/status", 100, &b, NULL),
                 ERR_LIMIT);
    cr_assert_eq(file_read_all(dir.fd, "none", 100, &b, NULL), ERR_NOT_FOUND);
    buf_release(&b);
    free(data);
}

Test(file, maps)
{
    struct file_map m = {0};
    file_map_close(&m);
    cr_assert(tempdir_write(&dir, "a", "words", 5));
    cr_assert(tempdir_write(&dir, "empty", "", 0));
    cr_assert_eq(file_map_open(&m, dir.fd, dir.path, "a", &err), 0);
    cr_assert(m.len == 5 && memcmp(m.data, "words", 5) == 0);
    cr_assert_eq(strncmp(m.path, dir.path, strlen(dir.path)), 0);
    file_map_willneed(&m, 0, 5);
    file_map_willneed(&m, 4, UINT64_MAX);
    file_map_willneed(&m, 5, 1);
    file_map_willneed(&m, UINT64_MAX, UINT64_MAX);
    file_map_close(&m);
    cr_assert_null(m.data);
    cr_assert_eq(file_map_open(&m, dir.fd, dir.path, "empty", &err), 0);
    cr_assert(m.data == NULL && m.len == 0);
    file_map_willneed(&m, 0, 1);
    file_map_close(&m);
    cr_assert_eq(file_map_open(&m, dir.fd, dir.path, "none", &err), ERR_NOT_FOUND);
    cr_assert_not_null(strstr(err.msg, dir.path));
    cr_assert_null(m.path, "outputs are written only on success");
    cr_assert_eq(file_map_open(&m, dir.fd, dir.path, "none", NULL), ERR_NOT_FOUND);
}

Test(file, maps_with_a_head)
{
    struct file_map m = {0};
    uint8_t head[6] = "......";
    cr_assert(tempdir_write(&dir, "a", "words", 5));
    cr_assert_eq(file_map_open_head(&m, dir.fd, dir.path, "a", head, 4, &err), 0);
    cr_assert_eq(memcmp(head, "word..", 6), 0);
    cr_assert(m.len == 5 && memcmp(m.data, "words", 5) == 0);
    file_map_close(&m);
    cr_assert_eq(file_map_open_head(&m, dir.fd, dir.path, "a", head, 6, &err), 0);
    cr_assert_eq(memcmp(head, "word..", 6), 0, "the file is too short");
    cr_assert_eq(m.len, 5);
    file_map_close(&m);
    cr_assert_eq(file_map_open_head(&m, dir.fd, dir.path, "none", head, 4, NULL),
                 ERR_NOT_FOUND);
}

/* In a child: maps a file, cuts it short and reads. Its status, and stderr in "stderr". */
static int read_a_cut_map(bool guard, bool close_first)
{
    (void)fflush(NULL);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGBUS, SIG_DFL);
        int out = openat(dir.fd, "stderr", O_CREAT | O_WRONLY | O_TRUNC, 0600);
        (void)dup2(out, STDERR_FILENO);
        struct file_map m = {0}, other = {0};
        if (guard)
            file_guard_maps();
        if (file_map_open(&other, dir.fd, dir.path, "other", NULL) != 0 ||
            file_map_open(&m, dir.fd, dir.path, "a\n\x1b", NULL) != 0 ||
            truncate(m.path, 4096) != 0)
            _exit(99);
        const volatile uint8_t *data = m.data;
        if (close_first) {
            file_map_close(&other);
            (void)kill(getpid(), SIGBUS);
            _exit(98);
        }
        _exit(data[100] + data[5000]);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    return status;
}

Test(file, a_map_cut_short_ends_with_a_message)
{
    char *data = calloc(3, 4096);
    cr_assert(data && tempdir_write(&dir, "a\n\x1b", data, 3 * 4096));
    cr_assert(tempdir_write(&dir, "other", data, 4096));
    int status = read_a_cut_map(true, false);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3, "status %x",
              (unsigned)status);
    size_t len;
    char *text = tempdir_read(&dir, "stderr", &len);
    cr_assert_not_null(text);
    cr_assert_not_null(
        strstr(text, "a?\?': the file was changed while it was read, at offset 5000\n"),
        "%s", text);
    cr_assert_eq(strncmp(text, "error: damaged: '/", 18), 0);
    free(text);

    cr_assert(tempdir_write(&dir, "a\n\x1b", data, 3 * 4096));
    status = read_a_cut_map(true, true);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS,
              "a signal from elsewhere");
    free(data);
}

enum {
    MIB = 1 << 20
};

/* Pieces of all lengths around those that the writer's buffer has, some put after what was there was written. */
Test(file, writer_writes_pieces_of_any_length_after_a_flush)
{
    struct file_writer w = {0};
    cr_assert_eq(file_writer_create(&w, dir.fd, "pieces", &err), 0);
    static const size_t lengths[] = {1,           4095,    4096,        65536,
                                     MIB / 4 - 1, MIB / 4, MIB / 4 + 1, MIB / 2,
                                     MIB / 2 + 1, MIB};
    const size_t n = sizeof lengths / sizeof *lengths;
    uint8_t *data = malloc(MIB);
    struct buf expected = {0};
    cr_assert_not_null(data);
    for (size_t i = 0; i < n * n; i++) {
        size_t len = lengths[i * 7 % n] - i % 2;
        for (size_t k = 0; k < len; k++)
            data[k] = (uint8_t)(i + k * 31 + k / 256);
        file_writer_put(&w, data, len);
        buf_put(&expected, data, len);
        cr_assert_eq(file_writer_tell(&w), expected.len);
        if (i % 5 == 3)
            cr_assert_eq(file_writer_flush(&w, &err), 0);
    }
    cr_assert_eq(file_writer_sync(&w, &err), 0);
    file_writer_close(&w);
    cr_assert_not(expected.failed);
    contains("pieces", expected.data, expected.len);
    buf_release(&expected);
    free(data);
}

Test(file, room_that_was_reserved_goes_back)
{
    struct file_writer w = {0};
    struct stat st;
    uint8_t *data = malloc(MIB);
    size_t n = 33, last = 12345;
    cr_assert_not_null(data);
    cr_assert_eq(file_writer_create(&w, dir.fd, "long", &err), 0);
    for (size_t i = 0; i < n; i++) {
        memset(data, (int)i, MIB);
        file_writer_put(&w, data, MIB);
        cr_assert_eq(fstat(w.fd, &st), 0);
        cr_assert_leq((uint64_t)st.st_size, file_writer_tell(&w));
        cr_expect_leq(w.reserved, w.offset + w.offset / 4);
        cr_expect_leq(w.reserved, w.offset + 8 * MIB);
    }
    file_writer_put(&w, data, last);
    cr_assert_eq(file_writer_sync(&w, &err), 0);
    cr_assert_eq(fstat(w.fd, &st), 0);
    cr_expect_eq((size_t)st.st_size, n * MIB + last);
    cr_expect_leq((uint64_t)st.st_blocks * 512, n * MIB + MIB);
    file_writer_put(&w, data, last); /* it may go on */
    cr_assert_eq(file_writer_sync(&w, &err), 0);
    file_writer_close(&w);
    struct buf all = {0};
    cr_assert_eq(file_read_all(dir.fd, "long", 64 * MIB, &all, &err), 0);
    cr_assert_eq(all.len, n * MIB + 2 * last);
    for (size_t i = 0; i < all.len; i++)
        cr_assert_eq(all.data[i], i / MIB < n ? i / MIB : n - 1);
    buf_release(&all);
    free(data);
}

Test(file, no_room_is_reserved_behind_what_is_due)
{
    struct file_writer w = {0}, temp = {0};
    uint8_t *data = calloc(1, MIB);
    cr_assert_not_null(data);
    cr_assert_eq(file_writer_create(&w, dir.fd, "due", &err), 0);
    cr_assert_eq(file_writer_temp(&temp, dir.fd, "", &err), 0);
    for (size_t i = 0; i < 24; i++) {
        if (i == 8)
            file_writer_expect(&w, 20 * MIB);
        file_writer_put(&w, data, MIB);
        file_writer_put(&temp, data, MIB);
        cr_expect_leq(w.reserved, 20 * MIB);
        cr_expect(i >= 16 || temp.reserved == 0);
    }
    cr_assert_eq(file_writer_sync(&w, &err), 0);
    cr_assert_eq(file_writer_tell(&w), 24 * MIB);
    file_writer_close(&w);
    file_writer_close(&temp);
    free(data);
}

Test(file, writer_writes_what_was_put)
{
    struct file_writer w = {0};
    file_writer_close(&w);
    cr_assert_eq(file_writer_create(&w, dir.fd, "out", &err), 0);
    static const size_t sizes[] = {1, 0,           100,     MIB - 1, MIB, MIB + 1,
                                   7, 3 * MIB + 5, MIB / 2, 9 * MIB, 1,   8 * MIB};
    char *data = malloc(9 * MIB);
    struct buf expected = {0};
    cr_assert_not_null(data);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(data, (int)i + 'a', sizes[i]);
        cr_assert_eq(file_writer_tell(&w), expected.len);
        file_writer_put(&w, data, sizes[i]);
        buf_put(&expected, data, sizes[i]);
    }
    file_writer_patch(&w, 0, "HEAD", 4);
    memcpy(expected.data, "HEAD", 4);
    file_writer_patch(&w, expected.len - 2, "XY", 2);
    memcpy(expected.data + expected.len - 2, "XY", 2);
    file_writer_put(&w, "end", 3);
    buf_put(&expected, "end", 3);
    cr_assert_eq(file_writer_sync(&w, &err), 0);
    cr_assert_eq(file_writer_tell(&w), expected.len);
    file_writer_close(&w);
    cr_assert_not(expected.failed);
    contains("out", expected.data, expected.len);
    buf_release(&expected);
    free(data);
}

Test(file, a_writer_copies_another)
{
    struct file_writer from = {0}, w = {0};
    struct buf expected = {0};
    cr_assert_eq(file_writer_temp(&from, dir.fd, dir.path, &err), 0);
    cr_assert_eq(file_writer_create(&w, dir.fd, "out", &err), 0);
    for (uint32_t i = 0; i < (2 * MIB + 100) / 4; i++) {
        file_writer_put(&from, &i, sizeof i);
        buf_put(&expected, &i, sizeof i);
    }
    cr_assert_eq(file_writer_flush(&from, &err), 0);
    file_writer_put(&w, "abc", 3);
    file_writer_copy(&w, &from, 0);
    file_writer_copy(&w, &from, 5);
    /* From now on the buffer does not begin at a multiple of its size. */
    cr_assert_eq(file_writer_flush(&w, &err), 0);
    file_writer_copy(&w, &from, MIB / 4 - 1);
    file_writer_put(&w, "de", 2);
    file_writer_copy(&w, &from, expected.len);
    file_writer_put(&w, "end", 3);
    cr_assert_eq(file_writer_flush(&w, &err), 0);
    struct buf all = {0};
    buf_put_str(&all, "abc");
    buf_put(&all, expected.data, 5);
    buf_put(&all, expected.data, MIB / 4 - 1);
    buf_put_str(&all, "de");
    buf_put_bytes(&all, buf_bytes(&expected));
    buf_put_str(&all, "end");
    contains("out", all.data, all.len);
    /* What cannot be read is the copier's failure. */
    file_writer_close_file(&from);
    file_writer_copy(&w, &from, 1);
    cr_assert_eq(file_writer_flush(&w, &err), ERR_IO);
    file_writer_close(&from);
    file_writer_close(&w);
    buf_release(&all);
    buf_release(&expected);
}

/* Numbers of four bytes, to both. */
static void put_numbers(struct file_writer *w, struct buf *expected, size_t len)
{
    for (uint32_t i = 0; i < len / sizeof i; i++) {
        file_writer_put(w, &i, sizeof i);
        buf_put(expected, &i, sizeof i);
    }
}

/* Copies it whole behind three bytes, and looks. */
static void copies_whole(struct file_writer *from, const struct buf *expected)
{
    struct file_writer w = {0};
    struct buf all = {0};
    (void)file_remove(dir.fd, "out", NULL);
    cr_assert_eq(file_writer_create(&w, dir.fd, "out", &err), 0);
    file_writer_put(&w, "abc", 3);
    file_writer_copy(&w, from, 5);
    file_writer_copy(&w, from, expected->len);
    cr_assert_eq(file_writer_flush(&w, &err), 0, "%s", err.msg);
    buf_put_str(&all, "abc");
    buf_put(&all, expected->data, 5);
    buf_put_bytes(&all, buf_bytes(expected));
    contains("out", all.data, all.len);
    file_writer_close(&w);
    buf_release(&all);
}

Test(file, what_is_held_needs_no_file)
{
    struct file_writer from = {0};
    struct buf expected = {0};
    struct budget budget;
    budget_init(&budget, UINT64_C(64) * MIB);
    /* No folder: were a file made, it would fail. */
    cr_assert_eq(file_writer_held(&from, -1, "nowhere", &budget, &err), 0);
    put_numbers(&from, &expected, MIB + 100);
    cr_assert_eq(file_writer_tell(&from), expected.len);
    cr_assert_eq(budget_free(&budget), UINT64_C(63) * MIB);
    copies_whole(&from, &expected);
    file_writer_close(&from);
    cr_assert_eq(budget_free(&budget), UINT64_C(64) * MIB);
    buf_release(&expected);
}

Test(file, what_is_held_goes_to_a_file_when_it_is_much)
{
    struct file_writer from = {0};
    struct buf expected = {0};
    struct budget budget;
    budget_init(&budget, UINT64_C(32) * MIB);
    cr_assert_eq(file_writer_held(&from, dir.fd, dir.path, &budget, &err), 0);
    put_numbers(&from, &expected, 2 * MIB + 100);
    cr_assert_eq(budget_free(&budget), UINT64_C(32) * MIB, "the file has it");
    copies_whole(&from, &expected);
    file_writer_patch(&from, 1, "x", 1);
    expected.data[1] = 'x';
    copies_whole(&from, &expected);
    file_writer_close(&from);
    buf_release(&expected);
}

static void reads(const struct file_writer *w, const struct buf *expected,
                  uint64_t offset, size_t len)
{
    struct buf got = {0};
    uint8_t *to = buf_extend(&got, len);
    cr_assert_not_null(to);
    cr_assert_eq(file_writer_read(w, to, len, offset, &err), 0, "%s", err.msg);
    cr_assert(bytes_equal(buf_bytes(&got), bytes_of(expected->data + offset, len)));
    buf_release(&got);
}

Test(file, what_is_held_is_read_as_a_file_is)
{
    for (int held = 0; held < 2; held++) {
        struct file_writer w = {0};
        struct buf expected = {0};
        struct budget budget;
        budget_init(&budget, UINT64_C(64) * MIB);
        cr_assert_eq(
            file_writer_held(&w, dir.fd, dir.path, held ? &budget : NULL, &err), 0);
        put_numbers(&w, &expected, MIB / 2 + 100);
        cr_assert_eq(file_writer_flush(&w, &err), 0);
        cr_assert_eq(budget_free(&budget) < UINT64_C(64) * MIB, held != 0);
        reads(&w, &expected, 0, expected.len);
        reads(&w, &expected, 1, 0);
        reads(&w, &expected, MIB / 4 - 1, 2);
        reads(&w, &expected, expected.len - 7, 7);
        put_numbers(&w, &expected, 1000);
        cr_assert_eq(file_writer_flush(&w, &err), 0);
        reads(&w, &expected, expected.len - 1001, 1001);
        uint8_t two[2];
        cr_assert_eq(file_writer_read(&w, two, 2, expected.len - 1, &err), ERR_CORRUPT);
        err_clear(&err);
        cr_assert_eq(file_writer_read(&w, two, 2, expected.len + MIB, &err),
                     ERR_CORRUPT);
        err_clear(&err);
        file_writer_close(&w);
        buf_release(&expected);
    }
}

Test(file, what_is_held_tells_when_it_finds_no_file)
{
    struct file_writer from = {0}, w = {0};
    struct budget budget;
    budget_init(&budget, 0);
    cr_assert_eq(file_writer_held(&from, -1, "nowhere", &budget, &err), 0);
    cr_assert_eq(file_writer_create(&w, dir.fd, "out", &err), 0);
    for (uint32_t i = 0; i < MIB; i++)
        file_writer_put(&from, &i, sizeof i);
    file_writer_copy(&w, &from, 10);
    cr_assert_eq(file_writer_flush(&w, &err), ERR_IO);
    err_clear(&err);
    cr_assert_eq(file_writer_flush(&from, &err), ERR_IO);
    cr_assert_not_null(strstr(err.msg, "nowhere/(temporary file)"));
    file_writer_close(&from);
    file_writer_close(&w);
}

Test(file, writer_create_is_exclusive)
{
    struct file_writer w = {0};
    cr_assert(tempdir_write(&dir, "there", "old", 3));
    cr_assert_eq(file_writer_create(&w, dir.fd, "there", &err), ERR_IO);
    cr_assert_str_eq(err.msg, "'there': cannot create: File exists");
    cr_assert_eq(symlinkat("elsewhere", dir.fd, "link"), 0);
    cr_assert_eq(file_writer_create(&w, dir.fd, "link", NULL), ERR_IO);
    cr_assert_eq(file_writer_create(&w, dir.fd, "no/folder", NULL), ERR_IO);
    contains("there", "old", 3);
    file_writer_close(&w);
}

Test(file, temporary_files_leave_no_name)
{
    struct file_writer w = {0};
    cr_assert_eq(file_writer_temp(&w, dir.fd, dir.path, &err), 0, "%s", err.msg);
    cr_assert_eq(tempdir_count(&dir), 0);
    file_writer_put(&w, "spooled", 7);
    cr_assert_eq(file_writer_flush(&w, &err), 0);
    char text[7];
    cr_assert_eq(file_pread(w.fd, text, 7, 0, w.path, &err), 0, "it can be read");
    cr_assert_eq(memcmp(text, "spooled", 7), 0);
    file_writer_close(&w);
    cr_assert_eq(tempdir_count(&dir), 0);
}

/* Writes over a file size limit fail with EFBIG at some offset. */
Test(file, writer_failure_sticks_and_names_the_path)
{
    struct rlimit limit = {.rlim_cur = 100000, .rlim_max = RLIM_INFINITY};
    struct rlimit before;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit.rlim_max = before.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);

    struct file_writer w = {0};
    cr_assert_eq(file_writer_create(&w, dir.fd, "big", &err), 0);
    char *data = calloc(1, 150000);
    cr_assert_not_null(data);
    file_writer_put(&w, data, 150000);
    cr_assert_eq(file_writer_flush(&w, &err), ERR_IO);
    char expected[200];
    snprintf(expected, sizeof expected, "'big': cannot write at offset 100000: %s",
             strerror(EFBIG));
    cr_assert_str_eq(err.msg, expected);
    file_writer_put(&w, data, 1);
    file_writer_patch(&w, 0, "x", 1);
    cr_assert_eq(file_writer_sync(&w, NULL), ERR_IO);
    file_writer_close(&w);

    err_clear(&err);
    cr_assert(tempdir_write(&dir, "CURRENT", "old", 3));
    cr_assert_eq(
        file_publish(dir.fd, dir.path, "CURRENT", bytes_of(data, 150000), &err),
        ERR_IO);
    contains("CURRENT", "old", 3);
    cr_assert_eq(tempdir_count(&dir), 2, "no temporary file stays");
    free(data);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
}

Test(file, publish_replaces_whole_files)
{
    cr_assert_eq(file_publish(dir.fd, dir.path, "CURRENT", bytes_str("one"), &err), 0,
                 "%s", err.msg);
    contains("CURRENT", "one", 3);
    cr_assert(tempdir_write(&dir, ".CURRENT.tmp", "left by a killed run", 20));
    cr_assert_eq(file_publish(dir.fd, dir.path, "CURRENT", bytes_str("two!"), &err), 0);
    contains("CURRENT", "two!", 4);
    cr_assert_eq(file_publish(dir.fd, dir.path, "CURRENT", bytes_str(""), &err), 0);
    contains("CURRENT", "", 0);
    cr_assert_eq(tempdir_count(&dir), 1);
    cr_assert_eq(mkdirat(dir.fd, "folder", 0700), 0);
    cr_assert_eq(file_publish(dir.fd, dir.path, "folder", bytes_str("x"), &err),
                 ERR_IO);
    cr_assert_eq(tempdir_count(&dir), 2);
}

Test(file, rename_and_remove)
{
    cr_assert(tempdir_write(&dir, "a", "1", 1));
    cr_assert_eq(file_rename_durable(dir.fd, dir.path, "a", "b", &err), 0);
    contains("b", "1", 1);
    cr_assert_eq(file_rename_durable(dir.fd, dir.path, "a", "c", &err), ERR_IO);
    cr_assert_not_null(strstr(err.msg, "/a': cannot rename to 'c': "));
    cr_assert_eq(file_remove(dir.fd, "b", &err), 0);
    cr_assert_eq(file_remove(dir.fd, "b", &err), 0);
    cr_assert_eq(tempdir_count(&dir), 0);
    cr_assert_eq(mkdirat(dir.fd, "folder", 0700), 0);
    cr_assert_eq(file_remove(dir.fd, "folder", NULL), ERR_IO);
    cr_assert_eq(file_sync_dir(dir.fd, dir.path, NULL), 0);
    cr_assert_eq(file_sync_dir(AT_FDCWD, ".", NULL), 0);
}

Test(file, folders_are_made_and_opened)
{
    char path[600];
    cr_assert(tempdir_path(&dir, "index", path, sizeof path));
    cr_assert_eq(file_open_dir(path, false, &err), ERR_NOT_FOUND);
    for (int i = 0; i < 2; i++) {
        int fd = file_open_dir(path, true, NULL);
        cr_assert_geq(fd, 0);
        close(fd);
    }
    cr_assert(tempdir_path(&dir, "slash/", path, sizeof path));
    int fd = file_open_dir(path, true, NULL);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert(tempdir_path(&dir, "a/b/c", path, sizeof path));
    cr_assert_eq(file_open_dir(path, true, NULL), ERR_IO,
                 "one level is made, not more");
    cr_assert(tempdir_write(&dir, "file", "", 0));
    cr_assert(tempdir_path(&dir, "file", path, sizeof path));
    cr_assert_eq(file_open_dir(path, true, NULL), ERR_INPUT);
}

Test(file, locks_exclude_until_closed)
{
    int fd = file_lock(dir.fd, dir.path, "lock", &err);
    cr_assert_geq(fd, 0);
    cr_assert_eq(file_lock(dir.fd, dir.path, "lock", &err), ERR_LOCKED);
    cr_assert_not_null(strstr(err.msg, "/lock': another process holds the lock"));
    close(fd);
    fd = file_lock(dir.fd, dir.path, "lock", NULL);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(file_lock(dir.fd, dir.path, "no/lock", NULL), ERR_IO);
}
