#include "indexer/verdicts.h"

#include <string.h>

int verdicts_open(struct verdicts *v, int dirfd, const char *dirname,
                  struct budget *budget, struct err *err)
{
    *v = (struct verdicts){0};
    int rc = file_writer_held(&v->file, dirfd, dirname, budget, err);
    v->open = rc == 0;
    return rc;
}

void verdicts_close(struct verdicts *v)
{
    if (v->open)
        file_writer_close(&v->file);
    vec_release(&v->chunks);
    *v = (struct verdicts){0};
}

/* A verdict as it lies in the file, which is read by the process that wrote it; its runs follow. */
struct record {
    struct verdict verdict;
    uint32_t n_runs;
};
_Static_assert(sizeof(struct record) % _Alignof(struct compare_run) == 0 &&
                   sizeof(struct compare_run) % _Alignof(struct record) == 0,
               "runs and records lie as they are read");

void verdicts_encode(struct buf *out, const struct verdict *d,
                     const struct verdict_runs *runs)
{
    struct record r = {*d, runs ? runs->n : VERDICT_NO_RUNS};
    buf_put(out, &r, sizeof r);
    if (r.n_runs != VERDICT_NO_RUNS)
        buf_put(out, runs->items, r.n_runs * sizeof *runs->items);
}

int verdicts_put(struct verdicts *v, struct bytes encoded, uint32_t n, struct err *err)
{
    if (encoded.len > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "pairs: a chunk of 4 GiB");
    struct verdicts_chunk chunk = {file_writer_tell(&v->file), (uint32_t)encoded.len,
                                   n};
    if (!vec_push(&v->chunks, chunk))
        return err_set(err, ERR_NOMEM, "pairs: out of memory");
    file_writer_put(&v->file, encoded.data, encoded.len);
    v->n += n;
    return 0;
}

int verdicts_flush(struct verdicts *v, struct err *err)
{
    return file_writer_flush(&v->file, err);
}

int verdicts_read(const struct verdicts *v, size_t chunk, struct buf *out,
                  struct err *err)
{
    const struct verdicts_chunk *c = &v->chunks.items[chunk];
    buf_reset(out);
    if (c->n == 0)
        return 0;
    uint8_t *to = buf_extend(out, c->bytes);
    if (!to)
        return buf_check(out, err);
    return file_writer_read(&v->file, to, c->bytes, c->offset, err);
}

int verdicts_decode(struct bytes *left, struct verdict *out, struct verdict_runs *runs,
                    struct err *err)
{
    struct record r;
    if (left->len == 0)
        return ITER_END;
    if (left->len < sizeof r)
        return err_set(err, ERR_CORRUPT, "pairs: a verdict that was not written so");
    memcpy(&r, left->data, sizeof r);
    *left = bytes_of(left->data + sizeof r, left->len - sizeof r);
    size_t bytes =
        r.n_runs == VERDICT_NO_RUNS ? 0 : r.n_runs * sizeof(struct compare_run);
    if (left->len < bytes)
        return err_set(err, ERR_CORRUPT, "pairs: a verdict that was not written so");
    if (runs)
        *runs = (struct verdict_runs){(const void *)left->data, r.n_runs};
    *left = bytes_of(left->data + bytes, left->len - bytes);
    *out = r.verdict;
    return 0;
}

void verdicts_walk(struct verdicts_walk *w, const struct verdicts *v)
{
    *w = (struct verdicts_walk){.of = v};
}

int verdicts_next(struct verdicts_walk *w, struct verdict *out, struct err *err)
{
    while (w->left.len == 0) {
        if (w->chunk == w->of->chunks.len)
            return ITER_END;
        int rc = verdicts_read(w->of, w->chunk++, &w->bytes, err);
        if (rc != 0)
            return rc;
        w->left = buf_bytes(&w->bytes);
    }
    return verdicts_decode(&w->left, out, NULL, err);
}

void verdicts_walk_release(struct verdicts_walk *w)
{
    buf_release(&w->bytes);
    *w = (struct verdicts_walk){0};
}
