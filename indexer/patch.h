/* The patches of an article: what of its text differs from what its wording's pieces spell, that
 * is, from the stream (indexer/spell.h) at the pieces' addresses. */
#pragma once

#include "base/err.h"
#include "formats/wordings.h"
#include "indexer/build.h"
#include "indexer/link.h"
#include "indexer/ranks.h"
#include "indexer/spell.h"

/* An article's own separators that are no patches: before its first token, after its last. */
struct patch_ends {
    sep_id first, tail;
};

/* One of two spellings that are compared: provisional numbers by token. */
struct patch_spelling {
    VEC(uint32_t) surfaces, seps;
};

/* Readers and scratch of one thread. A zeroed struct with its spell set is ready; with a budget, what it
 * holds is charged to it. What a wording's pieces spell is kept for the next article, which mostly
 * has the same. */
struct patch_scratch {
    struct spell *spell;   /* borrowed; holds the stream of the story */
    struct budget *budget; /* or NULL */
    struct spool_reader reader;
    struct patch_spelling pieces; /* of the wording, from the stream */
    struct patch_spelling own;    /* of the article */
    patch_vec found;
    uint64_t charged;
    uint32_t wording;       /* whose pieces are held, plus 1; 0: none */
    struct patch_ends ends; /* of the article that the last patches are of */
};
void patch_scratch_release(struct patch_scratch *s);

/* An article (number of the build's) where it stands in the link. */
struct patch_place {
    uint32_t story, wording, article;
};

/* Appends the patches of an article, ascending. A run of tokens that are the stream's in ASCII
 * capitals is one patch. */
int patch_make(const struct build *b, const struct link *l, const struct ranks *r,
               struct patch_scratch *s, struct patch_place at, patch_vec *out,
               struct err *err);

/* Whether b is a with its ASCII letters in upper case. */
bool patch_is_upper(struct bytes a, struct bytes b);
