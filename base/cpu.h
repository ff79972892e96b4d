/* What the processor can do, asked once. STEMMA_CPU=scalar in the environment turns every
 * SIMD kernel off (tests and benchmarks). */
#pragma once

#include <stdbool.h>

bool cpu_has_avx2(void);  /* AVX2, BMI1, BMI2, LZCNT and POPCNT */
unsigned cpu_count(void); /* processors this process may use, at least 1 */
