#include "text/utf8.h"

#include "base/cpu.h"
#include "base/endian.h"
#include "text/utf8_avx2.h"

static bool continues(uint8_t b)
{
    return (b & 0xC0) == 0x80;
}

/* The second byte's range narrows after E0, ED, F0 and F4: no overlong forms, no
 * surrogates, nothing above U+10FFFF (Unicode 15, table 3-7). */
static bool second_fits(uint8_t lead, uint8_t second)
{
    switch (lead) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return continues(second);
    }
}

static size_t sequence_length(uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2)
        return 0;
    if (lead < 0xE0)
        return 2;
    if (lead < 0xF0)
        return 3;
    return lead < 0xF5 ? 4 : 0;
}

size_t utf8_decode(const uint8_t *p, const uint8_t *end, uint32_t *cp)
{
    size_t len = sequence_length(p[0]);
    if (len == 1) {
        *cp = p[0];
        return 1;
    }
    *cp = UTF8_REPLACEMENT;
    size_t left = (size_t)(end - p);
    if (len == 0 || left < 2 || !second_fits(p[0], p[1]))
        return 1;
    uint32_t value = ((uint32_t)p[0] & (0x7FU >> len)) << 6 | (p[1] & 0x3FU);
    for (size_t i = 2; i < len; i++) {
        if (i >= left || !continues(p[i]))
            return i;
        value = value << 6 | (p[i] & 0x3FU);
    }
    *cp = value;
    return len;
}

size_t utf8_decode_back(const uint8_t *begin, const uint8_t *p, uint32_t *cp)
{
    size_t room = (size_t)(p - begin);
    for (size_t back = 1; back <= 4 && back <= room; back++) {
        if (!continues(p[-(ptrdiff_t)back])) {
            if (utf8_decode(p - back, p, cp) == back)
                return back;
            break;
        }
    }
    *cp = UTF8_REPLACEMENT;
    return 1;
}

size_t utf8_encode(uint32_t cp, uint8_t out[4])
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        cp = UTF8_REPLACEMENT;
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (uint8_t)(0xC0 | cp >> 6);
        out[1] = (uint8_t)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (uint8_t)(0xE0 | cp >> 12);
        out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | cp >> 18);
    out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (cp & 0x3F));
    return 4;
}

size_t utf8_ascii_prefix_scalar(struct bytes text)
{
    size_t i = 0;
    while (i + 8 <= text.len && (load_u64(text.data + i) & 0x8080808080808080U) == 0)
        i += 8;
    while (i < text.len && text.data[i] < 0x80)
        i++;
    return i;
}

size_t utf8_valid_prefix_scalar(struct bytes text)
{
    const uint8_t *end = text.data + text.len;
    size_t i = 0;
    while (i < text.len) {
        i += utf8_ascii_prefix_scalar(bytes_of(text.data + i, text.len - i));
        if (i == text.len)
            break;
        uint32_t cp;
        size_t len = utf8_decode(text.data + i, end, &cp);
        /* U+FFFD itself is well-formed: it is told from a failure by its bytes. */
        if (cp == UTF8_REPLACEMENT && (len != 3 || text.data[i] != 0xEF))
            break;
        i += len;
    }
    return i;
}

size_t utf8_ascii_prefix(struct bytes text)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return utf8_avx2_ascii_prefix(text);
#endif
    return utf8_ascii_prefix_scalar(text);
}

size_t utf8_valid_prefix(struct bytes text)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return utf8_avx2_valid_prefix(text);
#endif
    return utf8_valid_prefix_scalar(text);
}
