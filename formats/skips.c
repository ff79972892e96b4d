#include "formats/skips.h"

#include <assert.h>
#include <string.h>

#include "formats/coding.h"
#include "formats/pfor_pack.h"

enum {
    SUPER_ENTRY = 8, /* u32 last, u32 end */
    RECORD_HEAD = 2,
    END_WIDTH_MAX = 24
};

/* --- writing ------------------------------------------------------------------------------- */

static struct buf *gathered(struct skips_writer *w)
{
    return w->to ? w->to : &w->out;
}

static void put_packed(struct buf *out, const uint32_t *values, size_t n,
                       unsigned width)
{
    size_t len = coding_bits_len(n, width);
    if (!buf_reserve(out, len + PFOR_PACK_SPILL))
        return;
    (void)pfor_packers()->pack(values, n, width, out->data + out->len);
    out->len += len;
}

/* Lasts count from the value before the superblock, ends from its first block. */
static void put_record(struct skips_writer *w, struct buf *out)
{
    uint32_t lasts[SKIPS_SUPER];
    uint32_t n = w->n - 1;
    if (n == 0)
        return;
    for (uint32_t i = 0; i < n; i++)
        lasts[i] = w->lasts[i] - w->base - 1;
    unsigned last_width = coding_width32(lasts[n - 1]);
    unsigned end_width = coding_width32(w->ends[n - 1]);
    buf_put_u8(out, (uint8_t)last_width);
    buf_put_u8(out, (uint8_t)end_width);
    put_packed(out, lasts, n, last_width);
    put_packed(out, w->ends, n, end_width);
}

static void flush_super(struct skips_writer *w)
{
    struct buf *out = gathered(w);
    size_t before = out->len;
    put_record(w, out);
    buf_put_bytes(out, buf_bytes(&w->blocks));
    w->len += out->len - before;
    uint32_t last = w->lasts[w->n - 1];
    if (w->len > UINT32_MAX || !vec_push(&w->supers, last | w->len << 32))
        w->failed = true;
    w->base = last;
    w->n = 0;
    w->failed |= w->blocks.failed || out->failed;
    buf_reset(&w->blocks);
    if (w->section) {
        section_put(w->section, out->data, out->len);
        buf_reset(out);
    }
}

uint8_t *skips_writer_room(struct skips_writer *w, size_t most)
{
    if (w->n == SKIPS_SUPER)
        flush_super(w);
    if (!buf_reserve(&w->blocks, most)) {
        w->failed = true;
        return NULL;
    }
    return w->blocks.data + w->blocks.len;
}

void skips_writer_block(struct skips_writer *w, uint32_t last, size_t len)
{
    if (w->len == 0 && w->n == 0)
        w->base = UINT32_MAX;
    w->blocks.len += len;
    w->lasts[w->n] = last;
    w->ends[w->n++] = (uint32_t)w->blocks.len;
}

uint64_t skips_writer_end(struct skips_writer *w)
{
    struct buf *out = gathered(w);
    if (w->n > 0)
        flush_super(w);
    size_t before = out->len;
    for (size_t i = 0; i + 1 < w->supers.len; i++)
        buf_put_u64(out, w->supers.items[i]);
    w->len += out->len - before;
    w->failed |= out->failed;
    if (w->section) {
        section_put(w->section, out->data, out->len);
        buf_reset(out);
    }
    return w->len;
}

void skips_writer_reset(struct skips_writer *w)
{
    buf_reset(&w->out);
    buf_reset(&w->blocks);
    vec_reset(&w->supers);
    w->n = 0;
    w->len = 0;
    w->failed = false;
}

void skips_writer_release(struct skips_writer *w)
{
    buf_release(&w->out);
    buf_release(&w->blocks);
    vec_release(&w->supers);
    *w = (struct skips_writer){0};
}

/* --- reading ------------------------------------------------------------------------------- */

static int corrupt(const struct skips *s, uint64_t at, struct err *err,
                   const char *what)
{
    (void)section_corrupt(&s->section, s->ref.offset + at, err, "list: %s", what);
    return ERR_CORRUPT; /* said here, so that an analyser sees it */
}

