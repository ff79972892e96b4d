#include "indexer/ranks.h"

#include <stdlib.h>

#include "base/huge.h"
#include "base/prefetch.h"
#include "indexer/order.h"

enum kind {
    SURFACES,
    SEPS,
    TERMS,
    N_KINDS
};

enum {
    TOKENS = 1024,
    BREAK_BITS = 2
};

struct make {
    const struct build *build;
    struct ranks *ranks;
    /* by provisional number; NULL: the whole archive is one segment, all are used */
    uint64_t *surface_counts, *sep_counts; /* owned */
    uint8_t *term_used;                    /* owned */
};

void ranks_release(struct ranks *r)
{
    huge_free(r->surfaces, r->surfaces_bytes);
    free(r->seps);
    free(r->terms);
    free(r->surface_order);
    free(r->sep_order);
    free(r->term_order);
    free(r->term_counts);
    free(r->places);
    vec_release(&r->aliases);
    invert_release_partitions(&r->partitions);
    *r = (struct ranks){0};
}

/* --- what one of several segments uses ---------------------------------------------------- */

static int count_article(struct make *m, struct spool_reader *reader, uint32_t article,
                         bool joins, struct spool_joins *found, struct err *err)
{
    const struct article *a = &m->build->articles.v.items[article];
    uint32_t surfaces[TOKENS], seps[TOKENS], tail;
    spool_seek(reader, a);
    for (uint32_t at = 0; at < a->length; at += TOKENS) {
        size_t n = a->length - at < TOKENS ? a->length - at : TOKENS;
        int rc = spool_tokens(reader, n, surfaces, seps, err);
        if (rc != 0)
            return rc;
        for (size_t i = 0; i < n; i++) {
            m->surface_counts[surfaces[i]]++;
            m->sep_counts[seps[i]]++;
        }
    }
    int rc = spool_tail(reader, &tail, joins ? found : NULL, err);
    if (rc != 0)
        return rc;
    m->sep_counts[tail]++;
    for (size_t i = 0; joins && i < found->v.len; i++)
        m->term_used[found->v.items[i].term] = 1;
    return 0;
}

static void use_terms(struct make *m)
{
    const struct vocabulary *v = &m->build->vocabulary;
    for (uint32_t i = 0; i < lexicon_count(&v->surfaces); i++) {
        uint32_t term = v->surface_terms.items[i];
        if (m->surface_counts[i] == 0)
            continue;
        m->term_used[term] = 1;
        if (v->term_aliases.items[term] != (uint32_t)VOCABULARY_NONE)
            m->term_used[v->term_aliases.items[term]] = 1;
    }
}

static int count_segment(struct make *m, const struct link *l, uint32_t first,
                         uint32_t end, struct err *err)
{
    const struct vocabulary *v = &m->build->vocabulary;
    struct spool_reader reader = {0};
    struct spool_joins joins = {0};
    m->surface_counts = calloc((size_t)lexicon_count(&v->surfaces) + 1, 8);
    m->sep_counts = calloc((size_t)lexicon_count(&v->seps) + 1, 8);
    m->term_used = calloc((size_t)lexicon_count(&v->terms) + 1, 1);
    if (!m->surface_counts || !m->sep_counts || !m->term_used)
        return err_set(err, ERR_NOMEM, "out of memory");
    spool_read_tokens_of(&reader, &m->build->spool);
    int rc = 0;
    uint32_t to = l->stories.items[end].first_wording;
    for (uint32_t w = l->stories.items[first].first_wording; rc == 0 && w < to; w++) {
        uint32_t from = l->wordings.items[w].first_article;
        uint32_t until = l->wordings.items[w + 1].first_article;
        /* Equal wordings have equal joined entries. */
        for (uint32_t i = from; rc == 0 && i < until; i++)
            rc =
                count_article(m, &reader, l->articles.items[i], i == from, &joins, err);
    }
    use_terms(m);
    spool_reader_release(&reader);
    vec_release(&joins.v);
    return rc;
}

