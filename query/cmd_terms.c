/* terms: the dictionary of the index: its words, how often they stand in the texts, how they are written there. */
#include <inttypes.h>
#include <stdlib.h>

#include "query/command.h"
#include "query/dictionary.h"
#include "query/table.h"
#include "query/written.h"

enum {
    TERM,
    JOINED,
    OCCURRENCES,
    STORIES,
    COLUMNS
};
static const struct table_column columns[COLUMNS] = {
    [TERM] = {.name = "term"},
    [JOINED] = {.name = "joined", .kind = TABLE_UINT, .flags = TABLE_NULLABLE},
    [OCCURRENCES] = {.name = "occurrences", .kind = TABLE_UINT},
    [STORIES] = {.name = "stories", .kind = TABLE_UINT}};
static const struct table_schema schema = {"stemma.terms/1", "stemma.terms-list/1",
                                           columns, COLUMNS};

/* Of --surfaces. */
enum {
    FORM_TERM,
    FORM_SURFACE,
    FORM_OCCURRENCES,
    FORM_COLUMNS
};
static const struct table_column form_columns[FORM_COLUMNS] = {
    [FORM_TERM] = {.name = "term"},
    [FORM_SURFACE] = {.name = "surface"},
    [FORM_OCCURRENCES] = {.name = "occurrences", .kind = TABLE_UINT}};
static const struct table_schema form_schema = {"stemma.terms-surface/1",
                                                "stemma.terms-surface-list/1",
                                                form_columns, FORM_COLUMNS};

enum terms_sort {
    TERMS_BY_TERM,
    TERMS_BY_COUNT
};

/* An entry that is shown later: its place in the order of the dictionary is that in the list. */
struct kept {
    size_t key;  /* in keys */
    uint8_t len; /* of the key */
    uint8_t span;
    uint32_t at; /* place */
    uint64_t occurrences, stories;
};

struct terms_command {
    struct session *session;
    int sort; /* enum terms_sort */
    uint64_t limit, offset, least;
    bool surfaces, plain;
    const struct ast **patterns; /* in the session's arena */
    size_t n_patterns;
    struct dictionary dictionary;
    VEC(struct written) written; /* by segment */
    struct table table;
    uint64_t n, n_shown; /* entries that there are, and that were shown */
    VEC(struct kept) kept;
    struct buf keys;
    written_forms forms; /* of the entry at hand */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory");
}

/* --- what is asked for --------------------------------------------------------------------------- */

static bool is_item(const struct ast *a)
{
    switch (a->kind) {
    case AST_WORD:
    case AST_PREFIX:
    case AST_PATTERN:
    case AST_STEM:
    case AST_REGEX: return true;
    case AST_RUN: return a->n_children == 2;
    default: return false;
    }
}

static int read_pattern(struct terms_command *c, const char *word, struct err *err)
{
    struct ast *tree = NULL;
    int rc = session_query(c->session, bytes_str(word), true, &tree, err);
    if (rc == 0 && !is_item(tree))
        return err_set(
            err, ERR_USAGE,
            "'%s' is not an entry of a dictionary: terms takes words, words "
            "with "
            "wildcards, stem(word) and /regex/, each as an operand of its own",
            word);
    if (rc == 0 && c->patterns)
        c->patterns[c->n_patterns++] = tree;
    return rc;
}

/* --- rows ------------------------------------------------------------------------------------------ */

static int compare_forms(const void *a, const void *b)
{
    const struct written_form *x = a, *y = b;
    return bytes_compare(x->surface, y->surface);
}

static int by_occurrences(const void *a, const void *b)
{
    const struct written_form *x = a, *y = b;
    if (x->occurrences != y->occurrences)
        return x->occurrences > y->occurrences ? -1 : 1;
    return compare_forms(a, b);
}

