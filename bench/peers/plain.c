/* The truth for counts: every word's places in an uncompressed array in memory, made anew from the tokens at each start.
 * plain TOKENS KIND QUERIES PASSES prints what the others print (ask.h), and on standard error how long the making took. */
#include <stdbool.h>
#include <stdint.h>

#include "bench/peers/ask.h"

enum {
    SLOTS_LEAST = 1 << 16
};

struct word {
    char *text;
    uint64_t hash;
    uint32_t *places; /* ascending */
    size_t n, room;
};

struct plain {
    struct word *words;
    size_t n_words, words_room;
    uint32_t *slots;  /* numbers of words and 1 */
    size_t n_slots;   /* a power of two */
    uint32_t *starts; /* of the articles; one more at the end */
    size_t n_articles, starts_room;
    uint32_t n_places;
};

/* Room for n items, doubled when it is used up. */
static void *grown(void *items, size_t n, size_t *room, size_t size)
{
    if (n < *room) {
        return items;
    }
    *room = *room ? *room * 2 : 4;
    items = realloc(items, *room * size);
    if (!items) {
        ask_fail("plain");
    }
    return items;
}

/* FNV-1a. */
static uint64_t hash_of(const char *text)
{
    uint64_t h = 14695981039346656037u;
    for (; *text; text++) {
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    }
    return h ^ h >> 32;
}

/* The slot of a word, or the free one where it belongs. */
static uint32_t *slot_of(const struct plain *p, const char *text, uint64_t hash)
{
    size_t at = hash & (p->n_slots - 1);
    while (p->slots[at] != 0) {
        const struct word *w = &p->words[p->slots[at] - 1];
        if (w->hash == hash && strcmp(w->text, text) == 0) {
            break;
        }
        at = (at + 1) & (p->n_slots - 1);
    }
    return &p->slots[at];
}

static void more_slots(struct plain *p)
{
    p->n_slots = p->n_slots ? p->n_slots * 2 : SLOTS_LEAST;
    free(p->slots);
    p->slots = calloc(p->n_slots, sizeof *p->slots);
    if (!p->slots) {
        ask_fail("plain");
    }
    for (size_t i = 0; i < p->n_words; i++) {
        *slot_of(p, p->words[i].text, p->words[i].hash) = (uint32_t)i + 1;
    }
}

static void put(struct plain *p, const char *text)
{
    if (p->n_words * 2 >= p->n_slots) {
        more_slots(p);
    }
    uint64_t hash = hash_of(text);
    uint32_t *slot = slot_of(p, text, hash);
    if (*slot == 0) {
        p->words = grown(p->words, p->n_words, &p->words_room, sizeof *p->words);
        p->words[p->n_words++] = (struct word){.text = strdup(text), .hash = hash};
        *slot = (uint32_t)p->n_words;
    }
    struct word *w = &p->words[*slot - 1];
    w->places = grown(w->places, w->n, &w->room, sizeof *w->places);
    w->places[w->n++] = p->n_places++;
}

static void begin_article(struct plain *p)
{
    p->starts = grown(p->starts, p->n_articles, &p->starts_room, sizeof *p->starts);
    p->starts[p->n_articles] = p->n_places;
}

static void read_tokens(struct plain *p, const char *path)
{
    FILE *in = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    if (!in) {
        ask_fail(path);
    }
    while (getline(&line, &room, in) > 0) {
        char *rest = NULL;
        begin_article(p);
        p->n_articles++;
        for (char *w = strtok_r(line, " \n", &rest); w;
             w = strtok_r(NULL, " \n", &rest)) {
            put(p, w);
        }
    }
    begin_article(p);
    free(line);
    fclose(in);
}

/* The first index from `from` on at which the value is at least `least`; n where there is none. By steps that double, then
 * by halves. */
