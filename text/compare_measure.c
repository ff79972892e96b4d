/* The figures of a pair. Runs that follow each other in both texts with little between them make a passage; inside a
 * passage, what lies between the runs is laid side by side word for word, which tells words that were changed from
 * facts that were. */
#include "base/bits.h"
#include "text/compare_align.h"

enum {
    GAP_MOST = 32, /* tokens of the table that lays a gap side by side */
    PLACE_MOST =
        64, /* tokens of a place in which facts of both texts stand against each other */
    ORDER_GAP = 80, /* tokens between two passages of a noisy copy */
    ORDER_SLACK = 8 /* by which their distances may differ, beside a quarter */
};

#define EACH_BYTE 0x0101010101010101u
enum {
    WORD = 64,
    STOCK_BIT = 6
};
_Static_assert(COMPARE_STOCK == 1 << STOCK_BIT, "eight kinds are looked at at once");

/* What one passage comes to. */
struct passage {
    uint32_t from[2], to[2];
    uint32_t covered[2];
    uint32_t matched, own;
    uint32_t changed;
    uint32_t agreed, differ;
};

/* Passages that follow each other at like distances in both texts: what is left of a noisy copy. */
struct order {
    uint32_t end[2];
    uint32_t own;
};

static inline bool is_stock(const struct compare_text *t, uint32_t at)
{
    unsigned stock = t->kinds ? t->kinds[at] >> STOCK_BIT : 0;
    return (stock | (t->stock ? t->stock[at / WORD] >> at % WORD : 0)) & 1;
}

static uint8_t kind_at(const struct compare_text *t, uint32_t at)
{
    unsigned kind = t->kinds ? t->kinds[at] : 0;
    return (uint8_t)(kind | (t->kind_of ? t->kind_of[t->terms[at]] : 0U));
}

/* A fact that is not stock. */
static bool is_fact(const struct compare_text *t, uint32_t at)
{
    return (kind_at(t, at) & COMPARE_FACT) != 0 && !is_stock(t, at);
}

/* A word that is neither stock nor very common, which cannot be foreseen. */
static inline bool is_rare(const struct compare_text *t, uint32_t at)
{
    unsigned common = kind_at(t, at) & COMPARE_COMMON, stock = is_stock(t, at);
    return (common | stock) == 0;
}

/* Most words are no facts by what their terms say: then nobody asks where stock is. */
static bool no_facts(const struct compare_text *t, uint32_t from, uint32_t to)
{
    unsigned any = 0;
    if (t->kinds || !t->kind_of) {
        return false;
    }
    for (uint32_t i = from; i < to; i++) {
        any |= t->kind_of[t->terms[i]];
    }
    return !(any & COMPARE_FACT);
}

static uint32_t count_facts(const struct compare_text *t, uint32_t from, uint32_t to)
{
    uint32_t n = 0;
    if (no_facts(t, from, to)) {
        return 0;
    }
    for (uint32_t i = from; i < to; i++) {
        n += is_fact(t, i);
    }
    return n;
}

/* How many bits of [from, to) are set. */
static uint32_t count_bits(const uint64_t *set, uint32_t from, uint32_t to)
{
    uint32_t n = 0;
    while (from < to) {
        uint32_t first = from % WORD,
                 some = WORD - first < to - from ? WORD - first : to - from;
        n += bits_count(set[from / WORD] >> first << (WORD - some));
        from += some;
    }
    return n;
}

static uint32_t count_own(const struct compare_text *t, uint32_t from, uint32_t to)
{
    uint32_t n = to - from;
    uint32_t i = from;
    if (!t->kinds || t->stock) {
        return n - (t->stock ? count_bits(t->stock, from, to) : 0);
    }
    /* Eight at once: the highest byte of the product is their sum. */
    for (; to - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t kinds;
        memcpy(&kinds, t->kinds + i, sizeof kinds);
        n -= (uint32_t)((kinds >> STOCK_BIT & EACH_BYTE) * EACH_BYTE >> 56);
    }
    for (; i < to; i++) {
        n -= t->kinds[i] >> STOCK_BIT & 1U;
    }
    return n;
}

