/* The directory of a list that is cut into blocks (inside POS, BIGRAM and DOC lists;
 * docs/format/addresses.md): 64 blocks make a superblock, which begins with a bit-packed record of
 * its blocks' last values and ends; an array of superblocks ends the list. A list of one block
 * has no directory.
 *
 *   superblock 0 | superblock 1 | ... | {last, end} of all superblocks but the final one
 *   superblock: u8 width of lasts, u8 width of ends, lasts, ends (of all blocks but its final one), blocks */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/container.h"
#include "formats/types.h"

enum {
    SKIPS_SUPER = 64
};

/* --- writing ------------------------------------------------------------------------------- */

struct skips_writer {
    struct section_writer *section; /* NULL: the list gathers in out */
    struct buf *to;                 /* NULL, or where it gathers instead; borrowed */
    struct buf out;                 /* encoded and not yet given to the section */
    struct buf blocks;              /* of the superblock at hand */
    uint32_t lasts[SKIPS_SUPER];
    uint32_t ends[SKIPS_SUPER];
    uint32_t n;           /* blocks in it */
    uint32_t base;        /* last value before it; UINT32_MAX: none */
    uint64_t len;         /* bytes of the list made so far */
    VEC(uint64_t) supers; /* last | end << 32 */
    bool failed;
};

/* Where the next block goes: room for `most` bytes, good until any other call. NULL: no memory (failed is set). */
uint8_t *skips_writer_room(struct skips_writer *w, size_t most);
/* The block there is so long and its last value is `last`. Values ascend; the sum of a list's blocks stays below
 * 4 GiB (failed is set otherwise). */
void skips_writer_block(struct skips_writer *w, uint32_t last, size_t len);
/* Ends the list: what is left of its bytes is in out (or where `to` says, or with the section); returns its length. */
uint64_t skips_writer_end(struct skips_writer *w);
/* Ready for the next list; keeps memory, `to` and section. */
void skips_writer_reset(struct skips_writer *w);
void skips_writer_release(struct skips_writer *w); /* accepts a zeroed struct */

/* --- reading ------------------------------------------------------------------------------- */

/* A view of one list's directory and the superblock last used. */
struct skips {
    struct section section;
    struct list_ref ref;
    uint32_t n_blocks, n_supers;
    uint32_t super; /* the one loaded; UINT32_MAX: none */
    uint32_t super_blocks;
    uint32_t base;        /* last value before the superblock; UINT32_MAX: none */
    uint32_t last;        /* its last value, if it is not the final one */
    uint64_t blocks, end; /* places of its blocks, from the list's start */
    struct sound near;    /* checked bytes of the section */
    /* Of its blocks but the final one, as on record; behind them, lasts are UINT32_MAX. */
    uint32_t lasts[SKIPS_SUPER], ends[SKIPS_SUPER];
};

/* Where one block is. */
struct skips_place {
    uint32_t base; /* last value before the block; UINT32_MAX: none */
    uint32_t last; /* its last value; UINT32_MAX if last_known is not set */
    bool last_known;
    uint64_t offset; /* in the section */
    uint64_t len;
};

/* Touches nothing; ERR_CORRUPT if the list cannot lie there. */
int skips_open(struct skips *s, const struct section *section, struct list_ref ref,
               uint32_t n_blocks, struct err *err);
/* The first block that can hold a value >= lo (the final block may still end below it). */
int skips_find(struct skips *s, uint32_t lo, uint32_t *block, struct err *err);
/* Block b < n_blocks; its bytes are checked and inside the list. */
int skips_block(struct skips *s, uint32_t b, struct skips_place *out, struct err *err);

/* As skips_block, for a block that is neither the first nor the last of the superblock at hand, whose bytes were checked, and that is
 * where it should be; false for any other. For many in a row. */
static inline bool skips_block_near(const struct skips *s, uint32_t b,
                                    struct skips_place *out)
{
    const uint32_t i = b % SKIPS_SUPER;
    if (b / SKIPS_SUPER != s->super || i == 0 || i + 1 >= s->super_blocks)
        return false;
    const uint64_t from = s->base == UINT32_MAX ? 0 : (uint64_t)s->base + 1;
    const uint64_t base = from + s->lasts[i - 1], last = from + s->lasts[i];
    const uint64_t start = s->blocks + s->ends[i - 1], end = s->blocks + s->ends[i];
    *out = (struct skips_place){.base = (uint32_t)base,
                                .last = (uint32_t)last,
                                .last_known = true,
                                .offset = s->ref.offset + start,
                                .len = end - start};
    return base < last && last <= UINT32_MAX && start <= end && end <= s->end &&
           out->offset >= s->near.from && s->ref.offset + end <= s->near.to;
}
