/* One partition's postings from all runs, sorted by term: encoded lists and dictionary
 * entries. Pure work on the runs, so that partitions are merged on many threads and put
 * into the sections in order.
 *
 * Runs hold ascending ranges of addresses, each in order, so one counting sort of all of them by the partition's
 * few terms leaves each term's list ascending.
 *
 * However long a list is, it takes no more memory than a few batches: of spilled runs with many postings one slice at a time is read, what is
 * encoded goes to a file without a name, stories to their encoder. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/terms.h"
#include "indexer/runs.h"
#include "indexer/spares.h"
#include "indexer/story_map.h"

/* What a term's dictionary entry will say; offsets are in the merge's own buffers. */
struct merge_entry {
    term_id term;
    uint32_t stories;
    uint32_t count; /* addresses; of joined entries, those in seams too */
    address inline_list[TERMS_INLINE_MAX];
    size_t pos, pos_len, doc,
        doc_len; /* pos: in all of the merge's; pos_len 0: inline; doc_len 0: no list */
};

enum {
    MERGE_BATCH =
        1
        << 20 /* addresses that are sorted at a time; of a term that has more, that are held
                 * before they are encoded */
};

struct merge {
    uint32_t batch; /* 0: MERGE_BATCH; tests say less */
    struct buf pos, doc;
    VEC(struct merge_entry) entries;
    struct file_writer file; /* the lists before those in pos, if `open`; owned */
    bool open;
    uint64_t spilled; /* bytes in it */
};

/* Memory that merges take one after another: each thread's stays its own, for in a processor's cache where another has
 * been it has to be asked for again. Zeroed it is empty. */
struct merge_scratch {
    struct spare spare;
    VEC(address) sorted;
    VEC(story_id) stories;
};

/* Frees what it owns, not itself. */
void merge_scratch_release(void *scratch);

/* map: of the stories of the stream. */
int merge_partition(struct merge *m, struct merge_scratch *scratch,
                    const struct runs *runs, const struct partitions *partitions,
                    uint32_t partition, const struct story_map *map, struct err *err);
/* Puts all encoded addresses into the section. ERR_IO, ERR_NOMEM. */
int merge_put_pos(const struct merge *m, struct section_writer *pos, struct err *err);
void merge_release(struct merge *m);
/* Bytes that merging a partition of the runs takes, about and at most. */
uint64_t merge_need(const struct runs *runs, const struct partitions *partitions,
                    uint32_t partition);