uint32_t compare_count_own(const struct compare_text *t)
{
    return count_own(t, 0, t->n);
}

static uint32_t lesser(uint32_t x, uint32_t y)
{
    return x < y ? x : y;
}

static uint32_t greater(uint32_t x, uint32_t y)
{
    return x > y ? x : y;
}

/* Words that were changed: from[] to to[] of both texts holds no match. Few of them count as covered, facts never. */
static void add_change(const struct compare_text *const t[2], uint32_t most,
                       const uint32_t from[2], const uint32_t to[2], struct passage *p)
{
    uint32_t facts[2] = {count_facts(t[0], from[0], to[0]),
                         count_facts(t[1], from[1], to[1])};
    uint32_t len[2] = {to[0] - from[0], to[1] - from[1]};
    if (len[0] > 0 && len[1] > 0) {
        p->differ += greater(facts[0], facts[1]);
        p->changed += greater(len[0], len[1]);
    }
    if (facts[0] + facts[1] == 0 && len[0] <= most && len[1] <= most) {
        p->covered[0] += count_own(t[0], from[0], to[0]);
        p->covered[1] += count_own(t[1], from[1], to[1]);
    }
}

/* The longest common subsequence of a gap becomes partners. */
static void lay_side_by_side(struct compare *c, const struct compare_text *const t[2],
                             const uint32_t from[2], const uint32_t to[2])
{
    uint8_t best[GAP_MOST + 1][GAP_MOST + 1];
    uint32_t n = to[0] - from[0], m = to[1] - from[1];
    c->steps += (uint64_t)n * m;
    if (!vec_push(&c->gaps, (struct compare_gap){{from[0], from[1]}, {to[0], to[1]}})) {
        c->gaps_lost = true;
    }
    for (uint32_t i = 0; i <= n; i++) {
        best[i][m] = 0;
    }
    memset(best[n], 0, m + 1);
    for (uint32_t i = n; i-- > 0;) {
        uint32_t term = t[0]->terms[from[0] + i];
        for (uint32_t j = m; j-- > 0;) {
            uint8_t skip =
                best[i + 1][j] > best[i][j + 1] ? best[i + 1][j] : best[i][j + 1];
            bool same = term == t[1]->terms[from[1] + j];
            best[i][j] = same ? (uint8_t)(best[i + 1][j + 1] + 1) : skip;
        }
    }
    for (uint32_t i = 0, j = 0; i < n && j < m;) {
        if (t[0]->terms[from[0] + i] == t[1]->terms[from[1] + j]) {
            c->partner[0][from[0] + i] = from[1] + j;
            c->partner[1][from[1] + j] = from[0] + i;
            i++;
            j++;
        } else if (best[i + 1][j] >= best[i][j + 1]) {
            i++;
        } else {
            j++;
        }
    }
}

static void add_match(const struct compare_text *const t[2], uint32_t a, uint32_t b,
                      uint32_t len, struct passage *p)
{
    uint32_t own[2] = {count_own(t[0], a, a + len), count_own(t[1], b, b + len)};
    p->matched += len;
    p->own += lesser(own[0], own[1]);
    p->covered[0] += own[0];
    p->covered[1] += own[1];
    p->agreed += count_facts(t[0], a, a + len);
}

static void add_gap(struct compare *c, const struct compare_limits *l,
                    const struct compare_text *const t[2], const uint32_t from[2],
                    const uint32_t to[2], struct passage *p)
{
    uint32_t len[2] = {to[0] - from[0], to[1] - from[1]};
    if (len[0] > 0 && len[1] > 0 && len[0] + len[1] > 2) {
        lay_side_by_side(c, t, from, to);
    }
    uint32_t at[2] = {from[0], from[1]};
    for (uint32_t i = from[0]; i < to[0]; i++) {
        uint32_t j = c->partner[0][i];
        if (j != COMPARE_NOWHERE) {
            add_change(t, l->gap_covered, at, (uint32_t[2]){i, j}, p);
            add_match(t, i, j, 1, p);
            at[0] = i + 1;
            at[1] = j + 1;
        }
    }
    add_change(t, l->gap_covered, at, to, p);
}

