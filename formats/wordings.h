/* Stories, wordings, pieces and blocks (WORDING), articles (ARTICLE) and their maps to source bytes (MAP);
 * docs/format/wordings.md. DESIGN of the data: docs/ARCHITECTURE.md, "Data model".
 *
 * A story occupies addresses [start, end) of the stream: the root wording first, then its
 * residue blocks. A story of one wording is *simple*: the wording is the whole range and
 * neither pieces nor blocks are stored. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/offsetmap.h"
#include "base/vec.h"
#include "formats/container.h"
#include "formats/frame.h"
#include "formats/groups.h"
#include "formats/map.h"
#include "formats/marks.h"
#include "formats/parts.h"
#include "formats/types.h"

/* stream[start, start+own+look) equals the wording from the point where this piece begins, in
 * terms and in what is glued; look is SEAM, 0 on the last piece. The own parts concatenate to the wording. */
struct piece {
    address start;
    uint32_t own;
    uint32_t look;
};

/* A residue block. If lead_home is not ADDRESS_NONE, its first SEAM tokens repeat those at
 * lead_home and have their homes; likewise its last SEAM tokens those at tail_home, which
 * comes first where the two overlap. Both lie at least SEAM before the block, in its story. */
struct block {
    address start;
    uint32_t len;
    address lead_home, tail_home;
};

/* A token of a wording whose break is not that of the stream: 0 none, 1 sentence, 2 paragraph. GLUED
 * is the same in both, always, and the break of a wording's first token is none of anyone's. */
enum {
    WORDINGS_BREAK_MAX = 2
};
struct word_break {
    uint32_t at; /* token of the wording, not 0 */
    uint8_t brk;
};

struct story_view {
    story_id id;
    address start, end;
    wording_id first_wording;
    uint32_t n_wordings;
    bool simple; /* n_wordings == 1 */
    /* distinct homes: tokens of the stream less those of blocks that have their homes elsewhere */
    uint32_t homes;
    uint64_t
        record; /* of several wordings: where its records begin (wordings_reader) */
};

typedef VEC(struct piece) piece_vec;
typedef VEC(struct block) block_vec;
typedef VEC(struct word_break) break_vec;

/* --- writing: story by story, in order ------------------------------------------------ */

struct wordings_writer;
struct wordings_writer *wordings_writer_new(struct section_writer *s);
/* A story of `len` stream tokens; its wordings follow. blocks: n_blocks of them, each beginning where
 * the one before ends. */
void wordings_writer_story(struct wordings_writer *w, uint32_t len,
                           const struct block *blocks, size_t n_blocks);
/* A wording. breaks: where its breaks are not the stream's, ascending. Of a story's first wording, its root,
 * the pieces are one that is all the story before its blocks, and may be left out; it has no breaks. */
void wordings_writer_wording(struct wordings_writer *w, uint32_t len,
                             const struct piece *pieces, size_t n_pieces,
                             const struct word_break *breaks, size_t n_breaks);
int wordings_writer_finish(struct wordings_writer *w,
                           struct err *err); /* ends the section, frees w */
void wordings_writer_free(struct wordings_writer *w);

/* One difference of an article from its wording's text as the stream spells it. */
struct patch {
    uint32_t at;    /* token of the wording */
    uint32_t len;   /* PATCH_UPPER: tokens; else 1 */
    uint32_t value; /* surface_id or sep_id */
    uint8_t kind;   /* enum patch_kind */
};
enum patch_kind {
    PATCH_SURFACE = 1,
    PATCH_SEP =
        2, /* of a token, break and bytes (its break replaces the stream's only in the article's text) */
    PATCH_UPPER = 3 /* ASCII letters of the surfaces in upper case */
};

struct article_record {
    wording_id wording;    /* ascending over articles */
    uint32_t title_tokens; /* 0: no title */
    sep_id first_sep;      /* separator before token 0 of this article */
    sep_id tail;           /* what follows the last token */
    const struct patch *
        patches; /* ascending (at, kind); UPPER ranges do not overlap surface patches */
    size_t n_patches;
    const struct offsetmap
        *map; /* normalised text to bytes of the record (from its start); NULL: */
    struct bytes coded_map; /* the same as map_encode has it */
};
struct articles_writer;
struct articles_writer *articles_writer_new(struct section_writer *article,
                                            struct section_writer *map);
void articles_writer_put(struct articles_writer *w, const struct article_record *a);
int articles_writer_finish(struct articles_writer *w,
                           struct err *err); /* ends both sections, frees w */
void articles_writer_free(struct articles_writer *w);

/* --- reading --------------------------------------------------------------------------- */

struct wordings {
    struct section section;
    uint32_t n_stories, n_wordings;
    uint64_t n_addresses;
    uint64_t n_complex;   /* stories with more than one wording */
    struct marks starts;  /* first addresses of the stories */
    struct groups groups; /* stories and their wordings */
    struct marks records; /* where the records of complex stories begin */
    struct part data;     /* the records */
};
int wordings_open(struct wordings *w, const struct section *s, struct err *err);
int wordings_story(const struct wordings *w, story_id id, struct story_view *out,
                   struct err *err);
/* The story that holds an address. */
int wordings_story_of(const struct wordings *w, address a, story_id *out,
                      struct err *err);
