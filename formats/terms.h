/* The dictionary (TERMS; docs/format/terms.md): keys (bytes, span) in order of bytes, then span; front-coded 4 KiB
 * pages with restart points and a two-level index of first keys. */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "formats/container.h"
#include "formats/types.h"

enum {
    TERMS_KEY_MAX = 255,
    TERMS_INLINE_MAX = 3
};

struct term_entry {
    uint8_t key[TERMS_KEY_MAX];
    uint8_t key_len;
    uint8_t span; /* 0: plain word; n: joined entry over n tokens */
    term_id id;
    uint32_t stories;     /* stories that hold it */
    uint64_t occurrences; /* addresses in its list */
    uint32_t n_inline;    /* > 0: the list itself is in inline_list */
    address inline_list[TERMS_INLINE_MAX];
    struct list_ref pos; /* n_inline == 0 */
    struct list_ref doc; /* len 0: fewer than STORYLISTS_MIN stories */
};

struct terms_writer;
/* Writes into an open section; finish ends the section too. */
struct terms_writer *terms_writer_new(struct section_writer *s);
/* Entries in ascending (bytes, span) order, e->id is ignored (ids are given in order). Lists'
 * offsets must ascend over entries. */
void terms_writer_put(struct terms_writer *w, const struct term_entry *e);
/* Ends the section with the number of terms as its count; frees w. ERR_NOMEM or 0. */
int terms_writer_finish(struct terms_writer *w, struct err *err);
void terms_writer_free(struct terms_writer *w); /* without finishing; accepts NULL */

struct terms {
    struct section section;
    uint32_t n_terms;
    uint32_t n_pages;
    /* the rest is the implementation's: places in the section */
    uint64_t ids, key_ends, keys, top_ends, top_keys;
    uint32_t keys_len, top_keys_len;
};
/* Opens a view; nothing but the section's first bytes is touched. */
int terms_open(struct terms *t, const struct section *s, struct err *err);
/* The entry with this key and span: 0, ITER_END (there is none), or an error. */
int terms_find(const struct terms *t, struct bytes key, uint8_t span,
               struct term_entry *out, struct err *err);
int terms_get(const struct terms *t, term_id id, struct term_entry *out,
              struct err *err);

/* Iteration in key order from the first key >= `from` (len 0: from the start). */
struct terms_iter {
    const struct terms *terms;
    uint32_t page;               /* that the next entry is in */
    uint32_t offset;             /* of the next entry in it */
    uint32_t index;              /* of the next entry among the page's */
    uint64_t pos_next, doc_next; /* where its lists begin if they follow those before */
    struct term_entry entry;     /* the last one given */
};
int terms_seek(const struct terms *t, struct bytes from, struct terms_iter *it,
               struct err *err);
int terms_next(struct terms_iter *it, const struct term_entry **out,
               struct err *err); /* 0, ITER_END, error */
int terms_verify(const struct terms *t, struct err *err);
