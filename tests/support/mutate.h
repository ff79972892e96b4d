/* Bytes that say how to change an index: from a random number generator or a fuzzer. */
#pragma once

#include "tests/support/mend.h"

enum {
    /* file u8, section u8, kind u8, width u8, place u32, value u64 */
    MUTATE_OP_BYTES = 16,
    MUTATE_OPS_MAX = 16
};

/* Carries out the operations in ops[0..len), at most MUTATE_OPS_MAX of them, each on bytes of one section, the
 * header or the table of a container, or of a small file, and mends all checksums. Whatever the bytes are, they mean
 * something. changed has a flag for each file. */
void mutate_index(struct mend_index *index, const uint8_t *ops, size_t len,
                  bool *changed);
