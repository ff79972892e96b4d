/* The reader of JSON records: one object a line (JSON Lines, https://jsonlines.org), or
 * objects one after the other or in an array, over any number of lines. */
#pragma once

#include "indexer/record.h"

enum {
    READER_JSONL_VERSION = 2 /* 1: took HTML for plain text */
};

/* Reads the records of the reader's piece; `data` are its bytes. *n_numbers: lines (blank
 * ones too), or objects. */
int reader_jsonl_piece(struct reader *reader, struct bytes data, uint64_t *n_numbers,
                       struct err *err);
