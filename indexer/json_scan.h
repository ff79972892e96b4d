/* Inside indexer/json: the scans that every byte of a string goes through. The twins do the same. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JSON_SCAN_SLACK =
        32 /* bytes behind what json_scan_copy copies that must be writable */
};

/* From behind a string's opening quote: the quote that closes it, NULL if none does; *escaped says whether a
 * backslash stands before it. SIMD where the processor has it. */
const uint8_t *json_scan_string(const uint8_t *p, const uint8_t *end, bool *escaped);
const uint8_t *json_scan_string_scalar(const uint8_t *p, const uint8_t *end,
                                       bool *escaped);

/* Copies the n bytes at p up to the first backslash among them; returns how many that were. */
typedef size_t json_scan_copier(const uint8_t *p, size_t n, uint8_t *out);
json_scan_copier *json_scan_copy(void); /* the one for this processor */
size_t json_scan_copy_scalar(const uint8_t *p, size_t n, uint8_t *out);

#ifdef STEMMA_AVX2
const uint8_t *json_scan_string_avx2(const uint8_t *p, const uint8_t *end,
                                     bool *escaped);
size_t json_scan_copy_avx2(const uint8_t *p, size_t n, uint8_t *out);
#endif
