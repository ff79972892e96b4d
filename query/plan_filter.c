/* What the IDs of filters mean, and the words that like: looks for. */
#include <stdlib.h>
#include <string.h>

#include "formats/reconstruct.h"
#include "query/plan_build.h"
#include "query/rank.h"
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

int plan_filter_target(struct plan_build *b, const struct filter *f,
                       struct plan_target *out)
{
    const struct snapshot *s = b->p->snapshot;
    const char *name = filter_field_of(f->kind)->name;
    struct show_found found;
    bool one = false;
    int len = f->value.len < 200 ? (int)f->value.len : 200;
    int rc = show_find(s, f->value, &found, b->err);
    if (rc) {
        return rc;
    }
    if (found.n == 0) {
        return err_set(b->err, ERR_USAGE,
                       "query: %s: no article's ID begins with '%.*s'", name, len,
                       (const char *)f->value.data);
    }
    if (found.n > 1 && f->kind == FILTER_STORY) {
        rc = are_one_story(s, &found, &one, b->err);
    }
    if (rc == 0 && found.n > 1 && !found.exact && !one) {
        rc = err_set(
            b->err, ERR_USAGE,
            "query: %s: '%.*s' begins the IDs of %llu articles: give more of it", name,
            len, (const char *)f->value.data, (unsigned long long)found.n);
    }
    return rc ? rc : story_of(s, &found.places[0], out, b->err);
}

/* --- like: --------------------------------------------------------------------------------- */

/* A word of the article; the weightiest are kept in order. */
struct word {
    double weight;
    struct term_entry entry;
};

struct words {
    struct word best[PLAN_LIKE_WORDS];
    size_t n;
};

static struct bytes key_of(const struct term_entry *e)
{
    return bytes_of(e->key, e->key_len);
}

/* Equal weights go by their bytes, so that the order is one. */
static bool is_before(const struct word *a, const struct word *b)
{
    if (a->weight > b->weight || a->weight < b->weight) {
        return a->weight > b->weight;
    }
    return bytes_compare(key_of(&a->entry), key_of(&b->entry)) < 0;
}

static void keep(struct words *w, const struct word *word)
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
        int rc = terms_find(&s->segments[i].terms, key_of(e), e->span, &there, err);
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
                 size_t n, struct words *out, struct err *err)
{
    for (size_t i = 0, end; i < n; i = end) {
        struct word word;
        uint64_t stories;
        for (end = i + 1; end < n && terms[end] == terms[i]; end++) {}
        int rc = terms_get(&s->segments[segment].terms, terms[i], &word.entry, err);
        if (rc == 0) {
            rc = count_stories(s, segment, &word.entry, &stories, err);
        }
        if (rc) {
            return rc;
        }
        word.weight = (double)(end - i) * rank_idf(s->manifest.stories, stories);
        if (stories > 1) {
            keep(out, &word);
        }
    }
    return 0;
}

static int find_words(struct plan_build *b, const struct plan_target *target,
                      struct words *out)
{
    const struct snapshot *s = b->p->snapshot;
    const struct segment *segment = &s->segments[target->segment];
    struct reconstruct tokens = {0};
    term_id *terms = NULL;
    int rc =
        reconstruct_tokens(segment, target->article, 0, UINT32_MAX, &tokens, b->err);
    if (rc == 0) {
        terms = malloc(((size_t)tokens.n_tokens + 1) * sizeof *terms);
        rc = terms ? 0 : plan_build_no_memory(b);
    }
    for (uint32_t i = 0; i < tokens.n_tokens && rc == 0; i++) {
        rc = surfaces_term(&segment->surfaces, tokens.surfaces[i], &terms[i], b->err);
    }
    if (rc == 0 && terms && tokens.n_tokens > 0) {
        qsort(terms, tokens.n_tokens, sizeof *terms, by_number);
        rc = weigh(s, target->segment, terms, tokens.n_tokens, out, b->err);
    }
    free(terms);
    reconstruct_release(&tokens);
    return rc;
}

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
    struct words words = {.n = 0};
    int rc = find_words(b, target, &words);
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
        rc = make_word(b, like, key_of(&words.best[i].entry), &children[i]);
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
