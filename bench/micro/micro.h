/* What the micro benchmarks have in common: a clock, and a table with each figure beside the limit that the machine sets it.
 *
 * A figure is the least of some rounds in processor time, so that other programs on the machine disturb it little. */
#pragma once

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "formats/segment.h"

/* One round over all that is measured; returns something that depends on every result. */
typedef uint64_t micro_round(void *arg);

/* What the machine does at best, measured first: bytes a nanosecond (GB/s) and nanoseconds. */
struct micro_limits {
    double read, copy;     /* one stream through memory that no cache holds */
    double chased, spread; /* a read at random: one after another, and many at once */
};

struct micro {
    struct micro_limits limits;
    uint64_t sum; /* of all rounds, so that nothing is left out by the compiler */
};

/* Nanoseconds that one of `items` takes. */
double micro_ns(struct micro *m, micro_round *round, void *arg, double items);

void micro_title(const char *title);
/* Rows: what, nanoseconds an item, and the limit in nanoseconds with the words that say what it is (NULL: there is none).
 * The share is limit over figure: 100 % would be as fast as the machine can. */
void micro_put_ns(const char *what, double ns, const char *limited_by, double limit_ns);
/* The same for work over bytes, printed as MB/s: ns and limit_ns are of a byte. */
void micro_put_rate(const char *what, double ns, const char *limited_by,
                    double limit_ns);

int micro_memory(struct micro *m, struct err *err); /* sets the limits */
int micro_formats(struct micro *m, const struct segment *s, struct err *err);
/* lines: JSON Lines with a member "text". */
int micro_text(struct micro *m, struct bytes lines, struct err *err);
int micro_query(struct micro *m, struct err *err);