/* --- orders ------------------------------------------------------------------------------- */

static const struct lexicon *lexicon_of(const struct vocabulary *v, enum kind kind)
{
    return kind == SURFACES ? &v->surfaces : kind == SEPS ? &v->seps : &v->terms;
}

static uint64_t count_of(const struct make *m, enum kind kind, uint32_t number)
{
    const struct vocabulary *v = &m->build->vocabulary;
    if (kind == TERMS)
        return !m->term_used || m->term_used[number];
    if (kind == SURFACES)
        return m->surface_counts ? m->surface_counts[number]
                                 : v->surfaces.counts.items[number];
    return m->sep_counts ? m->sep_counts[number] : v->seps.counts.items[number];
}

/* The least important key is sorted by last in words and first in deed. */
static uint64_t stable_key(const struct make *m, enum kind kind, uint32_t number)
{
    if (kind == TERMS)
        return lexicon_tag(&m->build->vocabulary.terms, number);
    uint64_t rare = (UINT64_MAX >> BREAK_BITS) - count_of(m, kind, number);
    if (kind == SURFACES)
        return rare;
    return rare << BREAK_BITS | lexicon_tag(&m->build->vocabulary.seps, number);
}

/* The strings of one lexicon. */
struct words {
    const struct lexicon *lexicon;
};

static int window(void *arg, uint32_t number, uint32_t offset, uint64_t *out,
                  struct err *err)
{
    const struct lexicon *l = ((struct words *)arg)->lexicon;
    struct bytes b = lexicon_bytes(l, number);
    (void)err;
    *out = 0;
    if (offset >= b.len)
        return 0;
    size_t left = b.len - offset;
    const uint8_t *at = b.data + offset;
    /* What is behind it belongs to the next word, but for the last ones. */
    if (l->bytes.data + l->bytes.len - at >= 8) {
        uint64_t eight = __builtin_bswap64(load_u64(at));
        *out = left >= 8 ? eight : eight & ~(UINT64_MAX >> 8 * left);
        return 0;
    }
    uint8_t bytes[8] = {0};
    memcpy(bytes, at, left < 8 ? left : 8);
    *out = __builtin_bswap64(load_u64(bytes));
    return 0;
}

static int length(void *arg, uint32_t number, uint32_t *out, struct err *err)
{
    (void)err;
    *out = (uint32_t)lexicon_bytes(((struct words *)arg)->lexicon, number).len;
    return 0;
}

static void soon(void *arg, uint32_t number, uint32_t offset, bool bytes)
{
    const struct lexicon *l = ((struct words *)arg)->lexicon;
    if (bytes)
        prefetch_read(l->bytes.data + lexicon_at(l, number) + offset);
    else
        prefetch_read(&l->ends.items[number]);
}

static void sort_by_stable_key(const struct make *m, enum kind kind,
                               struct order_item *items, size_t n,
                               struct order_item *scratch)
{
    for (size_t i = 0; i < n; i++)
        items[i].key = stable_key(m, kind, items[i].number);
    order_by_key(items, n, scratch);
}

/* Room for what is put in order, which serves one kind after the other. */
struct room {
    struct order_item *items, *scratch; /* owned */
    size_t n;
};

static void release_room(struct room *room)
{
    free(room->items);
    free(room->scratch);
    *room = (struct room){0};
}

static int reserve(struct room *room, size_t n, struct err *err)
{
    if (n <= room->n)
        return 0;
    release_room(room);
    room->items = malloc(n * sizeof *room->items);
    room->scratch = malloc(n * sizeof *room->scratch);
    if (!room->items || !room->scratch)
        return err_set(err, ERR_NOMEM, "out of memory");
    room->n = n;
    return 0;
}

