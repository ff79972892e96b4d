/* All that can be asked of an index, asked, and the answers kept as text: what a damaged index
 * says is compared with what it said before it was damaged. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "text/analyser.h"
#include "tests/support/handmade.h"

/* One question's answer: text, or a code with words. */
struct probe_answer {
    const char *question;
    struct buf text;
    int rc;
    struct err err;
};

struct probe {
    struct analyser *analyser;        /* owned */
    VEC(struct probe_answer) answers; /* owned; the same questions in each run */
    size_t n;                         /* answers of the last run */
    uint64_t steps; /* stories, spans, tokens and bytes seen in the last run */
};

bool probe_init(struct probe *p); /* false when out of memory */
void probe_release(struct probe *p);

/* Opens the index and asks everything: queries of every kind (numbers alone, with their spans, ranked, with rows
 * and snippets), the text, provenance and map of every article, every story. When the index cannot be opened,
 * that is its one answer. */
void probe_run(struct probe *p, const char *path);

/* Compares with what the undamaged index said: every question must have the same answer or a negative code with
 * words. Returns NULL, or what is wrong (valid until the next run). words: each error must also name a file of the
 * index or its folder. */
const char *probe_compare(const struct probe *clean, const struct probe *p,
                          const char *path);

/* The index that is damaged: copies, pieces and blocks, patches, joined entries, runs of ideographs; two
 * segments, and a generation before it that shares them. From PROBE_STORIES_MANY stories on, a word that stands in
 * more than 128 of a segment's stories. 0 or an error. */
enum {
    PROBE_STORIES_FEW = 24,
    PROBE_STORIES_MANY = 290
};
int probe_make_index(const char *path, size_t n_stories, struct err *err);
