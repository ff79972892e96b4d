#include "query/unit_ranks.h"

#include <string.h>

void unit_ranks_release(struct unit_ranks *r)
{
    vec_release(&r->cells);
    vec_release(&r->bits);
}

static void count_cells(struct unit_ranks *r, size_t n)
{
    uint32_t before = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = r->bits.items[i];
        r->cells.items[i] = (struct unit_cell){bits, before};
        before += bits_count(bits);
    }
    r->cells.len = n;
}

int unit_ranks_make(struct unit_ranks *r, const struct marks *marks, uint64_t lo,
                    uint64_t hi, struct err *err)
{
    size_t n = (size_t)((hi - lo + 63) / 64);
    vec_reset(&r->cells);
    vec_reset(&r->bits);
    if (!vec_reserve(&r->cells, n + 1) || !vec_reserve(&r->bits, n + 1)) {
        return err_set(err, ERR_NOMEM, "no memory for the sentences of a window");
    }
    r->lo = (address)lo;
    memset(r->bits.items, 0, n * sizeof *r->bits.items);
    int rc = marks_bits(marks, lo, hi, r->bits.items, err);
    count_cells(r, n);
    return rc;
}

size_t unit_ranks_list(const struct unit_ranks *r, uint64_t from, uint64_t to,
                       address *out)
{
    size_t n = 0;
    for (uint64_t i = (from - r->lo) / 64; from < to && i <= (to - 1 - r->lo) / 64;
         i++) {
        for (uint64_t rest = r->cells.items[i].bits; rest != 0; rest &= rest - 1) {
            uint64_t at = r->lo + 64 * i + (unsigned)__builtin_ctzll(rest);
            if (at >= from && at < to) {
                out[n++] = (address)at;
            }
        }
    }
    return n;
}
