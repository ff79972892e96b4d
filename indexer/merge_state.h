/* Inside indexer/merge: a partition that is being merged, and what its postings say. */
#pragma once

#include "base/endian.h"
#include "formats/addresses.h"
#include "formats/storylists.h"
#include "indexer/merge.h"
#include "indexer/posting.h"

enum {
    MERGE_ASKED_AHEAD = 1024, /* bytes of a slice, before what is read of it */
    MERGE_READ = 128, /* postings that are read at a time where that need not be fast */
    MERGE_SPARE_SHARE = 8 /* of the postings: room for so many more than there are */
};

/* What a run has of the partition. */
struct merge_source {
    const uint8_t *postings; /* NULL: to be read from the run, each time */
    size_t n;                /* with fillers */
    address base;
    size_t run;
};

/* A partition at work. */
struct merge_state {
    struct merge *out;
    const struct story_map *map;
    const struct runs *runs;
    const struct partitions *partitions;
    uint32_t partition;
    struct merge_source *sources; /* owned; in the order of the stream */
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

static inline int merge_no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "postings: out of memory");
}

static inline int merge_damaged(struct err *err)
{
    return err_set(err, ERR_CORRUPT, "postings: a run that was not written so");
}

static inline size_t merge_batch_of(const struct merge *m)
{
    return m->batch ? m->batch : MERGE_BATCH;
}

static inline size_t merge_n_counts(const struct merge_state *s)
{
    return (size_t)1 << s->local_bits;
}

/* What postings of frequent words can tell apart. */
static inline uint32_t merge_n_frequent_max(const struct merge_state *s)
{
    return posting_filler(posting_frequent_bits(s->local_bits)) + 1;
}

static inline bool merge_is_alone(const struct merge_state *s)
{
    return s->partitions->alone.items[s->partition];
}

/* Where the terms in hand begin in sorted. */
static inline uint32_t *merge_begins(const struct merge_state *s)
{
    return s->ends + merge_n_counts(s);
}
