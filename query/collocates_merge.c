/* Rows that were counted in stories of their own are added to others. */
#include <stdlib.h>
#include <string.h>

#include "query/collocates_parts.h"

struct merging {
    struct collocates *to;
    const struct collocates *from;
    VEC(uint32_t) outlets; /* by number of `from`: that of `to` */
    uint64_t same;         /* bits of the outlets that have the same in both */
    uint32_t *rows;        /* owned; by row of `from`: that of `to` */
};

static int map_outlets(struct merging *m, struct err *err)
{
    const struct values *names = &m->from->outlets.names;
    uint32_t n = (uint32_t)names->items.len;
    int rc = 0;
    if (!vec_reserve(&m->outlets, n)) {
        return collocates_no_memory(m->to, err);
    }
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        uint32_t number = 0;
        rc = values_put(&m->to->outlets.names, values_get(names, i), &number, err);
        m->outlets.items[m->outlets.len++] = number;
        if (number == i && i < 64) {
            m->same |= UINT64_C(1) << i;
        }
    }
    return rc;
}

static int map_row(struct merging *m, uint32_t row, uint32_t *out, struct err *err)
{
    const struct collocates *from = m->from;
    uint32_t id = from->ids.items[row];
    if (m->to->lone) {
        return collocates_row_of_id(m->to, id, out, err);
    }
    struct bytes term = {0};
    if (from->options.by_surface) {
        term = values_get(&from->terms, from->terms_of.items[id]);
    }
    return collocates_row_of_word(m->to, values_get(&from->words, id), term, out, err);
}

/* The outlets of a row that are bits. */
static int add_bits(struct merging *m, uint32_t row, uint64_t bits, struct err *err)
{
    struct collocate *r = &m->to->rows.items[row];
    const uint64_t low = (UINT64_C(1) << COLLOCATES_BITS) - 1;
    int rc = 0;
    r->outlets |= (uint32_t)(bits & m->same & low);
    for (bits &= ~(m->same & low); bits != 0 && rc == 0; bits &= bits - 1) {
        uint32_t number = m->outlets.items[__builtin_ctzll(bits)];
        if (number < COLLOCATES_BITS) {
            r->outlets |= UINT32_C(1) << number;
            continue;
        }
        rc = row < m->to->more.len ? 0 : collocates_need_more(m->to, err);
        rc = rc ? rc
                : outlets_put(&m->to->outlets, &m->to->more.items[row].outlets, row,
                              number, err);
    }
    return rc;
}

static int add_row(struct merging *m, uint32_t row, struct err *err)
{
    const struct collocate *x = &m->from->rows.items[row];
    uint64_t bits = x->outlets;
    uint32_t at = 0;
    int rc = map_row(m, row, &at, err);
    if (rc) {
        return rc;
    }
    struct collocate *r = &m->to->rows.items[at];
    m->rows[row] = at;
    r->o += x->o;
    r->stories += x->stories;
    if (row < m->from->more.len) {
        const struct collocate_more *y = &m->from->more.items[row];
        rc = at < m->to->more.len ? 0 : collocates_need_more(m->to, err);
        if (rc) {
            return rc;
        }
        struct collocate_more *more = &m->to->more.items[at];
        more->o += y->o;
        more->o_copies += y->o_copies;
        more->articles += y->articles;
        bits |= y->outlets.first;
    }
    return add_bits(m, at, bits, err);
}

/* The outlets of rows that are pairs in a table. */
static int add_pairs(struct merging *m, struct err *err)
{
    const struct outlets_pairs *pairs = &m->from->outlets.pairs;
    int rc = pairs->n > 0 ? collocates_need_more(m->to, err) : 0;
    for (size_t i = 0; i < pairs->cap && rc == 0; i++) {
        uint32_t row = m->rows[pairs->slots[i] >> 32];
        uint32_t number = (uint32_t)pairs->slots[i];
        if (pairs->slots[i] != 0) {
            rc = outlets_put(&m->to->outlets, &m->to->more.items[row].outlets, row,
                             m->outlets.items[number], err);
        }
    }
    return rc;
}

int collocates_merge(struct collocates *to, const struct collocates *from,
                     struct err *err)
{
    struct merging m = {.to = to, .from = from};
    uint32_t n = (uint32_t)from->rows.len;
    m.rows = calloc((size_t)n + 1, sizeof *m.rows);
    int rc = m.rows ? map_outlets(&m, err) : collocates_no_memory(to, err);
    rc = rc || !to->lone ? rc : collocates_turn(to, 0, err);
    rc = rc ? rc : collocates_expect(to, from->near, err);
    for (uint32_t row = 1; row < n && rc == 0; row++) {
        rc = add_row(&m, row, err);
        rc = rc ? rc : deadline_tick(to->deadline, row, err);
    }
    rc = rc ? rc : add_pairs(&m, err);
    to->near += from->near;
    to->near_all += from->near_all;
    free(m.rows);
    vec_release(&m.outlets);
    return rc;
}
