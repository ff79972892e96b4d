#include "query/show_parts.h"

#include "query/snippet.h"

void show_parts_release(struct show_parts *p)
{
    vec_release(&p->parts);
}

/* Decimal digits at *p, which moves behind them; false if there is none, or too many. */
static bool read_number(const char **p, uint32_t *out)
{
    uint64_t n = 0;
    const char *start = *p;
    while (**p >= '0' && **p <= '9' && n <= UINT32_MAX)
        n = 10 * n + (uint64_t)(*(*p)++ - '0');
    *out = (uint32_t)n;
    return *p > start && n <= UINT32_MAX;
}

int show_parts_read(const char *text, struct span *out, struct err *err)
{
    uint32_t from = 0, to = 0;
    const char *p = text;
    bool ok = read_number(&p, &from) && *p++ == '-' && read_number(&p, &to) && *p == 0;
    if (!ok || to <= from)
        return err_set(err, ERR_USAGE,
                       "--passage takes words as FROM-TO, the first one is 0 and TO is "
                       "none of them: 120-180; not '%s'",
                       text);
    *out = (struct span){from, to - from};
    return 0;
}

/* The word nearest to `at` in [lo, hi] that a sentence begins with, first outwards (backwards if `back`), then inwards; at
 * if there is none. */
static uint32_t nearest_sentence(const struct row *r, uint32_t at, uint32_t lo,
                                 uint32_t hi, bool back)
{
    uint32_t before = at, behind = at;
    while (before > lo && !snippet_starts_sentence(r, before))
        before--;
    while (behind < hi && !snippet_starts_sentence(r, behind))
        behind++;
    bool has_before = snippet_starts_sentence(r, before);
    bool has_behind = behind < r->tokens.n_tokens && snippet_starts_sentence(r, behind);
    if (back ? has_before : has_behind)
        return back ? before : behind;
    if (back ? has_behind : has_before)
        return back ? behind : before;
    return at;
}

/* The words that are shown around a span: whole sentences if they begin and end near enough. */
static void widen(const struct row *r, struct span span, uint32_t context,
                  struct show_part *out)
{
    uint32_t end = span.first + span.len, beyond = SHOW_PARTS_BEYOND;
    uint32_t last = r->tokens.n_tokens;
    uint32_t from = span.first > context ? span.first - context : 0;
    uint32_t to = last - end > context ? end + context : last;
    uint32_t first = span.first - from < beyond ? span.first : from + beyond;
    uint32_t least = to - end < beyond ? end : to - beyond;
    out->from = from;
    out->to = to;
    if (from > beyond)
        out->from = nearest_sentence(r, from, from - beyond, first, true);
    else
        out->from = 0;
    if (last - to > beyond)
        out->to = nearest_sentence(r, to, least, to + beyond, false);
    else if (r->tokens.n_tokens == r->tokens.wording_len)
        out->to = last;
}

/* Bytes of the part's text, with the punctuation that stands against its words at the ends. */
static int find_text(const struct row *r, struct show_part *part, struct err *err)
{
    struct snippet s = {.from = part->from, .to = part->to};
    int rc = snippet_finish(r, &s, err);
    if (rc != 0)
        return rc;
    part->text_from = s.text_from;
    part->text_to = s.text_to;
    if (s.text_to > r->map->out_len || s.text_from >= s.text_to)
        return err_set(err, ERR_CORRUPT, "%s: article %u: its map ends before its text",
                       container_path(r->snapshot->segments[r->segment].container),
                       r->article);
    offsetmap_span(r->map, s.text_from, s.text_to, &part->bytes_from, &part->bytes_to);
    part->bytes_from += r->prov.offset;
    part->bytes_to += r->prov.offset;
    return 0;
}

static int make_parts(struct show_parts *p, const struct row *r, uint32_t context,
                      bool exact, struct err *err)
{
    vec_reset(&p->parts);
    for (size_t h = 0; h < r->hits.len; h++) {
        struct span span = r->hits.items[h].span;
        struct show_part part = {
            .from = span.first, .to = span.first + span.len, .first_hit = h};
        if (!exact)
            widen(r, span, context, &part);
        struct show_part *last =
            p->parts.len ? &p->parts.items[p->parts.len - 1] : NULL;
        if (last && part.from <= last->to) {
            last->to = part.to > last->to ? part.to : last->to;
            last->n_hits++;
            continue;
        }
        part.n_hits = 1;
        if (!vec_push(&p->parts, part))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->parts.len; i++)
        rc = find_text(r, &p->parts.items[i], err);
    return rc;
}

/* Spans as far as the article has words. Those of a query lie in it. */
static size_t cut(struct span *spans, size_t n, uint32_t words)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct span s = spans[i];
        if (s.first >= words)
            continue;
        if (words - s.first < s.len)
            s.len = words - s.first;
        spans[kept++] = s;
    }
    return kept;
}

int show_parts_load(struct show_parts *p, struct row *row, const struct span *spans,
                    size_t n, uint32_t context, bool exact, struct err *err)
{
    const struct segment *s = &row->snapshot->segments[row->segment];
    VEC(struct span) inside = {0};
    uint32_t words = 0;
    int rc = wordings_length(&s->wordings, row->view.wording, &words, err);
    if (rc == 0 && !vec_reserve(&inside, n))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < n; i++)
        inside.items[inside.len++] = spans[i];
    if (rc == 0) {
        inside.len = cut(inside.items, inside.len, words);
        rc = inside.len ? 0 : ITER_END;
    }
    struct row_wanted wanted = {inside.items, inside.len,
                                exact ? 1 : context + SHOW_PARTS_BEYOND + 1, true};
    if (rc == 0)
        rc = row_load_spans(row, row->snapshot, row->segment, row->article, &wanted,
                            err);
    if (rc == 0)
        rc = make_parts(p, row, context, exact, err);
    vec_release(&inside);
    return rc;
}
