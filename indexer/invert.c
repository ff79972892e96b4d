#include "indexer/invert.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/coding.h"
#include "indexer/posting.h"

enum {
    LINE = 64, /* bytes of a cache line */
    PIECE = 1024,
    PIECE_LAST = PIECE - POSTING_WIDE, /* where a piece's last posting may begin */
    ASKED_PIECES = 4,                  /* as many ahead are asked for */
    /* A frequent word is alone: one with this part of a partition's share, and of all. */
    SHARE_ALONE = 4,
    TOTAL_ALONE = 256,
    HELD = 2048, /* tokens that are dealt out at a time */
    DENSE =
        2, /* words in a group of tokens, on the average, or their postings are wide */
    PARTITIONS_OF_TERMS = 1024 /* that many terms alone should make, at most */
};

static unsigned local_bits(uint32_t n_terms)
{
    unsigned bits = INVERT_LOCAL_BITS;
    while (bits < INVERT_LOCAL_BITS_MAX && n_terms >> bits > PARTITIONS_OF_TERMS)
        bits++;
    return bits;
}

void invert_release_partitions(struct partitions *p)
{
    vec_release(&p->bounds);
    vec_release(&p->alone);
    vec_release(&p->widths);
    vec_release(&p->frequent);
    vec_release(&p->frequent_ends);
}

/* Ends a partition before term t, unless one ends there already. */
static bool cut(struct partitions *p, term_id t, bool alone)
{
    return p->bounds.items[p->bounds.len - 1] == t ||
           (vec_push(&p->bounds, t) && vec_push(&p->alone, alone));
}

static bool cut_all(struct partitions *p, const uint64_t *term_counts, uint32_t n_terms,
                    uint32_t n)
{
    uint64_t total = 0, sum = 0;
    bool good = true;
    for (uint32_t t = 0; t < n_terms; t++)
        total += term_counts[t] + 1;
    uint64_t share = total / (n ? n : 1) + 1;
    uint64_t frequent = share / SHARE_ALONE + 1;
    if (frequent < total / TOTAL_ALONE)
        frequent = total / TOTAL_ALONE;
    vec_reset(&p->bounds);
    vec_reset(&p->alone);
    good = vec_push(&p->bounds, 0);
    for (uint32_t t = 0; good && t < n_terms; t++) {
        uint64_t weight = term_counts[t] + 1;
        uint32_t terms = t - p->bounds.items[p->bounds.len - 1];
        bool alone = weight >= frequent && term_counts[t] > 0;
        if (alone || terms >= posting_filler(p->local_bits)) {
            good = cut(p, t, false);
            sum = 0;
        }
        sum += weight;
        if (good && (alone || sum >= share)) {
            good = cut(p, t + 1, alone);
            sum = 0;
        }
    }
    return good && cut(p, n_terms, false);
}

/* Puts a term among the n most frequent ones, the most frequent first, of which there are `most` at most; returns how many there are. */
static uint32_t rank(term_id *top, uint32_t n, uint32_t most, term_id t,
                     const uint64_t *counts)
{
    uint32_t i = n < most ? n : most - 1;
    for (; i > 0 && counts[top[i - 1]] < counts[t]; i--)
        top[i] = top[i - 1];
    top[i] = t;
    return n < most ? n + 1 : n;
}

static int compare_terms(const void *a, const void *b)
{
    term_id x = *(const term_id *)a, y = *(const term_id *)b;
    return x < y ? -1 : x > y;
}

/* Chooses the frequent words of each partition. */
static bool choose_frequent(struct partitions *p)
{
    const uint64_t *counts = p->term_counts;
    uint32_t most = posting_filler(posting_frequent_bits(p->local_bits));
    vec_reset(&p->frequent);
    vec_reset(&p->frequent_ends);
    for (uint32_t i = 0; i < invert_n_partitions(p); i++) {
        uint32_t n = 0;
        if (!vec_reserve(&p->frequent, most))
            return false;
        term_id *top = p->frequent.items + p->frequent.len;
        for (term_id t = p->bounds.items[i]; t < p->bounds.items[i + 1]; t++) {
            if (counts[t] > (n < most ? 0 : counts[top[most - 1]]))
                n = rank(top, n, most, t, counts);
        }
        qsort(top, n, sizeof *top, compare_terms);
        p->frequent.len += n;
        if (!vec_push(&p->frequent_ends, (uint32_t)p->frequent.len))
            return false;
    }
    return true;
}

/* Tokens among which a slice has a posting or a filler: no more than half of what tells two apart, for between those of two such groups may
 * lie nearly two. */
