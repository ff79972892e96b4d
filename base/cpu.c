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

/* As x86_cpu_active, which shifts a signed 1 by the 31 places of AVX512VL. */
static bool active(unsigned feature)
{
    enum {
        WORD_BITS = 32,
        LEAF_BITS = 4 * WORD_BITS
    };
    const struct cpuid_feature *leaf =
        __x86_get_cpuid_feature_leaf(feature / LEAF_BITS);
    return leaf->active_array[feature % LEAF_BITS / WORD_BITS] >> feature % WORD_BITS &
           1;
}

/* CPUID leaves a virtual machine each time (6 us where it was measured), so it is not asked again. Active means that the
 * operating system saves the registers. */
static bool ask_avx2(void)
{
    return active(x86_cpu_POPCNT) && active(x86_cpu_AVX2) && active(x86_cpu_BMI1) &&
           active(x86_cpu_BMI2) && active(x86_cpu_LZCNT);
}

static bool ask_avx512(void)
{
    return active(x86_cpu_AVX512F) && active(x86_cpu_AVX512BW) &&
           active(x86_cpu_AVX512DQ) && active(x86_cpu_AVX512VL) &&
           active(x86_cpu_AVX512_VBMI) && active(x86_cpu_AVX512_VBMI2) &&
           active(x86_cpu_AVX512_VPOPCNTDQ) && active(x86_cpu_GFNI);
}
#elif defined STEMMA_AVX2
#include <cpuid.h>

/* What the operating system saves of the registers, bits of XCR0: 1 and 2 the lower and upper halves of ymm, 5 to 7 what
 * AVX-512 adds to them. */
enum {
    YMM = 0x06,
    ZMM = 0xe6
};

static bool os_saves(unsigned what)
{
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & what) == what;
}

/* Bits as in Intel's manual, volume 2A, CPUID; LZCNT is AMD's ABM. */
static bool ask_avx2(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return false;
    const unsigned popcnt = 1U << 23, osxsave = 1U << 27, avx = 1U << 28;
    if ((c & (popcnt | osxsave | avx)) != (popcnt | osxsave | avx) || !os_saves(YMM))
        return false;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return false;
    const unsigned bmi1 = 1U << 3, avx2 = 1U << 5, bmi2 = 1U << 8;
    if ((b & (bmi1 | avx2 | bmi2)) != (bmi1 | avx2 | bmi2))
        return false;
    const unsigned lzcnt = 1U << 5;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & lzcnt) != 0;
}

static bool ask_avx512(void)
{
    unsigned a, b, c, d;
    if (!os_saves(ZMM) || !__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return false;
    const unsigned f = 1U << 16, dq = 1U << 17, bw = 1U << 30, vl = 1U << 31;
    const unsigned vbmi = 1U << 1, vbmi2 = 1U << 6, gfni = 1U << 8,
                   vpopcntdq = 1U << 14;
    return (b & (f | dq | bw | vl)) == (f | dq | bw | vl) &&
           (c & (vbmi | vbmi2 | gfni | vpopcntdq)) == (vbmi | vbmi2 | gfni | vpopcntdq);
}
#else
static bool ask_avx2(void)
{
    return false;
}

static bool ask_avx512(void)
{
    return false;
}
#endif

/* What there is, of what STEMMA_CPU lets the kernels use. */
enum level {
    NOT_ASKED,
    SCALAR,
    AVX2,
    AVX512
};

static enum level ask(void)
{
    const char *wish = getenv("STEMMA_CPU"); // NOLINT(concurrency-mt-unsafe)
    if ((wish && strcmp(wish, "scalar") == 0) || !ask_avx2())
        return SCALAR;
    return (wish && strcmp(wish, "avx2") == 0) || !ask_avx512() ? AVX2 : AVX512;
}

static enum level level(void)
{
    static atomic_int answer;
    int known = atomic_load_explicit(&answer, memory_order_relaxed);
    if (known == NOT_ASKED) {
        known = (int)ask();
        atomic_store_explicit(&answer, known, memory_order_relaxed);
    }
    return (enum level)known;
}

bool cpu_has_avx2(void)
{
    return level() >= AVX2;
}

bool cpu_has_avx512(void)
{
    return level() >= AVX512;
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
