#include "formats/manifest.h"

#include <assert.h>
#include <string.h>

#include "formats/coding.h"

/* Both files: magic 8, version u32, length of the file u32, fields, then the XXH3-128 of all before
 * (low, high). A name is MANIFEST_NAME_MAX bytes, zero behind its end. */
static const char manifest_magic[8] = {'S', 'T', 'M', 'M', 'A', 'N', 'I', '\n'};
static const char current_magic[8] = {'S', 'T', 'M', 'C', 'U', 'R', 'R', '\n'};

enum {
    VERSION = 1,
    HEAD_BYTES = 16,
    SUM_BYTES = 16
};

bool manifest_name_ok(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len >= MANIFEST_NAME_MAX || name[0] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '/')
            return false;
    }
    return true;
}

/* --- what both share -------------------------------------------------------------------- */

static void begin(struct buf *out, const char magic[8])
{
    buf_put(out, magic, 8);
    buf_put_u32(out, VERSION);
    buf_put_u32(out, 0); /* the length, set by end */
}

static int end(struct buf *out, size_t start, struct err *err)
{
    if (!out->failed) {
        size_t len = out->len - start;
        assert(len + SUM_BYTES <= MANIFEST_BYTES_MAX);
        store_u32(out->data + start + 12, (uint32_t)(len + SUM_BYTES));
        struct hash128 sum = hash128(out->data + start, len, HASH_SEED_CHECKSUM);
        buf_put_u64(out, sum.low);
        buf_put_u64(out, sum.high);
    }
    return buf_check(out, err);
}

/* The fields between head and sum, once both are found good. */
static int open_fields(struct bytes data, const char *path, const char magic[8],
                       struct cursor *out, struct err *err)
{
    if (data.len < HEAD_BYTES + SUM_BYTES)
        return err_set(err, ERR_CORRUPT, "'%s': has only %zu bytes", path, data.len);
    if (memcmp(data.data, magic, 8) != 0)
        return err_set(err, ERR_CORRUPT, "'%s': does not begin as it must", path);
    size_t len = data.len - SUM_BYTES;
    struct hash128 sum = hash128(data.data, len, HASH_SEED_CHECKSUM);
    uint32_t version = load_u32(data.data + 8);
    if (load_u64(data.data + len) != sum.low ||
        load_u64(data.data + len + 8) != sum.high)
        return err_set(err, ERR_CORRUPT, "'%s': its checksum is wrong", path);
    if (version != VERSION)
        return err_set(err, ERR_VERSION,
                       "'%s': is of version %u, this program reads %d", path, version,
                       VERSION);
    if (load_u32(data.data + 12) != data.len)
        return err_set(err, ERR_CORRUPT, "'%s': has %zu bytes, %u are due", path,
                       data.len, load_u32(data.data + 12));
    *out = cursor_of(data.data + HEAD_BYTES, len - HEAD_BYTES);
    return 0;
}

static void put_name(struct buf *out, const char *name)
{
    char field[MANIFEST_NAME_MAX] = {0};
    memcpy(field, name, strnlen(name, MANIFEST_NAME_MAX - 1));
    buf_put(out, field, sizeof field);
}

static void get_name(struct cursor *c, bool may_be_empty, char out[MANIFEST_NAME_MAX])
{
    const uint8_t *field = cursor_take(c, MANIFEST_NAME_MAX);
    if (!field)
        return;
    memcpy(out, field, MANIFEST_NAME_MAX);
    size_t len = strnlen(out, MANIFEST_NAME_MAX);
    for (size_t i = len; i < MANIFEST_NAME_MAX; i++)
        c->failed |= out[i] != '\0';
    if (len == MANIFEST_NAME_MAX) {
        c->failed = true;
        out[0] = '\0';
    } else if (!(len == 0 && may_be_empty)) {
        c->failed |= !manifest_name_ok(out);
    }
}

static void put_hash(struct buf *out, struct hash128 h)
{
    buf_put_u64(out, h.low);
    buf_put_u64(out, h.high);
}

static struct hash128 get_hash(struct cursor *c)
{
    struct hash128 h;
    h.low = cursor_u64(c);
    h.high = cursor_u64(c);
    return h;
}

