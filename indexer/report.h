/* What a build tells: counters that every phase adds to, and their words as progress and as
 * the report at the end. Nothing here prints: main.c's sink does. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/analyser.h"
#include "indexer/config.h"

enum report_phase {
    REPORT_SCAN,
    REPORT_LINK,
    REPORT_WRITE,
    REPORT_COMMIT
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
    double started_seconds, phase_seconds[REPORT_COMMIT + 1];
    double last_line_seconds, phase_started_seconds;
};

void report_init(struct report *r, const struct config *c, struct report_sink sink);
/* A new phase with so many steps (0: not counted). */
void report_begin(struct report *r, enum report_phase phase, uint64_t steps);
/* For pool_on_tick; arg is the report. */
void report_tick(void *arg);
/* Takes an overwritable line off the terminal. */
void report_clear(struct report *r);
/* The report at the end, several lines. */
void report_end(struct report *r, struct buf *out);
