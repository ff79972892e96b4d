/* What runs before main, in place of the C library's __libc_start_main.
 *
 * The start of a static program of the GNU C library 2.36 asks the processor 41 questions by CPUID, most of them for the
 * sizes of its caches. On a virtual machine each of them is a way to the host and back, and all together are a third of what a
 * process takes that counts a phrase (docs/DECISIONS.md 281). This does what that start does, in its order, by the library's own
 * functions, but asks only what chooses the versions of functions that are run: three questions.
 *
 * It stands on what is inside one version of the library. CMake adds this file only where that version is, on x86-64, and
 * where cmake/start_probe.c, linked with it, runs well; with STEMMA_OWN_START off the library's start stays. */
#include <features.h>

#if !defined __x86_64__ || defined __ILP32__ || !defined __GLIBC__ || \
    __GLIBC__ != 2 || __GLIBC_MINOR__ != 36
#error another C library
#endif

#include <cpuid.h>
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/platform/x86.h>

// The names are the library's.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)

typedef int program_main(int, char **, char **);
typedef void initialiser(int, char **, char **);
typedef void finaliser(void);

extern char **__environ;
extern void *__libc_stack_end;
extern void *_dl_random; /* 16 bytes from the kernel */
extern int __libc_enable_secure;
void _dl_aux_init(Elf64_auxv_t *vector);
void __tunables_init(char **env);
void __libc_setup_tls(void);
void __libc_early_init(_Bool initial);
void __libc_init_first(int argc, char **argv, char **env);
void __libc_check_standard_fds(void);
void _init(void);
void _fini(void);

/* What the linker lists of the program. */
extern const Elf64_Rela __rela_iplt_start[], __rela_iplt_end[];
extern initialiser *const __preinit_array_start[], *const __preinit_array_end[];
extern initialiser *const __init_array_start[], *const __init_array_end[];
extern finaliser *const __fini_array_start[], *const __fini_array_end[];

/* From here on memmove and memset work otherwise; the library works them out from what caches there are. Defined here, since
 * they are defined in the object that this one replaces. */
enum {
    NEAR_CACHE = 32 << 10,
    SHARED_CACHE = 1 << 20,
    PAST_CACHES = 3 << 20,
    REP_MOVSB = 8 << 10,
    REP_STOSB = 2 << 10
};
extern long __x86_data_cache_size, __x86_data_cache_size_half;
extern long __x86_shared_cache_size, __x86_shared_cache_size_half;
extern long __x86_shared_non_temporal_threshold, __x86_rep_movsb_threshold;
extern long __x86_rep_stosb_threshold, __x86_rep_movsb_stop_threshold;
extern int __x86_string_control;
long __x86_data_cache_size = NEAR_CACHE, __x86_data_cache_size_half = NEAR_CACHE / 2;
long __x86_shared_cache_size = SHARED_CACHE,
     __x86_shared_cache_size_half = SHARED_CACHE / 2;
long __x86_shared_non_temporal_threshold = PAST_CACHES;
long __x86_rep_movsb_threshold = REP_MOVSB, __x86_rep_stosb_threshold = REP_STOSB;
long __x86_rep_movsb_stop_threshold = PAST_CACHES;
int __x86_string_control = 0;

_Noreturn int __libc_start_main(program_main *program, int argc, char **argv,
                                void (*init)(void), void (*fini)(void),
                                finaliser *loader_fini, void *stack_end);

/* Which registers the operating system saves, bits of XCR0: 1 and 2 the halves of ymm, 5 to 7 what AVX-512 adds. */
enum {
    ANY = 0,
    YMM = 0x06,
    ZMM = 0xe6
};

/* What the library's functions and ours (base/cpu.c) ask for, and the registers that it needs. */
static const struct {
    unsigned feature, registers;
} features[] = {
    {x86_cpu_SSE3, ANY},         {x86_cpu_SSSE3, ANY},
    {x86_cpu_SSE4_1, ANY},       {x86_cpu_SSE4_2, ANY},
    {x86_cpu_MOVBE, ANY},        {x86_cpu_POPCNT, ANY},
    {x86_cpu_ERMS, ANY},         {x86_cpu_FSRM, ANY},
    {x86_cpu_LZCNT, ANY},        {x86_cpu_GFNI, ANY},
    {x86_cpu_AVX, YMM},          {x86_cpu_FMA, YMM},
    {x86_cpu_BMI1, YMM},         {x86_cpu_AVX2, YMM},
    {x86_cpu_BMI2, YMM},         {x86_cpu_AVX512F, ZMM},
    {x86_cpu_AVX512BW, ZMM},     {x86_cpu_AVX512DQ, ZMM},
    {x86_cpu_AVX512VL, ZMM},     {x86_cpu_AVX512_VBMI, ZMM},
    {x86_cpu_AVX512_VBMI2, ZMM}, {x86_cpu_AVX512_VPOPCNTDQ, ZMM},
};

