/* Pieces and patches back to an article's own normalised text, byte for byte. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/segment.h"

/* What one article may take to be put together: pieces may repeat, so that a small hostile index can
 * ask for any amount. ERR_LIMIT beyond. */
enum {
    RECONSTRUCT_TOKENS_MAX = 1 << 27,
    RECONSTRUCT_BYTES_MAX = 1 << 30
};

/* Tokens [from, from + n) of the stream, as forward_read gives them, those that stand elsewhere from
 * their homes. surfaces or seps may be NULL. ERR_CORRUPT for one that has no home. */
int reconstruct_stream(const struct segment *s, address from, size_t n,
                       surface_id *surfaces, sep_id *seps, struct err *err);

/* An article's tokens: ids after patches; text on demand. Zeroed is empty. */
struct reconstruct {
    uint32_t from;        /* first token held (of the wording) */
    uint32_t n_tokens;    /* tokens held */
    surface_id *surfaces; /* owned; after PATCH_SURFACE */
    sep_id *seps;         /* owned; after PATCH_SEP; [0] of token 0 is first_sep */
    uint8_t *upper;       /* owned; 1: ASCII upper case */
    uint32_t wording_len;
    sep_id tail;
};
/* Tokens [from, to) of the article's wording (to is cut at the wording's end). */
int reconstruct_tokens(const struct segment *s, article_id id, uint32_t from,
                       uint32_t to, struct reconstruct *out, struct err *err);
void reconstruct_release(struct reconstruct *r);
/* Appends the text of all held tokens: the separator before each (that of the first token only if with_first_sep) and its surface; with
 * the tail if the last token of the wording is held and with_tail. starts (may be NULL) receives n_tokens+1
 * offsets: where each surface begins in what was appended, and the end of the last. */
int reconstruct_text(const struct segment *s, const struct reconstruct *r,
                     bool with_first_sep, bool with_tail, struct buf *out,
                     uint32_t *starts, struct err *err);
/* The whole normalised text of an article. */
int reconstruct_article(const struct segment *s, article_id id, struct buf *out,
                        struct err *err);
/* Byte range of tokens [from, to) in the article's normalised text. Reads the text before it. */
int reconstruct_span(const struct segment *s, article_id id, uint32_t from, uint32_t to,
                     uint64_t *text_from, uint64_t *text_to, struct err *err);