/* --- the manifest ------------------------------------------------------------------------ */

static void put_file(struct buf *out, const struct manifest_file *f)
{
    put_name(out, f->name);
    buf_put_u64(out, f->len);
    put_hash(out, f->header_hash);
}

static void get_file(struct cursor *c, bool optional, struct manifest_file *out)
{
    get_name(c, optional, out->name);
    out->len = cursor_u64(c);
    out->header_hash = get_hash(c);
    /* No file has no name and no length; a file has both. */
    if (!c->failed && (out->name[0] == '\0') != (out->len == 0))
        c->failed = true;
}

void manifest_release(struct manifest *m)
{
    vec_release(&m->segments);
    memset(m, 0, sizeof *m);
}

int manifest_encode(const struct manifest *m, struct buf *out, struct err *err)
{
    size_t start = out->len;
    begin(out, manifest_magic);
    buf_put_u64(out, m->generation);
    buf_put_u32(out, m->analyser_version);
    buf_put_u32(out, m->seam);
    const uint64_t totals[] = {m->stories, m->wordings,       m->articles,  m->tokens,
                               m->homes,   m->article_tokens, m->text_bytes};
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
        buf_put_u64(out, totals[i]);
    assert(manifest_name_ok(m->stories_file.name));
    put_file(out, &m->stories_file);
    put_file(out, &m->inputs_file);
    buf_put_u64(out, m->segments.len);
    for (size_t i = 0; i < m->segments.len; i++) {
        assert(manifest_name_ok(m->segments.items[i].name));
        put_file(out, &m->segments.items[i]);
    }
    return end(out, start, err);
}

int manifest_decode(struct bytes data, const char *path, struct manifest *out,
                    struct err *err)
{
    struct cursor c = {0};
    struct manifest m = {0};
    int rc = open_fields(data, path, manifest_magic, &c, err);
    if (rc != 0)
        return rc;
    m.generation = cursor_u64(&c);
    m.analyser_version = cursor_u32(&c);
    m.seam = cursor_u32(&c);
    uint64_t *totals[] = {&m.stories, &m.wordings,       &m.articles,  &m.tokens,
                          &m.homes,   &m.article_tokens, &m.text_bytes};
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
        *totals[i] = cursor_u64(&c);
    get_file(&c, false, &m.stories_file);
    get_file(&c, true, &m.inputs_file);
    uint64_t n = cursor_u64(&c);
    size_t file_bytes = MANIFEST_NAME_MAX + 24;
    if (c.failed || m.generation == 0 || n != cursor_left(&c) / file_bytes ||
        cursor_left(&c) % file_bytes != 0)
        return err_set(err, ERR_CORRUPT, "'%s': its fields cannot be", path);
    if (!vec_reserve(&m.segments, n))
        return err_set(err, ERR_NOMEM, "out of memory");
    for (uint64_t i = 0; i < n; i++)
        get_file(&c, false, &m.segments.items[m.segments.len++]);
    if (c.failed) {
        manifest_release(&m);
        return err_set(err, ERR_CORRUPT, "'%s': names a file that cannot be", path);
    }
    *out = m;
    return 0;
}

/* --- CURRENT ------------------------------------------------------------------------------ */

int current_encode(const struct current *c, struct buf *out, struct err *err)
{
    size_t start = out->len;
    assert(manifest_name_ok(c->name));
    begin(out, current_magic);
    put_name(out, c->name);
    buf_put_u64(out, c->len);
    put_hash(out, c->hash);
    return end(out, start, err);
}

int current_decode(struct bytes data, const char *path, struct current *out,
                   struct err *err)
{
    struct cursor c = {0};
    struct current new = {0};
    int rc = open_fields(data, path, current_magic, &c, err);
    if (rc != 0)
        return rc;
    get_name(&c, false, new.name);
    new.len = cursor_u64(&c);
    new.hash = get_hash(&c);
    if (c.failed || cursor_left(&c) != 0)
        return err_set(err, ERR_CORRUPT, "'%s': its fields cannot be", path);
    *out = new;
    return 0;
}
