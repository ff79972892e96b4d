#include "query/like.h"

#include <stdlib.h>

#include "formats/reconstruct.h"
#include "query/rank.h"

struct bytes like_word_text(const struct like_word *w)
{
    return bytes_of(w->entry.key, w->entry.key_len);
}

/* Equal weights go by their bytes, so that the order is one. */
static bool is_before(const struct like_word *a, const struct like_word *b)
{
    if (a->weight > b->weight || a->weight < b->weight) {
        return a->weight > b->weight;
    }
    return bytes_compare(like_word_text(a), like_word_text(b)) < 0;
}

static void keep(struct like_words *w, const struct like_word *word)
{
    size_t i = w->n;
    if (i == PLAN_LIKE_WORDS && !is_before(word, &w->best[i - 1])) {
        return;
    }
    i = i < PLAN_LIKE_WORDS ? w->n++ : i - 1;
    for (; i > 0 && is_before(word, &w->best[i - 1]); i--) {
        w->best[i] = w->best[i - 1];
    }
    w->best[i] = *word;
}

/* Stories of all segments that hold the entry of segment `own`. */
static int count_stories(const struct snapshot *s, uint32_t own,
                         const struct term_entry *e, uint64_t *out, struct err *err)
{
    *out = e->stories;
    for (uint32_t i = 0; i < s->n_segments; i++) {
        struct term_entry there;
        if (i == own) {
            continue;
        }
        int rc = terms_find(&s->segments[i].terms, bytes_of(e->key, e->key_len),
                            e->span, &there, err);
        if (rc < 0) {
            return rc;
        }
        *out += rc == 0 ? there.stories : 0;
    }
    return 0;
}

static int by_number(const void *a, const void *b)
{
    term_id x = *(const term_id *)a, y = *(const term_id *)b;
    return (x > y) - (x < y);
}

/* Weighs the words of terms[0..n), which are sorted. What stands in no other story cannot find
 * one. */
static int weigh(const struct snapshot *s, uint32_t segment, const term_id *terms,
                 size_t n, struct like_words *out, struct err *err)
{
    for (size_t i = 0, end; i < n; i = end) {
        struct like_word word;
        for (end = i + 1; end < n && terms[end] == terms[i]; end++) {}
        int rc = terms_get(&s->segments[segment].terms, terms[i], &word.entry, err);
        if (rc == 0) {
            rc = count_stories(s, segment, &word.entry, &word.stories, err);
        }
        if (rc) {
            return rc;
        }
        word.occurrences = (uint32_t)(end - i);
        word.weight =
            (double)word.occurrences * rank_idf(s->manifest.stories, word.stories);
        if (word.stories > 1) {
            keep(out, &word);
        }
    }
    return 0;
}

int like_words_find(const struct snapshot *s, uint32_t segment, article_id article,
                    struct like_words *out, struct err *err)
{
    const struct segment *at = &s->segments[segment];
    struct reconstruct tokens = {0};
    term_id *terms = NULL;
    int rc = reconstruct_tokens(at, article, 0, UINT32_MAX, &tokens, err);
    out->n = 0;
    if (rc == 0) {
        terms = malloc(((size_t)tokens.n_tokens + 1) * sizeof *terms);
        rc = terms ? 0
                   : err_set(err, ERR_NOMEM, "query: no memory for an article's words");
    }
    for (uint32_t i = 0; i < tokens.n_tokens && rc == 0; i++) {
        rc = surfaces_term(&at->surfaces, tokens.surfaces[i], &terms[i], err);
    }
    if (rc == 0 && terms && tokens.n_tokens > 0) {
        qsort(terms, tokens.n_tokens, sizeof *terms, by_number);
        rc = weigh(s, segment, terms, tokens.n_tokens, out, err);
    }
    free(terms);
    reconstruct_release(&tokens);
    return rc;
}
