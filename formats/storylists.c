/* Reading one term's stories. */
#include "formats/storylists.h"

#include <assert.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/coding.h"
#include "formats/pfor.h"
#include "formats/storylists_bits.h"
#include "formats/storylists_layout.h"

static_assert((int)STORYLISTS_BITS_ROOM <= 32, "struct story_cursor has room");

int storylists_open(struct story_cursor *c, const struct section *doc,
                    struct list_ref ref, uint32_t count, struct err *err)
{
    c->count = count;
    c->n_blocks = count / STORYLISTS_BLOCK + (count % STORYLISTS_BLOCK != 0);
    c->block = UINT32_MAX;
    c->in_block = c->at = 0;
    c->from = 0;
    return skips_open(&c->skips, doc, ref, c->n_blocks, err);
}

static int corrupt(const struct skips_place *place, const struct section *s,
                   struct err *err)
{
    (void)section_corrupt(s, place->offset, err, "list of stories: a block");
    return ERR_CORRUPT; /* said here, so that an analyser sees it */
}

bool storylists_bits_scalar(const uint8_t *bits, size_t len, story_id first, size_t n,
                            story_id *out)
{
    size_t k = 0;
    for (size_t i = 0; i < len; i++)
        for (unsigned byte = bits[i]; byte != 0; byte &= byte - 1) {
            if (k == n)
                return false;
            out[k++] = first + (story_id)(8 * i) + (story_id)__builtin_ctz(byte);
        }
    return k == n;
}

/* Stories written as bits after the base. */
static bool read_bitset(struct cursor *in, uint32_t base, uint32_t n, story_id *out)
{
    (void)cursor_u8(in);
    size_t len = (size_t)cursor_varint_max(in, STORYLISTS_BYTES_MAX);
    const uint8_t *bits = cursor_take(in, len);
    uint64_t first = base == UINT32_MAX ? 0 : (uint64_t)base + 1;
    if (!bits || first + 8 * len > UINT32_MAX)
        return false;
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return storylists_bits_avx2(bits, len, (story_id)first, n, out);
#endif
    return storylists_bits_scalar(bits, len, (story_id)first, n, out);
}

static bool read_stories(struct cursor *in, uint32_t base, uint32_t n, story_id *out)
{
    if (cursor_left(in) > 0 && *in->p == STORYLISTS_BITSET)
        return read_bitset(in, base, n, out);
    return cursor_take(in, pfor_decode_gaps(in->p, cursor_left(in), n, base, out)) !=
           NULL;
}

static int load_block(struct story_cursor *c, uint32_t b, struct err *err)
{
    struct skips_place place;
    const struct section *s = &c->skips.section;
    c->block = UINT32_MAX; /* until it is sound */
    int rc = skips_block(&c->skips, b, &place, err);
    if (rc != 0)
        return rc;
    uint32_t n =
        b + 1 < c->n_blocks ? STORYLISTS_BLOCK : c->count - b * STORYLISTS_BLOCK;
    struct cursor in = cursor_of(s->data + place.offset, (size_t)place.len);
    if (place.len == 0 || !read_stories(&in, place.base, n, c->stories) ||
        cursor_left(&in) > 0 || (place.last_known && c->stories[n - 1] != place.last))
        return corrupt(&place, s, err);
    memset(c->stories + n, 0xff, sizeof c->stories - n * sizeof *c->stories);
    c->block = b;
    c->in_block = n;
    c->at = 0;
    c->from = place.base == UINT32_MAX ? 0 : (uint64_t)place.base + 1;
    return 0;
}

static uint32_t lower_bound(const story_id *stories, story_id lo)
{
    const story_id *at = stories;
    for (uint32_t half = STORYLISTS_BLOCK / 2; half > 0; half /= 2)
        at += (at[half - 1] < lo) ? half : 0;
    return (uint32_t)(at - stories) + (*at < lo);
}

static bool here(const struct story_cursor *c, story_id lo)
{
    return c->block != UINT32_MAX && lo >= c->from &&
           (lo <= c->stories[c->in_block - 1] || c->block + 1 == c->n_blocks);
}

/* Decodes the block that has the first story >= lo, if any has. */
static int turn_to(struct story_cursor *c, story_id lo, struct err *err)
{
    uint32_t b;
    if (c->count == 0)
        return ITER_END;
    if (here(c, lo))
        return 0;
    int rc = skips_find(&c->skips, lo, &b, err);
    if (rc == 0 && b != c->block)
        rc = load_block(c, b, err);
    return rc;
}

int storylists_seek(struct story_cursor *c, story_id lo, story_id *out, struct err *err)
{
    int rc = turn_to(c, lo, err);
    if (rc != 0)
        return rc;
    c->at = lower_bound(c->stories, lo);
    if (c->at >= c->in_block)
        return ITER_END;
    *out = c->stories[c->at];
    return 0;
}

int storylists_block(struct story_cursor *c, story_id lo, const story_id **stories,
                     uint32_t *n, struct err *err)
{
    int rc = turn_to(c, lo, err);
    if (rc != 0)
        return rc;
    if (c->stories[c->in_block - 1] < lo)
        return ITER_END;
    *stories = c->stories;
    *n = c->in_block;
    return 0;
}

int storylists_verify(const struct section *doc, struct list_ref ref, uint32_t count,
                      uint64_t n_stories, struct err *err)
{
    struct story_cursor c;
    int rc = storylists_open(&c, doc, ref, count, err);
    uint64_t next = 0;
    for (uint32_t b = 0; rc == 0 && b < c.n_blocks; b++) {
        struct skips_place place = {0};
        rc = load_block(&c, b, err);
        if (rc == 0)
            rc = skips_block(&c.skips, b, &place, err);
        if (rc != 0)
            break;
        if (c.stories[0] < next)
            return corrupt(&place, doc, err);
        next = (uint64_t)c.stories[c.in_block - 1] + 1;
    }
    if (rc == 0 && next > n_stories)
        return section_corrupt(doc, ref.offset, err, "list: story beyond the last");
    return rc;
}
