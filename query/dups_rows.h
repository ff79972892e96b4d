/* What dups tells of: articles of stories with their relation to the original, and pairs of articles that link two
 * stories. One row is one article beside the one it was compared with, its base. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"

struct dups_row {
    uint32_t segment;
    article_id article;
    story_id story;    /* of the segment, that holds it */
    uint32_t articles; /* of that story */
    bool linked;       /* the base is of another story */
    bool compared;     /* the base and the figures say something: not for an original */
    struct evidence evidence; /* the base is the root */
    struct bytes story_id;    /* ID of the story's original */
    struct bytes base_id;     /* ID of the base; empty for an original */
    struct provenance_row prov;
};
/* The row and what it points to live until the call returns. */
typedef int dups_row_fn(void *arg, const struct dups_row *row, struct err *err);

/* Zeroed but for the snapshot it is empty. */
struct dups_rows {
    const struct snapshot *snapshot;
    struct provenance_cache *cache,
        *base_cache;              /* owned; bases lie elsewhere than rows */
    struct buf story_id, base_id; /* owned */
    link_vec links;               /* owned */
};
void dups_rows_release(struct dups_rows *r);

/* Each article of a story, in canonical order of wordings: the original first. A non-zero return ends it and is returned. */
int dups_rows_story(struct dups_rows *r, uint32_t segment, story_id story,
                    dups_row_fn *fn, void *arg, struct err *err);
/* Each story linked to this one: its article beside this story's. */
int dups_rows_links(struct dups_rows *r, uint32_t segment, story_id story,
                    dups_row_fn *fn, void *arg, struct err *err);
/* Each link of the generation once, in order: the later story's article beside the earlier one's. */
int dups_rows_all_links(struct dups_rows *r, dups_row_fn *fn, void *arg,
                        struct err *err);

/* Appends a row's title; where it has none, its first words. */
int dups_rows_title(const struct dups_rows *r, const struct dups_row *row,
                    struct buf *out, struct err *err);
