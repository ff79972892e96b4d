#include <stdlib.h>
#include <zlib.h>

#include "indexer/stream.h"

enum {
    /* zlib.h: inflate takes about 44 KB, most of it the window */
    GZIP_STATE_BYTES = 48 * 1024,
    GZIP_WINDOW_BITS = 15 + 16 /* the largest window; a gzip header is wanted */
};

struct stream_gzip {
    z_stream z;
    bool in_member;
};

int stream_gzip_start(struct stream *s, struct err *err)
{
    if (!s->gzip) {
        s->gzip = calloc(1, sizeof *s->gzip);
        if (!s->gzip || inflateInit2(&s->gzip->z, GZIP_WINDOW_BITS) != Z_OK) {
            free(s->gzip);
            s->gzip = NULL;
            return err_set(err, ERR_NOMEM, "'%s': gzip", s->path);
        }
        if (s->budget)
            budget_force(s->budget, GZIP_STATE_BYTES);
    }
    (void)inflateReset(&s->gzip->z);
    s->gzip->in_member = true;
    return 0;
}

void stream_gzip_free(struct stream *s)
{
    if (!s->gzip)
        return;
    (void)inflateEnd(&s->gzip->z);
    free(s->gzip);
    s->gzip = NULL;
    if (s->budget)
        budget_give(s->budget, GZIP_STATE_BYTES);
}

/* Between members: another one, or the end. Zero bytes are padding (tapes, tar), anything
 * else is left with a remark, as gzip does. */
static int next_member(struct stream *s, bool *end, struct err *err)
{
    int rc = 0;
    *end = false;
    for (;;) {
        while (s->at < s->len && s->buffer[s->at] == 0)
            s->at++;
        if (s->len - s->at >= 2)
            break;
        size_t had = s->len - s->at;
        rc = stream_fill(s, err);
        if (rc != 0)
            return rc;
        if (s->len == had)
            break;
    }
    if (s->len - s->at >= 2 && s->buffer[s->at] == 0x1F &&
        s->buffer[s->at + 1] == 0x8B) {
        (void)inflateReset(&s->gzip->z);
        s->gzip->in_member = true;
        return 0;
    }
    if (s->len > s->at)
        s->remark = "gzip: bytes after the end of the data, left out";
    *end = true;
    return 0;
}

static int damaged(const struct stream *s, const char *what, struct err *err)
{
    return err_set(err, ERR_CORRUPT, "gzip: %s at byte %llu of the file", what,
                   (unsigned long long)stream_offset(s));
}

/* One call of inflate on what is in the buffer. */
static int inflate_some(struct stream *s, struct err *err)
{
    z_stream *z = &s->gzip->z;
    z->next_in = s->buffer + s->at;
    z->avail_in = (uInt)(s->len - s->at);
    int result = inflate(z, Z_NO_FLUSH);
    s->at = s->len - z->avail_in;
    switch (result) {
    case Z_STREAM_END: s->gzip->in_member = false; return 0;
    case Z_OK:
    case Z_BUF_ERROR: return 0;
    case Z_MEM_ERROR: return err_set(err, ERR_NOMEM, "'%s': gzip", s->path);
    default: return damaged(s, z->msg ? z->msg : "damaged data", err);
    }
}

int stream_gzip_read(struct stream *s, uint8_t *data, size_t len, size_t *got,
                     struct err *err)
{
    z_stream *z = &s->gzip->z;
    int rc = 0;
    bool end = false;
    *got = 0;
    while (*got < len && rc == 0) {
        if (!s->gzip->in_member) {
            rc = next_member(s, &end, err);
            if (rc != 0 || end)
                break;
        }
        if (s->at == s->len) {
            rc = stream_fill(s, err);
            if (rc != 0)
                break;
        }
        size_t room = len - *got < (1u << 30) ? len - *got : 1u << 30;
        z->next_out = data + *got;
        z->avail_out = (uInt)room;
        bool dry = s->at == s->len; /* what is decoded already may still come out */
        rc = inflate_some(s, err);
        *got += room - z->avail_out;
        if (rc == 0 && dry && z->avail_out == room && s->gzip->in_member)
            rc = damaged(s, "ends within its data", err);
    }
    return rc;
}
