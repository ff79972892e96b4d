#include "indexer/verify_pair.h"

#include <stdlib.h>

#include "text/facts.h"
#include "text/winnow.h"
#include "indexer/titles.h"

enum {
    TOKENS = 1024,      /* read at a time */
    SLOTS = 512,        /* of texts lately read; a power of two */
    HELD_MAX = 1 << 23, /* bytes of them */
    HELD_SHARE = 16,    /* of the budget that is free, at most, for all threads */
    TERMS = 1 << 13,    /* that are told of at a time */
    RUNS_KEPT = 64,     /* of a pair: seven times the bytes of its verdict */
    WORD = 64           /* bits */
};
#define NOWHERE UINT32_MAX

/* What is known of a text without boilerplate. */
static struct body_marks no_marks = {.stock = false};

/* A text: its body, and room of this thread's own for what is kept nowhere else. */
struct slot {
    uint32_t text; /* + 1; 0: empty */
    struct body *body;
    const struct body_marks *marks; /* NULL: not asked for yet */
    struct body *own;               /* owned, as the next */
    struct body_marks *own_marks;
    size_t own_cap, marks_cap; /* tokens, bytes */
};

/* A fingerprint of a body that may be boilerplate. */
struct asked {
    uint64_t hash;
    uint32_t at;
    bool
        beside; /* no fingerprint of the text lies between it and the one before it here */
    bool sure; /* it is */
};

struct verify_pair {
    const struct verify_pair_tables *tables;
    const struct print_set *common; /* or NULL */
    struct spool_reader tokens;
    struct compare *compare;
    struct body_room room;
    struct slot first, slots[SLOTS]; /* first: of the text that is compared with many */
    size_t held, held_max;           /* bytes of slots */
    uint32_t surfaces[TOKENS];
    /* Where boilerplate is looked for: a bit for each token at which a fingerprint begins, or one that is boilerplate. */
    VEC(uint64_t) places, known;
    uint64_t
        twice[PRINT_SET_WORDS]; /* places modulo SHEET_PLACES of several fingerprints */
    VEC(struct asked) asked;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "pairs: out of memory");
}

/* --- what all share ----------------------------------------------------------------------- */

/* Tells of the terms what a comparison asks of them, a range of them at a time. */
struct telling {
    struct verify_pair_tables *tables;
    const uint64_t *counts; /* by term */
    struct facts_filter facts;
};

static int tell_work(void *arg, void *item, struct err *err)
{
    const struct telling *w = arg;
    const struct build *b = w->tables->build;
    size_t n = lexicon_count(&b->vocabulary.terms);
    size_t from = (uintptr_t)item * TERMS, to = n - from < TERMS ? n : from + TERMS;
    (void)err;
    for (size_t i = from; i < to; i++) {
        uint32_t term = (uint32_t)i;
        uint8_t kind =
            facts_filter_of(&w->facts, lexicon_bytes(&b->vocabulary.terms, term));
        w->tables->hashes[i] = vocabulary_term_hash(&b->vocabulary, term);
        if (compare_is_common(w->counts[i], b->report.tokens))
            kind |= COMPARE_COMMON;
        w->tables->kinds[i] = kind;
    }
    return 0;
}

int verify_pair_tables_make(struct verify_pair_tables *t, struct build *b,
                            const struct texts *texts, struct err *err)
{
    const struct vocabulary *v = &b->vocabulary;
    size_t n = lexicon_count(&v->terms);
    *t = (struct verify_pair_tables){.build = b, .texts = texts};
    t->limits = b->config->limits;
    uint64_t *counts = calloc(n + 1, sizeof *counts);
    t->kinds = malloc(n + 1);
    t->hashes = malloc((n + 1) * sizeof *t->hashes);
    t->bodies = calloc(1, sizeof *t->bodies);
    if (!counts || !t->kinds || !t->hashes || !t->bodies) {
        free(counts);
        return no_memory(err);
    }
    t->charged = (n + 1) * (1 + sizeof *t->hashes);
    budget_force(&b->budget, t->charged + n * sizeof *counts);
    vocabulary_count_terms(v, counts);
    struct telling telling = {.tables = t, .counts = counts};
    facts_filter_init(&telling.facts);
    struct pool_stage stage = {
        .count = (n + TERMS - 1) / TERMS, .work = tell_work, .arg = &telling};
    int rc = pool_run(b->pool, &stage, err);
    free(counts);
    budget_give(&b->budget, n * sizeof *counts);
    if (rc != 0)
        return rc;
    return bodies_init(t->bodies, &b->budget, texts_count(texts), err);
}

