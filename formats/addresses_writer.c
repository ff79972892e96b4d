/* Encoding one term's addresses. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/addresses.h"
#include "formats/pfor.h"

struct addresses_writer {
    struct skips_writer skips;
    uint64_t offset; /* of the list, when it streams to a section */
    uint32_t gaps[ADDRESSES_BLOCK];
    uint32_t n;
    address last; /* UINT32_MAX: none yet */
};

static void start(struct addresses_writer *w)
{
    w->n = 0;
    w->last = UINT32_MAX;
}

struct addresses_writer *addresses_writer_new(void)
{
    struct addresses_writer *w = calloc(1, sizeof *w);
    if (w)
        start(w);
    return w;
}

void addresses_writer_free(struct addresses_writer *w)
{
    if (!w)
        return;
    skips_writer_release(&w->skips);
    free(w);
}

void addresses_writer_begin(struct addresses_writer *w, struct section_writer *s)
{
    assert(w->n == 0 && w->skips.len == 0);
    w->skips.section = s;
    w->offset = section_tell(s);
}

void addresses_writer_into(struct addresses_writer *w, struct buf *out)
{
    assert(w->n == 0 && w->skips.len == 0 && !w->skips.section);
    w->skips.to = out;
}

static void flush_block(struct addresses_writer *w)
{
    uint8_t *block = skips_writer_room(&w->skips, PFOR_BYTES_MAX);
    if (block)
        skips_writer_block(&w->skips, w->last, pfor_encode(w->gaps, w->n, block));
    w->n = 0;
}

void addresses_writer_put(struct addresses_writer *w, const address *list, size_t n)
{
    while (n > 0) {
        if (w->n == ADDRESSES_BLOCK)
            flush_block(w);
        size_t some = ADDRESSES_BLOCK - w->n < n ? ADDRESSES_BLOCK - w->n : n;
        assert(w->last == UINT32_MAX || list[0] > w->last);
        assert(list[some - 1] - list[0] >= some - 1);
        pfor_gaps(list, some, w->last, w->gaps + w->n);
        w->n += (uint32_t)some;
        w->last = list[some - 1];
        list += some;
        n -= some;
    }
}

struct list_ref addresses_writer_end(struct addresses_writer *w,
                                     struct section_writer *s)
{
    assert(w->n > 0 && (!w->skips.section || w->skips.section == s));
    flush_block(w);
    struct list_ref ref = {w->offset, skips_writer_end(&w->skips)};
    if (!w->skips.section) {
        ref.offset = section_tell(s);
        section_put(s, w->skips.out.data, w->skips.out.len);
    }
    if (w->skips.failed) {
        struct err why = {0};
        err_set(&why, ERR_NOMEM, "list: out of memory");
        section_fail(s, &why);
    }
    bool failed = w->skips.failed;
    skips_writer_reset(&w->skips);
    w->skips.section = NULL;
    w->skips.failed = failed;
    start(w);
    return ref;
}

size_t addresses_writer_encode(struct addresses_writer *w, struct buf *out)
{
    struct buf *to = w->skips.to;
    assert(w->n > 0 && !w->skips.section && (!to || to == out));
    flush_block(w);
    if (!to)
        buf_put_bytes(out, buf_bytes(&w->skips.out));
    w->skips.to = out; /* the rest need not be copied */
    size_t len = (size_t)skips_writer_end(&w->skips);
    w->skips.to = to;
    bool failed = w->skips.failed;
    if (failed)
        out->failed = true;
    skips_writer_reset(&w->skips);
    w->skips.failed = failed;
    start(w);
    return len;
}

bool addresses_writer_failed(const struct addresses_writer *w)
{
    return w->skips.failed;
}

/* A list that is one block: no directory. */
static bool encode_block(const address *list, size_t n, struct buf *out)
{
    uint32_t gaps[ADDRESSES_BLOCK];
    if (!buf_reserve(out, PFOR_BYTES_MAX))
        return false;
    pfor_gaps(list, n, UINT32_MAX, gaps);
    out->len += pfor_encode(gaps, n, out->data + out->len);
    return true;
}

bool addresses_encode(const address *list, size_t n, struct buf *out)
{
    assert(n > 0);
    if (n <= ADDRESSES_BLOCK)
        return encode_block(list, n, out);
    struct addresses_writer w = {0};
    start(&w);
    addresses_writer_into(&w, out);
    addresses_writer_put(&w, list, n);
    (void)addresses_writer_encode(&w, out);
    skips_writer_release(&w.skips);
    return !out->failed;
}

struct list_ref addresses_put(struct section_writer *s, const address *list, size_t n)
{
    struct buf out = {0};
    if (!addresses_encode(list, n, &out)) {
        struct err why = {0};
        err_set(&why, ERR_NOMEM, "list: out of memory");
        section_fail(s, &why);
    }
    struct list_ref ref = {section_tell(s), out.len};
    section_put(s, out.data, out.len);
    buf_release(&out);
    return ref;
}
