/* The queries of one command, in order: operands, and the lines of a file. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"

enum {
    QUERIES_BYTES_MAX = 1 << 30 /* of all queries together */
};

struct queries_item {
    size_t start, len; /* in bytes */
    uint64_t line;     /* of the file, from 1; 0: an operand */
};

/* Zeroed is empty. */
struct queries {
    struct buf bytes;
    VEC(struct queries_item) items;
    const char *path; /* of the file; borrowed */
};

void queries_release(struct queries *q);
int queries_put(struct queries *q, struct bytes query, uint64_t line, struct err *err);
/* Adds the lines of a file ("-": standard input; a pipe will do), without their line ends; blank
 * ones are passed over, a byte order mark at the start too. ERR_USAGE when it cannot be opened, ERR_IO,
 * ERR_LIMIT, ERR_NOMEM. */
int queries_read(struct queries *q, const char *path, struct err *err);
/* rc, the failure of a query; one of a file is told with its line. i may be the number of queries. */
int queries_fail(const struct queries *q, size_t i, int rc, struct err *err);
struct bytes queries_get(const struct queries *q, size_t i);
