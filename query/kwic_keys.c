#include "query/kwic_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "formats/reconstruct.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "kwic: no memory for sorting");
}

/* --- reading ------------------------------------------------------------------------------ */

/* A number from 1 to KWIC_WORDS_MAX at *p, which moves behind it; 0 if there is none. */
static int32_t read_number(const char **p)
{
    int32_t n = 0;
    while (**p >= '0' && **p <= '9' && n <= KWIC_WORDS_MAX)
        n = 10 * n + (*(*p)++ - '0');
    return n <= KWIC_WORDS_MAX ? n : 0;
}

/* The key at *p, which moves to the comma behind it, or to the end. False: it is none. */
static bool read_key(const char **p, struct kwic_key *out)
{
    static const struct {
        const char *name;
        enum kwic_kind kind;
    } names[] = {{"hit", KWIC_HIT},
                 {"date", KWIC_DATE},
                 {"source", KWIC_SOURCE},
                 {"outlet", KWIC_SOURCE}};
    *out = (struct kwic_key){.down = **p == '-'};
    *p += out->down;
    size_t len = strcspn(*p, ",");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i].name) == len && memcmp(*p, names[i].name, len) == 0) {
            out->kind = (uint8_t)names[i].kind;
            *p += len;
            return true;
        }
    }
    bool left = **p == 'L' || **p == 'l', right = **p == 'R' || **p == 'r';
    if (!left && !right)
        return false;
    ++*p;
    int32_t n = read_number(p);
    *out = (struct kwic_key){KWIC_WORD, out->down, left ? -n : n};
    return n > 0 && (**p == 0 || **p == ',');
}

int kwic_keys_read(struct kwic_keys *k, const char *text, struct err *err)
{
    const char *p = text;
    for (k->n = 0;; p++) {
        if (k->n == KWIC_KEYS_MAX)
            return err_set(err, ERR_USAGE, "--sort takes at most %d keys",
                           KWIC_KEYS_MAX);
        const char *start = p;
        if (!read_key(&p, &k->keys[k->n]))
            return err_set(err, ERR_USAGE,
                           "--sort takes L1 to L%d (words to the left), R1 to R%d, "
                           "hit, date and source, as in L1,R1 or -date,hit; not '%s'",
                           KWIC_WORDS_MAX, KWIC_WORDS_MAX, start);
        k->n++;
        if (*p == 0)
            return 0;
    }
}

void kwic_keys_release(struct kwic_keys *k)
{
    arena_release(&k->arena);
    arena_release(&k->scratch);
    vec_release(&k->values);
    vec_release(&k->slots);
    vec_release(&k->of_term);
    vec_release(&k->pieces);
    vec_release(&k->patches);
    buf_release(&k->text);
    provenance_cache_free(k->cache);
    k->cache = NULL;
}

/* --- interning ---------------------------------------------------------------------------- */

static uint32_t *slot_of(const struct kwic_keys *k, struct bytes value)
{
    size_t mask = k->slots.cap - 1;
    size_t at = (size_t)hash64(value.data, value.len, hash_process_seed()) & mask;
    while (k->slots.items[at] &&
           !bytes_equal(k->values.items[k->slots.items[at] - 1], value))
        at = (at + 1) & mask;
    return &k->slots.items[at];
}

/* Twice as many slots; what is interned finds its place again. */
static bool grow_slots(struct kwic_keys *k)
{
    size_t n = k->slots.cap ? 2 * k->slots.cap : 1024;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    vec_release(&k->slots);
    k->slots.items = slots;
    k->slots.len = k->slots.cap = n;
    for (size_t i = 0; i < k->values.len; i++)
        *slot_of(k, k->values.items[i]) = (uint32_t)(i + 1);
    return true;
}

static int intern(struct kwic_keys *k, struct bytes value, uint32_t *out,
                  struct err *err)
{
    if (2 * (k->values.len + 1) > k->slots.cap && !grow_slots(k))
        return no_memory(err);
    uint32_t *slot = slot_of(k, value);
    if (*slot == 0) {
        if (k->arena.allocated_bytes > KWIC_VALUES_BYTES)
            return err_set(err, ERR_LIMIT,
                           "kwic: the hits and words to sort by are more than %d MB; a "
                           "filter, as in date:2016, sorts a part of them",
                           KWIC_VALUES_BYTES >> 20);
        struct bytes copy = arena_copy(&k->arena, value);
        if (!copy.data || !vec_push(&k->values, copy))
            return no_memory(err);
        *slot = (uint32_t)k->values.len;
    }
    *out = *slot;
    return 0;
}