static uint32_t group_of(const struct partitions *p)
{
    return UINT32_C(1) << (posting_low(p->local_bits) - 1);
}

/* Words as frequent as fillers would be have wide postings, for which there are none. */
static bool choose_widths(struct partitions *p)
{
    uint64_t total = 0;
    uint32_t n_terms = p->bounds.items[invert_n_partitions(p)], group = group_of(p);
    vec_reset(&p->widths);
    if (!vec_reserve(&p->widths, invert_n_slices(p)))
        return false;
    for (term_id t = 0; t < n_terms; t++)
        total += p->term_counts[t];
    for (uint32_t i = 0; i < invert_n_partitions(p); i++) {
        uint64_t others = 0, few = 0;
        uint32_t n;
        const term_id *frequent = invert_frequent(p, i, &n);
        for (term_id t = p->bounds.items[i]; t < p->bounds.items[i + 1]; t++)
            others += p->term_counts[t];
        for (uint32_t k = 0; k < n; k++)
            few += p->term_counts[frequent[k]];
        others -= few;
        bool can = group >= INVERT_PUT_MAX;
        p->widths.items[2 * i] =
            can && others * group / DENSE > total ? POSTING_SHORT : POSTING_WIDE;
        p->widths.items[2 * i + 1] =
            can && few * group / DENSE > total ? POSTING_FREQUENT : POSTING_WIDE;
    }
    p->widths.len = invert_n_slices(p);
    return true;
}

int invert_partition(struct partitions *p, const uint64_t *term_counts,
                     uint32_t n_terms, uint32_t n, struct err *err)
{
    p->local_bits = local_bits(n_terms);
    p->term_counts = term_counts;
    if (!cut_all(p, term_counts, n_terms, n))
        return err_set(err, ERR_NOMEM, "out of memory");
    if (invert_n_slices(p) > INVERT_PLACES >> p->local_bits)
        return err_set(err, ERR_LIMIT, "postings: %u different terms",
                       (unsigned)n_terms);
    return choose_frequent(p) && choose_widths(p)
               ? 0
               : err_set(err, ERR_NOMEM, "out of memory");
}

const term_id *invert_frequent(const struct partitions *p, uint32_t partition,
                               uint32_t *n)
{
    uint32_t begin = partition ? p->frequent_ends.items[partition - 1] : 0;
    *n = p->frequent_ends.items[partition] - begin;
    return p->frequent.items + begin;
}

void invert_places(const struct partitions *p, term_place *out)
{
    for (uint32_t i = 0; i < invert_n_partitions(p); i++) {
        uint32_t n;
        const term_id *frequent = invert_frequent(p, i, &n);
        term_id from = p->bounds.items[i];
        for (term_id t = from; t < p->bounds.items[i + 1]; t++)
            out[t] = 2 * i << p->local_bits | (t - from);
        for (uint32_t k = 0; k < n; k++)
            out[frequent[k]] = (2 * i + 1) << p->local_bits | k;
    }
}

term_id invert_term(const struct partitions *p, term_place place)
{
    uint32_t slice = place >> p->local_bits, n;
    uint32_t number = place & ((UINT32_C(1) << p->local_bits) - 1);
    return slice % 2 ? invert_frequent(p, slice / 2, &n)[number]
                     : p->bounds.items[slice / 2] + number;
}

/* --- dealing out -------------------------------------------------------------------------- */

void run_release(struct run *r)
{
    buf_release(&r->bytes);
    vec_release(&r->ends);
    vec_release(&r->words);
}

void invert_release(struct invert *v)
{
    vec_release(&v->links);
    buf_release(&v->pieces);
    vec_release(&v->lists);
    vec_release(&v->steps);
    vec_release(&v->of);
    vec_release(&v->before);
    vec_release(&v->watched);
    vec_release(&v->empty);
    vec_release(&v->places);
}

