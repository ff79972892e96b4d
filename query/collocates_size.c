/* How many words there are in the whole archive, and how often copies have each.
 *
 * The dictionary counts a word where it has its homes. What articles have beside that is read where they share a story. */
#include <stdlib.h>

#include "formats/reconstruct.h"
#include "query/collocates_parts.h"

enum {
    AT_ONCE = 1024 /* tokens */
};

/* Counts are added to the numbers of terms or surfaces. */
struct adding {
    const struct collocates *c;
    const struct segment *segment;
    uint64_t *to;
    surface_id ids[AT_ONCE];
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "collocates: no memory for occurrences of words");
}

uint64_t collocates_size(const struct collocates *c, bool all)
{
    uint64_t n = 0;
    for (size_t i = 0; i < c->snapshot->n_segments; i++) {
        n += c->snapshot->segments[i]
                 .counts[all ? SEGMENT_ARTICLE_TOKENS : SEGMENT_HOMES];
    }
    return n;
}

static int add_ids(struct adding *a, size_t len, uint64_t n, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < len && rc == 0; i++) {
        uint32_t id = a->ids[i];
        if (id == (surface_id)FORWARD_ELSEWHERE) {
            continue;
        }
        if (!a->c->options.by_surface) {
            rc = surfaces_term(&a->segment->surfaces, id, &id, err);
        }
        if (rc == 0) {
            a->to[id] += n;
        }
    }
    return rc;
}

/* Adds n for each token of the stream's [from, from + len); `homes`: for those that are stored there. */
static int add_stream(struct adding *a, address from, uint32_t len, bool homes,
                      uint64_t n, struct err *err)
{
    int rc = 0;
    for (uint32_t done = 0; done < len && rc == 0; done += AT_ONCE) {
        uint32_t step = len - done < AT_ONCE ? len - done : AT_ONCE;
        rc = homes
                 ? forward_read(&a->segment->forward, from + done, step, a->ids, NULL,
                                err)
                 : reconstruct_stream(a->segment, from + done, step, a->ids, NULL, err);
        rc = rc ? rc : add_ids(a, step, n, err);
    }
    return rc;
}

static int add_wording(struct adding *a, wording_id id, piece_vec *pieces,
                       struct err *err)
{
    article_id first;
    uint32_t n = 0;
    int rc = articles_of_wording(&a->segment->articles, id, &first, &n, err);
    rc = rc ? rc : wordings_pieces(&a->segment->wordings, id, pieces, err);
    for (size_t i = 0; rc == 0 && i < pieces->len; i++) {
        rc = add_stream(a, pieces->items[i].start, pieces->items[i].own, false, n, err);
    }
    return rc;
}

/* Every wording of the stories that have several, in the place of their homes. */
static int add_complex(struct adding *a, struct err *err)
{
    const struct wordings *words = &a->segment->wordings;
    piece_vec pieces = {0};
    story_id id = 0;
    int rc = 0;
    while (rc == 0 && id < words->n_stories) {
        struct story_view view = {0};
        rc = wordings_next_complex(words, id, &id, err);
        rc = rc ? rc : wordings_story(words, id, &view, err);
        rc = rc ? rc
                : add_stream(a, view.start, view.end - view.start, true, (uint64_t)-1,
                             err);
        for (uint32_t i = 0; rc == 0 && i < view.n_wordings; i++) {
            rc = add_wording(a, view.first_wording + i, &pieces, err);
        }
        rc = rc ? rc : deadline_check(a->c->deadline, err);
        id++;
    }
    vec_release(&pieces);
    return rc == ITER_END ? 0 : rc;
}

/* The wording of a story by itself that several articles have. */
static int add_shared(struct adding *a, wording_id wording, struct err *err)
{
    struct story_view view = {0};
    article_id first;
    story_id id = 0;
    uint32_t n = 1;
    int rc = wordings_story_of_wording(&a->segment->wordings, wording, &id, err);
    rc = rc ? rc : wordings_story(&a->segment->wordings, id, &view, err);
    rc = rc ? rc : articles_of_wording(&a->segment->articles, wording, &first, &n, err);
    if (rc || !view.simple) {
        return rc;
    }
    return add_stream(a, view.start, view.end - view.start, false, n - 1, err);
}

static int add_all_shared(struct adding *a, struct err *err)
{
    const struct marks *larger = &a->segment->articles.groups.larger;
    int rc = 0;
    for (uint64_t i = 0; i < marks_count(larger) && rc == 0; i++) {
        uint64_t wording = 0;
        rc = marks_select(larger, i, &wording, err);
        rc = rc ? rc : add_shared(a, (wording_id)wording, err);
        rc = rc ? rc : deadline_check(a->c->deadline, err);
    }
    return rc;
}

int collocates_weigh(struct collocates *c, size_t segment, bool all, struct err *err)
{
    struct collocates_counts *counts = &c->counts.items[segment];
    const struct segment *s = &c->snapshot->segments[segment];
    size_t n = c->options.by_surface ? s->surfaces.n_surfaces : s->surfaces.n_terms;
    struct adding a = {.c = c, .segment = s};
    int rc = 0;
    if (c->options.by_surface && !counts->written.counts) {
        rc = written_count_all(&counts->written, err);
    }
    if (rc || !all || counts->more) {
        return rc;
    }
    a.to = calloc(n + 1, sizeof *a.to);
    rc = a.to ? add_complex(&a, err) : no_memory(err);
    rc = rc ? rc : add_all_shared(&a, err);
    if (rc) {
        free(a.to);
        return rc;
    }
    counts->more = a.to;
    return 0;
}
