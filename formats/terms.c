/* Reading the dictionary. A page is checked when it is touched and read through a cursor. */
#include "formats/terms.h"

#include <assert.h>
#include <string.h>

#include "formats/terms_layout.h"

static int corrupt_page(const struct terms *t, uint32_t page, struct err *err,
                        const char *what)
{
    (void)section_corrupt(&t->section, (uint64_t)page * TERMS_PAGE, err,
                          "terms: page %u: %s", (unsigned)page, what);
    return ERR_CORRUPT; /* said here, so that an analyser sees it */
}

int terms_open(struct terms *t, const struct section *s, struct err *err)
{
    struct terms new = {.section = *s};
    const uint8_t *footer;
    if (s->len < FOOTER_LEN)
        return section_corrupt(s, 0, err, "terms: too short");
    int rc = section_get(s, s->len - FOOTER_LEN, FOOTER_LEN, &footer, err);
    if (rc != 0)
        return rc;
    new.n_pages = load_u32(footer + FOOTER_PAGES);
    new.n_terms = load_u32(footer + FOOTER_TERMS);
    new.keys_len = load_u32(footer + FOOTER_KEYS);
    new.top_keys_len = load_u32(footer + FOOTER_TOP_KEYS);
    new.ids = (uint64_t) new.n_pages *TERMS_PAGE;
    new.key_ends = new.ids + (uint64_t) new.n_pages * 4;
    new.keys = new.key_ends + (uint64_t) new.n_pages * 4;
    new.top_ends = new.keys + new.keys_len;
    new.top_keys = new.top_ends + (uint64_t)terms_n_tops(new.n_pages) * 4;
    if (new.top_keys + new.top_keys_len + FOOTER_LEN != s->len ||
        new.n_terms != s->count || (new.n_terms == 0) != (new.n_pages == 0) ||
        new.n_terms < new.n_pages)
        return section_corrupt(s, s->len - FOOTER_LEN, err, "terms: footer");
    *t = new;
    return 0;
}

/* --- the index ------------------------------------------------------------------------------ */

/* Key i of an index level: its bytes and, last, its span. */
static int index_key(const struct terms *t, bool top, uint32_t i, struct terms_key *key,
                     struct err *err)
{
    uint64_t ends = top ? t->top_ends : t->key_ends;
    const uint8_t *at;
    uint32_t from = 0;
    int rc = section_get(&t->section, ends + 4 * (uint64_t)(i ? i - 1 : 0), i ? 8 : 4,
                         &at, err);
    if (rc != 0)
        return rc;
    if (i > 0) {
        from = load_u32(at);
        at += 4;
    }
    uint32_t to = load_u32(at), len = top ? t->top_keys_len : t->keys_len;
    if (from >= to || to > len || to - from > TERMS_KEY_MAX + 1)
        return section_corrupt(&t->section, ends, err, "terms: index key %u",
                               (unsigned)i);
    rc = section_get(&t->section, (top ? t->top_keys : t->keys) + from, to - from, &at,
                     err);
    if (rc != 0)
        return rc;
    *key = (struct terms_key){bytes_of(at, to - from - 1), at[to - from - 1]};
    return 0;
}

/* The last of keys [lo, hi) of an index level that is <= key; lo if none is. */
static int search_index(const struct terms *t, bool top, uint32_t lo, uint32_t hi,
                        const struct terms_key *key, uint32_t *out, struct err *err)
{
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        struct terms_key first = {0};
        int rc = index_key(t, top, mid, &first, err);
        if (rc != 0)
            return rc;
        if (terms_compare(first.bytes, first.span, key->bytes, key->span) <= 0)
            lo = mid;
        else
            hi = mid;
    }
    *out = lo;
    return 0;
}

static int find_page(const struct terms *t, struct bytes bytes, uint8_t span,
                     uint32_t *out, struct err *err)
{
    const struct terms_key key = {bytes, span};
    uint32_t top = 0;
    int rc = search_index(t, true, 0, terms_n_tops(t->n_pages), &key, &top, err);
    if (rc != 0)
        return rc;
    uint32_t lo = top * TERMS_LEAF, hi = t->n_pages - lo;
    hi = lo + (hi < TERMS_LEAF ? hi : TERMS_LEAF);
    return search_index(t, false, lo, hi, &key, out, err);
}

/* --- pages ---------------------------------------------------------------------------------- */

struct page {
    const uint8_t *data;
    uint32_t number, first_id, n_entries, n_restarts;
    uint32_t end; /* of the entries, zeros included */
};

