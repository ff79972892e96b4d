#include "indexer/merge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefetch.h"
#include "formats/addresses.h"
#include "formats/coding.h"
#include "formats/storylists.h"

enum {
    COPIED = 256 * 1024,         /* bytes that come back from a file at a time */
    ASKED = 512,                 /* bytes of a slice */
    ASKED_AHEAD = 1024,          /* as far ahead of what is counted */
    LINE = 64 / sizeof(address), /* addresses of a cache line */
    ALONE = 1 << 15, /* addresses in hand, of a term that need not be sorted */
    LIST_BYTES = 2,  /* of an encoded address, few lists have more; and of a story */
    SPARE_SHARE = 8  /* of the postings: room for so many more than there are */
};

/* A run's slice. */
struct source {
    const uint8_t *postings; /* NULL: to be read from the run, each time */
    size_t n;                /* at most, if they are narrow; 4 bytes each if not */
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
    unsigned local_bits; /* a posting's upper ones: its term's number here */
    uint32_t n_terms;
    /* owned; by term: its postings, then, while terms are in hand, where they end in sorted; as many more help to count, and say
     * where those of a term begin */
    uint32_t *ends;
    VEC(address) sorted;
    /* of the term at hand, what is not yet encoded */
    const address *list;
    size_t n_list;
    uint64_t encoded;             /* addresses before it */
    uint64_t begin;               /* where its bytes begin */
    uint64_t n_stories;           /* of it that doc has already */
    struct addresses_writer *pos; /* owned; of long lists */
    VEC(story_id) stories;
    struct storylists_writer *doc; /* owned */
};

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

static bool is_narrow(const struct state *s)
{
    return s->partitions->narrow.items[s->partition];
}