void verify_pair_tables_release(struct verify_pair_tables *t)
{
    if (t->bodies) {
        build_keep_freed(t->build, bodies_bytes(t->bodies));
        bodies_release(t->bodies);
    }
    free(t->bodies);
    free(t->kinds);
    free(t->hashes);
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
    bodies_room_begin(t->bodies, &p->room);
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
    p->held -= s->own_cap * sizeof *s->own->terms + s->marks_cap;
    free(s->own);
    free(s->own_marks);
    *s = (struct slot){0};
}

void verify_pair_free(struct verify_pair *p)
{
    if (!p)
        return;
    empty_slot(p, &p->first);
    for (size_t i = 0; i < SLOTS; i++)
        empty_slot(p, &p->slots[i]);
    bodies_room_end(p->tables->bodies, &p->room);
    spool_reader_release(&p->tokens);
    vec_release(&p->places);
    vec_release(&p->known);
    vec_release(&p->asked);
    compare_free(p->compare);
    free(p);
}

size_t verify_pair_bytes(const struct verify_pair *p)
{
    return sizeof *p + p->held + p->tokens.cap + compare_bytes(p->compare) +
           (p->places.cap + p->known.cap) * sizeof *p->places.items +
           p->asked.cap * sizeof *p->asked.items;
}

/* --- reading texts ------------------------------------------------------------------------ */

static const struct article *article_of(const struct verify_pair *p, uint32_t text)
{
    const struct verify_pair_tables *t = p->tables;
    return &t->build->articles.v.items[t->texts->articles.items[text]];
}

/* Tokens to make room for in a slot that needs n. */
static size_t with_slack(uint32_t n)
{
    return (size_t)n + n / 4 + 16;
}

/* Room for a body that is not kept for all; NULL: no memory. */
static struct body *own_body(struct verify_pair *p, struct slot *s, uint32_t n)
{
    if (n <= s->own_cap && s->own)
        return s->own;
    empty_slot(p, s);
    size_t cap = with_slack(n);
    s->own = malloc(sizeof *s->own + cap * sizeof *s->own->terms);
    if (!s->own)
        return NULL;
    s->own_cap = cap;
    p->held += cap * sizeof *s->own->terms;
    return s->own;
}

