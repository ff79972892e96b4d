#include "indexer/json_scan.h"

#include <string.h>

#include "base/cpu.h"

/* Strings with few backslashes cost one call of memchr for the quote and one to see that no backslash stands
 * before it. */
const uint8_t *json_scan_string_scalar(const uint8_t *p, const uint8_t *end,
                                       bool *escaped)
{
    const uint8_t *quote = NULL;
    *escaped = false;
    for (;;) {
        if (!quote)
            quote = memchr(p, '"', (size_t)(end - p));
        const uint8_t *limit = quote ? quote : end;
        const uint8_t *slash = memchr(p, '\\', (size_t)(limit - p));
        if (!slash)
            return quote;
        *escaped = true;
        if (end - slash < 2)
            return NULL;
        p = slash + 2;
        if (quote && p > quote)
            quote = NULL; /* it was the escaped character */
    }
}

const uint8_t *json_scan_string(const uint8_t *p, const uint8_t *end, bool *escaped)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return json_scan_string_avx2(p, end, escaped);
#endif
    return json_scan_string_scalar(p, end, escaped);
}

size_t json_scan_copy_scalar(const uint8_t *p, size_t n, uint8_t *out)
{
    const uint8_t *slash = memchr(p, '\\', n);
    size_t len = slash ? (size_t)(slash - p) : n;
    memcpy(out, p, len);
    return len;
}

json_scan_copier *json_scan_copy(void)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return json_scan_copy_avx2;
#endif
    return json_scan_copy_scalar;
}
