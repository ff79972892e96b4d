#include "formats/frame.h"

#include <stdlib.h>
#include <string.h>

#define ZDICT_STATIC_LINKING_ONLY /* the trainer with fixed parameters */
#include <zdict.h>
#define ZSTD_STATIC_LINKING_ONLY /* literals' compression by itself */
#include <zstd.h>

#include "formats/coding.h"

enum {
    /* A level below 0 looks for matches at fewer places, and leaves literals as they are if it is not told otherwise. Of all
     * frames that are made; a reader takes any. docs/DECISIONS.md, 272 */
    LEVEL = -5,
    TRAINING_LEVEL = 1
};

struct frame_dict {
    ZSTD_CDict *compress;
    ZSTD_DDict *decompress;
};

void frame_coder_release(struct frame_coder *c)
{
    /* NULL would do, but a query that opened no frame need not load pages of zstd's code. */
    if (c->compressor)
        ZSTD_freeCCtx(c->compressor);
    if (c->decompressor)
        ZSTD_freeDCtx(c->decompressor);
    *c = (struct frame_coder){0};
}

int frame_dict_new(struct bytes dictionary, bool to_pack, struct frame_dict **out,
                   struct err *err)
{
    if (ZDICT_getDictID(dictionary.data, dictionary.len) == 0)
        return err_set(err, ERR_CORRUPT, "compression dictionary: not one");
    struct frame_dict *d = calloc(1, sizeof *d);
    if (!d)
        return err_set(err, ERR_NOMEM, "compression dictionary: out of memory");
    if (to_pack)
        d->compress = ZSTD_createCDict(dictionary.data, dictionary.len, LEVEL);
    else
        d->decompress = ZSTD_createDDict(dictionary.data, dictionary.len);
    if (!d->compress && !d->decompress) {
        frame_dict_free(d);
        /* zstd says NULL for both reasons; its parser is the likelier on reading */
        return to_pack
                   ? err_set(err, ERR_NOMEM, "compression dictionary: out of memory")
                   : err_set(err, ERR_CORRUPT, "compression dictionary: damaged");
    }
    *out = d;
    return 0;
}

void frame_dict_free(struct frame_dict *d)
{
    if (!d)
        return;
    ZSTD_freeCDict(d->compress);
    ZSTD_freeDDict(d->decompress);
    free(d);
}

int frame_train(const void *samples, const size_t *sizes, size_t n, size_t max_len,
                struct buf *out, struct err *err)
{
    /* FastCOVER with its parameters given, so that nothing is searched for and no machine's number of threads
     * matters. Fewer counters (f) and samples (accel) than usual: a third of the time, and on columns of some hundred
     * kilobytes dictionaries that are as good to one part in two hundred. */
    ZDICT_fastCover_params_t params = {.k = 200,
                                       .d = 8,
                                       .f = 16,
                                       .steps = 1,
                                       .nbThreads = 1,
                                       .splitPoint = 1.0,
                                       .accel = 5};
    params.zParams.compressionLevel = TRAINING_LEVEL;
    size_t before = out->len;
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += sizes[i];
    if (n < 8 || n > UINT32_MAX || total < max_len)
        return 0;
    uint8_t *to = buf_extend(out, max_len);
    if (!to)
        return err_set(err, ERR_NOMEM, "compression dictionary: out of memory");
    size_t len = ZDICT_trainFromBuffer_fastCover(to, max_len, samples, sizes,
                                                 (unsigned)n, params);
    out->len = before + (ZDICT_isError(len) ? 0 : len);
    return 0;
}

static ZSTD_CCtx *compressor_new(void)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    if (c) {
        (void)ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, LEVEL);
        /* A library that knows nothing of it makes frames that are larger, and as good. */
        (void)ZSTD_CCtx_setParameter(c, ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
    }
    return c;
}

