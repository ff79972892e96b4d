#include "tests/support/oracle_groups.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

enum {
    KEY_MAX = 600,
    DATE_MAX = 40 /* of a date in a key */
};

/* Sorts as it should be printed: fields end in \1, what is absent is \xff. */
struct key {
    char text[KEY_MAX];
};

struct line {
    struct key key;
    uint64_t hits, stories, hits_all, articles, words, words_all;
};
typedef VEC(struct line) line_vec;

/* The year of a week is four digits, as the others are: strftime does not fill them up. */
static void add_date(char *to, enum grouping_field field, int32_t day)
{
    time_t seconds = (time_t)day * 86400;
    struct tm tm;
    char year[16], week[16];
    NEED(gmtime_r(&seconds, &tm));
    NEED(strftime(year, sizeof year, "%G", &tm) > 0);
    NEED(strftime(week, sizeof week, "%V", &tm) > 0);
    if (field == GROUPING_WEEK)
        snprintf(to, DATE_MAX, "%04d-W%s", (int)strtol(year, NULL, 10), week);
    else if (field == GROUPING_YEAR)
        snprintf(to, DATE_MAX, "%04d", tm.tm_year + 1900);
    else if (field == GROUPING_MONTH)
        snprintf(to, DATE_MAX, "%04d-%02d", tm.tm_year + 1900, tm.tm_mon + 1);
    else
        snprintf(to, DATE_MAX, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                 tm.tm_mday);
}

static void value_of(const struct handmade_article *a, enum grouping_field field,
                     struct bytes tag, char *to)
{
    struct bytes text = {0};
    switch (field) {
    case GROUPING_SOURCE: text = a->row.outlet; break;
    case GROUPING_AUTHOR: text = a->row.author; break;
    case GROUPING_SECTION: text = a->row.section; break;
    case GROUPING_LANG: text = a->row.language; break;
    case GROUPING_TAG: text = tag; break;
    default:
        if (a->row.day == DAY_NONE)
            memcpy(to, "\xff", 2);
        else
            add_date(to, field, a->row.day);
        return;
    }
    NEED(text.len < 120);
    if (text.len > 0)
        memcpy(to, text.data, text.len);
    memcpy(to + text.len, text.len > 0 ? "" : "\xff", text.len > 0 ? 1 : 2);
}

static void key_of(const struct handmade_article *a, const struct grouping_keys *keys,
                   struct bytes tag, struct key *out)
{
    out->text[0] = 0;
    for (unsigned i = 0; i < keys->n; i++) {
        value_of(a, keys->field[i], tag, out->text + strlen(out->text));
        memcpy(out->text + strlen(out->text), "\1", 2);
    }
}

/* Calls add for each distinct key of the article. */
static void each_key(const struct handmade_article *a, const struct grouping_keys *keys,
                     void (*add)(void *arg, const struct key *key), void *arg)
{
    struct key seen[32], key;
    size_t n = 0;
    struct bytes tags = a->row.tags;
    bool by_tag = false;
    for (unsigned i = 0; i < keys->n; i++)
        by_tag |= keys->field[i] == GROUPING_TAG;
    for (size_t from = 0; from <= tags.len;) {
        size_t to = from, k = 0;
        while (to < tags.len && tags.data[to] != PROVENANCE_ITEMS)
            to++;
        key_of(a, keys, bytes_of(tags.data ? tags.data + from : NULL, to - from), &key);
        while (k < n && strcmp(seen[k].text, key.text) != 0)
            k++;
        if (k == n) {
            NEED(n < 32);
            seen[n++] = key;
            add(arg, &key);
        }
        from = by_tag ? to + 1 : tags.len + 1;
    }
}

static struct line *line_of(line_vec *lines, const struct key *key)
{
    vec_foreach(struct line, line, lines) {
        if (strcmp(line->key.text, key->text) == 0)
            return line;
    }
    NEED(vec_push(lines, (struct line){.key = *key}));
    return &lines->items[lines->len - 1];
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct line *)a)->key.text,
                  ((const struct line *)b)->key.text);
}

static void put_key(const char *key, struct buf *out)
{
    for (const char *p = key; *p; p++)
        buf_printf(out, "%c", *p == '\1' ? '|' : *p == '\xff' ? '-' : *p);
}

static void print(line_vec *lines, bool words, struct buf *out)
{
    if (lines->len > 0)
        qsort(lines->items, lines->len, sizeof *lines->items, compare);
    vec_foreach(const struct line, l, lines) {
        put_key(l->key.text, out);
        if (words)
            buf_printf(out, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                       l->stories, l->articles, l->words, l->words_all);
        else
            buf_printf(out, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                       l->hits, l->stories, l->hits_all, l->articles);
    }
    vec_release(lines);
}

