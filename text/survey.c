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

static uint64_t bit_of(size_t at)
{
    return UINT64_C(1) << (at % 64);
}

static bool same_block(size_t a, size_t b)
{
    return a / 64 == b / 64;
}

/* Takes the plain break that begins with the line feed at `at`, if one does, from the odd places. */
static void pass_plain_break(struct bytes text, size_t at, uint64_t *odd)
{
    const uint8_t *p = text.data;
    size_t len = at + 1 < text.len && p[at + 1] == '\n' ? 2 : 1, next = at + len;
    if (at == 0 || !survey_plain_before(p[at - 1]) || next >= text.len ||
        !same_block(at, next))
        return;
    bool plain = p[next] == 0xE2 ? next + 2 < text.len && same_block(at, next + 2) &&
                                       survey_plain_before(p[next + 2])
                                 : survey_plain_after(p[next]);
    if (plain)
        odd[at / 64] &= ~(bit_of(at) | bit_of(next - 1));
}

void survey_scalar(struct bytes text, uint64_t *places, uint64_t *odd,
                   struct survey_facts *out)
{
    const uint8_t *end = text.data + text.len;
    size_t words = survey_words(text.len);
    bool open = false; /* the last byte is a line feed without a pair */
    *out = (struct survey_facts){.well_formed =
                                     utf8_valid_prefix_scalar(text) == text.len};
    memset(places, 0, words * sizeof *places);
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t *p = text.data + i;
        uint8_t kind = kind_of[*p];
        if (kind == 1 || (kind == 2 && is_special(p, end)))
            places[i / 64] |= bit_of(i);
        out->has_cr |= *p == '\r';
        out->close_lines += open && *p != '\n';
        open = *p == '\n' && !open;
    }
    memcpy(odd, places, words * sizeof *odd);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\n')
            pass_plain_break(text, i, odd);
    }
}

/* The fastest that the processor has. */
static survey_kernel *kernel(void)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return survey_avx512;
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return survey_avx2;
#endif
    return survey_scalar;
}

bool survey_text(struct survey *s, struct bytes text)
{
    size_t words = survey_words(text.len);
    buf_reset(&s->room);
    if (!buf_reserve(&s->room, 2 * words * sizeof(uint64_t)))
        return false;
    s->words = words;
    kernel()(text, survey_places(s), survey_odd_places(s), &s->facts);
    return true;
}

void survey_release(struct survey *s)
{
    buf_release(&s->room);
}