static int packed(struct frame_coder *c, struct bytes raw,
                  const struct frame_dict *dict, struct buf *to, struct err *err)
{
    if (!c->compressor)
        c->compressor = compressor_new();
    size_t bound = ZSTD_compressBound(raw.len);
    uint8_t *at = c->compressor ? buf_extend(to, bound) : NULL;
    if (!at)
        return err_set(err, ERR_NOMEM, "frame: out of memory");
    size_t len = ZSTD_CCtx_refCDict(c->compressor, dict ? dict->compress : NULL);
    if (!ZSTD_isError(len))
        len = ZSTD_compress2(c->compressor, at, bound, raw.data, raw.len);
    if (ZSTD_isError(len))
        return err_set(err, ERR_NOMEM, "frame: %s", ZSTD_getErrorName(len));
    to->len = to->len - bound + len;
    return 0;
}

int frame_put(struct frame_coder *c, struct bytes raw, const struct frame_dict *dict,
              struct buf *out, struct err *err)
{
    struct buf to = {0};
    int rc = 0;
    if (raw.len > FRAME_RAW_MAX)
        return err_set(err, ERR_LIMIT, "frame: %zu bytes", raw.len);
    if (raw.len > 0)
        rc = packed(c, raw, dict, &to, err);
    if (rc == 0) {
        bool stored = raw.len == 0 || to.len >= raw.len;
        struct bytes payload = stored ? raw : buf_bytes(&to);
        buf_put_varint(out, raw.len);
        buf_put_varint(out, (uint64_t)payload.len << 1 | stored);
        buf_put_bytes(out, payload);
        rc = buf_check(out, err);
    }
    buf_release(&to);
    return rc;
}

struct head {
    size_t raw_len, len;
    bool stored;
};

static bool read_head(struct cursor *c, size_t max_raw, struct head *out)
{
    if (max_raw > FRAME_RAW_MAX)
        max_raw = FRAME_RAW_MAX;
    out->raw_len = (size_t)cursor_varint_max(c, max_raw);
    uint64_t coded = cursor_varint_max(c, (uint64_t)FRAME_RAW_MAX * 4);
    out->len = (size_t)(coded >> 1);
    out->stored = coded & 1;
    return !c->failed && (!out->stored || out->len == out->raw_len);
}

int frame_raw_len(struct bytes data, size_t max_raw, size_t *out, struct err *err)
{
    struct cursor c = cursor_of(data.data, data.len);
    struct head head;
    if (!read_head(&c, max_raw, &head))
        return err_set(err, ERR_CORRUPT, "frame: its lengths");
    *out = head.raw_len;
    return 0;
}

int frame_get(struct frame_coder *c, struct bytes data, const struct frame_dict *dict,
              size_t max_raw, struct buf *out, size_t *used, struct err *err)
{
    struct cursor in = cursor_of(data.data, data.len);
    struct head head;
    if (!read_head(&in, max_raw, &head))
        return err_set(err, ERR_CORRUPT, "frame: its lengths");
    const uint8_t *payload = cursor_take(&in, head.len);
    if (!payload)
        return err_set(err, ERR_CORRUPT, "frame: cut short");
    size_t before = out->len;
    if (head.stored) {
        buf_put(out, payload, head.len);
    } else {
        if (!c->decompressor)
            c->decompressor = ZSTD_createDCtx();
        uint8_t *to = c->decompressor ? buf_extend(out, head.raw_len) : NULL;
        if (!to)
            return err_set(err, ERR_NOMEM, "frame: out of memory");
        size_t len =
            dict ? ZSTD_decompress_usingDDict(c->decompressor, to, head.raw_len,
                                              payload, head.len, dict->decompress)
                 : ZSTD_decompressDCtx(c->decompressor, to, head.raw_len, payload,
                                       head.len);
        if (ZSTD_isError(len) || len != head.raw_len) {
            out->len = before;
            return err_set(err, ERR_CORRUPT, "frame: %s",
                           ZSTD_isError(len) ? ZSTD_getErrorName(len) : "its length");
        }
    }
    *used = (size_t)(in.p - data.data);
    return buf_check(out, err);
}
