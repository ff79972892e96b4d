/* What is kept in memory of each article between the phases. */
#pragma once

#include <stdint.h>

#include "base/hash.h"
#include "base/vec.h"

/* Until the last chunk is written: 56 bytes, enough to find the rest in the spool. */
struct article {
    struct hash128 digest; /* of the record's bytes */
    uint64_t tokens;       /* offset of its tokens in the spool */
    uint64_t metadata;     /* offset of its metadata in the spool */
    int32_t day;           /* DAY_NONE: no date */
    uint32_t length;       /* tokens, at least 1 */
    uint32_t input;        /* number of its input; articles of one input are in order */
    uint32_t text_bytes;   /* of the normalised text */
    uint32_t title_tokens; /* of length; what follows them is the body */
};

/* Until equal articles are found: 32 bytes, which tell which can be equal. */
struct article_key {
    struct hash128 wording; /* of its (term, break) sequence */
    uint64_t body;          /* hash of the sequence of its body's terms */
    uint32_t title;         /* hash of the sequence of the title's terms; 0: no title */
};

struct article_list {
    VEC(struct article) v;
};
