#include "formats/map.h"

#include <assert.h>

#include "formats/coding.h"

/* The string is a list of entries: varint (run << 3 | kind), then what the kind asks for. The
 * run is linear: that many bytes of text came from as many bytes of source. What follows it: */
enum kind {
    KIND_2_1,  /* an atom: 2 bytes of source made 1 of text, as \" and \n in JSON */
    KIND_DROP, /* one byte of source was dropped */
    KIND_3_1,  /* a curly quote became a straight one */
    KIND_6_1,  /* \u2019 became a straight one */
    KIND_6_2,  /* \u00e9 and most of Latin, Greek, Cyrillic */
    KIND_6_3,  /* the rest of \uXXXX */
    KIND_MOVE, /* zigzag: the source goes on elsewhere */
    KIND_ATOM, /* varint bytes of text, varint bytes of source */
    KINDS      /* in columns: the map's end */
};

enum {
    RUN_ESCAPE = 255 /* in columns: the run's excess over this stands in the rest */
};

static const struct {
    uint8_t out, in;
} atoms[KIND_MOVE] = {{1, 2}, {0, 1}, {1, 3}, {1, 6}, {2, 6}, {3, 6}};

static void put_entry(struct buf *out, uint64_t run, enum kind kind)
{
    buf_put_varint(out, run << 3 | kind);
}

/* The kind of an atom, KIND_ATOM if it is none of the common ones. */
static enum kind kind_of(const struct offset_segment *s)
{
    for (unsigned k = 0; k < KIND_MOVE; k++) {
        if (k != KIND_DROP && atoms[k].out == s->out_len && atoms[k].in == s->in_len)
            return (enum kind)k;
    }
    return KIND_ATOM;
}

void map_encode(const struct offsetmap *m, struct buf *out)
{
    uint64_t run = 0, expected = 0;
    for (size_t i = 0; i < m->segments.len; i++) {
        const struct offset_segment *s = &m->segments.items[i];
        uint64_t move = s->in_pos - expected;
        if (move == 1) {
            put_entry(out, run, KIND_DROP);
            run = 0;
        } else if (move != 0) {
            put_entry(out, run, KIND_MOVE);
            buf_put_zigzag(out, (int64_t)move);
            run = 0;
        }
        if (s->out_len == s->in_len) {
            run += s->out_len;
        } else {
            enum kind kind = kind_of(s);
            put_entry(out, run, kind);
            if (kind == KIND_ATOM) {
                buf_put_varint(out, s->out_len);
                buf_put_varint(out, s->in_len);
            }
            run = 0;
        }
        expected = s->in_pos + s->in_len;
    }
    /* A last run has no event behind it; an atom of nothing stands there. */
    if (run > 0) {
        put_entry(out, run, KIND_ATOM);
        buf_put_u8(out, 0);
        buf_put_u8(out, 0);
    }
}

/* Puts a linear run, which may be longer than one segment can be. */
static void put_run(struct offsetmap *out, uint64_t run, uint64_t *in_pos)
{
    offsetmap_put(out, (uint32_t)run, *in_pos, (uint32_t)run);
    *in_pos += run;
}

bool map_decode(struct bytes data, struct offsetmap *out)
{
    struct cursor c = cursor_of(data.data, data.len);
    uint64_t in_pos = 0;
    offsetmap_reset(out);
    while (cursor_left(&c) > 0 && !out->failed) {
        uint64_t entry = cursor_varint(&c);
        enum kind kind = (enum kind)(entry & 7);
        uint32_t text = 0, source = 0;
        if (entry >> 3 > UINT32_MAX)
            return false;
        put_run(out, entry >> 3, &in_pos);
        if (kind == KIND_MOVE) {
            in_pos += (uint64_t)cursor_zigzag(&c);
        } else if (kind == KIND_ATOM) {
            text = cursor_varint32(&c);
            source = cursor_varint32(&c);
        } else {
            text = atoms[kind].out;
            source = atoms[kind].in;
        }
        if (c.failed)
            return false;
        if (text > 0)
            offsetmap_put(out, text, in_pos, source);
        in_pos += source;
    }
    return !out->failed;
}

/* --- columns ------------------------------------------------------------------------------- */

void map_columns_release(struct map_columns *m)
{
    buf_release(&m->kinds);
    buf_release(&m->runs);
    buf_release(&m->rest);
}

/* Numbers that follow an entry of a kind. */
static unsigned extras(enum kind kind)
{
    return kind == KIND_MOVE ? 1 : kind == KIND_ATOM ? 2 : 0;
}

void map_columns_put(struct map_columns *m, struct bytes map)
{
    struct cursor c = cursor_of(map.data, map.len);
    while (cursor_left(&c) > 0) {
        uint64_t entry = cursor_varint(&c), run = entry >> 3;
        enum kind kind = (enum kind)(entry & 7);
        buf_put_u8(&m->kinds, (uint8_t)kind);
        buf_put_u8(&m->runs, (uint8_t)(run < RUN_ESCAPE ? run : RUN_ESCAPE));
        if (run >= RUN_ESCAPE)
            buf_put_varint(&m->rest, run - RUN_ESCAPE);
        for (unsigned i = 0; i < extras(kind); i++)
            buf_put_varint(&m->rest, cursor_varint(&c));
    }
    assert(!c.failed);
    buf_put_u8(&m->kinds, KINDS);
}

void map_columns_take(struct map_columns *m, struct buf *out)
{
    buf_put_varint(out, m->kinds.len);
    buf_put_varint(out, m->runs.len);
    buf_put_bytes(out, buf_bytes(&m->kinds));
    buf_put_bytes(out, buf_bytes(&m->runs));
    buf_put_bytes(out, buf_bytes(&m->rest));
    out->failed |= m->kinds.failed || m->runs.failed || m->rest.failed;
    buf_reset(&m->kinds);
    buf_reset(&m->runs);
    buf_reset(&m->rest);
}

bool map_columns_open(struct map_columns_reader *r, struct bytes data)
{
    struct cursor c = cursor_of(data.data, data.len);
    uint64_t kinds = cursor_varint(&c), runs = cursor_varint(&c);
    if (c.failed || kinds > cursor_left(&c) || runs > cursor_left(&c) - kinds)
        return false;
    r->kinds = cursor_of(c.p, (size_t)kinds);
    r->runs = cursor_of(c.p + kinds, (size_t)runs);
    r->rest = cursor_of(c.p + kinds + runs, cursor_left(&c) - (size_t)(kinds + runs));
    return true;
}

bool map_columns_next(struct map_columns_reader *r, struct buf *out)
{
    for (;;) {
        uint8_t kind = cursor_u8(&r->kinds);
        if (r->kinds.failed || kind > KINDS)
            return false;
        if (kind == KINDS)
            return true;
        uint64_t run = cursor_u8(&r->runs);
        if (run == RUN_ESCAPE)
            run += cursor_varint_max(&r->rest, UINT32_MAX);
        if (out)
            put_entry(out, run, (enum kind)kind);
        for (unsigned i = 0; i < extras((enum kind)kind); i++) {
            uint64_t x = cursor_varint(&r->rest);
            if (out)
                buf_put_varint(out, x);
        }
        if (r->runs.failed || r->rest.failed)
            return false;
    }
}

bool map_columns_ended(const struct map_columns_reader *r)
{
    return cursor_left(&r->kinds) == 0 && cursor_left(&r->runs) == 0 &&
           cursor_left(&r->rest) == 0;
}
