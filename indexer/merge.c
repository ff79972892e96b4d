#include "indexer/merge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefetch.h"
#include "formats/addresses.h"
#include "formats/coding.h"
#include "formats/storylists.h"
#include "indexer/frequent_postings.h"
#include "indexer/posting.h"

enum {
    COPIED = 256 * 1024,         /* bytes that come back from a file at a time */
    ASKED = 1024,                /* bytes of a slice */
    ASKED_AHEAD = 1024,          /* as far ahead of what is counted */
    LINE = 64 / sizeof(address), /* addresses of a cache line */
    BATCH = 128,     /* postings that are read at a time where that need not be fast */
    ALONE = 1 << 15, /* addresses in hand, of a term that need not be sorted */
    LIST_BYTES = 2,  /* of an encoded address, few lists have more; and of a story */
    SPARE_SHARE = 8  /* of the postings: room for so many more than there are */
};

/* What a run has of the partition. */
struct source {
    const uint8_t *postings; /* NULL: to be read from the run, each time */
    size_t n;                /* with fillers */
    size_t bytes;
    address base;
    size_t run;
};

struct state {
    struct merge *out;
    const struct story_map *map;
    const struct runs *runs;
    const struct partitions *partitions;
    uint32_t partition;
    struct source *sources; /* owned; in the order of the stream */
    size_t n_sources;
    uint8_t *slices; /* owned; of spilled runs: all of them, or room for the longest */
    unsigned local_bits; /* of a term's number here */
    uint32_t n_terms;
    term_id first_term;
    const term_id
        *frequent; /* n_frequent of them, of which postings say their places here */
    uint32_t n_frequent;
    uint32_t *frequent_ends; /* owned; by these places, while postings are sorted */
    /* owned; by term: its postings, then, while terms are in hand, where they end in sorted; as many more help to count, and say
     * where those of a term begin */
    uint32_t *ends;
    /* of the term at hand, what is not yet encoded */
    const address *list;
    size_t n_list;
    uint64_t encoded;              /* addresses before it */
    uint64_t begin;                /* where its bytes begin */
    uint64_t n_stories;            /* of it that doc has already */
    struct addresses_writer *pos;  /* owned; of long lists */
    struct merge_scratch *scratch; /* sorted: postings; stories: of the term at hand */
    struct storylists_writer *doc; /* owned */
};

void merge_scratch_release(void *scratch)
{
    struct merge_scratch *s = scratch;
    vec_release(&s->sorted);
    vec_release(&s->stories);
}

void merge_release(struct merge *m)
{
    if (m->open)
        file_writer_close(&m->file);
    buf_release(&m->pos);
    buf_release(&m->doc);
    vec_release(&m->entries);
}

/* --- sorting ------------------------------------------------------------------------------ */

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "postings: out of memory");
}

static int damaged(struct err *err)
{
    return err_set(err, ERR_CORRUPT, "postings: a run that was not written so");
}

static size_t batch_of(const struct merge *m)
{
    return m->batch ? m->batch : MERGE_BATCH;
}

/* Whether slices of so many bytes are read one by one, each time they are needed: they are those of one frequent word, nearly
 * always, and then that is once. */
static bool reads_again(size_t batch, uint64_t bytes)
{
    return bytes > 2 * sizeof(address) * (uint64_t)batch;
}

static size_t n_counts(const struct state *s)
{
    return (size_t)1 << s->local_bits;
}

/* What postings of frequent words can tell apart. */
static uint32_t n_frequent_max(const struct state *s)
{
    return posting_filler(posting_frequent_bits(s->local_bits)) + 1;
}

static bool is_alone(const struct state *s)
{
    return s->partitions->alone.items[s->partition];
}

