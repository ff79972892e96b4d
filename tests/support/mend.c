#include "tests/support/mend.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/endian.h"
#include "base/hash.h"
#include "formats/container_layout.h"
#include "formats/manifest.h"

enum {
    /* of a manifest or CURRENT: magic 8, version 4, length 4, fields, sum 16 */
    HEAD_LEN = 16,
    SUM_LEN = 16,
    MANIFEST_FILES = HEAD_LEN + 8 + 4 + 4 + 7 * 8, /* stories, inputs, n, segments */
    FILE_LEN = MANIFEST_NAME_MAX + 24,
    FILES_MAX = 4096
};

/* --- files ------------------------------------------------------------------------------- */

static bool read_file(const char *path, struct buf *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0;
    size_t len = ok ? (size_t)st.st_size : 0;
    uint8_t *to = buf_extend(out, len);
    ok = ok && (len == 0 || (to && read(fd, to, len) == (ssize_t)len));
    (void)close(fd);
    return ok;
}

static bool join(char *out, size_t cap, const char *path, const char *name)
{
    int n = snprintf(out, cap, "%s/%s", path, name);
    return n > 0 && (size_t)n < cap;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct mend_file *)a)->name,
                  ((const struct mend_file *)b)->name);
}

bool mend_load(struct mend_index *index, const char *path)
{
    char full[1024];
    DIR *dir = opendir(path);
    const struct dirent *entry;
    *index = (struct mend_index){0};
    if (!dir)
        return false;
    bool ok = true;
    while (ok && (entry = readdir(dir)) != NULL) {
        struct mend_file file = {0};
        if (entry->d_name[0] == '.')
            continue;
        size_t len = strlen(entry->d_name);
        ok = len < sizeof file.name && join(full, sizeof full, path, entry->d_name);
        if (ok)
            memcpy(file.name, entry->d_name, len + 1);
        ok = ok && read_file(full, &file.data) && vec_push(&index->files, file);
        if (!ok)
            buf_release(&file.data);
    }
    (void)closedir(dir);
    if (ok && index->files.len > 0)
        qsort(index->files.items, index->files.len, sizeof *index->files.items,
              by_name);
    if (!ok)
        mend_release(index);
    return ok;
}

void mend_release(struct mend_index *index)
{
    vec_foreach(struct mend_file, f, &index->files)
        buf_release(&f->data);
    vec_release(&index->files);
}

bool mend_save_file(const struct mend_file *file, const char *path)
{
    char full[1024];
    if (!join(full, sizeof full, path, file->name))
        return false;
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return false;
    bool ok = file->data.len == 0 ||
              write(fd, file->data.data, file->data.len) == (ssize_t)file->data.len;
    (void)close(fd);
    return ok;
}

bool mend_save(const struct mend_index *index, const char *path)
{
    for (size_t i = 0; i < index->files.len; i++)
        if (!mend_save_file(&index->files.items[i], path))
            return false;
    return true;
}

