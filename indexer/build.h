/* One build, from its options to its generation: what the phases share. */
#pragma once

#include "base/budget.h"
#include "base/pool.h"
#include "formats/manifest.h"
#include "indexer/article.h"
#include "indexer/config.h"
#include "indexer/input.h"
#include "indexer/rejects.h"
#include "indexer/report.h"
#include "indexer/spool.h"
#include "indexer/vocabulary.h"

struct ranks_ahead;

/* Per input, for inputs-<gen>.stm. */
struct build_input {
    uint64_t records, rejects, warnings;
};

struct build {
    const struct config *config;
    struct pool *pool;
    struct budget budget;
    uint64_t
        kept_bytes; /* of --memory: set aside for what malloc keeps of freed blocks */
    struct report report;
    struct rejects rejects;
    int dirfd; /* of the index folder */
    const char *dirname;
    struct inputs *inputs;
    VEC(struct build_input) per_input;
    struct vocabulary vocabulary;
    struct spool spool;
    struct ranks_ahead *ranks_ahead; /* owned; from link's begin to write's, or NULL */
    struct article_list articles;    /* in the order of the inputs */
    VEC(struct article_key) keys;    /* by article */
    VEC(uint64_t) id_hashes;         /* by article (indexer/ids.h) */
    struct {
        uint64_t words, articles, keys, id_hashes;
        uint64_t freed; /* blocks that write is to find, above kept_bytes */
    } held;             /* bytes of the budget that they have, once scan is done */
    uint32_t
        chunk_tokens; /* 0: chunks are as large as the budget lets them; tests say */
};

/* What the budget is charged for what scan leaves of the articles and the words, and what gives it back: link needs no
 * hashes once IDs are given and no keys once equal articles are found, write no articles once the last chunk is made, and no words once they are written. */
void build_charge(struct build *b);
void build_drop_id_hashes(struct build *b);
/* Where link and write need it, what was set aside for freed blocks becomes budget, and they are given back at once from then on.
 * Between phases, while no worker has anything to do. */
void build_use_reserve(struct build *b);
/* What link has freed, and `soon` bytes that it is about to, stay with malloc for write, if they leave that most of what is free: runs of
 * postings take about as much in blocks of such sizes. What is more than was set aside for freed blocks is charged until write has ended,
 * as if it were of no use. While nobody allocates. */
void build_keep_freed(struct build *b, uint64_t soon);
void build_drop_keys(struct build *b);
void build_drop_articles(struct build *b);
void build_drop_words(struct build *b);
/* How many items of a stage may be in flight for each thread (base/pool.h), of which each takes so many bytes until it is committed: many, if that is
 * little of what is free. */
size_t build_ahead(const struct build *b, uint64_t item_bytes);

/* Runs a build. *skipped: the index was published, and some records are not in it. Words go
 * to the sink as the config asks; the report at the end is put into `words`. */
int build_run(const struct config *c, struct report_sink sink, bool *skipped,
              struct buf *words, struct err *err);
