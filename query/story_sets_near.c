#include "query/story_sets_near.h"

enum {
    CHUNK = 1 << 12, /* stories whose places are looked up together */
    DENSE = 8        /* one of so many is asked about: the places of all are read */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for stories");
}

/* Stories [*at, ...) of the set that are looked at together, with their places. */
static int take_chunk(const struct story_sets *s, const story_vec *set, size_t *at,
                      struct scope_window *window, struct scope *chunk, struct err *err)
{
    size_t i = *at, end = i + CHUNK < set->len ? i + CHUNK : set->len, n = end - i;
    const story_id *ids = set->items + i;
    story_id from = ids[0], to = ids[n - 1] + 1;
    struct scope_places places;
    int rc = 0;
    vec_reset(&chunk->stories);
    if (!vec_reserve(&chunk->stories, n)) {
        return no_memory(err);
    }
    struct scope_story *out = chunk->stories.items;
    chunk->stories.len = n;
    *at = end;
    if (to - from <= n * DENSE) {
        rc = scope_window_range(window, s->segment, from, to, err);
        rc = rc ? rc : scope_window_starts(window, err);
        for (i = 0; i < n && rc == 0; i++) {
            const address *start = window->starts.items + (ids[i] - from);
            out[i] = (struct scope_story){ids[i], start[0], start[1]};
        }
        return rc;
    }
    scope_places_begin(&places, &s->segment->wordings);
    for (i = 0; i < n && rc == 0; i++) {
        rc = scope_place_of(&places, ids[i], &out[i], err);
    }
    return rc;
}

int story_sets_near_keep(struct story_sets *s, const struct near_word *a,
                         const struct near_word *b, struct near_reach reach,
                         story_vec *set, struct err *err)
{
    struct near_stories near = {0};
    struct scope_window window = {0};
    struct scope chunk = {0};
    story_vec several = {0};
    size_t kept = 0;
    int rc = story_sets_part(s, set, &several, err);
    rc = rc ? rc : near_stories_open(&near, s->segment, a, b, reach, err);
    for (size_t at = 0; at < set->len && rc == 0;) {
        rc = deadline_check(s->plan->deadline, err);
        rc = rc ? rc : take_chunk(s, set, &at, &window, &chunk, err);
        rc = rc ? rc
                : near_stories_keep(&near, chunk.stories.items, chunk.stories.len,
                                    set->items, &kept, err);
    }
    set->len = rc ? 0 : kept;
    rc = rc ? rc : story_vec_unite(set, &several, &s->spare, err);
    near_stories_close(&near);
    scope_window_release(&window);
    scope_release(&chunk);
    vec_release(&several);
    return rc;
}
