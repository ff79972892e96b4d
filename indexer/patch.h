/* The patches of an article: what of its text differs from its wording as the stream spells
 * it, which is the way of the wording's first article (formats/wordings.h). */
#pragma once

#include "base/err.h"
#include "formats/wordings.h"
#include "indexer/build.h"
#include "indexer/ranks.h"

/* An article's own separators that are no patches: before its first token, after its last. */
struct patch_ends {
    sep_id first, tail;
};

/* Appends the patches that lead from article `from` to article `to`, two of one wording. A
 * run of tokens that are the others in ASCII capitals is one patch. Readers and scratch are the
 * caller's, one set a thread. */
struct patch_scratch {
    struct spool_reader readers[2];
    VEC(uint32_t) surfaces[2], seps[2];
    patch_vec found;
    struct patch_ends ends; /* of the article the last patches lead to */
    uint32_t
        from; /* the article that is held as the one of the stream, plus 1; 0: none */
};
void patch_scratch_release(struct patch_scratch *s);
int patch_make(const struct build *b, const struct ranks *r, struct patch_scratch *s,
               uint32_t from, uint32_t to, patch_vec *out, struct err *err);

/* Whether b is a with its ASCII letters in upper case. */
bool patch_is_upper(struct bytes a, struct bytes b);