static int open_sources(struct state *s, struct err *err)
{
    const struct runs *runs = s->runs;
    uint32_t first = 2 * s->partition, end = first + 2;
    size_t n = runs->list.len;
    uint64_t bytes = runs->open ? runs_bytes_all(runs, first, end) : 0;
    bool again = reads_again(batch_of(s->out), bytes);
    s->sources = calloc(n + 1, sizeof *s->sources);
    s->slices = malloc((again ? runs_bytes_most(runs, first, end) : bytes) + 1);
    s->ends = is_alone(s) ? NULL : calloc(2 * n_counts(s) + 1, sizeof *s->ends);
    s->frequent_ends = calloc(n_frequent_max(s), sizeof *s->frequent_ends);
    if (!s->sources || !s->slices || (!s->ends && !is_alone(s)) || !s->frequent_ends)
        return no_memory(err);
    uint8_t *at = s->slices;
    for (size_t i = 0; i < n; i++) {
        const struct run *run = &runs->list.items[i];
        size_t len = runs_bytes(runs, i, first, end);
        size_t most = (size_t)invert_postings_max(run, s->partitions, s->partition);
        struct source x = {NULL, most, len, run->base, i};
        if (!again || !runs_is_spilled(runs, i)) {
            struct bytes slice;
            int rc = runs_slices(runs, i, first, end, at, &slice, err);
            if (rc != 0)
                return rc;
            x.postings = slice.data;
            if (slice.data == at)
                at += slice.len;
        }
        if (len > 0)
            s->sources[s->n_sources++] = x;
    }
    return 0;
}

/* The postings of a source, which are good until the next is asked for. */
static int postings_of(struct state *s, const struct source *x, const uint8_t **out,
                       struct err *err)
{
    struct bytes slice = {x->postings, 0};
    int rc = x->postings ? 0
                         : runs_slices(s->runs, x->run, 2 * s->partition,
                                       2 * s->partition + 2, s->slices, &slice, err);
    *out = slice.data;
    return rc;
}

/* Slices lie here and there in memory: so many bytes of the next one are asked for while one is read. */
static void ask_for(const struct state *s, size_t k)
{
    const uint8_t *next = k < s->n_sources ? s->sources[k].postings : NULL;
    if (next)
        for (size_t at = 0; at < ASKED; at += 64)
            prefetch_read(next + at);
}

static void parts_of(const struct state *s, const struct source *x,
                     struct invert_part *parts)
{
    invert_parts(&s->runs->list.items[x->run], s->partitions, s->partition, parts);
}

/* A part of a source that is being read. */
struct reader {
    const uint8_t *at;
    size_t left;
    uint32_t last, place; /* the last posting, and its place */
    struct invert_part part;
};

static struct reader read_part(const uint8_t *postings, const struct invert_part *part)
{
    return (struct reader){postings + part->at, part->n, 0, 0, *part};
}

static inline uint32_t load_posting(const uint8_t *at, unsigned width)
{
    return width == POSTING_FREQUENT ? load_u16(at) : load_u32(at);
}

/* The number in the partition of what postings of a part say: n_terms of fillers, and of what is no term, for which *good becomes false. */
static uint32_t term_of(const struct state *s, const struct invert_part *part,
                        uint32_t number, unsigned bits, bool *good)
{
    uint32_t n = part->frequent ? s->n_frequent : s->n_terms;
    if (number < n)
        return part->frequent ? s->frequent[number] - s->first_term : number;
    *good &= number == posting_filler(bits) && part->width < POSTING_WIDE;
    return s->n_terms;
}

/* The place of posting v; *last and *place are of the one before. Only the sum of gaps waits for it. */
static inline __attribute__((always_inline)) void step(uint32_t *last, uint32_t *place,
                                                       uint32_t v, unsigned width,
                                                       uint8_t slice, unsigned low)
{
    *place = width == POSTING_WIDE ? posting_place(v, slice, low)
                                   : *place + posting_gap(v, *last, low);
    *last = v;
}

/* Reads the next of a part's postings: the numbers of their terms in the partition, and places. Returns how many, 0 at the end. */
static size_t read_some(const struct state *s, struct reader *r, uint32_t *terms,
                        uint32_t *places, bool *good)
{
    const unsigned low = posting_low(s->local_bits), width = r->part.width;
    const unsigned bits =
        r->part.frequent ? posting_frequent_bits(s->local_bits) : s->local_bits;
    size_t n = r->left < BATCH ? r->left : BATCH;
    for (size_t i = 0; i < n; i++, r->at += width) {
        uint32_t v = load_posting(r->at, width);
        step(&r->last, &r->place, v, width, r->part.slice, low);
        terms[i] =
            term_of(s, &r->part, posting_term(v, r->place, low, bits), bits, good);
        *good &= r->place < r->part.tokens;
        places[i] = r->place;
    }
    r->left -= n;
    return n;
}

static void count_part(struct state *s, struct reader r, bool *good)
{
    uint32_t terms[BATCH], places[BATCH];
    for (size_t n; (n = read_some(s, &r, terms, places, good)) > 0;)
        for (size_t i = 0; i < n; i++)
            s->ends[terms[i]]++;
}