/* Whether nothing of b's [from, to) stands for another place of a. */
static bool is_free(const struct compare *c, uint32_t from, uint32_t to)
{
    for (uint32_t j = from; j < to; j++) {
        if (c->partner[1][j] != COMPARE_NOWHERE) {
            return false;
        }
    }
    return true;
}

static bool goes_on(const struct compare *c, uint32_t gap, const struct compare_run *r,
                    const struct compare_run *next)
{
    uint32_t end_b = r->b + r->len;
    return next->a - (r->a + r->len) <= gap && next->b >= end_b &&
           next->b - end_b <= gap && is_free(c, end_b, next->b);
}

/* The passage that begins with run i; returns the run after it. */
static size_t take_passage(struct compare *c, const struct compare_limits *l,
                           const struct compare_text *const t[2], size_t i,
                           struct passage *p)
{
    uint32_t gap = lesser(l->gap, GAP_MOST);
    const struct compare_run *r = &c->runs.v.items[i];
    const struct compare_run *end = c->runs.v.items + c->runs.v.len;
    *p = (struct passage){.from = {r->a, r->b}};
    add_match(t, r->a, r->b, r->len, p);
    while (r + 1 < end && goes_on(c, gap, r, r + 1)) {
        const struct compare_run *next = r + 1;
        add_gap(c, l, t, (uint32_t[2]){r->a + r->len, r->b + r->len},
                (uint32_t[2]){next->a, next->b}, p);
        add_match(t, next->a, next->b, next->len, p);
        r = next;
    }
    p->to[0] = r->a + r->len;
    p->to[1] = r->b + r->len;
    return (size_t)(r - c->runs.v.items) + 1;
}

static void measure_longest(const struct compare *c, const struct compare_text *a,
                            struct compare_evidence *out)
{
    const struct compare_run *longest = NULL;
    vec_foreach(const struct compare_run, r, &c->runs.v) {
        uint32_t own = r->len > out->run_own ? count_own(a, r->a, r->a + r->len) : 0;
        out->run = greater(out->run, r->len);
        if (own > out->run_own) {
            out->run_own = own;
            longest = r;
        }
    }
    for (uint32_t i = 0; longest && i < longest->len; i++) {
        out->run_rare += is_rare(a, longest->a + i);
    }
}

/* Own words of both texts in one place outside the passages: the lesser side is replaced. If it is a short place, its
 * facts stand against each other as those in a gap do. */
static void add_replaced(const struct compare_text *const t[2], const uint32_t from[2],
                         const uint32_t to[2], struct compare_evidence *out)
{
    if (from[0] >= to[0] || from[1] >= to[1]) {
        return;
    }
    /* No further than the lesser side can reach: a's places are disjoint, b's are not. */
    uint32_t most =
        to[0] - from[0] < UINT32_MAX / 2 ? (to[0] - from[0]) * 2 : UINT32_MAX;
    uint32_t end_b = from[1] + lesser(to[1] - from[1], most);
    out->replaced +=
        lesser(count_own(t[0], from[0], to[0]), count_own(t[1], from[1], end_b));
    if (to[0] - from[0] <= PLACE_MOST && to[1] - from[1] <= PLACE_MOST) {
        uint32_t facts = lesser(count_facts(t[0], from[0], to[0]),
                                count_facts(t[1], from[1], to[1]));
        out->facts_differ += facts;
        out->changed += facts > 0 ? lesser(to[0] - from[0], to[1] - from[1]) : 0;
    }
}

