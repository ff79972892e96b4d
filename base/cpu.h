/* What the processor can do, asked once. STEMMA_CPU=scalar in the environment turns every
 * SIMD kernel off, STEMMA_CPU=avx2 those with AVX-512 (tests and benchmarks). */
#pragma once

#include <stdbool.h>

bool cpu_has_avx2(void); /* AVX2, BMI1, BMI2, LZCNT and POPCNT */
bool cpu_has_avx512(
    void); /* all that, GFNI, and AVX-512 F, BW, DQ, VL, VBMI, VBMI2 and VPOPCNTDQ */
unsigned cpu_count(void); /* processors this process may use, at least 1 */
