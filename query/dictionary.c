#include "query/dictionary.h"

#include "query/wildcard.h"

void dictionary_release(struct dictionary *d)
{
    vec_foreach(struct dictionary_cursor, c, &d->cursors)
        vec_release(&c->found);
    vec_release(&d->cursors);
    vec_release(&d->parts);
}

static const struct terms *terms_of(const struct dictionary *d, uint32_t segment)
{
    return &d->snapshot->segments[segment].terms;
}

static struct bytes key_of(const struct term_entry *e)
{
    return bytes_of(e->key, e->key_len);
}

/* --- one pattern in one segment ---------------------------------------------------------------- */

/* Is it past all entries that the pattern stands for? */
static bool is_past(const struct ast *pattern, struct bytes key)
{
    if (!pattern)
        return false;
    if (pattern->kind == AST_PREFIX)
        return !bytes_starts(key, pattern->term);
    if (pattern->kind == AST_PATTERN)
        return !bytes_starts(key, wildcard_beginning(pattern->term));
    return !bytes_equal(key, pattern->term);
}

static bool is_meant(const struct ast *pattern, struct bytes key)
{
    return !pattern || pattern->kind != AST_PATTERN ||
           wildcard_matches(pattern->term, key);
}

static bool is_expanded(const struct ast *pattern)
{
    return pattern && (pattern->kind == AST_STEM || pattern->kind == AST_REGEX);
}

static int advance(struct dictionary *d, struct dictionary_cursor *c, struct err *err)
{
    const struct term_entry *e;
    int rc = 0;
    if (is_expanded(c->pattern)) {
        c->end = c->at == c->found.len;
        return c->end ? 0
                      : terms_get(terms_of(d, c->segment), c->found.items[c->at++].id,
                                  &c->entry, err);
    }
    do {
        rc = deadline_tick(d->deadline, d->n_read++, err);
        rc = rc ? rc : terms_next(&c->iter, &e, err);
        c->end = rc == ITER_END || (rc == 0 && is_past(c->pattern, key_of(e)));
    } while (rc == 0 && !c->end && !is_meant(c->pattern, key_of(e)));
    if (rc == 0 && !c->end)
        c->entry = *e;
    return rc == ITER_END ? 0 : rc;
}

static int begin(struct dictionary *d, struct dictionary_cursor *c, struct err *err)
{
    const struct ast *p = c->pattern;
    struct expand_cost cost = {0};
    struct bytes from = {0};
    int rc;
    if (is_expanded(p))
        rc = expand(NULL, terms_of(d, c->segment), c->segment, p, d->deadline, &cost,
                    &c->found, err);
    else {
        if (p)
            from = p->kind == AST_PATTERN ? wildcard_beginning(p->term) : p->term;
        rc = terms_seek(terms_of(d, c->segment), from, &c->iter, err);
    }
    return rc ? rc : advance(d, c, err);
}

int dictionary_open(struct dictionary *d, const struct snapshot *snapshot,
                    const struct ast *const *patterns, size_t n,
                    const struct deadline *deadline, struct err *err)
{
    size_t each = n > 0 ? n : 1;
    *d = (struct dictionary){.snapshot = snapshot, .deadline = deadline};
    if (!vec_reserve(&d->cursors, each * snapshot->n_segments) ||
        !vec_reserve(&d->parts, snapshot->n_segments))
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t s = 0; s < snapshot->n_segments; s++) {
        for (size_t i = 0; i < each; i++) {
            struct dictionary_cursor *c = &d->cursors.items[d->cursors.len++];
            *c = (struct dictionary_cursor){.segment = (uint32_t)s,
                                            .pattern = n > 0 ? patterns[i] : NULL};
            int rc = begin(d, c, err);
            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

/* --- all of them ----------------------------------------------------------------------------------- */

static int compare(const struct term_entry *a, const struct term_entry *b)
{
    int c = bytes_compare(key_of(a), key_of(b));
    return c ? c : a->span < b->span ? -1 : a->span > b->span;
}

/* Cursors stand segment by segment, so parts do. */
int dictionary_next(struct dictionary *d, struct err *err)
{
    const struct dictionary_cursor *least = NULL;
    vec_reset(&d->parts);
    vec_foreach(const struct dictionary_cursor, c, &d->cursors) {
        if (!c->end && (!least || compare(&c->entry, &least->entry) < 0))
            least = c;
    }
    if (!least)
        return ITER_END;
    struct term_entry entry = least->entry;
    vec_foreach(struct dictionary_cursor, c, &d->cursors) {
        size_t n = d->parts.len;
        if (c->end || compare(&c->entry, &entry) != 0)
            continue;
        if (n == 0 || d->parts.items[n - 1].segment != c->segment) {
            d->parts.items[n] = (struct dictionary_part){c->segment, c->entry};
            d->parts.len++;
        }
        int rc = advance(d, c, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}
