/* The token stream (FWD; docs/format/forward.md): surface and separator ids by blocks of 128 tokens, lossless, in one
 * of two codings. Fast: surface ids by groups of four as StreamVByte (Lemire, Kurz, Rupp 2018) has them, but in 2, 3, 4
 * or 7 nibbles. Small: in one of eight widths of bits. Separators other than the commonest are exceptions. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "formats/container.h"
#include "formats/types.h"

enum {
    FORWARD_BLOCK = 128,
    /* A surface: the token stands elsewhere too, at its home (formats/reconstruct.h), and is not stored
     * here. Its separator says nothing. */
    FORWARD_ELSEWHERE = -1 /* as (surface_id)FORWARD_ELSEWHERE */
};

/* How ids are coded; the section's version says it. */
enum forward_store {
    FORWARD_FAST = 1,
    FORWARD_SMALL = 2
};

/* The eight classes of the small coding: an id is its class's first and a value of so many bits. */
enum {
    FORWARD_CLASSES = 8
};
struct forward_widths {
    uint32_t width[FORWARD_CLASSES], first[FORWARD_CLASSES], mask[FORWARD_CLASSES];
    uint8_t two[FORWARD_CLASSES * FORWARD_CLASSES]; /* widths of two classes together */
};

struct forward_coding {
    enum forward_store store;
    struct forward_widths widths; /* of the small one */
};
/* The coding wanted of a stream with so many surfaces, or the fast one if they are too many for the small one. */
void forward_coding_init(struct forward_coding *c, enum forward_store wanted,
                         uint32_t n_surfaces);

/* Encodes one block of n <= 128 tokens; out has room for FORWARD_BLOCK_BYTES_MAX. Pure, so blocks may be
 * encoded on many threads and put in order. */
enum {
    FORWARD_BLOCK_BYTES_MAX = 2048
};
/* A block as it is put: n tokens (1 to FORWARD_BLOCK), whose surface ids are below 2^28 and the coding's number of surfaces,
 * or FORWARD_ELSEWHERE; of these the separators, n_others of them, that are not number 0, at ascending places. What is said of the
 * separators of tokens that stand elsewhere is not stored. Of places and separators as many may be read as make n_others a multiple of
 * FORWARD_SEPS_READ. */
enum {
    FORWARD_SEPS_READ = 32
};
struct forward_block {
    uint32_t n, n_others;
    bool elsewhere; /* some surfaces are FORWARD_ELSEWHERE */
    const surface_id *surfaces;
    const uint8_t *places;
    const sep_id *seps;
};
/* Returns how many bytes it takes. */
size_t forward_put_block(const struct forward_coding *c, const struct forward_block *b,
                         uint8_t *out);
/* The same of a block with a separator for each token. */
size_t forward_encode_block(const struct forward_coding *c, const surface_id *surfaces,
                            const sep_id *seps, size_t n, uint8_t *out);

/* The section has the version that the coding's store says. */
struct forward_writer;
struct forward_writer *forward_writer_new(struct section_writer *s);
/* Blocks in order; every block but the last has 128 tokens. */
void forward_writer_put(struct forward_writer *w, const uint8_t *block, size_t len,
                        size_t n_tokens);
/* The same of n blocks, which lie one behind the other and have n_tokens together. */
void forward_writer_put_blocks(struct forward_writer *w, const uint8_t *blocks,
                               const uint16_t *lens, size_t n, uint64_t n_tokens);
int forward_writer_finish(struct forward_writer *w,
                          struct err *err); /* ends the section, frees w */
void forward_writer_free(struct forward_writer *w);

struct forward {
    struct section section;
    uint64_t n_tokens;
    uint32_t n_surfaces, n_seps; /* bounds that decoded ids are checked against */
    uint64_t chunk_ends;         /* place of the directory of chunks */
    struct forward_coding coding;
};
/* The section's version says the coding. */
int forward_open(struct forward *f, const struct section *s, uint32_t n_surfaces,
                 uint32_t n_seps, struct err *err);
/* Tokens [from, from+n): surfaces and/or seps (either may be NULL). Decoded ids are below
 * the bounds or the answer is ERR_CORRUPT. A token that stands elsewhere has the surface
 * FORWARD_ELSEWHERE and separator 0: reconstruct_stream gives what it is. */
int forward_read(const struct forward *f, address from, size_t n, surface_id *surfaces,
                 sep_id *seps, struct err *err);

/* Blocks that lie near each other, one after another: a third of what forward_read takes. */
struct forward_reader {
    const struct forward *forward;
    /* the rest is the implementation's: the chunk at hand */
    uint64_t chunk; /* and 1 */
    const uint8_t *bytes;
    uint64_t table, len;
};
void forward_reader_begin(struct forward_reader *r, const struct forward *f);
/* Tell the processor that the block will be read soon: first, a while before, that where it lies will be asked for, then, that its
 * bytes will. Nothing is checked, nothing can fail. */
void forward_reader_expect_chunk(const struct forward_reader *r, uint64_t block);
void forward_reader_expect(const struct forward_reader *r, uint64_t block);
/* Surfaces of block `block`, that is of tokens from FORWARD_BLOCK * block on; the last block may have fewer. *elsewhere: some
 * are FORWARD_ELSEWHERE; all others are below the bound. ERR_CORRUPT. */
int forward_reader_block(struct forward_reader *r, uint64_t block,
                         surface_id out[FORWARD_BLOCK], bool *elsewhere,
                         struct err *err);
int forward_verify(const struct forward *f, struct err *err);
