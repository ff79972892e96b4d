#include "formats/parts.h"

#include <assert.h>

#include "base/endian.h"

void parts_begin(struct parts *p, struct section_writer *s)
{
    assert(p->n_parts < PARTS_MAX);
    section_align(s, 8);
    p->part[p->n_parts].offset = section_tell(s);
}

void parts_end(struct parts *p, struct section_writer *s)
{
    struct part *part = &p->part[p->n_parts++];
    part->len = section_tell(s) - part->offset;
}

void parts_put(struct parts *p, struct section_writer *s, struct bytes data)
{
    parts_begin(p, s);
    section_put(s, data.data, data.len);
    parts_end(p, s);
}

int parts_put_marks(struct parts *p, struct section_writer *s, struct marks_writer *m,
                    uint64_t universe, struct err *err)
{
    parts_begin(p, s);
    int rc = marks_writer_put_to(m, universe, s, err);
    parts_end(p, s);
    return rc;
}

void parts_value(struct parts *p, uint64_t value)
{
    assert(p->n_values < PARTS_VALUES_MAX);
    p->value[p->n_values++] = value;
}

static void put_u64(struct section_writer *s, uint64_t v)
{
    uint8_t bytes[8];
    store_u64(bytes, v);
    section_put(s, bytes, sizeof bytes);
}

void parts_finish(struct parts *p, struct section_writer *s)
{
    section_align(s, 8);
    for (size_t i = 0; i < p->n_values; i++)
        put_u64(s, p->value[i]);
    for (size_t i = 0; i < p->n_parts; i++) {
        put_u64(s, p->part[i].offset);
        put_u64(s, p->part[i].len);
    }
    put_u64(s, (uint64_t)p->n_parts | (uint64_t)p->n_values << 32);
}

int parts_open(struct parts *p, const struct section *s, size_t n_parts,
               size_t n_values, struct err *err)
{
    assert(n_parts <= PARTS_MAX && n_values <= PARTS_VALUES_MAX);
    uint64_t size = 8 * n_values + 16 * n_parts + 8;
    const char *name = container_section_name(s->id);
    const uint8_t *at;
    if (s->version != PARTS_VERSION)
        return err_set(err, ERR_VERSION,
                       "'%s' %s: is of version %u, this program reads %d",
                       s->container ? container_path(s->container) : "memory", name,
                       s->version, PARTS_VERSION);
    if (s->len < size || s->len % 8 != 0)
        return section_corrupt(s, 0, err, "%s: has no room for its table", name);
    int rc = section_get(s, s->len - size, size, &at, err);
    if (rc != 0)
        return rc;
    if (load_u32(at + size - 8) != n_parts || load_u32(at + size - 4) != n_values)
        return section_corrupt(
            s, s->len - 8, err, "%s: %u parts and %u values where %zu and %zu are due",
            name, load_u32(at + size - 8), load_u32(at + size - 4), n_parts, n_values);
    p->n_parts = n_parts;
    p->n_values = n_values;
    for (size_t i = 0; i < n_values; i++)
        p->value[i] = load_u64(at + 8 * i);
    uint64_t from = 0, end = s->len - size;
    for (size_t i = 0; i < n_parts; i++) {
        const uint8_t *entry = at + 8 * n_values + 16 * i;
        struct part part = {load_u64(entry), load_u64(entry + 8)};
        if (part.offset != from || part.len > end - from)
            return section_corrupt(s, s->len - size, err, "%s: part %zu lies outside",
                                   name, i);
        p->part[i] = part;
        from = (part.offset + part.len + 7) & ~UINT64_C(7);
    }
    if (from != end)
        return section_corrupt(s, s->len - size, err, "%s: bytes between parts", name);
    return 0;
}

int parts_marks(const struct parts *p, const struct section *s, size_t part, uint64_t n,
                struct marks *out, struct err *err)
{
    assert(part < p->n_parts);
    int rc = marks_open(out, s, p->part[part].offset, p->part[part].len, err);
    if (rc == 0 && n != UINT64_MAX && marks_count(out) != n)
        rc = section_corrupt(s, p->part[part].offset, err,
                             "%s: part %zu has %llu numbers where %llu are due",
                             container_section_name(s->id), part,
                             (unsigned long long)marks_count(out),
                             (unsigned long long)n);
    return rc;
}
