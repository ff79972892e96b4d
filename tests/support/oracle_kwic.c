#include "tests/support/oracle_kwic.h"

#include <stdlib.h>
#include <string.h>

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

static const struct handmade_article *made_of(const struct oracle *o, uint32_t segment,
                                              article_id article)
{
    for (size_t i = 0; i < o->articles.len; i++) {
        const struct handmade_article *a = o->articles.items[i].made;
        if (a->segment == segment && a->article_id == article)
            return a;
    }
    abort();
}

/* --- which lines --------------------------------------------------------------------------- */

static uint32_t carriers_of(const struct oracle_story *s, size_t passage)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s->n_wordings; i++) {
        bool has = false;
        for (size_t k = 0; k < s->wordings[i].n_spans; k++)
            has |= s->wordings[i].passages[k] == passage;
        n += has ? (uint32_t)s->wordings[i].n_articles : 0;
    }
    return n;
}

struct adding {
    const struct oracle_story *story;
    bool all;
    VEC(size_t) listed; /* passages of the story's lines */
    oracle_lines *out;
};

static bool is_listed(const struct adding *a, size_t passage)
{
    for (size_t i = 0; i < a->listed.len; i++)
        if (a->listed.items[i] == passage)
            return true;
    return false;
}

static void add(struct adding *a, const struct oracle_wording *w, article_id article)
{
    for (size_t k = 0; k < w->n_spans; k++) {
        size_t passage = w->passages[k];
        if (!a->all && is_listed(a, passage))
            continue;
        struct oracle_line line = {a->story->segment,
                                   article,
                                   {w->spans[k].first, w->spans[k].len},
                                   carriers_of(a->story, passage)};
        NEED(vec_push(&a->listed, passage) && vec_push(a->out, line));
    }
}

/* The story's original if it matches, else the first article of the wording with most hits, of equals the first. */
static void add_representative(const struct oracle *o, struct adding *a)
{
    struct story_record record;
    struct err err = {0};
    const struct oracle_story *s = a->story;
    const struct oracle_wording *best = &s->wordings[0];
    NEED(stories_get(o->snapshot->stories, s->segment, s->story, &record, &err) == 0);
    article_id article = best->articles[0];
    for (size_t i = 1; i < s->n_wordings; i++) {
        if (s->wordings[i].n_spans > best->n_spans) {
            best = &s->wordings[i];
            article = best->articles[0];
        }
    }
    for (size_t i = 0; i < s->n_wordings; i++) {
        for (size_t k = 0; k < s->wordings[i].n_articles; k++) {
            if (s->wordings[i].articles[k] == record.original) {
                best = &s->wordings[i];
                article = record.original;
            }
        }
    }
    add(a, best, article);
}

/* --- their order ------------------------------------------------------------------------------ */

/* What is not there is last, whichever way. */
static int compare_words(struct bytes a, struct bytes b, bool down)
{
    if (!a.data || !b.data)
        return !a.data - !b.data;
    int order = bytes_compare(a, b);
    return down ? -order : order;
}

static struct bytes neighbour(const struct handmade_article *a, struct span s,
                              int32_t word)
{
    int64_t at =
        word < 0 ? (int64_t)s.first + word : (int64_t)s.first + s.len + word - 1;
    int64_t lo = 0, hi = (int64_t)a->n_tokens;
    if (s.first + s.len <= a->title_tokens)
        hi = a->title_tokens;
    else if (s.first >= a->title_tokens)
        lo = a->title_tokens;
    return at >= lo && at < hi ? a->terms[at] : (struct bytes){0};
}

static int compare_hits(const struct handmade_article *a, struct span s,
                        const struct handmade_article *b, struct span t)
{
    for (uint32_t i = 0; i < s.len && i < t.len && i < KWIC_HIT_WORDS_MAX; i++) {
        int order = bytes_compare(a->terms[s.first + i], b->terms[t.first + i]);
        if (order)
            return order;
    }
    uint32_t x = s.len < KWIC_HIT_WORDS_MAX ? s.len : KWIC_HIT_WORDS_MAX;
    uint32_t y = t.len < KWIC_HIT_WORDS_MAX ? t.len : KWIC_HIT_WORDS_MAX;
    return (x > y) - (x < y);
}

