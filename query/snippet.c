#include "query/snippet.h"

#include "text/analyser.h"

enum {
    EDGE_BYTES = 12,   /* of punctuation taken along at an end */
    SNIPPET_BEYOND = 4 /* tokens a snippet is longer if a sentence ends there */
};

/* Tokens [lo, hi) that a snippet may show: the title or the rest; behind its end there is more
 * that was not loaded if `more`. */
struct range {
    uint32_t lo, hi;
    bool more;
};

static struct range body_of(const struct row *r)
{
    return (struct range){r->view.title_tokens, r->tokens.n_tokens,
                          r->tokens.n_tokens < r->tokens.wording_len};
}

/* The separators were all read when the row's text was put together, so this cannot fail. */
bool snippet_starts_sentence(const struct row *r, uint32_t token)
{
    uint8_t brk = BREAK_NONE;
    struct bytes sep;
    const struct segment *s = &r->snapshot->segments[r->segment];
    if (surfaces_sep(&s->surfaces, r->tokens.seps[token], &brk, &sep, NULL) < 0)
        return false;
    return brk == BREAK_SENTENCE || brk == BREAK_PARAGRAPH;
}

/* The first token at or after `at` and before `end` that begins a sentence; end if none. */
static uint32_t next_sentence(const struct row *r, uint32_t at, uint32_t end)
{
    while (at < end && !snippet_starts_sentence(r, at))
        at++;
    return at;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Quotes and full stops that stand against the words at both ends belong to them, up to the blank
 * beside them; `least` is where the token before ends. */
static void take_edges(const struct row *r, uint32_t least, struct snippet *s)
{
    const uint8_t *text = r->text.data;
    uint32_t from = s->text_from, to = s->text_to;
    while (from > least && s->text_from - from < EDGE_BYTES &&
           !is_blank(text[from - 1]))
        from--;
    if (from == 0 || (from > least && is_blank(text[from - 1])))
        s->text_from = from;
    uint32_t most =
        s->to < r->tokens.n_tokens ? r->starts.items[s->to] : (uint32_t)r->text.len;
    while (to < most && to - s->text_to < EDGE_BYTES && !is_blank(text[to]))
        to++;
    if (to == r->text.len || (to < most && is_blank(text[to])))
        s->text_to = to;
}

int snippet_finish(const struct row *r, struct snippet *s, struct err *err)
{
    uint32_t least = 0;
    s->text_from = r->starts.items[s->from];
    int rc = row_token_end(r, s->to - 1, &s->text_to, err);
    if (rc == 0 && s->from > 0)
        rc = row_token_end(r, s->from - 1, &least, err);
    if (rc == 0)
        take_edges(r, least, s);
    return rc;
}

static int finish(const struct row *r, const struct range *range, struct snippet *s,
                  struct err *err)
{
    s->cut_before = s->from > range->lo && !snippet_starts_sentence(r, s->from);
    s->cut_after = s->to < range->hi ? !snippet_starts_sentence(r, s->to) : range->more;
    return snippet_finish(r, s, err);
}

/* Where a window that shows the hit begins: SNIPPET_BEFORE_TOKENS before it, more where little text
 * follows, at the first sentence that begins there. */
static uint32_t window_start(const struct row *r, const struct range *range,
                             const struct span *hit)
{
    uint32_t before = SNIPPET_BEFORE_TOKENS;
    uint32_t rest = range->hi - hit->first; /* tokens from the hit to the end */
    if (!range->more && rest < SNIPPET_TOKENS - SNIPPET_BEFORE_TOKENS)
        before = SNIPPET_TOKENS - rest;
    if (hit->first - range->lo <= before)
        return range->lo;
    uint32_t from = hit->first - before;
    uint32_t sentence = next_sentence(r, from, hit->first + 1);
    return sentence <= hit->first ? sentence : from;
}

/* Where it ends: at a sentence's end in the last third or just behind, if there is one. */
static uint32_t window_end(const struct row *r, const struct range *range,
                           uint32_t from, uint32_t hit_end)
{
    uint32_t to = from + SNIPPET_TOKENS;
    if (to < hit_end + SNIPPET_AFTER_TOKENS)
        to = hit_end + SNIPPET_AFTER_TOKENS;
    if (to >= range->hi)
        return range->hi;
    uint32_t early = to - SNIPPET_TOKENS / 3;
    if (early < hit_end)
        early = hit_end;
    uint32_t late = range->hi - to > SNIPPET_BEYOND ? to + SNIPPET_BEYOND : range->hi;
    uint32_t end = next_sentence(r, early, late);
    return end < late ? end : to;
}

int snippet_around(const struct row *r, size_t h, uint32_t least, struct snippet *out,
                   struct err *err)
{
    const struct span hit = r->hits.items[h].span;
    struct range range = body_of(r);
    if (row_hit_in_title(r, h))
        range = (struct range){0, r->view.title_tokens, false};
    else if (hit.first < range.lo)
        range.lo = 0; /* from the title into the body */
    if (least > range.lo)
        range.lo = least < hit.first ? least : hit.first;
    out->from = window_start(r, &range, &hit);
    out->to = window_end(r, &range, out->from, hit.first + hit.len);
    return finish(r, &range, out, err);
}

int snippet_of_body(const struct row *r, struct snippet *out, struct err *err)
{
    struct range range = body_of(r);
    if (range.lo >= range.hi)
        return ITER_END;
    uint32_t to =
        range.hi - range.lo > SNIPPET_TOKENS ? range.lo + SNIPPET_TOKENS : range.hi;
    *out = (struct snippet){.from = range.lo, .to = to};
    return finish(r, &range, out, err);
}

int snippet_of_title(const struct row *r, struct snippet *out, struct err *err)
{
    struct range range = {0, r->view.title_tokens, false};
    if (range.hi == 0 || range.hi > r->tokens.n_tokens)
        return ITER_END;
    *out = (struct snippet){.from = 0, .to = range.hi};
    return finish(r, &range, out, err);
}

struct bytes snippet_text(const struct row *r, const struct snippet *s)
{
    return bytes_of(r->text.data + s->text_from, s->text_to - s->text_from);
}

/* Text of the row on one line; a line end in it, which only a paragraph, a heading or a list item makes,
 * shows as " / ". */
static void put_part(const struct row *r, uint32_t from, uint32_t to, struct output *o)
{
    const uint8_t *text = r->text.data;
    for (uint32_t at = from; at < to; at++) {
        if (text[at] != '\n')
            continue;
        output_line(o, bytes_of(text + from, at - from));
        while (at + 1 < to && is_blank(text[at + 1]))
            at++;
        output_put(o, " / ");
        from = at + 1;
    }
    output_line(o, bytes_of(text + from, to - from));
}

static void put_marked(const struct row *r, uint32_t from, uint32_t to,
                       struct output *o)
{
    output_style(o, "1;31");
    output_put(o, o->color ? "" : "[");
    put_part(r, from, to, o);
    output_put(o, o->color ? "" : "]");
    output_style(o, NULL);
}

void snippet_print(const struct row *r, const struct snippet *s, struct output *o)
{
    uint32_t at = s->text_from; /* printed up to here */
    output_put(o, s->cut_before ? "… " : "");
    for (size_t i = 0; i < r->hits.len; i++) {
        uint32_t from = r->hits.items[i].text_from, to = r->hits.items[i].text_to;
        while (i + 1 < r->hits.len && r->hits.items[i + 1].text_from <= to) {
            i++;
            if (r->hits.items[i].text_to > to)
                to = r->hits.items[i].text_to;
        }
        from = from > at ? from : at;
        to = to < s->text_to ? to : s->text_to;
        if (from >= to)
            continue; /* outside */
        put_part(r, at, from, o);
        put_marked(r, from, to, o);
        at = to;
    }
    put_part(r, at, s->text_to, o);
    output_put(o, s->cut_after ? " …" : "");
}
