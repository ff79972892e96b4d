/* Encoding the token stream. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/vec.h"
#include "formats/forward_layout.h"

/* --- one block ------------------------------------------------------------------------------- */

/* Without branches: which class comes next is not foreseen. */
static inline unsigned class_of(surface_id id)
{
    return (unsigned)(id >> 8 != 0) + (unsigned)(id >> 12 != 0) +
           (unsigned)(id >> 16 != 0);
}

/* Classes, then ids as nibbles, low nibble first. Two ids have at most 56 bits, so that they go out with the
 * nibble left over from those before in one store. */
uint8_t *forward_put_ids_scalar(const surface_id *ids, size_t n, uint8_t *out)
{
    uint8_t *data = out + (n + 3) / 4;
    uint64_t acc = 0;
    unsigned used = 0; /* bits of acc: 0 or 4 */
    memset(out, 0, (size_t)(data - out));
    for (size_t i = 0; i < n; i += 2) {
        bool pair = i + 1 < n;
        surface_id a = ids[i], b = pair ? ids[i + 1] : 0;
        assert(a >> FORWARD_ID_BITS == 0 && b >> FORWARD_ID_BITS == 0);
        unsigned class_a = class_of(a), class_b = class_of(b);
        unsigned bits_a = 4 * forward_nibbles(class_a);
        unsigned bits_b = pair ? 4 * forward_nibbles(class_b) : 0;
        out[i / 4] |= (uint8_t)((class_a | class_b << 2) << (2 * (i % 4)));
        acc |= ((uint64_t)a | (uint64_t)b << bits_a) << used;
        store_u64(data, acc);
        used += bits_a + bits_b;
        data += used / 8;
        acc >>= used / 8 * 8;
        used %= 8;
    }
    return data + (used > 0);
}

static uint8_t *put_ids(const struct forward_coding *c, const surface_id *ids, size_t n,
                        uint8_t *out)
{
    if (c->store == FORWARD_SMALL)
        return forward_small_put_ids(&c->widths, ids, n, out);
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return forward_put_ids_avx2(ids, n, out);
#endif
    return forward_put_ids_scalar(ids, n, out);
}

/* The fast coding: where separators other than the commonest stand, then which they are. */
static uint8_t *put_fast_seps(const struct forward_block *b, uint8_t *out)
{
    bool bitmap = b->n_others * FORWARD_POSITION_BITS >= b->n;
    size_t positions_len = bitmap ? coding_bits_len(b->n, 1)
                                  : coding_bits_len(b->n_others, FORWARD_POSITION_BITS);
    uint8_t positions[FORWARD_BLOCK + 8] = {0};
    uint8_t *nibbles = out + positions_len, *escaped = nibbles + (b->n_others + 1) / 2;
    memset(nibbles, 0, (b->n_others + 1) / 2);
    for (size_t k = 0; k < b->n_others; k++) {
        uint32_t code = b->seps[k] - 1;
        if (bitmap)
            coding_bits_set(positions, b->places[k], 1, 1);
        else
            coding_bits_set(positions, k, FORWARD_POSITION_BITS, b->places[k]);
        if (code >= FORWARD_SEP_ESCAPE) {
            escaped += coding_put_varint(escaped, code - FORWARD_SEP_ESCAPE);
            code = FORWARD_SEP_ESCAPE;
        }
        nibbles[k / 2] |= (uint8_t)(code << (k % 2 * 4));
    }
    memcpy(out, positions, positions_len);
    return escaped;
}

/* How many separators there are is said behind them. */
static uint8_t *put_seps(const struct forward_coding *c, const struct forward_block *b,
                         uint8_t *out)
{
    if (b->n_others == 0)
        return out;
    return c->store == FORWARD_SMALL
               ? forward_small_put_seps(b->seps, b->places, b->n_others, out)
               : put_fast_seps(b, out);
}

/* A block of which some tokens stand elsewhere: the others, then where the runs of those begin
 * and how long they are. */
static uint8_t *put_gaps(const struct forward_coding *c, const struct forward_block *b,
                         uint8_t *out)
{
    surface_id surfaces[FORWARD_BLOCK] = {0};
    sep_id seps[FORWARD_BLOCK] = {0};
    uint8_t places[FORWARD_BLOCK] = {0}, gaps[2 * FORWARD_GAPS_MAX];
    struct forward_block own = {.surfaces = surfaces, .places = places, .seps = seps};
    size_t n_gaps = 0;
    for (uint32_t i = 0, k = 0; i < b->n; i++) {
        bool gap = b->surfaces[i] == (surface_id)FORWARD_ELSEWHERE;
        bool other = k < b->n_others && b->places[k] == i;
        if (gap && (i == 0 || b->surfaces[i - 1] != (surface_id)FORWARD_ELSEWHERE)) {
            gaps[2 * n_gaps] = (uint8_t)i;
            gaps[2 * n_gaps++ + 1] = 0;
        }
        if (gap)
            gaps[2 * n_gaps - 1]++;
        if (!gap && other) {
            places[own.n_others] = (uint8_t)own.n;
            seps[own.n_others++] = b->seps[k];
        }
        if (!gap)
            surfaces[own.n++] = b->surfaces[i];
        k += other;
    }
    uint8_t *end = put_seps(c, &own, put_ids(c, surfaces, own.n, out));
    memcpy(end, gaps, 2 * n_gaps);
    end += 2 * n_gaps;
    *end++ = (uint8_t)n_gaps;
    *end++ = (uint8_t)own.n_others;
    *end++ = FORWARD_HAS_GAPS;
    return end;
}