static void join_hulls(struct compare_evidence *out, const struct passage *p)
{
    for (int side = 0; side < 2; side++) {
        bool first = out->from[side] == out->to[side];
        out->from[side] =
            first ? p->from[side] : lesser(p->from[side], out->from[side]);
        out->to[side] = greater(p->to[side], out->to[side]);
    }
}

/* Words that are the same in the same order in a gap, very common ones aside. */
static uint32_t matched_between(struct compare *c,
                                const struct compare_text *const t[2],
                                const uint32_t from[2], const uint32_t to[2])
{
    uint32_t n = 0;
    if (to[0] - from[0] > GAP_MOST || to[1] - from[1] > GAP_MOST ||
        !is_free(c, from[1], to[1])) {
        return 0;
    }
    lay_side_by_side(c, t, from, to);
    for (uint32_t i = from[0]; i < to[0]; i++) {
        n += c->partner[0][i] != COMPARE_NOWHERE && is_rare(t[0], i);
    }
    return n;
}

static bool is_in_order(const struct order *o, const struct passage *p)
{
    if (o->own == 0 || p->from[0] < o->end[0] || p->from[1] < o->end[1]) {
        return false;
    }
    uint32_t gaps[2] = {p->from[0] - o->end[0], p->from[1] - o->end[1]};
    uint32_t less = lesser(gaps[0], gaps[1]);
    return less <= ORDER_GAP && gaps[0] + gaps[1] - 2 * less <= ORDER_SLACK + less / 4;
}

/* A passage too short to count by itself counts here; one that is out of order is no end of it. */
static void go_on_in_order(struct compare *c, const struct compare_text *const t[2],
                           uint32_t least, struct order *o, const struct passage *p,
                           struct compare_evidence *out)
{
    if (is_in_order(o, p)) {
        o->own += p->own + matched_between(c, t, o->end, p->from);
    } else if (p->matched >= least || o->own == 0) {
        o->own = p->own;
    } else {
        return;
    }
    o->end[0] = p->to[0];
    o->end[1] = p->to[1];
    out->in_order = greater(o->own, out->in_order);
}

static uint16_t part(uint32_t of, uint32_t whole)
{
    return (uint16_t)(whole == 0 ? 0
                                 : (uint64_t)lesser(of, whole) * COMPARE_ONE / whole);
}

static void add_passage(struct compare_evidence *out, const struct passage *p,
                        uint32_t covered[2])
{
    covered[0] += p->covered[0];
    covered[1] += p->covered[1];
    out->matched += p->matched;
    out->matched_own += p->own;
    out->changed += p->changed;
    out->facts_agreed += p->agreed;
    out->facts_differ += p->differ;
    join_hulls(out, p);
}

void compare_measure(struct compare *c, const struct compare_limits *l,
                     const struct compare_text *a, const struct compare_text *b,
                     struct compare_evidence *out)
{
    const struct compare_text *const t[2] = {a, b};
    uint32_t covered[2] = {0, 0};
    uint32_t end[2] = {0, 0}; /* of the passage before */
    struct order order = {0};
    measure_longest(c, a, out);
    for (size_t i = 0; i < c->runs.v.len;) {
        struct passage p;
        i = take_passage(c, l, t, i, &p);
        go_on_in_order(c, t, l->passage, &order, &p, out);
        if (p.matched < l->passage) {
            continue;
        }
        add_replaced(t, end, p.from, out);
        end[0] = p.to[0];
        end[1] = p.to[1];
        add_passage(out, &p, covered);
    }
    add_replaced(t, end, (uint32_t[2]){a->n, b->n}, out);
    for (int side = 0; side < 2; side++) {
        out->own[side] = t[side]->own > 0 ? t[side]->own : compare_count_own(t[side]);
        out->covered[side] = part(covered[side], out->own[side]);
    }
    out->rare = out->matched > 0 ? part(out->matched_own, out->matched) : COMPARE_ONE;
    compare_forget_partners(c);
}
