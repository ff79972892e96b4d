#include "tests/fuzz/fuzz_reader.h"

/* Both ways to find the records. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader_run(READER_JSONL, false, data, size);
    fuzz_reader_run(READER_JSONL, true, data, size);
    return 0;
}
