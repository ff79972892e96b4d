#include "tests/fuzz/fuzz_reader.h"

/* Encodings, front matter, templates, md4c and raw HTML, and the same bytes as plain text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader_run(READER_MARKDOWN, false, data, size);
    fuzz_reader_run(READER_TEXT, false, data, size);
    return 0;
}
