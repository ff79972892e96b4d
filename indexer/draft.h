/* The tokens of a batch's articles as the spool will have them (indexer/spool.h), made by the worker: commits, which run one
 * at a time, have only to write them.
 *
 * Surfaces and joined terms that are new have no number yet when they are put. What stands for it has its uppermost bit set and
 * so takes four bytes, as joined terms always do; where it lies is noted, and the number is filled in when it is known. */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "indexer/spool.h"
#include "indexer/token_block.h"

/* In a number of a surface or a joined term: it stands for one that is not known yet. */
#define DRAFT_OPEN (UINT32_C(1) << 31)

/* Where such numbers lie in a draft. */
struct draft_open {
    VEC(size_t) at;
};

/* Appends an article to `out`: its blocks, then what follows them; joined terms with DRAFT_OPEN are noted in `open`. False: no
 * memory. */
bool draft_put_block(struct buf *out, struct token_block *b);
bool draft_put_tail(struct buf *out, uint32_t tail, const struct spool_join *joins,
                    size_t n_joins, struct draft_open *open);
/* Notes the surfaces with DRAFT_OPEN of a block of n tokens that was put `from` bytes from the first on; some blocks after it was,
 * or reading it waits for what was written. False: no memory. */
bool draft_note_open(const struct buf *out, size_t from, size_t n,
                     struct draft_open *open);
/* Fills in what number_of tells of the numbers that are noted, and forgets them. */
void draft_close(struct buf *out, struct draft_open *open,
                 uint32_t (*number_of)(const void *arg, uint32_t number),
                 const void *arg);
