#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

Test(err, the_first_error_stays)
{
    struct err err = {0};
    cr_assert_eq(err_set(&err, ERR_IO, "first %d", 1), ERR_IO);
    cr_assert_eq(err_set(&err, ERR_NOMEM, "second"), ERR_NOMEM);
    cr_assert_eq(err_sys(&err, ERR_LIMIT, ENOSPC, "third"), ERR_LIMIT);
    cr_assert_eq(err.code, ERR_IO);
    cr_assert_str_eq(err.msg, "first 1");
    err_clear(&err);
    cr_assert_eq(err.code, 0);
    cr_assert_str_eq(err.msg, "");
    cr_assert_eq(err_set(&err, ERR_NOMEM, "second"), ERR_NOMEM);
    cr_assert_str_eq(err.msg, "second");
}

Test(err, null_is_accepted)
{
    cr_assert_eq(err_set(NULL, ERR_IO, "x"), ERR_IO);
    cr_assert_eq(err_sys(NULL, ERR_IO, EIO, "x"), ERR_IO);
    cr_assert_lt(err_wrap(NULL, "x"), 0, "a failure never becomes success");
    err_clear(NULL);
}

Test(err, system_errors_carry_their_reason)
{
    struct err err = {0};
    err_sys(&err, ERR_IO, ENOSPC, "'%s': cannot write", "a/b");
    char expected[200];
    snprintf(expected, sizeof expected, "'a/b': cannot write: %s", strerror(ENOSPC));
    cr_assert_str_eq(err.msg, expected);
    err_clear(&err);
    err_sys(&err, ERR_IO, 99999, "odd");
    cr_assert_eq(strncmp(err.msg, "odd: ", 5), 0);
}

Test(err, long_words_are_cut_with_dots)
{
    char words[3000];
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    struct err err = {0};
    err_set(&err, ERR_INPUT, "%s", words);
    cr_assert_eq(strlen(err.msg), sizeof err.msg - 1);
    cr_assert_str_eq(err.msg + sizeof err.msg - 4, "...");

    err_clear(&err);
    err_sys(&err, ERR_IO, ENOSPC, "%s", words);
    cr_assert_eq(strlen(err.msg), sizeof err.msg - 1);
    cr_assert_not_null(strstr(err.msg, "...: "), "words are cut");
    const char *reason = strerror(ENOSPC);
    cr_assert_str_eq(err.msg + strlen(err.msg) - strlen(reason), reason);
}

Test(err, wrap_puts_words_before)
{
    struct err err = {0};
    err_set(&err, ERR_CORRUPT, "block 3");
    cr_assert_eq(err_wrap(&err, "segment '%s'", "s1"), ERR_CORRUPT);
    cr_assert_str_eq(err.msg, "segment 's1': block 3");
    err_wrap(&err, "index");
    cr_assert_str_eq(err.msg, "index: segment 's1': block 3");
}

Test(err, wrap_at_every_length)
{
    for (size_t have = 0; have < sizeof((struct err *)0)->msg; have++) {
        for (size_t more = 0; more < 1100; more += have % 50 == 0 ? 1 : 97) {
            struct err err = {.code = ERR_IO};
            char words[1200];
            memset(err.msg, 'a', have);
            memset(words, 'b', more);
            words[more] = '\0';
            cr_assert_eq(err_wrap(&err, "%s", words), ERR_IO);
            size_t all = have + more + 2;
            size_t len = strlen(err.msg);
            if (all < sizeof err.msg)
                cr_assert(len == all && strchr(err.msg, '.') == NULL);
            else
                cr_assert(len == sizeof err.msg - 1 &&
                          strcmp(err.msg + len - 3, "...") == 0);
        }
    }
}

Test(err, codes_have_statuses_and_texts)
{
    cr_assert_eq(err_exit_status(0), 0);
    cr_assert_eq(err_exit_status(ITER_END), 0);
    cr_assert_eq(err_exit_status(ERR_USAGE), 2);
    cr_assert_eq(err_exit_status(ERR_CORRUPT), 3);
    cr_assert_eq(err_exit_status(ERR_LOCKED), 75);
    cr_assert_eq(err_exit_status(ERR_STOPPED), 4);
    cr_assert_eq(err_exit_status(ERR_OUTPUT), 5);
    cr_assert_eq(err_exit_status(ERR_INTERRUPTED), 130);
    cr_assert_eq(err_exit_status(ERR_TERMINATED), 143);
    cr_assert_eq(err_exit_status(-9999), 3);
    cr_assert_str_eq(err_text(ERR_NOMEM), "out of memory");
    cr_assert_str_eq(err_text(0), "no error");
    cr_assert_str_eq(err_text(-9999), "unknown error");
}