static int load_page(const struct terms *t, uint32_t number, struct page *out,
                     struct err *err)
{
    struct page p = {.number = number};
    int rc = section_get(&t->section, (uint64_t)number * TERMS_PAGE, TERMS_PAGE,
                         &p.data, err);
    if (rc != 0)
        return rc;
    p.first_id = load_u32(p.data + PAGE_FIRST_ID);
    p.n_restarts = load_u16(p.data + TERMS_PAGE - 4);
    p.n_entries = load_u16(p.data + TERMS_PAGE - 2);
    if (p.n_entries == 0 || p.n_restarts != (p.n_entries - 1) / TERMS_RESTART + 1 ||
        p.n_restarts * 2 + PAGE_TAIL + PAGE_ENTRIES > TERMS_PAGE ||
        p.first_id >= t->n_terms || p.n_entries > t->n_terms - p.first_id)
        return corrupt_page(t, number, err, "its counts");
    p.end = TERMS_PAGE - PAGE_TAIL - 2 * p.n_restarts;
    assert(p.data);
    *out = p;
    return 0;
}

static bool read_list(struct cursor *c, struct list_ref *list, uint64_t *next)
{
    uint64_t coded = cursor_varint_max(c, UINT64_C(1) << 50);
    uint64_t gap = coded & 1 ? cursor_varint_max(c, UINT64_C(1) << 50) : 0;
    *list = (struct list_ref){*next + gap, coded >> 1};
    *next = list->offset + list->len;
    return list->len > 0 && *next < UINT64_C(1) << 52;
}

static bool read_key(struct cursor *c, bool restart, struct term_entry *e)
{
    uint8_t lens = cursor_u8(c);
    size_t shared = lens >> 4, fresh = lens & 0x0f;
    if (fresh == ENTRY_LONG) {
        shared = cursor_u8(c);
        fresh = cursor_u8(c);
    }
    if (shared > (restart ? 0 : e->key_len) || shared + fresh > TERMS_KEY_MAX)
        return false;
    const uint8_t *bytes = cursor_take(c, fresh);
    if (!bytes)
        return false;
    memcpy(e->key + shared, bytes, fresh);
    e->key_len = (uint8_t)(shared + fresh);
    return true;
}

static bool read_inline(struct cursor *c, struct term_entry *e)
{
    uint64_t last = cursor_u32(c);
    e->inline_list[0] = (address)last;
    for (uint32_t i = 1; i < e->n_inline; i++) {
        last += 1 + cursor_varint32(c);
        e->inline_list[i] = (address)last;
    }
    e->pos = e->doc = (struct list_ref){0, 0};
    return last <= UINT32_MAX;
}

/* Reads the entry at it->offset, whose key builds on the one before; the iterator moves on. */
static int read_entry(const struct terms *t, const struct page *p,
                      struct terms_iter *it, struct err *err)
{
    struct term_entry *e = &it->entry;
    struct cursor c = cursor_of(p->data + it->offset, p->end - it->offset);
    bool restart = it->index % TERMS_RESTART == 0;
    if (restart) {
        it->pos_next = cursor_varint_max(&c, UINT64_C(1) << 51);
        it->doc_next = cursor_varint_max(&c, UINT64_C(1) << 51);
    }
    uint8_t flags = cursor_u8(&c);
    bool good = read_key(&c, restart, e);
    e->span = flags & ENTRY_SPAN;
    e->n_inline = flags >> ENTRY_INLINE_SHIFT & 3;
    e->id = p->first_id + it->index;
    e->occurrences = e->n_inline ? e->n_inline : cursor_varint_max(&c, UINT32_MAX);
    e->stories = flags & ENTRY_SAME ? (uint32_t)e->occurrences : cursor_varint32(&c);
    if (e->stories == 0 || e->stories > e->occurrences)
        good = false;
    if (e->n_inline > 0) {
        good &= read_inline(&c, e) && !(flags & ENTRY_DOC);
    } else {
        good &= read_list(&c, &e->pos, &it->pos_next);
        e->doc = (struct list_ref){0, 0};
        if (flags & ENTRY_DOC)
            good &= read_list(&c, &e->doc, &it->doc_next);
    }
    if (!good || c.failed)
        return corrupt_page(t, p->number, err, "an entry");
    it->offset = (uint32_t)(c.p - p->data);
    it->index++;
    return 0;
}

/* Puts the iterator before restart r. */
static int at_restart(const struct terms *t, const struct page *p, uint32_t r,
                      struct terms_iter *it, struct err *err)
{
    uint32_t offset = load_u16(p->data + p->end + 2 * (size_t)r);
    if (offset < PAGE_ENTRIES || offset >= p->end)
        return corrupt_page(t, p->number, err, "a restart");
    it->page = p->number;
    it->offset = offset;
    it->index = r * TERMS_RESTART;
    it->entry.key_len = 0;
    return 0;
}

