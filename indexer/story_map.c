#include "indexer/story_map.h"

#include <stdlib.h>

#include "base/cpu.h"

#define BORDER_MASK ((UINT32_C(1) << STORY_MAP_SHIFT_MAX) - 1)
#define MORE        (UINT32_C(1) << STORY_MAP_SHIFT_MAX * STORY_MAP_BORDERS)

enum {
    SHIFT_MIN = 6,
    AHEAD = 16 /* addresses between a prefetch and its use */
};

/* The block that begins at an address, in a story. */
static uint64_t describe_block(const struct story_map *m, uint64_t at, uint32_t story)
{
    uint32_t borders = 0;
    uint64_t end = at + (UINT64_C(1) << m->shift);
    for (unsigned i = 0; i < STORY_MAP_BORDERS; i++) {
        uint64_t next = (uint64_t)story + i + 1;
        uint32_t before = next < m->n && m->starts[next] < end
                              ? (uint32_t)(m->starts[next] - at) - 1
                              : BORDER_MASK;
        borders |= before << i * STORY_MAP_SHIFT_MAX;
    }
    uint64_t next = (uint64_t)story + STORY_MAP_BORDERS + 1;
    if (next < m->n && m->starts[next] < end)
        borders |= MORE;
    return (uint64_t)story << 32 | borders;
}

/* Blocks of so many addresses that there are no more of them than stories, or of as many as the borders can say. */
int story_map_init(struct story_map *m, const address *starts, uint32_t n,
                   struct err *err)
{
    uint64_t end = starts[n];
    *m = (struct story_map){.starts = starts, .n = n, .shift = SHIFT_MIN};
    while (m->shift < STORY_MAP_SHIFT_MAX && end >> m->shift > n)
        m->shift++;
    size_t blocks = (size_t)(end >> m->shift) + 1;
    m->blocks = calloc(blocks, sizeof *m->blocks);
    if (!m->blocks)
        return err_set(err, ERR_NOMEM, "out of memory");
    uint32_t story = 0;
    for (size_t i = 0; i < blocks; i++) {
        uint64_t at = (uint64_t)i << m->shift;
        while (story + 1 < n && starts[story + 1] <= at)
            story++;
        m->blocks[i] = describe_block(m, at, story);
    }
    return 0;
}

uint64_t story_map_memory(const struct story_map *m)
{
    return (((uint64_t)m->starts[m->n] >> m->shift) + 1) * sizeof *m->blocks;
}

void story_map_release(struct story_map *m)
{
    free(m->blocks);
    m->blocks = NULL;
}

static inline uint32_t story_of(const struct story_map *m, address at)
{
    uint64_t block = m->blocks[at >> m->shift];
    uint32_t place = at & ((UINT32_C(1) << m->shift) - 1);
    uint32_t borders = (uint32_t)block, story = (uint32_t)(block >> 32);
    story += place > (borders & BORDER_MASK);
    story += place > (borders >> STORY_MAP_SHIFT_MAX & BORDER_MASK);
    story += place > (borders >> 2 * STORY_MAP_SHIFT_MAX & BORDER_MASK);
    while ((borders & MORE) && m->starts[story + 1] <= at)
        story++;
    return story;
}

/* No branch asks whether an address lies in the story of the one before it: that is as good as random. */
size_t story_map_list_scalar(const struct story_map *m, const address *list, size_t n,
                             story_id last, story_id *out)
{
    const struct story_map map = *m; /* what is written to out does not change it */
    size_t i = 0, n_out = 0;
    for (; i + AHEAD < n; i++) {
        __builtin_prefetch(&map.blocks[list[i + AHEAD] >> map.shift]);
        story_id story = story_of(&map, list[i]);
        out[n_out] = story;
        n_out += story != last;
        last = story;
    }
    for (; i < n; i++) {
        story_id story = story_of(&map, list[i]);
        out[n_out] = story;
        n_out += story != last;
        last = story;
    }
    return n_out;
}

size_t story_map_list(const struct story_map *m, const address *list, size_t n,
                      story_id last, story_id *out)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return story_map_list_avx2(m, list, n, last, out);
#endif
    return story_map_list_scalar(m, list, n, last, out);
}
