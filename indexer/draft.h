/* The tokens of a batch's articles as the spool will have them (indexer/spool.h), made by the worker: with the vocabulary's
 * numbers as far as its glossary knows them. The others stand there as the glossary's own, marked, in room for any number,
 * and the commit, which learns them, fills them in. Of a batch of news nearly all are known: what is left to the commits,
 * which run one at a time, is little. */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "indexer/glossary.h"
#include "indexer/spool.h"
#include "indexer/token_block.h"

/* A block in which some numbers are the glossary's own, and which they are: a sum of these. */
enum {
    DRAFT_SURFACES = 1,
    DRAFT_SEPS = 2
};
struct draft_block {
    size_t at;
    uint32_t n; /* tokens */
    unsigned late;
};
/* One number of a tail that is. */
struct draft_number {
    size_t at;
    bool is_sep; /* else a joined term's */
};

/* A zeroed struct is empty. */
struct draft {
    struct buf bytes;
    VEC(struct draft_block) late;
    VEC(struct draft_number) late_numbers;
};

void draft_release(struct draft *d);
void draft_reset(struct draft *d);
size_t draft_memory(const struct draft *d); /* bytes held */

/* Appends an article: its blocks, then what follows them. Numbers are the vocabulary's or, with GLOSSARY_OWN, the
 * glossary's; late: of the block some are, as in struct draft_block. False: no memory. */
bool draft_put_block(struct draft *d, struct token_block *b, unsigned late);
bool draft_put_tail(struct draft *d, uint32_t tail, const struct spool_join *joins,
                    size_t n_joins);

/* The vocabulary's numbers in place of all that are the glossary's own, which `map` has. */
void draft_fill(struct draft *d, const struct glossary_map *map);
