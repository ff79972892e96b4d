#include "query/suggest.h"

#include <string.h>

#include "text/utf8.h"

/* A word as letters. */
struct letters {
    uint32_t at[SUGGEST_LETTERS_MOST];
    unsigned n;
};

struct search {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    struct suggestion *out;
    size_t n;
    uint64_t visited; /* entries */
    /* the word that is looked for */
    struct letters word;
    unsigned most; /* letters that may be wrong */
    struct suggestion *best;
    unsigned best_distance;
    struct err *err;
};

/* False if it has too many letters. */
static bool read_letters(struct bytes text, struct letters *out)
{
    const uint8_t *p = text.data, *end = text.data + text.len;
    for (out->n = 0; p < end; out->n++) {
        if (out->n == SUGGEST_LETTERS_MOST)
            return false;
        p += utf8_decode(p, end, &out->at[out->n]);
    }
    return true;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The distance, or more than `most`. */
static unsigned distance(const struct letters *a, const struct letters *b,
                         unsigned most)
{
    unsigned rows[3][SUGGEST_LETTERS_MOST + 1] = {{0}};
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    if (a->n > b->n + most || b->n > a->n + most)
        return most + 1;
    for (unsigned j = 0; j <= b->n; j++)
        last[j] = j;
    for (unsigned i = 1; i <= a->n; i++) {
        unsigned row_least = row[0] = i;
        for (unsigned j = 1; j <= b->n; j++) {
            unsigned differ = a->at[i - 1] != b->at[j - 1];
            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + differ);
            if (i > 1 && j > 1 && a->at[i - 1] == b->at[j - 2] &&
                a->at[i - 2] == b->at[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
            row_least = least(row_least, row[j]);
        }
        if (row_least > most)
            return most + 1;
        unsigned *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b->n];
}

/* Is a word at this distance, and so often there, a better one? */
static bool is_better(const struct search *s, unsigned d, uint64_t occurrences,
                      struct bytes key)
{
    const struct suggestion *best = s->best;
    if (best->like_len == 0)
        return true;
    if (d != s->best_distance)
        return d < s->best_distance ? best->occurrences / SUGGEST_WEIGHT < occurrences
                                    : occurrences / SUGGEST_WEIGHT >= best->occurrences;
    if (occurrences != best->occurrences)
        return occurrences > best->occurrences;
    return bytes_compare(key, bytes_of(best->like, best->like_len)) < 0;
}

/* How often a word stands in the index; 0 if in no dictionary. Joined entries are words of a query too. */
static int count_word(struct search *s, struct bytes key, bool plain, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s->snapshot->n_segments; i++) {
        struct terms_iter it;
        const struct term_entry *e;
        int rc = terms_seek(&s->snapshot->segments[i].terms, key, &it, s->err);
        while (rc == 0 && (rc = terms_next(&it, &e, s->err)) == 0 &&
               bytes_equal(bytes_of(e->key, e->key_len), key))
            *out += plain && e->span ? 0 : e->occurrences;
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Weighs an entry. What it is in other segments counts only if it is near enough. */
static int consider(struct search *s, struct bytes key)
{
    struct letters other;
    uint64_t occurrences;
    if (key.len == 0 || !read_letters(key, &other))
        return 0;
    unsigned d = distance(&s->word, &other, s->most);
    if (d == 0 || d > s->most)
        return 0;
    int rc = count_word(s, key, true, &occurrences);
    if (rc < 0 || occurrences == 0 || !is_better(s, d, occurrences, key))
        return rc;
    memcpy(s->best->like, key.data, key.len);
    s->best->like_len = (uint8_t)key.len;
    s->best->occurrences = occurrences;
    s->best_distance = d;
    return 0;
}

/* Entries of a segment that begin with the word's first letter. */
static int walk(struct search *s, size_t segment, struct bytes first)
{
    struct terms_iter it;
    const struct term_entry *e;
    int rc = terms_seek(&s->snapshot->segments[segment].terms, first, &it, s->err);
    while (rc == 0 && (rc = terms_next(&it, &e, s->err)) == 0) {
        struct bytes key = bytes_of(e->key, e->key_len);
        if (!bytes_starts(key, first) || s->visited >= SUGGEST_ENTRIES)
            return 0;
        rc = deadline_tick(s->deadline, s->visited++, s->err);
        if (rc == 0 && e->span == 0)
            rc = consider(s, key);
    }
    return rc == ITER_END ? 0 : rc;
}

static int consider_letters(struct search *s, const uint32_t *letters, unsigned n)
{
    uint8_t key[4 * (SUGGEST_LETTERS_MOST + 1)];
    size_t len = 0;
    for (unsigned i = 0; i < n; i++)
        len += utf8_encode(letters[i], key + len);
    return len <= TERMS_KEY_MAX ? consider(s, bytes_of(key, len)) : 0;
}

/* The first letter left out, put in before, replaced, or swapped with the second. */
static int try_first_letters(struct search *s)
{
    const struct letters *w = &s->word;
    uint32_t made[SUGGEST_LETTERS_MOST + 1];
    int rc = consider_letters(s, w->at + 1, w->n - 1);
    memcpy(made, w->at, w->n * sizeof *made);
    made[0] = w->at[1];
    made[1] = w->at[0];
    if (rc == 0)
        rc = consider_letters(s, made, w->n);
    if (w->at[0] < 'a' || w->at[0] > 'z' || w->n == SUGGEST_LETTERS_MOST)
        return rc; /* another alphabet's letters are not known here */
    memcpy(made + 1, w->at, w->n * sizeof *made);
    for (made[0] = 'a'; made[0] <= 'z' && rc == 0; made[0]++)
        rc = consider_letters(s, made, w->n + 1);
    made[1] = 0;
    for (uint32_t letter = 'a'; letter <= 'z' && rc == 0; letter++) {
        made[1] = letter;
        rc = consider_letters(s, made + 1, w->n);
    }
    return rc;
}

static bool has_digit(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9')
            return true;
    return false;
}

static int find_like(struct search *s, struct bytes term)
{
    uint8_t letter[4];
    if (!read_letters(term, &s->word) || s->word.n < SUGGEST_LETTERS_LEAST ||
        has_digit(term))
        return 0;
    s->most = s->word.n >= SUGGEST_LETTERS_TWO ? 2 : 1;
    s->best_distance = 0;
    size_t len = utf8_encode(s->word.at[0], letter);
    int rc = try_first_letters(s);
    for (size_t i = 0; i < s->snapshot->n_segments && rc == 0; i++)
        rc = walk(s, i, bytes_of(letter, len));
    return rc;
}

static int add_word(struct search *s, const struct ast *node)
{
    uint64_t occurrences;
    for (size_t i = 0; i < s->n; i++)
        if (bytes_equal(s->out[i].word, node->text))
            return 0;
    int rc = count_word(s, node->term, false, &occurrences);
    if (rc < 0 || occurrences > 0)
        return rc;
    s->best = &s->out[s->n++];
    *s->best = (struct suggestion){.word = node->text};
    return find_like(s, node->term);
}

static int look_through(struct search *s, const struct ast *node)
{
    int rc = 0;
    if (s->n == SUGGEST_WORDS || node->kind == AST_EXACT || node->kind == AST_RUN)
        return 0;
    if (node->kind == AST_WORD)
        return add_word(s, node);
    for (size_t i = 0; i < node->n_children && rc == 0; i++)
        rc = look_through(s, node->children[i]);
    return rc;
}

int suggest(const struct snapshot *snapshot, const struct ast *tree,
            const struct deadline *deadline, struct suggestion *out, size_t *n,
            struct err *err)
{
    struct search s = {
        .snapshot = snapshot, .deadline = deadline, .out = out, .err = err};
    int rc = look_through(&s, tree);
    *n = rc == 0 ? s.n : 0;
    return rc;
}