bool invert_begin(struct invert *v, const struct partitions *p)
{
    size_t n = invert_n_slices(p);
    vec_reset(&v->lists);
    vec_reset(&v->steps);
    vec_reset(&v->of);
    vec_reset(&v->before);
    vec_reset(&v->watched);
    vec_reset(&v->links);
    buf_reset(&v->pieces);
    v->partitions = p;
    v->n = v->open = v->held = 0;
    v->group = group_of(p);
    if (!vec_reserve(&v->lists, n) || !vec_reserve(&v->steps, n) ||
        !vec_reserve(&v->of, n) || !vec_reserve(&v->before, n) ||
        !vec_reserve(&v->watched, n) || !vec_reserve(&v->empty, n) ||
        !vec_reserve(&v->places, HELD + INVERT_PUT_MAX + INVERT_SLACK))
        return false;
    for (size_t i = 0; i < n; i++)
        v->steps.items[i] = p->widths.items[i] - (UINT64_C(1) << 32);
    memset(v->lists.items, 0, n * sizeof *v->lists.items);
    memset(v->before.items, 0, n * sizeof *v->before.items);
    memset(v->of.items, 0, n * sizeof *v->of.items);
    for (uint32_t i = 0; i < n; i++)
        if (p->widths.items[i] < POSTING_WIDE)
            v->watched.items[v->watched.len++] = i;
    v->lists.len = v->of.len = v->before.len = n;
    return true;
}

/* Postings that a piece has once it is full. */
static inline uint32_t piece_postings(unsigned width)
{
    return PIECE_LAST / width + 1;
}

/* Gives a list that is full, or has none, another piece, for which there is room, and moves it on by a posting; returns where that
 * goes. */
static __attribute__((noinline)) uint64_t more(struct invert *v, uint32_t slice)
{
    struct invert_pieces *of = &v->of.items[slice];
    uint64_t list = v->lists.items[slice];
    uint32_t at = (uint32_t)v->pieces.len;
    uint64_t n = piece_postings(v->partitions->widths.items[slice]);
    if (list == 0)
        of->first = at;
    else
        v->links.items[((uint32_t)list - 1) / PIECE] = at;
    of->full += list != 0;
    v->pieces.len += PIECE;
    v->links.len++;
    __builtin_prefetch(v->pieces.data + at + ASKED_PIECES * PIECE, 1);
    __builtin_prefetch(v->pieces.data + at + ASKED_PIECES * PIECE + LINE, 1);
    v->lists.items[slice] = (n << 32 | at) + v->steps.items[slice];
    return at;
}

/* Room for the pieces that n postings may take. */
static bool reserve_pieces(struct invert *v, size_t n)
{
    size_t lists = n < v->lists.len ? n : v->lists.len;
    size_t most = n / piece_postings(POSTING_WIDE) + lists;
    return buf_reserve(&v->pieces, most * PIECE) && vec_reserve(&v->links, most);
}

/* Moves a list on by a posting; returns where, in the lower 32 bits, that one goes. */
static inline uint64_t step(struct invert *v, uint64_t *lists, const uint64_t *steps,
                            uint32_t slice)
{
    uint64_t at = lists[slice], next = at + steps[slice];
    if (__builtin_expect((int64_t)next < 0, 0))
        return more(v, slice);
    lists[slice] = next;
    return at;
}

/* A filler for a slice whose postings are not wide. */
static void put_filler(struct invert *v, uint32_t slice)
{
    unsigned all = v->partitions->local_bits;
    unsigned bits = slice % 2 ? posting_frequent_bits(all) : all;
    uint32_t posting = posting_of(posting_filler(bits), v->n - 1, posting_low(all));
    uint64_t at = step(v, v->lists.items, v->steps.items, slice);
    store_u32(v->pieces.data + (uint32_t)at, posting);
}

/* Stores a posting, and asks for what the slice's next ones will be written to: there are too many slices for the processor to see that
 * each goes on, and pieces lie in no near cache. */
static inline void put(uint8_t *pieces, uint64_t at, uint32_t posting)
{
    uint8_t *to = pieces + (uint32_t)at;
    __builtin_prefetch(to + LINE, 1);
    store_u32(to, posting);
}

/* Tokens whose places have the same upper bits; `at` is what the first one's place adds to its posting. Four lists are moved on before the first posting
 * is stored: behind a store whose place is not known yet the next list would be waited for. */
static inline __attribute__((always_inline)) void deal(struct invert *v,
                                                       const term_place *p, size_t n,
                                                       uint32_t at, unsigned bits)
{
    const unsigned low = posting_low(bits);
    uint64_t *lists = v->lists.items;
    const uint64_t *steps = v->steps.items;
    uint8_t *pieces = v->pieces.data;
    const term_place *end = p + n;
    for (; end - p >= 4; p += 4, at += 4) {
        uint64_t a = step(v, lists, steps, p[0] >> bits);
        uint64_t b = step(v, lists, steps, p[1] >> bits);
        uint64_t c = step(v, lists, steps, p[2] >> bits);
        uint64_t d = step(v, lists, steps, p[3] >> bits);
        put(pieces, a, p[0] << low ^ at);
        put(pieces, b, p[1] << low ^ (at + 1));
        put(pieces, c, p[2] << low ^ (at + 2));
        put(pieces, d, p[3] << low ^ (at + 3));
    }
    for (; p < end; p++, at++)
        put(pieces, step(v, lists, steps, *p >> bits), *p << low ^ at);
}

