#include "query/evaluate_exact.h"

#include <string.h>

#include "formats/reconstruct.h"
#include "query/exact.h"

/* Reads the text of articles where hits are. An article of a simple story without patches is what the
 * stream has, of which blocks are read once; others are put together. */
struct reader {
    struct evaluate *e;
    const struct ast *ast;
    size_t unit;
    bool known; /* what follows is that of the unit */
    bool plain; /* the stream from `start` on is its text */
    address start;
    uint32_t len;
    struct article_view view;
    patch_vec patches; /* owned, as the next two */
    struct reconstruct tokens;
    struct buf text;
    address block; /* that is held, and how many tokens of it */
    size_t n_block;
    surface_id surfaces[FORWARD_BLOCK];
    sep_id seps[FORWARD_BLOCK];
};

/* Turns to the unit of a hit. */
static int turn(struct reader *r, uint32_t first, struct err *err)
{
    const struct carriers *c = &r->e->carriers;
    while (c->units.items[r->unit].end <= first) {
        r->unit++;
        r->known = false;
    }
    if (r->known) {
        return 0;
    }
    const struct carriers_unit *u = &c->units.items[r->unit];
    int rc = articles_get(&c->segment->articles, u->first_article, &r->view,
                          &r->patches, err);
    r->known = rc == 0;
    r->start = c->scope->stories.items[u->story].start;
    r->len = u->end - u->start;
    r->plain = c->stories.items[u->story].simple && r->patches.len == 0;
    return rc;
}

static int hold_block(struct reader *r, address at, struct err *err)
{
    const struct segment *s = r->e->segment;
    address block = at - at % FORWARD_BLOCK;
    uint64_t left = s->forward.n_tokens - block;
    if (r->n_block > 0 && r->block == block) {
        return 0;
    }
    r->n_block = 0;
    r->block = block;
    size_t n = left < FORWARD_BLOCK ? (size_t)left : FORWARD_BLOCK;
    int rc = reconstruct_stream(s, block, n, r->surfaces, r->seps, err);
    r->n_block = rc ? 0 : n;
    return rc;
}

struct written {
    surface_id surface;
    sep_id sep;
    bool upper;
};

/* Token k of the article, or, behind its last, the separator there. */
static int read_token(struct reader *r, uint32_t k, struct written *out,
                      struct err *err)
{
    int rc = 0;
    *out = (struct written){.sep = r->view.tail};
    if (k == r->len) {
        return 0;
    }
    if (r->plain) {
        address at = r->start + k;
        rc = at < r->e->segment->forward.n_tokens
                 ? hold_block(r, at, err)
                 : section_corrupt(&r->e->segment->forward.section, 0, err,
                                   "list: no address %u", at);
        if (rc == 0) {
            out->surface = r->surfaces[at - r->block];
            out->sep = k == 0 ? r->view.first_sep : r->seps[at - r->block];
        }
        return rc;
    }
    if (k < r->tokens.from || k - r->tokens.from >= r->tokens.n_tokens) {
        return section_corrupt(&r->e->segment->wordings.section, 0, err,
                               "wordings: a hit beyond its wording");
    }
    out->surface = r->tokens.surfaces[k - r->tokens.from];
    out->sep = r->tokens.seps[k - r->tokens.from];
    out->upper = r->tokens.upper[k - r->tokens.from];
    return 0;
}

/* r->text is the separator as it is compared. */
static int put_sep(struct reader *r, sep_id id, struct err *err)
{
    struct bytes bytes;
    uint8_t brk;
    int rc = surfaces_sep(&r->e->segment->surfaces, id, &brk, &bytes, err);
    buf_reset(&r->text);
    if (rc == 0) {
        exact_put(bytes, &r->text);
        rc = buf_check(&r->text, err);
    }
    return rc;
}

static int put_surface(struct reader *r, const struct written *w, struct err *err)
{
    uint8_t upper[SURFACES_BYTES_MAX];
    struct bytes bytes;
    int rc = surfaces_get(&r->e->segment->surfaces, w->surface, &bytes, err);
    buf_reset(&r->text);
    if (rc) {
        return rc;
    }
    for (size_t i = 0; w->upper && i < bytes.len; i++) {
        uint8_t c = bytes.data[i];
        upper[i] = (uint8_t)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    exact_put(w->upper ? bytes_of(upper, bytes.len) : bytes, &r->text);
    return buf_check(&r->text, err);
}

/* Does the text go on as r->text does? Then *at is moved behind it. */
static bool goes_on(const struct reader *r, struct bytes want, size_t *at)
{
    struct bytes rest = bytes_of(want.data + *at, want.len - *at);
    bool same = bytes_starts(rest, buf_bytes(&r->text));
    *at += same ? r->text.len : 0;
    return same;
}

/* Is the hit, of tokens [first, first + n) of the article, written as the tree says? */
static int is_written(struct reader *r, uint32_t first, uint32_t n, bool *out,
                      struct err *err)
{
    const struct ast *ast = r->ast;
    struct bytes want =
        bytes_of(ast->term.data + ast->lead, ast->term.len - ast->lead - ast->trail);
    struct written w;
    size_t at = 0;
    int rc = 0;
    *out = false;
    for (uint32_t i = 0; i < n; i++) {
        rc = read_token(r, first + i, &w, err);
        if (rc == 0 && i > 0) {
            rc = put_sep(r, w.sep, err);
            if (rc == 0 && !goes_on(r, want, &at)) {
                return 0;
            }
        }
        if (rc == 0) {
            rc = put_surface(r, &w, err);
        }
        if (rc || !goes_on(r, want, &at)) {
            return rc;
        }
    }
    *out = at == want.len;
    if (*out && ast->lead > 0) {
        struct bytes lead = bytes_of(ast->term.data, ast->lead);
        rc = read_token(r, first, &w, err);
        rc = rc ? rc : put_sep(r, w.sep, err);
        *out = r->text.len >= lead.len &&
               bytes_equal(lead,
                           bytes_of(r->text.data + r->text.len - lead.len, lead.len));
    }
    if (rc == 0 && *out && ast->trail > 0) {
        struct bytes trail =
            bytes_of(ast->term.data + ast->term.len - ast->trail, ast->trail);
        rc = read_token(r, first + n, &w, err);
        rc = rc ? rc : put_sep(r, w.sep, err);
        *out = bytes_starts(buf_bytes(&r->text), trail);
    }
    return rc;
}

int evaluate_exact(struct evaluate *e, struct plan_node *node, struct err *err)
{
    struct reader r = {.e = e, .ast = node->ast};
    int rc = 0;
    vec_reset(&node->hits.list);
    vec_foreach(struct hit, h, &node->children[0]->hits.list) {
        bool written = false;
        rc = turn(&r, h->first, err);
        if (rc) {
            break;
        }
        uint32_t first = h->first - e->carriers.units.items[r.unit].start;
        if (!r.plain) {
            rc = reconstruct_tokens(e->segment, r.view.id, first, first + h->len + 1,
                                    &r.tokens, err);
        }
        if (rc == 0) {
            rc = is_written(&r, first, h->len, &written, err);
        }
        if (rc == 0 && written && !vec_push(&node->hits.list, *h)) {
            rc = err_set(err, ERR_NOMEM, "query: no memory for hits");
        }
        if (rc) {
            break;
        }
    }
    vec_release(&r.patches);
    reconstruct_release(&r.tokens);
    buf_release(&r.text);
    return rc;
}