/* --- an answer -------------------------------------------------------------------------------- */

/* What one story adds: articles in turn, by the group they go to. */
struct adder {
    line_vec *lines;
    const struct oracle_wording *wording;
    VEC(struct {
        struct key key;
        size_t passage; /* SIZE_MAX: only that the story is there */
    })
    seen;
};

static bool is_new(struct adder *a, const struct key *key, size_t passage)
{
    for (size_t i = 0; i < a->seen.len; i++) {
        if (a->seen.items[i].passage == passage &&
            strcmp(a->seen.items[i].key.text, key->text) == 0)
            return false;
    }
    NEED(vec_reserve(&a->seen, 1));
    a->seen.items[a->seen.len].key = *key;
    a->seen.items[a->seen.len++].passage = passage;
    return true;
}

static void add_answer(void *arg, const struct key *key)
{
    struct adder *a = arg;
    struct line *line = line_of(a->lines, key);
    line->stories += is_new(a, key, SIZE_MAX);
    line->articles++;
    line->hits_all += a->wording->n_spans;
    for (size_t i = 0; i < a->wording->n_spans; i++)
        line->hits += is_new(a, key, a->wording->passages[i]);
}

static const struct handmade_article *article_of(const struct oracle *o,
                                                 uint32_t segment, article_id id)
{
    vec_foreach(const struct oracle_article, a, &o->articles) {
        if (a->made->segment == segment && a->made->article_id == id)
            return a->made;
    }
    abort();
}

void oracle_groups(const struct oracle *o, const struct oracle_answer *answer,
                   const struct grouping_keys *keys, struct buf *out)
{
    line_vec lines = {0};
    vec_foreach(const struct oracle_story, s, &answer->stories) {
        struct adder a = {.lines = &lines};
        for (size_t w = 0; w < s->n_wordings; w++) {
            a.wording = &s->wordings[w];
            for (size_t i = 0; i < a.wording->n_articles; i++)
                each_key(article_of(o, s->segment, a.wording->articles[i]), keys,
                         add_answer, &a);
        }
        vec_release(&a.seen);
    }
    print(&lines, false, out);
}

/* --- words ------------------------------------------------------------------------------------- */

struct word_adder {
    struct adder adder;
    const struct oracle_article *article;
};

static void add_words(void *arg, const struct key *key)
{
    struct word_adder *a = arg;
    struct line *line = line_of(a->adder.lines, key);
    line->stories += is_new(&a->adder, key, SIZE_MAX);
    line->articles++;
    line->words_all += a->article->made->n_tokens;
    for (size_t i = 0; i < a->article->made->n_tokens; i++)
        line->words += is_new(&a->adder, key, a->article->homes[i]);
}

void oracle_groups_words(const struct oracle *o, const struct grouping_keys *keys,
                         struct buf *out)
{
    line_vec lines = {0};
    struct word_adder a = {.adder = {.lines = &lines}};
    for (size_t i = 0; i < o->articles.len; i++) {
        a.article = &o->articles.items[i];
        if (i > 0 && a.article->made->story != a.article[-1].made->story)
            vec_reset(&a.adder.seen);
        each_key(a.article->made, keys, add_words, &a);
    }
    vec_release(&a.adder.seen);
    print(&lines, true, out);
}

/* --- what was counted --------------------------------------------------------------------------- */

static void print_groups(const struct grouping *g, bool words, struct buf *out)
{
    grouping_order_vec order = {0};
    char date[BINS_TEXT_MAX];
    NEED(grouping_order(g, GROUPING_BY_KEY, &order, NULL) == 0);
    vec_foreach(uint32_t, i, &order) {
        const struct grouping_group *group = &g->groups.items[*i];
        const struct engine_totals *t = &group->totals;
        for (unsigned k = 0; k < g->keys.n; k++) {
            struct bytes text = grouping_text(g, group, k, date);
            buf_put_bytes(out, text);
            buf_put_str(out, text.len > 0 ? "|" : "-|");
        }
        if (words)
            buf_printf(out, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                       t->stories, t->articles, group->words, group->words_all);
        else
            buf_printf(out, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                       t->hits, t->stories, t->hits_all, t->articles);
    }
    vec_release(&order);
}

void oracle_groups_print(const struct grouping *g, struct buf *out)
{
    print_groups(g, false, out);
}

void oracle_groups_print_words(const struct grouping *g, struct buf *out)
{
    print_groups(g, true, out);
}
