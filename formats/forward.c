/* Reading the token stream. */
#include "formats/forward.h"

#include <assert.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/forward_layout.h"

uint32_t forward_ids_scalar(const uint8_t *restrict classes,
                            const uint8_t *restrict data, size_t n,
                            uint32_t *restrict out, size_t *restrict nibbles)
{
    static const uint32_t masks[4] = {0xff, 0xfff, 0xffff, 0xfffffff};
    uint32_t max = 0;
    size_t pos = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned class = classes[i / 4] >> (2 * (i % 4)) & 3;
        uint32_t id = load_u32(data + pos / 2) >> (pos % 2 * 4) & masks[class];
        out[i] = id;
        max = id > max ? id : max;
        pos += forward_nibbles(class);
    }
    *nibbles = pos;
    return max;
}

static forward_kernel *kernel(void)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return forward_ids_avx2;
#endif
    return forward_ids_scalar;
}

static uint64_t n_chunks_of(uint64_t n_tokens)
{
    const uint64_t tokens = (uint64_t)FORWARD_BLOCK * FORWARD_CHUNK;
    return n_tokens / tokens + (n_tokens % tokens != 0);
}

/* Bytes that n tokens take at least, the directory left out: without this a few bytes could claim
 * tokens without end. */
static uint64_t least_len(uint64_t n_tokens)
{
    const uint64_t n = FORWARD_BLOCK;
    /* place, one run of tokens that stand elsewhere, numbers of runs and exceptions, mark */
    const uint64_t block = 2 + 2 + 3;
    return (n_tokens / n) * block + (n_tokens % n != 0 ? 2 + 1 : 0);
}

void forward_coding_init(struct forward_coding *c, enum forward_store wanted,
                         uint32_t n_surfaces)
{
    *c = (struct forward_coding){.store = FORWARD_FAST};
    if (wanted == FORWARD_SMALL && forward_small_widths(&c->widths, n_surfaces))
        c->store = FORWARD_SMALL;
}

int forward_open(struct forward *f, const struct section *s, uint32_t n_surfaces,
                 uint32_t n_seps, struct err *err)
{
    struct forward new = {.section = *s,
                          .n_tokens = s->count,
                          .n_surfaces = n_surfaces,
                          .n_seps = n_seps};
    forward_coding_init(&new.coding, (enum forward_store)s->version, n_surfaces);
    if (new.coding.store != (enum forward_store)s->version)
        return section_corrupt(s, 0, err, "token stream: its coding");
    if (s->count > UINT64_C(1) << ADDRESSES_MAX_LOG ||
        s->len / 8 < n_chunks_of(s->count) ||
        s->len - 8 * n_chunks_of(s->count) < least_len(s->count))
        return section_corrupt(s, 0, err, "token stream: its length");
    new.chunk_ends = s->len - 8 * n_chunks_of(s->count);
    *f = new;
    return 0;
}

/* Bytes of the ids' classes. */
static size_t classes_len(const struct forward *f, size_t n)
{
    bool small = f->coding.store == FORWARD_SMALL;
    return small ? coding_bits_len(n, FORWARD_CLASS_BITS) : (n + 3) / 4;
}

/* Bytes of the ids' nibbles, from their classes. */
static size_t nibbles_len(const uint8_t *classes, size_t n)
{
    const uint64_t lows = UINT64_C(0x5555555555555555);
    uint8_t padded[FORWARD_BLOCK / 4] = {0};
    size_t total = 2 * n;
    memcpy(padded, classes, (n + 3) / 4);
    if (n % 4 != 0)
        padded[n / 4] &= (uint8_t)((1U << (2 * (n % 4))) - 1);
    for (size_t i = 0; i < sizeof padded; i += 8) {
        uint64_t low = load_u64(padded + i) & lows,
                 high = load_u64(padded + i) >> 1 & lows;
        total += (size_t)__builtin_popcountll(low) +
                 2 * (size_t)__builtin_popcountll(high) +
                 2 * (size_t)__builtin_popcountll(low & high);
    }
    return (total + 1) / 2;
}

