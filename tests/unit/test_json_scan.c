/* The scans of JSON strings: the twins agree, and neither looks or writes too far. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "indexer/json_scan.h"

enum {
    LEN_MAX = 200
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

/* Letters, and one byte of `rarity` a quote or a backslash, at the end of memory that is its own. */
static uint8_t *some_bytes(size_t n, uint32_t rarity, uint64_t *state)
{
    uint8_t *bytes = malloc(n + !n);
    for (size_t i = 0; i < n; i++) {
        uint32_t r = next_random(state);
        bytes[i] = r % rarity == 0 ? (r >> 8 & 1 ? '"' : '\\')
                                   : (uint8_t)('a' + (r >> 16) % 26);
    }
    return bytes;
}

/* Byte by byte. */
static const uint8_t *plain_string(const uint8_t *p, const uint8_t *end, bool *escaped)
{
    *escaped = false;
    for (; p < end && *p != '"'; p++) {
        if (*p == '\\') {
            *escaped = true;
            p++;
        }
    }
    return p < end ? p : NULL;
}

Test(json_scan, strings_end_where_they_do)
{
    uint64_t state = 3;
    for (int round = 0; round < 20000; round++) {
        size_t n = next_random(&state) % LEN_MAX;
        uint8_t *bytes = some_bytes(n, 2 + next_random(&state) % 90, &state);
        bool escaped[3] = {false};
        const uint8_t *quote = plain_string(bytes, bytes + n, &escaped[0]);
        cr_assert_eq(json_scan_string_scalar(bytes, bytes + n, &escaped[1]), quote);
        cr_assert_eq(json_scan_string(bytes, bytes + n, &escaped[2]), quote);
        cr_assert(!quote || (escaped[1] == escaped[0] && escaped[2] == escaped[0]));
        free(bytes);
    }
}

Test(json_scan, copies_end_at_backslashes)
{
    uint64_t state = 4;
    for (int round = 0; round < 20000; round++) {
        size_t n = next_random(&state) % LEN_MAX;
        uint8_t *bytes = some_bytes(n, 2 + next_random(&state) % 90, &state);
        uint8_t *out = malloc(n + JSON_SCAN_SLACK);
        const uint8_t *slash = n ? memchr(bytes, '\\', n) : NULL;
        size_t expected = slash ? (size_t)(slash - bytes) : n;
        cr_assert_eq(json_scan_copy_scalar(bytes, n, out), expected);
        cr_assert_eq(memcmp(out, bytes, expected), 0);
        memset(out, 0, n + JSON_SCAN_SLACK);
        cr_assert_eq(json_scan_copy()(bytes, n, out), expected);
        cr_assert_eq(memcmp(out, bytes, expected), 0);
        free(out);
        free(bytes);
    }
}