/* The last restart whose key is <= key, or 0. */
static int find_restart(const struct terms *t, const struct page *p, struct bytes key,
                        uint8_t span, struct terms_iter *it, struct err *err)
{
    uint32_t lo = 0, hi = p->n_restarts;
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        int rc = at_restart(t, p, mid, it, err);
        if (rc == 0)
            rc = read_entry(t, p, it, err);
        if (rc != 0)
            return rc;
        if (terms_compare(bytes_of(it->entry.key, it->entry.key_len), it->entry.span,
                          key, span) <= 0)
            lo = mid;
        else
            hi = mid;
    }
    return at_restart(t, p, lo, it, err);
}

/* Reads entries of a page up to the first >= (key, span): 0, or ITER_END at the page's end. *before
 * is the iterator as it was before that entry. */
static int scan_page(const struct terms *t, const struct page *p, struct bytes key,
                     uint8_t span, struct terms_iter *it, struct err *err)
{
    while (it->index < p->n_entries) {
        int rc = read_entry(t, p, it, err);
        if (rc != 0)
            return rc;
        if (terms_compare(bytes_of(it->entry.key, it->entry.key_len), it->entry.span,
                          key, span) >= 0)
            return 0;
    }
    return ITER_END;
}

int terms_find(const struct terms *t, struct bytes key, uint8_t span,
               struct term_entry *out, struct err *err)
{
    struct terms_iter it = {.terms = t};
    struct page p = {0};
    uint32_t number = 0;
    if (t->n_pages == 0 || key.len > TERMS_KEY_MAX)
        return ITER_END;
    int rc = find_page(t, key, span, &number, err);
    if (rc == 0)
        rc = load_page(t, number, &p, err);
    if (rc == 0)
        rc = find_restart(t, &p, key, span, &it, err);
    if (rc == 0)
        rc = scan_page(t, &p, key, span, &it, err);
    if (rc != 0)
        return rc;
    if (it.entry.span != span ||
        !bytes_equal(bytes_of(it.entry.key, it.entry.key_len), key))
        return ITER_END;
    *out = it.entry;
    return 0;
}

static int first_id(const struct terms *t, uint32_t page, uint32_t *out,
                    struct err *err)
{
    const uint8_t *at;
    int rc = section_get(&t->section, t->ids + 4 * (uint64_t)page, 4, &at, err);
    if (rc == 0)
        *out = load_u32(at);
    return rc;
}

int terms_get(const struct terms *t, term_id id, struct term_entry *out,
              struct err *err)
{
    struct terms_iter it = {.terms = t};
    struct page p = {0};
    uint32_t lo = 0, hi = t->n_pages, first = 0;
    int rc = 0;
    if (id >= t->n_terms)
        return section_corrupt(&t->section, 0, err, "terms: no term %u", (unsigned)id);
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        rc = first_id(t, mid, &first, err);
        if (rc != 0)
            return rc;
        if (first <= id)
            lo = mid;
        else
            hi = mid;
    }
    rc = load_page(t, lo, &p, err);
    if (rc != 0)
        return rc;
    if (id < p.first_id || id - p.first_id >= p.n_entries)
        return corrupt_page(t, lo, err, "its ids");
    rc = at_restart(t, &p, (id - p.first_id) / TERMS_RESTART, &it, err);
    while (rc == 0 && it.index <= id - p.first_id)
        rc = read_entry(t, &p, &it, err);
    if (rc == 0)
        *out = it.entry;
    return rc;
}

int terms_seek(const struct terms *t, struct bytes from, struct terms_iter *it,
               struct err *err)
{
    struct page p = {0};
    struct terms_iter at = {.terms = t}, before;
    int rc = 0;
    if (t->n_pages > 0) {
        rc = find_page(t, from, 0, &at.page, err);
        if (rc == 0)
            rc = load_page(t, at.page, &p, err);
        if (rc == 0)
            rc = find_restart(t, &p, from, 0, &at, err);
        for (before = at; rc == 0 && at.index < p.n_entries; before = at) {
            rc = read_entry(t, &p, &at, err);
            if (rc == 0 && terms_compare(bytes_of(at.entry.key, at.entry.key_len),
                                         at.entry.span, from, 0) >= 0)
                break;
        }
        if (rc != 0)
            return rc;
        at = before; /* its key is what the next entry builds on */
    }
    *it = at;
    return 0;
}

int terms_next(struct terms_iter *it, const struct term_entry **out, struct err *err)
{
    const struct terms *t = it->terms;
    struct page p = {0};
    if (it->page >= t->n_pages)
        return ITER_END;
    int rc = load_page(t, it->page, &p, err);
    if (rc == 0 && it->index >= p.n_entries) {
        if (it->page + 1 >= t->n_pages)
            return ITER_END;
        rc = load_page(t, it->page + 1, &p, err);
        if (rc == 0)
            rc = at_restart(t, &p, 0, it, err);
    } else if (rc == 0 && it->index == 0) {
        rc = at_restart(t, &p, 0, it, err);
    }
    if (rc == 0)
        rc = read_entry(t, &p, it, err);
    if (rc == 0)
        *out = &it->entry;
    return rc;
}