/* Fillers too, at n_terms, if it is not joined entries only. */
static int count_terms(struct state *s, bool joined, struct err *err)
{
    bool good = true;
    memset(s->ends, 0, n_counts(s) * sizeof *s->ends);
    for (size_t k = 0; good && k < s->n_sources; k++) {
        const struct source *x = &s->sources[k];
        struct invert_part parts[INVERT_PARTS];
        const uint8_t *postings;
        int rc = postings_of(s, x, &postings, err);
        if (rc != 0)
            return rc;
        parts_of(s, x, parts);
        for (unsigned i = 0; i < INVERT_PARTS; i++)
            if (!joined || parts[i].joined)
                count_part(s, read_part(postings, &parts[i]), &good);
    }
    return good ? 0 : damaged(err);
}

/* Stores an address, and asks for the line that the term's next ones will be written to: lists are too many for the processor to see
 * that each goes on, and all of them together as large as its second cache. */
static inline void put_sorted(address *sorted, uint32_t at, address value)
{
    sorted[at] = value;
    __builtin_prefetch(sorted + at + LINE, 1);
}

/* Where the next posting of a part goes; moves its term's counter on. */
static inline __attribute__((always_inline)) uint32_t next_place(
    const uint8_t *posting, unsigned width, unsigned low, unsigned bits, uint8_t slice,
    uint32_t *last, uint32_t *place, uint32_t *ends)
{
    uint32_t v = load_posting(posting, width);
    step(last, place, v, width, slice, low);
    return ends[posting_term(v, *place, low, bits)]++;
}

/* Puts the addresses of a part where ends[] of their terms says. Eight counters are moved on before the first address is
 * stored, and all eight places stay in registers: a counter that is read right behind a store whose place is not known yet
 * makes the processor guess whether the two are one, and here it is wrong often. Slices come from far memory, and the processor's own reading
 * ahead ends with each page. */
