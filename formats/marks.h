/* A set of addresses as Elias-Fano (SENT, PARA; also parts of WORDING; docs/format/marks.md). Elias 1974, Fano 1971; Vigna 2013. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "formats/container.h"
#include "formats/types.h"

/* Encodes n ascending values below universe (u64 so that 2^32 is possible) at out's end. */
struct marks_writer;
struct marks_writer *marks_writer_new(void);
void marks_writer_put(struct marks_writer *w,
                      uint64_t value); /* ascending, equal allowed */
/* The same for n addresses. */
void marks_writer_put_addresses(struct marks_writer *w, const address *values,
                                size_t n);
/* From now on values wait in a file without a name once they take more than 256 KiB; both are borrowed as long as the
 * writer lives. For sets that grow with the text. */
void marks_writer_spill(struct marks_writer *w, int dirfd, const char *dirname);
/* Appends the encoding to out, 8-byte aligned relative to out's start; frees nothing. */
int marks_writer_encode(struct marks_writer *w, uint64_t universe, struct buf *out,
                        struct err *err);
/* The same into a section, piece by piece, at a place that is a multiple of 8. ERR_NOMEM, ERR_IO, ERR_LIMIT; what the section
 * itself fails of is told by section_writer_check. */
int marks_writer_put_to(struct marks_writer *w, uint64_t universe,
                        struct section_writer *s, struct err *err);
void marks_writer_free(struct marks_writer *w);

/* A view of an encoding inside a section at an 8-byte aligned offset. */
struct marks {
    struct section section;
    uint64_t offset, len;
    uint64_t n, universe;
    uint64_t part[8];
};
int marks_open(struct marks *m, const struct section *s, uint64_t offset, uint64_t len,
               struct err *err);
uint64_t marks_count(const struct marks *m);
/* i-th value (i < n). */
int marks_select(const struct marks *m, uint64_t i, uint64_t *out, struct err *err);
/* How many values are <= a  (so rank - 1 is the index of the unit that holds address a). */
int marks_rank(const struct marks *m, uint64_t a, uint64_t *out, struct err *err);
/* Appends the values in [lo, hi) to out, at most cap; *n how many. */
int marks_fill(const struct marks *m, uint64_t lo, uint64_t hi, address *out,
               size_t cap, size_t *n, struct err *err);
/* The buckets that hold what is in [lo, hi): addresses of one bucket have the same high bits. All that the numbers say lies inside
 * checked bytes, and 8 bytes from any of them on can be read. */
struct marks_stretch {
    const uint8_t *highs, *lows;
    uint32_t width;  /* bits of a low part */
    uint64_t bucket; /* the first */
    uint64_t n;      /* buckets */
    uint64_t bit,
        end; /* of the high bits: the first of them, and the zero that ends the last bucket */
};
/* lo < hi, which is at most the universe. ERR_CORRUPT. */
int marks_stretch_of(const struct marks *m, uint64_t lo, uint64_t hi,
                     struct marks_stretch *out, struct err *err);
/* A walk over a set: for ascending addresses, the value that each lies at or behind. What is
 * between two of them is stepped over by groups of high bits, so a walk costs a fraction of a
 * rank and two selects for each. */
struct marks_walk {
    const struct marks *marks;
    uint64_t group; /* of the high bits: where the walk stands */
    uint64_t zeros; /* before it */
    struct sound high, low, ranks;
};
void marks_walk_begin(struct marks_walk *w, const struct marks *m);
/* The last value <= a: its number and itself, and the value after it (the universe if it
 * is the last). a is not less than that of the call before. ITER_END when a lies before the
 * first value. */
int marks_walk_to(struct marks_walk *w, uint64_t a, uint64_t *index, uint64_t *value,
                  uint64_t *next, struct err *err);

/* marks_select for numbers that mostly ascend by little: from the last one on, the high bits between are counted. Any order
 * is right. */
struct marks_near {
    const struct marks *marks;
    uint64_t index, position; /* of the last one, if ready */
    bool ready;
    struct sound high, low;
};
void marks_near_begin(struct marks_near *n, const struct marks *m);
int marks_near_select(struct marks_near *n, uint64_t i, uint64_t *out, struct err *err);
/* The i-th value and the one behind it, which is not touched where i is the last. */
int marks_near_pair(struct marks_near *n, uint64_t i, uint64_t *out, uint64_t *next,
                    struct err *err);

int marks_verify(const struct marks *m, struct err *err);
