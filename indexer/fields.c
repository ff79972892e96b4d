#include "indexer/fields.h"

static size_t bucket_of(size_t len)
{
    return len < FIELDS_BUCKETS ? len : FIELDS_BUCKETS - 1;
}

void fields_init(struct fields *f, const struct config *c)
{
    uint16_t n = 0;
    for (size_t bucket = 0; bucket < FIELDS_BUCKETS; bucket++) {
        f->first[bucket] = n;
        for (int field = 0; field < FIELD_COUNT; field++) {
            for (uint8_t rank = 0; c->names[field][rank]; rank++) {
                struct bytes name = bytes_str(c->names[field][rank]);
                if (bucket_of(name.len) == bucket)
                    f->names[n++] = (struct fields_name){
                        name, name.len > 0 ? *name.data : 0, (uint8_t)field, rank};
            }
        }
    }
    f->first[FIELDS_BUCKETS] = n;
}

const struct fields_name *fields_find(const struct fields *f, struct bytes name)
{
    size_t bucket = bucket_of(name.len);
    uint8_t first = name.len > 0 ? *name.data : 0;
    for (size_t i = f->first[bucket]; i < f->first[bucket + 1]; i++) {
        if (f->names[i].first == first && bytes_equal(f->names[i].name, name))
            return &f->names[i];
    }
    return NULL;
}
