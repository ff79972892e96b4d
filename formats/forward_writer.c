/* Encoding the token stream. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "formats/forward_layout.h"

/* --- one block ------------------------------------------------------------------------------- */

static unsigned class_of(surface_id id)
{
    return id < 1U << 8 ? 0 : id < 1U << 12 ? 1 : id < 1U << 16 ? 2 : 3;
}

/* Classes, then ids as nibbles, low nibble first. */
static uint8_t *put_ids(const surface_id *ids, size_t n, uint8_t *out)
{
    uint8_t *data = out + (n + 3) / 4;
    size_t pos = 0;
    memset(out, 0, (size_t)(data - out));
    for (size_t i = 0; i < n; i++) {
        assert(ids[i] >> FORWARD_ID_BITS == 0);
        unsigned class = class_of(ids[i]);
        out[i / 4] |= (uint8_t)(class << (2 * (i % 4)));
        for (unsigned k = 0; k < forward_nibbles(class); k++, pos++) {
            uint8_t nibble = ids[i] >> (4 * k) & 15;
            if (pos % 2 == 0)
                data[pos / 2] = nibble;
            else
                data[pos / 2] |= (uint8_t)(nibble << 4);
        }
    }
    return data + (pos + 1) / 2;
}

/* Where separators other than the commonest stand, then which they are. */
static uint8_t *put_seps(const sep_id *seps, size_t n, uint8_t *out)
{
    size_t exceptions = 0;
    for (size_t i = 0; i < n; i++)
        exceptions += seps[i] != 0;
    *out++ = (uint8_t)exceptions;
    if (exceptions == 0)
        return out;
    bool bitmap = exceptions * FORWARD_POSITION_BITS >= n;
    size_t positions_len =
        coding_bits_len(bitmap ? n : exceptions, bitmap ? 1 : FORWARD_POSITION_BITS);
    uint8_t positions[FORWARD_BLOCK + 8] = {0};
    uint8_t *nibbles = out + positions_len, *escaped = nibbles + (exceptions + 1) / 2;
    memset(nibbles, 0, (exceptions + 1) / 2);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (seps[i] == 0)
            continue;
        uint32_t code = seps[i] - 1;
        coding_bits_set(positions, bitmap ? i : at, bitmap ? 1 : FORWARD_POSITION_BITS,
                        bitmap ? 1 : i);
        if (code >= FORWARD_SEP_ESCAPE) {
            escaped += coding_put_varint(escaped, code - FORWARD_SEP_ESCAPE);
            code = FORWARD_SEP_ESCAPE;
        }
        nibbles[at / 2] |= (uint8_t)(code << (at % 2 * 4));
        at++;
    }
    memcpy(out, positions, positions_len);
    return escaped;
}

size_t forward_encode_block(const surface_id *surfaces, const sep_id *seps, size_t n,
                            uint8_t *out)
{
    assert(n >= 1 && n <= FORWARD_BLOCK);
    return (size_t)(put_seps(seps, n, put_ids(surfaces, n, out)) - out);
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

static void flush_chunk(struct forward_writer *w)
{
    section_put(w->section, w->ends, w->n_blocks * sizeof *w->ends);
    section_put(w->section, w->chunk, w->used);
    if (!vec_push(&w->chunk_ends, section_tell(w->section)))
        w->failed = true;
    w->used = 0;
    w->n_blocks = 0;
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
