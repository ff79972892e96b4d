#include "formats/map.h"

#include <string.h>

#include "base/cpu.h"
#include "formats/coding.h"
#include "formats/map_common.h"

/* A map is a list of entries: a linear run of bytes of text that came from as many bytes of source, and what
 * follows it: */
enum kind {
    KIND_2_1,  /* an atom: 2 bytes of source made 1 of text, as \" and \n in JSON */
    KIND_DROP, /* one byte of source was dropped */
    KIND_3_1,  /* a curly quote became a straight one */
    KIND_6_1,  /* \u2019 became a straight one */
    KIND_6_2,  /* \u00e9 and most of Latin, Greek, Cyrillic */
    KIND_6_3,  /* the rest of \uXXXX */
    KIND_MOVE, /* zigzag: the source goes on elsewhere */
    KIND_ATOM, /* varint bytes of text, varint bytes of source */
    KINDS      /* the map's end */
};

static const struct {
    uint8_t out, in;
} atoms[KIND_MOVE] = {{1, 2}, {0, 1}, {1, 3}, {1, 6}, {2, 6}, {3, 6}};

/* The entries of the map that begins here: as many kinds as stand before its end. SIZE_MAX if it has no end, or
 * what stands there are no kinds. */
static size_t entries_of(struct bytes kinds)
{
    const uint64_t others = UINT64_MAX / 0xFF * (0x100 - KINDS);
    size_t i = 0;
    while (kinds.len - i >= 8 && (load_u64(kinds.data + i) & others) == 0)
        i += 8;
    for (; i < kinds.len; i++) {
        if (kinds.data[i] >= KINDS)
            return kinds.data[i] == KINDS ? i : SIZE_MAX;
    }
    return SIZE_MAX;
}

/* The columns of one map; false if its kinds have no end, or there are fewer runs. */
static bool open_one(struct map_columns_reader *r, struct bytes map)
{
    size_t n = entries_of(map);
    if (n == SIZE_MAX || map.len - (n + 1) < n)
        return false;
    r->kinds = cursor_of(map.data, n + 1);
    r->runs = cursor_of(map.data + n + 1, n);
    r->rest = cursor_of(map.data + 2 * n + 1, map.len - (2 * n + 1));
    return true;
}

/* --- one map ------------------------------------------------------------------------------ */

static bool is_linear(const struct offset_segment *s)
{
    return s->out_len == s->in_len;
}

/* An escape of one letter. */
static bool is_escape(const struct offset_segment *s)
{
    return s->out_len == 1 && s->in_len == 2;
}

/* The kind of an atom, KIND_ATOM if it is none of the common ones. */
static enum kind kind_of(const struct offset_segment *s)
{
    if (is_escape(s))
        return KIND_2_1;
    for (unsigned k = 0; k < KIND_MOVE; k++) {
        if (k != KIND_DROP && atoms[k].out == s->out_len && atoms[k].in == s->in_len)
            return (enum kind)k;
    }
    return KIND_ATOM;
}

/* A map while it is encoded. */
struct entries {
    struct buf *
        out; /* kinds and runs have room for as many as there may be, the rest is appended */
    size_t kinds, runs; /* places of the next */
    uint64_t run;       /* bytes behind the last entry */
    uint64_t expected;  /* in the source, if nothing is dropped or moved */
};

static void put_entry(struct entries *e, enum kind kind)
{
    e->out->data[e->kinds++] = (uint8_t)kind;
    e->out->data[e->runs++] =
        (uint8_t)(e->run < MAP_RUN_ESCAPE ? e->run : MAP_RUN_ESCAPE);
    if (e->run >= MAP_RUN_ESCAPE)
        buf_put_varint(e->out, e->run - MAP_RUN_ESCAPE);
    e->run = 0;
}

