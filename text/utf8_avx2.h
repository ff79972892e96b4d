/* AVX2 twins of the two scanners in text/utf8.h; call them only if cpu_has_avx2(). They read
 * no byte outside text. */
#pragma once

#include <stddef.h>

#include "base/bytes.h"

size_t utf8_avx2_valid_prefix(struct bytes text);
size_t utf8_avx2_ascii_prefix(struct bytes text);
