/* The reader of files that are one record: plain text, and Markdown with or without a front
 * matter. */
#pragma once

#include "indexer/record.h"

enum {
    READER_TEXT_VERSION = 1,
    READER_MARKDOWN_VERSION = 1
};

/* Reads the file whose bytes are `data`. A plain text whose first line is "---" and whose
 * front matter can be read is read as Markdown; `markdown`: it is Markdown by its name. */
int reader_text_file(struct reader *reader, struct bytes data, bool markdown,
                     struct err *err);
