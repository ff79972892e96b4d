#include "query/hidden.h"

#include <string.h>

#include "query/stopwords.h"
#include "query/wildcard.h"

int hidden_read(struct hidden *h, struct session *s, struct err *err)
{
    struct ast *tree = NULL;
    h->list = h->stop ? stopwords_of(h->stop) : NULL;
    if (h->stop && !h->list) {
        return err_set(err, ERR_USAGE,
                       "--stop '%s': there is a list for en, de, fr, es, it, pt, nl, "
                       "ru and tr",
                       h->stop);
    }
    if (!h->pattern) {
        return 0;
    }
    int rc = session_query(s, bytes_str(h->pattern), true, &tree, err);
    if (rc == 0 && tree->kind != AST_WORD && tree->kind != AST_PREFIX &&
        tree->kind != AST_PATTERN) {
        rc =
            err_set(err, ERR_USAGE,
                    "--filter '%s' is not a word or a word with wildcards", h->pattern);
    }
    h->filter = tree;
    return rc;
}

bool hidden_is_stop(const struct hidden *h, struct bytes term)
{
    return h->list && stopwords_has(h->list, term);
}

bool hidden_is_other(const struct hidden *h, struct bytes term)
{
    const struct ast *f = h->filter;
    if (!f) {
        return false;
    }
    if (f->kind == AST_WORD) {
        return !bytes_equal(f->term, term);
    }
    if (f->kind == AST_PREFIX) {
        return term.len < f->term.len ||
               memcmp(term.data, f->term.data, f->term.len) != 0;
    }
    return !wildcard_matches(f->term, term);
}

bool hidden_has(const struct hidden *h, struct bytes term)
{
    return hidden_is_other(h, term) || hidden_is_stop(h, term);
}
