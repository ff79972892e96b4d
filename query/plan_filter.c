/* What the IDs of filters mean, and the words that like: looks for. */
#include "query/like.h"
#include "query/plan_build.h"
#include "query/show.h"

/* --- IDs ---------------------------------------------------------------------------------- */

static int story_of(const struct snapshot *s, const struct show_place *at,
                    struct plan_target *out, struct err *err)
{
    const struct segment *segment = &s->segments[at->segment];
    uint32_t wording;
    int rc = groups_unit_of(&segment->articles.groups, at->article, &wording, err);
    out->segment = at->segment;
    out->article = at->article;
    return rc ? rc
              : wordings_story_of_wording(&segment->wordings, wording, &out->story,
                                          err);
}

/* All that were found are of one story. */
static int are_one_story(const struct snapshot *s, const struct show_found *found,
                         bool *out, struct err *err)
{
    struct plan_target first, other;
    *out = found->n == found->n_places;
    int rc = story_of(s, &found->places[0], &first, err);
    for (size_t i = 1; i < found->n_places && *out && rc == 0; i++) {
        rc = story_of(s, &found->places[i], &other, err);
        *out = rc == 0 && other.segment == first.segment && other.story == first.story;
    }
    return rc;
}

int plan_filter_target(const struct snapshot *s, const struct filter *f,
                       struct plan_target *out, struct err *err)
{
    const char *name = filter_field_of(f->kind)->name;
    struct show_found found;
    bool one = false;
    int len = f->value.len < 200 ? (int)f->value.len : 200;
    int rc = show_find(s, f->value, &found, err);
    if (rc) {
        return rc;
    }
    if (found.n == 0) {
        return err_set(err, ERR_USAGE, "query: %s: no article's ID begins with '%.*s'",
                       name, len, (const char *)f->value.data);
    }
    if (found.n > 1 && f->kind == FILTER_STORY) {
        rc = are_one_story(s, &found, &one, err);
    }
    if (rc == 0 && found.n > 1 && !found.exact && !one) {
        rc = err_set(
            err, ERR_USAGE,
            "query: %s: '%.*s' begins the IDs of %llu articles: give more of it", name,
            len, (const char *)f->value.data, (unsigned long long)found.n);
    }
    return rc ? rc : story_of(s, &found.places[0], out, err);
}

/* --- like: --------------------------------------------------------------------------------- */

static int make_word(struct plan_build *b, const struct ast *like, struct bytes key,
                     struct ast **out)
{
    struct ast *node = arena_zalloc(b->p->arena, sizeof *node);
    struct bytes term = arena_copy(b->p->arena, key);
    if (!node || !term.data) {
        return plan_build_no_memory(b);
    }
    *node = (struct ast){.kind = AST_WORD,
                         .text = like->text,
                         .start = like->start,
                         .len = like->len,
                         .term = term};
    *out = node;
    return 0;
}

int plan_like_words(struct plan_build *b, const struct plan_target *target,
                    const struct ast *like, struct ast **out)
{
    struct like_words words;
    int rc = like_words_find(b->p->snapshot, target->segment, target->article, &words,
                             b->err);
    *out = NULL;
    if (rc || words.n == 0) {
        return rc;
    }
    struct ast *node = arena_zalloc(b->p->arena, sizeof *node);
    struct ast **children = arena_alloc(b->p->arena, words.n * sizeof(void *));
    if (!node || !children) {
        return plan_build_no_memory(b);
    }
    for (size_t i = 0; i < words.n && rc == 0; i++) {
        rc = make_word(b, like, like_word_text(&words.best[i]), &children[i]);
    }
    *node = (struct ast){.kind = AST_OR,
                         .text = like->text,
                         .start = like->start,
                         .len = like->len,
                         .children = children,
                         .n_children = words.n};
    *out = node;
    return rc;
}
