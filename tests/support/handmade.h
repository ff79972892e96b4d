/* Hand-made indexes for tests: stories with copies, pieces, residue blocks and patches, written
 * through formats/, with the truth kept beside them for an oracle.
 *
 * A test adds stories; to a story, articles as lists of tokens. Articles of equal (term, break)
 * share a wording; the first wording of a story is its root, the others are aligned to it and
 * to earlier blocks by a naive greedy aligner (DESIGN 4.5), whose results are checked against
 * the invariants of formats/wordings.h before anything is written.
 *
 * Failures of the test's own making (out of memory, a broken invariant) end the program with
 * an assertion; errors of the formats are returned. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/manifest.h"
#include "formats/segment.h"
#include "formats/stories.h"

/* How surfaces become terms and joined entries: analyser_fold, analyser_alias and
 * analyser_joins, or a test's own. alias and joins may be NULL. */
struct handmade_text {
    size_t (*fold)(struct bytes surface, uint8_t *out);
    size_t (*alias)(struct bytes term, uint8_t *out);
    size_t (*joins)(const struct bytes *terms, const uint8_t *breaks, size_t n,
                    size_t i, uint8_t *spans);
};

struct handmade_token {
    struct bytes surface;
    struct bytes sep; /* before it */
    uint8_t
        brk; /* 0 none, 1 sentence, 2 paragraph, 3 glued; of token 0: 2, whatever is given */
};

/* Parameters of the aligner; zero means the design's value. */
struct handmade_align {
    uint32_t extra;         /* tokens a match must have beyond its seams; 16 */
    uint32_t whole_percent; /* more than this in blocks: stored whole; 70 */
    uint64_t seed;          /* not zero: every decision takes an extra of its own in
                               1..extra and now and then refuses a match, at random */
};

struct handmade_article {
    /* what the test gave */
    size_t story;   /* counted over all segments, in the order of adding */
    size_t wording; /* within the story */
    struct handmade_token *tokens;
    struct bytes *terms; /* folded surfaces */
    size_t n_tokens;
    struct bytes tail;
    uint32_t title_tokens;
    struct bytes text; /* normalised: separators and surfaces */
    struct provenance_row row;
    uint8_t relation;        /* to the root; UINT8_MAX: by position */
    struct evidence figures; /* what the evidence says beside relation and score */
    /* what handmade_write made of it */
    uint32_t segment;
    story_id story_id;
    wording_id wording_id;
    article_id article_id;
};

struct handmade_wording {
    size_t
        first_article; /* index into articles: the one whose surfaces the stream has */
    uint32_t len;
    piece_vec pieces; /* at addresses relative to the story's start */
    break_vec breaks; /* where its breaks are not those of its pieces */
    bool whole;       /* stored whole: too much of it would have been in blocks */
};

struct handmade_story {
    VEC(size_t) articles; /* indexes into handmade.articles, in the order of adding */
    VEC(struct handmade_wording) wordings;
    /* the stream, relative to the story's start: for each token, an article and a token of it */
    VEC(struct handmade_source {
        size_t article;
        uint32_t token;
    })
    stream;
    block_vec blocks;
    uint32_t segment;
    story_id story_id; /* in the segment */
    address start;     /* in the segment */
};

/* The stories of two articles are linked, by these. */
struct handmade_link {
    size_t article, other; /* indexes into handmade.articles, of different stories */
    uint8_t relation;
};

struct handmade {
    struct handmade_text text;
    struct handmade_align align;
    struct arena arena;
    VEC(struct handmade_article) articles; /* in the order of adding */
    VEC(struct handmade_story) stories;
    VEC(struct handmade_link) links; /* of several between two stories the first */
    uint64_t offset;                 /* of the next record in the imagined input */
    uint64_t random;
    bool fast; /* the token stream is stored in the fast coding, not the small one */
    uint32_t
        listed_stories; /* terms in so many stories have a list of them; 0: STORYLISTS_MIN */
    /* after handmade_write */
    size_t n_segments;
};

void handmade_init(struct handmade *h, struct handmade_text text,
                   struct handmade_align align);
void handmade_release(struct handmade *h);

/* Begins a story; the articles that follow belong to it. Returns its number. */
size_t handmade_story(struct handmade *h);
/* Adds an article to the last story. Everything is copied. row may be NULL: an ID, an input, a record number,
 * an offset and a digest are made up; where it is given, empty IDs and digests are made up too. Returns its number. */
size_t handmade_article(struct handmade *h, const struct handmade_token *tokens,
                        size_t n, struct bytes tail, uint32_t title_tokens,
                        const struct provenance_row *row);
/* The same from plain text: handmade_split cuts it. An empty title is none. */
size_t handmade_plain(struct handmade *h, const char *title, const char *body);

typedef VEC(struct handmade_token) handmade_tokens;
/* A simple cut for tests in ASCII: letters, digits, apostrophes and all bytes from 0x80 make words, a full stop
 * between two letters too (U.S); a blank line begins a paragraph, a full stop, question or exclamation mark before white
 * space a sentence, a single hyphen between words glues. Tokens point into text. */
void handmade_split(struct bytes text, handmade_tokens *out, struct bytes *tail);

/* Aligns, assigns all ids, writes 1..n segments (fewer when there are fewer stories), the story graph, the
 * manifest of `generation` and CURRENT into the folder `path` (made if it is not there). */
int handmade_write(struct handmade *h, const char *path, size_t n_segments,
                   uint64_t generation, struct err *err);

/* Aligns one story (handmade_write does it for all) and checks the invariants. */
void handmade_align_story(struct handmade *h, struct handmade_story *s);
/* True if token i of wording w may stand where the stream has token `at` of the story (term, and glued or not). */
bool handmade_same(const struct handmade *h, const struct handmade_story *s,
                   const struct handmade_wording *w, uint32_t i, address at);
/* The token that the forward store has for an address of the story: that of its home. */
const struct handmade_source *handmade_stored(const struct handmade_story *s,
                                              address at);
/* One segment of stories [from, to) of h: its file, and its counts by enum segment_count. */
struct handmade_file {
    struct manifest_file file;
    uint64_t counts[SEGMENT_TEXT_BYTES + 1];
};
int handmade_write_segment(struct handmade *h, size_t from, size_t to, int dirfd,
                           const char *dirname, struct handmade_file *out,
                           struct err *err);

/* A folding for tests that do not need text/: ASCII letters to lower case, full stops out of aliases (u.s -> us),
 * glued pairs and whole chains joined. */
struct handmade_text handmade_ascii(void);
/* Adds a story of random words, with up to three copies made of slices of it (some in capitals) and new words.
 * *state is a generator's, never 0. */
void handmade_random_story(struct handmade *h, uint64_t *state);
