/* One partition's postings from all runs, term by term: encoded lists and dictionary
 * entries. Pure work on the runs, so that partitions are merged on many threads and put
 * into the sections in order. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/terms.h"
#include "indexer/runs.h"

/* What a term's dictionary entry will say; offsets are in the merge's own buffers. */
struct merge_entry {
    term_id term;
    uint32_t stories;
    uint32_t count; /* addresses */
    address inline_list[TERMS_INLINE_MAX];
    size_t pos, pos_len, doc, doc_len; /* pos_len 0: inline; doc_len 0: no list */
};

struct merge {
    struct buf pos, doc;
    VEC(struct merge_entry) entries;
};

/* starts: first addresses of the stories, then the stream's end. Lengths of stories are
 * the differences: a story has one wording and every address is a home. */
int merge_partition(struct merge *m, const struct runs *runs, uint32_t partition,
                    term_id first_term, const address *starts, uint32_t n_stories,
                    struct err *err);
void merge_release(struct merge *m);
