#include "base/offsetmap.h"

#include <string.h>

void offsetmap_reset(struct offsetmap *m)
{
    vec_reset(&m->segments);
    m->out_len = 0;
    m->failed = false;
}

void offsetmap_release(struct offsetmap *m)
{
    vec_release(&m->segments);
    offsetmap_reset(m);
}

static bool is_linear(const struct offset_segment *s)
{
    return s->out_len == s->in_len;
}

void offsetmap_put(struct offsetmap *m, uint32_t out_len, uint64_t in_pos,
                   uint32_t in_len)
{
    if (out_len == 0 || m->failed)
        return;
    struct offset_segment new = {
        .out_len = out_len, .in_len = in_len, .in_pos = in_pos};
    if (m->segments.len > 0 && is_linear(&new)) {
        struct offset_segment *last = &m->segments.items[m->segments.len - 1];
        if (is_linear(last) && last->in_pos + last->in_len == in_pos &&
            out_len <= UINT32_MAX - last->out_len) {
            last->out_len += out_len;
            last->in_len += in_len;
            m->out_len += out_len;
            return;
        }
    }
    if (vec_push(&m->segments, new))
        m->out_len += out_len;
    else
        m->failed = true;
}

/* Part of a segment: n bytes from its byte `skip` on. */
static void put_part(struct offsetmap *out, const struct offset_segment *s,
                     uint32_t skip, uint32_t n)
{
    if (is_linear(s)) {
        offsetmap_put(out, n, s->in_pos + skip, n);
    } else if (n == s->in_len && n > 1) {
        /* Cut, so that equal lengths do not make it look linear. */
        offsetmap_put(out, 1, s->in_pos, s->in_len);
        offsetmap_put(out, n - 1, s->in_pos, s->in_len);
    } else {
        offsetmap_put(out, n, s->in_pos, s->in_len);
    }
}

/* Segments of m from the cursor on that lie whole in `len` bytes of derived text, behind one that was put just now.
 * Where one follows another in m, offsetmap_put did not make one of them, and would not here: so they are copied as they
 * are. Returns how many, and their bytes. */
static size_t copy_whole(struct offsetmap *out, const struct offsetmap *m,
                         const struct offsetmap_cursor *at, uint64_t len,
                         uint64_t *copied)
{
    const struct offset_segment *s = m->segments.items + at->segment;
    size_t left = m->segments.len - at->segment, n = 0;
    uint64_t sum = 0;
    if (m->out_len - at->out_pos <= len) { /* all that there are, as of most texts */
        n = left;
        sum = m->out_len - at->out_pos;
    }
    while (n < left && sum + s[n].out_len <= len)
        sum += s[n++].out_len;
    *copied = sum;
    if (n == 0)
        return 0;
    if (!vec_reserve(&out->segments, n)) {
        out->failed = true;
        return 0;
    }
    memcpy(out->segments.items + out->segments.len, s, n * sizeof *s);
    out->segments.len += n;
    out->out_len += sum;
    return n;
}

void offsetmap_copy(struct offsetmap *out, const struct offsetmap *m,
                    struct offsetmap_cursor *at, uint64_t from, uint64_t len)
{
    bool first = true;
    if (m->failed) {
        out->failed = true;
        return;
    }
    while (len > 0 && at->segment < m->segments.len && !out->failed) {
        const struct offset_segment *s = &m->segments.items[at->segment];
        uint64_t end = at->out_pos + s->out_len;
        if (end > from) {
            uint64_t n = end - from < len ? end - from : len;
            put_part(out, s, (uint32_t)(from - at->out_pos), (uint32_t)n);
            from += n;
            len -= n;
            if (end > from)
                return; /* the next call goes on in this segment */
        }
        at->out_pos = end;
        at->segment++;
        if (end == from && first) {
            uint64_t copied;
            at->segment += copy_whole(out, m, at, len, &copied);
            at->out_pos += copied;
            from += copied;
            len -= copied;
            first = false;
        }
    }
}

struct range {
    uint64_t from, to;
};

/* What the bytes [from, to) of a segment's derived text came from; from < to. */
static struct range source_of(const struct offset_segment *s, uint64_t from,
                              uint64_t to)
{
    if (is_linear(s))
        return (struct range){s->in_pos + from, s->in_pos + to};
    return (struct range){s->in_pos, s->in_pos + s->in_len};
}

void offsetmap_span(const struct offsetmap *m, uint64_t from, uint64_t to,
                    uint64_t *in_from, uint64_t *in_to)
{
    struct range first = {0, 0}, last = {0, 0}, hull = {UINT64_MAX, 0};
    uint64_t pos = 0;
    for (size_t i = 0; i < m->segments.len && pos < to; i++) {
        const struct offset_segment *s = &m->segments.items[i];
        uint64_t end = pos + s->out_len;
        if (end > from) {
            uint64_t a = from > pos ? from - pos : 0;
            uint64_t b = (to < end ? to : end) - pos;
            last = source_of(s, a, b);
            if (pos <= from)
                first = last;
            if (last.from < hull.from)
                hull.from = last.from;
            if (last.to > hull.to)
                hull.to = last.to;
        }
        pos = end;
    }
    /* Sources may go backwards: then all that lies between the outermost bytes. */
    bool backwards = last.to < first.from;
    *in_from = backwards ? hull.from : first.from;
    *in_to = backwards ? hull.to : last.to;
}
