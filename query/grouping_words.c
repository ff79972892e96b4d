#include "query/grouping_words.h"

#include <stdlib.h>
#include <string.h>

/* Of one segment, story by story. */
struct walk {
    struct grouping *g;
    const struct segment *segment;
    uint32_t index; /* of the segment */
    struct story_view story;
    VEC(struct grouping_member) members; /* wording: its index in the story */
    VEC(uint32_t) lengths;               /* of its wordings */
    VEC(uint64_t) homes;                 /* a bit for each address of the story */
    block_vec blocks;
    piece_vec pieces;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for groups");
}

static bool has_bit(const struct walk *w, address a)
{
    uint32_t i = a - w->story.start;
    return w->homes.items[i / 64] >> (i % 64) & 1;
}

static void put_bit(struct walk *w, address a)
{
    uint32_t i = a - w->story.start;
    w->homes.items[i / 64] |= UINT64_C(1) << (i % 64);
}

/* Marks the addresses of a wording. */
static int mark_wording(struct walk *w, uint32_t wording, struct err *err)
{
    const struct wordings *words = &w->segment->wordings;
    int rc = wordings_pieces(words, w->story.first_wording + wording, &w->pieces, err);
    vec_foreach(const struct piece, p, &w->pieces) {
        if (rc != 0)
            break;
        if (p->start < w->story.start || p->own > w->story.end - p->start)
            return section_corrupt(&words->section, 0, err,
                                   "wordings: a piece lies outside story %u",
                                   w->story.id);
        for (uint32_t i = 0; i < p->own; i++)
            put_bit(w, p->start + i);
    }
    return rc;
}

/* The homes that the wordings of members [from, to) have, each once. */
static int count_homes(struct walk *w, size_t from, size_t to, uint64_t *out,
                       struct err *err)
{
    size_t n_words = ((size_t)(w->story.end - w->story.start) + 63) / 64;
    const struct grouping_member *m = w->members.items;
    int rc = 0;
    vec_reset(&w->homes);
    if (!vec_reserve(&w->homes, n_words + 1))
        return no_memory(err);
    memset(w->homes.items, 0, (n_words + 1) * sizeof *w->homes.items);
    for (size_t i = from; i < to && rc == 0; i++) {
        if (i == from || m[i].wording != m[i - 1].wording)
            rc = mark_wording(w, m[i].wording, err);
    }
    *out = 0;
    for (address a = w->story.start; a < w->story.end && rc == 0; a++) {
        if (!has_bit(w, a))
            continue;
        address home = wordings_home(w->blocks.items, w->blocks.len, a);
        if (home < w->story.start || home > a)
            return section_corrupt(&w->segment->wordings.section, 0, err,
                                   "wordings: a home lies outside story %u",
                                   w->story.id);
        *out += home == a || !has_bit(w, home); /* those before are counted */
        put_bit(w, home);
    }
    return rc;
}

/* Groups of the articles of wordings [0, n) of the story, by group and wording. */
static int find_members(struct walk *w, struct err *err)
{
    struct grouping *g = w->g;
    vec_reset(&w->members);
    vec_reset(&w->lengths);
    for (uint32_t i = 0; i < w->story.n_wordings; i++) {
        wording_id wording = w->story.first_wording + i;
        article_id first = 0;
        uint32_t n = 0, length = w->story.end - w->story.start;
        int rc = articles_of_wording(&w->segment->articles, wording, &first, &n, err);
        if (rc == 0 && !w->story.simple)
            rc = wordings_length(&w->segment->wordings, wording, &length, err);
        if (rc == 0 && !vec_push(&w->lengths, length))
            rc = no_memory(err);
        for (uint32_t k = 0; k < n && rc == 0; k++) {
            rc = grouping_article(g, w->index, first + k, err);
            for (size_t f = 0; f < g->found.len && rc == 0; f++) {
                struct grouping_member m = {g->found.items[f], i};
                if (!vec_push(&w->members, m))
                    rc = no_memory(err);
            }
        }
        if (rc != 0)
            return rc;
    }
    if (w->members.len > 1)
        qsort(w->members.items, w->members.len, sizeof *w->members.items,
              grouping_compare);
    return 0;
}

/* Members [from, to) are those of one group. */
static int add_group(struct walk *w, size_t from, size_t to, struct err *err)
{
    const struct grouping_member *m = w->members.items;
    struct grouping_group *group = &w->g->groups.items[m[from].group];
    uint64_t words = w->story.homes;
    int rc = 0;
    group->totals.stories++;
    group->totals.articles += to - from;
    for (size_t i = from; i < to; i++)
        group->words_all += w->lengths.items[m[i].wording];
    if (m[0].group != m[w->members.len - 1].group && !w->story.simple)
        rc = count_homes(w, from, to, &words, err);
    group->words += words;
    return rc;
}

static int add_story(struct walk *w, story_id id, struct err *err)
{
    int rc = wordings_story(&w->segment->wordings, id, &w->story, err);
    if (rc == 0 && !w->story.simple)
        rc = wordings_blocks(&w->segment->wordings, id, &w->blocks, err);
    if (rc == 0)
        rc = find_members(w, err);
    size_t n = w->members.len;
    for (size_t from = 0, to; from < n && rc == 0; from = to) {
        for (to = from + 1;
             to < n && w->members.items[to].group == w->members.items[from].group;)
            to++;
        rc = add_group(w, from, to, err);
    }
    return rc;
}

int grouping_archive(struct grouping *g, const struct deadline *deadline,
                     struct err *err)
{
    struct walk w = {.g = g};
    int rc = 0;
    for (size_t s = 0; s < g->snapshot->n_segments && rc == 0; s++) {
        w.segment = &g->snapshot->segments[s];
        w.index = (uint32_t)s;
        for (story_id id = 0; id < w.segment->wordings.n_stories && rc == 0; id++) {
            rc = add_story(&w, id, err);
            rc = rc ? rc : deadline_tick(deadline, id, err);
        }
    }
    vec_release(&w.members);
    vec_release(&w.lengths);
    vec_release(&w.homes);
    vec_release(&w.blocks);
    vec_release(&w.pieces);
    return rc;
}
