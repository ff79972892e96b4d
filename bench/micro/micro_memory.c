/* What the machine's memory gives one core: the limits that all other figures stand beside. */
#include <stdlib.h>
#include <string.h>

#include "bench/micro/micro.h"

enum {
    WORDS = 1 << 25,   /* of 8 bytes: 256 MiB, more than caches hold */
    CHASED = 1 << 20,  /* reads of a round */
    SPREAD = 16,       /* of them on their way at once */
    LINES = WORDS / 8, /* cache lines */
    LINE_SHIFT = 3
};

struct memory {
    uint64_t *from, *to;
};

static uint64_t mixed(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Equal to its end, so both are read through; the library's own loop is as wide as the processor. */
static uint64_t read_all(void *arg)
{
    const struct memory *mem = arg;
    return memcmp(mem->from, mem->to, sizeof *mem->to * WORDS) == 0;
}

static uint64_t copy_all(void *arg)
{
    const struct memory *mem = arg;
    memcpy(mem->to, mem->from, sizeof *mem->to * WORDS);
    return mem->to[WORDS / 3];
}

/* Where the next read is depends on what the last one found. */
static uint64_t chase(void *arg)
{
    const struct memory *mem = arg;
    uint64_t at = 1;
    for (size_t i = 0; i < CHASED; i++) {
        at = mixed(at + mem->from[(at % LINES) << LINE_SHIFT] + i);
    }
    return at;
}

static uint64_t spread(void *arg)
{
    const struct memory *mem = arg;
    uint64_t sum = 0;
    for (size_t i = 0; i < CHASED; i++) {
        __builtin_prefetch(&mem->from[(mixed(i + SPREAD) % LINES) << LINE_SHIFT]);
        sum += mem->from[(mixed(i) % LINES) << LINE_SHIFT];
    }
    return sum;
}

int micro_memory(struct micro *m, struct err *err)
{
    struct memory mem = {malloc(sizeof *mem.from * WORDS),
                         malloc(sizeof *mem.to * WORDS)};
    int rc = mem.from && mem.to ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0) {
        for (size_t i = 0; i < WORDS; i++) {
            mem.from[i] = mem.to[i] = mixed(i);
        }
        double bytes = 8.0 * WORDS;
        m->limits.read = 1 / micro_ns(m, read_all, &mem, 2 * bytes);
        m->limits.copy = 1 / micro_ns(m, copy_all, &mem, bytes);
        m->limits.chased = micro_ns(m, chase, &mem, CHASED);
        m->limits.spread = micro_ns(m, spread, &mem, CHASED);
        micro_title("memory, 256 MiB");
        micro_put_rate("read through", 1 / m->limits.read, NULL, 0);
        micro_put_rate("copied (as bytes copied)", 1 / m->limits.copy, NULL, 0);
        micro_put_ns("a line at random, each after the last", m->limits.chased, NULL,
                     0);
        micro_put_ns("a line at random, many at once", m->limits.spread, NULL, 0);
    }
    free(mem.from);
    free(mem.to);
    return rc;
}
