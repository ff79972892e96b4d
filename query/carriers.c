#include "query/carriers.h"

#include <string.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for wordings");
}

void carriers_release(struct carriers *c)
{
    vec_release(&c->units);
    vec_release(&c->stories);
    vec_release(&c->starts);
    vec_release(&c->pieces);
    vec_release(&c->blocks);
    vec_release(&c->scratch_pieces);
    vec_release(&c->scratch_blocks);
    vec_release(&c->scratch_patches);
}

static int push_unit(struct carriers *c, struct carriers_unit unit, struct err *err)
{
    if (!vec_push(&c->units, unit) || !vec_push(&c->starts, unit.start)) {
        return no_memory(err);
    }
    return 0;
}

static int too_long(struct err *err)
{
    return err_set(err, ERR_LIMIT, "query: the wordings of one story have 2^32 tokens");
}

/* Do both have the same text, as far as their records tell? */
static bool is_same_text(const struct article_view *a, size_t patches_a,
                         const struct article_view *b, size_t patches_b)
{
    return patches_a == 0 && patches_b == 0 && a->title_tokens == b->title_tokens &&
           a->first_sep == b->first_sep && a->tail == b->tail;
}

/* The articles from *first on, of n, that have one text: *first is moved behind them. */
static int next_text(struct carriers *c, article_id *first, uint32_t *n,
                     struct carriers_unit *u, struct err *err)
{
    const struct articles *articles = &c->segment->articles;
    struct article_view one, next;
    u->first_article = *first;
    u->n_articles = 1;
    int rc =
        *n > 1 ? articles_get(articles, *first, &one, &c->scratch_patches, err) : 0;
    size_t patches = c->scratch_patches.len;
    while (rc == 0 && u->n_articles < *n) {
        rc = articles_get(articles, *first + u->n_articles, &next, &c->scratch_patches,
                          err);
        if (rc || !is_same_text(&one, patches, &next, c->scratch_patches.len)) {
            break;
        }
        u->n_articles++;
    }
    *first += u->n_articles;
    *n -= u->n_articles;
    return rc;
}

/* The unit or units of a wording whose pieces are scratch_pieces. */
static int add_wording(struct carriers *c, uint32_t story, wording_id id,
                       uint64_t *axis, struct err *err)
{
    struct carriers_unit u = {.wording = id,
                              .story = story,
                              .first_piece = (uint32_t)c->pieces.len,
                              .n_pieces = (uint32_t)c->scratch_pieces.len};
    article_id first = 0;
    uint32_t n = 0;
    uint64_t len = 0;
    int rc = 0;
    vec_foreach(struct piece, p, &c->scratch_pieces) {
        len += p->own;
        if (!vec_push(&c->pieces, *p)) {
            return no_memory(err);
        }
    }
    if (c->by_text) {
        rc = articles_of_wording(&c->segment->articles, id, &first, &n, err);
    }
    do {
        if (rc == 0 && c->by_text) {
            rc = next_text(c, &first, &n, &u, err);
        }
        if (rc) {
            return rc;
        }
        u.start = (uint32_t)*axis;
        *axis += len;
        if (*axis > UINT32_MAX) {
            return too_long(err);
        }
        u.end = (uint32_t)*axis;
        rc = push_unit(c, u, err);
    } while (rc == 0 && n > 0);
    return rc;
}

/* The units, pieces and blocks of a story of several wordings, or of several texts. */
static int add_complex(struct carriers *c, uint32_t story,
                       const struct story_view *view, uint64_t *axis, struct err *err)
{
    struct wordings_reader words;
    struct carriers_story *s = &c->stories.items[story];
    wordings_reader_begin(&words, &c->segment->wordings, view);
    int rc = wordings_reader_blocks(&words, &c->scratch_blocks, err);
    if (rc) {
        return rc;
    }
    s->simple = false;
    s->first_block = (uint32_t)c->blocks.len;
    s->n_blocks = (uint32_t)c->scratch_blocks.len;
    vec_foreach(struct block, b, &c->scratch_blocks) {
        if (!vec_push(&c->blocks, *b)) {
            return no_memory(err);
        }
    }
    for (uint32_t i = 0; i < view->n_wordings && rc == 0; i++) {
        rc = wordings_reader_pieces(&words, i, &c->scratch_pieces, err);
        if (rc == 0) {
            rc = add_wording(c, story, view->first_wording + i, axis, err);
        }
    }
    s->n_units = (uint32_t)c->units.len - s->first_unit;
    return rc;
}

