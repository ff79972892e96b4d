#include "query/wildcard.h"

#include <stddef.h>

/* Length of the character at s[at]. */
static size_t character(struct bytes s, size_t at)
{
    size_t end = at + 1;
    while (end < s.len && (s.data[end] & 0xc0) == 0x80) {
        end++;
    }
    return end - at;
}

/* Only the last * is ever taken back: what an earlier one could reach by taking more, the
 * last one can too. */
bool wildcard_matches(struct bytes pattern, struct bytes key)
{
    size_t p = 0, k = 0, star = SIZE_MAX, retry = 0;
    while (k < key.len) {
        if (p < pattern.len && pattern.data[p] == '*') {
            star = ++p;
            retry = k;
        } else if (p < pattern.len && pattern.data[p] == '?') {
            p++;
            k += character(key, k);
        } else if (p < pattern.len && pattern.data[p] == key.data[k]) {
            p++;
            k++;
        } else if (star != SIZE_MAX) {
            p = star;
            retry += character(key, retry);
            k = retry;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

struct bytes wildcard_beginning(struct bytes pattern)
{
    size_t n = 0;
    while (n < pattern.len && pattern.data[n] != '*' && pattern.data[n] != '?') {
        n++;
    }
    return bytes_of(pattern.data, n);
}
