#include "text/analyser.h"

#include <stdlib.h>
#include <string.h>

#include "text/normalise.h"
#include "text/sentences.h"
#include "text/words.h"

struct analyser {
    struct survey survey;
    struct buf text;
    struct offsetmap map;
    struct token_vec tokens;
    VEC(uint32_t) odd;
    struct sentences_seen *seen; /* of articles; what asks an index has none */
};

struct analyser *analyser_new(void)
{
    return calloc(1, sizeof(struct analyser));
}

void analyser_free(struct analyser *a)
{
    if (!a)
        return;
    survey_release(&a->survey);
    buf_release(&a->text);
    offsetmap_release(&a->map);
    vec_release(&a->tokens.v);
    vec_release(&a->odd);
    free(a->seen);
    free(a);
}

size_t analyser_bytes(const struct analyser *a)
{
    return sizeof *a + a->survey.room.cap + a->text.cap +
           a->map.segments.cap * sizeof *a->map.segments.items +
           a->tokens.v.cap * sizeof *a->tokens.v.items +
           a->odd.cap * sizeof *a->odd.items + (a->seen ? sizeof *a->seen : 0);
}

static void reset(struct analyser *a)
{
    buf_reset(&a->text);
    offsetmap_reset(&a->map);
    vec_reset(&a->tokens.v);
    vec_reset(&a->odd);
}

/* The blank line between title and body, which no byte of the record stands for. */
static int put_blank_line(struct analyser *a, struct err *err)
{
    uint64_t pos = 0;
    if (a->map.segments.len > 0) {
        const struct offset_segment *last =
            &a->map.segments.items[a->map.segments.len - 1];
        pos = last->in_pos + last->in_len;
    }
    buf_put_str(&a->text, "\n\n");
    offsetmap_put(&a->map, 2, pos, 0);
    return buf_check(&a->text, err);
}

/* Words of the normalised text, whose title is [0, title_len). */
static int find_words(struct analyser *a, size_t title_len, size_t *title_tokens,
                      uint64_t *cut, struct err *err)
{
    struct bytes text = buf_bytes(&a->text);
    int code = words_find(text, 0, title_len, &a->tokens, cut, err);
    if (code)
        return code;
    *title_tokens = a->tokens.v.len;
    code = words_find(text, title_len, text.len, &a->tokens, cut, err);
    if (code)
        return code;
    struct token *tokens = a->tokens.v.items;
    size_t n = a->tokens.v.len;
    if (!a->seen)
        a->seen = calloc(1, sizeof *a->seen);
    if (!a->seen || !vec_reserve(&a->odd, n + WORDS_ODD_SLACK))
        return err_set(err, ERR_NOMEM, "out of memory");
    a->odd.len = words_odd(tokens, n, a->odd.items);
    sentences_mark(text, tokens, n, a->odd.items, a->odd.len, a->seen);
    return 0;
}

/* Zeros behind the text, for readers of whole numbers. */
static int put_slack(struct analyser *a, struct err *err)
{
    if (!buf_reserve(&a->text, ANALYSED_SLACK))
        return buf_check(&a->text, err);
    memset(a->text.data + a->text.len, 0, ANALYSED_SLACK);
    return 0;
}

static void fill(const struct analyser *a, size_t title_tokens,
                 const struct text_repairs *repairs, struct analysed *out)
{
    const struct token *tokens = a->tokens.v.items;
    size_t n = a->tokens.v.len;
    size_t end = n > 0 ? (size_t)tokens[n - 1].start + tokens[n - 1].len : 0;
    *out = (struct analysed){
        .text = buf_bytes(&a->text),
        .map = &a->map,
        .tokens = tokens,
        .n_tokens = n,
        .odd = a->odd.items,
        .n_odd = a->odd.len,
        .title_tokens = title_tokens,
        .tail = bytes_of(a->text.data + end, a->text.len - end),
        .repairs = *repairs,
    };
}

int analyser_article(struct analyser *a, const struct source_text *title,
                     const struct source_text *body, struct analysed *out,
                     struct err *err)
{
    struct text_repairs repairs = {0};
    reset(a);
    int code =
        normalise_text(title, true, &a->survey, &a->text, &a->map, &repairs, err);
    if (code)
        return err_wrap(err, "title");
    size_t title_len = a->text.len;
    if (title_len > 0 && (code = put_blank_line(a, err)) != 0)
        return code;
    code = normalise_text(body, false, &a->survey, &a->text, &a->map, &repairs, err);
    if (code)
        return code;
    if (a->text.len >= UINT32_MAX)
        return err_set(err, ERR_LIMIT, "article of %zu bytes: 4 GiB is the limit",
                       a->text.len);
    size_t title_tokens = 0;
    code = find_words(a, title_len, &title_tokens, &repairs.words_cut, err);
    if (!code)
        code = put_slack(a, err);
    if (code)
        return code;
    fill(a, title_tokens, &repairs, out);
    return 0;
}

/* One word, copied into the arena with its term. */
static int add_query_token(const struct analyser *a, const struct token *t,
                           struct arena *arena, struct query_tokens *out,
                           struct err *err)
{
    struct bytes surface = bytes_of(a->text.data + t->start, t->len);
    uint8_t term[TERM_BYTES_MAX];
    size_t term_len = analyser_fold(surface, term);
    uint64_t from, to;
    offsetmap_span(&a->map, t->start, (uint64_t)t->start + t->len, &from, &to);
    struct query_token q = {
        .surface = arena_copy(arena, surface),
        .term = arena_copy(arena, bytes_of(term, term_len)),
        .start = (uint32_t)from,
        .len = (uint32_t)(to - from),
        .flags = t->flags & TOKEN_IDEOGRAPH,
    };
    if (!q.surface.data || !q.term.data || !vec_push(&out->tokens, q))
        return err_set(err, ERR_NOMEM, "out of memory");
    return 0;
}

int analyser_query(struct analyser *a, struct bytes text, struct arena *arena,
                   struct query_tokens *out, struct err *err)
{
    struct source_text source = {.text = text};
    struct text_repairs repairs = {0};
    reset(a);
    int code =
        normalise_text(&source, true, &a->survey, &a->text, &a->map, &repairs, err);
    if (code)
        return code;
    code = words_find(buf_bytes(&a->text), 0, a->text.len, &a->tokens,
                      &repairs.words_cut, err);
    for (size_t i = 0; !code && i < a->tokens.v.len; i++)
        code = add_query_token(a, &a->tokens.v.items[i], arena, out, err);
    return code;
}
