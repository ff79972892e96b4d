#include <stdlib.h>

#include "tests/support/check.h"
#include "tests/support/planted.h"
#include "tests/support/reread.h"

/* One article on its way from the index to h. */
struct mirror {
    struct handmade *h;
    handmade_tokens tokens;
};

static void add_article(void *arg, const struct reread_article *a)
{
    struct mirror *m = arg;
    const struct analysed *t = a->text;
    vec_reset(&m->tokens);
    for (size_t i = 0; i < t->n_tokens; i++) {
        struct handmade_token token = {analysed_surface(t, i), analysed_separator(t, i),
                                       t->tokens[i].brk};
        CHECK(vec_push(&m->tokens, token));
    }
    handmade_article(m->h, m->tokens.items, m->tokens.len, t->tail,
                     (uint32_t)t->title_tokens, a->row);
}

static int add_story(struct mirror *m, struct reread *again, const struct segment *s,
                     uint32_t segment, story_id id, struct err *err)
{
    struct story_view view;
    int rc = wordings_story(&s->wordings, id, &view, err);
    size_t number = handmade_story(m->h);
    for (uint32_t k = 0; rc == 0 && k < view.n_wordings; k++) {
        wording_id wording = view.first_wording + k;
        article_id first;
        uint32_t n;
        rc = articles_of_wording(&s->articles, wording, &first, &n, err);
        for (uint32_t i = 0; rc == 0 && i < n; i++) {
            rc = reread(again, s, first + i, add_article, m, err);
            if (rc != 0)
                break;
            struct handmade_article *a = &m->h->articles.items[m->h->articles.len - 1];
            CHECK(a->wording == k); /* equal ones share one, others do not */
            a->segment = segment;
            a->story_id = id;
            a->wording_id = wording;
            a->article_id = first + i;
        }
        struct handmade_wording *w = &m->h->stories.items[number].wordings.items[k];
        if (rc == 0)
            rc = wordings_pieces(&s->wordings, wording, &w->pieces, err);
    }
    m->h->stories.items[number].segment = segment;
    m->h->stories.items[number].story_id = id;
    return rc;
}

/* Articles of h are numbered as those of the index. */
static int add_links(struct handmade *h, const struct snapshot *s, struct err *err)
{
    link_vec links = {0};
    uint64_t story = 0;
    int rc = stories_next_linked(s->stories, 0, &story, &links, err);
    while (rc == 0)
        rc = stories_next_linked(s->stories, story + 1, &story, &links, err);
    vec_foreach(const struct story_link, l, &links) {
        struct handmade_link link = {(size_t)l->article_a, (size_t)l->article_b,
                                     l->evidence.relation};
        CHECK(vec_push(&h->links, link));
    }
    vec_release(&links);
    return rc == ITER_END ? 0 : rc;
}

int planted_mirror(struct handmade *h, const struct config *c, const struct snapshot *s,
                   struct err *err)
{
    struct mirror m = {.h = h};
    struct reread *again = reread_new(c);
    int rc = 0;
    CHECK(again);
    for (uint32_t i = 0; rc == 0 && i < s->n_segments; i++) {
        const struct segment *segment = &s->segments[i];
        for (story_id id = 0; rc == 0 && id < segment->wordings.n_stories; id++)
            rc = add_story(&m, again, segment, i, id, err);
    }
    if (rc == 0)
        rc = add_links(h, s, err);
    vec_release(&m.tokens);
    reread_free(again);
    return rc;
}
