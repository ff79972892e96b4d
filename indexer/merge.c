#include "indexer/merge.h"

#include <stdlib.h>

#include "indexer/merge_list.h"
#include "indexer/merge_long.h"
#include "indexer/merge_sort.h"
#include "indexer/merge_source.h"

enum {
    COPIED = 256 * 1024, /* bytes that come back from a file at a time */
    ALONE = 1 << 15,     /* addresses in hand, of a term that need not be sorted */
    LIST_BYTES = 2 /* of an encoded address, few lists have more; and of a story */
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

/* Room for the stories of the longest list of terms [from, to): grown from list to list they would be copied, and lie in other memory, each
 * time. */
static bool reserve_stories(struct merge_state *s, uint32_t from, uint32_t to)
{
    size_t most = 0;
    for (uint32_t t = from; t < to; t++) {
        size_t n = s->ends[t] - merge_begins(s)[t];
        most = n > most ? n : most;
    }
    vec_reset(&s->scratch->stories);
    return vec_reserve(&s->scratch->stories, most);
}

/* Terms [from, to), which are sorted. */
static int put_terms(struct merge_state *s, uint32_t from, uint32_t to, struct err *err)
{
    int rc = reserve_stories(s, from, to) ? 0 : merge_no_memory(err);
    for (uint32_t t = from; rc == 0 && t < to; t++) {
        merge_begin_term(s);
        s->list = s->scratch->sorted.items + merge_begins(s)[t];
        s->n_list = s->ends[t] - merge_begins(s)[t];
        if (s->n_list > 0)
            rc = merge_put_term(s, s->first_term + t, err);
    }
    return rc;
}

/* All terms, as many at a time as may be sorted at a time; they are counted. */
static int put_counted(struct merge_state *s, struct err *err)
{
    size_t most = merge_batch_of(s->out), fillers = s->ends[s->n_terms];
    int rc = 0;
    for (uint32_t t = 0; rc == 0 && t < s->n_terms;) {
        uint32_t to = t;
        size_t n = 0;
        while (to < s->n_terms && s->ends[to] <= most - n)
            n += s->ends[to++];
        if (to > t) {
            rc = merge_sort_terms(s, t, to, fillers, err);
            if (rc == 0)
                rc = put_terms(s, t, to, err);
            t = to;
        } else {
            rc = merge_put_long_term(s, t, most, err);
            t++;
        }
    }
    return rc;
}

static int put_partition(struct merge_state *s, struct err *err)
{
    size_t most = merge_batch_of(s->out);
    bool sorted;
    if (merge_is_alone(s))
        return merge_put_long_term(s, 0, most < ALONE ? most : ALONE, err);
    int rc = merge_sort_expected(s, &sorted, err);
    if (rc == 0 && sorted)
        return put_terms(s, 0, s->n_terms, err);
    if (rc == 0)
        rc = merge_count_terms(s, false, err);
    return rc == 0 ? put_counted(s, err) : rc;
}

/* Room for what the partition's lists and entries come to: buffers that grow with them are copied each time. An address of a word that is
 * alone takes a byte, of other terms two, and more where all are rare; the stories of those a part of that. */
static bool reserve_lists(const struct merge_state *s)
{
    struct merge *m = s->out;
    size_t n = merge_n_postings(s), most = merge_batch_of(m);
    n = n < most ? n : most;
    return buf_reserve(&m->pos, merge_is_alone(s) ? n + n / 2 : 2 * n + n / 2) &&
           buf_reserve(&m->doc, merge_is_alone(s) ? n / 4 : n / 2 + n / 8) &&
           vec_reserve(&m->entries, s->n_terms);
}

int merge_partition(struct merge *m, struct merge_scratch *scratch,
                    const struct runs *runs, const struct partitions *partitions,
                    uint32_t partition, const struct story_map *map, struct err *err)
{
    term_id first_term = partitions->bounds.items[partition];
    struct merge_state s = {
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
    int rc = s.doc ? merge_open_sources(&s, err) : merge_no_memory(err);
    if (rc == 0 && !reserve_lists(&s))
        rc = merge_no_memory(err);
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
    int rc = m->spilled && !bytes ? merge_no_memory(err) : 0;
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
        held += held + held / MERGE_SPARE_SHARE;
    uint64_t slices = !runs->open ? 0
                      : merge_reads_again(MERGE_BATCH, bytes)
                          ? runs_bytes_most(runs, first, end)
                          : bytes;
    return slices + held + (lists < 2 * batch ? lists : 2 * batch);
}
