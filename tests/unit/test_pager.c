#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/output.h"
#include "query/pager.h"
#include "tests/support/tempdir.h"

static const char *choose(enum pager_mode mode, bool text, const char *own,
                          const char *pager)
{
    return pager_choose(mode, true, text, own, pager, "xterm", "less -FRX");
}

Test(pager, which)
{
    cr_assert_str_eq(choose(PAGER_AUTO, true, NULL, NULL), "less -FRX");
    cr_assert_str_eq(choose(PAGER_AUTO, true, NULL, "more"), "more");
    cr_assert_str_eq(choose(PAGER_AUTO, true, "own", "more"), "own");
    cr_assert_null(choose(PAGER_AUTO, true, "", "more"));
    cr_assert_null(choose(PAGER_AUTO, true, NULL, ""));
    cr_assert_null(choose(PAGER_AUTO, true, NULL, "cat"));
    cr_assert_null(choose(PAGER_AUTO, false, NULL, NULL));
    cr_assert_str_eq(choose(PAGER_ALWAYS, false, NULL, "more"), "more");
    cr_assert_null(choose(PAGER_NEVER, true, NULL, NULL));
    cr_assert_null(
        pager_choose(PAGER_ALWAYS, false, true, NULL, "more", "xterm", NULL));
    cr_assert_null(pager_choose(PAGER_AUTO, true, true, NULL, NULL, "xterm", NULL));
    cr_assert_null(pager_choose(PAGER_AUTO, true, true, NULL, "more", "dumb", NULL));
    cr_assert_null(pager_choose(PAGER_AUTO, true, true, NULL, "more", NULL, NULL));
    cr_assert_str_eq(pager_choose(PAGER_ALWAYS, true, true, NULL, "more", "dumb", NULL),
                     "more");
}

static struct tempdir dir;
static char file[600], command[700];

/* A command that writes to the file: what it is, up to the file's name. */
static void begin(const char *what)
{
    cr_assert(tempdir_make(&dir));
    cr_assert(tempdir_path(&dir, "out", file, sizeof file));
    snprintf(command, sizeof command, "%s '%s'", what, file);
}

static void expect_file(const char *want)
{
    char got[300];
    int fd = open(file, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, got, sizeof got - 1) : -1;
    cr_assert_geq(n, 0);
    got[n] = 0;
    cr_assert_str_eq(got, want);
    close(fd);
    tempdir_remove(&dir);
}

Test(pager, what_is_printed_goes_through_it)
{
    struct output o;
    struct err err = {0};
    begin("sed s/^/-/ >");
    output_init(&o, -1, false);
    o.pager = (struct pager){.command = command, .saved_stderr = -1};
    output_put(&o, "one\ntwo\n");
    cr_assert_eq(output_finish(&o, &err), 0, "%s", err.msg);
    cr_assert_eq(signal(SIGPIPE, SIG_DFL), SIG_DFL, "handlers are put back");
    expect_file("-one\n-two\n");
}

Test(pager, none_runs_where_nothing_is_printed)
{
    struct output o;
    struct err err = {0};
    begin("cat >");
    output_init(&o, -1, false);
    o.pager = (struct pager){.command = command, .saved_stderr = -1};
    cr_assert_eq(output_finish(&o, &err), 0, "%s", err.msg);
    cr_assert_neq(access(file, F_OK), 0);
    tempdir_remove(&dir);
}

Test(pager, one_that_leaves_is_no_failure)
{
    struct output o;
    struct err err = {0};
    char line[1000];
    int rc = 0;
    memset(line, 'x', sizeof line);
    begin("true >");
    output_init(&o, -1, false);
    o.pager = (struct pager){.command = command, .saved_stderr = -1};
    for (int i = 0; rc == 0 && i < 100000; i++) {
        buf_put(&o.buf, line, sizeof line);
        rc = output_flush_large(&o, &err);
    }
    cr_assert_eq(rc, ERR_OUTPUT, "the command stops");
    cr_assert(output_was_left(&o));
    err_clear(&err);
    cr_assert_eq(output_finish(&o, &err), 0);
    expect_file("");
}

Test(pager, one_that_there_is_not_is_told)
{
    struct output o;
    struct err err = {0};
    begin("/no/such/pager 2>");
    output_init(&o, -1, false);
    o.pager = (struct pager){.command = command, .saved_stderr = -1};
    output_put(&o, "x");
    cr_assert_eq(output_finish(&o, &err), ERR_OUTPUT);
    cr_assert(strstr(err.msg, "/no/such/pager"));
    tempdir_remove(&dir);
}
