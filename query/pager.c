#include "query/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "query/terminal.h"

/* The environment's; POSIX has no header for it. */
extern char **environ;

const char *pager_choose(enum pager_mode mode, bool is_terminal, bool is_text,
                         const char *stemma_pager, const char *pager, const char *term,
                         const char *less)
{
    if (mode == PAGER_NEVER || !is_terminal)
        return NULL;
    if (mode == PAGER_AUTO &&
        (!is_text || !term || !*term || strcmp(term, "dumb") == 0))
        return NULL;
    const char *command = stemma_pager ? stemma_pager : pager ? pager : less;
    if (!command || !*command || strcmp(command, "cat") == 0)
        return NULL;
    return command;
}

/* "less -FRX" if there is a less: what nobody asked for must not fail. */
static const char *find_less(const char *path)
{
    while (path && *path) {
        struct buf file = {0};
        size_t len = strcspn(path, ":");
        buf_put(&file, path, len);
        buf_put_str(&file, "/less");
        buf_put_u8(&file, 0);
        bool found = !file.failed && access((const char *)file.data, X_OK) == 0;
        buf_release(&file);
        if (found)
            return "less -FRX";
        path += len + (path[len] == ':');
    }
    return NULL;
}

void pager_init(struct pager *p, enum pager_mode mode, bool is_text)
{
    *p = (struct pager){.saved_stderr = -1};
    if (mode == PAGER_NEVER || !terminal_is(STDOUT_FILENO))
        return;
    /* Nothing else runs yet. NOLINTBEGIN(concurrency-mt-unsafe) */
    p->command =
        pager_choose(mode, true, is_text, getenv("STEMMA_PAGER"), getenv("PAGER"),
                     getenv("TERM"), find_less(getenv("PATH")));
    /* NOLINTEND(concurrency-mt-unsafe) */
}

/* environ with LESS=FRX before it, where LESS is not set; free it. NULL: no memory. */
static char **environment(void)
{
    static char less[] = "LESS=FRX";
    size_t n = 0, at = 0;
    bool has_less = false;
    for (; environ[n]; n++)
        has_less |= strncmp(environ[n], "LESS=", 5) == 0;
    char **out = calloc(n + 2, sizeof *out);
    if (out && !has_less)
        out[at++] = less;
    if (out)
        memcpy(out + at, environ, n * sizeof *out);
    return out;
}

/* Starts the shell with `from` as its standard input. */
static int spawn(struct pager *p, int from)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    char sh[] = "sh", option[] = "-c", *command = strdup(p->command);
    char *args[] = {sh, option, command, NULL};
    char **env = environment();
    int failed = command && env ? 0 : ENOMEM;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    sigaddset(&defaults, SIGINT);
    if (failed == 0 && (failed = posix_spawn_file_actions_init(&actions)) == 0) {
        if ((failed = posix_spawnattr_init(&attributes)) == 0) {
            posix_spawnattr_setsigdefault(&attributes, &defaults);
            posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
            failed = posix_spawn_file_actions_adddup2(&actions, from, STDIN_FILENO);
            if (failed == 0)
                failed =
                    posix_spawn(&p->pid, "/bin/sh", &actions, &attributes, args, env);
            posix_spawnattr_destroy(&attributes);
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    free(command);
    free(env);
    return failed;
}

static bool set_cloexec(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int pager_start(struct pager *p)
{
    int ends[2];
    p->tried = true;
    if (pipe(ends) != 0)
        return -1;
    if (!set_cloexec(ends[0]) || !set_cloexec(ends[1]) || spawn(p, ends[0]) != 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        p->pid = 0;
        return -1;
    }
    (void)close(ends[0]);
    p->fd = ends[1];
    p->interrupt = signal(SIGINT, SIG_IGN);
    p->pipe = signal(SIGPIPE, SIG_IGN);
    if (terminal_is(STDERR_FILENO)) {
        p->saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        if (p->saved_stderr >= 0)
            (void)dup2(p->fd, STDERR_FILENO);
    }
    return p->fd;
}

int pager_end(struct pager *p)
{
    int status = 0;
    if (p->pid == 0)
        return 0;
    if (p->saved_stderr >= 0) {
        (void)dup2(p->saved_stderr, STDERR_FILENO);
        (void)close(p->saved_stderr);
        p->saved_stderr = -1;
    }
    (void)close(p->fd);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR) {}
    p->pid = 0;
    (void)signal(SIGINT, p->interrupt);
    (void)signal(SIGPIPE, p->pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
