/* Phase 3: stories to segments. For each segment:
 *
 *   ranks (final numbers) -> chunks of the stream, inverted into runs -> runs merged by term
 *   -> surfaces -> the file finished under a temporary name
 */
#pragma once

#include "base/err.h"
#include "formats/manifest.h"
#include "indexer/build.h"
#include "indexer/link.h"

/* A file that is whole and on the disk, under a temporary name. */
struct written_file {
    char temp[64];
    struct manifest_file file; /* with its final name */
};

struct written {
    VEC(struct written_file) segments;
    struct written_file stories, inputs;
    uint64_t n_stories, n_wordings, n_articles, tokens, homes, article_tokens,
        text_bytes;
};

/* Writes all segments, the story graph and the list of inputs into the index folder. Nothing that was there is
 * touched. On failure the files it made are removed. */
int write_run(struct build *b, const struct link *l, struct written *out,
              struct err *err);
void write_release(struct written *w); /* memory only */
/* Removes the files. */
void write_undo(struct build *b, struct written *w);
