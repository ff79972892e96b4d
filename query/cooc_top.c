#include "query/cooc_top.h"

#include <stdlib.h>

#include "text/unidata.h"
#include "text/utf8.h"
#include "formats/forward.h"
#include "query/ast.h"
#include "query/values.h"

enum {
    AT_ONCE = 4096 /* tokens */
};

/* How often a word is written in one way or the other, where it does not begin a sentence. */
struct cases {
    uint64_t capital, other;
};

struct word {
    uint32_t number; /* in words */
    uint64_t n;      /* addresses */
};

struct finder {
    struct session *session;
    const struct hidden *hidden;
    enum cooc_among among;
    size_t wanted; /* words to look at */
    VEC(uint64_t)
    heap; /* of one segment: the largest counts, the least of them first */
    struct values words;
    VEC(struct word) found;
    struct cases *cases; /* owned; by place in found */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "cooc: no memory for the words of the archive");
}

static bool is_letter(uint32_t cp)
{
    uint8_t gc = unidata_get(cp)->gc;
    return gc >= GC_LU && gc <= GC_LO;
}

/* Could it be one of the words, but for whether it means itself? */
static bool is_word(const struct finder *f, const struct term_entry *e)
{
    struct bytes term = bytes_of(e->key, e->key_len);
    uint32_t cp = 0;
    if (e->span > 0 || term.len == 0) {
        return false;
    }
    size_t first = utf8_decode(term.data, term.data + term.len, &cp);
    return first < term.len && is_letter(cp) && !hidden_has(f->hidden, term);
}

/* --- the commonest -------------------------------------------------------------------------------- */

static void sift(uint64_t *heap, size_t n)
{
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n) {
            return;
        }
        child += child + 1 < n && heap[child + 1] < heap[child];
        if (heap[i] <= heap[child]) {
            return;
        }
        uint64_t swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
        i = child;
    }
}

/* Keeps a count if it is among the largest. */
static bool keep(struct finder *f, uint64_t n)
{
    if (f->heap.len == f->wanted) {
        if (n > f->heap.items[0]) {
            f->heap.items[0] = n;
            sift(f->heap.items, f->heap.len);
        }
        return true;
    }
    if (!vec_push(&f->heap, n)) {
        return false;
    }
    for (size_t i = f->heap.len - 1; i > 0;) {
        size_t up = (i - 1) / 2;
        uint64_t swap = f->heap.items[up];
        if (swap <= f->heap.items[i]) {
            break;
        }
        f->heap.items[up] = f->heap.items[i];
        f->heap.items[i] = swap;
        i = up;
    }
    return true;
}

typedef int each_fn(struct finder *f, const struct term_entry *e, uint64_t least,
                    struct err *err);

static int each_term(struct finder *f, const struct segment *s, each_fn *each,
                     uint64_t least, struct err *err)
{
    struct terms_iter it;
    const struct term_entry *e;
    int rc = terms_seek(&s->terms, bytes_of("", 0), &it, err);
    for (uint64_t i = 0; rc == 0; i++) {
        rc = terms_next(&it, &e, err);
        rc = rc ? rc : each(f, e, least, err);
        rc = rc ? rc : deadline_tick(&f->session->deadline, i, err);
    }
    return rc == ITER_END ? 0 : rc;
}

static int keep_count(struct finder *f, const struct term_entry *e, uint64_t least,
                      struct err *err)
{
    (void)least;
    bool larger = f->heap.len < f->wanted || e->occurrences > f->heap.items[0];
    return !larger || !is_word(f, e) || keep(f, e->occurrences) ? 0 : no_memory(err);
}

static int keep_word(struct finder *f, const struct term_entry *e, uint64_t least,
                     struct err *err)
{
    uint32_t number;
    if (e->occurrences < least || !is_word(f, e)) {
        return 0;
    }
    return values_put(&f->words, bytes_of(e->key, e->key_len), &number, err);
}

/* A word among the commonest `wanted` of all has at least `bound` addresses, where that many words of one segment have so
 * many; so it has the n_segments-th part of that in some segment. */
