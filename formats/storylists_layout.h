/* Numbers that the writer and the reader of DOC share (docs/format/storylists.md). */
#pragma once

enum {
    STORYLISTS_BITSET =
        0xc0, /* first byte of stories as bits; no PFor block begins so */
    STORYLISTS_BYTES_MAX = 1024 /* of a block */
};
