/* Encoding a set of ascending values as Elias-Fano. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/coding.h"
#include "formats/marks.h"
#include "formats/marks_layout.h"

enum {
    GAPS_HELD = 256 << 10, /* bytes of gaps in memory, where more may go to a file */
    PIECE = 64 << 10,      /* bytes that are read, and made, at a time */
    BATCH = 1024           /* values that are read before they are encoded */
};

/* The values wait as varints of their gaps: a mark every twenty tokens costs a byte, not eight. */
struct marks_writer {
    struct buf gaps;         /* those that are not in the file */
    struct file_writer file; /* owned; before gaps, if `open` */
    bool spills, open, failed;
    int dirfd;
    const char *dirname; /* borrowed */
    struct err why;      /* if failed */
    uint64_t n, last;
};

struct marks_writer *marks_writer_new(void)
{
    return calloc(1, sizeof(struct marks_writer));
}

void marks_writer_spill(struct marks_writer *w, int dirfd, const char *dirname)
{
    w->spills = true;
    w->dirfd = dirfd;
    w->dirname = dirname;
}

static void spill(struct marks_writer *w)
{
    if (w->failed)
        return;
    if (!w->open) {
        w->failed = file_writer_temp(&w->file, w->dirfd, w->dirname, &w->why) != 0;
        w->open = !w->failed;
    }
    if (!w->failed && !w->gaps.failed) {
        file_writer_put(&w->file, w->gaps.data, w->gaps.len);
        buf_reset(&w->gaps);
    }
}

void marks_writer_put(struct marks_writer *w, uint64_t value)
{
    assert(value >= w->last);
    buf_put_varint(&w->gaps, value - w->last);
    w->last = value;
    w->n++;
    if (w->spills && w->gaps.len >= GAPS_HELD)
        spill(w);
}

void marks_writer_put_addresses(struct marks_writer *w, const address *values, size_t n)
{
    for (size_t i = 0; i < n; i += BATCH) {
        size_t end = n - i < BATCH ? n : i + BATCH;
        uint64_t last = w->last;
        if (!buf_reserve(&w->gaps, (end - i) * CODING_VARINT_MAX))
            return;
        uint8_t *to = w->gaps.data + w->gaps.len;
        for (size_t k = i; k < end; k++) {
            assert(values[k] >= last);
            to += coding_put_varint(to, values[k] - last);
            last = values[k];
        }
        w->gaps.len = (size_t)(to - w->gaps.data);
        w->last = last;
        w->n += end - i;
        if (w->spills && w->gaps.len >= GAPS_HELD)
            spill(w);
    }
}

void marks_writer_free(struct marks_writer *w)
{
    if (!w)
        return;
    buf_release(&w->gaps);
    if (w->open)
        file_writer_close(&w->file);
    free(w);
}

/* --- the values again ---------------------------------------------------------------------- */

struct values {
    const struct marks_writer *w;
    struct buf piece;   /* owned; of the file */
    struct cursor at;   /* in piece, or in the gaps that are in memory */
    uint64_t next, end; /* what is not read of the file */
    bool memory;
    uint64_t last, left; /* the value before the next; values to come */
    size_t n;            /* of batch */
    uint64_t batch[BATCH];
};

static void values_begin(struct values *v, const struct marks_writer *w)
{
    v->w = w;
    v->piece = (struct buf){0};
    v->at = cursor_of(NULL, 0);
    v->next = 0;
    v->end = w->open ? file_writer_tell(&w->file) : 0;
    v->memory = false;
    v->last = 0;
    v->left = w->n;
    v->n = 0;
}

/* Brings the next gap whole into reach. A value is never cut between file and memory. */
static int refill(struct values *v, struct err *err)
{
    size_t left = cursor_left(&v->at);
    if (v->memory || left >= CODING_VARINT_MAX || (left > 0 && v->next == v->end))
        return 0;
    if (v->next == v->end) {
        v->at = cursor_of(v->w->gaps.data, v->w->gaps.len);
        v->memory = true;
        return 0;
    }
    if (!buf_reserve(&v->piece, PIECE - v->piece.len))
        return err_set(err, ERR_NOMEM, "marks: out of memory");
    if (left > 0)
        memmove(v->piece.data, v->at.p, left);
    size_t len = PIECE - left;
    if (len > v->end - v->next)
        len = (size_t)(v->end - v->next);
    int rc = file_pread(v->w->file.fd, v->piece.data + left, len, v->next,
                        v->w->file.path, err);
    v->next += len;
    v->at = cursor_of(v->piece.data, left + len);
    return rc;
}

/* Gaps of a byte each, eight at a time, up to the first that is longer. */
static void take_short(struct values *v)
{
    uint64_t last = v->last;
    const uint8_t *p = v->at.p;
    size_t n = v->n;
    while (n + 8 <= BATCH && v->at.end - p >= 8) {
        if (load_u64(p) & UINT64_C(0x8080808080808080))
            break;
        for (size_t i = 0; i < 8; i++)
            v->batch[n++] = last += p[i];
        p += 8;
    }
    v->left -= n - v->n;
    v->last = last;
    v->at.p = p;
    v->n = n;
}

/* The next values, some if there are any left. */
static int next_batch(struct values *v, struct err *err)
{
    v->n = 0;
    while (v->left > 0 && v->n < BATCH) {
        int rc = refill(v, err);
        if (rc != 0)
            return rc;
        v->batch[v->n++] = v->last += cursor_varint(&v->at);
        v->left--;
        if (v->at.failed)
            return err_set(err, ERR_CORRUPT, "marks: a gap is damaged");
        take_short(v);
    }
    return 0;
}

/* --- encoding ------------------------------------------------------------------------------ */