static int open_sources(struct state *s, struct err *err)
{
    const struct runs *runs = s->runs;
    size_t n = runs->list.len;
    uint64_t bytes = runs->open ? runs_partition_bytes(runs, s->partition) : 0;
    bool again = reads_again(batch_of(s->out), bytes);
    s->sources = calloc(n + 1, sizeof *s->sources);
    s->slices = malloc((again ? runs_slice_longest(runs, s->partition) : bytes) + 1);
    s->ends = is_narrow(s) ? NULL : calloc(2 * n_counts(s) + 1, sizeof *s->ends);
    if (!s->sources || !s->slices || (!s->ends && !is_narrow(s)))
        return no_memory(err);
    uint8_t *at = s->slices;
    for (size_t i = 0; i < n; i++) {
        size_t len = runs_slice_bytes(runs, i, s->partition);
        size_t most = (size_t)invert_postings_max(s->partitions, s->partition, len);
        struct source x = {NULL, most, len, runs->list.items[i].base, i};
        if (!again || !runs_is_spilled(runs, i)) {
            struct bytes slice;
            int rc = runs_slice(runs, i, s->partition, at, &slice, err);
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
    int rc = x->postings
                 ? 0
                 : runs_slice(s->runs, x->run, s->partition, s->slices, &slice, err);
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

/* Neighbours are counted apart: often they are of one term, and then the second would wait for the first. Slices come from far
 * memory, and the processor's own reading ahead ends with each page. */
static void count_slice(const uint8_t *postings, size_t n, unsigned shift,
                        uint32_t *restrict even, uint32_t *restrict odd)
{
    const uint8_t *p = postings, *end = postings + 4 * n;
    for (; end - p >= 16; p += 16) {
        uint64_t low = load_u64(p), high = load_u64(p + 8);
        __builtin_prefetch(p + ASKED_AHEAD);
        even[(uint32_t)low >> shift]++;
        odd[low >> 32 >> shift]++;
        even[(uint32_t)high >> shift]++;
        odd[high >> 32 >> shift]++;
    }
    for (; p < end; p += 4)
        even[load_u32(p) >> shift]++;
}

/* ends[] has a place for whatever a posting may say. joined: of joined entries only. */
static int count_terms(struct state *s, bool joined, struct err *err)
{
    memset(s->ends, 0, 2 * n_counts(s) * sizeof *s->ends);
    for (size_t k = 0; k < s->n_sources; k++) {
        const struct source *x = &s->sources[k];
        size_t skip = joined ? runs_slice_words(s->runs, x->run, s->partition) / 4 : 0;
        const uint8_t *postings;
        if (skip >= x->n && joined)
            continue;
        int rc = postings_of(s, x, &postings, err);
        if (rc != 0)
            return rc;
        if (!joined)
            ask_for(s, k + 1);
        count_slice(postings + 4 * skip, x->n - skip, 32 - s->local_bits, s->ends,
                    s->ends + n_counts(s));
    }
    for (size_t t = 0; t < n_counts(s); t++)
        s->ends[t] += s->ends[n_counts(s) + t];
    for (size_t t = s->n_terms; t < n_counts(s); t++)
        if (s->ends[t] != 0)
            return damaged(err);
    return 0;
}

/* Moves the counter of a posting's term on and returns where it was. */
static inline uint32_t next_place(const uint8_t *posting, unsigned offset_bits,
                                  uint32_t *ends)
{
    return ends[load_u32(posting) >> offset_bits]++;
}

/* Stores an address, and asks for the line that the term's next ones will be written to: lists are too many for the processor to see
 * that each goes on, and all of them together as large as its second cache. */
static inline void put_sorted(address *sorted, uint32_t at, address value)
{
    sorted[at] = value;
    __builtin_prefetch(sorted + at + LINE, 1);
}

/* Puts the addresses of a slice where ends[] of their terms says. Eight counters are moved on before the first address is
 * stored, and all eight places stay in registers: a counter that is read right behind a store whose place is not known yet
 * makes the processor guess whether the two are one, and here it is wrong often. */
static void sort_slice(const uint8_t *postings, size_t n, address base,
                       unsigned offset_bits, uint32_t *restrict ends,
                       address *restrict sorted)
{
    const uint32_t mask = (uint32_t)((UINT64_C(1) << offset_bits) - 1);
    const uint8_t *p = postings, *end = postings + 4 * n;
    for (; end - p >= 32; p += 32) {
        __builtin_prefetch(p + ASKED_AHEAD);
        uint32_t a = next_place(p, offset_bits, ends);
        uint32_t b = next_place(p + 4, offset_bits, ends);
        uint32_t c = next_place(p + 8, offset_bits, ends);
        uint32_t d = next_place(p + 12, offset_bits, ends);
        uint32_t e = next_place(p + 16, offset_bits, ends);
        uint32_t f = next_place(p + 20, offset_bits, ends);
        uint32_t g = next_place(p + 24, offset_bits, ends);
        uint32_t h = next_place(p + 28, offset_bits, ends);
        put_sorted(sorted, a, base + (load_u32(p) & mask));
        put_sorted(sorted, b, base + (load_u32(p + 4) & mask));
        put_sorted(sorted, c, base + (load_u32(p + 8) & mask));
        put_sorted(sorted, d, base + (load_u32(p + 12) & mask));
        put_sorted(sorted, e, base + (load_u32(p + 16) & mask));
        put_sorted(sorted, f, base + (load_u32(p + 20) & mask));
        put_sorted(sorted, g, base + (load_u32(p + 24) & mask));
        put_sorted(sorted, h, base + (load_u32(p + 28) & mask));
    }
    for (; p < end; p += 4) {
        uint32_t at = next_place(p, offset_bits, ends);
        sorted[at] = base + (load_u32(p) & mask);
    }
}

/* The same of terms [from, to) only. */
static void sort_some(const uint8_t *postings, size_t n, address base,
                      unsigned offset_bits, uint32_t from, uint32_t to, uint32_t *ends,
                      address *sorted)
{
    const uint32_t mask = (uint32_t)((UINT64_C(1) << offset_bits) - 1);
    for (size_t i = 0; i < n; i++) {
        uint32_t posting = load_u32(postings + 4 * i);
        uint32_t term = posting >> offset_bits;
        if (term >= from && term < to)
            sorted[ends[term]++] = base + (posting & mask);
    }
}

/* Where the terms in hand begin in sorted. */
static uint32_t *begins(const struct state *s)
{
    return s->ends + n_counts(s);
}

/* Sorts the postings of terms [from, to); ends[] has the numbers of theirs, or more. `spare`: room behind them. */
static int sort_terms(struct state *s, uint32_t from, uint32_t to, size_t spare,
                      struct err *err)
{
    unsigned offset_bits = 32 - s->local_bits;
    uint32_t sum = 0, *begin = begins(s);
    for (uint32_t t = from; t < to; t++) {
        begin[t] = sum;
        sum += s->ends[t];
        s->ends[t] = begin[t];
    }
    vec_reset(&s->sorted);
    if (!vec_reserve(&s->sorted, sum + spare + 1))
        return no_memory(err);
    bool all = from == 0 && to == s->n_terms;
    for (size_t t = to; all && t < n_counts(s); t++)
        s->ends[t] = begin[t] = sum;
    begin[all ? n_counts(s) : to] = sum;
    for (size_t k = 0; k < s->n_sources; k++) {
        const struct source *x = &s->sources[k];
        const uint8_t *postings;
        int rc = postings_of(s, x, &postings, err);
        if (rc != 0)
            return rc;
        ask_for(s, k + 1);
        if (all)
            sort_slice(postings, x->n, x->base, offset_bits, s->ends, s->sorted.items);
        else
            sort_some(postings, x->n, x->base, offset_bits, from, to, s->ends,
                      s->sorted.items);
    }
    return 0;
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
static bool expect_terms(struct state *s, term_id first_term, size_t n)
{
    const uint64_t *counts = s->partitions->term_counts + first_term;
    uint64_t sum = 0, most = n + n / SPARE_SHARE;
    for (uint32_t t = 0; t < s->n_terms && sum <= most; t++) {
        sum += s->ends[t] + counts[t];
        s->ends[t] += (uint32_t)counts[t];
    }
    return sum <= most;
}

/* Whether no term has got more than there was room for. */
static bool had_room(const struct state *s)
{
    bool had = true;
    const uint32_t *begin = begins(s);
    for (size_t t = 0; t < n_counts(s); t++)
        had &= s->ends[t] <= begin[t + 1];
    return had;
}

/* Sorts all postings without counting them first, if what is known of the terms allows it. Room for all is behind that of the last
 * term, so that whatever a run says has a place; where memory is so short that runs are spilled there is none for that. */
static int sort_expected(struct state *s, term_id first_term, bool *done,
                         struct err *err)
{
    size_t n = n_postings(s);
    *done = false;
    if (n > batch_of(s->out) || s->runs->open)
        return 0;
    int rc = count_terms(s, true, err);
    if (rc != 0 || !expect_terms(s, first_term, n))
        return rc;
    rc = sort_terms(s, 0, s->n_terms, n, err);
    *done = rc == 0 && had_room(s);
    return rc;
}

/* Appends the stories of the list; the first may be the last of those before. */
static int find_stories(struct state *s, struct err *err)
{
    size_t known = s->stories.len;
    if (!vec_reserve(&s->stories, s->n_list))
        return no_memory(err);
    story_id last = known > 0 ? s->stories.items[known - 1] : UINT32_MAX;
    s->stories.len +=
        story_map_list(s->map, s->list, s->n_list, last, s->stories.items + known);
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
    storylists_writer_put_all(s->doc, s->stories.items, n);
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
    e.stories = (uint32_t)(s->n_stories + s->stories.len);
    if (e.stories >= STORYLISTS_MIN) {
        put_stories(s, s->stories.len);
        e.doc = m->doc.len;
        e.doc_len = storylists_writer_encode(s->doc, &m->doc);
    }
    if (m->pos.failed || m->doc.failed || !vec_push(&m->entries, e))
        return no_memory(err);
    return 0;
}

static void begin_term(struct state *s)
{
    vec_reset(&s->stories);
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
    s->list = s->sorted.items;
    s->n_list = s->sorted.len;
    rc = find_stories(s, err);
    if (rc != 0)
        return rc;
    addresses_writer_put(s->pos, s->list, s->n_list);
    s->encoded += s->n_list;
    vec_reset(&s->sorted);
    size_t last = s->stories.len - 1;
    if (s->n_stories + last >= STORYLISTS_MIN) {
        put_stories(s, last);
        s->stories.items[0] = s->stories.items[last];
        s->stories.len = 1;
    }
    if (m->pos.failed)
        return no_memory(err);
    return m->pos.len > sizeof(address) * batch_of(m) ? spill(s, err) : 0;
}

/* Adds a slice of narrow postings to what is in hand, which is encoded once it is `part`. */
static int take_narrow(struct state *s, const struct source *x, const uint8_t *postings,
                       size_t part, struct err *err)
{
    size_t n;
    if (!vec_reserve(&s->sorted, x->n))
        return no_memory(err);
    int rc = invert_narrow(&s->runs->list.items[x->run], bytes_of(postings, x->bytes),
                           s->sorted.items + s->sorted.len, &n, err);
    if (rc != 0)
        return rc;
    s->sorted.len += n;
    return s->sorted.len > part ? put_part(s, err) : 0;
}

/* Adds those of a slice that are of term number `local`, as long as less than `part` is in hand. */
static int take_own(struct state *s, uint32_t local, const struct source *x,
                    const uint8_t *postings, size_t part, struct err *err)
{
    unsigned offset_bits = 32 - s->local_bits;
    uint32_t mask = (uint32_t)((UINT64_C(1) << offset_bits) - 1);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < x->n; i++) {
        uint32_t posting = load_u32(postings + 4 * i);
        if (posting >> offset_bits != local)
            continue;
        if (s->sorted.len == part)
            rc = put_part(s, err);
        s->sorted.items[s->sorted.len++] = x->base + (posting & mask);
    }
    return rc;
}

/* A term whose addresses are in order as they come: the only one of a partition of narrow postings, or number `local`, which has
 * more than are sorted at a time. `part` are held, of narrow ones a slice more. */
static int put_long_term(struct state *s, uint32_t local, term_id term, size_t part,
                         struct err *err)
{
    int rc = 0;
    part = part > TERMS_INLINE_MAX ? part : TERMS_INLINE_MAX + 1;
    begin_term(s);
    vec_reset(&s->sorted);
    if (!vec_reserve(&s->sorted, part))
        return no_memory(err);
    for (size_t k = 0; rc == 0 && k < s->n_sources; k++) {
        const struct source *x = &s->sources[k];
        const uint8_t *postings;
        rc = postings_of(s, x, &postings, err);
        if (rc == 0)
            ask_for(s, k + 1);
        if (rc == 0)
            rc = is_narrow(s) ? take_narrow(s, x, postings, part, err)
                              : take_own(s, local, x, postings, part, err);
    }
    s->list = s->sorted.items;
    s->n_list = s->sorted.len;
    return rc == 0 && s->encoded + s->n_list > 0 ? put_term(s, term, err) : rc;
}

/* Terms [from, to), which are sorted. */
static int put_terms(struct state *s, uint32_t from, uint32_t to, term_id first_term,
                     struct err *err)
{
    int rc = 0;
    for (uint32_t t = from; rc == 0 && t < to; t++) {
        begin_term(s);
        s->list = s->sorted.items + begins(s)[t];
        s->n_list = s->ends[t] - begins(s)[t];
        if (s->n_list > 0)
            rc = put_term(s, first_term + t, err);
    }
    return rc;
}

/* All terms, as many at a time as may be sorted at a time; they are counted. */
static int put_counted(struct state *s, term_id first_term, struct err *err)
{
    size_t most = batch_of(s->out);
    int rc = 0;
    for (uint32_t t = 0; rc == 0 && t < s->n_terms;) {
        uint32_t to = t;
        size_t n = 0;
        while (to < s->n_terms && s->ends[to] <= most - n)
            n += s->ends[to++];
        if (to > t) {
            rc = sort_terms(s, t, to, 0, err);
            if (rc == 0)
                rc = put_terms(s, t, to, first_term, err);
            t = to;
        } else {
            rc = put_long_term(s, t, first_term + t, most, err);
            t++;
        }
    }
    return rc;
}

static int put_partition(struct state *s, term_id first_term, struct err *err)
{
    size_t most = batch_of(s->out);
    bool sorted;
    if (is_narrow(s))
        return put_long_term(s, 0, first_term, most < ALONE ? most : ALONE, err);
    int rc = sort_expected(s, first_term, &sorted, err);
    if (rc == 0 && sorted)
        return put_terms(s, 0, s->n_terms, first_term, err);
    if (rc == 0)
        rc = count_terms(s, false, err);
    return rc == 0 ? put_counted(s, first_term, err) : rc;
}

/* Room for what the partition's lists usually come to: buffers that grow with them are copied each time. */
static bool reserve_lists(const struct state *s)
{
    size_t n = n_postings(s), most = batch_of(s->out);
    n = n < most ? n : most;
    return buf_reserve(&s->out->pos, n + n / 4) && buf_reserve(&s->out->doc, n / 4);
}

int merge_partition(struct merge *m, const struct runs *runs,
                    const struct partitions *partitions, uint32_t partition,
                    const struct story_map *map, struct err *err)
{
    term_id first_term = partitions->bounds.items[partition];
    struct state s = {
        .out = m,
        .map = map,
        .runs = runs,
        .partitions = partitions,
        .partition = partition,
        .local_bits = partitions->local_bits,
        .n_terms = partitions->bounds.items[partition + 1] - first_term,
    };
    s.doc = storylists_writer_new();
    int rc = s.doc ? open_sources(&s, err) : no_memory(err);
    if (rc == 0 && !reserve_lists(&s))
        rc = no_memory(err);
    if (rc == 0)
        rc = put_partition(&s, first_term, err);
    storylists_writer_free(s.doc);
    addresses_writer_free(s.pos);
    free(s.sources);
    free(s.slices);
    free(s.ends);
    vec_release(&s.sorted);
    vec_release(&s.stories);
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
    uint64_t bytes = runs_partition_bytes(runs, partition);
    uint64_t addresses = invert_postings_max(partitions, partition, bytes);
    uint64_t lists = addresses * 2 * LIST_BYTES;
    uint64_t batch = sizeof(address) * (uint64_t)MERGE_BATCH;
    uint64_t held = addresses * sizeof(address);
    held = held < batch ? held : batch;
    if (!runs->open) /* sort_expected */
        held += held + held / SPARE_SHARE;
    uint64_t slices = !runs->open ? 0
                      : reads_again(MERGE_BATCH, bytes)
                          ? runs_slice_longest(runs, partition)
                          : bytes;
    return slices + held + (lists < 2 * batch ? lists : 2 * batch);
}
