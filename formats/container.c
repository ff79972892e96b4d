/* Reading a container. Everything that says where bytes are is checked when the file is opened;
 * the bytes themselves when they are first touched. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "base/file.h"
#include "formats/container_layout.h"
#include "formats/types.h"

struct container {
    struct file_map map;
    uint64_t counts[CONTAINER_COUNTS];
    uint32_t analyser_version;
    size_t n_sections;
    struct section *sections;  /* owned */
    _Atomic uint64_t *checked; /* owned; the bitmaps of all sections */
    uint64_t table_offset, table_len;
};

const char *container_section_name(uint32_t id)
{
    switch (id) {
#define NAME_CASE(name, value, text, shift) \
    case name: return text;
        CONTAINER_SECTIONS(NAME_CASE)
#undef NAME_CASE
    default: return "?";
    }
}

static int damaged(const struct container *c, uint64_t offset, struct err *err,
                   const char *what)
{
    return err_set(err, ERR_CORRUPT, "'%s' at %" PRIu64 ": damaged: %s", c->map.path,
                   offset, what);
}

/* --- opening --------------------------------------------------------------------------- */

static int check_version(const struct container *c, const uint8_t *h,
                         enum container_kind kind, struct err *err)
{
    if (load_u16(h + HEADER_VERSION) != CONTAINER_VERSION)
        return err_set(err, ERR_VERSION, "'%s': file version %u, this program reads %d",
                       c->map.path, load_u16(h + HEADER_VERSION), CONTAINER_VERSION);
    if (load_u32(h + HEADER_ENDIAN) != CONTAINER_ENDIAN)
        return damaged(c, HEADER_ENDIAN, err, "byte order mark");
    if (load_u64(h + HEADER_INCOMPATIBLE) != 0)
        return err_set(err, ERR_VERSION,
                       "'%s': needs features %" PRIx64 " unknown here", c->map.path,
                       load_u64(h + HEADER_INCOMPATIBLE));
    if (load_u32(h + HEADER_SEAM) != SEAM)
        return err_set(err, ERR_VERSION,
                       "'%s': seam of %" PRIu32 ", this program reads %d", c->map.path,
                       load_u32(h + HEADER_SEAM), SEAM);
    if (h[HEADER_KIND] != kind)
        return damaged(c, HEADER_KIND, err, "another kind of file");
    return 0;
}

/* h is the header, if the file is long enough to have one. */
static int read_header(struct container *c, const uint8_t *h, enum container_kind kind,
                       const struct hash128 *expected_hash, uint64_t expected_len,
                       struct err *err)
{
    if (c->map.len < HEADER_LEN)
        return damaged(c, c->map.len, err, "cut short in the header");
    if (memcmp(h, CONTAINER_MAGIC, HEADER_MAGIC_LEN) != 0)
        return damaged(c, 0, err, "not a Stemma file");
    struct hash128 hash = hash128(h, HEADER_HASH, HASH_SEED_CHECKSUM);
    if (hash.low != load_u64(h + HEADER_HASH) ||
        hash.high != load_u64(h + HEADER_HASH + 8))
        return damaged(c, 0, err, "header checksum");
    if (expected_hash &&
        (expected_hash->low != hash.low || expected_hash->high != hash.high))
        return damaged(c, 0, err, "not the file that the manifest names");
    int rc = check_version(c, h, kind, err);
    if (rc != 0)
        return rc;
    if (load_u64(h + HEADER_FILE_LEN) != c->map.len ||
        (expected_hash && expected_len != c->map.len))
        return damaged(c, c->map.len, err, "file length");
    c->table_offset = load_u64(h + HEADER_TABLE);
    c->table_len = load_u64(h + HEADER_TABLE_LEN);
    c->n_sections = load_u32(h + HEADER_N_SECTIONS);
    if (c->table_offset < HEADER_LEN || c->table_offset > c->map.len ||
        c->table_len != c->map.len - c->table_offset || c->n_sections > SECTIONS_MAX ||
        c->table_len / ENTRY_LEN < c->n_sections)
        return damaged(c, HEADER_TABLE, err, "place of the section table");
    if (hash64(c->map.data + c->table_offset, c->table_len, HASH_SEED_CHECKSUM) !=
        load_u64(h + HEADER_TABLE_HASH))
        return damaged(c, c->table_offset, err, "checksum of the section table");
    c->analyser_version = load_u32(h + HEADER_ANALYSER);
    for (size_t i = 0; i < CONTAINER_COUNTS; i++)
        c->counts[i] = load_u64(h + HEADER_COUNTS + 8 * i);
    return 0;
}