/* Start addresses of the stories that begin in [lo, hi), ascending. */
int wordings_starts(const struct wordings *w, address lo, address hi, address *out,
                    size_t cap, size_t *n, struct err *err);
int wordings_story_of_wording(const struct wordings *w, wording_id id, story_id *out,
                              struct err *err);
/* First complex story >= lo: 0, ITER_END, error. */
int wordings_next_complex(const struct wordings *w, story_id lo, story_id *out,
                          struct err *err);
/* A walk over the complex stories by ascending addresses: a fraction of what asking anew costs. */
struct wordings_walk {
    const struct wordings *words;
    struct marks_walk starts, complex;
    struct marks_near larger, before, begins, ends, records;
    story_id id; /* the story the walk stands at */
    address start, end;
    uint64_t rank; /* among the complex ones */
};
void wordings_walk_begin(struct wordings_walk *walk, const struct wordings *w);
/* Moves to the complex story that holds an address (not less than that of the call before), or to the first
 * behind it. ITER_END if there is none. */
int wordings_walk_to(struct wordings_walk *walk, address a, struct err *err);
/* Moves on to the complex story behind the one it stands at, after a wordings_walk_to that found one. ITER_END if there is none. */
int wordings_walk_next(struct wordings_walk *walk, struct err *err);
/* wordings_blocks of the story the walk stands at. */
int wordings_walk_blocks(struct wordings_walk *walk, block_vec *out, struct err *err);
/* What a story consists of, for who has looked it up: cheaper than asking by its wordings' ids. */
struct wordings_reader {
    const struct wordings *words;
    struct story_view view;
    struct marks_near records;
};
void wordings_reader_begin(struct wordings_reader *r, const struct wordings *w,
                           const struct story_view *view);
/* As wordings_blocks. */
int wordings_reader_blocks(struct wordings_reader *r, block_vec *out, struct err *err);
/* The pieces of its i-th wording, as wordings_pieces. */
int wordings_reader_pieces(struct wordings_reader *r, uint32_t i, piece_vec *out,
                           struct err *err);
/* Tokens of a wording; its pieces (one piece {start, len, 0} for a simple story). vecs are
 * reset first. */
int wordings_length(const struct wordings *w, wording_id id, uint32_t *out,
                    struct err *err);
int wordings_pieces(const struct wordings *w, wording_id id, piece_vec *out,
                    struct err *err);
int wordings_blocks(const struct wordings *w, story_id id, block_vec *out,
                    struct err *err);
/* Where the breaks of a wording are not those of the stream its pieces name, ascending. */
int wordings_breaks(const struct wordings *w, wording_id id, break_vec *out,
                    struct err *err);
/* How many of a block's tokens have their homes elsewhere. */
uint32_t wordings_repeated(const struct block *b);
/* The home of an address, given its story's blocks. */
address wordings_home(const struct block *blocks, size_t n, address a);
int wordings_verify(const struct wordings *w, struct err *err);

enum {
    ARTICLES_MAPS = 64 /* articles whose maps share a frame */
};

struct articles {
    struct section section, map_section;
    uint32_t n_articles, n_wordings;
    struct groups groups; /* wordings and their articles */
    struct marks blocks;  /* where the blocks of columns begin */
    struct part columns;
    struct marks patched;    /* articles with patches */
    struct marks patch_ends; /* where their patches end */
    struct part patches;
    struct marks
        map_ends; /* where the frames of maps end, ARTICLES_MAPS articles each */
    struct part maps;
};
/* first_sep, tail and patches of one article; patches vec is owned by the caller. */
typedef VEC(struct patch) patch_vec;
struct article_view {
    article_id id;
    wording_id wording;
    uint32_t title_tokens;
    sep_id first_sep, tail;
};
/* ARTICLE alone; what asks for maps opens them after it. */
int articles_open(struct articles *a, const struct section *article, struct err *err);
int articles_open_maps(struct articles *a, const struct section *map, struct err *err);
/* Articles [*first, *first + *n) share the wording (n >= 1). */
int articles_of_wording(const struct articles *a, wording_id w, article_id *first,
                        uint32_t *n, struct err *err);
int articles_get(const struct articles *a, article_id id, struct article_view *out,
                 patch_vec *patches, struct err *err);
/* The map of an article's normalised text; out is reset first. */
int articles_map(const struct articles *a, article_id id, struct offsetmap *out,
                 struct err *err);
/* The frame of maps that was read last, kept unpacked: of articles near each other one is unpacked for all, and of one
 * article after itself nothing is done again. A zeroed struct is ready. One a thread, for any number of segments, and
 * released before any of them is closed. */
struct articles_maps {
    struct frame_coder coder;
    struct buf raw;                   /* owned; the frame */
    struct map_columns_reader reader; /* of raw, before the map of `next` */
    struct offsetmap map;             /* owned; that of the article before `next`, if */
    bool decoded;
    const struct articles *articles; /* whose frame it is; NULL: none */
    article_id first;                /* of the frame */
    uint64_t next;
};
void articles_maps_release(struct articles_maps *m);
/* As articles_map; *out is good until the next call. */
int articles_maps_get(struct articles_maps *m, const struct articles *a, article_id id,
                      const struct offsetmap **out, struct err *err);
int articles_verify(const struct articles *a, uint32_t n_wordings, struct err *err);
