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
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return json_scan_string_avx512(p, end, escaped);
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return json_scan_string_avx2(p, end, escaped);
#endif
    return json_scan_string_scalar(p, end, escaped);
}

const uint8_t json_scan_letters[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};

static size_t copy_run(const uint8_t *p, size_t n, uint8_t *out)
{
    const uint8_t *slash = n > 0 ? memchr(p, '\\', n) : NULL;
    size_t len = slash ? (size_t)(slash - p) : n;
    if (len > 0)
        memcpy(out, p, len);
    return len;
}

struct json_scan_decoded json_scan_decode_scalar(const uint8_t *p, size_t n,
                                                 uint8_t *out, uint32_t *places)
{
    return json_scan_decode_runs(p, n, out, places, copy_run);
}

json_scan_decoder *json_scan_decode(void)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return json_scan_decode_avx512;
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return json_scan_decode_avx2;
#endif
    return json_scan_decode_scalar;
}
