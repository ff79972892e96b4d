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

static void flush_block(struct addresses_writer *w)
{
    uint8_t block[PFOR_BYTES_MAX];
    size_t len = pfor_encode(w->gaps, w->n, block);
    skips_writer_block(&w->skips, w->last, block, len);
    w->n = 0;
}

static void put_gaps(uint32_t *gaps, address last, const address *list, size_t n)
{
    gaps[0] = list[0] - last - 1;
    for (size_t i = 1; i < n; i++) {
        assert(list[i] > list[i - 1]);
        gaps[i] = list[i] - list[i - 1] - 1;
    }
}

void addresses_writer_put(struct addresses_writer *w, const address *list, size_t n)
{
    while (n > 0) {
        if (w->n == ADDRESSES_BLOCK)
            flush_block(w);
        size_t some = ADDRESSES_BLOCK - w->n < n ? ADDRESSES_BLOCK - w->n : n;
        assert(w->last == UINT32_MAX || list[0] > w->last);
        put_gaps(w->gaps + w->n, w->last, list, some);
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

void addresses_writer_drain(struct addresses_writer *w, struct buf *out)
{
    assert(!w->skips.section);
    buf_put_bytes(out, buf_bytes(&w->skips.out));
    buf_reset(&w->skips.out);
}

size_t addresses_writer_encode(struct addresses_writer *w, struct buf *out)
{
    assert(w->n > 0 && !w->skips.section);
    flush_block(w);
    size_t len = (size_t)skips_writer_end(&w->skips);
    buf_put_bytes(out, buf_bytes(&w->skips.out));
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

bool addresses_encode(const address *list, size_t n, struct buf *out)
{
    struct addresses_writer w = {0};
    start(&w);
    assert(n > 0);
    if (n <= ADDRESSES_BLOCK) { /* most lists: no directory, no allocation */
        uint8_t block[PFOR_BYTES_MAX];
        put_gaps(w.gaps, w.last, list, n);
        buf_put(out, block, pfor_encode(w.gaps, n, block));
        return !out->failed;
    }
    addresses_writer_put(&w, list, n);
    flush_block(&w);
    skips_writer_end(&w.skips);
    buf_put_bytes(out, buf_bytes(&w.skips.out));
    if (w.skips.failed)
        out->failed = true;
    bool good = !out->failed;
    skips_writer_release(&w.skips);
    return good;
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