struct mend_file *mend_find(struct mend_index *index, const char *name)
{
    vec_foreach(struct mend_file, f, &index->files)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

bool mend_is_container(const struct mend_file *file)
{
    size_t len = strlen(file->name);
    return len > 4 && strcmp(file->name + len - 4, ".stm") == 0;
}

/* --- containers --------------------------------------------------------------------------- */

static bool inside(const struct mend_file *file, uint64_t offset, uint64_t len)
{
    return offset <= file->data.len && len <= file->data.len - offset;
}

size_t mend_sections(const struct mend_file *file, struct mend_section *out, size_t cap)
{
    const uint8_t *h = file->data.data;
    size_t found = 0;
    if (file->data.len < HEADER_LEN)
        return 0;
    uint64_t table = load_u64(h + HEADER_TABLE), n = load_u32(h + HEADER_N_SECTIONS);
    for (uint64_t i = 0; i < n && i < SECTIONS_MAX && found < cap; i++) {
        if (table > file->data.len ||
            !inside(file, table, (i + 1) * (uint64_t)ENTRY_LEN))
            break;
        const uint8_t *e = h + table + i * ENTRY_LEN;
        struct mend_section s = {.id = load_u32(e + ENTRY_ID),
                                 .offset = load_u64(e + ENTRY_OFFSET),
                                 .len = load_u64(e + ENTRY_BYTES),
                                 .checksums = load_u64(e + ENTRY_CHECKSUMS),
                                 .parts = table + load_u64(e + ENTRY_PARTS),
                                 .shift = e[ENTRY_SHIFT]};
        if (s.shift < SHIFT_MIN || s.shift > SHIFT_MAX ||
            !inside(file, s.offset, s.len) || s.parts < table)
            continue;
        uint64_t blocks = container_n_blocks(s.len, s.shift);
        if (inside(file, s.checksums, blocks * 8) &&
            inside(file, s.parts, container_n_parts(blocks) * 8))
            out[found++] = s;
    }
    return found;
}

static void mend_section(struct mend_file *file, const struct mend_section *s)
{
    uint8_t *data = file->data.data;
    uint64_t blocks = container_n_blocks(s->len, s->shift);
    for (uint64_t b = 0; b < blocks; b++) {
        uint64_t at = b << s->shift, len = s->len - at;
        if (len > UINT64_C(1) << s->shift)
            len = UINT64_C(1) << s->shift;
        store_u64(data + s->checksums + 8 * b,
                  hash64(data + s->offset + at, (size_t)len, HASH_SEED_CHECKSUM));
    }
    for (uint64_t p = 0; p < container_n_parts(blocks); p++) {
        uint64_t at = p * CONTAINER_PART, len = blocks * 8 - at;
        if (len > CONTAINER_PART)
            len = CONTAINER_PART;
        store_u64(data + s->parts + 8 * p,
                  hash64(data + s->checksums + at, (size_t)len, HASH_SEED_CHECKSUM));
    }
}

void mend_container(struct mend_file *file)
{
    struct mend_section sections[SECTIONS_MAX];
    uint8_t *h = file->data.data;
    size_t n = mend_sections(file, sections, SECTIONS_MAX);
    if (file->data.len < HEADER_LEN)
        return;
    for (size_t i = 0; i < n; i++)
        mend_section(file, &sections[i]);
    uint64_t table = load_u64(h + HEADER_TABLE), len = load_u64(h + HEADER_TABLE_LEN);
    if (inside(file, table, len))
        store_u64(h + HEADER_TABLE_HASH,
                  hash64(h + table, (size_t)len, HASH_SEED_CHECKSUM));
    struct hash128 hash = hash128(h, HEADER_HASH, HASH_SEED_CHECKSUM);
    store_u64(h + HEADER_HASH, hash.low);
    store_u64(h + HEADER_HASH + 8, hash.high);
}

/* --- manifests ---------------------------------------------------------------------------- */

static void mend_sum(struct mend_file *file)
{
    uint8_t *data = file->data.data;
    if (file->data.len < HEAD_LEN + SUM_LEN)
        return;
    size_t len = file->data.len - SUM_LEN;
    store_u32(data + 12, (uint32_t)file->data.len);
    struct hash128 sum = hash128(data, len, HASH_SEED_CHECKSUM);
    store_u64(data + len, sum.low);
    store_u64(data + len + 8, sum.high);
}

/* An entry {name, length, header hash} of a manifest. */
static void mend_entry(struct mend_index *index, uint8_t *entry)
{
    char name[MANIFEST_NAME_MAX];
    memcpy(name, entry, sizeof name);
    name[sizeof name - 1] = '\0';
    const struct mend_file *f = mend_find(index, name);
    if (!f || f->data.len < HEADER_LEN)
        return;
    store_u64(entry + MANIFEST_NAME_MAX, f->data.len);
    memcpy(entry + MANIFEST_NAME_MAX + 8, f->data.data + HEADER_HASH, 16);
}

static void mend_manifest(struct mend_index *index, struct mend_file *file)
{
    uint8_t *data = file->data.data;
    size_t end = file->data.len - (file->data.len < SUM_LEN ? 0 : SUM_LEN);
    size_t at = MANIFEST_FILES;
    for (size_t i = 0; at + FILE_LEN <= end && i < FILES_MAX; i++) {
        mend_entry(index, data + at);
        at += (size_t)FILE_LEN +
              (i == 1 ? 8 : 0); /* the number of segments stands between */
    }
    mend_sum(file);
}

static void mend_current(struct mend_index *index, struct mend_file *file)
{
    char name[MANIFEST_NAME_MAX];
    uint8_t *data = file->data.data;
    if (file->data.len < HEAD_LEN + FILE_LEN + SUM_LEN)
        return;
    memcpy(name, data + HEAD_LEN, sizeof name);
    name[sizeof name - 1] = '\0';
    const struct mend_file *m = mend_find(index, name);
    if (m) {
        struct hash128 hash = hash_digest(m->data.data, m->data.len);
        store_u64(data + HEAD_LEN + MANIFEST_NAME_MAX, m->data.len);
        store_u64(data + HEAD_LEN + MANIFEST_NAME_MAX + 8, hash.low);
        store_u64(data + HEAD_LEN + MANIFEST_NAME_MAX + 16, hash.high);
    }
    mend_sum(file);
}

void mend_all(struct mend_index *index)
{
    vec_foreach(struct mend_file, f, &index->files)
        if (mend_is_container(f))
            mend_container(f);
    vec_foreach(struct mend_file, g, &index->files)
        if (strncmp(g->name, "MANIFEST-", 9) == 0)
            mend_manifest(index, g);
    struct mend_file *current = mend_find(index, "CURRENT");
    if (current)
        mend_current(index, current);
}
