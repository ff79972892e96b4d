#include "indexer/spool.h"

#include <stdlib.h>
#include <string.h>

#include "formats/coding.h"

enum {
    AHEAD_MIN = 512,
    AHEAD_MAX = 64 * 1024,
    TOKEN_BYTES = 2 * CODING_VARINT_MAX, /* of one token at most */
    TOKENS_AT_ONCE = 512
};

int spool_open(struct spool *s, int dirfd, const char *dirname, struct err *err)
{
    *s = (struct spool){0};
    int rc = file_writer_temp(&s->tokens, dirfd, dirname, err);
    s->tokens_open = rc == 0;
    if (rc == 0)
        rc = file_writer_temp(&s->metadata, dirfd, dirname, err);
    s->metadata_open = rc == 0 && s->tokens_open;
    if (rc == 0)
        rc = file_writer_temp(&s->prints, dirfd, dirname, err);
    s->prints_open = rc == 0 && s->metadata_open;
    if (rc != 0)
        spool_close(s);
    return rc;
}

int spool_flush(struct spool *s, struct err *err)
{
    int rc = file_writer_flush(&s->tokens, err);
    if (rc == 0)
        rc = file_writer_flush(&s->metadata, err);
    return rc == 0 ? file_writer_flush(&s->prints, err) : rc;
}

void spool_close(struct spool *s)
{
    if (s->tokens_open)
        file_writer_close(&s->tokens);
    if (s->metadata_open)
        file_writer_close(&s->metadata);
    if (s->prints_open)
        file_writer_close(&s->prints);
    *s = (struct spool){0};
}

uint64_t spool_bytes(const struct spool *s)
{
    return file_writer_tell(&s->tokens) + file_writer_tell(&s->metadata) +
           file_writer_tell(&s->prints);
}

/* --- the window --------------------------------------------------------------------------- */

static void read_file(struct spool_reader *r, const struct file_writer *file)
{
    r->file = file;
    r->len = r->pos = 0;
    r->at = 0;
    r->ahead = AHEAD_MIN;
}

void spool_read_tokens_of(struct spool_reader *r, const struct spool *s)
{
    read_file(r, &s->tokens);
}

void spool_read_metadata_of(struct spool_reader *r, const struct spool *s)
{
    read_file(r, &s->metadata);
}

void spool_read_prints_of(struct spool_reader *r, const struct spool *s)
{
    read_file(r, &s->prints);
}

void spool_reader_release(struct spool_reader *r)
{
    free(r->data);
    *r = (struct spool_reader){0};
}

static void seek(struct spool_reader *r, uint64_t offset, size_t ahead)
{
    r->ahead = ahead < AHEAD_MIN ? AHEAD_MIN : ahead > AHEAD_MAX ? AHEAD_MAX : ahead;
    if (offset >= r->at && offset - r->at <= r->len) {
        r->pos = (size_t)(offset - r->at);
        return;
    }
    r->at = offset;
    r->len = r->pos = 0;
}

/* Makes the next `need` bytes lie in the window, or all that the file has left. */
static int ensure(struct spool_reader *r, size_t need, struct err *err)
{
    if (r->len - r->pos >= need)
        return 0;
    uint64_t size = file_writer_tell(r->file);
    size_t kept = r->len - r->pos;
    size_t want = need > r->ahead ? need : r->ahead;
    uint64_t from = r->at + r->len;
    if (want - kept > size - from)
        want = kept + (size_t)(size - from);
    if (want == kept)
        return 0;
    if (want > r->cap) {
        uint8_t *data = realloc(r->data, want);
        if (!data)
            return err_set(err, ERR_NOMEM, "spool: out of memory");
        r->data = data;
        r->cap = want;
    }
    if (kept > 0)
        memmove(r->data, r->data + r->pos, kept);
    r->at += r->pos;
    r->pos = 0;
    r->len = kept;
    int rc =
        file_pread(r->file->fd, r->data + kept, want - kept, from, r->file->path, err);
    if (rc == 0)
        r->len = want;
    return rc;
}

static int damaged(struct err *err)
{
    return err_set(err, ERR_CORRUPT, "spool: tokens that were not written so");
}

/* --- tokens ------------------------------------------------------------------------------- */

void spool_seek(struct spool_reader *r, const struct article *a)
{
    /* Three bytes a token is what news takes, with the tail and the joins. */
    uint64_t guess = (uint64_t)a->length * 3 + 64;
    seek(r, a->tokens, guess < AHEAD_MAX ? (size_t)guess : AHEAD_MAX);
}

/* A varint below 2^35 at *p, where five bytes may be read; *p moves behind it. */
static inline uint64_t varint(const uint8_t **p)
{
    const uint8_t *at = *p;
    uint64_t v = *at & 0x7f;
    for (unsigned shift = 7; *at++ >= 0x80 && shift < 35; shift += 7)
        v |= (uint64_t)(*at & 0x7f) << shift;
    *p = at;
    return v;
}

/* Tokens while a whole one is sure to lie in the window; returns how many. */
static size_t fast_tokens(struct spool_reader *r, size_t n, uint32_t *surfaces,
                          uint32_t *seps)
{
    if (r->len < TOKEN_BYTES)
        return 0;
    const uint8_t *p = r->data + r->pos, *end = r->data + r->len - TOKEN_BYTES;
    size_t i = 0;
    for (; i < n && p <= end; i++) {
        uint64_t code = varint(&p);
        surfaces[i] = (uint32_t)(code >> 1);
        seps[i] = code & 1 ? (uint32_t)varint(&p) : 0;
    }
    r->pos = (size_t)(p - r->data);
    return i;
}