static uint64_t array_offset(const struct skips *s)
{
    return s->ref.len - (uint64_t)(s->n_supers - 1) * SUPER_ENTRY;
}

int skips_open(struct skips *s, const struct section *section, struct list_ref ref,
               uint32_t n_blocks, struct err *err)
{
    if (ref.offset > section->len || ref.len > section->len - ref.offset)
        return section_corrupt(section, 0, err, "list beyond the section");
    uint32_t n_supers = n_blocks / SKIPS_SUPER + (n_blocks % SKIPS_SUPER != 0);
    /* every block has a byte at least */
    if (n_blocks == 0 || ref.len < n_blocks + (uint64_t)(n_supers - 1) * SUPER_ENTRY)
        return section_corrupt(section, ref.offset, err, "list: length");
    s->section = *section;
    s->ref = ref;
    s->n_blocks = n_blocks;
    s->n_supers = n_supers;
    s->super = UINT32_MAX;
    s->super_blocks = 0;
    s->base = s->last = UINT32_MAX;
    s->blocks = s->end = 0;
    s->near = (struct sound){0, 0};
    return 0;
}

static int super_entry(const struct skips *s, uint32_t k, uint32_t *last, uint32_t *end,
                       struct err *err)
{
    const uint8_t *at;
    int rc = section_get(&s->section,
                         s->ref.offset + array_offset(s) + k * (uint64_t)SUPER_ENTRY,
                         SUPER_ENTRY, &at, err);
    if (rc == 0) {
        *last = load_u32(at);
        *end = load_u32(at + 4);
    }
    return rc;
}

/* Reads the record before the blocks of the superblock at hand. */
static int load_record(struct skips *s, uint64_t start, struct err *err)
{
    uint32_t n = s->super_blocks - 1;
    size_t len = 0;
    s->blocks = start;
    if (n > 0) {
        if (s->end - start < RECORD_HEAD)
            return corrupt(s, start, err, "superblock");
        int rc = section_check_near(&s->section, &s->near, s->ref.offset + start,
                                    RECORD_HEAD, err);
        if (rc != 0)
            return rc;
        const uint8_t *at = s->section.data + s->ref.offset + start;
        unsigned last_width = at[0], end_width = at[1];
        if (last_width > 32 || end_width > END_WIDTH_MAX)
            return corrupt(s, start, err, "superblock widths");
        size_t lasts_len = coding_bits_len(n, last_width);
        len = RECORD_HEAD + lasts_len + coding_bits_len(n, end_width);
        if (s->end - start < len)
            return corrupt(s, start, err, "superblock record");
        rc = section_check_near(&s->section, &s->near, s->ref.offset + start, len, err);
        if (rc != 0)
            return rc;
        const struct pfor_kernels *k = pfor_kernels();
        k->unpack(at + RECORD_HEAD, n, last_width, s->lasts);
        k->unpack(at + RECORD_HEAD + lasts_len, n, end_width, s->ends);
    }
    memset(s->lasts + n, 0xff, (SKIPS_SUPER - n) * sizeof *s->lasts);
    s->blocks = start + len;
    return 0;
}

static int load_super(struct skips *s, uint32_t k, struct err *err)
{
    uint32_t start = 0, end = 0, base = UINT32_MAX;
    int rc = 0;
    if (s->super == k)
        return 0;
    s->super = UINT32_MAX; /* until it is sound */
    if (k > 0)
        rc = super_entry(s, k - 1, &base, &start, err);
    s->base = base;
    s->end = array_offset(s);
    s->last = UINT32_MAX;
    if (rc == 0 && k + 1 < s->n_supers) {
        rc = super_entry(s, k, &s->last, &end, err);
        s->end = end;
        if (rc == 0 && k > 0 && s->last <= base)
            return corrupt(s, array_offset(s), err, "superblocks do not ascend");
    }
    if (rc != 0)
        return rc;
    if (start > s->end || s->end > array_offset(s))
        return corrupt(s, array_offset(s), err, "superblock beyond the list");
    s->super_blocks = k + 1 < s->n_supers ? SKIPS_SUPER : s->n_blocks - k * SKIPS_SUPER;
    rc = load_record(s, start, err);
    if (rc == 0)
        s->super = k;
    return rc;
}