/* --- words ---------------------------------------------------------------------------------- */

static const struct segment *segment_of(const struct kwic_keys *k)
{
    return &k->snapshot->segments[k->segment];
}

static int begin_segment(struct kwic_keys *k, uint32_t segment, struct err *err)
{
    uint32_t n = k->snapshot->segments[segment].terms.n_terms;
    vec_reset(&k->of_term);
    if (!vec_reserve(&k->of_term, (size_t)n + 1))
        return no_memory(err);
    memset(k->of_term.items, 0, ((size_t)n + 1) * sizeof *k->of_term.items);
    k->of_term.len = n;
    k->segment = segment;
    return 0;
}

static int begin_article(struct kwic_keys *k, uint32_t segment, article_id article,
                         struct err *err)
{
    bool same_segment = k->any && k->segment == segment;
    if (same_segment && k->article == article)
        return 0;
    int rc = same_segment ? 0 : begin_segment(k, segment, err);
    const struct segment *s = segment_of(k);
    wording_id before = k->view.wording;
    if (rc == 0)
        rc = articles_get(&s->articles, article, &k->view, &k->patches, err);
    if (rc == 0 && !(same_segment && before == k->view.wording)) {
        rc = wordings_length(&s->wordings, k->view.wording, &k->wording_len, err);
        if (rc == 0)
            rc = wordings_pieces(&s->wordings, k->view.wording, &k->pieces, err);
    }
    k->any = rc == 0;
    k->article = article;
    k->has_source = false;
    return rc;
}

/* The surface of a token of the wording, as the stream has it: whatever an article puts in its place has the same
 * term. */
static int surface_of(const struct kwic_keys *k, uint32_t token, surface_id *out,
                      struct err *err)
{
    uint32_t at = 0;
    vec_foreach(struct piece, p, &k->pieces) {
        if (token - at < p->own)
            return reconstruct_stream(segment_of(k), p->start + (token - at), 1, out,
                                      NULL, err);
        at += p->own;
    }
    return err_set(err, ERR_CORRUPT, "%s: article %u: a hit lies behind its last word",
                   container_path(segment_of(k)->container), k->article);
}

/* The number of a term's word. */
static int intern_term(struct kwic_keys *k, term_id term, uint32_t *out,
                       struct err *err)
{
    struct term_entry entry;
    int rc = 0;
    if (term >= k->of_term.len)
        return err_set(err, ERR_CORRUPT, "%s: a word's term is none",
                       container_path(segment_of(k)->container));
    if (k->of_term.items[term] == 0) {
        rc = terms_get(&segment_of(k)->terms, term, &entry, err);
        if (rc == 0)
            rc = intern(k, bytes_of(entry.key, entry.key_len), &k->of_term.items[term],
                        err);
    }
    *out = k->of_term.items[term];
    return rc;
}

static int word_key(struct kwic_keys *k, uint32_t token, uint32_t *out, struct err *err)
{
    surface_id surface = 0;
    term_id term = 0;
    int rc = surface_of(k, token, &surface, err);
    if (rc == 0)
        rc = surfaces_term(&segment_of(k)->surfaces, surface, &term, err);
    return rc == 0 ? intern_term(k, term, out, err) : rc;
}

struct span kwic_room(uint32_t title_tokens, uint32_t wording_len, struct span hit)
{
    if (hit.first + hit.len <= title_tokens)
        return (struct span){0, title_tokens};
    if (hit.first < title_tokens)
        return (struct span){0, wording_len};
    return (struct span){title_tokens, wording_len - title_tokens};
}

/* 0 where the text ends before. */
static int neighbour_key(struct kwic_keys *k, struct span hit, int32_t word,
                         uint32_t *out, struct err *err)
{
    struct span room = kwic_room(k->view.title_tokens, k->wording_len, hit);
    int64_t at =
        word < 0 ? (int64_t)hit.first + word : (int64_t)hit.first + hit.len + word - 1;
    *out = 0;
    if (at < room.first || at >= (int64_t)room.first + room.len)
        return 0;
    return word_key(k, (uint32_t)at, out, err);
}