static int compare_days(int32_t a, int32_t b, bool down)
{
    if (a == DAY_NONE || b == DAY_NONE)
        return (a == DAY_NONE) - (b == DAY_NONE);
    return down ? (a < b) - (a > b) : (a > b) - (a < b);
}

/* The words of an outlet, a blank behind each; NULL if there is none. */
static struct bytes outlet_words(struct analyser *analyser, struct bytes outlet,
                                 struct arena *arena)
{
    struct query_tokens words = {0};
    struct err err = {0};
    struct buf text = {0};
    if (outlet.len == 0)
        return (struct bytes){0};
    NEED(analyser_query(analyser, outlet, arena, &words, &err) == 0);
    for (size_t i = 0; i < words.tokens.len; i++) {
        buf_put_bytes(&text, words.tokens.items[i].term);
        buf_put_u8(&text, ' ');
    }
    struct bytes out = arena_copy(arena, words.tokens.len ? buf_bytes(&text) : outlet);
    NEED(out.data);
    buf_release(&text);
    vec_release(&words.tokens);
    return out;
}

static int compare(const struct oracle *o, struct analyser *analyser,
                   const struct kwic_key *key, const struct oracle_line *x,
                   const struct oracle_line *y)
{
    const struct handmade_article *a = made_of(o, x->segment, x->article);
    const struct handmade_article *b = made_of(o, y->segment, y->article);
    struct arena arena = {0};
    int order = 0;
    switch (key->kind) {
    case KWIC_WORD:
        return compare_words(neighbour(a, x->span, key->word),
                             neighbour(b, y->span, key->word), key->down);
    case KWIC_HIT:
        order = compare_hits(a, x->span, b, y->span);
        return key->down ? -order : order;
    case KWIC_DATE: return compare_days(a->row.day, b->row.day, key->down);
    default:
        order = compare_words(outlet_words(analyser, a->row.outlet, &arena),
                              outlet_words(analyser, b->row.outlet, &arena), key->down);
        arena_release(&arena);
        return order;
    }
}

/* By insertion, which leaves equal lines as they were. */
static void sort(const struct oracle *o, const struct kwic_key *keys, size_t n_keys,
                 oracle_lines *lines)
{
    struct analyser *analyser = analyser_new();
    NEED(analyser);
    for (size_t i = 1; i < lines->len; i++) {
        struct oracle_line line = lines->items[i];
        size_t at = i;
        for (; at > 0; at--) {
            int order = 0;
            for (size_t k = 0; k < n_keys && order == 0; k++)
                order = compare(o, analyser, &keys[k], &lines->items[at - 1], &line);
            if (order <= 0)
                break;
            lines->items[at] = lines->items[at - 1];
        }
        lines->items[at] = line;
    }
    analyser_free(analyser);
}

void oracle_kwic(const struct oracle *o, const struct oracle_answer *answer, bool all,
                 const struct kwic_key *keys, size_t n_keys, oracle_lines *out)
{
    struct adding a = {.all = all, .out = out};
    vec_reset(out);
    for (size_t i = 0; i < answer->stories.len; i++) {
        a.story = &answer->stories.items[i];
        vec_reset(&a.listed);
        if (!all)
            add_representative(o, &a);
        for (size_t w = 0; w < a.story->n_wordings; w++) {
            const struct oracle_wording *wording = &a.story->wordings[w];
            for (size_t k = 0; k < (all ? wording->n_articles : 1); k++)
                add(&a, wording, wording->articles[k]);
        }
    }
    vec_release(&a.listed);
    sort(o, keys, n_keys, out);
}
