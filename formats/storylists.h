/* One term's stories (DOC; docs/format/storylists.md), for terms in STORYLISTS_MIN stories or more: gaps, or a bitset where
 * dense. Those of rarer terms follow from their addresses. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/container.h"
#include "formats/skips.h"
#include "formats/types.h"

enum {
    STORYLISTS_VERSION = 2, /* of the section */
    STORYLISTS_MIN = 256,
    STORYLISTS_BLOCK = 128
};

struct storylists_writer;
struct storylists_writer *storylists_writer_new(void);
void storylists_writer_free(struct storylists_writer *w); /* accepts NULL */
/* Ascending stories, all different. After an end the next list may follow. */
void storylists_writer_put(struct storylists_writer *w, story_id story);
void storylists_writer_put_all(struct storylists_writer *w, const story_id *list,
                               size_t n);
/* Ends the list (of one story at least): puts it into the section, or appends it to out, whose bytes may be put
 * into the section later and anywhere. A failed allocation fails the section, or out. */
struct list_ref storylists_writer_end(struct storylists_writer *w,
                                      struct section_writer *s);
size_t storylists_writer_encode(struct storylists_writer *w, struct buf *out);
bool storylists_writer_failed(const struct storylists_writer *w);

/* A cursor over one list; copies share nothing but the map. */
struct story_cursor {
    struct skips skips; /* the list's directory */
    uint32_t count;
    uint32_t n_blocks;
    uint32_t block; /* UINT32_MAX: none decoded */
    uint32_t in_block;
    uint32_t at;
    uint64_t from; /* lowest story the decoded block can hold */
    story_id stories[STORYLISTS_BLOCK + 32]; /* those after in_block are UINT32_MAX */
};

int storylists_open(struct story_cursor *c, const struct section *doc,
                    struct list_ref ref, uint32_t count, struct err *err);
/* First story >= lo, not consumed: 0, ITER_END, error. */
int storylists_seek(struct story_cursor *c, story_id lo, story_id *out,
                    struct err *err);
/* The block that has the first story >= lo, at most STORYLISTS_BLOCK stories, whose first may lie below it: 0, ITER_END, error.
 * They live until the next call; behind them as many UINT32_MAX follow as make ADDRESSES_MATCH_ROOM. */
int storylists_block(struct story_cursor *c, story_id lo, const story_id **stories,
                     uint32_t *n, struct err *err);
int storylists_verify(const struct section *doc, struct list_ref ref, uint32_t count,
                      uint64_t n_stories, struct err *err);