/* What must follow from the entries before. */
struct layout {
    uint64_t sections, checksums, parts; /* next offsets of each */
};

/* Reads entry i; the section's data and shift are then sound. */
static bool read_entry(struct container *c, size_t i, struct layout *next)
{
    const uint8_t *e = c->map.data + c->table_offset + i * ENTRY_LEN;
    uint64_t offset = load_u64(e + ENTRY_OFFSET), len = load_u64(e + ENTRY_BYTES);
    unsigned shift = e[ENTRY_SHIFT];
    if (shift < SHIFT_MIN || shift > SHIFT_MAX || e[ENTRY_SHIFT + 1] != 0 ||
        load_u64(e + ENTRY_ZERO) != 0 || load_u64(e + ENTRY_ZERO + 8) != 0)
        return false;
    uint64_t place = i == 0 ? HEADER_LEN : container_place(next->sections, len);
    if (offset != place || offset > c->table_offset || len > c->table_offset - offset)
        return false;
    struct section *s = &c->sections[i];
    *s = (struct section){.data = c->map.data + offset,
                          .len = len,
                          .count = load_u64(e + ENTRY_COUNT),
                          .id = load_u32(e + ENTRY_ID),
                          .version = load_u16(e + ENTRY_SECTION_VER),
                          .block_shift = (uint8_t)shift,
                          .container = c};
    for (size_t k = 0; k < i; k++)
        if (c->sections[k].id == s->id)
            return false;
    next->sections = offset + len;
    return true;
}

/* Places the checksum arrays, which follow the last section. */
static bool read_checksums(struct container *c, size_t i, struct layout *next)
{
    const uint8_t *e = c->map.data + c->table_offset + i * ENTRY_LEN;
    struct section *s = &c->sections[i];
    uint64_t len = container_n_blocks(s->len, s->block_shift) * 8;
    uint64_t parts_len = container_n_parts(len / 8) * 8;
    if (load_u64(e + ENTRY_CHECKSUMS) != next->checksums ||
        load_u64(e + ENTRY_PARTS) != next->parts || next->checksums > c->table_offset ||
        len > c->table_offset - next->checksums ||
        parts_len > c->table_len - next->parts)
        return false;
    s->checksums = c->map.data + next->checksums;
    s->parts = c->map.data + c->table_offset + next->parts;
    next->checksums += len;
    next->parts += parts_len;
    return true;
}

static uint64_t bitmap_words(uint64_t bits)
{
    return (bits + 63) / 64;
}

static int make_bitmaps(struct container *c, struct err *err)
{
    uint64_t words = 1;
    for (size_t i = 0; i < c->n_sections; i++) {
        uint64_t blocks =
            container_n_blocks(c->sections[i].len, c->sections[i].block_shift);
        words += bitmap_words(blocks) + bitmap_words(container_n_parts(blocks));
    }
    c->checked = calloc(words, sizeof *c->checked);
    if (!c->checked)
        return err_set(err, ERR_NOMEM, "'%s': out of memory", c->map.path);
    _Atomic uint64_t *at = c->checked;
    for (size_t i = 0; i < c->n_sections; i++) {
        struct section *s = &c->sections[i];
        uint64_t blocks = container_n_blocks(s->len, s->block_shift);
        s->checked = at;
        s->checked_parts = at + bitmap_words(blocks);
        at = s->checked_parts + bitmap_words(container_n_parts(blocks));
    }
    return 0;
}

static int read_table(struct container *c, struct err *err)
{
    struct layout next = {.sections = HEADER_LEN, .parts = c->n_sections * ENTRY_LEN};
    c->sections = calloc(c->n_sections + 1, sizeof *c->sections);
    if (!c->sections)
        return err_set(err, ERR_NOMEM, "'%s': out of memory", c->map.path);
    for (size_t i = 0; i < c->n_sections; i++)
        if (!read_entry(c, i, &next))
            return damaged(c, c->table_offset + i * ENTRY_LEN, err, "section table");
    next.checksums = (next.sections + 7) & ~UINT64_C(7);
    for (size_t i = 0; i < c->n_sections; i++)
        if (!read_checksums(c, i, &next))
            return damaged(c, c->table_offset + i * ENTRY_LEN, err, "section table");
    if (next.checksums != c->table_offset || next.parts != c->table_len)
        return damaged(c, c->table_offset, err, "length of the section table");
    return make_bitmaps(c, err);
}