static struct body_marks *own_marks(struct verify_pair *p, struct slot *s, uint32_t n)
{
    if (body_marks_bytes(n) <= s->marks_cap && s->own_marks)
        return s->own_marks;
    size_t cap = body_marks_bytes(n) * 5 / 4;
    p->held -= s->marks_cap;
    s->marks_cap = 0;
    free(s->own_marks);
    s->own_marks = malloc(cap);
    if (!s->own_marks)
        return NULL;
    s->marks_cap = cap;
    p->held += cap;
    return s->own_marks;
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

/* The title, and the body: terms of the tokens behind it. */
static int read_text(struct verify_pair *p, struct body *out, const struct article *a,
                     struct err *err)
{
    const uint32_t *terms = p->tables->build->vocabulary.surface_terms.items;
    spool_seek(&p->tokens, a);
    int rc = read_title(p, &out->title, a, err);
    for (uint32_t at = 0; rc == 0 && at < out->n;) {
        uint32_t step = out->n - at < TOKENS ? out->n - at : TOKENS;
        rc = spool_tokens(&p->tokens, step, p->surfaces, NULL, err);
        for (uint32_t i = 0; rc == 0 && i < step; i++)
            out->terms[at + i] = terms[p->surfaces[i]];
        at += step;
    }
    return rc;
}

static int read_slot(struct verify_pair *p, struct slot *s, uint32_t text,
                     struct err *err)
{
    struct bodies *all = p->tables->bodies;
    const struct article *a = article_of(p, text);
    uint32_t n = a->length - a->title_tokens;
    if (s->text == text + 1 && s->body == s->own)
        return 0;
    s->text = 0;
    s->marks = NULL;
    s->body = bodies_find(all, text);
    if (!s->body) {
        struct body *room = bodies_expected(all, text)
                                ? bodies_room(all, &p->room, body_bytes(n))
                                : NULL;
        bool kept = room;
        if (!kept)
            room = own_body(p, s, n);
        if (!room)
            return no_memory(err);
        room->n = n;
        atomic_init(&room->marks, NULL);
        int rc = read_text(p, room, a, err);
        if (rc != 0)
            return rc;
        s->body = kept ? bodies_keep(all, &p->room, text, room) : room;
    }
    s->text = text + 1;
    return 0;
}

static int take_slot(struct verify_pair *p, uint32_t text, struct slot **out,
                     struct err *err)
{
    struct slot *s = &p->slots[text % SLOTS];
    *out = s;
    for (size_t i = 0; p->held > p->held_max && i < SLOTS; i++)
        empty_slot(p, &p->slots[i]);
    return read_slot(p, s, text, err);
}

/* --- what kinds of words they are ----------------------------------------------------------- */

static uint32_t highest(uint64_t bits)
{
    return WORD - 1 - (uint32_t)__builtin_clzll(bits);
}

/* The hash of the shingle at a place of a body; beyond the body there is none. */
static uint64_t hash_at(const struct verify_pair *p, const struct body *b, uint32_t at)
{
    const uint64_t *of_terms = p->tables->hashes;
    uint64_t hashes[WINNOW_SHINGLE];
    const uint32_t *terms = b->terms + at;
    uint32_t n = at < b->n ? b->n - at : 0;
    if (n >= WINNOW_SHINGLE) {
        for (uint32_t i = 0; i < WINNOW_SHINGLE; i++)
            hashes[i] = of_terms[terms[i]];
        return winnow_shingle(hashes, WINNOW_SHINGLE);
    }
    for (uint32_t i = 0; i < n; i++)
        hashes[i] = of_terms[terms[i]];
    return winnow_shingle(hashes, n);
}

/* Where the body has fingerprints, to p->places; none of them is known yet. */
static int read_places(struct verify_pair *p, uint32_t text, uint32_t n,
                       struct err *err)
{
    size_t words = winnow_place_words(n);
    vec_reset(&p->places);
    vec_reset(&p->known);
    vec_reset(&p->asked);
    if (!vec_reserve(&p->places, words) || !vec_reserve(&p->known, words))
        return no_memory(err);
    memset(p->known.items, 0, words * sizeof *p->known.items);
    p->places.len = words;
    return spool_places(&p->tables->build->spool,
                        p->tables->texts->articles.items[text], n, p->places.items,
                        err);
}

/* Where a text has one of the set's hashes is known modulo SHEET_PLACES, so it is the one fingerprint of such a place; where there
 * are several their hashes are looked up. */
static void find_twice(struct verify_pair *p)
{
    uint64_t once[PRINT_SET_WORDS] = {0};
    for (uint32_t i = 0; i < PRINT_SET_WORDS; i++)
        p->twice[i] = p->common->places ? 0 : UINT64_MAX;
    for (uint32_t i = 0; i < p->places.len; i++) {
        p->twice[i % PRINT_SET_WORDS] |= once[i % PRINT_SET_WORDS] & p->places.items[i];
        once[i % PRINT_SET_WORDS] |= p->places.items[i];
    }
}

/* A fingerprint of which it is asked, if the one before it is `beside` it among those that may be common. */
static bool ask(struct verify_pair *p, const struct body *b, uint32_t at, bool beside)
{
    bool sure = !(p->twice[at / WORD % PRINT_SET_WORDS] >> at % WORD & 1);
    if (!sure)
        __builtin_prefetch(b->terms + at);
    return vec_push(&p->asked,
                    (struct asked){.at = at, .beside = beside, .sure = sure});
}

/* Fingerprints that may be common, to p->asked, as far as they can make a passage: not one that stands by none that may be, unless it is the
 * only one of the text. False: no memory. */
static bool list_asked(struct verify_pair *p, uint32_t text, const struct body *b)
{
    const uint64_t *places = p->places.items;
    uint32_t first = NOWHERE, last = NOWHERE, maybe = NOWHERE;
    bool is_asked = false, good = true;
    for (uint32_t i = 0; i < p->places.len; i++) {
        uint64_t may = print_set_places(p->common, text, i % PRINT_SET_WORDS);
        for (uint64_t bits = places[i] & may; bits != 0; bits &= bits - 1) {
            uint32_t at = i * WORD + (uint32_t)__builtin_ctzll(bits);
            uint64_t before = places[i] & ((bits & -bits) - 1);
            bool beside = maybe != NOWHERE &&
                          maybe == (before ? i * WORD + highest(before) : last);
            if (beside)
                good &= (is_asked || ask(p, b, maybe, false)) && ask(p, b, at, true);
            is_asked = beside;
            maybe = at;
        }
        if (places[i] != 0) {
            last = i * WORD + highest(places[i]);
            first = first == NOWHERE ? i * WORD + (uint32_t)__builtin_ctzll(places[i])
                                     : first;
        }
    }
    if (first == last && maybe != NOWHERE)
        good &= ask(p, b, maybe, false);
    return good;
}

/* Asks, and notes in p->known what is common. Whether there is a passage. */
static bool find_common(struct verify_pair *p, const struct body *b)
{
    bool found = false, before = false;
    /* All hashes before the first is looked up: what is waited for comes at once. */
    vec_foreach(struct asked, x, &p->asked) {
        if (x->sure)
            continue;
        x->hash = hash_at(p, b, x->at);
        print_set_soon(p->common, x->hash);
    }
    vec_foreach(const struct asked, x, &p->asked) {
        bool is = x->sure || print_set_has(p->common, x->hash);
        p->known.items[x->at / WORD] |= (uint64_t)is << x->at % WORD;
        found |= is && ((before && x->beside) || p->asked.len == 1);
        before = is;
    }
    return found;
}

/* Room for the marks of a slot's text; NULL: no memory. */
static struct body_marks *marks_room(struct verify_pair *p, struct slot *s)
{
    uint32_t n = s->body->n;
    struct body_marks *m = s->body == s->own ? NULL
                                             : bodies_room(p->tables->bodies, &p->room,
                                                           body_marks_bytes(n));
    return m ? m : own_marks(p, s, n);
}

static int make_marks(struct verify_pair *p, struct slot *s, struct body_marks **out,
                      struct err *err)
{
    const struct body *b = s->body;
    *out = &no_marks;
    if (!p->common || !print_set_in(p->common, s->text - 1))
        return 0;
    int rc = read_places(p, s->text - 1, b->n, err);
    if (rc == 0)
        find_twice(p);
    if (rc == 0 && !list_asked(p, s->text - 1, b))
        rc = no_memory(err);
    if (rc != 0 || !find_common(p, b))
        return rc;
    struct body_marks *m = marks_room(p, s);
    if (!m)
        return no_memory(err);
    m->stock = true;
    memset(m->bits, 0, body_marks_bytes(b->n) - sizeof *m);
    compare_mark_stock(m->bits, b->n, p->places.items, p->known.items);
    m->own = compare_count_own(&(struct compare_text){.stock = m->bits, .n = b->n});
    *out = m;
    return 0;
}

/* Half of the pairs come to nothing at the first look, which does without. */
static int need_marks(struct verify_pair *p, struct slot *s, struct err *err)
{
    struct body *b = s->body;
    if (!s->marks)
        s->marks = atomic_load_explicit(&b->marks, memory_order_acquire);
    if (s->marks)
        return 0;
    struct body_marks *m;
    int rc = make_marks(p, s, &m, err);
    if (rc != 0)
        return rc;
    /* Whoever else is at it comes to the same. Without boilerplate to look for nothing is known. */
    if (p->common && m != s->own_marks && b != s->own)
        m = bodies_keep_marks(&p->room, b, m);
    s->marks = m;
    return 0;
}

/* --- a pair ------------------------------------------------------------------------------- */

static struct compare_text text_of(const struct verify_pair *p, const struct slot *s)
{
    const struct article *a = article_of(p, s->text - 1);
    const struct body_marks *marks = s->marks && s->marks->stock ? s->marks : NULL;
    return (struct compare_text){
        .terms = s->body->terms,
        .stock = marks ? marks->bits : NULL,
        .kind_of = p->tables->kinds,
        .n = s->body->n,
        .day = a->day == DAY_NONE ? COMPARE_DAY_NONE : a->day,
        .own = marks ? marks->own : 0,
    };
}

/* Both texts read: p->first and *second. */
static int take_both(struct verify_pair *p, uint32_t text, uint32_t other,
                     struct slot **second, struct err *err)
{
    int rc = read_slot(p, &p->first, text, err);
    return rc == 0 ? take_slot(p, other, second, err) : rc;
}

static int need_both(struct verify_pair *p, struct slot *second, struct err *err)
{
    int rc = need_marks(p, &p->first, err);
    return rc == 0 ? need_marks(p, second, err) : rc;
}

static void judge(struct verify_pair *p, const struct slot *second,
                  const struct compare_text *a, const struct compare_text *b,
                  struct verdict *d)
{
    const struct headline x = titles_headline(&p->first.body->title),
                          y = titles_headline(&second->body->title);
    compare_judge(&p->tables->limits, a, b, &d->e);
    headlines_judge(a, b, &x, &y, &d->e);
}

static int compare(struct verify_pair *p, struct slot *second, struct verdict *d,
                   struct err *err)
{
    const struct compare_limits *l = &p->tables->limits;
    struct compare_text a = text_of(p, &p->first), b = text_of(p, second);
    a.key = p->first.text;
    bool done;
    int rc = compare_look(p->compare, l, &a, &b, &d->e, &done, err);
    if (rc == 0 && !done) {
        rc = need_both(p, second, err);
        if (rc == 0) {
            a = text_of(p, &p->first);
            b = text_of(p, second);
            rc = compare_finish(p->compare, l, &a, &b, &d->e, err);
        }
    }
    if (rc == 0)
        judge(p, second, &a, &b, d);
    return rc;
}

void verify_pair_soon(const struct verify_pair *p, uint32_t other)
{
    __builtin_prefetch(article_of(p, other));
    bodies_soon(p->tables->bodies, other);
    if (p->common && p->common->places)
        __builtin_prefetch(&p->common->places[other]);
}

void verify_pair_ahead(const struct verify_pair *p, uint32_t text)
{
    const struct body *body = bodies_find(p->tables->bodies, text);
    if (body)
        __builtin_prefetch(body);
    else
        spool_expect_tokens(&p->tables->build->spool, article_of(p, text));
}

void verify_pair_next(const struct verify_pair *p, uint32_t other)
{
    enum {
        LINE = 64,
        PAGE = 4096 /* bytes that the processor reads ahead in by itself */
    };
    const uint8_t *body = (const uint8_t *)bodies_find(p->tables->bodies, other);
    const struct article *a = article_of(p, other);
    size_t bytes =
        sizeof(struct body) + (a->length - a->title_tokens) * sizeof(uint32_t);
    if (!body)
        spool_expect_tokens(&p->tables->build->spool, a);
    for (size_t at = 0; body && at < bytes; at += PAGE) {
        __builtin_prefetch(body + at);
        __builtin_prefetch(body + at + LINE);
    }
}

void verify_pair_done(struct verify_pair *p, uint32_t text, uint32_t other)
{
    bodies_done(p->tables->bodies, &p->room, text);
    bodies_done(p->tables->bodies, &p->room, other);
}

int verify_pair_compare(struct verify_pair *p, uint32_t text, uint32_t other,
                        struct verdict *out, struct err *err)
{
    struct slot *second;
    *out = (struct verdict){.text = text, .other = other};
    int rc = take_both(p, text, other, &second, err);
    return rc == 0 ? compare(p, second, out, err) : rc;
}

struct verdict_runs verify_pair_runs(const struct verify_pair *p)
{
    size_t n;
    const struct compare_run *runs = compare_runs(p->compare, &n);
    return n > RUNS_KEPT ? (struct verdict_runs){NULL, VERDICT_NO_RUNS}
                         : (struct verdict_runs){runs, (uint32_t)n};
}

int verify_pair_again(struct verify_pair *p, struct verdict *d,
                      const struct verdict_runs *runs, struct err *err)
{
    struct slot *second;
    int rc = take_both(p, d->text, d->other, &second, err);
    if (rc == 0)
        rc = need_both(p, second, err);
    if (rc != 0 || !(p->first.marks->stock || second->marks->stock))
        return rc;
    if (runs->n == VERDICT_NO_RUNS)
        return compare(p, second, d, err);
    struct compare_text a = text_of(p, &p->first), b = text_of(p, second);
    rc = compare_resume(p->compare, &p->tables->limits, &a, &b, runs->items, runs->n,
                        &d->e, err);
    if (rc == 0)
        judge(p, second, &a, &b, d);
    return rc;
}
