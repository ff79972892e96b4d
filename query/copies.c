#include "query/copies.h"

void copies_release(struct copies *c)
{
    vec_release(&c->shared);
}

int copies_load(struct copies *c, const struct scope_window *w, struct err *err)
{
    const struct segment *segment = w->segment;
    const struct wordings *words = &segment->wordings;
    uint64_t last = w->to; /* wordings of the window end there */
    size_t n = 0;
    c->segment = segment;
    c->from = w->from;
    c->first_wording = w->from;
    c->in_step = true;
    c->at = 0;
    c->run = (struct groups_run){0};
    vec_reset(&c->shared);
    if (words->n_complex > 0) {
        struct story_view first, end;
        int rc = wordings_story(words, w->from, &first, err);
        if (rc == 0) {
            rc = wordings_story(words, w->to - 1, &end, err);
        }
        if (rc) {
            return rc;
        }
        c->first_wording = first.first_wording;
        last = (uint64_t)end.first_wording + end.n_wordings;
        c->in_step = last - c->first_wording == w->to - w->from;
    }
    if (segment->articles.n_articles == words->n_wordings) {
        return 0;
    }
    if (last < c->first_wording || last > words->n_wordings) {
        return section_corrupt(&words->section, 0, err,
                               "wordings: %llu of them are too many",
                               (unsigned long long)last);
    }
    if (!vec_reserve(&c->shared, last - c->first_wording)) {
        return err_set(err, ERR_NOMEM, "query: no memory for wordings");
    }
    int rc = marks_fill(&segment->articles.groups.larger, c->first_wording, last,
                        c->shared.items, last - c->first_wording, &n, err);
    c->shared.len = rc ? 0 : n;
    return rc;
}

int copies_wording(struct copies *c, story_id id, wording_id *out, struct err *err)
{
    struct story_view view;
    int rc = 0;
    if (c->in_step) {
        *out = c->first_wording + (id - c->from);
        return 0;
    }
    if (id < c->run.unit || id >= c->run.end) {
        rc = groups_run_of(&c->segment->wordings.groups, id, &c->run, err);
    }
    if (rc == 0 && id >= c->run.unit && id < c->run.end) {
        *out = c->run.id + (id - c->run.unit);
        return 0;
    }
    if (rc == 0) {
        rc = wordings_story(&c->segment->wordings, id, &view, err);
    }
    if (rc == 0) {
        *out = view.first_wording;
    }
    return rc;
}

int copies_count(struct copies *c, wording_id wording, uint32_t *out, struct err *err)
{
    article_id first;
    while (c->at > 0 && c->shared.items[c->at - 1] >= wording) {
        c->at--;
    }
    while (c->at < c->shared.len && c->shared.items[c->at] < wording) {
        c->at++;
    }
    if (c->at == c->shared.len || c->shared.items[c->at] != wording) {
        *out = 1;
        return 0;
    }
    return articles_of_wording(&c->segment->articles, wording, &first, out, err);
}
