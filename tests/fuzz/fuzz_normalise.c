/* Any bytes as an article's title and body: what the analyser promises of its result. The first
 * byte says how long the title is. */
#include <stdlib.h>
#include <string.h>

#include "text/analyser.h"
#include "text/utf8.h"
#include "text/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right)
{
    if (!right)
        abort();
}

static bool has_line_end(struct bytes b)
{
    return b.len > 0 && memchr(b.data, '\n', b.len) != NULL;
}

/* Terms and joined entries of all tokens. */
static void check_terms(const struct analysed *t)
{
    struct bytes *terms = calloc(t->n_tokens + 1, sizeof *terms);
    uint8_t *breaks = calloc(t->n_tokens + 1, 1);
    uint8_t *room = malloc((t->n_tokens + 1) * TERM_BYTES_MAX), alias[TERM_BYTES_MAX];
    check(terms && breaks && room);
    for (size_t i = 0; i < t->n_tokens; i++) {
        uint8_t *to = room + i * TERM_BYTES_MAX;
        size_t n = analyser_fold(analysed_surface(t, i), to);
        check(n >= 1 && n <= TERM_BYTES_MAX);
        terms[i] = bytes_of(to, n);
        breaks[i] = t->tokens[i].brk;
        check(utf8_valid_prefix(terms[i]) == n);
        if (t->tokens[i].flags & TOKEN_LOWER)
            check(bytes_equal(terms[i], analysed_surface(t, i)));
        check(analyser_alias(terms[i], alias) < n);
    }
    for (size_t i = 0; i < t->n_tokens; i++) {
        uint8_t spans[2];
        size_t n = analyser_joins(terms, breaks, t->n_tokens, i, spans);
        check(n <= 2);
        for (size_t k = 0; k < n; k++)
            check(spans[k] >= 2 && spans[k] <= JOIN_SPAN_MAX &&
                  spans[k] <= t->n_tokens - i && (k == 0 || spans[k] > spans[0]));
    }
    free(terms);
    free(breaks);
    free(room);
}

static void check_tokens(const struct analysed *t, size_t source_len)
{
    size_t end = 0;
    for (size_t i = 0; i < t->n_tokens; i++) {
        const struct token *k = &t->tokens[i];
        uint64_t from, to;
        check(k->start >= end && k->len >= 1 && k->len <= TOKEN_BYTES_MAX);
        check(k->len <= t->text.len - k->start);
        check(k->brk <= BREAK_GLUED);
        check(utf8_valid_prefix(analysed_surface(t, i)) == k->len);
        check(!has_line_end(analysed_surface(t, i)));
        if (i == 0)
            check(k->brk == BREAK_PARAGRAPH);
        else
            check((k->brk == BREAK_PARAGRAPH) ==
                  has_line_end(analysed_separator(t, i)));
        offsetmap_span(t->map, k->start, (uint64_t)k->start + k->len, &from, &to);
        check(from <= to && to <= source_len);
        end = (size_t)k->start + k->len;
    }
    check(t->tail.len == t->text.len - end);
}

static void check_text(const struct analysed *t)
{
    check(utf8_valid_prefix(t->text) == t->text.len);
    check(t->map->out_len == t->text.len);
    for (size_t i = 0; i < t->text.len; i++)
        check(t->text.data[i] >= 0x20 || t->text.data[i] == '\n' ||
              t->text.data[i] == '\t');
}

static void check_query(struct analyser *a, struct bytes text)
{
    struct arena arena = {0};
    struct err err = {0};
    struct query_tokens words = {0};
    uint64_t end = 0;
    check(analyser_query(a, text, &arena, &words, &err) == 0);
    vec_foreach(struct query_token, w, &words.tokens) {
        check(w->start >= end && (uint64_t)w->start + w->len <= text.len);
        check(w->term.len >= 1 && w->term.len <= TERM_BYTES_MAX);
        end = w->start;
    }
    vec_release(&words.tokens);
    arena_release(&arena);
}

/* Fast and plain versions say the same. */
static void check_twins(struct bytes raw, struct bytes text)
{
    struct token_vec fast = {0}, plain = {0};
    struct err err = {0};
    uint64_t cut[2] = {0};
    check(utf8_valid_prefix(raw) == utf8_valid_prefix_scalar(raw));
    check(utf8_ascii_prefix(raw) == utf8_ascii_prefix_scalar(raw));
    check(words_find(text, 0, text.len, &fast, &cut[0], &err) == 0);
    check(words_find_scalar(text, 0, text.len, &plain, &cut[1], &err) == 0);
    check(fast.v.len == plain.v.len && cut[0] == cut[1]);
    for (size_t i = 0; i < fast.v.len; i++) {
        const struct token *x = &fast.v.items[i], *y = &plain.v.items[i];
        check(x->start == y->start && x->len == y->len && x->brk == y->brk &&
              x->flags == y->flags && x->spacing == y->spacing);
    }
    vec_release(&fast.v);
    vec_release(&plain.v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct analyser *a = analyser_new();
    struct analysed t;
    struct err err = {0};
    check(a != NULL);
    size_t title_len = size ? data[0] : 0, from = size ? 1 : 0;
    if (title_len > size - from)
        title_len = size - from;
    struct source_text title = {bytes_of(data + from, title_len), NULL, from};
    struct source_text body = {
        bytes_of(data + from + title_len, size - from - title_len), NULL,
        from + title_len};
    check(analyser_article(a, &title, &body, &t, &err) == 0);
    check_text(&t);
    check(t.title_tokens <= t.n_tokens);
    check_tokens(&t, size);
    check_terms(&t);
    check_twins(bytes_of(data, size), t.text);
    check_query(a, bytes_of(data, size));
    analyser_free(a);
    return 0;
}
