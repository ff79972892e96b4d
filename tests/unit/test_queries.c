#include <criterion/criterion.h>
#include <string.h>

#include "query/queries.h"
#include "tests/support/tempdir.h"

static int read_text(struct queries *q, const char *text, size_t len, struct err *err)
{
    struct tempdir dir;
    char path[600];
    cr_assert(tempdir_make(&dir));
    cr_assert(tempdir_write(&dir, "q", text, len));
    cr_assert(tempdir_path(&dir, "q", path, sizeof path));
    int rc = queries_read(q, path, err);
    tempdir_remove(&dir);
    return rc;
}

static void expect(const struct queries *q, size_t i, const char *want, uint64_t line)
{
    cr_assert_lt(i, q->items.len);
    struct bytes got = queries_get(q, i);
    cr_assert(bytes_equal(got, bytes_str(want)), "query %zu is '%.*s'", i, (int)got.len,
              (const char *)got.data);
    cr_assert_eq(q->items.items[i].line, line);
}

Test(queries, lines)
{
    struct queries q = {0};
    struct err err = {0};
    static const char text[] = "\xEF\xBB\xBF\"night shift\"\r\n\n  \t\nport AND tug*\n"
                               " keeps its blanks \nlast";
    cr_assert_eq(queries_put(&q, bytes_str("operand"), 0, &err), 0);
    cr_assert_eq(read_text(&q, text, sizeof text - 1, &err), 0, "%s", err.msg);
    cr_assert_eq(q.items.len, 5);
    expect(&q, 0, "operand", 0);
    expect(&q, 1, "\"night shift\"", 1);
    expect(&q, 2, "port AND tug*", 4);
    expect(&q, 3, " keeps its blanks ", 5);
    expect(&q, 4, "last", 6);
    queries_release(&q);
}

Test(queries, empty_file)
{
    struct queries q = {0};
    struct err err = {0};
    cr_assert_eq(read_text(&q, "", 0, &err), 0);
    cr_assert_eq(q.items.len, 0);
    queries_release(&q);
}

/* A byte order mark elsewhere is the query's own. */
Test(queries, mark_in_a_later_line)
{
    struct queries q = {0};
    struct err err = {0};
    cr_assert_eq(read_text(&q,
                           "a\n\xEF\xBB\xBF"
                           "b\n",
                           7, &err),
                 0);
    expect(&q, 1,
           "\xEF\xBB\xBF"
           "b",
           2);
    queries_release(&q);
}

Test(queries, a_zero_byte_ends_nothing)
{
    struct queries q = {0};
    struct err err = {0};
    cr_assert_eq(read_text(&q, "a\0b\nc\n", 6, &err), 0);
    cr_assert_eq(q.items.len, 2);
    cr_assert_eq(queries_get(&q, 0).len, 3);
    expect(&q, 1, "c", 2);
    queries_release(&q);
}

Test(queries, no_such_file)
{
    struct queries q = {0};
    struct err err = {0};
    cr_assert_eq(queries_read(&q, "/nonexistent/queries.txt", &err), ERR_USAGE);
    cr_assert(strstr(err.msg, "/nonexistent/queries.txt"), "%s", err.msg);
    queries_release(&q);
}

Test(queries, a_folder_is_no_file)
{
    struct queries q = {0};
    struct err err = {0};
    cr_assert_lt(queries_read(&q, "/", &err), 0);
    cr_assert_gt(strlen(err.msg), 0);
    queries_release(&q);
}

/* The limit holds before a byte is copied, so that the size given here need not exist. */
Test(queries, limit)
{
    struct queries q = {0};
    struct err err = {0};
    cr_assert_eq(queries_put(&q, bytes_str("x"), 0, &err), 0);
    struct bytes much = bytes_of("", QUERIES_BYTES_MAX);
    cr_assert_eq(queries_put(&q, much, 0, &err), ERR_LIMIT);
    cr_assert_eq(q.items.len, 1);
    queries_release(&q);
}
