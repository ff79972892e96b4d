#include "formats/provenance_pack.h"

#include <string.h>

#include "formats/coding.h"

void provenance_pack_release(struct provenance_pack *p)
{
    frame_coder_release(&p->coder);
    for (size_t c = 0; c < PROV_STRINGS; c++) {
        frame_dict_free(p->dict[c]);
        buf_release(&p->dictionary[c]);
    }
    buf_release(&p->held);
    buf_release(&p->out);
    memset(p, 0, sizeof *p);
}

/* --- blocks as they go to the file ------------------------------------------------------- */

static void keep_first(struct provenance_pack *p, int rc)
{
    if (p->rc == 0)
        p->rc = rc;
}

/* Appends length and frame of a column. */
static void put_column(struct provenance_pack *p, struct bytes raw,
                       const struct frame_dict *dict)
{
    if (raw.len == 0) {
        buf_put_varint(&p->out, 0);
        return;
    }
    struct buf frame = {0};
    keep_first(p, frame_put(&p->coder, raw, dict, &frame, NULL));
    buf_put_varint(&p->out, frame.len);
    buf_put_bytes(&p->out, buf_bytes(&frame));
    keep_first(p, buf_check(&frame, NULL));
    buf_release(&frame);
}

/* The columns of which the block has any. */
static void put_sparse(struct provenance_pack *p, const struct pack_block *b)
{
    unsigned there = 0;
    for (size_t i = 0; i < PROV_SPARSE; i++)
        there |= (unsigned)(b->codes[i].len > 0) << i;
    if (there == 0)
        return;
    buf_put_u8(&p->out, (uint8_t)there);
    for (size_t i = 0; i < PROV_SPARSE; i++) {
        if (b->codes[i].len == 0)
            continue;
        buf_put_bytes(&p->out, b->codes[i]);
        put_column(p, b->strings[STRING_SPARSE + i], p->dict[STRING_SPARSE + i]);
    }
}

static void write_block(struct provenance_pack *p, struct section_writer *s,
                        const struct pack_block *b)
{
    buf_reset(&p->out);
    buf_put_bytes(&p->out, b->numbers);
    for (size_t c = 0; c < PROV_STRINGS; c = provenance_next_dense(c))
        put_column(p, b->strings[c], p->dict[c]);
    put_sparse(p, b);
    keep_first(p, buf_check(&p->out, NULL));
    section_put(s, p->out.data, p->out.len);
    p->len += p->out.len;
    marks_writer_put(p->ends, p->len);
}

/* --- blocks that wait --------------------------------------------------------------------- */

static void hold_bytes(struct provenance_pack *p, struct bytes b)
{
    buf_put_varint(&p->held, b.len);
    buf_put_bytes(&p->held, b);
}

static void hold(struct provenance_pack *p, const struct pack_block *b)
{
    hold_bytes(p, b->numbers);
    for (size_t i = 0; i < PROV_SPARSE; i++)
        hold_bytes(p, b->codes[i]);
    for (size_t c = 0; c < PROV_STRINGS; c++)
        hold_bytes(p, b->strings[c]);
    keep_first(p, buf_check(&p->held, NULL));
    p->n_held++;
}

/* The next held block. */
static void next_held(struct cursor *at, struct pack_block *b)
{
    b->numbers = cursor_bytes(at, cursor_varint(at));
    for (size_t i = 0; i < PROV_SPARSE; i++)
        b->codes[i] = cursor_bytes(at, cursor_varint(at));
    for (size_t c = 0; c < PROV_STRINGS; c++)
        b->strings[c] = cursor_bytes(at, cursor_varint(at));
}

/* One in so many of the blocks that dictionaries are made from is tried with a dictionary and without. */
static size_t stride(const struct provenance_pack *p)
{
    return (p->n_samples + PACK_TRIED - 1) / PACK_TRIED;
}

/* The bytes that the column takes in the blocks that are tried. */
static size_t packed_len(struct provenance_pack *p, size_t column,
                         const struct frame_dict *dict)
{
    struct cursor at = cursor_of(p->held.data, p->held.len);
    size_t len = 0;
    for (size_t i = 0; i < p->n_samples; i++) {
        struct pack_block b;
        next_held(&at, &b);
        if (i % stride(p) != 0)
            continue;
        buf_reset(&p->out);
        put_column(p, b.strings[column], dict);
        len += p->out.len;
    }
    return len;
}

