#include "indexer/verify_pair.h"

#include <stdlib.h>

#include "text/facts.h"
#include "text/winnow.h"
#include "indexer/titles.h"

enum {
    TOKENS = 1024,      /* read at a time */
    SLOTS = 512,        /* of texts lately read; a power of two */
    HELD_MAX = 1 << 23, /* bytes of them */
    HELD_SHARE = 16     /* of the budget that is free, at most, for all threads */
};

/* A text: its body, and its first article's title. */
struct slot {
    uint32_t text; /* + 1; 0: empty */
    uint32_t n, cap;
    uint32_t *terms; /* owned, as is kinds */
    uint8_t *kinds;
    bool has_kinds;
    bool stock; /* some of it is boilerplate */
    struct title title;
};

struct verify_pair {
    const struct verify_pair_tables *tables;
    const struct print_set *common; /* or NULL */
    struct spool_reader tokens;
    struct compare *compare;
    struct slot first, slots[SLOTS]; /* first: of the text that is compared with many */
    size_t held, held_max;           /* bytes of slots */
    uint32_t surfaces[TOKENS];
    VEC(uint64_t) hashes; /* of a body's terms, where boilerplate is looked for */
    VEC(struct fingerprint) prints;
};

/* --- what all share ----------------------------------------------------------------------- */

int verify_pair_tables_make(struct verify_pair_tables *t, struct build *b,
                            const struct texts *texts, struct err *err)
{
    const struct vocabulary *v = &b->vocabulary;
    size_t n = lexicon_count(&v->terms);
    *t = (struct verify_pair_tables){.build = b, .texts = texts};
    t->limits = b->config->limits;
    uint64_t *counts = calloc(n + 1, sizeof *counts);
    t->kinds = malloc(n + 1);
    if (!counts || !t->kinds) {
        free(counts);
        return err_set(err, ERR_NOMEM, "pairs: out of memory");
    }
    t->charged = n + 1;
    budget_force(&b->budget, t->charged + n * sizeof *counts);
    vocabulary_count_terms(v, counts);
    for (uint32_t i = 0; i < n; i++) {
        t->kinds[i] = facts_of(lexicon_bytes(&v->terms, i));
        if (compare_is_common(counts[i], b->report.tokens))
            t->kinds[i] |= COMPARE_COMMON;
    }
    free(counts);
    budget_give(&b->budget, n * sizeof *counts);
    return 0;
}

void verify_pair_tables_release(struct verify_pair_tables *t)
{
    free(t->kinds);
    if (t->build)
        budget_give(&t->build->budget, t->charged);
    *t = (struct verify_pair_tables){0};
}

/* --- one thread's tools ------------------------------------------------------------------- */

struct verify_pair *verify_pair_new(const struct verify_pair_tables *t,
                                    const struct print_set *common)
{
    struct verify_pair *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->tables = t;
    p->common = common;
    p->compare = compare_new();
    spool_read_tokens_of(&p->tokens, &t->build->spool);
    uint64_t share =
        budget_free(&t->build->budget) / HELD_SHARE / pool_threads(t->build->pool);
    p->held_max = share < HELD_MAX ? (size_t)share : HELD_MAX;
    if (!p->compare) {
        verify_pair_free(p);
        return NULL;
    }
    return p;
}

static void empty_slot(struct verify_pair *p, struct slot *s)
{
    p->held -= s->cap * (sizeof *s->terms + sizeof *s->kinds);
    free(s->terms);
    free(s->kinds);
    *s = (struct slot){0};
}

void verify_pair_free(struct verify_pair *p)
{
    if (!p)
        return;
    empty_slot(p, &p->first);
    for (size_t i = 0; i < SLOTS; i++)
        empty_slot(p, &p->slots[i]);
    spool_reader_release(&p->tokens);
    vec_release(&p->hashes);
    vec_release(&p->prints);
    compare_free(p->compare);
    free(p);
}

size_t verify_pair_bytes(const struct verify_pair *p)
{
    return sizeof *p + p->held + p->tokens.cap + compare_bytes(p->compare) +
           p->hashes.cap * sizeof *p->hashes.items +
           p->prints.cap * sizeof *p->prints.items;
}

/* --- reading texts ------------------------------------------------------------------------ */

static const struct article *article_of(const struct verify_pair *p, uint32_t text)
{
    const struct verify_pair_tables *t = p->tables;
    return &t->build->articles.v.items[t->texts->articles.items[text]];
}

static int make_room(struct verify_pair *p, struct slot *s, uint32_t n, struct err *err)
{
    if (n <= s->cap && s->terms)
        return 0;
    empty_slot(p, s);
    uint32_t cap = n + n / 4 + 16;
    s->terms = malloc(cap * sizeof *s->terms);
    s->kinds = malloc(cap);
    if (!s->terms || !s->kinds) {
        free(s->terms);
        free(s->kinds);
        *s = (struct slot){0};
        return err_set(err, ERR_NOMEM, "pairs: out of memory");
    }
    s->cap = cap;
    p->held += cap * (sizeof *s->terms + sizeof *s->kinds);
    return 0;
}

/* Passes over the title, whose first words are kept. */
static int read_title(struct verify_pair *p, struct title *title,
                      const struct article *a, struct err *err)
{
    const uint32_t *terms = p->tables->build->vocabulary.surface_terms.items;
    int rc = 0;
    title->n = 0;
    for (uint32_t left = a->title_tokens; rc == 0 && left > 0;) {
        uint32_t step = left < TOKENS ? left : TOKENS;
        rc = spool_tokens(&p->tokens, step, p->surfaces, NULL, err);
        left -= step;
        for (uint32_t i = 0; rc == 0 && i < step && title->n < HEADLINES_WORDS; i++) {
            uint32_t term = terms[p->surfaces[i]];
            title->terms[title->n] = term;
            title->kinds[title->n++] = p->tables->kinds[term];
        }
    }
    return rc;
}

