#include "query/synonyms.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/synonyms_apply.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory");
}

/* The file while it is read. */
struct reading {
    struct synonyms *s;
    const char *path;
    uint64_t line;
    struct syntax_lexer lx; /* of the line */
};

static int bad_line(const struct reading *r, const char *what, struct err *err)
{
    return err_set(err, ERR_USAGE, "--synonyms: '%s' line %" PRIu64 ": %s", r->path,
                   r->line, what);
}

void synonyms_free(struct synonyms *s)
{
    if (s) {
        vec_release(&s->rules);
        arena_release(&s->arena);
    }
    free(s);
}

/* --- one line --------------------------------------------------------------------------------------- */

/* The words of an entry as one key: their terms, each ended by a zero byte. */
static int make_key(struct reading *r, const struct ast *entry, struct bytes *out,
                    struct err *err)
{
    struct buf key = {0};
    bool row = entry->kind == AST_PHRASE;
    size_t n = row ? entry->n_children : 1;
    if (n > SYNONYMS_WORDS_MAX) {
        return bad_line(r, "an entry of too many words", err);
    }
    for (size_t i = 0; i < n; i++) {
        synonyms_put_key(row ? entry->children[i] : entry, &key);
    }
    *out = arena_copy(&r->s->arena, buf_bytes(&key));
    bool failed = key.failed || !out->data;
    buf_release(&key);
    r->s->most_words = n > r->s->most_words ? n : r->s->most_words;
    return failed ? no_memory(err) : 0;
}

/* The entries of the line's bytes [from, to), with commas between them. */
static int read_entries(struct reading *r, uint32_t from, uint32_t to,
                        syntax_items *out, struct err *err)
{
    const uint8_t *q = r->lx.query.data;
    for (uint32_t at = from, end; at <= to; at = end + 1) {
        struct syntax_item item = {NULL};
        end = at;
        while (end < to && q[end] != ',') {
            end++;
        }
        int rc =
            syntax_lex_words(&r->lx, at, end, SYNTAX_WORDS_LITERAL, &item.node, err);
        if (rc) {
            return rc == ERR_SYNTAX ? bad_line(r, r->lx.note.text, err) : rc;
        }
        if (!item.node) {
            return bad_line(r, "an entry without a word", err);
        }
        if (out->len == SYNONYMS_ENTRIES_MAX) {
            return bad_line(r, "too many entries", err);
        }
        if (!vec_push(out, item)) {
            return no_memory(err);
        }
    }
    return 0;
}

/* The rules of a line whose entries are items[0..n); those from `right` on stand on the right of =>. */
static int add_rules(struct reading *r, const syntax_items *items, size_t right,
                     struct err *err)
{
    bool both = right == items->len;
    struct ast **entries = arena_alloc(&r->s->arena, items->len * sizeof(void *));
    if (!entries) {
        return no_memory(err);
    }
    for (size_t i = 0; i < items->len; i++) {
        entries[i] = items->items[i].node;
    }
    for (size_t i = 0; i < right; i++) {
        struct synonyms_rule rule = {.order = r->s->rules.len,
                                     .entries = both ? entries : entries + right,
                                     .n = both ? items->len : items->len - right,
                                     .own = both ? i : SIZE_MAX};
        int rc = make_key(r, entries[i], &rule.key, err);
        if (rc) {
            return rc;
        }
        if (!vec_push(&r->s->rules, rule)) {
            return no_memory(err);
        }
    }
    return 0;
}

static int read_line(struct reading *r, struct bytes line, struct err *err)
{
    syntax_items items = {0};
    const uint8_t *arrow = NULL;
    r->lx.query = arena_copy(&r->s->arena, line);
    r->lx.n_nodes = 0;
    if (!r->lx.query.data) {
        return no_memory(err);
    }
    for (size_t i = 0; i + 1 < line.len && !arrow; i++) {
        bool is = line.data[i] == '=' && line.data[i + 1] == '>';
        arrow = is ? r->lx.query.data + i : NULL;
    }
    uint32_t left = arrow ? (uint32_t)(arrow - r->lx.query.data) : (uint32_t)line.len;
    int rc = read_entries(r, 0, left, &items, err);
    size_t right = items.len;
    if (rc == 0 && arrow) {
        rc = read_entries(r, left + 2, (uint32_t)line.len, &items, err);
    }
    if (rc == 0 && items.len < 2) {
        rc = bad_line(r, "takes a comma and another word, or => and others", err);
    }
    if (rc == 0) {
        rc = add_rules(r, &items, right, err);
    }
    vec_release(&items);
    return rc;
}

/* --- the file ---------------------------------------------------------------------------------------- */

static struct bytes trimmed(const char *line, size_t len, bool first)
{
    struct bytes b = bytes_of(line, len);
    if (first && bytes_starts(b, bytes_str("\xEF\xBB\xBF"))) {
        b = bytes_of(b.data + 3, b.len - 3);
    }
    while (b.len > 0 && b.data[0] <= ' ') {
        b = bytes_of(b.data + 1, b.len - 1);
    }
    while (b.len > 0 && b.data[b.len - 1] <= ' ') {
        b.len--;
    }
    return b;
}

static int read_file(struct reading *r, FILE *file, struct err *err)
{
    char *text = NULL;
    size_t cap = 0, total = 0;
    ssize_t len;
    int rc = 0;
    errno = 0;
    while (rc == 0 && (len = getline(&text, &cap, file)) >= 0) {
        struct bytes line = trimmed(text, (size_t)len, ++r->line == 1);
        total += (size_t)len;
        if (total > SYNONYMS_BYTES_MAX || line.len > SYNTAX_BYTES_MAX) {
            rc = err_set(err, ERR_LIMIT,
                         "--synonyms: '%s' line %" PRIu64 ": the file or the line is "
                         "too long",
                         r->path, r->line);
        } else if (line.len > 0 && line.data[0] != '#') {
            rc = read_line(r, line, err);
        }
    }
    if (rc == 0 && !feof(file)) {
        rc = err_sys(err, ERR_IO, errno, "--synonyms: '%s' line %" PRIu64, r->path,
                     r->line + 1);
    }
    free(text);
    return rc;
}

static int by_key(const void *a, const void *b)
{
    const struct synonyms_rule *x = a, *y = b;
    int order = bytes_compare(x->key, y->key);
    return order ? order : x->order < y->order ? -1 : x->order > y->order;
}

int synonyms_read(const char *path, struct analyser *analyser, struct synonyms **out,
                  struct err *err)
{
    struct synonyms *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s) {
        return no_memory(err);
    }
    struct reading r = {.s = s, .path = path};
    r.lx.analyser = analyser;
    r.lx.arena = &s->arena;
    FILE *file = fopen(path, "r");
    int rc = file ? read_file(&r, file, err)
                  : err_sys(err, ERR_USAGE, errno, "--synonyms: '%s'", path);
    if (file) {
        (void)fclose(file); /* only read from */
    }
    if (rc) {
        synonyms_free(s);
        return rc;
    }
    if (s->rules.len) {
        qsort(s->rules.items, s->rules.len, sizeof *s->rules.items, by_key);
    }
    *out = s;
    return 0;
}
