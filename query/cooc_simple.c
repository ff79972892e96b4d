#include "query/cooc_simple.h"

#include <string.h>

#include "base/bits.h"

enum {
    ROWS_MAX = 64 /* queries */
};

/* Adds n observations. */
static int observe(struct cooc_story *s, size_t pair, uint32_t n, struct err *err)
{
    struct cooc_pair *p = &s->c->pairs[pair];
    p->o.once += n;
    p->o.all += (uint64_t)n * s->c->ground.n_articles;
    if (n == 0 || p->last == s->n_stories) {
        return 0;
    }
    p->last = s->n_stories;
    return vec_push(&s->touched, (uint32_t)pair) ? 0 : cooc_story_no_memory(err);
}

/* --- sentences and paragraphs -------------------------------------------------------------------- */

/* The units that hold hits of a query, by their numbers in the segment, from 1: ascending, those of addresses maybe more than
 * once. */
struct unit_list {
    const uint32_t *items;
    size_t n;
};

static struct unit_list units_of(const struct cooc_story *s, size_t present)
{
    const struct cooc_present *p = &s->present.items[present];
    if (p->entry.width > 0) {
        return (struct unit_list){p->addresses, p->entry.n};
    }
    return (struct unit_list){s->units.items + p->first_unit, p->n_units};
}

/* Finds those of hits in wordings. */
static int find_units(struct cooc_story *s, struct err *err)
{
    struct cooc_ground *g = &s->c->ground;
    int rc = 0;
    vec_reset(&s->units);
    for (size_t i = 0; i < s->present.len && rc == 0; i++) {
        struct cooc_present *p = &s->present.items[i];
        const struct cooc_hits *h = cooc_story_hits_of(s, i);
        const struct cooc_wording *w = p->wordings;
        struct cooc_units units = {0};
        if (p->entry.width > 0) {
            continue;
        }
        p->first_unit = s->units.len;
        rc = cooc_ground_units(g, g->first_wording, &units, err);
        rc = rc ? rc
                : cooc_story_units(s, &units, h->spans.items + w->spans, w->n_spans,
                                   err);
        p->n_units = s->units.len - p->first_unit;
        for (size_t u = p->first_unit; u < s->units.len; u++) {
            s->units.items[u] += g->first_unit;
        }
    }
    return rc;
}

static void add_total(struct cooc_story *s, size_t present, uint64_t n)
{
    struct cooc_count *f = cooc_story_total(s, present);
    f->once += n;
    f->all += n * s->c->ground.n_articles;
}

/* Of one query: how many different units. */
static void count_alone(struct cooc_story *s)
{
    struct unit_list list = units_of(s, 0);
    uint64_t n = list.n > 0;
    for (size_t i = 1; i < list.n; i++) {
        n += list.items[i] != list.items[i - 1];
    }
    add_total(s, 0, n);
}

/* Addresses of a damaged list are in no order. */
static int not_ascending(const struct cooc_story *s, struct err *err)
{
    return section_corrupt(&s->c->ground.segment->wordings.section, 0, err,
                           "cooc: hits of a story are in no order");
}

/* The numbers between which those of all queries lie: the first, and how many. */
static size_t range_of(const struct cooc_story *s, uint32_t *first)
{
    uint32_t last = 0;
    *first = UINT32_MAX;
    for (size_t i = 0; i < s->present.len; i++) {
        struct unit_list list = units_of(s, i);
        if (list.n > 0) {
            *first = list.items[0] < *first ? list.items[0] : *first;
            last = list.items[list.n - 1] > last ? list.items[list.n - 1] : last;
        }
    }
    return last < *first ? 0 : (size_t)last - *first + 1;
}

/* --- of few queries: a row of bits each ----------------------------------------------------------- */

static int fill_rows(struct cooc_story *s, uint32_t first, size_t n_words,
                     struct err *err)
{
    size_t n = s->present.len * n_words;
    vec_reset(&s->rows);
    if (!vec_reserve(&s->rows, n + 1)) {
        return cooc_story_no_memory(err);
    }
    memset(s->rows.items, 0, n * sizeof *s->rows.items);
    for (size_t i = 0; i < s->present.len; i++) {
        struct unit_list list = units_of(s, i);
        uint64_t *row = s->rows.items + i * n_words, count = 0;
        for (size_t k = 0; k < list.n; k++) {
            uint32_t unit = list.items[k] - first;
            if (unit / 64 >= n_words) {
                return not_ascending(s, err);
            }
            row[unit / 64] |= UINT64_C(1) << unit % 64;
        }
        for (size_t k = 0; k < n_words; k++) {
            count += bits_count(row[k]);
        }
        add_total(s, i, count);
    }
    return 0;
}

