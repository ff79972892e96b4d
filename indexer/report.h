/* What a build tells: counters that every phase adds to, and their words as progress and as
 * the report at the end. Nothing here prints: main.c's sink does. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/analyser.h"
#include "formats/stories.h"
#include "indexer/config.h"

enum report_phase {
    REPORT_SCAN,
    REPORT_LINK,
    REPORT_WRITE,
    REPORT_COMMIT
};

/* Steps of link. Those from CANDIDATES on, and the fingerprints made by the scan, are what copies cost. */
#define REPORT_STEPS(X)                                                \
    X(REPORT_ORDER, "order")           /* canonical order, IDs */      \
    X(REPORT_EXACT, "exact")           /* equal wordings and bodies */ \
    X(REPORT_CANDIDATES, "candidates") /* pairs proposed */            \
    X(REPORT_COMPARE, "compare")       /* pairs verified */            \
    X(REPORT_STORIES, "stories")       /* stars, digests */            \
    X(REPORT_LAYOUT, "layout")         /* wordings to pieces */
enum report_step {
#define REPORT_ENUM(name, word) name,
    REPORT_STEPS(REPORT_ENUM)
#undef REPORT_ENUM
    REPORT_N_STEPS
};

/* What looking for copies came to. */
struct report_copies {
    uint64_t candidates, pairs; /* proposed; compared, those of roots too */
    uint64_t members[STORIES_RELATION_MAX + 1]; /* articles by relation to their root */
    uint64_t links;                             /* between stories */
    uint64_t shared_stories,
        largest; /* stories of more than one article; articles of the largest */
    uint64_t tokens, stream; /* of all articles; kept of them */
};

/* Where words go: a whole line, or one that the next line overwrites. */
struct report_sink {
    void (*put)(void *arg, const char *text, bool overwrite);
    void *arg;
    bool terminal;
};

struct report {
    struct report_sink sink;
    enum progress_kind kind; /* AUTO is decided at the start */
    bool quiet;
    _Atomic int phase;
    /* of the scan; bytes_total are those on disk */
    _Atomic uint64_t bytes_done, bytes_total, articles;
    _Atomic uint64_t steps_done, steps_total; /* of link and write */
    uint64_t raw_bytes, text_bytes, tokens, stories, duplicates;
    uint64_t n_inputs, n_rejects, n_warnings, index_bytes, spilled_bytes;
    struct text_repairs repairs;
    struct report_copies copies;
    enum report_step step;
    bool in_step;
    double step_seconds[REPORT_N_STEPS], step_cpu[REPORT_N_STEPS];
    double step_started_seconds, step_started_cpu;
    _Atomic uint64_t fingerprint_nanoseconds; /* of CPU, in the scan */
    double phase_cpu[REPORT_COMMIT + 1], phase_started_cpu;
    double started_seconds, phase_seconds[REPORT_COMMIT + 1];
    double last_line_seconds, phase_started_seconds;
};

void report_init(struct report *r, const struct config *c, struct report_sink sink);
/* A new phase with so many steps (0: not counted). */
void report_begin(struct report *r, enum report_phase phase, uint64_t steps);
/* A step of link begins: its seconds and those of the CPU are counted until the next one, or
 * the next phase. */
void report_step(struct report *r, enum report_step step);
/* For pool_on_tick; arg is the report. */
void report_tick(void *arg);
/* Takes an overwritable line off the terminal. */
void report_clear(struct report *r);
/* The report at the end, several lines. */
void report_end(struct report *r, struct buf *out);
