#include <stdlib.h>
#include <time.h>
#include <zstd.h>

#include "base/endian.h"
#include "indexer/stream.h"

enum {
    ZSTD_HEADER_BYTES_MAX = 18,
    ZSTD_BLOCK_BYTES = 128 * 1024,
    /* The decoder's own state, and its buffers for a block of input and one of output
     * beyond the window. */
    ZSTD_STATE_BYTES = 4 * ZSTD_BLOCK_BYTES,
    ZSTD_KEEP_BYTES = 8 * 1024 * 1024, /* of a window between files */
    WAIT_STEP_MS = 2,
    WAIT_STEPS = 1000
};

struct stream_zstd {
    ZSTD_DCtx *dctx;
    uint64_t charged; /* bytes of the budget */
    bool in_frame;
};

int stream_zstd_start(struct stream *s, struct err *err)
{
    if (!s->zstd)
        s->zstd = calloc(1, sizeof *s->zstd);
    if (s->zstd && !s->zstd->dctx) {
        s->zstd->dctx = ZSTD_createDCtx();
        /* Windows are bounded by the budget, below. */
        if (s->zstd->dctx)
            (void)ZSTD_DCtx_setParameter(
                s->zstd->dctx, ZSTD_d_windowLogMax,
                ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound);
    }
    if (!s->zstd || !s->zstd->dctx)
        return err_set(err, ERR_NOMEM, "'%s': zstd", s->path);
    (void)ZSTD_DCtx_reset(s->zstd->dctx, ZSTD_reset_session_only);
    s->zstd->in_frame = false;
    return 0;
}

static void drop_context(struct stream *s)
{
    (void)ZSTD_freeDCtx(s->zstd->dctx);
    s->zstd->dctx = NULL;
    if (s->budget)
        budget_give(s->budget, s->zstd->charged);
    s->zstd->charged = 0;
}

void stream_zstd_stop(struct stream *s)
{
    if (s->zstd && s->zstd->charged > ZSTD_KEEP_BYTES)
        drop_context(s);
}

void stream_zstd_free(struct stream *s)
{
    if (!s->zstd)
        return;
    drop_context(s);
    free(s->zstd);
    s->zstd = NULL;
}

/* --- frame headers --------------------------------------------------------------------- */

static uint64_t load_le(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

/* The bytes of history a frame asks for (RFC 8878, section 3.1.1.1): its window, or its
 * content where that is smaller. 0 for what is no frame or too short to tell: the decoder
 * then says what is wrong. */
static uint64_t frame_window(const uint8_t *p, size_t n)
{
    static const uint8_t id_bytes[] = {0, 1, 2, 4}, size_bytes[] = {0, 2, 4, 8};
    if (n < 6 || load_u32(p) != ZSTD_MAGICNUMBER)
        return 0;
    uint8_t descriptor = p[4];
    bool single = descriptor >> 5 & 1;
    unsigned flag = descriptor >> 6;
    unsigned size_len = flag == 0 && single ? 1 : size_bytes[flag];
    size_t at = 5;
    uint64_t window = UINT64_MAX, content = UINT64_MAX;
    if (!single) {
        uint64_t base = UINT64_C(1) << (10 + (p[at] >> 3));
        window = base + base / 8 * (p[at] & 7);
        at++;
    }
    at += id_bytes[descriptor & 3];
    if (n < at + size_len)
        return 0;
    if (size_len > 0)
        content = load_le(p + at, size_len) + (size_len == 2 ? 256 : 0);
    return window < content ? window : content;
}

/* Takes what a frame with this window needs from the budget. Whether the frame is read must not
 * depend on what other threads hold now: window_max alone decides. What they hold comes back
 * soon (the source may wait for it); if it does not, the need comes first. */
static int charge(struct stream *s, uint64_t window, struct err *err)
{
    struct stream_zstd *z = s->zstd;
    uint64_t need = window + ZSTD_STATE_BYTES;
    if (window > s->window_max)
        return err_set(err, ERR_LIMIT,
                       "zstd: a window of %llu MiB at byte %llu of the file is more "
                       "than half of --memory",
                       (unsigned long long)window >> 20,
                       (unsigned long long)stream_offset(s));
    if (!s->budget || need <= z->charged)
        return 0;
    uint64_t more = need - z->charged;
    for (int i = 0; i < WAIT_STEPS; i++) {
        if (budget_take(s->budget, more)) {
            z->charged = need;
            return 0;
        }
        struct timespec pause = {.tv_nsec = WAIT_STEP_MS * 1000000L};
        (void)nanosleep(&pause, NULL);
    }
    budget_force(s->budget, more);
    z->charged = need;
    return 0;
}

static int begin_frame(struct stream *s, struct err *err)
{
    int rc = 0;
    if (s->len - s->at < ZSTD_HEADER_BYTES_MAX)
        rc = stream_fill(s, err);
    if (rc != 0 || s->at == s->len)
        return rc;
    uint64_t window = frame_window(s->buffer + s->at, s->len - s->at);
    rc = charge(s, window, err);
    s->zstd->in_frame = rc == 0;
    return rc;
}

/* --- reading --------------------------------------------------------------------------- */

static int damaged(const struct stream *s, const char *what, struct err *err)
{
    return err_set(err, ERR_CORRUPT, "zstd: %s at byte %llu of the file", what,
                   (unsigned long long)stream_offset(s));
}

// NOLINTNEXTLINE(readability-non-const-parameter): zstd writes to data
int stream_zstd_read(struct stream *s, uint8_t *data, size_t len, size_t *got,
                     struct err *err)
{
    ZSTD_outBuffer out = {data, len, 0};
    int rc = 0;
    while (out.pos < len && rc == 0) {
        if (!s->zstd->in_frame) {
            rc = begin_frame(s, err);
            if (rc != 0 || s->at == s->len)
                break; /* the end, between frames */
        }
        size_t before = out.pos;
        ZSTD_inBuffer in = {s->buffer, s->len, s->at};
        size_t left = ZSTD_decompressStream(s->zstd->dctx, &out, &in);
        s->at = in.pos;
        if (ZSTD_isError(left)) {
            rc = damaged(s, ZSTD_getErrorName(left), err);
        } else if (left == 0) {
            s->zstd->in_frame = false;
        } else if (s->at == s->len && out.pos < len) {
            rc = stream_fill(s, err);
            if (rc == 0 && s->len == 0 && out.pos == before)
                rc = damaged(s, "ends within a frame", err);
        }
    }
    *got = out.pos;
    return rc;
}
