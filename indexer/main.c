/* stemma-index: makes an index of archives, checks it and tells what is in it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/log.h"
#include "base/opt.h"
#include "indexer/command.h"

static int cmd_help(const struct console *io, int argc, char **argv, int *status,
                    struct err *err);

const struct command command_table[] = {
    {"build", "-x INDEX INPUT...", "archives to an index", cmd_build},
    {"verify", "INDEX", "checks every byte of an index", cmd_verify},
    {"stats", "INDEX", "what an index holds and what takes its room", cmd_stats},
    {"help", "[COMMAND]", "this, or a command's options", cmd_help},
    {0},
};

static const char examples[] =
    "Examples\n"
    "  stemma-index build -x news.idx archive/          a folder of articles\n"
    "  stemma-index build -x news.idx --rejects left-out.jsonl 2016.jsonl.zst\n"
    "  zcat dump.gz | stemma-index build -x news.idx -  from standard input\n"
    "  stemma-index verify news.idx && stemma-index stats news.idx\n"
    "\n";

static void put_out(const char *text)
{
    fputs(text, stdout);
}

/* File names and words from an archive must not command a terminal. */
static void put_note(const char *text)
{
    struct buf safe = {0};
    log_sanitise(&safe, bytes_str(text), true);
    if (!safe.failed && safe.len > 0)
        (void)fwrite(safe.data, 1, safe.len, stderr);
    buf_release(&safe);
}

static void put_progress(void *arg, const char *text, bool overwrite)
{
    (void)arg;
    if (overwrite)
        fprintf(stderr, "\r\033[K%s", text);
    else
        fprintf(stderr, "%s\n", text);
    (void)fflush(stderr);
}

static const struct command *find_command(const char *name)
{
    for (const struct command *c = command_table; c->name; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

static int unknown_command(const char *name, struct err *err)
{
    const char *names[] = {"build", "verify", "stats", "help", NULL};
    const char *nearest = opt_nearest(name, names);
    return err_set(err, ERR_USAGE,
                   "there is no command '%s'%s%s%s (stemma-index help lists them)",
                   name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                   nearest ? "'?" : "");
}

static int cmd_help(const struct console *io, int argc, char **argv, int *status,
                    struct err *err)
{
    if (argc > 1) {
        const struct command *c = find_command(argv[1]);
        if (!c)
            return unknown_command(argv[1], err);
        char *args[] = {argv[1], (char[]){"--help"}, NULL};
        if (c->run != cmd_help)
            return c->run(io, 2, args, status, err);
    }
    printf("usage: stemma-index COMMAND ...\n\n%sCommands\n", examples);
    for (const struct command *c = command_table; c->name; c++)
        printf("  %-8s %-20s %s\n", c->name, c->operands, c->summary);
    printf("\nstemma-index help COMMAND shows a command's options; stemma-index(1) has "
           "the "
           "rest.\n");
    return 0;
}

/* completion SHELL: a script for it, which is installed with the program. */
static int completion(int argc, char **argv, struct err *err)
{
    struct opt_complete c = {.program = "stemma-index"};
    struct buf text = {0};
    int status = 0, rc = 0;
    if (argc != 3 || !opt_shell_of(argv[2], &c.shell))
        return err_set(err, ERR_USAGE, "completion takes bash, zsh or fish");
    const struct console io = {.out = put_out, .note = put_note, .complete = &c};
    for (const struct command *k = command_table; k->name && rc == 0; k++) {
        char *args[] = {(char[16]){0}, (char[]){"--man"}, NULL};
        (void)snprintf(args[0], 16, "%s", k->name);
        if (k->run != cmd_help)
            rc = k->run(&io, 2, args, &status, err);
    }
    const struct opt none[] = {{0}};
    opt_complete_command(&c, "help", "[COMMAND]", "this, or a command's options", none);
    opt_complete_print(&c, &text);
    buf_put_u8(&text, 0);
    if (rc == 0 && (rc = buf_check(&text, err)) == 0)
        put_out((const char *)text.data);
    buf_release(&text);
    opt_complete_release(&c);
    return rc;
}

static int run(const struct console *io, int argc, char **argv, int *status,
               struct err *err)
{
    if (argc < 2)
        return err_set(err, ERR_USAGE, "which command? (stemma-index help lists them)");
    if (strcmp(argv[1], "--version") == 0) {
        printf("stemma-index %s\n", STEMMA_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return cmd_help(io, 1, argv, status, err);
    if (strcmp(argv[1], "completion") == 0)
        return completion(argc, argv, err);
    const struct command *c = find_command(argv[1]);
    return c ? c->run(io, argc - 1, argv + 1, status, err)
             : unknown_command(argv[1], err);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    int status = 0;
    const struct console io = {
        put_out, put_note, {put_progress, NULL, isatty(STDERR_FILENO) == 1}, NULL};
    budget_trim_arenas();
    log_set_program("stemma-index");
    file_guard_maps();
    int rc = run(&io, argc, argv, &status, &err);
    if (rc != 0) {
        log_print(LOG_ERROR, "%s", err.code ? err.msg : err_text(rc));
        status = err_exit_status(rc);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        log_print(LOG_ERROR, "output could not be written");
        status = status ? status : err_exit_status(ERR_OUTPUT);
    }
    return status;
}
