#include "query/dups_text.h"

void dups_text_release(struct dups_text *t)
{
    vec_release(&t->terms);
    vec_release(&t->kinds);
    vec_release(&t->hashes);
    buf_release(&t->text);
    vec_release(&t->starts);
    vec_release(&t->ends);
    reconstruct_release(&t->tokens);
    vec_release(&t->patches);
    *t = (struct dups_text){0};
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory for an article's words");
}

static int load_words(struct dups_text *t, const struct segment *s,
                      struct dups_words *words, struct err *err)
{
    vec_reset(&t->terms);
    vec_reset(&t->kinds);
    vec_reset(&t->hashes);
    if (!vec_reserve(&t->terms, t->n) || !vec_reserve(&t->kinds, t->n) ||
        !vec_reserve(&t->hashes, t->n))
        return no_memory(err);
    for (uint32_t i = 0; i < t->n; i++) {
        term_id term = 0;
        uint32_t number = 0;
        int rc = surfaces_term(&s->surfaces, t->tokens.surfaces[i], &term, err);
        if (rc == 0)
            rc = dups_words_number(words, t->place.segment, term, &number, err);
        if (rc != 0)
            return rc;
        const struct dups_word *word = &words->words.items[number];
        (void)vec_push(&t->terms, number);
        (void)vec_push(&t->kinds, word->kind);
        (void)vec_push(&t->hashes, word->hash);
    }
    return 0;
}

static int load_text(struct dups_text *t, const struct segment *s, struct err *err)
{
    buf_reset(&t->text);
    vec_reset(&t->starts);
    vec_reset(&t->ends);
    if (!vec_reserve(&t->starts, (size_t)t->n + 1) || !vec_reserve(&t->ends, t->n))
        return no_memory(err);
    t->starts.len = (size_t)t->n + 1;
    int rc =
        reconstruct_text(s, &t->tokens, true, true, &t->text, t->starts.items, err);
    for (uint32_t i = 0; rc == 0 && i < t->n; i++) {
        struct bytes surface;
        rc = surfaces_get(&s->surfaces, t->tokens.surfaces[i], &surface, err);
        if (rc == 0)
            (void)vec_push(&t->ends, t->starts.items[i] + (uint32_t)surface.len);
    }
    return rc;
}

int dups_text_load(struct dups_text *t, struct dups_words *words,
                   struct show_place place, bool with_text, struct err *err)
{
    const struct segment *s = &words->snapshot->segments[place.segment];
    struct article_view view = {0};
    t->place = place;
    int rc = deadline_check(words->deadline, err);
    if (rc == 0)
        rc = articles_get(&s->articles, place.article, &view, &t->patches, err);
    if (rc == 0)
        rc = wordings_story_of_wording(&s->wordings, view.wording, &t->story, err);
    if (rc == 0)
        rc = provenance_day(&s->provenance, place.article, &t->day, err);
    if (rc == 0)
        rc = reconstruct_tokens(s, place.article, 0, UINT32_MAX, &t->tokens, err);
    if (rc != 0)
        return rc;
    t->n = t->tokens.n_tokens;
    t->title_tokens = view.title_tokens;
    if (t->title_tokens > t->n)
        return err_set(err, ERR_CORRUPT, "%s: article %u: its title is longer than it",
                       container_path(s->container), place.article);
    rc = load_words(t, s, words, err);
    return rc == 0 && with_text ? load_text(t, s, err) : rc;
}

struct compare_text dups_text_whole(const struct dups_text *t)
{
    return (struct compare_text){.terms = t->terms.items,
                                 .kinds = t->kinds.items,
                                 .n = t->n,
                                 .day = t->day == DAY_NONE ? COMPARE_DAY_NONE : t->day};
}

struct compare_text dups_text_body(const struct dups_text *t)
{
    struct compare_text body = dups_text_whole(t);
    if (t->title_tokens > 0) {
        body.terms += t->title_tokens;
        body.kinds += t->title_tokens;
        body.n -= t->title_tokens;
    }
    return body;
}

struct bytes dups_text_span(const struct dups_text *t, uint32_t from, uint32_t to)
{
    uint32_t start = t->starts.items[from];
    return bytes_of(t->text.data + start, t->ends.items[to - 1] - start);
}