/* The library's table, which only its start writes. */
static struct cpuid_feature *leaf_of(unsigned leaf)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it is const to others
    return (struct cpuid_feature *)(uintptr_t)__x86_get_cpuid_feature_leaf(leaf);
}

/* Fills in what the library would. A processor with AVX has leaf 7, and one of 64 bits leaf 0x80000001. */
static void ask_processor(void)
{
    enum {
        WORD_BITS = 32,
        LEAF_BITS = 4 * WORD_BITS
    };
    const unsigned osxsave = 1U << 27, avx = 1U << 28;
    unsigned saved = 0, high, a, b, c, d;
    unsigned *at = leaf_of(CPUID_INDEX_1)->cpuid_array;
    __cpuid(1, a, b, c, d);
    at[0] = a, at[1] = b, at[2] = c, at[3] = d;
    if ((c & (osxsave | avx)) == (osxsave | avx)) {
        __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
        at = leaf_of(CPUID_INDEX_7)->cpuid_array;
        __cpuid_count(7, 0, a, b, c, d);
        at[0] = a, at[1] = b, at[2] = c, at[3] = d;
    }
    at = leaf_of(CPUID_INDEX_80000001)->cpuid_array;
    __cpuid(0x80000001U, a, b, c, d);
    at[0] = a, at[1] = b, at[2] = c, at[3] = d;
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        const unsigned feature = features[i].feature;
        const unsigned word = feature % LEAF_BITS / WORD_BITS;
        const unsigned bit = 1U << feature % WORD_BITS;
        struct cpuid_feature *leaf = leaf_of(feature / LEAF_BITS);
        if ((saved & features[i].registers) == features[i].registers)
            leaf->active_array[word] |= leaf->cpuid_array[word] & bit;
    }
}

/* Functions of which there are several versions: each names the one for this processor. */
static void choose_versions(void)
{
    for (const Elf64_Rela *r = __rela_iplt_start; r < __rela_iplt_end; r++) {
        if (ELF64_R_TYPE(r->r_info) != R_X86_64_IRELATIVE)
            __builtin_trap();
        /* Addresses in a program that lies where it was linked to. NOLINTBEGIN(performance-no-int-to-ptr) */
        uint64_t (*choose)(void) = (uint64_t(*)(void))(uintptr_t)r->r_addend;
        *(uint64_t *)(uintptr_t)r->r_offset = choose();
        /* NOLINTEND(performance-no-int-to-ptr) */
    }
}

/* What guards return addresses (its first byte is 0, so that no string runs over it) and stored pointers. */
static void set_guards(void)
{
    uint64_t drawn[2];
    const unsigned char *random = _dl_random;
    memcpy(drawn, random, sizeof drawn);
    drawn[0] &= ~UINT64_C(0xff);
    __asm__ volatile("movq %0, %%fs:0x28" : : "r"(drawn[0]));
    __asm__ volatile("movq %0, %%fs:0x30" : : "r"(drawn[1]));
}

static void finish(void)
{
    for (size_t i = (size_t)(__fini_array_end - __fini_array_start); i-- > 0;)
        __fini_array_start[i]();
    _fini();
}

static void initialise(int argc, char **argv, char **env)
{
    for (initialiser *const *f = __preinit_array_start; f < __preinit_array_end; f++)
        (*f)(argc, argv, env);
    _init();
    for (initialiser *const *f = __init_array_start; f < __init_array_end; f++)
        (*f)(argc, argv, env);
}

/* Called by crt1.o. Its parameters are the library's. NOLINTNEXTLINE(readability-function-size) */
_Noreturn int __libc_start_main(program_main *program, int argc, char **argv,
                                void (*init)(void), void (*fini)(void),
                                finaliser *loader_fini, void *stack_end)
{
    char **env = argv + argc + 1, **vector = env;
    (void)init; /* of programs that were linked to a library before 2.34 */
    (void)fini;
    __environ = env;
    __libc_stack_end = stack_end;
    while (*vector)
        vector++;
    _dl_aux_init((Elf64_auxv_t *)(void *)(vector + 1));
    __tunables_init(env);
    ask_processor();
    choose_versions(); /* before it no function of strings may be called */
    __libc_setup_tls();
    set_guards();
    if (loader_fini)
        (void)atexit(loader_fini);
    __libc_early_init(true);
    __libc_init_first(argc, argv, env);
    (void)atexit(finish);
    if (__libc_enable_secure)
        __libc_check_standard_fds();
    initialise(argc, argv, env);
    exit(program(argc, argv, env)); // NOLINT(concurrency-mt-unsafe)
}

// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