/* A pair has the units whose bits both rows have. */
static int pair_rows(struct cooc_story *s, struct err *err)
{
    uint32_t first = 0;
    size_t n = s->present.len, n_words = (range_of(s, &first) + 63) / 64;
    int rc = fill_rows(s, first, n_words, err);
    for (size_t a = 0; a + 1 < n && rc == 0; a++) {
        const uint64_t *x = s->rows.items + a * n_words, *y = x;
        for (size_t b = a + 1; b < n && rc == 0; b++) {
            uint32_t count = 0;
            y += n_words;
            for (size_t i = 0; i < n_words; i++) {
                uint64_t both = x[i] & y[i];
                count += both ? bits_count(both) : 0;
            }
            rc = count > 0 ? observe(s, cooc_story_pair(s, a, b), count, err) : 0;
        }
        rc = rc ? rc : cooc_story_look(s, n * n_words, err);
    }
    return rc;
}

/* --- of many: in lists ---------------------------------------------------------------------------- */

/* Marks each unit of each query, less `first`, and counts them. */
static int mark_units(struct cooc_story *s, uint32_t first, size_t n_units,
                      struct err *err)
{
    vec_reset(&s->marks);
    for (size_t i = 0; i < s->present.len; i++) {
        struct unit_list list = units_of(s, i);
        size_t before = s->marks.len;
        if (!vec_reserve(&s->marks, list.n)) {
            return cooc_story_no_memory(err);
        }
        for (size_t k = 0; k < list.n; k++) {
            if (list.items[k] - first >= n_units) {
                return not_ascending(s, err);
            }
            if (k == 0 || list.items[k] != list.items[k - 1]) {
                s->marks.items[s->marks.len++] =
                    (struct cooc_mark){list.items[k] - first, (uint32_t)i};
            }
        }
        add_total(s, i, s->marks.len - before);
    }
    return 0;
}

/* Orders the marks by unit: those of unit u become by_unit[heads[u]..heads[u + 1]). */
static int order_marks(struct cooc_story *s, size_t n_units, struct err *err)
{
    vec_reset(&s->heads);
    vec_reset(&s->by_unit);
    if (!vec_reserve(&s->heads, n_units + 2) ||
        !vec_reserve(&s->by_unit, s->marks.len + 1)) {
        return cooc_story_no_memory(err);
    }
    uint32_t *heads = s->heads.items;
    memset(heads, 0, (n_units + 2) * sizeof *heads);
    vec_foreach(struct cooc_mark, m, &s->marks) {
        heads[m->unit + 2]++;
    }
    for (size_t u = 2; u < n_units + 2; u++) {
        heads[u] += heads[u - 1];
    }
    vec_foreach(struct cooc_mark, m, &s->marks) {
        s->by_unit.items[heads[m->unit + 1]++] = m->present;
    }
    return 0;
}

static int pair_marks(struct cooc_story *s, struct err *err)
{
    uint32_t first = 0;
    size_t n_units = range_of(s, &first);
    int rc = mark_units(s, first, n_units, err);
    rc = rc ? rc : order_marks(s, n_units, err);
    for (size_t u = 0; u < n_units && rc == 0; u++) {
        const uint32_t *v = s->by_unit.items + s->heads.items[u];
        size_t n = s->heads.items[u + 1] - s->heads.items[u];
        for (size_t a = 0; a + 1 < n && rc == 0; a++) {
            for (size_t b = a + 1; b < n && rc == 0; b++) {
                rc = observe(s, cooc_story_pair(s, v[a], v[b]), 1, err);
            }
            rc = rc ? rc : cooc_story_look(s, n, err);
        }
    }
    return rc;
}

static int count_units(struct cooc_story *s, struct err *err)
{
    int rc = find_units(s, err);
    if (rc == 0 && s->present.len == 1) {
        count_alone(s);
        return 0;
    }
    if (rc) {
        return rc;
    }
    return s->present.len <= ROWS_MAX ? pair_rows(s, err) : pair_marks(s, err);
}

/* --- windows --------------------------------------------------------------------------------------- */

/* The hits of a query, in tokens of the story. */
static int fill_hits(struct cooc_story *s, size_t present, struct hits *out,
                     struct err *err)
{
    const struct cooc_present *p = &s->present.items[present];
    const struct cooc_hits *h = cooc_story_hits_of(s, present);
    if (p->entry.width == 0) {
        const struct cooc_wording *w = p->wordings;
        return cooc_story_hits(h->spans.items + w->spans, w->n_spans, out, err);
    }
    span_hits_reset(out);
    if (!vec_reserve(&out->list, p->entry.n)) {
        return cooc_story_no_memory(err);
    }
    for (uint32_t i = 0; i < p->entry.n; i++) {
        out->list.items[i] =
            (struct hit){p->addresses[i] - s->c->ground.story.start, p->entry.width, 0};
    }
    out->list.len = p->entry.n;
    return 0;
}

static int list_hits(struct cooc_story *s, struct err *err)
{
    int rc = cooc_ground_place(&s->c->ground, err);
    while (s->spans.len < s->present.len) {
        if (!vec_push(&s->spans, (struct hits){0})) {
            return cooc_story_no_memory(err);
        }
    }
    for (size_t i = 0; i < s->present.len && rc == 0; i++) {
        struct cooc_count *f = cooc_story_total(s, i);
        rc = fill_hits(s, i, &s->spans.items[i], err);
        f->once += s->spans.items[i].list.len;
        f->all += (uint64_t)s->spans.items[i].list.len * s->c->ground.n_articles;
    }
    return rc;
}