static inline __attribute__((always_inline)) void deal_all(struct invert *v,
                                                           const term_place *p,
                                                           uint32_t n, uint32_t at,
                                                           unsigned bits)
{
    const uint32_t block = UINT32_C(1) << posting_low(bits);
    while (n > 0) {
        uint32_t same = block - at % block < n ? block - at % block : n;
        deal(v, p, same, posting_of(0, at, posting_low(bits)), bits);
        p += same;
        at += same;
        n -= same;
    }
}

/* Deals out what is held. Numbers of terms have the same width in nearly all archives, and then shifts by it are known beforehand. */
static bool deal_held(struct invert *v)
{
    const term_place *places = v->places.items;
    unsigned bits = v->partitions->local_bits;
    uint32_t n = v->held, at = v->n - n;
    if (!reserve_pieces(v, n))
        return false;
    if (bits == INVERT_LOCAL_BITS)
        deal_all(v, places, n, at, INVERT_LOCAL_BITS);
    else
        deal_all(v, places, n, at, bits);
    v->held = 0;
    return true;
}

/* Ends a group: a slice that has no posting of it gets a filler. Which do nobody could foretell. */
static bool end_group(struct invert *v)
{
    const uint64_t *lists = v->lists.items;
    const uint32_t *watched = v->watched.items;
    uint64_t *before = v->before.items;
    uint32_t *empty = v->empty.items, n = 0;
    if (!deal_held(v) || !reserve_pieces(v, v->lists.len))
        return false;
    for (size_t i = 0; i < v->watched.len; i++) {
        uint32_t slice = watched[i];
        uint64_t next = lists[slice];
        empty[n] = slice;
        n += next == before[slice];
        before[slice] = next;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t slice = empty[i];
        put_filler(v, slice);
        before[slice] = lists[slice];
    }
    v->open = 0;
    return true;
}

/* The next n tokens are of the open group, or of a new one. */
static bool advance(struct invert *v, size_t n)
{
    assert(n <= INVERT_PUT_MAX);
    if (v->open + n > v->group && v->open > 0 && !end_group(v))
        return false;
    v->open += (uint32_t)n;
    v->n += (uint32_t)n;
    return true;
}
term_place *invert_room(struct invert *v)
{
    return v->places.items + v->held;
}

/* Their places move to the front if what was held is dealt out. */
bool invert_put(struct invert *v, size_t n)
{
    uint32_t held = v->held;
    term_place *places = v->places.items;
    if (!advance(v, n))
        return false;
    if (v->held != held)
        memmove(places, places + held, n * sizeof *places);
    v->held += (uint32_t)n;
    return v->held < HELD || deal_held(v);
}

bool invert_skip(struct invert *v, size_t n)
{
    return deal_held(v) && advance(v, n);
}

/* --- runs -------------------------------------------------------------------------------- */

/* Bytes of a slice's words in a piece that is full, and in its last one. */
static size_t full_bytes(const struct invert *v, uint32_t slice)
{
    unsigned width = v->partitions->widths.items[slice];
    return (size_t)piece_postings(width) * width;
}

static size_t last_bytes(const struct invert *v, uint32_t slice)
{
    uint64_t list = v->lists.items[slice];
    unsigned width = v->partitions->widths.items[slice];
    return list ? full_bytes(v, slice) - (size_t)(list >> 32) * width : 0;
}

static size_t words_bytes(const struct invert *v, uint32_t slice)
{
    return v->of.items[slice].full * full_bytes(v, slice) + last_bytes(v, slice);
}

/* Copies a slice's words to out, of full pieces a bit more, which the next one's are written over. */
static void gather(const struct invert *v, uint32_t slice, uint8_t *out)
{
    const size_t bytes = full_bytes(v, slice), last = last_bytes(v, slice);
    const uint8_t *pieces = v->pieces.data;
    uint32_t at = v->of.items[slice].first;
    for (uint32_t i = v->of.items[slice].full; i > 0; i--) {
        memcpy(out, pieces + at, PIECE);
        out += bytes;
        at = v->links.items[at / PIECE];
    }
    if (last > 0)
        memcpy(out, pieces + at, last);
}

