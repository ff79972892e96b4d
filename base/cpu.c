#define _GNU_SOURCE /* sched_getaffinity, CPU_COUNT */

#include "base/cpu.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined STEMMA_AVX2 && defined __has_include
#if __has_include(<sys/platform/x86.h>)
#define CPU_OF_LIBC /* glibc 2.33 and later tell what they asked the processor at the start */
#endif
#endif

#ifdef CPU_OF_LIBC
#include <sys/platform/x86.h>

/* CPUID leaves a virtual machine each time (6 us where it was measured), so it is not asked again. Active means that the
 * operating system saves the registers. */
static bool ask_avx2(void)
{
    return x86_cpu_active(x86_cpu_POPCNT) && x86_cpu_active(x86_cpu_AVX2) &&
           x86_cpu_active(x86_cpu_BMI1) && x86_cpu_active(x86_cpu_BMI2) &&
           x86_cpu_active(x86_cpu_LZCNT);
}
#elif defined STEMMA_AVX2
#include <cpuid.h>

/* The operating system saves the upper halves of the registers (XCR0 bits 1 and 2). */
static bool os_saves_ymm(void)
{
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6) == 6;
}

/* Bits as in Intel's manual, volume 2A, CPUID; LZCNT is AMD's ABM. */
static bool ask_avx2(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return false;
    const unsigned popcnt = 1U << 23, osxsave = 1U << 27, avx = 1U << 28;
    if ((c & (popcnt | osxsave | avx)) != (popcnt | osxsave | avx) || !os_saves_ymm())
        return false;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return false;
    const unsigned bmi1 = 1U << 3, avx2 = 1U << 5, bmi2 = 1U << 8;
    if ((b & (bmi1 | avx2 | bmi2)) != (bmi1 | avx2 | bmi2))
        return false;
    const unsigned lzcnt = 1U << 5;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & lzcnt) != 0;
}
#else
static bool ask_avx2(void)
{
    return false;
}
#endif

bool cpu_has_avx2(void)
{
    static atomic_int answer; /* 0 not asked, 1 no, 2 yes */
    int known = atomic_load_explicit(&answer, memory_order_relaxed);
    if (known == 0) {
        const char *wish = getenv("STEMMA_CPU"); // NOLINT(concurrency-mt-unsafe)
        bool scalar = wish && strcmp(wish, "scalar") == 0;
        known = !scalar && ask_avx2() ? 2 : 1;
        atomic_store_explicit(&answer, known, memory_order_relaxed);
    }
    return known == 2;
}

unsigned cpu_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* more than CPU_SETSIZE processors */
    return online > 0 ? (unsigned)online : 1;
}
