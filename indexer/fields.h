/* From the names that records use to the fields of a record: the names of a config, found by
 * length and bytes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "indexer/config.h"

enum {
    FIELDS_BUCKETS = 32 /* by length; longer names share the last */
};

struct fields_name {
    struct bytes name;
    uint8_t first; /* byte of it */
    uint8_t field; /* enum config_field */
    uint8_t rank;  /* 0: looked for first */
};

struct fields {
    struct fields_name names[FIELD_COUNT * CONFIG_NAMES_MAX]; /* by bucket */
    uint16_t first[FIELDS_BUCKETS + 1]; /* of each bucket, and the end of the last */
};

/* Borrows the names of c. */
void fields_init(struct fields *f, const struct config *c);
/* The name as its record has it; NULL: not one that is looked for. */
const struct fields_name *fields_find(const struct fields *f, struct bytes name);
