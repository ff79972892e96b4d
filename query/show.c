#include "query/show.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

/* --- by ID ---------------------------------------------------------------------------- */

/* IDs are sorted, so those that are the prefix itself stand before those that only begin with it. */
static int find_in_segment(const struct snapshot *s, uint32_t segment,
                           struct provenance_cache *cache, struct bytes id,
                           struct show_found *out, struct err *err)
{
    const struct provenance *p = &s->segments[segment].provenance;
    uint32_t first = 0, n = 0;
    int rc = provenance_find_id(p, cache, id, &first, &n, err);
    uint64_t n_exact = 0;
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        struct provenance_row row = {0};
        struct show_place place = {.segment = segment};
        rc = provenance_by_id(p, first + i, &place.article, err);
        if (rc == 0)
            rc = provenance_get(p, cache, place.article, &row, err);
        if (rc < 0)
            return rc;
        bool exact = bytes_equal(row.id, id);
        if (exact && !out->exact)
            *out = (struct show_found){.exact = true}; /* what only begins so is out */
        if (!exact && (out->exact || out->n_places == SHOW_CANDIDATES))
            break;
        n_exact += exact;
        if (out->n_places < SHOW_CANDIDATES)
            out->places[out->n_places++] = place;
    }
    if (rc == 0)
        out->n += out->exact ? n_exact : n;
    return rc;
}

int show_find(const struct snapshot *s, struct bytes id, struct show_found *out,
              struct err *err)
{
    struct provenance_cache *cache = provenance_cache_new();
    int rc = cache ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    *out = (struct show_found){0};
    for (uint32_t i = 0; rc == 0 && i < s->n_segments; i++)
        rc = find_in_segment(s, i, cache, id, out, err);
    provenance_cache_free(cache);
    return rc;
}

/* --- the record's bytes ------------------------------------------------------------------ */

static bool ends_with(struct bytes path, const char *end)
{
    size_t n = strlen(end);
    return path.len > n && memcmp(path.data + path.len - n, end, n) == 0;
}

/* NULL, or the program that decompresses it. */
static const char *decompressor(struct bytes path)
{
    if (ends_with(path, ".gz"))
        return "gzip -dc";
    if (ends_with(path, ".zst"))
        return "zstd -dc --long=31";
    return NULL;
}

static int read_record(const struct provenance_row *p, const char *path,
                       struct buf *out, struct err *err)
{
    uint64_t size = 0;
    int fd = file_open_read(AT_FDCWD, path, &size, err);
    if (fd < 0)
        return err_wrap(err, "the record's input");
    int rc = 0;
    uint8_t *data = NULL;
    if (p->offset > size || p->len > size - p->offset)
        rc = err_set(err, ERR_CORRUPT,
                     "'%s' has changed since it was indexed: it is too short", path);
    else if (!(data = buf_extend(out, (size_t)p->len)))
        rc = err_set(err, ERR_NOMEM, "no memory for a record of %" PRIu64 " bytes",
                     p->len);
    else
        rc = file_pread(fd, data, (size_t)p->len, p->offset, path, err);
    (void)close(fd);
    if (rc < 0)
        return rc;
    struct hash128 now = hash_digest(data, (size_t)p->len);
    if (now.low != p->digest.low || now.high != p->digest.high)
        return err_set(
            err, ERR_CORRUPT,
            "'%s' has changed since it was indexed: the record's digest differs", path);
    return 0;
}

int show_source(const struct provenance_row *p, struct buf *out, struct err *err)
{
    int path_len = p->input.len < 4096 ? (int)p->input.len : 4096;
    const char *path_bytes = (const char *)p->input.data;
    const char *program = decompressor(p->input);
    if (bytes_equal(p->input, bytes_str("-")))
        return err_set(err, ERR_INPUT,
                       "the record came from standard input, which is gone");
    if (program)
        return err_set(err, ERR_INPUT,
                       "the input is compressed; run: %s '%.*s' | tail -c +%" PRIu64
                       " | head -c %" PRIu64,
                       program, path_len, path_bytes, p->offset + 1, p->len);
    struct buf path = {0};
    size_t start = out->len;
    buf_put_bytes(&path, p->input);
    buf_put_u8(&path, 0);
    int rc = buf_check(&path, err);
    if (rc == 0)
        rc = read_record(p, (const char *)path.data, out, err);
    if (rc < 0 && !out->failed)
        out->len = start;
    buf_release(&path);
    return rc;
}
