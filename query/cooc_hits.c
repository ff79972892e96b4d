#include "query/cooc_hits.h"

#include <string.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "cooc: no memory for the hits of all queries; fewer or rarer "
                   "queries or a larger --memory helps");
}

void cooc_hits_release(struct cooc_hits *h)
{
    vec_release(&h->entries);
    vec_release(&h->wordings);
    vec_release(&h->spans);
    vec_release(&h->passages);
    vec_release(&h->articles);
}

static bool put_articles(struct cooc_hits *h, const struct wording_match *m,
                         struct cooc_wording *w)
{
    if (!m->articles) {
        return true;
    }
    w->articles = h->articles.len + 1;
    for (uint32_t i = 0; i < m->n_articles; i++) {
        if (!vec_push(&h->articles, m->articles[i])) {
            return false;
        }
    }
    return true;
}

static bool put_wording(struct cooc_hits *h, const struct wording_match *m,
                        bool is_only)
{
    struct cooc_wording w = {.wording = m->wording,
                             .first_article = m->first_article,
                             .n_articles = m->n_articles,
                             .n_spans = (uint32_t)m->n_spans,
                             .spans = h->spans.len};
    if (!put_articles(h, m, &w) || !vec_reserve(&h->spans, m->n_spans)) {
        return false;
    }
    memcpy(h->spans.items + h->spans.len, m->spans, m->n_spans * sizeof *m->spans);
    h->spans.len += m->n_spans;
    if (!is_only) {
        w.passages = h->passages.len + 1;
        if (!vec_reserve(&h->passages, m->n_spans)) {
            return false;
        }
        memcpy(h->passages.items + h->passages.len, m->passages,
               m->n_spans * sizeof *m->passages);
        h->passages.len += m->n_spans;
    }
    return vec_push(&h->wordings, w);
}

int cooc_hits_add(void *arg, const struct story_match *match, struct err *err)
{
    struct cooc_hits *h = arg;
    struct cooc_entry e = {
        .segment = match->segment, .story = match->story, .wordings = h->wordings.len};
    bool is_only = match->n_wordings == 1 && match->hits == match->wordings->n_spans;
    for (size_t i = 0; i < match->n_wordings; i++) {
        const struct wording_match *m = &match->wordings[i];
        if (!put_wording(h, m, is_only)) {
            return no_memory(err);
        }
        e.n_wordings++;
        e.whole = !m->articles;
    }
    e.whole &= e.n_wordings == 1;
    return vec_push(&h->entries, e) ? 0 : no_memory(err);
}
