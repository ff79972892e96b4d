#include "text/compare.h"
#include "text/winnow.h"

enum {
    STOCK_PRINTS =
        2 /* known shingles in a row that make a passage; a single one is a turn of phrase */
};

static void mark(uint8_t *kinds, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        kinds[i] |= COMPARE_STOCK;
    }
}

/* The end of the run of known shingles that begins at i. */
static size_t run_end(const struct fingerprint *prints, size_t n, size_t i,
                      bool (*is_known)(void *arg, uint64_t hash), void *arg)
{
    while (i < n && is_known(arg, prints[i].hash)) {
        i++;
    }
    return i;
}

static uint32_t shingle_end(const struct fingerprint *print, uint32_t n)
{
    return print->at + WINNOW_SHINGLE < n ? print->at + WINNOW_SHINGLE : n;
}

void compare_mark_stock(uint8_t *kinds, uint32_t n, const struct fingerprint *prints,
                        size_t n_prints, bool (*is_known)(void *arg, uint64_t hash),
                        void *arg)
{
    for (size_t i = 0; i < n_prints;) {
        size_t end = run_end(prints, n_prints, i, is_known, arg);
        if (end - i < STOCK_PRINTS && !(i == 0 && end == n_prints)) {
            i = end + (end == i);
            continue;
        }
        /* Between a known shingle and an unknown one the border may be anywhere: half of it. */
        uint32_t from = prints[i].at, to = shingle_end(&prints[end - 1], n);
        uint32_t before = i == 0 ? 0 : shingle_end(&prints[i - 1], n);
        uint32_t after = end == n_prints ? n : prints[end].at;
        from -= from > before ? (from - before) / (i == 0 ? 1 : 2) : 0;
        to += after > to ? (after - to) / (end == n_prints ? 1 : 2) : 0;
        mark(kinds, from, to);
        i = end;
    }
}
