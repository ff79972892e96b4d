/* What comparing pairs of texts has given, in memory or in a file without a name: written in chunks of
 * ascending (text, other), one at a time; read chunk by chunk, by many threads at once. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"
#include "text/compare.h"

struct verdict {
    uint32_t text, other; /* other < text */
    uint32_t votes;       /* 0: no candidate, proposed through a member of a story */
    struct compare_evidence
        e; /* [0] of text, [1] of other; relation of text to other */
};

/* The runs of a pair, kept to be judged again. */
struct verdict_runs {
    const struct compare_run *items; /* borrowed */
    uint32_t n;                      /* VERDICT_NO_RUNS: they are not kept */
};
#define VERDICT_NO_RUNS UINT32_MAX

struct verdicts_chunk {
    uint64_t offset;
    uint32_t bytes, n;
};

struct verdicts {
    struct file_writer file;
    bool open;
    VEC(struct verdicts_chunk) chunks;
    uint64_t n; /* verdicts */
};

/* They are held in memory as file_writer_held says. */
int verdicts_open(struct verdicts *v, int dirfd, const char *dirname,
                  struct budget *budget, struct err *err);
void verdicts_close(struct verdicts *v); /* accepts a zeroed struct */

/* Appends a verdict to bytes that become a chunk; a failure sticks. runs: NULL: none are kept. */
void verdicts_encode(struct buf *out, const struct verdict *d,
                     const struct verdict_runs *runs);
/* Takes n encoded verdicts, which may be none, as the next chunk. ERR_NOMEM. */
int verdicts_put(struct verdicts *v, struct bytes encoded, uint32_t n, struct err *err);
/* All is put: what follows are reads. */
int verdicts_flush(struct verdicts *v, struct err *err);

/* A chunk's bytes to out (reset first). */
int verdicts_read(const struct verdicts *v, size_t chunk, struct buf *out,
                  struct err *err);
/* The next verdict of a chunk's bytes, with its runs, which lie in them, unless runs is NULL: 0, ITER_END, ERR_CORRUPT.
 * The first bytes of a chunk are aligned as those of malloc are. */
int verdicts_decode(struct bytes *left, struct verdict *out, struct verdict_runs *runs,
                    struct err *err);

/* All verdicts in order. */
struct verdicts_walk {
    const struct verdicts *of;
    size_t chunk; /* that comes next */
    struct buf bytes;
    struct bytes left;
};
void verdicts_walk(struct verdicts_walk *w, const struct verdicts *v);
int verdicts_next(struct verdicts_walk *w, struct verdict *out, struct err *err);
void verdicts_walk_release(struct verdicts_walk *w);