#define NO_WORD (-(INT64_C(1) << 40))

/* How many pairs of words at ascending addresses span_near makes: a place is the end of one if the last word of the other list
 * that is free lies at most `distance` before it, and then nothing up to it begins another. */
static uint32_t count_near(const struct cooc_present *a, const struct cooc_present *b,
                           int64_t distance)
{
    const address *x = a->addresses, *x_end = x + a->entry.n;
    const address *y = b->addresses, *y_end = y + b->entry.n;
    int64_t x_last = NO_WORD, y_last = NO_WORD; /* passed, and may begin a pair */
    uint32_t n = 0;
    while (x < x_end && y < y_end) {
        address place = *x < *y ? *x : *y;
        bool at_x = *x == place, at_y = *y == place;
        if ((at_x && place - y_last <= distance) ||
            (at_y && place - x_last <= distance)) {
            n++;
            x_last = y_last = NO_WORD;
            x += at_x;
            y += at_y;
        } else if (at_x && at_y) {
            x_last = y_last = place;
            x++;
            y++;
        } else if (at_x) { /* no word before that of y ends a pair */
            for (x++; x < x_end && *x < *y;) {
                x++;
            }
            x_last = x[-1];
        } else {
            for (y++; y < y_end && *y < *x;) {
                y++;
            }
            y_last = y[-1];
        }
    }
    n += x < x_end && *x - y_last <= distance;
    n += y < y_end && *y - x_last <= distance;
    return n;
}

static bool are_words(const struct cooc_story *s)
{
    bool words = true;
    vec_foreach(const struct cooc_present, p, &s->present) {
        words &= p->entry.width == 1;
    }
    return words;
}

/* The same as count_windows where every query is a word. */
static int count_words(struct cooc_story *s, struct err *err)
{
    const struct cooc_present *p = s->present.items;
    size_t n = s->present.len;
    int rc = 0;
    for (size_t a = 0; a < n && rc == 0; a++) {
        add_total(s, a, p[a].entry.n);
        for (size_t b = a + 1; b < n && rc == 0; b++) {
            uint32_t near = count_near(&p[a], &p[b], s->c->options.window);
            rc = near > 0 ? observe(s, cooc_story_pair(s, a, b), near, err) : 0;
            rc = rc ? rc : cooc_story_look(s, 1 + p[a].entry.n + p[b].entry.n, err);
        }
    }
    return rc;
}

static int count_windows(struct cooc_story *s, struct err *err)
{
    size_t n = s->present.len;
    if (are_words(s)) {
        return count_words(s, err);
    }
    int rc = list_hits(s, err);
    for (size_t a = 0; a + 1 < n && rc == 0; a++) {
        for (size_t b = a + 1; b < n && rc == 0; b++) {
            const struct hits *x = &s->spans.items[a], *y = &s->spans.items[b];
            rc = cooc_story_near(s, x, y, err);
            rc = rc ? rc
                    : observe(s, cooc_story_pair(s, a, b), (uint32_t)s->near.list.len,
                              err);
            rc = rc ? rc : cooc_story_look(s, 1 + x->list.len + y->list.len, err);
        }
    }
    return rc;
}

/* --- articles -------------------------------------------------------------------------------------- */

static int count_articles(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    for (size_t a = 0; a < s->present.len && rc == 0; a++) {
        struct cooc_count *f = cooc_story_total(s, a);
        f->once++;
        f->all += s->c->ground.n_articles;
        for (size_t b = a + 1; b < s->present.len && rc == 0; b++) {
            rc = observe(s, cooc_story_pair(s, a, b), 1, err);
        }
        rc = rc ? rc : cooc_story_look(s, s->present.len, err);
    }
    return rc;
}

/* The articles, and their outlets, of the pairs that were observed. */
static int count_touched(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    vec_foreach(uint32_t, pair, &s->touched) {
        s->c->pairs[*pair].stories++;
        s->c->pairs[*pair].articles += s->c->ground.n_articles;
    }
    for (uint32_t i = 0; i < s->c->ground.n_articles && s->touched.len > 0 && rc == 0;
         i++) {
        uint64_t *bits = NULL;
        rc = cooc_story_outlet(s, s->c->ground.first_article + i, &bits, err);
        if (bits) {
            vec_foreach(uint32_t, pair, &s->touched) {
                cooc_story_add_outlet(s, bits, *pair);
            }
        }
    }
    return rc;
}

int cooc_simple_count(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    vec_reset(&s->touched);
    switch (s->c->options.scope) {
    case COOC_SENTENCE:
    case COOC_PARAGRAPH: rc = count_units(s, err); break;
    case COOC_WINDOW: rc = count_windows(s, err); break;
    case COOC_ARTICLE: rc = count_articles(s, err); break;
    }
    return rc ? rc : count_touched(s, err);
}
