/* One line of an answer: a story that matches, the article shown for it, its hits with their
 * bytes, its provenance; or another article of it. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "query/engine.h"
#include "query/shown.h"

enum {
    ROWS_REACH_TOKENS = 40 /* tokens loaded behind the last hit, for its snippet */
};

struct row_hit {
    struct span span;            /* tokens of the wording */
    uint32_t text_from, text_to; /* bytes in row.text */
    uint64_t from, to;           /* bytes of the input (after decompression) */
};

/* Valid until the next row_load with the same row. Zeroed is empty. */
struct row {
    const struct snapshot *snapshot;
    uint32_t segment;
    article_id article;
    story_id story_number; /* in the segment */
    struct article_view view;
    struct story_record story;
    struct evidence member;     /* the shown article's relation to the original */
    struct provenance_row prov; /* the shown article's */
    struct buf story_id;        /* the original's ID */
    struct story_match match;   /* numbers only; spans are in hits */
    /* the article's tokens from its start to some way behind the last hit */
    struct reconstruct tokens;
    struct buf text;             /* their text */
    VEC(uint32_t) starts;        /* n_tokens + 1 offsets in text */
    VEC(struct row_hit) hits;    /* those loaded; ascending, as the engine's spans */
    size_t title_hits;           /* of them, those that lie in the title */
    size_t n_hits;               /* of the shown article, loaded or not */
    const struct offsetmap *map; /* of hits whose bytes are asked for; in maps */
    struct articles_maps maps;
    patch_vec patches;
    struct provenance_cache *cache;
};

void row_release(struct row *r);
/* The row of an article of a match (shown_choose says which one stands for it), whose spans are
 * there. Its first hits_max hits and the text around them are loaded. */
int row_load(struct row *r, const struct snapshot *snapshot,
             const struct story_match *match, const struct shown_choice *choice,
             uint64_t hits_max, struct err *err);
/* A row for one article without hits (show): provenance, story, no text. */
int row_load_article(struct row *r, const struct snapshot *snapshot, uint32_t segment,
                     article_id article, struct err *err);
/* The row of an article with some of its spans as hits: for kwic, whose lines are not those of a match. Only the text
 * around them is loaded, and their bytes only if they are asked for; without them the text may begin in the midst of the
 * article (tokens.from), and from and to are 0. */
struct row_wanted {
    const struct span *spans; /* ascending */
    size_t n;                 /* >= 1 */
    uint32_t around;          /* tokens on both sides of each */
    bool bytes;
};
int row_load_spans(struct row *r, const struct snapshot *snapshot, uint32_t segment,
                   article_id article, const struct row_wanted *wanted,
                   struct err *err);
/* The whole hit lies in the title. */
bool row_hit_in_title(const struct row *r, size_t h);
/* Where token k's surface begins in row.text, and where it ends; it is among those loaded. Where token_start's k is
 * the first that is not, the text ends. */
uint32_t row_token_start(const struct row *r, uint32_t k);
int row_token_end(const struct row *r, uint32_t k, uint32_t *out, struct err *err);
/* Appends the title, or the first words where there is none. */
int row_title(const struct row *r, struct buf *out, struct err *err);