/* Whether these blocks alone repay a half of a dictionary, going by those that are tried. */
static bool pays(struct provenance_pack *p, size_t column,
                 const struct frame_dict *dict)
{
    size_t with = packed_len(p, column, dict), without = packed_len(p, column, NULL);
    return with < without &&
           (without - with) * stride(p) > p->dictionary[column].len / 2;
}

/* Makes a column's dictionary, and keeps it if it pays. */
static void make_dictionary(struct provenance_pack *p, size_t column)
{
    struct cursor at = cursor_of(p->held.data, p->held.len);
    struct buf samples = {0}, *bytes = &p->dictionary[column];
    size_t sizes[PACK_HELD_BLOCKS];
    struct frame_dict *dict = NULL;
    for (size_t i = 0; i < p->n_samples; i++) {
        struct pack_block b;
        next_held(&at, &b);
        buf_put_bytes(&samples, b.strings[column]);
        sizes[i] = b.strings[column].len;
    }
    int rc = buf_check(&samples, NULL);
    if (rc == 0 && samples.len > PACK_DICTIONARY_BYTES)
        rc = frame_train(samples.data, sizes, p->n_samples, PACK_DICTIONARY_BYTES,
                         bytes, NULL);
    buf_release(&samples);
    if (rc == 0 && bytes->len > 0)
        rc = frame_dict_new(buf_bytes(bytes), true, &dict, NULL);
    keep_first(p, rc);
    if (dict && pays(p, column, dict)) {
        p->dict[column] = dict;
        return;
    }
    frame_dict_free(dict);
    buf_reset(bytes);
}

static bool is_decided(const struct provenance_pack *p)
{
    return p->n_decided == PROV_STRINGS;
}

/* Makes the dictionary of the next column; not of all at once, for blocks are put by commits, and others wait for them. */
static void decide_next(struct provenance_pack *p)
{
    if (p->n_samples == 0)
        p->n_samples = p->n_held;
    if (p->n_samples < PACK_DICTIONARY_MIN)
        p->n_decided = PROV_STRINGS;
    else
        make_dictionary(p, p->n_decided++);
}

/* Writes the first n of the held blocks. */
static void write_held(struct provenance_pack *p, struct section_writer *s, size_t n)
{
    if (n == 0)
        return;
    struct cursor at =
        cursor_of(p->held.data + p->held_from, p->held.len - p->held_from);
    for (; p->rc == 0 && n > 0 && p->n_held > 0; n--, p->n_held--) {
        struct pack_block b;
        next_held(&at, &b);
        write_block(p, s, &b);
    }
    p->held_from = p->held.len - cursor_left(&at);
    if (p->n_held == 0 || p->rc != 0) {
        p->n_held = 0;
        buf_release(&p->held);
        p->held_from = 0;
    }
}

void provenance_pack_block(struct provenance_pack *p, struct section_writer *s,
                           const struct pack_block *block)
{
    if (is_decided(p) && p->n_held == 0) {
        write_block(p, s, block);
        return;
    }
    hold(p, block);
    if (is_decided(p))
        write_held(p, s, PACK_CATCH_UP);
    else if (p->n_held >= PACK_HELD_BLOCKS)
        decide_next(p);
}

int provenance_pack_finish(struct provenance_pack *p, struct section_writer *s,
                           struct err *err)
{
    while (!is_decided(p))
        decide_next(p);
    write_held(p, s, p->n_held);
    return p->rc ? err_set(err, p->rc, "provenance: %s", err_text(p->rc)) : 0;
}

void provenance_pack_dictionaries(const struct provenance_pack *p, struct buf *out)
{
    for (size_t c = 0; c < PROV_STRINGS; c++) {
        buf_put_u32(out, (uint32_t)p->dictionary[c].len);
        buf_put_bytes(out, buf_bytes(&p->dictionary[c]));
    }
}
