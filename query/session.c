#include "query/session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/budget.h"
#include "query/clock.h"
#include "query/fields.h"
#include "query/plan.h"
#include "query/stem.h"
#include "query/suggest.h"
#include "query/suggest_names.h"
#include "query/synonyms.h"
#include "query/syntax.h"
#include "query/terminal.h"

void session_init(struct session *s, session_tell_fn *tell)
{
    *s = (struct session){.tell = tell, .memory = SESSION_MEMORY};
    output_init(&s->output, STDOUT_FILENO, false);
}

void session_release(struct session *s)
{
    if (s->opened)
        snapshot_close(&s->snapshot);
    s->opened = false;
    expansions_free(s->words.expansions);
    synonyms_free(s->words.synonyms);
    analyser_free(s->analyser);
    arena_release(&s->arena);
}

bool session_is_json(const struct session *s)
{
    return s->format == OUTPUT_JSON || s->format == OUTPUT_JSONL;
}

/* Which each format is of that not every command has. */
struct special {
    enum output_format format;
    const char *name, *of;
};

static const struct special specials[] = {
    {OUTPUT_VIMGREP, "vimgrep", "search and kwic: the others print no hits"},
    {OUTPUT_SVG, "svg", "commands that draw a picture"},
    {OUTPUT_VEGA, "vega", "commands that draw a timeline or a matrix"},
    {OUTPUT_DOT, "dot", "commands that find pairs"},
    {OUTPUT_GRAPHML, "graphml", "commands that find pairs"},
};

/* Words of what a command has: "text, tsv, json, jsonl, csv, svg". */
static void list_formats(const struct session *s, char *out, size_t cap)
{
    size_t n = (size_t)snprintf(out, cap, "text, tsv, json, jsonl, csv");
    for (size_t i = 0; i < sizeof specials / sizeof *specials && n < cap; i++)
        if (s->formats & SESSION_FORMAT(specials[i].format))
            n += (size_t)snprintf(out + n, cap - n, ", %s", specials[i].name);
}

static int check_special(const struct session *s, struct err *err)
{
    char has[100];
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        const struct special *f = &specials[i];
        if (s->format != (int)f->format)
            continue;
        if (!(s->formats & SESSION_FORMAT(f->format))) {
            list_formats(s, has, sizeof has);
            return err_set(err, ERR_USAGE, "--format %s is of %s; here there are %s",
                           f->name, f->of, has);
        }
        if (f->format != OUTPUT_VIMGREP && (s->fields || s->null))
            return err_set(err, ERR_USAGE,
                           "%s chooses how rows are printed; --format %s has none",
                           s->fields ? "--fields" : "-0", f->name);
    }
    return 0;
}

static int check_format(struct session *s, struct err *err)
{
    int rc = check_special(s, err);
    if (rc < 0)
        return rc;
    if (s->null && session_is_json(s))
        return err_set(err, ERR_USAGE,
                       "-0 ends rows of tsv and csv; an object of jsonl is a line");
    if (s->null && s->format == OUTPUT_TEXT)
        s->format = OUTPUT_TSV;
    return 0;
}

/* A clock for tests: nothing depends on how fast anything is. */
static uint64_t count_steps(void *arg)
{
    return (atomic_fetch_add((_Atomic uint64_t *)arg, 1) + 1) * 1000000;
}

