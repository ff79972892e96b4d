/* Writing the dictionary: entries gather in a page, pages go to the section as they fill. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "formats/terms_layout.h"

enum {
    ENTRY_BYTES_MAX = 400, /* a whole key, every number at its longest */
    WORD_BYTES = 16,       /* of a key that is copied without asking how long it is */
    RESTARTS_MAX = TERMS_PAGE / TERMS_RESTART
};

/* Where the next lists begin if they follow. */
struct nexts {
    uint64_t pos, doc;
};

struct terms_writer {
    struct section_writer *section;
    uint8_t page[TERMS_PAGE];
    size_t used; /* bytes of the page */
    uint32_t n_entries, n_restarts;
    uint16_t restarts[RESTARTS_MAX];
    uint32_t n_terms;
    uint8_t last_key[TERMS_KEY_MAX];
    size_t last_len;
    uint8_t last_span;
    uint64_t pos_next, doc_next; /* where the next lists begin if they follow */
    VEC(uint32_t) first_ids;
    VEC(uint32_t) key_ends;
    struct buf keys;
    bool failed;
};

struct terms_writer *terms_writer_new(struct section_writer *s)
{
    struct terms_writer *w = calloc(1, sizeof *w);
    if (w) {
        w->section = s;
        w->used = PAGE_ENTRIES;
    }
    return w;
}

void terms_writer_free(struct terms_writer *w)
{
    if (!w)
        return;
    vec_release(&w->first_ids);
    vec_release(&w->key_ends);
    buf_release(&w->keys);
    free(w);
}

static void flush_page(struct terms_writer *w)
{
    size_t tail = TERMS_PAGE - PAGE_TAIL - 2 * (size_t)w->n_restarts;
    memset(w->page + w->used, 0, tail - w->used);
    store_u32(w->page + PAGE_FIRST_ID, w->n_terms - w->n_entries);
    for (uint32_t i = 0; i < w->n_restarts; i++)
        store_u16(w->page + tail + 2 * (size_t)i, w->restarts[i]);
    store_u16(w->page + TERMS_PAGE - 4, (uint16_t)w->n_restarts);
    store_u16(w->page + TERMS_PAGE - 2, (uint16_t)w->n_entries);
    section_put(w->section, w->page, TERMS_PAGE);
    w->used = PAGE_ENTRIES;
    w->n_entries = w->n_restarts = 0;
}

/* Most numbers are small, how small is not foreseen. Eight bytes may be written. */
static inline uint8_t *put_number(uint8_t *p, uint64_t v)
{
    return p + (v >> 35 ? coding_put_varint(p, v) : coding_put_varint35(p, v));
}

static uint8_t *put_list(uint8_t *p, struct list_ref list, uint64_t *next)
{
    bool gap = list.offset != *next;
    assert(list.offset >= *next && list.len < UINT64_C(1) << 62);
    p = put_number(p, list.len << 1 | gap);
    if (gap)
        p = put_number(p, list.offset - *next);
    *next = list.offset + list.len;
    return p;
}

/* Copies n bytes between places with room for WORD_BYTES: nearly all words have no more, and a copy of that length needs no branches
 * on theirs. */
static inline void copy_word(uint8_t *out, const uint8_t *from, size_t n)
{
    if (n <= WORD_BYTES)
        memcpy(out, from, WORD_BYTES);
    else
        memcpy(out, from, n);
}

static uint8_t *put_key(uint8_t *p, const struct term_entry *e, size_t shared)
{
    size_t fresh = e->key_len - shared;
    if (fresh < ENTRY_LONG && shared <= 15) {
        *p++ = (uint8_t)(shared << 4 | fresh);
        memcpy(p, e->key + shared, WORD_BYTES);
        return p + fresh;
    }
    *p++ = ENTRY_LONG;
    *p++ = (uint8_t)shared;
    *p++ = (uint8_t)fresh;
    memcpy(p, e->key + shared, fresh);
    return p + fresh;
}

/* Eight bytes at a time; a bit behind the shorter key ends what is looked at. */
static size_t shared_bytes(const struct terms_writer *w, const struct term_entry *e)
{
    size_t most = w->last_len < e->key_len ? w->last_len : e->key_len, n = 0;
    for (; n + 8 <= TERMS_KEY_MAX; n += 8) {
        uint64_t differ = load_u64(w->last_key + n) ^ load_u64(e->key + n);
        if (most - n < 8)
            differ |= UINT64_C(1) << 8 * (most - n);
        if (differ != 0)
            return n + (size_t)__builtin_ctzll(differ) / 8;
    }
    while (n < most && w->last_key[n] == e->key[n])
        n++;
    return n;
}

