#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "text/survey.h"
#include "text/utf8.h"

static uint64_t next_random(uint64_t *state) /* xorshift64* (Vigna 2016) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717U;
}

static bool has_place(const uint64_t *places, size_t at)
{
    return places[at / 64] >> (at % 64) & 1;
}

/* What the header says, as slowly as possible. */
static bool is_place(struct bytes text, size_t at)
{
    static const char *const characters[] = {"\xC2\x85", "\xC2\xAD", "\xE2\x80\xA8",
                                             "\xE2\x80\xA9", "\xEF\xBB\xBF"};
    struct bytes rest = bytes_of(text.data + at, text.len - at);
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
        if (bytes_starts(rest, bytes_str(characters[i])))
            return true;
    uint8_t c = text.data[at];
    return c < 0x20 || c == '<' || c == '[' || c == 0x7F;
}

static size_t close_lines_of(struct bytes text)
{
    size_t found = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '\n' || i + 1 == text.len)
            continue;
        if (text.data[i + 1] == '\n')
            i++;
        else
            found++;
    }
    return found;
}

/* As survey_odd_places says: is it a place of a plain break? */
static bool is_plain_break(struct bytes text, size_t at)
{
    size_t from = at, to = at;
    if (text.data[at] != '\n')
        return false;
    while (from > 0 && text.data[from - 1] == '\n')
        from--;
    while (to < text.len && text.data[to] == '\n')
        to++;
    if (from == 0 || to - from > 2 || to == text.len || from / 64 != to / 64 ||
        !survey_plain_before(text.data[from - 1]))
        return false;
    if (text.data[to] != 0xE2)
        return survey_plain_after(text.data[to]);
    return to + 2 < text.len && to / 64 == (to + 2) / 64 &&
           survey_plain_before(text.data[to + 2]);
}

/* text lies in a block of just its size, so that a sanitizer sees a byte read too many. */
static void expect_facts(survey_kernel *kernel, struct bytes text)
{
    struct survey_facts facts;
    size_t words = survey_words(text.len);
    uint64_t *places = malloc(words * sizeof *places);
    uint64_t *odd = malloc(words * sizeof *odd);
    cr_assert(places && odd);
    memset(places, 0xA5, words * sizeof *places);
    memset(odd, 0x5A, words * sizeof *odd);
    kernel(text, places, odd, &facts);
    bool good = utf8_valid_prefix_scalar(text) == text.len;
    cr_assert_eq(facts.well_formed, good);
    if (good) {
        cr_assert_eq(facts.has_cr,
                     text.len > 0 && memchr(text.data, '\r', text.len) != NULL);
        cr_assert_eq(facts.close_lines, close_lines_of(text));
        for (size_t i = 0; i < 64 * words; i++) {
            bool place = i < text.len && is_place(text, i);
            cr_assert_eq(has_place(places, i), place, "byte %zu of %zu", i, text.len);
            cr_assert_eq(has_place(odd, i), place && !is_plain_break(text, i),
                         "byte %zu of %zu", i, text.len);
        }
    }
    free(odd);
    free(places);
}

static void expect_all(const uint8_t *data, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);
    cr_assert(exact);
    if (len > 0)
        memcpy(exact, data, len);
    expect_facts(survey_scalar, bytes_of(exact, len));
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        expect_facts(survey_avx2, bytes_of(exact, len));
#endif
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        expect_facts(survey_avx512, bytes_of(exact, len));
#endif
    free(exact);
}

Test(survey, places_in_every_lane)
{
    static const char *const pieces[] = {"\x01",
                                         "\x1F",
                                         "\n",
                                         "\r",
                                         "\t",
                                         "<",
                                         "[",
                                         "\x7F",
                                         "\xC2\x85",
                                         "\xC2\xAD",
                                         "\xE2\x80\xA8",
                                         "\xE2\x80\xA9",
                                         "\xEF\xBB\xBF",
                                         "\xC2\xA0",
                                         "\xE2\x80\x99",
                                         "\xE2\x81\xA8",
                                         "\xEF\xBB\xBE",
                                         "\xC3\xAD",
                                         "]",
                                         "\xF0\x9F\x98\x80"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t len = strlen(pieces[i]);
        for (size_t at = 0; at < 200; at++) {
            uint8_t text[260];
            memset(text, 'y', sizeof text);
            memcpy(text + at, pieces[i], len);
            expect_all(text, at + len);
            expect_all(text, sizeof text);
        }
    }
}

