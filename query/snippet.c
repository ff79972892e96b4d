#include "query/snippet.h"

static bool starts_sentence(const struct row *r, uint32_t token, struct err *err)
{
    uint8_t brk = 0;
    struct bytes sep;
    const struct segment *s = &r->snapshot->segments[r->segment];
    if (surfaces_sep(&s->surfaces, r->tokens.seps[token], &brk, &sep, err) < 0)
        return false;
    return brk == 1 || brk == 2; /* sentence, paragraph (docs/format/surfaces.md) */
}

int snippet_window(const struct row *r, size_t h, struct snippet *out, struct err *err)
{
    const struct span hit = r->hits.items[h].span;
    uint32_t from =
        hit.first > SNIPPET_BEFORE_TOKENS ? hit.first - SNIPPET_BEFORE_TOKENS : 0;
    /* A sentence that begins inside the left half of the window is a better place to begin. */
    for (uint32_t k = hit.first; k > from; k--) {
        if (starts_sentence(r, k, err)) {
            from = k;
            break;
        }
    }
    uint32_t to = hit.first + hit.len + SNIPPET_AFTER_TOKENS;
    if (to > r->tokens.n_tokens)
        to = r->tokens.n_tokens;
    *out = (struct snippet){.from = from,
                            .to = to,
                            .cut_before = from > 0,
                            .cut_after = to < r->tokens.wording_len};
    out->text_from = r->starts.items[from];
    return row_token_end(r, to - 1, &out->text_to, err);
}

struct bytes snippet_text(const struct row *r, const struct snippet *s)
{
    return bytes_of(r->text.data + s->text_from, s->text_to - s->text_from);
}

void snippet_print(const struct row *r, const struct snippet *s, struct output *o)
{
    uint32_t at = s->text_from;
    output_put(o, s->cut_before ? "… " : "");
    for (size_t i = 0; i < r->hits.len; i++) {
        uint32_t from = r->hits.items[i].text_from, to = r->hits.items[i].text_to;
        if (from < at || from >= s->text_to)
            continue; /* outside, or inside one that is marked already */
        while (i + 1 < r->hits.len && r->hits.items[i + 1].text_from <= to) {
            i++;
            if (r->hits.items[i].text_to > to)
                to = r->hits.items[i].text_to;
        }
        to = to < s->text_to ? to : s->text_to;
        output_text(o, bytes_of(r->text.data + at, from - at));
        output_style(o, "1;31");
        output_put(o, o->color ? "" : "[");
        output_text(o, bytes_of(r->text.data + from, to - from));
        output_put(o, o->color ? "" : "]");
        output_style(o, NULL);
        at = to;
    }
    output_text(o, bytes_of(r->text.data + at, s->text_to - at));
    output_put(o, s->cut_after ? " …" : "");
}
