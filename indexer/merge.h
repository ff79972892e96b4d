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

/* Addresses [from, to) that repeat others, which are their homes: a seam of a residue block. */
struct merge_seam {
    address from, to;
};

enum {
    MERGE_SHIFT_MAX = 10,
    MERGE_BORDERS = 3
};

/* The stories of a stream, and which of them holds an address: of each block of 1 << shift addresses it is known in
 * which story it begins, and where the next ones begin in it. One look at a block thus answers, without a branch,
 * unless more stories begin in it than it has room for. */
struct merge_stories {
    const address *starts; /* n + 1, the last is the stream's end; borrowed */
    uint32_t n;
    const uint32_t *homes; /* of each story: its length in ranking; borrowed */
    /* By block; owned. The story in the upper half; below, in MERGE_SHIFT_MAX bits each, the places in the block of the
     * last addresses before the next stories, all bits set: there is none; then a bit that says: there are more. */
    uint64_t *blocks;
    unsigned shift;
    /* What copies repeat. Without seams a term's frequency in a story is the number of its addresses. */
    const struct merge_seam *seams; /* ascending, apart from each other; borrowed */
    size_t n_seams;
    const uint8_t *spans; /* by term: tokens of a joined entry, 0 of a word; borrowed */
};
int merge_stories_init(struct merge_stories *s, const address *starts,
                       const uint32_t *homes, uint32_t n, struct err *err);
uint64_t merge_stories_memory(const struct merge_stories *s);
void merge_stories_release(struct merge_stories *s); /* accepts a zeroed struct */

int merge_partition(struct merge *m, const struct runs *runs,
                    const struct partitions *partitions, uint32_t partition,
                    const struct merge_stories *stories, struct err *err);
/* Puts all encoded addresses into the section. ERR_IO, ERR_NOMEM. */
int merge_put_pos(const struct merge *m, struct section_writer *pos, struct err *err);
void merge_release(struct merge *m);
/* Bytes that merging a partition of the runs takes, about and at most. */
uint64_t merge_need(const struct runs *runs, uint32_t partition);
