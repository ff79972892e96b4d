#include "indexer/json_scan.h"

#include <string.h>

#include "base/cpu.h"

/* Whether one of the bytes is below the blank: eight at a time, of which one borrows that is. */
static bool has_control(const uint8_t *p, const uint8_t *end)
{
    const uint64_t each = 0x0101010101010101;
    for (; end - p >= 8; p += 8) {
        uint64_t bytes;
        memcpy(&bytes, p, sizeof bytes);
        if (((bytes - ' ' * each) & ~bytes & 0x80 * each) != 0)
            return true;
    }
    while (p < end && *p >= ' ')
        p++;
    return p < end;
}

/* Strings with few backslashes cost one call of memchr for the quote and one to see that no backslash stands
 * before it. */
const uint8_t *json_scan_string_scalar(const uint8_t *p, const uint8_t *end,
                                       unsigned *has)
{
    const uint8_t *start = p, *quote = NULL;
    *has = 0;
    for (;;) {
        if (!quote)
            quote = memchr(p, '"', (size_t)(end - p));
        const uint8_t *limit = quote ? quote : end;
        const uint8_t *slash = memchr(p, '\\', (size_t)(limit - p));
        if (!slash)
            break;
        *has = JSON_SCAN_SLASH;
        if (end - slash < 2)
            return NULL;
        p = slash + 2;
        if (quote && p > quote)
            quote = NULL; /* it was the escaped character */
    }
    if (quote && has_control(start, quote))
        *has |= JSON_SCAN_CONTROL;
    return quote;
}

const uint8_t *json_scan_string(const uint8_t *p, const uint8_t *end, unsigned *has)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return json_scan_string_avx512(p, end, has);
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return json_scan_string_avx2(p, end, has);
#endif
    return json_scan_string_scalar(p, end, has);
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

json_scan_decoder *json_scan_taker(void)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return json_scan_take_avx512;
#endif
    return NULL;
}
