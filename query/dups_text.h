/* An article ready to be compared: its words by number, and its text with the place of each. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "text/compare.h"
#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "query/dups_words.h"
#include "query/show.h"

/* Zeroed is empty; may be loaded again. */
struct dups_text {
    struct show_place place;
    story_id story;
    uint32_t title_tokens; /* <= n */
    uint32_t n;            /* tokens, the title's included */
    int32_t day;
    VEC(uint32_t) terms; /* by number (query/dups_words.h) */
    VEC(uint8_t) kinds;
    VEC(uint64_t) hashes;
    struct buf text;
    VEC(uint32_t) starts; /* n + 1: where each token's surface begins in text */
    VEC(uint32_t) ends;   /* n: where it ends */
    struct reconstruct tokens;
    patch_vec patches;
};
void dups_text_release(struct dups_text *t);
/* with_text: text, starts and ends too. ERR_CORRUPT, ERR_LIMIT (reconstruct_tokens), ERR_NOMEM. */
int dups_text_load(struct dups_text *t, struct dups_words *words,
                   struct show_place place, bool with_text, struct err *err);
/* The body, or the whole wording, as comparing wants it; borrowed from t. */
struct compare_text dups_text_body(const struct dups_text *t);
struct compare_text dups_text_whole(const struct dups_text *t);
/* Surface and separators of tokens [from, to) from the first surface to the end of the last; from < to. */
struct bytes dups_text_span(const struct dups_text *t, uint32_t from, uint32_t to);
