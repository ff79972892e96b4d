/* What new processes take: bench_cold [--drop | --warm] QUERIES COMMAND... [-- COMMAND...]...
 *
 * Each line of the file QUERIES is asked of every command in turn, in a process of its own; {} in an argument stands for the line.
 * Prints a line a command: its program, processes, wall milliseconds p50 and p99, processor milliseconds p50 and p99, page
 * faults (mean), bytes read from disk (mean). What a command prints is thrown away; a status over 1 ends all.
 *
 * --drop: before each process the pages of all files that are named in its arguments, or lie in a folder that is, are dropped
 * from the page cache (posix_fadvise; Linux drops those that no process has mapped). Programs and libraries stay there.
 *
 * --warm: before each process the same one runs untimed, so that whatever it reads is in the page cache. Systems that take back
 * pages which nobody has touched for some seconds (DAMON) drop them between two processes else. */
#define _GNU_SOURCE /* wait4 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    COMMANDS = 16,
    ARGUMENTS = 32,
    LINE = 4096,
    DISK_BLOCK = 512 /* unit of ru_inblock */
};

struct command {
    char *given[ARGUMENTS]; /* NULL after the last */
    size_t n;
    double *wall, *cpu; /* milliseconds, by query */
    double faults, read;
};

extern char **environ;

static void *room_for(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    if (!p) {
        fputs("bench_cold: out of memory\n", stderr);
        exit(3);
    }
    return p;
}

_Noreturn static void fail(const char *what)
{
    perror(what);
    exit(3);
}

static void drop_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail(path);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    (void)close(fd);
}

/* A file, or the files in a folder; anything else is no path. */
static void drop(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return;
    if (S_ISREG(st.st_mode))
        drop_file(path);
    DIR *dir = S_ISDIR(st.st_mode) ? opendir(path) : NULL;
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) { // NOLINT(concurrency-mt-unsafe)
        char name[LINE];
        if ((size_t)snprintf(name, sizeof name, "%s/%s", path, entry->d_name) <
                sizeof name &&
            stat(name, &st) == 0 && S_ISREG(st.st_mode))
            drop_file(name);
    }
    if (dir)
        (void)closedir(dir);
}

/* The argument with the query in place of {}; owned by the caller. */
static char *put_query(const char *argument, const char *query)
{
    const char *at = strstr(argument, "{}");
    size_t before = at ? (size_t)(at - argument) : strlen(argument);
    size_t room = strlen(argument) + strlen(query) + 1;
    char *out = room_for(room, 1);
    snprintf(out, room, "%.*s%s%s", (int)before, argument, at ? query : "",
             at ? at + 2 : "");
    return out;
}

static double ms_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) * 1e3 +
           (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

static double ms_of(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

/* One process; returns wall milliseconds, in *used what it has used. */
static double run(const struct command *c, const char *query,
                  const posix_spawn_file_actions_t *silent, struct rusage *used)
{
    char *argv[ARGUMENTS + 1] = {0};
    struct timespec start;
    pid_t pid;
    int status;
    for (size_t i = 0; i < c->n; i++)
        argv[i] = put_query(c->given[i], query);
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (posix_spawnp(&pid, argv[0], silent, NULL, argv, environ) != 0 ||
        wait4(pid, &status, 0, used) != pid)
        fail(argv[0]);
    double wall = ms_since(&start);
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
        fprintf(stderr, "bench_cold: %s failed with '%s'\n", argv[0], query);
        exit(3);
    }
    for (size_t i = 0; i < c->n; i++)
        free(argv[i]);
    return wall;
}

/* The process of the query's number `at`, to the figures. */
static void measure(struct command *c, const char *query, size_t at,
                    const posix_spawn_file_actions_t *silent)
{
    struct rusage used;
    c->wall[at] = run(c, query, silent, &used);
    c->cpu[at] = ms_of(used.ru_utime) + ms_of(used.ru_stime);
    c->faults += (double)used.ru_minflt + (double)used.ru_majflt;
    c->read += (double)used.ru_inblock * DISK_BLOCK;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(struct command *c, size_t n)
{
    qsort(c->wall, n, sizeof *c->wall, by_size);
    qsort(c->cpu, n, sizeof *c->cpu, by_size);
    size_t last = n - 1 - n / 100;
    const char *slash = strrchr(c->given[0], '/');
    printf("%s\t%zu\t%.3f\t%.3f\t%.3f\t%.3f\t%.0f\t%.0f\n",
           slash ? slash + 1 : c->given[0], n, c->wall[n / 2], c->wall[last],
           c->cpu[n / 2], c->cpu[last], c->faults / (double)n, c->read / (double)n);
}

/* Returns how many; *lines are owned by the caller. */
static size_t read_lines(const char *path, char ***lines)
{
    size_t n = 0, cap = 0;
    char line[LINE];
    FILE *in = fopen(path, "r");
    if (!in)
        fail(path);
    *lines = NULL;
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = 0;
        if (n == cap) {
            cap = cap ? 2 * cap : 256;
            *lines = realloc(*lines, cap * sizeof **lines);
        }
        if (!*lines || !((*lines)[n++] = strdup(line)))
            fail("bench_cold");
    }
    (void)fclose(in);
    return n;
}

static size_t read_commands(int argc, char **argv, struct command *out)
{
    size_t n = 1;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0 && ++n <= COMMANDS)
            continue;
        if (n > COMMANDS || out[n - 1].n + 1 == ARGUMENTS)
            return 0;
        out[n - 1].given[out[n - 1].n++] = argv[i];
    }
    for (size_t k = 0; k < n; k++)
        if (out[k].n == 0)
            return 0;
    return n;
}

int main(int argc, char **argv)
{
    bool dropping = argc > 1 && strcmp(argv[1], "--drop") == 0;
    bool warming = argc > 1 && strcmp(argv[1], "--warm") == 0;
    struct rusage untold;
    struct command commands[COMMANDS] = {0};
    posix_spawn_file_actions_t silent;
    argc -= 1 + (dropping || warming);
    argv += 1 + (dropping || warming);
    size_t n_commands = argc > 1 ? read_commands(argc - 1, argv + 1, commands) : 0;
    if (n_commands == 0) {
        fputs("usage: bench_cold [--drop | --warm] QUERIES COMMAND... "
              "[-- COMMAND...]...\n",
              stderr);
        return 2;
    }
    char **queries;
    size_t n = read_lines(argv[0], &queries);
    posix_spawn_file_actions_init(&silent);
    posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&silent, STDOUT_FILENO, STDERR_FILENO);
    for (size_t k = 0; k < n_commands; k++) {
        commands[k].wall = room_for(n, sizeof(double));
        commands[k].cpu = room_for(n, sizeof(double));
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n_commands; k++) {
            for (size_t a = 1; dropping && a < commands[k].n; a++)
                drop(commands[k].given[a]);
            if (warming)
                (void)run(&commands[k], queries[i], &silent, &untold);
            measure(&commands[k], queries[i], i, &silent);
        }
    }
    for (size_t k = 0; k < n_commands && n > 0; k++)
        print(&commands[k], n);
    for (size_t i = 0; i < n; i++)
        free(queries[i]);
    free(queries);
    for (size_t k = 0; k < n_commands; k++) {
        free(commands[k].wall);
        free(commands[k].cpu);
    }
    posix_spawn_file_actions_destroy(&silent);
    return 0;
}
