/* Writing a container: sections gather in temporary files, or in memory, and are laid out in the order of
 * their ids at the end. The header is written last. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"
#include "base/file.h"
#include "base/vec.h"
#include "formats/container_layout.h"
#include "formats/types.h"

enum {
    WRITER_SECTIONS = 16 /* ids of CONTAINER_SECTIONS, with room */
};

struct section_writer {
    const struct container_writer *of;
    uint32_t id;
    uint16_t version;
    uint8_t shift;
    bool in_place, finished;
    bool placed;      /* in place, and offset is known */
    bool last;        /* in place behind those that are not */
    bool laid_out;    /* offset is known, and it is in the file */
    unsigned turn;    /* in place: the how-manieth */
    struct buf first; /* owned; in place and not placed: all bytes so far */
    bool has_temp;    /* from its first byte on, unless in place */
    struct file_writer temp;
    struct file_writer *file; /* where bytes go */
    uint64_t len, count;
    uint64_t offset; /* in the container's file, once laid out */
    struct hash_stream *hash;
    size_t in_block; /* bytes of the block that `hash` has seen */
    VEC(uint64_t) checksums;
    struct err err; /* first failure */
};

struct container_writer {
    struct file_writer file;
    enum container_kind kind;
    int dirfd;
    char *dirname, *name;
    size_t n_sections;
    unsigned n_in_place;
    const struct section_writer *last_in_place;
    struct budget *budget; /* for sections in memory; NULL: none */
    struct section_writer sections[WRITER_SECTIONS];
    struct err err;
};

static uint8_t shift_of(enum section_id id)
{
    static const struct {
        enum section_id id;
        uint8_t shift;
    } shifts[] = {
#define SHIFT_ROW(name, value, text, shift) {name, shift},
        CONTAINER_SECTIONS(SHIFT_ROW)
#undef SHIFT_ROW
    };
    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++)
        if (shifts[i].id == id)
            return shifts[i].shift;
    return 12;
}

static char *copy_string(const char *s)
{
    size_t len = strlen(s) + 1;
    char *copy = malloc(len);
    if (copy)
        memcpy(copy, s, len);
    return copy;
}

int container_create(struct container_writer **out, enum container_kind kind, int dirfd,
                     const char *dirname, const char *name, struct err *err)
{
    static const uint8_t zeros[HEADER_LEN];
    int rc = 0;
    struct container_writer *c = calloc(1, sizeof *c);
    if (!c)
        return err_set(err, ERR_NOMEM, "'%s/%s': out of memory", dirname, name);
    c->kind = kind;
    c->dirfd = dirfd;
    c->dirname = copy_string(dirname);
    c->name = copy_string(name);
    if (!c->dirname || !c->name) {
        rc = err_set(err, ERR_NOMEM, "'%s/%s': out of memory", dirname, name);
        goto fail;
    }
    rc = file_writer_create(&c->file, dirfd, name, err);
    if (rc != 0)
        goto fail;
    file_writer_put(&c->file, zeros, sizeof zeros);
    *out = c;
    return 0;
fail:
    free(c->dirname);
    free(c->name);
    free(c);
    return rc;
}

static void out_of_memory(struct section_writer *s)
{
    err_set(&s->err, ERR_NOMEM, "section %s: out of memory",
            container_section_name(s->id));
}

struct section_writer *container_open_section(struct container_writer *c,
                                              enum section_id id, uint16_t version,
                                              bool in_place)
{
    assert(c->n_sections < WRITER_SECTIONS);
    struct section_writer *s = &c->sections[c->n_sections++];
    *s = (struct section_writer){
        .of = c, .id = id, .version = version, .shift = shift_of(id)};
    s->hash = hash_stream_new();
    if (!s->hash)
        out_of_memory(s);
    s->file = &s->temp;
    if (in_place)
        container_put_in_place(c, s);
    return s;
}