/* Bytes of n ids, from their classes. */
static size_t data_len(const struct forward *f, const uint8_t *classes, size_t n)
{
    if (f->coding.store == FORWARD_SMALL)
        return (forward_small_ids_len(&f->coding.widths, classes, n) + 7) / 8;
    return nibbles_len(classes, n);
}

/* Decodes n ids (1..128), *len: of how many bytes; returns the largest. */
static uint32_t decode_ids(const struct forward *f, const uint8_t *classes,
                           const uint8_t *data, size_t n, uint32_t *out, size_t *len)
{
    uint32_t most;
    if (f->coding.store == FORWARD_SMALL) {
        most = forward_small_ids()(&f->coding.widths, classes, data, n, out, len);
        *len = (*len + 7) / 8;
    } else {
        most = kernel()(classes, data, n, out, len);
        *len = (*len + 1) / 2;
    }
    return most;
}

/* One block's parts, inside its bytes. */
struct block_parts {
    const uint8_t *classes, *data, *seps, *end; /* end: of the separators */
    const uint8_t *gaps;                        /* pairs of start and length */
    size_t n, n_own;                            /* tokens; those that stand here */
    size_t n_gaps, n_exceptions;
    uint64_t number;
};

static int corrupt(const struct forward *f, uint64_t block, struct err *err,
                   const char *what)
{
    (void)section_corrupt(&f->section, 0, err, "token stream: block %llu: %s",
                          (unsigned long long)block, what);
    return ERR_CORRUPT; /* said here, so that an analyser sees it */
}

/* What stands at the end of a block; the runs of tokens that stand elsewhere ascend and do not
 * touch. */
static bool read_end(struct block_parts *b)
{
    b->n_own = b->n;
    b->n_gaps = 0;
    if (b->end == b->classes)
        return false;
    b->n_exceptions = *--b->end;
    if (b->n_exceptions != FORWARD_HAS_GAPS)
        return b->n_exceptions <= b->n;
    if (b->end - b->classes < 2)
        return false;
    b->n_exceptions = *--b->end;
    b->n_gaps = *--b->end;
    if (b->n_gaps == 0 || (size_t)(b->end - b->classes) < 2 * b->n_gaps)
        return false;
    b->gaps = b->end -= 2 * b->n_gaps;
    size_t at = 0;
    for (size_t i = 0; i < b->n_gaps; i++) {
        size_t start = b->gaps[2 * i], len = b->gaps[2 * i + 1];
        if (len == 0 || (i > 0 && start <= at) || start + len > b->n)
            return false;
        at = start + len;
        b->n_own -= len;
    }
    return b->n_exceptions <= b->n_own;
}

static uint64_t n_blocks_of(const struct forward *f)
{
    return f->n_tokens / FORWARD_BLOCK + (f->n_tokens % FORWARD_BLOCK != 0);
}

/* A chunk's bytes: the ends of its blocks, then the blocks. */
struct chunk {
    uint64_t start, len; /* in the section */
    uint64_t table;      /* bytes of the ends */
};

static int find_chunk(const struct forward *f, uint64_t chunk, struct chunk *out,
                      struct err *err)
{
    const uint8_t *at;
    uint64_t n = n_blocks_of(f) - chunk * FORWARD_CHUNK, start = 0;
    int rc = section_get(&f->section, f->chunk_ends + 8 * (chunk ? chunk - 1 : 0),
                         chunk ? 16 : 8, &at, err);
    if (rc != 0)
        return rc;
    if (chunk > 0) {
        start = load_u64(at);
        at += 8;
    }
    uint64_t end = load_u64(at), table = 2 * (n < FORWARD_CHUNK ? n : FORWARD_CHUNK);
    if (start > end || end > f->chunk_ends || table > end - start)
        return corrupt(f, chunk * FORWARD_CHUNK, err, "place of its chunk");
    *out = (struct chunk){start, end - start, table};
    return 0;
}

