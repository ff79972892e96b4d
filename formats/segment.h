/* The set of sections that make one segment (docs/format/segment.md). */
#pragma once

#include "formats/addresses.h"
#include "formats/bigrams.h"
#include "formats/container.h"
#include "formats/forward.h"
#include "formats/marks.h"
#include "formats/provenance.h"
#include "formats/storylists.h"
#include "formats/surfaces.h"
#include "formats/terms.h"
#include "formats/types.h"
#include "formats/wordings.h"

/* Index into container_counts of a segment. */
enum segment_count {
    SEGMENT_TOKENS, /* addresses of the stream */
    SEGMENT_HOMES,  /* distinct homes */
    SEGMENT_STORIES,
    SEGMENT_WORDINGS,
    SEGMENT_ARTICLES,
    SEGMENT_TERMS, /* dictionary entries, joined ones too */
    SEGMENT_SURFACES,
    SEGMENT_SEPS,
    SEGMENT_ARTICLE_TOKENS, /* sum over articles of their wordings' lengths */
    SEGMENT_TEXT_BYTES      /* sum over articles of their normalised texts' bytes */
};

struct segment {
    struct container *container; /* owned */
    const uint64_t *counts;      /* by enum segment_count */
    struct terms terms;
    struct section pos, doc;
    struct bigrams bigrams; /* none in segments of older programs */
    struct forward forward;
    struct surfaces surfaces;
    struct marks sentences,
        paragraphs; /* first tokens of each, the stream's first token included */
    struct wordings wordings;
    struct articles articles;
    struct provenance provenance;
};

/* Opens a file, whose header's hash and length are given (hash NULL: any). ERR_CORRUPT, ERR_VERSION, ERR_NOT_FOUND, ERR_IO. */
int segment_open(struct segment *s, int dirfd, const char *dirname, const char *name,
                 const struct hash128 *hash, uint64_t len, struct err *err);
/* Opens no more than it takes to count words and phrases: terms, pos, doc, bigrams, wordings and articles. The rest is
 * zeroed, and no page of it is touched. */
int segment_open_core(struct segment *s, int dirfd, const char *dirname,
                      const char *name, const struct hash128 *hash, uint64_t len,
                      struct err *err);
void segment_close(struct segment *s); /* accepts a zeroed struct */
/* Opens a cursor on an entry's addresses, inlined or not. */
int segment_addresses(const struct segment *s, const struct term_entry *e,
                      struct address_cursor *out, struct err *err);
/* Every block checksum, then every structure by its own verify, then what must agree between sections (counts, bounds). */
int segment_verify(struct segment *s, struct err *err);

/* Writing: opens all writers of a segment at once, so that indexer and tests write segments by the same code.
 * The caller puts stories, articles, provenance, forward blocks, marks, surfaces and terms in order (each kind in
 * its own order; kinds may be interleaved) and finishes. FWD's blocks are of the coding `store`. */
struct segment_writer {
    struct container_writer *container;
    struct section_writer *pos, *doc;
    struct bigrams_writer bigrams;
    struct terms_writer *terms;
    struct forward_writer *forward;
    struct surfaces_writer *surfaces;
    struct marks_writer *sentences, *paragraphs;
    struct section_writer *sentence_section, *paragraph_section;
    struct wordings_writer *wordings;
    struct articles_writer *articles;
    struct provenance_writer *provenance;
};
int segment_writer_open(struct segment_writer *w, int dirfd, const char *dirname,
                        const char *name, uint32_t n_terms, enum forward_store store,
                        struct err *err);
/* All tokens are put: ends the forward store, so that lists of addresses go straight to the file behind it. What begins
 * behind them may wait in memory for its place, charged on the budget (NULL: in files). May be left out; no list is put before. */
int segment_writer_end_stream(struct segment_writer *w, struct budget *budget,
                              struct err *err);
/* Behind segment_writer_end_stream, when all lists and entries of the n_terms terms are put: ends them. Where no part but the pairs is left, and
 * `alone`, nobody being at work at any, lays all out in the file, so that it is on its way to the disk while pairs' lists are made, and these
 * go straight to the file behind it. May be left out; no pair is put before. */
int segment_writer_end_postings(struct segment_writer *w, uint64_t n_terms, bool alone,
                                struct err *err);
/* Parts that may be ended before the rest, all of theirs being put: on any thread, beside what the other writers do. */
enum segment_part {
    SEGMENT_PART_SURFACES,
    SEGMENT_PART_SENTENCES,
    SEGMENT_PART_PARAGRAPHS
};
/* Encodes a part and ends its section; a part that has ended is left as it is. n_tokens: of the stream (marks). Failures as those of its
 * writer. */
int segment_writer_end(struct segment_writer *w, enum segment_part part,
                       uint64_t n_tokens, struct err *err);
/* The same of what is said of wordings and articles, all of which are put; by_id as provenance_writer_finish. */
int segment_writer_end_articles(struct segment_writer *w, const article_id *by_id,
                                struct err *err);
/* Ends every part that has not ended. counts by enum segment_count; by_id as provenance_writer_finish, or NULL if articles have
 * ended. */
int segment_writer_end_all(struct segment_writer *w, const article_id *by_id,
                           const uint64_t *counts, struct err *err);
/* All parts having ended, lays the sections out in the file and fsyncs it. */
int segment_writer_finish(struct segment_writer *w, const uint64_t *counts,
                          uint32_t analyser_version, struct hash128 *hash,
                          uint64_t *len, struct err *err);
void segment_writer_abort(
    struct segment_writer *w); /* removes the file; accepts a zeroed struct */
