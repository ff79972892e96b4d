#include "indexer/tags.h"

#include <stdbool.h>
#include <string.h>

#include "formats/provenance.h"

void tags_reset(struct tags *t)
{
    t->len = 0;
    t->n = 0;
    t->lost = 0;
}

static bool is_there(const struct tags *t, struct bytes item)
{
    const uint8_t *p = t->text, *end = t->text + t->len;
    while (p < end) {
        const uint8_t *stop = memchr(p, PROVENANCE_ITEMS, (size_t)(end - p));
        if (!stop)
            stop = end;
        if (bytes_equal(bytes_of(p, (size_t)(stop - p)), item))
            return true;
        p = stop + 1;
    }
    return false;
}

static struct bytes trimmed(struct bytes b)
{
    while (b.len > 0 && b.data[0] == ' ')
        b = bytes_of(b.data + 1, b.len - 1);
    while (b.len > 0 && b.data[b.len - 1] == ' ')
        b.len--;
    return b;
}

void tags_put(struct tags *t, struct bytes item)
{
    bool cut = item.len > TAGS_ITEM_BYTES_MAX;
    if (cut) {
        item.len = TAGS_ITEM_BYTES_MAX;
        while (item.len > 0 && (item.data[item.len] & 0xc0) == 0x80)
            item.len--;
        item = trimmed(item);
    }
    if (item.len == 0 || is_there(t, item)) {
        t->lost += cut;
        return;
    }
    size_t between = t->n > 0;
    if (t->n == TAGS_ITEMS_MAX || t->len + between + item.len > TAGS_BYTES_MAX) {
        t->lost++;
        return;
    }
    if (between)
        t->text[t->len++] = PROVENANCE_ITEMS;
    memcpy(t->text + t->len, item.data, item.len);
    t->len += item.len;
    t->n++;
    t->lost += cut;
}

/* Without the byte `open` before it and `close` behind it, if both are there. */
static struct bytes without(struct bytes b, char open, char close)
{
    if (b.len >= 2 && b.data[0] == (uint8_t)open && b.data[b.len - 1] == (uint8_t)close)
        return trimmed(bytes_of(b.data + 1, b.len - 2));
    return b;
}

void tags_split(struct tags *t, struct bytes line)
{
    line = without(trimmed(line), '[', ']');
    if (line.len == 0)
        return;
    char sign = memchr(line.data, ';', line.len) ? ';' : ',';
    const uint8_t *p = line.data, *end = line.data + line.len;
    while (p <= end) {
        const uint8_t *stop = p < end ? memchr(p, sign, (size_t)(end - p)) : NULL;
        if (!stop)
            stop = end;
        struct bytes item = trimmed(bytes_of(p, (size_t)(stop - p)));
        tags_put(t, without(without(item, '"', '"'), '\'', '\''));
        p = stop + 1;
    }
}