static inline __attribute__((always_inline)) uint32_t sort_part(
    struct reader r, unsigned width, unsigned low, unsigned bits, address base,
    uint32_t *restrict ends, address *restrict sorted)
{
    const uint8_t *p = r.at, *end = p + width * r.left;
    uint32_t last = r.last, place = r.place;
    const uint8_t slice = r.part.slice;
    for (; end - p >= 8 * width; p += 8 * width) {
        __builtin_prefetch(p + ASKED_AHEAD);
        uint32_t a = next_place(p, width, low, bits, slice, &last, &place, ends),
                 at_a = place;
        uint32_t b = next_place(p + width, width, low, bits, slice, &last, &place,
                                ends),
                 at_b = place;
        uint32_t c = next_place(p + 2 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_c = place;
        uint32_t d = next_place(p + 3 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_d = place;
        uint32_t e = next_place(p + 4 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_e = place;
        uint32_t f = next_place(p + 5 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_f = place;
        uint32_t g = next_place(p + 6 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_g = place;
        uint32_t h = next_place(p + 7 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_h = place;
        put_sorted(sorted, a, base + at_a);
        put_sorted(sorted, b, base + at_b);
        put_sorted(sorted, c, base + at_c);
        put_sorted(sorted, d, base + at_d);
        put_sorted(sorted, e, base + at_e);
        put_sorted(sorted, f, base + at_f);
        put_sorted(sorted, g, base + at_g);
        put_sorted(sorted, h, base + at_h);
    }
    for (; p < end; p += width) {
        uint32_t at = next_place(p, width, low, bits, slice, &last, &place, ends);
        sorted[at] = base + place;
    }
    return place;
}

/* A part whose terms' numbers take so many bits in its slices. Returns the place of the last posting. */
static inline __attribute__((always_inline)) uint32_t sort_part_of(
    const struct invert_part *part, const uint8_t *postings, unsigned bits,
    address base, uint32_t *ends, address *sorted)
{
    const unsigned low = posting_low(bits), few = posting_frequent_bits(bits);
    struct reader r = read_part(postings, part);
    if (part->width == POSTING_SHORT)
        return sort_part(r, POSTING_SHORT, low, bits, base, ends, sorted);
    if (part->width == POSTING_FREQUENT)
        return sort_part(r, POSTING_FREQUENT, low, few, base, ends, sorted);
    return sort_part(r, POSTING_WIDE, low, part->frequent ? few : bits, base, ends,
                     sorted);
}

/* Whether all places of wide postings are of the chunk; of others the last one's tells. */
static bool places_fit(const struct state *s, const uint8_t *postings,
                       const struct invert_part *part)
{
    const uint8_t *p = postings + part->at;
    bool fit = true;
    for (size_t i = 0; part->width == POSTING_WIDE && i < part->n; i++)
        fit &= posting_place(load_u32(p + POSTING_WIDE * i), part->slice,
                             posting_low(s->local_bits)) < part->tokens;
    return fit;
}

/* All parts of a source. Numbers of terms have the same width in nearly all archives, and then shifts by it are known beforehand. */
static int sort_source(struct state *s, const struct source *x, const uint8_t *postings,
                       struct err *err)
{
    struct invert_part parts[INVERT_PARTS];
    bool good = true;
    parts_of(s, x, parts);
    for (unsigned i = 0; i < INVERT_PARTS; i++) {
        const struct invert_part *part = &parts[i];
        uint32_t *ends = part->frequent ? s->frequent_ends : s->ends, last;
        address *sorted = s->scratch->sorted.items;
        if (s->local_bits == INVERT_LOCAL_BITS)
            last =
                sort_part_of(part, postings, INVERT_LOCAL_BITS, x->base, ends, sorted);
        else
            last = sort_part_of(part, postings, s->local_bits, x->base, ends, sorted);
        good &= part->n == 0 || (last < part->tokens && places_fit(s, postings, part));
    }
    return good ? 0 : damaged(err);
}

/* The same of terms [from, to) only. */
static int sort_some(struct state *s, const struct source *x, const uint8_t *postings,
                     uint32_t from, uint32_t to, struct err *err)
{
    uint32_t terms[BATCH], places[BATCH];
    struct invert_part parts[INVERT_PARTS];
    bool good = true;
    parts_of(s, x, parts);
    for (unsigned k = 0; k < INVERT_PARTS; k++) {
        struct reader r = read_part(postings, &parts[k]);
        for (size_t n; (n = read_some(s, &r, terms, places, &good)) > 0;)
            for (size_t i = 0; i < n; i++)
                if (terms[i] >= from && terms[i] < to)
                    s->scratch->sorted.items[s->ends[terms[i]]++] = x->base + places[i];
    }
    return good ? 0 : damaged(err);
}

/* Where the terms in hand begin in sorted. */
static uint32_t *begins(const struct state *s)
{
    return s->ends + n_counts(s);
}

/* Gives frequent words the counters that their postings tell by, or, if they are sorted, takes these back; what is no word has the
 * room behind all others. */
static void move_frequent(struct state *s, uint32_t behind, bool back)
{
    for (uint32_t i = 0; i < s->n_frequent; i++) {
        uint32_t *end = &s->ends[s->frequent[i] - s->first_term];
        if (back)
            *end = s->frequent_ends[i];
        else
            s->frequent_ends[i] = *end;
    }
    for (uint32_t i = s->n_frequent; !back && i < n_frequent_max(s); i++)
        s->frequent_ends[i] = behind;
}

/* For n addresses, and none that are there. */
static bool make_room(struct merge_scratch *scratch, size_t n)
{
    if (scratch->sorted.cap < n)
        vec_release(&scratch->sorted);
    vec_reset(&scratch->sorted);
    return vec_reserve(&scratch->sorted, n);
}

/* Sorts the postings of terms [from, to); ends[] has the numbers of theirs, or more. `spare`: room behind them. */
static int sort_terms(struct state *s, uint32_t from, uint32_t to, size_t spare,
                      struct err *err)
{
    uint32_t sum = 0, *begin = begins(s);
    int rc = 0;
    for (uint32_t t = from; t < to; t++) {
        begin[t] = sum;
        sum += s->ends[t];
        s->ends[t] = begin[t];
    }
    if (!make_room(s->scratch, sum + spare + 1))
        return no_memory(err);
    bool all = from == 0 && to == s->n_terms;
    for (size_t t = to; all && t < n_counts(s); t++)
        s->ends[t] = begin[t] = sum;
    begin[all ? n_counts(s) : to] = sum;
    move_frequent(s, sum, false);
    for (size_t k = 0; rc == 0 && k < s->n_sources; k++) {
        const struct source *x = &s->sources[k];
        const uint8_t *postings;
        rc = postings_of(s, x, &postings, err);
        if (rc != 0)
            return rc;
        ask_for(s, k + 1);
        rc = all ? sort_source(s, x, postings, err)
                 : sort_some(s, x, postings, from, to, err);
    }
    if (all)
        move_frequent(s, sum, true);
    return rc;
}

static size_t n_postings(const struct state *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_sources; i++)
        n += s->sources[i].n;
    return n;
}

/* Sets ends[] to what the terms have in all texts, of which copies are not posted, and to the joined entries, which are counted. False:
 * that is much more than the n postings. */
static bool expect_terms(struct state *s, size_t n)
{
    const uint64_t *counts = s->partitions->term_counts + s->first_term;
    uint64_t sum = 0, most = n + n / SPARE_SHARE;
    for (uint32_t t = 0; t < s->n_terms && sum <= most; t++) {
        sum += s->ends[t] + counts[t];
        s->ends[t] += (uint32_t)counts[t];
    }
    return sum <= most;
}

/* Whether no term has got more than there was room for, and nothing but fillers lies behind them all. */
static bool had_room(const struct state *s)
{
    bool had = true;
    const uint32_t *begin = begins(s);
    uint32_t behind = begin[n_counts(s)];
    for (size_t t = 0; t < n_counts(s) - 1; t++)
        had &= s->ends[t] <= begin[t + 1];
    for (uint32_t i = s->n_frequent; i < n_frequent_max(s) - 1; i++)
        had &= s->frequent_ends[i] == behind;
    return had;
}

/* Sorts all postings without counting them first, if what is known of the terms allows it. Room for all is behind that of the last
 * term, so that whatever a run says has a place; where memory is so short that runs are spilled there is none for that. */
static int sort_expected(struct state *s, bool *done, struct err *err)
{
    size_t n = n_postings(s);
    *done = false;
    if (n > batch_of(s->out) || s->runs->open)
        return 0;
    int rc = count_terms(s, true, err);
    if (rc != 0 || !expect_terms(s, n))
        return rc;
    rc = sort_terms(s, 0, s->n_terms, n, err);
    *done = rc == 0 && had_room(s);
    return rc;
}

/* Appends the stories of the list; the first may be the last of those before. */
static int find_stories(struct state *s, struct err *err)
{
    size_t known = s->scratch->stories.len;
    if (!vec_reserve(&s->scratch->stories, s->n_list))
        return no_memory(err);
    story_id last = known > 0 ? s->scratch->stories.items[known - 1] : UINT32_MAX;
    s->scratch->stories.len += story_map_list(s->map, s->list, s->n_list, last,
                                              s->scratch->stories.items + known);
    return 0;
}

/* The writer of long lists, which keeps its memory from one to the next. */
static int need_writer(struct state *s, struct err *err)
{
    if (s->pos)
        return 0;
    s->pos = addresses_writer_new();
    if (!s->pos)
        return no_memory(err);
    addresses_writer_into(s->pos, &s->out->pos);
    return 0;
}

static int put_list(struct state *s, struct merge_entry *e, struct err *err)
{
    struct merge *m = s->out;
    size_t n = s->n_list;
    e->count = (uint32_t)(s->encoded + n);
    if (e->count <= TERMS_INLINE_MAX) {
        memcpy(e->inline_list, s->list, n * sizeof *e->inline_list);
        return 0;
    }
    e->pos = s->begin;
    if (s->encoded == 0 && n <= ADDRESSES_BLOCK) {
        addresses_encode(s->list, n, &m->pos);
        e->pos_len = m->spilled + m->pos.len - e->pos;
        return 0;
    }
    int rc = need_writer(s, err);
    if (rc != 0)
        return rc;
    addresses_writer_put(s->pos, s->list, n);
    e->pos_len = addresses_writer_encode(s->pos, &m->pos);
    return 0;
}

/* Gives doc the first n of the stories at hand. */
static void put_stories(struct state *s, size_t n)
{
    storylists_writer_put_all(s->doc, s->scratch->stories.items, n);
    s->n_stories += n;
}

/* The entry of a term whose last addresses are in hand. */
static int put_term(struct state *s, term_id term, struct err *err)
{
    struct merge *m = s->out;
    struct merge_entry e = {.term = term};
    int rc = find_stories(s, err);
    if (rc != 0)
        return rc;
    rc = put_list(s, &e, err);
    if (rc != 0)
        return rc;
    e.stories = (uint32_t)(s->n_stories + s->scratch->stories.len);
    if (e.stories >= STORYLISTS_MIN) {
        put_stories(s, s->scratch->stories.len);
        e.doc = m->doc.len;
        e.doc_len = storylists_writer_encode(s->doc, &m->doc);
    }
    if (m->pos.failed || m->doc.failed || !vec_push(&m->entries, e))
        return no_memory(err);
    return 0;
}

static void begin_term(struct state *s)
{
    vec_reset(&s->scratch->stories);
    s->encoded = 0;
    s->n_stories = 0;
    s->begin = s->out->spilled + s->out->pos.len;
}

/* Moves lists that are encoded to the file. */
static int spill(struct state *s, struct err *err)
{
    struct merge *m = s->out;
    if (!m->open) {
        int rc = file_writer_temp(&m->file, s->runs->dirfd, s->runs->dirname, err);
        if (rc != 0)
            return rc;
        m->open = true;
    }
    file_writer_put(&m->file, m->pos.data, m->pos.len);
    m->spilled += m->pos.len;
    buf_reset(&m->pos);
    return file_writer_flush(&m->file, err);
}

/* Encodes what is held of a long list: of its addresses all, of its stories all but the last, which may go on. */
static int put_part(struct state *s, struct err *err)
{
    struct merge *m = s->out;
    int rc = need_writer(s, err);
    if (rc != 0)
        return rc;
    s->list = s->scratch->sorted.items;
    s->n_list = s->scratch->sorted.len;
    rc = find_stories(s, err);
    if (rc != 0)
        return rc;
    addresses_writer_put(s->pos, s->list, s->n_list);
    s->encoded += s->n_list;
    vec_reset(&s->scratch->sorted);
    size_t last = s->scratch->stories.len - 1;
    if (s->n_stories + last >= STORYLISTS_MIN) {
        put_stories(s, last);
        s->scratch->stories.items[0] = s->scratch->stories.items[last];
        s->scratch->stories.len = 1;
    }
    if (m->pos.failed)
        return no_memory(err);
    return m->pos.len > sizeof(address) * batch_of(m) ? spill(s, err) : 0;
}

/* Puts the address of a frequent word's next posting to out, which a filler's is written over; returns where the next one goes. */
static inline __attribute__((always_inline)) address *take_one(
    struct reader *r, unsigned width, unsigned bits, address base, address *out)
{
    const unsigned low = posting_low(bits);
    uint32_t v = load_posting(r->at, width);
    step(&r->last, &r->place, v, width, r->part.slice, low);
    r->at += width;
    r->left--;
    *out = base + r->place;
    return out + (posting_term(v, r->place, low, posting_frequent_bits(bits)) == 0);
}

/* All of a word that lies alone. A step of one would be half loop. */
static inline __attribute__((always_inline)) address *take_alone(
    struct reader *of, unsigned width, unsigned bits, address base, address *out)
{
    struct reader r = *of;
    while (r.left >= 4) {
        __builtin_prefetch(r.at + ASKED_AHEAD);
        out = take_one(&r, width, bits, base, out);
        out = take_one(&r, width, bits, base, out);
        out = take_one(&r, width, bits, base, out);
        out = take_one(&r, width, bits, base, out);
    }
    while (r.left > 0)
        out = take_one(&r, width, bits, base, out);
    *of = r;
    return out;
}

/* The same of most archives' frequent words, many at a time where the processor can. */
static address *take_frequent(struct reader *r, address base, address *out)
{
    struct frequent_postings p = {r->at, r->left, r->last, r->place};
    out = frequent_postings_take(&p, base, out);
    r->at = p.at;
    r->left = p.left;
    r->last = p.last;
    r->place = p.place;
    return take_alone(r, POSTING_FREQUENT, INVERT_LOCAL_BITS, base, out);
}

/* Adds a source of a word that is alone to what is in hand, which is encoded once it is `most`. */
static int take_all(struct state *s, const struct source *x, const uint8_t *postings,
                    size_t most, struct err *err)
{
    struct invert_part parts[INVERT_PARTS];
    parts_of(s, x, parts);
    const struct invert_part *part = &parts[INVERT_PARTS - 1];
    struct reader r = read_part(postings, part);
    if (!vec_reserve(&s->scratch->sorted, part->n + FREQUENT_POSTINGS_SLACK))
        return no_memory(err);
    address *out = s->scratch->sorted.items + s->scratch->sorted.len;
    if (part->width == POSTING_FREQUENT && s->local_bits == INVERT_LOCAL_BITS)
        out = take_frequent(&r, x->base, out);
    else
        out = take_alone(&r, part->width, s->local_bits, x->base, out);
    s->scratch->sorted.len = (size_t)(out - s->scratch->sorted.items);
    if (part->n > 0 && (r.place >= part->tokens || !places_fit(s, postings, part)))
        return damaged(err);
    return s->scratch->sorted.len > most ? put_part(s, err) : 0;
}

/* Adds those of a part that are of term number `local`, as long as less than `most` is in hand. */
static int take_part(struct state *s, uint32_t local, address base, struct reader r,
                     size_t most, bool *good, struct err *err)
{
    uint32_t terms[BATCH], places[BATCH];
    int rc = 0;
    for (size_t n; rc == 0 && (n = read_some(s, &r, terms, places, good)) > 0;) {
        for (size_t i = 0; rc == 0 && *good && i < n; i++) {
            if (terms[i] != local)
                continue;
            if (s->scratch->sorted.len == most)
                rc = put_part(s, err);
            s->scratch->sorted.items[s->scratch->sorted.len++] = base + places[i];
        }
    }
    return rc;
}

/* The same of a source. */
static int take_own(struct state *s, uint32_t local, const struct source *x,
                    const uint8_t *postings, size_t most, struct err *err)
{
    struct invert_part parts[INVERT_PARTS];
    bool good = true;
    int rc = 0;
    parts_of(s, x, parts);
    for (unsigned i = 0; rc == 0 && i < INVERT_PARTS; i++)
        rc = take_part(s, local, x->base, read_part(postings, &parts[i]), most, &good,
                       err);
    return rc == 0 && !good ? damaged(err) : rc;
}

/* A term whose addresses are in order as they come: the only one of a partition, or number `local`, which has
 * more than are sorted at a time. `part` are held, of one that is alone a slice more. */
static int put_long_term(struct state *s, uint32_t local, size_t part, struct err *err)
{
    int rc = 0;
    part = part > TERMS_INLINE_MAX ? part : TERMS_INLINE_MAX + 1;
    begin_term(s);
    vec_reset(&s->scratch->sorted);
    if (!vec_reserve(&s->scratch->sorted, part))
        return no_memory(err);
    for (size_t k = 0; rc == 0 && k < s->n_sources; k++) {
        const struct source *x = &s->sources[k];
        const uint8_t *postings;
        rc = postings_of(s, x, &postings, err);
        if (rc == 0)
            ask_for(s, k + 1);
        if (rc == 0)
            rc = is_alone(s) ? take_all(s, x, postings, part, err)
                             : take_own(s, local, x, postings, part, err);
    }
    s->list = s->scratch->sorted.items;
    s->n_list = s->scratch->sorted.len;
    return rc == 0 && s->encoded + s->n_list > 0
               ? put_term(s, s->first_term + local, err)
               : rc;
}

/* Room for the stories of the longest list of terms [from, to): grown from list to list they would be copied, and lie in other memory, each
 * time. */
static bool reserve_stories(struct state *s, uint32_t from, uint32_t to)
{
    size_t most = 0;
    for (uint32_t t = from; t < to; t++) {
        size_t n = s->ends[t] - begins(s)[t];
        most = n > most ? n : most;
    }
    vec_reset(&s->scratch->stories);
    return vec_reserve(&s->scratch->stories, most);
}

/* Terms [from, to), which are sorted. */
static int put_terms(struct state *s, uint32_t from, uint32_t to, struct err *err)
{
    int rc = reserve_stories(s, from, to) ? 0 : no_memory(err);
    for (uint32_t t = from; rc == 0 && t < to; t++) {
        begin_term(s);
        s->list = s->scratch->sorted.items + begins(s)[t];
        s->n_list = s->ends[t] - begins(s)[t];
        if (s->n_list > 0)
            rc = put_term(s, s->first_term + t, err);
    }
    return rc;
}

/* All terms, as many at a time as may be sorted at a time; they are counted. */
static int put_counted(struct state *s, struct err *err)
{
    size_t most = batch_of(s->out), fillers = s->ends[s->n_terms];
    int rc = 0;
    for (uint32_t t = 0; rc == 0 && t < s->n_terms;) {
        uint32_t to = t;
        size_t n = 0;
        while (to < s->n_terms && s->ends[to] <= most - n)
            n += s->ends[to++];
        if (to > t) {
            rc = sort_terms(s, t, to, fillers, err);
            if (rc == 0)
                rc = put_terms(s, t, to, err);
            t = to;
        } else {
            rc = put_long_term(s, t, most, err);
            t++;
        }
    }
    return rc;
}

static int put_partition(struct state *s, struct err *err)
{
    size_t most = batch_of(s->out);
    bool sorted;
    if (is_alone(s))
        return put_long_term(s, 0, most < ALONE ? most : ALONE, err);
    int rc = sort_expected(s, &sorted, err);
    if (rc == 0 && sorted)
        return put_terms(s, 0, s->n_terms, err);
    if (rc == 0)
        rc = count_terms(s, false, err);
    return rc == 0 ? put_counted(s, err) : rc;
}

/* Room for what the partition's lists and entries come to: buffers that grow with them are copied each time. An address of a word that is
 * alone takes a byte, of other terms two, and more where all are rare; the stories of those a part of that. */
static bool reserve_lists(const struct state *s)
{
    struct merge *m = s->out;
    size_t n = n_postings(s), most = batch_of(m);
    n = n < most ? n : most;
    return buf_reserve(&m->pos, is_alone(s) ? n + n / 2 : 2 * n + n / 2) &&
           buf_reserve(&m->doc, is_alone(s) ? n / 4 : n / 2 + n / 8) &&
           vec_reserve(&m->entries, s->n_terms);
}

int merge_partition(struct merge *m, struct merge_scratch *scratch,
                    const struct runs *runs, const struct partitions *partitions,
                    uint32_t partition, const struct story_map *map, struct err *err)
{
    term_id first_term = partitions->bounds.items[partition];
    struct state s = {
        .out = m,
        .scratch = scratch,
        .map = map,
        .runs = runs,
        .partitions = partitions,
        .partition = partition,
        .local_bits = partitions->local_bits,
        .n_terms = partitions->bounds.items[partition + 1] - first_term,
        .first_term = first_term,
    };
    s.frequent = invert_frequent(partitions, partition, &s.n_frequent);
    s.doc = storylists_writer_new();
    int rc = s.doc ? open_sources(&s, err) : no_memory(err);
    if (rc == 0 && !reserve_lists(&s))
        rc = no_memory(err);
    if (rc == 0)
        rc = put_partition(&s, err);
    storylists_writer_free(s.doc);
    addresses_writer_free(s.pos);
    free(s.sources);
    free(s.slices);
    free(s.ends);
    free(s.frequent_ends);
    return rc;
}

int merge_put_pos(const struct merge *m, struct section_writer *pos, struct err *err)
{
    uint8_t *bytes = m->spilled ? malloc(COPIED) : NULL;
    int rc = m->spilled && !bytes ? no_memory(err) : 0;
    for (uint64_t at = 0; rc == 0 && at < m->spilled; at += COPIED) {
        size_t n = m->spilled - at < COPIED ? (size_t)(m->spilled - at) : COPIED;
        rc = file_pread(m->file.fd, bytes, n, at, m->file.path, err);
        if (rc == 0)
            section_put(pos, bytes, n);
    }
    if (rc == 0)
        section_put(pos, m->pos.data, m->pos.len);
    free(bytes);
    return rc;
}

uint64_t merge_need(const struct runs *runs, const struct partitions *partitions,
                    uint32_t partition)
{
    uint32_t first = 2 * partition, end = first + 2;
    uint64_t bytes = runs_bytes_all(runs, first, end), addresses = 0;
    vec_foreach(const struct run, run, &runs->list)
        addresses += invert_postings_max(run, partitions, partition);
    uint64_t lists = addresses * 2 * LIST_BYTES;
    uint64_t batch = sizeof(address) * (uint64_t)MERGE_BATCH;
    uint64_t held = addresses * sizeof(address);
    held = held < batch ? held : batch;
    if (!runs->open) /* sort_expected */
        held += held + held / SPARE_SHARE;
    uint64_t slices = !runs->open ? 0
                      : reads_again(MERGE_BATCH, bytes)
                          ? runs_bytes_most(runs, first, end)
                          : bytes;
    return slices + held + (lists < 2 * batch ? lists : 2 * batch);
}