static int find_words(struct finder *f, struct err *err)
{
    const struct snapshot *snapshot = &f->session->snapshot;
    uint64_t bound = 0, n_segments = snapshot->n_segments;
    int rc = 0;
    for (size_t i = 0; i < n_segments && rc == 0; i++) {
        vec_reset(&f->heap);
        rc = each_term(f, &snapshot->segments[i], keep_count, 0, err);
        if (rc == 0 && f->heap.len == f->wanted && f->heap.items[0] > bound) {
            bound = f->heap.items[0];
        }
    }
    for (size_t i = 0; i < n_segments && rc == 0; i++) {
        rc = each_term(f, &snapshot->segments[i], keep_word,
                       (bound + n_segments - 1) / n_segments, err);
    }
    return rc;
}

static int count_words(struct finder *f, struct err *err)
{
    const struct snapshot *snapshot = &f->session->snapshot;
    int rc = 0;
    for (uint32_t i = 0; i < f->words.items.len && rc == 0; i++) {
        struct word w = {.number = i};
        for (size_t s = 0; s < snapshot->n_segments && rc == 0; s++) {
            struct term_entry e;
            rc = terms_find(&snapshot->segments[s].terms, values_get(&f->words, i), 0,
                            &e, err);
            w.n += rc == 0 ? e.occurrences : 0;
            rc = rc == ITER_END ? 0 : rc;
        }
        if (rc == 0 && !vec_push(&f->found, w)) {
            rc = no_memory(err);
        }
    }
    return rc;
}

/* More first; of equals by bytes. */
struct sorted {
    struct bytes text;
    struct word word;
};

static int compare_words(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    if (x->word.n != y->word.n) {
        return x->word.n > y->word.n ? -1 : 1;
    }
    return bytes_compare(x->text, y->text);
}

static int order_words(struct finder *f, struct err *err)
{
    size_t n = f->found.len;
    struct sorted *v = calloc(n + 1, sizeof *v);
    if (!v) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        v[i] = (struct sorted){values_get(&f->words, f->found.items[i].number),
                               f->found.items[i]};
    }
    qsort(v, n, sizeof *v, compare_words);
    for (size_t i = 0; i < n; i++) {
        f->found.items[i] = v[i].word;
    }
    f->found.len = n < f->wanted ? n : f->wanted;
    free(v);
    return 0;
}

/* --- names ------------------------------------------------------------------------------------------ */

static bool has_capital(struct bytes surface)
{
    uint32_t cp = 0;
    (void)utf8_decode(surface.data, surface.data + surface.len, &cp);
    uint8_t gc = unidata_get(cp)->gc;
    return gc == GC_LU || gc == GC_LT;
}

/* What a surface of a segment is: 0 nothing that is asked for, else the word's place times 2, and 2, and 1 for a capital. */
static int mark_surfaces(const struct finder *f, const struct segment *s, uint32_t *of,
                         struct err *err)
{
    VEC(surface_id) ids = {0};
    int rc = 0;
    for (size_t i = 0; i < f->found.len && rc == 0; i++) {
        struct term_entry e;
        size_t n = 0;
        rc = terms_find(&s->terms, values_get(&f->words, f->found.items[i].number), 0,
                        &e, err);
        if (rc == ITER_END) {
            rc = 0;
            continue;
        }
        rc = rc ? rc : surfaces_of_term(&s->surfaces, e.id, NULL, 0, &n, err);
        vec_reset(&ids);
        if (rc == 0 && !vec_reserve(&ids, n + 1)) {
            rc = no_memory(err);
        }
        rc = rc ? rc : surfaces_of_term(&s->surfaces, e.id, ids.items, n, &n, err);
        for (size_t k = 0; k < n && rc == 0; k++) {
            struct bytes text;
            rc = surfaces_get(&s->surfaces, ids.items[k], &text, err);
            if (rc == 0) {
                of[ids.items[k]] = (uint32_t)(2 * i + 2) | has_capital(text);
            }
        }
    }
    vec_release(&ids);
    return rc;
}

