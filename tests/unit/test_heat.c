#include <criterion/criterion.h>
#include <math.h>

#include "query/heat.h"

#define GAP (double)NAN

static void expect(const struct picture_matrix *m, unsigned width, bool colour,
                   bool blocks, const char *want)
{
    struct output o;
    struct err err = {0};
    output_init(&o, -1, false);
    cr_assert_eq(heat_put(&o, m, width, colour, blocks, &err), 0);
    buf_put_u8(&o.buf, 0);
    cr_expect_str_eq((const char *)o.buf.data, want);
    buf_release(&o.buf);
}

static const double values[] = {0, 1, GAP, 4, 1000, 2.5};

static struct picture_matrix matrix(const struct bytes *names)
{
    return (struct picture_matrix){.rows = names,
                                   .columns = names + 2,
                                   .n_rows = 2,
                                   .n_columns = 3,
                                   .values = values};
}

Test(heat, shades)
{
    const struct bytes names[] = {bytes_str("Oslo"), bytes_str("B\xC3\xA9r\nn"),
                                  bytes_str("a"), bytes_str("beta"), bytes_str("c")};
    struct picture_matrix m = matrix(names);
    expect(&m, 80, false, false,
           "          a      beta     c\n"
           "Oslo   0         1 ..  -\n"
           "B\xC3\xA9r n  4 ..  1,000 ##  2 ..\n");
    expect(&m, 0, false, true,
           "          a      beta     c\n"
           "Oslo   0         1 \u2591\u2591  -\n"
           "B\xC3\xA9r n  4 \u2591\u2591  1,000 \u2588\u2588  2 \u2591\u2591\n");
}

Test(heat, columns_that_have_no_room_follow)
{
    const struct bytes names[] = {bytes_str("Oslo"), bytes_str("Rome"), bytes_str("a"),
                                  bytes_str("b"), bytes_str("c")};
    struct picture_matrix m = matrix(names);
    expect(&m, 12, false, false,
           "         a\n"
           "Oslo  0\n"
           "Rome  4 ..\n"
           "\n"
           "             b\n"
           "Oslo      1 ..\n"
           "Rome  1,000 ##\n"
           "\n"
           "         c\n"
           "Oslo  -\n"
           "Rome  2 ..\n");
}

Test(heat, colours)
{
    const struct bytes names[] = {bytes_str("a"), bytes_str("b")};
    const double both[] = {GAP, -2, 2, 0.5};
    struct picture_matrix m = {.rows = names,
                               .columns = names,
                               .n_rows = 2,
                               .n_columns = 2,
                               .values = both,
                               .digits = 1};
    expect(&m, 80, true, true,
           "        a        b\n"
           "a      -   \033[97;48;5;130m  -2.0 \033[0m\n"
           "b  \033[97;48;5;25m  2.0 \033[0m  \033[30;48;5;153m   0.5 \033[0m\n");
}

Test(heat, the_diagonal_of_pairs_is_empty)
{
    const struct bytes names[] = {bytes_str("a"), bytes_str("b")};
    const double both[] = {9, 1, 1, 9};
    struct picture_matrix m = {.rows = names,
                               .columns = names,
                               .n_rows = 2,
                               .n_columns = 2,
                               .values = both,
                               .symmetric = true};
    expect(&m, 80, false, false,
           "      a     b\n"
           "a  -     1 ##\n"
           "b  1 ##  -\n");
}

Test(heat, nothing)
{
    struct picture_matrix m = {.n_rows = 0};
    expect(&m, 80, false, false, "");
}
