/* stemma-query: asks an index. The command is found and run, what it tells goes to standard
 * error, its answer to standard output, its status to the caller. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "query/command.h"

/* The first line after the program's name, the rest (a query with a caret under a place of it) as
 * it stands. */
static void tell(enum log_level level, const char *text)
{
    size_t first = strcspn(text, "\n");
    log_print(level, "%.*s", (int)first, text);
    if (text[first] != '\n')
        return;
    struct buf rest = {0};
    log_sanitise(&rest, bytes_str(text + first + 1), true);
    if (rest.len > 0 && rest.data[rest.len - 1] != '\n')
        buf_put_u8(&rest, '\n');
    if (!rest.failed)
        (void)fwrite(rest.data, 1, rest.len, stderr);
    buf_release(&rest);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct session session;
    log_set_program("stemma-query");
    file_guard_maps();
    (void)signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error of write */
    (void)signal(SIGPIPE, SIG_DFL); /* a reader that went away wants no message */
    session_init(&session, tell);

    int status = command_run(&session, argc, argv, &err);
    if (status == ERR_OUTPUT && output_was_left(&session.output))
        status = 0; /* there was something to read */
    if (status < 0)
        status = session_stop(&session, status, &err);
    /* What was found before a failure is printed all the same; the failure is what is told. */
    int printed = output_finish(&session.output, status < 0 ? NULL : &err);
    if (status >= 0 && printed < 0)
        status = printed;
    if (status < 0) {
        tell(LOG_ERROR, err.msg);
        status = err_exit_status(status);
    }
#ifdef STEMMA_QUICK_EXIT
    _exit(status); /* all is written; the system takes memory and maps back at once */
#else
    session_release(&session);
    return status;
#endif
}
