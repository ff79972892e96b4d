#include "indexer/verify_pair.h"

#include <stdlib.h>

#include "text/facts.h"
#include "indexer/exact.h"
#include "indexer/titles.h"

enum {
    TOKENS = 1024,      /* read at a time */
    SLOTS = 512,        /* of texts lately read; a power of two */
    TITLES_SHARED = 60, /* percent of words that two headlines of one thing share */
    HELD_MAX = 1 << 22, /* bytes of them */
    HELD_SHARE = 16     /* of the budget that is free, at most, for all threads */
};

/* The body of a text. */
struct slot {
    uint32_t text; /* + 1; 0: empty */
    uint32_t n, cap;
    uint32_t *terms; /* owned, as is kinds */
    uint8_t *kinds;
};

struct verify_pair {
    const struct verify_pair_tables *tables;
    struct spool_reader tokens, prints;
    struct compare *compare;
    struct slot first, slots[SLOTS]; /* first: of the text that is compared with many */
    size_t held, held_max;           /* bytes of slots */
    uint32_t surfaces[TOKENS], seps[TOKENS];
    struct spool_prints fingerprints;
    uint32_t fingerprints_of; /* text + 1; 0: of none */
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

struct verify_pair *verify_pair_new(const struct verify_pair_tables *t)
{
    struct verify_pair *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->tables = t;
    p->compare = compare_new();
    spool_read_tokens_of(&p->tokens, &t->build->spool);
    spool_read_prints_of(&p->prints, &t->build->spool);
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
    spool_reader_release(&p->prints);
    vec_release(&p->fingerprints.v);
    compare_free(p->compare);
    free(p);
}

size_t verify_pair_bytes(const struct verify_pair *p)
{
    return sizeof *p + p->held + p->tokens.cap + p->prints.cap +
           compare_bytes(p->compare) +
           p->fingerprints.v.cap * sizeof *p->fingerprints.v.items;
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

/* A text's body: terms of its tokens behind the title. */
static int read_slot(struct verify_pair *p, struct slot *s, uint32_t text,
                     struct err *err)
{
    const struct article *a = article_of(p, text);
    const uint32_t *terms = p->tables->build->vocabulary.surface_terms.items;
    const uint8_t *kinds = p->tables->kinds;
    uint32_t n = a->length - a->title_tokens;
    s->text = 0;
    int rc = make_room(p, s, n, err);
    if (rc != 0)
        return rc;
    spool_seek(&p->tokens, a);
    for (uint32_t left = a->title_tokens; rc == 0 && left > 0;) {
        uint32_t step = left < TOKENS ? left : TOKENS;
        rc = spool_tokens(&p->tokens, step, p->surfaces, p->seps, err);
        left -= step;
    }
    for (uint32_t at = 0; rc == 0 && at < n;) {
        uint32_t step = n - at < TOKENS ? n - at : TOKENS;
        rc = spool_tokens(&p->tokens, step, p->surfaces, p->seps, err);
        for (uint32_t i = 0; rc == 0 && i < step; i++) {
            uint32_t term = terms[p->surfaces[i]];
            s->terms[at + i] = term;
            s->kinds[at + i] = kinds[term];
        }
        at += step;
    }
    if (rc == 0) {
        s->n = n;
        s->text = text + 1;
    }
    return rc;
}

static int take_slot(struct verify_pair *p, uint32_t text, const struct slot **out,
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

static struct compare_text known_of(const struct verify_pair *p, uint32_t text)
{
    const struct article *a = article_of(p, text);
    return (struct compare_text){
        .n = a->length - a->title_tokens,
        .day = a->day == DAY_NONE ? COMPARE_DAY_NONE : a->day,
    };
}

static int share_titles(struct verify_pair *p, const struct verdict *d, bool *out,
                        struct err *err)
{
    const uint8_t *kinds = p->tables->kinds;
    const struct build *build = p->tables->build;
    struct title x, y;
    int rc = titles_read(build, &p->tokens, article_of(p, d->text), &x, err);
    if (rc == 0)
        rc = titles_read(build, &p->tokens, article_of(p, d->other), &y, err);
    *out = rc == 0 && titles_shared(kinds, &x, &y) >= TITLES_SHARED &&
           !titles_facts_differ(kinds, &x, &y);
    return rc;
}

/* What the bodies leave open, by the headlines. Stubs ("See our gallery") under headlines of other things are no
 * copies of each other; equal bodies with equal titles were taken together before
 * (indexer/exact.h). A text that stands in the midst of a longer one is a quotation, but under the same
 * headline it is a part of the article. */
static int by_titles(struct verify_pair *p, struct verdict *d, struct err *err)
{
    const struct article *a = article_of(p, d->text), *b = article_of(p, d->other);
    bool is_short = a->length - a->title_tokens < EXACT_SHORT ||
                    b->length - b->title_tokens < EXACT_SHORT;
    bool stubs = is_short && compare_merges(d->e.relation);
    bool embedded = !is_short && d->e.relation == COMPARE_EXCERPT &&
                    d->e.rule == COMPARE_RULE_EMBEDDED;
    bool shared = false;
    if (!(stubs || embedded) || a->title == 0 || b->title == 0)
        return 0;
    int rc = share_titles(p, d, &shared, err);
    if (rc == 0 && stubs && !shared) {
        d->e.relation = COMPARE_UNRELATED;
        d->e.rule = COMPARE_RULE_NONE;
        d->e.score = 0;
    } else if (rc == 0 && embedded && shared) {
        d->e.relation =
            d->e.covered[0] >= d->e.covered[1] ? COMPARE_CONTAINED : COMPARE_CONTAINS;
        d->e.rule = COMPARE_RULE_ONE;
    }
    return rc;
}

static void judge(const struct verify_pair *p, struct verdict *d)
{
    const struct compare_text a = known_of(p, d->text), b = known_of(p, d->other);
    compare_judge(&p->tables->limits, &a, &b, &d->e);
}

int verify_pair_compare(struct verify_pair *p, uint32_t text, uint32_t other,
                        struct verdict *out, struct err *err)
{
    const struct slot *second;
    struct compare_text a = known_of(p, text), b = known_of(p, other);
    int rc = p->first.text == text + 1 ? 0 : read_slot(p, &p->first, text, err);
    if (rc == 0)
        rc = take_slot(p, other, &second, err);
    if (rc != 0)
        return rc;
    *out = (struct verdict){.text = text, .other = other};
    a.terms = p->first.terms;
    a.kinds = p->first.kinds;
    a.key = (uint64_t)text + 1;
    b.terms = second->terms;
    b.kinds = second->kinds;
    rc = compare_match(p->compare, &p->tables->limits, &a, &b, &out->e, err);
    if (rc != 0)
        return rc;
    judge(p, out);
    return by_titles(p, out, err);
}

const struct compare_run *verify_pair_runs(const struct verify_pair *p, size_t *n)
{
    return compare_runs(p->compare, n);
}

bool verify_pair_wants_rare(const struct verify_pair *p, const struct verdict *d)
{
    struct verdict other = *d;
    other.e.rare = 0;
    judge(p, &other);
    return other.e.relation != d->e.relation;
}

int verify_pair_rare(struct verify_pair *p, const struct print_set *common,
                     const struct compare_run *runs, size_t n_runs, struct verdict *d,
                     struct err *err)
{
    uint64_t in_match = 0, rare = 0;
    size_t i = 0;
    if (p->fingerprints_of != d->text + 1) {
        p->fingerprints_of = 0;
        int rc =
            spool_prints(&p->prints, article_of(p, d->text), &p->fingerprints, err);
        if (rc != 0)
            return rc;
        p->fingerprints_of = d->text + 1;
    }
    vec_foreach(struct fingerprint, f, &p->fingerprints.v) {
        while (i < n_runs && runs[i].a + runs[i].len < f->at + WINNOW_SHINGLE)
            i++;
        if (i == n_runs)
            break;
        if (f->at < runs[i].a)
            continue;
        in_match++;
        rare += !print_set_has(common, f->hash);
    }
    uint64_t part = in_match ? rare * COMPARE_ONE / in_match : COMPARE_ONE;
    d->e.rare = (uint16_t)part;
    judge(p, d);
    return by_titles(p, d, err);
}