static void put_segment(struct entries *e, const struct offset_segment *s)
{
    uint64_t move = s->in_pos - e->expected;
    if (move != 0) {
        put_entry(e, move == 1 ? KIND_DROP : KIND_MOVE);
        if (move != 1)
            buf_put_zigzag(e->out, (int64_t)move);
    }
    e->expected = s->in_pos + s->in_len;
    if (is_linear(s)) {
        e->run += s->out_len;
        return;
    }
    enum kind kind = kind_of(s);
    put_entry(e, kind);
    if (kind == KIND_ATOM) {
        buf_put_varint(e->out, s->out_len);
        buf_put_varint(e->out, s->in_len);
    }
}

/* Which of the two comes next, and how long a run is, nobody can foresee, so there is no branch for it: both are
 * written, and what was not wanted is written over. */
const struct offset_segment *map_common_scalar(struct map_common *m,
                                               const struct offset_segment *s,
                                               const struct offset_segment *end)
{
    uint8_t *kinds = m->kinds, *runs = m->runs, *rest = m->rest;
    uint64_t run = m->run, expected = m->expected;
    for (; s < end; s++) {
        bool escape = is_escape(s);
        bool common = escape ? run < MAP_RUN_MAX : is_linear(s);
        if (s->in_pos != expected || !common)
            break;
        uint64_t over = run - MAP_RUN_ESCAPE;
        size_t bytes = run < MAP_RUN_ESCAPE ? 0 : over < 0x80 ? 1 : 2;
        *kinds = KIND_2_1;
        *runs = (uint8_t)(run < MAP_RUN_ESCAPE ? run : MAP_RUN_ESCAPE);
        rest[0] = (uint8_t)(over < 0x80 ? over : over | 0x80);
        rest[1] = (uint8_t)(over >> 7);
        kinds += escape;
        runs += escape;
        rest += escape ? bytes : 0;
        run = escape ? 0 : run + s->out_len;
        expected += s->in_len;
    }
    *m = (struct map_common){kinds, runs, rest, run, expected};
    return s;
}

/* The kernel that goes by several segments at once; NULL if the processor has none. */
static map_common_kernel *fast_kernel(void)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return map_common_avx512;
#endif
    return NULL;
}

/* What nearly all segments are: runs and escapes of one letter, one behind the other, and no run so long that its rest
 * takes more than two bytes. Returns one that is something else, or that is for the next call. */
static const struct offset_segment *put_common(struct entries *e,
                                               const struct offset_segment *s,
                                               const struct offset_segment *end,
                                               map_common_kernel *kernel)
{
    struct buf *out = e->out;
    if (!buf_reserve(out, 2 * (size_t)(end - s) + MAP_COMMON_SLACK))
        return end;
    struct map_common m = {out->data + e->kinds, out->data + e->runs,
                           out->data + out->len, e->run, e->expected};
    if (kernel) { /* what it stops at is near, or the end is */
        s = kernel(&m, s, end);
        end = end - s > MAP_COMMON_LANES ? s + MAP_COMMON_LANES : end;
    }
    s = map_common_scalar(&m, s, end);
    e->kinds = (size_t)(m.kinds - out->data);
    e->runs = (size_t)(m.runs - out->data);
    out->len = (size_t)(m.rest - out->data);
    e->run = m.run;
    e->expected = m.expected;
    return s;
}

/* Moves the bytes [from, to) of out down to `at`; returns the end of where they are then. */
static size_t move_down(struct buf *out, size_t at, size_t from, size_t to)
{
    memmove(out->data + at, out->data + from, to - from);
    return at + (to - from);
}

void map_encode(const struct offsetmap *m, struct buf *out)
{
    const struct offset_segment *s = m->segments.items;
    const struct offset_segment *end = s + m->segments.len;
    map_common_kernel *kernel = fast_kernel();
    /* A segment makes two entries at most, a move and an atom; behind them all is the end, or the last run and it. */
    size_t most = 2 * m->segments.len + 2, start = out->len;
    if (!buf_extend(out, 2 * most))
        return;
    struct entries to = {out, start, start + most, 0, 0};
    while (s < end) {
        s = put_common(&to, s, end, kernel);
        while (s < end) {
            put_segment(&to, s++);
            if (s < end && (is_linear(s) || is_escape(s)))
                break;
        }
    }
    /* A last run has nothing behind it; an atom of nothing stands there. */
    if (to.run > 0) {
        put_entry(&to, KIND_ATOM);
        buf_put_u8(out, 0);
        buf_put_u8(out, 0);
    }
    if (out->failed)
        return;
    out->data[to.kinds++] = KINDS;
    size_t at = move_down(out, to.kinds, start + most, to.runs);
    out->len = move_down(out, at, start + 2 * most, out->len);
}