int spool_tokens(struct spool_reader *r, size_t n, uint32_t *surfaces, uint32_t *seps,
                 struct err *err)
{
    for (size_t i = 0; i < n;) {
        i += fast_tokens(r, n - i, surfaces + i, seps + i);
        if (i == n)
            break;
        int rc = ensure(r, (size_t)TOKEN_BYTES * TOKENS_AT_ONCE, err);
        if (rc != 0)
            return rc;
        if (r->len - r->pos >= TOKEN_BYTES)
            continue;
        /* The end of the file: byte by byte. */
        struct cursor c = cursor_of(r->data + r->pos, r->len - r->pos);
        for (; i < n; i++) {
            uint64_t code = cursor_varint_max(&c, UINT32_MAX * UINT64_C(2) + 1);
            surfaces[i] = (uint32_t)(code >> 1);
            seps[i] = code & 1 ? cursor_varint32(&c) : 0;
        }
        if (c.failed)
            return damaged(err);
        r->pos = (size_t)(c.p - r->data);
    }
    return 0;
}

int spool_tail(struct spool_reader *r, uint32_t *tail, struct spool_joins *joins,
               struct err *err)
{
    int rc = ensure(r, (size_t)TOKEN_BYTES, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(r->data + r->pos, r->len - r->pos);
    *tail = cursor_varint32(&c);
    uint64_t n = joins ? cursor_varint(&c) : 0;
    r->pos = (size_t)(c.p - r->data);
    uint32_t token = 0;
    if (joins)
        vec_reset(&joins->v);
    for (uint64_t i = 0; i < n && !c.failed; i++) {
        rc = ensure(r, (size_t)TOKEN_BYTES, err);
        if (rc != 0)
            return rc;
        c = cursor_of(r->data + r->pos, r->len - r->pos);
        token += cursor_varint32(&c);
        struct spool_join join = {token, cursor_varint32(&c)};
        if (!vec_push(&joins->v, join))
            return err_set(err, ERR_NOMEM, "spool: out of memory");
        r->pos = (size_t)(c.p - r->data);
    }
    return c.failed ? damaged(err) : 0;
}

/* --- metadata ----------------------------------------------------------------------------- */

int spool_metadata(struct spool_reader *r, const struct article *a, struct metadata *m,
                   struct err *err)
{
    seek(r, a->metadata, AHEAD_MIN);
    int rc = ensure(r, 4, err);
    if (rc != 0)
        return rc;
    if (r->len - r->pos < 4)
        return damaged(err);
    size_t len = (size_t)load_u32(r->data + r->pos) + 4;
    rc = ensure(r, len, err);
    if (rc != 0)
        return rc;
    if (r->len - r->pos < len)
        return damaged(err);
    rc = metadata_decode(bytes_of(r->data + r->pos, len), m, err);
    r->pos += len;
    return rc;
}

/* --- fingerprints ------------------------------------------------------------------------- */

void spool_encode_prints(const struct fingerprint *prints, size_t n, struct buf *out)
{
    buf_put_varint(out, n);
    uint8_t *to = buf_extend(out, n * SPOOL_PRINT_BYTES);
    uint32_t at = 0;
    for (size_t i = 0; to && i < n; i++, to += SPOOL_PRINT_BYTES) {
        uint64_t hash = prints[i].hash;
        store_u32(to, (uint32_t)hash);
        store_u16(to + 4, (uint16_t)(hash >> 32));
        to[6] = (uint8_t)(prints[i].at - at);
        at = prints[i].at;
    }
}

int spool_prints(struct spool_reader *r, const struct article *a,
                 struct spool_prints *out, struct err *err)
{
    /* About one print for four tokens and a half. */
    seek(r, a->prints, (size_t)a->length * 2 + 64);
    vec_reset(&out->v);
    int rc = ensure(r, CODING_VARINT_MAX, err);
    if (rc != 0)
        return rc;
    struct cursor c = cursor_of(r->data + r->pos, r->len - r->pos);
    uint64_t n = cursor_varint(&c);
    r->pos = (size_t)(c.p - r->data);
    if (c.failed || n > winnow_room(a->length))
        return damaged(err);
    rc = ensure(r, (size_t)n * SPOOL_PRINT_BYTES, err);
    if (rc != 0)
        return rc;
    if (r->len - r->pos < n * SPOOL_PRINT_BYTES)
        return damaged(err);
    if (!vec_reserve(&out->v, n))
        return err_set(err, ERR_NOMEM, "spool: out of memory");
    const uint8_t *p = r->data + r->pos;
    uint32_t at = 0;
    for (size_t i = 0; i < n; i++, p += SPOOL_PRINT_BYTES) {
        at += p[6];
        out->v.items[i] =
            (struct fingerprint){load_u32(p) | (uint64_t)load_u16(p + 4) << 32, at};
    }
    out->v.len = n;
    r->pos += n * SPOOL_PRINT_BYTES;
    return 0;
}

int spool_peek(struct spool_reader *r, uint64_t offset, size_t len, uint8_t *out,
               struct err *err)
{
    return file_pread(r->file->fd, out, len, offset, r->file->path, err);
}