size_t forward_put_block(const struct forward_coding *c, const struct forward_block *b,
                         uint8_t *out)
{
    assert(b->n >= 1 && b->n <= FORWARD_BLOCK && b->n_others <= b->n);
    if (b->elsewhere)
        return (size_t)(put_gaps(c, b, out) - out);
    uint8_t *end = put_seps(c, b, put_ids(c, b->surfaces, b->n, out));
    *end++ = (uint8_t)b->n_others;
    return (size_t)(end - out);
}

size_t forward_encode_block(const struct forward_coding *c, const surface_id *surfaces,
                            const sep_id *seps, size_t n, uint8_t *out)
{
    uint8_t places[FORWARD_BLOCK];
    sep_id others[FORWARD_BLOCK];
    struct forward_block b = {
        .n = (uint32_t)n, .surfaces = surfaces, .places = places, .seps = others};
    assert(n >= 1 && n <= FORWARD_BLOCK);
    for (size_t i = 0; i < n; i++) {
        b.elsewhere |= surfaces[i] == (surface_id)FORWARD_ELSEWHERE;
        if (seps[i] != 0) {
            places[b.n_others] = (uint8_t)i;
            others[b.n_others++] = seps[i];
        }
    }
    return forward_put_block(c, &b, out);
}

/* --- the section ----------------------------------------------------------------------------- */

struct forward_writer {
    struct section_writer *section;
    uint8_t chunk[FORWARD_CHUNK * FORWARD_BLOCK_BYTES_MAX];
    size_t used;
    uint16_t ends[FORWARD_CHUNK];
    uint32_t n_blocks; /* of the chunk */
    uint64_t n_tokens;
    VEC(uint64_t) chunk_ends;
    bool failed;
};

struct forward_writer *forward_writer_new(struct section_writer *s)
{
    struct forward_writer *w = calloc(1, sizeof *w);
    if (w)
        w->section = s;
    return w;
}

void forward_writer_free(struct forward_writer *w)
{
    if (!w)
        return;
    vec_release(&w->chunk_ends);
    free(w);
}

static void section_put_chunk(struct forward_writer *w, const uint8_t *blocks,
                              size_t len)
{
    section_put(w->section, w->ends, w->n_blocks * sizeof *w->ends);
    section_put(w->section, blocks, len);
    if (!vec_push(&w->chunk_ends, section_tell(w->section)))
        w->failed = true;
    w->used = 0;
    w->n_blocks = 0;
}

static void flush_chunk(struct forward_writer *w)
{
    section_put_chunk(w, w->chunk, w->used);
}

/* A whole chunk, when no blocks wait or a whole chunk of them does; returns where it ends. */
static const uint8_t *put_chunk(struct forward_writer *w, const uint8_t *blocks,
                                const uint16_t *lens, uint64_t n_tokens)
{
    size_t used = 0;
    assert(w->n_tokens % FORWARD_BLOCK == 0);
    if (w->n_blocks > 0)
        flush_chunk(w);
    for (uint32_t i = 0; i < FORWARD_CHUNK; i++) {
        used += lens[i];
        w->ends[i] = (uint16_t)used;
    }
    w->n_blocks = FORWARD_CHUNK;
    section_put_chunk(w, blocks, used);
    w->n_tokens += n_tokens;
    return blocks + used;
}

void forward_writer_put(struct forward_writer *w, const uint8_t *block, size_t len,
                        size_t n_tokens)
{
    assert(len <= FORWARD_BLOCK_BYTES_MAX && w->n_tokens % FORWARD_BLOCK == 0);
    if (w->n_blocks == FORWARD_CHUNK)
        flush_chunk(w);
    memcpy(w->chunk + w->used, block, len);
    w->used += len;
    w->ends[w->n_blocks++] = (uint16_t)w->used;
    w->n_tokens += n_tokens;
}

/* Those that make a whole chunk of the section are put as they lie. */
void forward_writer_put_blocks(struct forward_writer *w, const uint8_t *blocks,
                               const uint16_t *lens, size_t n, uint64_t n_tokens)
{
    while (n > 0) {
        size_t now =
            w->n_blocks % FORWARD_CHUNK == 0 && n >= FORWARD_CHUNK ? FORWARD_CHUNK : 1;
        uint64_t some = now * FORWARD_BLOCK < n_tokens ? now * FORWARD_BLOCK : n_tokens;
        if (now == 1) {
            forward_writer_put(w, blocks, *lens, (size_t)some);
            blocks += *lens;
        } else {
            blocks = put_chunk(w, blocks, lens, some);
        }
        lens += now;
        n -= now;
        n_tokens -= some;
    }
}

int forward_writer_finish(struct forward_writer *w, struct err *err)
{
    int rc = 0;
    if (w->n_blocks > 0)
        flush_chunk(w);
    section_put(w->section, w->chunk_ends.items, w->chunk_ends.len * 8);
    if (w->failed) {
        rc = err_set(err, ERR_NOMEM, "token stream: out of memory");
        struct err why = {.code = ERR_NOMEM, .msg = "token stream: out of memory"};
        section_fail(w->section, &why);
    }
    section_finish(w->section, w->n_tokens);
    forward_writer_free(w);
    return rc;
}
