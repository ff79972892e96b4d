/* A batch: the records of one block, analysed, with the vocabulary's numbers for surfaces, separators and joined
 * terms. The unit of the scan's parallel work; but for those numbers it depends on its block only. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "text/analyser.h"
#include "indexer/draft.h"
#include "indexer/glossary.h"
#include "indexer/input.h"
#include "indexer/reader.h"
#include "indexer/sheet.h"
#include "indexer/spares.h"

/* A joined entry that has no number yet. */
struct batch_join_key {
    struct intern_key key; /* its bytes are at `at` in the batch's run_bytes */
    size_t at;
    uint32_t token;  /* of the article */
    uint32_t number; /* that it probably has in the glossary */
};

struct batch_article {
    struct hash128 digest, wording;
    uint64_t body;           /* as in struct article, as are title_tokens and title */
    size_t tokens, metadata; /* where they begin in the batch's */
    size_t metadata_len;
    uint32_t title_tokens, title;
    uint32_t length; /* tokens */
    uint32_t text_bytes;
    uint32_t input;
    int32_t day;
    uint64_t id_hash; /* of the record's own ID (indexer/ids.h); 0: it has none */
};

/* As struct reject (indexer/input.h); the reason is text at `reason` in the batch's words. */
struct batch_reject {
    const struct input_file *file;
    uint64_t record, offset, length;
    size_t reason;
    bool warning;
};

struct batch {
    struct spare spare;
    struct glossary *glossary; /* of the worker that fills it; borrowed */
    struct buf tokens;         /* of the articles (indexer/draft.h) */
    struct draft_open open_surfaces,
        open_joined; /* in them, while the batch is filled */
    uint64_t n_tokens;
    VEC(struct batch_article) articles;
    VEC(struct batch_reject) rejects;
    struct buf metadata; /* indexer/metadata.h */
    VEC(struct sheet)
    sheets; /* owned, until a commit takes them over; articles counted from the batch's first */
    struct buf places; /* of the sheets */
    struct buf words;  /* reasons, each terminated */
    struct text_repairs repairs;
    uint64_t raw_bytes; /* of the articles' records */
    size_t block_bytes; /* of the longest block that it was filled with so far */
    uint64_t fingerprint_nanoseconds; /* of CPU time that fingerprints took */
    struct sheet_draft sheet;         /* the articles since the last one */
    uint32_t sheet_first;             /* their first */
    /* scratch for one article */
    VEC(uint32_t) glued; /* tokens that are glued to the one before */
    VEC(struct spool_join) joins;
    VEC(struct bytes) run_terms;
    VEC(struct batch_join_key) join_keys;
    struct buf sequence, run_bytes, run_breaks, map;
};

/* What one worker needs beside its batch. */
struct batch_tools {
    struct spare spare;
    struct reader *reader;     /* owned */
    struct analyser *analyser; /* owned */
    bool fingerprints;         /* are to be made */
    struct glossary glossary;
    size_t glossary_max;     /* bytes from which on it is emptied before a batch */
    size_t glossary_charged; /* for the owner of the tools */
};

struct batch *batch_new(void);
void batch_free(struct batch *b);           /* accepts NULL */
size_t batch_memory(const struct batch *b); /* without the glossary */
struct batch_tools *batch_tools_new(const struct config *c, struct vocabulary *v);
void batch_tools_free(struct batch_tools *t); /* accepts NULL */

/* Fills b (emptied first) with the records of a block. A record that cannot be used is among
 * the rejects; an error ends the build. */
int batch_fill(struct batch *b, struct batch_tools *tools,
               const struct input_block *block, struct err *err);
