/* Whether a program that begins with query/start.c runs: ends with 0 if all that a start prepares is there. */
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#include "../query/start.c" // NOLINT(bugprone-suspicious-include)

static _Thread_local int mine = 7;
static int constructed, status = 1;
static jmp_buf back;

__attribute__((constructor)) static void construct(void)
{
    constructed = 1;
}

static void end(void)
{
    _exit(status);
}

static void *count(void *arg)
{
    errno = ENOENT;
    mine++;
    *(int *)arg = mine;
    return malloc(1 << 20);
}

static int jumps(void)
{
    volatile int turns = 0;
    if (setjmp(back) == 0) {
        turns = turns + 1;
        longjmp(back, 1);
    }
    return turns == 1;
}

static int threads(void)
{
    enum {
        THREADS = 4
    };
    pthread_t thread[THREADS];
    int got[THREADS] = {0}, good = 1;
    errno = 0;
    for (int i = 0; i < THREADS; i++)
        good &= pthread_create(&thread[i], NULL, count, &got[i]) == 0;
    for (int i = 0; i < THREADS && good; i++) {
        void *room = NULL;
        good &= pthread_join(thread[i], &room) == 0 && room && got[i] == 8;
        free(room);
    }
    return good && mine == 7 && errno == 0;
}

static int strings(const char *name)
{
    char text[5000], twin[5000];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 0;
    memmove(twin, text, sizeof text);
    return strlen(twin) == sizeof twin - 1 && memcmp(text, twin, sizeof twin) == 0 &&
           !strchr(twin, 'b') && memchr(twin, 0, sizeof twin) == twin + strlen(text) &&
           snprintf(twin, sizeof twin, "%s %.3f %d", name, exp(1.0), 12) > 8 &&
           strstr(twin, " 2.718 12");
}

int main(int argc, char **argv)
{
    struct timespec now = {0};
    if (atexit(end) != 0 || argc != 1 || !argv[0] || argv[1] || !constructed)
        return 1;
    if (environ != __environ || getauxval(AT_PAGESZ) == 0 || !setlocale(LC_ALL, "C"))
        return 1;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0 || now.tv_sec + now.tv_nsec == 0)
        return 1;
    if (!jumps() || !threads() || !strings(argv[0]))
        return 1;
    status = 0;
    return 1; /* what is registered for the end says otherwise */
}
