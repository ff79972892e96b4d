/* How the tokens of an article lie in the spool (indexer/spool.h): blocks of 128, the last one shorter.
 *
 *   block: separators u8 | bytes of the separators u16 | surfaces | separators
 *   surfaces: for each four a byte that tells their lengths, two bits each, less one; all of these first, then the
 *             surfaces of one to four bytes each; the last four are filled up with zeros
 *   separators: of each token whose separator is not number 0, its place in the block u8; then their numbers, varints
 *
 * Numbers are below 2^31.
 *
 * The lengths lie by themselves, so that a decoder sees where four numbers begin before it has read those before them
 * (Lemire, Kurz, Rupp, "Stream VByte", Information Processing Letters 130, 2018), and one shuffle brings four into
 * place. Who wants the words only, as the comparison of texts does, steps over the separators. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TOKEN_BLOCK = 128,
    TOKEN_BLOCK_QUADS = TOKEN_BLOCK / 4,
    /* of a block at most: all surfaces of four bytes, all separators there and of five */
    TOKEN_BLOCK_BYTES_MAX = 3 + TOKEN_BLOCK_QUADS * 17 + TOKEN_BLOCK * 6,
    /* bytes behind the greatest block that must be writable when one is put and readable when one is taken: those of a register */
    TOKEN_BLOCK_SLACK = 64,
    /* separators behind the last of a block that is read many at a time */
    TOKEN_BLOCK_SEPS_SLACK = 16
};

/* What is put: n surfaces (1 to TOKEN_BLOCK), of which n_seps have other separators than number 0, at ascending places. */
struct token_block {
    _Alignas(64) uint32_t surfaces[TOKEN_BLOCK];
    uint32_t seps[TOKEN_BLOCK + TOKEN_BLOCK_SEPS_SLACK];
    uint8_t places[TOKEN_BLOCK + TOKEN_BLOCK_SEPS_SLACK];
    uint32_t n, n_seps;
};

/* Writes a block at out, where TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK bytes may be written; returns its end. What
 * surfaces hold behind the n-th is overwritten. */
uint8_t *token_block_put(struct token_block *b, uint8_t *out);

/* Where in a block of n tokens that was put at `block` the surfaces of four bytes begin, counted from there, ascending; as many
 * are returned. TOKEN_BLOCK_SLACK bytes may be read behind it. */
size_t token_block_longest(const uint8_t *block, size_t n, uint16_t at[TOKEN_BLOCK]);

/* Reads a block of n tokens at `in`, where TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK bytes may be read; seps may be
 * NULL. n numbers are written to each. Returns the block's end; NULL if it was not written so. SIMD where the
 * processor has it. */
const uint8_t *token_block_get(const uint8_t *in, size_t n, uint32_t *surfaces,
                               uint32_t *seps);

/* The same as it was put: fills in b, of which n is given. */
const uint8_t *token_block_take(const uint8_t *in, struct token_block *b);

/* Inside token_block: n_quads times four numbers, whose lengths are told by `lengths`, from `in` to out; returns where
 * they end. The twins do the same. */
const uint8_t *token_block_quads(const uint8_t *lengths, const uint8_t *in,
                                 size_t n_quads, uint32_t *out);
/* The way back: n_quads times four numbers from v, their lengths to `lengths` and they themselves to out, where TOKEN_BLOCK_SLACK
 * bytes may be written behind the last; returns where they end. */
uint8_t *token_block_put_quads(const uint32_t *v, size_t n_quads, uint8_t *lengths,
                               uint8_t *out);
/* The b->n_seps separators of a block of b->n tokens, whose places begin at `in` and whose numbers end at `end`, to b; false if they were
 * not written so: places ascend and are below b->n. */
bool token_block_take_seps(const uint8_t *in, const uint8_t *end,
                           struct token_block *b);
#ifdef STEMMA_AVX2
uint8_t *token_block_put_quads_avx2(const uint32_t *v, size_t n_quads, uint8_t *lengths,
                                    uint8_t *out);
const uint8_t *token_block_quads_avx2(const uint8_t *lengths, const uint8_t *in,
                                      size_t n_quads, uint32_t *out);
#endif
#ifdef STEMMA_AVX512
uint8_t *token_block_put_quads_avx512(const uint32_t *v, size_t n_quads,
                                      uint8_t *lengths, uint8_t *out);
bool token_block_take_seps_avx512(const uint8_t *in, const uint8_t *end,
                                  struct token_block *b);
#endif