/* The title, and the body: terms of the tokens behind it. Where boilerplate is known, the terms' hashes too. */
static int read_text(struct verify_pair *p, struct slot *s, const struct article *a,
                     struct err *err)
{
    const struct build *b = p->tables->build;
    const uint32_t *terms = b->vocabulary.surface_terms.items;
    spool_seek(&p->tokens, a);
    int rc = read_title(p, &s->title, a, err);
    for (uint32_t at = 0; rc == 0 && at < s->n;) {
        uint32_t step = s->n - at < TOKENS ? s->n - at : TOKENS;
        rc = spool_tokens(&p->tokens, step, p->surfaces, NULL, err);
        for (uint32_t i = 0; rc == 0 && i < step; i++)
            s->terms[at + i] = terms[p->surfaces[i]];
        for (uint32_t i = 0; rc == 0 && p->common && i < step; i++)
            p->hashes.items[at + i] = b->spool.surface_hashes[p->surfaces[i]];
        at += step;
    }
    return rc;
}

/* Half of the pairs come to nothing at the first look, which does without kinds. */
static void need_kinds(struct verify_pair *p, struct slot *s)
{
    const uint8_t *kinds = p->tables->kinds;
    for (uint32_t i = 0; !s->has_kinds && i < s->n; i++)
        s->kinds[i] = kinds[s->terms[i]];
    s->has_kinds = true;
}

static bool is_common(void *arg, uint64_t hash)
{
    const struct verify_pair *p = arg;
    return print_set_has(p->common, hash);
}

/* Marks what is boilerplate. A shingle that many stories share is in most texts; only passages of them
 * count, and few texts have any. */
static void mark(struct verify_pair *p, struct slot *s)
{
    size_t n = winnow_fingerprints(p->hashes.items, s->n, p->prints.items);
    need_kinds(p, s);
    compare_mark_stock(s->kinds, s->n, p->prints.items, n, is_common, p);
    for (uint32_t i = 0; i < s->n && !s->stock; i++)
        s->stock = (s->kinds[i] & COMPARE_STOCK) != 0;
}

static int read_slot(struct verify_pair *p, struct slot *s, uint32_t text,
                     struct err *err)
{
    const struct article *a = article_of(p, text);
    uint32_t n = a->length - a->title_tokens;
    s->text = 0;
    int rc = make_room(p, s, n, err);
    if (rc != 0)
        return rc;
    s->n = n;
    s->has_kinds = s->stock = false;
    vec_reset(&p->hashes);
    vec_reset(&p->prints);
    if (p->common &&
        (!vec_reserve(&p->hashes, n) || !vec_reserve(&p->prints, winnow_room(n))))
        return err_set(err, ERR_NOMEM, "pairs: out of memory");
    rc = read_text(p, s, a, err);
    if (rc == 0 && p->common)
        mark(p, s);
    if (rc == 0)
        s->text = text + 1;
    return rc;
}

static int take_slot(struct verify_pair *p, uint32_t text, struct slot **out,
                     struct err *err)
{
    struct slot *s = &p->slots[text % SLOTS];
    *out = s;
    if (s->text == text + 1)
        return 0;
    for (size_t i = 0; p->held > p->held_max && i < SLOTS; i++)
        empty_slot(p, &p->slots[i]);
    return read_slot(p, s, text, err);
}

/* --- a pair ------------------------------------------------------------------------------- */

static struct compare_text text_of(const struct verify_pair *p, const struct slot *s)
{
    const struct article *a = article_of(p, s->text - 1);
    return (struct compare_text){
        .terms = s->terms,
        .kinds = s->kinds,
        .n = s->n,
        .day = a->day == DAY_NONE ? COMPARE_DAY_NONE : a->day,
    };
}

/* Both texts read: p->first and *second. */
static int take_both(struct verify_pair *p, uint32_t text, uint32_t other,
                     struct slot **second, struct err *err)
{
    int rc = p->first.text == text + 1 ? 0 : read_slot(p, &p->first, text, err);
    return rc == 0 ? take_slot(p, other, second, err) : rc;
}

static int compare(struct verify_pair *p, struct slot *second, struct verdict *d,
                   struct err *err)
{
    const struct compare_limits *l = &p->tables->limits;
    struct compare_text a = text_of(p, &p->first), b = text_of(p, second);
    const struct headline x = titles_headline(&p->first.title),
                          y = titles_headline(&second->title);
    a.key = p->first.text;
    bool done;
    int rc = compare_look(p->compare, l, &a, &b, &d->e, &done, err);
    if (rc == 0 && !done) {
        need_kinds(p, &p->first);
        need_kinds(p, second);
        rc = compare_finish(p->compare, l, &a, &b, &d->e, err);
    }
    if (rc != 0)
        return rc;
    compare_judge(l, &a, &b, &d->e);
    headlines_judge(&a, &b, &x, &y, &d->e);
    return 0;
}

int verify_pair_compare(struct verify_pair *p, uint32_t text, uint32_t other,
                        struct verdict *out, struct err *err)
{
    struct slot *second;
    *out = (struct verdict){.text = text, .other = other};
    int rc = take_both(p, text, other, &second, err);
    return rc == 0 ? compare(p, second, out, err) : rc;
}

int verify_pair_again(struct verify_pair *p, struct verdict *d, struct err *err)
{
    struct slot *second;
    int rc = take_both(p, d->text, d->other, &second, err);
    if (rc != 0 || !(p->first.stock || second->stock))
        return rc;
    return compare(p, second, d, err);
}