/* What the words of queries stand for. */
static int read_words(struct session *s, struct err *err)
{
    struct session_words *w = &s->words;
    if (w->stem_lang && !(w->language = stem_language(bytes_str(w->stem_lang)))) {
        const char *near = opt_nearest(w->stem_lang, stem_languages());
        return err_set(err, ERR_USAGE, "--stem-lang: there are no stems of '%s'%s%s%s",
                       w->stem_lang, near ? "; did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
    }
    if (w->file && !s->analyser)
        s->analyser = analyser_new();
    if (w->file && !s->analyser)
        return err_set(err, ERR_NOMEM, "out of memory");
    return w->file ? synonyms_read(w->file, s->analyser, &w->synonyms, err) : 0;
}

int session_parse(struct session *s, const struct opt *table, int argc, char **argv,
                  int *n, struct err *err)
{
    *n = 0;
    if (s->see)
        return 0;
    int rc = opt_parse(table, argc, argv, n, err);
    if (rc < 0)
        return rc;
    if (s->json)
        s->format = OUTPUT_JSON;
    rc = check_format(s, err);
    if (rc == 0)
        rc = read_words(s, err);
    if (rc < 0)
        return rc;
    bool color = s->format == OUTPUT_TEXT &&
                 terminal_color_of(STDOUT_FILENO, (enum terminal_color)s->color);
    output_init(&s->output, STDOUT_FILENO, color);
    s->output.links =
        s->format == OUTPUT_TEXT &&
        terminal_links_of(STDOUT_FILENO, (enum terminal_color)s->hyperlink);
    if (!s->help && !s->man)
        pager_init(&s->output.pager, (enum pager_mode)s->pager,
                   s->format == OUTPUT_TEXT);
    s->output.fields = session_is_json(s) ? s->fields : NULL;
    if (terminal_is(STDOUT_FILENO))
        s->output.width = terminal_width(STDOUT_FILENO);
    if (s->timeout_steps) {
        s->deadline.now = count_steps;
        s->deadline.arg = &s->steps;
    }
    deadline_start(&s->deadline, s->timeout_steps ? s->timeout_steps : s->timeout_ms);
    s->output.deadline = &s->deadline;
    s->output.lines = s->format == OUTPUT_JSONL;
    s->capped = s->memory > 0 && budget_cap(s->memory, 0);
    return 0;
}

int session_keys(const struct session *s, const char *const *keys, struct err *err)
{
    struct fields fields = {0};
    int rc = s->fields ? fields_choose(&fields, s->fields, keys, err) : 0;
    fields_release(&fields);
    return rc;
}

void session_say(struct session *s, enum log_level level, const char *fmt, ...)
{
    char text[2000];
    va_list args;
    va_start(args, fmt);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized)
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n > 0)
        s->tell(level, text);
}

/* "512M" */
static void put_size(char *text, size_t cap, uint64_t bytes)
{
    static const char units[] = "KMGT";
    unsigned shift = 0;
    while (shift < 40 && bytes && bytes % (UINT64_C(1) << (shift + 10)) == 0)
        shift += 10;
    snprintf(text, cap, "%" PRIu64 "%.*s", bytes >> shift, shift > 0,
             &units[shift ? shift / 10 - 1 : 0]);
}

void session_threads(struct session *s, unsigned n)
{
    if (s->capped)
        (void)budget_cap(s->memory, n);
}

int session_stop(struct session *s, int rc, struct err *err)
{
    bool by_memory = rc == ERR_NOMEM && s->capped;
    if (s->capped)
        budget_uncap();
    if (!by_memory && rc != ERR_STOPPED)
        return rc;
    if (by_memory)
        output_take_back(&s->output);
    if (session_is_json(s))
        output_stop(&s->output, by_memory ? "memory" : "timeout",
                    s->format == OUTPUT_JSONL);
    if (by_memory) {
        char size[40];
        struct err was = *err;
        put_size(size, sizeof size, s->memory);
        err_clear(err);
        (void)err_set(err, ERR_STOPPED,
                      "stopped by --memory (%s): the answer is not whole; a larger "
                      "one allows more (%s)",
                      size, was.msg);
    }
    return ERR_STOPPED;
}

static int open_index(struct session *s, bool whole, struct err *err)
{
    if (!s->index)
        s->index = getenv("STEMMA_INDEX"); // NOLINT(concurrency-mt-unsafe)
    if (!s->index || !*s->index)
        return err_set(err, ERR_USAGE, "no index: give -x INDEX or set STEMMA_INDEX");
    int rc = (whole ? snapshot_open : snapshot_open_core)(&s->snapshot, s->index, err);
    s->opened = rc == 0;
    if (s->opened && !s->words.expansions)
        s->words.expansions = expansions_new();
    return rc;
}

int session_open(struct session *s, struct err *err)
{
    return open_index(s, true, err);
}

int session_open_core(struct session *s, struct err *err)
{
    return open_index(s, false, err);
}

/* What a query was taken for, with a caret under the place. Hints about the language are given once, warnings each
 * time: a file of queries may have many. */
static void tell_note(struct session *s, struct bytes query,
                      const struct syntax_result *parsed)
{
    if (!parsed->literal && s->hinted)
        return;
    struct buf text = {0};
    buf_put_str(&text, parsed->literal ? "the query is read as a literal phrase "
                                         "(--strict makes this an error)\n"
                                       : "hint\n");
    syntax_caret(query, &parsed->note, &text);
    buf_put_u8(&text, 0);
    if (!text.failed)
        s->tell(parsed->literal ? LOG_WARNING : LOG_INFO, (const char *)text.data);
    s->hinted |= !parsed->literal;
    buf_release(&text);
}

