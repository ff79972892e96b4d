/* How far apart two processors are: what a cache line takes from one to the other and back, in nanoseconds, while two threads
 * write to it in turn. Some 100 where they share a cache, several hundred where they do not, which on a virtual machine
 * changes from minute to minute: what threads tell each other costs so much more.
 *
 * usage: bench_distance
 *
 * The first two processors that the process may run on; the median of some series. Status 77: there is only one. */
#define _GNU_SOURCE /* sched_setaffinity */

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    SERIES = 11,
    TURNS = 20000,
    SKIPPED = 77
};

struct line {
    _Alignas(128) atomic_int
        turn; /* whose it is; with nothing else in its line, or the next one */
    char rest[124];
};

static struct line line;
static size_t processors[2];

static void run_on(size_t processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

static void take_turns(int mine)
{
    for (int i = 0; i < TURNS; i++) {
        while (atomic_load(&line.turn) != mine) {}
        atomic_store(&line.turn, 1 - mine);
    }
}

static void *other_side(void *arg)
{
    (void)arg;
    run_on(processors[1]);
    for (int i = 0; i < SERIES; i++)
        take_turns(1);
    return NULL;
}

static double nanoseconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static int compare(const void *x, const void *y)
{
    const double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static size_t find_processors(void)
{
    cpu_set_t set;
    size_t found = 0;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 0;
    for (size_t i = 0; i < CPU_SETSIZE && found < 2; i++) {
        if (CPU_ISSET(i, &set))
            processors[found++] = i;
    }
    return found;
}

int main(void)
{
    pthread_t thread;
    double took[SERIES];
    if (find_processors() < 2 || pthread_create(&thread, NULL, other_side, NULL) != 0) {
        fprintf(stderr, "bench_distance: two processors are needed\n");
        return SKIPPED;
    }
    run_on(processors[0]);
    for (int i = 0; i < SERIES; i++) {
        double begun = nanoseconds();
        take_turns(0);
        took[i] = (nanoseconds() - begun) / TURNS;
    }
    (void)pthread_join(thread, NULL);
    qsort(took, SERIES, sizeof *took, compare);
    printf("%.0f\n", took[SERIES / 2]);
    return 0;
}
