/* Inside indexer/json: the scans that every byte of a string goes through. The twins do the same. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JSON_SCAN_SLACK = 64, /* bytes behind what is decoded that must be writable */
    JSON_SCAN_ESCAPES = 512,
    JSON_SCAN_NOTES = JSON_SCAN_ESCAPES + 64 /* room for the places of escapes */
};

/* What a string has in it. */
enum {
    JSON_SCAN_SLASH = 1,  /* a backslash */
    JSON_SCAN_CONTROL = 2 /* a byte below the blank, as it stands */
};

/* From behind a string's opening quote: the quote that closes it, NULL if none does; *has is what stands before it.
 * SIMD where the processor has it. */
typedef const uint8_t *json_scan_finder(const uint8_t *p, const uint8_t *end,
                                        unsigned *has);
json_scan_finder json_scan_string;
json_scan_finder json_scan_string_scalar;

/* What a backslash and this byte stand for; 0 if they are \u, or no escape. */
extern const uint8_t json_scan_letters[256];

/* How far a string was decoded. */
struct json_scan_decoded {
    size_t read, written;
    size_t escapes;
    bool
        markup; /* '<' or '&' may be among it; the fastest twin says so only if one is */
    bool
        quote; /* of json_scan_taker: the next byte is the quote that ends the string */
    bool control; /* likewise: a byte below the blank is among it, as it stands */
};

/* Copies the n bytes at p (UINT32_MAX at most) to out, escapes of one letter decoded, up to the first one that is
 * another or is cut off; or before that, when it has passed JSON_SCAN_ESCAPES. places: where their backslashes are,
 * counted from p. */
typedef struct json_scan_decoded json_scan_decoder(const uint8_t *p, size_t n,
                                                   uint8_t *out, uint32_t *places);
json_scan_decoder *json_scan_decode(void); /* the one for this processor */
json_scan_decoder json_scan_decode_scalar;

#ifdef STEMMA_AVX2
json_scan_finder json_scan_string_avx2;
json_scan_decoder json_scan_decode_avx2;
#endif
#ifdef STEMMA_AVX512
json_scan_finder json_scan_string_avx512;
json_scan_decoder json_scan_decode_avx512;
json_scan_decoder json_scan_take_avx512;
#endif

/* The same from behind a string's opening quote on, to the one that closes it if that is among the n bytes: so a string
 * that will be decoded need not be looked through for its end first. NULL where that would not be faster. */
json_scan_decoder *json_scan_taker(void);

/* For the twins that go from one backslash to the next: copy(p, n, out) copies up to one and returns how many bytes
 * that were. */
static inline struct json_scan_decoded json_scan_decode_runs(
    const uint8_t *p, size_t n, uint8_t *out, uint32_t *places,
    size_t (*copy)(const uint8_t *p, size_t n, uint8_t *out))
{
    struct json_scan_decoded d = {.markup = true};
    for (;;) {
        size_t run = copy(p + d.read, n - d.read, out + d.written);
        d.read += run;
        d.written += run;
        if (n - d.read < 2 || d.escapes == JSON_SCAN_ESCAPES)
            return d;
        uint8_t letter = json_scan_letters[p[d.read + 1]];
        if (letter == 0)
            return d;
        places[d.escapes++] = (uint32_t)d.read;
        out[d.written++] = letter;
        d.read += 2;
    }
}

/* The bytes of a block of 64 that a backslash before them escapes. In a run of backslashes that is every other one, from
 * the second on, and where the run is odd the byte behind it. With a bit set at each odd place, taking off the
 * backslashes borrows through a run and turns over every other bit; what the odd places had is turned back. (Langdale
 * and Lemire, "Parsing gigabytes of JSON per second", 2019, have a longer form.) *carried: 1 if the block's first byte is
 * escaped, then of the next block. */
static inline uint64_t json_scan_escaped(uint64_t slashes, uint64_t *carried)
{
    const uint64_t odd = 0xAAAAAAAAAAAAAAAA;
    uint64_t open = slashes & ~*carried; /* these may escape */
    uint64_t turned = ((open << 1 | odd) - open) ^ odd;
    uint64_t escaped = turned ^ (slashes | *carried);
    *carried = (turned & slashes) >> 63;
    return escaped;
}