/* Encodes an entry; *pos_next and *doc_next move on. */
static size_t encode(const struct terms_writer *w, const struct term_entry *e,
                     bool restart, uint64_t *pos_next, uint64_t *doc_next, uint8_t *out)
{
    uint8_t *p = out;
    bool same = e->stories == e->occurrences;
    if (restart) {
        p += coding_put_varint(p, *pos_next);
        p += coding_put_varint(p, *doc_next);
    }
    bool doc = e->n_inline == 0 && e->doc.len > 0;
    *p++ = (uint8_t)(e->span | e->n_inline << ENTRY_INLINE_SHIFT |
                     (doc ? ENTRY_DOC : 0) | (same ? ENTRY_SAME : 0));
    p = put_key(p, e, restart ? 0 : shared_bytes(w, e));
    if (e->n_inline == 0)
        p = put_number(p, e->occurrences);
    if (!same)
        p = put_number(p, e->stories);
    if (e->n_inline > 0) {
        store_u32(p, e->inline_list[0]);
        p += 4;
        for (uint32_t i = 1; i < e->n_inline; i++)
            p = put_number(p, e->inline_list[i] - e->inline_list[i - 1] - 1);
        return (size_t)(p - out);
    }
    p = put_list(p, e->pos, pos_next);
    if (doc)
        p = put_list(p, e->doc, doc_next);
    return (size_t)(p - out);
}

static void begin_page(struct terms_writer *w, const struct term_entry *e)
{
    buf_put(&w->keys, e->key, e->key_len);
    buf_put_u8(&w->keys, e->span);
    if (!vec_push(&w->first_ids, w->n_terms) ||
        !vec_push(&w->key_ends, (uint32_t)w->keys.len) || w->keys.len > UINT32_MAX)
        w->failed = true;
}

/* Encodes an entry where the page goes on, or where that may be too short a place, at `room`; *out says where. */
static size_t encode_next(struct terms_writer *w, const struct term_entry *e,
                          bool restart, struct nexts *next,
                          uint8_t room[ENTRY_BYTES_MAX], const uint8_t **out)
{
    uint8_t *to = w->used + ENTRY_BYTES_MAX <= TERMS_PAGE ? w->page + w->used : room;
    *next = (struct nexts){w->pos_next, w->doc_next};
    *out = to;
    return encode(w, e, restart, &next->pos, &next->doc, to);
}

void terms_writer_put(struct terms_writer *w, const struct term_entry *e)
{
    uint8_t room[ENTRY_BYTES_MAX];
    assert(e->n_inline <= TERMS_INLINE_MAX && e->span <= ENTRY_SPAN);
    assert(e->n_inline == 0 || e->occurrences == e->n_inline);
    assert(e->stories >= 1 && e->stories <= e->occurrences);
    assert(w->n_terms == 0 ||
           terms_compare(bytes_of(w->last_key, w->last_len), w->last_span,
                         bytes_of(e->key, e->key_len), e->span) < 0);
    bool restart = w->n_entries % TERMS_RESTART == 0;
    struct nexts next;
    const uint8_t *entry;
    size_t len = encode_next(w, e, restart, &next, room, &entry);
    size_t tail = PAGE_TAIL + 2 * ((size_t)w->n_restarts + restart);
    if (w->used + len + tail > TERMS_PAGE) {
        flush_page(w);
        restart = true;
        len = encode_next(w, e, restart, &next, room, &entry);
    }
    if (w->n_entries == 0)
        begin_page(w, e);
    if (restart)
        w->restarts[w->n_restarts++] = (uint16_t)w->used;
    if (entry == room)
        memcpy(w->page + w->used, entry, len);
    w->used += len;
    w->n_entries++;
    w->n_terms++;
    w->pos_next = next.pos;
    w->doc_next = next.doc;
    copy_word(w->last_key, e->key, e->key_len);
    w->last_len = e->key_len;
    w->last_span = e->span;
}

/* The index: first ids, ends of first keys, first keys; then every 64th of them again. */
static void put_index(struct terms_writer *w)
{
    struct buf ends = {0}, top = {0};
    size_t n = w->first_ids.len;
    section_put(w->section, w->first_ids.items, n * 4);
    section_put(w->section, w->key_ends.items, n * 4);
    section_put(w->section, w->keys.data, w->keys.len);
    for (size_t i = 0; i < n; i += TERMS_LEAF) {
        uint32_t from = i ? w->key_ends.items[i - 1] : 0;
        buf_put(&top, w->keys.data + from, w->key_ends.items[i] - from);
        buf_put_u32(&ends, (uint32_t)top.len);
    }
    section_put(w->section, ends.data, ends.len);
    section_put(w->section, top.data, top.len);
    uint8_t footer[FOOTER_LEN];
    store_u32(footer + FOOTER_PAGES, (uint32_t)n);
    store_u32(footer + FOOTER_TERMS, w->n_terms);
    store_u32(footer + FOOTER_KEYS, (uint32_t)w->keys.len);
    store_u32(footer + FOOTER_TOP_KEYS, (uint32_t)top.len);
    section_put(w->section, footer, sizeof footer);
    w->failed |= top.failed || ends.failed || w->keys.failed;
    buf_release(&ends);
    buf_release(&top);
}

int terms_writer_finish(struct terms_writer *w, struct err *err)
{
    if (w->n_entries > 0)
        flush_page(w);
    int rc = 0;
    if (!w->failed && !w->keys.failed)
        put_index(w);
    if (w->failed || w->keys.failed) {
        rc = err_set(err, ERR_NOMEM, "terms: out of memory");
        struct err why = {.code = ERR_NOMEM, .msg = "terms: out of memory"};
        section_fail(w->section, &why);
    }
    section_finish(w->section, w->n_terms);
    terms_writer_free(w);
    return rc;
}
