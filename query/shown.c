#include "query/shown.h"

#include <string.h>

const char *shown_copies_name(int copies)
{
    static const char *const names[] = {"collapse", "group", "all", "originals"};
    return names[copies];
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory");
}

/* --- outlets ------------------------------------------------------------------------------ */

/* The words of a name as queries see them, with blanks between: case, accents and punctuation do
 * not matter. A name without words is itself. */
static int fold(struct shown *s, struct bytes name, struct err *err)
{
    struct query_tokens words = {0};
    arena_reset(&s->scratch);
    buf_reset(&s->folded);
    int rc = analyser_query(s->analyser, name, &s->scratch, &words, err);
    vec_foreach(struct query_token, word, &words.tokens) {
        if (s->folded.len > 0)
            buf_put_u8(&s->folded, ' ');
        buf_put_bytes(&s->folded, word->term);
    }
    if (s->folded.len == 0)
        buf_put_bytes(&s->folded, name);
    vec_release(&words.tokens);
    return rc ? rc : buf_check(&s->folded, err);
}

static int add_outlet(struct shown *s, struct bytes name, struct err *err)
{
    int rc = fold(s, name, err);
    if (rc || s->folded.len == 0)
        return rc;
    struct shown_outlet outlet = {arena_copy(&s->arena, buf_bytes(&s->folded))};
    return outlet.name.data && vec_push(&s->outlets, outlet) ? 0 : no_memory(err);
}

static int read_outlets(struct shown *s, const char *list, struct err *err)
{
    int rc = 0;
    while (rc == 0 && *list) {
        size_t len = strcspn(list, ",");
        rc = add_outlet(s, bytes_of(list, len), err);
        list += len + (list[len] == ',');
    }
    if (rc == 0 && s->outlets.len == 0)
        rc = err_set(err, ERR_USAGE,
                     "--keep source: takes outlets, as source:Gazette,Wire");
    return rc;
}

int shown_begin(struct shown *s, struct analyser *analyser, struct err *err)
{
    static const char source[] = "source:";
    s->analyser = analyser;
    if (!s->rule || strcmp(s->rule, "earliest") == 0)
        return 0;
    if (strcmp(s->rule, "longest") == 0) {
        s->keep = SHOWN_LONGEST;
        return 0;
    }
    if (strncmp(s->rule, source, sizeof source - 1) != 0)
        return err_set(
            err, ERR_USAGE,
            "--keep takes earliest, longest or source:OUTLET,OUTLET, not '%s'",
            s->rule);
    s->keep = SHOWN_SOURCE;
    s->cache = provenance_cache_new();
    if (!s->cache)
        return no_memory(err);
    return read_outlets(s, s->rule + sizeof source - 1, err);
}

void shown_release(struct shown *s)
{
    vec_release(&s->outlets);
    arena_release(&s->arena);
    arena_release(&s->scratch);
    buf_release(&s->folded);
    provenance_cache_free(s->cache);
    s->cache = NULL;
}

/* --- originals ------------------------------------------------------------------------------ */

int shown_tree(const struct shown *s, struct ast *tree, struct arena *arena,
               struct ast **out, struct err *err)
{
    *out = tree;
    if (s->copies != SHOWN_ORIGINALS)
        return 0;
    struct ast *nodes = arena_zalloc(arena, 2 * sizeof *nodes);
    struct ast **children = arena_alloc(arena, 2 * sizeof(void *));
    if (!nodes || !children)
        return no_memory(err);
    nodes[0] = *tree; /* its place in the query */
    nodes[0].kind = AST_AND;
    nodes[0].children = children;
    nodes[0].n_children = 2;
    nodes[1] = (struct ast){.kind = AST_FILTER,
                            .text = tree->text,
                            .start = tree->start,
                            .len = tree->len,
                            .filter = {.kind = FILTER_IS, .is = FILTER_ORIGINAL}};
    children[0] = tree;
    children[1] = &nodes[1];
    *out = &nodes[0];
    return 0;
}

/* --- the one that stands for a story ---------------------------------------------------------- */

static bool holds(const struct wording_match *w, article_id article)
{
    for (uint32_t i = 0; i < w->n_articles && engine_article(w, i) <= article; i++)
        if (engine_article(w, i) == article)
            return true;
    return false;
}

bool shown_find(const struct story_match *match, article_id article,
                struct shown_choice *out)
{
    for (size_t i = 0; i < match->n_wordings; i++) {
        if (holds(&match->wordings[i], article)) {
            *out = (struct shown_choice){&match->wordings[i], article};
            return true;
        }
    }
    return false;
}

/* The original; else the article with most hits, of equals the first. */
static int choose_earliest(const struct snapshot *snapshot, const struct story_match *m,
                           struct shown_choice *out, struct err *err)
{
    struct story_record story;
    const struct wording_match *best = &m->wordings[0];
    int rc = stories_get(snapshot->stories, m->segment, m->story, &story, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < m->n_wordings; i++) {
        const struct wording_match *w = &m->wordings[i];
        if (holds(w, story.original)) {
            *out = (struct shown_choice){w, story.original};
            return 0;
        }
        if (w->n_spans > best->n_spans)
            best = w;
    }
    *out = (struct shown_choice){best, engine_article(best, 0)};
    return 0;
}

static int choose_longest(const struct snapshot *snapshot, const struct story_match *m,
                          struct shown_choice *out, struct err *err)
{
    const struct wordings *words = &snapshot->segments[m->segment].wordings;
    const struct wording_match *best = &m->wordings[0];
    uint32_t most = 0;
    for (size_t i = 0; i < m->n_wordings; i++) {
        uint32_t len;
        int rc = wordings_length(words, m->wordings[i].wording, &len, err);
        if (rc)
            return rc;
        if (len > most) {
            best = &m->wordings[i];
            most = len;
        }
    }
    *out = (struct shown_choice){best, engine_article(best, 0)};
    return 0;
}

/* The place of the folded outlet in the list; the list's length if it is not there. */
static size_t rank_outlet(const struct shown *s)
{
    size_t i = 0;
    while (i < s->outlets.len &&
           !bytes_equal(s->outlets.items[i].name, buf_bytes(&s->folded)))
        i++;
    return i;
}

static int choose_by_outlet(struct shown *s, const struct snapshot *snapshot,
                            const struct story_match *m, struct shown_choice *out,
                            struct err *err)
{
    const struct provenance *p = &snapshot->segments[m->segment].provenance;
    size_t best = s->outlets.len;
    for (size_t i = 0; i < m->n_wordings && best > 0; i++) {
        const struct wording_match *w = &m->wordings[i];
        for (uint32_t k = 0; k < w->n_articles && best > 0; k++) {
            struct provenance_row row;
            article_id article = engine_article(w, k);
            int rc = provenance_get(p, s->cache, article, &row, err);
            if (rc == 0)
                rc = fold(s, row.outlet, err);
            if (rc)
                return rc;
            size_t rank = rank_outlet(s);
            if (rank < best) {
                best = rank;
                *out = (struct shown_choice){w, article};
            }
        }
    }
    return best < s->outlets.len ? 0 : choose_earliest(snapshot, m, out, err);
}

int shown_choose(struct shown *s, const struct snapshot *snapshot,
                 const struct story_match *match, struct shown_choice *out,
                 struct err *err)
{
    switch (s->keep) {
    case SHOWN_LONGEST: return choose_longest(snapshot, match, out, err);
    case SHOWN_SOURCE: return choose_by_outlet(s, snapshot, match, out, err);
    case SHOWN_EARLIEST: break;
    }
    return choose_earliest(snapshot, match, out, err);
}
