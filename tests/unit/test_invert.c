/* Runs and their merge against a naive inversion: in memory and spilled, one partition and many. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/addresses.h"
#include "formats/storylists.h"
#include "indexer/merge.h"
#include "indexer/posting.h"
#include "tests/support/tempdir.h"

enum {
    N_TOKENS = 160000,
    CHUNK = 7000,
    CHUNK_LONG = 150000, /* many times what a posting's place tells apart */
    SILENCE = 60000, /* from here to there words that are not frequent are missing */
    SILENCE_END = 90000,
    N_TERMS = 500,
    N_STORIES = 700
};

struct stream {
    term_id terms[N_TOKENS];
    struct invert_extra extras[N_TOKENS]; /* place: the term */
    size_t n_extras;
    address starts[N_STORIES + 1];
    uint64_t counts[N_TERMS];
    bool in_seam[N_TOKENS];
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

/* Terms up to 400 are words, few of them frequent; those above are joined entries. */
static struct stream *make_stream(void)
{
    struct stream *s = calloc(1, sizeof *s);
    uint64_t state = 42;
    cr_assert(s);
    for (address i = 0; i < N_TOKENS; i++) {
        uint64_t r = next_random(&state);
        bool frequent = r % 3 != 0 || (i >= SILENCE && i < SILENCE_END);
        s->terms[i] = (term_id)(frequent ? r / 3 % 5 : r / 3 % 400);
        s->counts[s->terms[i]]++;
        if (r % 17 == 0)
            s->extras[s->n_extras++] =
                (struct invert_extra){400 + (term_id)(r / 17 % 100), i};
    }
    for (uint32_t i = 1; i < N_STORIES; i++)
        s->starts[i] = s->starts[i - 1] + 1 + (address)(next_random(&state) % 150);
    s->starts[N_STORIES] = N_TOKENS;
    cr_assert_lt(s->starts[N_STORIES - 1], N_TOKENS);
    return s;
}

/* Seams in every third story, up to a few, some side by side. */
static void add_seams(struct stream *s)
{
    uint64_t state = 7;
    for (uint32_t i = 0; i < N_STORIES; i += 3) {
        address at = s->starts[i] + (address)(next_random(&state) % 9);
        while (at < s->starts[i + 1]) {
            address to = at + 1 + (address)(next_random(&state) % 8);
            to = to < s->starts[i + 1] ? to : s->starts[i + 1];
            for (; at < to; at++)
                s->in_seam[at] = true;
            at += (address)(next_random(&state) % 20);
        }
    }
}

/* The place of each term; freed by the caller. */
static term_place *places_of(const struct partitions *p)
{
    uint32_t n = p->bounds.items[invert_n_partitions(p)];
    term_place *places = malloc((n + 1) * sizeof *places);
    cr_assert(places);
    invert_places(p, places);
    for (term_id t = 0; t < n; t += n / 10000 + 1) {
        cr_assert_lt(places[t], INVERT_PLACES);
        cr_assert_eq(invert_term(p, places[t]), t);
    }
    return places;
}

/* Puts tokens [from, from + n) in blocks of any size, each of posted words or of words in seams. */
static void put_tokens(const struct stream *s, const term_place *places, address from,
                       size_t n, struct invert *v, uint64_t *state)
{
    for (size_t i = 0; i < n;) {
        size_t most = 1 + (size_t)next_random(state) % INVERT_PUT_MAX, k = 0;
        bool hidden = s->in_seam[from + i];
        term_place *room = invert_room(v);
        for (; k < most && i + k < n && s->in_seam[from + i + k] == hidden; k++)
            room[k] = places[s->terms[from + i + k]];
        cr_assert(hidden ? invert_skip(v, k) : invert_put(v, k));
        i += k;
    }
}

static void add_runs(const struct stream *s, const struct partitions *p, size_t chunk,
                     struct runs *runs)
{
    static struct invert_extra extras[CHUNK_LONG];
    term_place *places = places_of(p);
    struct invert v = {0};
    struct err err = {0};
    size_t extra = 0;
    uint64_t state = 11;
    for (address from = 0; from < N_TOKENS; from += (address)chunk) {
        size_t n = N_TOKENS - from < chunk ? N_TOKENS - from : chunk;
        size_t end = extra;
        for (; end < s->n_extras && s->extras[end].at < from + n; end++)
            extras[end - extra] =
                (struct invert_extra){places[s->extras[end].place], s->extras[end].at};
        struct run run = {0};
        cr_assert(invert_begin(&v, p));
        put_tokens(s, places, from, n, &v, &state);
        cr_assert_eq(invert_run(&v, from, extras, end - extra, &run, &err), 0);
        cr_assert_eq(runs_add(runs, &run, &err), 0);
        extra = end;
    }
    cr_assert_eq(runs_flush(runs, &err), 0);
    invert_release(&v);
    free(places);
}

static size_t naive_list(const struct stream *s, term_id term, address *out)
{
    size_t n = 0;
    for (address i = 0; i < N_TOKENS && term < 400; i++) {
        if (s->terms[i] == term && !s->in_seam[i])
            out[n++] = i;
    }
    for (size_t i = 0; i < s->n_extras && term >= 400; i++) {
        if (s->extras[i].place == term)
            out[n++] = s->extras[i].at;
    }
    return n;
}

/* pos: all addresses that m has encoded. */
static void check_entry(const struct stream *s, const struct merge *m, struct bytes pos,
                        const struct merge_entry *e)
{
    static address expected[N_TOKENS];
    size_t n = naive_list(s, e->term, expected), stories = 0;
    struct buf encoded = {0}, doc = {0};
    struct storylists_writer *w = storylists_writer_new();
    cr_assert_eq(e->count, n, "term %u", e->term);
    uint32_t story = 0;
    for (size_t i = 0; i < n;) {
        while (s->starts[story + 1] <= expected[i])
            story++;
        while (i < n && expected[i] < s->starts[story + 1])
            i++;
        storylists_writer_put(w, story);
        stories++;
    }
    cr_assert_eq(e->stories, stories);
    if (n <= TERMS_INLINE_MAX) {
        cr_assert(e->pos_len == 0 && memcmp(e->inline_list, expected, n * 4) == 0);
    } else {
        cr_assert(addresses_encode(expected, n, &encoded));
        cr_assert_leq(e->pos + e->pos_len, pos.len);
        cr_assert(
            bytes_equal(bytes_of(pos.data + e->pos, e->pos_len), buf_bytes(&encoded)));
    }
    storylists_writer_encode(w, &doc);
    cr_assert_eq(e->doc_len > 0, stories >= STORYLISTS_MIN);
    if (e->doc_len > 0)
        cr_assert(
            bytes_equal(bytes_of(m->doc.data + e->doc, e->doc_len), buf_bytes(&doc)));
    storylists_writer_free(w);
    buf_release(&encoded);
    buf_release(&doc);
}

/* What a merge puts into the section of addresses, in a file that is removed. */
static struct buf put_pos(const struct merge *m, const struct tempdir *dir)
{
    struct container_writer *w;
    struct container *c;
    struct section section;
    struct hash128 hash;
    uint64_t len, counts[CONTAINER_COUNTS] = {0};
    struct err err = {0};
    struct buf out = {0};
    cr_assert_eq(
        container_create(&w, CONTAINER_SEGMENT, dir->fd, dir->path, "pos", &err), 0);
    struct section_writer *s = container_open_section(w, SECTION_POS, 1, true);
    cr_assert_eq(merge_put_pos(m, s, &err), 0, "%s", err.msg);
    section_finish(s, 1);
    cr_assert_eq(container_finish(w, 1, counts, &hash, &len, &err), 0, "%s", err.msg);
    cr_assert_eq(container_open(&c, dir->fd, dir->path, "pos", CONTAINER_SEGMENT, &hash,
                                len, &err),
                 0, "%s", err.msg);
    cr_assert_eq(container_section(c, SECTION_POS, &section, &err), 0);
    buf_put(&out, section.data, section.len);
    container_close(c);
    cr_assert_eq(file_remove(dir->fd, "pos", &err), 0);
    return out;
}

/* Merges all partitions. Returns how many bytes of lists did not stay in memory. */
static uint64_t check_merges(const struct stream *s, const struct runs *runs,
                             const struct partitions *p,
                             const struct story_map *stories, const struct tempdir *dir,
                             uint32_t batch)
{
    struct err err = {0};
    struct merge_scratch scratch = {.sorted = {0}};
    term_id next = 0;
    uint64_t spilled = 0;
    for (uint32_t i = 0; i < invert_n_partitions(p); i++) {
        struct merge m = {.batch = batch};
        cr_assert_eq(merge_partition(&m, &scratch, runs, p, i, stories, &err), 0, "%s",
                     err.msg);
        struct buf pos = put_pos(&m, dir);
        vec_foreach(struct merge_entry, e, &m.entries) {
            cr_assert_eq(e->term, next++);
            check_entry(s, &m, buf_bytes(&pos), e);
        }
        spilled += m.spilled;
        buf_release(&pos);
        merge_release(&m);
    }
    cr_assert_eq(next, N_TERMS);
    merge_scratch_release(&scratch);
    return spilled;
}

/* Returns how many bytes of lists did not stay in memory. */
static uint64_t check_chunks(uint32_t n_partitions, uint64_t held_max, bool seams,
                             uint32_t batch, size_t chunk)
{
    struct stream *s = make_stream();
    struct tempdir dir;
    struct budget budget;
    struct partitions p = {0};
    struct runs runs;
    struct story_map stories;
    struct err err = {0};
    uint64_t spilled = 0, known[N_TERMS];
    cr_assert(tempdir_make(&dir));
    budget_init(&budget, UINT64_C(1) << 30);
    cr_assert_eq(invert_partition(&p, s->counts, N_TERMS, n_partitions, &err), 0);
    cr_assert_eq(p.bounds.items[invert_n_partitions(&p)], N_TERMS);
    if (seams)
        add_seams(s);
    cr_assert_eq(story_map_init(&stories, s->starts, N_STORIES, &err), 0);
    runs_init(&runs, &budget, held_max, dir.fd, dir.path);
    add_runs(s, &p, chunk, &runs);
    cr_assert_eq(runs.spilled_bytes > 0, held_max < N_TOKENS);
    spilled = check_merges(s, &runs, &p, &stories, &dir, batch);
    /* What is known of the terms says where room is left, not what is found: nothing, too little and enough. */
    for (term_id i = 0; i < N_TERMS; i++)
        known[i] = s->counts[i] * (i % 3) / 2;
    p.term_counts = known;
    check_merges(s, &runs, &p, &stories, &dir, batch);
    runs_release(&runs);
    story_map_release(&stories);
    cr_assert_eq(atomic_load(&budget.used_bytes), 0);
    cr_assert_eq(tempdir_count(&dir), 0);
    invert_release_partitions(&p);
    tempdir_remove(&dir);
    free(s);
    return spilled;
}

static uint64_t check(uint32_t n_partitions, uint64_t held_max, bool seams,
                      uint32_t batch)
{
    return check_chunks(n_partitions, held_max, seams, batch, CHUNK);
}

Test(invert, one_partition_in_memory)
{
    check(1, 1 << 30, false, 0);
}

Test(invert, many_partitions_in_memory)
{
    check(37, 1 << 30, false, 0);
}

Test(invert, half_of_the_runs_spilled)
{
    check(5, 40000, false, 0);
}

Test(invert, all_runs_spilled)
{
    check(16, 0, false, 0);
}

Test(invert, words_in_seams_are_not_posted)
{
    check(5, 1 << 30, true, 0);
}

/* Of places only the lower bits are there, and most slices have none for longer than those tell apart. */
Test(invert, chunks_of_more_tokens_than_postings_tell_apart)
{
    check_chunks(120, 1 << 30, false, 0, CHUNK_LONG);
    check_chunks(120, 0, true, 300, CHUNK_LONG);
    check_chunks(7, 1 << 30, false, 0, CHUNK_LONG);
    check_chunks(3, 0, true, 1000, CHUNK_LONG);
    check_chunks(2, 1 << 30, true, 0, 70000);
}

/* Parts end anywhere in a story. */
Test(invert, long_lists_are_encoded_in_parts)
{
    check(5, 1 << 30, false, 1000);
    check(3, 1 << 30, true, 50);
    check(1, 40000, true, 4);
}

/* Slices of spilled runs are read one by one, and what is encoded goes to a file before the list ends. */
Test(invert, a_list_takes_no_more_memory_than_some_batches)
{
    cr_assert_gt(check(1, 0, false, 64), 0);
    cr_assert_gt(check(5, 0, true, 100), 0);
    cr_assert_gt(check(5, 40000, true, 333), 0);
    cr_assert_eq(check(5, 0, true, 0), 0);
}

Test(invert, partitions_are_never_empty_and_cover_all)
{
    uint64_t counts[100] = {0};
    struct err err = {0};
    counts[50] = 1000000;
    for (uint32_t n = 1; n < 300; n += 13) {
        struct partitions p = {0};
        cr_assert_eq(invert_partition(&p, counts, 100, n, &err), 0);
        cr_assert_eq(p.bounds.items[0], 0);
        for (uint32_t i = 0; i < invert_n_partitions(&p); i++)
            cr_assert_lt(p.bounds.items[i], p.bounds.items[i + 1]);
        cr_assert_eq(p.bounds.items[invert_n_partitions(&p)], 100);
        invert_release_partitions(&p);
    }
}

/* Merges all partitions of one run, of which some bytes are not what was written. Returns how many were refused. */
static size_t merge_damaged(const struct runs *runs, const struct partitions *p,
                            const struct story_map *stories, uint32_t batch)
{
    struct merge_scratch scratch = {.sorted = {0}};
    size_t refused = 0;
    for (uint32_t i = 0; i < invert_n_partitions(p); i++) {
        struct merge m = {.batch = batch};
        struct err err = {0};
        int rc = merge_partition(&m, &scratch, runs, p, i, stories, &err);
        cr_assert(rc == 0 || rc == ERR_CORRUPT);
        refused += rc != 0;
        merge_release(&m);
    }
    merge_scratch_release(&scratch);
    return refused;
}

/* A term or a place that cannot be is refused, and nothing is written where no room is. */
Test(invert, damaged_runs_are_refused_or_read)
{
    struct stream *s = make_stream();
    struct tempdir dir;
    struct budget budget;
    struct partitions p = {0};
    struct runs runs;
    struct story_map stories;
    struct err err = {0};
    uint64_t state = 3;
    size_t refused = 0;
    cr_assert(tempdir_make(&dir));
    budget_init(&budget, UINT64_C(1) << 30);
    cr_assert_eq(invert_partition(&p, s->counts, N_TERMS, 9, &err), 0);
    cr_assert_eq(story_map_init(&stories, s->starts, N_STORIES, &err), 0);
    runs_init(&runs, &budget, 1 << 30, dir.fd, dir.path);
    add_runs(s, &p, N_TOKENS, &runs);
    struct buf *bytes = &runs.list.items[0].bytes;
    cr_assert_eq(merge_damaged(&runs, &p, &stories, 0), 0);
    for (unsigned round = 0; round < 60; round++) {
        size_t at = (size_t)next_random(&state) % (bytes->len - POSTING_SPARE);
        uint8_t was = bytes->data[at];
        bytes->data[at] ^= (uint8_t)(1U << next_random(&state) % 8);
        refused += merge_damaged(&runs, &p, &stories, round % 2 ? 0 : 500);
        bytes->data[at] = was;
    }
    cr_assert_gt(refused, 10);
    runs_release(&runs);
    story_map_release(&stories);
    invert_release_partitions(&p);
    tempdir_remove(&dir);
    free(s);
}

/* Numbers of terms take more bits there, so that postings tell fewer tokens apart, or are all wide. */
static void check_many_terms(uint32_t n_terms, uint32_t every)
{
    enum {
        N = 30000
    };
    static term_id terms[N];
    uint64_t *counts = calloc(n_terms, sizeof *counts), state = 21;
    struct partitions p = {0};
    struct invert v = {0};
    struct run run = {0};
    struct runs runs;
    struct budget budget;
    struct err err = {0};
    struct story_map stories;
    const address starts[] = {0, N};
    cr_assert(counts);
    for (size_t i = 0; i < N; i++) {
        terms[i] = (term_id)(next_random(&state) % (i % 2 ? 40 : 9)) * every;
        counts[terms[i]]++;
    }
    cr_assert_eq(invert_partition(&p, counts, n_terms, 3, &err), 0);
    cr_assert_gt(p.local_bits, INVERT_LOCAL_BITS);
    term_place *places = places_of(&p);
    cr_assert(invert_begin(&v, &p));
    for (size_t i = 0; i < N; i++) {
        *invert_room(&v) = places[terms[i]];
        cr_assert(invert_put(&v, 1));
    }
    cr_assert_eq(invert_run(&v, 0, NULL, 0, &run, &err), 0);
    budget_init(&budget, UINT64_C(1) << 30);
    runs_init(&runs, &budget, 1 << 30, -1, "");
    cr_assert_eq(runs_add(&runs, &run, &err), 0);
    cr_assert_eq(story_map_init(&stories, starts, 1, &err), 0);
    struct merge_scratch scratch = {.sorted = {0}};
    uint64_t found = 0;
    for (uint32_t i = 0; i < invert_n_partitions(&p); i++) {
        struct merge m = {0};
        cr_assert_eq(merge_partition(&m, &scratch, &runs, &p, i, &stories, &err), 0,
                     "%s", err.msg);
        vec_foreach(struct merge_entry, e, &m.entries) {
            static address list[N];
            struct buf encoded = {0};
            size_t n = 0;
            for (address at = 0; at < N; at++)
                if (terms[at] == e->term)
                    list[n++] = at;
            cr_assert_eq(e->count, n);
            cr_assert(addresses_encode(list, n, &encoded));
            cr_assert(bytes_equal(bytes_of(m.pos.data + e->pos, e->pos_len),
                                  buf_bytes(&encoded)));
            found += n;
            buf_release(&encoded);
        }
        merge_release(&m);
    }
    cr_assert_eq(found, N);
    merge_scratch_release(&scratch);
    runs_release(&runs);
    story_map_release(&stories);
    invert_release(&v);
    invert_release_partitions(&p);
    free(places);
    free(counts);
}

Test(invert, archives_of_very_many_terms)
{
    check_many_terms((1 << 22) + 5000, 100000);
    check_many_terms((1 << 24) + 20000, 400000);
}

/* All widths say the same. */
Test(invert, postings_say_their_term_and_place)
{
    uint64_t state = 77;
    for (unsigned bits = INVERT_LOCAL_BITS; bits <= INVERT_LOCAL_BITS_MAX; bits++) {
        unsigned low = posting_low(bits), few = posting_frequent_bits(bits);
        uint32_t place = 0, last = 0;
        for (unsigned i = 0; i < 3000 && place < UINT32_C(1) << (32 - bits); i++) {
            uint32_t slice = (uint32_t)next_random(&state) % 300;
            uint32_t number = (uint32_t)next_random(&state) % (1U << bits);
            uint32_t rare = posting_of(slice << bits | number, place, low);
            uint32_t frequent = posting_of(number % (1U << few), place, low);
            cr_assert_eq(posting_place(rare, (uint8_t)slice, low), place);
            cr_assert_eq(posting_term(rare & 0xffffff, place, low, bits), number);
            cr_assert_eq(posting_term(frequent & 0xffff, place, low, few),
                         number % (1U << few));
            uint32_t gap = (uint32_t)next_random(&state) % (1U << low);
            last = rare & 0xffffff;
            place += gap;
            cr_assert_eq(
                posting_gap(posting_of(number, place, low) & 0xffff, last, low), gap);
        }
    }
}

/* Words alone, joined entries never: their postings are not in order with the words'. */
Test(invert, frequent_words_have_partitions_of_their_own)
{
    uint64_t counts[40] = {0};
    struct partitions p = {0};
    struct err err = {0};
    for (term_id t = 0; t < 40; t += 2)
        counts[t] = 1 + 100 * t;
    cr_assert_eq(invert_partition(&p, counts, 40, 30, &err), 0);
    for (uint32_t i = 0; i < invert_n_partitions(&p); i++) {
        term_id from = p.bounds.items[i];
        bool alone = p.bounds.items[i + 1] == from + 1;
        cr_assert_eq(p.alone.items[i], alone && counts[from] > 300, "term %u", from);
    }
    cr_assert_eq(p.alone.len, invert_n_partitions(&p));
    invert_release_partitions(&p);
}

/* So that a term's number in its partition fits, and a frequent term is not sorted. */
Test(invert, partitions_have_few_terms_and_frequent_ones_are_alone)
{
    enum {
        MANY = 50000,
        OFTEN = 20000
    };
    uint64_t *counts = calloc(MANY, sizeof *counts);
    struct partitions p = {0};
    struct err err = {0};
    cr_assert(counts);
    counts[OFTEN] = 1 << 20;
    cr_assert_eq(invert_partition(&p, counts, MANY, 4, &err), 0);
    cr_assert_eq(p.local_bits, INVERT_LOCAL_BITS);
    bool alone = false;
    for (uint32_t i = 0; i < invert_n_partitions(&p); i++) {
        term_id from = p.bounds.items[i], to = p.bounds.items[i + 1];
        cr_assert_lt(to - from, 1U << INVERT_LOCAL_BITS);
        alone |= from == OFTEN && to == OFTEN + 1;
    }
    cr_assert(alone);
    invert_release_partitions(&p);
    free(counts);
}
