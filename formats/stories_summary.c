#include "formats/stories_layout.h"

/* Only stories with a record need reading: of all others one article is the root. */
static int sum_segment(const struct stories *s, uint32_t segment,
                       struct stories_summary *out, struct err *err)
{
    uint32_t n = 0, n_articles = 0;
    uint64_t stored = 0;
    story_id id = 0;
    int rc = stories_counts(s, segment, &n, &n_articles, err);
    while (rc == 0 && (rc = stories_next_stored(s, segment, id, &id, err)) == 0) {
        struct stories_walk walk;
        struct evidence e;
        uint64_t articles = 0;
        rc = stories_members(s, segment, id, &walk, err);
        while (rc == 0 && (rc = stories_members_next(&walk, &e, err)) == 0) {
            out->relations[e.relation]++;
            articles++;
        }
        if (rc != ITER_END)
            return rc;
        out->with_copies += articles > 1;
        out->largest = articles > out->largest ? articles : out->largest;
        stored++;
        id++;
        rc = 0;
    }
    if (rc != ITER_END)
        return rc;
    out->relations[RELATION_ROOT] += n - stored;
    if (n > 0 && out->largest == 0)
        out->largest = 1;
    return 0;
}

int stories_summary(const struct stories *s, struct stories_summary *out,
                    struct err *err)
{
    link_vec links = {0};
    uint64_t next = 0, story = 0;
    int rc = 0;
    *out = (struct stories_summary){0};
    for (uint32_t i = 0; rc == 0 && i < stories_n_segments(s); i++)
        rc = sum_segment(s, i, out, err);
    while (rc == 0) {
        vec_reset(&links);
        rc = stories_next_linked(s, next, &story, &links, err);
        next = story + 1;
        for (size_t i = 0; rc == 0 && i < links.len; i++)
            out->links[links.items[i].evidence.relation]++;
    }
    vec_release(&links);
    return rc == ITER_END ? 0 : rc;
}