void container_put_in_place(struct container_writer *c, struct section_writer *s)
{
    assert(!s->in_place && !s->finished && s->len == 0);
    assert(!c->last_in_place || c->last_in_place->finished);
    c->last_in_place = s;
    s->in_place = true;
    s->turn = c->n_in_place++;
    s->file = &c->file;
}

void container_hold(struct container_writer *c, struct budget *budget)
{
    c->budget = budget;
}

static void make_temp(struct section_writer *s)
{
    const struct container_writer *c = s->of;
    (void)file_writer_held(&s->temp, c->dirfd, c->dirname, c->budget, &s->err);
    s->has_temp = s->err.code == 0;
}

static void push_checksum(struct section_writer *s)
{
    if (!vec_push(&s->checksums, hash_stream_get(s->hash)))
        out_of_memory(s);
    hash_stream_reset(s->hash);
    s->in_block = 0;
}

static void pad_to(struct file_writer *w, uint64_t offset)
{
    static const uint8_t zeros[4096];
    assert(offset - file_writer_tell(w) <= sizeof zeros);
    file_writer_put(w, zeros, (size_t)(offset - file_writer_tell(w)));
}

/* Begins a section in place, which is to have len bytes or, if that is a page, at least as many. */
static void place(struct section_writer *s, uint64_t len)
{
    s->offset = container_place(file_writer_tell(s->file), len);
    pad_to(s->file, s->offset);
    file_writer_put(s->file, s->first.data, s->first.len);
    buf_release(&s->first);
    s->placed = true;
}

/* Where a section begins depends on its length only as long as that is less than a page: so much is held. */
static void put_bytes(struct section_writer *s, const void *data, size_t len)
{
    if (s->in_place && !s->placed) {
        if (s->first.len + len < CONTAINER_PAGE) {
            buf_put(&s->first, data, len);
            if (s->first.failed)
                out_of_memory(s);
            return;
        }
        place(s, CONTAINER_PAGE);
    }
    if (!s->in_place && !s->has_temp)
        make_temp(s);
    if (s->err.code == 0)
        file_writer_put(s->file, data, len);
}

void section_put(struct section_writer *s, const void *data, size_t len)
{
    assert(!s->finished);
    if (s->err.code != 0 || len == 0)
        return;
    put_bytes(s, data, len);
    s->len += len;
    const uint8_t *from = data;
    size_t block = (size_t)1 << s->shift;
    while (len > 0 && s->err.code == 0) {
        size_t n = block - s->in_block;
        if (n > len)
            n = len;
        hash_stream_put(s->hash, from, n);
        s->in_block += n;
        from += n;
        len -= n;
        if (s->in_block == block)
            push_checksum(s);
    }
}

uint64_t section_tell(const struct section_writer *s)
{
    return s->len;
}

void section_align(struct section_writer *s, size_t align)
{
    static const uint8_t zeros[4096];
    assert(align != 0 && (align & (align - 1)) == 0);
    size_t n = (size_t)(-s->len & (align - 1));
    while (n > 0 && s->err.code == 0) {
        size_t part = n < sizeof zeros ? n : sizeof zeros;
        section_put(s, zeros, part);
        n -= part;
    }
}

void section_finish(struct section_writer *s, uint64_t count)
{
    assert(!s->finished);
    if (s->err.code == 0 && s->in_block > 0)
        push_checksum(s);
    if (s->err.code == 0 && s->in_place && !s->placed)
        place(s, s->len);
    s->finished = true;
    s->count = count;
}

void section_fail(struct section_writer *s, const struct err *why)
{
    if (s->err.code == 0)
        s->err = *why;
}

int section_writer_check(const struct section_writer *s, struct err *err)
{
    const struct err *first = s->err.code ? &s->err : &s->file->err;
    return first->code ? err_set(err, first->code, "%s", first->msg) : 0;
}