/* First superblock whose last value is >= lo, or the final one; gallops from the one at hand. */
static int find_super(const struct skips *s, uint32_t lo, uint32_t *out,
                      struct err *err)
{
    uint32_t low = 0, high = s->n_supers - 1, last = 0, end;
    if (s->super != UINT32_MAX && s->base != UINT32_MAX && lo > s->base)
        low = s->super;
    for (uint32_t step = 1; step < high - low; step *= 2) {
        int rc = super_entry(s, low + step - 1, &last, &end, err);
        if (rc != 0)
            return rc;
        if (last >= lo) {
            high = low + step - 1;
            break;
        }
        low += step;
    }
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int rc = super_entry(s, mid, &last, &end, err);
        if (rc != 0)
            return rc;
        if (last >= lo)
            high = mid;
        else
            low = mid + 1;
    }
    *out = low;
    return 0;
}

/* The first of 64 ascending values that is >= wanted, or the final one. Sums of comparisons, because a
 * branch here is wrong every other time. */
static uint32_t lower_bound(const uint32_t *values, uint32_t wanted)
{
    uint32_t at = (uint32_t)(values[31] < wanted) << 5;
    at += (uint32_t)(values[at + 15] < wanted) << 4;
    at += (uint32_t)(values[at + 7] < wanted) << 3;
    at += (uint32_t)(values[at + 3] < wanted) << 2;
    at += (uint32_t)(values[at + 1] < wanted) << 1;
    return at + (values[at] < wanted);
}

int skips_find(struct skips *s, uint32_t lo, uint32_t *block, struct err *err)
{
    uint32_t k = 0;
    int rc = 0;
    bool here = s->super != UINT32_MAX && (s->base == UINT32_MAX || lo > s->base) &&
                (s->super + 1 == s->n_supers || lo <= s->last);
    if (!here) {
        if (s->n_supers > 1)
            rc = find_super(s, lo, &k, err);
        if (rc == 0)
            rc = load_super(s, k, err);
        if (rc != 0)
            return rc;
    }
    uint32_t i = 0, final = s->super_blocks - 1;
    if (s->base == UINT32_MAX || lo > s->base)
        i = lower_bound(s->lasts, lo - s->base - 1);
    *block = s->super * SKIPS_SUPER + (i < final ? i : final);
    return 0;
}

int skips_block(struct skips *s, uint32_t b, struct skips_place *out, struct err *err)
{
    assert(b < s->n_blocks);
    int rc = load_super(s, b / SKIPS_SUPER, err);
    if (rc != 0)
        return rc;
    uint32_t i = b % SKIPS_SUPER;
    uint64_t from = s->base == UINT32_MAX ? 0 : (uint64_t)s->base + 1;
    uint64_t start = 0, end = s->end - s->blocks;
    uint64_t base = s->base, last = s->last;
    bool last_known = s->super + 1 < s->n_supers;
    if (i > 0) {
        base = from + s->lasts[i - 1];
        start = s->ends[i - 1];
    }
    if (i + 1 < s->super_blocks) {
        last = from + s->lasts[i];
        last_known = true;
        end = s->ends[i];
    }
    if ((i > 0 && base >= UINT32_MAX) || last > UINT32_MAX)
        return corrupt(s, s->blocks, err, "last value of a block");
    if (start > end || end > s->end - s->blocks)
        return corrupt(s, s->blocks, err, "block beyond its superblock");
    if (last_known && base != UINT32_MAX && last <= base)
        return corrupt(s, s->blocks, err, "blocks do not ascend");
    *out = (struct skips_place){.base = (uint32_t)base,
                                .last = (uint32_t)last,
                                .last_known = last_known,
                                .offset = s->ref.offset + s->blocks + start,
                                .len = end - start};
    return section_check_near(&s->section, &s->near, out->offset, out->len, err);
}
