#include "query/whole.h"

#include "base/vec.h"

struct walk {
    const struct snapshot *snapshot;
    enum whole_stories which;
    VEC(struct wording_match) wordings; /* of the story at hand */
    struct engine_totals totals;
};

/* The story with all its articles. */
static int find_story(struct walk *w, uint32_t segment, story_id id,
                      struct story_match *out, struct err *err)
{
    const struct segment *s = &w->snapshot->segments[segment];
    struct story_view view;
    int rc = wordings_story(&s->wordings, id, &view, err);
    *out = (struct story_match){.segment = segment, .story = id};
    vec_reset(&w->wordings);
    for (uint32_t i = 0; rc == 0 && i < view.n_wordings; i++) {
        struct wording_match m = {.wording = view.first_wording + i};
        rc = articles_of_wording(&s->articles, m.wording, &m.first_article,
                                 &m.n_articles, err);
        out->articles += m.n_articles;
        if (rc == 0 && !vec_push(&w->wordings, m)) {
            rc = err_set(err, ERR_NOMEM, "query: no memory for the texts of a story");
        }
    }
    out->wordings = w->wordings.items;
    out->n_wordings = w->wordings.len;
    return rc;
}

static int give_segment(struct walk *w, uint32_t segment,
                        const struct engine_options *options,
                        const struct deadline *deadline, struct err *err)
{
    uint32_t n = w->snapshot->segments[segment].wordings.n_stories;
    int rc = 0;
    for (story_id id = 0; id < n && rc == 0; id++) {
        struct story_match match;
        rc = deadline_tick(deadline, id, err);
        rc = rc ? rc : find_story(w, segment, id, &match, err);
        if (rc == 0 && (w->which == WHOLE_ALL || match.articles > 1)) {
            w->totals.stories++;
            w->totals.articles += match.articles;
            rc = options->story(options->arg, &match, err);
        }
    }
    return rc;
}

int whole_run(const struct snapshot *snapshot, enum whole_stories which,
              const struct engine_options *options, const struct deadline *deadline,
              struct engine_totals *totals, struct err *err)
{
    struct walk w = {.snapshot = snapshot, .which = which};
    int rc = 0;
    for (uint32_t i = 0; i < snapshot->n_segments && rc == 0; i++) {
        rc = give_segment(&w, i, options, deadline, err);
    }
    if (rc == 0 && totals) {
        *totals = w.totals;
    }
    vec_release(&w.wordings);
    return rc;
}