/* Numbers that follow an entry of a kind. */
static unsigned extras(enum kind kind)
{
    return kind == KIND_MOVE ? 1 : kind == KIND_ATOM ? 2 : 0;
}

static bool skip(const uint8_t *kinds, const uint8_t *runs, size_t n,
                 struct cursor *rest)
{
    for (size_t i = 0; i < n; i++) {
        unsigned numbers = extras((enum kind)kinds[i]) + (runs[i] == MAP_RUN_ESCAPE);
        for (; numbers > 0; numbers--)
            (void)cursor_varint(rest);
    }
    return !rest->failed;
}

/* n entries, whose kinds are below KINDS; the rest is moved behind theirs. */
static bool decode(const uint8_t *kinds, const uint8_t *runs, size_t n,
                   struct cursor *rest, struct offsetmap *out)
{
    uint64_t in_pos = 0;
    for (size_t i = 0; i < n && !out->failed; i++) {
        enum kind kind = (enum kind)kinds[i];
        uint32_t run = runs[i], text = 0, source = 0;
        if (run == MAP_RUN_ESCAPE)
            run += (uint32_t)cursor_varint_max(rest, UINT32_MAX - MAP_RUN_ESCAPE);
        offsetmap_put(out, run, in_pos, run);
        in_pos += run;
        if (kind == KIND_MOVE) {
            in_pos += (uint64_t)cursor_zigzag(rest);
        } else if (kind == KIND_ATOM) {
            text = cursor_varint32(rest);
            source = cursor_varint32(rest);
        } else {
            text = atoms[kind].out;
            source = atoms[kind].in;
        }
        if (rest->failed)
            return false;
        if (text > 0)
            offsetmap_put(out, text, in_pos, source);
        in_pos += source;
    }
    return !out->failed;
}

bool map_decode(struct bytes data, struct offsetmap *out)
{
    struct map_columns_reader r;
    offsetmap_reset(out);
    return open_one(&r, data) && map_columns_next(&r, out) && map_columns_ended(&r);
}

/* --- columns ------------------------------------------------------------------------------- */

void map_columns_release(struct map_columns *m)
{
    buf_release(&m->kinds);
    buf_release(&m->runs);
    buf_release(&m->rest);
}

bool map_columns_put(struct map_columns *m, struct bytes map)
{
    struct map_columns_reader r;
    if (!open_one(&r, map))
        return false;
    buf_put(&m->kinds, r.kinds.p, cursor_left(&r.kinds));
    buf_put(&m->runs, r.runs.p, cursor_left(&r.runs));
    buf_put(&m->rest, r.rest.p, cursor_left(&r.rest));
    return true;
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

size_t map_columns_entries(const struct map_columns_reader *r)
{
    return entries_of(bytes_of(r->kinds.p, cursor_left(&r->kinds)));
}

bool map_columns_next(struct map_columns_reader *r, struct offsetmap *out)
{
    size_t n = map_columns_entries(r);
    if (out)
        offsetmap_reset(out);
    const uint8_t *kinds = cursor_take(&r->kinds, n == SIZE_MAX ? n : n + 1);
    const uint8_t *runs = cursor_take(&r->runs, n);
    if (!kinds || !runs)
        return false;
    return out ? decode(kinds, runs, n, &r->rest, out) : skip(kinds, runs, n, &r->rest);
}

bool map_columns_ended(const struct map_columns_reader *r)
{
    return cursor_left(&r->kinds) == 0 && cursor_left(&r->runs) == 0 &&
           cursor_left(&r->rest) == 0;
}