/* Dates that are told from today, by the environment, which tests set, or the clock. */
static int set_today(struct ast *tree, struct err *err)
{
    int32_t today;
    if (!syntax_needs_today(tree))
        return 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    int rc = clock_today(getenv("STEMMA_NOW"), &today, err);
    if (rc == 0)
        syntax_set_today(tree, today);
    return rc;
}

int session_query(struct session *s, struct bytes query, bool loud, struct ast **tree,
                  struct err *err)
{
    struct syntax_result parsed = {0};
    if (!s->analyser)
        s->analyser = analyser_new();
    if (!s->analyser)
        return err_set(err, ERR_NOMEM, "out of memory");
    struct syntax_options options = {.strict = s->strict,
                                     .synonyms = s->words.synonyms,
                                     .stem_language = s->words.language};
    int rc = syntax_parse_with(query, &options, s->analyser, &s->arena, &parsed, err);
    if (rc < 0)
        return rc;
    if (loud && parsed.note.text[0])
        tell_note(s, query, &parsed);
    s->literal = parsed.literal;
    *tree = parsed.tree;
    return set_today(parsed.tree, err);
}

/* Tells of names of filters that no article has. */
static void tell_names(struct session *s, const struct ast *tree)
{
    const struct filter *found[SUGGEST_NAMES];
    struct err ignored = {0};
    size_t n = 0;
    (void)suggest_names(&s->snapshot, tree, &s->deadline, found, &n, &ignored);
    for (size_t i = 0; i < n && s->n_suggested < SUGGEST_WORDS; i++, s->n_suggested++) {
        const char *name = filter_field_of(found[i]->kind)->name;
        session_say(s, LOG_INFO,
                    "no article has %s:%.*s; those there are: stemma-query stats --by "
                    "%s",
                    name, (int)found[i]->value.len, (const char *)found[i]->value.data,
                    name);
    }
}

void session_suggest(struct session *s, const struct ast *tree)
{
    struct suggestion found[SUGGEST_WORDS];
    struct err ignored = {0};
    size_t n = 0;
    /* of what could not be parsed the caret says enough */
    if (!s->tell || !s->opened || s->literal || s->n_suggested >= SUGGEST_WORDS)
        return;
    tell_names(s, tree);
    (void)suggest(&s->snapshot, tree, &s->deadline, found, &n, &ignored);
    for (size_t i = 0; i < n && s->n_suggested < SUGGEST_WORDS; i++, s->n_suggested++) {
        const struct suggestion *f = &found[i];
        if (f->like_len == 0)
            session_say(s, LOG_INFO, "'%.*s' is not in the index", (int)f->word.len,
                        (const char *)f->word.data);
        else
            session_say(s, LOG_INFO,
                        "'%.*s' is not in the index; did you mean '%.*s', which is "
                        "there %" PRIu64 " time%s?",
                        (int)f->word.len, (const char *)f->word.data, (int)f->like_len,
                        (const char *)f->like, f->occurrences,
                        f->occurrences == 1 ? "" : "s");
    }
}

int session_plan(struct session *s, const struct ast *tree, struct plan **out,
                 struct err *err)
{
    session_suggest(s, tree);
    struct plan_options options = {.window = (uint32_t)s->window,
                                   .deadline = &s->deadline,
                                   .expansions = s->words.expansions};
    return plan_make_with(&s->snapshot, tree, &options, &s->arena, out, err);
}

/* What is shared is only read; whoever adds to struct session says here what a branch has of it. */
void session_branch(const struct session *s, struct session *out)
{
    *out = (struct session){.strict = s->strict,
                            .window = s->window,
                            .snapshot = s->snapshot,
                            .words = s->words};
    out->deadline.limit_ms = s->deadline.limit_ms;
    out->deadline.now = s->deadline.now;
    out->deadline.arg = s->deadline.arg;
    out->deadline.end_ns = s->deadline.end_ns;
}

void session_branch_release(struct session *out)
{
    analyser_free(out->analyser);
    arena_release(&out->arena);
}

int session_join(struct session *s, int n, char **words, struct bytes *query,
                 struct err *err)
{
    struct buf joined = {0};
    for (int i = 0; i < n; i++) {
        if (i > 0)
            buf_put_u8(&joined, ' ');
        buf_put_str(&joined, words[i]);
    }
    *query = arena_copy(&s->arena, buf_bytes(&joined));
    bool failed = joined.failed || !query->data;
    buf_release(&joined);
    return failed ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}