/* Counts the words of [from, from + n) of the stream that begin no sentence. */
static int count_cases(struct finder *f, const struct segment *s, const uint32_t *of,
                       address from, size_t n, struct err *err)
{
    surface_id ids[AT_ONCE];
    address marks[AT_ONCE];
    size_t n_marks = 0, at = 0;
    int rc = forward_read(&s->forward, from, n, ids, NULL, err);
    if (rc == 0) {
        rc = marks_fill(&s->sentences, from, (uint64_t)from + n, marks, AT_ONCE,
                        &n_marks, err);
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        bool begins = at < n_marks && marks[at] == from + i;
        at += begins;
        if (begins || ids[i] == (surface_id)FORWARD_ELSEWHERE || of[ids[i]] == 0) {
            continue;
        }
        struct cases *c = &f->cases[of[ids[i]] / 2 - 1];
        if (of[ids[i]] & 1) {
            c->capital++;
        } else {
            c->other++;
        }
    }
    return rc;
}

static int count_names(struct finder *f, const struct segment *s, struct err *err)
{
    uint32_t *of = calloc((size_t)s->surfaces.n_surfaces + 1, sizeof *of);
    uint64_t n = s->forward.n_tokens;
    int rc = of ? mark_surfaces(f, s, of, err) : no_memory(err);
    for (uint64_t at = 0, i = 0; at < n && rc == 0; at += AT_ONCE, i++) {
        size_t step = n - at < AT_ONCE ? (size_t)(n - at) : AT_ONCE;
        rc = count_cases(f, s, of, (address)at, step, err);
        if (rc == 0 && i % 64 == 0) {
            rc = deadline_check(&f->session->deadline, err);
        }
    }
    free(of);
    return rc;
}

/* Keeps the words that are written with a capital more often than not. */
static int keep_names(struct finder *f, struct err *err)
{
    const struct snapshot *snapshot = &f->session->snapshot;
    size_t kept = 0;
    int rc = 0;
    f->cases = calloc(f->found.len + 1, sizeof *f->cases);
    if (!f->cases) {
        return no_memory(err);
    }
    for (size_t i = 0; i < snapshot->n_segments && rc == 0; i++) {
        rc = count_names(f, &snapshot->segments[i], err);
    }
    for (size_t i = 0; i < f->found.len && rc == 0; i++) {
        if (f->cases[i].capital > f->cases[i].other) {
            f->found.items[kept++] = f->found.items[i];
        }
    }
    f->found.len = rc == 0 ? kept : f->found.len;
    return rc;
}

/* --- all -------------------------------------------------------------------------------------------- */

/* Does the word, as a query, mean just itself? */
static int means_itself(struct session *s, struct bytes word, bool *out,
                        struct err *err)
{
    struct ast *tree = NULL;
    int rc = session_query(s, word, false, &tree, err);
    *out = rc == 0 && tree->kind == AST_WORD && bytes_equal(tree->term, word);
    return rc;
}

static int put_words(struct finder *f, size_t n, struct queries *out, struct err *err)
{
    size_t put = 0;
    int rc = 0;
    for (size_t i = 0; i < f->found.len && put < n && rc == 0; i++) {
        struct bytes word = values_get(&f->words, f->found.items[i].number);
        bool plain = false;
        rc = means_itself(f->session, word, &plain, err);
        if (rc == 0 && plain) {
            rc = queries_put(out, word, 0, err);
            put++;
        }
    }
    return rc;
}

int cooc_top_words(struct session *s, const struct hidden *hidden,
                   enum cooc_among among, size_t n, struct queries *out,
                   struct err *err)
{
    struct finder f = {.session = s, .hidden = hidden, .among = among};
    bool names = among == COOC_AMONG_NAMES;
    f.wanted = names ? n * COOC_AMONG_NAMES_OF : n + n / 8 + 16;
    int rc = find_words(&f, err);
    rc = rc ? rc : count_words(&f, err);
    rc = rc ? rc : order_words(&f, err);
    if (rc == 0 && names) {
        rc = keep_names(&f, err);
    }
    rc = rc ? rc : put_words(&f, n, out, err);
    vec_release(&f.heap);
    values_release(&f.words);
    vec_release(&f.found);
    free(f.cases);
    return rc;
}