/* Lays out the slices, of whose joined entries the numbers are in ends[]. Returns the bytes. */
static size_t lay_out(const struct invert *v, uint32_t *ends, uint32_t *words)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < v->lists.len; i++) {
        sum += words_bytes(v, i);
        words[i] = (uint32_t)sum;
        sum += (size_t)POSTING_WIDE * ends[i];
        ends[i] = (uint32_t)sum;
    }
    return sum;
}

/* Puts joined entries where words[] of their slices says, and moves that on. */
static void put_extras(const struct invert *v, address base,
                       const struct invert_extra *extras, size_t n, uint32_t *words,
                       uint8_t *out)
{
    const unsigned bits = v->partitions->local_bits;
    for (size_t i = 0; i < n; i++) {
        term_place place = extras[i].place;
        uint32_t *at = &words[place >> bits], offset = extras[i].at - base;
        store_u32(out + *at, posting_of(place, offset, posting_low(bits)));
        *at += POSTING_WIDE;
    }
}

/* Makes the bytes of a run that is laid out. */
static void fill(const struct invert *v, address base,
                 const struct invert_extra *extras, size_t n_extras, struct run *out)
{
    uint32_t n = (uint32_t)v->lists.len, *words = out->words.items;
    uint8_t *bytes = out->bytes.data;
    for (uint32_t i = 0, begin = 0; i < n; i++) {
        gather(v, i, bytes + begin);
        begin = out->ends.items[i];
    }
    put_extras(v, base, extras, n_extras, words, bytes);
    for (size_t i = 0; i < n_extras; i++)
        words[extras[i].place >> v->partitions->local_bits] -= POSTING_WIDE;
}

int invert_run(struct invert *v, address base, const struct invert_extra *extras,
               size_t n_extras, struct run *out, struct err *err)
{
    uint32_t n = (uint32_t)v->lists.len;
    assert(v->n <= invert_tokens_max(v->partitions));
    vec_reset(&out->ends);
    vec_reset(&out->words);
    buf_reset(&out->bytes);
    out->base = base;
    out->n = v->n;
    if (!deal_held(v) || !vec_reserve(&out->ends, n) || !vec_reserve(&out->words, n))
        return err_set(err, ERR_NOMEM, "postings: out of memory");
    uint32_t *ends = out->ends.items;
    memset(ends, 0, n * sizeof *ends);
    for (size_t i = 0; i < n_extras; i++)
        ends[extras[i].place >> v->partitions->local_bits]++;
    size_t len = lay_out(v, ends, out->words.items);
    if (!buf_reserve(&out->bytes, len + POSTING_SPARE))
        return err_set(err, ERR_NOMEM, "postings: out of memory");
    fill(v, base, extras, n_extras, out);
    memset(out->bytes.data + len, 0, POSTING_SPARE);
    out->bytes.len = len + POSTING_SPARE;
    out->ends.len = out->words.len = n;
    return 0;
}

/* Pieces, of which each slice has one that is not full, and the run: no more than wide postings take. */
uint64_t invert_need(const struct partitions *p, uint64_t tokens)
{
    return tokens * 2 * POSTING_WIDE + tokens / 8 +
           (uint64_t)invert_n_slices(p) * PIECE;
}

/* --- reading ------------------------------------------------------------------------------ */

void invert_parts(const struct run *run, const struct partitions *p, uint32_t partition,
                  struct invert_part *out)
{
    uint32_t slice = 2 * partition, begin = slice ? run->ends.items[slice - 1] : 0;
    const uint32_t *words = run->words.items + slice, *ends = run->ends.items + slice;
    const uint8_t *widths = p->widths.items + slice;
    out[0] = (struct invert_part){
        .n = (words[0] - begin) / widths[0],
        .tokens = run->n,
        .width = widths[0],
        .slice = (uint8_t)slice,
    };
    out[1] = (struct invert_part){
        .at = words[0] - begin,
        .n = (ends[0] - words[0]) / POSTING_WIDE,
        .tokens = run->n,
        .width = POSTING_WIDE,
        .slice = (uint8_t)slice,
        .joined = true,
    };
    out[2] = (struct invert_part){
        .at = ends[0] - begin,
        .n = (words[1] - ends[0]) / widths[1],
        .tokens = run->n,
        .width = widths[1],
        .slice = (uint8_t)(slice + 1),
        .frequent = true,
    };
}

uint64_t invert_postings_max(const struct run *run, const struct partitions *p,
                             uint32_t partition)
{
    struct invert_part parts[INVERT_PARTS];
    uint64_t sum = 0;
    invert_parts(run, p, partition, parts);
    for (unsigned i = 0; i < INVERT_PARTS; i++)
        sum += parts[i].n;
    return sum;
}