struct encoder {
    struct marks_writer *w;
    struct marks_shape shape;
    struct buf *out; /* what is made; of a section, what it has not got yet */
    struct section_writer *section; /* or NULL */
    uint8_t *directory;             /* owned; ranks and samples */
    uint64_t words, ones, in_group; /* of the high bits so far; ones of whole groups */
    uint64_t next_one, next_zero;   /* to be sampled */
    struct values values;           /* of the pass that runs */
};

static void drain(struct encoder *e, size_t least)
{
    if (!e->section || e->out->failed || e->out->len < least)
        return;
    section_put(e->section, e->out->data, e->out->len);
    buf_reset(e->out);
}

static inline void put_word(struct encoder *e, uint64_t word)
{
    buf_put_u64(e->out, word);
    if (e->out->len >= PIECE)
        drain(e, PIECE);
}

static int put_low(struct encoder *e, struct err *err)
{
    const unsigned width = e->shape.low_bits;
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    struct values *v = &e->values;
    uint64_t word = 0;
    unsigned filled = 0;
    int rc = 0;
    assert(width <= 40);
    values_begin(v, e->w);
    while (rc == 0 && width > 0 && v->left > 0) {
        rc = next_batch(v, err);
        for (size_t i = 0; i < v->n; i++) {
            uint64_t low = v->batch[i] & mask;
            word |= low << filled;
            filled += width;
            if (filled >= 64) {
                put_word(e, word);
                filled -= 64;
                word = filled ? low >> (width - filled) : 0;
            }
        }
    }
    if (filled > 0)
        put_word(e, word);
    buf_release(&v->piece);
    return rc;
}

/* Rank and samples of a group of high bits. */
static void end_group(struct encoder *e, uint64_t group)
{
    const struct marks_shape *shape = &e->shape;
    uint8_t *ranks = e->directory, *ones = ranks + (shape->ones - shape->ranks),
            *zeros = ranks + (shape->zeros - shape->ranks);
    uint64_t zeros_after = (group + 1) * MARKS_GROUP - e->ones - e->in_group;
    store_u32(ranks + 4 * group, (uint32_t)e->ones);
    e->ones += e->in_group;
    e->in_group = 0;
    for (; e->next_one < e->ones; e->next_one += MARKS_SAMPLE)
        store_u32(ones + e->next_one / MARKS_SAMPLE * 4, (uint32_t)group);
    for (; e->next_zero < zeros_after && e->next_zero < shape->n_zeros;
         e->next_zero += MARKS_SAMPLE)
        store_u32(zeros + e->next_zero / MARKS_SAMPLE * 4, (uint32_t)group);
}

static void put_high_word(struct encoder *e, uint64_t word)
{
    put_word(e, word);
    e->in_group += (uint64_t)__builtin_popcountll(word);
    if (++e->words % (MARKS_GROUP / 64) == 0)
        end_group(e, e->words / (MARKS_GROUP / 64) - 1);
}

static int put_high(struct encoder *e, struct err *err)
{
    const unsigned width = e->shape.low_bits;
    struct values *v = &e->values;
    uint64_t word = 0, at = 0, n = 0; /* at: of the word; n: values before the batch */
    int rc = 0;
    values_begin(v, e->w);
    while (rc == 0 && v->left > 0) {
        rc = next_batch(v, err);
        for (size_t i = 0; i < v->n; i++) {
            uint64_t bit = (v->batch[i] >> width) + n + i;
            for (; at < bit / 64; at++, word = 0)
                put_high_word(e, word);
            word |= UINT64_C(1) << (bit % 64);
        }
        n += v->n;
    }
    for (; at < e->shape.n_groups * (MARKS_GROUP / 64); at++, word = 0)
        put_high_word(e, word);
    buf_release(&v->piece);
    return rc;
}

static int put_parts(struct encoder *e, uint64_t universe, struct err *err)
{
    put_word(e, e->w->n);
    put_word(e, universe);
    int rc = put_low(e, err);
    if (rc == 0)
        rc = put_high(e, err);
    if (rc != 0)
        return rc;
    buf_put(e->out, e->directory, (size_t)(e->shape.len - e->shape.ranks));
    drain(e, 1);
    return buf_check(e->out, err);
}

static int encode(struct marks_writer *w, uint64_t universe, struct encoder *e,
                  struct err *err)
{
    assert(w->n == 0 || w->last < universe);
    if (universe > MARKS_UNIVERSE_MAX || w->n > MARKS_COUNT_MAX)
        return err_set(err, ERR_LIMIT, "marks: too many values");
    if (w->failed)
        return err_set(err, w->why.code, "%s", w->why.msg);
    int rc = w->open ? file_writer_flush(&w->file, err) : 0;
    if (rc != 0)
        return rc;
    e->w = w;
    e->shape = marks_shape_of(w->n, universe);
    e->directory = calloc(1, (size_t)(e->shape.len - e->shape.ranks) + 1);
    if (!e->directory || w->gaps.failed)
        rc = err_set(err, ERR_NOMEM, "marks: out of memory");
    if (rc == 0)
        rc = put_parts(e, universe, err);
    free(e->directory);
    return rc;
}

int marks_writer_encode(struct marks_writer *w, uint64_t universe, struct buf *out,
                        struct err *err)
{
    struct encoder e = {.out = out};
    buf_align(out, 8);
    return encode(w, universe, &e, err);
}

int marks_writer_put_to(struct marks_writer *w, uint64_t universe,
                        struct section_writer *s, struct err *err)
{
    struct buf out = {0};
    struct encoder e = {.out = &out, .section = s};
    assert(section_tell(s) % 8 == 0);
    int rc = encode(w, universe, &e, err);
    buf_release(&out);
    return rc;
}