int container_check(const struct container_writer *c, struct err *err)
{
    const struct err *first = c->err.code ? &c->err : &c->file.err;
    if (first->code != 0)
        return err_set(err, first->code, "%s", first->msg);
    for (size_t i = 0; i < c->n_sections; i++) {
        int rc = section_writer_check(&c->sections[i], err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static void release_section(struct section_writer *s)
{
    hash_stream_free(s->hash);
    s->hash = NULL;
    vec_release(&s->checksums);
    buf_release(&s->first);
    file_writer_close(&s->temp);
}

static void release(struct container_writer *c)
{
    for (size_t i = 0; i < c->n_sections; i++)
        release_section(&c->sections[i]);
    file_writer_close(&c->file);
    free(c->dirname);
    free(c->name);
    free(c);
}

void container_abort(struct container_writer *c)
{
    if (!c)
        return;
    file_writer_close(&c->file);
    struct err ignored = {0};
    (void)file_remove(c->dirfd, c->name, &ignored);
    release(c);
}

/* Appends a temporary section to the file. */
static void lay_out_section(struct container_writer *c, struct section_writer *s)
{
    pad_to(&c->file, container_place(file_writer_tell(&c->file), s->len));
    s->offset = file_writer_tell(&c->file);
    if (s->has_temp)
        file_writer_copy(&c->file, &s->temp, s->len);
}

static bool is_first(const struct section_writer *s)
{
    return s->in_place && !s->last;
}

/* Whether a section lies before another in the file: those in place first, then by ids. */
static bool lies_before(const struct section_writer *a, const struct section_writer *b)
{
    if (is_first(a) != is_first(b))
        return is_first(a);
    return is_first(a) ? a->turn < b->turn : a->id < b->id;
}

/* The sections in the order of the file. */
static size_t file_order(struct container_writer *c, struct section_writer **order)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_sections; i++) {
        struct section_writer *s = &c->sections[i];
        size_t at = n++;
        while (at > 0 && lies_before(s, order[at - 1])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = s;
    }
    return n;
}

/* Tells the file what it will have but for what lies between sections and behind them. */
static void expect_rest(struct container_writer *c)
{
    uint64_t len = file_writer_tell(&c->file);
    for (size_t i = 0; i < c->n_sections; i++)
        len += c->sections[i].in_place ? 0 : c->sections[i].len;
    file_writer_expect(&c->file, len);
}

void container_put_last(struct container_writer *c, struct section_writer *last)
{
    struct section_writer *order[WRITER_SECTIONS] = {NULL};
    size_t n = file_order(c, order);
    assert(order[n - 1] == last && !last->in_place);
    expect_rest(c);
    for (size_t i = 0; i + 1 < n; i++) {
        struct section_writer *s = order[i];
        assert(s->finished);
        if (s->in_place || s->err.code != 0 || s->temp.err.code != 0)
            continue; /* a failure stays where it is, to be told */
        lay_out_section(c, s);
        if (s->has_temp)
            file_writer_close(&s->temp);
        s->laid_out = true;
    }
    container_put_in_place(c, last);
    last->last = true;
}

static void encode_entry(struct buf *table, const struct section_writer *s,
                         uint64_t checksums, uint64_t parts)
{
    buf_put_u32(table, s->id);
    buf_put_u16(table, s->version);
    buf_put_u8(table, s->shift);
    buf_put_u8(table, 0);
    buf_put_u64(table, s->offset);
    buf_put_u64(table, s->len);
    buf_put_u64(table, s->count);
    buf_put_u64(table, checksums);
    buf_put_u64(table, parts);
    buf_put_u64(table, 0);
    buf_put_u64(table, 0);
}

/* Writes the checksum arrays and makes the table: entries, then the hashes of the arrays' parts. */
static void write_checksums(struct container_writer *c, struct section_writer **order,
                            size_t n, struct buf *table)
{
    struct buf parts = {0};
    pad_to(&c->file, (file_writer_tell(&c->file) + 7) & ~UINT64_C(7));
    for (size_t i = 0; i < n; i++) {
        struct section_writer *s = order[i];
        size_t len = s->checksums.len * 8;
        const uint8_t *array = (const uint8_t *)s->checksums.items;
        encode_entry(table, s, file_writer_tell(&c->file), n * ENTRY_LEN + parts.len);
        file_writer_put(&c->file, array, len);
        for (size_t at = 0; at < len; at += CONTAINER_PART) {
            size_t part = len - at < CONTAINER_PART ? len - at : CONTAINER_PART;
            buf_put_u64(&parts, hash64(array + at, part, HASH_SEED_CHECKSUM));
        }
    }
    buf_put_bytes(table, buf_bytes(&parts));
    if (parts.failed || table->failed)
        err_set(&c->err, ERR_NOMEM, "'%s': out of memory", c->name);
    buf_release(&parts);
}

static void encode_header(const struct container_writer *c, uint32_t analyser_version,
                          const uint64_t *counts, struct bytes table, uint8_t *header)
{
    memset(header, 0, HEADER_LEN);
    memcpy(header, CONTAINER_MAGIC, HEADER_MAGIC_LEN);
    header[HEADER_KIND] = (uint8_t)c->kind;
    store_u16(header + HEADER_VERSION, CONTAINER_VERSION);
    store_u32(header + HEADER_ENDIAN, CONTAINER_ENDIAN);
    store_u32(header + HEADER_ANALYSER, analyser_version);
    store_u32(header + HEADER_SEAM, SEAM);
    store_u64(header + HEADER_FILE_LEN, file_writer_tell(&c->file));
    store_u64(header + HEADER_TABLE, file_writer_tell(&c->file) - table.len);
    store_u64(header + HEADER_TABLE_LEN, table.len);
    store_u64(header + HEADER_TABLE_HASH,
              hash64(table.data, table.len, HASH_SEED_CHECKSUM));
    for (size_t i = 0; i < CONTAINER_COUNTS; i++)
        store_u64(header + HEADER_COUNTS + 8 * i, counts[i]);
    store_u32(header + HEADER_N_SECTIONS, (uint32_t)c->n_sections);
    struct hash128 hash = hash128(header, HEADER_HASH, HASH_SEED_CHECKSUM);
    store_u64(header + HEADER_HASH, hash.low);
    store_u64(header + HEADER_HASH + 8, hash.high);
}

/* Lays out what is not in the file yet. Its memory is given back when the file is synced. */
static void lay_out_rest(struct container_writer *c, struct section_writer **order,
                         size_t n)
{
    if (!c->last_in_place || !c->last_in_place->last)
        expect_rest(c);
    for (size_t i = 0; i < n && c->err.code == 0 && c->file.err.code == 0; i++) {
        struct section_writer *s = order[i];
        assert(s->finished);
        if (s->in_place || s->laid_out)
            continue;
        lay_out_section(c, s);
        if (s->has_temp)
            file_writer_close_file(&s->temp);
    }
}

int container_finish(struct container_writer *c, uint32_t analyser_version,
                     const uint64_t counts[CONTAINER_COUNTS],
                     struct hash128 *header_hash, uint64_t *file_len, struct err *err)
{
    struct section_writer *order[WRITER_SECTIONS] = {NULL};
    struct buf table = {0};
    uint8_t header[HEADER_LEN];
    int rc = container_check(c, err);
    if (rc != 0)
        goto out;
    size_t n = file_order(c, order);
    lay_out_rest(c, order, n);
    if (c->err.code == 0)
        write_checksums(c, order, n, &table);
    rc = container_check(c, err);
    if (rc != 0)
        goto out;
    file_writer_put(&c->file, table.data, table.len);
    encode_header(c, analyser_version, counts, buf_bytes(&table), header);
    file_writer_patch(&c->file, 0, header, sizeof header);
    rc = file_writer_sync(&c->file, err);
    if (rc != 0)
        goto out;
    *header_hash = (struct hash128){load_u64(header + HEADER_HASH),
                                    load_u64(header + HEADER_HASH + 8)};
    *file_len = file_writer_tell(&c->file);
out:
    buf_release(&table);
    if (rc != 0)
        container_abort(c);
    else
        release(c);
    return rc;
}