/* Finds the parts of block b, whose bytes are [classes, end); data_len is not asked yet. */
static int find_parts(const struct forward *f, uint64_t b, struct block_parts *out,
                      struct err *err)
{
    out->number = b;
    out->n = b + 1 < n_blocks_of(f) ? FORWARD_BLOCK
                                    : (size_t)(f->n_tokens - b * FORWARD_BLOCK);
    if (!read_end(out))
        return corrupt(f, b, err, "its end");
    size_t len = classes_len(f, out->n_own);
    if ((size_t)(out->end - out->classes) < len)
        return corrupt(f, b, err, "its length");
    out->data = out->classes + len;
    return 0;
}

/* Finds block b through the ends of its chunk. */
static int find_block(const struct forward *f, uint64_t b, struct block_parts *out,
                      struct err *err)
{
    const uint8_t *at;
    struct chunk c = {0};
    uint64_t i = b % FORWARD_CHUNK;
    int rc = find_chunk(f, b / FORWARD_CHUNK, &c, err);
    if (rc == 0)
        rc = section_get(&f->section, c.start, c.table, &at, err);
    if (rc != 0)
        return rc;
    uint64_t from = i ? load_u16(at + 2 * (i - 1)) : 0, to = load_u16(at + 2 * i);
    if (from > to || to > c.len - c.table)
        return corrupt(f, b, err, "its place");
    rc = section_get(&f->section, c.start + c.table + from, to - from, &out->classes,
                     err);
    if (rc != 0)
        return rc;
    assert(out->classes);
    out->end = out->classes + (to - from);
    rc = find_parts(f, b, out, err);
    if (rc != 0)
        return rc;
    size_t len = data_len(f, out->classes, out->n_own);
    if (len > (size_t)(out->end - out->data))
        return corrupt(f, b, err, "its length");
    out->seps = out->data + len;
    return 0;
}

/* Position of exception k; they ascend. */
static size_t next_position(const uint8_t *positions, bool bitmap, size_t k,
                            size_t last, size_t n)
{
    if (!bitmap)
        return coding_bits_get(positions, k, FORWARD_POSITION_BITS);
    size_t at = k ? last + 1 : 0;
    while (at < n && !(positions[at / 8] >> (at % 8) & 1))
        at++;
    return at;
}

/* Separators of the tokens that stand in the block; false if the bytes are no such list. */
static bool read_seps(const struct forward *f, const struct block_parts *b, sep_id *out)
{
    struct cursor c = cursor_of(b->seps, (size_t)(b->end - b->seps));
    size_t exceptions = b->n_exceptions, n = b->n_own;
    if (f->coding.store == FORWARD_SMALL)
        return forward_small_get_seps(b->seps, b->end, n, exceptions, f->n_seps, out);
    memset(out, 0, n * sizeof *out);
    if (exceptions == 0)
        return true;
    bool bitmap = exceptions * FORWARD_POSITION_BITS >= n;
    const uint8_t *positions =
        cursor_take(&c, coding_bits_len(bitmap ? n : exceptions,
                                        bitmap ? 1 : FORWARD_POSITION_BITS));
    const uint8_t *nibbles = cursor_take(&c, (exceptions + 1) / 2);
    if (c.failed)
        return false;
    size_t at = 0;
    for (size_t k = 0; k < exceptions; k++) {
        size_t next = next_position(positions, bitmap, k, at, n);
        if (next >= n || (k > 0 && next <= at))
            return false;
        at = next;
        uint32_t code = nibbles[k / 2] >> (k % 2 * 4) & 15;
        if (code == FORWARD_SEP_ESCAPE)
            code += (uint32_t)cursor_varint_max(&c, UINT32_MAX - 16);
        if (code + 1 >= f->n_seps)
            return false;
        out[at] = code + 1;
    }
    return !c.failed;
}

