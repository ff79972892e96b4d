#include "query/seams.h"

#include <stdlib.h>
#include <string.h>

#include "query/window.h"

enum {
    SEAMS_REGION = 64,     /* bits of a region */
    BATCH = 4096,          /* spans that the other places are asked about together */
    KEEP_WINDOW = 1 << 16, /* addresses of a set of bits of leaf_term_keep */
    SEEK_RATIO = 2,        /* postings a story of several wordings */
    WALK_STEPS = 8
};

/* One call. */
struct finder {
    struct seams *s;
    const struct segment *segment;
    struct leaf_term *terms;
    size_t n_terms;
    uint32_t width;
    struct err *err;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for seams");
}

void seams_release(struct seams *s)
{
    vec_release(&s->blocks);
    vec_release(&s->list);
    vec_release(&s->regions);
    vec_release(&s->found);
    vec_release(&s->homes);
    vec_release(&s->keys);
    vec_release(&s->wanted);
    vec_release(&s->agreed);
    vec_release(&s->spans);
    free(s->bits);
    *s = (struct seams){0};
}

static uint64_t low_bits(uint32_t n)
{
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* --- regions ------------------------------------------------------------------------------- */

/* The spans of a region that have a repeated word: none of them is in the address lists. */
static uint64_t spans_of(const struct finder *f, const struct seams_region *r)
{
    uint64_t spans = 0;
    if (r->len < f->width) {
        return 0;
    }
    for (size_t i = 0; i < f->n_terms; i++) {
        if (f->terms[i].is_word) {
            spans |= r->repeated >> f->terms[i].shift;
        }
    }
    return spans & low_bits(r->len - f->width + 1);
}

/* The home of a region's token. */
static address home_of(const struct finder *f, const struct seams_region *r,
                       uint32_t token)
{
    address a = r->at + token;
    if (r->repeated >> token & 1) {
        a = token < r->lead ? r->lead_home + token
                            : r->tail_home + (token - (r->len - r->tail));
        /* what it repeats may lie in a seam itself */
        a = wordings_home(f->s->blocks.items, f->s->blocks.len, a);
    }
    return a;
}

/* --- the rarest place ----------------------------------------------------------------------- */

/* Bit i: the list has `at` + i; i < n. */
static uint64_t list_bits(const address *list, size_t n_list, address at, uint32_t n)
{
    uint64_t bits = 0;
    size_t i = addresses_lower_bound(list, n_list, at);
    for (; i < n_list && list[i] - at < n; i++) {
        bits |= UINT64_C(1) << (list[i] - at);
    }
    return bits;
}

/* Bit i: the list has the home of `home` + i. Blocks begin at `root_end`: before it all are homes. */
static uint64_t home_bits(const struct finder *f, const address *list, size_t n_list,
                          address home, uint32_t n, address root_end)
{
    uint64_t bits = 0;
    if (n == 0 || (uint64_t)home + n <= root_end) {
        return n ? list_bits(list, n_list, home, n) : 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        address a = wordings_home(f->s->blocks.items, f->s->blocks.len, home + i);
        bits |= list_bits(list, n_list, a, 1) << i;
    }
    return bits;
}

/* What the rarest place, list[0..n) in this story, has of a region: a bit for each token. */
static uint64_t has_bits(const struct finder *f, const struct seams_region *r,
                         const address *list, size_t n)
{
    uint64_t has = list_bits(list, n, r->at, r->len);
    if (!f->terms[0].is_word) {
        return has;
    }
    address root_end = f->s->blocks.items[0].start;
    has &= ~r->repeated;
    has |= home_bits(f, list, n, r->lead_home, r->lead, root_end);
    if (r->tail) {
        has |= home_bits(f, list, n, r->tail_home, r->tail, root_end)
               << (r->len - r->tail);
    }
    return has;
}

/* Keeps a region if the rarest place has a span in it. */
static int look_at(struct finder *f, struct seams_region r, const address *list,
                   size_t n)
{
    r.repeated = low_bits(r.lead);
    if (r.tail) { /* else there is nothing to move, by all bits of a long region */
        r.repeated |= low_bits(r.tail) << (r.len - r.tail);
    }
    uint64_t has = has_bits(f, &r, list, n) >> f->terms[0].shift;
    r.found = has ? has & spans_of(f, &r) : 0;
    return r.found == 0 || vec_push(&f->s->regions, r) ? 0 : no_memory(f->err);
}

/* A block's ends; where its seams overlap it is the tail that counts (formats/wordings.h). */
static int look_at_block(struct finder *f, const struct block *b, const address *list,
                         size_t n)
{
    uint32_t tail = b->tail_home == (address)ADDRESS_NONE ? 0 : SEAM;
    uint32_t lead = b->lead_home == (address)ADDRESS_NONE ? 0 : SEAM;
    uint32_t end = SEAM + f->width - 1; /* tokens of an end that matter */
    struct seams_region r = {.at = b->start,
                             .len = b->len,
                             .lead = lead < b->len - tail ? lead : b->len - tail,
                             .tail = tail,
                             .lead_home = b->lead_home,
                             .tail_home = b->tail_home};
    if (b->len <= SEAMS_REGION) {
        return look_at(f, r, list, n);
    }
    r.len = end;
    r.tail = 0;
    int rc = lead ? look_at(f, r, list, n) : 0;
    r.at = b->start + b->len - end;
    r.lead = 0;
    r.tail = tail;
    return rc == 0 && tail ? look_at(f, r, list, n) : rc;
}

/* --- the other places ------------------------------------------------------------------------ */

/* The spans that are left of the story's regions, with where their other words must stand. */
static int push_candidates(struct finder *f)
{
    struct seams *s = f->s;
    vec_foreach(struct seams_region, r, &s->regions) {
        for (uint64_t left = r->found; left; left &= left - 1) {
            uint32_t token = (uint32_t)__builtin_ctzll(left);
            bool ok = vec_push(&s->found, r->at + token);
            for (size_t i = 1; i < f->n_terms && ok; i++) {
                uint32_t at = token + f->terms[i].shift;
                address home = f->terms[i].is_word ? home_of(f, r, at) : r->at + at;
                ok = vec_push(&s->homes, home);
            }
            if (!ok) {
                return no_memory(f->err);
            }
        }
    }
    vec_reset(&s->regions);
    return 0;
}

static int compare_keys(const void *a, const void *b)
{
    const struct seams_key *x = a, *y = b;
    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    return (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

/* Which of the keys' addresses the place has: s->wanted, ascending. */
static int ask(struct seams *s, struct leaf_term *t, struct err *err)
{
    vec_reset(&s->wanted);
    if (!vec_reserve(&s->wanted, s->keys.len)) {
        return no_memory(err);
    }
    vec_foreach(const struct seams_key, key, &s->keys) {
        size_t n = s->wanted.len;
        if (n == 0 || s->wanted.items[n - 1] != key->at) {
            s->wanted.items[s->wanted.len++] = key->at;
        }
    }
    if (!s->bits) {
        s->bits = malloc(window_words(KEEP_WINDOW) * sizeof *s->bits);
    }
    if (!s->bits) {
        return no_memory(err);
    }
    uint32_t shift = t->shift;
    t->shift = 0; /* they are addresses of the place itself */
    int rc =
        leaf_term_keep(t, s->wanted.items, &s->wanted.len, s->bits, KEEP_WINDOW, err);
    t->shift = shift;
    return rc;
}

/* Marks the candidates that the place agrees to, in s->agreed. */
static void mark_agreed(struct seams *s)
{
    size_t at = 0;
    vec_foreach(const struct seams_key, key, &s->keys) {
        while (at < s->wanted.len && s->wanted.items[at] < key->at) {
            at++;
        }
        s->agreed.items[key->candidate] =
            at < s->wanted.len && s->wanted.items[at] == key->at;
    }
}

/* Keeps the candidates that place i agrees to. */
static int keep_by_place(struct finder *f, size_t i)
{
    struct seams *s = f->s;
    size_t n = s->found.len, n_homes = f->n_terms - 1, kept = 0;
    vec_reset(&s->keys);
    vec_reset(&s->agreed);
    if (!vec_reserve(&s->keys, n) || !vec_reserve(&s->agreed, n)) {
        return no_memory(f->err);
    }
    for (size_t c = 0; c < n; c++) {
        address home = s->homes.items[c * n_homes + (i - 1)];
        s->keys.items[s->keys.len++] = (struct seams_key){home, (uint32_t)c};
    }
    qsort(s->keys.items, n, sizeof *s->keys.items, compare_keys);
    int rc = ask(s, &f->terms[i], f->err);
    if (rc) {
        return rc;
    }
    mark_agreed(s);
    for (size_t c = 0; c < n; c++) {
        if (!s->agreed.items[c]) {
            continue;
        }
        s->found.items[kept] = s->found.items[c];
        memmove(s->homes.items + kept * n_homes, s->homes.items + c * n_homes,
                n_homes * sizeof(address));
        kept++;
    }
    s->found.len = kept;
    s->homes.len = kept * n_homes;
    return 0;
}

/* Asks all other places about the candidates; what they agree to goes to f->spans. */
static int settle(struct finder *f)
{
    struct seams *s = f->s;
    int rc = 0;
    for (size_t i = 1; i < f->n_terms && s->found.len > 0 && rc == 0; i++) {
        rc = keep_by_place(f, i);
    }
    vec_foreach(const address, a, &s->found) {
        if (rc == 0 && !vec_push(&s->spans, *a)) {
            rc = no_memory(f->err);
        }
    }
    vec_reset(&s->found);
    vec_reset(&s->homes);
    return rc;
}

/* --- stories --------------------------------------------------------------------------------- */

/* The story the walk stands at, in which the rarest place has list[0..n). */
static int find_in_story(struct finder *f, const address *list, size_t n)
{
    struct seams *s = f->s;
    int rc = wordings_walk_blocks(&f->s->walk, &s->blocks, f->err);
    for (size_t i = 0; i < s->blocks.len && rc == 0; i++) {
        rc = look_at_block(f, &s->blocks.items[i], list, n);
    }
    if (rc == 0) {
        rc = push_candidates(f);
    }
    return rc == 0 && s->found.len >= BATCH ? settle(f) : rc;
}

/* From one posting of the rarest place to the next story of several wordings, and on from there to the next posting. */
static int find_by_seeking(struct finder *f, address lo, address hi)
{
    struct leaf_term *t = &f->terms[0];
    address_vec *list = &f->s->list;
    int rc = 0;
    while (rc == 0 && lo < hi) {
        rc = leaf_term_seek(t, lo, &lo, f->err);
        if (rc == 0 && lo < hi) {
            rc = wordings_walk_to(&f->s->walk, lo, f->err);
        }
        if (rc || lo >= hi || f->s->walk.start >= hi) {
            break;
        }
        if (f->s->walk.start > lo) {
            lo = f->s->walk.start;
            continue;
        }
        vec_reset(list);
        lo = f->s->walk.end;
        rc = leaf_term_fill(t, f->s->walk.start, lo, list, f->err);
        if (rc == 0) {
            rc = find_in_story(f, list->items, list->len);
        }
    }
    return rc == ITER_END ? 0 : rc;
}

/* Is the place in so many stories that to seek each is dearer than to meet all? */
static bool is_dense(const struct finder *f)
{
    return f->terms[0].count / SEEK_RATIO >= f->segment->wordings.n_complex;
}

/* Moves the walk to the next story of several wordings in which the place can stand, from its posting `next` on: where it
 * stands in many step by step, which is cheap, but over what is far. */
static int go_on(struct finder *f, address next, int steps)
{
    int rc = 0;
    while (rc == 0 && steps-- > 0) {
        rc = wordings_walk_next(&f->s->walk, f->err);
        if (rc || f->s->walk.end > next) {
            return rc;
        }
    }
    return rc ? rc : wordings_walk_to(&f->s->walk, next, f->err);
}

/* The same where the place's addresses are known: list[0..n), below hi. */
static int find_in_list(struct finder *f, const address *list, size_t n, address hi)
{
    int steps = is_dense(f) ? WALK_STEPS : 0;
    size_t i = 0;
    int rc = n > 0 ? wordings_walk_to(&f->s->walk, list[0], f->err) : 0;
    while (rc == 0 && i < n && f->s->walk.start < hi) {
        i += addresses_lower_bound(list + i, n - i, f->s->walk.start);
        size_t here = addresses_lower_bound(list + i, n - i, f->s->walk.end);
        if (here > 0) {
            rc = find_in_story(f, list + i, here);
        }
        i += here;
        if (rc == 0 && i < n) {
            rc = go_on(f, list[i], steps);
        }
    }
    return rc == ITER_END ? 0 : rc;
}

/* The same where the rarest place is a union of many lists, or stands nearly everywhere: it is read once. */
static int find_by_list(struct finder *f, address lo, address hi)
{
    address_vec *list = &f->s->list;
    vec_reset(list);
    int rc = leaf_term_fill(&f->terms[0], lo, hi, list, f->err);
    return rc ? rc : find_in_list(f, list->items, list->len, hi);
}

/* Entries of several tokens are posted in seams: where all are such, nothing is missing. */
static bool has_words(const struct finder *f)
{
    for (size_t i = 0; i < f->n_terms; i++) {
        if (f->terms[i].is_word) {
            return true;
        }
    }
    return false;
}

/* A walk goes on from the call before if that ended before this one begins. */
static void begin_walk(struct seams *s, const struct segment *segment, address lo,
                       address hi)
{
    if (s->walk.words != &segment->wordings || lo < s->walked) {
        wordings_walk_begin(&s->walk, &segment->wordings);
    }
    s->walked = hi;
}

int seams_find(struct seams *s, const struct seams_leaf *leaf, address lo, address hi,
               const address *list, size_t n_list, struct err *err)
{
    struct finder f = {.s = s,
                       .segment = leaf->segment,
                       .terms = leaf->terms,
                       .n_terms = leaf->n_terms,
                       .width = leaf->width,
                       .err = err};
    int rc;
    vec_reset(&s->spans);
    if (leaf->segment->wordings.n_complex == 0 || lo >= hi || !has_words(&f)) {
        return 0;
    }
    vec_reset(&s->found);
    vec_reset(&s->homes);
    vec_reset(&s->regions);
    begin_walk(s, leaf->segment, lo, hi);
    if (list) {
        rc = find_in_list(&f, list, addresses_lower_bound(list, n_list, hi), hi);
    } else if (leaf_term_few(&leaf->terms[0]) && !is_dense(&f)) {
        rc = find_by_seeking(&f, lo, hi);
    } else {
        rc = find_by_list(&f, lo, hi);
    }
    return rc ? rc : settle(&f);
}

int seams_merge(struct seams *s, address_vec *out, size_t from, struct err *err)
{
    size_t more = s->spans.len;
    if (!vec_reserve(out, more)) {
        return no_memory(err);
    }
    size_t a = out->len, b = more, to = a + more;
    out->len = to;
    while (b > 0) {
        bool old = a > from && out->items[a - 1] > s->spans.items[b - 1];
        out->items[--to] = old ? out->items[--a] : s->spans.items[--b];
    }
    return 0;
}