/* Words end with a zero byte, which none has: so "a b" comes before "ab c". */
static int hit_key(struct kwic_keys *k, struct span hit, uint32_t *out, struct err *err)
{
    uint32_t n = hit.len < KWIC_HIT_WORDS_MAX ? hit.len : KWIC_HIT_WORDS_MAX;
    if (n == 1)
        return word_key(k, hit.first, out, err);
    buf_reset(&k->text);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t number = 0;
        int rc = word_key(k, hit.first + i, &number, err);
        if (rc != 0)
            return rc;
        buf_put_bytes(&k->text, k->values.items[number - 1]);
        if (i + 1 < n)
            buf_put_u8(&k->text, 0);
    }
    int rc = buf_check(&k->text, err);
    return rc == 0 ? intern(k, buf_bytes(&k->text), out, err) : rc;
}

/* --- articles -------------------------------------------------------------------------------- */

/* The words of an outlet as queries see them, whatever its case, accents and punctuation. */
static int fold_outlet(struct kwic_keys *k, struct bytes name, struct err *err)
{
    struct query_tokens words = {0};
    arena_reset(&k->scratch);
    buf_reset(&k->text);
    int rc = analyser_query(k->analyser, name, &k->scratch, &words, err);
    vec_foreach(struct query_token, word, &words.tokens) {
        buf_put_bytes(&k->text, word->term);
        buf_put_u8(&k->text, ' ');
    }
    if (k->text.len == 0)
        buf_put_bytes(&k->text, name);
    vec_release(&words.tokens);
    return rc ? rc : buf_check(&k->text, err);
}

static int source_key(struct kwic_keys *k, uint32_t *out, struct err *err)
{
    struct provenance_row row;
    if (!k->cache && !(k->cache = provenance_cache_new()))
        return no_memory(err);
    if (!k->has_source) {
        k->source = 0;
        int rc =
            provenance_get(&segment_of(k)->provenance, k->cache, k->article, &row, err);
        if (rc == 0 && row.outlet.len > 0)
            rc = fold_outlet(k, row.outlet, err);
        if (rc == 0 && row.outlet.len > 0)
            rc = intern(k, buf_bytes(&k->text), &k->source, err);
        if (rc != 0)
            return rc;
        k->has_source = true;
    }
    *out = k->source;
    return 0;
}

/* Days ascend as numbers, and none is 0. */
static int date_key(struct kwic_keys *k, uint32_t *out, struct err *err)
{
    int32_t day;
    int rc = provenance_day(&segment_of(k)->provenance, k->article, &day, err);
    if (rc == 0)
        *out = (uint32_t)day - (uint32_t)DAY_NONE;
    return rc;
}

int kwic_keys_of(struct kwic_keys *k, uint32_t segment, article_id article,
                 struct span span, uint32_t out[KWIC_KEYS_MAX], struct err *err)
{
    int rc = begin_article(k, segment, article, err);
    for (size_t i = 0; rc == 0 && i < k->n; i++) {
        switch (k->keys[i].kind) {
        case KWIC_WORD:
            rc = neighbour_key(k, span, k->keys[i].word, &out[i], err);
            break;
        case KWIC_HIT: rc = hit_key(k, span, &out[i], err); break;
        case KWIC_DATE: rc = date_key(k, &out[i], err); break;
        default: rc = source_key(k, &out[i], err); break;
        }
    }
    return rc;
}

/* --- ranks ----------------------------------------------------------------------------------- */

struct ranked {
    struct bytes value;
    uint32_t number;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return bytes_compare(x->value, y->value);
}

uint32_t *kwic_keys_order(const struct kwic_keys *k)
{
    size_t n = k->values.len;
    struct ranked *ranked = malloc((n + 1) * sizeof *ranked);
    uint32_t *order = calloc(n + 1, sizeof *order);
    for (size_t i = 0; ranked && i < n; i++)
        ranked[i] = (struct ranked){k->values.items[i], (uint32_t)(i + 1)};
    if (ranked && n > 1)
        qsort(ranked, n, sizeof *ranked, compare_ranked);
    for (size_t i = 0; ranked && order && i < n; i++)
        order[ranked[i].number] = (uint32_t)i;
    if (!ranked) {
        free(order);
        order = NULL;
    }
    free(ranked);
    return order;
}

void kwic_keys_rank(const struct kwic_keys *k, size_t key, const uint32_t *ranks,
                    uint32_t *values, size_t n)
{
    bool interned = k->keys[key].kind != KWIC_DATE;
    for (size_t i = 0; i < n; i++) {
        if (values[i] == 0) {
            values[i] = UINT32_MAX;
            continue;
        }
        if (interned)
            values[i] = ranks[values[i]];
        if (k->keys[key].down)
            values[i] = UINT32_MAX - 1 - values[i];
    }
}