/* Maps the file and reads its header. The header is not looked at in the map: of it nothing else is needed there.
 * Eight parameters, as container_open has. NOLINTNEXTLINE(readability-function-size) */
static int open_map(struct container *c, int dirfd, const char *dirname,
                    const char *name, enum container_kind kind,
                    const struct hash128 *expected_hash, uint64_t expected_len,
                    struct err *err)
{
    uint8_t *head = malloc(HEADER_LEN);
    if (!head)
        return err_set(err, ERR_NOMEM, "'%s/%s': out of memory", dirname, name);
    int rc = file_map_open_head(&c->map, dirfd, dirname, name, head, HEADER_LEN, err);
    if (rc == 0)
        rc = read_header(c, head, kind, expected_hash, expected_len, err);
    free(head);
    return rc;
}

/* Eight parameters, as the header promises. NOLINTNEXTLINE(readability-function-size) */
int container_open(struct container **out, int dirfd, const char *dirname,
                   const char *name, enum container_kind kind,
                   const struct hash128 *expected_hash, uint64_t expected_len,
                   struct err *err)
{
    struct container *c = calloc(1, sizeof *c);
    if (!c)
        return err_set(err, ERR_NOMEM, "'%s/%s': out of memory", dirname, name);
    int rc = open_map(c, dirfd, dirname, name, kind, expected_hash, expected_len, err);
    if (rc == 0)
        rc = read_table(c, err);
    if (rc != 0)
        container_close(c);
    else
        *out = c;
    return rc;
}

void container_close(struct container *c)
{
    if (!c)
        return;
    file_map_close(&c->map);
    free(c->sections);
    free(c->checked);
    free(c);
}

const char *container_path(const struct container *c)
{
    return c->map.path;
}

const uint64_t *container_counts(const struct container *c)
{
    return c->counts;
}

uint32_t container_analyser_version(const struct container *c)
{
    return c->analyser_version;
}

size_t container_n_sections(const struct container *c)
{
    return c->n_sections;
}

int container_nth_section(struct container *c, size_t i, struct section *out,
                          struct err *err)
{
    if (i >= c->n_sections)
        return err_set(err, ERR_NOT_FOUND, "'%s': no section %zu", c->map.path, i);
    *out = c->sections[i];
    return 0;
}

int container_section(struct container *c, enum section_id id, struct section *out,
                      struct err *err)
{
    for (size_t i = 0; i < c->n_sections; i++) {
        if (c->sections[i].id == (uint32_t)id) {
            *out = c->sections[i];
            return 0;
        }
    }
    return err_set(err, ERR_CORRUPT, "'%s': no section %s", c->map.path,
                   container_section_name(id));
}

/* --- reading ---------------------------------------------------------------------------- */

struct section section_memory(const void *data, uint64_t len, uint32_t id,
                              uint64_t count)
{
    return (struct section){.data = data,
                            .len = len,
                            .id = id,
                            .count = count,
                            .version = 1,
                            .block_shift = 12};
}

int section_corrupt(const struct section *s, uint64_t offset, struct err *err,
                    const char *fmt, ...)
{
    char words[400];
    va_list args;
    va_start(args, fmt);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized)
    vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    const struct container *c = s->container;
    uint64_t base = c ? (uint64_t)(s->data - c->map.data) : 0;
    return err_set(err, ERR_CORRUPT, "'%s' %s at %" PRIu64 ": damaged: %s",
                   c ? c->map.path : "memory", container_section_name(s->id),
                   base + offset, words);
}

static bool bit_of(const _Atomic uint64_t *bitmap, uint64_t i)
{
    return atomic_load_explicit(&bitmap[i / 64], memory_order_relaxed) >> (i % 64) & 1;
}

/* Relaxed is enough: the bytes are read-only, and a lost race only checks a block twice. */
static void set_bit(_Atomic uint64_t *bitmap, uint64_t i)
{
    atomic_fetch_or_explicit(&bitmap[i / 64], UINT64_C(1) << (i % 64),
                             memory_order_relaxed);
}

