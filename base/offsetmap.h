/* A map from offsets in a derived text back to the bytes it came from.
 *
 * The derived text is a sequence of segments. Segment i covers out_len bytes of derived
 * text and came from in_len bytes of source at in_pos. Where the two lengths are equal the
 * segment is linear, byte for byte; otherwise it is atomic (an escape, an entity, a
 * character of another encoding). Source bytes between segments were dropped. Sources may
 * go backwards between segments (a title that stands after the text in its record). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

struct offset_segment {
    uint32_t out_len; /* > 0 */
    uint32_t in_len;  /* 0: text that was put in; in_pos is then where it would stand */
    uint64_t in_pos;
};

struct offsetmap {
    VEC(struct offset_segment) segments;
    uint64_t out_len; /* sum of the segments' out_len */
    bool failed;      /* an allocation failed */
};

void offsetmap_reset(struct offsetmap *m);
void offsetmap_release(struct offsetmap *m);
/* Appends a segment; a linear one that continues the last linear one is merged with it. */
void offsetmap_put(struct offsetmap *m, uint32_t out_len, uint64_t in_pos,
                   uint32_t in_len);
/* As offsetmap_put, of a segment that is not empty and does not continue the last one: an atomic one, or one
 * behind it. */
static inline void offsetmap_append(struct offsetmap *m, uint32_t out_len,
                                    uint64_t in_pos, uint32_t in_len)
{
    struct offset_segment s = {out_len, in_len, in_pos};
    if (vec_push(&m->segments, s))
        m->out_len += out_len;
    else
        m->failed = true;
}
/* Appends to `out` the image of [from, from+len) of m's derived text: for a step that copies
 * this range of it (linear). `at` is a cursor kept between calls with growing `from`; start
 * with a zeroed one. */
struct offsetmap_cursor {
    size_t segment;
    uint64_t out_pos; /* offset of that segment in the derived text */
};
void offsetmap_copy(struct offsetmap *out, const struct offsetmap *m,
                    struct offsetmap_cursor *at, uint64_t from, uint64_t len);
/* Source bytes [*in_from, *in_to) that the derived bytes [from, to) came from: the start of
 * what `from` came from, the end of what to-1 came from. from < to <= out_len. Dropped bytes
 * at the two ends are left out. */
void offsetmap_span(const struct offsetmap *m, uint64_t from, uint64_t to,
                    uint64_t *in_from, uint64_t *in_to);