int carriers_is_plain(const struct segment *segment, const struct scope *scope,
                      bool *out, struct err *err)
{
    size_t i = 0;
    *out = true;
    while (i < scope->stories.len) {
        story_id next;
        int rc = wordings_next_complex(&segment->wordings, scope->stories.items[i].id,
                                       &next, err);
        if (rc == ITER_END) {
            return 0;
        }
        if (rc) {
            return rc;
        }
        while (i < scope->stories.len && scope->stories.items[i].id < next) {
            i++;
        }
        if (i < scope->stories.len && scope->stories.items[i].id == next) {
            *out = false;
            return 0;
        }
    }
    return 0;
}

/* Is the story one wording and, where texts matter, one article? */
static int is_one_unit(struct carriers *c, const struct story_view *view,
                       article_id *article, bool *out, struct err *err)
{
    uint32_t n = 1;
    int rc = 0;
    if (c->by_text && view->simple) {
        rc = articles_of_wording(&c->segment->articles, view->first_wording, article,
                                 &n, err);
    }
    *out = view->simple && n == 1;
    return rc;
}

static int add_simple(struct carriers *c, uint32_t story, article_id article,
                      uint64_t *axis, struct err *err)
{
    const struct scope_story *s = &c->scope->stories.items[story];
    uint64_t start = c->plain ? s->start : *axis;
    if (s->end < s->start || start < *axis) {
        return section_corrupt(&c->segment->wordings.section, 0, err,
                               "wordings: story %u is out of order", s->id);
    }
    *axis = start + (s->end - s->start);
    if (*axis > UINT32_MAX) {
        return too_long(err);
    }
    struct carriers_unit u = {.start = (uint32_t)start,
                              .end = (uint32_t)*axis,
                              .story = story,
                              .first_article = article,
                              .n_articles = 1};
    c->stories.items[story].n_units = 1;
    return push_unit(c, u, err);
}

/* What is to be known of a story: of one that is simple only that, unless texts matter. */
static int look_at_story(const struct carriers *c, story_id id, struct groups_run *run,
                         struct story_view *view, struct err *err)
{
    const struct wordings *words = &c->segment->wordings;
    int rc = 0;
    if (!c->by_text && (id < run->unit || id >= run->end)) {
        rc = groups_run_of(&words->groups, id, run, err);
    }
    bool simple = !c->by_text && id >= run->unit && id < run->end;
    return rc || simple ? rc : wordings_story(words, id, view, err);
}

int carriers_lay_out(struct carriers *c, const struct segment *segment,
                     const struct scope *scope, struct err *err)
{
    size_t n = scope->stories.len;
    uint64_t axis = 0;
    c->segment = segment;
    c->scope = scope;
    vec_reset(&c->units);
    vec_reset(&c->stories);
    vec_reset(&c->starts);
    vec_reset(&c->pieces);
    vec_reset(&c->blocks);
    if (!vec_reserve(&c->stories, n) || !vec_reserve(&c->units, n) ||
        !vec_reserve(&c->starts, n)) {
        return no_memory(err);
    }
    c->plain = false;
    int rc = c->by_text ? 0 : carriers_is_plain(segment, scope, &c->plain, err);
    struct groups_run run = {0};
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct story_view view = {.simple = true};
        article_id article = 0;
        bool simple = true;
        c->stories.items[i] = (struct carriers_story){
            .first_unit = (uint32_t)c->units.len, .simple = true};
        c->stories.len = i + 1;
        if (!c->plain) {
            rc = look_at_story(c, scope->stories.items[i].id, &run, &view, err);
        }
        if (rc == 0) {
            rc = is_one_unit(c, &view, &article, &simple, err);
        }
        if (rc == 0) {
            rc = simple ? add_simple(c, (uint32_t)i, article, &axis, err)
                        : add_complex(c, (uint32_t)i, &view, &axis, err);
        }
    }
    return rc;
}

struct span_bounds carriers_bounds(const struct carriers *c)
{
    size_t n = c->units.len;
    return (struct span_bounds){c->starts.items, c->starts.len,
                                n ? c->units.items[n - 1].end : 0};
}

void carriers_keep_inside(const struct carriers *c, struct hits *hits)
{
    size_t unit = 0, kept = 0;
    for (size_t i = 0; i < hits->list.len; i++) {
        const struct hit h = hits->list.items[i];
        while (unit + 1 < c->units.len && c->units.items[unit + 1].start <= h.first)
            unit++;
        if ((uint64_t)h.first + h.len <= c->units.items[unit].end)
            hits->list.items[kept++] = h;
    }
    hits->list.len = kept;
}

/* --- mapping ------------------------------------------------------------------------------ */