/* Runs of line feeds of every length from every place, over the seams of blocks and up to the text's end. */
Test(survey, runs_of_line_feeds)
{
    for (size_t from = 0; from < 130; from++) {
        for (size_t n = 0; n < 140; n++) {
            uint8_t text[300];
            memset(text, 'y', sizeof text);
            memset(text + from, '\n', n);
            expect_all(text, from + n);
            expect_all(text, from + n + 1);
            memset(text + from + n + 1, '\n', 3);
            expect_all(text, from + n + 5);
        }
    }
}

Test(survey, random_texts)
{
    static const char *const pieces[] = {"a",
                                         "word ",
                                         "\n",
                                         "\n\n",
                                         "\n\n\n",
                                         "\r\n",
                                         "<",
                                         "[",
                                         "\x02",
                                         "\xC2\x85",
                                         "\xC2\xAD",
                                         "\xC3\xA9",
                                         "\xE2\x80\xA9",
                                         "\xE2\x80\x9C",
                                         "\xEF\xBB\xBF",
                                         "\xF0\x9F\x98\x80"};
    enum {
        N = sizeof pieces / sizeof *pieces,
        MOST = 600
    };
    uint64_t state = 46;
    uint8_t text[MOST + 8];
    for (int round = 0; round < 20000; round++) {
        size_t most = next_random(&state) % MOST, len = 0;
        uint64_t plain = next_random(&state) % 32;
        while (len < most) {
            uint64_t r = next_random(&state);
            const char *piece = r % 32 < plain ? "y" : pieces[(r >> 8) % N];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        if (len > 0 && round % 4 == 0) /* mostly ill-formed then */
            text[next_random(&state) % len] = (uint8_t)next_random(&state);
        if (round % 8 == 1)
            len = most; /* perhaps inside a character */
        expect_all(text, len);
    }
}

/* The fast kernels look at 64 blocks at a time. */
Test(survey, seams_of_windows)
{
    static const char *const pieces[] = {
        "y",    "\n", "\n\n",         "\n\n\n",
        ".\ny", "<",  "\xE2\x80\x9C", "\xE2\x80\xA8",
        "\xE2", "",   "\xC2\x85",     "\xF0\x9F\x98\x80"};
    enum {
        N = sizeof pieces / sizeof *pieces,
        SEAM = 64 * 64,
        ROOM = 2 * SEAM + 64
    };
    static uint8_t text[ROOM];
    uint64_t state = 47;
    for (int round = 0; round < 500; round++) {
        size_t seam = round % 2 ? SEAM : 2 * SEAM;
        size_t at = seam - next_random(&state) % 12;
        memset(text, 'y', sizeof text);
        while (at < seam + 8) {
            const char *piece = pieces[next_random(&state) % N];
            memcpy(text + at, piece, strlen(piece));
            at += strlen(piece) + next_random(&state) % 2;
        }
        expect_all(text, round % 3 ? at + next_random(&state) % 20 : seam);
    }
}

Test(survey, its_memory_is_used_again)
{
    struct survey s = {.room = {0}};
    static const uint8_t long_text[1000] = {'\n'};
    cr_assert(survey_text(&s, bytes_of(long_text, sizeof long_text)));
    cr_assert(has_place(survey_places(&s), 999));
    cr_assert(survey_text(&s, bytes_str("a[b")));
    cr_assert(s.facts.well_formed);
    cr_assert_eq(survey_places(&s)[0], 2);
    cr_assert(survey_text(&s, bytes_of(NULL, 0)));
    cr_assert_eq(survey_places(&s)[0], 0);
    survey_release(&s);
}