/* The values of the tokens that stand in a block, each to its token; the others get `fill`. */
static void spread(const struct block_parts *b, uint32_t *values, uint32_t fill)
{
    size_t own = b->n_own, end = b->n;
    for (size_t i = b->n_gaps; i > 0; i--) {
        size_t start = b->gaps[2 * i - 2], len = b->gaps[2 * i - 1];
        size_t after = end - (start + len);
        memmove(values + start + len, values + own - after, after * sizeof *values);
        own -= after;
        for (size_t k = start; k < start + len; k++)
            values[k] = fill;
        end = start;
    }
}

/* As read_block, of one with tokens that stand elsewhere. */
static int read_gaps(const struct forward *f, const struct block_parts *parts,
                     size_t from, size_t to, surface_id *surfaces, sep_id *seps,
                     struct err *err)
{
    uint32_t values[FORWARD_BLOCK] = {0};
    size_t len;
    if (surfaces) {
        if (parts->n_own > 0 && decode_ids(f, parts->classes, parts->data, parts->n_own,
                                           values, &len) >= f->n_surfaces)
            return corrupt(f, parts->number, err, "a surface beyond the last");
        spread(parts, values, (surface_id)FORWARD_ELSEWHERE);
        memcpy(surfaces, values + from, (to - from) * sizeof *surfaces);
    }
    if (seps) {
        if (!read_seps(f, parts, values) || f->n_seps == 0)
            return corrupt(f, parts->number, err, "its separators");
        spread(parts, values, 0);
        memcpy(seps, values + from, (to - from) * sizeof *seps);
    }
    return 0;
}

/* Tokens [from, to) of block b. */
static int read_block(const struct forward *f, uint64_t b, size_t from, size_t to,
                      surface_id *surfaces, sep_id *seps, struct err *err)
{
    struct block_parts parts = {0};
    uint32_t values[FORWARD_BLOCK];
    size_t len;
    int rc = find_block(f, b, &parts, err);
    if (rc != 0)
        return rc;
    if (parts.n_gaps > 0)
        return read_gaps(f, &parts, from, to, surfaces, seps, err);
    if (surfaces) {
        bool direct = from == 0 && to == FORWARD_BLOCK;
        uint32_t *out = direct ? surfaces : values;
        if (decode_ids(f, parts.classes, parts.data, to, out, &len) >= f->n_surfaces)
            return corrupt(f, b, err, "a surface beyond the last");
        if (!direct)
            memcpy(surfaces, values + from, (to - from) * sizeof *surfaces);
    }
    if (seps) {
        if (!read_seps(f, &parts, values) || f->n_seps == 0)
            return corrupt(f, b, err, "its separators");
        memcpy(seps, values + from, (to - from) * sizeof *seps);
    }
    return 0;
}

int forward_read(const struct forward *f, address from, size_t n, surface_id *surfaces,
                 sep_id *seps, struct err *err)
{
    if (from > f->n_tokens || n > f->n_tokens - from)
        return section_corrupt(&f->section, 0, err, "token stream: no token %llu",
                               (unsigned long long)from + n);
    for (uint64_t at = from, end = at + n; at < end;) {
        size_t first = at % FORWARD_BLOCK, last = FORWARD_BLOCK;
        if (last - first > end - at)
            last = first + (size_t)(end - at);
        int rc = read_block(f, at / FORWARD_BLOCK, first, last, surfaces, seps, err);
        if (rc != 0)
            return rc;
        surfaces = surfaces ? surfaces + (last - first) : NULL;
        seps = seps ? seps + (last - first) : NULL;
        at += last - first;
    }
    return 0;
}

/* --- block by block ------------------------------------------------------------------------- */

void forward_reader_begin(struct forward_reader *r, const struct forward *f)
{
    *r = (struct forward_reader){.forward = f};
}

/* The whole chunk is found good at once. */
static int turn_to_chunk(struct forward_reader *r, uint64_t chunk, struct err *err)
{
    struct chunk c = {0};
    r->chunk = 0;
    int rc = find_chunk(r->forward, chunk, &c, err);
    if (rc == 0)
        rc = section_get(&r->forward->section, c.start, c.len, &r->bytes, err);
    if (rc != 0)
        return rc;
    r->chunk = chunk + 1;
    r->table = c.table;
    r->len = c.len - c.table;
    return 0;
}

