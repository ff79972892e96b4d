/* A whole check of the dictionary: its order, and that the index says what the pages say. */
#include <string.h>

#include "formats/terms_layout.h"

static int key_of_index(const struct terms *t, uint64_t ends, uint64_t keys, uint32_t i,
                        struct bytes *out, struct err *err)
{
    const uint8_t *at;
    uint32_t from = 0, to = 0;
    int rc = section_get(&t->section, ends + 4 * (uint64_t)i, 4, &at, err);
    if (rc == 0) {
        to = load_u32(at);
        if (i > 0)
            from = load_u32(at - 4);
        if (from > to)
            return section_corrupt(&t->section, ends, err, "terms: index key %u",
                                   (unsigned)i);
        rc = section_get(&t->section, keys + from, to - from, &at, err);
    }
    if (rc == 0)
        *out = bytes_of(at, to - from);
    return rc;
}

/* The first entry of a page against both levels of the index. */
static int check_index(const struct terms *t, uint32_t page, const struct term_entry *e,
                       struct err *err)
{
    const uint8_t *id;
    struct bytes key = {0}, top = {0};
    uint8_t own[TERMS_KEY_MAX + 1];
    memcpy(own, e->key, e->key_len);
    own[e->key_len] = e->span;
    struct bytes wanted = bytes_of(own, (size_t)e->key_len + 1);
    int rc = section_get(&t->section, t->ids + 4 * (uint64_t)page, 4, &id, err);
    if (rc == 0)
        rc = key_of_index(t, t->key_ends, t->keys, page, &key, err);
    if (rc == 0 && page % TERMS_LEAF == 0)
        rc = key_of_index(t, t->top_ends, t->top_keys, page / TERMS_LEAF, &top, err);
    if (rc != 0)
        return rc;
    if (load_u32(id) != e->id || !bytes_equal(key, wanted) ||
        (page % TERMS_LEAF == 0 && !bytes_equal(top, wanted)))
        return section_corrupt(&t->section, t->ids, err, "terms: page %u: its index",
                               (unsigned)page);
    return 0;
}

int terms_verify(const struct terms *t, struct err *err)
{
    struct terms_iter it;
    const struct term_entry *e;
    uint8_t last[TERMS_KEY_MAX];
    size_t last_len = 0;
    uint8_t last_span = 0;
    uint32_t n = 0, page = UINT32_MAX;
    int rc = terms_seek(t, bytes_of("", 0), &it, err);
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        if (e->id != n ||
            (n > 0 && terms_compare(bytes_of(last, last_len), last_span,
                                    bytes_of(e->key, e->key_len), e->span) >= 0))
            return section_corrupt(&t->section, (uint64_t)it.page * TERMS_PAGE, err,
                                   "terms: page %u: order", (unsigned)it.page);
        if (it.page != page)
            rc = check_index(t, it.page, e, err);
        if (rc != 0)
            return rc;
        page = it.page;
        memcpy(last, e->key, e->key_len);
        last_len = e->key_len;
        last_span = e->span;
        n++;
    }
    if (rc < 0)
        return rc;
    if (n != t->n_terms || (t->n_pages > 0 && page != t->n_pages - 1))
        return section_corrupt(&t->section, 0, err, "terms: %u of %u found",
                               (unsigned)n, (unsigned)t->n_terms);
    return 0;
}