/* The same form of several segments is one. */
static void unite_forms(written_forms *forms)
{
    size_t n = 0;
    if (forms->len == 0)
        return;
    qsort(forms->items, forms->len, sizeof *forms->items, compare_forms);
    for (size_t i = 1; i < forms->len; i++) {
        if (bytes_equal(forms->items[i].surface, forms->items[n].surface))
            forms->items[n].occurrences += forms->items[i].occurrences;
        else
            forms->items[++n] = forms->items[i];
    }
    forms->len = n + 1;
    qsort(forms->items, forms->len, sizeof *forms->items, by_occurrences);
}

static int put_forms(struct terms_command *c, struct bytes term, struct err *err)
{
    int rc = 0;
    unite_forms(&c->forms);
    for (size_t i = 0; i < c->forms.len && rc == 0; i++) {
        table_text(&c->table, FORM_TERM, term);
        table_text(&c->table, FORM_SURFACE, c->forms.items[i].surface);
        table_uint(&c->table, FORM_OCCURRENCES, c->forms.items[i].occurrences);
        rc = table_row(&c->table, err);
    }
    return rc;
}

/* The forms of an entry in all segments: it is looked up again. */
static int find_forms(struct terms_command *c, struct bytes term, uint8_t span,
                      struct err *err)
{
    const struct snapshot *snapshot = &c->session->snapshot;
    struct term_entry e;
    vec_reset(&c->forms);
    for (size_t s = 0; s < snapshot->n_segments; s++) {
        int rc = terms_find(&snapshot->segments[s].terms, term, span, &e, err);
        if (rc == 0)
            rc = written_forms_of(&c->written.items[s], &e, &c->forms, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int put_row(struct terms_command *c, struct bytes term, const struct kept *k,
                   struct err *err)
{
    c->n_shown++;
    if (c->surfaces) {
        int rc = find_forms(c, term, k->span, err);
        return rc ? rc : put_forms(c, term, err);
    }
    table_text(&c->table, TERM, term);
    if (k->span > 0)
        table_uint(&c->table, JOINED, k->span);
    table_uint(&c->table, OCCURRENCES, k->occurrences);
    table_uint(&c->table, STORIES, k->stories);
    return table_row(&c->table, err);
}

static bool is_on_page(const struct terms_command *c, uint64_t at)
{
    return at >= c->offset && (c->limit == 0 || at - c->offset < c->limit);
}

/* The entry at hand, if it is to be counted: shown at once or kept. */
static int take(struct terms_command *c, struct err *err)
{
    const struct dictionary *d = &c->dictionary;
    const struct term_entry *e = &d->parts.items[0].entry;
    struct kept k = {.key = c->keys.len, .len = e->key_len, .span = e->span};
    int rc = 0;
    vec_foreach(const struct dictionary_part, p, &d->parts) {
        uint64_t n;
        rc = written_occurrences(&c->written.items[p->segment], &p->entry, &n, err);
        if (rc != 0)
            return rc;
        k.occurrences += n;
        k.stories += p->entry.stories;
    }
    if (k.occurrences < c->least || (c->plain && k.span > 0) ||
        (c->surfaces && k.span > 0))
        return 0;
    k.at = (uint32_t)c->n;
    struct bytes term = bytes_of(e->key, e->key_len);
    if (c->sort == TERMS_BY_TERM)
        return is_on_page(c, c->n++) ? put_row(c, term, &k, err) : 0;
    c->n++;
    buf_put_bytes(&c->keys, term);
    return c->keys.failed || !vec_push(&c->kept, k) ? no_memory(err) : 0;
}

static int by_count(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    if (x->occurrences != y->occurrences)
        return x->occurrences > y->occurrences ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static int put_kept(struct terms_command *c, struct err *err)
{
    int rc = 0;
    if (c->kept.len > 0)
        qsort(c->kept.items, c->kept.len, sizeof *c->kept.items, by_count);
    for (size_t i = 0; i < c->kept.len && rc == 0; i++) {
        const struct kept *k = &c->kept.items[i];
        if (is_on_page(c, i))
            rc = put_row(c, bytes_of(c->keys.data + k->key, k->len), k, err);
    }
    return rc;
}

static int put_rows(struct terms_command *c, struct err *err)
{
    struct output *o;
    int rc = 0;
    while (rc == 0 && (rc = dictionary_next(&c->dictionary, err)) == 0)
        rc = take(c, err);
    rc = rc == ITER_END ? put_kept(c, err) : rc;
    if (rc == 0 && (o = table_tail(&c->table))) {
        output_json_uint(o, "terms", c->n);
        output_json_bool(o, "more", c->n_shown < c->n);
    }
    if (rc == 0)
        rc = table_end(&c->table, err);
    if (rc == 0 && c->n_shown < c->n)
        session_say(c->session, LOG_INFO,
                    "%" PRIu64 " of %" PRIu64 " entries are shown", c->n_shown, c->n);
    return rc;
}

static int list_terms(struct terms_command *c, int n, char **words, struct err *err)
{
    struct session *s = c->session;
    c->patterns = arena_alloc(&s->arena, ((size_t)n + 1) * sizeof(void *));
    int rc = c->patterns ? 0 : no_memory(err);
    for (int i = 0; i < n && rc == 0; i++)
        rc = read_pattern(c, words[i], err);
    if (rc == 0)
        rc = session_open(s, err);
    if (rc == 0 && !vec_reserve(&c->written, s->snapshot.n_segments))
        rc = no_memory(err);
    for (size_t i = 0; i < s->snapshot.n_segments && rc == 0; i++)
        c->written.items[c->written.len++] =
            (struct written){.segment = &s->snapshot.segments[i]};
    if (rc == 0)
        rc = dictionary_open(&c->dictionary, &s->snapshot, c->patterns, c->n_patterns,
                             &s->deadline, err);
    if (rc == 0)
        rc = table_begin(&c->table, s, c->surfaces ? &form_schema : &schema, err);
    return rc ? rc : put_rows(c, err);
}

static void release(struct terms_command *c)
{
    vec_foreach(struct written, w, &c->written)
        written_release(w);
    vec_release(&c->written);
    dictionary_release(&c->dictionary);
    table_release(&c->table);
    vec_release(&c->kept);
    vec_release(&c->forms);
    buf_release(&c->keys);
}

int cmd_terms(struct session *session, int argc, char **argv, struct err *err)
{
    struct terms_command c = {.session = session};
    const struct opt options[] = {
        SESSION_OPTIONS(session),
        SESSION_QUERY_OPTIONS(session),
        {.name = "sort",
         .type = OPT_CHOICE,
         .target = &c.sort,
         .value = "ORDER",
         .choices = "term|count",
         .help = "term (the default): by bytes; count: what occurs most first."},
        {.name = "limit",
         .letter = 'n',
         .type = OPT_UINT,
         .target = &c.limit,
         .value = "N",
         .help = "Show N entries (default 0: all)."},
        {.name = "offset",
         .type = OPT_UINT,
         .target = &c.offset,
         .value = "N",
         .help = "Pass over the first N entries."},
        {.name = "min",
         .type = OPT_UINT,
         .target = &c.least,
         .value = "N",
         .help = "Only entries that occur N times or more."},
        {.name = "plain",
         .type = OPT_FLAG,
         .target = &c.plain,
         .help = "No joined entries, which are two words or more read as one."},
        {.name = "surfaces",
         .type = OPT_FLAG,
         .target = &c.surfaces,
         .help = "A row for each form in which an entry is written, the commonest "
                 "first."},
        {0},
    };
    int n = 0;
    int rc = session_parse(session, options, argc, argv, &n, err);
    if (rc < 0)
        return rc;
    if (command_helped(session, "terms", options))
        return 0;
    rc = list_terms(&c, n, argv + 1, err);
    uint64_t found = c.n;
    release(&c);
    return rc < 0 ? rc : found == 0;
}