static int sort_kind(struct make *m, enum kind kind, struct room *room,
                     uint32_t **order_out, uint32_t *n_out, struct err *err)
{
    struct words words = {lexicon_of(&m->build->vocabulary, kind)};
    const struct order_strings strings = {window, length, &words, soon};
    size_t all = lexicon_count(words.lexicon), n = 0;
    int rc = reserve(room, all + 1, err);
    if (rc != 0)
        return rc;
    struct order_item *items = room->items, *scratch = room->scratch;
    for (uint32_t i = 0; i < all; i++) {
        if (count_of(m, kind, i) > 0)
            items[n++].number = i;
    }
    if (kind == TERMS)
        sort_by_stable_key(m, kind, items, n, scratch);
    rc = order_by_strings(items, n, scratch, &strings, err);
    if (rc != 0)
        return rc;
    if (kind != TERMS)
        sort_by_stable_key(m, kind, items, n, scratch);
    uint32_t *order = malloc((n + 1) * sizeof *order);
    if (!order)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        order[i] = items[i].number;
    *order_out = order;
    *n_out = (uint32_t)n;
    return 0;
}

/* --- the inverse -------------------------------------------------------------------------- */

static int invert(const uint32_t *order, uint32_t n, uint32_t all, uint32_t **out,
                  struct err *err)
{
    uint32_t *to = *out = malloc(((size_t)all + 1) * sizeof *to);
    if (!to)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (n < all)
        memset(to, 0xff, ((size_t)all + 1) * sizeof *to);
    for (uint32_t i = 0; i < n; i++)
        to[order[i]] = i;
    return 0;
}

/* The surfaces' final numbers by provisional ones; their terms follow. */
static int invert_surfaces(struct make *m, struct err *err)
{
    struct ranks *r = m->ranks;
    uint32_t all = lexicon_count(&m->build->vocabulary.surfaces);
    r->surfaces_bytes = huge_round(((size_t)all + 1) * sizeof *r->surfaces);
    r->surfaces = huge_alloc(r->surfaces_bytes);
    if (!r->surfaces)
        return err_set(err, ERR_NOMEM, "out of memory");
    memset(r->surfaces, 0xff, ((size_t)all + 1) * sizeof *r->surfaces);
    for (uint32_t i = 0; i < r->n_surfaces; i++)
        r->surfaces[r->surface_order[i]].id = i;
    return 0;
}

static int make_order(struct make *m, enum kind kind, struct room *room,
                      struct err *err)
{
    struct ranks *r = m->ranks;
    const struct vocabulary *v = &m->build->vocabulary;
    int rc;
    switch (kind) {
    case SURFACES:
        return sort_kind(m, SURFACES, room, &r->surface_order, &r->n_surfaces, err);
    case SEPS:
        rc = sort_kind(m, SEPS, room, &r->sep_order, &r->n_seps, err);
        return rc == 0 ? invert(r->sep_order, r->n_seps, lexicon_count(&v->seps),
                                &r->seps, err)
                       : rc;
    default:
        rc = sort_kind(m, TERMS, room, &r->term_order, &r->n_terms, err);
        return rc == 0 ? invert(r->term_order, r->n_terms, lexicon_count(&v->terms),
                                &r->terms, err)
                       : rc;
    }
}

static int work(void *arg, void *item, struct err *err)
{
    struct room room = {0};
    int rc = make_order(arg, (enum kind)(uintptr_t)item, &room, err);
    release_room(&room);
    return rc;
}

/* Gives surfaces their terms, until those are placed, and counts these. In the order of provisional numbers, in which a
 * word's first form and its term stand at nearly the same place. */
static int count_terms(struct make *m, struct err *err)
{
    struct ranks *r = m->ranks;
    const struct vocabulary *v = &m->build->vocabulary;
    uint32_t all = lexicon_count(&v->surfaces);
    r->term_counts = calloc((size_t)r->n_terms + 1, sizeof *r->term_counts);
    if (!r->term_counts)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (uint32_t number = 0; number < all; number++) {
        uint64_t count = count_of(m, SURFACES, number);
        if (count == 0)
            continue;
        term_id term = r->terms[v->surface_terms.items[number]];
        r->surfaces[number].place = term;
        r->term_counts[term] += count;
    }
    return 0;
}

