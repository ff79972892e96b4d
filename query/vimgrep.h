/* Lines that editors jump by, path:line:column:text, one a hit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "formats/provenance.h"
#include "query/output.h"

/* Zeroed but for the output it is empty. */
struct vimgrep {
    struct output *output;
    struct buf input;  /* path of the record that is known */
    uint64_t record;   /* its number */
    struct buf source; /* its bytes; empty where they cannot be had */
    uint64_t counted;  /* of them, bytes whose lines are */
    uint64_t line;     /* counted so far, from 1 */
    uint64_t begin;    /* where that line begins in them */
};
void vimgrep_release(struct vimgrep *v);

/* A hit that begins at byte `from` of its input. Line and column (of bytes, from 1) are those of the input: a record of JSON
 * Lines is one line; of other records the lines are counted, once for all hits of one that come one after another. Where the
 * input is gone, is compressed or has changed, it is the record's first line and column. ERR_NOMEM. */
int vimgrep_put(struct vimgrep *v, const struct provenance_row *p, uint64_t from,
                struct bytes text, struct err *err);