/* The block's checksum must itself be sound: its part of the array is hashed once. */
static int check_part(const struct section *s, uint64_t part, struct err *err)
{
    uint64_t len =
        container_n_blocks(s->len, s->block_shift) * 8 - part * CONTAINER_PART;
    if (len > CONTAINER_PART)
        len = CONTAINER_PART;
    const uint8_t *at = s->checksums + part * CONTAINER_PART;
    if (hash64(at, (size_t)len, HASH_SEED_CHECKSUM) != load_u64(s->parts + 8 * part))
        return damaged(s->container, (uint64_t)(at - s->container->map.data), err,
                       "checksum of block checksums");
    set_bit(s->checked_parts, part);
    return 0;
}

static int check_block(const struct section *s, uint64_t block, struct err *err)
{
    uint64_t part = block / (CONTAINER_PART / 8);
    if (!bit_of(s->checked_parts, part)) {
        int rc = check_part(s, part, err);
        if (rc != 0)
            return rc;
    }
    uint64_t at = block << s->block_shift;
    uint64_t len = s->len - at;
    if (len > UINT64_C(1) << s->block_shift)
        len = UINT64_C(1) << s->block_shift;
    if (hash64(s->data + at, (size_t)len, HASH_SEED_CHECKSUM) !=
        load_u64(s->checksums + 8 * block))
        return section_corrupt(s, at, err, "block checksum");
    set_bit(s->checked, block);
    return 0;
}

int section_check(const struct section *s, uint64_t offset, uint64_t len,
                  struct err *err)
{
    if (offset > s->len || len > s->len - offset)
        return section_corrupt(s, offset < s->len ? offset : s->len, err,
                               "%" PRIu64 " bytes wanted beyond the section", len);
    if (len == 0 || !s->checksums)
        return 0;
    uint64_t last = (offset + len - 1) >> s->block_shift;
    for (uint64_t block = offset >> s->block_shift; block <= last; block++) {
        if (!bit_of(s->checked, block)) {
            int rc = check_block(s, block, err);
            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

int section_check_more(const struct section *s, struct sound *near, uint64_t offset,
                       uint64_t len, struct err *err)
{
    int rc = section_check(s, offset, len, err);
    if (rc == 0 && len > 0) { /* whole blocks of checksums were checked */
        uint64_t mask = (UINT64_C(1) << s->block_shift) - 1;
        uint64_t to = (offset + len + mask) & ~mask;
        near->from = offset & ~mask;
        near->to = to < s->len ? to : s->len;
    }
    return rc;
}

void section_willneed(const struct section *s, uint64_t offset, uint64_t len)
{
    if (!s->container || offset >= s->len || len == 0)
        return;
    if (len > s->len - offset)
        len = s->len - offset;
    file_map_willneed(&s->container->map,
                      (uint64_t)(s->data - s->container->map.data) + offset, len);
}

/* --- verify ------------------------------------------------------------------------------ */

static int check_zero(const struct container *c, uint64_t from, uint64_t to,
                      struct err *err)
{
    for (uint64_t at = from; at < to; at++)
        if (c->map.data[at] != 0)
            return damaged(c, at, err, "padding is not zero");
    return 0;
}

static int check_header_zeros(const struct container *c, struct err *err)
{
    const uint8_t *h = c->map.data;
    if (load_u64(h + HEADER_COMPATIBLE) == 0 && load_u64(h + HEADER_READ_ONLY) == 0)
        return check_zero(c, HEADER_ZERO, HEADER_HASH, err);
    return 0; /* a newer writer may use the rest of the header */
}

int container_verify(struct container *c, struct err *err)
{
    uint64_t at = HEADER_LEN;
    int rc = check_header_zeros(c, err);
    for (size_t i = 0; i < c->n_sections && rc == 0; i++) {
        struct section *s = &c->sections[i];
        uint64_t offset = (uint64_t)(s->data - c->map.data);
        rc = check_zero(c, at, offset, err);
        if (rc == 0 && s->len > 0)
            rc = section_check(s, 0, s->len, err);
        at = offset + s->len;
    }
    if (rc == 0)
        rc = check_zero(c, at, (at + 7) & ~UINT64_C(7), err);
    return rc;
}