static int find_aliases(struct make *m, struct err *err)
{
    struct ranks *r = m->ranks;
    const struct vocabulary *v = &m->build->vocabulary;
    for (uint32_t i = 0; i < r->n_terms; i++) {
        uint32_t alias = v->term_aliases.items[r->term_order[i]];
        if (alias == (uint32_t)VOCABULARY_NONE)
            continue;
        struct ranks_alias pair = {i, r->terms[alias]};
        if (!vec_push(&r->aliases, pair))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    return 0;
}

int ranks_place_terms(struct ranks *r, uint32_t n_partitions, struct err *err)
{
    struct partitions *p = &r->partitions;
    int rc = invert_partition(p, r->term_counts, r->n_terms, n_partitions, err);
    term_place *places =
        rc == 0 ? malloc(((size_t)r->n_terms + 1) * sizeof *places) : NULL;
    if (rc == 0 && !places)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc != 0)
        return rc;
    invert_places(p, places);
    for (uint32_t i = 0; i < r->n_terms; i++)
        r->terms[r->term_order[i]] = places[i];
    vec_foreach(struct ranks_alias, a, &r->aliases) {
        a->alias = places[a->alias] & ~RANKS_HAS_ALIAS;
        places[a->term] |= RANKS_HAS_ALIAS;
    }
    r->places = places;
    return 0;
}

void ranks_place_surfaces(struct ranks *r, const struct build *b)
{
    for (uint32_t i = 0; i < lexicon_count(&b->vocabulary.surfaces); i++) {
        struct ranks_surface *s = &r->surfaces[i];
        if (s->id != (uint32_t)RANKS_NONE)
            s->place = r->places[s->place];
    }
    free(r->places);
    r->places = NULL;
}

term_place ranks_alias_of(const struct ranks *r, term_place place)
{
    const term_id term = invert_term(&r->partitions, place);
    size_t low = 0, high = r->aliases.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->aliases.items[middle].term < term)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->aliases.len && r->aliases.items[low].term == term
               ? r->aliases.items[low].alias
               : (term_place)RANKS_NONE;
}

uint64_t ranks_memory(const struct ranks *r)
{
    return r->surfaces_bytes + (uint64_t)r->n_surfaces * 4 + (uint64_t)r->n_seps * 8 +
           (uint64_t)r->n_terms * 20 + r->aliases.cap * sizeof *r->aliases.items;
}

/* --- all of it ---------------------------------------------------------------------------- */

int ranks_order_words(struct ranks *r, const struct build *b, struct err *err)
{
    static const enum kind kinds[] = {TERMS, SEPS, SURFACES};
    struct make m = {.build = b, .ranks = r};
    struct room room = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < N_KINDS; i++)
        rc = make_order(&m, kinds[i], &room, err);
    release_room(&room);
    return rc;
}

/* Once all is in order. */
static int count(struct make *m, struct err *err)
{
    int rc = invert_surfaces(m, err);
    if (rc == 0)
        rc = count_terms(m, err);
    return rc == 0 ? find_aliases(m, err) : rc;
}

int ranks_count_words(struct ranks *r, const struct build *b, struct err *err)
{
    struct make m = {.build = b, .ranks = r};
    return count(&m, err);
}

static int order_all(struct make *m, struct pool *pool, struct err *err)
{
    struct pool_stage stage = {.count = N_KINDS, .work = work, .arg = m};
    int rc = pool_run(pool, &stage, err);
    return rc == 0 ? count(m, err) : rc;
}

int ranks_make(struct ranks *r, struct build *b, const struct link *l, uint32_t first,
               uint32_t end, struct err *err)
{
    struct make m = {.build = b, .ranks = r};
    int rc = 0;
    if (r->term_counts)
        return 0;
    if (first != 0 || end != link_n_stories(l))
        rc = count_segment(&m, l, first, end, err);
    if (rc == 0)
        rc = order_all(&m, b->pool, err);
    free(m.surface_counts);
    free(m.sep_counts);
    free(m.term_used);
    if (rc != 0)
        ranks_release(r);
    return rc;
}