/* Where a chunk lies, as far as it is not beyond all chunks: false else. */
static inline bool chunk_place(const struct forward *f, uint64_t chunk, uint64_t *from,
                               uint64_t *to)
{
    const uint8_t *ends = f->section.data + f->chunk_ends;
    *from = chunk ? load_u64(ends + 8 * (chunk - 1)) : 0;
    *to = load_u64(ends + 8 * chunk);
    return *from <= *to && *to <= f->chunk_ends && *to - *from >= 2 * FORWARD_CHUNK;
}

void forward_reader_expect_chunk(const struct forward_reader *r, uint64_t block)
{
    const struct forward *f = r->forward;
    uint64_t from, to;
    if (block < n_blocks_of(f) && chunk_place(f, block / FORWARD_CHUNK, &from, &to))
        __builtin_prefetch(f->section.data + from + 2 * (block % FORWARD_CHUNK));
}

void forward_reader_expect(const struct forward_reader *r, uint64_t block)
{
    const struct forward *f = r->forward;
    uint64_t from, to, i = block % FORWARD_CHUNK;
    if (block >= n_blocks_of(f) || !chunk_place(f, block / FORWARD_CHUNK, &from, &to))
        return;
    const uint8_t *table = f->section.data + from;
    uint64_t lo = i ? load_u16(table + 2 * (i - 1)) : 0, hi = load_u16(table + 2 * i);
    if (hi > to - from - 2 * FORWARD_CHUNK)
        return;
    for (uint64_t at = lo; at < hi; at += 64)
        __builtin_prefetch(table + 2 * FORWARD_CHUNK + at);
    __builtin_prefetch(table + 2 * FORWARD_CHUNK + hi - (hi > lo));
}

int forward_reader_block(struct forward_reader *r, uint64_t block,
                         surface_id out[FORWARD_BLOCK], bool *elsewhere,
                         struct err *err)
{
    const struct forward *f = r->forward;
    struct block_parts parts = {0};
    uint64_t i = block % FORWARD_CHUNK;
    size_t len = 0;
    if (block >= n_blocks_of(f))
        return section_corrupt(&f->section, 0, err, "token stream: no block %llu",
                               (unsigned long long)block);
    if (r->chunk != block / FORWARD_CHUNK + 1) {
        int rc = turn_to_chunk(r, block / FORWARD_CHUNK, err);
        if (rc != 0)
            return rc;
    }
    uint64_t from = i ? load_u16(r->bytes + 2 * (i - 1)) : 0;
    uint64_t to = load_u16(r->bytes + 2 * i);
    if (from > to || to > r->len)
        return corrupt(f, block, err, "its place");
    parts.classes = r->bytes + r->table + from;
    parts.end = r->bytes + r->table + to;
    int rc = find_parts(f, block, &parts, err);
    if (rc != 0)
        return rc;
    *elsewhere = parts.n_gaps > 0;
    /* Near the section's end what the classes say could lead out of it. */
    const uint8_t *end = f->section.data + f->section.len;
    if (parts.n_gaps > 0 || end - parts.data < FORWARD_DATA_MAX)
        return read_block(f, block, 0, parts.n, out, NULL, err);
    if (decode_ids(f, parts.classes, parts.data, parts.n, out, &len) >= f->n_surfaces)
        return corrupt(f, block, err, "a surface beyond the last");
    if (len > (size_t)(parts.end - parts.data))
        return corrupt(f, block, err, "its length");
    return 0;
}

int forward_verify(const struct forward *f, struct err *err)
{
    surface_id surfaces[FORWARD_BLOCK];
    sep_id seps[FORWARD_BLOCK];
    int rc = 0;
    for (uint64_t at = 0; at < f->n_tokens && rc == 0; at += FORWARD_BLOCK) {
        uint64_t left = f->n_tokens - at;
        size_t n = left < FORWARD_BLOCK ? (size_t)left : FORWARD_BLOCK;
        rc = forward_read(f, (address)at, n, surfaces, seps, err);
    }
    return rc;
}
