#include <stdlib.h>

#include "indexer/front_matter.h"
#include "tests/fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config config;
    static struct fields fields;
    static struct arena arena;
    struct front_matter m;
    struct err err = {0};
    if (!config.names[FIELD_TEXT][0]) {
        config_init(&config);
        fields_init(&fields, &config);
    }
    arena_reset(&arena);
    if (front_matter_read(&m, bytes_of(data, size), &fields, &arena, &err) != 0)
        abort();
    if (m.body_at > size || (!m.found && m.body_at != 0))
        abort();
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct front_matter_value *v = &m.values[f];
        if (v->from > v->to || v->to > size || (v->found && v->text.len == 0))
            abort();
    }
    return 0;
}
