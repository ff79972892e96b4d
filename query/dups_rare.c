#include "query/dups_rare.h"

#include <assert.h>
#include <stdlib.h>

#include "text/winnow.h"

/* A word of the shingle in one segment. */
struct place {
    struct address_cursor cursor;
    uint64_t count;
    uint32_t shift; /* from the shingle's first word */
};

/* Opens the lists, the shortest first: 0, ITER_END when the segment lacks a word, or an error. */
static int open_places(const struct dups_words *words, const struct segment *s,
                       const uint32_t *terms, uint32_t n, struct place *out,
                       struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        struct term_entry e;
        struct place p = {.shift = i};
        int rc = terms_find(&s->terms, words->words.items[terms[i]].key, 0, &e, err);
        if (rc == 0)
            rc = segment_addresses(s, &e, &p.cursor, err);
        if (rc != 0)
            return rc;
        p.count = e.occurrences;
        uint32_t k = i;
        for (; k > 0 && out[k - 1].count > p.count; k--)
            out[k] = out[k - 1];
        out[k] = p;
    }
    return 0;
}

/* The first address >= from where all words stand in their places: 0, ITER_END, or an error. */
static int next_shingle(struct place *places, uint32_t n, uint64_t from,
                        const struct deadline *deadline, uint64_t *n_seen, address *out,
                        struct err *err)
{
    for (uint32_t i = 0; i < n;) {
        address a;
        int rc = deadline_tick(deadline, (*n_seen)++, err);
        if (from + places[i].shift > UINT32_MAX)
            return ITER_END;
        if (rc == 0)
            rc = addresses_seek(&places[i].cursor, (address)(from + places[i].shift),
                                &a, err);
        if (rc != 0)
            return rc;
        if (a == from + places[i].shift) {
            i++;
            continue;
        }
        from = (uint64_t)a - places[i].shift;
        i = i ==
            0; /* it stands where the first list has it, else that is asked again */
    }
    *out = (address)from;
    return 0;
}

/* Adds the segment's stories that have the shingle to *n_stories, until there are enough. */
static int count_in(const struct dups_words *words, const struct segment *s,
                    const uint32_t *terms, uint32_t n, uint32_t least,
                    uint32_t *n_stories, struct err *err)
{
    struct place places[WINNOW_SHINGLE];
    uint64_t from = 0, n_seen = 0;
    int rc = open_places(words, s, terms, n, places, err);
    while (rc == 0 && *n_stories < least) {
        address a = 0;
        story_id story = 0;
        struct story_view view = {0};
        rc = next_shingle(places, n, from, words->deadline, &n_seen, &a, err);
        if (rc == 0)
            rc = wordings_story_of(&s->wordings, a, &story, err);
        if (rc == 0)
            rc = wordings_story(&s->wordings, story, &view, err);
        if (rc != 0)
            break;
        if (view.end <= a)
            return section_corrupt(&s->wordings.section, 0, err,
                                   "wordings: story %u does not hold address %u", story,
                                   a);
        bool inside =
            (uint64_t)a + n <= view.end; /* else it begins in the next story */
        *n_stories += inside;
        from = inside ? view.end : (uint64_t)a + 1;
    }
    return rc == ITER_END ? 0 : rc;
}

int dups_rare_stands_in(const struct dups_words *words, const uint32_t *terms,
                        uint32_t n, uint32_t least, struct err *err)
{
    const struct snapshot *snapshot = words->snapshot;
    uint32_t n_stories = 0;
    assert(n >= 1 && n <= WINNOW_SHINGLE);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < snapshot->n_segments && n_stories < least; i++)
        rc = count_in(words, &snapshot->segments[i], terms, n, least, &n_stories, err);
    return rc ? rc : n_stories >= least;
}
