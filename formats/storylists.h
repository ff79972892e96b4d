/* One term's stories (DOC; docs/format/storylists.md), for terms in STORYLISTS_MIN stories or more: story
 * gaps (or a bitset where dense), term frequencies, and per block of 128 the pair (tf, length) that
 * bounds the block's BM25 from above. Rarer terms derive it from their addresses. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/container.h"
#include "formats/skips.h"
#include "formats/types.h"

enum {
    STORYLISTS_MIN = 128,
    STORYLISTS_BLOCK = 128
};

struct story_posting {
    story_id story;
    uint32_t tf; /* distinct homes of the term in the story, >= 1 */
};

/* A block's impact bound: (tf, length) pairs none of which is dominated; at most 4 kept, the
 * rest merged upward (bigger tf, smaller length). Lengths are the story's homes in tokens. */
struct story_impact {
    uint32_t tf;
    uint32_t length;
};

struct storylists_writer;
struct storylists_writer *storylists_writer_new(void);
void storylists_writer_free(struct storylists_writer *w); /* accepts NULL */
/* Ascending stories; length is the story's. After an end the next list may follow. */
void storylists_writer_put(struct storylists_writer *w, struct story_posting p,
                           uint32_t length);
/* Many at once. A tf of 0 becomes 1. */
struct story_counted {
    story_id story;
    uint32_t tf, length;
};
void storylists_writer_put_all(struct storylists_writer *w,
                               const struct story_counted *list, size_t n);
/* Ends the list (of one posting at least): puts it into the section, or appends it to out, whose bytes may be put
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
    bool tfs_known; /* of the block: they lie from tfs_from on, in as many bytes */
    uint64_t tfs_from, tfs_len;
    uint64_t from; /* lowest story the decoded block can hold */
    story_id stories[STORYLISTS_BLOCK + 32]; /* those after in_block are UINT32_MAX */
    uint32_t tfs[STORYLISTS_BLOCK + 32];
};

int storylists_open(struct story_cursor *c, const struct section *doc,
                    struct list_ref ref, uint32_t count, struct err *err);
/* First posting with story >= lo, not consumed: 0, ITER_END, error. */
int storylists_seek(struct story_cursor *c, story_id lo, struct story_posting *out,
                    struct err *err);
/* The block that has the first story >= lo: its stories, ascending, the first of which may lie below lo; they live until the
 * next call. Behind them as many UINT32_MAX follow as make ADDRESSES_MATCH_ROOM. Their frequencies are not read. 0, ITER_END, error. */
int storylists_block(struct story_cursor *c, story_id lo, const story_id **stories,
                     uint32_t *n, struct err *err);
/* The impact bounds of the block that holds story lo or the next one after it, without decoding it, and
 * the last story that block covers (UINT32_MAX: it is the final block, which may end before lo). Bounds ascend by tf
 * and by length. */
int storylists_block_bound(struct story_cursor *c, story_id lo, story_id *last,
                           struct story_impact out[4], size_t *n_out, struct err *err);
int storylists_verify(const struct section *doc, struct list_ref ref, uint32_t count,
                      uint64_t n_stories, struct err *err);