/* The spans of one story, spans[0..n), to one of its units, by the ownership rule. */
static int map_unit(const struct carriers *c, const struct carriers_unit *u,
                    const address *spans, size_t n, uint32_t width, struct hits *out,
                    struct err *err)
{
    uint32_t at = u->start;
    for (uint32_t k = 0; k < u->n_pieces; k++) {
        const struct piece *p = &c->pieces.items[u->first_piece + k];
        uint64_t own_end = (uint64_t)p->start + p->own;
        for (size_t i = addresses_lower_bound(spans, n, p->start);
             i < n && spans[i] < own_end; i++) {
            if ((uint64_t)spans[i] + width > own_end + p->look) {
                break;
            }
            struct hit h = {at + (spans[i] - p->start), width, 0};
            if (!vec_push(&out->list, h)) {
                return no_memory(err);
            }
        }
        if (out->list.len > CARRIERS_HITS_MAX) {
            return err_set(err, ERR_LIMIT, "query: more than %d hits near each other",
                           CARRIERS_HITS_MAX);
        }
        at += p->own;
    }
    return 0;
}

/* The spans from the i-th on that begin in a story of one wording, but for those that reach beyond its end; out has room
 * for them. Returns where the next story's begin. */
static size_t map_simple(const struct scope_story *s, uint32_t axis,
                         const address *spans, size_t i, size_t n, uint32_t width,
                         struct hits *out)
{
    struct hit *to = out->list.items + out->list.len;
    uint64_t end = s->end;
    for (; i < n && spans[i] < end; i++) {
        *to = (struct hit){axis + (spans[i] - s->start), width, 0};
        to += (uint64_t)spans[i] + width <= end;
    }
    out->list.len = (size_t)(to - out->list.items);
    return i;
}

int carriers_map(const struct carriers *c, const address *spans, size_t n,
                 uint32_t width, struct hits *out, struct err *err)
{
    size_t i = 0;
    vec_reset(&out->list);
    for (size_t k = 0; k < c->stories.len && i < n; k++) {
        const struct scope_story *s = &c->scope->stories.items[k];
        const struct carriers_story *story = &c->stories.items[k];
        const struct carriers_unit *u = &c->units.items[story->first_unit];
        while (i < n && spans[i] < s->start) {
            i++;
        }
        if (!vec_reserve(&out->list, n - i)) {
            return no_memory(err);
        }
        if (story->simple) {
            i = map_simple(s, u->start, spans, i, n, width, out);
            continue;
        }
        size_t from = i;
        while (i < n && spans[i] < s->end) {
            i++;
        }
        for (uint32_t m = 0; m < story->n_units && from < i; m++) {
            int rc = map_unit(c, &u[m], spans + from, i - from, width, out, err);
            if (rc) {
                return rc;
            }
        }
    }
    return 0;
}

/* --- homes -------------------------------------------------------------------------------- */

static int push_run(carriers_runs *out, size_t from, struct span run, struct err *err)
{
    struct span *last = out->len > from ? &out->items[out->len - 1] : NULL;
    if (last && last->first + last->len == run.first) {
        last->len += run.len;
        return 0;
    }
    return vec_push(out, run) ? 0 : no_memory(err);
}

/* The homes of addresses [a, a + n) of one piece: a block's leading tokens have the homes
 * of what they repeat. */
static int push_homes(const struct block *blocks, size_t n_blocks, address a,
                      uint32_t n, carriers_runs *out, size_t from, struct err *err)
{
    while (n > 0) {
        uint32_t len = 1;
        address home = wordings_home(blocks, n_blocks, a);
        while (len < n && wordings_home(blocks, n_blocks, a + len) == home + len) {
            len++;
        }
        int rc = push_run(out, from, (struct span){home, len}, err);
        if (rc) {
            return rc;
        }
        a += len;
        n -= len;
    }
    return 0;
}

int carriers_homes(const struct carriers *c, size_t unit, const struct span *matched,
                   size_t n, carriers_runs *out, struct err *err)
{
    const struct carriers_unit *u = &c->units.items[unit];
    const struct carriers_story *story = &c->stories.items[u->story];
    const struct block *blocks = c->blocks.items + story->first_block;
    const struct piece *p = c->pieces.items + u->first_piece;
    const struct piece *end = p + u->n_pieces;
    uint32_t at = u->start; /* where the piece's own tokens begin */
    size_t from = out->len;
    for (size_t i = 0; i < n; i++) {
        uint32_t first = matched[i].first, left = matched[i].len;
        while (left > 0) {
            while (p < end && first - at >= p->own) {
                at += p->own;
                p++;
            }
            if (p == end) {
                return section_corrupt(&c->segment->wordings.section, 0, err,
                                       "wordings: a hit beyond its wording");
            }
            uint32_t inside = first - at, len = p->own - inside;
            len = len < left ? len : left;
            int rc = push_homes(blocks, story->n_blocks, p->start + inside, len, out,
                                from, err);
            if (rc) {
                return rc;
            }
            first += len;
            left -= len;
        }
    }
    return 0;
}
