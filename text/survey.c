#include "text/survey.h"

#include <string.h>

#include "base/cpu.h"
#include "text/utf8.h"

/* 1: a place; 2: the first byte of a character that may be one. */
// clang-format off
static const uint8_t kind_of[256] = {
    1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1,
    ['<'] = 1, ['['] = 1, [0x7F] = 1, [0xC2] = 2, [0xE2] = 2, [0xEF] = 2,
};
// clang-format on

/* U+0085, U+00AD; U+2028, U+2029; U+FEFF. */
static bool is_special(const uint8_t *p, const uint8_t *end)
{
    size_t left = (size_t)(end - p);
    if (p[0] == 0xC2)
        return left > 1 && (p[1] == 0x85 || p[1] == 0xAD);
    if (left < 3)
        return false;
    if (p[0] == 0xE2)
        return p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9);
    return p[1] == 0xBB && p[2] == 0xBF;
}

void survey_scalar(struct bytes text, uint64_t *places, struct survey_facts *out)
{
    const uint8_t *end = text.data + text.len;
    bool open = false; /* the last byte is a line feed without a pair */
    *out = (struct survey_facts){.well_formed =
                                     utf8_valid_prefix_scalar(text) == text.len};
    memset(places, 0, survey_words(text.len) * sizeof *places);
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t *p = text.data + i;
        uint8_t kind = kind_of[*p];
        if (kind == 1 || (kind == 2 && is_special(p, end)))
            places[i / 64] |= UINT64_C(1) << (i % 64);
        out->has_cr |= *p == '\r';
        out->close_lines += open && *p != '\n';
        open = *p == '\n' && !open;
    }
}

bool survey_text(struct survey *s, struct bytes text)
{
    buf_reset(&s->room);
    if (!buf_reserve(&s->room, survey_words(text.len) * sizeof(uint64_t)))
        return false;
#ifdef STEMMA_AVX2
    if (cpu_has_avx2()) {
        survey_avx2(text, survey_places(s), &s->facts);
        return true;
    }
#endif
    survey_scalar(text, survey_places(s), &s->facts);
    return true;
}

void survey_release(struct survey *s)
{
    buf_release(&s->room);
}