static size_t lower_bound(const uint32_t *items, size_t from, size_t n, uint32_t least)
{
    size_t low = from, step = 1, high = from;
    while (high < n && items[high] < least) {
        low = high + 1;
        high += step;
        step *= 2;
    }
    high = high < n ? high : n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (items[middle] < least) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct word *find(const struct plain *p, const char *text)
{
    uint32_t slot = *slot_of(p, text, hash_of(text));
    return slot ? &p->words[slot - 1] : NULL;
}

/* The article of a place, at `from` or behind it. */
static size_t article_of(const struct plain *p, uint32_t place, size_t from)
{
    return lower_bound(p->starts, from, p->n_articles + 1, place + 1) - 1;
}

static bool is_phrase(const struct word **words, int n, size_t *at, uint32_t first)
{
    for (int i = 0; i < n; i++) {
        at[i] = lower_bound(words[i]->places, at[i], words[i]->n, first + (uint32_t)i);
        if (at[i] == words[i]->n || words[i]->places[at[i]] != first + (uint32_t)i) {
            return false;
        }
    }
    return true;
}

static int rarest_of(const struct word **words, int n)
{
    int rarest = 0;
    for (int i = 1; i < n; i++) {
        rarest = words[i]->n < words[rarest]->n ? i : rarest;
    }
    return rarest;
}

static long count_phrase(const struct plain *p, const struct word **words, int n)
{
    size_t at[ASK_WORDS] = {0}, article = 0, counted = SIZE_MAX;
    uint32_t lead = (uint32_t)rarest_of(words, n);
    long articles = 0;
    for (size_t i = 0; i < words[lead]->n; i++) {
        uint32_t place = words[lead]->places[i];
        if (place < lead || !is_phrase(words, n, at, place - lead)) {
            continue;
        }
        article = article_of(p, place - lead, article);
        bool inside = place - lead + (uint32_t)n <= p->starts[article + 1];
        if (inside && article != counted) {
            counted = article;
            articles++;
        }
    }
    return articles;
}

static long count_and(const struct plain *p, const struct word **words, int n)
{
    size_t at[ASK_WORDS] = {0}, article = 0;
    int lead = rarest_of(words, n);
    long articles = 0;
    while (at[lead] < words[lead]->n) {
        article = article_of(p, words[lead]->places[at[lead]], article);
        bool all = true;
        for (int i = 0; i < n && all; i++) {
            at[i] =
                lower_bound(words[i]->places, at[i], words[i]->n, p->starts[article]);
            all =
                at[i] < words[i]->n && words[i]->places[at[i]] < p->starts[article + 1];
        }
        articles += all;
        at[lead] = lower_bound(words[lead]->places, at[lead], words[lead]->n,
                               p->starts[article + 1]);
    }
    return articles;
}

static long count_near(const struct plain *p, const struct word **words)
{
    int lead = rarest_of(words, 2);
    const struct word *a = words[lead], *b = words[1 - lead];
    size_t article = 0, from = 0, counted = SIZE_MAX;
    long articles = 0;
    for (size_t i = 0; i < a->n; i++) {
        uint32_t place = a->places[i];
        article = article_of(p, place, article);
        uint32_t low = place > ASK_NEAR_WORDS ? place - ASK_NEAR_WORDS : 0,
                 high = place + ASK_NEAR_WORDS;
        low = low > p->starts[article] ? low : p->starts[article];
        high = high < p->starts[article + 1] ? high : p->starts[article + 1] - 1;
        from = lower_bound(b->places, from, b->n, low);
        if (from < b->n && b->places[from] <= high && article != counted) {
            counted = article;
            articles++;
        }
    }
    return articles;
}

static long answer(void *arg, enum ask_kind kind, const struct ask_query *q)
{
    const struct plain *p = arg;
    const struct word *words[ASK_WORDS];
    for (int i = 0; i < q->n; i++) {
        words[i] = find(p, q->word[i]);
        if (!words[i]) {
            return 0;
        }
    }
    if (kind == ASK_NEAR) {
        return count_near(p, words);
    }
    return kind == ASK_AND ? count_and(p, words, q->n) : count_phrase(p, words, q->n);
}

int main(int argc, char **argv)
{
    struct plain p = {0};
    if (argc != 5) {
        fputs("usage: plain TOKENS KIND QUERIES PASSES\n", stderr);
        return 2;
    }
    double start = ask_clock();
    read_tokens(&p, argv[1]);
    fprintf(stderr, "%.2f\n", (ask_clock() - start) / 1e6);
    ask_file(argv[3], ask_kind_of(argv[2]), atoi(argv[4]), answer, &p);
    return 0; /* the system takes the memory back */
}
