#include <string.h>

#include "text/compare.h"
#include "text/winnow.h"

enum {
    WORD = 64,
    STOCK_PRINTS =
        2 /* known shingles in a row that make a passage; a single one is a turn of phrase */
};
#define NO_PRINT UINT32_MAX

/* The last bit of a set before `at`, NO_PRINT: there is none. */
static uint32_t before(const uint64_t *set, uint32_t at)
{
    uint32_t word = at / WORD;
    uint64_t bits = set[word] & ((UINT64_C(1) << at % WORD) - 1);
    while (bits == 0 && word > 0) {
        bits = set[--word];
    }
    return bits ? word * WORD + (WORD - 1) - (uint32_t)__builtin_clzll(bits) : NO_PRINT;
}

/* The first bit of a set of n at or behind `at`. */
static uint32_t from(const uint64_t *set, uint32_t n, uint32_t at)
{
    uint32_t word = at / WORD, words = (uint32_t)winnow_place_words(n);
    if (at >= n) {
        return NO_PRINT;
    }
    uint64_t bits = set[word] & UINT64_MAX << at % WORD;
    while (bits == 0 && ++word < words) {
        bits = set[word];
    }
    return bits ? word * WORD + (uint32_t)__builtin_ctzll(bits) : NO_PRINT;
}

static bool has(const uint64_t *set, uint32_t at)
{
    return set[at / WORD] >> at % WORD & 1;
}

static uint32_t shingle_end(uint32_t at, uint32_t n)
{
    return n - at > WINNOW_SHINGLE ? at + WINNOW_SHINGLE : n;
}

/* Known shingles in a row: `first` to `last` of them, `prev` before the first and `next` behind the last; NO_PRINT: there is none. */
struct known_run {
    uint32_t first, last, prev, next;
    uint32_t shingles;
};

/* The run that begins with the known shingle `first`. */
static struct known_run run_at(const uint64_t *places, const uint64_t *known,
                               uint32_t n, uint32_t first)
{
    struct known_run r = {first, first, before(places, first),
                          from(places, n, first + 1), 1};
    while (r.next != NO_PRINT && has(known, r.next)) {
        r.last = r.next;
        r.next = from(places, n, r.last + 1);
        r.shingles++;
    }
    return r;
}

static bool is_passage(const struct known_run *r)
{
    return r->shingles >= STOCK_PRINTS || (r->prev == NO_PRINT && r->next == NO_PRINT);
}

/* Sets the bits [from, to). */
static void set_bits(uint64_t *set, uint32_t from, uint32_t to)
{
    while (from < to) {
        uint32_t first = from % WORD,
                 n = WORD - first < to - from ? WORD - first : to - from;
        set[from / WORD] |= UINT64_MAX >> (WORD - n) << first;
        from += n;
    }
}

static void mark(uint64_t *stock, uint32_t n, const struct known_run *r)
{
    /* Between a known shingle and an unknown one the border may be anywhere: half of it. */
    bool head = r->prev == NO_PRINT, tail = r->next == NO_PRINT;
    uint32_t start = r->first, end = shingle_end(r->last, n);
    uint32_t least = head ? 0 : shingle_end(r->prev, n);
    uint32_t most = tail ? n : r->next;
    start -= start > least ? (start - least) / (head ? 1 : 2) : 0;
    end += most > end ? (most - end) / (tail ? 1 : 2) : 0;
    set_bits(stock, start, end);
}

void compare_mark_stock(uint64_t *stock, uint32_t n, const uint64_t *places,
                        const uint64_t *known)
{
    for (uint32_t at = from(known, n, 0); at != NO_PRINT;) {
        struct known_run r = run_at(places, known, n, at);
        if (is_passage(&r)) {
            mark(stock, n, &r);
        }
        at = r.next == NO_PRINT ? NO_PRINT : from(known, n, r.next);
    }
}
